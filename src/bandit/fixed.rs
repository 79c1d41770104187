//! Always the same model or set, called in its listed order, but for those that are away.

use super::policy::{Choice, Observation, Policy, Setting};
use serde::{Deserialize, Serialize};

/// The policy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fixed {
    arms: Vec<usize>,
}

impl Fixed {
    /// With these arms, in the order of calls.
    pub fn new(arms: Vec<usize>) -> Self {
        Fixed { arms }
    }
}

impl Policy for Fixed {
    #[inline]
    fn select(&mut self, setting: &Setting, _t: u32, choice: &mut Choice) {
        if setting.all_available() {
            choice.arms.extend_from_slice(&self.arms);
        } else {
            let there = |arm: &&usize| setting.available.binary_search(arm).is_ok();
            choice.arms.extend(self.arms.iter().filter(there));
        }
    }

    #[inline]
    fn update(&mut self, _observed: &[Observation]) {}
}
