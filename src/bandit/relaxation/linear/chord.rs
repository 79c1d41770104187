//! The price at which the budget holds, from both ends at once: of a set that is too dear and one that fits, both best
//! at some price, the chord between them names the next price to look at. A few looks find the pair, wherever it is.

use super::super::TOLERANCE;
use super::exchange::set_cost;
use super::{Linear, Pair, rank, rank_by};

/// Looks after which the pair is left to others: more than problems without ties need.
const LOOKS: usize = 24;

impl Linear {
    /// The last exchange and in `inside` the set before it, not proven; the first look is at `price`. `None` where all
    /// looks lead to ties, or one end lies on the wrong side of the budget.
    pub(super) fn chord(&mut self, weights: &[f64], costs: &[f64], n: usize, budget: f64, price: f64) -> Option<Pair> {
        let arms = weights.len();
        let limit = budget + TOLERANCE;
        let sums = |set: &[f64]| {
            let weight: f64 = set.iter().zip(weights).map(|(member, w)| if *member > 0.0 { *w } else { 0.0 }).sum();
            (set_cost(set, costs), weight)
        };
        self.look(weights, costs, n, price);
        let first = sums(&self.probe[..arms]);
        let (mut dear, mut fits);
        if first.0 > limit {
            std::mem::swap(&mut self.inside, &mut self.probe);
            rank_by(&mut self.beside[..arms], n, |a, b| {
                let (ca, cb) = (costs[a], costs[b]);
                (cb < ca) | ((cb == ca) & (weights[b] > weights[a]))
            });
            (dear, fits) = (first, sums(&self.beside[..arms]));
        } else {
            std::mem::swap(&mut self.beside, &mut self.probe);
            rank(&mut self.inside[..arms], weights, costs, n);
            (dear, fits) = (sums(&self.inside[..arms]), first);
        }
        if dear.0 <= limit || fits.0 > limit {
            return None;
        }
        for _ in 0..LOOKS {
            let price = (dear.1 - fits.1) / (dear.0 - fits.0);
            if !(price > 0.0 && price < f64::INFINITY) {
                return None;
            }
            self.look(weights, costs, n, price);
            let probe = &self.probe[..arms];
            if *probe == self.inside[..arms] || *probe == self.beside[..arms] {
                return self.difference(arms);
            }
            let found = sums(probe);
            if found.0 > limit {
                std::mem::swap(&mut self.inside, &mut self.probe);
                dear = found;
            } else {
                std::mem::swap(&mut self.beside, &mut self.probe);
                fits = found;
            }
        }
        None
    }

    /// Marks in `probe` the best set at a price.
    #[inline]
    fn look(&mut self, weights: &[f64], costs: &[f64], n: usize, price: f64) {
        let arms = weights.len();
        for (key, (w, c)) in self.keys.iter_mut().zip(weights.iter().zip(costs)) {
            *key = w - price * c;
        }
        rank(&mut self.probe[..arms], &self.keys[..arms], costs, n);
    }

    /// The one arm of `inside` that is not in `beside`, and the one of `beside` that is not in `inside`.
    fn difference(&self, arms: usize) -> Option<Pair> {
        let (mut out, mut into, mut count) = (0, 0, 0);
        for (arm, (a, b)) in self.inside[..arms].iter().zip(&self.beside[..arms]).enumerate() {
            out = if a > b { arm } else { out };
            into = if b > a { arm } else { into };
            count += usize::from(a != b);
        }
        (count == 2).then_some(Pair { out, into })
    }
}
