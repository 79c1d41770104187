//! The lessons there are: beside a lesson, and as a page of their own.

use super::title;
use crate::format::count;
use crate::learn::{Entry, LearnAction, LearnState, Place};
use crate::state::Action;
use crate::words::{Language, mix, plural, say, spoken};
use std::rc::Rc;
use yew::prelude::*;

/// Properties of [`Contents`].
#[derive(Properties)]
pub struct ContentsProps {
    pub learn: LearnState,
    /// How often the reader has moved: the list closes then, where it is closed at first.
    pub moves: u32,
}

// A lesson that has come is another one that is shown.
impl PartialEq for ContentsProps {
    fn eq(&self, other: &ContentsProps) -> bool {
        let key = |it: &ContentsProps| (it.moves, it.learn.shown(), it.learn.place.hidden.clone());
        let list = |it: &ContentsProps| it.learn.index.as_ref().map(Rc::as_ptr);
        key(self) == key(other) && list(self) == list(other) && self.learn.progress == other.learn.progress
    }
}

/// The list beside a lesson, with the steps of that one. On narrow screens a button opens it.
#[component]
pub fn Contents(props: &ContentsProps) -> Html {
    let ContentsProps { learn, moves } = props;
    let open = use_state(|| false);
    {
        let open = open.setter();
        use_effect_with(*moves, move |_| open.set(false));
    }
    let (Some(index), Some(opened)) = (&learn.index, &learn.opened) else { return Html::default() };
    let items = index.iter().enumerate().map(|(place, entry)| {
        let current = place == opened.place;
        let done = learn.progress.has_all(&entry.slug, entry.steps.len());
        html! {
            <li key={entry.slug.clone()}>
                <a href={Place::fragment(&entry.slug, 0, &learn.place.hidden)} aria-current={current.then_some("true")}>
                    <span class="nth">{place + 1}</span>{title(entry)}{tick(done)}
                </a>
                if current { {steps(learn, entry, opened.step)} }
            </li>
        }
    });
    let turn = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(!*open))
    };
    html! {
        <nav class={classes!("toc", open.then_some("is-open"))} aria-label={say!("Lessons")}>
            <button type="button" class="btn" aria-expanded={open.to_string()} aria-controls="toc" onclick={turn}>{say!("Lessons")}</button>
            <div id="toc"><h2><a href="#learn">{say!("Lessons")}</a></h2><ol>{for items}</ol></div>
        </nav>
    }
}

fn steps(learn: &LearnState, entry: &Entry, now: usize) -> Html {
    let items = entry.steps.iter().enumerate().map(|(step, title)| {
        html! {
            <li key={step}>
                <a href={Place::fragment(&entry.slug, step, &learn.place.hidden)} aria-current={(step == now).then_some("step")}>
                    <span lang={entry.foreign()}>{title}</span>{tick(learn.progress.has(&entry.slug, step))}
                </a>
            </li>
        }
    });
    html! { <ol class="of-lesson" aria-label={say!("Steps of this lesson")}>{for items}</ol> }
}

fn tick(done: bool) -> Html {
    html! { if done { <span class="done"><span aria-hidden="true">{"✓"}</span><span class="vh">{" "}{say!("finished")}</span></span> } }
}

/// Minutes that a lesson takes.
pub fn minutes(minutes: u64) -> AttrValue {
    plural!(minutes, "{n}\u{a0}minute", "{n}\u{a0}minutes", n = count(minutes))
}

/// All lessons, and what the reader has done of them.
pub fn overview(learn: &LearnState, index: &[Entry], dispatch: &Callback<Action>) -> Html {
    let finished = |entry: &Entry| learn.progress.has_all(&entry.slug, entry.steps.len());
    let next = index.iter().find(|entry| !finished(entry));
    let all: u64 = index.iter().map(|entry| entry.minutes).sum();
    let items = index.iter().enumerate().map(|(place, entry)| {
        html! {
            <li key={entry.slug.clone()}>
                <a href={Place::fragment(&entry.slug, 0, &learn.place.hidden)}>
                    <span class="nth">{place + 1}</span>{title(entry)}
                </a>
                <span class="quiet small">{minutes(entry.minutes)}</span>{tick(finished(entry))}
            </li>
        }
    });
    let forget = dispatch.reform(|_: MouseEvent| Action::Learn(LearnAction::Forget));
    html! {
        <>
            <div class="lead"><p>{say!(
                "{lessons} lessons, {minutes} minutes, for whoever knows what an average is. Each asks you to guess before it shows: the experiments are played here, by the same engine as in the Playground.",
                lessons = index.len(),
                minutes = all
            )}if spoken() != Language::English { {" "}{say!("The lessons are in English.")} }</p></div>
            if let Some(entry) = next {
                <p><a class="btn primary" href={Place::fragment(&entry.slug, 0, &learn.place.hidden)}><span>{mix!(if learn.progress.is_empty() { "Begin: {lesson}" } else { "Go on: {lesson}" }, lesson = title(entry))}</span></a></p>
            }
            <ol class="all-lessons" aria-label={say!("All lessons")}>{for items}</ol>
            if !learn.progress.is_empty() {
                <p class="quiet small">{say!("Ticks and guesses are remembered on this computer alone.")}{" "}
                    <button type="button" class="btn small" onclick={forget}>{say!("Forget my progress")}</button></p>
            }
        </>
    }
}
