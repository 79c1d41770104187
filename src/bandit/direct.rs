//! C2MAB-V-Direct: C2MAB-V's estimates, and the best set under them by branch and bound in place of relaxation and
//! rounding.

use super::best_set::Search;
use super::estimates::Estimates;
use super::optimism::{Confidence, Optimism};
use super::policy::{Choice, Observation, Policy, Setting, sort_by_key};
use super::scheduling::Scheduler;
use crate::random::Stream;
use serde::{Deserialize, Serialize};

/// Branches that one round's search may visit. Two hundred models take a few hundred as a rule; this many take some
/// tens of milliseconds, so that even a run whose every round is cut short comes to its end.
pub const ROUND_NODE_LIMIT: u64 = 20_000;

/// The policy.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Direct {
    pub(super) optimism: Optimism,
    /// Plays the rounds whose search is cut short.
    pub(super) scheduler: Scheduler,
    nodes: u64,
    /// Scratch space; it remembers nothing.
    #[serde(skip)]
    search: Search,
}

impl Direct {
    /// With at most so many branches a round ([`ROUND_NODE_LIMIT`]), and the policy's own stream.
    pub fn new(setting: &Setting, confidence: &Confidence, nodes: u64, stream: Stream) -> Self {
        Direct {
            optimism: Optimism::new(setting, confidence),
            scheduler: Scheduler::new(setting.arms, None, stream),
            nodes,
            search: Search::default(),
        }
    }

    /// What it has learned.
    pub fn estimates(&self) -> &Estimates {
        &self.optimism.estimates
    }

    /// `μ̄` and `c̲` of the last round that was chosen for.
    pub fn bounds(&self) -> (&[f64], &[f64]) {
        (&self.optimism.upper, &self.optimism.lower)
    }

    /// Whether the search of the last round that was chosen for ran to its end: it is made once more.
    pub(super) fn search_was_proven(&self, setting: &Setting) -> bool {
        let (upper, lower) = self.bounds();
        Search::default().run(setting, upper, lower, self.nodes).proven
    }
}

impl Policy for Direct {
    fn select(&mut self, setting: &Setting, t: u32, choice: &mut Choice) {
        self.optimism.prepare(t);
        let (upper, lower) = (&self.optimism.upper, &self.optimism.lower);
        let found = self.search.run(setting, upper, lower, self.nodes);
        if !found.proven {
            choice.unproven = true;
            self.scheduler.select(setting, upper, lower, choice);
            return;
        }
        choice.arms.extend_from_slice(self.search.set());
        choice.infeasible = !found.feasible;
        choice.empty = choice.arms.is_empty();
        if setting.ordered {
            sort_by_key(&mut choice.arms, lower);
        }
    }

    fn update(&mut self, observed: &[Observation]) {
        self.optimism.learn(observed);
    }
}
