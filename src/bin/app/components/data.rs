//! Where rewards and costs come from: built-in data or the person's files.

use super::changes::ChangesPart;
use super::explain::{Explain, Topic};
use super::import_audit::{AuditLines, ModelTable};
use super::message::{Message, Tone, explained};
use super::queries::QueriesPart;
use crate::bring::{Brought, listed};
use crate::choices::{asks, may_help};
use crate::form::{Edit, Field, Form};
use crate::format::{bytes, count, duration};
use crate::later;
use crate::question::question;
use crate::state::{Action, Import, MappingAction, OpenLine, Shared};
use crate::words::{mix, plural, say, told};
use crate::world::{Source, World};
use llm_selection::data::{Audit, Progress, presets};
use llm_selection::error::{Error, ErrorKind};
use llm_selection::experiment::Sampling;
use std::rc::Rc;
use yew::prelude::*;

/// Properties of [`DataPanel`].
#[derive(Properties, PartialEq)]
pub struct DataProps {
    pub form: Rc<Form>,
    pub world: Rc<World>,
    pub audit: Option<Shared<Audit>>,
    /// The line of the audit whose rows are shown.
    pub rows: Option<OpenLine>,
    pub import: Import,
    /// Whether the dialog about how files are read can be opened, and whether it is.
    pub can_map: bool,
    /// Whether the files can be read without the one that is wrong.
    pub can_leave_out: bool,
    pub mapping_open: bool,
    /// Number of files held above the page, if any are.
    pub above: Option<u32>,
    pub wrong: Option<Field>,
    /// Whether the parts that come later can be shown.
    pub later: bool,
    /// Whether rounds are played on the data: then their order, and how the world changes, are said here.
    pub plays: bool,
    /// Files that are asked for.
    pub asked: Html,
    /// The message about this panel, if something in it is wrong.
    pub alert: Html,
    pub dispatch: Callback<Action>,
}

/// The panel.
#[component]
pub fn DataPanel(props: &DataProps) -> Html {
    let DataProps { form, world, audit, above, wrong, plays, asked, alert, dispatch, .. } = props;
    let part = |part: DataPart| later::get().map(|later| (later.data)(props, part)).unwrap_or_default();
    let change = {
        let dispatch = dispatch.clone();
        Callback::from(move |event: Event| {
            let select = event.target_dyn_into::<web_sys::HtmlSelectElement>();
            if let Some(value) = select.map(|select| select.value()) {
                dispatch.emit(Action::Source(match value.as_str() {
                    "illustration" => Source::Illustration,
                    "files" => Source::Files,
                    // It is chosen already: there is no way to it but opening an experiment.
                    "models" => return,
                    id => Source::Preset(id.to_owned()),
                }));
            }
        })
    };
    let pick = |folder: bool| {
        let dispatch = dispatch.clone();
        Callback::from(move |event: Event| {
            if let Some(input) = event.target_dyn_into::<web_sys::HtmlInputElement>() {
                let files = listed(input.files());
                // So that the same file can be chosen again after it was mended.
                input.set_value("");
                // An empty list is a picker that was closed.
                if folder && !files.is_empty() {
                    let dispatch = dispatch.clone();
                    later::with(move |later| dispatch.emit(Action::Dropped((later.folder)(files))));
                } else if !files.is_empty() {
                    dispatch.emit(Action::Dropped(Ok(Brought::files(files))));
                }
            }
        })
    };
    // A browser stops following the attribute once the person has chosen, so the property is set as well.
    let select = use_node_ref();
    use_effect({
        let (select, source) = (select.clone(), form.source.clone());
        move || {
            if let Some(select) = select.cast::<web_sys::HtmlSelectElement>() {
                select.set_value(match &source {
                    Source::Illustration => "illustration",
                    Source::Files => "files",
                    Source::Models(_) => "models",
                    Source::Preset(id) => id,
                });
            }
        }
    });
    let option = |value: String, text: AttrValue, source: Source| {
        html! { <option key={value.clone()} value={value} selected={form.source == source}>{text}</option> }
    };
    let from_files = audit.as_ref().filter(|_| form.source == Source::Files);
    let models = world.models.len() as u64;
    let models = plural!(models, "{n}\u{a0}model", "{n}\u{a0}models", n = count(models));
    let shape = world.queries.map_or(models.clone(), |queries| {
        let queries = plural!(queries, "{n}\u{a0}query", "{n}\u{a0}queries", n = count(queries));
        format!("{models} × {queries}").into()
    });
    html! {
        <fieldset class="panel">
            <legend>{say!("Data")}{" "}<span class="end">{shape}</span></legend>
            <div class="stack">
                <div class="field">
                    <div class="lbl"><label for="data-set">{say!("Data set")}</label><Explain topic={Topic::Data} /></div>
                    <select id="data-set" ref={select} onchange={change}>
                        if let Some(audit) = audit {
                            {option("files".into(), say!("Your files: {files}", files = file_count(audit.files.len() as u64)), Source::Files)}
                        }
                        if let Source::Models(_) = &form.source { {option("models".into(), say!("Models of the opened experiment"), form.source.clone())} }
                        {option("illustration".into(), say!("Nine chat models (illustration)"), Source::Illustration)}
                        { for presets::presets().iter().map(|info| option(info.id.into(), told(info.title), Source::Preset(info.id.into()))) }
                    </select>
                </div>
                {asked.clone()}
                <div class={classes!("drop", above.is_some().then_some("is-over"))}>
                    <svg viewBox="0 0 24 24" aria-hidden="true"><path fill="none" stroke="currentColor" stroke-width="1.5" stroke-linejoin="round" stroke-linecap="round" d="M6 2.8h8l4.5 4.4v14H6zM14 2.8v4.6h4.5M12.2 18v-6m0 0-2.4 2.4m2.4-2.4 2.4 2.4" /></svg>
                    if let Some(files) = above {
                        <p><b>{if *files == 0 {
                            say!("Let go to read the files")
                        } else {
                            say!("Let go to read {files}", files = file_count(u64::from(*files)))
                        }}</b><br />{say!("What is loaded now stays until they are checked")}</p>
                    } else {
                        <p>{mix!("{drop}, or choose", drop = html! { <b>{say!("Drop or paste result files here")}</b> })}<br />{say!("CSV, TSV, JSON, ZIP; several at once")}<br />
                            if !*plays { {mix!("They need a column {query} with its text", query = html! { <b>{"query"}</b> })}<br /> }
                            {say!("Also an experiment, results JSON or workspace")}
                            if from_files.is_some() { <br />{say!("They take the place of those loaded")} }
                        </p>
                    }
                    <input type="file" multiple=true accept=".csv,.tsv,.tab,.txt,.json,.jsonl,.ndjson,.zip,.eval,.gz" aria-label={say!("Result files")} onchange={pick(false)} />
                </div>
                <label class="btn small file">{say!("A whole folder")}
                    <input type="file" multiple=true webkitdirectory={true} aria-label={say!("Folder of result files")} onchange={pick(true)} />
                </label>
                {part(DataPart::Reading)}
                if !wrong.is_some_and(Field::is_change) { {alert.clone()} }
                if from_files.is_some() {
                    {part(DataPart::Audit)}
                } else {
                    <p class="quiet small">{told(world.about.as_str())}</p>
                }
                <details open={from_files.is_some()}>
                    <summary class="quiet">{say!(if from_files.is_some() { "Models and audit" } else { "Models" })}</summary>
                    <p class="quiet small">{say!("Untick a model and it does not play.")}<Explain topic={Topic::Audit} /></p>
                    {part(DataPart::Models)}
                </details>
                {part(DataPart::Queries)}
                if *plays {
                    <details class="changes">
                        <summary><span>{say!("Changing world")}</span>{" "}<span class="end">{form.changes.summary()}</span></summary>
                        {part(DataPart::Changes)}
                    </details>
                }
            </div>
        </fieldset>
    }
}

fn file_count(files: u64) -> AttrValue {
    plural!(files, "{n}\u{a0}file", "{n}\u{a0}files", n = count(files))
}

/// Parts of the panel that come later: nobody looks at them first.
#[derive(Clone, Copy)]
pub enum DataPart {
    /// How far reading is, or why files were not read.
    Reading,
    /// What was found in the files.
    Audit,
    /// The models and their switches.
    Models,
    /// Which queries are played, in which order.
    Queries,
    /// How the world changes.
    Changes,
}

/// One of these parts.
pub fn part(props: &DataProps, part: DataPart) -> Html {
    let DataProps { form, world, rows, import, dispatch, wrong, .. } = props;
    let audit = props.audit.as_ref().filter(|_| form.source == Source::Files);
    match part {
        DataPart::Reading if props.mapping_open => Html::default(),
        DataPart::Reading => html! {
            <>
                {reading(import, dispatch)}
                if let Import::Failed(error) = import { {failed(error, props.can_map, props.can_leave_out, dispatch)} }
            </>
        },
        DataPart::Audit => {
            let Some(audit) = audit else { return Html::default() };
            let change = dispatch.reform(|_: MouseEvent| Action::Mapping(MappingAction::Show));
            html! {
                <>
                    <AuditLines audit={audit.clone()} missing={form.queries.missing} rows={rows.clone()} dispatch={dispatch.clone()} />
                    if props.can_map { <button type="button" class="btn small" onclick={change}>{say!("Change how they are read")}</button> }
                </>
            }
        }
        DataPart::Models => html! {
            <ModelTable world={world.clone()} audit={audit.cloned()} off={form.off.clone()} dispatch={dispatch.clone()} />
        },
        DataPart::Queries => html! {
            <>
                <QueriesPart form={form.clone()} world={world.clone()} dispatch={dispatch.clone()} />
                if props.plays && form.source.is_data() { {sampling(form.changes.sampling, dispatch)} }
            </>
        },
        DataPart::Changes => html! {
            <ChangesPart form={form.clone()} world={world.clone()} wrong={*wrong} dispatch={dispatch.clone()}
                alert={if wrong.is_some_and(Field::is_change) { props.alert.clone() } else { Html::default() }} />
        },
    }
}

fn sampling(chosen: Sampling, dispatch: &Callback<Action>) -> Html {
    const ORDERS: [(&str, &str, Sampling); 3] = [
        ("iid", "Independent draws", Sampling::Iid),
        ("shuffle", "Reshuffled passes", Sampling::Shuffle),
        ("sequential", "File order", Sampling::Sequential),
    ];
    let dispatch = dispatch.clone();
    let onchange = Callback::from(move |event: Event| {
        let value = event.target_dyn_into::<web_sys::HtmlSelectElement>().map(|select| select.value());
        if let Some((.., sampling)) = ORDERS.iter().find(|(name, ..)| value.as_deref() == Some(*name)) {
            dispatch.emit(Action::ChangeWorld(Edit::Sampling(*sampling)));
        }
    });
    html! {
        <div class="field">
            <div class="lbl"><label for="sampling">{say!("Order of queries")}</label><Explain topic={Topic::Sampling} /></div>
            <select id="sampling" {onchange}>
                { for ORDERS.iter().map(|(value, text, sampling)| html! {
                    <option value={*value} selected={chosen == *sampling}>{told(*text)}</option>
                }) }
            </select>
        </div>
    }
}

/// How far reading is; nothing where nothing is read.
pub fn reading(import: &Import, dispatch: &Callback<Action>) -> Html {
    let fetched = matches!(import, Import::Reading { fetched: true, .. });
    let label = say!(if fetched { "Fetching files" } else { "Reading files" });
    under_way(import, label, say!("Cancel"), dispatch.reform(|_: MouseEvent| Action::CancelImport))
}

/// How far files are that are on their way; nothing where none are. `label` names the bar, `stop` the button that gives up.
pub fn under_way(import: &Import, label: AttrValue, stop: AttrValue, cancel: Callback<MouseEvent>) -> Html {
    match import {
        Import::Reading { names, fetched, progress, since } => {
            let share = progress.total.map(|total| format!("{:.3}", progress.bytes as f64 / total.max(1) as f64));
            let file = names.get(progress.file).map_or("", String::as_str);
            let said = mix!(
                if *fetched { "Fetching {file}, {number} of {files}" } else { "Reading {file}, {number} of {files}" },
                file = html! { <bdi>{file}</bdi> },
                number = progress.file + 1,
                files = file_count(progress.files as u64),
            );
            html! {
                <>
                    <div class="field">
                        <span class="lbl">{said}</span>
                        <progress value={share} aria-label={label}></progress>
                    </div>
                    <div class="row">
                        <span class="quiet">{far(*progress, js_sys::Date::now() - since)}</span>
                        <button type="button" class="btn small" onclick={cancel}>{stop}</button>
                    </div>
                </>
            }
        }
        Import::Idle | Import::Failed(_) => Html::default(),
    }
}

/// How many bytes are there after so many milliseconds, and when all are.
fn far(progress: Progress, elapsed: f64) -> AttrValue {
    let done = bytes(progress.bytes);
    let Some(total) = progress.total else { return done.into() };
    let left = elapsed * total.saturating_sub(progress.bytes) as f64 / progress.bytes.max(1) as f64;
    // The first blocks say little about the rest.
    match elapsed > 1000.0 && progress.bytes < total {
        true => say!("{done} of {total}, about {time} left", done = done, total = bytes(total), time = duration(left)),
        false => say!("{done} of {total}", done = done, total = bytes(total)),
    }
}

/// What could not be done, for an error of reading, or what is asked.
pub fn failure_title(error: &Error) -> AttrValue {
    match &error.place.file {
        Some(file) if asks(error) => say!("{file} needs one choice", file = file),
        None if asks(error) => say!("The files need one choice"),
        Some(file) if error.kind == ErrorKind::HashMismatch => {
            say!("{file} is not the file that the link names", file = file)
        }
        Some(file) => say!("{file} was not loaded", file = file),
        None => say!("The files were not loaded"),
    }
}

/// Why files were not read: in the words of the dialog where it is the place for the answer.
pub fn why(error: &Error) -> Html {
    question(error).map_or_else(|| explained(error), |question| html! { {question} })
}

/// Reads the others.
pub fn leave_out(dispatch: &Callback<Action>) -> Html {
    let onclick = dispatch.reform(|_: MouseEvent| Action::LeaveOut);
    html! { <button type="button" class="btn small" {onclick}>{say!("Read the others without this file")}</button> }
}

/// Why files were not read, and what to do.
pub fn failed(error: &Error, mappable: bool, without: bool, dispatch: &Callback<Action>) -> Html {
    let show = dispatch.reform(|_: MouseEvent| Action::Mapping(MappingAction::Show));
    let close = dispatch.reform(|_: MouseEvent| Action::Dismiss);
    html! {
        <Message tone={if asks(error) { Tone::Ask } else { Tone::Bad }} title={failure_title(error)}>
            <p>{why(error)}{" "}{say!("What was loaded before is still there.")}</p>
            <div class="chips">
                if mappable && may_help(error) { <button type="button" class="btn small" onclick={show}>{say!("Say how to read them")}</button> }
                if without { {leave_out(dispatch)} }
                <button type="button" class="btn small" onclick={close}>{say!("Close")}</button>
            </div>
        </Message>
    }
}
