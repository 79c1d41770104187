//! A uniformly random set of `n` arms every round.

use super::estimates::Estimates;
use super::policy::{Choice, Observation, Policy, Setting, sort_by_key};
use crate::random::{Stream, below};
use rand::Rng;
use serde::{Deserialize, Serialize};

/// The policy. It watches costs only to call cheap models first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RandomSet {
    estimates: Estimates,
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
        self.shuffler.draw(setting.n, &mut self.stream, &mut choice.arms);
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

    /// Appends `n` different arms, one draw each.
    pub(super) fn draw(&mut self, n: usize, stream: &mut Stream, set: &mut Vec<usize>) {
        let arms = self.order.len();
        for place in 0..n.min(arms) {
            let other = place + below(stream.next_u64(), (arms - place) as u64) as usize;
            self.order.swap(place, other);
            set.push(self.order[place]);
        }
    }
}
