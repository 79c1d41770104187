//! `S*` every round: the bar that regret is measured against.

use super::policy::{Choice, Observation, Policy, Setting};
use serde::{Deserialize, Serialize};

/// The policy: it is handed its set, so that no policy holds true means.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Oracle {
    /// Arms of `S*` in the order of calls.
    arms: Vec<usize>,
    infeasible: bool,
}

impl Oracle {
    /// Plays these arms in this order; `infeasible` where no allowed set fits the budget and these stand in.
    pub fn new(arms: Vec<usize>, infeasible: bool) -> Self {
        Oracle { arms, infeasible }
    }
}

impl Policy for Oracle {
    #[inline]
    fn select(&mut self, _setting: &Setting, _t: u32, choice: &mut Choice) {
        choice.arms.extend_from_slice(&self.arms);
        choice.infeasible = self.infeasible;
    }

    #[inline]
    fn update(&mut self, _observed: &[Observation]) {}
}
