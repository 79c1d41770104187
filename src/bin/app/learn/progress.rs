//! What the reader has done, remembered on this computer; where storage is off, for this visit.

use crate::browser::{forget, recall, remember};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// Name under which it is remembered.
const PROGRESS: &str = "learn";

/// Of all lessons, by slug.
#[derive(Clone, Default, PartialEq)]
pub struct Progress(Rc<BTreeMap<String, Done>>);

/// Of one lesson, by places of steps.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
struct Done {
    steps: BTreeSet<usize>,
    /// Places of the options that were guessed.
    guesses: BTreeMap<usize, usize>,
}

impl Progress {
    /// What is remembered; nothing where that cannot be read.
    pub fn recall() -> Progress {
        let kept = recall(PROGRESS).and_then(|text| serde_json::from_str(&text).ok());
        Progress(Rc::new(kept.unwrap_or_default()))
    }

    /// Nothing from now on.
    pub fn forget(&mut self) {
        *self = Progress::default();
        forget(PROGRESS);
    }

    /// Whether there is anything.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a step is done.
    pub fn has(&self, lesson: &str, step: usize) -> bool {
        self.0.get(lesson).is_some_and(|done| done.steps.contains(&step))
    }

    /// Whether the first so many steps are done, all that a lesson has.
    pub fn has_all(&self, lesson: &str, steps: usize) -> bool {
        (0..steps).all(|step| self.has(lesson, step))
    }

    /// What was guessed in a step.
    pub fn guess(&self, lesson: &str, step: usize) -> Option<usize> {
        self.0.get(lesson)?.guesses.get(&step).copied()
    }

    /// A step is done, or something was guessed in it.
    pub fn note(&mut self, lesson: &str, step: usize, guess: Option<usize>) {
        let done = Rc::make_mut(&mut self.0).entry(lesson.to_owned()).or_default();
        match guess {
            Some(guess) => drop(done.guesses.insert(step, guess)),
            None => drop(done.steps.insert(step)),
        }
        if let Ok(text) = serde_json::to_string(&*self.0) {
            remember(PROGRESS, &text);
        }
    }
}
