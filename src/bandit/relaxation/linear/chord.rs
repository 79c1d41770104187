//! The price at which the budget holds, from both ends at once: of a set that is too dear and one that fits, both best
//! at some price, the chord between them names the next price to look at. A few looks find the pair, wherever it is.

use super::super::TOLERANCE;
use super::rank::{cheapest, rank};
use super::{Linear, Pair};

/// Looks after which the pair is left to others: more than problems without ties need.
const LOOKS: usize = 24;

/// Cost and weight of a set.
#[derive(Clone, Copy)]
struct Sums {
    cost: f64,
    weight: f64,
}

impl Sums {
    /// The cost is summed in ascending index order.
    #[inline]
    fn of(set: &[f64], weights: &[f64], costs: &[f64]) -> Sums {
        let mut sums = Sums { cost: 0.0, weight: 0.0 };
        for ((member, w), c) in set.iter().zip(weights).zip(costs) {
            sums.weight += member * w;
            sums.cost += member * c;
        }
        sums
    }
}

impl Linear {
    /// Looks for the pair at which the budget holds, first at `price`; true where it is found and proven, `z` then
    /// being written.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn chord(
        &mut self,
        weights: &[f64],
        costs: &[f64],
        n: usize,
        budget: f64,
        price: f64,
        error: f64,
        z: &mut [f64],
    ) -> bool {
        let arms = z.len();
        let limit = budget + TOLERANCE;
        let sums = |set: &[f64]| Sums::of(&set[..arms], weights, costs);
        let mut fits = None;
        if price > 0.0 {
            self.look(weights, costs, n, price);
            if sums(&self.probe).cost > limit {
                std::mem::swap(&mut self.inside, &mut self.probe);
            } else {
                std::mem::swap(&mut self.beside, &mut self.probe);
                fits = Some(sums(&self.beside));
                rank(&mut self.inside[..arms], weights, costs, n);
            }
        }
        let mut dear = sums(&self.inside);
        let mut fits = match fits {
            Some(fits) => fits,
            None => {
                cheapest(&mut self.beside[..arms], &mut self.keys[..arms], weights, costs, n);
                sums(&self.beside)
            }
        };
        if dear.cost <= limit || fits.cost > limit {
            return false;
        }
        for _ in 0..LOOKS {
            if let Some(pair) = self.difference(arms)
                && self.proven(weights, costs, n, budget, error, pair, z).is_some()
            {
                return true;
            }
            let price = (dear.weight - fits.weight) / (dear.cost - fits.cost);
            if !(price > 0.0 && price < f64::INFINITY) {
                return false;
            }
            self.look(weights, costs, n, price);
            let found = Sums::of(&self.probe[..arms], weights, costs);
            let (end, marks) =
                if found.cost > limit { (&mut dear, &mut self.inside) } else { (&mut fits, &mut self.beside) };
            if end.cost == found.cost {
                return false;
            }
            *end = found;
            std::mem::swap(marks, &mut self.probe);
        }
        false
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
    #[inline]
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
