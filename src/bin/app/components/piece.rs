//! Parts of the first view that come one after the other, so that none keeps the browser from what a person does.

use crate::later;
use gloo_timers::callback::Timeout;
use yew::prelude::*;

/// Milliseconds between two parts: about a frame.
const APART: u32 = 20;

/// Properties of [`Piece`].
#[derive(Properties)]
pub struct PieceProps {
    /// Its place in the order of parts.
    pub turn: u32,
    /// Classes of an empty box that keeps its place until then; without any there is none.
    #[prop_or_default]
    pub holder: &'static str,
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
    let here = use_state(|| later::get().is_some());
    let (setter, waits, turn) = (here.setter(), !*here, props.turn);
    use_effect_with((), move |()| {
        let timer = waits.then(|| Timeout::new(turn * APART, move || setter.set(true)));
        move || drop(timer)
    });
    match props.holder {
        _ if *here => props.children.clone(),
        "" => Html::default(),
        holder => html! { <div class={holder}></div> },
    }
}
