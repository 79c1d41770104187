//! The dialog with the texts of a call, all of them as text.

use super::field::At;
use crate::components::dialog::use_dialog;
use crate::components::live::spend::dollars;
use crate::components::message::{Message, Tone};
use crate::format::{count, fixed};
use crate::live::{CallText, LiveAction};
use crate::state::Action;
use llm_selection::live::session::{Row, RowState, Texts};
use std::rc::Rc;
use yew::prelude::*;

/// Properties of [`CallDialog`].
#[derive(Properties, PartialEq)]
pub struct CallProps {
    pub text: Option<Rc<CallText>>,
    /// What the table says of it, where it is in view.
    pub row: Option<Row>,
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
                if let Some(row) = &props.row { <p>{facts(row)}</p> }
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

/// Who was asked what, and what it took.
fn facts(row: &Row) -> String {
    let mut facts = vec![row.model.clone(), format!("question {}", row.question)];
    match &row.state {
        RowState::Answered(_, _, Some(score)) => facts.push(format!("score {}", fixed(*score, 2))),
        RowState::Failed(fault) => facts.push(fault.title().to_owned()),
        _ => {}
    }
    if let Some(usage) = &row.usage {
        facts.push(format!("{} tokens in, {} out", count(usage.input), count(usage.output)));
    }
    facts.push(row.dollars.map_or_else(|| format!("at most {}", dollars(row.worst)), dollars));
    facts.extend(row.latency_ms.map(|latency| format!("{} ms", fixed(latency, 0))));
    facts.join(" · ")
}
