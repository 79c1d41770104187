//! What the page says about an experiment that was opened.

use super::message::{Message, Tone, explained};
use super::name::Name;
use crate::format::{count, plural};
use crate::opening::Opening;
use crate::state::{Action, State};
use llm_selection::experiment::RewardModel;
use yew::prelude::*;

fn button(text: &'static str, dispatch: &Callback<Action>, make: fn() -> Action) -> Html {
    let dispatch = dispatch.clone();
    let onclick = Callback::from(move |_: MouseEvent| dispatch.emit(make()));
    html! { <button type="button" class="btn small" {onclick}>{text}</button> }
}

/// What there is to say about an experiment that was opened.
#[derive(Clone, Copy)]
pub enum About {
    Refusal,
    Asked,
    Kept,
    Promised,
}

/// One of these; nothing where there is nothing to say.
pub fn about(state: &State, what: About, dispatch: &Callback<Action>) -> Html {
    match what {
        About::Refusal => refusal(state, dispatch),
        About::Asked => asked(state, dispatch),
        About::Kept => kept(state, dispatch),
        About::Promised => promised(state),
    }
}

/// Why a link or a file could not be opened; nothing where none failed.
pub fn refusal(state: &State, dispatch: &Callback<Action>) -> Html {
    let Opening::Failed(what, error) = &state.opening else { return Html::default() };
    let place = error.place.field.as_deref();
    html! {
        <Message tone={Tone::Bad} title={format!("{what} could not be opened")} action={button("Close", dispatch, || Action::Dismiss)}>
            if let Some(place) = place { <code>{place}</code>{": "} }{explained(error)}
        </Message>
    }
}

/// The files that a link asks for; nothing where none does.
fn asked(state: &State, dispatch: &Callback<Action>) -> Html {
    let Some((replay, link)) = state.wanted() else { return Html::default() };
    let files = replay.files.iter().map(|file| {
        let hash = file.sha256.as_deref().map(|hash| hash.chars().take(8).collect::<String>());
        html! {
            <li><bdi>{&file.name}</bdi>if let Some(hash) = hash { <span class="quiet">{", SHA-256 "}<code>{hash}{"…"}</code></span> }</li>
        }
    });
    let shape = link.shape.map(|shape| {
        format!(
            "Together {} × {}. ",
            plural(shape.models, "model", "models"),
            plural(shape.queries, "query", "queries")
        )
    });
    html! {
        <Message tone={Tone::Note} title={format!("This link needs {}", plural(replay.files.len() as u64, "file", "files"))}
            action={button("Go on without it", dispatch, || Action::ForgetLink)}>
            <ul>{for files}</ul>
            <p>{shape}{"A link holds no data: choose or drop the same files below. They are checked, and then the experiment plays."}</p>
        </Message>
    }
}

/// What an opened experiment says and the form has no input for; nothing where that is nothing.
fn kept(state: &State, dispatch: &Callback<Action>) -> Html {
    let said = state.form.rest.said(state.form.reward);
    let threshold = state.form.success_threshold.trim();
    if said.is_empty() && (threshold == "1" || state.form.reward != RewardModel::Awc) {
        return Html::default();
    }
    if said.is_empty() {
        return html! {
            <p class="quiet small">{format!("A reward of at least {threshold} is a success: ")}<a href="#query-aware">{"Query-aware"}</a>{" has the input."}</p>
        };
    }
    html! {
        <Message tone={Tone::Note} title="Came with the experiment" action={button("Drop it", dispatch, || Action::Usual)}>
            {said}{". The form has no input for it."}
        </Message>
    }
}

/// Whether the run gives what the file of its result says; nothing where no such file was opened.
fn promised(state: &State) -> Html {
    let Some((promised, digest)) = state.promise() else { return Html::default() };
    let file = html! { <bdi>{&*promised.file}</bdi> };
    let promise = &promised.promise;
    match digest {
        None => html! {
            <Message tone={Tone::Note} title="A result was opened">{"Its experiment is played anew. When the run is done, its digest is compared with that of "}{file}{"."}</Message>
        },
        Some(digest) if digest == promise.digest => html! {
            <Message tone={Tone::Good} title="The same result">{"The run gives what "}{file}{" says, to the last bit: digest "}<code>{digest}</code>{"."}</Message>
        },
        Some(digest) => html! {
            <Message tone={Tone::Warn} title="Another result">
                {file}{" says digest "}<code>{&promise.digest}</code>{" by engine "}<bdi>{&promise.engine}</bdi>{". This run, by engine "}{env!("CARGO_PKG_VERSION")}{", gives "}<code>{digest}</code>{". The file was changed, or other data or another engine made it."}
            </Message>
        },
    }
}

/// Title of the experiment; nothing where it has none.
pub fn titled(state: &State) -> Html {
    let title = &state.form.rest.title;
    html! { if !title.is_empty() { <p class="lede titled"><Name name={title.clone()} /></p> } }
}

/// How many panels a link hides, and the way to them.
pub fn hidden(state: &State, dispatch: &Callback<Action>) -> Html {
    let number = state.panels.len() as u64;
    html! {
        if number > 0 {
            <span>{format!("The link hides {} of the page. ", if number == 1 { "a part".to_owned() } else { format!("{} parts", count(number)) })}
                {button("Show all", dispatch, || Action::ShowPanels)}</span>
        }
    }
}
