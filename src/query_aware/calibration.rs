//! Log-odds as probabilities that are met in the long run: Platt's sigmoid.

use super::classifier::{Learned, Unit};
use super::logistic::{sigmoid, softplus_of_minus};
use super::sparse::Sparse;
use serde::{Deserialize, Serialize};

/// Fewest validation labels to calibrate on.
pub const FEWEST_LABELS: usize = 20;
/// Newton steps after which the fit is left as it is; it takes some ten.
const MOST_STEPS: usize = 100;

/// p = 1/(1 + e^−(a·z + b)) of log-odds z.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// Factor of the log-odds, ≥ 0.
    pub a: f64,
    /// What is added to them.
    pub b: f64,
    /// Whether it was fitted on validation; else the labels there are too few or of one kind, and `b` only takes back the
    /// balancing of the classes.
    pub fitted: bool,
}

impl Calibration {
    /// The log-odds as they are.
    pub const IDENTITY: Calibration = Calibration { a: 1.0, b: 0.0, fitted: false };

    /// Fits a and b to log-odds and labels (Platt 1999, by the Newton method of Lin, Lin and Weng 2007): the cross-entropy
    /// against (n₁ + 1)/(n₁ + 2) for right and 1/(n₀ + 2) for wrong answers, so that no probability is driven to 0 or 1.
    /// `None` with fewer than [`FEWEST_LABELS`] labels, with one kind only, or with log-odds that are not finite.
    pub fn fit(log_odds: &[f64], labels: &[bool]) -> Option<Calibration> {
        let right = labels.iter().filter(|label| **label).count();
        let wrong = labels.len() - right;
        if labels.len() < FEWEST_LABELS || right == 0 || wrong == 0 || log_odds.iter().any(|z| !z.is_finite()) {
            return None;
        }
        let (n1, n0) = (right as f64, wrong as f64);
        let goals = [1.0 / (n0 + 2.0), (n1 + 1.0) / (n1 + 2.0)];
        let pairs: Vec<(f64, f64)> =
            log_odds.iter().zip(labels).map(|(z, label)| (*z, goals[usize::from(*label)])).collect();
        let loss = |a: f64, b: f64| -> f64 {
            pairs.iter().map(|(z, goal)| softplus_of_minus(a * z + b) + (1.0 - goal) * (a * z + b)).sum()
        };
        let (mut a, mut b) = (0.0, libm::log((n1 + 1.0) / (n0 + 1.0)));
        let mut best = loss(a, b);
        for _ in 0..MOST_STEPS {
            // Gradient and Hessian, the latter kept from being singular.
            let (mut ga, mut gb, mut haa, mut hab, mut hbb) = (0.0, 0.0, 1e-12, 0.0, 1e-12);
            for (z, goal) in &pairs {
                let p = sigmoid(a * z + b);
                let (off, spread) = (p - goal, p * (1.0 - p));
                ga += off * z;
                gb += off;
                haa += spread * z * z;
                hab += spread * z;
                hbb += spread;
            }
            if ga.abs() < 1e-7 && gb.abs() < 1e-7 {
                break;
            }
            let determinant = haa * hbb - hab * hab;
            let (da, db) = (-(hbb * ga - hab * gb) / determinant, -(haa * gb - hab * ga) / determinant);
            let slope = ga * da + gb * db;
            let mut step = 1.0;
            loop {
                let found = loss(a + step * da, b + step * db);
                if found < best + 1e-4 * step * slope {
                    (a, b, best) = (a + step * da, b + step * db, found);
                    break;
                }
                step *= 0.5;
                // Nothing but rounding is left, or the log-odds do not differ.
                if step < 1e-10 || step.is_nan() {
                    step = 0.0;
                    break;
                }
            }
            if step == 0.0 {
                break;
            }
        }
        // Higher log-odds must not mean a lower probability: a unit that is worse than chance on validation says nothing.
        if a < 0.0 || !a.is_finite() || !b.is_finite() {
            (a, b) = (0.0, libm::log((n1 + 1.0) / (n0 + 1.0)));
        }
        Some(Calibration { a, b, fitted: true })
    }

    /// The calibration of a unit on the validation rows whose label is known. A constant unit keeps its probability.
    pub fn of_unit(unit: &Unit, data: &Sparse, labels: &[Option<bool>], validation: &[usize]) -> Calibration {
        let Learned::Fitted { prior, .. } = unit.learned else { return Calibration::IDENTITY };
        let known = validation.iter().filter_map(|row| Some((*row, labels.get(*row).copied().flatten()?)));
        let (rows, known): (Vec<usize>, Vec<bool>) = known.unzip();
        let log_odds: Vec<f64> = rows.iter().map(|row| unit.log_odds(data, *row)).collect();
        Calibration::fit(&log_odds, &known).unwrap_or(Calibration { a: 1.0, b: prior, fitted: false })
    }

    /// The probability for log-odds z.
    pub fn probability(&self, z: f64) -> f64 {
        sigmoid(self.a * z + self.b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{hash, unit};
    use proptest::prelude::*;

    /// Labels drawn with log-odds a·z + b, z uniform in [−3, 3].
    fn drawn(a: f64, b: f64, count: u64) -> (Vec<f64>, Vec<bool>) {
        let z: Vec<f64> = (0..count).map(|i| 6.0 * unit(hash(1, i)) - 3.0).collect();
        let labels = z.iter().zip(0..).map(|(z, i)| unit(hash(2, i)) < sigmoid(a * z + b)).collect();
        (z, labels)
    }

    #[test]
    fn the_true_sigmoid_is_found() {
        for (a, b) in [(1.0, 0.0), (0.4, 1.2), (2.5, -2.0)] {
            let (z, labels) = drawn(a, b, 40_000);
            let found = Calibration::fit(&z, &labels).unwrap();
            assert!((found.a - a).abs() < 0.08 && (found.b - b).abs() < 0.08 && found.fitted, "{a} {b} {found:?}");
            // Mean probability is the share of right answers, and it is in each third of the scale.
            for third in [0.0..0.33, 0.33..0.66, 0.66..1.0] {
                let p = z.iter().map(|z| found.probability(*z));
                let inside: Vec<(f64, bool)> =
                    p.zip(labels.iter().copied()).filter(|(p, _)| third.contains(p)).collect();
                let n = inside.len() as f64;
                let mean = inside.iter().map(|(p, _)| p).sum::<f64>() / n;
                let share = inside.iter().filter(|(_, label)| *label).count() as f64 / n;
                assert!(n > 200.0 && (mean - share).abs() < 0.04, "{third:?} {n} {mean} {share}");
            }
        }
    }

    #[test]
    fn what_says_nothing_becomes_the_share() {
        let (z, labels) = drawn(-1.0, 0.5, 5_000);
        let found = Calibration::fit(&z, &labels).unwrap();
        let share = labels.iter().filter(|label| **label).count() as f64 / 5_000.0;
        assert!(found.a == 0.0 && (found.probability(3.0) - share).abs() < 1e-3, "{found:?} {share}");
        let same = Calibration::fit(&[0.7; 40], &[[true; 30].as_slice(), &[false; 10]].concat()).unwrap();
        assert!((same.probability(0.7) - 0.75).abs() < 0.02, "{same:?}");
    }

    #[test]
    fn too_little_is_not_fitted() {
        assert_eq!(Calibration::fit(&[0.0; 19], &[true; 19]), None);
        assert_eq!(Calibration::fit(&[0.0; 30], &[true; 30]), None);
        assert_eq!(Calibration::fit(&[f64::NAN; 30], &[[true; 15], [false; 15]].concat()), None);
    }

    proptest! {
        #[test]
        fn probabilities_rise_and_never_reach_the_ends(
            z in prop::collection::vec(-1e3..1e3f64, 20..60), flips in any::<u64>(),
        ) {
            let labels: Vec<bool> = (0..z.len()).map(|i| (flips >> (i % 64)) & 1 == 1).collect();
            let Some(found) = Calibration::fit(&z, &labels) else { return Ok(()) };
            prop_assert!(found.a >= 0.0 && found.a.is_finite() && found.b.is_finite());
            prop_assert!(found.probability(-5.0) <= found.probability(5.0));
        }
    }
}
