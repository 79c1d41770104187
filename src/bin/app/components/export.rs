//! *Export*: everything that can leave the page, in one place.

use super::download::{save_text, text_file};
use super::explain::{Explain, Topic};
use super::message::{Message, Tone, explained};
use super::results::table;
use crate::format::{Unit, bytes};
use crate::state::{Action, Cleaning, Shared};
use crate::words::{mix, say, told};
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
    let said = use_state(|| None::<AttrValue>);
    let save = |label: AttrValue, ready: bool, make: fn(&ExportProps) -> Option<Made>| {
        let (said, props) = (said.clone(), props.clone());
        let onclick = Callback::from(move |_: MouseEvent| {
            if let Some((name, kind, text)) = make(&props) {
                let refused = save_text(name, kind, &text).is_err();
                said.set(refused.then(|| say!("The browser did not allow saving")));
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
    let sizes = Paper::ALL.map(|paper| html! { <option selected={paper == props.paper}>{told(paper.name())}</option> });
    html! {
        <>
            <button type="button" class="btn small" popovertarget="export">{say!("Export")}</button>
            <div id="export" popover="auto" role="dialog" aria-label={say!("Export")}><div class="stack">
                <h3>{say!("Results")}<Explain topic={Topic::Export} /></h3>
                <div class="chips">
                    {save(say!("Results JSON"), finished, |props| Some(("results.json", "application/json", props.snapshot.result.to_json() + "\n")))}
                    {save(say!("Curves CSV"), true, |props| Some(("curves.csv", "text/csv", curves_csv(&props.snapshot.result))))}
                    {save(say!("Table CSV"), true, |props| Some(("results.csv", "text/csv", table(&props.snapshot, props.unit(), true).csv())))}
                    {save(say!("Table Markdown"), true, |props| Some(("results.md", "text/markdown", table(&props.snapshot, props.unit(), false).markdown())))}
                    {save(say!("Table LaTeX"), true, |props| Some(("results.tex", "application/x-tex", table(&props.snapshot, props.unit(), false).latex())))}
                </div>
                <p class="quiet small">
                    if finished {
                        {mix!("The results JSON holds the experiment, all curves and the digest {digest}: dropped on the page, it is played again and compared.",
                            digest = html! { <code>{props.snapshot.result.digest.chars().take(8).collect::<String>()}{"…"}</code> })}
                    } else {
                        {say!("The results JSON is there when the run is done.")}
                    }
                </p>
                <h3>{say!("Figures")}</h3>
                <div class="field">
                    <label for="paper">{say!("Size of figures")}</label>
                    <select id="paper" onchange={paper}>{for sizes}</select>
                </div>
                <div class="chips">{save(say!("All figures SVG"), true, |props| Some(("figures.svg", "image/svg+xml", sheet(&props.snapshot.result, props.dollars))))}</div>
                <p class="quiet small">{say!("Each figure's own menu saves it in this size as PNG or SVG. On paper the type is 8 pt, PNG has 600 dots an inch, and every line has a dash and a mark of its own, for grey print. All figures on one sheet are for the screen.")}</p>
                <h3>{say!("Experiment and data")}</h3>
                <div class="chips">
                    {save(say!("Experiment JSON"), props.experiment.is_some(), |props| Some(("experiment.json", "application/json", text_file(props.experiment.as_ref()?))))}
                    {cleaned(props)}
                </div>
                {cleaning(props)}
                if let Some(said) = &*said { <p aria-live="polite">{said}</p> }
            </div></div>
        </>
    }
}

impl ExportProps {
    fn unit(&self) -> Unit {
        if self.dollars { Unit::Dollars } else { Unit::Plain }
    }
}

fn button(label: AttrValue, disabled: bool, dispatch: &Callback<Action>, make: fn() -> Action) -> Html {
    let onclick = dispatch.reform(move |_: MouseEvent| make());
    html! { <button type="button" class="btn small" {disabled} {onclick}>{label}</button> }
}

fn cleaned(props: &ExportProps) -> Html {
    let busy = matches!(props.cleaning, Cleaning::Reading { .. });
    button(say!("Cleaned data CSV"), busy || !props.data, &props.dispatch, || Action::Clean)
}

/// How far the data is on its way into a file.
fn cleaning(props: &ExportProps) -> Html {
    match &props.cleaning {
        Cleaning::Idle if props.data => html! {
            <p class="quiet small">{say!("The cleaned data is the whole data set as it was understood: units converted, repeated rows settled, one row a result, with the queries' ids, without the texts of queries and answers. It can be loaded again here and anywhere.")}</p>
        },
        Cleaning::Idle => html! {
            <p class="quiet small">{say!("There is no data to save: every round is drawn anew from the models' means.")}</p>
        },
        Cleaning::Reading { read, total } => {
            let share = if *total == 0 { 0.0 } else { *read as f64 / *total as f64 };
            html! {
                <div class="row">
                    <progress value={format!("{share:.3}")} aria-label={say!("Writing the data")}></progress>
                    <span class="quiet small">{say!("{read} of {total}", read = bytes(*read), total = bytes(*total))}</span>
                    {button(say!("Cancel"), false, &props.dispatch, || Action::CancelClean)}
                </div>
            }
        }
        Cleaning::Failed(error) => html! {
            <Message tone={Tone::Bad} title={say!("The data was not saved")} action={button(say!("Close"), false, &props.dispatch, || Action::CancelClean)}>{explained(error)}</Message>
        },
    }
}
