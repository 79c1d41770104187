//! `S*`: the best set within the budget, by branch and bound.
//!
//! All three reward models are knapsacks with a bound on the size: the sum of `μ` (SUC), `ln μ` (AIC) or `−ln(1 − μ)`
//! (AWC) is largest where the reward is. The linear program bounds a branch from above, and has at most two fractional
//! arms to branch on. Its prices at the root tell what taking an arm must cost at least: arms that no better set can
//! hold are left aside as soon as a good set is known. An arm that is no worse and no dearer than another stands before
//! it: some best set holds no arm without all that stand before it, so that only such sets are searched. Logarithms are
//! taken of numbers not below 1e-12.

use crate::bandit::policy::Setting;
use crate::bandit::relaxation::linear::Linear;
use crate::bandit::relaxation::{Feasibility, TOLERANCE};
use crate::bandit::reward::{log_mean, set_reward};
use crate::experiment::RewardModel;
use crate::order::sort_places;

/// Branches visited before the search for `S*` gives up.
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
    let arms: Vec<usize> = (0..means.len().min(costs.len())).collect();
    let mut search = Search::default();
    let found = search.solve(&Problem { model, arms: &arms, means, costs, n, budget, at_least_one, nodes });
    let set = search.set().to_vec();
    BestSet {
        reward: set_reward(model, means, &set),
        cost: set.iter().map(|&arm| costs[arm]).sum(),
        set,
        feasible: found.feasible,
        proven: found.proven,
        nodes: found.nodes,
    }
}

/// How a search ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// As in [`BestSet`].
    pub feasible: bool,
    /// As in [`BestSet`].
    pub proven: bool,
    /// Branches visited.
    pub nodes: u64,
}

struct Problem<'a> {
    model: RewardModel,
    /// The arms to choose from, ascending; all within `means` and `costs`.
    arms: &'a [usize],
    means: &'a [f64],
    costs: &'a [f64],
    n: usize,
    budget: f64,
    at_least_one: bool,
    nodes: u64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum State {
    Free,
    In,
    Out,
}

/// The search with its scratch space: once it has met a size, it allocates nothing for problems of up to that size.
/// What it found before never changes a result.
#[derive(Debug, Clone, Default)]
pub struct Search {
    linear: Option<Linear>,
    /// By item: the arms to choose from, then under AWC `n` items without weight or cost that stand for empty places.
    weights: Vec<f64>,
    costs: Vec<f64>,
    state: Vec<State>,
    /// What taking an item costs of the root's bound at least (0 where it costs nothing).
    loss: Vec<f64>,
    /// How many of the items are arms.
    arms: usize,
    /// Items that are out, in the order of decisions.
    out: Vec<usize>,
    root: f64,
    // The branch's undecided items, their data and the program's solution.
    free: Vec<usize>,
    free_weights: Vec<f64>,
    free_costs: Vec<f64>,
    z: Vec<f64>,
    /// Sum of weights of the best set known; −∞ where none is. Its items, and in the end its arms.
    best: f64,
    set: Vec<usize>,
    by_cost: Vec<usize>,
    visited: u64,
    limit: u64,
    stopped: bool,
}

impl Search {
    /// Finds the best set among the arms that are not away, for mean rewards in [0,1] and scaled costs ≥ 0, one an arm;
    /// see [`best_set`]. [`Search::set`] tells it.
    pub fn run(&mut self, setting: &Setting, means: &[f64], costs: &[f64], nodes: u64) -> Found {
        let Setting { reward: model, n, budget, at_least_one, .. } = *setting;
        self.solve(&Problem { model, arms: &setting.available, means, costs, n, budget, at_least_one, nodes })
    }

    /// The set found last: arms, ascending.
    pub fn set(&self) -> &[usize] {
        &self.set
    }

    fn solve(&mut self, problem: &Problem) -> Found {
        let arms = problem.arms.len();
        let n = problem.n.min(arms);
        let items = arms + if problem.model == RewardModel::Awc { n } else { 0 };
        let of = |values: &[f64], arm: usize| values.get(arm).copied().unwrap_or(0.0);
        self.weights.clear();
        self.weights.extend(problem.arms.iter().map(|&arm| match problem.model {
            RewardModel::Suc => of(problem.means, arm),
            RewardModel::Aic => log_mean(of(problem.means, arm)),
            RewardModel::Awc => -log_mean(1.0 - of(problem.means, arm)),
        }));
        self.weights.resize(items, 0.0);
        self.costs.clear();
        self.costs.extend(problem.arms.iter().map(|&arm| of(problem.costs, arm)));
        self.costs.resize(items, 0.0);
        self.state.clear();
        self.state.resize(items, State::Free);
        self.loss.clear();
        self.loss.resize(items, 0.0);
        if self.z.len() < items || self.linear.is_none() {
            self.linear = Some(Linear::new(items));
            self.z.resize(items, 0.0);
        }
        (self.arms, self.root, self.best) = (arms, f64::INFINITY, f64::NEG_INFINITY);
        (self.visited, self.limit, self.stopped) = (0, problem.nodes.max(1), false);
        self.set.clear();
        self.out.clear();
        for item in 0..arms {
            if (0..arms).filter(|&other| self.stands_before(other, item)).take(n).count() == n {
                self.state[item] = State::Out;
            }
        }
        self.visit(n, problem.budget);
        let mut feasible = self.best > f64::NEG_INFINITY;
        self.set.retain(|&item| item < arms);
        if !feasible {
            self.take_cheapest(problem, n);
        }
        if problem.model == RewardModel::Awc && self.set.is_empty() && problem.at_least_one {
            self.take_cheapest(problem, n.min(1));
            feasible = self.set.iter().map(|&item| self.costs[item]).sum::<f64>() <= problem.budget + TOLERANCE;
        }
        sort_places(&mut self.set, |a, b| a.cmp(&b));
        self.set.iter_mut().for_each(|item| *item = problem.arms[*item]);
        Found { feasible, proven: !self.stopped, nodes: self.visited }
    }

    /// Makes the `n` cheapest arms the set; among equals the larger mean, then the lower index.
    fn take_cheapest(&mut self, problem: &Problem, n: usize) {
        let (arms, costs) = (problem.arms, &self.costs);
        let mean = |item: usize| arms.get(item).and_then(|&arm| problem.means.get(arm)).copied().unwrap_or(0.0);
        self.by_cost.clear();
        self.by_cost.extend(0..arms.len());
        sort_places(&mut self.by_cost, |a, b| {
            costs[a].total_cmp(&costs[b]).then(mean(b).total_cmp(&mean(a))).then(a.cmp(&b))
        });
        self.set.clear();
        self.set.extend(self.by_cost.iter().take(n));
    }

    /// Searches the sets that agree with `state`, `places` and `budget` being what its chosen items leave.
    fn visit(&mut self, places: usize, budget: f64) {
        if self.visited >= self.limit {
            self.stopped = true;
            return;
        }
        self.visited += 1;
        // Items that no better set holds are left aside.
        let hopeless = self.root - self.best - GAIN;
        let mut value = 0.0;
        self.free.clear();
        for (item, state) in self.state.iter().enumerate() {
            match state {
                State::Free if self.loss[item] < hopeless => self.free.push(item),
                State::In => value += self.weights[item],
                State::Free | State::Out => {}
            }
        }
        if self.free.len() < places || budget < -TOLERANCE {
            return;
        }
        self.free_weights.clear();
        self.free_weights.extend(self.free.iter().map(|&item| self.weights[item]));
        self.free_costs.clear();
        self.free_costs.extend(self.free.iter().map(|&item| self.costs[item]));
        let z = &mut self.z[..self.free.len()];
        let Some(linear) = &mut self.linear else { return };
        if linear.solve(&self.free_weights, &self.free_costs, places, budget, z) == Feasibility::Infeasible {
            return;
        }
        let bound = value + self.free_weights.iter().zip(&*z).map(|(w, z)| w * z).sum::<f64>();
        if bound <= self.best + GAIN {
            return;
        }
        if self.visited == 1 {
            self.price(places, budget);
        }
        // The larger of the fractional entries: deciding it moves the bound most. Of an arm and an empty place the arm,
        // since empty places are all alike.
        let mut branch: Option<(usize, f64)> = None;
        for (&item, &z) in self.free.iter().zip(&self.z) {
            if item < self.arms && z > GAIN && z < 1.0 - GAIN && branch.is_none_or(|(_, largest)| z > largest) {
                branch = Some((item, z));
            }
        }
        let Some((item, _)) = branch else {
            self.set.clear();
            self.set.extend(self.free.iter().zip(&self.z).filter(|(_, z)| **z > 0.5).map(|(item, _)| *item));
            let state = &self.state;
            self.set.extend((0..state.len()).filter(|&item| state[item] == State::In));
            self.best = bound;
            return;
        };
        if places > 0 {
            self.state[item] = State::In;
            self.visit(places - 1, budget - self.costs[item]);
        }
        // Without it, none that it stands before.
        let mark = self.out.len();
        self.state[item] = State::Out;
        for other in 0..self.arms {
            if self.state[other] == State::Free && self.stands_before(item, other) {
                self.state[other] = State::Out;
                self.out.push(other);
            }
        }
        self.visit(places, budget);
        while self.out.len() > mark
            && let Some(other) = self.out.pop()
        {
            self.state[other] = State::Free;
        }
        self.state[item] = State::Free;
    }

    /// Whether arm `a` is no worse and no dearer than `b`; of equal ones the lower index stands first.
    fn stands_before(&self, a: usize, b: usize) -> bool {
        let ((wa, wb), (ca, cb)) = ((self.weights[a], self.weights[b]), (self.costs[a], self.costs[b]));
        (wa > wb && ca <= cb) || (wa == wb && (ca < cb || (ca == cb && a < b)))
    }

    /// Bounds every set by the root's prices `λ` and `θ`: `Σw ≤ Σ (w − λc − θ)⁺ + λρ + θn`, and a set that holds an item
    /// with `w − λc − θ < 0` by that much less.
    fn price(&mut self, places: usize, budget: f64) {
        let Some(linear) = &self.linear else { return };
        let (price, level) = linear.prices_signed(&self.free_weights, &self.free_costs, &self.z);
        let mut root = level * places as f64 + if price > 0.0 { price * (budget + 2.0 * TOLERANCE) } else { 0.0 };
        for &item in &self.free {
            let reduced = self.weights[item] - price * self.costs[item] - level;
            root += if reduced > 0.0 { reduced } else { 0.0 };
            self.loss[item] = if reduced < 0.0 { -reduced } else { 0.0 };
        }
        if root.is_finite() {
            // Covers the rounding errors of the sums.
            self.root = root + 1e-12 * (1.0 + root.abs());
        } else {
            self.loss.fill(0.0);
        }
    }
}
