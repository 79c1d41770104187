//! The set-up of the run that is open.

use super::spend::dollars;
use crate::format::{count, listed};
use llm_selection::experiment::{Grader, RewardModel};
use llm_selection::live::grade::Scoring;
use llm_selection::live::setup::Setup;
use llm_selection::plan::policy_label;
use yew::prelude::*;

/// The panel.
pub fn summary(setup: &Setup) -> Html {
    let line = |name: &'static str, value: String| html! { <div><dt>{name}</dt><dd>{value}</dd></div> };
    let names: Vec<String> = setup.arms().map(|(_, model)| model.name.clone()).collect();
    let reward = match setup.task.reward {
        RewardModel::Awc => "Any win (AWC)",
        RewardModel::Suc => "Sum up (SUC)",
        RewardModel::Aic => "All in (AIC)",
    };
    let judge = setup.judge.as_ref().and_then(|judge| setup.models.get(judge.model)).map(|model| model.name.as_str());
    let scoring = match &setup.scoring {
        Scoring::Graded(Grader::Exact) => "the same text".to_owned(),
        Scoring::Graded(Grader::CaseFolded) => "the same text, in any case".to_owned(),
        Scoring::Graded(Grader::Number) => "last number".to_owned(),
        Scoring::Graded(Grader::NumberWithin(tolerance)) => format!("last number, within {tolerance}"),
        Scoring::Graded(Grader::ChoiceLetter) => "choice letter".to_owned(),
        Scoring::Graded(Grader::Contains) => "contains the reference".to_owned(),
        Scoring::Graded(Grader::Regex(pattern)) => format!("pattern {pattern}"),
        Scoring::ExactLetter => "choice letter and nothing else".to_owned(),
        Scoring::Rouge2 => "ROUGE-2".to_owned(),
        Scoring::Judged => format!("{} judges", judge.unwrap_or("a model")),
    };
    html! {
        <fieldset class="panel">
            <legend>{"This run"}<span class="end">{if setup.dry { "dry run" } else { "real calls" }}</span></legend>
            <dl class="of-run">
                {line("Models", listed(&names))}
                {line("Policy", policy_label(&setup.policy))}
                {line("Reward model", reward.to_owned())}
                {line("Models per question", setup.task.max_models.map_or_else(|| "–".to_owned(), |most| most.to_string()))}
                {line("Budget per question", setup.task.budget.map_or_else(|| "none".to_owned(), dollars))}
                {line("Rounds", count(setup.rounds.into()))}
                {line("Batch", count(setup.batch.into()))}
                {line("Seed", setup.seed.to_string())}
                {line("Grader", scoring)}
                {line("Output tokens a call", count(setup.max_tokens.into()))}
            </dl>
        </fieldset>
    }
}
