//! The theorems' bounds as curves over a figure of regret or violation.

use super::curves::{Frame, line};
use super::number::{CostUnit, fixed, shorten};
use super::plot::{path, write_value};
use super::{FigureKind, Node, Options, Quantity};
use crate::experiment::RewardModel;
use crate::summary::RunResult;
use crate::theory::{Bounds, paper_alpha};

/// The bounds where they can be drawn; else the sentence that says why not.
fn bounds<'a>(quantity: Quantity, result: &'a RunResult, options: &Options) -> Result<&'a Bounds, &'static str> {
    if result.optimum.len() > 1 {
        return Err("The theory's bounds hold in a world that stays as it is; this one changes.");
    }
    let Some(bounds) = &result.bounds else {
        return Err("The best set is not known, so neither are the theory's bounds.");
    };
    if quantity == Quantity::Regret && !options.against.is_best_set() {
        return Err("The theory bounds the regret against the best set, not this one.");
    }
    if quantity == Quantity::Regret && bounds.observed <= 0.0 {
        return Err("The theory's bound is infinite here: a selected model may never be called (o* = 0).");
    }
    Ok(bounds)
}

/// The bounds, where they are asked for and can be drawn.
pub(super) fn shown<'a>(quantity: Quantity, result: &'a RunResult, options: &Options) -> Option<&'a Bounds> {
    let asked = options.bound && matches!(quantity, Quantity::Regret | Quantity::Violation);
    bounds(quantity, result, options).ok().filter(|_| asked)
}

fn value(quantity: Quantity, bounds: &Bounds, t: f64) -> (f64, bool) {
    match quantity {
        Quantity::Regret => (bounds.regret(t), bounds.regret_is_vacuous(t)),
        _ => (bounds.violation(t), bounds.violation_is_vacuous(t)),
    }
}

/// Value after a round.
pub(super) fn at(quantity: Quantity, bounds: &Bounds, round: u32) -> f64 {
    value(quantity, bounds, f64::from(round.max(1))).0
}

/// The curve: dashed where it says something, dotted where it does not.
pub(super) fn curve(quantity: Quantity, bounds: &Bounds, frame: &Frame) -> Vec<Node> {
    let steps = (((frame.right() - frame.left()) / 2.0) as u32).clamp(2, 2_000);
    let pixel = |step: u32| frame.left() + (frame.right() - frame.left()) * f64::from(step) / f64::from(steps);
    let mut rounds: Vec<u32> =
        (0..=steps).map(|step| libm::ceil(frame.x.value(pixel(step))).clamp(1.0, 4e9) as u32).collect();
    rounds.dedup();
    let values: Vec<(f64, bool)> = rounds.iter().map(|t| value(quantity, bounds, f64::from(*t))).collect();
    // The parts meet: a value between two of different kinds belongs to both.
    let part = |wanted: bool| -> Vec<f64> {
        let near = |place: usize| values.get(place).is_some_and(|(_, vacuous)| *vacuous == wanted);
        let keep =
            |place: usize| near(place) || (wanted && place > 0 && near(place - 1)) || (wanted && near(place + 1));
        let of = |(place, (value, _)): (usize, &(f64, bool))| if keep(place) { *value } else { f64::NAN };
        values.iter().enumerate().map(of).collect()
    };
    [("theory vacuous", true), ("theory", false)]
        .into_iter()
        .map(|(class, vacuous)| (class, line(frame, &rounds, &part(vacuous))))
        .filter(|(_, d)| !d.is_empty())
        .map(|(class, d)| path(class, d))
        .collect()
}

/// What to know of the bound and of values that are not drawn, in plain sentences; empty where there is nothing to know.
#[must_use]
pub fn note(kind: FigureKind, result: &RunResult, options: &Options) -> String {
    let mut text = String::new();
    let quantity = match kind {
        FigureKind::Regret => Quantity::Regret,
        FigureKind::Violation => Quantity::Violation,
        _ => return text,
    };
    if quantity == Quantity::Violation && result.experiment.task.budget.is_none() {
        return text;
    }
    if quantity == Quantity::Regret && options.log_values {
        let below = |index: &usize| {
            let series = result.policies.get(*index).and_then(|policy| quantity.series(result, policy, options));
            options.shows(*index) && series.is_some_and(|s| s.mean.last().is_some_and(|last| *last <= 0.0))
        };
        let below = (0..result.policies.len()).filter(below);
        let name = |index: usize| Some(shorten(&result.policies.get(index)?.label, 240.0, 12.0));
        let names: Vec<String> = below.filter_map(name).collect();
        if !names.is_empty() {
            text = format!("At 0 or below, which has no place on a logarithmic axis: {}. ", names.join(", "));
        }
    }
    if options.bound {
        text += &match bounds(quantity, result, options) {
            Ok(bounds) => said(quantity, bounds, result, options),
            Err(reason) => reason.to_owned(),
        };
    }
    text.trim_end().to_owned()
}

fn said(quantity: Quantity, bounds: &Bounds, result: &RunResult, options: &Options) -> String {
    let unit = CostUnit::new(result, options.dollars);
    let (t, reward) = (f64::from(bounds.rounds), result.experiment.task.reward);
    let (value, vacuous) = value(quantity, bounds, t);
    let written = match quantity {
        Quantity::Regret => fixed(value, 0),
        _ => write_value(quantity, value, unit),
    };
    let limit = match quantity {
        Quantity::Regret => "above t·r*, which is all there is to lose".to_owned(),
        _ => format!("above {}, the most by which a set's mean cost can be over ρ", unit.write(bounds.most_over, 1)),
    };
    let dotted = if vacuous {
        format!("it is vacuous to the end, {limit}")
    } else {
        format!("dotted where it is vacuous, {limit}")
    };
    let mut text = format!(
        "Theory's bound, as published: {written} after all rounds; {dotted}. L = {}, o* = {}, r* = {}, K = {}, N = {}. It \
         is stated for α_μ = α_c = 1 and δ = 1/T; these runs may use other values.",
        fixed(bounds.lipschitz, 0),
        crate::number::short(bounds.observed),
        crate::number::short(bounds.best),
        bounds.arms,
        bounds.most,
    );
    if quantity == Quantity::Regret && reward == RewardModel::Awc {
        text += &format!(" Under any win it is a bound on the α-regret with α = {}.", fixed(paper_alpha(reward), 3));
    }
    text
}
