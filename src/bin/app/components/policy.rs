//! One policy of the list: colour, switch, parameters.

use super::explain::{Explain, Topic};
use super::field::typing;
use super::menu::Menu;
use super::name::Name;
use super::swatch::Swatch;
use crate::form::{Field, Kind, Memory, Param, PolicyForm};
use crate::state::Action;
use crate::words::{say, told};
use llm_selection::experiment::Solver;
use llm_selection::export::plain;
use std::rc::Rc;
use yew::prelude::*;

/// Three dots.
pub fn dots() -> Html {
    html! {
        <svg viewBox="0 0 16 16" aria-hidden="true">
            <g fill="currentColor"><circle cx="3" cy="8" r="1.4" /><circle cx="8" cy="8" r="1.4" /><circle cx="13" cy="8" r="1.4" /></g>
        </svg>
    }
}

/// Properties of [`PolicyItem`].
#[derive(Properties, PartialEq)]
pub struct ItemProps {
    /// Place in the list, from 1.
    pub number: usize,
    /// Place among those that play.
    pub series: Option<usize>,
    pub policy: PolicyForm,
    /// Names of the models that are switched on.
    pub playing: Rc<Vec<String>>,
    pub wrong: Option<Field>,
    /// Whether the choice of a solver means something.
    pub solver: bool,
    pub dispatch: Callback<Action>,
}

/// The policy.
#[component]
pub fn PolicyItem(props: &ItemProps) -> Html {
    let ItemProps { number, series, policy, playing, wrong, solver, dispatch } = props;
    let id = policy.id;
    let whose = say!("policy {number}, {kind}", number = number, kind = policy.kind.name());
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
    let number_input = |param: Param,
                        symbol: Html,
                        name: AttrValue,
                        value: &str,
                        step: &'static str,
                        hint: AttrValue| {
        let field = Field::Policy(id, param);
        let (oninput, onchange) = typing(field, dispatch);
        let bad = (*wrong == Some(field)).then_some("true");
        html! {
            <label>
                <i class="sym">{symbol}</i>
                <input type="number" inputmode="decimal" autocomplete="off" min="0" {step} placeholder={hint} value={value.to_owned()}
                    aria-label={say!("{name} of {policy}", name = name, policy = whose)} aria-invalid={bad} aria-describedby={bad.map(|_| "problem")}
                    {oninput} {onchange} />
            </label>
        }
    };
    let alpha = |index: &'static str| html! { <>{"α"}<sub>{index}</sub></> };
    let alpha_mu =
        || number_input(Param::AlphaMu, alpha("μ"), "α_μ".into(), &policy.alpha_mu, "0.1", AttrValue::default());
    let alpha_c =
        || number_input(Param::AlphaC, alpha("c"), "α_c".into(), &policy.alpha_c, "0.01", AttrValue::default());
    let delta = || number_input(Param::Delta, html! { {"δ"} }, "δ".into(), &policy.delta, "0.01", "1/T".into());
    let parameters = match policy.kind {
        Kind::C2mabV => html! { <>{alpha_mu()}{alpha_c()}{delta()}if *solver { {solvers(props, &whose)} }</> },
        Kind::C2mabVDirect | Kind::PrimalDual => html! { <>{alpha_mu()}{alpha_c()}{delta()}</> },
        Kind::Offline => number_input(
            Param::Samples,
            html! { {say!("samples")} },
            say!("Samples"),
            &policy.samples,
            "50",
            "200".into(),
        ),
        Kind::Cucb => html! { <>{alpha_mu()}{delta()}</> },
        Kind::LinUcb => {
            number_input(Param::AlphaMu, html! { {"α"} }, "α".into(), &policy.alpha_mu, "0.1", AttrValue::default())
        }
        Kind::Contextual => html! {
            <>
                {alpha_mu()}{alpha_c()}{delta()}
                {number_input(Param::Retrain, html! { {say!("retrain")} }, say!("Rounds between trainings"), &policy.retrain, "100", say!("never"))}
                if *solver { {solvers(props, &whose)} }
            </>
        },
        Kind::EpsilonGreedy => html! {
            <>
                if policy.schedule {
                    {number_input(Param::C, html! { {"c"} }, "c".into(), &policy.c, "10", AttrValue::default())}
                } else {
                    {number_input(Param::Epsilon, html! { {"ε"} }, "ε".into(), &policy.epsilon, "0.05", AttrValue::default())}
                }
                <label><input type="checkbox" checked={policy.schedule} onchange={checked(Action::FallingEpsilon)}
                    aria-label={say!("Falling ε of {policy}", policy = whose)} />{say!("falling, c/t")}</label>
            </>
        },
        Kind::Fixed => fixed(props, playing),
        Kind::Thompson | Kind::Random | Kind::Oracle => Html::default(),
    };
    let label = {
        let (oninput, onchange) = typing(Field::Policy(id, Param::Label), dispatch);
        html! {
            <label class="field">{say!("Name in figures and table")}
                <input type="text" maxlength="60" value={policy.label.clone()} placeholder={policy.kind.name()} {oninput} {onchange} />
            </label>
        }
    };
    html! {
        <li class={(!policy.on).then_some("is-off")}>
            <input type="checkbox" checked={policy.on} aria-label={say!("Run {policy}", policy = whose)} onchange={checked(Action::SwitchPolicy)} />
            <Swatch place={*series} />
            <span class="name">
                <Name name={ if policy.label.trim().is_empty() { policy.kind.name() } else { policy.label.trim().to_owned().into() } } />
                <Explain topic={Topic::of(policy.kind)} />
            </span>
            <Menu id={format!("options-{id}")} class="btn small ghost icon" label={say!("Options for {policy}", policy = whose)} face={dots()}>
                {label}
                <button type="button" onclick={send(Action::DuplicatePolicy)}>{say!("Duplicate")}</button>
                <button type="button" onclick={send(Action::RemovePolicy)}>{say!("Remove")}</button>
            </Menu>
            <div class="params">
                {parameters}
                if policy.kind.may_mind_cost() {
                    <label><input type="checkbox" checked={policy.cost_aware} onchange={checked(Action::CostAware)}
                        aria-label={say!("Cost-aware of {policy}", policy = whose)} />{say!("cost-aware")}</label>
                }
                if policy.kind.may_forget() {
                    {memories(props, &whose)}
                    { match policy.memory {
                        Memory::All => Html::default(),
                        Memory::Window => number_input(Param::Window, html! { {"W"} }, say!("Window"), &policy.window, "100", AttrValue::default()),
                        Memory::Discount => number_input(Param::Discount, html! { {"γ"} }, say!("Discount"), &policy.discount, "0.001", AttrValue::default()),
                    } }
                }
            </div>
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
    let option = |value: &'static str, text: AttrValue, solver: Option<Solver>| {
        html! { <option {value} selected={props.policy.solver == solver}>{text}</option> }
    };
    html! {
        <select aria-label={say!("Solver of {policy}", policy = whose)} {onchange}>
            {option("", say!("solver by size"), None)}
            {option("greedy", say!("greedy"), Some(Solver::Greedy))}
            {option("exact", say!("exact"), Some(Solver::Exact))}
        </select>
    }
}

fn memories(props: &ItemProps, whose: &str) -> Html {
    const CHOICES: [(&str, &str, Memory); 3] = [
        ("all", "all rounds", Memory::All),
        ("window", "last rounds", Memory::Window),
        ("discount", "discounted", Memory::Discount),
    ];
    let (id, dispatch) = (props.policy.id, props.dispatch.clone());
    let onchange = Callback::from(move |event: Event| {
        let value = event.target_dyn_into::<web_sys::HtmlSelectElement>().map(|select| select.value());
        if let Some((.., memory)) = CHOICES.iter().find(|(name, ..)| value.as_deref() == Some(*name)) {
            dispatch.emit(Action::Memory(id, *memory));
        }
    });
    html! {
        <label>
            {say!("memory")}
            <select aria-label={say!("Memory of {policy}", policy = whose)} {onchange}>
                { for CHOICES.iter().map(|(value, text, memory)| html! {
                    <option value={*value} selected={props.policy.memory == *memory}>{told(*text)}</option>
                }) }
            </select>
        </label>
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
        html! { <label key={name.clone()}><input type="checkbox" checked={props.policy.models.contains(name)} {onchange} /><Name name={name.clone()} inside={true} /></label> }
    });
    let chosen = match props.policy.models.as_slice() {
        [] => say!("no model chosen"),
        models => models.iter().map(|name| plain(name)).collect::<Vec<_>>().join(", ").into(),
    };
    html! {
        <details class="models">
            <summary>{chosen}</summary>
            <div role="group" aria-label={say!("Models of policy {number}, fixed set", number = props.number)}>{for boxes}</div>
        </details>
    }
}
