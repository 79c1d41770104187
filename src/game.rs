//! All that playing needs, in a form that can be sent to a worker: numbers, no names.

use crate::bandit::c2mab_v::C2mabV;
use crate::bandit::contextual::Contextual;
use crate::bandit::cucb::Cucb;
use crate::bandit::direct::Direct;
use crate::bandit::epsilon_greedy::{EpsilonGreedy, Exploration};
use crate::bandit::fixed::Fixed;
use crate::bandit::forgetting::Memory;
use crate::bandit::linucb::LinUcb;
use crate::bandit::offline;
use crate::bandit::optimism::Confidence;
use crate::bandit::oracle::Oracle;
use crate::bandit::policy::{Player, Setting};
use crate::bandit::primal_dual::PrimalDual;
use crate::bandit::random_set::RandomSet;
use crate::bandit::retraining::Retraining;
use crate::bandit::scheduling::Scheduler;
use crate::bandit::thompson::Thompson;
use crate::environment::{AnyWorld, Outcome, World};
use crate::experiment::Solver;
use crate::optimum::Optimum;
use crate::random::{mix, policy_stream, second_stream, world_key};
use serde::{Deserialize, Serialize};

/// The world, the task and the policies of a run. A [`crate::plan::Plan`] makes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Game {
    /// What policies may know.
    pub setting: Setting,
    /// Seed of the world and of the policies' own streams.
    pub seed: u64,
    /// Number of replicates.
    pub replicates: u32,
    /// `α` of the α-approximate regret.
    pub regret_alpha: f64,
    /// Whether calls stop at the first success.
    pub stop_at_success: bool,
    /// Whether calls stop at the first failure.
    pub stop_at_failure: bool,
    /// The rounds cut wherever the world changes or a model goes or comes; at least one, the first from round 1.
    pub segments: Vec<Segment>,
    /// What costs were divided by.
    pub cost_scale: f64,
    /// What every model would do in every round.
    pub world: AnyWorld,
    /// Rows that offline policies learn from before the first round, row-major; empty for a synthetic world, which
    /// draws them.
    pub training: Vec<Outcome>,
    /// The policies, in the experiment's order.
    pub policies: Vec<Seat>,
}

/// Rounds in which the world stays as it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Segment {
    /// First round, from 1.
    pub from: u32,
    /// The arms that are not away, ascending; at least one. `A_t` is those of them that the round's row has a result of.
    pub available: Vec<usize>,
    /// True mean reward `μ` by model: on data over the rows that have a result of it, whoever else is there.
    pub mean_reward: Vec<f64>,
    /// True mean cost `c` by model, scaled and over the same rows; zeros where unknown.
    pub mean_cost: Vec<f64>,
    /// State of the world, from 0.
    pub world: usize,
}

/// A policy of the list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Seat {
    /// What it is.
    pub recipe: Recipe,
    /// Its canonical JSON without label. With the seed, the replicate and `occurrence` it keys the policy's own stream,
    /// so that adding, removing or reordering policies changes no other curve.
    pub identity: String,
    /// How many equal ones stand before it.
    pub occurrence: u32,
}

/// How a policy is made, with every default filled in. `cost_aware` is true only where there is a budget: without one a
/// cost-aware policy is the blind one. `nodes`: branches that a round's search may visit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum Recipe {
    C2mabV { confidence: Confidence, solver: Option<Solver> },
    Direct { confidence: Confidence, nodes: u64 },
    PrimalDual(Confidence),
    Cucb { alpha_mu: f64, delta: f64, cost_aware: bool },
    Thompson { cost_aware: bool },
    EpsilonGreedy { exploration: Exploration, cost_aware: bool },
    Offline { samples: u32 },
    Fixed(Vec<usize>),
    RandomSet,
    Oracle,
    Contextual { confidence: Confidence, solver: Option<Solver>, retrain: Option<u32> },
    LinUcb { alpha: f64, cost_aware: bool },
}

impl Game {
    /// What policies may know in the situation with this number, in which these arms are there.
    pub fn setting(&self, situation: usize, available: &[usize]) -> Setting {
        let n = self.setting.n.min(available.len());
        Setting { situation, n, available: available.to_vec(), ..self.setting.clone() }
    }

    /// `δ` of the policy at a place, where Lemma 1 speaks of it: C2MAB-V, or Direct, that forgets nothing, in a world
    /// that stays as it is and misses no result: who is there may say something of how good the others are.
    pub fn lemma(&self, policy: usize) -> Option<f64> {
        match self.policies.get(policy)?.recipe {
            Recipe::C2mabV { confidence, .. } | Recipe::Direct { confidence, .. }
                if self.segments.len() == 1 && self.has_true_means() && confidence.memory == Memory::All =>
            {
                Some(confidence.delta)
            }
            _ => None,
        }
    }

    /// Whether the true means are known and those of every round.
    fn has_true_means(&self) -> bool {
        !self.world.has_missing() && !matches!(self.world, AnyWorld::Live { .. })
    }

    /// The arms seen in `samples` rows before the first round, and the mean reward and cost of each over those rows that
    /// have a result of it: rows held out of the data, or draws from the first state of a synthetic world that no round
    /// meets.
    fn seen_before(&self, samples: u32, replicate: u32) -> (Vec<usize>, Vec<f64>, Vec<f64>) {
        let arms = self.setting.arms;
        let (mut reward, mut cost, mut rows) = (vec![0.0; arms], vec![0.0; arms], vec![0u32; arms]);
        let mut add = |arm: usize, outcome: Outcome| {
            if !outcome.reward.is_nan() {
                reward[arm] += outcome.reward;
                cost[arm] += outcome.cost;
                rows[arm] += 1;
            }
        };
        match &self.world {
            AnyWorld::Synthetic(worlds) => {
                let key = mix(world_key(self.seed, replicate));
                for row in 0..samples {
                    let Some(world) = worlds.first() else { break };
                    let round = world.begin(key, row);
                    (0..arms).for_each(|arm| add(arm, world.outcome(round, arm)));
                }
            }
            // Refused by the plan: there are no rows to learn from.
            AnyWorld::Live { .. } => {}
            AnyWorld::Replay(_) => {
                let kept = self.training.chunks_exact(arms.max(1)).take(samples as usize);
                kept.for_each(|row| row.iter().enumerate().for_each(|(arm, outcome)| add(arm, *outcome)));
            }
        }
        for ((reward, cost), rows) in reward.iter_mut().zip(&mut cost).zip(&rows) {
            let rows = f64::from((*rows).max(1));
            *reward /= rows;
            *cost /= rows;
        }
        ((0..arms).filter(|&arm| rows[arm] > 0).collect(), reward, cost)
    }

    /// The policy before its first round; both count from 0. `optima` are those of the situations. `None` where there is
    /// no such policy.
    pub fn player(&self, optima: &[Optimum], policy: usize, replicate: u32) -> Option<Player> {
        let seat = self.policies.get(policy)?;
        let stream = || policy_stream(self.seed, replicate, &seat.identity, seat.occurrence);
        let arms = self.setting.arms;
        let scheduler = |wanted: bool| wanted.then(|| Scheduler::new(arms, None, second_stream(&stream())));
        Some(match &seat.recipe {
            Recipe::C2mabV { confidence, solver } => {
                Player::C2mabV(Box::new(C2mabV::new(&self.setting, confidence, *solver, stream())))
            }
            Recipe::Direct { confidence, nodes } => {
                Player::Direct(Box::new(Direct::new(&self.setting, confidence, *nodes, stream())))
            }
            Recipe::PrimalDual(confidence) => Player::PrimalDual(Box::new(PrimalDual::new(&self.setting, confidence))),
            Recipe::Cucb { alpha_mu, delta, cost_aware } => {
                Player::Cucb(Box::new(Cucb::new(arms, *alpha_mu, *delta, scheduler(*cost_aware))))
            }
            Recipe::Thompson { cost_aware } => {
                Player::Thompson(Box::new(Thompson::new(arms, scheduler(*cost_aware), stream())))
            }
            Recipe::EpsilonGreedy { exploration, cost_aware } => {
                let policy = EpsilonGreedy::new(arms, *exploration, scheduler(*cost_aware), stream());
                Player::EpsilonGreedy(Box::new(policy))
            }
            Recipe::Fixed(set) => Player::Fixed(Fixed::new(set.clone())),
            Recipe::RandomSet => Player::RandomSet(Box::new(RandomSet::new(arms, stream()))),
            Recipe::Offline { samples } => {
                let (seen, reward, cost) = self.seen_before(*samples, replicate);
                Player::Fixed(offline::learn(&self.setting, &seen, &reward, &cost))
            }
            Recipe::Contextual { confidence, solver, retrain } => {
                let features = self.world.context_width().saturating_sub(arms);
                let retraining = retrain.map(|every| Retraining::new(arms, features, every));
                let policy = Contextual::new(&self.setting, confidence, *solver, retraining, stream());
                Player::Contextual(Box::new(policy))
            }
            Recipe::LinUcb { alpha, cost_aware } => {
                let features = self.world.context_width().saturating_sub(arms);
                Player::LinUcb(Box::new(LinUcb::new(arms, features, *alpha, scheduler(*cost_aware))))
            }
            Recipe::Oracle => {
                let sets = optima.iter().map(|optimum| (optimum.arms.clone(), !optimum.feasible));
                Player::Oracle(Oracle::new(sets.collect()))
            }
        })
    }
}
