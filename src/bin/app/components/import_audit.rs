//! What was found in the files, in plain words and as a table; which models play.

use super::name::Name;
use crate::format::{Unit, count, duration, fixed, plural};
use crate::state::{Action, Shared};
use crate::world::World;
use llm_selection::data::{Audit, FileAudit};
use llm_selection::experiment::MissingRule;
use std::collections::BTreeSet;
use std::rc::Rc;
use yew::prelude::*;

/// Properties of [`AuditLines`].
#[derive(Properties, PartialEq)]
pub struct LinesProps {
    pub audit: Shared<Audit>,
    /// What becomes of queries with missing results.
    pub missing: MissingRule,
}

/// What all files say alike, or what each of them says.
fn alike(files: &[FileAudit], what: impl Fn(&FileAudit) -> String) -> Vec<String> {
    let mut said: Vec<(String, Vec<&str>)> = Vec::new();
    for file in files {
        let text = what(file);
        match said.iter_mut().find(|(other, _)| *other == text) {
            Some((_, names)) => names.push(&file.name),
            None => said.push((text, vec![&file.name])),
        }
    }
    match said.as_slice() {
        [(text, _)] => vec![text.clone()],
        _ => said.iter().map(|(text, names)| format!("{}: {text}", names.join(", "))).collect(),
    }
}

/// The audit in plain words.
#[component]
pub fn AuditLines(props: &LinesProps) -> Html {
    let audit = &*props.audit;
    let line = |warn: bool, content: Html| html! { <p class={classes!("audit-line", warn.then_some("warn"))}><span>{content}</span></p> };
    let mut lines = vec![line(
        false,
        html! {
            <>
                {plural(audit.files.len() as u64, "file", "files")}{", format "}<b>{&audit.format}</b>
                if audit.format == "neutral" { {", one row a result"} }
                {". "}
                {count(audit.complete)}{" of "}{plural(audit.queries, "query", "queries")}{" are complete."}
            </>
        },
    )];
    for text in alike(&audit.files, |file| file.why.clone()) {
        lines.push(line(false, html! { {capital(&text.replace('`', ""))} }));
    }
    for text in alike(&audit.files, |file| {
        format!("scores: {}; costs: {}; latencies: {}", file.score_unit, file.cost_unit, file.latency_unit)
    }) {
        lines.push(line(false, html! { {capital(&text)} }));
    }
    let holes = audit.models.iter().filter(|model| model.missing > 0).count() as u64;
    let missing: u64 = audit.models.iter().map(|model| model.missing).sum();
    if missing > 0 {
        let rule = match props.missing {
            MissingRule::Drop => ". These queries are left out.",
            MissingRule::Unavailable => ". These models are away there.",
        };
        lines.push(line(true, html! {
            <><b>{plural(missing, "cell", "cells")}{" missing"}</b>{", in "}{plural(holes, "model", "models")}{rule}</>
        }));
    }
    if audit.duplicates > 0 {
        lines.push(line(true, html! {
            <>
                <b>{plural(audit.duplicates, "row", "rows")}</b>{" beyond the first of the same model on the same query"}
                if audit.coalesced > 0 { {"; "}{count(audit.coalesced)}{" of them only filled gaps and were put together"} }
                {"."}
            </>
        }));
    }
    for warning in &audit.warnings {
        let place = [
            warning.file.clone(),
            warning.row.map(|row| format!("row {row}")),
            warning.column.as_ref().map(|column| format!("column {column}")),
        ];
        let place: Vec<String> = place.into_iter().flatten().collect();
        lines.push(line(
            true,
            html! {
                <>if !place.is_empty() { <b>{place.join(", ")}</b>{": "} }{&warning.message}{"."}</>
            },
        ));
    }
    html! { <div class="audit">{lines}</div> }
}

/// Text with a capital at its beginning.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// Properties of [`ModelTable`].
#[derive(Properties, PartialEq)]
pub struct TableProps {
    pub world: Rc<World>,
    /// The audit, where the models come from files.
    pub audit: Option<Shared<Audit>>,
    pub off: BTreeSet<String>,
    pub dispatch: Callback<Action>,
}

/// All models with a switch each.
#[component]
pub fn ModelTable(props: &TableProps) -> Html {
    let caption = if props.audit.is_some() { "Import audit" } else { "Models" };
    let dash = || html! { <span title="unknown">{"–"}</span> };
    let row = |name: &str, cells: Html| {
        let on = !props.off.contains(name);
        let (dispatch, model) = (props.dispatch.clone(), name.to_owned());
        let onchange = Callback::from(move |event: Event| {
            if let Some(input) = event.target_dyn_into::<web_sys::HtmlInputElement>() {
                dispatch.emit(Action::Model(model.clone(), input.checked()));
            }
        });
        html! {
            <tr key={name.to_owned()}>
                <th scope="row"><label><input type="checkbox" checked={on} {onchange} /><span class={(!on).then_some("off")}><Name name={name.to_owned()} inside={true} /></span></label></th>
                {cells}
            </tr>
        }
    };
    let cost = |cost: Option<f64>, unit: Unit| {
        cost.map_or_else(dash, |cost| html! { <data value={cost.to_string()}>{unit.amount(cost, 3)}</data> })
    };
    let score = |score: Option<f64>| {
        score.map_or_else(dash, |score| html! { <data value={score.to_string()}>{fixed(score, 3)}</data> })
    };
    let body: Vec<Html> = match &props.audit {
        Some(audit) => audit
            .models
            .iter()
            .map(|model| {
                row(
                    &model.name,
                    html! {
                        <>
                            <td>{count(model.rows)}</td><td>{count(model.missing)}</td>
                            <td>{score(model.mean_score)}</td><td>{cost(model.mean_cost, Unit::Dollars)}</td>
                            <td>{model.mean_latency_ms.map_or_else(dash, |latency| html! { {duration(latency)} })}</td>
                        </>
                    },
                )
            })
            .collect(),
        None => props
            .world
            .models
            .iter()
            .map(|model| {
                row(
                    &model.name,
                    html! {
                        <><td>{score(Some(model.reward))}</td><td>{cost(model.cost, props.world.unit)}</td></>
                    },
                )
            })
            .collect(),
    };
    let head = if props.audit.is_some() {
        &["Model", "Rows", "Missing", "Score", "Cost", "Latency"][..]
    } else {
        &["Model", "Mean reward", "Mean cost"][..]
    };
    html! {
        <div class="scroll" tabindex="0" role="group" aria-label={format!("{caption}, scrolls sideways")}>
            <table class="mini">
                <caption class="vh">{caption}</caption>
                <thead><tr>{for head.iter().map(|name| html! { <th scope="col">{*name}</th> })}</tr></thead>
                <tbody>{body}</tbody>
            </table>
        </div>
    }
}
