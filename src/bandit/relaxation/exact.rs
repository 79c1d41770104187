//! AWC's relaxation, exactly: `min ∏(1 − μ z)` over `z ∈ [0,1]^K`, `Σz ≤ n`, `Σcz ≤ ρ`, by a pruned search of vertices.
//!
//! `−Σ ln(1 − μ z)` is convex in `z`, so a vertex is best: a set; a set and one fractional arm that spends the rest of
//! the budget; or a set of `n − 1` and a pair of arms that share one place and spend the rest. A fraction exists only
//! where the rest of the budget differs from the costs in question by more than [`TOLERANCE`]; else a set fits.
//!
//! Two searches share the work. [`search`] finds the smallest product: the linear program with weights
//! `−ln(1 − μ)` bounds it (`−ln(1 − μz) ≤ −ln(1 − μ)·z`), and its prices tell how much each arm's departure from the
//! program's solution must cost. Where several vertices lie within [`TIE`] of the best, or an arm with `μ = 1` makes
//! the smallest product 0, [`ties`] looks for the one that the tie rule prefers: larger `Σz`, then
//! lexicographically larger `z`. Rounds of learning pose problems that hardly differ, so [`memory`] mostly spares the
//! first search.

mod memory;
mod search;
mod ties;

use super::TOLERANCE;
use super::linear::{Linear, quick_log};
use memory::Memory;

/// Values this near count as equal.
pub const TIE: f64 = 1e-12;

/// Added to the gap between bound and best: covers errors of the quick logarithm and of sums.
const SLACK: f64 = 1e-6;

/// The bound on the last place tries a slope of mean reward against cost of 0, and that of the program's last exchange
/// times this.
const SLOPE_FACTOR: f64 = 1.1;

/// No arm.
const NONE: usize = usize::MAX;

/// An arm's data in the order of the search.
#[derive(Debug, Clone, Copy, Default)]
struct Item {
    mean: f64,
    cost: f64,
    /// Reduced weight `w − λc − θ`: above 0 the arm belongs in the program's solution, below 0 it does not, and its
    /// absolute value bounds the loss (in `−ln ∏`) of departing from that.
    reduced: f64,
    /// `μ − sc` for the slope `s`.
    worth: f64,
    /// The largest `μ` and the largest `μ − sc` among this item and those after it.
    mean_from: f64,
    worth_from: f64,
    arm: usize,
}

/// An arm that may fill the last place.
#[derive(Debug, Clone, Copy, Default)]
struct Filler {
    mean: f64,
    cost: f64,
    arm: usize,
    /// Whether the search has yet to come to it: then it may fill the place wholly.
    open: bool,
}

/// A vertex: arms wholly in, and up to two in part (then the first is the dearer).
#[derive(Debug, Clone, Default)]
struct Vertex {
    whole: Vec<usize>,
    part: [usize; 2],
}

/// State on the way down the first search.
#[derive(Debug, Clone, Copy)]
struct Path {
    depth: usize,
    product: f64,
    rest: f64,
    places: usize,
    /// Loss so far: reduced weights of arms taken against the program's advice, and of those left out against it.
    loss: f64,
    /// The largest part of `loss` from an arm left out: a fraction of it may yet be taken.
    largest: f64,
    /// The largest `μ` and the largest `μ − sc` among arms left out, and 0 for no arm: the one, and the other with
    /// `s·rest`, bound the mean reward of what may still fill one place.
    mean: f64,
    worth: f64,
}

impl Path {
    fn start(n: usize, budget: f64) -> Self {
        Path { depth: 0, product: 1.0, rest: budget, places: n, loss: 0.0, largest: 0.0, mean: 0.0, worth: 0.0 }
    }
}

/// Vertex search; create once, use every round.
#[derive(Debug, Clone)]
pub struct Exact {
    linear: Linear,
    memory: Memory,
    weights: Vec<f64>,
    costs: Vec<f64>,
    linear_z: Vec<f64>,
    items: Vec<Item>,
    /// Arms and absolute reduced weights in the order of the search, and reduced weights by arm.
    order: Vec<(usize, f64)>,
    reduced: Vec<f64>,
    chosen: Vec<usize>,
    /// Items left out on the way down, by place in `items`.
    left: Vec<usize>,
    /// Arms that may fill the last place: those that fit the rest of the budget, and those that do not.
    cheap: Vec<Filler>,
    dear: Vec<Filler>,
    best: Vertex,
    least: f64,
    /// What a vertex has to beat; at least `least`.
    goal: f64,
    /// Largest loss that can still end within the goal.
    gap: f64,
    bound: f64,
    slope: f64,
    tied: bool,
    // The second search: what is decided, the best so far, its Σz.
    decided: Vec<f64>,
    by_cost: Vec<usize>,
    top: Vec<f64>,
    top_sum: f64,
    trial: Vec<f64>,
    n: usize,
    budget: f64,
}

impl Exact {
    /// A solver for `arms` arms.
    pub fn new(arms: usize) -> Self {
        Exact {
            linear: Linear::new(2 * arms),
            memory: Memory::new(arms),
            weights: vec![0.0; 2 * arms],
            costs: vec![0.0; 2 * arms],
            linear_z: vec![0.0; 2 * arms],
            items: vec![Item::default(); arms],
            order: vec![(0, 0.0); arms],
            reduced: vec![0.0; arms],
            chosen: Vec::with_capacity(arms),
            left: Vec::with_capacity(arms),
            cheap: vec![Filler::default(); arms],
            dear: vec![Filler::default(); arms],
            best: Vertex { whole: Vec::with_capacity(arms), part: [NONE; 2] },
            least: 1.0,
            goal: 1.0,
            gap: 0.0,
            bound: 0.0,
            slope: 0.0,
            tied: false,
            decided: vec![0.0; arms],
            by_cost: vec![0; arms],
            top: vec![0.0; arms],
            top_sum: 0.0,
            trial: vec![0.0; arms],
            n: 0,
            budget: 0.0,
        }
    }

    /// Writes the best vertex to `z`, for optimistic means `μ̄` in [0,1], costs ≥ 0 and a budget (infinite =
    /// unconstrained), one entry an arm; among vertices within [`TIE`] of the best the one with the larger `Σz`, then
    /// the lexicographically largest (numbers within [`TIE`] counting as equal).
    pub fn solve(&mut self, means: &[f64], costs: &[f64], n: usize, budget: f64, z: &mut [f64]) {
        let arms = self.items.len().min(means.len()).min(costs.len()).min(z.len());
        let (means, costs, z) = (&means[..arms], &costs[..arms], &mut z[..arms]);
        self.n = n.min(arms);
        self.budget = budget;
        z.fill(0.0);
        // Also where a number is not one.
        if self.n == 0 || budget.is_nan() || budget < 0.0 {
            return;
        }
        if means.iter().zip(costs).any(|(mean, cost)| *mean >= 1.0 && *cost <= budget + TOLERANCE) {
            self.sort_by_cost(costs);
            if !self.certain(means, costs) {
                self.order(means, costs, TIE);
            }
            z.copy_from_slice(&self.top[..arms]);
            return;
        }
        if !self.recall(means, costs) {
            self.search(means, costs);
        }
        if self.tied {
            self.sort_by_cost(costs);
            self.top_sum = -1.0;
            self.top.fill(0.0);
            self.order(means, costs, self.least + TIE);
            z.copy_from_slice(&self.top[..arms]);
        } else {
            let Vertex { whole, part } = &self.best;
            for &arm in whole {
                z[arm] = 1.0;
            }
            fill_parts(z, costs, *part, budget);
        }
    }

    /// Finds the best vertex from scratch.
    fn search(&mut self, means: &[f64], costs: &[f64]) {
        let arms = means.len();
        self.prepare(means, costs);
        self.seed(means, costs);
        let path = Path::start(self.n, self.budget);
        self.chosen.clear();
        self.left.clear();
        self.least = f64::INFINITY;
        self.tied = false;
        self.descend::<false>(path, arms);
        if self.least == f64::INFINITY {
            // The goal came from a fraction too small to count as a vertex.
            (self.goal, self.gap) = (f64::INFINITY, f64::INFINITY);
            self.descend::<false>(path, arms);
        }
    }

    /// Solves the linear program and turns its prices into reduced weights, largest first.
    fn prepare(&mut self, means: &[f64], costs: &[f64]) {
        let (arms, budget) = (means.len(), self.budget);
        let total = arms + self.n;
        for k in 0..arms {
            // An arm dearer than the budget reaches at most z = u: the chord from 0 to u bounds it better.
            let u = if costs[k] > budget + TOLERANCE { budget / costs[k] } else { 1.0 };
            let miss = 1.0 - means[k] * u;
            let gain = -quick_log(if miss > 1e-300 { miss } else { 1e-300 });
            self.weights[k] = if u > 0.0 { gain / u } else { 0.0 };
        }
        self.costs[..arms].copy_from_slice(costs);
        if arms < self.items.len() {
            // Else these entries have never been anything but 0.
            self.weights[arms..total].fill(0.0);
            self.costs[arms..total].fill(0.0);
        }
        let z = &mut self.linear_z[..total];
        self.linear.solve(&self.weights[..total], &self.costs[..total], self.n, budget, z);
        let (price, level) = self.linear.prices(&self.weights[..total], &self.costs[..total], z);
        let slope = SLOPE_FACTOR * self.linear.slope(means, costs);
        let mut bound = self.n as f64 * level + if price > 0.0 { price * (budget + TOLERANCE) } else { 0.0 };
        for (k, cost) in costs.iter().enumerate() {
            let reduced = self.weights[k] - price * cost - level;
            bound += if reduced > 0.0 { reduced } else { 0.0 };
            // Insertion by falling absolute value; the items themselves are too large to be moved about.
            let size = reduced.abs();
            let mut place = k;
            while place > 0 && self.order[place - 1].1 < size {
                self.order[place] = self.order[place - 1];
                place -= 1;
            }
            self.order[place] = (k, size);
            self.reduced[k] = reduced;
        }
        for (item, &(arm, _)) in self.items[..arms].iter_mut().zip(&self.order) {
            let (mean, cost) = (means[arm], costs[arm]);
            (item.mean, item.cost, item.reduced, item.arm) = (mean, cost, self.reduced[arm], arm);
            item.worth = mean - slope * cost;
        }
        let (mut mean_from, mut worth_from) = (f64::NEG_INFINITY, f64::NEG_INFINITY);
        for item in self.items[..arms].iter_mut().rev() {
            mean_from = larger(mean_from, item.mean);
            worth_from = larger(worth_from, item.worth);
            (item.mean_from, item.worth_from) = (mean_from, worth_from);
        }
        self.bound = bound;
        self.slope = slope;
    }

    /// A first goal: the program's own vertex, and the last problem's best vertex, under today's numbers.
    fn seed(&mut self, means: &[f64], costs: &[f64]) {
        let own = means.iter().zip(&self.linear_z).fold(1.0, |product, (mean, z)| product * (1.0 - mean * z));
        let goal = self.best_today(means, costs).filter(|product| *product < own);
        self.set_goal(goal.unwrap_or(own));
    }

    /// The product of the last problem's best vertex under today's numbers; `None` where it is no longer feasible.
    fn best_today(&self, means: &[f64], costs: &[f64]) -> Option<f64> {
        let arms = means.len();
        let Vertex { whole, part } = &self.best;
        let spent: f64 = whole.iter().filter_map(|&arm| costs.get(arm)).sum();
        if whole.iter().any(|&arm| arm >= arms) || whole.len() > self.n || spent > self.budget + TOLERANCE {
            return None;
        }
        let product = whole.iter().fold(1.0, |product, &arm| product * (1.0 - means[arm]));
        let rest = self.budget - spent;
        let [i, j] = *part;
        let product = match (means.get(i).zip(costs.get(i)), means.get(j).zip(costs.get(j))) {
            (Some((mi, ci)), Some((mj, cj))) if ci - rest > TOLERANCE && rest - cj > TOLERANCE => {
                let x = (rest - cj) / (ci - cj);
                product * (1.0 - mi * x) * (1.0 - mj * (1.0 - x))
            }
            (Some((mi, ci)), None) if ci - rest > TOLERANCE && rest > TOLERANCE && whole.len() < self.n => {
                product * (1.0 - mi * (rest / ci))
            }
            _ => product,
        };
        (i >= arms || j >= arms || whole.len() + 1 == self.n).then_some(product)
    }

    fn set_goal(&mut self, goal: f64) {
        self.goal = goal * (1.0 + 1e-9) + 2.0 * TIE;
        self.gap = self.bound + quick_log(self.goal) + SLACK;
    }
}

#[inline(always)]
fn larger(a: f64, b: f64) -> f64 {
    if b > a { b } else { a }
}

/// Completes `z` (1 for whole arms) by its parts, which spend what the whole arms leave of the budget; costs are
/// summed in ascending index order.
fn fill_parts(z: &mut [f64], costs: &[f64], part: [usize; 2], budget: f64) {
    let [i, j] = part;
    if i == NONE {
        return;
    }
    if j == NONE {
        let spent: f64 = z.iter().zip(costs).map(|(z, cost)| if *z > 0.0 { *cost } else { 0.0 }).sum();
        z[i] = (budget - spent) / costs[i];
    } else {
        z[i] = 1.0;
        let spent: f64 = z.iter().zip(costs).map(|(z, cost)| if *z > 0.0 { *cost } else { 0.0 }).sum();
        let x = (spent - budget) / (costs[i] - costs[j]);
        z[j] = x;
        z[i] = 1.0 - x;
    }
}
