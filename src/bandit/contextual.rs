//! Contextual C2MAB-V: a classifier that has read the query says how likely each model is right, feedback says how far off
//! it is. `μ̄_k(q) = clip(p_k(q) + b̂_k + α_μ·rad_k)`, `b̂_k` the running mean of `X − p_k`; costs, relaxed problem and
//! rounding are C2MAB-V's (arXiv 2405.16587, algorithms 1 and 2; the predictions are SelectLLM's, arXiv 2408.08545).

use super::estimates::{Estimates, Logarithm};
use super::optimism::Confidence;
use super::policy::{Choice, Observation, Policy, Setting};
use super::retraining::Retraining;
use super::scheduling::Scheduler;
use crate::experiment::Solver;
use crate::random::Stream;
use serde::{Deserialize, Serialize};

/// The policy. It forgets nothing: `memory` of its confidence is not looked at.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Contextual {
    pub(super) alpha_mu: f64,
    pub(super) alpha_c: f64,
    pub(super) logarithm: Logarithm,
    /// Of `X − p` in the place of rewards, and of costs.
    pub(super) estimates: Estimates,
    /// `p` of the round's query, one an arm in [0,1].
    pub(super) predicted: Vec<f64>,
    /// `μ̄` of the round.
    pub(super) upper: Vec<f64>,
    /// `c̲` of the round.
    pub(super) lower: Vec<f64>,
    pub(super) scheduler: Scheduler,
    /// `None` where the classifier stays as it is.
    retraining: Option<Box<Retraining>>,
}

impl Contextual {
    /// With AWC's solver (by size where `None`) and the policy's own stream. Before it is told of a query every model is
    /// as likely right as wrong.
    pub fn new(
        setting: &Setting,
        confidence: &Confidence,
        solver: Option<Solver>,
        retraining: Option<Retraining>,
        stream: Stream,
    ) -> Self {
        let arms = setting.arms;
        Contextual {
            alpha_mu: confidence.alpha_mu,
            alpha_c: confidence.alpha_c,
            logarithm: Logarithm::new(arms, confidence.delta),
            estimates: Estimates::new(arms),
            predicted: vec![0.5; arms],
            upper: vec![1.0; arms],
            lower: vec![0.0; arms],
            scheduler: Scheduler::new(arms, solver, stream),
            retraining: retraining.map(Box::new),
        }
    }

    /// What it has learned: `b̂` in the place of mean rewards, and mean costs.
    pub fn estimates(&self) -> &Estimates {
        &self.estimates
    }

    /// `p` of the round's query.
    pub fn predicted(&self) -> &[f64] {
        &self.predicted
    }

    /// `μ̄` and `c̲` of the last round that was chosen for.
    pub fn bounds(&self) -> (&[f64], &[f64]) {
        (&self.upper, &self.lower)
    }
}

impl Policy for Contextual {
    fn look(&mut self, context: &[f64]) {
        let Some((predicted, features)) = context.split_at_checked(self.predicted.len()) else { return };
        match &mut self.retraining {
            None => self.predicted.copy_from_slice(predicted),
            Some(retraining) => retraining.predict(predicted, features, &mut self.predicted),
        }
    }

    fn select(&mut self, setting: &Setting, t: u32, choice: &mut Choice) {
        let logarithm = self.logarithm.at(t);
        let Contextual { alpha_mu, alpha_c, estimates, predicted, upper, lower, scheduler, .. } = self;
        estimates.bounds_around(predicted, logarithm, (*alpha_mu, *alpha_c), upper, lower);
        scheduler.select(setting, upper, lower, choice);
    }

    fn update(&mut self, observed: &[Observation]) {
        for seen in observed {
            let Some(predicted) = self.predicted.get(seen.arm) else { continue };
            self.estimates.observe(&Observation { reward: seen.reward - predicted, ..*seen });
        }
        if let Some(retraining) = &mut self.retraining {
            retraining.learn(observed, &self.predicted);
        }
    }
}
