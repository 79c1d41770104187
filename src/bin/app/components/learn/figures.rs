//! What came of a step's experiment: figures and a small table, and the way to where more can be done with it.

use crate::components::figure::Figure;
use crate::components::inspector::Inspector;
use crate::components::legend::{Legend, labels};
use crate::components::query_aware::{Pictures, Policies};
use crate::components::results::small;
use crate::format::Unit;
use crate::inspector::InspectorAction;
use crate::learn::{Course, Stage, StepAction, Trial, Vary};
use crate::state::Action;
use crate::words::say;
use llm_selection::browser::pool::Snapshot;
use llm_selection::experiment::Environment;
use llm_selection::figure::{Against, FigureKind, Paper};
use yew::prelude::*;

/// The experiment's part of a step; nothing before its first run, but for what the reader may vary.
pub fn figures(
    place: usize,
    trial: &Trial,
    course: &Course,
    held: bool,
    paper: Paper,
    lang: &Option<AttrValue>,
    send: &Callback<StepAction>,
) -> Html {
    let shown = course.was_run();
    if !shown && trial.vary.is_none() {
        return Html::default();
    }
    html! {
        <section class="trial" aria-label={trial.title.clone()}>
            <div class="trial-head">
                if let Some(vary) = &trial.vary { {values(place, vary, course, lang, send)} }
                if shown { {elsewhere(trial, course, send)} }
            </div>
            {drawn(trial, course, held, paper, send)}
            {inspector(trial, course, held, send)}
            if let Some(trained) = &course.trained {
                <Policies trained={trained.clone()} prefix={format!("trial-{}-", place + 1)} />
                <Pictures trained={trained.clone()} {paper} prefix={format!("trial-{}-", place + 1)} />
            }
        </section>
    }
}

fn values(place: usize, vary: &Vary, course: &Course, lang: &Option<AttrValue>, send: &Callback<StepAction>) -> Html {
    let name = format!("vary-{}", place + 1);
    let options = vary.texts().enumerate().map(|(value, text)| {
        let onchange = send.reform(move |_: Event| StepAction::Vary(value));
        html! { <label key={value}><input type="radio" name={name.clone()} checked={course.value == value} {onchange} /><span>{text}</span></label> }
    });
    html! {
        <fieldset class="vary" role="radiogroup">
            <legend lang={lang.clone()}>{&vary.label}</legend>
            <div class="seg">{for options}</div>
        </fieldset>
    }
}

/// The way to the room where the experiment can be changed at will.
fn elsewhere(trial: &Trial, course: &Course, send: &Callback<StepAction>) -> Html {
    let Some(Ok((_, link))) = &course.experiment else { return Html::default() };
    if trial.file.is_some() {
        let take = send.reform(|_: MouseEvent| StepAction::Take);
        return html! { <button type="button" class="btn small" onclick={take}>{say!("Open in Query-aware")}</button> };
    }
    // What is opened begins at its top; a new tab has nothing to do with this one.
    let onclick = Callback::from(|event: MouseEvent| {
        if let Some(window) = web_sys::window().filter(|_| !event.ctrl_key() && !event.meta_key() && !event.shift_key())
        {
            window.scroll_to_with_x_and_y(0.0, 0.0);
        }
    });
    html! { <a class="btn small" href={link.clone()} {onclick}>{say!("Open in the Playground")}</a> }
}

/// The round that the lesson speaks of, and any other; of the experiment that was played last.
fn inspector(trial: &Trial, course: &Course, held: bool, send: &Callback<StepAction>) -> Html {
    let (Some(snapshot), Some(_), true) = (&course.snapshot, &trial.inspector, held) else { return Html::default() };
    // The inspector's actions are those of the page's own run: here they are of the experiment.
    let dispatch = {
        let send = send.clone();
        Callback::from(move |action| {
            if let Action::Inspect(action) = action {
                send.emit(StepAction::Inspect(action));
            }
        })
    };
    html! {
        <Inspector snapshot={snapshot.clone()} state={course.inspector.clone()} moving={course.stage == Stage::Playing} unit={unit(snapshot)} {dispatch} />
    }
}

/// What costs are counted in.
fn unit(snapshot: &Snapshot) -> Unit {
    match snapshot.result.experiment.environment {
        Environment::Synthetic(_) => Unit::Plain,
        _ => Unit::Dollars,
    }
}

fn drawn(trial: &Trial, course: &Course, held: bool, paper: Paper, send: &Callback<StepAction>) -> Html {
    let Some(snapshot) = &course.snapshot else { return Html::default() };
    let unit = unit(snapshot);
    let dollars = unit == Unit::Dollars;
    let kinds = FigureKind::of(&snapshot.result).filter(|kind| trial.figures.iter().any(|slug| slug == kind.slug()));
    let on_cursor = send.reform(StepAction::Cursor);
    let open = send.reform(|round| StepAction::Inspect(InspectorAction::Open(round)));
    let on_open = (held && trial.inspector.is_some()).then_some(open);
    let against = if trial.relaxed { Against::Relaxed } else { Against::default() };
    let drawn = kinds.map(|kind| {
        html! {
            <Figure key={kind.slug()} {kind} about={trial.title.clone()} policy={trial.policy} {against} snapshot={snapshot.0.clone()} hidden={course.hidden.clone()}
                cursor={course.cursor} on_cursor={on_cursor.clone()} on_open={on_open.clone()} {dollars} {paper} />
        }
    });
    // The legend's buttons are those of the page's own run: here they hide the experiment's lines.
    let hide = {
        let send = send.clone();
        Callback::from(move |action| {
            if let Action::Hide(place, hide) = action {
                send.emit(StepAction::Hide(place, hide));
            }
        })
    };
    html! {
        <>
            if !trial.figures.is_empty() {
                <div class="charts">
                    <Legend labels={labels(snapshot)} hidden={course.hidden.clone()} dispatch={hide} />
                    <div class="figs">{for drawn}</div>
                </div>
            }
            if !trial.columns.is_empty() { {small(snapshot, unit, &trial.title, &trial.columns)} }
        </>
    }
}
