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

/// Slopes `s` of mean reward against cost that the bound on the last place tries: 0, and around the slope of the
/// program's last exchange.
const SLOPES: usize = 3;
const SLOPE_FACTORS: [f64; SLOPES] = [0.0, 0.8, 1.6];

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
    /// `μ − sc` for each slope.
    worth: [f64; SLOPES],
    /// The largest of these among this item and those after it.
    worth_from: [f64; SLOPES],
    arm: usize,
}

/// An arm that may fill the last place.
#[derive(Debug, Clone, Copy, Default)]
struct Filler {
    mean: f64,
    cost: f64,
    arm: usize,
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
    /// For each slope the largest `μ − sc` among arms left out, and 0 for no arm: with `s·rest` it bounds the mean
    /// reward of what may still fill one place.
    worth: [f64; SLOPES],
}

/// Vertex search; create once, use every round.
#[derive(Debug, Clone)]
pub struct Exact {
    linear: Linear,
    weights: Vec<f64>,
    costs: Vec<f64>,
    linear_z: Vec<f64>,
    items: Vec<Item>,
    chosen: Vec<usize>,
    /// Items left out on the way down, by place in `items`.
    left: Vec<usize>,
    /// Items that may fill the last place, in part or wholly.
    fillers: Vec<Filler>,
    best: Vertex,
    least: f64,
    /// What a vertex has to beat; at least `least`.
    goal: f64,
    /// Largest loss that can still end within the goal.
    gap: f64,
    bound: f64,
    slopes: [f64; SLOPES],
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
            chosen: Vec::with_capacity(arms),
            left: Vec::with_capacity(arms),
            fillers: vec![Filler::default(); arms],
            best: Vertex { whole: Vec::with_capacity(arms), part: [NONE; 2] },
            least: 1.0,
            goal: 1.0,
            gap: 0.0,
            bound: 0.0,
            slopes: [0.0; SLOPES],
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
            worth: [0.0; SLOPES],
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
        self.weights[arms..total].fill(0.0);
        self.costs[..arms].copy_from_slice(costs);
        self.costs[arms..total].fill(0.0);
        let z = &mut self.linear_z[..total];
        self.linear.solve(&self.weights[..total], &self.costs[..total], self.n, budget, z);
        let (price, level) = self.linear.prices(&self.weights[..total], &self.costs[..total], z);
        let slope = self.linear.slope(means, costs);
        let slopes = SLOPE_FACTORS.map(|factor| factor * slope);
        let mut bound = self.n as f64 * level + if price > 0.0 { price * (budget + TOLERANCE) } else { 0.0 };
        for k in 0..arms {
            let reduced = self.weights[k] - price * costs[k] - level;
            bound += if reduced > 0.0 { reduced } else { 0.0 };
            let worth = slopes.map(|slope| means[k] - slope * costs[k]);
            let item = Item { mean: means[k], cost: costs[k], reduced, worth, worth_from: worth, arm: k };
            // Insertion by falling absolute value.
            let mut place = k;
            while place > 0 && self.items[place - 1].reduced.abs() < reduced.abs() {
                self.items[place] = self.items[place - 1];
                place -= 1;
            }
            self.items[place] = item;
        }
        for k in (1..arms).rev() {
            let after = self.items[k].worth_from;
            larger(&mut self.items[k - 1].worth_from, &after);
        }
        self.bound = bound;
        self.slopes = slopes;
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
            self.last_place(path, arms);
            return;
        }
        let kept = self.left.len();
        while path.depth < arms {
            let Item { mean, cost, reduced, worth, arm, .. } = self.items[path.depth];
            let child = Path {
                depth: path.depth + 1,
                product: path.product * (1.0 - mean),
                rest: path.rest - cost,
                places: path.places - 1,
                loss: path.loss - if reduced < 0.0 { reduced } else { 0.0 },
                ..path
            };
            let within = (child.loss - child.largest <= self.gap) & (cost <= path.rest + TOLERANCE);
            if within && (child.places > 1 || self.last_place_may_do(&child, arms)) {
                self.chosen.push(arm);
                self.descend(child, arms);
                self.chosen.pop();
            }
            self.left.push(path.depth);
            path.depth += 1;
            larger(&mut path.worth, &worth);
            let loss = if reduced > 0.0 { reduced } else { 0.0 };
            path.loss += loss;
            path.largest = if loss > path.largest { loss } else { path.largest };
            if path.loss - path.largest > self.gap {
                break;
            }
        }
        if path.depth == arms && path.loss - path.largest <= self.gap && self.last_place_may_do(&path, arms) {
            self.last_place(path, arms);
        }
        self.left.truncate(kept);
    }

    /// Whether filling one place more can reach the goal:
    /// `(1 − μz)(1 − μ'z') ≥ 1 − μz − μ'z' ≥ 1 − s·rest − worth`, for every slope `s ≥ 0`.
    #[inline]
    fn last_place_may_do(&self, path: &Path, arms: usize) -> bool {
        let mut worth = path.worth;
        if let Some(item) = self.items[..arms].get(path.depth) {
            larger(&mut worth, &item.worth_from);
        }
        let rest = path.rest + TOLERANCE;
        let mut may = path.product * (1.0 - worth[0]) <= self.goal;
        for (slope, worth) in self.slopes.iter().zip(&worth).skip(1) {
            may &= (path.product * (1.0 - slope * rest - worth) <= self.goal) | (*slope == 0.0);
        }
        may
    }

    /// The chosen arms, and what may fill one place more: nothing, an arm, a part of one, or a pair. Where more than
    /// one place is free all arms are decided, so that there it is nothing or a part.
    fn last_place(&mut self, path: Path, arms: usize) {
        let Path { depth, product, rest, places, .. } = path;
        if product <= self.goal {
            self.consider(product, [NONE; 2]);
        }
        // Arms that fit wholly from the start, those that do not from the end.
        let (mut cheap, mut dear) = (0, arms);
        for position in 0..self.left.len() + arms - depth {
            let place = self.left.get(position).copied().unwrap_or(depth + position.saturating_sub(self.left.len()));
            let Item { mean, cost, arm, .. } = self.items[place];
            let item = Filler { mean, cost, arm };
            if item.cost - rest > TOLERANCE {
                dear -= 1;
                self.fillers[dear] = item;
                continue;
            }
            self.fillers[cheap] = item;
            cheap += 1;
            if place >= depth && product * (1.0 - item.mean) <= self.goal {
                self.chosen.push(item.arm);
                self.consider(product * (1.0 - item.mean), [NONE; 2]);
                self.chosen.pop();
            }
        }
        if rest <= TOLERANCE {
            return;
        }
        for a in dear..arms {
            let i = self.fillers[a];
            // product·(1 − μ rest/c) against the goal, without the division.
            if product * (i.cost - i.mean * rest) <= self.goal * i.cost {
                self.consider(product * (1.0 - i.mean * (rest / i.cost)), [i.arm, NONE]);
            }
            if places != 1 {
                continue;
            }
            let over = i.cost - rest;
            for b in 0..cheap {
                let j = self.fillers[b];
                let under = rest - j.cost;
                let wide = i.cost - j.cost;
                let scaled = product * (wide - i.mean * under) * (wide - j.mean * over);
                if (under > TOLERANCE) & (scaled <= self.goal * wide * wide) {
                    let x = under / wide;
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

/// Entry by entry the larger of the two.
fn larger(a: &mut [f64; SLOPES], b: &[f64; SLOPES]) {
    for (a, b) in a.iter_mut().zip(b) {
        *a = if b > a { *b } else { *a };
    }
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
