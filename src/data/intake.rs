//! Rows of results as numbers: scores and their unit, grading, costs from tokens and prices, latencies and their unit.
//!
//! A format says which column plays which role and hands over row after row; everything a column can mean is decided
//! here, once, for all formats.

use super::audit::{FileAudit, Warning};
use super::cells::{self, Field, LatencyColumn, ScoreColumn, amount};
use super::grader::{GRADERS, Judge};
use super::intern::Interner;
use super::join::{Collector, Entry};
use super::prices::{AS_OF, list_price};
use super::rows::{Rows, of_models};
use super::schema::{self, canonical, shown};
use super::{ImportOptions, names};
use crate::error::{Error, ErrorKind, Result};
use crate::experiment::{CostUnit, LatencyUnit, Price, Role, ScoreUnit, TokenPrice};
use std::collections::BTreeMap;

/// Number of roles.
const ROLES: usize = Role::Split as usize + 1;

/// One model's result on one query: the cells by role.
pub(super) struct Row<'r> {
    /// Row in the file as a spreadsheet numbers it; in JSON the line, or the number of the record from 1.
    pub(super) number: u64,
    fields: [Field<'r>; ROLES],
    /// Cells of the further columns that are wanted with the texts.
    pub(super) extra: Vec<Field<'r>>,
}

impl<'r> Row<'r> {
    /// A row without any cell.
    pub(super) fn new(number: u64) -> Self {
        Row { number, fields: [Field::MISSING; ROLES], extra: Vec::new() }
    }

    pub(super) fn set(&mut self, role: Role, field: Field<'r>) {
        if let Some(place) = self.fields.get_mut(role as usize) {
            *place = field;
        }
    }

    fn get(&self, role: Role) -> Field<'r> {
        self.fields.get(role as usize).copied().unwrap_or(Field::MISSING)
    }
}

/// Which column plays which role in the rows of a file.
#[derive(Debug, Clone, Default)]
pub(super) struct Columns {
    /// Role and column's name, for messages and the audit.
    pub(super) names: Vec<(Role, String)>,
    /// The model of all rows, where no column names it; else the file's name does.
    pub(super) model: Option<String>,
    /// Unit of the latencies where format or column say it.
    pub(super) latency_unit: Option<LatencyUnit>,
    /// Whether a score below 0, which some metrics of this format have, counts as 0.
    pub(super) from_zero: bool,
}

impl Columns {
    pub(super) fn has(&self, role: Role) -> bool {
        self.names.iter().any(|(other, _)| *other == role)
    }

    /// The column of a role; the role's own name where there is none.
    pub(super) fn name(&self, role: Role) -> &str {
        self.names.iter().find(|(other, _)| *other == role).map_or(canonical(role), |(_, name)| name)
    }
}

/// Where the rows of a file go.
pub(super) struct Destination<'a> {
    pub(super) collector: &'a mut Collector,
    pub(super) audit: &'a mut FileAudit,
    pub(super) warnings: &'a mut Vec<Warning>,
    /// Number of the file, and the names of all files.
    pub(super) file: usize,
    pub(super) names: &'a [String],
    /// The file's name with the folders that were given with it.
    pub(super) path: &'a str,
    /// The file's model, where nothing in it says another.
    pub(super) model: &'a str,
    /// List prices that were used.
    pub(super) prices: &'a mut BTreeMap<String, Price>,
}

impl Destination<'_> {
    /// The folder that the file stands in, if it is known.
    pub(super) fn folder(&self) -> Option<&str> {
        names::folder(self.path)
    }

    /// Warns about rows or a column of this file, if there is anything to say.
    pub(super) fn warn(&mut self, rows: impl Into<Rows>, column: Option<&str>, message: Option<String>) {
        if let Some(message) = message {
            let column = column.map(str::to_owned);
            self.warnings.push(Warning::about(&self.audit.name, rows.into(), column, message));
        }
    }
}

enum ScoreFrom {
    Column,
    Grade(Judge),
}

enum CostFrom {
    /// A column, in cents or in dollars.
    Column {
        cents: bool,
    },
    Tokens,
    Nothing,
}

/// Takes the rows of one file (in a wide file: of one of its models) until [`Intake::settle`].
pub(super) struct Intake<'o> {
    options: &'o ImportOptions,
    columns: Columns,
    score: ScoreFrom,
    cost: CostFrom,
    scores: ScoreColumn,
    latencies: LatencyColumn,
    /// Cells that name models, with the models' numbers and prices.
    cells: Interner,
    known: Vec<(u16, Option<Price>)>,
    /// Rows with empty answers.
    blank_answers: Rows,
    /// Answers in which the grader found nothing to compare.
    unread_answers: Rows,
    within_words: Rows,
    /// Rows with scores below 0 that count as 0.
    below_zero: Rows,
    /// Entries of the collector before the first of this intake.
    from: usize,
}

impl<'o> Intake<'o> {
    /// Checks that the columns are enough.
    ///
    /// # Errors
    /// No id; no score and nothing to grade; answers without a grader.
    pub(super) fn new(mut columns: Columns, options: &'o ImportOptions, to: &Destination) -> Result<Self> {
        let missing = |role: Role, what: &str| Error::new(ErrorKind::Missing, what).at_column(canonical(role));
        if !columns.has(Role::QueryId) {
            return Err(missing(Role::QueryId, "a column with ids of the queries"));
        }
        let score = match (columns.has(Role::Score), columns.has(Role::Answer) && columns.has(Role::Reference)) {
            (true, _) => ScoreFrom::Column,
            (false, true) => ScoreFrom::Grade(Judge::new(options.grader.as_ref().ok_or_else(|| {
                Error::new(ErrorKind::Missing, format!("a grader for the answers: {GRADERS}"))
                    .at_field("grader")
                    .at_row(1)
                    .found("answers and references, no score")
            })?)?),
            (false, false) => return Err(missing(Role::Score, "scores, or answers and references to grade")),
        };
        let tokens = columns.has(Role::InputTokens) && columns.has(Role::OutputTokens);
        let (cost, unread) = match options.cost_unit {
            Some(CostUnit::Tokens) if tokens => (CostFrom::Tokens, &[Role::Cost][..]),
            None | Some(CostUnit::Dollars | CostUnit::Cents) if columns.has(Role::Cost) => {
                let named =
                    || schema::words(columns.name(Role::Cost)).iter().any(|word| word == "cents" || word == "cent");
                let cents = options.cost_unit.map_or_else(named, |unit| unit == CostUnit::Cents);
                (CostFrom::Column { cents }, &[Role::InputTokens, Role::OutputTokens][..])
            }
            None | Some(CostUnit::Dollars | CostUnit::Cents) if tokens => (CostFrom::Tokens, &[][..]),
            _ => (CostFrom::Nothing, &[Role::Cost, Role::InputTokens, Role::OutputTokens][..]),
        };
        columns.names.retain(|(role, _)| !unread.contains(role));
        Ok(Intake {
            options,
            columns,
            score,
            cost,
            scores: ScoreColumn::default(),
            latencies: LatencyColumn::default(),
            cells: Interner::default(),
            known: Vec::new(),
            blank_answers: Rows::default(),
            unread_answers: Rows::default(),
            within_words: Rows::default(),
            below_zero: Rows::default(),
            from: to.collector.entries.len(),
        })
    }

    /// Takes one row.
    ///
    /// # Errors
    /// A cell that does not hold what its column needs; a limit.
    pub(super) fn take(&mut self, row: &Row, to: &mut Destination) -> Result<()> {
        let (model, price) = self.model(row, to)?;
        let columns = &self.columns;
        let at = |role: Role| move |error: Error| error.at_row(row.number).at_column(shown(columns.name(role)));
        let amount = |role: Role, what: &str| amount(row.get(role), what).map_err(at(role));
        let id = row.get(Role::QueryId);
        let query = match id {
            Field::Text(id) => to.collector.query(id),
            Field::Number(_) => to.collector.query(id.text().as_bytes()),
        }
        .map_err(at(Role::QueryId))?;
        let score = match &self.score {
            ScoreFrom::Column => {
                let mut score = row.get(Role::Score);
                if columns.from_zero && score.number().is_some_and(|score| score < 0.0) {
                    self.below_zero.add(row.number);
                    score = Field::Number(0.0);
                }
                self.scores.read(score, row.number).map_err(at(Role::Score))?
            }
            ScoreFrom::Grade(judge) => match (row.get(Role::Answer), row.get(Role::Reference)) {
                (_, reference) if reference.is_missing() => f64::NAN,
                (answer, _) if answer.is_missing() => {
                    self.blank_answers.add(row.number);
                    0.0
                }
                (answer, reference) => match judge.grade(&answer.text(), &reference.text()) {
                    Some(right) => {
                        if right && judge.only_within_words(&answer.text(), &reference.text()) {
                            self.within_words.add(row.number);
                        }
                        f64::from(u8::from(right))
                    }
                    None => {
                        self.unread_answers.add(row.number);
                        0.0
                    }
                },
            },
        };
        let tokens = match self.cost {
            CostFrom::Tokens => {
                let tokens = |role| amount(role, "a number of tokens");
                Some((tokens(Role::InputTokens)?, tokens(Role::OutputTokens)?))
            }
            _ => None,
        };
        let cost = match self.cost {
            CostFrom::Column { cents } => cells::cost(row.get(Role::Cost), cents).map_err(at(Role::Cost))?,
            _ => f64::NAN,
        };
        let latency_ms = self.latencies.read(row.get(Role::LatencyMs)).map_err(at(Role::LatencyMs))?;
        let cost = match (tokens, price) {
            (Some((input, output)), Some(Price { tokens: Some(price), .. })) => {
                (input * price.input + output * price.output) / 1e6
            }
            _ => cost,
        };
        to.collector.label(query, row.get(Role::Category), row.get(Role::Split));
        let number = u32::try_from(row.number).unwrap_or(u32::MAX);
        to.collector
            .push(Entry { query, row: number, model, file: to.file as u16, score, cost, latency_ms })
            .map_err(|error| error.at_row(row.number))?;
        match &mut to.collector.texts {
            Some(texts) => texts
                .take(query, row.get(Role::Query), row.get(Role::Answer), &row.extra)
                .map_err(|error| error.at_row(row.number)),
            None => Ok(()),
        }
    }

    /// The number and price of a row's model.
    fn model(&mut self, row: &Row, to: &mut Destination) -> Result<(u16, Option<Price>)> {
        let named = self.columns.has(Role::Model);
        let cell = row.get(Role::Model);
        let number = match (named, cell) {
            (true, Field::Text(cell)) => self.cells.number(cell),
            (true, Field::Number(_)) => self.cells.number(cell.text().as_bytes()),
            (false, _) => 0,
        };
        if let Some(known) = self.known.get(number as usize) {
            return Ok(*known);
        }
        let name = match (named, &self.columns.model) {
            (true, _) => cell.text().into_owned(),
            (false, Some(model)) => model.clone(),
            (false, None) => to.model.to_owned(),
        };
        let model = match name.is_empty() {
            true => Err(Error::new(ErrorKind::BadCell, "a model's name").found("an empty cell")),
            false => to.collector.model(&name, to.file, to.names, named || self.columns.model.is_some()),
        };
        let model = model.map_err(|error| match named {
            true => error.at_row(row.number).at_column(shown(self.columns.name(Role::Model))),
            false => error,
        })?;
        let listed = || matches!(self.cost, CostFrom::Tokens).then(|| list_price(&name)).flatten();
        let price = self.options.prices.get(&name).copied().or_else(|| {
            let price = Price { tokens: Some(listed()?), call: None };
            to.prices.insert(name.clone(), price);
            Some(price)
        });
        let found = (model, price);
        self.known.push(found);
        Ok(found)
    }

    /// Ends the file: units are decided, doubts are said, the audit is filled in.
    ///
    /// # Errors
    /// A score outside the column's unit.
    pub(super) fn settle(self, to: &mut Destination) -> Result<()> {
        for (role, name) in &self.columns.names {
            let said = (canonical(*role).to_owned(), name.clone());
            if !to.audit.columns.contains(&said) {
                to.audit.columns.push(said);
            }
        }
        let mut mine = vec![false; to.collector.models.len()];
        for (model, _) in &self.known {
            if let Some(mine) = mine.get_mut(usize::from(*model)) {
                *mine = true;
            }
        }
        let unit = self.score_unit(to)?;
        let latency_unit = self.latency_unit(to);
        for entry in to.collector.entries.iter_mut().skip(self.from) {
            if mine.get(usize::from(entry.model)) == Some(&true) {
                if unit == ScoreUnit::Percent {
                    entry.score /= 100.0;
                }
                if latency_unit == LatencyUnit::S {
                    entry.latency_ms *= 1000.0;
                }
            }
        }
        let said = |rows: &Rows, what: &str| (rows.total > 0).then(|| format!("{what} ({} of them)", rows.total));
        let blank = said(&self.blank_answers, "empty answers count as wrong");
        to.warn(self.blank_answers.clone(), Some(&shown(self.columns.name(Role::Answer))), blank);
        let unread =
            said(&self.unread_answers, "the grader finds nothing to compare in some answers: they count as wrong");
        to.warn(self.unread_answers.clone(), Some(&shown(self.columns.name(Role::Answer))), unread);
        let within = said(
            &self.within_words,
            "the reference stands in some answers only as a part of longer words, as “no” does in “not”: they count as right",
        );
        to.warn(self.within_words.clone(), Some(&shown(self.columns.name(Role::Answer))), within);
        let below = said(&self.below_zero, "scores below 0 count as 0");
        to.warn(self.below_zero.clone(), Some(&shown(self.columns.name(Role::Score))), below);
        self.costs(to);
        Ok(())
    }

    fn score_unit(&self, to: &mut Destination) -> Result<ScoreUnit> {
        if let ScoreFrom::Grade(judge) = &self.score {
            say(&mut to.audit.score_unit, &format!("1 or 0, graded by `{}`", judge.name()));
            return Ok(ScoreUnit::Fraction);
        }
        let column = shown(self.columns.name(Role::Score));
        let given = self.options.score_unit;
        let unit = self.scores.unit(given).map_err(|error| error.at_column(&column))?;
        let words = match (unit, given.is_some()) {
            (ScoreUnit::Fraction, false) => "fractions of 1, as all are at most 1",
            (ScoreUnit::Percent, false) => "percent, as all are at most 100 and most above 1",
            (ScoreUnit::Fraction, true) => "fractions of 1, as asked",
            (ScoreUnit::Percent, true) => "percent, as asked",
        };
        say(&mut to.audit.score_unit, words);
        to.warn(self.scores.above_one().clone(), Some(&column), self.scores.doubt(unit, given));
        Ok(unit)
    }

    fn latency_unit(&self, to: &mut Destination) -> LatencyUnit {
        if !self.latencies.any() {
            say(&mut to.audit.latency_unit, "unknown: there are no latencies");
            return LatencyUnit::Ms;
        }
        let (known, given) = (self.columns.latency_unit, self.options.latency_unit);
        let unit = given.or(known).unwrap_or_else(|| self.latencies.unit());
        let why = match (given, known) {
            (Some(_), _) => "as asked",
            (None, Some(_)) => "as the column says",
            (None, None) if unit == LatencyUnit::S => "as most values are below 100",
            (None, None) => "as most values are at least 100",
        };
        let words = match unit {
            LatencyUnit::S => format!("seconds, {why}"),
            LatencyUnit::Ms => format!("milliseconds, {why}"),
        };
        say(&mut to.audit.latency_unit, &words);
        unit
    }

    fn costs(&self, to: &mut Destination) {
        let words = match self.cost {
            CostFrom::Column { cents: false } => "dollars a call",
            CostFrom::Column { cents: true } => "cents a call",
            CostFrom::Tokens => "dollars, from tokens and prices per million tokens",
            CostFrom::Nothing if self.options.cost_unit == Some(CostUnit::Tokens) => "unknown: there are no tokens",
            CostFrom::Nothing => "unknown: there are no costs",
        };
        let why = match (&self.cost, self.options.cost_unit) {
            (CostFrom::Nothing, _) => "",
            (_, Some(_)) => ", as asked",
            (CostFrom::Column { cents: true }, None) => ", as the column says",
            _ => "",
        };
        let calls = self.known.iter().filter(|(_, price)| price.is_some_and(|price| price.call.is_some())).count();
        let words = match (&self.cost, calls) {
            (_, 0) => format!("{words}{why}"),
            (CostFrom::Nothing, _) if calls == self.known.len() => "dollars a call, as given for the model".to_owned(),
            (CostFrom::Nothing, _) => "dollars a call, as given for some models; else unknown".to_owned(),
            _ => format!("{words}{why}; where a row has none, dollars a call as given for the model"),
        };
        say(&mut to.audit.cost_unit, &words);
        let column = self.columns.name(Role::Cost).to_owned();
        if let (CostFrom::Column { .. }, None) = (&self.cost, self.options.cost_unit)
            && let Some(currency) = schema::currency(&column)
        {
            let message = format!("the column's name speaks of {currency}: its numbers are taken for dollars");
            to.warn(Rows::default(), Some(&column), Some(message));
        }
        if let CostFrom::Tokens = self.cost {
            self.say_prices(to);
        }
    }
}

impl Intake<'_> {
    /// Says which prices are not the person's, and which there are not.
    fn say_prices(&self, to: &mut Destination) {
        let column = shown(self.columns.name(Role::InputTokens));
        let mut said: Vec<(u16, String)> = Vec::new();
        for (model, price) in &self.known {
            let Some(seen) = to.collector.models.get(usize::from(*model)) else { continue };
            let name = schema::shown(&seen.name);
            let message = match (to.prices.get(&seen.name), price) {
                (Some(Price { tokens: Some(TokenPrice { input, output }), .. }), _) => format!(
                    "`{name}` is priced at ${input} per million input and ${output} per million output tokens, by our \
                     table of {AS_OF}: `prices` says otherwise"
                ),
                (None, None) => format!("`{name}` has tokens and no price in `prices`: its cost is unknown"),
                _ => continue,
            };
            said.push((*model, message));
        }
        let wanted = said.iter().map(|(model, _)| (*model, to.file as u16)).collect();
        let mut rows = of_models(to.collector.entries.iter().skip(self.from), &wanted);
        for (model, message) in said {
            to.warn(rows.remove(&model).unwrap_or_default(), Some(&column), Some(message));
        }
    }
}

/// Adds what is said of another model of the same file, unless it is the same.
fn say(words: &mut String, more: &str) {
    if words.is_empty() {
        *words = more.to_owned();
    } else if !words.split("; or: ").any(|said| said == more) {
        *words = format!("{words}; or: {more}");
    }
}
