//! The linear program for many arms: a search over the price `λ` by selection.
//!
//! Two sets bracket the answer: `A`, best at a low price and too dear, and `B`, best at a high price and within the
//! budget. At the price where both are worth the same, quickselect finds the best set; it replaces `A` or `B`, or, if
//! it is worth no more than they are, `A` and `B` are neighbours and differ by the last exchange. Arms that the bracket
//! has decided are dropped on the way, so the work is near-linear in `K`.
//!
//! Only a guess comes out: [`super::linear`] proves it, or runs the exchange loop.

use super::TOLERANCE;
use super::linear::Pair;
use crate::order::nth_largest;

/// Bound on rounds of the search; generic problems need about ten.
const ROUNDS: usize = 100;

#[derive(Debug, Clone, Copy)]
struct Active {
    weight: f64,
    cost: f64,
    arm: u32,
    in_a: bool,
    in_b: bool,
}

/// A direction of the objective, `p·w − q·c`: (1, λ) at price `λ`, (0, 1) at an infinite one.
#[derive(Debug, Clone, Copy)]
struct Price {
    p: f64,
    q: f64,
}

impl Price {
    fn value(self, arm: &Active) -> f64 {
        self.p * arm.weight - self.q * arm.cost
    }
}

/// Smallest value inside a set and largest outside, at both ends of the bracket.
#[derive(Debug, Clone, Copy)]
struct Levels {
    inside: [f64; 2],
    outside: [f64; 2],
}

impl Levels {
    fn new() -> Self {
        Levels { inside: [f64::INFINITY; 2], outside: [f64::NEG_INFINITY; 2] }
    }

    fn add(&mut self, values: [f64; 2], member: bool) {
        for (end, value) in values.into_iter().enumerate() {
            if member {
                self.inside[end] = if value < self.inside[end] { value } else { self.inside[end] };
            } else {
                self.outside[end] = if value > self.outside[end] { value } else { self.outside[end] };
            }
        }
    }

    /// The n-th value is at least the smallest inside a fixed set of `n`, concave in the price: an arm below that at
    /// both ends is below it between them. The (n+1)-th is at most the largest outside, likewise.
    fn decides(&self, values: [f64; 2]) -> Option<bool> {
        if values[0] > self.outside[0] && values[1] > self.outside[1] {
            Some(true)
        } else if values[0] < self.inside[0] && values[1] < self.inside[1] {
            Some(false)
        } else {
            None
        }
    }
}

/// Scratch space of the search.
#[derive(Debug, Clone)]
pub(super) struct Search {
    active: Vec<Active>,
    keys: Vec<f64>,
    best: Vec<bool>,
}

impl Search {
    pub(super) fn new(arms: usize) -> Self {
        Search { active: Vec::with_capacity(arms), keys: Vec::with_capacity(arms), best: Vec::with_capacity(arms) }
    }

    /// Starts from the best set at price 0 in `inside` (too dear), and ends with the set before the last exchange
    /// there; `None` where no single last exchange was found, `inside` then being undefined.
    pub(super) fn run(
        &mut self,
        weights: &[f64],
        costs: &[f64],
        n: usize,
        budget: f64,
        inside: &mut [f64],
    ) -> Option<Pair> {
        self.active.clear();
        self.active.extend(
            weights.iter().zip(costs).zip(inside.iter()).zip(0u32..).map(|(((&weight, &cost), &member), arm)| Active {
                weight,
                cost,
                arm,
                in_a: member > 0.0,
                in_b: false,
            }),
        );
        // Places and budget left to the arms that are still undecided.
        let (mut places, mut limit) = (n, budget + TOLERANCE);
        let (mut low, mut high) = (Price { p: 1.0, q: 0.0 }, Price { p: 0.0, q: 1.0 });
        self.select(high, places)?;
        for (arm, &best) in self.active.iter_mut().zip(&self.best) {
            arm.in_b = best;
        }
        if self.active.iter().filter(|arm| arm.in_b).map(|arm| arm.cost).sum::<f64>() > limit {
            return None;
        }
        for _ in 0..ROUNDS {
            self.drop_decided(low, high, &mut places, &mut limit, inside);
            // What A has over B, in weight and in cost, arms in both left out.
            let (mut weight, mut cost, mut differing) = (0.0, 0.0, 0usize);
            let (mut out, mut into) = (usize::MAX, usize::MAX);
            for arm in self.active.iter().filter(|arm| arm.in_a != arm.in_b) {
                differing += 1;
                let sign = if arm.in_a { 1.0 } else { -1.0 };
                weight += sign * arm.weight;
                cost += sign * arm.cost;
                if arm.in_a {
                    out = arm.arm as usize;
                } else {
                    into = arm.arm as usize;
                }
            }
            let price = Price { p: 1.0, q: weight / cost };
            if !(cost > 0.0 && price.q > 0.0 && price.q < f64::INFINITY) {
                return None;
            }
            self.select(price, places)?;
            let (mut gain, mut scale, mut total) = (0.0, 0.0, 0.0);
            for (arm, &best) in self.active.iter().zip(&self.best) {
                let value = price.value(arm);
                if best != arm.in_a {
                    gain += if best { value } else { -value };
                    scale += value.abs();
                }
                total += if best { arm.cost } else { 0.0 };
            }
            if gain <= 1e-13 * scale || (differing == 2 && gain <= 1e-11 * scale) {
                if differing != 2 {
                    return None; // Several exchanges at one price: a tie.
                }
                for arm in &self.active {
                    inside[arm.arm as usize] = if arm.in_a { 1.0 } else { 0.0 };
                }
                return Some(Pair { out, into });
            }
            if total > limit {
                low = price;
                self.active.iter_mut().zip(&self.best).for_each(|(arm, &best)| arm.in_a = best);
            } else {
                high = price;
                self.active.iter_mut().zip(&self.best).for_each(|(arm, &best)| arm.in_b = best);
            }
        }
        None
    }

    /// Marks the best `places` active arms at this price; `None` where there are not so many.
    fn select(&mut self, price: Price, places: usize) -> Option<()> {
        if places == 0 || places > self.active.len() {
            return None;
        }
        self.keys.clear();
        self.keys.extend(self.active.iter().map(|arm| price.value(arm)));
        let level = nth_largest(&mut self.keys, places);
        let mut above = 0;
        self.best.clear();
        self.best.extend(self.active.iter().map(|arm| {
            let best = price.value(arm) > level;
            above += usize::from(best);
            best
        }));
        let mut missing = places.checked_sub(above)?;
        for (arm, best) in self.active.iter().zip(self.best.iter_mut()) {
            if missing == 0 {
                break;
            }
            if !*best && price.value(arm) == level {
                *best = true;
                missing -= 1;
            }
        }
        (missing == 0).then_some(())
    }

    /// Drops the arms that are in every best set of the bracket, or in none.
    fn drop_decided(&mut self, low: Price, high: Price, places: &mut usize, limit: &mut f64, inside: &mut [f64]) {
        let (mut a, mut b) = (Levels::new(), Levels::new());
        for arm in &self.active {
            let values = [low.value(arm), high.value(arm)];
            a.add(values, arm.in_a);
            b.add(values, arm.in_b);
        }
        self.active.retain(|arm| {
            let values = [low.value(arm), high.value(arm)];
            match a.decides(values).or_else(|| b.decides(values)) {
                Some(member) if arm.in_a == member && arm.in_b == member => {
                    inside[arm.arm as usize] = if member { 1.0 } else { 0.0 };
                    if member {
                        *places -= 1;
                        *limit -= arm.cost;
                    }
                    false
                }
                _ => true,
            }
        });
    }
}
