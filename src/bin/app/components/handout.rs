//! The settings in words, for paper: on the screen the form shows them.

use crate::format::{Unit, count, listed};
use crate::words::say;
use llm_selection::experiment::{Environment, Experiment, RewardModel};
use llm_selection::query_aware::evaluation::Evaluation;
use llm_selection::summary::RunResult;
use yew::prelude::*;

/// What was played; `about` is a sentence about the models.
pub fn settings(result: &RunResult, about: &str, unit: Unit) -> Html {
    let experiment = &result.experiment;
    let (task, run) = (&experiment.task, &experiment.run);
    let reward = say!(match task.reward {
        RewardModel::Awc => "Any win (AWC): one good answer is enough",
        RewardModel::Suc => "Sum up (SUC): every model does a part of its own",
        RewardModel::Aic => "All in (AIC): every part has to succeed",
    });
    let set = match (task.max_models, task.reward) {
        (None, RewardModel::Awc) => say!("at most 4, or all where there are fewer, models a query"),
        (None, _) => say!("exactly 4, or all where there are fewer, models a query"),
        (Some(most), RewardModel::Awc) => say!("at most {n} models a query", n = most),
        (Some(most), _) => say!("exactly {n} models a query", n = most),
    };
    let budget = match task.budget {
        None => say!("none"),
        Some(budget) => say!("ρ = {budget} per query", budget = unit.short(budget)),
    };
    let policies: Vec<String> = result.policies.iter().map(|policy| policy.label.clone()).collect();
    let rounds = say!(
        "{rounds}, in {replicates} replicates, seed {seed}",
        rounds = count(run.rounds.into()),
        replicates = count(run.replicates.into()),
        seed = run.seed
    );
    lines([
        (say!("Models"), say!("{models}. {about}", models = listed(&result.models), about = about)),
        (say!("Reward"), reward),
        (say!("Set"), set),
        (say!("Budget"), budget),
        (say!("Policies"), listed(&policies).into()),
        (say!("Rounds"), rounds),
    ])
}

/// What was trained on what.
pub fn trained(experiment: &Experiment, evaluation: &Evaluation) -> Html {
    let files: Vec<String> = match &experiment.environment {
        Environment::Replay(replay) => replay.files.iter().map(|file| file.name.clone()).collect(),
        _ => Vec::new(),
    };
    let (split, limits) = (&evaluation.split, &evaluation.limits);
    let sizes = say!(
        "{train} learned from, {validation} chosen on, {test} tested on",
        train = count(split.train),
        validation = count(split.validation),
        test = count(split.test)
    );
    let set = say!(
        "at most s = {s} models a query, threshold τ = {threshold}",
        s = limits.models,
        threshold = limits.threshold
    );
    lines([(say!("Data"), listed(&files).into()), (say!("Queries"), sizes), (say!("Set"), set)])
}

fn lines<const N: usize>(lines: [(AttrValue, AttrValue); N]) -> Html {
    let lines = lines.into_iter().map(|(name, text)| html! { <div><dt>{name}</dt><dd>{text}</dd></div> });
    html! { <section class="handout" aria-label={say!("Settings")}><dl>{for lines}</dl></section> }
}
