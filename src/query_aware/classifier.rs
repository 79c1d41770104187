//! One-vs-rest logistic regression: for each model a unit that says from a query's features whether it will be right
//! (SelectLLM's multi-label classifier, arXiv 2408.08545, with linear units in place of RoBERTa).
//!
//! A unit minimises Σ s·ln(1 + e^∓z) + λ/2·‖w‖², z = w·x + b, over the training queries whose label is known. s balances
//! the classes: n/(2·n_c) for each of the n_c labels of a class. The intercept b is not penalised. λ = 1/C in the terms
//! of LIBLINEAR and scikit-learn; it is chosen from [`LAMBDAS`] by the loss, balanced alike, on the validation queries.

use super::logistic::{TOGETHER, sigmoid};
use super::path::{Frame, Path, Room, fit};
use super::sparse::Sparse;
use super::split::Split;
use crate::error::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};

/// Penalties λ that are tried, each from the solution of the one before.
pub const LAMBDAS: [f64; 6] = [30.0, 10.0, 3.0, 1.0, 0.3, 0.1];
/// The penalty where validation cannot choose: it lacks right or wrong answers of the model.
pub const PLAIN_LAMBDA: f64 = 1.0;
/// A unit is trained when its gradient is shorter than this share of the gradient at w = 0, b = 0.
pub const TOLERANCE: f64 = 1e-2;
/// The units of all models.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Classifier {
    /// One a model.
    pub units: Vec<Unit>,
}

/// What is known of one model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Unit {
    /// Weight `w` of each feature; empty where nothing was fitted.
    pub weights: Vec<f32>,
    /// Log-odds `b` of a query without features.
    pub intercept: f64,
    /// How it came about.
    pub learned: Learned,
}

/// What training could learn of a model.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Learned {
    /// Weights, from both kinds of answers.
    Fitted {
        /// The penalty λ that was chosen.
        lambda: f64,
        /// Mean balanced loss on validation, in nats (a coin: 0.693); `None` where validation lacks right or wrong answers
        /// and could not choose.
        validation_loss: Option<f64>,
        /// ln(n₁/n₀) of right and wrong training labels: what balancing the classes took from the log-odds.
        prior: f64,
        /// Whether the tolerance was reached.
        converged: bool,
    },
    /// The model is right on every training query: its probability is a constant, (n + 1)/(n + 2).
    AlwaysRight,
    /// The model is wrong on every training query: its probability is a constant, 1/(n + 2).
    NeverRight,
    /// No training query has a label of it: its probability is ½.
    Unlabelled,
}

impl Unit {
    /// Log-odds `z` of a right answer on a row; balanced where the unit is fitted.
    pub fn log_odds(&self, data: &Sparse, row: usize) -> f64 {
        if self.weights.is_empty() {
            return self.intercept;
        }
        let (features, values) = data.row(row);
        let mut z = self.intercept;
        for (feature, value) in features.iter().zip(values) {
            z += f64::from(*value) * f64::from(self.weights.get(*feature as usize).copied().unwrap_or(0.0));
        }
        z
    }

    /// Probability of a right answer were right and wrong ones equally frequent; that of a constant unit as it is.
    pub fn probability(&self, data: &Sparse, row: usize) -> f64 {
        sigmoid(self.log_odds(data, row))
    }
}

/// Trains all units. `labels` are by model and row of `data`; those of the test part are not looked at.
///
/// `progress` hears the share that is done, in [0,1], and returns whether to go on.
///
/// # Errors
/// [`ErrorKind::OutOfRange`]: a model with a label more or less than `data` has rows. [`ErrorKind::Missing`]: no model
/// has any label in the training part. [`ErrorKind::Cancelled`].
pub fn train(
    data: &Sparse,
    labels: &[&[Option<bool>]],
    split: &Split,
    progress: &mut dyn FnMut(f64) -> bool,
) -> Result<Classifier> {
    if let Some(of_model) = labels.iter().find(|of_model| of_model.len() != data.rows()) {
        let expected = format!("{} labels of each model, one a query", data.rows());
        return Err(Error::new(ErrorKind::OutOfRange, expected).found(of_model.len()));
    }
    let mut units: Vec<Unit> = labels.iter().map(|labels| constant(labels, &split.train)).collect();
    if units.iter().all(|unit| unit.learned == Learned::Unlabelled) {
        return Err(Error::new(ErrorKind::Missing, "labels of at least one model on training queries")
            .at_column("score")
            .found("none (are all scores in the test part?)"));
    }
    let fitted = |unit: &Unit| matches!(unit.learned, Learned::Fitted { .. });
    let wanted: Vec<usize> = (0..units.len()).filter(|model| fitted(&units[*model])).collect();
    let frame = Frame::new(data, &split.train);
    let mut room = Room::default();
    for (done, group) in wanted.chunks(TOGETHER).enumerate() {
        let mut path: Vec<Path> = group.iter().map(|model| Path::new(data, labels[*model], split)).collect();
        for (place, lambda) in LAMBDAS.iter().enumerate() {
            let mut hear = |share: f64| {
                let of_group = (place as f64 + share) / LAMBDAS.len() as f64;
                progress((done as f64 + of_group) / wanted.len().div_ceil(TOGETHER) as f64)
            };
            let mut open: Vec<&mut Path> = path.iter_mut().filter(|path| !path.ended).collect();
            fit(data, &frame, split, &mut open, *lambda, &mut room, &mut hear)?;
            open.into_iter().for_each(|path| path.judge(data, &frame, split, *lambda));
        }
        for (model, path) in group.iter().zip(path) {
            units[*model] = path.best;
        }
    }
    match progress(1.0) {
        true => Ok(Classifier { units }),
        false => Err(cancelled()),
    }
}

pub(super) fn cancelled() -> Error {
    Error::new(ErrorKind::Cancelled, "the training was cancelled")
}

/// A unit that knows only how often the model is right in training.
pub(super) fn constant(labels: &[Option<bool>], train: &[usize]) -> Unit {
    let (right, wrong) = count(labels, train);
    let total = right + wrong;
    let learned = match (right, wrong) {
        (0.0, 0.0) => Learned::Unlabelled,
        (_, 0.0) => Learned::AlwaysRight,
        (0.0, _) => Learned::NeverRight,
        // Filled in by training.
        _ => Learned::Fitted {
            lambda: PLAIN_LAMBDA,
            validation_loss: None,
            prior: libm::log(right / wrong),
            converged: false,
        },
    };
    let intercept = match learned {
        Learned::AlwaysRight => libm::log(total + 1.0),
        Learned::NeverRight => -libm::log(total + 1.0),
        Learned::Unlabelled | Learned::Fitted { .. } => 0.0,
    };
    Unit { weights: Vec::new(), intercept, learned }
}

/// Right and wrong labels among these queries.
pub(super) fn count(labels: &[Option<bool>], queries: &[usize]) -> (f64, f64) {
    let of = |wanted: bool| {
        let label = |query: &&usize| labels.get(**query).copied().flatten() == Some(wanted);
        queries.iter().filter(label).count() as f64
    };
    (of(true), of(false))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{hash, unit};

    /// Rows with one of two features each and a label that follows it; a split into thirds.
    fn toy(rows: usize, label: impl Fn(usize) -> Option<bool>) -> (Sparse, Vec<Option<bool>>, Split) {
        let mut data = Sparse::new(3);
        for row in 0..rows {
            data.indices.extend([(row % 2) as u32, 2]);
            data.values.extend([1.0, 0.5]);
            data.end_row();
        }
        let part = |wanted: usize| (0..rows).filter(|row| row / 2 % 3 == wanted).collect();
        let split = Split { train: part(0), validation: part(1), test: part(2), ..Split::default() };
        (data, (0..rows).map(label).collect(), split)
    }

    fn trained(data: &Sparse, labels: &[&[Option<bool>]], split: &Split) -> Classifier {
        train(data, labels, split, &mut |_| true).unwrap()
    }

    #[test]
    fn what_is_separable_is_separated() {
        let (data, labels, split) = toy(300, |row| Some(row % 2 == 0));
        let classifier = trained(&data, &[&labels], &split);
        for row in split.test {
            let p = classifier.units[0].probability(&data, row);
            assert_eq!(p > 0.9, row % 2 == 0, "{row} {p}");
        }
        assert!(matches!(classifier.units[0].learned, Learned::Fitted { lambda: 0.1, converged: true, .. }));
    }

    #[test]
    fn the_gradient_is_nothing_at_the_end() {
        // In the terms of the documentation, without frame and in double precision.
        let (data, labels, split) =
            toy(600, |row| (row % 7 != 0).then_some(unit(hash(3, row as u64)) < 0.3 + 0.4 * (row % 2) as f64));
        let classifier = trained(&data, &[&labels], &split);
        let unit = &classifier.units[0];
        let Learned::Fitted { lambda, prior, .. } = unit.learned else { panic!() };
        let (right, wrong) = count(&labels, &split.train);
        assert!((prior - libm::log(right / wrong)).abs() < 1e-12 && right != wrong);
        let mut gradient: Vec<f64> = unit.weights.iter().map(|weight| lambda * f64::from(*weight)).collect();
        let mut shift = 0.0;
        for &row in &split.train {
            let Some(label) = labels[row] else { continue };
            let s = (right + wrong) / (2.0 * if label { right } else { wrong });
            let slope = s * (unit.probability(&data, row) - f64::from(u8::from(label)));
            let (features, values) = data.row(row);
            features
                .iter()
                .zip(values)
                .for_each(|(feature, value)| gradient[*feature as usize] += slope * f64::from(*value));
            shift += slope;
        }
        // At w = 0, b = 0 it is some 20 long.
        assert!(gradient.iter().all(|part| part.abs() < 0.3) && shift.abs() < 0.3, "{gradient:?} {shift}");
    }

    #[test]
    fn labels_by_chance_teach_nothing() {
        let rows = 900;
        let mut data = Sparse::new(400);
        for row in 0..rows {
            // 20 of 400 features, by chance; none twice, since each is of its own twentieth.
            for place in 0..20u64 {
                data.indices.push((place * 20 + (hash(row, place) >> 32) % 20) as u32);
                data.values.push(0.05f32.sqrt());
            }
            data.end_row();
        }
        let part = |wanted: u64| (0..rows).filter(|row| row % 3 == wanted).map(|row| row as usize).collect();
        let split = Split { train: part(0), validation: part(1), test: part(2), ..Split::default() };
        let labels: Vec<Option<bool>> = (0..rows).map(|row| Some(unit(hash(9, row)) < 0.5)).collect();
        let classifier = trained(&data, &[&labels], &split);
        let hits = |rows: &[usize]| {
            let hit = |row: &&usize| labels[**row] == Some(classifier.units[0].probability(&data, **row) >= 0.5);
            rows.iter().filter(hit).count() as f64 / rows.len() as f64
        };
        // Within three standard errors of a half on test; on train it knows the labels by heart, or the test tests nothing.
        assert!((hits(&split.test) - 0.5).abs() < 3.0 * 0.5 / 300f64.sqrt(), "{}", hits(&split.test));
        assert!(hits(&split.train) > 0.65, "{}", hits(&split.train));
    }

    #[test]
    fn labels_of_the_test_part_change_nothing() {
        let (data, labels, split) = toy(120, |row| Some(row % 2 == 0 || row % 5 == 0));
        let mut other = labels.clone();
        split.test.iter().for_each(|row| other[*row] = other[*row].map(|label| !label));
        assert_eq!(trained(&data, &[&labels], &split), trained(&data, &[&other], &split));
    }

    #[test]
    fn company_changes_nothing() {
        let (data, labels, split) = toy(240, |row| Some(row % 2 == 0));
        let kinds: Vec<Vec<Option<bool>>> = (0..11u64)
            .map(|kind| {
                (labels.iter().zip(0..))
                    .map(|(l, row)| if unit(hash(kind, row)) < 0.3 { l.map(|l| !l) } else { *l })
                    .collect()
            })
            .collect();
        let all: Vec<&[Option<bool>]> = kinds.iter().map(Vec::as_slice).collect();
        let together = trained(&data, &all, &split);
        for (model, labels) in all.iter().enumerate() {
            assert_eq!(together.units[model], trained(&data, &[labels], &split).units[0], "{model}");
        }
    }

    #[test]
    fn one_kind_of_answers_is_a_constant() {
        let (data, right, split) = toy(60, |_| Some(true));
        let (wrong, none) = (vec![Some(false); 60], vec![None; 60]);
        let mut once = right.clone();
        once[split.train[0]] = Some(false);
        let classifier = trained(&data, &[&right, &wrong, &none, &once], &split);
        let kinds: Vec<Learned> = classifier.units.iter().map(|unit| unit.learned).collect();
        assert_eq!(kinds[..3], [Learned::AlwaysRight, Learned::NeverRight, Learned::Unlabelled]);
        // Validation has right answers only: it cannot choose.
        assert!(
            matches!(kinds[3], Learned::Fitted { lambda: PLAIN_LAMBDA, validation_loss: None, .. }),
            "{:?}",
            kinds[3]
        );
        let p = |model: usize| classifier.units[model].probability(&data, 0);
        assert!((p(0) - 21.0 / 22.0).abs() < 1e-12 && (p(1) - 1.0 / 22.0).abs() < 1e-12 && p(2) == 0.5);
    }

    #[test]
    fn what_cannot_be_trained_is_said() {
        let (data, labels, split) = toy(60, |row| (row / 2 % 3 == 2).then_some(true));
        let error = train(&data, &[&labels], &split, &mut |_| true).unwrap_err();
        assert!(error.kind == ErrorKind::Missing && error.to_string().contains("test part"), "{error}");
        assert_eq!(train(&data, &[&labels[1..]], &split, &mut |_| true).unwrap_err().kind, ErrorKind::OutOfRange);
        let (data, labels, split) = toy(60, |row| Some(row % 2 == 0));
        let mut heard = Vec::new();
        let error = train(&data, &[&labels], &split, &mut |share| {
            heard.push(share);
            heard.len() < 4
        });
        assert_eq!((error.unwrap_err().kind, heard.len()), (ErrorKind::Cancelled, 4));
        let mut heard = Vec::new();
        train(&data, &[labels.as_slice(); 9], &split, &mut |share| {
            heard.push(share);
            true
        })
        .unwrap();
        assert!(heard.is_sorted() && heard.last() == Some(&1.0) && heard[0] >= 0.0, "{heard:?}");
        // Rows without any feature, and no feature at all.
        let mut empty = Sparse::new(0);
        (0..60).for_each(|_| empty.end_row());
        let classifier = trained(&empty, &[&labels], &split);
        assert!((classifier.units[0].probability(&empty, 0) - 0.5).abs() < 1e-9);
    }
}
