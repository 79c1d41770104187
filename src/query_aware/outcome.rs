//! What came of a policy, in a few sentences: how often it is right, how far below the oracle, and what it saves.

use super::bootstrap::Figure;
use super::evaluate::{Comparison, PolicyFigures};
use super::evaluation::Evaluation;
use super::gap::Rate;
use crate::export::plain;

/// The test queries that some model solves and the policy at this place of [`Evaluation::policies`] does not: its vote is
/// wrong, or where no accuracy is known, no called model is right. Of all test queries they are what the policy is below the
/// oracle. `None` of the oracle itself, and where that cannot be known.
#[must_use]
pub fn below_oracle(evaluation: &Evaluation, place: usize) -> Option<Rate> {
    let (policy, tested) = (evaluation.policies.get(place)?, evaluation.split.test);
    if place + 1 >= evaluation.policies.len() {
        return None;
    }
    let (good, _) = quality(policy);
    // Both are shares of the test queries, and whoever is right on one is right on one that some model solves.
    let missed = (evaluation.oracle.value? - good.value?) * tested as f64;
    Some(Rate::new(missed.round().max(0.0) as u64, tested))
}

/// The sentences about the policy at this place of [`Evaluation::policies`]: how good it is and how many models it calls,
/// how far that is below the oracle, then a sentence for each comparison. None where there is no such policy.
#[must_use]
pub fn sentences(evaluation: &Evaluation, place: usize) -> Vec<String> {
    let Some(policy) = evaluation.policies.get(place) else { return Vec::new() };
    let (good, measure) = quality(policy);
    let tested = match evaluation.split.test {
        1 => "1 test query".to_owned(),
        many => format!("{many} test queries"),
    };
    let oracle = place + 1 == evaluation.policies.len();
    let mut subject = policy.name.clone();
    if !policy.models.is_empty() {
        let models: Vec<String> = policy.models.iter().map(|model| plain(model)).collect();
        subject += &format!(" ({})", models.join(" + "));
    } else if policy.name == evaluation.gap.policy {
        subject += ", the most accurate of the paper's rules,";
    }
    let calls = policy
        .models_called
        .value
        .map(|calls| format!(" It calls {} models a query.", number(calls, policy.models_called.ci95)));
    let calls = calls.unwrap_or_default();
    if oracle {
        let share = percent(evaluation.oracle);
        return vec![format!(
            "{subject}: some model is right on {share} of the {tested}. No policy can be above that.{calls}"
        )];
    }
    let right = match measure {
        Measure::Accuracy => format!("is right on {} of the {tested}.", percent(good)),
        Measure::Coverage => format!(
            "calls a model that is right on {} of the {tested}. There are no answers to vote on: whether a vote finds it is not \
             known.",
            percent(good)
        ),
    };
    let mut said = vec![format!("{subject} {right}{calls}")];
    if let Some(below) = below_oracle(evaluation, place) {
        let gap = match (below.hits, below.share.zip(below.interval)) {
            (0, _) | (_, None) => "nothing is missed".to_owned(),
            (missed, Some((share, (low, high)))) => format!(
                "the policy is {:.1} points below it (95 % interval {:.1} to {:.1}), {missed} queries missed",
                100.0 * share,
                100.0 * low,
                100.0 * high
            ),
        };
        said.push(format!(
            "The oracle, which calls a model that is right wherever there is one, gets {}: {gap}.",
            percent(evaluation.oracle)
        ));
    }
    let of_policy = evaluation.comparisons.iter().filter(|one| one.policy == policy.name);
    said.extend(of_policy.map(|one| against(evaluation, one)));
    said
}

/// What a policy's goodness is.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Measure {
    Accuracy,
    Coverage,
}

impl Measure {
    fn name(self) -> &'static str {
        match self {
            Measure::Accuracy => "accuracy",
            Measure::Coverage => "coverage",
        }
    }
}

/// Accuracy where there are votes, else coverage.
fn quality(policy: &PolicyFigures) -> (Figure, Measure) {
    match policy.accuracy.value {
        Some(_) => (policy.accuracy, Measure::Accuracy),
        None => (policy.coverage, Measure::Coverage),
    }
}

/// One comparison.
fn against(evaluation: &Evaluation, one: &Comparison) -> String {
    let (difference, measure) = match one.accuracy.value {
        Some(_) => (one.accuracy, Measure::Accuracy),
        None => (one.coverage, Measure::Coverage),
    };
    let points = match difference.value {
        None => format!("{} not known", measure.name()),
        Some(value) => {
            let half = difference.ci95.map(|half| format!(" ± {:.1}", 100.0 * half)).unwrap_or_default();
            let unsure = if is_sure(difference) { "" } else { ", so no difference can be told" };
            format!("{}{half} points of {}{unsure}", signed(100.0 * value), measure.name())
        }
    };
    let baseline = evaluation.policies.iter().find(|policy| policy.name == one.baseline);
    let models: Vec<String> =
        baseline.into_iter().flat_map(|policy| &policy.models).map(|model| plain(model)).collect();
    let models = if models.is_empty() { String::new() } else { format!(" ({})", models.join(" + ")) };
    let name = one.baseline.to_lowercase();
    let article = if name.starts_with("best") { "the " } else { "" };
    let most = if one.most_accurate { ", the most accurate baseline" } else { "" };
    let saved = [
        ("parallel latency", one.latency_parallel_saved),
        ("latency in sequence", one.latency_sequential_saved),
        ("cost", one.cost_saved),
    ];
    let latencies = [one.latency_parallel_saved, one.latency_sequential_saved];
    let timed = latencies.iter().any(|figure| figure.value.is_some());
    let mut saved: Vec<String> = saved.into_iter().map(|(what, figure)| format!("{what} {}", spared(figure))).collect();
    if !timed {
        saved.splice(..2, ["latency not measured".to_owned()]);
    }
    format!("Against {article}{name}{models}{most}: {points}; {}.", saved.join("; "))
}

/// A share that is saved, or the opposite.
fn spared(saved: Figure) -> String {
    match saved.value {
        None => "not measured".to_owned(),
        Some(0.0) => "the same".to_owned(),
        Some(value) => {
            let size = percent(Figure { value: Some(value.abs()), ..saved });
            let what = if value < 0.0 { "more" } else { "less" };
            let unsure = if is_sure(saved) { "" } else { ", not certainly so" };
            format!("{size} {what}{unsure}")
        }
    }
}

/// Whether the interval of a difference does not reach 0.
fn is_sure(difference: Figure) -> bool {
    difference.value.zip(difference.ci95).is_some_and(|(value, half)| value.abs() > half)
}

fn percent(share: Figure) -> String {
    match (share.value, share.ci95) {
        (Some(value), Some(half)) => format!("{:.1} % ± {:.1}", 100.0 * value, 100.0 * half),
        (Some(value), None) => format!("{:.1} %", 100.0 * value),
        (None, _) => "an unknown share".to_owned(),
    }
}

fn number(value: f64, ci95: Option<f64>) -> String {
    match ci95 {
        Some(half) if half > 0.0 => format!("{value:.2} ± {half:.2}"),
        _ => format!("{value:.2}"),
    }
}

/// One decimal, and a sign before what does not round to zero.
fn signed(value: f64) -> String {
    let text = format!("{:.1}", value.abs());
    match text.as_str() {
        "0.0" => text,
        _ if value < 0.0 => format!("−{text}"),
        _ => format!("+{text}"),
    }
}
