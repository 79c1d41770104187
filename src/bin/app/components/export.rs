//! *Export*: everything that can leave the page, in one place.

use super::download::{save_text, text_file};
use super::explain::{Explain, Topic};
use super::message::{Message, Tone, explained};
use super::results::table;
use crate::format::{Unit, bytes};
use crate::state::{Action, Cleaning, Shared};
use llm_selection::browser::pool::Snapshot;
use llm_selection::experiment::Experiment;
use llm_selection::figure::{Paper, sheet};
use llm_selection::summary::curves_csv;
use std::rc::Rc;
use yew::prelude::*;

/// Properties of [`Export`].
#[derive(Properties, Clone, PartialEq)]
pub struct ExportProps {
    pub snapshot: Shared<Snapshot>,
    pub dollars: bool,
    /// The experiment of the form, once it is a valid one.
    pub experiment: Option<Rc<Experiment>>,
    pub paper: Paper,
    /// Whether there is data: not where every round is drawn anew.
    pub data: bool,
    pub cleaning: Cleaning,
    pub dispatch: Callback<Action>,
}

/// A file by name and MIME type, and what is in it.
type Made = (&'static str, &'static str, String);

/// The button and what it opens.
#[component]
pub fn Export(props: &ExportProps) -> Html {
    let said = use_state(|| None::<&'static str>);
    let save = |label: &'static str, ready: bool, make: fn(&ExportProps) -> Option<Made>| {
        let (said, props) = (said.clone(), props.clone());
        let onclick = Callback::from(move |_: MouseEvent| {
            if let Some((name, kind, text)) = make(&props) {
                let refused = save_text(name, kind, &text).is_err();
                said.set(refused.then_some("The browser did not allow saving"));
            }
        });
        html! { <button type="button" class="btn small" disabled={!ready} {onclick}>{label}</button> }
    };
    let finished = !props.snapshot.result.digest.is_empty();
    let paper = {
        let dispatch = props.dispatch.clone();
        Callback::from(move |event: Event| {
            let select = event.target_dyn_into::<web_sys::HtmlSelectElement>();
            let place = select.and_then(|select| usize::try_from(select.selected_index()).ok());
            if let Some(paper) = place.and_then(|place| Paper::ALL.get(place)) {
                dispatch.emit(Action::Paper(*paper));
            }
        })
    };
    let sizes = Paper::ALL.map(|paper| html! { <option selected={paper == props.paper}>{paper.name()}</option> });
    html! {
        <>
            <button type="button" class="btn small" popovertarget="export">{"Export"}</button>
            <div id="export" popover="auto" role="dialog" aria-label="Export"><div class="stack">
                <h3>{"Results"}<Explain topic={Topic::Export} /></h3>
                <div class="chips">
                    {save("Results JSON", finished, |props| Some(("results.json", "application/json", props.snapshot.result.to_json() + "\n")))}
                    {save("Curves CSV", true, |props| Some(("curves.csv", "text/csv", curves_csv(&props.snapshot.result))))}
                    {save("Table CSV", true, |props| Some(("results.csv", "text/csv", table(&props.snapshot, props.unit(), true).csv())))}
                    {save("Table Markdown", true, |props| Some(("results.md", "text/markdown", table(&props.snapshot, props.unit(), false).markdown())))}
                    {save("Table LaTeX", true, |props| Some(("results.tex", "application/x-tex", table(&props.snapshot, props.unit(), false).latex())))}
                </div>
                <p class="quiet small">
                    if finished {
                        {"The results JSON holds the experiment, all curves and the digest "}<code>{props.snapshot.result.digest.chars().take(8).collect::<String>()}{"…"}</code>{": dropped on the page, it is played again and compared."}
                    } else {
                        {"The results JSON is there when the run is done."}
                    }
                </p>
                <h3>{"Figures"}</h3>
                <div class="field">
                    <label for="paper">{"Size of figures"}</label>
                    <select id="paper" onchange={paper}>{for sizes}</select>
                </div>
                <div class="chips">{save("All figures SVG", true, |props| Some(("figures.svg", "image/svg+xml", sheet(&props.snapshot.result, props.dollars))))}</div>
                <p class="quiet small">{"Each figure's own menu saves it in this size as PNG or SVG. On paper the type is 8 pt, PNG has 600 dots an inch, and every line has a dash and a mark of its own, for grey print. All figures on one sheet are for the screen."}</p>
                <h3>{"Experiment and data"}</h3>
                <div class="chips">
                    {save("Experiment JSON", props.experiment.is_some(), |props| Some(("experiment.json", "application/json", text_file(props.experiment.as_ref()?))))}
                    {cleaned(props)}
                </div>
                {cleaning(props)}
                if let Some(said) = *said { <p aria-live="polite">{said}</p> }
            </div></div>
        </>
    }
}

impl ExportProps {
    fn unit(&self) -> Unit {
        if self.dollars { Unit::Dollars } else { Unit::Plain }
    }
}

fn button(label: &'static str, disabled: bool, dispatch: &Callback<Action>, make: fn() -> Action) -> Html {
    let onclick = dispatch.reform(move |_: MouseEvent| make());
    html! { <button type="button" class="btn small" {disabled} {onclick}>{label}</button> }
}

fn cleaned(props: &ExportProps) -> Html {
    let busy = matches!(props.cleaning, Cleaning::Reading { .. });
    button("Cleaned data CSV", busy || !props.data, &props.dispatch, || Action::Clean)
}

/// How far the data is on its way into a file.
fn cleaning(props: &ExportProps) -> Html {
    match &props.cleaning {
        Cleaning::Idle if props.data => html! {
            <p class="quiet small">{"The cleaned data is the whole data set as it was understood: units converted, repeated rows settled, one row a result, with the queries' ids, without the texts of queries and answers. It can be loaded again here and anywhere."}</p>
        },
        Cleaning::Idle => html! {
            <p class="quiet small">{"There is no data to save: every round is drawn anew from the models' means."}</p>
        },
        Cleaning::Reading { read, total } => {
            let share = if *total == 0 { 0.0 } else { *read as f64 / *total as f64 };
            html! {
                <div class="row">
                    <progress value={format!("{share:.3}")} aria-label="Writing the data"></progress>
                    <span class="quiet small">{format!("{} of {}", bytes(*read), bytes(*total))}</span>
                    {button("Cancel", false, &props.dispatch, || Action::CancelClean)}
                </div>
            }
        }
        Cleaning::Failed(error) => html! {
            <Message tone={Tone::Bad} title="The data was not saved" action={button("Close", false, &props.dispatch, || Action::CancelClean)}>{explained(error)}</Message>
        },
    }
}
