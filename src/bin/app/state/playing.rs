//! A run: begun, paused, stepped through, and what is heard of it.

use super::{Effect, Phase, State};
use crate::later;
use crate::shared::Shared;
use llm_selection::browser::pool::{Event, Snapshot};
use std::rc::Rc;

impl State {
    pub(super) fn run(&mut self) -> Vec<Effect> {
        let mut effects = if self.pending { self.commit() } else { Vec::new() };
        if self.put_off {
            self.phase = Phase::Done;
            effects.extend(self.commit());
        }
        let waits = self.learning.is_some() || self.wanted().is_some();
        if self.problem.is_some() || self.phase == Phase::Running || waits {
            return effects;
        }
        if self.phase == Phase::Paused && !self.changed {
            (self.phase, self.begun_again) = (Phase::Running, false);
            effects.push(Effect::Resume);
        } else {
            effects = self.start();
        }
        effects
    }

    pub(super) fn pause(&mut self) -> Vec<Effect> {
        let learning = self.learning.is_some();
        if self.phase != Phase::Running && !learning {
            return Vec::new();
        }
        let mut effects = self.put_learning_off();
        self.phase = Phase::Paused;
        self.changed |= learning;
        effects.push(Effect::Pause);
        effects
    }

    pub(super) fn start(&mut self) -> Vec<Effect> {
        let Some(ready) = &self.ready else { return Vec::new() };
        (self.phase, self.fresh, self.changed, self.failure) = (Phase::Running, false, false, None);
        (self.stepping, self.waiting, self.begun_again) = (false, false, false);
        self.inspector.begin(self.played.is_some());
        if self.hidden.len() != ready.experiment.policies.len() {
            self.hidden = Rc::new(vec![false; ready.experiment.policies.len()]);
        }
        let (data, played) = (self.data(), self.played.take());
        vec![Effect::Start { experiment: ready.experiment.clone(), data, speed: self.speed, played, step: false }]
    }

    /// Plays one round more and pauses; from the first one where there is no run to go on with.
    pub(super) fn step(&mut self) -> Vec<Effect> {
        let mut effects = if self.pending { self.commit() } else { Vec::new() };
        let waits = self.learning.is_some() || self.put_off || self.wanted().is_some();
        if self.problem.is_some() || waits {
            return effects;
        }
        let goes_on = matches!(self.phase, Phase::Running | Phase::Paused) && !self.changed;
        let over = self.phase == Phase::Done;
        let begins = |effect: &Effect| matches!(effect, Effect::Start { .. });
        if !effects.iter().any(begins) && !goes_on {
            effects.extend(self.start());
        }
        match effects.iter_mut().find(|effect| begins(effect)) {
            Some(Effect::Start { step, played, .. }) => {
                (*step, *played) = (true, None);
                self.begun_again = over;
            }
            _ => {
                effects.push(Effect::Step);
                self.begun_again = false;
            }
        }
        (self.phase, self.stepping) = (Phase::Paused, true);
        self.inspector.go_along();
        effects
    }

    /// Of a run.
    pub(super) fn hear(&mut self, event: Event) -> Vec<Effect> {
        match event {
            Event::Progress(snapshot) => {
                if self.phase == Phase::Ready || (self.phase == Phase::Paused && self.changed) {
                    return Vec::new();
                }
                if snapshot.round >= snapshot.rounds {
                    self.phase = Phase::Done;
                }
                self.stepping = false;
                let effects = later::get().map(|later| (later.follow_rounds)(self, &snapshot)).unwrap_or_default();
                (self.fresh, self.snapshot) = (true, Some(Shared(snapshot)));
                return effects;
            }
            Event::Failed(error) => {
                (self.phase, self.failure, self.stepping) = (Phase::Ready, Some(Rc::new(error)), false);
            }
            _ => {}
        }
        Vec::new()
    }

    /// Has the round inspector follow a run that rests, or goes slowly.
    pub fn follow_rounds(&mut self, snapshot: &Snapshot) -> Vec<Effect> {
        let rests = self.phase != Phase::Running || self.speed.is_slow();
        if rests { self.inspector.follow(snapshot) } else { Vec::new() }
    }

    /// Whether Run does something.
    pub fn can_run(&self) -> bool {
        let waits = self.learning.is_some() || self.wanted().is_some();
        self.phase != Phase::Running && !waits && (self.problem.is_none() || self.pending)
    }

    /// Whether Step does something.
    pub fn can_step(&self) -> bool {
        let waits = self.learning.is_some() || self.put_off || self.wanted().is_some();
        !waits && (self.problem.is_none() || self.pending)
    }
}
