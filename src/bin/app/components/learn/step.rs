//! A step: text, the question with its experiment, and what that reveals.

use super::figures::figures;
use super::question::{question, verdict};
use super::text_of;
use crate::learn::{Course, LearnAction, LearnState, Opened, Stage, Step, StepAction};
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
    let lang = learn.foreign();
    html! {
        <section key={place} class="step" hidden={!current} aria-labelledby={heading(place)}>
            <h2 id={heading(place)} tabindex="-1" lang={lang.clone()}>{&it.title}</h2>
            {text_of(&it.text, &lang)}
            {question(place, it, course, (silent, current), &lang, &send)}
            // Beside what was asked: what stands there does not move while figures come.
            if let Some(prediction) = it.prediction.as_ref().filter(|_| !silent) {
                <div id={verdict_id(place)} hidden={!course.revealed}>{verdict(prediction, course, &lang)}</div>
                <Revealed {place} playing={course.stage == Stage::Playing} revealed={current && course.revealed} />
            }
            if let Some(trial) = &it.experiment { {figures(place, trial, course, current && learn.held == Some(place), paper, &lang, &send)} }
            if !it.reveal.is_empty() || other.is_some() {
                <div class="reveal" hidden={!course.revealed}>
                    if let Some((label, (own, now))) = other {
                        <p class="quiet small">{mix!(
                            "{label}: the text begins with {own}, the figures above show {now}.",
                            label = html! { <span lang={lang.clone()}>{label}</span> },
                            own = own,
                            now = now
                        )}</p>
                    }
                    {text_of(&it.reveal, &lang)}
                </div>
            }
        </section>
    }
}

fn verdict_id(place: usize) -> String {
    format!("verdict-{}", place + 1)
}

/// Properties of [`Revealed`].
#[derive(Properties, PartialEq)]
struct RevealedProps {
    place: usize,
    playing: bool,
    revealed: bool,
}

/// A reader who has scrolled less than this since the run began has stayed.
const STAYED: f64 = 60.0;

/// Brings what became of the guess into view, unless the reader went elsewhere meanwhile.
#[component]
fn Revealed(props: &RevealedProps) -> Html {
    let RevealedProps { place, playing, revealed } = *props;
    // Where the page was scrolled to as the run began.
    let began = use_mut_ref(|| None::<f64>);
    let over = use_mut_ref(|| false);
    use_effect_with((playing, revealed), move |_| {
        let Some(window) = web_sys::window() else { return };
        let scrolled = window.scroll_y().unwrap_or_default();
        if playing {
            *began.borrow_mut() = Some(scrolled);
        }
        // Once: who varies the experiment looks at the figures.
        if revealed && !over.replace(true) {
            let stayed = began.borrow().is_some_and(|before| (scrolled - before).abs() < STAYED);
            let shown = || window.document()?.get_element_by_id(&verdict_id(place));
            if let Some(shown) = shown().filter(|_| stayed) {
                let options = web_sys::ScrollIntoViewOptions::new();
                options.set_block(web_sys::ScrollLogicalPosition::Nearest);
                shown.scroll_into_view_with_scroll_into_view_options(&options);
            }
        }
    });
    Html::default()
}
