//! Which questions are asked.

use super::field::{At, chosen, typed};
use crate::bring::listed;
use crate::components::explain::{Explain, Topic};
use crate::components::message::{Message, Tone, explained};
use crate::format::count;
use crate::live::{LiveAction, LiveState};
use crate::words::{mix, plural, say, told};
use llm_selection::browser::chosen::Chosen;
use llm_selection::live::wire::QuestionSet;
use yew::prelude::*;

/// The panel; `loaded` are the files that the Playground has.
pub fn questions(live: &LiveState, loaded: &[Chosen], at: &At) -> Html {
    let form = &live.form;
    let own = {
        let at = at.clone();
        Callback::from(move |value: String| at.act(LiveAction::OwnQuestions(value == "own")))
    };
    let pasted = at.text(|form, text| form.pasted = text);
    let pick = {
        let at = at.clone();
        Callback::from(move |event: Event| {
            if let Some(input) = event.target_dyn_into::<web_sys::HtmlInputElement>() {
                let files = listed(input.files());
                input.set_value("");
                if !files.is_empty() {
                    at.act(LiveAction::QuestionFiles(files));
                }
            }
        })
    };
    let files = loaded.to_vec();
    let set = live.questions.as_ref().filter(|set| set.sample != form.own_questions);
    html! {
        <fieldset class="panel">
            <legend>{say!("Questions")}<Explain topic={Topic::LiveQuestions} /></legend>
            <div class="stack">
                <select aria-label={say!("Questions")} onchange={chosen(&own)}>
                    <option value="built-in" selected={!form.own_questions}>{say!("50 built-in questions")}</option>
                    <option value="own" selected={form.own_questions}>{say!("My own")}</option>
                </select>
                if form.own_questions {
                    <div class="field">
                        <label for="live-paste">{say!("Paste questions")}</label>
                        <textarea id="live-paste" rows="4" spellcheck="false" value={form.pasted.clone()} oninput={typed(&pasted)}
                            placeholder={"query,reference\nWhat is 2 + 2?,4"} aria-describedby="live-paste-about" />
                        <p class="quiet small" id="live-paste-about">{say!("A table with the columns query and reference, JSON, or a question a line with its reference behind a tab.")}</p>
                    </div>
                    <div class="chips">
                        <button type="button" class="btn small" disabled={form.pasted.trim().is_empty()} onclick={at.press(|| LiveAction::UsePasted)}>{say!("Use pasted questions")}</button>
                        <label class="btn small file">{say!("Choose a file")}<input type="file" aria-label={say!("Question file")} accept=".csv,.tsv,.json,.jsonl,.txt,.zip,.gz" onchange={pick} /></label>
                        if !loaded.is_empty() {
                            <button type="button" class="btn small" onclick={at.press(move || LiveAction::QuestionFiles(files.clone()))}>{say!("Take those of the loaded files")}</button>
                        }
                    </div>
                    if let Some(error) = &live.unread {
                        <Message tone={Tone::Bad} title={say!("These are no questions")}>{mix!("{what} The questions before are kept.", what = explained(error))}</Message>
                    }
                }
                if let Some(set) = set { {held(set)} }
            </div>
        </fieldset>
    }
}

/// The questions that are held.
fn held(set: &QuestionSet) -> Html {
    let lacking = set.count - set.referenced.min(set.count);
    let first = set.first.iter().map(|question| {
        html! { <li key={question.id.clone()}><bdi>{question.query.lines().next().unwrap_or_default().to_owned()}</bdi>{" → "}<bdi>{question.reference.clone()}</bdi></li> }
    });
    html! {
        <>
            if !set.sample { <p class="small">{mix!("Read: {questions} from {file}.", questions = html! { <b>{plural!(set.count, "{n}\u{a0}question", "{n}\u{a0}questions", n = count(set.count as u64))}</b> }, file = html! { <bdi>{set.name.clone()}</bdi> })}</p> }
            if lacking > 0 {
                <Message tone={Tone::Warn} title={say!("{n} without a reference", n = count(lacking as u64))}>{say!("What they are answered is compared with nothing, and counts as wrong unless a model judges.")}</Message>
            }
            if !set.notes.is_empty() { <ul class="says small quiet">{for set.notes.iter().map(|note| html! { <li>{told(note.clone())}</li> })}</ul> }
            <details class="small"><summary>{say!("The first of them")}</summary><ul class="says">{for first}</ul></details>
        </>
    }
}
