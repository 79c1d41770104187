//! The formats of result files, one file each, and how a file is recognised.
//!
//! A format only says where things stand. Tables are read row by row by [`read`], JSON record by record by
//! [`super::json`]; what the cells mean is settled in [`super::intake`].

mod every_eval_ever;
mod helm;
mod inspect;
pub(super) mod json;
mod llmdrift;
mod llmrouterbench;
mod lm_eval;
mod neutral;
mod openai_evals;
mod promptfoo;
mod routellm;
mod routerarena;
mod routerbench;

use super::ImportOptions;
use super::cells::Field;
use super::intake::{Columns, Destination, Intake, Row};
use super::records::Records;
use super::schema::{canonical, key};
use super::text::Meter;
use super::texts::{Column, Store};
use super::write::is_own;
use crate::error::{Error, ErrorKind, Result};
use crate::experiment::{LatencyUnit, Role};
use crate::export::unguarded;

/// A format with one result a row, known by its columns' names or its keys' paths (`token_usage.input_tokens`).
pub(super) struct Layout {
    /// The format's identifier.
    pub(super) id: &'static str,
    /// Columns that all files of this format have, exactly so written.
    pub(super) needs: &'static [&'static str],
    /// Which column plays which role, where it is there; of several for one role the first that is there.
    pub(super) roles: &'static [(Role, &'static str)],
    /// Which column holds the query's text and which the answer, alike.
    pub(super) texts: &'static [(Role, &'static str)],
    /// Whether scores below 0 count as 0.
    pub(super) from_zero: bool,
}

/// Tables that are known by their columns' names.
const TABLES: [&Layout; 3] = [&routerbench::LONG, &llmrouterbench::TABLE, &llmdrift::TABLE];

impl Layout {
    /// Whether a file with these columns is of this format: it has them all, with scores or what can be graded, and does
    /// not say by the canonical names that it is in the neutral schema.
    pub(super) fn fits(&self, has: impl Fn(&str) -> bool) -> bool {
        let neutral = [Role::QueryId, Role::Score].iter().all(|role| has(canonical(*role)));
        let plays = |role: Role| self.roles.iter().any(|(other, name)| *other == role && has(name));
        let scored = plays(Role::Score) || (plays(Role::Answer) && plays(Role::Reference));
        !neutral && scored && self.needs.iter().all(|name| has(name))
    }

    /// The roles of a file with these columns.
    pub(super) fn columns(&self, has: impl Fn(&str) -> bool) -> Columns {
        let mut columns = Columns { from_zero: self.from_zero, ..Columns::default() };
        for (role, name) in self.roles {
            if !columns.has(*role) && has(name) {
                columns.names.push((*role, (*name).to_owned()));
            }
        }
        columns.latency_unit = columns.name(Role::LatencyMs).ends_with("_ms").then_some(LatencyUnit::Ms);
        columns
    }

    /// The columns with texts in a file with these columns.
    pub(super) fn texts(&self, has: impl Fn(&str) -> bool) -> Vec<(Role, String)> {
        let mut texts: Vec<(Role, String)> = Vec::new();
        for (role, name) in self.texts {
            if has(name) && texts.iter().all(|(known, _)| known != role) {
                texts.push((*role, (*name).to_owned()));
            }
        }
        texts
    }

    /// Why a file is of this format, in words.
    pub(super) fn why(&self, what: &str) -> String {
        format!("it has the {what} {}", self.needs.join(", "))
    }
}

/// What a table is: its format, and where its cells stand.
pub(super) struct Table {
    id: &'static str,
    why: String,
    /// Cells that all models of a row share. Without ids among them, each row is a query of its own.
    shared: Vec<(Role, usize)>,
    /// Where the query's text stands, and in a long table the answer.
    texts: Vec<(Role, usize)>,
    /// One in a long table; in a wide one, one a model.
    models: Vec<Model>,
    /// Whether a row may lack a model: then empty cells are no result.
    wide: bool,
}

/// Where the cells of a model (in a long table: of the row's model) stand.
struct Model {
    columns: Columns,
    cells: Vec<(Role, usize)>,
    /// In a wide table, where the model's answer stands.
    answer: Option<usize>,
}

impl Table {
    /// Recognises a table by its header, and where names alone could be anybody's, by its first rows.
    ///
    /// # Errors
    /// No known columns; one role played by two columns; what a mapping names and the header does not have.
    pub(super) fn recognise(records: &Records, options: &ImportOptions) -> Result<Table> {
        let header = &records.header;
        // A mapping is in the words of the neutral schema.
        if !options.mapping.is_empty() {
            return neutral::table(header, options);
        }
        if let Some(table) = routerbench::wide(header)? {
            return Ok(table);
        }
        if let Some(table) = promptfoo::wide(records).or_else(|| routellm::wide(records)) {
            return Ok(table);
        }
        let has = |name: &str| header.iter().any(|other| other == name);
        match TABLES.iter().find(|layout| layout.fits(has)) {
            Some(layout) => Ok(Table::long(layout, header)),
            None => neutral::table(header, options),
        }
    }

    /// The format's identifier, why it is that, and, where each row is one result, which column plays which role and the
    /// latencies' unit.
    pub(super) fn roles(&self) -> (&'static str, &str, &[(Role, String)], Option<LatencyUnit>) {
        let columns = self.models.first().filter(|_| !self.wide).map(|model| &model.columns);
        let names = columns.map_or(&[][..], |columns| &columns.names);
        (self.id, &self.why, names, columns.and_then(|columns| columns.latency_unit))
    }

    fn long(layout: &Layout, header: &[String]) -> Table {
        let has = |name: &str| header.iter().any(|other| other == name);
        let place = |(role, name): &(Role, String)| Some((*role, header.iter().position(|other| other == name)?));
        let columns = layout.columns(has);
        let cells = columns.names.iter().filter_map(place).collect();
        let texts = layout.texts(has).iter().filter_map(place).collect();
        let models = vec![Model { columns, cells, answer: None }];
        Table { id: layout.id, why: layout.why("columns"), shared: Vec::new(), texts, models, wide: false }
    }
}

/// Reads all rows of a table.
///
/// # Errors
/// What is wrong with a row or a column, with its place.
pub(super) fn read(
    records: &mut Records,
    table: Table,
    options: &ImportOptions,
    to: &mut Destination,
    meter: &mut Meter,
) -> Result<()> {
    to.audit.format = table.id.to_owned();
    to.audit.why = table.why;
    let (texts, extra) = match &mut to.collector.texts {
        Some(store) => {
            let texts = if table.id == "neutral" { neutral::texts(&records.header, options)? } else { table.texts };
            (Some(texts), extra_columns(store, &records.header))
        }
        None => (None, Vec::new()),
    };
    let own_queries = table.shared.iter().chain(table.models.iter().flat_map(|model| &model.cells));
    let own_queries = !own_queries.into_iter().any(|(role, _)| *role == Role::QueryId);
    let mut intakes = Vec::with_capacity(table.models.len());
    for mut model in table.models {
        let name = |&(role, index): &(Role, usize)| (role, records.column_name(index));
        if own_queries {
            model.columns.names.insert(0, (Role::QueryId, "row".to_owned()));
        }
        model.columns.names.splice(0..0, table.shared.iter().map(name));
        intakes.push((Intake::new(model.columns, options, to)?, model.cells, model.answer));
    }
    // In files that this program wrote, names stand so that no spreadsheet takes them for formulas.
    let guarded = table.id == "neutral" && is_own(&records.header);
    let mut id = String::new();
    while records.next(meter)? {
        if own_queries {
            id = format!("{} {}", to.audit.name, records.row);
        }
        for (intake, cells, answer) in &mut intakes {
            let mut row = Row::new(records.row);
            if own_queries {
                row.set(Role::QueryId, Field::Text(id.as_bytes()));
            }
            let mut empty = table.wide;
            for (role, index) in cells.iter() {
                let mut cell = records.cell(*index);
                empty &= cell.is_empty();
                if guarded && matches!(role, Role::QueryId | Role::Model | Role::Category | Role::Split) {
                    cell = unguarded(cell);
                }
                row.set(*role, Field::Text(cell));
            }
            if empty {
                continue;
            }
            for (role, index) in &table.shared {
                row.set(*role, Field::Text(records.cell(*index)));
            }
            if let Some(texts) = &texts {
                let answer = answer.map(|index| (Role::Answer, index));
                for (role, index) in texts.iter().chain(&answer) {
                    row.set(*role, Field::Text(records.cell(*index)));
                }
                let cell =
                    |index: &Option<usize>| index.map_or(Field::MISSING, |index| Field::Text(records.cell(index)));
                row.extra.extend(extra.iter().map(cell));
            }
            intake.take(&row, to)?;
        }
    }
    for (intake, ..) in intakes {
        intake.settle(to)?;
    }
    Ok(())
}

/// The places of the further columns that are wanted with the texts, by the name as written, else as names are compared.
fn extra_columns(store: &mut Store, header: &[String]) -> Vec<Option<usize>> {
    let place = |column: &mut Column| {
        let exact = header.iter().position(|name| *name == column.name);
        let found = exact.or_else(|| header.iter().position(|name| key(name) == key(&column.name)));
        column.found |= found.is_some();
        found
    };
    store.columns.iter_mut().map(place).collect()
}

/// A column that a format needs and that is there twice.
fn twice(name: &str) -> Error {
    Error::new(ErrorKind::Duplicate, "one column of scores for each model")
        .at_row(1)
        .at_column(super::schema::shown(name))
        .found(format!("{name} twice"))
}
