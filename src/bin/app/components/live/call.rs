//! The dialog with the texts of a call, all of them as text.

use super::field::At;
use crate::components::dialog::use_dialog;
use crate::components::message::{Message, Tone};
use crate::format::count;
use crate::live::{CallText, LiveAction};
use crate::state::Action;
use llm_selection::live::session::Texts;
use std::rc::Rc;
use yew::prelude::*;

/// Properties of [`CallDialog`].
#[derive(Properties, PartialEq)]
pub struct CallProps {
    pub text: Option<Rc<CallText>>,
    pub at: At,
}

/// The dialog.
#[component]
pub fn CallDialog(props: &CallProps) -> Html {
    let dialog = use_dialog(props.text.is_some());
    let closed = props.at.dispatch.reform(|_: Event| Action::Live(LiveAction::Text(None)));
    let title = props.text.as_ref().map_or_else(|| "Call".to_owned(), |text| format!("Call {}", count(text.call + 1)));
    let texts = props.text.as_ref().and_then(|text| text.texts.clone());
    let part = |name: &'static str, text: &str| {
        html! { <section><h3>{name}</h3><pre class="text" tabindex="0">{if text.is_empty() { "nothing" } else { text }.to_owned()}</pre></section> }
    };
    html! {
        <dialog ref={dialog} class="workspace" aria-labelledby="live-call-title" onclose={closed}>
            <div class="stack">
                <div class="card-head">
                    <h2 id="live-call-title">{title}</h2>
                    <div class="end"><button type="button" class="btn small" onclick={props.at.press(|| LiveAction::Text(None))}>{"Close"}</button></div>
                </div>
                if let Some(Texts { sent, reference, came, advice }) = &texts {
                    if !advice.is_empty() { <Message tone={Tone::Note} title="What to make of it">{advice.clone()}</Message> }
                    {part("Came back", came)}{part("Reference", reference)}{part("Sent", sent)}
                } else {
                    <p class="quiet">{"Looking it up…"}</p>
                }
            </div>
        </dialog>
    }
}
