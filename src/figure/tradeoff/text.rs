//! A trade-off in words and numbers.

use super::{TradeoffFigure, Unit, absence, assigned, front, measure, oracle, own, path, share, shown, spots};
use crate::export::{csv_cell, plain};
use crate::figure::number::{CostUnit, shorten};
use crate::figure::sweep::frontier::Spot;
use crate::figure::{Options, Table};
use crate::query_aware::assignment::NAME;
use crate::query_aware::evaluation::Evaluation;
use std::fmt::Write;

/// The name of the policy at a place of [`Evaluation::policies`], with the models of a fixed set; as people typed them.
#[must_use]
pub fn label(evaluation: &Evaluation, place: usize) -> String {
    let Some(policy) = evaluation.policies.get(place) else {
        return if assigned(evaluation) == Some(place) { NAME.to_owned() } else { String::new() };
    };
    match policy.models.as_slice() {
        [] => policy.name.clone(),
        models => format!("{}: {}", policy.name, models.join(" + ")),
    }
}

/// The name of a point, short enough for a sentence.
pub(super) fn named(evaluation: &Evaluation, spot: &Spot) -> String {
    let name = shorten(&label(evaluation, spot.policy), 300.0, 12.0);
    let point = point(evaluation, spot);
    if point.is_empty() { name } else { format!("{name} at {point}") }
}

/// Which point of a line it is; empty for a policy's own.
fn point(evaluation: &Evaluation, spot: &Spot) -> String {
    match (spot.at, budget(evaluation, spot)) {
        (0, _) => String::new(),
        (_, Some(budget)) => format!("B = {}", CostUnit::for_amount(budget, true).write(budget, 1)),
        (s, None) => format!("s = {s}"),
    }
}

/// The budget of a point of the offline assignment, in dollars a query.
fn budget(evaluation: &Evaluation, spot: &Spot) -> Option<f64> {
    let at = spot.at.checked_sub(1).filter(|_| assigned(evaluation) == Some(spot.policy))?;
    Some(evaluation.assignment.get(at)?.budget)
}

/// One sentence below the heading.
#[must_use]
pub fn sub(kind: TradeoffFigure, evaluation: &Evaluation) -> String {
    let offline = assigned(evaluation);
    let places = (0..evaluation.policies.len()).filter(|place| Some(*place) != offline);
    let swept = places.flat_map(|place| path(kind, evaluation, place));
    let most = swept.map(|spot| spot.at).max().unwrap_or_default();
    let lines = if most > 1 { format!(" Lines run over s = 1 to {most}.") } else { String::new() };
    let what = match measure(evaluation) {
        "Accuracy" => "",
        _ => " Coverage: any called model is right.",
    };
    let all = match offline.filter(|place| !path(kind, evaluation, *place).is_empty()) {
        Some(_) => " Offline assignment: over its total budget B, all queries known beforehand.",
        None => "",
    };
    let ringed = "Ringed: nothing is better for less.";
    format!("{} test queries.{what}{lines}{all} {ringed}", evaluation.split.test)
}

/// A few plain sentences that say what the figure shows.
#[must_use]
pub fn describe(kind: TradeoffFigure, evaluation: &Evaluation, options: &Options) -> String {
    let title = kind.title(evaluation);
    if let Some(text) = absence(kind, evaluation) {
        return format!("{title}. {text}");
    }
    let spots = spots(kind, evaluation, options);
    let unit = Unit::of(kind, &spots);
    let front = front(evaluation, &spots);
    let said =
        |spot: &Spot| format!("{} ({} for {})", named(evaluation, spot), share(spot.reward.0), unit.write(spot.cost.0));
    let shown = shown(evaluation, options);
    let rows = || shown.iter().filter(|(_, place)| *place < evaluation.policies.len());
    let missing: Vec<String> = (rows().filter(|(_, place)| own(kind, evaluation, *place).is_none()))
        .map(|(_, place)| shorten(&label(evaluation, *place), 300.0, 12.0))
        .collect();
    let drawn = rows().count() - missing.len();
    let plural = if drawn == 1 { "policy" } else { "policies" };
    let bands = if spots.iter().any(|spot| spot.reward.1 > 0.0) { ", with 95 % intervals" } else { "" };
    let mut text = format!("{title}, {drawn} {plural}{bands}.");
    if !front.is_empty() {
        let named: Vec<String> = front.iter().take(6).map(said).collect();
        let more = if front.len() > 6 { format!(" and {} more", front.len() - 6) } else { String::new() };
        let _ = write!(text, " Nothing is better for less than {}{more}.", named.join("; "));
    }
    if let Some(oracle) = oracle(evaluation) {
        let _ = write!(text, " The oracle, which no policy can be above: {}.", share(oracle));
    }
    if !missing.is_empty() {
        let _ = write!(text, " Not drawn, for it is not known: {} of {}.", kind.name(), missing.join("; "));
    }
    text
}

/// The points of a figure, the policies' own first, then those of the lines; the last column says which nothing beats.
#[must_use]
pub fn table(kind: TradeoffFigure, evaluation: &Evaluation, options: &Options) -> Table {
    let spots = spots(kind, evaluation, options);
    let unit = Unit::of(kind, &spots);
    let front = front(evaluation, &spots);
    let mut spent = kind.name().to_owned();
    if let Some(first) = spent.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    let head = ["Policy", "Point", measure(evaluation), &spent, "On the front"].map(str::to_owned).to_vec();
    let cell = |value: String, half: String, width: f64| if width > 0.0 { format!("{value} ± {half}") } else { value };
    let row = |spot: &Spot| {
        let ((accurate, a), (spent, b)) = (spot.reward, spot.cost);
        vec![
            shorten(&plain(&label(evaluation, spot.policy)), 400.0, 12.0),
            point(evaluation, spot),
            cell(share(accurate), share(a), a),
            cell(unit.write(spent), unit.write(b), b),
            if front.iter().any(|other| same(other, spot)) { "yes" } else { "no" }.to_owned(),
        ]
    };
    let mut rows: Vec<Vec<String>> = spots.iter().map(row).collect();
    if let Some(oracle) = oracle(evaluation) {
        let half = evaluation.oracle.ci95.unwrap_or(0.0);
        let accurate = cell(share(oracle), share(half), half);
        rows.push(["Oracle, upper bound", "", &accurate, "–", "–"].map(str::to_owned).to_vec());
    }
    Table { head, rows }
}

/// Whether two points are the same one.
pub(super) fn same(a: &Spot, b: &Spot) -> bool {
    (a.policy, a.at) == (b.policy, b.at)
}

/// All points at full precision: `policy,models,budget,accuracy,accuracy_ci95,latency_parallel_ms,latency_parallel_ms_ci95`,
/// where `models` is `s` on the lines, `budget` that of the offline assignment, and both are empty for the policies
/// themselves. Coverage takes the place of accuracy where none is known, and the last two columns are those of what the
/// figure is against.
#[must_use]
pub fn csv(kind: TradeoffFigure, evaluation: &Evaluation) -> String {
    let measured = measure(evaluation).to_ascii_lowercase();
    let spent = match kind {
        TradeoffFigure::Parallel => "latency_parallel_ms",
        TradeoffFigure::Sequential => "latency_sequential_ms",
        TradeoffFigure::Cost => "cost",
    };
    let mut out = format!("policy,models,budget,{measured},{measured}_ci95,{spent},{spent}_ci95\n");
    for spot in spots(kind, evaluation, &Options::default()) {
        let budget = budget(evaluation, &spot).map(|budget| budget.to_string());
        let models = if spot.at > 0 && budget.is_none() { spot.at.to_string() } else { String::new() };
        let ((accurate, a), (spent, b)) = (spot.reward, spot.cost);
        let (name, budget) = (csv_cell(&label(evaluation, spot.policy)), budget.unwrap_or_default());
        // Writing to a string does not fail.
        let _ = writeln!(out, "{name},{models},{budget},{accurate},{a},{spent},{b}");
    }
    out
}
