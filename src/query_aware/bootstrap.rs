//! The paired bootstrap: queries are drawn with replacement, the same draw for every policy and figure, so that also
//! differences and ratios of figures have intervals.

use crate::random::{below, hash};
use serde::{Deserialize, Serialize};

/// A figure and half the width of its 95 % interval.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    /// The figure; `None` where it cannot be known.
    pub value: Option<f64>,
    /// Half the width of its 95 % percentile bootstrap interval over queries; `None` where there is none.
    pub ci95: Option<f64>,
}

impl Figure {
    /// A figure without an interval.
    pub fn of(value: Option<f64>) -> Figure {
        Figure { value, ci95: None }
    }
}

/// Half the width of the 95 % percentile interval of resampled values; `None` where there are none, or some are not known.
pub(super) fn half_width(mut drawn: Vec<f64>) -> Option<f64> {
    if drawn.iter().any(|value| !value.is_finite()) {
        return None;
    }
    drawn.sort_by(f64::total_cmp);
    let at = |share: f64| drawn.get((share * drawn.len().saturating_sub(1) as f64) as usize).copied();
    at(0.975).zip(at(0.025)).map(|(high, low)| 0.5 * (high - low))
}

/// Most resamples; fewer where there are so many queries that each would cost much.
const RESAMPLES: u64 = 1_000;
/// Fewest resamples.
const FEWEST: u64 = 200;
/// Draws of queries in all, where that leaves a number of resamples between those two.
const DRAWS: u64 = 20_000_000;

/// A mean over queries and the same mean in every resample.
#[derive(Debug, Clone, PartialEq)]
pub struct Mean {
    value: f64,
    resampled: Vec<f64>,
}

/// The mean of every column, over the queries in which it is known (not NaN), with its resamples. All columns have one
/// entry a query.
pub fn means(columns: &[&[f64]], seed: u64) -> Vec<Mean> {
    let count = columns.iter().map(|column| column.len()).min().unwrap_or_default();
    let known: Vec<bool> = columns.iter().map(|column| !column.iter().any(|value| value.is_nan())).collect();
    let everywhere = vec![1u32; count];
    let mut means: Vec<Mean> = columns
        .iter()
        .zip(&known)
        .map(|(column, known)| Mean { value: weighted(column, &everywhere, *known), resampled: Vec::new() })
        .collect();
    if count < 2 {
        return means;
    }
    let mut times = vec![0u32; count];
    for resample in 0..(DRAWS / count as u64).clamp(FEWEST, RESAMPLES) {
        times.fill(0);
        let key = hash(seed, resample);
        for place in 0..count as u64 {
            if let Some(times) = times.get_mut(below(hash(key, place), count as u64) as usize) {
                *times += 1;
            }
        }
        for ((mean, column), known) in means.iter_mut().zip(columns).zip(&known) {
            mean.resampled.push(weighted(column, &times, *known));
        }
    }
    means
}

/// The mean of the values that are known, each as many times as it was drawn; NaN where there is none.
fn weighted(values: &[f64], times: &[u32], known: bool) -> f64 {
    let (mut sum, mut count) = (0.0, 0.0);
    for (value, times) in values.iter().zip(times) {
        let times = f64::from(*times);
        if known || !value.is_nan() {
            sum += times * value;
            count += times;
        }
    }
    sum / count
}

impl Mean {
    /// The mean as a figure.
    pub fn figure(&self) -> Figure {
        self.with(self, |value, _| value)
    }

    /// A statistic of this mean and another one.
    pub fn with(&self, other: &Mean, statistic: impl Fn(f64, f64) -> f64) -> Figure {
        let value = statistic(self.value, other.value);
        let drawn =
            self.resampled.iter().zip(&other.resampled).map(|(mine, others)| statistic(*mine, *others)).collect();
        let figure = Figure::of(Some(value).filter(|value| value.is_finite()));
        Figure { ci95: figure.value.and(half_width(drawn)), ..figure }
    }

    /// This mean less another.
    pub fn less(&self, other: &Mean) -> Figure {
        self.with(other, |mine, others| mine - others)
    }

    /// The share of another mean that this one saves: 1 less their ratio; not known where the other is 0.
    pub fn saved_of(&self, other: &Mean) -> Figure {
        self.with(other, |mine, others| if others > 0.0 { 1.0 - mine / others } else { f64::NAN })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::unit;

    #[test]
    fn intervals_are_those_of_normal_theory() {
        let count = 2_000;
        let draw = |key: u64| -> Vec<f64> { (0..count).map(|query| unit(hash(key, query))).collect() };
        let (first, noise) = (draw(1), draw(2));
        // Nearly the same column twice: the difference is far more certain than either.
        let second: Vec<f64> = first.iter().zip(&noise).map(|(first, noise)| first + 0.1 * noise).collect();
        let found = means(&[&first, &second], 7);
        let root = (count as f64).sqrt();
        let expected = 1.96 * (1.0f64 / 12.0).sqrt() / root;
        assert!((found[0].figure().ci95.unwrap() / expected - 1.0).abs() < 0.15);
        let difference = found[1].less(&found[0]);
        let mean = noise.iter().sum::<f64>() / count as f64 * 0.1;
        assert!((difference.value.unwrap() - mean).abs() < 1e-12);
        assert!((difference.ci95.unwrap() / (0.1 * expected) - 1.0).abs() < 0.15);
        let saved = found[0].saved_of(&found[1]);
        assert!((saved.value.unwrap() - (1.0 - found[0].value / found[1].value)).abs() < 1e-15);
    }

    #[test]
    fn what_is_not_known_has_no_figure() {
        let gaps = [1.0, f64::NAN, 3.0];
        let nothing = [f64::NAN; 3];
        let zeros = [0.0; 3];
        let found = means(&[&gaps, &nothing, &zeros], 1);
        assert_eq!(found[0].figure().value, Some(2.0));
        assert_eq!(found[1].figure(), Figure::default());
        assert_eq!(found[0].saved_of(&found[2]).value, None);
        assert_eq!(found[0].less(&found[1]), Figure::default());
        // One query has no interval; none has no figure.
        assert_eq!(means(&[&[4.0]], 1)[0].figure(), Figure { value: Some(4.0), ci95: None });
        assert_eq!(means(&[&[]], 1)[0].figure(), Figure::default());
        // Resamples in which nothing is known leave the figure without an interval.
        assert_eq!(found[0].figure().ci95, None);
    }
}
