//! *Share*: the experiment as a link, as a file, as a frame in another page; and a file opened again.

use super::download::{save_text, text_file};
use super::message::{Message, Tone, explained};
use crate::bring::{Brought, listed};
use crate::browser::{address, copy};
use crate::format::count;
use crate::later;
use crate::room::Room;
use crate::state::Action;
use crate::words::{self, Language, say};
use gloo_timers::callback::Timeout;
use llm_selection::error::{Error, ErrorKind, Result};
use llm_selection::experiment::Experiment;
use llm_selection::link::{Link, PageState, Shape};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// Beyond as many characters some programs cut a link.
const LONG: usize = 2_000;

/// Properties of [`Share`] and of what it opens.
#[derive(Properties, PartialEq, Clone)]
pub struct ShareProps {
    pub experiment: Option<Rc<Experiment>>,
    /// Shape of the files it plays on.
    pub shape: Option<Shape>,
    /// The room it is shared from.
    pub room: Room,
    /// Panels that are hidden now.
    pub hidden: Rc<Vec<String>>,
    /// Whether what it opens can be shown.
    pub later: bool,
    /// How often the button was pressed; the button counts.
    #[prop_or_default]
    pub pressed: u32,
    pub dispatch: Callback<Action>,
}

/// The fragment of the link.
fn fragment(props: &ShareProps, hidden: Vec<String>) -> Result<String> {
    let nothing = || Error::new(ErrorKind::Missing, "an experiment: mend what is wrong in the form first");
    let experiment = (**props.experiment.as_ref().ok_or_else(nothing)?).clone();
    // Who reads English may be led to a page in their own language.
    let language = Some(words::spoken()).filter(|spoken| *spoken != Language::English);
    let language = language.map_or_else(String::new, |language| language.tag().into());
    let page = PageState { room: props.room.slug().into(), hidden, language };
    Link { experiment, page, shape: props.shape }.encode()
}

/// HTML that shows a page in a frame.
pub fn frame(url: &str) -> String {
    let mut safe = String::new();
    for letter in url.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            _ => safe.push(letter),
        }
    }
    format!(
        "<iframe src=\"{safe}\" title=\"LLM Selection Playground\" width=\"100%\" height=\"900\" loading=\"lazy\"></iframe>"
    )
}

/// The button and what it opens.
#[component]
pub fn Share(props: &ShareProps) -> Html {
    // Nothing is made before the button is pressed.
    let pressed = use_state(|| 0u32);
    let press = {
        let (pressed, dispatch) = (pressed.clone(), props.dispatch.clone());
        Callback::from(move |_: MouseEvent| {
            pressed.set(*pressed + 1);
            // It may have to come first.
            dispatch.emit(Action::Share);
        })
    };
    let later = later::get().filter(|_| props.later && *pressed > 0);
    html! {
        <>
            <button type="button" class="btn" popovertarget="share" onclick={press}>
                <svg viewBox="0 0 16 16" aria-hidden="true"><path fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round" d="M8 10V2m0 0L5 5m3-3 3 3M3 9v4.5h10V9" /></svg>{say!("Share")}
            </button>
            <div id="shared"></div>
            <div id="share" popover="auto" role="dialog" aria-label={say!("Share")}>
                if let Some(later) = later { {(later.share)(ShareProps { pressed: *pressed, ..props.clone() })} }
            </div>
        </>
    }
}

/// What the button opens.
pub fn content(props: ShareProps) -> Html {
    html! { <Content ..props /> }
}

#[component]
fn Content(props: &ShareProps) -> Html {
    let hidden = use_state(|| props.hidden.to_vec());
    let said = use_state(AttrValue::default);
    let input = use_node_ref();
    let made = fragment(props, (*hidden).clone());
    let copied = {
        let said = said.clone();
        move |text: Option<String>, done: AttrValue| {
            let (said, Some(text)) = (said.clone(), text) else { return };
            spawn_local(async move {
                let refused =
                    || say!("The browser did not allow copying: select the text and press Ctrl C, or ⌘ C on a Mac.");
                said.set(if copy(&text).await.is_ok() { done } else { refused() });
            });
        }
    };
    use_effect_with(props.pressed, {
        let (input, hidden, now, copied) = (input.clone(), hidden.clone(), props.hidden.clone(), copied.clone());
        let link = fragment(props, props.hidden.to_vec()).ok();
        move |_| {
            copied(link.map(|it| address("", &it)), say!("Copied."));
            hidden.set(now.to_vec());
            // A moment later: the browser shows what the button opens after it has told the page of the press.
            let timeout = Timeout::new(50, move || {
                if let Some(input) = input.cast::<web_sys::HtmlInputElement>() {
                    let _ = input.focus();
                    input.select();
                }
            });
            move || drop(timeout)
        }
    });
    // On paper the link stands on the page.
    let host = web_sys::window().and_then(|window| window.document()?.get_element_by_id("shared"));
    let body = match &made {
        Err(error) => html! { <Message tone={Tone::Bad} title={say!("There is no link")}>{explained(error)}</Message> },
        Ok(fragment) => {
            let (link, snippet) = (address("", fragment), frame(&address("?embed", fragment)));
            let again = |text: String, done: AttrValue| {
                let copied = copied.clone();
                Callback::from(move |_: MouseEvent| copied(Some(text.clone()), done.clone()))
            };
            html! {
                <>
                    <div class="field">
                        <label for="share-link">{say!("Link to this experiment")}</label>
                        <div class="row"><input id="share-link" ref={input} type="text" readonly=true value={link.clone()} />
                            <button type="button" class="btn" onclick={again(link.clone(), say!("Copied."))}>{say!("Copy")}</button></div>
                    </div>
                    <p aria-live="polite">{&*said}</p>
                    if link.len() > LONG {
                        <Message tone={Tone::Warn} title={say!("A long link")}>
                            {say!("It has {n} characters, and some programs cut links after 2\u{202f}000. Send the experiment as a file instead.", n = count(link.len() as u64))}
                        </Message>
                    }
                    <p class="quiet small">
                        {say!("It holds the whole experiment, and no server keeps it.")}{" "}
                        if props.shape.is_some() { {say!("It does not hold the rows of your files: whoever opens it is asked for the same files, and they are checked.")} }
                    </p>
                    {panels(&hidden)}
                    <details><summary class="quiet">{say!("Embed in a page")}</summary>
                        <div class="stack">
                            <textarea readonly=true rows="5" aria-label={say!("HTML to embed")} value={snippet.clone()} />
                            <button type="button" class="btn small" onclick={again(snippet, say!("HTML copied."))}>{say!("Copy the HTML")}</button>
                        </div>
                    </details>
                </>
            }
        }
    };
    html! {
        <div class="stack">
            if let (Some(host), Ok(fragment)) = (host, &made) { {create_portal(html! { <p class="handout">{address("", fragment)}</p> }, host)} }
            {body}
            {files(props)}
        </div>
    }
}

/// Which panels the link shows.
fn panels(hidden: &UseStateHandle<Vec<String>>) -> Html {
    // By their names in links.
    let all = [
        ("data", say!("Data")),
        ("task", say!("Task")),
        ("policies", say!("Policies")),
        ("run", say!("Run")),
        ("regret", say!("Cumulative regret")),
        ("violation", say!("Budget violation")),
        ("reward-and-cost", say!("Reward and cost")),
        ("reward-violation-ratio", say!("Reward/violation")),
        ("selection-share", say!("Selection share")),
        ("results", say!("Results")),
        ("inspector", say!("Round inspector")),
    ];
    let boxes = all.map(|(name, label)| {
        let onchange = {
            let hidden = hidden.clone();
            Callback::from(move |event: Event| {
                let shown = event.target_dyn_into::<web_sys::HtmlInputElement>().is_some_and(|input| input.checked());
                let mut names = (*hidden).clone();
                names.retain(|other| other != name);
                if !shown {
                    names.push(name.to_owned());
                }
                hidden.set(names);
            })
        };
        let checked = !hidden.iter().any(|other| other == name);
        html! { <label class="check"><input type="checkbox" {checked} {onchange} />{label}</label> }
    });
    html! {
        <details><summary class="quiet">{say!("Panels that the link shows")}</summary>
            <div class="two" role="group" aria-label={say!("Panels that the link shows")}>{for boxes}</div>
        </details>
    }
}

/// The experiment into a file and out of one.
fn files(props: &ShareProps) -> Html {
    let download = {
        let experiment = props.experiment.clone();
        Callback::from(move |_: MouseEvent| {
            if let Some(experiment) = &experiment {
                let _ = save_text("experiment.json", "application/json", &text_file(experiment));
            }
        })
    };
    let open = {
        let dispatch = props.dispatch.clone();
        Callback::from(move |event: Event| {
            let Some(input) = event.target_dyn_into::<web_sys::HtmlInputElement>() else { return };
            let Some(file) = listed(input.files()).pop() else { return };
            input.set_value("");
            close();
            dispatch.emit(Action::Dropped(Ok(Brought::files(vec![file]))));
        })
    };
    html! {
        <div class="chips">
            <button type="button" class="btn" disabled={props.experiment.is_none()} onclick={download}>{say!("Download experiment")}</button>
            <label class="btn file">{say!("Open experiment")}<input type="file" accept=".json,application/json" onchange={open} /></label>
        </div>
    }
}

/// Closes what the button has opened.
fn close() {
    let opened = web_sys::window().and_then(|window| window.document()?.get_element_by_id("share"));
    if let Some(opened) = opened.and_then(|opened| opened.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = opened.hide_popover();
    }
}
