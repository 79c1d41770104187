//! RouterBench. Wide: one row a query, and for each model `m` the columns `m` (score), `m|model_response` and
//! `m|total_cost`. Long: one row a result.

use super::super::intake::Columns;
use super::super::schema::shown;
use super::{Layout, Model, Table, twice};
use crate::error::{Error, ErrorKind, Result};
use crate::experiment::Role;
use std::collections::{HashMap, HashSet};

const ID: &str = "sample_id";
const COST: &str = "|total_cost";
const RESPONSE: &str = "|model_response";

/// The long form.
pub(super) const LONG: Layout = Layout {
    id: "routerbench-long",
    needs: &["sample_id", "eval_name", "model_name", "performance", "cost"],
    roles: &[
        (Role::QueryId, "sample_id"),
        (Role::Model, "model_name"),
        (Role::Score, "performance"),
        (Role::Cost, "cost"),
        (Role::LatencyMs, "latency_ms"),
        (Role::Category, "eval_name"),
        (Role::Split, "split"),
    ],
    texts: &[(Role::Query, "prompt"), (Role::Answer, "model_response")],
    from_zero: false,
};

/// The wide form, if the header is of it.
///
/// # Errors
/// A model without a column of scores, or with two.
pub(super) fn wide(header: &[String]) -> Result<Option<Table>> {
    let named: Vec<&str> =
        header.iter().filter_map(|name| name.strip_suffix(COST).or(name.strip_suffix(RESPONSE))).collect();
    let position = |name: &str| header.iter().position(|other| other == name);
    let Some(id) = position(ID).filter(|_| !named.is_empty()) else { return Ok(None) };
    let mut places: HashMap<&str, Vec<usize>> = HashMap::new();
    for (index, name) in header.iter().enumerate() {
        places.entry(name).or_default().push(index);
    }
    let mut models: Vec<Model> = Vec::new();
    let mut known = HashSet::new();
    for name in named {
        if !known.insert(name) {
            continue;
        }
        let place = |name: &str| places.get(name).map_or(&[][..], Vec::as_slice);
        let score = match place(name) {
            [score] => *score,
            [] => {
                let expected = format!("a column `{}` with the scores of that model", shown(name));
                return Err(Error::new(ErrorKind::Missing, expected).at_row(1).at_column(shown(name)));
            }
            _ => return Err(twice(name)),
        };
        let mut cells = vec![(Role::Score, score)];
        let mut columns = Columns { model: Some(name.to_owned()), ..Columns::default() };
        columns.names.push((Role::Score, name.to_owned()));
        let cost = format!("{name}{COST}");
        if let Some(index) = place(&cost).first() {
            cells.push((Role::Cost, *index));
            columns.names.push((Role::Cost, cost));
        }
        let answer = place(&format!("{name}{RESPONSE}")).first().copied();
        models.push(Model { columns, cells, answer });
    }
    models.sort_by_key(|model| model.cells.first().map(|(_, score)| *score));
    let mut shared = vec![(Role::QueryId, id)];
    shared.extend(
        [(Role::Category, "eval_name"), (Role::Split, "split")]
            .iter()
            .filter_map(|(role, name)| Some((*role, position(name)?))),
    );
    let why = "it has the columns `sample_id` and, for each model, its name and its name with `|total_cost`".to_owned();
    let texts = position("prompt").map(|place| (Role::Query, place)).into_iter().collect();
    Ok(Some(Table { id: "routerbench-wide", why, shared, texts, models, wide: true }))
}
