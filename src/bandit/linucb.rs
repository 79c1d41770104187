//! LinUCB (Li, Chu, Langford and Schapire 2010, disjoint models): one ridge regression an arm of rewards on the features `x`
//! of the query. An arm is worth `θᵀx + α·sqrt(xᵀA⁻¹x)`; the `n` arms of largest worth, or cost-aware the relaxed problem
//! under it and `ĉ`, and its rounding.

use super::estimates::Estimates;
use super::policy::{Choice, Observation, Policy, Setting, sort_by_key, top};
use super::ridge::{Inverse, dot};
use super::scheduling::Scheduler;
use serde::{Deserialize, Serialize};

/// The policy. An arm that nothing is known of is worth more than any other. Cost-blind, it watches costs only to call
/// cheap models first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LinUcb {
    pub(super) alpha: f64,
    arms: Vec<Regression>,
    /// `x` of the round's query, its last number 1: the intercept.
    query: Vec<f64>,
    pub(super) worth: Vec<f64>,
    /// Of costs and counts.
    pub(super) estimates: Estimates,
    /// Of the cost-aware one.
    pub(super) scheduler: Option<Scheduler>,
}

/// Of one arm.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Regression {
    /// `θ = A⁻¹ Σ X x`.
    theta: Vec<f64>,
    /// `A⁻¹`, `A = I + Σ x xᵀ`.
    inverse: Inverse,
}

impl LinUcb {
    /// For so many arms and features, with `α` ≥ 0; cost-aware with a scheduler.
    pub fn new(arms: usize, features: usize, alpha: f64, scheduler: Option<Scheduler>) -> Self {
        let dimensions = features + 1;
        let mut query = vec![0.0; dimensions];
        query[features] = 1.0;
        let fresh = Regression { theta: vec![0.0; dimensions], inverse: Inverse::new(dimensions) };
        LinUcb {
            alpha,
            arms: vec![fresh; arms],
            query,
            worth: vec![0.0; arms],
            estimates: Estimates::new(arms),
            scheduler,
        }
    }

    /// What the arms were held to be worth in the last round that was chosen for.
    pub fn worth(&self) -> &[f64] {
        &self.worth
    }
}

impl Policy for LinUcb {
    fn look(&mut self, context: &[f64]) {
        let features = context.get(self.arms.len()..).unwrap_or_default();
        if features.len() + 1 == self.query.len() {
            self.query[..features.len()].copy_from_slice(features);
        }
    }

    fn select(&mut self, setting: &Setting, _t: u32, choice: &mut Choice) {
        let LinUcb { alpha, arms, query, worth, estimates, scheduler } = self;
        for ((worth, arm), count) in worth.iter_mut().zip(arms).zip(&estimates.counts) {
            *worth = match count {
                0 => f64::INFINITY,
                _ => dot(&arm.theta, query) + *alpha * arm.inverse.form(query).sqrt(),
            };
        }
        if let Some(scheduler) = scheduler {
            // The relaxed problem is one of means in [0,1].
            worth.iter_mut().for_each(|worth| *worth = worth.clamp(0.0, 1.0));
            scheduler.select(setting, worth, &estimates.mean_cost, choice);
            return;
        }
        top(worth, &setting.available, setting.n, &mut choice.arms);
        if setting.ordered {
            sort_by_key(&mut choice.arms, &estimates.mean_cost);
        }
    }

    fn update(&mut self, observed: &[Observation]) {
        for seen in observed {
            self.estimates.observe(seen);
            let Some(Regression { theta, inverse }) = self.arms.get_mut(seen.arm) else { continue };
            let off = seen.reward - dot(theta, &self.query);
            let gain = inverse.add(&self.query, 1.0);
            theta.iter_mut().zip(gain).for_each(|(theta, gain)| *theta += gain * off);
        }
    }
}
