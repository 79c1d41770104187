//! The results as text: into the clipboard, or as a file.

use super::download::save_text;
use super::results::table;
use crate::browser::copy;
use crate::format::Unit;
use crate::state::Shared;
use crate::words::say;
use llm_selection::browser::pool::Snapshot;
use llm_selection::summary::curves_csv;
use yew::prelude::*;

/// Properties of [`Copies`].
#[derive(Properties, PartialEq)]
pub struct CopiesProps {
    pub snapshot: Shared<Snapshot>,
    pub unit: Unit,
}

/// The buttons, and what came of the last one.
#[component]
pub fn Copies(props: &CopiesProps) -> Html {
    let said = use_state(|| None::<AttrValue>);
    let copying = |make: fn(&Snapshot, Unit) -> String, what: AttrValue| {
        let (snapshot, unit, said) = (props.snapshot.clone(), props.unit, said.clone());
        Callback::from(move |_: MouseEvent| {
            let (text, said, what) = (make(&snapshot, unit), said.clone(), what.clone());
            wasm_bindgen_futures::spawn_local(async move {
                let copied = copy(&text).await.is_ok();
                said.set(Some(if copied { what } else { say!("The browser did not allow copying") }));
            });
        })
    };
    let save = |file: &'static str, make: fn(&Snapshot, Unit) -> String| {
        let (snapshot, unit, said) = (props.snapshot.clone(), props.unit, said.clone());
        Callback::from(move |_: MouseEvent| {
            if save_text(file, "text/csv", &make(&snapshot, unit)).is_err() {
                said.set(Some(say!("The browser did not allow saving")));
            }
        })
    };
    let csv = |snapshot: &Snapshot, unit| table(snapshot, unit, true).csv();
    let markdown = |snapshot: &Snapshot, unit| table(snapshot, unit, false).markdown();
    let latex = |snapshot: &Snapshot, unit| table(snapshot, unit, false).latex();
    let curves = |snapshot: &Snapshot, _| curves_csv(&snapshot.result);
    html! {
        <>
            if let Some(said) = &*said { <span class="note" aria-live="polite">{said}</span> }
            <button type="button" class="btn small" onclick={copying(csv, say!("Copied as CSV"))}>{say!("Copy as CSV")}</button>
            <button type="button" class="btn small" aria-label={say!("Copy as Markdown")} onclick={copying(markdown, say!("Copied as Markdown"))}>{"Markdown"}</button>
            <button type="button" class="btn small" aria-label={say!("Copy as LaTeX")} onclick={copying(latex, say!("Copied as LaTeX"))}>{"LaTeX"}</button>
            <button type="button" class="btn small" onclick={save("results.csv", csv)}>{say!("Download CSV")}</button>
            <button type="button" class="btn small" onclick={save("curves.csv", curves)}>{say!("Curves, CSV")}</button>
        </>
    }
}
