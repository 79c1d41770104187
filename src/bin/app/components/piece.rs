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

    /// Keeps its place for good.
    pub fn keep(self) {
        std::mem::forget(self);
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
    /// Whether it can wait as long as its box is below the screen.
    #[prop_or_default]
    pub patient: bool,
    pub children: Html,
}

// What is in a child is not seen from outside.
impl PartialEq for PieceProps {
    fn eq(&self, _: &PieceProps) -> bool {
        false
    }
}

/// Milliseconds after which a box is looked for again.
const REST: u32 = 400;

/// A part of the page: in the first view it has its turn, later it is there at once.
#[component]
pub fn Piece(props: &PieceProps) -> Html {
    let here = use_state(|| !props.always && later::get().is_some());
    // Odd while the box was below the screen and is to be looked for again.
    let look = use_state(|| 0_u32);
    let place = use_node_ref();
    let (come, is_here, again, turn, node) = (here.setter(), *here, look.setter(), props.turn, place.clone());
    use_effect_with((props.patient, *look), move |&(patient, looks)| {
        let rests = patient && looks % 2 == 1;
        let go = move || {
            if rests || (patient && below(&node)) { again.set(looks.wrapping_add(1)) } else { come.set(true) }
        };
        let waits = match rests {
            _ if is_here => (None, None),
            true => (Some(Timeout::new(REST, go)), None),
            false => (None, Some(Turn::wait(turn, go))),
        };
        move || drop(waits)
    });
    match props.holder {
        _ if *here => props.children.clone(),
        "" => Html::default(),
        holder => html! { <div class={holder} ref={place}></div> },
    }
}

/// Whether a box begins below the screen.
fn below(node: &NodeRef) -> bool {
    let height = web_sys::window().and_then(|window| window.inner_height().ok()?.as_f64());
    let top = node.cast::<web_sys::Element>().map(|element| element.get_bounding_client_rect().top());
    top.zip(height).is_some_and(|(top, height)| top > height)
}
