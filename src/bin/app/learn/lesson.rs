//! Lessons as the build renders them. Their texts are markup of our own making, which the build has checked.

use crate::words::{say, spoken};
use llm_selection::error::{Error, ErrorKind, Result};
use llm_selection::experiment::Experiment;
use serde::Deserialize;
use serde_json::Value;
use std::rc::Rc;
use yew::AttrValue;

/// What is known of a lesson before it is opened.
#[derive(Deserialize)]
pub struct Entry {
    /// Name in addresses.
    pub slug: String,
    pub title: String,
    /// Minutes that reading takes.
    pub minutes: u64,
    /// Tag of the language that it is in.
    pub language: String,
    /// Headings of its steps.
    pub steps: Vec<String>,
    /// Address of the lesson.
    pub file: String,
}

impl Entry {
    /// Its language, where the page speaks another one.
    pub fn foreign(&self) -> Option<AttrValue> {
        (self.language != spoken().tag()).then(|| self.language.clone().into())
    }
}

/// A lesson.
#[derive(Deserialize)]
pub struct Lesson {
    pub lead: Rc<str>,
    /// For the margin.
    pub symbols: Vec<Symbol>,
    pub steps: Vec<Step>,
}

/// What a symbol stands for.
#[derive(Deserialize)]
pub struct Symbol {
    pub symbol: Rc<str>,
    pub name: Rc<str>,
    pub meaning: Rc<str>,
}

/// A step: text, a question, an experiment, and what that reveals.
#[derive(Deserialize)]
pub struct Step {
    pub title: String,
    pub text: Rc<str>,
    pub prediction: Option<Prediction>,
    pub experiment: Option<Trial>,
    pub reveal: Rc<str>,
}

/// A question to answer before the experiment is run.
#[derive(Deserialize)]
pub struct Prediction {
    pub question: Rc<str>,
    pub options: Vec<Rc<str>>,
    /// Place of the right option.
    pub right: usize,
}

/// An experiment within a lesson.
#[derive(Deserialize)]
pub struct Trial {
    pub title: String,
    /// Slugs of the figures that are shown.
    pub figures: Vec<String>,
    /// Place of the policy whose selection share is shown first.
    pub policy: usize,
    /// Whether regret is first shown against the relaxed optimum.
    pub relaxed: bool,
    /// Columns of the results that are shown.
    pub columns: Vec<String>,
    pub vary: Option<Vary>,
    /// The round that is looked into.
    pub inspector: Option<Looked>,
    /// The file that it plays on, where it reads queries: its name and its address.
    pub file: Option<String>,
    pub address: Option<String>,
    experiment: Value,
}

/// A round of a policy, by its place.
#[derive(Deserialize)]
pub struct Looked {
    pub policy: usize,
    pub round: u32,
}

/// A value of the experiment that the reader may change.
#[derive(Deserialize)]
pub struct Vary {
    pub label: String,
    path: String,
    values: Vec<Value>,
}

impl Vary {
    /// The value at this place beside the experiment's own, which the texts are about: where they differ, both as shown.
    pub fn other(&self, place: usize) -> Option<(String, String)> {
        let mut texts = self.texts();
        let own = texts.next()?;
        Some((own, texts.nth(place.checked_sub(1)?)?))
    }

    /// The values as they are shown.
    pub fn texts(&self) -> impl Iterator<Item = String> {
        self.values.iter().map(|value| match value {
            Value::String(text) => text.clone(),
            Value::Null => say!("none").to_string(),
            value => value.to_string(),
        })
    }
}

impl Trial {
    /// The experiment with the varied value at this place.
    ///
    /// # Errors
    /// Those of [`Experiment::from_json`].
    pub fn experiment(&self, place: usize) -> Result<Experiment> {
        let mut value = self.experiment.clone();
        if let Some(vary) = &self.vary {
            let varied = value.pointer_mut(&format!("/{}", vary.path.replace('.', "/")));
            match (varied, vary.values.get(place)) {
                (Some(varied), Some(new)) => *varied = new.clone(),
                _ => return Err(Error::new(ErrorKind::Missing, "a value to vary").at_field(vary.path.clone())),
            }
        }
        Experiment::from_json(&value.to_string())
    }
}
