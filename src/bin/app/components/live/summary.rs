//! The set-up of the run that is open.

use super::spend::typed;
use crate::format::{count, listed};
use crate::words::say;
use llm_selection::experiment::{Grader, RewardModel};
use llm_selection::live::grade::Scoring;
use llm_selection::live::setup::Setup;
use llm_selection::plan::policy_label;
use yew::prelude::*;

/// The panel.
pub fn summary(setup: &Setup) -> Html {
    let line = |name: AttrValue, value: AttrValue| html! { <div><dt>{name}</dt><dd>{value}</dd></div> };
    let names: Vec<String> = setup.arms().map(|(_, model)| model.name.clone()).collect();
    let reward = say!(match setup.task.reward {
        RewardModel::Awc => "Any win (AWC)",
        RewardModel::Suc => "Sum up (SUC)",
        RewardModel::Aic => "All in (AIC)",
    });
    let judge = setup.judge.as_ref().and_then(|judge| setup.models.get(judge.model)).map(|model| model.name.as_str());
    let scoring = match &setup.scoring {
        Scoring::Graded(Grader::Exact) => say!("the same text"),
        Scoring::Graded(Grader::CaseFolded) => say!("the same text, in any case"),
        Scoring::Graded(Grader::Number) => say!("last number"),
        Scoring::Graded(Grader::NumberWithin(tolerance)) => {
            say!("last number, within {tolerance}", tolerance = tolerance)
        }
        Scoring::Graded(Grader::ChoiceLetter) => say!("choice letter"),
        Scoring::Graded(Grader::Contains) => say!("contains the reference"),
        Scoring::Graded(Grader::Regex(pattern)) => say!("pattern {pattern}", pattern = pattern),
        Scoring::ExactLetter => say!("choice letter and nothing else"),
        Scoring::Rouge2 => "ROUGE-2".into(),
        Scoring::Judged => match judge {
            Some(model) => say!("{model} judges", model = model),
            None => say!("a model judges"),
        },
    };
    html! {
        <fieldset class="panel">
            <legend>{say!("This run")}<span class="end">{say!(if setup.dry { "dry run" } else { "real calls" })}</span></legend>
            <dl class="of-run">
                {line(say!("Models"), listed(&names).into())}
                {line(say!("Policy"), policy_label(&setup.policy).into())}
                {line(say!("Reward model"), reward)}
                {line(say!("Models per question"), setup.task.max_models.map_or("–".into(), |most| most.to_string().into()))}
                {line(say!("Budget per question"), setup.task.budget.map_or_else(|| say!("none"), |budget| typed(budget).into()))}
                {line(say!("Rounds"), count(setup.rounds.into()).into())}
                {line(say!("Batch"), count(setup.batch.into()).into())}
                {line(say!("Seed"), setup.seed.to_string().into())}
                {line(say!("Grader"), scoring)}
                {line(say!("Output tokens a call"), count(setup.max_tokens.into()).into())}
            </dl>
        </fieldset>
    }
}
