//! What a run may not exceed, and how fast providers are called.

use super::field::{At, Number, number, unit};
use super::task::plain;
use crate::components::explain::{Explain, Topic};
use crate::live::{CapsForm, LiveAction, LiveState, PaceForm};
use crate::state::Action;
use crate::words::{say, told};
use llm_selection::live::provider::provider;
use std::collections::BTreeSet;
use yew::prelude::*;

/// The panels of the form.
pub fn caps(live: &LiveState, at: &At) -> Html {
    let form = &live.form;
    let on = at.dispatch.reform(|caps: CapsForm| {
        Action::Live(LiveAction::Edit(std::rc::Rc::new(move |form| form.caps = caps.clone())))
    });
    let providers: BTreeSet<String> = form.endpoints().into_iter().map(|endpoint| endpoint.provider).collect();
    let rows = providers.into_iter().map(|id| {
        let name = told(provider(&id).map_or(id.as_str(), |provider| provider.name).to_owned());
        let own = form.paces.get(&id).cloned().unwrap_or_default();
        let part = |label: AttrValue, text: &str, all: &str, set: fn(&mut PaceForm) -> &mut String| {
            let id = id.clone();
            let on = at.text(move |form, text| *set(form.paces.entry(id.clone()).or_default()) = text);
            let hint = if all.trim().is_empty() { say!("no limit") } else { all.to_owned().into() };
            html! { <td><input type="number" inputmode="numeric" min="1" step="1" autocomplete="off" value={text.to_owned()} placeholder={hint} aria-label={label} oninput={super::field::typed(&on)} /></td> }
        };
        html! {
            <tr key={id.clone()}>
                <th scope="row">{name.clone()}</th>
                {part(say!("At once of {name}", name = name), &own.at_once, &form.at_once, |pace| &mut pace.at_once)}
                {part(say!("Calls a minute of {name}", name = name), &own.per_minute, &form.per_minute, |pace| &mut pace.per_minute)}
            </tr>
        }
    });
    html! {
        <>
            <fieldset class="panel">
                <legend>{say!("Caps")}<Explain topic={Topic::LiveCaps} /></legend>
                <div class="stack">
                    {limits(at, &form.caps, on)}
                    {plain(at, "live-max-tokens", say!("Output tokens a call"), "max_tokens", &form.max_tokens, |form| &mut form.max_tokens)}
                    <p class="quiet small">{say!("Reasoning counts: models that reason need 1\u{202f}000 or more.")}</p>
                </div>
            </fieldset>
            <fieldset class="panel">
                <legend>{say!("Pace")}<Explain topic={Topic::LivePace} /></legend>
                <div class="stack">
                    <div class="two">
                        {plain(at, "live-at-once", say!("At once"), "at_once", &form.at_once, |form| &mut form.at_once)}
                        {number(at, Number { id: "live-per-minute", label: say!("Calls a minute"), path: "per_minute", min: "1", hint: say!("no limit"), ..Number::default() }, &form.per_minute, at.text(|form, text| form.per_minute = text))}
                        {number(at, Number { id: "live-timeout", label: say!("Timeout"), path: "timeout_s", min: "1", after: unit("s"), ..Number::default() }, &form.timeout, at.text(|form, text| form.timeout = text))}
                        {plain(at, "live-retries", say!("Retries"), "retries", &form.retries, |form| &mut form.retries)}
                    </div>
                    <details class="changes">
                        <summary>{say!("By provider")}</summary>
                        <table class="mini paces">
                            <caption class="vh">{say!("Pace by provider")}</caption>
                            <thead><tr><th scope="col">{say!("Provider")}</th><th scope="col">{say!("At once")}</th><th scope="col">{say!("A minute")}</th></tr></thead>
                            <tbody>{for rows}</tbody>
                        </table>
                    </details>
                </div>
            </fieldset>
        </>
    }
}

/// The caps of the run that is open: they can be changed while it is paused, and while it runs.
pub fn caps_now(live: &LiveState, at: &At) -> Html {
    let on = at.dispatch.reform(|caps| Action::Live(LiveAction::TypedCaps(caps)));
    let now = live.report.as_ref().map(|report| report.caps);
    let changed = live.caps.caps().ok() != now;
    html! {
        <fieldset class="panel">
            <legend>{say!("Caps")}<Explain topic={Topic::LiveCaps} /></legend>
            <div class="stack">
                {limits(at, &live.caps, on)}
                <button type="button" class="btn wide" disabled={now.is_none() || !changed} onclick={at.press(|| LiveAction::ChangeCaps)}>{say!("Change caps")}</button>
            </div>
        </fieldset>
    }
}

fn limits(at: &At, caps: &CapsForm, on: Callback<CapsForm>) -> Html {
    let part = |set: fn(&mut CapsForm) -> &mut String| {
        let caps = caps.clone();
        on.reform(move |text: String| {
            let mut caps = caps.clone();
            *set(&mut caps) = text;
            caps
        })
    };
    html! {
        <>
            {number(at, Number { id: "live-cap-dollars", label: say!("Total spend"), path: "caps.dollars", before: unit("$"), min: "0", step: "any", class: "budget-field", ..Number::default() }, &caps.dollars, part(|caps| &mut caps.dollars))}
            <div class="two">
                {number(at, Number { id: "live-cap-calls", label: say!("Calls"), path: "caps.calls", min: "1", ..Number::default() }, &caps.calls, part(|caps| &mut caps.calls))}
                {number(at, Number { id: "live-cap-minutes", label: say!("Minutes"), path: "caps.minutes", min: "0", step: "any", ..Number::default() }, &caps.minutes, part(|caps| &mut caps.minutes))}
            </div>
        </>
    }
}
