//! Combinatorial Thompson sampling (Wang and Chen 2018), cost-blind: the `n` arms of largest Beta draw.

use super::estimates::Estimates;
use super::policy::{Choice, Observation, Policy, Setting, sort_by_key, top};
use crate::random::{Stream, beta, unit};
use rand::Rng;
use serde::{Deserialize, Serialize};

/// The policy: a Beta(1 + successes, 1 + failures) belief an arm. It watches costs only to call cheap models first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Thompson {
    /// Successes and failures by arm; a fractional reward is made one of the two by a coin.
    tallies: Vec<(u32, u32)>,
    estimates: Estimates,
    draws: Vec<f64>,
    stream: Stream,
}

impl Thompson {
    /// Uniform beliefs over `arms` arms.
    pub fn new(arms: usize, stream: Stream) -> Self {
        Thompson { tallies: vec![(0, 0); arms], estimates: Estimates::new(arms), draws: vec![0.0; arms], stream }
    }
}

impl Policy for Thompson {
    fn select(&mut self, setting: &Setting, _t: u32, choice: &mut Choice) {
        for (draw, (successes, failures)) in self.draws.iter_mut().zip(&self.tallies) {
            *draw = beta(&mut self.stream, 1.0 + f64::from(*successes), 1.0 + f64::from(*failures));
        }
        top(&self.draws, &setting.available, setting.n, &mut choice.arms);
        if setting.ordered {
            sort_by_key(&mut choice.arms, &self.estimates.mean_cost);
        }
    }

    fn update(&mut self, observed: &[Observation]) {
        for observation in observed {
            self.estimates.observe(observation);
            let whole = observation.reward == 0.0 || observation.reward == 1.0;
            let success =
                if whole { observation.reward == 1.0 } else { unit(self.stream.next_u64()) < observation.reward };
            if let Some((successes, failures)) = self.tallies.get_mut(observation.arm) {
                *successes += u32::from(success);
                *failures += u32::from(!success);
            }
        }
    }
}
