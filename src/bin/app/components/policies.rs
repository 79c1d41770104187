//! The list of policies: colour, switch, parameters.

use super::explain::{Explain, Topic};
use super::field::typing;
use super::menu::Menu;
use super::swatch::Swatch;
use crate::form::{Field, Form, Kind, Param, PolicyForm};
use crate::state::Action;
use crate::world::World;
use llm_selection::experiment::{MAX_POLICIES, RewardModel, Solver};
use std::rc::Rc;
use yew::prelude::*;

/// Properties of [`PoliciesPanel`].
#[derive(Properties, PartialEq)]
pub struct PoliciesProps {
    pub form: Rc<Form>,
    pub world: Rc<World>,
    pub wrong: Option<Field>,
    /// The message about this panel, if something in it is wrong.
    pub alert: Html,
    pub dispatch: Callback<Action>,
}

/// Three dots.
pub fn dots() -> Html {
    html! {
        <svg viewBox="0 0 16 16" aria-hidden="true">
            <g fill="currentColor"><circle cx="3" cy="8" r="1.4" /><circle cx="8" cy="8" r="1.4" /><circle cx="13" cy="8" r="1.4" /></g>
        </svg>
    }
}

/// The panel.
#[component]
pub fn PoliciesPanel(props: &PoliciesProps) -> Html {
    let PoliciesProps { form, world, wrong, alert, dispatch } = props;
    let playing: Rc<Vec<String>> = Rc::new(
        world.models.iter().filter(|model| !form.off.contains(&model.name)).map(|model| model.name.clone()).collect(),
    );
    let items = form.policies.iter().enumerate().map(|(place, policy)| {
        html! {
            <PolicyItem key={policy.id} number={place + 1} series={form.series(policy.id)} policy={policy.clone()}
                playing={playing.clone()} wrong={*wrong} solver={form.reward == RewardModel::Awc} dispatch={dispatch.clone()} />
        }
    });
    let kinds = Kind::ALL.iter().map(|kind| {
        let (kind, dispatch) = (*kind, dispatch.clone());
        let onclick = Callback::from(move |_: MouseEvent| dispatch.emit(Action::AddPolicy(kind)));
        html! { <button type="button" {onclick}>{kind.name()}<small>{kind.about()}</small></button> }
    });
    let face = html! {
        <>
            <svg viewBox="0 0 16 16" aria-hidden="true"><path stroke="currentColor" stroke-width="1.8" stroke-linecap="round" d="M8 3v10M3 8h10" /></svg>
            {"Add policy"}
        </>
    };
    html! {
        <fieldset class="panel" id="policies">
            <legend>{"Policies "}<span class="end">{form.playing()}</span></legend>
            <div class="stack">
                <ul class="policies">{for items}</ul>
                {alert.clone()}
                if form.policies.len() < MAX_POLICIES {
                    <Menu id="add-policy" class="btn wide" {face}>{for kinds}</Menu>
                }
            </div>
        </fieldset>
    }
}

#[derive(Properties, PartialEq)]
struct ItemProps {
    number: usize,
    series: Option<usize>,
    policy: PolicyForm,
    playing: Rc<Vec<String>>,
    wrong: Option<Field>,
    solver: bool,
    dispatch: Callback<Action>,
}

#[component]
fn PolicyItem(props: &ItemProps) -> Html {
    let ItemProps { number, series, policy, playing, wrong, solver, dispatch } = props;
    let id = policy.id;
    let whose = format!("policy {number}, {}", policy.kind.name());
    let send = |make: fn(u32) -> Action| {
        let dispatch = dispatch.clone();
        Callback::from(move |_: MouseEvent| dispatch.emit(make(id)))
    };
    let checked = |make: fn(u32, bool) -> Action| {
        let dispatch = dispatch.clone();
        Callback::from(move |event: Event| {
            if let Some(input) = event.target_dyn_into::<web_sys::HtmlInputElement>() {
                dispatch.emit(make(id, input.checked()));
            }
        })
    };
    let number_input = |param: Param, symbol: Html, name: &str, value: &str, step: &'static str, hint: &'static str| {
        let field = Field::Policy(id, param);
        let (oninput, onchange) = typing(field, dispatch);
        let bad = (*wrong == Some(field)).then_some("true");
        html! {
            <label>
                <i class="sym">{symbol}</i>
                <input type="number" inputmode="decimal" autocomplete="off" min="0" {step} placeholder={hint} value={value.to_owned()}
                    aria-label={format!("{name} of {whose}")} aria-invalid={bad} aria-describedby={bad.map(|_| "problem")}
                    {oninput} {onchange} />
            </label>
        }
    };
    let alpha = |index: &'static str| html! { <>{"α"}<sub>{index}</sub></> };
    let alpha_mu = || number_input(Param::AlphaMu, alpha("μ"), "α_μ", &policy.alpha_mu, "0.1", "");
    let delta = || number_input(Param::Delta, html! { {"δ"} }, "δ", &policy.delta, "0.01", "1/T");
    let parameters = match policy.kind {
        Kind::C2mabV => html! {
            <>
                {alpha_mu()}
                {number_input(Param::AlphaC, alpha("c"), "α_c", &policy.alpha_c, "0.01", "")}
                {delta()}
                if *solver { {solvers(props, &whose)} }
            </>
        },
        Kind::Cucb => html! { <>{alpha_mu()}{delta()}</> },
        Kind::EpsilonGreedy => html! {
            <>
                if policy.schedule {
                    {number_input(Param::C, html! { {"c"} }, "c", &policy.c, "10", "")}
                } else {
                    {number_input(Param::Epsilon, html! { {"ε"} }, "ε", &policy.epsilon, "0.05", "")}
                }
                <label><input type="checkbox" checked={policy.schedule} onchange={checked(Action::FallingEpsilon)}
                    aria-label={format!("Falling ε of {whose}")} />{"falling, c/t"}</label>
            </>
        },
        Kind::Fixed => fixed(props, playing),
        Kind::Thompson | Kind::Random | Kind::Oracle => Html::default(),
    };
    let label = {
        let (oninput, onchange) = typing(Field::Policy(id, Param::Label), dispatch);
        html! {
            <label class="field">{"Name in figures and table"}
                <input type="text" maxlength="60" value={policy.label.clone()} placeholder={policy.kind.name()} {oninput} {onchange} />
            </label>
        }
    };
    html! {
        <li class={(!policy.on).then_some("is-off")}>
            <input type="checkbox" checked={policy.on} aria-label={format!("Run {whose}")} onchange={checked(Action::SwitchPolicy)} />
            <Swatch place={*series} />
            <span class="name">
                { if policy.label.trim().is_empty() { policy.kind.name() } else { policy.label.trim() } }
                <Explain topic={Topic::of(policy.kind)} />
            </span>
            <Menu id={format!("options-{id}")} class="btn small ghost icon" label={format!("Options for {whose}")} face={dots()}>
                {label}
                <button type="button" onclick={send(Action::DuplicatePolicy)}>{"Duplicate"}</button>
                <button type="button" onclick={send(Action::RemovePolicy)}>{"Remove"}</button>
            </Menu>
            <div class="params">{parameters}</div>
        </li>
    }
}

fn solvers(props: &ItemProps, whose: &str) -> Html {
    let (id, dispatch) = (props.policy.id, props.dispatch.clone());
    let onchange = Callback::from(move |event: Event| {
        if let Some(select) = event.target_dyn_into::<web_sys::HtmlSelectElement>() {
            dispatch.emit(Action::Solver(
                id,
                match select.value().as_str() {
                    "greedy" => Some(Solver::Greedy),
                    "exact" => Some(Solver::Exact),
                    _ => None,
                },
            ));
        }
    });
    let option = |value: &'static str, text: &'static str, solver: Option<Solver>| {
        html! { <option {value} selected={props.policy.solver == solver}>{text}</option> }
    };
    html! {
        <select aria-label={format!("Solver of {whose}")} {onchange}>
            {option("", "solver by size", None)}
            {option("greedy", "greedy", Some(Solver::Greedy))}
            {option("exact", "exact", Some(Solver::Exact))}
        </select>
    }
}

fn fixed(props: &ItemProps, playing: &[String]) -> Html {
    let id = props.policy.id;
    let boxes = playing.iter().map(|name| {
        let (dispatch, model) = (props.dispatch.clone(), name.clone());
        let onchange = Callback::from(move |event: Event| {
            if let Some(input) = event.target_dyn_into::<web_sys::HtmlInputElement>() {
                dispatch.emit(Action::FixedModel(id, model.clone(), input.checked()));
            }
        });
        html! { <label key={name.clone()}><input type="checkbox" checked={props.policy.models.contains(name)} {onchange} />{name}</label> }
    });
    let chosen = match props.policy.models.as_slice() {
        [] => "no model chosen".to_owned(),
        models => models.join(", "),
    };
    html! {
        <details class="models">
            <summary>{chosen}</summary>
            <div role="group" aria-label={format!("Models of policy {}, fixed set", props.number)}>{for boxes}</div>
        </details>
    }
}
