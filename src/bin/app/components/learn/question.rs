//! What the reader is asked before the run, the run's buttons, and how the guess stands against what came out.

use super::{focus, markup};
use crate::components::message::{Message, Tone, explained};
use crate::format::{count, duration};
use crate::learn::{Course, Prediction, Said, Stage, Step, StepAction};
use crate::words::{mix, plural, say};
use yew::prelude::*;

/// The card with question and buttons; nothing where a step has neither.
pub fn question(
    place: usize,
    it: &Step,
    course: &Course,
    (silent, current): (bool, bool),
    lang: &Option<AttrValue>,
    send: &Callback<StepAction>,
) -> Html {
    let prediction = it.prediction.as_ref().filter(|_| !silent);
    // The page's one live region is in the step that is shown, whether or not anything is run there.
    let status = html! { if current { <p role="status" class="quiet small">{said(course)}</p> } };
    if prediction.is_none() && it.experiment.is_none() {
        return status;
    }
    let waits = prediction.is_some() && course.said.is_none();
    let name = format!("run-{}", place + 1);
    let run = send.reform(|_: MouseEvent| StepAction::Run);
    let skip = {
        let (send, name) = (send.clone(), name.clone());
        Callback::from(move |_: MouseEvent| {
            // The button goes; the focus stays with the run.
            focus(&name);
            send.emit(StepAction::Skip);
        })
    };
    let asks = waits && course.guess.is_none();
    let rounds = course.experiment.as_ref().and_then(|it| it.as_ref().ok()).map(|(it, _)| u64::from(it.run.rounds));
    let label = match &it.experiment {
        None => say!("Show the answer"),
        Some(trial) if trial.file.is_some() => say!("Train and judge"),
        Some(_) => {
            let rounds = rounds.unwrap_or_default();
            plural!(rounds, "Run {n}\u{a0}round", "Run {n}\u{a0}rounds", n = count(rounds))
        }
    };
    html! {
        <div class="predict">
            if let Some(prediction) = prediction { {options(place, prediction, course, lang, send)} }
            <div class="predict-run">
                <button type="button" id={name} class="btn primary" aria-disabled={asks.then_some("true")} onclick={run}>
                    <svg viewBox="0 0 16 16" aria-hidden="true"><path fill="currentColor" d="M4 2.5v11l9-5.5z" /></svg>{label}
                </button>
                if waits {
                    <button type="button" class="btn ghost" onclick={skip}>{say!("Show it without a guess")}</button>
                }
                {status}
            </div>
            if course.stage == Stage::Playing {
                <progress value={format!("{:.4}", share(course))} aria-label={say!("Progress of the run")}></progress>
            }
            if let Stage::Failed(error) = &course.stage {
                <Message tone={Tone::Bad} title={say!("The run could not go on")}>{explained(error)}</Message>
            }
        </div>
    }
}

fn options(
    place: usize,
    prediction: &Prediction,
    course: &Course,
    lang: &Option<AttrValue>,
    send: &Callback<StepAction>,
) -> Html {
    let settled = course.said.is_some();
    let options = prediction.options.iter().enumerate().map(|(option, text)| {
        let onchange = send.reform(move |_: Event| StepAction::Guess(option));
        let right = course.revealed && option == prediction.right;
        html! {
            <label key={option} class={right.then_some("is-right")}>
                <input type="radio" name={format!("guess-{}", place + 1)} checked={course.guess == Some(option)} disabled={settled} {onchange} />
                <span><span lang={lang.clone()}>{markup(text)}</span>if right { {" "}<span class="said-right">{say!("(right)")}</span> }</span>
            </label>
        }
    });
    html! {
        <fieldset role="radiogroup">
            <legend lang={lang.clone()}>{markup(&prediction.question)}</legend>
            <div class="options">{for options}</div>
        </fieldset>
    }
}

/// The guess beside the right answer.
pub fn verdict(prediction: &Prediction, course: &Course, lang: &Option<AttrValue>) -> Html {
    let text = |option: usize| prediction.options.get(option).map(markup).unwrap_or_default();
    let bold = |option: usize| html! { <b lang={lang.clone()}>{text(option)}</b> };
    let right = bold(prediction.right);
    match course.said {
        Some(Said::Guess(guess)) if guess == prediction.right => {
            html! { <p class="verdict is-good">{mix!("You said {right}, and so it is.", right = right)}</p> }
        }
        Some(Said::Guess(guess)) => {
            html! { <p class="verdict">{mix!("You said {guess}; it is {right}.", guess = bold(guess), right = right)}</p> }
        }
        _ => html! { <p class="verdict">{mix!("It is {right}.", right = right)}</p> },
    }
}

fn share(course: &Course) -> f64 {
    match &course.snapshot {
        Some(snapshot) if course.share == 0.0 => f64::from(snapshot.round) / f64::from(snapshot.rounds.max(1)),
        _ => course.share,
    }
}

/// What the live region says: what begins and what ends.
fn said(course: &Course) -> AttrValue {
    match (&course.stage, &course.snapshot, &course.trained) {
        (Stage::Ready, ..) if course.asked => say!("Choose an answer first, or show it without a guess."),
        (Stage::Ready, ..) if course.said.is_some() => say!("Your guess of before is kept."),
        (Stage::Ready, ..) => AttrValue::default(),
        (Stage::Playing, ..) => say!("Running"),
        (Stage::Failed(_), ..) => say!("Stopped"),
        (Stage::Done, Some(run), _) => {
            let replicates = u64::from(run.result.experiment.run.replicates);
            plural!(
                replicates,
                "{rounds} rounds, {n}\u{a0}replicate, in {time}. Done",
                "{rounds} rounds, {n}\u{a0}replicates, in {time}. Done",
                rounds = count(u64::from(run.rounds)),
                n = count(replicates),
                time = duration(run.elapsed_ms)
            )
        }
        (Stage::Done, None, Some(trained)) => {
            let all: f64 = trained.times.iter().map(|(_, time)| time).sum();
            let queries = trained.evaluation.split.test;
            plural!(
                queries,
                "Trained, and judged on {n}\u{a0}query, in {time}. Done",
                "Trained, and judged on {n}\u{a0}queries, in {time}. Done",
                n = count(queries),
                time = duration(all)
            )
        }
        (Stage::Done, None, None) => say!("Done"),
    }
}
