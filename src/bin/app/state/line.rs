//! Plans on data that a worker holds. What is not known of it has to be asked for, and the answer comes later: what the
//! person did waits in line for it.

use super::{Action, Effect, Event, State};
use crate::later;
use llm_selection::browser::remote::Remote;
use llm_selection::error::Result;
use llm_selection::experiment::Experiment;
use llm_selection::plan::{Plan, Playable};
use std::rc::Rc;

/// The checked form of an experiment. Data that has to be looked at first remembers that it was asked
/// ([`Remote::take_unknown`]).
///
/// # Errors
/// Those of [`Plan::on`].
pub fn plan(experiment: &Experiment, data: Option<&Rc<Remote>>) -> Result<Plan> {
    match later::get() {
        Some(later) => (later.plan)(experiment, data),
        None => Plan::synthetic(experiment),
    }
}

/// [`plan`] on any environment.
///
/// # Errors
/// As [`plan`].
pub fn plan_on(experiment: &Experiment, data: Option<&Rc<Remote>>) -> Result<Plan> {
    Plan::on(experiment, data.map(|data| &**data as &dyn Playable))
}

/// Whether an experiment can be played, as far as that can be told before anything is learned from texts.
///
/// # Errors
/// As [`plan`].
pub fn check(experiment: &Experiment, data: Option<&Rc<Remote>>) -> Result<()> {
    match plan(experiment, data) {
        Err(error) => data.and_then(|data| data.take_unlearned()).map(drop).ok_or(error),
        Ok(_) => Ok(()),
    }
}

impl State {
    /// What happened, and what follows from it. What waits for the page's second module is not asked for before that is
    /// here.
    pub fn reduce(&mut self, action: Action) -> Vec<Effect> {
        match later::get() {
            Some(later) => (later.reduce)(self, action),
            None => self.react_first(action),
        }
    }

    /// What happened, whatever it is. What needs to know something of the data that is not known yet waits with
    /// all that comes after it until the data has been looked at, and is as if it happened then.
    pub fn reduce_any(&mut self, action: Action) -> Vec<Effect> {
        match action {
            Action::Looked => self.go_on(),
            action if action.waits() && !self.line.is_empty() => {
                self.line.push_back(action);
                Vec::new()
            }
            action => self.attempt(action),
        }
    }

    /// Does what waited.
    fn go_on(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        while let Some(action) = self.line.pop_front() {
            let after = self.line.len();
            effects.extend(self.attempt(action));
            if self.line.len() > after {
                break;
            }
        }
        effects
    }

    /// Reacts to an action; where that needs to know something of the data that is not known yet, leaves everything as it
    /// was, puts the action in front of the line and asks.
    fn attempt(&mut self, action: Action) -> Vec<Effect> {
        let mut data: Vec<Rc<Remote>> = self.files.iter().map(|files| files.data.clone()).collect();
        if let Action::Pool(Event::Imported { data: new, .. }) = &action {
            data.push(new.clone());
        }
        let before = (!data.is_empty()).then(|| (self.clone(), action.clone()));
        let mut effects = self.react(action);
        effects.extend(self.recall());
        effects.extend(self.give_way());
        let unknown = data.into_iter().find_map(|held| held.take_unknown().map(|wanted| (held, wanted)));
        if let (Some((held, wanted)), Some((state, action))) = (unknown, before) {
            *self = state;
            self.line.push_front(action);
            return vec![Effect::Look(held, wanted)];
        }
        effects
    }
}
