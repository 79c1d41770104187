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
    let draws = if count < 2 { Vec::new() } else { draws(count, seed) };
    let mut means = Vec::with_capacity(columns.len());
    for some in columns.chunks(LANES) {
        let once = vec![1u8; count];
        let rows = Rows::new(some, count);
        let value = rows.weighted(&once);
        let mut resampled = vec![Vec::with_capacity(draws.len() / count.max(1)); some.len()];
        for times in draws.chunks_exact(count.max(1)) {
            for (resampled, mean) in resampled.iter_mut().zip(rows.weighted(times)) {
                resampled.push(mean);
            }
        }
        means.extend(resampled.into_iter().zip(value).map(|(resampled, value)| Mean { value, resampled }));
    }
    means
}

/// How many times each query is drawn, one resample after the other.
fn draws(count: usize, seed: u64) -> Vec<u8> {
    let resamples = (DRAWS / count as u64).clamp(FEWEST, RESAMPLES);
    let mut draws = vec![0u8; count * resamples as usize];
    for (resample, times) in (0..).zip(draws.chunks_exact_mut(count)) {
        let key = hash(seed, resample);
        for place in 0..count as u64 {
            if let Some(times) = times.get_mut(below(hash(key, place), count as u64) as usize) {
                *times = times.saturating_add(1);
            }
        }
    }
    draws
}

/// Columns that are resampled together.
const LANES: usize = 8;

/// Up to [`LANES`] columns, query by query; what is not known is 0, and not counted.
struct Rows {
    values: Vec<[f64; LANES]>,
    /// Where something is not known: by query 1 for what is known, else 0.
    known: Option<Vec<[f64; LANES]>>,
}

impl Rows {
    fn new(columns: &[&[f64]], count: usize) -> Rows {
        let cell = |query: usize, lane: usize| columns.get(lane).and_then(|column| column.get(query)).copied();
        let row = |of: fn(f64) -> f64| {
            let row = |query| std::array::from_fn(|lane| cell(query, lane).map_or(0.0, of));
            (0..count).map(row).collect()
        };
        let gaps = columns.iter().any(|column| column.iter().take(count).any(|value| value.is_nan()));
        Rows {
            values: row(|value| if value.is_nan() { 0.0 } else { value }),
            known: gaps.then(|| row(|value| f64::from(u8::from(!value.is_nan())))),
        }
    }

    /// The means of what is known, each query as many times as it was drawn; NaN where there is nothing.
    fn weighted(&self, times: &[u8]) -> [f64; LANES] {
        let (sums, all) = summed(&self.values, times);
        let counts = self.known.as_ref().map_or([all; LANES], |known| summed(known, times).0);
        std::array::from_fn(|lane| sums[lane] / counts[lane])
    }
}

/// Sums over the queries, and the number of draws.
fn summed(rows: &[[f64; LANES]], times: &[u8]) -> ([f64; LANES], f64) {
    let (mut sums, mut all) = ([0.0; LANES], 0.0);
    for (row, times) in rows.iter().zip(times) {
        // A third of the queries is not drawn.
        if *times > 0 {
            let times = f64::from(*times);
            all += times;
            for (sum, value) in sums.iter_mut().zip(row) {
                *sum += times * value;
            }
        }
    }
    (sums, all)
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
