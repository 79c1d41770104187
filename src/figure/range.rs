//! Which values a panel shows: most curves whole, and those far away named where they leave.

use super::axis::{Scale, settle};
use super::{Options, Quantity};
use crate::summary::RunResult;

/// The values a panel covers.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Range {
    pub lo: f64,
    pub hi: f64,
    pub scale: Scale,
    /// Policies that were left out of account, by index.
    pub outside: Vec<usize>,
}

/// A curve far away is left out where the others would have less than this part of the frame. What overspending costs is
/// the point of its figures: there a rival stays in as long as it can.
fn squashed(quantity: Quantity) -> f64 {
    match quantity {
        Quantity::Regret | Quantity::Reward => 0.3,
        Quantity::Violation | Quantity::Cost | Quantity::Ratio | Quantity::RatioViolation => 0.02,
    }
}

/// Range of `quantity` from round `first` on; `anchors` are always inside.
pub(super) fn range(
    result: &RunResult,
    options: &Options,
    quantity: Quantity,
    log: bool,
    first: f64,
    anchors: &[f64],
) -> Range {
    let usable = |v: f64| v.is_finite() && (!log || v > 0.0);
    let mut spans: Vec<(usize, f64, f64)> = Vec::new();
    for (index, policy) in result.policies.iter().enumerate() {
        let Some(series) = quantity.series(result, policy, options).filter(|_| options.shows(index)) else { continue };
        let (mut lo, mut hi) = (f64::INFINITY, f64::NEG_INFINITY);
        for (round, value) in policy.rounds.iter().zip(&series.mean) {
            if f64::from(*round) >= first && usable(*value) {
                lo = if *value < lo { *value } else { lo };
                hi = if *value > hi { *value } else { hi };
            }
        }
        if lo <= hi {
            spans.push((index, lo, hi));
        }
    }
    let scale = if log { Scale::Log } else { Scale::Linear };
    let mut outside = Vec::new();
    if log {
        let (lo, hi) = bounds(&spans, &[]).unwrap_or((1e-3, 1.0));
        let lo = if lo > hi * 1e-4 { lo } else { hi * 1e-4 };
        let anchors: Vec<f64> = anchors.iter().copied().filter(|v| usable(*v)).collect();
        let (lo, hi) = bounds(&[(0, lo, hi)], &anchors).unwrap_or((lo, hi));
        let lo = libm::pow(10.0, libm::floor(libm::log10(lo)));
        return Range { lo, hi: hi * 1.3, scale, outside };
    }
    let anchors: Vec<f64> = anchors.iter().copied().filter(|v| v.is_finite()).collect();
    // Few curves are all shown: each is one that the figure is about.
    let allowed = if spans.len() > 3 { spans.len() / 3 } else { 0 };
    // One after another, the curve whose absence shrinks the range most; kept out only where that shrinks it a lot.
    let all = spans.clone();
    let mut rest = spans.clone();
    for _ in 0..allowed {
        let size = |spans: &[(usize, f64, f64)]| bounds(spans, &anchors).map_or(0.0, |(lo, hi)| hi - lo);
        let without = |i: usize| {
            let mut fewer = rest.clone();
            fewer.remove(i);
            size(&fewer)
        };
        let Some(farthest) = (0..rest.len()).min_by(|a, b| without(*a).total_cmp(&without(*b))) else { break };
        let left = rest.remove(farthest);
        outside.push(left.0);
        if size(&rest) > 0.0 && size(&rest) < squashed(quantity) * size(&spans) {
            spans.clone_from(&rest);
        }
    }
    outside.retain(|index| !spans.iter().any(|span| span.0 == *index));
    let (lo, hi) = bounds(&spans, &anchors).unwrap_or((0.0, 1.0));
    let pad = if hi > lo { (hi - lo) * 0.06 } else { hi.abs() * 0.05 + f64::MIN_POSITIVE };
    let floor = quantity.floor().filter(|floor| lo >= *floor);
    let low = match quantity {
        Quantity::Regret | Quantity::Violation if lo >= 0.0 => 0.0,
        _ => floor.map_or(lo - pad, |floor| (lo - pad).max(floor)),
    };
    // In a low panel the name of what is above or below needs room of its own.
    let name = if quantity == Quantity::Reward { (hi - lo) * 0.25 } else { 0.0 };
    let left = |index: &usize| all.iter().find(|span| span.0 == *index);
    let above = if outside.iter().filter_map(left).any(|span| span.2 > hi) { name } else { 0.0 };
    let below = if outside.iter().filter_map(left).any(|span| span.1 < lo) { name } else { 0.0 };
    let (lo, hi) = settle(low - below, hi + pad + above, 5);
    Range { lo, hi, scale, outside }
}

fn bounds(spans: &[(usize, f64, f64)], anchors: &[f64]) -> Option<(f64, f64)> {
    let all = spans.iter().map(|s| (s.1, s.2)).chain(anchors.iter().map(|a| (*a, *a)));
    all.reduce(|a, b| (if b.0 < a.0 { b.0 } else { a.0 }, if b.1 > a.1 { b.1 } else { a.1 }))
}
