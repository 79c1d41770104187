//! The proof of a guess.

use super::super::TOLERANCE;
use super::Pair;
use super::exchange::write_fraction;

/// Relative distance from a tie below which a guess is not trusted: far above rounding errors, far below what
/// distinct estimates differ by.
const MARGIN: f64 = 1e-10;

/// Proves that the exchange loop ends in this set with this pair, and then writes `z`.
///
/// At the price `λ` of the pair, every other arm of the set must lie above the pair's common level of `w − λc` and
/// every other arm outside below it, by a margin that covers rounding and the weights' `error`; and the budget must
/// lie between the costs before and after. Then the set is the only best one just below `λ`, so the loop passes
/// through it, and no other pair has as small a ratio.
#[allow(clippy::too_many_arguments)]
#[inline]
pub(super) fn certify(
    inside: &[f64],
    weights: &[f64],
    costs: &[f64],
    n: usize,
    budget: f64,
    error: f64,
    pair: Pair,
    z: &mut [f64],
) -> bool {
    let arms = z.len();
    let Pair { out, into } = pair;
    if inside.len() < arms || weights.len() < arms || costs.len() < arms || out >= arms || into >= arms {
        return false;
    }
    let (inside, weights, costs) = (&inside[..arms], &weights[..arms], &costs[..arms]);
    let gap = costs[out] - costs[into];
    let drop = weights[out] - weights[into];
    let price = drop / gap;
    if !(gap > 0.0 && drop > 4.0 * error && price < f64::INFINITY) {
        return false;
    }
    let level = weights[out] - price * costs[out];
    let slope = MARGIN * price + 4.0 * error / gap;
    let base = MARGIN * weights[out].abs() + slope * costs[out] + 4.0 * error;
    let above = |w: f64, c: f64, member: f64| (w - price * c - level) * (2.0 * member - 1.0);
    let needed = |w: f64, c: f64| base + MARGIN * w.abs() + slope * c;
    let arm = |k: usize| (weights[k], costs[k], inside[k]);
    // Counts, so that there is no branch. The pair lies at the level: neither of it is sure.
    let (mut sure, mut members) = (0u64, 0u64);
    for k in 0..arms {
        let (w, c, member) = arm(k);
        sure += u64::from(above(w, c, member) > needed(w, c));
        members += u64::from(member > 0.0);
    }
    let others = (arms as u64).saturating_sub(2);
    if sure < others && costs[into] == 0.0 && error == 0.0 {
        // Free copies of `into` (the slack items of "at most n") never leave a set and enter in index order.
        for k in 0..arms {
            let (w, c, member) = arm(k);
            let copy = (c == 0.0) & (w == weights[into]) & ((member > 0.0) == (k < into)) & (k != into);
            let already = above(w, c, member) > needed(w, c);
            sure += u64::from(copy & !already);
        }
    }
    let (mut before, mut after) = (0.0, 0.0);
    for (k, (c, member)) in costs.iter().zip(inside).enumerate() {
        before += member * c;
        let of_pair = (k == out) | (k == into);
        let stays = if of_pair { 1.0 - member } else { *member };
        after += stays * c;
    }
    let limit = budget + TOLERANCE;
    // The sums of earlier sets on the loop's path must not round to the other side of the limit.
    if !((sure == others) & (members == n as u64) & (before - limit > 1e-12 * before) & (after <= limit)) {
        return false;
    }
    if inside[out] == 0.0 || inside[into] > 0.0 {
        return false;
    }
    write_fraction(inside, costs, before, budget, pair, z);
    true
}
