//! One legend for all figures: a button a line, which hides it.

use super::name::Name;
use super::presentation::Present;
use super::swatch::Swatch;
use crate::state::{Action, Shared};
use crate::words::say;
use llm_selection::browser::pool::Snapshot;
use std::rc::Rc;
use yew::prelude::*;

/// Properties of [`Legend`].
#[derive(Properties, PartialEq)]
pub struct LegendProps {
    /// Names of the lines.
    pub labels: Rc<Vec<String>>,
    pub hidden: Rc<Vec<bool>>,
    pub dispatch: Callback<Action>,
}

/// Names of the policies that are drawn.
pub fn labels(snapshot: &Shared<Snapshot>) -> Rc<Vec<String>> {
    Rc::new(snapshot.result.policies.iter().map(|policy| policy.label.clone()).collect())
}

/// The legend.
#[component]
pub fn Legend(props: &LegendProps) -> Html {
    let buttons = props.labels.iter().enumerate().map(|(place, label)| {
        let shown = !props.hidden.get(place).copied().unwrap_or(false);
        let dispatch = props.dispatch.clone();
        let onclick = Callback::from(move |_: MouseEvent| dispatch.emit(Action::Hide(place, shown)));
        html! {
            <button key={place} type="button" aria-pressed={if shown { "true" } else { "false" }} {onclick}>
                <Swatch place={Some(place)} /><Name name={label.clone()} inside={true} />
            </button>
        }
    });
    html! { <div class="legend" role="group" aria-label={say!("Lines shown")}>{for buttons}<Present small=true /></div> }
}
