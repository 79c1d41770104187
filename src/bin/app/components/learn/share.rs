//! *Share* in the room *Learn*: a link to this step of this lesson, with parts of the page hidden.

use crate::browser::{address, copy};
use crate::components::share::frame;
use crate::learn::{PARTS, Place, part};
use crate::words::{self, Language, say};
use gloo_timers::callback::Timeout;
use wasm_bindgen_futures::spawn_local;
use yew::prelude::*;

/// Properties of [`ShareLesson`].
#[derive(Properties, PartialEq)]
pub struct ShareLessonProps {
    /// The lesson that is open, and the place of its step; none where the list of all is shown.
    pub lesson: Option<(AttrValue, usize)>,
    /// Parts that are hidden now.
    pub hidden: Vec<&'static str>,
}

/// The button and what it opens.
#[component]
pub fn ShareLesson(props: &ShareLessonProps) -> Html {
    let hidden = use_state(Vec::<&'static str>::new);
    // How often the button was pressed: nothing is made before.
    let pressed = use_state(|| 0u32);
    let said = use_state(|| None::<AttrValue>);
    let input = use_node_ref();
    let fragment = match &props.lesson {
        Some((slug, step)) => Place::fragment(slug, *step, &hidden),
        None => "#learn".to_owned(),
    };
    // Who reads English may be led to a page in their own language.
    let fragment = match words::spoken() {
        Language::English => fragment,
        other => format!("{fragment}{}language={}", if fragment.contains('?') { '&' } else { '?' }, other.tag()),
    };
    let copying = {
        let said = said.clone();
        move |text: String, done: AttrValue| {
            let said = said.clone();
            Callback::from(move |_: MouseEvent| {
                let (said, text, done) = (said.clone(), text.clone(), done.clone());
                spawn_local(async move {
                    let refused = || {
                        say!("The browser did not allow copying: select the text and press Ctrl C, or ⌘ C on a Mac.")
                    };
                    said.set(Some(if copy(&text).await.is_ok() { done } else { refused() }));
                });
            })
        }
    };
    let share = {
        let (hidden, pressed, said, now) = (hidden.clone(), pressed.clone(), said.clone(), props.hidden.clone());
        Callback::from(move |_: MouseEvent| {
            hidden.set(now.clone());
            said.set(None);
            pressed.set(*pressed + 1);
        })
    };
    use_effect_with(*pressed, {
        let input = input.clone();
        move |_| {
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
    let boxes = PARTS.map(|name| {
        let onchange = {
            let hidden = hidden.clone();
            Callback::from(move |event: Event| {
                let shown = event.target_dyn_into::<web_sys::HtmlInputElement>().is_some_and(|input| input.checked());
                let kept = PARTS.into_iter().filter(|part| if *part == name { !shown } else { hidden.contains(part) });
                hidden.set(kept.collect());
            })
        };
        html! { <label class="check"><input type="checkbox" checked={!hidden.contains(&name)} {onchange} />{part(name)}</label> }
    });
    let (link, snippet) = (address("", &fragment), frame(&address("?embed", &fragment)));
    html! {
        <>
            <button type="button" class="btn" popovertarget="share" onclick={share}>
                <svg viewBox="0 0 16 16" aria-hidden="true"><path fill="none" stroke="currentColor" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round" d="M8 10V2m0 0L5 5m3-3 3 3M3 9v4.5h10V9" /></svg>{say!("Share")}
            </button>
            <div id="share" popover="auto" role="dialog" aria-label={say!("Share")}><div class="stack">
                if *pressed > 0 {
                    <div class="field">
                        <label for="share-link">{say!("Link to this step")}</label>
                        <div class="row"><input id="share-link" ref={input} type="text" readonly=true value={link.clone()} />
                            <button type="button" class="btn" onclick={copying(link, say!("Copied."))}>{say!("Copy")}</button></div>
                    </div>
                    <p aria-live="polite">{(*said).clone().unwrap_or_default()}</p>
                    if props.lesson.is_some() {
                        <fieldset><legend class="quiet small">{say!("Parts of the page that the link shows")}</legend><div class="two">{for boxes}</div></fieldset>
                    }
                    <details><summary class="quiet">{say!("Embed in a page")}</summary>
                        <div class="stack">
                            <textarea readonly=true rows="5" aria-label={say!("HTML to embed")} value={snippet.clone()} />
                            <button type="button" class="btn small" onclick={copying(snippet, say!("HTML copied."))}>{say!("Copy the HTML")}</button>
                        </div>
                    </details>
                }
            </div></div>
        </>
    }
}
