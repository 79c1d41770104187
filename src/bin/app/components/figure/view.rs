//! What a person chooses in a figure's tool bar.

use crate::components::explain::{Explain, Topic};
use crate::words::{say, told};
use llm_selection::figure::{Against, FigureKind, Options};
use llm_selection::summary::RunResult;
use wasm_bindgen::prelude::*;
use yew::prelude::*;

/// Which axes are logarithmic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Axes {
    Linear,
    /// That of the rounds.
    Rounds,
    Both,
}

/// The kinds of axes that suit a figure.
pub(super) fn axes_switch(name: &str, kind: FigureKind, axes: &UseStateHandle<Axes>) -> Html {
    let (label, linear, log) = (say!("Axes"), say!("linear"), say!("log"));
    match kind {
        FigureKind::Regret => {
            let all = [(linear, Axes::Linear), (log, Axes::Rounds), (say!("log-log"), Axes::Both)];
            switch(name, label, all, axes)
        }
        FigureKind::RewardCost => switch(name, label, [(linear, Axes::Linear), (log, Axes::Rounds)], axes),
        _ => switch(name, label, [(linear, Axes::Linear), (log, Axes::Both)], axes),
    }
}

/// What regret is measured against.
pub(super) fn against_select(id: &str, result: &RunResult, chosen: Against, against: &UseStateHandle<Against>) -> Html {
    let (choices, against) = (Against::of(result), against.clone());
    let options: Html = (choices.iter())
        .map(|choice| html! { <option key={choice.metric()} selected={*choice == chosen}>{told(choice.name(result))}</option> })
        .collect();
    let onchange = Callback::from(move |event: Event| {
        let select: Option<web_sys::HtmlSelectElement> = event.target().and_then(|target| target.dyn_into().ok());
        let place = select.and_then(|select| usize::try_from(select.selected_index()).ok());
        if let Some(choice) = place.and_then(|place| choices.get(place)) {
            against.set(*choice);
        }
    });
    html! {
        <>
            <label class="vh" for={id.to_owned()}>{say!("Regret against")}</label>
            <select id={id.to_owned()} class="small-select" title={say!("Regret against")} {onchange}>{options}</select>
            <Explain topic={Topic::Against} />
        </>
    }
}

/// What a person has chosen in a figure's tool bar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct View {
    pub(super) axes: Axes,
    pub(super) against: Against,
    pub(super) bound: bool,
    pub(super) by_violation: bool,
    pub(super) policy: usize,
}

impl View {
    pub(super) fn options(self, hidden: &[bool], dollars: bool) -> Options<'_> {
        let View { axes, against, bound, by_violation, policy } = self;
        let (log, log_values) = (axes != Axes::Linear, axes == Axes::Both);
        Options {
            log,
            log_values,
            against,
            bound,
            by_violation,
            policy,
            hidden,
            dollars,
            marked: true,
            ..Options::default()
        }
    }
}

/// One of a few values.
pub fn switch<T: Copy + PartialEq + 'static, const N: usize>(
    name: &str,
    label: AttrValue,
    options: [(AttrValue, T); N],
    chosen: &UseStateHandle<T>,
) -> Html {
    let options = options.into_iter().map(|(text, value)| {
        let (checked, chosen) = (**chosen == value, chosen.clone());
        let onchange = Callback::from(move |_: Event| chosen.set(value));
        html! { <label><input type="radio" name={name.to_owned()} {checked} {onchange} /><span>{text}</span></label> }
    });
    html! { <div class="seg" role="radiogroup" aria-label={label}>{for options}</div> }
}

/// The policy of the selection share.
pub(super) fn policy_select(id: &str, result: &RunResult, chosen: usize, policy: &UseStateHandle<usize>) -> Html {
    let policy = policy.clone();
    let onchange = Callback::from(move |event: Event| {
        let select: Option<web_sys::HtmlSelectElement> = event.target().and_then(|target| target.dyn_into().ok());
        if let Some(place) = select.and_then(|select| usize::try_from(select.selected_index()).ok()) {
            policy.set(place);
        }
    });
    let choices = result.policies.iter().enumerate().map(|(place, policy)| {
        html! { <option key={place} selected={place == chosen}>{policy.label.clone()}</option> }
    });
    html! {
        <>
            <label class="vh" for={id.to_owned()}>{say!("Policy shown")}</label>
            <select id={id.to_owned()} class="small-select" {onchange}>{for choices}</select>
        </>
    }
}
