//! Which policy, in plain words.

use crate::browser::decimal;
use crate::format::{Unit, decimals, fixed, listed, percent};
use crate::state::Shared;
use crate::words::{mix, plural, say, told};
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

/// Numbers that stand in brackets, which the engine writes for the command line, as the page writes them.
fn grouped(note: &str) -> String {
    let part = |(place, part): (usize, &str)| {
        let (inside, rest) = part.split_once(')').filter(|(inside, _)| place > 0 && !inside.contains('e'))?;
        let places = inside.split_once('.').map_or(0, |(_, after)| after.len());
        Some(format!("{}){rest}", fixed(decimal(inside)?, places)))
    };
    let parts = note.split('(').enumerate().map(|at| part(at).unwrap_or_else(|| at.1.to_owned()));
    parts.collect::<Vec<_>>().join("(")
}

/// The best fixed sets, and what a reader of a finished run should know.
fn notes(snapshot: &Snapshot, unit: Unit) -> Html {
    let result = &snapshot.result;
    let best = result.optimum.iter().filter_map(|optimum| {
        let reward = optimum.reward?;
        let cost = optimum.cost.map(|cost| say!(" for {cost}", cost = unit.amount(cost, 3))).unwrap_or_default();
        let joint = optimum.joint.as_ref().map(|joint| {
            say!(
                " By the rows of the data themselves, in which answers may be correlated, it is {set} with {reward}.",
                set = listed(&joint.set),
                reward = format_args!("{:.3}", joint.reward)
            )
        });
        let set = if optimum.set.is_empty() { say!("none") } else { listed(&optimum.set).into() };
        let reward = format_args!("{reward:.3}");
        let best = match optimum.from {
            1 => say!(
                "Best set by its models' means: {set}, reward {reward}{cost}.",
                set = set,
                reward = reward,
                cost = cost
            ),
            from => say!(
                "Best set from round {round} on by its models' means: {set}, reward {reward}{cost}.",
                round = from,
                set = set,
                reward = reward,
                cost = cost
            ),
        };
        Some(html! { <p class="quiet">{best}{joint}</p> })
    });
    let done = snapshot.round >= snapshot.rounds;
    let warnings = if done { result.warnings() } else { Vec::new() };
    let settled = result.settling().filter(|_| done);
    let coverage = if done { result.coverage() } else { Vec::new() };
    let rest = settled.into_iter().chain(coverage).chain(warnings);
    best.chain(rest.map(|note| html! { <p class="quiet">{told(grouped(&note))}</p> })).collect()
}

/// The answer.
#[component]
pub fn Answer(props: &AnswerProps) -> Html {
    let snapshot = &props.snapshot;
    let (policies, budget) = (&snapshot.result.policies, snapshot.result.experiment.task.budget);
    let so_far = if snapshot.round < snapshot.rounds { say!("So far: ") } else { AttrValue::default() };
    let overspend: Vec<String> = policies
        .iter()
        .filter(|policy| over(policy, budget) > TOLERANCE)
        .map(|policy| {
            say!("{name} ({share})", name = plain(&policy.label), share = percent(over(policy, budget))).to_string()
        })
        .collect();
    let limit = percent(TOLERANCE);
    let (task, models) = (&snapshot.result.experiment.task, snapshot.result.models.len());
    if task.reward != RewardModel::Awc && task.max_models.is_some_and(|n| n as usize >= models) {
        return html! {
            <div class="answer">
                <h3>{say!("Which policy?")}</h3>
                if models == 1 {
                    <p>{say!("Only one model is switched on, so there is nothing to choose: switch on more.")}</p>
                } else {
                    <p>{say!("Every policy that plays full sets has to take all {models} models, so there is nothing to choose: allow fewer models per query.", models = models)}</p>
                }
            </div>
        };
    }
    let Some(winner) = best(policies, budget).and_then(|place| policies.get(place)) else {
        return html! {
            <div class="answer">
                <h3>{say!("Which policy?")}</h3>
                if budget.is_some() && !overspend.is_empty() {
                    <p>{so_far}{say!(
                        "none that you could use keeps within {limit} of the budget. Over it: {policies}. A larger budget, or more rounds to learn in, may help.",
                        limit = limit, policies = listed(&overspend)
                    )}</p>
                } else {
                    <p>{say!("Only the oracle plays, and nobody has it: add a policy.")}</p>
                }
            </div>
        };
    };
    let reward = winner.finals.reward;
    let places = decimals(reward.mean.unwrap_or(0.0), 4);
    let half = reward.ci95.map_or(String::new(), |half| format!(" ± {}", fixed(half, places)));
    let cost = winner.finals.cost.mean.map(|cost| say!(" for {cost}", cost = props.unit.amount(cost, 3)));
    let cost = cost.unwrap_or_default();
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
    let winning = html! { <b>{plain(&winner.label)}</b> };
    let earned = html! { <b>{fixed(reward.mean.unwrap_or(f64::NAN), places)}{half}</b> };
    let over_it = over(winner, budget);
    let best = if budget.is_none() {
        mix!("{policy} earns most: reward {reward} per query{cost}.", policy = winning, reward = earned, cost = cost)
    } else if over_it > 0.0 {
        mix!(
            "{policy} earns most of those within {limit} of the budget: reward {reward} per query{cost}, {over} of ρ over it.",
            policy = winning,
            limit = &limit,
            reward = earned,
            cost = cost,
            over = percent(over_it),
        )
    } else {
        mix!(
            "{policy} earns most of those within {limit} of the budget: reward {reward} per query{cost}, not over it.",
            policy = winning,
            limit = &limit,
            reward = earned,
            cost = cost,
        )
    };
    html! {
        <div class="answer">
            <h3>{say!("Which policy?")}</h3>
            <p>
                {so_far}{best}
                if policies.iter().any(|policy| !usable(policy)) { {say!(" The oracle is not counted: nobody has it.")} }
                if single {
                    {say!(" One replicate says nothing about chance: run more before choosing.")}
                } else if ties.is_empty() {
                    {say!(" No other's interval reaches it.")}
                } else {
                    {plural!(
                        ties.len(),
                        " {policies} is as good as far as the intervals tell: more replicates or rounds would separate them, if anything does.",
                        " {policies} are as good as far as the intervals tell: more replicates or rounds would separate them, if anything does.",
                        policies = listed(&ties)
                    )}
                }
            </p>
            if !overspend.is_empty() {
                <p class="quiet">{say!("Over the budget by more than {limit} of it: {policies}.", limit = limit, policies = listed(&overspend))}</p>
            }
            {notes(snapshot, props.unit)}
        </div>
    }
}
