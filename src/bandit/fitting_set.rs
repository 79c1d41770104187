//! Random sets that fit the budget by the costs seen so far: how the cost-aware ε-greedy explores.
//!
//! The literature's ε-greedy has no budget, so this construction is our own: arms are tried in random order, and one is
//! added if with it the cheapest completion to an allowed set still fits. Every set that fits can come out; they are
//! not all equally likely.

use super::policy::{Choice, Setting};
use super::relaxation::TOLERANCE;
use super::scheduling::cheapest;
use crate::experiment::RewardModel;
use crate::order::sort_places;
use crate::random::{Stream, below};
use rand::Rng;

/// Scratch space; it remembers nothing.
#[derive(Debug, Clone, Default)]
pub(super) struct FittingSet {
    order: Vec<usize>,
    by_cost: Vec<usize>,
}

impl FittingSet {
    /// Adds a random set to `choice`, whose arms are empty: exactly `n` arms (at most `n` under AWC), none away, with
    /// `Σ costs ≤ ρ`. Where no such set exists, the cheapest: `n` arms, or under AWC one (none without `at_least_one`).
    pub(super) fn draw(&mut self, setting: &Setting, costs: &[f64], stream: &mut Stream, choice: &mut Choice) {
        let arms = setting.available.len();
        let n = setting.n.min(arms);
        let may_stay_small = setting.reward == RewardModel::Awc;
        let limit = setting.budget + TOLERANCE;
        let of = |arm: usize| costs.get(arm).copied().unwrap_or(0.0);
        self.by_cost.clear();
        self.by_cost.extend_from_slice(&setting.available);
        sort_places(&mut self.by_cost, |a, b| of(a).total_cmp(&of(b)).then(a.cmp(&b)));
        self.order.clear();
        self.order.extend_from_slice(&setting.available);
        let mut spent = 0.0;
        for place in 0..arms {
            let left = n - choice.arms.len();
            if left == 0 {
                return;
            }
            let other = place + below(stream.next_u64(), (arms - place) as u64) as usize;
            self.order.swap(place, other);
            let arm = self.order[place];
            let missing = if may_stay_small { 0 } else { left - 1 };
            let others = self.by_cost.iter().filter(|&&other| other != arm && !choice.arms.contains(&other));
            let rest: f64 = others.take(missing).map(|&other| of(other)).sum();
            if spent + of(arm) + rest <= limit {
                spent += of(arm);
                choice.arms.push(arm);
            }
        }
        if may_stay_small {
            if choice.arms.is_empty() && setting.at_least_one {
                choice.infeasible = true;
                choice.arms.extend(cheapest(&setting.available, costs));
            }
            choice.empty = choice.arms.is_empty();
            return;
        }
        // Nothing was added where not even the cheapest set fits. (Else only a rounding error can leave a place open.)
        choice.infeasible = choice.arms.is_empty();
        for &arm in &self.by_cost {
            if choice.arms.len() < n && !choice.arms.contains(&arm) {
                choice.arms.push(arm);
            }
        }
    }
}
