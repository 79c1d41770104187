//! Parts of the page that come one after the other, so that none keeps the browser from what a person does.

use crate::later;
use gloo_timers::callback::Timeout;
use std::cell::{Cell, RefCell};
use yew::prelude::*;

/// Milliseconds between two turns: about a frame.
const APART: u32 = 20;

/// A job that waits: its place in the order, and when it came.
type Job = ((u32, u32), Box<dyn FnOnce()>);

thread_local! {
    static WAITING: RefCell<Vec<Job>> = const { RefCell::new(Vec::new()) };
    static CAME: Cell<u32> = const { Cell::new(0) };
    /// Whether a next turn is set.
    static SET: Cell<bool> = const { Cell::new(false) };
}

/// A place among what waits; dropped, it is given up.
pub struct Turn((u32, u32));

impl Turn {
    /// Does a job when its turn comes: the lower `place` first. Each job has a task of the browser for itself, also where
    /// the browser was busy meanwhile.
    pub fn wait(place: u32, job: impl FnOnce() + 'static) -> Turn {
        let key = (place, CAME.replace(CAME.get().wrapping_add(1)));
        WAITING.with_borrow_mut(|waiting| waiting.push((key, Box::new(job))));
        if !SET.replace(true) {
            Timeout::new(APART, next).forget();
        }
        Turn(key)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let place = WAITING.with_borrow(|waiting| waiting.iter().position(|(key, _)| *key == self.0));
        // What the job holds may give up turns, too.
        drop(place.map(|place| WAITING.with_borrow_mut(|waiting| waiting.swap_remove(place))));
    }
}

/// Does the job that is next.
fn next() {
    let job = WAITING.with_borrow_mut(|waiting| {
        let first = waiting.iter().enumerate().min_by_key(|(_, (key, _))| *key).map(|(place, _)| place);
        first.map(|first| waiting.swap_remove(first))
    });
    SET.set(job.is_some());
    if let Some((_, job)) = job {
        Timeout::new(APART, next).forget();
        job();
    }
}

/// Properties of [`Piece`].
#[derive(Properties)]
pub struct PieceProps {
    /// Its place in the order of parts.
    pub turn: u32,
    /// Classes of an empty box that keeps its place until then; without any there is none.
    #[prop_or_default]
    pub holder: &'static str,
    /// Whether it has its turn beyond the first view, too.
    #[prop_or_default]
    pub always: bool,
    pub children: Html,
}

// What is in a child is not seen from outside.
impl PartialEq for PieceProps {
    fn eq(&self, _: &PieceProps) -> bool {
        false
    }
}

/// A part of the page: in the first view it has its turn, later it is there at once.
#[component]
pub fn Piece(props: &PieceProps) -> Html {
    let here = use_state(|| !props.always && later::get().is_some());
    let (setter, waits, turn) = (here.setter(), !*here, props.turn);
    use_effect_with((), move |()| {
        let turn = waits.then(|| Turn::wait(turn, move || setter.set(true)));
        move || drop(turn)
    });
    match props.holder {
        _ if *here => props.children.clone(),
        "" => Html::default(),
        holder => html! { <div class={holder}></div> },
    }
}
