//! Offline: the best feasible set by rows seen beforehand, then always that one.

use super::best_set::{NODE_LIMIT, best_set};
use super::fixed::Fixed;
use super::policy::{Setting, sort_by_key};

/// The policy that always plays the best set of arms in `seen` (by `r(S; μ̂)`) that fits the budget under these mean
/// rewards and scaled costs, one an arm; cheap models are called first.
pub fn learn(setting: &Setting, seen: &[usize], mean_reward: &[f64], mean_cost: &[f64]) -> Fixed {
    let (n, budget) = (setting.n.min(seen.len()), setting.budget);
    let of = |values: &[f64]| seen.iter().map(|&arm| values.get(arm).copied().unwrap_or(0.0)).collect::<Vec<_>>();
    let (means, costs) = (of(mean_reward), of(mean_cost));
    let best = best_set(setting.reward, &means, &costs, n, budget, setting.at_least_one, NODE_LIMIT);
    let mut arms: Vec<usize> = best.set.iter().filter_map(|&place| seen.get(place).copied()).collect();
    sort_by_key(&mut arms, mean_cost);
    Fixed::new(arms)
}
