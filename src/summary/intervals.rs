//! Intervals: Student's t for means, the bootstrap for ratios of means. The same bits everywhere.

use crate::order::sort_by;
use crate::random::{below, hash};

/// The 97.5 % quantile of Student's t with `df` ≥ 1 degrees of freedom, to about 1e-12.
///
/// The distribution function has a closed form for whole `df` (Abramowitz and Stegun 26.7.3 and 26.7.4), which is
/// inverted by bisection.
pub fn student_t(df: u32) -> f64 {
    let df = df.max(1);
    let (mut low, mut high) = (0.0, 13.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if two_sided(middle, df) < 0.95 {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

/// `P(|T| < t)` for whole degrees of freedom.
fn two_sided(t: f64, df: u32) -> f64 {
    use std::f64::consts::PI;
    let angle = libm::atan(t / f64::from(df).sqrt());
    let (sine, cosine) = (libm::sin(angle), libm::cos(angle));
    let square = cosine * cosine;
    // Odd: 2/π (θ + sin θ · (cos θ + 2/3 cos³θ + …)); even: sin θ · (1 + 1/2 cos²θ + 3/8 cos⁴θ + …).
    let odd = df % 2 == 1;
    let mut term = if odd { cosine } else { 1.0 };
    let mut sum = 0.0;
    let mut power = if odd { 1 } else { 0 };
    while power + 2 <= df {
        sum += term;
        term *= square * f64::from(power + 1) / f64::from(power + 2);
        power += 2;
    }
    if odd { 2.0 / PI * (angle + sine * sum) } else { sine * sum }
}

/// Half the width of the 95 % percentile bootstrap interval of `mean(numerator) / mean(denominator)` over replicates;
/// `None` with fewer than two replicates or where a resample's denominator is 0.
pub(super) fn bootstrap_ratio(pairs: &[(f64, f64)], seed: u64) -> Option<f64> {
    let (low, high) = bootstrap(pairs.len(), seed, |drawn| {
        let (mut numerator, mut denominator) = (0.0, 0.0);
        for (a, b) in drawn.iter().filter_map(|place| pairs.get(*place)) {
            numerator += a;
            denominator += b;
        }
        (denominator > 0.0).then(|| numerator / denominator)
    })?;
    Some(0.5 * (high - low))
}

/// The 95 % percentile bootstrap interval of a statistic over `count` replicates: `statistic` gets the places of the
/// replicates drawn. `None` with fewer than two replicates or where it is not defined for some resample.
pub fn bootstrap(count: usize, seed: u64, statistic: impl Fn(&[usize]) -> Option<f64>) -> Option<(f64, f64)> {
    if count < 2 {
        return None;
    }
    // Enough for two digits of the half-width; fewer where each costs more.
    let resamples = (200_000 / count).clamp(200, 1_000) as u64;
    let mut values = Vec::with_capacity(resamples as usize);
    let mut drawn = vec![0; count];
    for resample in 0..resamples {
        let key = hash(seed, resample);
        for (place, draw) in (0..).zip(&mut drawn) {
            *draw = below(hash(key, place), count as u64) as usize;
        }
        values.push(statistic(&drawn)?);
    }
    sort_by(&mut values, f64::total_cmp);
    let at = |share: f64| values.get((share * (resamples - 1) as f64) as usize).copied();
    Some((at(0.025)?, at(0.975)?))
}

/// `mean(numerator) / mean(denominator)` and half the width of its 95 % interval by the delta method. Each of the two is a
/// mean over replicates and its sum of squared deviations, `covariance` their sum of products of deviations, `half_width`
/// Student's quantile over `sqrt(R (R−1))` (`None` with one replicate: the width is then infinite). The ratio is infinite
/// where the denominator is 0; the width is infinite where the denominator's own interval reaches 0 (by Fieller's theorem
/// no bounded interval is then right).
pub(super) fn delta_ratio(
    (numerator, spread): (f64, f64),
    (denominator, denominator_spread): (f64, f64),
    covariance: f64,
    half_width: Option<f64>,
) -> (f64, f64) {
    if denominator <= 0.0 {
        return (f64::INFINITY, f64::INFINITY);
    }
    let ratio = numerator / denominator;
    let Some(factor) = half_width.filter(|factor| factor * denominator_spread.sqrt() < denominator) else {
        return (ratio, f64::INFINITY);
    };
    let square = spread - 2.0 * ratio * covariance + ratio * ratio * denominator_spread;
    // Rounding may take a difference of equals below 0.
    (ratio, factor * if square > 0.0 { square.sqrt() } else { 0.0 } / denominator)
}

/// How far Wilson's 95 % interval of a share of `count` ≥ 1 reaches from it, on the farther side.
pub fn wilson(share: f64, count: u32) -> f64 {
    let (centre, half) = wilson_centre(share, f64::from(count));
    half + (centre - share).abs()
}

/// Wilson's 95 % interval of the share `hits` / `count`, within [0,1]; all of it where `count` is 0.
pub fn wilson_interval(hits: u64, count: u64) -> (f64, f64) {
    if count == 0 {
        return (0.0, 1.0);
    }
    let (centre, half) = wilson_centre(hits as f64 / count as f64, count as f64);
    // At its ends the interval is exact, but for rounding.
    (if hits == 0 { 0.0 } else { centre - half }, if hits == count { 1.0 } else { centre + half })
}

/// The middle of Wilson's 95 % interval and half its width.
fn wilson_centre(share: f64, n: f64) -> (f64, f64) {
    let quantile = 1.959_963_984_540_054;
    let square = quantile * quantile;
    let centre = (share + square / (2.0 * n)) / (1.0 + square / n);
    let half = (square * (share * (1.0 - share) / n + square / (4.0 * n * n))).sqrt() / (1.0 + square / n);
    (centre, half)
}

/// The round in which a curve settles: the first checkpoint from which on it stays within 5 % of its last value. `None`
/// where the last value is not finite. A round near the end says that the curve has not settled: the last checkpoint
/// always qualifies.
pub fn settled(rounds: &[u32], mean: &[f64]) -> Option<u32> {
    let last = mean.last().copied().filter(|last| last.is_finite())?;
    let far = |value: &f64| value.is_nan() || (value - last).abs() > 0.05 * last.abs();
    let first = mean.iter().rposition(far).map_or(0, |place| place + 1);
    rounds.get(first).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_those_of_the_tables() {
        // Any statistics book's table of t, two-sided 5 %.
        for (df, quantile) in
            [(1, 12.706), (2, 4.303), (3, 3.182), (9, 2.262), (10, 2.228), (30, 2.042), (120, 1.980), (999, 1.962)]
        {
            assert!((student_t(df) - quantile).abs() < 6e-4, "{df}: {}", student_t(df));
        }
        assert!((student_t(1) - 12.706_204_736_432_1).abs() < 1e-9);
    }

    #[test]
    fn the_bootstrap_agrees_with_the_delta_method() {
        // Numerator and denominator independent with relative errors of a few percent.
        let pairs: Vec<(f64, f64)> = (0..400u64)
            .map(|r| {
                let u = crate::random::unit(hash(1, r)) - 0.5;
                let v = crate::random::unit(hash(2, r)) - 0.5;
                (2.0 + u, 4.0 + v)
            })
            .collect();
        let half = bootstrap_ratio(&pairs, 5).unwrap();
        // Var(u) = 1/12; delta method for a ratio of independent means.
        let relative = ((1.0f64 / 12.0 / 400.0) * (1.0 / 4.0 + 1.0 / 16.0)).sqrt();
        let expected = 1.96 * 0.5 * relative;
        assert!((half / expected - 1.0).abs() < 0.15, "{half} {expected}");
        let (mut numerator, mut denominator, mut sum) = ((0.0, 0.0), (0.0, 0.0), 0.0);
        for (x, y) in &pairs {
            numerator.0 += x / 400.0;
            denominator.0 += y / 400.0;
        }
        for (x, y) in &pairs {
            numerator.1 += (x - numerator.0) * (x - numerator.0);
            denominator.1 += (y - denominator.0) * (y - denominator.0);
            sum += (x - numerator.0) * (y - denominator.0);
        }
        let factor = student_t(399) / (400.0f64 * 399.0).sqrt();
        let (ratio, width) = delta_ratio(numerator, denominator, sum, Some(factor));
        assert!(
            (ratio - numerator.0 / denominator.0).abs() < 1e-12 && (half / width - 1.0).abs() < 0.15,
            "{half} {width}"
        );
        assert_eq!(bootstrap_ratio(&[(1.0, 0.0), (1.0, 0.0)], 1), None);
        assert_eq!(bootstrap_ratio(&[(1.0, 1.0)], 1), None);
    }

    #[test]
    fn a_ratio_without_a_sure_denominator_has_no_width() {
        assert_eq!(delta_ratio((2.0, 1.0), (0.0, 0.0), 0.0, Some(1.0)), (f64::INFINITY, f64::INFINITY));
        assert_eq!(delta_ratio((2.0, 1.0), (1.0, 4.0), 0.0, Some(1.0)), (2.0, f64::INFINITY));
        assert_eq!(delta_ratio((2.0, 1.0), (1.0, 0.0), 0.0, None), (2.0, f64::INFINITY));
        // Numerator and denominator in proportion: the ratio is certain.
        assert_eq!(delta_ratio((2.0, 4.0), (1.0, 1.0), 2.0, Some(0.1)), (2.0, 0.0));
    }

    #[test]
    fn wilsons_interval_is_that_of_the_tables() {
        // 10 of 10: [0.7225, 1]; 50 of 100: [0.4038, 0.5962]; 1 of 10: [0.0179, 0.4042].
        for (share, count, width) in [(1.0, 10, 0.2775), (0.5, 100, 0.0962), (0.1, 10, 0.3042), (0.0, 10, 0.2775)] {
            assert!((wilson(share, count) - width).abs() < 1e-4, "{}", wilson(share, count));
            let (low, high) = wilson_interval((share * f64::from(count)) as u64, count.into());
            assert!((f64::max(high - share, share - low) - width).abs() < 1e-4 && low >= 0.0 && high <= 1.0);
        }
    }

    #[test]
    fn a_curve_settles_where_it_stays_near_its_last_value() {
        let rounds = [1, 2, 5, 10, 20, 50];
        assert_eq!(settled(&rounds, &[1.0, 10.4, 8.0, 10.5, 9.6, 10.0]), Some(10));
        assert_eq!(settled(&rounds, &[f64::INFINITY, f64::NAN, 9.9, 10.1, 10.0, 10.0]), Some(5));
        assert_eq!(settled(&rounds, &[10.0; 6]), Some(1));
        assert_eq!(settled(&rounds, &[9.0, 9.0, 9.0, 9.0, 9.0, 10.0]), Some(50));
        assert_eq!(settled(&rounds, &[1.0, 1.0, 1.0, 1.0, 0.1, 0.0]), Some(50));
        assert_eq!(settled(&rounds, &[1.0, 1.0, 1.0, 1.0, 1.0, f64::INFINITY]), None);
        assert_eq!(settled(&[], &[]), None);
    }
}
