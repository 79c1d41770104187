//! ε-greedy over sets, cost-blind: mostly the `n` best arms so far, sometimes a random set.

use super::estimates::Estimates;
use super::policy::{Choice, Observation, Policy, Setting, sort_by_key, top};
use super::random_set::Shuffler;
use crate::random::{Stream, unit};
use rand::Rng;
use serde::{Deserialize, Serialize};

/// How often a random set is played.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Exploration {
    /// `ε` in [0,1], always the same.
    Constant(f64),
    /// `ε_t = min(1, c/t)`.
    Decaying(f64),
}

/// The policy. It watches costs only to call cheap models first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EpsilonGreedy {
    exploration: Exploration,
    estimates: Estimates,
    /// `μ̂`, with unseen arms above all others.
    value: Vec<f64>,
    shuffler: Shuffler,
    stream: Stream,
}

impl EpsilonGreedy {
    /// Nothing seen yet of `arms` arms.
    pub fn new(arms: usize, exploration: Exploration, stream: Stream) -> Self {
        EpsilonGreedy {
            exploration,
            estimates: Estimates::new(arms),
            value: vec![f64::MAX; arms],
            shuffler: Shuffler::new(arms),
            stream,
        }
    }
}

impl Policy for EpsilonGreedy {
    fn select(&mut self, setting: &Setting, t: u32, choice: &mut Choice) {
        let epsilon = match self.exploration {
            Exploration::Constant(epsilon) => epsilon,
            Exploration::Decaying(c) => c / f64::from(t),
        };
        if unit(self.stream.next_u64()) < epsilon {
            self.shuffler.draw(setting, &mut self.stream, &mut choice.arms);
        } else {
            top(&self.value, &setting.available, setting.n, &mut choice.arms);
        }
        if setting.ordered {
            sort_by_key(&mut choice.arms, &self.estimates.mean_cost);
        }
    }

    fn update(&mut self, observed: &[Observation]) {
        for observation in observed {
            self.estimates.observe(observation);
            let arm = observation.arm;
            if let (Some(value), Some(mean)) = (self.value.get_mut(arm), self.estimates.mean_reward.get(arm)) {
                *value = *mean;
            }
        }
    }
}
