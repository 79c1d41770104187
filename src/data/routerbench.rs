//! RouterBench's wide form: one row a query, and for each model `m` the columns `m` (score), `m|model_response` and
//! `m|total_cost`.

use super::ImportOptions;
use super::cells::{ScoreColumn, amount};
use super::join::Cell;
use super::neutral::{Destination, score_unit};
use super::records::Records;
use super::schema::{at, shown};
use super::text::Meter;
use crate::error::{Error, ErrorKind, Result};
use crate::experiment::ScoreUnit;

const ID: &str = "sample_id";
const COST: &str = "|total_cost";
const RESPONSE: &str = "|model_response";

/// Columns of RouterBench's long form, all of which it has.
pub(super) const LONG: [&str; 5] = ["sample_id", "eval_name", "model_name", "performance", "cost"];

/// Columns of the models.
pub(super) struct Plan {
    id: usize,
    models: Vec<Model>,
}

struct Model {
    name: String,
    score: usize,
    cost: Option<usize>,
}

impl Plan {
    /// The columns, if the header is of this form.
    ///
    /// # Errors
    /// A model without a column of scores, or with two.
    pub(super) fn new(header: &[String]) -> Result<Option<Self>> {
        let position = |name: &str| header.iter().position(|other| other == name);
        let named: Vec<&str> =
            header.iter().filter_map(|name| name.strip_suffix(COST).or(name.strip_suffix(RESPONSE))).collect();
        let Some(id) = position(ID).filter(|_| !named.is_empty()) else { return Ok(None) };
        let mut models: Vec<Model> = Vec::new();
        let mut places: std::collections::HashMap<&str, Vec<usize>> = std::collections::HashMap::new();
        for (index, name) in header.iter().enumerate() {
            places.entry(name).or_default().push(index);
        }
        let mut known = std::collections::HashSet::new();
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
                _ => {
                    let error = Error::new(ErrorKind::Duplicate, "one column of scores for each model");
                    return Err(error.at_row(1).at_column(shown(name)).found(format!("{name} twice")));
                }
            };
            models.push(Model { name: name.to_owned(), score, cost: place(&format!("{name}{COST}")).first().copied() });
        }
        models.sort_by_key(|model| model.score);
        Ok(Some(Plan { id, models }))
    }
}

/// Reads all rows of a file.
pub(super) fn read(
    records: &mut Records,
    plan: &Plan,
    options: &ImportOptions,
    to: &mut Destination,
    meter: &mut Meter,
) -> Result<()> {
    let from = to.collector.cells.len();
    to.audit.columns.push(("query_id".to_owned(), ID.to_owned()));
    let mut numbers = Vec::new();
    for model in &plan.models {
        let number = to.collector.model(&model.name, to.file, to.names);
        numbers.push(number.map_err(|error| error.at_row(1).at_column(shown(&model.name)))?);
        to.audit.columns.push(("score".to_owned(), model.name.clone()));
    }
    let mut scores = vec![ScoreColumn::default(); plan.models.len()];
    while records.next(meter)? {
        let query = to.collector.query(records.cell(plan.id)).map_err(|error| at(error, records, plan.id))?;
        for ((model, number), column) in plan.models.iter().zip(&numbers).zip(&mut scores) {
            let score = column.read(records, model.score)?;
            let cost = match model.cost {
                Some(cost) => amount(records, cost, "a cost in dollars")?,
                None => f64::NAN,
            };
            if score.is_nan() && cost.is_nan() {
                continue;
            }
            let row = u32::try_from(records.row).unwrap_or(u32::MAX);
            to.collector
                .push(Cell { query, row, model: *number, score, cost, latency_ms: f64::NAN })
                .map_err(|error| error.at_row(records.row))?;
        }
    }
    settle(plan, options, &numbers, &scores, to, from)
}

/// Each model's column of scores has its own unit.
fn settle(
    plan: &Plan,
    options: &ImportOptions,
    numbers: &[u16],
    scores: &[ScoreColumn],
    to: &mut Destination,
    from: usize,
) -> Result<()> {
    let mut percent = vec![false; to.collector.models.len()];
    let mut units = Vec::new();
    for ((model, number), column) in plan.models.iter().zip(numbers).zip(scores) {
        let unit = column.unit(options.score_unit).map_err(|error| error.at_column(shown(&model.name)))?;
        if let Some(percent) = percent.get_mut(usize::from(*number)) {
            *percent = unit == ScoreUnit::Percent;
        }
        to.doubt(column.doubt(unit, options.score_unit), &model.name);
        let words = score_unit(unit, options.score_unit.is_some());
        if !units.contains(&words) {
            units.push(words);
        }
    }
    for cell in to.collector.cells.iter_mut().skip(from) {
        if percent.get(usize::from(cell.model)) == Some(&true) {
            cell.score /= 100.0;
        }
    }
    to.audit.score_unit = units.join("; or: ");
    to.audit.cost_unit = match plan.models.iter().any(|model| model.cost.is_some()) {
        true => "dollars a call".to_owned(),
        false => "unknown: there are no costs".to_owned(),
    };
    to.audit.latency_unit = "unknown: there are no latencies".to_owned();
    Ok(())
}
