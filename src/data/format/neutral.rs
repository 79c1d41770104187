//! The neutral long schema: one row is one model's result on one query, columns known by their roles' names.

use super::super::ImportOptions;
use super::super::intake::Columns;
use super::super::schema::{Schema, called};
use super::{Model, Table};
use crate::error::Result;
use crate::experiment::{CostUnit, LatencyUnit, Role};

/// The columns of a header by their roles' names and by the person's mapping, with their places.
///
/// # Errors
/// No id column; neither scores nor answers with references; a role that two columns could play.
pub(super) fn columns(header: &[String], options: &ImportOptions) -> Result<(Columns, Vec<(Role, usize)>)> {
    let schema = Schema::new(header, &options.mapping)?;
    let id = schema.column(Role::QueryId)?;
    let scored = schema.column(Role::Score)?;
    let graded = match scored {
        Some(_) => None,
        None => schema.column(Role::Answer)?.zip(schema.column(Role::Reference)?),
    };
    let Some(id) = id else {
        return Err(match scored.is_none() && graded.is_none() {
            true => schema.unrecognised(),
            false => schema.missing(Role::QueryId, ", or `query_id` in `mapping`"),
        });
    };
    let mut cells = vec![(Role::QueryId, id)];
    cells.extend(schema.column(Role::Model)?.map(|column| (Role::Model, column)));
    match (scored, graded) {
        (Some(column), _) => cells.push((Role::Score, column)),
        (None, Some((answer, reference))) => cells.extend([(Role::Answer, answer), (Role::Reference, reference)]),
        (None, None) => return Err(schema.missing(Role::Score, ", or an answer and a reference to grade it against")),
    }
    let cost = match options.cost_unit {
        Some(CostUnit::Tokens) => None,
        _ => schema.column(Role::Cost)?,
    };
    match cost {
        Some(column) => cells.push((Role::Cost, column)),
        None => {
            let tokens = schema.column(Role::InputTokens)?.zip(schema.column(Role::OutputTokens)?);
            cells.extend(tokens.into_iter().flat_map(|(i, o)| [(Role::InputTokens, i), (Role::OutputTokens, o)]));
        }
    }
    let latency = latency(&schema, options)?;
    cells.extend(latency.map(|(column, _)| (Role::LatencyMs, column)));
    for role in [Role::Category, Role::Split] {
        // Two columns that could be it are no reason to refuse the results.
        cells.extend(schema.column(role).ok().flatten().map(|column| (role, column)));
    }
    let names = cells.iter().map(|(role, column)| (*role, schema.name(*column).to_owned())).collect();
    let latency_unit = latency.and_then(|(_, unit)| unit);
    Ok((Columns { names, model: None, latency_unit, ..Columns::default() }, cells))
}

/// A table in the neutral schema.
///
/// # Errors
/// As [`columns`].
pub(super) fn table(header: &[String], options: &ImportOptions) -> Result<Table> {
    let (mut columns, cells) = columns(header, options)?;
    columns.names = cells.iter().map(|(role, column)| (*role, called(header, *column))).collect();
    let why = why(&columns, "row");
    let models = vec![Model { columns, cells, answer: None }];
    Ok(Table { id: "neutral", why, shared: Vec::new(), texts: Vec::new(), models, wide: false })
}

/// Where the query's text and the answer stand.
///
/// # Errors
/// Two columns that could be either.
pub(super) fn texts(header: &[String], options: &ImportOptions) -> Result<Vec<(Role, usize)>> {
    let schema = Schema::new(header, &options.mapping)?;
    let place = |role: Role| Ok(schema.column(role)?.map(|column| (role, column)));
    let places = [place(Role::Query)?, place(Role::Answer)?];
    Ok(places.into_iter().flatten().collect())
}

/// Why a file is read as neutral, in words; `what` is `row` or `record`.
pub(super) fn why(columns: &Columns, what: &str) -> String {
    let id = columns.name(Role::QueryId);
    match columns.has(Role::Score) {
        true => format!("each {what} has an id (`{id}`) and a score (`{}`)", columns.name(Role::Score)),
        false => format!(
            "each {what} has an id (`{id}`), an answer (`{}`) and a reference (`{}`)",
            columns.name(Role::Answer),
            columns.name(Role::Reference)
        ),
    }
}

/// The column of latencies; its unit where its name, or the role that a person gave it, says seconds or milliseconds:
/// `latency_ms` is also the role of latencies whose unit nobody knows.
fn latency(schema: &Schema, options: &ImportOptions) -> Result<Option<(usize, Option<LatencyUnit>)>> {
    let mapped = |role| options.mapping.get(&role).is_some_and(|name| !name.is_empty());
    let seconds = || Ok(schema.column(Role::LatencyS)?.map(|column| (column, Some(LatencyUnit::S))));
    if mapped(Role::LatencyS) || (!mapped(Role::LatencyMs) && !schema.has("latency_ms") && schema.has("latency_s")) {
        return seconds();
    }
    Ok(schema.column(Role::LatencyMs)?.map(|column| {
        let named = schema.key_of(column).ends_with("_ms").then_some(LatencyUnit::Ms);
        (column, named)
    }))
}
