//! A button that saves a table of the room.

use crate::components::download::save_text;
use crate::words::say;
use yew::prelude::*;

/// Properties of [`Saving`].
#[derive(Properties, PartialEq)]
pub struct SavingProps {
    /// Name of the file, unique in the room.
    pub name: &'static str,
    /// What it holds, as CSV.
    pub text: String,
}

/// The button.
#[component]
pub fn Saving(props: &SavingProps) -> Html {
    let refused = use_state(|| false);
    let SavingProps { name, text } = props;
    let onclick = {
        let (refused, name, text) = (refused.clone(), *name, text.clone());
        Callback::from(move |_: MouseEvent| refused.set(save_text(name, "text/csv", &text).is_err()))
    };
    html! {
        <>
            if *refused { <span class="note" aria-live="polite">{say!("The browser did not allow saving")}</span> }
            <button type="button" class="btn small" aria-label={say!("Download CSV: {name}", name = name)} {onclick}>{say!("Download CSV")}</button>
        </>
    }
}

/// A number at full precision; nothing where it is not known.
pub fn number(number: Option<f64>) -> String {
    number.map_or_else(String::new, |number| number.to_string())
}
