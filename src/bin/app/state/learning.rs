//! What policies learn from the texts of the data before the form's experiment can be played: begun, heard of, given up.

use super::{Effect, Phase, State};
use llm_selection::browser::remote::Learning;
use std::rc::Rc;

impl State {
    /// Has policies learn what the form's experiment asks for, unless the person has paused or reset; `None` where it asks
    /// for nothing.
    pub fn learn(&mut self) -> Option<Vec<Effect>> {
        let data = self.data()?;
        let wanted = data.take_unlearned()?;
        if matches!(self.phase, Phase::Paused | Phase::Ready) {
            let effects = self.stop_learning();
            (self.put_off, self.changed) = (true, self.phase == Phase::Paused);
            return Some(effects);
        }
        self.learning.get_or_insert(0.0);
        Some(vec![Effect::Learn(data, wanted)])
    }

    /// Nothing that is being learned is needed any more.
    pub(super) fn stop_learning(&mut self) -> Vec<Effect> {
        self.put_off = false;
        match (self.learning.take(), &self.files) {
            (Some(_), Some(files)) => vec![Effect::StopLearning(files.data.clone())],
            _ => Vec::new(),
        }
    }

    /// What is being learned is learned when the person wants to run.
    pub(super) fn put_learning_off(&mut self) -> Vec<Effect> {
        let put_off = self.put_off || self.learning.is_some();
        let effects = self.stop_learning();
        self.put_off = put_off;
        effects
    }

    /// Learning goes on, or has come to its end.
    pub(super) fn hear_learning(&mut self, learning: Learning) -> Vec<Effect> {
        match (&mut self.learning, learning) {
            // It was given up.
            (None, _) => Vec::new(),
            (Some(done), Learning::Advanced(share)) => {
                *done = share;
                Vec::new()
            }
            (Some(_), Learning::Done(Ok(()))) => self.commit(),
            (Some(_), Learning::Done(Err(error))) => {
                (self.learning, self.problem) = (None, Some(Rc::new(error)));
                Vec::new()
            }
        }
    }
}
