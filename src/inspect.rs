//! One round of a run, seen from inside: what the policy knew and went by, what it chose and how, what came back, and what
//! it learned of it.
//!
//! Nothing of this is kept while a run is played. [`Inspector`] plays the policy once more from the first round, which
//! gives the same bits, and looks at the round that was asked for; [`Inspection`] is what it sees, in plain numbers.

mod describe;
mod seek;

pub use seek::{Answer, Inspector, RoundWanted, Seek};

use crate::bandit::explained::{CostBy, Exchange, RewardBy, Solved, Way};
use crate::bandit::rounding::Coin;
use crate::experiment::RewardModel;
use serde::{Deserialize, Serialize};

/// A round of one policy in one replicate. Costs are in the unit of the input; rounds count from 1, policies, replicates,
/// models and rows from 0.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Inspection {
    /// Place of the policy in the experiment's list.
    pub policy: u32,
    /// The replicate.
    pub replicate: u32,
    /// The round.
    pub round: u32,
    /// Rounds planned.
    pub rounds: u32,
    /// Reward of a set.
    pub reward: RewardModel,
    /// Models of a set in this round, `n = min(N, |A_t|)`: so many, or under AWC at most so many.
    pub n: u32,
    /// `ρ`; `None` where there is no budget.
    pub budget: Option<f64>,
    /// What costs are divided by before policies see them: the radius is of costs so scaled.
    pub cost_scale: f64,
    /// The row of data that was played, among those that are played at all; `None` where there is none.
    pub row: Option<u32>,
    /// The models, in the environment's order.
    pub arms: Vec<Arm>,
    /// Of what the choice was made.
    pub basis: Basis,
    /// How the set was made.
    pub way: Way,
    /// The relaxed problem and its rounding, where the policy has solved it.
    pub relaxed: Option<Relaxed>,
    /// Whether no allowed set fitted the budget.
    pub infeasible: bool,
    /// Whether the rounding selected nothing (the cheapest model may have been called instead).
    pub empty: bool,
    /// Whether the search for the best set was cut short, and the relaxed problem solved instead.
    pub unproven: bool,
    /// Models called, in the order of the calls.
    pub calls: Vec<u32>,
    /// What the round cost.
    pub paid: f64,
    /// What it brought: the realised reward.
    pub realised: f64,
    /// `r(S; μ)` of the chosen set under the true means.
    pub expected: f64,
    /// `r(S*; μ)`; the relaxed optimum where `best_is_relaxed`.
    pub best: f64,
    /// Whether `S*` is not known.
    pub best_is_relaxed: bool,
    /// `S*`, or the best set that was found.
    pub best_set: Vec<u32>,
    /// `α` of the regret.
    pub regret_alpha: f64,
    /// What the round adds to the regret, `α·best − expected`.
    pub regret: f64,
    /// The sums over this and all rounds before.
    pub so_far: SoFar,
}

/// A model in a round.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Arm {
    /// Whether it could be called.
    pub there: bool,
    /// True mean reward `μ`.
    pub true_reward: f64,
    /// True mean cost `c`.
    pub true_cost: f64,
    /// What had been seen of it before; `None` where the policy looks at nothing.
    pub before: Option<Learned>,
    /// The same after the round.
    pub after: Option<Learned>,
    /// `rad`, of rewards and of scaled costs; `None` where it was never seen (infinite) or the policy has none.
    pub radius: Option<f64>,
    /// What a classifier says of the query, in [0,1].
    pub predicted: Option<f64>,
    /// `μ̄`; `None` where the policy keeps no such bound.
    pub upper: Option<f64>,
    /// `c̲`; `None` where the policy keeps no such bound.
    pub lower: Option<f64>,
    /// What stood for its reward when the set was chosen ([`Basis::reward_by`]), maybe infinite.
    pub by_reward: Option<f64>,
    /// What stood for its cost when the set was chosen ([`Basis::cost_by`]).
    pub by_cost: Option<f64>,
    /// Its part of the message to the cloud, in [0,1]; `None` where the relaxed problem was not solved.
    pub z: Option<f64>,
    /// Its weight in the linear program; `None` where there is none.
    pub weight: Option<f64>,
    /// Its place in the set's order of calls, from 1; `None` where it was not selected.
    pub place: Option<u32>,
    /// What came back; `None` where it was not called.
    pub outcome: Option<Came>,
}

/// What had been seen of a model.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Learned {
    /// `T_k`: observations.
    pub seen: u32,
    /// What they weigh: as many, or less where the policy forgets.
    pub weight: f64,
    /// `μ̂` (contextual policies: `b̂`, the mean of `X − p`); 0 where unseen.
    pub reward: f64,
    /// `ĉ`; 0 where unseen.
    pub cost: f64,
}

/// What came back from a call.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Came {
    /// Reward in [0,1].
    pub reward: f64,
    /// Cost.
    pub cost: f64,
}

/// Of what a policy made its choice.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Basis {
    /// What stood for rewards.
    pub reward_by: RewardBy,
    /// What stood for costs.
    pub cost_by: CostBy,
    /// `α_μ` (LinUCB: `α`).
    pub alpha_mu: Option<f64>,
    /// `α_c`.
    pub alpha_c: Option<f64>,
    /// `δ`.
    pub delta: Option<f64>,
    /// `L`: the logarithm under the root of the radius.
    pub logarithm: Option<f64>,
    /// What stands for `t` in it: less than `t` where the policy forgets.
    pub time: Option<f64>,
    /// `λ` of a policy that learns a price, before and after the round: reward per unit of cost.
    pub price: Option<(f64, f64)>,
    /// `ε`, and the draw that was compared with it: below it a random set is played.
    pub exploration: Option<(f64, f64)>,
}

/// The relaxed problem of a round and its rounding.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Relaxed {
    /// By what it was solved.
    pub solved: Solved,
    /// The objective at `z`: what the set is worth by what the policy went by.
    pub objective: f64,
    /// `Σ z`.
    pub places: f64,
    /// `Σ c z` by what the policy took for costs.
    pub cost: f64,
    /// The linear program's prices; `None` under AWC, and where no set fits the budget.
    pub program: Option<Prices>,
    /// The coins of the rounding, in their order.
    pub coins: Vec<Coin>,
}

/// How the linear program's solution is seen to be best.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Prices {
    /// `λ` ≥ 0: weight that a unit of cost is worth; 0 where the budget does not bind.
    pub price: f64,
    /// `θ`: models of `w − λc` above it have a whole place, those below it none. `None` where every model has a place.
    pub level: Option<f64>,
    /// The last exchange; `None` where whole models spend the budget or less.
    pub exchange: Option<Exchange>,
}

/// Sums over all rounds up to this one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct SoFar {
    /// Cumulative regret.
    pub regret: f64,
    /// Mean realised reward of a round.
    pub reward: f64,
    /// Mean cost of a round.
    pub cost: f64,
    /// `V(t)`: how far the mean cost is above the budget; `None` where there is none.
    pub violation: Option<f64>,
}
