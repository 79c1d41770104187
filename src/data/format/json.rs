//! Recognising and reading JSON: by paths, as tables are by columns, or by a format's own function.

use super::super::ImportOptions;
use super::super::cells::Field;
use super::super::intake::{Columns, Destination, Intake, Row};
use super::super::json::{Member, Members, look_up, paths};
use super::super::text::Meter;
use super::super::texts::{Column, Store};
use super::routerarena;
use super::{Layout, every_eval_ever, helm, inspect, llmrouterbench, lm_eval, neutral, openai_evals, promptfoo};
use crate::error::{Error, ErrorKind, Result};
use crate::experiment::Role;
use serde_json::{Map, Value};
use std::borrow::Cow;

/// What all records of a file have in common: a document's own members, by path.
pub(in crate::data) type Common = Map<String, Value>;

/// A plain value of a record.
#[derive(Debug, Clone)]
pub(in crate::data) enum Plain<'v> {
    /// Text.
    Text(Cow<'v, str>),
    /// A number.
    Number(f64),
}

impl Plain<'_> {
    /// As text; a number in its shortest form.
    pub(in crate::data) fn text(&self) -> Cow<'_, str> {
        match self {
            Plain::Text(text) => Cow::Borrowed(text),
            Plain::Number(value) => Cow::Owned(value.to_string()),
        }
    }
}

/// The plain values of one result by role.
pub(super) type Cells<'v> = Vec<(Role, Plain<'v>)>;

/// A format whose records need more than paths.
pub(super) struct Custom {
    /// The format's identifier.
    pub(super) id: &'static str,
    /// What its files have, as the end of "it has …".
    pub(super) has: &'static str,
    /// Whether the file's first record is of this format; notes what is needed of it later.
    pub(super) recognise: fn(&Member, &mut Common) -> bool,
    /// The roles of its columns, judged by the first record and what precedes it.
    pub(super) columns: fn(&Value, &Common) -> Columns,
    /// The cells of a record; an empty list leaves it out.
    pub(super) cells: for<'v> fn(&'v Value, &Common) -> Result<Cells<'v>>,
}

/// Formats that are known by their paths.
const LAYOUTS: [&Layout; 3] = [&llmrouterbench::RECORDS, &routerarena::RECORDS, &every_eval_ever::RECORDS];
/// Formats that are known by more.
const CUSTOM: [&Custom; 5] =
    [&lm_eval::LM_EVAL, &helm::HELM, &inspect::INSPECT, &openai_evals::OPENAI_EVALS, &promptfoo::PROMPTFOO];

/// Name of the file's folder among what its records have in common.
pub(super) const FOLDER: &str = "folder";

/// What JSON with results is.
pub(in crate::data) const EXPECTED: &str = "JSON lines, an array of records, or a document with records";

/// What all records of a file have in common before any of it is read.
pub(in crate::data) fn common(folder: Option<&str>) -> Common {
    folder.map(|folder| (FOLDER.to_owned(), folder.into())).into_iter().collect()
}

/// How the records of a file are read.
enum Shape {
    /// By paths: of the numbers, and of the texts.
    Paths(Vec<(Role, String)>, Vec<(Role, String)>),
    Custom(&'static Custom),
}

/// Reads all records of a file.
///
/// # Errors
/// No known keys; what is wrong with a record, with its place.
pub(in crate::data) fn read(
    members: &mut Members,
    options: &ImportOptions,
    to: &mut Destination,
    meter: &mut Meter,
) -> Result<()> {
    let mut common = common(to.folder());
    let mut reading: Option<(Shape, Intake)> = None;
    while let Some(member) = members.next(meter)? {
        if !member.is_record() {
            common.insert(member.path, member.value);
            continue;
        }
        if reading.is_none() {
            let Recognised { shape, columns, id, why } =
                recognise(&member, &mut common, options, to.collector.texts.is_some())?;
            (to.audit.format, to.audit.why) = (id.to_owned(), why);
            reading = Some((shape, Intake::new(columns, options, to)?));
        }
        if let Some((shape, intake)) = &mut reading {
            let cells = match shape {
                Shape::Paths(paths, texts) => paths
                    .iter()
                    .chain(texts.iter().filter(|_| to.collector.texts.is_some()))
                    .filter_map(|(role, path)| Some((*role, plain(look_up(&member.value, path)?)?)))
                    .collect(),
                Shape::Custom(custom) => (custom.cells)(&member.value, &common).map_err(|e| e.at_row(member.number))?,
            };
            if !(cells.is_empty() && matches!(shape, Shape::Custom(_))) {
                let extra = match &mut to.collector.texts {
                    Some(store) => extra_cells(store, &member.value),
                    None => Vec::new(),
                };
                take(intake, member.number, &cells, &extra, to)?;
            }
        }
    }
    match reading {
        Some((_, intake)) => intake.settle(to),
        None => Err(Error::new(ErrorKind::Unrecognised, EXPECTED).found("none of them")),
    }
}

/// The cells of the further columns that are wanted with the texts, by path.
fn extra_cells<'v>(store: &mut Store, record: &'v Value) -> Vec<Option<Plain<'v>>> {
    let cell = |column: &mut Column| {
        let found = look_up(record, &column.name);
        column.found |= found.is_some();
        found.and_then(plain)
    };
    store.columns.iter_mut().map(cell).collect()
}

fn take(intake: &mut Intake, number: u64, cells: &Cells, extra: &[Option<Plain>], to: &mut Destination) -> Result<()> {
    fn field<'p>(plain: &'p Plain) -> Field<'p> {
        match plain {
            Plain::Text(text) => Field::Text(text.trim().as_bytes()),
            Plain::Number(value) => Field::Number(*value),
        }
    }
    let mut row = Row::new(number);
    for (role, plain) in cells {
        row.set(*role, field(plain));
    }
    row.extra.extend(extra.iter().map(|plain| plain.as_ref().map_or(Field::MISSING, field)));
    intake.take(&row, to)
}

/// What the records of a file are.
pub(in crate::data) struct Recognised {
    shape: Shape,
    /// Which key plays which role.
    pub(in crate::data) columns: Columns,
    /// The format's identifier.
    pub(in crate::data) id: &'static str,
    /// Why it is that, in words.
    pub(in crate::data) why: String,
}

/// Recognises a file by its first record and what precedes it; `with_texts` where texts are wanted.
///
/// # Errors
/// No known keys; one role played by two; what a mapping names and the record does not have.
pub(in crate::data) fn recognise(
    first: &Member,
    common: &mut Common,
    options: &ImportOptions,
    with_texts: bool,
) -> Result<Recognised> {
    let has = |path: &str| look_up(&first.value, path).is_some();
    if options.mapping.is_empty() {
        if let Some(custom) = CUSTOM.iter().find(|custom| (custom.recognise)(first, common)) {
            let columns = (custom.columns)(&first.value, common);
            let why = format!("it has {}", custom.has);
            return Ok(Recognised { shape: Shape::Custom(custom), columns, id: custom.id, why });
        }
        if let Some(layout) = LAYOUTS.iter().find(|layout| layout.fits(has)) {
            let mut columns = layout.columns(has);
            columns.model = model(&columns, common);
            let shape = Shape::Paths(columns.names.clone(), layout.texts(has));
            return Ok(Recognised { shape, columns, id: layout.id, why: layout.why("keys") });
        }
    }
    let header = paths(&first.value);
    let (mut columns, _) = neutral::columns(&header, options)?;
    columns.model = model(&columns, common);
    let texts = match with_texts {
        true => neutral::texts(&header, options)?,
        false => Vec::new(),
    };
    let texts = texts.into_iter().filter_map(|(role, place)| Some((role, header.get(place)?.clone()))).collect();
    let (shape, why) = (Shape::Paths(columns.names.clone(), texts), neutral::why(&columns, "record"));
    Ok(Recognised { shape, columns, id: "neutral", why })
}

/// The model that a document names for all its records, where they do not name it themselves.
fn model(columns: &Columns, common: &Common) -> Option<String> {
    let named = || ["model", "model_name"].iter().find_map(|name| Some(common.get(*name)?.as_str()?.to_owned()));
    if columns.has(Role::Model) { None } else { named() }
}

/// A value as a cell; `None` where there is nothing. A list of one is what it holds, other lists are text.
pub(in crate::data) fn plain(value: &Value) -> Option<Plain<'_>> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(Plain::Text(Cow::Borrowed(text))),
        Value::Bool(value) => Some(Plain::Text(Cow::Borrowed(if *value { "true" } else { "false" }))),
        Value::Number(number) => Some(Plain::Number(number.as_f64().unwrap_or(f64::NAN))),
        Value::Array(list) => match list.as_slice() {
            [one] => plain(one),
            _ => Some(Plain::Text(Cow::Owned(value.to_string()))),
        },
        Value::Object(_) => Some(Plain::Text(Cow::Owned(value.to_string()))),
    }
}
