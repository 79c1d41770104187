//! The runs that this browser keeps.

use super::field::At;
use crate::format::{count, listed};
use crate::live::LiveAction;
use crate::words::{Language, say, spoken};
use llm_selection::live::wire::KeptRun;
use std::rc::Rc;
use yew::prelude::*;

/// Properties of [`KeptRuns`].
#[derive(Properties, PartialEq)]
pub struct KeptProps {
    pub runs: Rc<Vec<KeptRun>>,
    /// The id of the run that is open.
    pub open: Option<String>,
    /// Whether it is being played: then no other can be opened.
    pub running: bool,
    pub at: At,
}

/// The card; nothing where nothing is kept.
#[component]
pub fn KeptRuns(props: &KeptProps) -> Html {
    let asking = use_state(|| None::<String>);
    let KeptProps { runs, open, running, at } = props;
    if runs.is_empty() {
        return Html::default();
    }
    let items = runs.iter().map(|run| {
        let id = run.id.clone();
        let ask = |what: Option<String>| {
            let asking = asking.clone();
            Callback::from(move |_: MouseEvent| asking.set(what.clone()))
        };
        let here = open.as_ref() == Some(&run.id);
        let locale = match spoken() {
            Language::English => "default",
            other => other.tag(),
        };
        let date = js_sys::Date::new(&run.begun.into()).to_locale_string(locale, &wasm_bindgen::JsValue::UNDEFINED);
        let name = say!(if run.dry { "Dry run of {date}" } else { "Run of {date}" }, date = String::from(date));
        let about = say!("{n} rounds with {models}", n = count(run.rounds.into()), models = listed(&run.models));
        let about = match () {
            () if here => say!("{about}, open here", about = about),
            () if run.elsewhere => say!("{about}, open in another tab", about = about),
            () => about,
        };
        let look = {
            let id = id.clone();
            at.press(move || LiveAction::Open(id.clone()))
        };
        let delete = {
            let (id, asking, at) = (id.clone(), asking.clone(), at.clone());
            Callback::from(move |_: MouseEvent| {
                asking.set(None);
                at.act(LiveAction::Delete(id.clone()));
            })
        };
        html! {
            <li key={id.clone()}>
                <div class="kept-name"><b>{name.clone()}</b><small>{about}</small></div>
                <div class="chips">
                    if asking.as_ref() == Some(&id) {
                        <button type="button" class="btn small danger" aria-label={say!("Yes, delete {name}", name = name)} onclick={delete}>{say!("Yes, delete")}</button>
                        <button type="button" class="btn small" aria-label={say!("Keep {name}", name = name)} onclick={ask(None)}>{say!("Keep")}</button>
                    } else {
                        <button type="button" class="btn small" disabled={here || run.elsewhere || *running} aria-label={say!("Open {name}", name = name)} onclick={look}>{say!("Open")}</button>
                        <button type="button" class="btn small" disabled={here || run.elsewhere} aria-label={say!("Delete {name}", name = name)} onclick={ask(Some(id.clone()))}>{say!("Delete")}</button>
                    }
                </div>
            </li>
        }
    });
    html! {
        <section class="card" aria-labelledby="live-kept">
            <div class="card-head"><h2 id="live-kept">{say!("Kept runs")}</h2><span class="note">{say!("in this browser only, with every question and answer; without keys")}</span></div>
            <ul class="kept" aria-label={say!("Kept runs")}>{for items}</ul>
        </section>
    }
}
