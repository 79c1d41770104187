//! What the page says about an experiment that was opened.

use super::message::{Message, Tone, explained};
use super::name::Name;
use crate::format::count;
use crate::opening::{LINK, Opening};
use crate::state::{Action, State};
use crate::words::{mix, plural, say};
use llm_selection::experiment::RewardModel;
use yew::prelude::*;

fn button(text: AttrValue, dispatch: &Callback<Action>, make: fn() -> Action) -> Html {
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
        About::Refusal => html! { <>{lesson(state)}{refusal(state, dispatch)}</> },
        About::Asked => asked(state, dispatch),
        About::Kept => kept(state, dispatch),
        About::Promised => promised(state),
    }
}

/// The way back to the lesson that the experiment came from, and to what was here before; nothing where it came from none.
pub fn lesson(state: &State) -> Html {
    let Some(step) = &state.learn.origin else { return Html::default() };
    html! {
        <p>
            <a href={step}>{say!("Back to the lesson")}</a>
            if state.learn.aside { {" "}<span class="quiet small">{say!("What was on the page before is kept: it is in the workspace, among closed tabs.")}</span> }
        </p>
    }
}

/// Why a link or a file could not be opened; nothing where none failed.
pub fn refusal(state: &State, dispatch: &Callback<Action>) -> Html {
    let Opening::Failed(what, error) = &state.opening else { return Html::default() };
    let place = error.place.field.as_deref();
    let what = if **what == *LINK { say!("This link") } else { what.clone().into() };
    html! {
        <Message tone={Tone::Bad} title={say!("{what} could not be opened", what = what)} action={button(say!("Close"), dispatch, || Action::Dismiss)}>
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
        say!(
            "Together {models} × {queries}.",
            models = plural!(shape.models, "{n}\u{a0}model", "{n}\u{a0}models", n = count(shape.models)),
            queries = plural!(shape.queries, "{n}\u{a0}query", "{n}\u{a0}queries", n = count(shape.queries)),
        )
    });
    let number = replay.files.len() as u64;
    let title = plural!(number, "This link needs {n}\u{a0}file", "This link needs {n}\u{a0}files", n = count(number));
    html! {
        <Message tone={Tone::Note} {title} action={button(say!("Go on without it"), dispatch, || Action::ForgetLink)}>
            <ul>{for files}</ul>
            <p>if let Some(shape) = shape { {shape}{" "} }{say!("A link holds no data: choose or drop the same files below. They are checked, and then the experiment plays.")}</p>
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
            <p class="quiet small">{mix!(
                "A reward of at least {threshold} is a success: {room} has the input.",
                threshold = threshold,
                room = html! { <a href="#query-aware">{say!("Query-aware")}</a> },
            )}</p>
        };
    }
    html! {
        <Message tone={Tone::Note} title={say!("Came with the experiment")} action={button(say!("Drop it"), dispatch, || Action::Usual)}>
            {say!("{said}. The form has no input for it.", said = said)}
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
            <Message tone={Tone::Note} title={say!("A result was opened")}>
                {mix!("Its experiment is played anew. When the run is done, its digest is compared with that of {file}.", file = file)}
            </Message>
        },
        Some(digest) if digest == promise.digest => html! {
            <Message tone={Tone::Good} title={say!("The same result")}>
                {mix!("The run gives what {file} says, to the last bit: digest {digest}.", file = file, digest = html! { <code>{digest}</code> })}
            </Message>
        },
        Some(digest) => html! {
            <Message tone={Tone::Warn} title={say!("Another result")}>
                {mix!(
                    "{file} says digest {promised} by engine {engine}. This run, by engine {own}, gives {digest}. The file was \
                     changed, or other data or another engine made it.",
                    file = file,
                    promised = html! { <code>{&promise.digest}</code> },
                    engine = html! { <bdi>{&promise.engine}</bdi> },
                    own = env!("CARGO_PKG_VERSION"),
                    digest = html! { <code>{digest}</code> },
                )}
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
            <span>{plural!(number, "The link hides a part of the page.", "The link hides {n} parts of the page.", n = count(number))}{" "}
                {button(say!("Show all"), dispatch, || Action::ShowPanels)}</span>
        }
    }
}
