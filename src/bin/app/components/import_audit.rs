//! What was found in the files, in plain words and as a table; which models play.

use super::name::Name;
use super::rows::{disclosed, gaps_table};
use crate::format::{Unit, count, duration, fixed, plural, sentence};
use crate::question::{in_words, quoted};
use crate::state::{Action, Line, MappingAction, OpenLine, Shared};
use crate::world::World;
use llm_selection::data::{Audit, FileAudit, ModelAudit, Warning};
use llm_selection::error::named_column;
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
    /// The line whose rows are shown.
    pub rows: Option<OpenLine>,
    pub dispatch: Callback<Action>,
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
    let line = |warn: bool, content: Html| html! { <div class={classes!("audit-line", warn.then_some("warn"))}><div>{content}</div></div> };
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
        lines.push(line(false, html! { {capital(&quoted(&text))} }));
    }
    let costless = audit.models.iter().filter(|model| model.mean_cost.is_none()).count();
    if costless > 0 {
        let whose = match costless == audit.models.len() {
            true => "The files give no costs.".to_owned(),
            false => format!("Of {} the cost is unknown.", plural(costless as u64, "model", "models")),
        };
        let show = props.dispatch.reform(|_: MouseEvent| Action::Mapping(MappingAction::Show));
        lines.push(line(false, html! {
            <>{whose}{" With a price per call there can be a budget. "}<button type="button" class="btn small" onclick={show}>{"Say what a call costs"}</button></>
        }));
    }
    let holes = audit.models.iter().filter(|model| model.missing > 0).count() as u64;
    let missing: u64 = audit.models.iter().map(|model| model.missing).sum();
    if missing > 0 {
        let rule = match props.missing {
            MissingRule::Drop => ". These queries are left out.",
            MissingRule::Unavailable => ". These models are away there.",
        };
        let of_model = |(index, model): (usize, &ModelAudit)| {
            let gaps = html! { {gaps_table(model)} };
            let label = format!("{}: {} missing", model.name, count(model.missing));
            disclosed(Line::Missing(index), &label, None, gaps, props.rows.as_ref(), &props.dispatch)
        };
        let models =
            audit.models.iter().enumerate().filter(|(_, model)| model.missing > 0).take(MOST_SHOWN).map(of_model);
        lines.push(line(true, html! {
            <><b>{plural(missing, "cell", "cells")}{" missing"}</b>{", in "}{plural(holes, "model", "models")}{rule}{for models}</>
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
    for (index, warning) in audit.warnings.iter().enumerate().take(MOST_SHOWN) {
        let place = [
            warning.file.clone(),
            warning.row.map(|row| format!("row {row}")),
            warning.column.as_deref().map(named_column),
        ];
        let place: Vec<String> = place.into_iter().flatten().collect();
        lines.push(line(
            true,
            html! {
                <>
                    if !place.is_empty() { <b>{place.join(", ")}</b>{": "} }{sentence(&in_words(&warning.message))}
                    if !warning.rows.is_empty() {
                        {disclosed(Line::Warning(index), &plural(warning.total, "row", "rows"), warning.column.as_deref(),
                            listed(warning), props.rows.as_ref(), &props.dispatch)}
                    }
                </>
            },
        ));
    }
    if audit.warnings.len() > MOST_SHOWN {
        let more = (audit.warnings.len() - MOST_SHOWN) as u64;
        lines.push(line(true, html! { {format!("And {}.", plural(more, "more warning", "more warnings"))} }));
    }
    html! { <div class="audit">{lines}</div> }
}

/// Warnings, or models that lack something, that are shown.
const MOST_SHOWN: usize = 100;

/// How many of the rows are listed, where there are more.
fn listed(warning: &Warning) -> Html {
    match warning.total > warning.rows.len() as u64 {
        true => html! { <p class="quiet">{format!("{} of {} rows:", warning.rows.len(), count(warning.total))}</p> },
        false => Html::default(),
    }
}

/// Text with a capital at its beginning.
fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
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
    let row = |name: &str, about: Html, cells: Html| {
        let on = !props.off.contains(name);
        let (dispatch, model) = (props.dispatch.clone(), name.to_owned());
        let onchange = Callback::from(move |event: Event| {
            if let Some(input) = event.target_dyn_into::<web_sys::HtmlInputElement>() {
                dispatch.emit(Action::Model(model.clone(), input.checked()));
            }
        });
        html! {
            <tr key={name.to_owned()}>
                <th scope="row"><label><input type="checkbox" checked={on} {onchange} /><span class={(!on).then_some("off")}><Name name={name.to_owned()} inside={true} breaks={true} /></span></label>{about}</th>
                {cells}
            </tr>
        }
    };
    let half = |half: Option<f64>, text: &dyn Fn(f64) -> String| match half {
        Some(half) => html! { <small class="quiet">{"± "}{text(half)}</small> },
        None => Html::default(),
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
                        <small class="quiet">
                            {plural(model.rows, "row", "rows")}
                            if model.missing > 0 { {format!(", {} missing", count(model.missing))} }
                        </small>
                    },
                    html! {
                        <>
                            <td>{score(model.mean_score)}{half(model.ci95_score, &|half| fixed(half, 3))}</td>
                            <td>{cost(model.mean_cost, Unit::Dollars)}{half(model.ci95_cost, &|half| Unit::Plain.amount(half, 2))}</td>
                            <td>{model.mean_latency_ms.map_or_else(dash, |latency| html! { {duration(latency)} })}{half(model.ci95_latency_ms, &duration)}</td>
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
                    Html::default(),
                    html! {
                        <><td>{score(Some(model.reward))}</td><td>{cost(model.cost, props.world.unit)}</td></>
                    },
                )
            })
            .collect(),
    };
    let head = if props.audit.is_some() {
        &["Model and its rows", "Score, 0 to 1", "Cost, $ a call", "Latency"][..]
    } else {
        &["Model", "Mean reward", "Mean cost"][..]
    };
    html! {
        <>
        <div class="scroll" tabindex="0" role="group" aria-label={format!("{caption}, scrolls sideways")}>
            <table class="mini">
                <caption class="vh">{caption}</caption>
                <thead><tr>{for head.iter().map(|name| html! { <th scope="col">{*name}</th> })}</tr></thead>
                <tbody>{body}</tbody>
            </table>
        </div>
        if props.audit.is_some() { <p class="quiet small">{"± 95 % interval of the mean: 1.96 s/√n over the n queries with a value"}</p> }
        </>
    }
}
