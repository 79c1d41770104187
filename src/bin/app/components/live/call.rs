//! The dialog with the texts of a call, all of them as text.

use super::field::At;
use crate::components::dialog::use_dialog;
use crate::components::live::spend::dollars;
use crate::components::message::{Message, Tone};
use crate::format::{count, fixed};
use crate::live::{CallText, LiveAction};
use crate::state::Action;
use crate::words::{say, told};
use llm_selection::live::dry::FAILURES;
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
    let title = props.text.as_ref().map_or_else(|| say!("Call"), |text| say!("Call {n}", n = count(text.call + 1)));
    let texts = props.text.as_ref().and_then(|text| text.texts.clone());
    let part = |name: AttrValue, text: &str| {
        html! { <section><h3>{name}</h3><pre class="text" tabindex="0">{if text.is_empty() { say!("nothing") } else { text.to_owned().into() }}</pre></section> }
    };
    html! {
        <dialog ref={dialog} class="workspace" aria-labelledby="live-call-title" onclose={closed}>
            <div class="stack">
                <div class="card-head">
                    <h2 id="live-call-title">{title}</h2>
                    <div class="end"><button type="button" class="btn small" onclick={props.at.press(|| LiveAction::Text(None))}>{say!("Close")}</button></div>
                </div>
                if let Some(row) = &props.row { <p>{facts(row)}</p> }
                if let Some(Texts { sent, reference, came, advice }) = &texts {
                    if !advice.is_empty() { <Message tone={Tone::Note} title={say!("What to make of it")}>{told(advice.clone())}</Message> }
                    {part(say!("Came back"), &in_words(came))}{part(say!("Reference"), reference)}{part(say!("Sent"), sent)}
                } else {
                    <p class="quiet">{say!("Looking it up…")}</p>
                }
            </div>
        </dialog>
    }
}

/// What a provider said: its own words, but for those of the simulated one, which are the page's.
pub fn in_words(said: &str) -> AttrValue {
    let said = AttrValue::from(said.to_owned());
    if FAILURES.contains(&&*said) { told(said) } else { said }
}

/// Who was asked what, and what it took.
fn facts(row: &Row) -> String {
    let mut facts: Vec<AttrValue> =
        vec![row.model.clone().into(), say!("question {question}", question = row.question)];
    match &row.state {
        RowState::Answered(_, _, Some(score)) => facts.push(say!("score {score}", score = fixed(*score, 2))),
        RowState::Failed(fault) => facts.push(told(fault.title())),
        _ => {}
    }
    if let Some(usage) = &row.usage {
        facts.push(say!("{input} tokens in, {output} out", input = count(usage.input), output = count(usage.output)));
    }
    facts.push(match row.dollars {
        Some(paid) => dollars(paid).into(),
        None => say!("at most {most}", most = dollars(row.worst)),
    });
    facts.extend(row.latency_ms.map(|latency| format!("{} ms", fixed(latency, 0)).into()));
    facts.join(" · ")
}
