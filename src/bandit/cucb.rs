//! Combinatorial UCB (Chen, Wang and Yuan 2013): the `n` arms of largest `μ̄`; cost-aware, the relaxed problem under `μ̄`
//! and `ĉ` and its rounding.

use super::estimates::{Estimates, Logarithm};
use super::policy::{Choice, Observation, Policy, Setting, sort_by_key, top};
use super::scheduling::Scheduler;
use serde::{Deserialize, Serialize};

/// The policy. Cost-blind, it watches costs only to call cheap models first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Cucb {
    pub(super) alpha_mu: f64,
    pub(super) logarithm: Logarithm,
    pub(super) estimates: Estimates,
    pub(super) upper: Vec<f64>,
    /// Of the cost-aware one.
    pub(super) scheduler: Option<Scheduler>,
}

impl Cucb {
    /// With `α_μ` ≥ 0 and `δ` in (0,1], the radius being C2MAB-V's; cost-aware with a scheduler.
    pub fn new(arms: usize, alpha_mu: f64, delta: f64, scheduler: Option<Scheduler>) -> Self {
        let logarithm = Logarithm::new(arms, delta);
        Cucb { alpha_mu, logarithm, estimates: Estimates::new(arms), upper: vec![1.0; arms], scheduler }
    }
}

impl Policy for Cucb {
    #[inline]
    fn select(&mut self, setting: &Setting, t: u32, choice: &mut Choice) {
        self.estimates.upper_rewards(self.logarithm.at(t), self.alpha_mu, &mut self.upper);
        if let Some(scheduler) = &mut self.scheduler {
            scheduler.select(setting, &self.upper, &self.estimates.mean_cost, choice);
            return;
        }
        top(&self.upper, &setting.available, setting.n, &mut choice.arms);
        if setting.ordered {
            sort_by_key(&mut choice.arms, &self.estimates.mean_cost);
        }
    }

    #[inline]
    fn update(&mut self, observed: &[Observation]) {
        for observation in observed {
            self.estimates.observe(observation);
        }
    }
}
