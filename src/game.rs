//! All that playing needs, in a form that can be sent to a worker: numbers, no names.

use crate::bandit::c2mab_v::C2mabV;
use crate::bandit::cucb::Cucb;
use crate::bandit::epsilon_greedy::{EpsilonGreedy, Exploration};
use crate::bandit::fixed::Fixed;
use crate::bandit::oracle::Oracle;
use crate::bandit::policy::{Player, Setting};
use crate::bandit::random_set::RandomSet;
use crate::bandit::thompson::Thompson;
use crate::environment::AnyWorld;
use crate::experiment::Solver;
use crate::optimum::Optimum;
use crate::random::policy_stream;
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
    /// True mean reward `μ` by model.
    pub mean_reward: Vec<f64>,
    /// True mean cost `c` by model, scaled; zeros where unknown.
    pub mean_cost: Vec<f64>,
    /// What costs were divided by.
    pub cost_scale: f64,
    /// What every model would do in every round.
    pub world: AnyWorld,
    /// The policies, in the experiment's order.
    pub policies: Vec<Seat>,
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

/// How a policy is made, with every default filled in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum Recipe {
    C2mabV { alpha_mu: f64, alpha_c: f64, delta: f64, solver: Option<Solver> },
    Cucb { alpha_mu: f64, delta: f64 },
    Thompson,
    EpsilonGreedy(Exploration),
    Fixed(Vec<usize>),
    RandomSet,
    Oracle,
}

impl Game {
    /// The policy before its first round; both count from 0. `None` where there is no such policy.
    pub fn player(&self, optimum: &Optimum, policy: usize, replicate: u32) -> Option<Player> {
        let seat = self.policies.get(policy)?;
        let stream = || policy_stream(self.seed, replicate, &seat.identity, seat.occurrence);
        let arms = self.setting.arms;
        Some(match &seat.recipe {
            Recipe::C2mabV { alpha_mu, alpha_c, delta, solver } => {
                Player::C2mabV(Box::new(C2mabV::new(arms, *alpha_mu, *alpha_c, *delta, *solver, stream())))
            }
            Recipe::Cucb { alpha_mu, delta } => Player::Cucb(Box::new(Cucb::new(arms, *alpha_mu, *delta))),
            Recipe::Thompson => Player::Thompson(Box::new(Thompson::new(arms, stream()))),
            Recipe::EpsilonGreedy(exploration) => {
                Player::EpsilonGreedy(Box::new(EpsilonGreedy::new(arms, *exploration, stream())))
            }
            Recipe::Fixed(set) => Player::Fixed(Fixed::new(set.clone())),
            Recipe::RandomSet => Player::RandomSet(Box::new(RandomSet::new(arms, stream()))),
            Recipe::Oracle => Player::Oracle(Oracle::new(optimum.arms.clone(), !optimum.feasible)),
        })
    }
}
