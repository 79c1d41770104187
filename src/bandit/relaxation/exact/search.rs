//! The first search: the smallest product, set by set, pruned by the linear program's prices.

use super::{Exact, Filler, Item, NONE, Path, TIE, TOLERANCE, larger};

impl Exact {
    /// Visits every set whose loss may stay within the gap, by the next item that it takes. `NOTE`: see
    /// [`Exact::last_place`].
    pub(super) fn descend<const NOTE: bool>(&mut self, mut path: Path, arms: usize) {
        if path.places == 1 {
            self.last_place::<NOTE>(path.depth, path.product, path.rest, true, arms);
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
                    self.last_place::<NOTE>(depth, product, rest, true, arms);
                    self.chosen.pop();
                }
            } else if within {
                self.chosen.push(arm);
                self.descend::<NOTE>(Path { depth, product, rest, places: path.places - 1, loss, ..path }, arms);
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
            self.last_place::<NOTE>(arms, path.product, path.rest, false, arms);
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
    ///
    /// With `NOTE` the chosen arms are noted where anything reaches the goal, and nothing is taken: not the search's own
    /// problem is at stake then but those near it, in which a share of a pair may come close to any arm that fits.
    pub(super) fn last_place<const NOTE: bool>(
        &mut self,
        depth: usize,
        product: f64,
        rest: f64,
        partner: bool,
        arms: usize,
    ) {
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
            reached |= fits & (open | NOTE) & (product * (1.0 - item.mean) <= goal);
        };
        let items = &self.items[..arms];
        for &place in &self.left {
            sort(&items[place], false);
        }
        for item in &items[depth..] {
            sort(item, true);
        }
        if reached || (rest > TOLERANCE && self.part_reaches(product, rest, partner, fitting, dear)) {
            if NOTE {
                self.note(depth, partner);
            } else {
                self.consider_last_place(product, rest, partner, fitting, dear);
            }
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
}

/// Whether the product with a pair `i`, `j` in the last place is within the goal, without the division;
/// `under` = rest − c_j, `over` = c_i − rest.
#[inline(always)]
fn pair_reaches(product: f64, goal: f64, i: &Filler, j: &Filler, under: f64, over: f64) -> bool {
    let wide = i.cost - j.cost;
    let scaled = product * (wide - i.mean * under) * (wide - j.mean * over);
    (under > TOLERANCE) & (scaled <= goal * wide * wide)
}
