//! Estimates and the optimistic bounds made of them each round: high rewards `μ̄`, low costs `c̲`.

use super::estimates::{Estimates, Logarithm};
use super::forgetting::{Forgetting, Memory};
use super::policy::{Observation, Setting};
use serde::{Deserialize, Serialize};

/// How wide the bounds are and what they rest on.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Confidence {
    /// `α_μ` ≥ 0.
    pub alpha_mu: f64,
    /// `α_c` ≥ 0.
    pub alpha_c: f64,
    /// `δ` in (0,1].
    pub delta: f64,
    /// What is remembered of past rounds.
    pub memory: Memory,
}

/// What a policy has learned and the bounds of the round.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Optimism {
    pub(super) alpha_mu: f64,
    pub(super) alpha_c: f64,
    pub(super) logarithm: Logarithm,
    /// What it has learned.
    pub estimates: Estimates,
    /// `None` where all rounds count alike.
    forgetting: Option<Box<Forgetting>>,
    /// `μ̄` of the round.
    pub upper: Vec<f64>,
    /// `c̲` of the round.
    pub lower: Vec<f64>,
}

impl Optimism {
    /// Nothing seen yet.
    pub fn new(setting: &Setting, confidence: &Confidence) -> Self {
        let arms = setting.arms;
        Optimism {
            alpha_mu: confidence.alpha_mu,
            alpha_c: confidence.alpha_c,
            logarithm: Logarithm::new(arms, confidence.delta),
            estimates: Estimates::new(arms),
            forgetting: Forgetting::new(confidence.memory, setting).map(Box::new),
            upper: vec![1.0; arms],
            lower: vec![0.0; arms],
        }
    }

    /// Sets the bounds of round `t`.
    #[inline]
    pub fn prepare(&mut self, t: u32) {
        let logarithm = match &self.forgetting {
            None => self.logarithm.at(t),
            Some(forgetting) => self.logarithm.at_time(forgetting.time(t)),
        };
        self.estimates.bounds(logarithm, self.alpha_mu, self.alpha_c, &mut self.upper, &mut self.lower);
    }

    /// What stands for `t` in the logarithm of round `t`.
    pub(super) fn time(&self, t: u32) -> f64 {
        self.forgetting.as_ref().map_or(f64::from(t), |forgetting| forgetting.time(t))
    }

    /// Takes in what came back in the round.
    #[inline]
    pub fn learn(&mut self, observed: &[Observation]) {
        match &mut self.forgetting {
            None => {
                for observation in observed {
                    self.estimates.observe(observation);
                }
            }
            Some(forgetting) => forgetting.learn(observed, &mut self.estimates),
        }
    }
}
