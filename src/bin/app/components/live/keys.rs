//! Keys: typed in, handed over, and never shown again.

use super::field::At;
use crate::components::explain::{Explain, Topic};
use crate::live::{LiveAction, LiveState, host};
use crate::words::say;
use llm_selection::live::key::Key;
use std::collections::BTreeMap;
use wasm_bindgen::JsCast;
use yew::prelude::*;

/// The panel: an input for every origin that is called.
pub fn keys(live: &LiveState, at: &At) -> Html {
    // Of the run that is open, or of the form.
    let called: Vec<(String, bool)> = match &live.run {
        Some(run) => {
            let judge = run.setup.judge.as_ref().map(|judge| judge.model);
            let models = run.setup.models.iter().enumerate();
            let called = models.filter(|(place, model)| model.plays || judge == Some(*place));
            let needs = called
                .map(|(_, model)| (model.endpoint.origin(), model.endpoint.provider().is_some_and(|it| it.needs_key)));
            needs.collect()
        }
        None => live.form.called().map(|(_, model)| (model.endpoint().origin(), model.provider().needs_key)).collect(),
    };
    let mut origins: BTreeMap<String, bool> = BTreeMap::new();
    for (origin, needs) in called.into_iter().filter(|(origin, _)| !origin.is_empty()) {
        *origins.entry(origin).or_default() |= needs;
    }
    let inputs = origins.into_iter().map(|(origin, needs)| {
        let set = live.keyed.contains(&origin);
        html! { <KeyField key={origin.clone()} origin={origin.clone()} {needs} {set} at={at.clone()} /> }
    });
    let keep = {
        let at = at.clone();
        Callback::from(move |event: Event| {
            if let Some(input) = event.target_dyn_into::<web_sys::HtmlInputElement>() {
                at.act(LiveAction::KeepKeys(input.checked()));
            }
        })
    };
    html! {
        <fieldset class="panel">
            <legend>{say!("Keys")}<Explain topic={Topic::LiveKeys} /><span class="end">{say!(if live.keep_keys { "kept until this tab closes" } else { "kept in memory only" })}</span></legend>
            <div class="stack">
                {for inputs}
                <p class="quiet small">{say!("A key is sent to its own provider and nowhere else.")}</p>
                <label class="check"><input type="checkbox" checked={live.keep_keys} onchange={keep} />{say!("Keep keys until this tab closes")}</label>
                <button type="button" class="btn wide" disabled={live.keyed.is_empty()} onclick={at.press(|| LiveAction::ForgetKeys)}>{say!("Forget all keys")}</button>
            </div>
        </fieldset>
    }
}

/// Properties of [`KeyField`].
#[derive(Properties, PartialEq)]
pub struct KeyProps {
    pub origin: AttrValue,
    /// Whether the provider answers nobody without one.
    pub needs: bool,
    /// Whether there is one.
    pub set: bool,
    pub at: At,
}

/// The key for an origin. What is typed stays in the input until it is left, and is then handed over and gone from it.
#[component]
fn KeyField(props: &KeyProps) -> Html {
    let KeyProps { origin, needs, set, at } = props;
    let refused = use_state(|| false);
    let id = format!("live-key-{}", origin.replace(|letter: char| !letter.is_ascii_alphanumeric(), "-"));
    let onchange = {
        let (at, origin, refused) = (at.clone(), origin.to_string(), refused.clone());
        Callback::from(move |event: Event| {
            let input = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlInputElement>().ok());
            let Some(input) = input else { return };
            let typed = input.value();
            let key = Key::new(&typed);
            refused.set(key.is_none() && !typed.trim().is_empty());
            if key.is_some() {
                input.set_value("");
                at.act(LiveAction::Key(origin.clone(), key));
            }
        })
    };
    let forget = {
        let (at, origin) = (at.clone(), origin.to_string());
        Callback::from(move |_: MouseEvent| at.act(LiveAction::Key(origin.clone(), None)))
    };
    let name = host(origin);
    let label = say!("Key for {name}", name = name);
    html! {
        <div class="field">
            <label for={id.clone()}><span>{label.clone()}if !needs { <span class="quiet">{say!(", if it asks for one")}</span> }</span></label>
            // No value: what is typed is in the input alone.
            <input id={id.clone()} type="password" autocomplete="off" spellcheck="false" aria-label={label}
                placeholder={if *set { say!("another key") } else { AttrValue::default() }} aria-invalid={refused.then_some("true")}
                aria-describedby={format!("{id}-state")} {onchange} />
            <div class="row key-state">
                <span id={format!("{id}-state")} class={classes!("state", if *set { "ready" } else if *refused { "err" } else { "" })}>
                    {say!(if *refused { "this cannot be a key: it has spaces or other letters" } else if *set { "•••••• set" } else if *needs { "needed for real calls" } else { "none" })}
                </span>
                if *set { <button type="button" class="btn small" aria-label={say!("Forget the key for {name}", name = name)} onclick={forget}>{say!("Forget")}</button> }
            </div>
        </div>
    }
}
