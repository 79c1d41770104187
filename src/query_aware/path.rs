//! One unit's way through the penalties, each solution the start of the next, and passes that several units share.

use super::classifier::{Learned, PLAIN_LAMBDA, TOLERANCE, Unit, cancelled, constant, count};
use super::lbfgs::Lbfgs;
use super::logistic::{TOGETHER, evaluate, softplus_of_minus};
use super::sparse::Sparse;
use super::split::Split;
use crate::error::Result;

/// Penalties without a better validation loss after which smaller ones are not tried.
const PATIENCE: usize = 2;
/// Passes over the data at one λ after which it is left as it is.
const MOST_PASSES: u32 = 200;

/// The coordinates in which units are trained: weights as they are, and in place of the intercept u with
/// b = u·`scale` − x̄·w. The part that all rows share, x̄, then no longer bends the function a thousand times more than
/// the rest, and a tenth of the passes is enough.
pub(super) struct Frame {
    /// Mean row of the training part, x̄.
    centre: Vec<f64>,
    scale: f64,
}

impl Frame {
    pub(super) fn new(data: &Sparse, train: &[usize]) -> Self {
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
pub(super) struct Path<'l> {
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
    /// The unit with the lowest validation loss so far.
    pub(super) best: Unit,
    since_best: usize,
    pub(super) ended: bool,
}

impl<'l> Path<'l> {
    pub(super) fn new(data: &Sparse, labels: &'l [Option<bool>], split: &Split) -> Self {
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
    pub(super) fn judge(&mut self, data: &Sparse, frame: &Frame, split: &Split, lambda: f64) {
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

/// Room for the passes, taken once: by row and by coordinate the numbers of all units that share a pass.
#[derive(Default)]
pub(super) struct Room {
    targets: Vec<f64>,
    weights: Vec<f32>,
    gradient: Vec<f32>,
    /// One unit's gradient.
    own: Vec<f64>,
}

/// Trains these units at one λ, all to the tolerance.
pub(super) fn fit(
    data: &Sparse,
    frame: &Frame,
    split: &Split,
    paths: &mut [&mut Path],
    lambda: f64,
    room: &mut Room,
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
            1 => pass::<1>(data, frame, split, &mut open, room),
            2 => pass::<2>(data, frame, split, &mut open, room),
            3 | 4 => pass::<4>(data, frame, split, &mut open, room),
            _ => pass::<TOGETHER>(data, frame, split, &mut open, room),
        }
    }
}

/// One pass over the training rows for up to `N` units.
fn pass<const N: usize>(data: &Sparse, frame: &Frame, split: &Split, paths: &mut [&mut &mut Path], room: &mut Room) {
    let columns = data.columns as usize + 1;
    room.targets.resize(split.train.len() * N, 0.0);
    room.weights.resize(columns * N, 0.0);
    room.gradient.resize(columns * N, 0.0);
    room.own.resize(columns, 0.0);
    let (targets, _) = room.targets.as_chunks_mut::<N>();
    let (weights, _) = room.weights.as_chunks_mut::<N>();
    let (gradient, _) = room.gradient.as_chunks_mut::<N>();
    for (query, targets) in split.train.iter().zip(targets.iter_mut()) {
        *targets = std::array::from_fn(|at| paths.get(at).map_or(0.0, |path| path.target(*query)));
    }
    for at in 0..N {
        let path = paths.get(at);
        let trial = |coordinate: usize| path.map_or(0.0, |path| path.solver.trial(coordinate));
        for (coordinate, weights) in weights.iter_mut().enumerate() {
            weights[at] = trial(coordinate) as f32;
        }
        weights[columns - 1][at] = frame.intercept(trial) as f32;
    }
    let losses = evaluate(data, &split.train, targets, weights, gradient);
    let own = &mut room.own;
    for (at, path) in paths.iter_mut().enumerate().take(N) {
        let (mut square, shift) = (0.0, f64::from(gradient[columns - 1][at]));
        for (((own, gradient), weights), centre) in own.iter_mut().zip(&*gradient).zip(&*weights).zip(&frame.centre) {
            let weight = f64::from(weights[at]);
            *own = f64::from(gradient[at]) - centre * shift + path.lambda * weight;
            square += weight * weight;
        }
        own[columns - 1] = frame.scale * shift;
        path.solver.tell(losses[at] + 0.5 * path.lambda * square, own);
        path.passes += 1;
        if path.first.is_infinite() {
            path.first = path.solver.steepness();
        }
        path.converged = path.solver.steepness() <= TOLERANCE * path.first;
    }
}
