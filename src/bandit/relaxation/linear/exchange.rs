//! One exchange of two arms at a time: what it costs, which is next, how far the last one goes.

use super::Pair;

/// Cost of the set, summed in ascending index order.
#[inline]
pub(super) fn set_cost(inside: &[f64], costs: &[f64]) -> f64 {
    let mut sum = 0.0;
    for (member, cost) in inside.iter().zip(costs) {
        sum += if *member > 0.0 { *cost } else { 0.0 };
    }
    sum
}

/// Cost of the set after an exchange, summed in ascending index order.
#[inline]
pub(super) fn cost_after(inside: &[f64], costs: &[f64], pair: Pair) -> f64 {
    let mut sum = 0.0;
    for (arm, (member, cost)) in inside.iter().zip(costs).enumerate() {
        let stays = ((*member > 0.0) & (arm != pair.out)) | (arm == pair.into);
        sum += if stays { *cost } else { 0.0 };
    }
    sum
}

#[inline]
pub(super) fn ratio(weights: &[f64], costs: &[f64], Pair { out, into }: Pair) -> f64 {
    match (weights.get(out), weights.get(into), costs.get(out), costs.get(into)) {
        (Some(wi), Some(wj), Some(ci), Some(cj)) => (wi - wj) / (ci - cj),
        _ => f64::NAN,
    }
}

/// The exchange of smallest ratio to a cheaper arm; equal ratios: lowest out, then lowest in.
#[inline]
pub(super) fn cheapest_exchange(inside: &[f64], weights: &[f64], costs: &[f64]) -> Option<Pair> {
    let arms = inside.len();
    let (weights, costs) = (&weights[..arms], &costs[..arms]);
    let mut best = f64::INFINITY;
    let mut pair = Pair { out: arms, into: arms };
    for i in 0..arms {
        if inside[i] == 0.0 {
            continue;
        }
        let (wi, ci) = (weights[i], costs[i]);
        for j in 0..arms {
            let ratio = (wi - weights[j]) / (ci - costs[j]);
            let better = (inside[j] == 0.0) & (costs[j] < ci) & (ratio < best);
            best = if better { ratio } else { best };
            pair.out = if better { i } else { pair.out };
            pair.into = if better { j } else { pair.into };
        }
    }
    (pair.out < arms).then_some(pair)
}

/// Writes the set with its last exchange taken as far as the budget asks.
#[inline]
pub(super) fn write_fraction(
    inside: &[f64],
    costs: &[f64],
    cost: f64,
    budget: f64,
    Pair { out, into }: Pair,
    z: &mut [f64],
) {
    let x = (cost - budget) / (costs[out] - costs[into]);
    let x = if x < 1.0 { x } else { 1.0 };
    // Not a copy with two corrections: in WebAssembly copying nine numbers is a call.
    for (arm, (z, member)) in z.iter_mut().zip(inside).enumerate() {
        let whole_or_out = if arm == out { 1.0 - x } else { *member };
        *z = if arm == into { x } else { whole_or_out };
    }
}
