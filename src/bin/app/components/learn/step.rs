//! A step: text, the question with its experiment, and what that reveals.

use super::figures::figures;
use super::question::{question, verdict};
use super::{lang, text_of};
use crate::learn::{Course, LearnAction, LearnState, Opened, Step, StepAction};
use crate::state::Action;
use crate::words::mix;
use llm_selection::figure::Paper;
use yew::prelude::*;

/// Identifier of a step's heading.
pub fn heading(place: usize) -> String {
    format!("step-{}", place + 1)
}

/// The step at this place; hidden where another one is shown.
pub fn step(
    learn: &LearnState,
    opened: &Opened,
    place: usize,
    it: &Step,
    course: &Course,
    paper: Paper,
    dispatch: &Callback<Action>,
) -> Html {
    let send = dispatch.reform(move |action: StepAction| Action::Learn(LearnAction::Step(place, action)));
    let current = place == opened.step;
    let varied = it.experiment.as_ref().and_then(|trial| trial.vary.as_ref());
    let other = varied.and_then(|vary| Some((&vary.label, vary.other(course.value)?)));
    let silent = learn.place.hides("predictions");
    html! {
        <section key={place} class="step" hidden={!current} aria-labelledby={heading(place)}>
            <h2 id={heading(place)} tabindex="-1" lang={lang()}>{&it.title}</h2>
            {text_of(&it.text)}
            {question(place, it, course, silent, current, &send)}
            if let Some(trial) = &it.experiment { {figures(place, trial, course, current && learn.held == Some(place), paper, &send)} }
            if !it.reveal.is_empty() || it.prediction.is_some() {
                <div class="reveal" hidden={!course.revealed}>
                    if let Some(prediction) = it.prediction.as_ref().filter(|_| !silent) { {verdict(prediction, course)} }
                    if let Some((label, (own, now))) = other {
                        <p class="quiet small">{mix!(
                            "{label}: the text begins with {own}, the figures above show {now}.",
                            label = html! { <span lang={lang()}>{label}</span> },
                            own = own,
                            now = now
                        )}</p>
                    }
                    {text_of(&it.reveal)}
                </div>
            }
        </section>
    }
}
