//! AWC's relaxation, exactly: `min ∏(1 − μ z)` over `z ∈ [0,1]^K`, `Σz ≤ n`, `Σcz ≤ ρ`, by a pruned search of vertices.
//!
//! `−Σ ln(1 − μ z)` is convex in `z`, so a vertex is best: a set; a set and one fractional arm that spends the rest of
//! the budget; or a set of `n − 1` and a pair of arms that share one place and spend the rest. A fraction exists only
//! where the rest of the budget differs from the costs in question by more than [`TOLERANCE`]; else a set fits.
//!
//! Two searches share the work. `descend` finds the smallest product: the linear program with weights
//! `−ln(1 − μ)` bounds it (`−ln(1 − μz) ≤ −ln(1 − μ)·z`), and its prices tell how much each arm's departure from the
//! program's solution must cost. Where several vertices lie within [`TIE`] of the best, or an arm with `μ = 1` makes
//! the smallest product 0, `order` looks for the one that the tie rule prefers: larger `Σz`, then
//! lexicographically larger `z`.

use super::TOLERANCE;
use super::linear::{Linear, quick_log};

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

/// Vertex search; create once, use every round.
#[derive(Debug, Clone)]
pub struct Exact {
    linear: Linear,
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

/// Mark of an arm that is to be taken in part.
const PART: f64 = 0.5;

impl Exact {
    /// A solver for `arms` arms.
    pub fn new(arms: usize) -> Self {
        Exact {
            linear: Linear::new(2 * arms),
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
        self.prepare(means, costs);
        self.seed(means, costs);
        let path = Path {
            depth: 0,
            product: 1.0,
            rest: budget,
            places: self.n,
            loss: 0.0,
            largest: 0.0,
            mean: 0.0,
            worth: 0.0,
        };
        self.chosen.clear();
        self.left.clear();
        self.least = f64::INFINITY;
        self.tied = false;
        self.descend(path, arms);
        if self.least == f64::INFINITY {
            // The goal came from a fraction too small to count as a vertex.
            (self.goal, self.gap) = (f64::INFINITY, f64::INFINITY);
            self.descend(path, arms);
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
        for k in 0..arms {
            let reduced = self.weights[k] - price * costs[k] - level;
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
        let arms = means.len();
        let own: f64 = means.iter().zip(&self.linear_z).fold(1.0, |product, (mean, z)| product * (1.0 - mean * z));
        let mut goal = own;
        let Vertex { whole, part } = &self.best;
        let spent: f64 = whole.iter().filter_map(|&arm| costs.get(arm)).sum();
        if whole.iter().all(|&arm| arm < arms) && whole.len() <= self.n && spent <= self.budget + TOLERANCE {
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
            if product < goal && (i >= arms || j >= arms || whole.len() + 1 == self.n) {
                goal = product;
            }
        }
        self.set_goal(goal);
    }

    fn set_goal(&mut self, goal: f64) {
        self.goal = goal * (1.0 + 1e-9) + 2.0 * TIE;
        self.gap = self.bound + quick_log(self.goal) + SLACK;
    }

    /// Visits every set whose loss may stay within the gap, by the next item that it takes.
    fn descend(&mut self, mut path: Path, arms: usize) {
        if path.places == 1 {
            self.last_place(path.depth, path.product, path.rest, true, arms);
            return;
        }
        let kept = self.left.len();
        while path.depth < arms {
            let item = &self.items[path.depth];
            let (arm, reduced, mean, worth) = (item.arm, item.reduced, item.mean, item.worth);
            let (product, rest) = (path.product * (1.0 - mean), path.rest - item.cost);
            let loss = path.loss - if reduced < 0.0 { reduced } else { 0.0 };
            let within = (loss - path.largest <= self.gap) & (item.cost <= path.rest + TOLERANCE);
            let depth = path.depth + 1;
            if within && path.places == 2 {
                if self.last_place_may_do(depth, product, rest, &path, arms) {
                    self.chosen.push(arm);
                    self.last_place(depth, product, rest, true, arms);
                    self.chosen.pop();
                }
            } else if within {
                self.chosen.push(arm);
                self.descend(Path { depth, product, rest, places: path.places - 1, loss, ..path }, arms);
                self.chosen.pop();
            }
            self.left.push(path.depth);
            path.depth = depth;
            path.mean = larger(path.mean, mean);
            path.worth = larger(path.worth, worth);
            let loss = if reduced > 0.0 { reduced } else { 0.0 };
            path.loss += loss;
            path.largest = if loss > path.largest { loss } else { path.largest };
            if path.loss - path.largest > self.gap {
                break;
            }
        }
        if path.depth == arms
            && path.loss - path.largest <= self.gap
            && self.last_place_may_do(arms, path.product, path.rest, &path, arms)
        {
            self.last_place(arms, path.product, path.rest, false, arms);
        }
        self.left.truncate(kept);
    }

    /// Whether filling one place more can reach the goal:
    /// `(1 − μz)(1 − μ'z') ≥ 1 − μz − μ'z' ≥ 1 − s·rest − worth`, for every slope `s ≥ 0`. The items from `depth` on are
    /// undecided, those that `path` has left out may come in part.
    #[inline(always)]
    fn last_place_may_do(&self, depth: usize, product: f64, rest: f64, path: &Path, arms: usize) -> bool {
        let (mut mean, mut worth) = (path.mean, path.worth);
        if let Some(item) = self.items[..arms].get(depth) {
            mean = larger(mean, item.mean_from);
            worth = larger(worth, item.worth_from);
        }
        let sloped = 1.0 - self.slope * (rest + TOLERANCE) - worth;
        (product * (1.0 - mean) <= self.goal) & ((product * sloped <= self.goal) | (self.slope == 0.0))
    }

    /// The chosen arms, and what may fill one place more: nothing, an arm, a part of one, or (`partner`) a pair. Where
    /// more than one place is free all arms are decided, so that there it is nothing or a part.
    ///
    /// Nearly always nothing reaches the goal. So all is first tested with branches that a processor can foresee; the
    /// goal only falls, so what fails the test now would fail it later.
    fn last_place(&mut self, depth: usize, product: f64, rest: f64, partner: bool, arms: usize) {
        let goal = self.goal;
        let mut reached = product <= goal;
        let (mut fitting, mut dear) = (0, 0);
        let count = self.left.len() + arms - depth;
        let (cheap_fillers, dear_fillers) = (&mut self.cheap[..count], &mut self.dear[..count]);
        let mut sort = |item: &Item, open: bool| {
            let filler = Filler { mean: item.mean, cost: item.cost, arm: item.arm, open };
            let fits = item.cost - rest <= TOLERANCE;
            cheap_fillers[fitting] = filler;
            dear_fillers[dear] = filler;
            fitting += usize::from(fits);
            dear += usize::from(!fits);
            reached |= fits & open & (product * (1.0 - item.mean) <= goal);
        };
        let items = &self.items[..arms];
        for &place in &self.left {
            sort(&items[place], false);
        }
        for item in &items[depth..] {
            sort(item, true);
        }
        if reached || (rest > TOLERANCE && self.part_reaches(product, rest, partner, fitting, dear)) {
            self.consider_last_place(product, rest, partner, fitting, dear);
        }
    }

    /// Whether a part of a dear arm, alone or with a part of a cheap one (`partner`), reaches the goal.
    #[inline(always)]
    fn part_reaches(&self, product: f64, rest: f64, partner: bool, fitting: usize, dear: usize) -> bool {
        let goal = self.goal;
        for i in &self.dear[..dear] {
            // product·(1 − μ rest/c) against the goal, without the division.
            if product * (i.cost - i.mean * rest) <= goal * i.cost {
                return true;
            }
            if !partner {
                continue;
            }
            let over = i.cost - rest;
            for j in &self.cheap[..fitting] {
                if pair_reaches(product, goal, i, j, rest - j.cost, over) {
                    return true;
                }
            }
        }
        false
    }

    /// Takes what reaches the goal, `fitting` and `dear` arms being laid out.
    fn consider_last_place(&mut self, product: f64, rest: f64, partner: bool, fitting: usize, dear: usize) {
        if product <= self.goal {
            self.consider(product, [NONE; 2]);
        }
        for a in 0..fitting {
            let item = self.cheap[a];
            if item.open && product * (1.0 - item.mean) <= self.goal {
                self.chosen.push(item.arm);
                self.consider(product * (1.0 - item.mean), [NONE; 2]);
                self.chosen.pop();
            }
        }
        if rest <= TOLERANCE {
            return;
        }
        for a in (0..dear).rev() {
            let i = self.dear[a];
            if product * (i.cost - i.mean * rest) <= self.goal * i.cost {
                self.consider(product * (1.0 - i.mean * (rest / i.cost)), [i.arm, NONE]);
            }
            if !partner {
                continue;
            }
            for b in 0..fitting {
                let j = self.cheap[b];
                let under = rest - j.cost;
                if pair_reaches(product, self.goal, &i, &j, under, i.cost - rest) {
                    let x = under / (i.cost - j.cost);
                    self.consider(product * (1.0 - i.mean * x) * (1.0 - j.mean * (1.0 - x)), [i.arm, j.arm]);
                }
            }
        }
    }

    /// Takes the vertex of the chosen arms and these parts if it is the best, and notes ties.
    fn consider(&mut self, product: f64, part: [usize; 2]) {
        if product > self.least + TIE {
            return;
        }
        self.tied = product >= self.least - TIE;
        if product < self.least {
            self.least = product;
            self.best.whole.clear();
            self.best.whole.extend_from_slice(&self.chosen);
            self.best.part = part;
            if product * (1.0 + 1e-9) + 2.0 * TIE < self.goal {
                self.set_goal(product);
            }
        }
    }

    /// Arms by rising cost, then index.
    fn sort_by_cost(&mut self, costs: &[f64]) {
        for k in 0..costs.len() {
            let mut place = k;
            while place > 0 && costs[self.by_cost[place - 1]] > costs[k] {
                self.by_cost[place] = self.by_cost[place - 1];
                place -= 1;
            }
            self.by_cost[place] = k;
        }
    }

    /// The tie rule's choice where an arm with `μ = 1` fits the budget, into `top`: the first vertex in the rule's
    /// order that holds such an arm wholly. False where others might come as near to 0 without one. (Not looked at:
    /// vertices that hold such an arm but for a sliver so small that the product falls below [`TIE`].)
    fn certain(&mut self, means: &[f64], costs: &[f64]) -> bool {
        let arms = means.len();
        let budget = self.budget;
        let holds = |z: &[f64]| z.iter().zip(means).any(|(z, mean)| *z == 1.0 && *mean >= 1.0);
        self.top_sum = -1.0;
        let sum = self.fill_by_rule(costs, NONE);
        let forced = if holds(&self.trial[..arms]) { NONE..NONE } else { 0..arms };
        if forced.is_empty() {
            self.top_sum = sum;
            self.top[..arms].copy_from_slice(&self.trial[..arms]);
            return true;
        }
        for arm in forced {
            if means[arm] >= 1.0 && costs[arm] <= budget + TOLERANCE {
                let sum = self.fill_by_rule(costs, arm);
                self.prefer_trial(arms, sum);
            }
        }
        // Smallest product of n arms none of which is certain.
        self.trial.fill(1.0);
        for (mean, cost) in means.iter().zip(costs) {
            let u = if *cost > budget { budget / cost } else { 1.0 };
            let miss = if *mean >= 1.0 { 1.0 } else { 1.0 - mean * u };
            let mut place = self.n;
            while place > 0 && self.trial[place - 1] > miss {
                if place < self.n {
                    self.trial[place] = self.trial[place - 1];
                }
                place -= 1;
            }
            if place < self.n {
                self.trial[place] = miss;
            }
        }
        self.trial[..self.n].iter().product::<f64>() > 10.0 * TIE
    }

    /// Writes to `trial` the first vertex in the tie rule's order that holds `forced` wholly, and returns its `Σz`.
    fn fill_by_rule(&mut self, costs: &[f64], forced: usize) -> f64 {
        let arms = costs.len();
        let trial = &mut self.trial[..arms];
        trial.fill(0.0);
        let (mut rest, mut places) = (self.budget, self.n);
        if let Some(z) = trial.get_mut(forced) {
            *z = 1.0;
            rest -= costs[forced];
            places -= 1;
        }
        // Undecided arms, cheapest first.
        self.left.clear();
        self.left.extend(self.by_cost[..arms].iter().copied().filter(|&arm| arm != forced));
        let mut part = [NONE; 2];
        let cheapest: f64 = self.left.iter().take(places).map(|&arm| costs[arm]).sum();
        if cheapest > rest + TOLERANCE {
            // Fewer than n: the cheapest, the last of them in part.
            for &arm in &self.left {
                if costs[arm] <= rest + TOLERANCE {
                    trial[arm] = 1.0;
                    rest -= costs[arm];
                } else {
                    if rest > TOLERANCE {
                        part[0] = arm;
                    }
                    break;
                }
            }
        } else {
            // All n places: arm after arm as much as the cheapest completion leaves room for.
            for arm in (0..arms).filter(|&arm| arm != forced) {
                if places == 0 {
                    break;
                }
                let (mut spent, mut taken, mut last) = (0.0, 0, NONE);
                for &other in self.left.iter().filter(|&&other| other != arm) {
                    if taken + 1 >= places {
                        last = other;
                        break;
                    }
                    spent += costs[other];
                    taken += 1;
                }
                let room = rest - spent;
                let whole = costs[arm] <= room + TOLERANCE;
                if !whole && last != NONE && room - costs[last] > TOLERANCE {
                    part = [arm, last];
                    for &other in self.left.iter().filter(|&&other| other != arm).take(places - 1) {
                        trial[other] = 1.0;
                    }
                    break;
                }
                if whole {
                    trial[arm] = 1.0;
                    rest -= costs[arm];
                    places -= 1;
                }
                self.left.retain(|&other| other != arm);
            }
        }
        fill_parts(trial, costs, part, self.budget);
        let whole = trial.iter().filter(|z| **z == 1.0).count() as f64;
        match part {
            [NONE, _] => whole,
            [i, NONE] => whole + trial[i],
            _ => self.n as f64,
        }
    }

    /// Makes `trial` the `top` if the tie rule prefers it.
    fn prefer_trial(&mut self, arms: usize, sum: f64) {
        let (trial, top) = (&self.trial[..arms], &mut self.top[..arms]);
        let differing = trial.iter().zip(top.iter()).find(|(mine, best)| (*mine - *best).abs() > TIE);
        let larger = sum >= self.top_sum - TIE && differing.is_some_and(|(mine, best)| mine > best);
        if sum > self.top_sum + TIE || larger {
            top.copy_from_slice(trial);
            self.top_sum = sum;
        }
    }

    /// Finds, among the vertices with a product of at most `limit`, the first by the tie rule, into `top`.
    fn order(&mut self, means: &[f64], costs: &[f64], limit: f64) {
        self.decided.fill(0.0);
        self.decide(means, costs, limit, Prefix { depth: 0, product: 1.0, spent: 0.0, whole: 0, part: [NONE; 2] });
    }

    /// Decides arm after arm in index order, whole before part before out.
    fn decide(&mut self, means: &[f64], costs: &[f64], limit: f64, prefix: Prefix) {
        let arms = means.len();
        let Prefix { depth, product, spent, whole, part } = prefix;
        let parts = part.iter().filter(|arm| **arm != NONE).count();
        // A pair shares the last place.
        let full = if parts == 2 { whole + 1 >= self.n } else { whole + parts >= self.n };
        if depth == arms || (full && parts != 1) {
            self.offer(means, costs, limit, prefix);
            return;
        }
        if self.hopeless(means, costs, limit, prefix) {
            return;
        }
        let cost = costs[depth];
        if !full && spent + cost <= self.budget + TOLERANCE {
            self.decided[depth] = 1.0;
            self.decide(
                means,
                costs,
                limit,
                Prefix {
                    depth: depth + 1,
                    product: product * (1.0 - means[depth]),
                    spent: spent + cost,
                    whole: whole + 1,
                    part,
                },
            );
        }
        if parts < 2 && whole < self.n {
            self.decided[depth] = PART;
            let part = if parts == 0 { [depth, NONE] } else { [part[0], depth] };
            self.decide(means, costs, limit, Prefix { depth: depth + 1, part, ..prefix });
        }
        self.decided[depth] = 0.0;
        self.decide(means, costs, limit, Prefix { depth: depth + 1, ..prefix });
    }

    /// Whether nothing below this prefix can be within the limit and preferred to the best so far.
    fn hopeless(&self, means: &[f64], costs: &[f64], limit: f64, prefix: Prefix) -> bool {
        let Prefix { depth, product, spent, whole, part } = prefix;
        let rest = self.budget + TOLERANCE - spent;
        // Smallest product, and largest Σz, that the undecided arms and the parts allow.
        let (mut least, mut sum) = (product, whole as f64);
        let (mut left, mut mass) = (rest, (self.n - whole) as f64);
        for &arm in &self.by_cost[..means.len()] {
            if arm < depth && arm != part[0] && arm != part[1] {
                continue;
            }
            let cost = costs[arm];
            let u = if cost > rest { rest / cost } else { 1.0 };
            least *= 1.0 - means[arm] * u;
            let fit = if cost * mass > left && cost > left { left / cost } else { 1.0 };
            let fit = if fit < mass { fit } else { mass };
            sum += fit;
            mass -= fit;
            left -= fit * cost;
        }
        if least > limit + TIE || sum < self.top_sum - TIE {
            return true;
        }
        if sum > self.top_sum + TIE {
            return false;
        }
        for (mine, best) in self.decided[..depth].iter().zip(&self.top) {
            let whole_or_out = *mine == 0.0 || *mine == 1.0;
            if !whole_or_out && *best < 1.0 - TIE {
                return false; // The part's size is not known yet.
            }
            if *mine > best + TIE {
                return false;
            }
            if *mine < best - TIE {
                return true;
            }
        }
        false
    }

    /// Takes a fully decided vertex if it exists, is within the limit and is preferred.
    fn offer(&mut self, means: &[f64], costs: &[f64], limit: f64, prefix: Prefix) {
        let arms = means.len();
        let Prefix { depth, spent, whole, mut part, .. } = prefix;
        let rest = self.budget - spent;
        if part[1] != NONE && costs[part[1]] > costs[part[0]] {
            part.swap(0, 1);
        }
        let sum = match part {
            [NONE, _] => whole as f64,
            [i, NONE] if rest > TOLERANCE && costs[i] - rest > TOLERANCE => whole as f64 + rest / costs[i],
            [i, j]
                if j != NONE && whole + 1 == self.n && costs[i] - rest > TOLERANCE && rest - costs[j] > TOLERANCE =>
            {
                self.n as f64
            }
            _ => return,
        };
        if sum < self.top_sum - TIE {
            return;
        }
        self.trial[..arms].copy_from_slice(&self.decided[..arms]);
        let trial = &mut self.trial[..arms];
        trial[depth..].fill(0.0);
        for arm in part {
            if arm != NONE {
                trial[arm] = 0.0;
            }
        }
        fill_parts(trial, costs, part, self.budget);
        let product = means.iter().zip(trial.iter()).fold(1.0, |product, (mean, z)| product * (1.0 - mean * z));
        if product > limit {
            return;
        }
        self.prefer_trial(arms, sum);
    }
}

/// Whether the product with a pair `i`, `j` in the last place is within the goal, without the division;
/// `under` = rest − c_j, `over` = c_i − rest.
#[inline(always)]
fn pair_reaches(product: f64, goal: f64, i: &Filler, j: &Filler, under: f64, over: f64) -> bool {
    let wide = i.cost - j.cost;
    let scaled = product * (wide - i.mean * under) * (wide - j.mean * over);
    (under > TOLERANCE) & (scaled <= goal * wide * wide)
}

#[inline(always)]
fn larger(a: f64, b: f64) -> f64 {
    if b > a { b } else { a }
}

/// State on the way down the second search.
#[derive(Debug, Clone, Copy)]
struct Prefix {
    depth: usize,
    product: f64,
    spent: f64,
    whole: usize,
    part: [usize; 2],
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
