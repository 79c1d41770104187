//! The linear program `max Σwz` over `z ∈ [0,1]^K`, `Σz = n`, `Σcz ≤ ρ`, in closed form.
//!
//! For a price `λ ≥ 0` on cost the best set is the top `n` by `w − λc`. Raising `λ` from 0, arms are exchanged one pair
//! at a time, the pair with the smallest ratio `(w_i − w_j)/(c_i − c_j)` first, until the budget holds; the last
//! exchange is taken as far as the budget asks. [`Linear::exchange_loop`] is exactly that and defines the result.
//!
//! It is seldom run: `z` is determined by the last set and the last pair alone, and where these are unique a linear
//! pass proves it ([`certify`]). So a guess is made (the last problem's answer, or a few looks at other prices
//! ([`chord`]), or for many arms a search over `λ`), and only ties and near-ties fall back on the loop.

mod certify;
mod chord;
mod exchange;
mod rank;

use super::selection::Search;
use super::{Feasibility, TOLERANCE};
use crate::bandit::reward::{SMALLEST_MEAN, log_mean};
use crate::order::{nth_largest, sort_places};
use certify::certify;
use exchange::{cheapest_exchange, cost_after, ratio, set_cost, write_fraction};
use rank::{cheapest, rank};

/// Arms from which on the search over `λ` is used in place of the chord.
pub const SEARCH_FROM: usize = 48;

/// Error bound of [`quick_log`], in absolute terms.
const QUICK_LOG_ERROR: f64 = 2e-9;

/// The last exchange: arm `out` leaves the set, arm `into` enters it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pair {
    pub out: usize,
    pub into: usize,
}

/// Solver of the linear program; create once, use every round.
#[derive(Debug, Clone)]
pub struct Linear {
    /// 1 for arms in the set before the last exchange, else 0.
    inside: Vec<f64>,
    /// The last exchange of the problem solved last, if it had one.
    last: Option<Pair>,
    /// Whether the problem solved last was infeasible.
    was_infeasible: bool,
    /// Other sets, by the same marks: the one after the last exchange, and one being looked at.
    beside: Vec<f64>,
    probe: Vec<f64>,
    keys: Vec<f64>,
    dearness: Vec<f64>,
    ties: Vec<usize>,
    search: Option<Box<Search>>,
}

impl Linear {
    /// A solver for `arms` arms.
    pub fn new(arms: usize) -> Self {
        Linear {
            inside: vec![0.0; arms],
            last: None,
            was_infeasible: false,
            beside: vec![0.0; arms],
            probe: vec![0.0; arms],
            keys: vec![0.0; arms],
            dearness: vec![0.0; arms],
            ties: Vec::with_capacity(arms),
            search: (arms >= SEARCH_FROM).then(|| Box::new(Search::new(arms))),
        }
    }

    /// Writes the solution to `z`. `weights`, `costs` (≥ 0) and `z` have one entry an arm; `budget` is in the costs'
    /// unit, infinite where unconstrained; `n` above the number of arms means all of them.
    ///
    /// Infeasible (the `n` cheapest cost more than the budget): `z` is the `n` cheapest, among equals the larger
    /// weight, then the lower index.
    pub fn solve(&mut self, weights: &[f64], costs: &[f64], n: usize, budget: f64, z: &mut [f64]) -> Feasibility {
        let arms = self.inside.len().min(weights.len()).min(costs.len()).min(z.len());
        let (weights, costs, z) = (&weights[..arms], &costs[..arms], &mut z[..arms]);
        match self.attempt(weights, costs, n, budget, 0.0, z) {
            Some(feasibility) => feasibility,
            None => self.exchange_loop(weights, costs, n, budget, z),
        }
    }

    /// As [`Linear::solve`] with weights `ln μ` (AIC), `μ` clamped below at 1e-12. `weights` is scratch space.
    ///
    /// Logarithms decide only which arms are exchanged, so cheap ones with a known error do, unless the decision is
    /// closer than that error.
    pub fn solve_log(
        &mut self,
        means: &[f64],
        costs: &[f64],
        n: usize,
        budget: f64,
        weights: &mut [f64],
        z: &mut [f64],
    ) -> Feasibility {
        let arms = self.inside.len().min(means.len()).min(costs.len()).min(z.len()).min(weights.len());
        let (means, costs, weights, z) = (&means[..arms], &costs[..arms], &mut weights[..arms], &mut z[..arms]);
        for (weight, &mean) in weights.iter_mut().zip(means) {
            *weight = quick_log(if mean > SMALLEST_MEAN { mean } else { SMALLEST_MEAN });
        }
        if let Some(feasibility) = self.attempt(weights, costs, n, budget, QUICK_LOG_ERROR, z) {
            return feasibility;
        }
        for (weight, &mean) in weights.iter_mut().zip(means) {
            *weight = log_mean(mean);
        }
        match self.attempt(weights, costs, n, budget, 0.0, z) {
            Some(feasibility) => feasibility,
            None => self.exchange_loop(weights, costs, n, budget, z),
        }
    }

    /// The definition: start from the top `n` by larger weight, then cheaper, then lower index; exchange the pair of
    /// smallest ratio (equal ratios: lowest `i` out, then lowest `j` in) until the budget holds within [`TOLERANCE`];
    /// with the set's cost summed in ascending index order, the last exchange is taken to
    /// `z_j = (cost − ρ)/(c_i − c_j)`, `z_i = 1 − z_j`. Same arguments and result as [`Linear::solve`].
    pub fn exchange_loop(
        &mut self,
        weights: &[f64],
        costs: &[f64],
        n: usize,
        budget: f64,
        z: &mut [f64],
    ) -> Feasibility {
        let arms = self.inside.len().min(weights.len()).min(costs.len()).min(z.len());
        let (weights, costs, z) = (&weights[..arms], &costs[..arms], &mut z[..arms]);
        self.last = None;
        self.top(weights, costs, n);
        let inside = &mut self.inside[..arms];
        let mut cost = set_cost(inside, costs);
        if cost <= budget + TOLERANCE {
            z.copy_from_slice(inside);
            return Feasibility::Feasible;
        }
        if self.cheapest_too_dear(weights, costs, n, budget) {
            z.copy_from_slice(&self.inside[..arms]);
            return Feasibility::Infeasible;
        }
        self.top(weights, costs, n);
        let inside = &mut self.inside[..arms];
        // Ends: each exchange lowers the sorted list of the set's costs.
        while let Some(pair) = cheapest_exchange(inside, weights, costs) {
            let next = cost_after(inside, costs, pair);
            if next <= budget + TOLERANCE {
                write_fraction(inside, costs, cost, budget, pair, z);
                self.last = Some(pair);
                return Feasibility::Feasible;
            }
            inside[pair.out] = 0.0;
            inside[pair.into] = 1.0;
            cost = next;
        }
        // Only a rounding error above the budget: another summation order of the cheapest arms' costs fitted it.
        z.copy_from_slice(inside);
        Feasibility::Feasible
    }

    /// Prices of the solution `z` that was found last: `λ` on cost and `θ` on a place in the set, both ≥ 0, by which
    /// every other solution can be bounded, also where places may stay empty.
    pub(super) fn prices(&self, weights: &[f64], costs: &[f64], z: &[f64]) -> (f64, f64) {
        let (price, level) = self.prices_signed(weights, costs, z);
        let sane = |x: f64| if x > 0.0 && x < f64::INFINITY { x } else { 0.0 };
        (sane(price), sane(level))
    }

    /// The same for solutions that fill all places: there `θ` may be below 0.
    pub(in crate::bandit) fn prices_signed(&self, weights: &[f64], costs: &[f64], z: &[f64]) -> (f64, f64) {
        match self.last {
            Some(pair) => {
                let price = ratio(weights, costs, pair);
                let level = weights.get(pair.out).zip(costs.get(pair.out)).map(|(w, c)| w - price * c);
                (price, level.unwrap_or(0.0))
            }
            None => {
                let members = weights.iter().zip(z).filter(|(_, z)| **z > 0.0).map(|(w, _)| *w);
                (0.0, members.fold(f64::INFINITY, |low, w| if w < low { w } else { low }))
            }
        }
    }

    /// The last exchange of the solution that was found last: the arm that gives up its place, and the one that takes it.
    pub(in crate::bandit) fn last_exchange(&self) -> Option<(usize, usize)> {
        self.last.map(|Pair { out, into }| (out, into))
    }

    /// Slope of `values` (one an arm; 0 for items beyond them) against cost over the last exchange; 0 if there was none.
    pub(super) fn slope(&self, values: &[f64], costs: &[f64]) -> f64 {
        let Some(Pair { out, into }) = self.last else { return 0.0 };
        let at = |slice: &[f64], arm: usize| slice.get(arm).copied().unwrap_or(0.0);
        let slope = (at(values, out) - at(values, into)) / (at(costs, out) - at(costs, into));
        if slope > 0.0 && slope < f64::INFINITY { slope } else { 0.0 }
    }

    /// A guess and its proof; `None` where the loop has to decide. `error` bounds the error of the weights.
    #[inline]
    fn attempt(
        &mut self,
        weights: &[f64],
        costs: &[f64],
        n: usize,
        budget: f64,
        error: f64,
        z: &mut [f64],
    ) -> Option<Feasibility> {
        if let Some(pair) = self.last {
            if certify(&self.inside, weights, costs, n, budget, error, pair, z) {
                return Some(Feasibility::Feasible);
            }
            let price = ratio(weights, costs, pair);
            self.last = None;
            if self.search.is_none() && price > 0.0 && self.chord(weights, costs, n, budget, price, error, z) {
                return Some(Feasibility::Feasible);
            }
        }
        if error > 0.0 && self.was_infeasible {
            return None; // The order of the cheapest needs exact weights.
        }
        if self.was_infeasible && self.cheapest_too_dear(weights, costs, n, budget) {
            z.copy_from_slice(&self.inside[..z.len()]);
            return Some(Feasibility::Infeasible);
        }
        self.was_infeasible = false;
        self.top(weights, costs, n);
        let inside = &self.inside[..z.len()];
        if error > 0.0 && !separated(inside, weights, error) {
            return None;
        }
        if set_cost(inside, costs) <= budget + TOLERANCE {
            z.copy_from_slice(inside);
            return Some(Feasibility::Feasible);
        }
        match &mut self.search {
            Some(search) => {
                let pair = search.run(weights, costs, n, budget, &mut self.inside)?;
                self.proven(weights, costs, n, budget, error, pair, z)
            }
            None => self.chord(weights, costs, n, budget, 0.0, error, z).then_some(Feasibility::Feasible),
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn proven(
        &mut self,
        weights: &[f64],
        costs: &[f64],
        n: usize,
        budget: f64,
        error: f64,
        pair: Pair,
        z: &mut [f64],
    ) -> Option<Feasibility> {
        if certify(&self.inside, weights, costs, n, budget, error, pair, z) {
            self.last = Some(pair);
            return Some(Feasibility::Feasible);
        }
        None
    }

    /// Marks the top `n` by larger weight, then cheaper, then lower index.
    fn top(&mut self, weights: &[f64], costs: &[f64], n: usize) {
        let arms = weights.len();
        if arms < SEARCH_FROM {
            rank(&mut self.inside[..arms], weights, costs, n);
            return;
        }
        self.select(n, weights, |a, b| costs[a].total_cmp(&costs[b]).then(a.cmp(&b)));
    }

    /// Marks the `n` cheapest (then larger weight, then lower index); true where they cost more than the budget.
    fn cheapest_too_dear(&mut self, weights: &[f64], costs: &[f64], n: usize, budget: f64) -> bool {
        let arms = weights.len();
        if arms < SEARCH_FROM {
            cheapest(&mut self.inside[..arms], &mut self.keys[..arms], weights, costs, n);
        } else {
            for (key, c) in self.dearness.iter_mut().zip(costs) {
                *key = -c;
            }
            let dearness = std::mem::take(&mut self.dearness);
            self.select(n, &dearness[..arms], |a, b| weights[b].total_cmp(&weights[a]).then(a.cmp(&b)));
            self.dearness = dearness;
        }
        self.was_infeasible = set_cost(&self.inside[..arms], costs) > budget + TOLERANCE;
        self.was_infeasible
    }

    /// Marks the `n` arms of largest value, equal values by the given order.
    fn select(&mut self, n: usize, values: &[f64], order: impl Fn(usize, usize) -> std::cmp::Ordering) {
        let arms = values.len();
        if n == 0 || n >= arms {
            self.inside.fill(if n == 0 { 0.0 } else { 1.0 });
            return;
        }
        let keys = &mut self.keys[..arms];
        keys.copy_from_slice(values);
        let level = nth_largest(keys, n);
        let mut places = n;
        self.ties.clear();
        for (arm, (member, &value)) in self.inside.iter_mut().zip(values).enumerate() {
            let above = value > level;
            *member = if above { 1.0 } else { 0.0 };
            places = places.saturating_sub(usize::from(above));
            if value == level {
                self.ties.push(arm);
            }
        }
        if self.ties.len() > places {
            sort_places(&mut self.ties, order);
        }
        for &arm in self.ties.iter().take(places) {
            self.inside[arm] = 1.0;
        }
    }
}

/// Whether every arm of the set outweighs every other by more than twice the weights' error.
fn separated(inside: &[f64], weights: &[f64], error: f64) -> bool {
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for (&member, &weight) in inside.iter().zip(weights) {
        let (a, b) = if member > 0.0 { (weight, high) } else { (low, weight) };
        low = if a < low { a } else { low };
        high = if b > high { b } else { high };
    }
    low - high > 2.0 * error
}

/// Natural logarithm of a normal positive number with an absolute error below [`QUICK_LOG_ERROR`], by plain
/// arithmetic: `2 artanh((m − 1)/(m + 1))` of the mantissa, to five terms.
#[inline]
pub(super) fn quick_log(x: f64) -> f64 {
    const ROOT_HALF: u64 = 0x3fe6_a09e_667f_3bcd;
    let bits = x.to_bits();
    let exponent = (bits.wrapping_sub(ROOT_HALF) as i64) >> 52;
    let m = f64::from_bits(bits.wrapping_sub((exponent as u64) << 52));
    let s = (m - 1.0) / (m + 1.0);
    let t = s * s;
    let series = 2.0 + t * (2.0 / 3.0 + t * (2.0 / 5.0 + t * (2.0 / 7.0 + t * (2.0 / 9.0))));
    exponent as f64 * std::f64::consts::LN_2 + s * series
}
