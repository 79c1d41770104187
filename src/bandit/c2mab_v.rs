//! C2MAB-V (arXiv 2405.16587, algorithms 1 and 2): optimistic estimates, the relaxed problem, and its rounding by a
//! scheduling cloud that sees neither.

use super::estimates::Estimates;
use super::optimism::{Confidence, Optimism};
use super::policy::{Choice, Observation, Policy, Setting};
use super::scheduling::Scheduler;
use crate::experiment::Solver;
use crate::random::Stream;
use serde::{Deserialize, Serialize};

/// The policy.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct C2mabV {
    /// Stays with the local server.
    pub(super) optimism: Optimism,
    pub(super) scheduler: Scheduler,
}

impl C2mabV {
    /// With AWC's solver (by size where `None`) and the policy's own stream.
    pub fn new(setting: &Setting, confidence: &Confidence, solver: Option<Solver>, stream: Stream) -> Self {
        C2mabV { optimism: Optimism::new(setting, confidence), scheduler: Scheduler::new(setting.arms, solver, stream) }
    }

    /// What it has learned.
    #[inline]
    pub fn estimates(&self) -> &Estimates {
        &self.optimism.estimates
    }

    /// `μ̄` and `c̲` of the last round that was chosen for.
    pub fn bounds(&self) -> (&[f64], &[f64]) {
        (&self.optimism.upper, &self.optimism.lower)
    }
}

impl Policy for C2mabV {
    #[inline]
    fn select(&mut self, setting: &Setting, t: u32, choice: &mut Choice) {
        self.optimism.prepare(t);
        self.scheduler.select(setting, &self.optimism.upper, &self.optimism.lower, choice);
    }

    #[inline]
    fn update(&mut self, observed: &[Observation]) {
        self.optimism.learn(observed);
    }
}
