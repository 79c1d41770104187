//! The room *Learn*: the list of lessons, a lesson step by step, its symbols in the margin.

mod contents;
mod figures;
mod question;
mod share;
mod step;

use super::message::{Message, Tone, explained};
use crate::learn::{LearnAction, LearnState, Opened, Place};
use crate::state::Action;
use contents::{Contents, overview};
use llm_selection::figure::Paper;
pub use share::ShareLesson;
use std::rc::Rc;
use step::step;
use yew::prelude::*;

/// Text that the build has made of a lesson; nothing else becomes markup.
fn markup(text: &Rc<str>) -> Html {
    Html::from_html_unchecked(AttrValue::from(text.clone()))
}

/// The whole room.
pub fn room(learn: &LearnState, paper: Paper, dispatch: &Callback<Action>) -> Html {
    let place = &learn.place;
    let Some(opened) = &learn.opened else { return alone(learn, dispatch) };
    let list = !place.hides("list");
    let margin = !place.hides("margin") && !opened.lesson.symbols.is_empty();
    html! {
        <div class={classes!("learn", (!list).then_some("no-list"), (!margin).then_some("no-margin"))}>
            if list { <Contents learn={learn.clone()} moves={learn.moves} /> }
            <main class="lesson" id="main" tabindex="-1">
                {unknown_step(learn, opened)}
                <Moved moves={learn.moves} place={opened.step} />
                {text(learn, opened, paper, dispatch)}
            </main>
            if margin { {symbols(opened)} }
        </div>
    }
}

/// No lesson is open: the list of all, or why there is none.
fn alone(learn: &LearnState, dispatch: &Callback<Action>) -> Html {
    let retry = dispatch.reform(|_: MouseEvent| Action::Learn(LearnAction::Retry));
    let coming = learn.failure.is_none() && (learn.index.is_none() || learn.named().is_some());
    html! {
        <div class="learn no-list no-margin">
            <main class="lesson" id="main" tabindex="-1">
                <h1>{"Learn"}</h1>
                <p role="status" class="quiet">{if coming { "Loading…" } else { "" }}</p>
                if let Some(error) = &learn.failure {
                    <Message tone={Tone::Bad} title="The lessons have not come" action={html! { <button type="button" class="btn small" onclick={retry}>{"Try again"}</button> }}>{explained(error)}</Message>
                }
                if let (Some(index), false) = (&learn.index, coming) {
                    if let Some(slug) = &learn.place.lesson {
                        if learn.failure.is_none() {
                            <Message tone={Tone::Note} title="There is no such lesson">
                                {"The address names "}<b><bdi>{slug.clone()}</bdi></b>{". These are the lessons there are; choose one to go on."}
                            </Message>
                        }
                    }
                    {overview(learn, index, dispatch)}
                }
            </main>
        </div>
    }
}

fn unknown_step(learn: &LearnState, opened: &Opened) -> Html {
    let Some(step) = learn.place.step.as_ref().filter(|_| learn.is_step_unknown()) else { return Html::default() };
    let steps = opened.courses.len();
    html! {
        <Message tone={Tone::Note} title="There is no such step">
            {"The address names step "}<b><bdi>{step.clone()}</bdi></b>{format!(". This lesson has steps 1 to {steps}; it begins here.")}
        </Message>
    }
}

/// Where the reader is, the title, and all steps, of which one is shown; paper shows all.
fn text(learn: &LearnState, opened: &Opened, paper: Paper, dispatch: &Callback<Action>) -> Html {
    let index = learn.index.as_deref();
    let Some(entry) = index.and_then(|index| index.get(opened.place)) else { return Html::default() };
    let lessons = index.map_or(0, Vec::len);
    let (now, steps) = (opened.step, opened.courses.len());
    let experiments = opened.lesson.steps.iter().filter(|step| step.experiment.is_some()).count() as u64;
    let about = format!(
        "Lesson {} of {lessons} · {} · {} · step {} of {steps}",
        opened.place + 1,
        crate::format::plural(entry.minutes, "minute", "minutes"),
        crate::format::plural(experiments, "experiment", "experiments"),
        now + 1
    );
    let shown = opened
        .lesson
        .steps
        .iter()
        .zip(&opened.courses)
        .enumerate()
        .map(|(place, (it, course))| step(learn, opened, place, it, course, paper, dispatch));
    html! {
        <>
            <p class="meta">{about}</p>
            <h1 id="lesson-title" tabindex="-1">{&entry.title}</h1>
            <div class="lead" hidden={now > 0}>{markup(&opened.lesson.lead)}</div>
            {for shown}
            if !learn.place.hides("pager") { {pager(learn, opened)} }
        </>
    }
}

/// The step before and the step after, beyond the last of which is the next lesson.
fn pager(learn: &LearnState, opened: &Opened) -> Html {
    let hidden = &learn.place.hidden;
    let to = |lesson: &str, step: usize| Place::fragment(lesson, step, hidden);
    let index = learn.index.as_deref();
    let lesson = |place: Option<usize>| place.and_then(|place| index?.get(place));
    let (step, steps) = (opened.step, opened.courses.len());
    let back = match (step, lesson(opened.place.checked_sub(1))) {
        (0, None) => Html::default(),
        (0, Some(entry)) => html! { <a href={to(&entry.slug, 0)}>{"← "}{&entry.title}</a> },
        _ => html! { <a href={to(&opened.slug, step - 1)}>{"← Back"}</a> },
    };
    let next = match lesson(Some(opened.place + 1)) {
        _ if step + 1 < steps => html! { <a class="btn primary" href={to(&opened.slug, step + 1)}>{"Next step"}</a> },
        Some(entry) => html! { <a class="btn primary" href={to(&entry.slug, 0)}>{"Next: "}{&entry.title}</a> },
        None => html! { <a class="btn primary" href="#learn">{"To all lessons"}</a> },
    };
    html! { <nav class="pager" aria-label="Steps">{back}{next}</nav> }
}

fn symbols(opened: &Opened) -> Html {
    let symbols = opened.lesson.symbols.iter().map(|it| {
        html! { <div><dt>{markup(&it.symbol)}{", "}{markup(&it.name)}</dt><dd>{markup(&it.meaning)}</dd></div> }
    });
    html! {
        <aside class="margin" aria-labelledby="margin-title">
            <h2 id="margin-title">{"In this lesson"}</h2>
            <dl>{for symbols}</dl>
        </aside>
    }
}

/// The way past the header. The address stays, since it says which step is shown.
pub fn skip() -> Html {
    let onclick = Callback::from(|event: MouseEvent| {
        event.prevent_default();
        focus("main");
    });
    html! { <a class="skip" href="#main" {onclick}>{"Skip to the lesson"}</a> }
}

/// How many parts a lecturer's link hides, and the way to them; nothing where that is none.
pub fn hidden(learn: &LearnState) -> Html {
    let Place { hidden, .. } = &learn.place;
    let Some((slug, step)) = learn.shown().filter(|_| !hidden.is_empty()) else { return Html::default() };
    let parts = crate::format::plural(hidden.len() as u64, "part", "parts");
    html! {
        <span>{format!("The link hides {parts} of the page. ")}<a class="btn small" href={Place::fragment(&slug, step, &[])}>{"Show all"}</a></span>
    }
}

/// Properties of [`Moved`].
#[derive(Properties, PartialEq)]
struct MovedProps {
    /// How often the reader has moved.
    moves: u32,
    /// The step that is shown.
    place: usize,
}

/// Takes the focus to where the reader has moved; a page that has just been opened keeps it.
#[component]
fn Moved(props: &MovedProps) -> Html {
    use_effect_with((props.moves, props.place), |&(moves, place)| {
        let heading = if place == 0 { "lesson-title".to_owned() } else { step::heading(place) };
        if moves > 0 {
            focus(&heading);
        }
    });
    Html::default()
}

/// Gives an element the focus, scrolled to the top of the window.
fn focus(id: &str) {
    use wasm_bindgen::JsCast;
    let element = web_sys::window().and_then(|window| window.document()?.get_element_by_id(id));
    if let Some(element) = element.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = element.focus();
        element.scroll_into_view();
    }
}
