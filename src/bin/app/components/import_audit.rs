//! What was found in the files, in plain words and as a table; which models play.

use super::message::in_column;
use super::name::Name;
use super::rows::{disclosed, gaps_table};
use crate::format::{Unit, count, duration, fixed, sentence};
use crate::question::{in_words, quoted};
use crate::state::{Action, Line, MappingAction, OpenLine, Shared};
use crate::words::{mix, plural, say, told};
use crate::world::World;
use llm_selection::data::{Audit, FileAudit, ModelAudit, Warning};
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
fn alike(files: &[FileAudit], what: impl Fn(&FileAudit) -> AttrValue) -> Vec<String> {
    let mut said: Vec<(AttrValue, Vec<&str>)> = Vec::new();
    for file in files {
        let text = what(file);
        match said.iter_mut().find(|(other, _)| *other == text) {
            Some((_, names)) => names.push(&file.name),
            None => said.push((text, vec![&file.name])),
        }
    }
    match said.as_slice() {
        [(text, _)] => vec![text.to_string()],
        _ => said.iter().map(|(text, names)| format!("{}: {text}", names.join(", "))).collect(),
    }
}

/// What a format is called, or several, joined by commas: they have names, but for our own.
pub fn format_name(format: &str) -> String {
    let names: Vec<AttrValue> = format
        .split(", ")
        .map(|name| if name == "neutral" { say!("neutral") } else { name.to_owned().into() })
        .collect();
    names.join(&say!(", "))
}

/// The audit in plain words.
#[component]
pub fn AuditLines(props: &LinesProps) -> Html {
    let audit = &*props.audit;
    let line = |warn: bool, content: Html| html! { <div class={classes!("audit-line", warn.then_some("warn"))}><div>{content}</div></div> };
    let files = audit.files.len() as u64;
    let mut lines = vec![line(
        false,
        mix!(
            if audit.format == "neutral" {
                "{files}, format {format}, one row a result. {complete} of {queries} are complete."
            } else {
                "{files}, format {format}. {complete} of {queries} are complete."
            },
            files = plural!(files, "{n}\u{a0}file", "{n}\u{a0}files", n = count(files)),
            format = html! { <b>{format_name(&audit.format)}</b> },
            complete = count(audit.complete),
            queries = plural!(audit.queries, "{n}\u{a0}query", "{n}\u{a0}queries", n = count(audit.queries)),
        ),
    )];
    for text in alike(&audit.files, |file| told(file.why.clone())) {
        lines.push(line(false, html! { {capital(&text.replace('`', ""))} }));
    }
    for text in alike(&audit.files, |file| {
        say!(
            "scores: {scores}; costs: {costs}; latencies: {latencies}",
            scores = told(file.score_unit.clone()),
            costs = told(file.cost_unit.clone()),
            latencies = told(file.latency_unit.clone()),
        )
    }) {
        lines.push(line(false, html! { {capital(&quoted(&text))} }));
    }
    let model_count = |models: u64| plural!(models, "{n}\u{a0}model", "{n}\u{a0}models", n = count(models));
    let row_count = |rows: u64| plural!(rows, "{n}\u{a0}row", "{n}\u{a0}rows", n = count(rows));
    let costless = audit.models.iter().filter(|model| model.mean_cost.is_none()).count();
    if costless > 0 {
        let whose = match costless == audit.models.len() {
            true => say!("The files give no costs."),
            false => say!("Of {models} the cost is unknown.", models = model_count(costless as u64)),
        };
        let show = props.dispatch.reform(|_: MouseEvent| Action::Mapping(MappingAction::Show));
        lines.push(line(false, html! {
            <>{whose}{" "}{say!("With a price per call there can be a budget.")}{" "}<button type="button" class="btn small" onclick={show}>{say!("Say what a call costs")}</button></>
        }));
    }
    let holes = audit.models.iter().filter(|model| model.missing > 0).count() as u64;
    let missing: u64 = audit.models.iter().map(|model| model.missing).sum();
    if missing > 0 {
        let said = mix!(
            match props.missing {
                MissingRule::Drop => "{cells}, in {models}. These queries are left out.",
                MissingRule::Unavailable => "{cells}, in {models}. These models are away there.",
            },
            cells = html! {
                <b>{plural!(missing, "{n}\u{a0}cell missing", "{n}\u{a0}cells missing", n = count(missing))}</b>
            },
            models = model_count(holes),
        );
        let of_model = |(index, model): (usize, &ModelAudit)| {
            let gaps = html! { {gaps_table(model)} };
            let label = say!("{model}: {n} missing", model = model.name, n = count(model.missing));
            disclosed(Line::Missing(index), &label, None, gaps, props.rows.as_ref(), &props.dispatch)
        };
        let models =
            audit.models.iter().enumerate().filter(|(_, model)| model.missing > 0).take(MOST_SHOWN).map(of_model);
        lines.push(line(
            true,
            html! {
                <>{said}{for models}</>
            },
        ));
    }
    if audit.duplicates > 0 {
        let rows = html! { <b>{row_count(audit.duplicates)}</b> };
        let said = match audit.coalesced {
            0 => mix!("{rows} beyond the first of the same model on the same query.", rows = rows),
            filled => mix!(
                "{rows} beyond the first of the same model on the same query; {n} of them only filled gaps and were put \
                 together.",
                rows = rows,
                n = count(filled),
            ),
        };
        lines.push(line(true, said));
    }
    for (index, warning) in audit.warnings.iter().enumerate().take(MOST_SHOWN) {
        let place = [
            warning.file.clone().map(AttrValue::from),
            warning.row.map(|row| say!("row {row}", row = row)),
            warning.column.as_deref().map(in_column),
        ];
        let place: Vec<AttrValue> = place.into_iter().flatten().collect();
        lines.push(line(
            true,
            html! {
                <>
                    if !place.is_empty() { <b>{place.join(", ")}</b>{": "} }{sentence(&in_words(&warning.message))}
                    if !warning.rows.is_empty() {
                        {disclosed(Line::Warning(index), &row_count(warning.total), warning.column.as_deref(),
                            listed(warning), props.rows.as_ref(), &props.dispatch)}
                    }
                </>
            },
        ));
    }
    if audit.warnings.len() > MOST_SHOWN {
        let more = (audit.warnings.len() - MOST_SHOWN) as u64;
        lines.push(line(
            true,
            html! { {plural!(more, "And {n}\u{a0}more warning.", "And {n}\u{a0}more warnings.", n = count(more))} },
        ));
    }
    html! { <div class="audit">{lines}</div> }
}

/// Warnings, or models that lack something, that are shown.
const MOST_SHOWN: usize = 100;

/// How many of the rows are listed, where there are more.
fn listed(warning: &Warning) -> Html {
    match warning.total > warning.rows.len() as u64 {
        true => {
            html! { <p class="quiet">{say!("{n} of {total} rows:", n = warning.rows.len(), total = count(warning.total))}</p> }
        }
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
    let caption = say!(if props.audit.is_some() { "Import audit" } else { "Models" });
    let dash = || html! { <span title={say!("unknown")}>{"–"}</span> };
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
        // What is the same in every row differs from its mean by rounding alone.
        Some(half) if half < 1e-12 => html! { <small class="quiet">{"± 0"}</small> },
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
                            { match model.missing {
                                0 => plural!(model.rows, "{n}\u{a0}row", "{n}\u{a0}rows", n = count(model.rows)),
                                missing => plural!(
                                    model.rows,
                                    "{n}\u{a0}row, {missing} missing",
                                    "{n}\u{a0}rows, {missing} missing",
                                    n = count(model.rows),
                                    missing = count(missing),
                                ),
                            } }
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
        &[say!("Model and its rows"), say!("Score, 0 to 1"), say!("Cost, $ a call"), say!("Latency")][..]
    } else {
        &[say!("Model"), say!("Mean reward"), say!("Mean cost")][..]
    };
    html! {
        <>
        <div class={classes!("scroll", props.audit.is_some().then_some("of-files"))} tabindex="0" role="group" aria-label={say!("{table}, scrolls sideways", table = caption)}>
            <table class="mini">
                <caption class="vh">{caption}</caption>
                <thead><tr>{for head.iter().map(|name| html! { <th scope="col">{name}</th> })}</tr></thead>
                <tbody>{body}</tbody>
            </table>
        </div>
        if props.audit.is_some() { <p class="quiet small">{say!("± 95 % interval of the mean: 1.96 s/√n over the n queries with a value")}</p> }
        </>
    }
}
