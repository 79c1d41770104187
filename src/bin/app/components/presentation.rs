//! Presenting: one figure fills the screen, and keys go from one to the next. All of it is in the document: the root says
//! that something is presented, the figure that it is the one, and the style sheet does the rest. So it works in every
//! room, whatever draws there.
//!
//! The slides are the figures of the main area, or what is marked by `data-slide` there, where a room has a list of its
//! own.

use crate::words::{mix, say};
use std::cell::{Cell, RefCell};
use wasm_bindgen::JsCast;
use web_sys::{Document, Element, HtmlElement};
use yew::prelude::*;

/// On the root while something is presented.
const PRESENTING: &str = "data-presenting";
/// On the slide that is shown.
const PRESENTED: &str = "data-presented";
/// On what fills the screen: the slide with its legend.
const STAGE: &str = "data-stage";

thread_local! {
    /// Which slide is shown, from 0.
    static PLACE: Cell<usize> = const { Cell::new(0) };
    /// What had the focus before, and how far the page was scrolled.
    static BEFORE: RefCell<(Option<HtmlElement>, f64)> = const { RefCell::new((None, 0.0)) };
}

fn document() -> Option<Document> {
    web_sys::window()?.document()
}

fn all(document: &Document, selector: &str) -> Vec<Element> {
    let found = document.query_selector_all(selector).ok();
    let at = |found: &web_sys::NodeList, place| found.item(place)?.dyn_into().ok();
    found.iter().flat_map(|found| (0..found.length()).filter_map(move |place| at(found, place))).collect()
}

/// The slides there are, in the order of the page.
fn slides(document: &Document) -> Vec<Element> {
    let marked = all(document, "main [data-slide]");
    let mut slides = if marked.is_empty() { all(document, "main figure.fig") } else { marked };
    slides.retain(|slide| slide.closest("[hidden]").is_ok_and(|hidden| hidden.is_none()));
    slides
}

/// Whether something is presented.
pub fn presenting() -> bool {
    document().and_then(|document| document.document_element()).is_some_and(|root| root.has_attribute(PRESENTING))
}

/// Whether a key goes from slide to slide or leaves, so that nothing else may take it.
pub fn turns_slides(event: &KeyboardEvent) -> bool {
    presenting() && matches!(event.key().as_str(), "PageUp" | "PageDown" | "Escape")
}

/// Shows the slide at a place, and nothing else; `None` shows the page again.
fn show(place: Option<usize>) {
    let Some((document, root)) = document().and_then(|document| Some((document.clone(), document.document_element()?)))
    else {
        return;
    };
    for mark in [PRESENTED, STAGE] {
        for element in all(&document, &format!("[{mark}]")) {
            let _ = element.remove_attribute(mark);
        }
    }
    let Some(place) = place else {
        let _ = root.remove_attribute(PRESENTING);
        return;
    };
    let _ = root.set_attribute(PRESENTING, "");
    let slides = slides(&document);
    let last = slides.len().saturating_sub(1);
    let said = document.get_element_by_id("slide-place");
    // What is said already is not said again.
    let new = |said: &&Element, text: &str| said.text_content().is_none_or(|now| now != text);
    let tell =
        |text: &str| said.iter().filter(|said| new(said, text)).for_each(|said| said.set_text_content(Some(text)));
    let Some((place, slide)) = slides.get(place.min(last)).map(|slide| (place.min(last), slide)) else {
        // They come back, as after a reset.
        tell(&say!("No figure yet: press Run."));
        return;
    };
    PLACE.set(place);
    // A legend belongs to all figures below it.
    let stage = slide.closest(".charts").ok().flatten().unwrap_or_else(|| slide.clone());
    let _ = (slide.set_attribute(PRESENTED, ""), stage.set_attribute(STAGE, ""));
    stage.set_scroll_top(0);
    let title = slide.query_selector("h1, h2, h3").ok().flatten().and_then(|title| title.text_content());
    let (n, all) = (place + 1, slides.len());
    tell(&match title {
        Some(title) => say!("{title}, {n} of {all}", title = title.trim(), n = n, all = all),
        None => say!("{n} of {all}", n = n, all = all),
    });
}

/// Begins to present, with the figure that `from` is in or with the first one. Nothing happens where there is none.
pub fn start(from: Option<&Element>) {
    let Some(document) = document() else { return };
    let slides = slides(&document);
    if presenting() || slides.is_empty() {
        return;
    }
    let first = from.and_then(|from| slides.iter().position(|slide| slide.contains(Some(from)))).unwrap_or(0);
    let focus = document.active_element().and_then(|element| element.dyn_into().ok());
    let scrolled = web_sys::window().and_then(|window| window.scroll_y().ok()).unwrap_or_default();
    BEFORE.set((focus, scrolled));
    show(Some(first));
    if let Some(bar) = document.get_element_by_id("slides").and_then(|bar| bar.dyn_into::<HtmlElement>().ok()) {
        let _ = bar.focus();
    }
}

/// Goes this many slides on; the first and the last are ends.
pub fn turn(by: isize) {
    show(Some(PLACE.get().saturating_add_signed(by)));
}

/// Shows the page again, as it was.
pub fn leave() {
    if !presenting() {
        return;
    }
    show(None);
    let (focus, scrolled) = BEFORE.take();
    let Some(window) = web_sys::window() else { return };
    if let Some(document) = window.document().filter(|document| document.fullscreen_element().is_some()) {
        document.exit_fullscreen();
    }
    window.scroll_to_with_x_and_y(0.0, scrolled);
    // What had the focus may be gone.
    let Some(focus) = focus.filter(|focus| focus.is_connected()) else { return };
    let options = web_sys::FocusOptions::new();
    options.set_prevent_scroll(true);
    let _ = focus.focus_with_options(&options);
}

/// After the page was drawn again: what is shown may have been replaced, or be gone; or the bar has come meanwhile.
pub fn refresh() {
    let empty = "#slide-place:empty";
    let lost = || {
        document().is_some_and(|document| {
            all(&document, &format!("[{PRESENTED}]")).is_empty() || !all(&document, empty).is_empty()
        })
    };
    if presenting() && lost() {
        show(Some(PLACE.get()));
    }
}

/// Goes on, back, or leaves while something is presented; whether the key was meant for that.
pub fn key(event: &KeyboardEvent) -> bool {
    let target: Option<Element> = event.target().and_then(|target| target.dyn_into().ok());
    let within = |selector: &str| {
        target.as_ref().is_some_and(|target| target.closest(selector).is_ok_and(|found| found.is_some()))
    };
    // An open menu or text closes first.
    let open = || document().is_some_and(|document| !all(&document, ":popover-open, dialog[open]").is_empty());
    match event.key().as_str() {
        "Escape" if event.default_prevented() || open() => return false,
        "Escape" => leave(),
        "ArrowRight" | "ArrowLeft" if within("input, select, textarea, [role=tab], .chart-box") => return false,
        "PageUp" | "PageDown" if within("textarea, select, .scroll") => return false,
        "ArrowRight" | "PageDown" => turn(1),
        "ArrowLeft" | "PageUp" => turn(-1),
        _ => return false,
    }
    event.prevent_default();
    true
}

/// Whether keys without a meaning of their own where they are pressed may be shortcuts: nothing has the focus, or the
/// bar of the slides as a whole.
pub fn is_free(target: &Element) -> bool {
    matches!(target.tag_name().as_str(), "BODY" | "HTML") || target.id() == "slides"
}

/// Properties of [`Present`].
#[derive(Properties, PartialEq)]
pub struct PresentProps {
    /// Whether there is no room for the word.
    #[prop_or_default]
    pub small: bool,
}

/// The button that begins to present, with the figure that it is in.
#[component]
pub fn Present(props: &PresentProps) -> Html {
    let onclick = Callback::from(|event: MouseEvent| start(event.target_dyn_into::<Element>().as_ref()));
    if !props.small {
        return html! { <button type="button" {onclick}>{say!("Present")}</button> };
    }
    html! {
        <button type="button" class="present" aria-label={say!("Present")} title={say!("Present the figures, one at a time")} {onclick}>
            <svg viewBox="0 0 16 16" aria-hidden="true"><path fill="none" stroke="currentColor" stroke-width="1.5" stroke-linecap="round" d="M1.5 2.5h13M2.5 2.5v8h11v-8M8 10.5V14M5.5 14h5" /></svg>
        </button>
    }
}

/// The bar below the slides.
#[component]
pub fn Bar() -> Html {
    let press = |what: fn()| Callback::from(move |_: MouseEvent| what());
    let whole_screen = || {
        let Some(document) = document() else { return };
        if document.fullscreen_element().is_some() {
            document.exit_fullscreen();
        } else if let Some(root) = document.document_element() {
            // Where that is not allowed, it stays as it is.
            let _ = root.request_fullscreen();
        }
    };
    html! {
        <div class="slides" id="slides" role="group" aria-label={say!("Presentation")} tabindex="-1">
            <p id="slide-place" aria-live="polite"></p>
            <button type="button" class="btn small" aria-label={say!("Previous figure")} onclick={press(|| turn(-1))}>{"←"}</button>
            <button type="button" class="btn small" aria-label={say!("Next figure")} onclick={press(|| turn(1))}>{"→"}</button>
            <button type="button" class="btn small" onclick={press(whole_screen)}>{say!("Full screen")}</button>
            <button type="button" class="btn small" onclick={press(leave)}>{mix!("Leave {key}", key = html! { <kbd>{"Esc"}</kbd> })}</button>
        </div>
    }
}
