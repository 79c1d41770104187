//! A uniformly random set of `n` arms every round.

use super::estimates::Estimates;
use super::policy::{Choice, Observation, Policy, Setting, sort_by_key};
use crate::random::{Stream, below};
use rand::Rng;
use serde::{Deserialize, Serialize};

/// The policy. It watches costs only to call cheap models first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RandomSet {
    pub(super) estimates: Estimates,
    shuffler: Shuffler,
    stream: Stream,
}

impl RandomSet {
    /// Over `arms` arms.
    pub fn new(arms: usize, stream: Stream) -> Self {
        RandomSet { estimates: Estimates::new(arms), shuffler: Shuffler::new(arms), stream }
    }
}

impl Policy for RandomSet {
    fn select(&mut self, setting: &Setting, _t: u32, choice: &mut Choice) {
        self.shuffler.draw(setting, &mut self.stream, &mut choice.arms);
        if setting.ordered {
            sort_by_key(&mut choice.arms, &self.estimates.mean_cost);
        }
    }

    fn update(&mut self, observed: &[Observation]) {
        for observation in observed {
            self.estimates.observe(observation);
        }
    }
}

/// Draws uniformly random sets: the first steps of a Fisher-Yates shuffle, which may start from any order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Shuffler {
    order: Vec<usize>,
}

impl Shuffler {
    pub(super) fn new(arms: usize) -> Self {
        Shuffler { order: (0..arms).collect() }
    }

    /// Appends `n` different arms that are not away, one draw each.
    pub(super) fn draw(&mut self, setting: &Setting, stream: &mut Stream, set: &mut Vec<usize>) {
        let arms = setting.available.len();
        if !setting.all_available() {
            self.order.clear();
            self.order.extend_from_slice(&setting.available);
        } else if self.order.len() != arms {
            self.order.clear();
            self.order.extend(0..arms);
        }
        for place in 0..setting.n.min(arms) {
            let other = place + below(stream.next_u64(), (arms - place) as u64) as usize;
            self.order.swap(place, other);
            set.push(self.order[place]);
        }
    }
}
