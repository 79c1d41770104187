//! Offline: the best feasible set by rows seen beforehand, then always that one.

use super::best_set::{NODE_LIMIT, best_set};
use super::fixed::Fixed;
use super::policy::{Setting, sort_by_key};

/// The policy that always plays the best set (by `r(S; μ̂)`) that fits the budget under these mean rewards and scaled
/// costs, one an arm; cheap models are called first.
pub fn learn(setting: &Setting, mean_reward: &[f64], mean_cost: &[f64]) -> Fixed {
    let (n, budget) = (setting.n, setting.budget);
    let best = best_set(setting.reward, mean_reward, mean_cost, n, budget, setting.at_least_one, NODE_LIMIT);
    let mut arms = best.set;
    sort_by_key(&mut arms, mean_cost);
    Fixed::new(arms)
}
