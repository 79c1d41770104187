//! The neutral long schema: one row is one model's result on one query. RouterBench's long form is read the same way.

use super::ImportOptions;
use super::audit::{FileAudit, Warning};
use super::cells::{LatencyColumn, ScoreColumn, amount};
use super::grader::{GRADERS, grade};
use super::intern::Interner;
use super::join::{Cell, Collector};
use super::records::{Records, text};
use super::schema::{self, Schema, at};
use super::text::Meter;
use crate::error::{Error, ErrorKind, Result};
use crate::experiment::{Grader, LatencyUnit, Price, Role, ScoreUnit};

/// Which columns are read, and how.
pub(super) struct Plan {
    id: usize,
    model: Option<usize>,
    score: ScoreFrom,
    cost: CostFrom,
    latency: Option<(usize, Option<LatencyUnit>)>,
}

enum ScoreFrom {
    Column(usize),
    Grade { grader: Grader, answer: usize, reference: usize },
}

enum CostFrom {
    Column(usize),
    Tokens { input: usize, output: usize },
    Nothing,
}

impl Plan {
    /// Finds the columns of a header.
    pub(super) fn new(schema: &Schema, options: &ImportOptions) -> Result<Self> {
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
        let score = match (scored, graded) {
            (Some(column), _) => ScoreFrom::Column(column),
            (None, Some((answer, reference))) => {
                let Some(grader) = options.grader else {
                    return Err(Error::new(ErrorKind::Missing, format!("a grader for the answers: {GRADERS}"))
                        .at_field("grader")
                        .at_row(1)
                        .found("answers and references, no score"));
                };
                ScoreFrom::Grade { grader, answer, reference }
            }
            (None, None) => {
                return Err(schema.missing(Role::Score, ", or an answer and a reference to grade it against"));
            }
        };
        let cost = match schema.column(Role::Cost)? {
            Some(column) => CostFrom::Column(column),
            None => match schema.column(Role::InputTokens)?.zip(schema.column(Role::OutputTokens)?) {
                Some((input, output)) => CostFrom::Tokens { input, output },
                None => CostFrom::Nothing,
            },
        };
        Ok(Plan { id, model: schema.column(Role::Model)?, score, cost, latency: latency(schema, options)? })
    }

    /// Why a file is read by this plan, in words.
    pub(super) fn why(&self, schema: &Schema) -> String {
        let id = schema.name(self.id);
        match self.score {
            ScoreFrom::Column(score) => format!("each row has an id (`{id}`) and a score (`{}`)", schema.name(score)),
            ScoreFrom::Grade { answer, reference, .. } => format!(
                "each row has an id (`{id}`), an answer (`{}`) and a reference (`{}`)",
                schema.name(answer),
                schema.name(reference)
            ),
        }
    }

    fn describe(&self, schema: &Schema, audit: &mut FileAudit) {
        let mut say = |role: Role, column: usize| {
            audit.columns.push((schema::canonical(role).to_owned(), schema.name(column).to_owned()));
        };
        say(Role::QueryId, self.id);
        if let Some(column) = self.model {
            say(Role::Model, column);
        }
        match self.score {
            ScoreFrom::Column(column) => say(Role::Score, column),
            ScoreFrom::Grade { answer, reference, .. } => {
                say(Role::Answer, answer);
                say(Role::Reference, reference);
            }
        }
        match self.cost {
            CostFrom::Column(column) => say(Role::Cost, column),
            CostFrom::Tokens { input, output } => {
                say(Role::InputTokens, input);
                say(Role::OutputTokens, output);
            }
            CostFrom::Nothing => {}
        }
        if let Some((column, unit)) = self.latency {
            say(if unit == Some(LatencyUnit::S) { Role::LatencyS } else { Role::LatencyMs }, column);
        }
    }
}

/// The column of latencies; its unit where name, mapping or person say it.
fn latency(schema: &Schema, options: &ImportOptions) -> Result<Option<(usize, Option<LatencyUnit>)>> {
    let mapped = |role| options.mapping.contains_key(&role);
    let seconds = || Ok(schema.column(Role::LatencyS)?.map(|column| (column, Some(LatencyUnit::S))));
    if mapped(Role::LatencyS) || (!mapped(Role::LatencyMs) && !schema.has("latency_ms") && schema.has("latency_s")) {
        return seconds();
    }
    Ok(schema.column(Role::LatencyMs)?.map(|column| {
        let named = schema.key_of(column).ends_with("_ms").then_some(LatencyUnit::Ms);
        let mapped = mapped(Role::LatencyMs).then_some(LatencyUnit::Ms);
        (column, named.or(options.latency_unit).or(mapped))
    }))
}

/// Where the rows of a file go.
pub(super) struct Destination<'a> {
    pub(super) collector: &'a mut Collector,
    pub(super) audit: &'a mut FileAudit,
    pub(super) warnings: &'a mut Vec<Warning>,
    /// Number of the file, and the names of all files.
    pub(super) file: usize,
    pub(super) names: &'a [String],
}

impl Destination<'_> {
    /// Warns about a column, if there is anything to say.
    pub(super) fn doubt(&mut self, message: Option<String>, column: &str) {
        if let Some(message) = message {
            let (file, column) = (Some(self.audit.name.clone()), Some(column.to_owned()));
            self.warnings.push(Warning { file, row: None, column, message });
        }
    }
}

/// The models of a file: their numbers and prices by the cells that name them.
#[derive(Default)]
struct Models {
    cells: Interner,
    known: Vec<(u16, Option<Price>)>,
}

impl Models {
    fn of_row(
        &mut self,
        records: &Records,
        plan: &Plan,
        options: &ImportOptions,
        to: &mut Destination,
    ) -> Result<(u16, Option<Price>)> {
        let cell = plan.model.map(|column| records.cell(column));
        let number = self.cells.number(cell.unwrap_or_default());
        if let Some(known) = self.known.get(number as usize) {
            return Ok(*known);
        }
        let name = cell.map_or_else(|| super::import::stem(&to.audit.name).to_owned(), |cell| text(cell).into_owned());
        let model = match name.is_empty() {
            true => Err(Error::new(ErrorKind::BadCell, "a model's name").found("an empty cell")),
            false => to.collector.model(&name, to.file, to.names),
        };
        let model = model.map_err(|error| match plan.model {
            Some(column) => at(error, records, column),
            None => error,
        })?;
        let found = (model, options.prices.get(&name).copied());
        self.known.push(found);
        Ok(found)
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
    let header = records.header.clone();
    plan.describe(&Schema::new(&header, &options.mapping)?, to.audit);
    let from = to.collector.cells.len();
    let mut scores = ScoreColumn::default();
    let mut latencies = LatencyColumn::default();
    let mut models = Models::default();
    let mut blank_answers = (0u64, 0u64);
    while records.next(meter)? {
        let (model, price) = models.of_row(records, plan, options, to)?;
        let query = to.collector.query(records.cell(plan.id)).map_err(|error| at(error, records, plan.id))?;
        let score = match plan.score {
            ScoreFrom::Column(column) => scores.read(records, column)?,
            ScoreFrom::Grade { grader, answer, reference } => match records.cell(reference) {
                [] => f64::NAN,
                reference => {
                    let answer = records.cell(answer);
                    if answer.is_empty() {
                        let first = if blank_answers.0 == 0 { records.row } else { blank_answers.1 };
                        blank_answers = (blank_answers.0 + 1, first);
                        0.0
                    } else {
                        grade(grader, &text(answer), &text(reference))
                    }
                }
            },
        };
        let cost = match plan.cost {
            CostFrom::Column(column) => amount(records, column, "a cost in dollars")?,
            CostFrom::Nothing => f64::NAN,
            CostFrom::Tokens { input, output } => {
                let input = amount(records, input, "a number of tokens")?;
                let output = amount(records, output, "a number of tokens")?;
                price.map_or(f64::NAN, |price| (input * price.input + output * price.output) / 1e6)
            }
        };
        let latency_ms = match plan.latency {
            Some((column, _)) => latencies.read(records, column)?,
            None => f64::NAN,
        };
        let row = u32::try_from(records.row).unwrap_or(u32::MAX);
        to.collector
            .push(Cell { query, row, model, score, cost, latency_ms })
            .map_err(|error| error.at_row(records.row))?;
    }
    settle_scores(records, plan, options, &scores, to, from)?;
    if blank_answers.0 > 0 {
        let (count, row) = blank_answers;
        to.warnings.push(Warning {
            file: Some(to.audit.name.clone()),
            row: Some(row),
            column: None,
            message: format!("empty answers count as wrong ({count} of them)"),
        });
    }
    settle_latencies(plan, options, &latencies, to, from);
    settle_costs(plan, options, to);
    Ok(())
}

fn settle_scores(
    records: &Records,
    plan: &Plan,
    options: &ImportOptions,
    scores: &ScoreColumn,
    to: &mut Destination,
    from: usize,
) -> Result<()> {
    let column = match plan.score {
        ScoreFrom::Column(column) => column,
        ScoreFrom::Grade { grader, .. } => {
            let grader = serde_json::to_value(grader).ok().and_then(|name| name.as_str().map(str::to_owned));
            to.audit.score_unit = format!("1 or 0, graded by `{}`", grader.unwrap_or_default());
            return Ok(());
        }
    };
    let unit = scores.unit(options.score_unit).map_err(|error| error.at_column(records.column_name(column)))?;
    to.audit.score_unit = score_unit(unit, options.score_unit.is_some()).to_owned();
    to.doubt(scores.doubt(unit, options.score_unit), &records.column_name(column));
    if unit == ScoreUnit::Percent {
        for cell in to.collector.cells.iter_mut().skip(from) {
            cell.score /= 100.0;
        }
    }
    Ok(())
}

/// The unit of a column of scores in words.
pub(super) fn score_unit(unit: ScoreUnit, given: bool) -> &'static str {
    match (unit, given) {
        (ScoreUnit::Fraction, false) => "fractions of 1, as all are at most 1",
        (ScoreUnit::Percent, false) => "percent, as all are at most 100 and most above 1",
        (ScoreUnit::Fraction, true) => "fractions of 1, as asked",
        (ScoreUnit::Percent, true) => "percent, as asked",
    }
}

fn settle_latencies(
    plan: &Plan,
    options: &ImportOptions,
    latencies: &LatencyColumn,
    to: &mut Destination,
    from: usize,
) {
    let Some((_, known)) = plan.latency.filter(|_| latencies.any()) else {
        to.audit.latency_unit = "unknown: there are no latencies".to_owned();
        return;
    };
    let unit = known.unwrap_or_else(|| latencies.unit());
    let why = match (known, options.latency_unit) {
        (Some(known), Some(given)) if known == given => "as asked",
        (Some(_), _) => "as the column says",
        (None, _) if unit == LatencyUnit::S => "as most values are below 100",
        (None, _) => "as most values are at least 100",
    };
    to.audit.latency_unit = match unit {
        LatencyUnit::S => format!("seconds, {why}"),
        LatencyUnit::Ms => format!("milliseconds, {why}"),
    };
    if unit == LatencyUnit::S {
        for cell in to.collector.cells.iter_mut().skip(from) {
            cell.latency_ms *= 1000.0;
        }
    }
}

fn settle_costs(plan: &Plan, options: &ImportOptions, to: &mut Destination) {
    to.audit.cost_unit = match plan.cost {
        CostFrom::Column(_) => "dollars a call".to_owned(),
        CostFrom::Tokens { .. } => "dollars, from tokens and prices per million tokens".to_owned(),
        CostFrom::Nothing => "unknown: there are no costs".to_owned(),
    };
    if let CostFrom::Tokens { .. } = plan.cost {
        let unpriced = to.collector.models.iter().filter(|seen| seen.file == to.file);
        for seen in unpriced.filter(|seen| !options.prices.contains_key(&seen.name)) {
            to.warnings.push(Warning {
                file: Some(to.audit.name.clone()),
                row: None,
                column: None,
                message: format!(
                    "`{}` has tokens and no price in `prices`: its cost is unknown",
                    schema::shown(&seen.name)
                ),
            });
        }
    }
}
