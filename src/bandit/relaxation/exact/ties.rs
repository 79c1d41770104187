//! The second search: among the vertices within a limit, the first by the tie rule.

use super::{Exact, NONE, TIE, TOLERANCE, fill_parts};

/// Mark of an arm that is to be taken in part.
const PART: f64 = 0.5;

/// State on the way down the second search.
#[derive(Debug, Clone, Copy)]
struct Prefix {
    depth: usize,
    product: f64,
    spent: f64,
    whole: usize,
    part: [usize; 2],
}

impl Exact {
    /// Arms by rising cost, then index.
    pub(super) fn sort_by_cost(&mut self, costs: &[f64]) {
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
    pub(super) fn certain(&mut self, means: &[f64], costs: &[f64]) -> bool {
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
    pub(super) fn order(&mut self, means: &[f64], costs: &[f64], limit: f64) {
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
