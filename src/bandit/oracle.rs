//! `S*` every round: the bar that regret is measured against.

use super::policy::{Choice, Observation, Policy, Setting};
use serde::{Deserialize, Serialize};

/// The policy: it is handed its sets, so that no policy holds true means.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Oracle {
    /// By situation ([`Setting::situation`]), the arms of `S*` in the order of calls, and whether no allowed set fits the budget.
    sets: Vec<(Vec<usize>, bool)>,
}

impl Oracle {
    /// Plays these arms in this order, situation by situation; `true` where no allowed set fits the budget and these stand
    /// in.
    pub fn new(sets: Vec<(Vec<usize>, bool)>) -> Self {
        Oracle { sets }
    }
}

impl Policy for Oracle {
    #[inline]
    fn select(&mut self, setting: &Setting, _t: u32, choice: &mut Choice) {
        if let Some((arms, infeasible)) = self.sets.get(setting.situation) {
            choice.arms.extend_from_slice(arms);
            choice.infeasible = *infeasible;
        }
    }

    #[inline]
    fn update(&mut self, _observed: &[Observation]) {}
}
