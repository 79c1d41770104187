//! The settings in words, for paper: on the screen the form shows them.

use crate::format::{Unit, count, listed};
use llm_selection::experiment::{Environment, Experiment, RewardModel};
use llm_selection::query_aware::evaluation::Evaluation;
use llm_selection::summary::RunResult;
use yew::prelude::*;

/// What was played; `about` is a sentence about the models.
pub fn settings(result: &RunResult, about: &str, unit: Unit) -> Html {
    let experiment = &result.experiment;
    let (task, run) = (&experiment.task, &experiment.run);
    let reward = match task.reward {
        RewardModel::Awc => "Any win (AWC): one good answer is enough",
        RewardModel::Suc => "Sum up (SUC): every model does a part of its own",
        RewardModel::Aic => "All in (AIC): every part has to succeed",
    };
    let how = if task.reward == RewardModel::Awc { "at most" } else { "exactly" };
    let most = task.max_models.map_or_else(|| "4, or all where there are fewer,".to_owned(), |most| most.to_string());
    let budget =
        task.budget.map_or_else(|| "none".to_owned(), |budget| format!("ρ = {} per query", unit.short(budget)));
    let policies: Vec<String> = result.policies.iter().map(|policy| policy.label.clone()).collect();
    let rounds =
        format!("{}, in {} replicates, seed {}", count(run.rounds.into()), count(run.replicates.into()), run.seed);
    lines([
        ("Models", format!("{}. {about}", listed(&result.models))),
        ("Reward", reward.to_owned()),
        ("Set", format!("{how} {most} models a query")),
        ("Budget", budget),
        ("Policies", listed(&policies)),
        ("Rounds", rounds),
    ])
}

/// What was trained on what.
pub fn trained(experiment: &Experiment, evaluation: &Evaluation) -> Html {
    let files: Vec<String> = match &experiment.environment {
        Environment::Replay(replay) => replay.files.iter().map(|file| file.name.clone()).collect(),
        _ => Vec::new(),
    };
    let (split, limits) = (&evaluation.split, &evaluation.limits);
    let sizes = [(split.train, "learned from"), (split.validation, "chosen on"), (split.test, "tested on")];
    let sizes = sizes.map(|(queries, what)| format!("{} {what}", count(queries)));
    lines([
        ("Data", listed(&files)),
        ("Queries", sizes.join(", ")),
        ("Set", format!("at most s = {} models a query, threshold τ = {}", limits.models, limits.threshold)),
    ])
}

fn lines<const N: usize>(lines: [(&'static str, String); N]) -> Html {
    let lines = lines.into_iter().map(|(name, text)| html! { <div><dt>{name}</dt><dd>{text}</dd></div> });
    html! { <section class="handout" aria-label="Settings"><dl>{for lines}</dl></section> }
}
