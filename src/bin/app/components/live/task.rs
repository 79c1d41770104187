//! What is asked of the policy, the policy, and for how long.

use super::field::{At, Number, number, select, symbol, unit};
use crate::browser::random_seed;
use crate::components::explain::{Explain, Topic};
use crate::form::PolicyForm;
use crate::live::{LiveForm, LiveState, policies};
use crate::words::say;
use llm_selection::experiment::RewardModel;
use yew::prelude::*;

const REWARDS: [RewardModel; 3] = [RewardModel::Awc, RewardModel::Suc, RewardModel::Aic];

/// What a reward model is, in the list of them.
fn about(reward: RewardModel) -> AttrValue {
    say!(match reward {
        RewardModel::Awc => "Any win (AWC): stop at the first right answer",
        RewardModel::Suc => "Sum up (SUC): every answer counts",
        RewardModel::Aic => "All in (AIC): all must be right",
    })
}

/// The panels.
pub fn task(live: &LiveState, playground: &[PolicyForm], at: &At) -> Html {
    let form = &live.form;
    let rewards = REWARDS.into_iter().map(|reward| (format!("{reward:?}"), about(reward), reward == form.reward));
    let reward = at.text(|form, value| {
        let found = REWARDS.into_iter().find(|reward| format!("{reward:?}") == value);
        form.reward = found.unwrap_or(RewardModel::Awc);
    });
    let list = policies(form, playground);
    let now = form.policy.as_ref().and_then(|policy| policy.policy(0).ok());
    let is_now = |policy: &Option<PolicyForm>| policy.as_ref().and_then(|policy| policy.policy(0).ok()) == now;
    let choices = list.iter().map(|(label, policy)| (label.clone(), label.clone().into(), is_now(policy))).collect();
    let policy = {
        let list = list.clone();
        at.text(move |form, label| {
            form.policy = list.iter().find(|(other, _)| *other == label).and_then(|(_, policy)| policy.clone());
        })
    };
    html! {
        <>
            <fieldset class="panel">
                <legend>{say!("Task")}</legend>
                <div class="stack">
                    {select("live-reward", say!("Reward model"), Some(Topic::Reward), rewards.collect(), reward)}
                    <div class="two">
                        {number(at, Number { id: "live-models-per", label: say!("Models per question"), path: "task.max_models", topic: Some(Topic::MaxModels), before: symbol("N"), min: "1", ..Number::default() },
                            &form.max_models, at.text(|form, text| form.max_models = text))}
                        {number(at, Number { id: "live-budget", label: say!("Budget per question"), path: "task.budget", topic: Some(Topic::Budget), before: unit("$"), after: symbol("ρ"), min: "0", step: "any", hint: say!("none"), class: "budget-field" },
                            &form.budget, at.text(|form, text| form.budget = text))}
                    </div>
                </div>
            </fieldset>
            <fieldset class="panel">
                <legend>{say!("Policy and rounds")}<Explain topic={Topic::LiveRounds} /></legend>
                <div class="stack">
                    {select("live-policy", say!("Policy"), None, choices, policy)}
                    <div class="three">
                        {plain(at, "live-rounds", say!("Rounds"), "rounds", &form.rounds, |form| &mut form.rounds)}
                        {plain(at, "live-batch", say!("Batch"), "batch", &form.batch, |form| &mut form.batch)}
                        {plain(at, "live-seed", say!("Seed"), "seed", &form.seed, |form| &mut form.seed)}
                    </div>
                    <div class="row">
                        <label class="check"><input type="checkbox" checked={form.shuffled} onchange={at.tick(|form, on| form.shuffled = on)} />{say!("Shuffled")}</label>
                        <button type="button" class="btn small" onclick={at.edit(|form| if let Some(seed) = random_seed() { form.seed = seed.to_string(); })}>{say!("New seed")}</button>
                    </div>
                    <p class="quiet small">{say!("Each round asks one question; after the last they come again.")}</p>
                </div>
            </fieldset>
        </>
    }
}

/// A whole number without a unit.
pub fn plain(
    at: &At,
    id: &'static str,
    label: AttrValue,
    path: &'static str,
    value: &str,
    set: fn(&mut LiveForm) -> &mut String,
) -> Html {
    let min = if matches!(path, "seed" | "retries") { "0" } else { "1" };
    number(
        at,
        Number { id, label, path, min, ..Number::default() },
        value,
        at.text(move |form, text| *set(form) = text),
    )
}
