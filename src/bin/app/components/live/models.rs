//! The models that are to be called: provider, name, prices.

use super::field::{At, chosen, typed};
use crate::components::explain::{Explain, Topic};
use crate::components::message::{Message, Tone};
use crate::format::count;
use crate::live::{List, LiveAction, LiveState, ModelForm, host};
use crate::words::{plural, say, told};
use llm_selection::live::provider::{Endpoint, PROVIDERS};
use yew::prelude::*;

/// Models of a fetched list that are proposed while a name is typed.
const MOST_PROPOSED: usize = 400;

/// The card.
pub fn models(live: &LiveState, at: &At) -> Html {
    let form = &live.form;
    let names = form.names();
    let rows =
        form.models.iter().zip(names).enumerate().map(|(place, (model, name))| row(live, place, model, name, at));
    html! {
        <section class="card" aria-labelledby="live-models">
            <div class="card-head">
                <h2 id="live-models">{say!("Models to call")}</h2><Explain topic={Topic::LiveModels} />
                <span class="note">{say!("prices in $ per million tokens; check them against your provider's page")}</span>
                <div class="end">
                    <button type="button" class="btn small" onclick={at.edit(|form| form.add_model())}>
                        <svg viewBox="0 0 16 16" aria-hidden="true"><path stroke="currentColor" stroke-width="1.8" stroke-linecap="round" d="M8 3v10M3 8h10" /></svg>{say!("Add model")}
                    </button>
                </div>
            </div>
            <div class="scroll" tabindex="0" role="group" aria-label={say!("Models to call, scrolls")}>
                <table class="table models-table" aria-label={say!("Models to call")}>
                    <thead><tr>
                        <th scope="col"><span class="vh">{say!("Plays")}</span></th><th scope="col" class="l">{say!("Provider")}</th><th scope="col" class="l">{say!("Model name")}</th>
                        <th scope="col">{say!("Input")}<small>{say!("$ per million")}</small></th><th scope="col">{say!("Output")}<small>{say!("$ per million")}</small></th>
                        <th scope="col" class="l">{say!("State")}</th><th scope="col"><span class="vh">{say!("Remove")}</span></th>
                    </tr></thead>
                    <tbody>{for rows}</tbody>
                </table>
            </div>
            if form.models.is_empty() { <p class="quiet">{say!("No model yet: add one.")}</p> }
            {providers(live, at)}
            {super::providers::table()}
        </section>
    }
}

fn row(live: &LiveState, place: usize, model: &ModelForm, name: String, at: &At) -> Html {
    let id = model.id;
    // A row is found by its number: another may have been removed meanwhile.
    let set = move |set: fn(&mut ModelForm, String)| {
        at.text(move |form, text| {
            form.models.iter_mut().filter(|model| model.id == id).for_each(|model| set(model, text.clone()))
        })
    };
    let plays = at
        .tick(move |form, on| form.models.iter_mut().filter(|model| model.id == id).for_each(|model| model.plays = on));
    let remove = at.edit(move |form| form.models.retain(|model| model.id != id));
    let lists = live.lists.clone();
    let named = at.text(move |form, text| {
        for model in form.models.iter_mut().filter(|model| model.id == id) {
            model.model = text.clone();
            let list = lists.get(&model.endpoint()).and_then(|list| list.as_ref()?.as_ref().ok());
            model.look_up(list.map_or(&[], Vec::as_slice));
        }
    });
    let provider = model.provider();
    let options = PROVIDERS.iter().map(
        |each| html! { <option key={each.id} value={each.id} selected={each.id == provider.id}>{told(each.name)}</option> },
    );
    let listed = model.list_price();
    let price = |label: AttrValue, part: &str, text: &str, listed: Option<f64>, change: fn(&mut ModelForm, String)| {
        let path = format!("models[{place}].price.{part}");
        let hint = listed.map(|price| price.to_string()).unwrap_or_default();
        html! {
            <input type="number" inputmode="decimal" autocomplete="off" min="0" step="any" value={text.to_owned()} placeholder={hint} aria-label={label}
                aria-invalid={at.is_wrong(&path).then_some("true")} oninput={typed(&set(change))} />
        }
    };
    let typed_price = !(model.input.trim().is_empty() && model.output.trim().is_empty());
    let note = match (&listed, typed_price) {
        (_, true) => say!("yours"),
        (Some((_, from)), false) => from.clone(),
        (None, false) => say!("unknown: 0 where it is free"),
    };
    let shown = if name.is_empty() { say!("model {n}", n = place + 1) } else { name.into() };
    let (input, output) =
        (listed.as_ref().map(|(price, _)| price.input), listed.as_ref().map(|(price, _)| price.output));
    html! {
        <tr key={id} data-row={place.to_string()} class={(!model.plays).then_some("is-off")}>
            <td><input type="checkbox" checked={model.plays} aria-label={shown} onchange={plays} /></td>
            <td class="l">
                <select aria-label={say!("Provider")} onchange={chosen(&set(|model, id| model.turn_to(&id)))}>{for options}</select>
                if provider.own {
                    <input type="text" class="address" autocomplete="off" spellcheck="false" value={model.base.clone()} aria-label={say!("Server address")}
                        placeholder="http://localhost:8000/v1" aria-invalid={at.is_wrong_in(&format!("models[{place}].endpoint")).then_some("true")}
                        oninput={typed(&set(|model, text| model.base = text))} />
                }
            </td>
            <td class="l">
                <input type="text" autocomplete="off" spellcheck="false" value={model.model.clone()} list={list_id(&model.endpoint())} aria-label={say!("Model name")}
                    aria-invalid={at.is_wrong(&format!("models[{place}].model")).then_some("true")} oninput={typed(&named)} />
            </td>
            <td>{price(say!("Input price"), "input", &model.input, input, |model, text| model.input = text)}</td>
            <td>{price(say!("Output price"), "output", &model.output, output, |model, text| model.output = text)}<small class="quiet">{note}</small></td>
            <td class="l">{state(live, model)}</td>
            <td><button type="button" class="btn small ghost" onclick={remove}>{say!("Remove")}</button></td>
        </tr>
    }
}

/// Whether it can be called.
fn state(live: &LiveState, model: &ModelForm) -> Html {
    let needs = model.provider().needs_key;
    let keyed = live.keyed.contains(&model.endpoint().origin());
    let (class, text) = match () {
        () if !model.has_price() => ("err", say!("needs a price")),
        () if !live.form.real => ("ready", say!("simulated")),
        () if keyed => ("ready", say!("key set")),
        () if needs => ("wait", say!("needs a key")),
        () => ("ready", say!("no key given")),
    };
    html! { <span class={classes!("state", class)}>{text}</span> }
}

fn list_id(endpoint: &Endpoint) -> String {
    let plain = endpoint.base.replace(|letter: char| !letter.is_ascii_alphanumeric(), "-");
    format!("live-list-{}-{plain}", endpoint.provider)
}

/// What must be known of the providers, and their lists of models.
fn providers(live: &LiveState, at: &At) -> Html {
    let each = live.form.endpoints().into_iter().map(|endpoint| {
        let provider = endpoint.provider();
        let name = provider.map_or("", |provider| provider.name);
        let list = live.lists.get(&endpoint);
        let waits = matches!(list, Some(None));
        let fetch = {
            let endpoint = endpoint.clone();
            at.press(move || LiveAction::FetchList(endpoint.clone()))
        };
        let id = format!("{}-name", list_id(&endpoint));
        let origin = endpoint.origin();
        html! {
            <li key={id.clone()} data-provider={endpoint.provider.clone()}>
                <span id={id.clone()}><b>{told(name)}</b>{" "}<span class="quiet">{host(&origin).to_owned()}</span></span>
                <button type="button" class="btn small" disabled={waits} aria-describedby={id} onclick={fetch}>{say!("Fetch model list")}</button>
                if live.form.real { <p class="quiet small">{told(provider.map_or("", |provider| provider.hint))}</p> }
                {fetched(list)}
                {proposals(&endpoint, list)}
            </li>
        }
    });
    html! {
        <details class="providers">
            <summary>{say!("Providers and their lists of models")}</summary>
            <ul aria-label={say!("Providers")}>{for each}</ul>
        </details>
    }
}

fn fetched(list: Option<&Option<List>>) -> Html {
    match list {
        None => Html::default(),
        Some(None) => html! { <p class="quiet small">{say!("Asking for the list…")}</p> },
        Some(Some(Ok(list))) => {
            let found = list.len() as u64;
            html! { <p class="small">{plural!(found, "{n}\u{a0}model: type a part of a name above, and choose.", "{n}\u{a0}models: type a part of a name above, and choose.", n = count(found))}</p> }
        }
        Some(Some(Err(fault))) => html! {
            <Message tone={Tone::Bad} title={told(fault.title())}>{say!("{said} Names can be typed without the list.", said = fault.said)}</Message>
        },
    }
}

fn proposals(endpoint: &Endpoint, list: Option<&Option<List>>) -> Html {
    let Some(Some(Ok(list))) = list else { return Html::default() };
    let options = list
        .iter()
        .take(MOST_PROPOSED)
        .map(|listed| html! { <option key={listed.model.clone()} value={listed.model.clone()} /> });
    html! { <datalist id={list_id(endpoint)}>{for options}</datalist> }
}
