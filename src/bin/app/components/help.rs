//! *Help*: the glossary of all explanations, and a tour of two minutes.

use super::explain::bring;
use super::menu::Menu;
use crate::words::say;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;
use yew::prelude::*;

/// What each stop of the tour is about.
const STOPS: [&str; 12] = [
    "#main .lede",
    "#experiment > fieldset:has(#data-set)",
    "#experiment > fieldset:has(#max-models)",
    ".budget-field",
    "#policies",
    ".runbar",
    "fieldset.run",
    "figure:has(#regret-title)",
    "figure:has(#violation-title)",
    "section:has(> .card-head > #results-title)",
    "#inspector",
    "header nav",
];

/// Heading and text of a stop; all of them are about two minutes of reading.
fn stop(place: usize) -> (AttrValue, AttrValue) {
    match place {
        0 => (
            say!("What is played here"),
            say!(
                "A query arrives. Several models could answer it; each has a price, and nobody knows yet how good it is. A policy picks a set of models, sees what comes back, and picks better next time. This page plays thousands of such rounds in a second, in your browser."
            ),
        ),
        1 => (
            say!("Data"),
            say!(
                "The models and the queries: made-up ones, built-in data sets, or your own result files. Drop them here; they stay in this tab."
            ),
        ),
        2 => (
            say!("Task"),
            say!(
                "How the answers of a set count. Any win: one good answer is enough. Sum up: each model does a part. All in: every part has to succeed. N is how many models may be asked."
            ),
        ),
        3 => (
            say!("Budget"),
            say!(
                "What a query may cost on average. A single round may cost more if others cost less. Wherever you see amber, it is this budget."
            ),
        ),
        4 => (
            say!("Policies"),
            say!(
                "Who plays. C2MAB-V learns what models are worth while it keeps to the budget; the others are its rivals. Switch them on and off, change their numbers, add more."
            ),
        ),
        5 => (
            say!("Run"),
            say!(
                "Run plays all rounds, Pause keeps what is there, Reset goes back to round 0. Whatever you change in the form starts a new run by itself."
            ),
        ),
        6 => (
            say!("Step and speeds"),
            say!(
                "Step plays one round and stops there, so that you can look at it. The speeds are for watching: full plays as fast as it can, lecture takes its time, 10/s and 1/s play so many rounds a second."
            ),
        ),
        7 => (
            say!("Regret"),
            say!(
                "Reward given up against the best set that fits the budget, added up over the rounds. A straight line goes on making the same mistake; a line that bends flat has learned."
            ),
        ),
        8 => (
            say!("Violation"),
            say!(
                "How far the mean cost is above the budget. It may be high at first, while a policy finds out what models cost, and should then fall."
            ),
        ),
        9 => (
            say!("Results"),
            say!(
                "Every number after the last round, each with its 95 % interval. A small ? beside a word explains it, and the glossary under Help has them all."
            ),
        ),
        10 => (
            say!("Round inspector"),
            say!(
                "One round from inside: what the policy believed of each model, which it picked and why, what came back, and what it learned of that. Click into a figure, and its round is opened here."
            ),
        ),
        _ => (
            say!("More rooms"),
            say!(
                "Query-aware reads the text of a query before it picks models. Live asks real models, with your own key. Learn explains it all, in ten short lessons. The tour is under Help whenever you want it again."
            ),
        ),
    }
}

/// Properties of [`Help`].
#[derive(Properties, PartialEq)]
pub struct HelpProps {
    /// Stop of the tour, from 0; `None` where there is no tour.
    pub stop: Option<usize>,
    /// Goes to a stop, or ends the tour.
    pub go: Callback<Option<usize>>,
    /// Lists the keyboard shortcuts.
    #[prop_or_default]
    pub list_shortcuts: Callback<()>,
}

/// An entry of the glossary.
#[derive(Debug, Clone, PartialEq)]
struct Entry {
    id: String,
    title: String,
    /// Its words in lower case, to search in.
    words: String,
}

/// The menu, the glossary, and the card of the tour.
#[component]
pub fn Help(props: &HelpProps) -> Html {
    let entries = use_state(Vec::<Entry>::new);
    let sought = use_state(String::new);
    let open = {
        let (entries, sought) = (entries.clone(), sought.clone());
        Callback::from(move |_: MouseEvent| {
            let (entries, sought) = (entries.clone(), sought.clone());
            wasm_bindgen_futures::spawn_local(async move {
                let Some(document) = web_sys::window().and_then(|window| window.document()) else { return };
                if bring(&document).await {
                    entries.set(listed(&document));
                    sought.set(String::new());
                    if let Some(glossary) = element(&document, "#glossary") {
                        // Fails only where it is open already.
                        let _ = glossary.show_popover();
                    }
                    focus_in_place(&document, "#glossary-search");
                }
            });
        })
    };
    let search = {
        let sought = sought.clone();
        Callback::from(move |event: InputEvent| {
            if let Some(input) = event.target_dyn_into::<web_sys::HtmlInputElement>() {
                sought.set(input.value());
            }
        })
    };
    let wanted = sought.trim().to_lowercase();
    let mut found: Vec<&Entry> = entries.iter().filter(|entry| entry.words.contains(&wanted)).collect();
    if !wanted.is_empty() {
        found.sort_by_cached_key(|entry| nearness(&entry.title.to_lowercase(), &wanted));
    }
    let tour = props.go.reform(|_: MouseEvent| Some(0));
    html! {
        <>
            <Menu id="help" face={html! { {say!("Help")} }} class="btn small">
                <button type="button" onclick={tour}>{say!("Two-minute tour")}</button>
                <button type="button" onclick={open}>{say!("Glossary")}</button>
                <button type="button" onclick={props.list_shortcuts.reform(|_: MouseEvent| ())}>{say!("Keyboard shortcuts")}</button>
            </Menu>
            <div id="glossary" popover="auto" role="dialog" aria-label={say!("Glossary")}>
            <button type="button" class="btn small close" popovertarget="glossary" popovertargetaction="hide" aria-label={say!("Close")}>{"×"}</button>
            <div class="stack">
                <h2 class="panel-title">{say!("Glossary")}</h2>
                <div class="field">
                    <label for="glossary-search">{say!("Search in all explanations")}</label>
                    <input id="glossary-search" type="search" autocomplete="off" value={(*sought).clone()} oninput={search} />
                </div>
                <p class="quiet small" aria-live="polite">{if found.is_empty() { say!("Nothing found: try another word.") } else { say!("{n} of {all}", n = found.len(), all = entries.len()) }}</p>
                <ul class="glossary">
                    { for found.into_iter().map(|entry| html! {
                        <li key={entry.id.clone()}><button type="button" class="link" popovertarget={entry.id.clone()}>{&entry.title}</button></li>
                    }) }
                </ul>
            </div></div>
            <Tour stop={props.stop} go={props.go.clone()} />
        </>
    }
}

/// How near a title is to what is sought, 0 the nearest. "Cumulative regret" is a kind of regret, "Regret against" something
/// about it; then come titles with the word elsewhere, and those of texts that have it.
fn nearness(title: &str, wanted: &str) -> u8 {
    let name = title.split([',', ':', '(', '、', '：', '（']).next().unwrap_or(title).trim_end();
    // Where words are set apart, the last one as a whole.
    let whole = |before: &str| before.ends_with(' ') || !wanted.is_ascii();
    match title.find(wanted) {
        _ if name == wanted => 0,
        _ if name.split_whitespace().count() < 3 && name.strip_suffix(wanted).is_some_and(whole) => 1,
        Some(0) => 2,
        Some(_) => 3,
        None => 4,
    }
}

/// All explanations in the page, by title.
fn listed(document: &web_sys::Document) -> Vec<Entry> {
    let Ok(texts) = document.query_selector_all(".explanation:not(#explain-failed)") else { return Vec::new() };
    let texts = (0..texts.length()).filter_map(|place| texts.item(place)?.dyn_into::<web_sys::Element>().ok());
    let mut entries: Vec<Entry> = texts
        .filter_map(|text| {
            let title = text.get_attribute("aria-label")?;
            Some(Entry { id: text.id(), title, words: text.text_content().unwrap_or_default().to_lowercase() })
        })
        .collect();
    entries.sort_by_cached_key(|entry| entry.title.to_lowercase());
    entries
}

fn element(document: &web_sys::Document, selector: &str) -> Option<HtmlElement> {
    document.query_selector(selector).ok().flatten()?.dyn_into().ok()
}

/// Gives an element the focus, and leaves the page where it is.
fn focus_in_place(document: &web_sys::Document, selector: &str) {
    let options = web_sys::FocusOptions::new();
    options.set_prevent_scroll(true);
    if let Some(element) = element(document, selector) {
        let _ = element.focus_with_options(&options);
    }
}

/// The card that goes from stop to stop, and marks on the page what it speaks of.
#[component]
fn Tour(props: &HelpProps) -> Html {
    let heading = use_node_ref();
    use_effect_with(props.stop, {
        let heading = heading.clone();
        move |stop| {
            let target = stop.and_then(|stop| STOPS.get(stop)).and_then(|selector| {
                let document = web_sys::window()?.document()?;
                element(&document, selector)
            });
            if let Some(target) = &target {
                let _ = target.set_attribute("data-toured", "");
                let options = web_sys::ScrollIntoViewOptions::new();
                options.set_block(web_sys::ScrollLogicalPosition::Center);
                target.scroll_into_view_with_scroll_into_view_options(&options);
            }
            if let Some(heading) = heading.cast::<HtmlElement>() {
                let _ = heading.focus();
            }
            move || {
                if let Some(target) = target {
                    let _ = target.remove_attribute("data-toured");
                }
            }
        }
    });
    let Some(place) = props.stop.filter(|stop| *stop < STOPS.len()) else { return Html::default() };
    let (title, text) = stop(place);
    let to = |stop: Option<usize>| props.go.reform(move |_: MouseEvent| stop);
    let last = place + 1 == STOPS.len();
    let escape = props.go.clone();
    let onkeydown = Callback::from(move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            escape.emit(None);
        }
    });
    html! {
        <section class="tour card" aria-label={say!("Tour")} {onkeydown}>
            <h2 ref={heading} tabindex="-1">{title}<span class="note">{say!("{n} of {all}", n = place + 1, all = STOPS.len())}</span></h2>
            <p>{text}</p>
            <div class="row">
                if place > 0 { <button type="button" class="btn small" onclick={to(Some(place - 1))}>{say!("Back")}</button> }
                if last {
                    <button type="button" class="btn small primary" onclick={to(None)}>{say!("End the tour")}</button>
                } else {
                    <button type="button" class="btn small primary" onclick={to(Some(place + 1))}>{say!("Next")}</button>
                    <button type="button" class="btn small ghost" onclick={to(None)}>{say!("Skip the tour")}</button>
                }
            </div>
        </section>
    }
}

/// What greets somebody who has not been here before.
pub fn welcome(go: &Callback<Option<usize>>) -> Html {
    html! {
        <section class="welcome card" aria-label={say!("Welcome")}>
            <p><b>{say!("New here?")}</b>{" "}{say!("A tour of two minutes shows what is what.")}</p>
            <button type="button" class="btn small primary" onclick={go.reform(|_: MouseEvent| Some(0))}>{say!("Take the tour")}</button>
            <button type="button" class="btn small" onclick={go.reform(|_: MouseEvent| None)}>{say!("No, thanks")}</button>
        </section>
    }
}
