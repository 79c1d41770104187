//! One-vs-rest logistic regression: for each model a unit that says from a query's features whether it will be right
//! (section 2 of SelectLLM, with a linear classifier in place of RoBERTa).
//!
//! A unit minimises Σ s·ln(1 + e^∓z) + λ/2·‖w‖², z = w·x + b, over the training queries whose label is known. s balances
//! the classes: n/(2·n_c) for each of the n_c labels of a class. The intercept b is not penalised. λ = 1/C in the terms
//! of LIBLINEAR and scikit-learn; it is chosen from [`LAMBDAS`] by the loss, balanced alike, on the validation queries.

use super::lbfgs::Lbfgs;
use super::logistic::{TOGETHER, Targets, evaluate, sigmoid, softplus_of_minus};
use super::sparse::Sparse;
use super::split::Split;
use crate::error::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};

/// Penalties λ that are tried, each from the solution of the one before.
pub const LAMBDAS: [f64; 6] = [30.0, 10.0, 3.0, 1.0, 0.3, 0.1];
/// The penalty where validation cannot choose: it lacks right or wrong answers of the model.
const PLAIN_LAMBDA: f64 = 1.0;
/// Penalties without a better validation loss after which smaller ones are not tried.
const PATIENCE: usize = 2;
/// A unit is trained when its gradient is shorter than this share of the gradient at w = 0, b = 0.
pub const TOLERANCE: f64 = 1e-3;
/// Passes over the data at one λ after which it is left as it is.
const MOST_PASSES: u32 = 200;

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
    for (done, group) in wanted.chunks(TOGETHER).enumerate() {
        let mut path: Vec<Path> = group.iter().map(|model| Path::new(data, labels[*model], split)).collect();
        for (place, lambda) in LAMBDAS.iter().enumerate() {
            let mut hear = |share: f64| {
                let of_group = (place as f64 + share) / LAMBDAS.len() as f64;
                progress((done as f64 + of_group) / wanted.len().div_ceil(TOGETHER) as f64)
            };
            let mut open: Vec<&mut Path> = path.iter_mut().filter(|path| !path.ended).collect();
            fit(data, &frame, split, &mut open, *lambda, &mut hear)?;
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

fn cancelled() -> Error {
    Error::new(ErrorKind::Cancelled, "the training was cancelled")
}

/// A unit that knows only how often the model is right in training.
fn constant(labels: &[Option<bool>], train: &[usize]) -> Unit {
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
fn count(labels: &[Option<bool>], queries: &[usize]) -> (f64, f64) {
    let of = |wanted: bool| {
        let label = |query: &&usize| labels.get(**query).copied().flatten() == Some(wanted);
        queries.iter().filter(label).count() as f64
    };
    (of(true), of(false))
}

/// The coordinates in which units are trained: weights as they are, and in place of the intercept u with
/// b = u·`scale` − x̄·w. The part that all rows share, x̄, then no longer bends the function a thousand times more than
/// the rest, and a third of the passes is enough.
struct Frame {
    /// Mean row of the training part, x̄.
    centre: Vec<f64>,
    scale: f64,
}

impl Frame {
    fn new(data: &Sparse, train: &[usize]) -> Self {
        let mut centre = vec![0.0; data.columns as usize];
        for row in train {
            let (features, values) = data.row(*row);
            for (feature, value) in features.iter().zip(values) {
                centre[*feature as usize] += f64::from(*value);
            }
        }
        let count = train.len().max(1) as f64;
        centre.iter_mut().for_each(|sum| *sum /= count);
        // The function's second derivative along u is at most scale²·n/4 = 5.
        Frame { centre, scale: (20.0 / count).sqrt() }
    }

    /// The intercept of a point.
    fn intercept(&self, point: impl Fn(usize) -> f64) -> f64 {
        let shared: f64 = self.centre.iter().enumerate().map(|(coordinate, centre)| centre * point(coordinate)).sum();
        self.scale * point(self.centre.len()) - shared
    }
}

/// One unit on its way through the penalties.
struct Path<'l> {
    labels: &'l [Option<bool>],
    /// Weight s of a right and of a wrong label.
    balance: [f64; 2],
    prior: f64,
    /// Whether validation has right and wrong answers.
    judged: bool,
    solver: Lbfgs,
    lambda: f64,
    /// Length of the gradient at the start.
    first: f64,
    converged: bool,
    passes: u32,
    best: Unit,
    since_best: usize,
    ended: bool,
}

impl<'l> Path<'l> {
    fn new(data: &Sparse, labels: &'l [Option<bool>], split: &Split) -> Self {
        let (right, wrong) = count(labels, &split.train);
        let total = right + wrong;
        let (valid_right, valid_wrong) = count(labels, &split.validation);
        Path {
            labels,
            balance: [total / (2.0 * right), total / (2.0 * wrong)],
            prior: libm::log(right / wrong),
            judged: valid_right > 0.0 && valid_wrong > 0.0,
            solver: Lbfgs::new(vec![0.0; data.columns as usize + 1]),
            lambda: 0.0,
            first: f64::INFINITY,
            converged: false,
            passes: 0,
            best: constant(labels, &split.train),
            since_best: 0,
            ended: false,
        }
    }

    /// The signed weight of a query's label.
    fn target(&self, query: usize) -> f64 {
        match self.labels.get(query).copied().flatten() {
            Some(true) => self.balance[0],
            Some(false) => -self.balance[1],
            None => 0.0,
        }
    }

    /// Keeps the unit at this λ if it is the best so far, and decides whether to go on.
    fn judge(&mut self, data: &Sparse, frame: &Frame, split: &Split, lambda: f64) {
        let point = &self.solver.point;
        let mut unit = Unit {
            weights: point.iter().take(frame.centre.len()).map(|weight| *weight as f32).collect(),
            intercept: frame.intercept(|coordinate| point[coordinate]),
            learned: Learned::Unlabelled,
        };
        let learned =
            |validation_loss| Learned::Fitted { lambda, validation_loss, prior: self.prior, converged: self.converged };
        if !self.judged {
            if lambda == PLAIN_LAMBDA {
                unit.learned = learned(None);
                self.best = unit;
                self.ended = true;
            }
            return;
        }
        let (mut loss, mut weight) = (0.0, 0.0);
        for query in &split.validation {
            let target = self.target(*query);
            if target != 0.0 {
                let z = unit.log_odds(data, *query);
                loss += target.abs() * softplus_of_minus(if target > 0.0 { z } else { -z });
                weight += target.abs();
            }
        }
        let loss = loss / weight;
        let known = match self.best.learned {
            Learned::Fitted { validation_loss: Some(loss), .. } => loss,
            _ => f64::INFINITY,
        };
        unit.learned = learned(Some(loss));
        if loss < known {
            self.best = unit;
            self.since_best = 0;
        } else {
            self.since_best += 1;
            self.ended = self.since_best >= PATIENCE;
        }
    }
}

/// Trains these units at one λ, all to the tolerance.
fn fit(
    data: &Sparse,
    frame: &Frame,
    split: &Split,
    paths: &mut [&mut Path],
    lambda: f64,
    hear: &mut dyn FnMut(f64) -> bool,
) -> Result<()> {
    for path in paths.iter_mut() {
        path.solver.change_penalty(lambda - path.lambda);
        (path.lambda, path.passes) = (lambda, 0);
        path.converged = path.solver.steepness() <= TOLERANCE * path.first && path.first.is_finite();
    }
    let count = paths.len();
    let mut share: f64 = 0.0;
    loop {
        let mut open: Vec<&mut &mut Path> = paths
            .iter_mut()
            .filter(|path| !path.converged && !path.solver.is_stuck() && path.passes < MOST_PASSES)
            .collect();
        // Most units take some ten passes.
        share = share.max(1.0 - open.len() as f64 / count as f64).max(share + 0.05 * (1.0 - share));
        if !hear(share) {
            return Err(cancelled());
        }
        match open.len() {
            0 => return Ok(()),
            1 => pass::<1>(data, frame, split, &mut open),
            2 => pass::<2>(data, frame, split, &mut open),
            3 | 4 => pass::<4>(data, frame, split, &mut open),
            _ => pass::<TOGETHER>(data, frame, split, &mut open),
        }
    }
}

/// One pass over the training rows for up to `N` units.
fn pass<const N: usize>(data: &Sparse, frame: &Frame, split: &Split, paths: &mut [&mut &mut Path]) {
    let columns = data.columns as usize + 1;
    let target =
        |query: &usize| -> [f64; N] { std::array::from_fn(|at| paths.get(at).map_or(0.0, |path| path.target(*query))) };
    let targets: Targets<N> = split.train.iter().map(target).collect();
    let mut weights = vec![[0.0; N]; columns];
    for (at, path) in paths.iter().enumerate().take(N) {
        for (coordinate, weights) in weights.iter_mut().enumerate() {
            weights[at] = path.solver.trial(coordinate);
        }
        weights[columns - 1][at] = frame.intercept(|coordinate| path.solver.trial(coordinate));
    }
    let mut gradient = vec![[0.0; N]; columns];
    let losses = evaluate(data, &split.train, &targets, &weights, &mut gradient);
    let mut own = vec![0.0; columns];
    if std::env::var("DBG").is_ok() {
        for (at, p) in paths.iter().enumerate().take(1) {
            eprintln!(
                "lambda {} pass {} loss {} steep {:.3e} first {:.3e} {}",
                p.lambda,
                p.passes,
                losses[at],
                p.solver.steepness(),
                p.first,
                p.solver.state()
            );
        }
    }
    for (at, path) in paths.iter_mut().enumerate().take(N) {
        let (mut square, shift) = (0.0, gradient[columns - 1][at]);
        for (((own, gradient), weights), centre) in own.iter_mut().zip(&gradient).zip(&weights).zip(&frame.centre) {
            *own = gradient[at] - centre * shift + path.lambda * weights[at];
            square += weights[at] * weights[at];
        }
        own[columns - 1] = frame.scale * shift;
        path.solver.tell(losses[at] + 0.5 * path.lambda * square, &own);
        path.passes += 1;
        if path.first.is_infinite() {
            path.first = path.solver.steepness();
        }
        path.converged = path.solver.steepness() <= TOLERANCE * path.first;
    }
}
