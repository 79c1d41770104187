//! What is asked of the policy, the policy, and for how long.

use super::field::{At, Number, number, select, symbol, unit};
use crate::browser::random_seed;
use crate::components::explain::{Explain, Topic};
use crate::form::PolicyForm;
use crate::live::{LiveForm, LiveState, policies};
use llm_selection::experiment::RewardModel;
use yew::prelude::*;

const REWARDS: [(RewardModel, &str); 3] = [
    (RewardModel::Awc, "Any win (AWC): stop at the first right answer"),
    (RewardModel::Suc, "Sum up (SUC): every answer counts"),
    (RewardModel::Aic, "All in (AIC): all must be right"),
];

/// The panels.
pub fn task(live: &LiveState, playground: &[PolicyForm], at: &At) -> Html {
    let form = &live.form;
    let rewards =
        REWARDS.iter().map(|(reward, name)| (format!("{reward:?}"), (*name).to_owned(), *reward == form.reward));
    let reward = at.text(|form, value| {
        let found = REWARDS.iter().find(|(reward, _)| format!("{reward:?}") == value);
        form.reward = found.map_or(RewardModel::Awc, |(reward, _)| *reward);
    });
    let list = policies(form, playground);
    let now = form.policy.as_ref().and_then(|policy| policy.policy(0).ok());
    let is_now = |policy: &Option<PolicyForm>| policy.as_ref().and_then(|policy| policy.policy(0).ok()) == now;
    let choices = list.iter().map(|(label, policy)| (label.clone(), label.clone(), is_now(policy))).collect();
    let policy = {
        let list = list.clone();
        at.text(move |form, label| {
            form.policy = list.iter().find(|(other, _)| *other == label).and_then(|(_, policy)| policy.clone());
        })
    };
    html! {
        <>
            <fieldset class="panel">
                <legend>{"Task"}</legend>
                <div class="stack">
                    {select("live-reward", "Reward model", Some(Topic::Reward), rewards.collect(), reward)}
                    <div class="two">
                        {number(at, Number { id: "live-models-per", label: "Models per question", path: "task.max_models", topic: Some(Topic::MaxModels), before: symbol("N"), min: "1", ..Number::default() },
                            &form.max_models, at.text(|form, text| form.max_models = text))}
                        {number(at, Number { id: "live-budget", label: "Budget per question", path: "task.budget", topic: Some(Topic::Budget), before: unit("$"), after: symbol("ρ"), min: "0", step: "any", hint: "none", class: "budget-field" },
                            &form.budget, at.text(|form, text| form.budget = text))}
                    </div>
                </div>
            </fieldset>
            <fieldset class="panel">
                <legend>{"Policy and rounds"}<Explain topic={Topic::LiveRounds} /></legend>
                <div class="stack">
                    {select("live-policy", "Policy", None, choices, policy)}
                    <div class="three">
                        {plain(at, "live-rounds", "Rounds", "rounds", &form.rounds, |form| &mut form.rounds)}
                        {plain(at, "live-batch", "Batch", "batch", &form.batch, |form| &mut form.batch)}
                        {plain(at, "live-seed", "Seed", "seed", &form.seed, |form| &mut form.seed)}
                    </div>
                    <div class="row">
                        <label class="check"><input type="checkbox" checked={form.shuffled} onchange={at.tick(|form, on| form.shuffled = on)} />{"Shuffled"}</label>
                        <button type="button" class="btn small" onclick={at.edit(|form| if let Some(seed) = random_seed() { form.seed = seed.to_string(); })}>{"New seed"}</button>
                    </div>
                    <p class="quiet small">{"Each round asks one question; after the last they come again."}</p>
                </div>
            </fieldset>
        </>
    }
}

/// A whole number without a unit.
pub fn plain(
    at: &At,
    id: &'static str,
    label: &'static str,
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
