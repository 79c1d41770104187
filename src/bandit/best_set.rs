//! `S*`: the best set within the budget, by branch and bound.
//!
//! All three reward models are knapsacks with a bound on the size: the sum of `μ` (SUC), `ln μ` (AIC) or `−ln(1 − μ)`
//! (AWC) is largest where the reward is. The linear program bounds a branch from above, and has at most two fractional
//! arms to branch on. Logarithms are taken of numbers not below 1e-12.

use crate::bandit::relaxation::linear::Linear;
use crate::bandit::relaxation::{Feasibility, TOLERANCE};
use crate::bandit::reward::{log_mean, set_reward};
use crate::experiment::RewardModel;

/// Branches visited before the search gives up.
pub const NODE_LIMIT: u64 = 200_000;

/// A branch is dropped unless it promises more than the best set known by this much.
const GAIN: f64 = 1e-12;

/// What the search found.
#[derive(Debug, Clone, PartialEq)]
pub struct BestSet {
    /// Arm indices, ascending.
    pub set: Vec<usize>,
    /// Its expected reward `r(S; μ)`.
    pub reward: f64,
    /// Its cost `Σc`, in the costs' unit.
    pub cost: f64,
    /// Whether it fits the budget. If no set does, `set` is the `n` cheapest arms (SUC, AIC), or under AWC the cheapest
    /// arm (`at_least_one`).
    pub feasible: bool,
    /// Whether the search ran to its end; if not, `set` is the best one seen, and a better one may exist.
    pub proven: bool,
    /// Branches visited.
    pub nodes: u64,
}

/// The best set of exactly `n` arms (SUC, AIC; all arms if there are fewer), or of at most `n` (AWC; with
/// `at_least_one` never empty if there are arms), within the budget, under means in [0,1] and costs ≥ 0.
///
/// `nodes` bounds the search ([`NODE_LIMIT`] is a good choice). Sets whose weights' sums differ by less than 1e-12
/// count as equal; the first one in the search's fixed order is kept.
pub fn best_set(
    model: RewardModel,
    means: &[f64],
    costs: &[f64],
    n: usize,
    budget: f64,
    at_least_one: bool,
    nodes: u64,
) -> BestSet {
    let arms = means.len().min(costs.len());
    let n = n.min(arms);
    let (means, costs) = (&means[..arms], &costs[..arms]);
    let slack = if model == RewardModel::Awc { n } else { 0 };
    let mut weights: Vec<f64> = means
        .iter()
        .map(|&mean| match model {
            RewardModel::Suc => mean,
            RewardModel::Aic => log_mean(mean),
            RewardModel::Awc => -log_mean(1.0 - mean),
        })
        .collect();
    weights.resize(arms + slack, 0.0);
    let mut priced = costs.to_vec();
    priced.resize(arms + slack, 0.0);
    let mut search = Search {
        weights,
        costs: priced,
        linear: Linear::new(arms + slack),
        state: vec![State::Free; arms + slack],
        best: None,
        visited: 0,
        limit: nodes.max(1),
        stopped: false,
    };
    search.visit(n, budget);
    let feasible = search.best.is_some();
    let (proven, visited) = (!search.stopped, search.visited);
    let mut set: Vec<usize> = match search.best {
        Some((_, set)) => set.into_iter().filter(|&arm| arm < arms).collect(),
        None => cheapest(costs, means, n),
    };
    let mut fits = feasible;
    if model == RewardModel::Awc && set.is_empty() && at_least_one {
        set = cheapest(costs, means, n.min(1));
        fits = set.iter().map(|&arm| costs[arm]).sum::<f64>() <= budget + TOLERANCE;
    }
    set.sort_unstable();
    BestSet {
        reward: set_reward(model, means, &set),
        cost: set.iter().map(|&arm| costs[arm]).sum(),
        set,
        feasible: fits,
        proven,
        nodes: visited,
    }
}

/// The `n` cheapest arms; among equals the larger mean, then the lower index.
fn cheapest(costs: &[f64], means: &[f64], n: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..costs.len()).collect();
    order.sort_by(|&a, &b| costs[a].total_cmp(&costs[b]).then(means[b].total_cmp(&means[a])));
    order.truncate(n);
    order
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum State {
    Free,
    In,
    Out,
}

struct Search {
    weights: Vec<f64>,
    costs: Vec<f64>,
    linear: Linear,
    state: Vec<State>,
    /// Sum of weights and set.
    best: Option<(f64, Vec<usize>)>,
    visited: u64,
    limit: u64,
    stopped: bool,
}

impl Search {
    /// Searches the sets that agree with `state`, `places` and `budget` being what its chosen arms leave.
    fn visit(&mut self, places: usize, budget: f64) {
        if self.visited >= self.limit {
            self.stopped = true;
            return;
        }
        self.visited += 1;
        let free: Vec<usize> = (0..self.state.len()).filter(|&arm| self.state[arm] == State::Free).collect();
        if free.len() < places || budget < -TOLERANCE {
            return;
        }
        let weights: Vec<f64> = free.iter().map(|&arm| self.weights[arm]).collect();
        let costs: Vec<f64> = free.iter().map(|&arm| self.costs[arm]).collect();
        let mut z = vec![0.0; free.len()];
        if self.linear.solve(&weights, &costs, places, budget, &mut z) == Feasibility::Infeasible {
            return;
        }
        let chosen: f64 =
            (0..self.state.len()).filter(|&arm| self.state[arm] == State::In).map(|k| self.weights[k]).sum();
        let bound = chosen + weights.iter().zip(&z).map(|(w, z)| w * z).sum::<f64>();
        if self.best.as_ref().is_some_and(|(best, _)| bound <= best + GAIN) {
            return;
        }
        // The larger of the fractional entries: deciding it moves the bound most.
        let mut branch: Option<(usize, f64)> = None;
        for (&arm, &z) in free.iter().zip(&z) {
            if z > GAIN && z < 1.0 - GAIN && branch.is_none_or(|(_, largest)| z > largest) {
                branch = Some((arm, z));
            }
        }
        let Some((arm, _)) = branch else {
            let mut set: Vec<usize> = free.iter().zip(&z).filter(|(_, z)| **z > 0.5).map(|(arm, _)| *arm).collect();
            set.extend((0..self.state.len()).filter(|&arm| self.state[arm] == State::In));
            self.best = Some((bound, set));
            return;
        };
        if places > 0 {
            self.state[arm] = State::In;
            self.visit(places - 1, budget - self.costs[arm]);
        }
        self.state[arm] = State::Out;
        self.visit(places, budget);
        self.state[arm] = State::Free;
    }
}
