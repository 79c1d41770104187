//! The room *Query-aware*: its set-up, how far the training is, and what came of it.

mod ask;
mod calls;
mod cell;
mod compared;
mod file;
mod gap;
mod pictures;
mod policies;
mod predicted;
mod published;
mod setup;
mod table;
mod words;

use super::handout;
use super::message::{Message, Tone, explained, field_name};
use super::opening::{lesson, refusal};
use super::workspace::trouble;
use crate::format::{count, duration, listed};
use crate::query_aware::{QueryAwareAction, QueryAwareState, Recall, Trained};
use crate::state::{Action, State};
use crate::words::{mix, plural, say, told};
use crate::world::Source;
use llm_selection::data::FileIdentity;
use llm_selection::error::{Error, ErrorKind};
use llm_selection::experiment::{Environment, Experiment, FileReference};
use llm_selection::figure::Paper;
use llm_selection::plan::Playable;
use llm_selection::query_aware::steps::Step;
use std::rc::Rc;
use yew::prelude::*;

use crate::shared::Shared;
use ask::ask;
use compared::Compared;
use gap::gap;
pub use pictures::Pictures;
pub use policies::Policies;
use predicted::predicted;
use published::published;
pub use setup::setup;
pub use table::TABLE;
use words::InWords;

/// Why the room has nothing to train on; `None` where it may have.
pub fn lacking(state: &State) -> Option<AttrValue> {
    match state.form.source {
        // Whether they have texts shows when they are read for them.
        Source::Files => None,
        Source::Illustration | Source::Models(_) => {
            Some(say!("These models are made up, and have no queries to read. Drop result files with a column query."))
        }
        Source::Preset(_) => Some(say!(
            "The built-in data sets hold scores and costs, but not the text of the queries. Drop result files with a column \
             query."
        )),
    }
}

/// Whether a training can begin.
fn can_train(state: &State) -> bool {
    state.query_aware.training.is_none()
        && state.wanted().is_none()
        && lacking(state).is_none()
        && state.query_aware.lacking().is_none()
        && !state.query_aware.is_fetching()
        && (state.problem.is_none() || state.pending)
}

/// *Train* and *Cancel*.
pub fn controls(state: &State, dispatch: &Callback<Action>) -> Html {
    let send = |make: fn() -> QueryAwareAction| {
        let dispatch = dispatch.clone();
        Callback::from(move |_: MouseEvent| dispatch.emit(Action::QueryAware(make())))
    };
    let training = state.query_aware.training.is_some();
    let again = state.query_aware.trained.is_some();
    html! {
        <>
            <button type="button" class="btn primary" disabled={!can_train(state)} onclick={send(|| QueryAwareAction::Train)}>{say!(if again { "Train again" } else { "Train" })}</button>
            <button type="button" class="btn" disabled={!training} onclick={send(|| QueryAwareAction::Cancel)}>{say!("Cancel")}</button>
        </>
    }
}

/// Everything but the set-up.
pub fn main(state: &State, unkept: Option<&Rc<Error>>, dispatch: &Callback<Action>) -> Html {
    let room = &state.query_aware;
    let elsewhere = state.problem.as_ref().filter(|error| {
        let path = error.place.field.as_deref().unwrap_or_default();
        // Without a field it is about policies that read the query, on data that they cannot read.
        path.is_empty()
            || (["task.", "policies", "run."].iter().any(|start| path.starts_with(start))
                && path != "task.success_threshold")
    });
    html! {
        <main class="main" id="main" tabindex="-1">
            <h1 class="vh">{say!("Query-aware")}</h1>
            <p class="lede">{say!("Read the query, predict which models can answer it, call few of them, and let them vote: SelectLLM, trained and judged on your own results.")}</p>
            if let Some(error) = unkept { {trouble(error)} }
            {lesson(state)}
            {refusal(state, dispatch)}
            if let Some(error) = elsewhere {
                <Message tone={Tone::Bad} title={field_name(&state.form, error)} action={html! { <a class="btn small" href="#">{say!("To the Playground")}</a> }}>
                    {explained(error)}{say!(" The experiment is one: mend this first.")}
                </Message>
            }
            {status(state)}
            // What is wrong with the token embeddings is said beside them.
            if let Some(error) = room.failure.as_ref().filter(|_| room.failure != room.table_failure) {
                if error.kind == ErrorKind::Missing && error.place.field.as_deref() == Some("files") {
                    <Message tone={Tone::Bad} title={say!("These files have no text of the queries")}>
                        {mix!(
                            "They need a column {column} (also understood: prompt, question, input): add it to them, or say under {button} which column it is.",
                            column = html! { <b>{"query"}</b> },
                            button = html! { <i>{say!("Change how they are read")}</i> },
                        )}
                        {kept(room, error)}
                    </Message>
                } else {
                    <Message tone={Tone::Bad} title={say!("The training could not go on")}>{explained(error)}{kept(room, error)}</Message>
                }
            }
            if let Some(trained) = &room.trained {
                {outdated(state, trained, dispatch)}
                if room.silent {
                    <Message tone={Tone::Note} title={say!("Questions wait for a training to end")}>{say!("What was trained before has made room for another; its figures are still shown.")}</Message>
                } else {
                    {ask(trained, &room.inquiry, dispatch)}
                }
                {results(trained, state.paper)}
                if !room.silent { {gap(trained, &room.inquiry, dispatch)} }
            } else if let Some(lacking) = lacking(state) {
                <div class="empty"><p>{lacking}</p><a class="btn" href="#data-set">{say!("To the data")}</a></div>
            } else if room.training.is_none() {
                if let Some(recall) = &room.recall {
                    {recalled(state, recall)}
                } else {
                    <div class="empty"><p>{say!("Nothing is trained yet: press Train.")}</p></div>
                }
            }
            {published()}
        </main>
    }
}

/// What was trained before the page went, and what it takes to have that again.
fn recalled(state: &State, recall: &Recall) -> Html {
    let here = state.files.as_ref().is_some_and(|files| recall.is_on(&files.data.facts().files));
    let lacks = match here {
        true => say!(
            "The browser keeps no token embeddings, and some were among its features: bring them again, and it is trained \
             again by itself. Or press Train for what is here."
        ),
        false => say!(
            "It was on {files}: load the same again, and it is trained again by itself. Or press Train for what is here.",
            files = listed(&recall.files())
        ),
    };
    html! {
        <Message tone={Tone::Note} title={say!("What was trained before is not here")}>{lacks}</Message>
    }
}

/// What came of the training.
fn results(trained: &Shared<Trained>, paper: Paper) -> Html {
    let evaluation = &trained.evaluation;
    html! {
        <>
            {handout::trained(&trained.experiment, evaluation)}
            if !evaluation.notes.is_empty() {
                <Message tone={Tone::Warn} title={say!("Before you trust the numbers")}><ul>{for evaluation.notes.iter().map(|note| html! { <li>{told(note.clone())}</li> })}</ul></Message>
            }
            <InWords trained={trained.clone()} />
            <Pictures trained={trained.clone()} {paper} />
            <Policies trained={trained.clone()} />
            <Compared trained={trained.clone()} />
            {predicted(evaluation)}
        </>
    }
}

/// What the figures are of, where that is not the set-up at the left: other data, or the same in another set-up.
fn outdated(state: &State, trained: &Trained, dispatch: &Callback<Action>) -> Html {
    let now = state.ready.as_ref().map(|ready| &*ready.experiment);
    // What is loaded may wait for the rest of the form to fit it.
    let loaded = state.data().map(|data| data.files().to_vec()).unwrap_or_default();
    let then = files(&trained.experiment);
    let there = |file: &FileReference| {
        let same = |other: &FileIdentity| {
            other.name == file.name && file.sha256.as_ref().is_none_or(|sha256| *sha256 == other.sha256)
        };
        loaded.iter().any(same)
    };
    if then.len() == loaded.len() && then.iter().all(there) {
        if trained.table == state.query_aware.table && now.is_some_and(|now| same(now, &trained.experiment)) {
            return Html::default();
        }
        return html! {
            <Message tone={Tone::Note} title={say!("The set-up has changed since")}>{say!("What is shown is of the experiment as it was when the training began.")}</Message>
        };
    }
    let of = named(then.iter().map(|file| &file.name));
    let instead = named(loaded.iter().map(|file| &file.name));
    let instead = match loaded.is_empty() {
        true => say!(" The data chosen now are no files with queries."),
        false if of == instead => say!(" The files that are loaded now have the same names and another content."),
        false => say!(" Loaded now: {files}.", files = instead),
    };
    let train = dispatch.reform(|_: MouseEvent| Action::QueryAware(QueryAwareAction::Train));
    let action = match lacking(state) {
        None => {
            html! { <button type="button" class="btn small" disabled={!can_train(state)} onclick={train}>{say!("Train on the data loaded now")}</button> }
        }
        Some(_) => Html::default(),
    };
    html! {
        <Message tone={Tone::Warn} title={say!("These figures are of other data")} {action}>
            {say!("All below is of {files}, on which the training was.", files = of)}{instead}
        </Message>
    }
}

/// The files that an experiment plays on.
fn files(experiment: &Experiment) -> &[FileReference] {
    match &experiment.environment {
        Environment::Replay(replay) => &replay.files,
        Environment::Synthetic(_) | Environment::Preset(_) => &[],
    }
}

/// The names of files, the first few.
fn named<'a>(files: impl ExactSizeIterator<Item = &'a String>) -> String {
    const SHOWN: usize = 4;
    let more = files.len().saturating_sub(SHOWN);
    let mut names: Vec<String> = files.take(SHOWN).cloned().collect();
    if more > 0 {
        names.push(say!("{n} more", n = more).to_string());
    }
    listed(&names)
}

/// Whether two experiments ask the same of the room.
fn same(one: &Experiment, other: &Experiment) -> bool {
    one.environment == other.environment
        && one.task.success_threshold == other.task.success_threshold
        && one.query_aware.clone().unwrap_or_default() == other.query_aware.clone().unwrap_or_default()
}

fn kept(room: &QueryAwareState, error: &Error) -> AttrValue {
    match error.kind {
        ErrorKind::Cancelled => AttrValue::default(),
        _ if room.silent => AttrValue::default(),
        _ if room.trained.is_some() => say!(" What was trained before is kept."),
        _ => AttrValue::default(),
    }
}

/// How far the training is.
fn status(state: &State) -> Html {
    let room = &state.query_aware;
    let (text, class) = match (&room.training, &room.trained) {
        (Some(training), _) => (said(training.step), Some("is-running")),
        (None, _) if room.is_fetching() => (say!("Fetching token embeddings"), Some("is-running")),
        (None, _) if room.failure.is_some() => (say!("Stopped"), Some("is-paused")),
        (None, _) if room.cancelled => (say!("Cancelled"), Some("is-paused")),
        (None, Some(trained)) => (done(trained), None),
        (None, None) => (say!("Not trained yet"), Some("is-paused")),
    };
    html! {
        <section class={classes!("card", "status", class)} aria-label={say!("Progress")}>
            <div class="status-now">
                <p role="status"><span class="pulse"></span>{text}</p>
                if let Some(training) = &room.training {
                    <progress value={format!("{:.4}", training.share)} aria-label={say!("Progress of the training")}></progress>
                    if let Some(left) = training.left_ms() {
                        <dl><div><dt>{say!("Time left")}</dt><dd>{duration(left)}</dd></div></dl>
                    }
                }
            </div>
        </section>
    }
}

fn done(trained: &Trained) -> AttrValue {
    let all: f64 = trained.times.iter().map(|(_, time)| time).sum();
    let queries = trained.evaluation.split.train;
    say!(
        "Trained in {time} on {queries}. Done",
        time = duration(all),
        queries = plural!(queries, "{n}\u{a0}query", "{n}\u{a0}queries", n = count(queries))
    )
}

/// A step in words.
fn said(step: Step) -> AttrValue {
    say!(match step {
        Step::Read => "Reading the files with their texts",
        Step::Features => "Counting n-grams, weighing by TF-IDF",
        Step::Train => "Training a unit for each model",
        Step::Judge => "Judging every policy on test",
        Step::Sweep => "Sweeping s and τ",
        Step::Explain => "Looking into predictions and the gap",
    })
}
