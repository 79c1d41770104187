//! Which policy, in plain words.

use crate::format::{Unit, decimals, fixed, listed, percent};
use crate::state::Shared;
use llm_selection::browser::pool::Snapshot;
use llm_selection::experiment::RewardModel;
use llm_selection::export::plain;
use llm_selection::summary::{Figure, PolicyResult};
use yew::prelude::*;

/// Share of the budget by which a policy may be over it and still counts as keeping to it.
const TOLERANCE: f64 = 0.05;

/// Properties of [`Answer`].
#[derive(Properties, PartialEq)]
pub struct AnswerProps {
    pub snapshot: Shared<Snapshot>,
    pub unit: Unit,
}

/// Violation as a share of the budget; 0 without a budget.
fn over(policy: &PolicyResult, budget: Option<f64>) -> f64 {
    budget.map_or(0.0, |budget| policy.finals.violation.mean.unwrap_or(0.0) / budget)
}

/// Whether anybody could use the policy: nobody has the oracle.
fn usable(policy: &PolicyResult) -> bool {
    policy.kind != "oracle"
}

/// Place of the policy that earns most among those that keep to the budget.
pub fn best(policies: &[PolicyResult], budget: Option<f64>) -> Option<usize> {
    let kept = policies.iter().enumerate().filter(|(_, policy)| usable(policy) && over(policy, budget) <= TOLERANCE);
    let reward = |policy: &PolicyResult| policy.finals.reward.mean.unwrap_or(f64::NEG_INFINITY);
    kept.max_by(|(_, a), (_, b)| reward(a).total_cmp(&reward(b))).map(|(place, _)| place)
}

fn interval(figure: Figure) -> Option<(f64, f64)> {
    figure.mean.map(|mean| {
        let half = figure.ci95.unwrap_or(0.0);
        (mean - half, mean + half)
    })
}

/// The best fixed sets, and what a reader of a finished run should know.
fn notes(snapshot: &Snapshot, unit: Unit) -> Html {
    let result = &snapshot.result;
    let best = result.optimum.iter().filter_map(|optimum| {
        let reward = optimum.reward?;
        let when = if optimum.from == 1 { String::new() } else { format!(" from round {} on", optimum.from) };
        let cost = optimum.cost.map(|cost| format!(" for {}", unit.amount(cost, 3))).unwrap_or_default();
        let joint = optimum.joint.as_ref().map(|joint| {
            format!(
                " By the rows of the data themselves, in which answers may be correlated, it is {} with {:.3}.",
                listed(&joint.set),
                joint.reward
            )
        });
        let set = if optimum.set.is_empty() { "none".to_owned() } else { listed(&optimum.set) };
        Some(format!(
            "Best set{when} by its models' means: {set}, reward {reward:.3}{cost}.{}",
            joint.unwrap_or_default()
        ))
    });
    let done = snapshot.round >= snapshot.rounds;
    let warnings = if done { result.warnings() } else { Vec::new() };
    let settled = result.settling().filter(|_| done);
    let coverage = if done { result.coverage() } else { Vec::new() };
    best.chain(settled).chain(coverage).chain(warnings).map(|note| html! { <p class="quiet">{note}</p> }).collect()
}

/// The answer.
#[component]
pub fn Answer(props: &AnswerProps) -> Html {
    let snapshot = &props.snapshot;
    let (policies, budget) = (&snapshot.result.policies, snapshot.result.experiment.task.budget);
    let so_far = if snapshot.round < snapshot.rounds { "So far: " } else { "" };
    let overspend: Vec<String> = policies
        .iter()
        .filter(|policy| over(policy, budget) > TOLERANCE)
        .map(|policy| format!("{} ({})", plain(&policy.label), percent(over(policy, budget))))
        .collect();
    let limit = percent(TOLERANCE);
    let (task, models) = (&snapshot.result.experiment.task, snapshot.result.models.len());
    if task.reward != RewardModel::Awc && task.max_models.is_some_and(|n| n as usize >= models) {
        return html! {
            <div class="answer">
                <h3>{"Which policy?"}</h3>
                if models == 1 {
                    <p>{"Only one model is switched on, so there is nothing to choose: switch on more."}</p>
                } else {
                    <p>{"Every policy that plays full sets has to take all "}{models}{" models, so there is nothing to choose: allow fewer models per query."}</p>
                }
            </div>
        };
    }
    let Some(winner) = best(policies, budget).and_then(|place| policies.get(place)) else {
        return html! {
            <div class="answer">
                <h3>{"Which policy?"}</h3>
                if budget.is_some() && !overspend.is_empty() {
                    <p>{so_far}{"none that you could use keeps within "}{limit}{" of the budget. Over it: "}{listed(&overspend)}{". A larger budget, or more rounds to learn in, may help."}</p>
                } else {
                    <p>{"Only the oracle plays, and nobody has it: add a policy."}</p>
                }
            </div>
        };
    };
    let reward = winner.finals.reward;
    let places = decimals(reward.mean.unwrap_or(0.0), 4);
    let half = reward.ci95.map_or(String::new(), |half| format!(" ± {}", fixed(half, places)));
    let cost = winner.finals.cost.mean.map(|cost| props.unit.amount(cost, 3));
    let ties: Vec<String> = policies
        .iter()
        .filter(|policy| policy.label != winner.label && usable(policy) && over(policy, budget) <= TOLERANCE)
        .filter(|policy| {
            let pair = interval(policy.finals.reward).zip(interval(reward));
            pair.is_some_and(|((_, high), (low, _))| high >= low)
        })
        .map(|policy| policy.label.clone())
        .collect();
    let single = reward.ci95.is_none();
    html! {
        <div class="answer">
            <h3>{"Which policy?"}</h3>
            <p>
                {so_far}<b>{plain(&winner.label)}</b>
                {if budget.is_some() { format!(" earns most of those within {limit} of the budget: reward ") } else { " earns most: reward ".into() }}
                <b>{fixed(reward.mean.unwrap_or(f64::NAN), places)}{half}</b>{" per query"}
                if let Some(cost) = cost { {" for "}{cost} }
                if budget.is_some() {
                    {if over(winner, budget) > 0.0 { format!(", {} of ρ over it", percent(over(winner, budget))) } else { ", not over it".into() }}
                }
                {"."}
                if single {
                    {" One replicate says nothing about chance: run more before choosing."}
                } else if ties.is_empty() {
                    {" No other's interval reaches it."}
                } else {
                    {" "}{listed(&ties)}{if ties.len() == 1 { " is" } else { " are" }}{" as good as far as the intervals tell: more replicates or rounds would separate them, if anything does."}
                }
            </p>
            if !overspend.is_empty() {
                <p class="quiet">{"Over the budget by more than "}{limit}{" of it: "}{listed(&overspend)}{"."}</p>
            }
            {notes(snapshot, props.unit)}
        </div>
    }
}
