//! What the main area shows: this run, a sweep, the studies.

use crate::state::{Action, View};
use crate::words::say;
use wasm_bindgen::JsCast;
use yew::prelude::*;

/// Properties of [`Views`].
#[derive(Properties, PartialEq)]
pub struct ViewsProps {
    pub view: View,
    pub dispatch: Callback<Action>,
}

/// Identifier of the tab's button; the panel is labelled by it.
pub fn tab_id(view: View) -> &'static str {
    match view {
        View::Run => "view-run",
        View::Sweep => "view-sweep",
        View::Studies => "view-studies",
    }
}

/// The tabs. Arrow keys go from one to the next.
#[component]
pub fn Views(props: &ViewsProps) -> Html {
    let tabs = View::ALL.into_iter().map(|view| {
        let current = view == props.view;
        let onclick = {
            let dispatch = props.dispatch.clone();
            Callback::from(move |_: MouseEvent| dispatch.emit(Action::View(view)))
        };
        let onkeydown = {
            let dispatch = props.dispatch.clone();
            Callback::from(move |event: KeyboardEvent| {
                let place = View::ALL.iter().position(|other| *other == view).unwrap_or(0);
                let last = View::ALL.len() - 1;
                let next = match event.key().as_str() {
                    "ArrowRight" => {
                        if place == last {
                            0
                        } else {
                            place + 1
                        }
                    }
                    "ArrowLeft" => {
                        if place == 0 {
                            last
                        } else {
                            place - 1
                        }
                    }
                    "Home" => 0,
                    "End" => last,
                    _ => return,
                };
                event.prevent_default();
                if let Some(view) = View::ALL.get(next) {
                    dispatch.emit(Action::View(*view));
                    let tab = web_sys::window().and_then(|window| window.document()?.get_element_by_id(tab_id(*view)));
                    if let Some(tab) = tab.and_then(|tab| tab.dyn_into::<web_sys::HtmlElement>().ok()) {
                        let _ = tab.focus();
                    }
                }
            })
        };
        html! {
            <button type="button" role="tab" id={tab_id(view)} aria-selected={current.to_string()} aria-controls="view"
                tabindex={if current { "0" } else { "-1" }} {onclick} {onkeydown}>{view.name()}</button>
        }
    });
    html! { <div class="views" role="tablist" aria-label={say!("View")}>{for tabs}</div> }
}
