//! How a policy came to its set in one round: what it went by, what the relaxed problem gave, how the coins fell.
//!
//! Nothing here is part of playing. A round is explained afterwards, from the policy as it was before it chose and as it
//! was after: the same inputs go once more through the same parts, which give the same bits.

use super::epsilon_greedy::Exploration;
use super::estimates::Estimates;
use super::optimism::Optimism;
use super::policy::{Player, Setting};
use super::rounding::Coin;
use super::scheduling::Scheduler;
use crate::random::unit;
use rand::Rng;
use serde::{Deserialize, Serialize};

/// What stood for a model's reward when the set was chosen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum RewardBy {
    /// Nothing: the set was given, or drawn.
    #[default]
    Nothing,
    /// The optimistic bound `μ̄ = min(μ̂ + α_μ·rad, 1)`.
    Upper,
    /// The optimistic bound less the priced cost, `μ̄ − λ c̲`.
    Priced,
    /// The optimistic bound about a prediction, `clip(p + b̂ + α_μ·rad)`.
    Predicted,
    /// A draw from what is believed of the reward.
    Draw,
    /// The mean so far `μ̂`; above all others (cost-aware: 1) where unseen.
    Mean,
    /// `θᵀx + α·sqrt(xᵀA⁻¹x)`, infinite where unseen (cost-aware: clipped to [0,1]).
    Linear,
}

/// What stood for a model's cost when the set was chosen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum CostBy {
    /// Nothing: the choice took no account of costs.
    #[default]
    Nothing,
    /// The low bound `c̲ = max(ĉ − α_c·rad, 0)`.
    Lower,
    /// A draw from what is believed of the cost.
    Draw,
    /// The mean so far `ĉ`.
    Mean,
}

/// How the set was made of that.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Way {
    /// No model was there.
    #[default]
    Nobody,
    /// The set was fixed before the first round.
    Given,
    /// `n` models at random.
    Random,
    /// A random set among those that fit the budget by the costs seen so far.
    RandomFitting,
    /// The `n` models that stand highest.
    Ranked,
    /// The best set that fits, by branch and bound; where that was cut short, as `Relaxed`.
    Search,
    /// The relaxed problem and its rounding.
    Relaxed,
}

/// What solved the relaxed problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Solved {
    /// The linear program in closed form (SUC, AIC).
    Linear,
    /// AWC, exactly: search of vertices.
    Exact,
    /// AWC by continuous greedy.
    Greedy,
}

/// The last exchange of the linear program: one model gives up a fraction of its place to another.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Exchange {
    /// The model that gives; it keeps `1 − x`.
    pub out: usize,
    /// The model that takes `x`.
    pub into: usize,
    /// `x = (cost − ρ)/(c_out − c_into)`, in (0,1].
    pub fraction: f64,
    /// Cost of the set before the exchange.
    pub cost: f64,
}

/// The linear program of SUC and AIC.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Program {
    /// By arm, what it adds to the objective: its reward, or under AIC the logarithm of it.
    pub weights: Vec<f64>,
    /// `λ` ≥ 0: weight that a unit of cost is worth; 0 where the budget does not bind.
    pub price: f64,
    /// `θ`: models of `w − λc` above it have a whole place, those below it none.
    pub level: f64,
    /// The last exchange; `None` where whole models spend the budget or less.
    pub exchange: Option<Exchange>,
}

/// The relaxed problem of a round and its rounding.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Relaxed {
    /// By what.
    pub solved: Solved,
    /// The message to the cloud, by arm; 0 for arms that are away.
    pub z: Vec<f64>,
    /// The linear program; `None` under AWC, and where no set fits the budget.
    pub program: Option<Program>,
    /// The coins of the rounding, in their order.
    pub coins: Vec<Coin>,
}

/// How a policy came to its set. Costs are scaled; lists have one entry an arm.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Explained {
    /// What `rewards` are.
    pub reward_by: RewardBy,
    /// What `costs` are.
    pub cost_by: CostBy,
    /// What stood for rewards; empty where nothing did.
    pub rewards: Vec<f64>,
    /// What stood for costs; empty where nothing did.
    pub costs: Vec<f64>,
    /// `μ̄`; empty where the policy keeps no such bound.
    pub upper: Vec<f64>,
    /// `c̲`; empty where the policy keeps no such bound.
    pub lower: Vec<f64>,
    /// What a classifier says of the query; empty where none is asked.
    pub predicted: Vec<f64>,
    /// `rad_k`, infinite where unseen; empty where the policy has no radius.
    pub radius: Vec<f64>,
    /// `α_μ` (LinUCB: `α`).
    pub alpha_mu: Option<f64>,
    /// `α_c`.
    pub alpha_c: Option<f64>,
    /// `L` under the root of the radius.
    pub logarithm: Option<f64>,
    /// What stands for `t` in `L`: less than `t` where the policy forgets.
    pub time: Option<f64>,
    /// `λ` of a policy that learns a price.
    pub price: Option<f64>,
    /// `ε` of the round, and the draw that was compared with it: below it a random set is played.
    pub exploration: Option<(f64, f64)>,
    /// How the set was made.
    pub way: Way,
    /// The relaxed problem, where it was solved.
    pub relaxed: Option<Relaxed>,
}

impl Player {
    /// How the set of round `t` came about: `self` is the policy just before it chose, `chosen` the same one just after.
    pub fn explain(&self, chosen: &Player, setting: &Setting, t: u32) -> Explained {
        if setting.available.is_empty() {
            return Explained::default();
        }
        match (self, chosen) {
            (Player::C2mabV(before), Player::C2mabV(after)) => {
                let mut explained = optimistic(&before.optimism, &after.optimism, t);
                explained.relax(&before.scheduler, setting);
                explained
            }
            (Player::Direct(before), Player::Direct(after)) => {
                let mut explained = optimistic(&before.optimism, &after.optimism, t);
                if !after.search_was_proven(setting) {
                    explained.relax(&before.scheduler, setting);
                }
                Explained { way: Way::Search, ..explained }
            }
            (Player::PrimalDual(before), Player::PrimalDual(after)) => Explained {
                reward_by: RewardBy::Priced,
                rewards: after.worth.clone(),
                price: Some(before.price()),
                way: Way::Ranked,
                ..optimistic(&before.optimism, &after.optimism, t)
            },
            (Player::Cucb(before), Player::Cucb(after)) => {
                let logarithm = before.logarithm.at(t);
                let mut explained = Explained {
                    reward_by: RewardBy::Upper,
                    rewards: after.upper.clone(),
                    upper: after.upper.clone(),
                    radius: radii(&before.estimates, logarithm),
                    alpha_mu: Some(before.alpha_mu),
                    logarithm: Some(logarithm),
                    time: Some(f64::from(t)),
                    way: Way::Ranked,
                    ..Explained::default()
                };
                explained.relax_by_means(before.scheduler.as_ref(), &before.estimates, setting);
                explained
            }
            (Player::Thompson(before), Player::Thompson(after)) => {
                let mut explained = Explained {
                    reward_by: RewardBy::Draw,
                    rewards: after.draws.clone(),
                    way: Way::Ranked,
                    ..Explained::default()
                };
                if let (Some(before), Some(after)) = (&before.budgeting, &after.budgeting) {
                    (explained.cost_by, explained.costs) = (CostBy::Draw, after.draws.clone());
                    explained.relax(&before.scheduler, setting);
                }
                explained
            }
            (Player::EpsilonGreedy(before), Player::EpsilonGreedy(_)) => {
                let epsilon = match before.exploration {
                    Exploration::Constant(epsilon) => epsilon,
                    Exploration::Decaying(c) => c / f64::from(t),
                };
                let draw = unit(before.stream.clone().next_u64());
                let unseen = |value: f64| if value == f64::MAX { f64::INFINITY } else { value };
                let mut explained = Explained {
                    reward_by: RewardBy::Mean,
                    rewards: before.value.iter().copied().map(unseen).collect(),
                    exploration: Some((if epsilon < 1.0 { epsilon } else { 1.0 }, draw)),
                    way: Way::Ranked,
                    ..Explained::default()
                };
                let scheduler = before.budgeting.as_ref().map(|own| &own.scheduler);
                if draw < epsilon {
                    explained.way = if scheduler.is_some() { Way::RandomFitting } else { Way::Random };
                    (explained.reward_by, explained.rewards) = (RewardBy::Nothing, Vec::new());
                    if scheduler.is_some() {
                        (explained.cost_by, explained.costs) = (CostBy::Mean, before.estimates.mean_cost.clone());
                    }
                } else {
                    explained.relax_by_means(scheduler, &before.estimates, setting);
                }
                explained
            }
            (Player::Contextual(before), Player::Contextual(after)) => {
                let logarithm = before.logarithm.at(t);
                let mut explained = Explained {
                    reward_by: RewardBy::Predicted,
                    cost_by: CostBy::Lower,
                    rewards: after.upper.clone(),
                    costs: after.lower.clone(),
                    upper: after.upper.clone(),
                    lower: after.lower.clone(),
                    predicted: before.predicted.clone(),
                    radius: radii(&before.estimates, logarithm),
                    alpha_mu: Some(before.alpha_mu),
                    alpha_c: Some(before.alpha_c),
                    logarithm: Some(logarithm),
                    time: Some(f64::from(t)),
                    ..Explained::default()
                };
                explained.relax(&before.scheduler, setting);
                explained
            }
            (Player::LinUcb(before), Player::LinUcb(after)) => {
                let mut explained = Explained {
                    reward_by: RewardBy::Linear,
                    rewards: after.worth.clone(),
                    alpha_mu: Some(before.alpha),
                    way: Way::Ranked,
                    ..Explained::default()
                };
                explained.relax_by_means(before.scheduler.as_ref(), &before.estimates, setting);
                explained
            }
            (Player::RandomSet(_), _) => Explained { way: Way::Random, ..Explained::default() },
            _ => Explained { way: Way::Given, ..Explained::default() },
        }
    }

    /// What the policy has seen of each arm; `None` for those that look at nothing. A contextual policy's mean reward is
    /// that of `X − p`.
    pub fn seen(&self) -> Option<&Estimates> {
        match self {
            Player::C2mabV(policy) => Some(policy.estimates()),
            Player::Direct(policy) => Some(policy.estimates()),
            Player::PrimalDual(policy) => Some(&policy.optimism.estimates),
            Player::Cucb(policy) => Some(&policy.estimates),
            Player::Thompson(policy) => Some(&policy.estimates),
            Player::EpsilonGreedy(policy) => Some(&policy.estimates),
            Player::RandomSet(policy) => Some(&policy.estimates),
            Player::Contextual(policy) => Some(policy.estimates()),
            Player::LinUcb(policy) => Some(&policy.estimates),
            Player::Fixed(_) | Player::Oracle(_) => None,
        }
    }
}

impl Explained {
    /// The relaxed problem under `rewards` and `costs`.
    fn relax(&mut self, scheduler: &Scheduler, setting: &Setting) {
        self.way = Way::Relaxed;
        self.relaxed = Some(scheduler.explain(setting, &self.rewards, &self.costs));
    }

    /// The same under mean costs, where there is a scheduler.
    fn relax_by_means(&mut self, scheduler: Option<&Scheduler>, estimates: &Estimates, setting: &Setting) {
        if let Some(scheduler) = scheduler {
            (self.cost_by, self.costs) = (CostBy::Mean, estimates.mean_cost.clone());
            self.relax(scheduler, setting);
        }
    }
}

/// What all policies with both bounds have in common.
fn optimistic(before: &Optimism, after: &Optimism, t: u32) -> Explained {
    let time = before.time(t);
    let logarithm = before.logarithm.at_time(time);
    Explained {
        reward_by: RewardBy::Upper,
        cost_by: CostBy::Lower,
        rewards: after.upper.clone(),
        costs: after.lower.clone(),
        upper: after.upper.clone(),
        lower: after.lower.clone(),
        radius: radii(&before.estimates, logarithm),
        alpha_mu: Some(before.alpha_mu),
        alpha_c: Some(before.alpha_c),
        logarithm: Some(logarithm),
        time: Some(time),
        ..Explained::default()
    }
}

fn radii(estimates: &Estimates, logarithm: f64) -> Vec<f64> {
    (0..estimates.counts.len()).map(|arm| estimates.radius(arm, logarithm)).collect()
}
