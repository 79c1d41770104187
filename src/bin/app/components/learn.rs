//! The room *Learn*: the list of lessons, a lesson step by step, its symbols in the margin.

mod contents;
mod figures;
mod question;
mod share;
mod step;

use super::message::{Message, Tone, explained};
use crate::learn::{Entry, LearnAction, LearnState, Opened, Place};
use crate::state::Action;
use crate::words::{mix, plural, say};
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

/// A part of a lesson's own text, which may be in another language than the page.
fn text_of(text: &Rc<str>, lang: &Option<AttrValue>) -> Html {
    match lang.clone() {
        None => markup(text),
        // It looks as it does in the step.
        lang => html! { <div class="step" {lang}>{markup(text)}</div> },
    }
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
            if margin { {symbols(opened, learn.foreign())} }
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
                <h1>{say!("Learn")}</h1>
                <p role="status" class="quiet">if coming { {say!("Loading…")} }</p>
                if let Some(error) = &learn.failure {
                    <Message tone={Tone::Bad} title={say!("The lessons have not come")} action={html! { <button type="button" class="btn small" onclick={retry}>{say!("Try again")}</button> }}>{explained(error)}</Message>
                }
                if let (Some(index), false) = (&learn.index, coming) {
                    if let Some(slug) = &learn.place.lesson {
                        if learn.failure.is_none() {
                            <Message tone={Tone::Note} title={say!("There is no such lesson")}>
                                <p>{mix!(
                                    "The address names {lesson}. These are the lessons there are; choose one to go on.",
                                    lesson = html! { <b><bdi>{slug.clone()}</bdi></b> }
                                )}</p>
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
        <Message tone={Tone::Note} title={say!("There is no such step")}>
            <p>{mix!(
                "The address names step {step}. This lesson has steps 1 to {steps}; it begins here.",
                step = html! { <b><bdi>{step.clone()}</bdi></b> },
                steps = steps
            )}</p>
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
    let about = say!(
        "Lesson {lesson} of {lessons} · {minutes} · {experiments} · step {step} of {steps}",
        lesson = opened.place + 1,
        lessons = lessons,
        minutes = contents::minutes(entry.minutes),
        experiments =
            plural!(experiments, "{n}\u{a0}experiment", "{n}\u{a0}experiments", n = crate::format::count(experiments)),
        step = now + 1,
        steps = steps
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
            <p class="meta">{about}if entry.foreign().is_some() { {" · "}{say!("The lessons are in English.")} }</p>
            <h1 id="lesson-title" tabindex="-1" lang={entry.foreign()}>{&entry.title}</h1>
            <div class="lead" lang={entry.foreign()} hidden={now > 0}>{markup(&opened.lesson.lead)}</div>
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
        (0, Some(entry)) => html! { <a href={to(&entry.slug, 0)}>{"← "}{title(entry)}</a> },
        _ => html! { <a href={to(&opened.slug, step - 1)}>{say!("← Back")}</a> },
    };
    let next = match lesson(Some(opened.place + 1)) {
        _ if step + 1 < steps => {
            html! { <a class="btn primary" href={to(&opened.slug, step + 1)}>{say!("Next step")}</a> }
        }
        Some(entry) => {
            html! { <a class="btn primary" href={to(&entry.slug, 0)}><span>{mix!("Next: {lesson}", lesson = title(entry))}</span></a> }
        }
        None => html! { <a class="btn primary" href="#learn">{say!("To all lessons")}</a> },
    };
    html! { <nav class="pager" aria-label={say!("Steps")}>{back}{next}</nav> }
}

/// Title of a lesson, in its language.
fn title(entry: &Entry) -> Html {
    html! { <span lang={entry.foreign()}>{&entry.title}</span> }
}

fn symbols(opened: &Opened, lang: Option<AttrValue>) -> Html {
    let symbols = opened.lesson.symbols.iter().map(|it| {
        html! { <div><dt>{markup(&it.symbol)}{", "}{markup(&it.name)}</dt><dd>{markup(&it.meaning)}</dd></div> }
    });
    html! {
        <aside class="margin" aria-labelledby="margin-title">
            <h2 id="margin-title">{say!("In this lesson")}</h2>
            <dl {lang}>{for symbols}</dl>
        </aside>
    }
}

/// The way past the header. The address stays, since it says which step is shown.
pub fn skip() -> Html {
    let onclick = Callback::from(|event: MouseEvent| {
        event.prevent_default();
        focus("main");
    });
    html! { <a class="skip" href="#main" {onclick}>{say!("Skip to the lesson")}</a> }
}

/// How many parts a lecturer's link hides, and the way to them; nothing where that is none.
pub fn hidden(learn: &LearnState) -> Html {
    let Place { hidden, .. } = &learn.place;
    let Some((slug, step)) = learn.shown().filter(|_| !hidden.is_empty()) else { return Html::default() };
    let parts = hidden.len();
    let said = plural!(
        parts,
        "The link hides {n}\u{a0}part of the page.",
        "The link hides {n}\u{a0}parts of the page.",
        n = parts
    );
    html! {
        <span>{said}{" "}<a class="btn small" href={Place::fragment(&slug, step, &[])}>{say!("Show all")}</a></span>
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
