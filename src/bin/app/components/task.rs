//! What is asked of a policy each round: reward model, models per query, budget.

use super::explain::{Explain, Topic};
use super::field::NumberField;
use super::message::{Message, Tone};
use super::slider::Slider;
use crate::browser::decimal;
use crate::form::{Field, Form};
use crate::format::{decimals, typed};
use crate::state::Action;
use crate::words::say;
use crate::world::World;
use llm_selection::experiment::RewardModel;
use llm_selection::plan::BudgetRange;
use std::rc::Rc;
use yew::prelude::*;

/// Properties of [`TaskPanel`].
#[derive(Properties, PartialEq)]
pub struct TaskProps {
    pub form: Rc<Form>,
    pub world: Rc<World>,
    pub range: Option<BudgetRange>,
    pub wrong: Option<Field>,
    /// The message about this panel, if something in it is wrong.
    pub alert: Html,
    pub dispatch: Callback<Action>,
}

/// The panel.
#[component]
pub fn TaskPanel(props: &TaskProps) -> Html {
    let TaskProps { form, world, range, wrong, alert, dispatch } = props;
    let choose = |reward: RewardModel, name: AttrValue, id: &'static str, about: AttrValue, picture: Html| {
        let dispatch = dispatch.clone();
        let onchange = Callback::from(move |_: Event| dispatch.emit(Action::Reward(reward)));
        let described = format!("{id}-about");
        html! {
            <div class="choice">
                <svg viewBox="0 0 58 38" aria-hidden="true">{picture}</svg>
                <label for={id}><b>{name}</b></label>
                <input type="radio" name="reward" {id} checked={form.reward == reward} aria-describedby={described.clone()} {onchange} />
                <small id={described}>{about}</small>
            </div>
        }
    };
    let circles = |full: [bool; 3]| {
        html! {
            <g stroke="currentColor" stroke-width="2">
                { for full.iter().zip(["11", "29", "47"]).map(|(full, cx)| html! {
                    <circle {cx} cy="19" r="6" fill={if *full { "currentColor" } else { "none" }} />
                }) }
            </g>
        }
    };
    let plus = html! { <>{circles([true, true, false])}<path stroke="currentColor" stroke-width="2" d="M20 16v6M17 19h6M38 16v6M35 19h6" /></> };
    let chain = html! { <><path stroke="currentColor" stroke-width="2" d="M11 19h36" />{circles([true; 3])}</> };
    let playing = world.models.len() - form.off.len().min(world.models.len());
    let unconstrained = {
        let dispatch = dispatch.clone();
        Callback::from(move |event: Event| {
            if let Some(input) = event.target_dyn_into::<web_sys::HtmlInputElement>() {
                dispatch.emit(Action::Unconstrained(input.checked()));
            }
        })
    };
    let step = range.map_or(0.01, |range| range.never_binding / 100.0);
    let step = unit_step(step);
    html! {
        <fieldset class="panel">
            <legend>{say!("Task")}<Explain topic={Topic::Reward} /></legend>
            <div class="stack">
                <div class="choices" role="radiogroup" aria-label={say!("Reward model")}>
                    {choose(RewardModel::Awc, say!("Any win (AWC)"), "reward-awc", say!("One good answer is enough; the rest are not called."), circles([false, true, false]))}
                    {choose(RewardModel::Suc, say!("Sum up (SUC)"), "reward-suc", say!("Every model has its own part; the parts add up."), plus)}
                    {choose(RewardModel::Aic, say!("All in (AIC)"), "reward-aic", say!("Every part has to succeed."), chain)}
                </div>
                <div class="two">
                    <NumberField id="max-models" label={say!("Models per query")} topic={Topic::MaxModels} field={Field::MaxModels}
                        value={form.max_models.clone()} wrong={*wrong} min="1" max={playing.to_string()} dispatch={dispatch.clone()}
                        before={html! { <span><i class="sym">{"N"}</i></span> }} />
                    <NumberField id="budget" class="budget-field" label={say!("Budget per query")} topic={Topic::Budget} field={Field::Budget}
                        value={form.budget.clone()} wrong={*wrong} {step} disabled={form.unconstrained} dispatch={dispatch.clone()}
                        before={html! { if !world.unit.sign().is_empty() { <span>{world.unit.sign()}</span> } }}
                        after={html! { <span><i class="sym">{"ρ"}</i></span> }} />
                </div>
                if let Some(range) = range {
                    <Slider budget={form.budget.clone()} range={*range} unit={world.unit} disabled={form.unconstrained} dispatch={dispatch.clone()} />
                }
                <label class="check">
                    <input type="checkbox" checked={form.unconstrained} disabled={!world.costs} onchange={unconstrained} />
                    {say!("Unconstrained: no budget")}
                </label>
                {alert.clone()}
                {too_small(props)}
            </div>
        </fieldset>
    }
}

/// The power of ten that a budget of this size is stepped by.
fn unit_step(size: f64) -> String {
    let places = decimals(size, 1);
    if places == 0 { "1".into() } else { format!("0.{}1", "0".repeat(places - 1)) }
}

/// Says so where no set fits the budget, and offers the least that does.
fn too_small(props: &TaskProps) -> Html {
    let budget = decimal(props.form.budget.trim());
    let range = props.range.filter(|_| !props.form.unconstrained && props.wrong != Some(Field::Budget));
    let Some((budget, range)) = budget.zip(range).filter(|(budget, range)| *budget < range.cheapest_feasible) else {
        return Html::default();
    };
    let unit = props.world.unit;
    let least = (2..16).map(|digits| round_up(range.cheapest_feasible, digits));
    let least = least.into_iter().find(|text| decimal(text).is_some_and(|value| value >= range.cheapest_feasible));
    let least = least.unwrap_or_else(|| range.never_binding.to_string());
    let set = {
        let (dispatch, least) = (props.dispatch.clone(), least.clone());
        Callback::from(move |_: MouseEvent| {
            dispatch.emit(Action::Typed(Field::Budget, least.clone()));
            dispatch.emit(Action::Commit);
        })
    };
    html! {
        <Message tone={Tone::Warn} title={say!("No set of {n} fits {budget}", n = props.form.max_models, budget = unit.short(budget))}
            action={html! { <button type="button" class="btn small" onclick={set}>{say!("Set {sign}{least}", sign = unit.sign(), least = least)}</button> }}>
            {say!(
                "The cheapest costs {cost}. It is chosen every round, and each is counted as infeasible.",
                cost = unit.short(range.cheapest_feasible),
            )}
        </Message>
    }
}

/// The amount with this many digits, the last one raised by one where that was rounded down.
fn round_up(amount: f64, digits: usize) -> String {
    let text = typed(amount, digits);
    if decimal(&text).is_some_and(|value| value >= amount) { text } else { typed(amount * 1.000_5, digits) }
}
