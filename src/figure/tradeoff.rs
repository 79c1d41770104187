//! Accuracy against what it takes: the policies of a query-aware evaluation by their latency or their cost, with the
//! oracle above all of them.

mod draw;
mod text;

pub use draw::{draw, export, sheet, stops};
pub use text::{csv, describe, label, sub, table};

use super::Options;
use super::number::{CostUnit, decimals, fixed};
use super::sweep::frontier::{Spot, efficient};
use crate::query_aware::assignment::NAME;
use crate::query_aware::bootstrap::Figure;
use crate::query_aware::evaluate::PolicyFigures;
use crate::query_aware::evaluation::Evaluation;

/// What accuracy is drawn against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TradeoffFigure {
    /// Latency of the slowest called model: all are called at once.
    Parallel,
    /// Latency of all called models, one after the other.
    Sequential,
    /// Dollars of all calls.
    Cost,
}

impl TradeoffFigure {
    /// All three, in the page's order.
    pub const ALL: [TradeoffFigure; 3] = [TradeoffFigure::Parallel, TradeoffFigure::Sequential, TradeoffFigure::Cost];

    /// Those of whose horizontal axis something is known.
    pub fn of(evaluation: &Evaluation) -> impl Iterator<Item = TradeoffFigure> {
        TradeoffFigure::ALL.into_iter().filter(|kind| absence(*kind, evaluation).is_none())
    }

    /// Heading and accessible name; coverage takes the place of accuracy where the data has no answers to vote on.
    #[must_use]
    pub fn title(self, evaluation: &Evaluation) -> String {
        format!("{} against {}", measure(evaluation), self.name())
    }

    /// What the horizontal axis measures: `parallel latency`, `sequential latency`, `cost`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            TradeoffFigure::Parallel => "parallel latency",
            TradeoffFigure::Sequential => "sequential latency",
            TradeoffFigure::Cost => "cost",
        }
    }

    /// For flags and file names: `parallel`, `sequential`, `cost`.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            TradeoffFigure::Parallel => "parallel",
            TradeoffFigure::Sequential => "sequential",
            TradeoffFigure::Cost => "cost",
        }
    }

    /// The one with this [`slug`](TradeoffFigure::slug).
    #[must_use]
    pub fn from_slug(slug: &str) -> Option<TradeoffFigure> {
        TradeoffFigure::ALL.into_iter().find(|kind| kind.slug() == slug)
    }

    /// The figure on its horizontal axis.
    fn spent(self, figures: &PolicyFigures) -> Figure {
        match self {
            TradeoffFigure::Parallel => figures.latency_parallel_ms,
            TradeoffFigure::Sequential => figures.latency_sequential_ms,
            TradeoffFigure::Cost => figures.cost,
        }
    }
}

/// The place of the offline assignment, whose front over the budget is a line against cost: that of its row in
/// [`Evaluation::policies`], or without a row the one behind the last. `None` where there is no front.
#[must_use]
pub fn assigned(evaluation: &Evaluation) -> Option<usize> {
    let row = evaluation.policies.iter().position(|policy| policy.name == NAME);
    (!evaluation.assignment.is_empty()).then(|| row.unwrap_or(evaluation.policies.len()))
}

/// The colour and mark of the policy at a place of [`Evaluation::policies`] (or [`assigned`]), as
/// [`series_class`](super::series_class) and its like take them: those of the sweep first, then the others. `None` for the
/// oracle, which is a dashed line.
#[must_use]
pub fn series(evaluation: &Evaluation, place: usize) -> Option<usize> {
    let others = evaluation.policies.len().checked_sub(1)?;
    if place > others {
        return (assigned(evaluation) == Some(place)).then_some(others);
    }
    let policy = evaluation.policies.get(place).filter(|_| place < others)?;
    let swept = |policy: &PolicyFigures| evaluation.sweep.iter().any(|point| point.figures.name == policy.name);
    let leads = swept(policy);
    let before = |other: &(usize, &PolicyFigures)| match (swept(other.1), leads) {
        (true, false) => true,
        (false, true) => false,
        _ => other.0 < place,
    };
    Some(evaluation.policies.iter().enumerate().take(others).filter(before).count())
}

/// The visible policies by series, with their places.
fn shown(evaluation: &Evaluation, options: &Options) -> Vec<(usize, usize)> {
    let with_series = |place: usize| Some((series(evaluation, place)?, place));
    let mut shown: Vec<(usize, usize)> =
        (0..=evaluation.policies.len()).filter(|place| options.shows(*place)).filter_map(with_series).collect();
    shown.sort_unstable();
    shown
}

/// A latency or a cost beyond this is no measurement, and has no place on an axis.
const LARGEST: f64 = 1e12;

/// `Accuracy`, or `Coverage` where no policy's accuracy is known.
fn measure(evaluation: &Evaluation) -> &'static str {
    let known = evaluation.policies.iter().any(|policy| policy.accuracy.value.is_some());
    if known { "Accuracy" } else { "Coverage" }
}

/// The point of some figures; `None` where it is not known.
fn spot(kind: TradeoffFigure, evaluation: &Evaluation, policy: usize, at: usize, of: &PolicyFigures) -> Option<Spot> {
    let pair = |figure: Figure, most: f64| {
        let value = figure.value.filter(|value| (0.0..=most).contains(value))?;
        Some((value, figure.ci95.filter(|half| (0.0..=most).contains(half)).unwrap_or(0.0)))
    };
    let accurate = if measure(evaluation) == "Accuracy" { of.accuracy } else { of.coverage };
    Some(Spot { policy, at, cost: pair(kind.spent(of), LARGEST)?, reward: pair(accurate, 1.0)? })
}

/// What no policy can be above, where it is a share.
fn oracle(evaluation: &Evaluation) -> Option<f64> {
    evaluation.oracle.value.filter(|value| (0.0..=1.0).contains(value))
}

/// The point of the policy at `place`.
fn own(kind: TradeoffFigure, evaluation: &Evaluation, place: usize) -> Option<Spot> {
    spot(kind, evaluation, place, 0, evaluation.policies.get(place)?)
}

/// The points of the policy at `place` over `s`, ascending, at the policy's own `τ`; `at` is `s`. Those of the offline
/// assignment are over the budget, and `at` counts them from 1.
fn path(kind: TradeoffFigure, evaluation: &Evaluation, place: usize) -> Vec<Spot> {
    if assigned(evaluation) == Some(place) {
        return over_budget(kind, evaluation, place);
    }
    let name = evaluation.policies.get(place).map_or("", |policy| policy.name.as_str());
    let threshold = evaluation.limits.threshold;
    let mut path: Vec<Spot> = (evaluation.sweep.iter())
        .filter(|point| point.figures.name == name && point.threshold.is_none_or(|at| at == threshold))
        .filter_map(|point| spot(kind, evaluation, place, point.models, &point.figures))
        .collect();
    path.sort_by_key(|spot| spot.at);
    path
}

/// The front of the offline assignment from the share on that the worst policy has: below that most queries go without.
fn over_budget(kind: TradeoffFigure, evaluation: &Evaluation, place: usize) -> Vec<Spot> {
    if kind != TradeoffFigure::Cost {
        return Vec::new();
    }
    let others = 0..evaluation.policies.len();
    let shares = others.filter_map(|other| Some(own(kind, evaluation, other)?.reward.0));
    let worst = shares.fold(1.0, |a, b| if b < a { b } else { a });
    let points = evaluation.assignment.iter().enumerate();
    let points = points.filter_map(|(at, point)| spot(kind, evaluation, place, at + 1, &point.figures));
    points.filter(|spot| spot.reward.0 >= worst).collect()
}

/// The points that nothing beats. The offline assignment is not among the rivals: it sees all queries beforehand.
fn front(evaluation: &Evaluation, spots: &[Spot]) -> Vec<Spot> {
    let offline = assigned(evaluation);
    let rivals: Vec<Spot> = spots.iter().filter(|spot| Some(spot.policy) != offline).copied().collect();
    efficient(&rivals)
}

/// Every visible point: the policies' own, then those of the sweep.
fn spots(kind: TradeoffFigure, evaluation: &Evaluation, options: &Options) -> Vec<Spot> {
    let shown = shown(evaluation, options);
    let own = shown.iter().filter_map(|(_, place)| own(kind, evaluation, *place));
    own.chain(shown.iter().flat_map(|(_, place)| path(kind, evaluation, *place))).collect()
}

/// The sentence that stands where there is nothing to draw.
fn absence(kind: TradeoffFigure, evaluation: &Evaluation) -> Option<String> {
    let known = spots(kind, evaluation, &Options::default());
    let what = if kind == TradeoffFigure::Cost { "cost" } else { "latency" };
    known.is_empty().then(|| format!("The {what} of no policy is known."))
}

/// How the horizontal axis is written.
#[derive(Debug, Clone, Copy)]
enum Unit {
    Milliseconds,
    Seconds,
    Dollars(CostUnit),
}

impl Unit {
    /// One that suits the largest of these points.
    fn of(kind: TradeoffFigure, spots: &[Spot]) -> Unit {
        let largest = spots.iter().map(|spot| spot.cost.0).fold(0.0, |a, b| if b > a { b } else { a });
        match kind {
            TradeoffFigure::Cost => Unit::Dollars(CostUnit::for_amount(largest, true)),
            _ if largest >= 1_000.0 => Unit::Seconds,
            _ => Unit::Milliseconds,
        }
    }

    /// A value as it is read.
    fn write(self, value: f64) -> String {
        match self {
            Unit::Milliseconds => format!("{}\u{202f}ms", fixed(value, decimals(value, 3).min(2))),
            Unit::Seconds => format!("{}\u{202f}s", fixed(value / 1_000.0, decimals(value / 1_000.0, 3).min(3))),
            Unit::Dollars(unit) => unit.write(value, 1),
        }
    }

    /// A value on an axis with ticks so far apart.
    fn tick(self, value: f64, step: f64) -> String {
        match self {
            Unit::Milliseconds => format!("{}\u{202f}ms", fixed(value, decimals(step, 1))),
            Unit::Seconds => format!("{}\u{202f}s", fixed(value / 1_000.0, decimals(step / 1_000.0, 1))),
            Unit::Dollars(unit) => unit.label(value, if value == 0.0 { 0 } else { decimals(step, 1) }),
        }
    }
}

/// A share in [0,1] in percent, with one decimal.
fn share(value: f64) -> String {
    format!("{}\u{202f}%", fixed(100.0 * value, 1))
}

#[cfg(test)]
mod tests;
