//! What an import found and assumed, for the person who brought the files.

use super::Dataset;
use super::join::Entries;
use super::rows::{self, Rows};
use super::schema::shown;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// The audit of an import: what was read, what is missing, what was assumed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Audit {
    /// Identifier of the format, such as `neutral`; several, joined by `, `, where the files differ.
    pub format: String,
    /// One entry a model, in the order of [`Dataset::models`].
    pub models: Vec<ModelAudit>,
    /// Number of queries.
    pub queries: u64,
    /// Queries on which every model has a score, and a cost if it has any cost at all.
    pub complete: u64,
    /// Rows beyond the first of the same model on the same query.
    pub duplicates: u64,
    /// Those of them that only held what the earlier rows lacked, and were put together with them.
    pub coalesced: u64,
    /// What the person should look at.
    pub warnings: Vec<Warning>,
    /// What was read from each file, and how.
    pub files: Vec<FileAudit>,
}

/// One model in an audit.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ModelAudit {
    /// The model's name.
    pub name: String,
    /// The file that names it.
    pub file: String,
    /// Rows (in a wide file: cells) that name it.
    pub rows: u64,
    /// Queries without its score, or without its cost where it has any cost at all.
    pub missing: u64,
    /// The first of the queries that are missing.
    pub gaps: Vec<Gap>,
    /// Mean score in [0,1]; `None` without any.
    pub mean_score: Option<f64>,
    /// Half the width of its 95 % interval, see [`Mean`].
    pub ci95_score: Option<f64>,
    /// Mean cost in dollars; `None` where unknown.
    pub mean_cost: Option<f64>,
    /// Half the width of its 95 % interval.
    pub ci95_cost: Option<f64>,
    /// Mean latency in milliseconds; `None` where unknown.
    pub mean_latency_ms: Option<f64>,
    /// Half the width of its 95 % interval.
    pub ci95_latency_ms: Option<f64>,
}

/// A query on which a model has no score, or no cost where it has any.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gap {
    /// The query's id, shortened where it is long.
    pub query: String,
    /// What is missing: `row`, `score`, `cost` or `score and cost`.
    pub lacks: String,
    /// The file with the row that lacks it; `None` where there is no row.
    pub file: Option<String>,
    /// The row that lacks it.
    pub row: Option<u64>,
}

/// Something the person should look at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// File it is about; `None` where it is about all.
    pub file: Option<String>,
    /// Row, the header being row 1.
    pub row: Option<u64>,
    /// Column's name.
    pub column: Option<String>,
    /// What there is to say, as a sentence without a full stop.
    pub message: String,
    /// The rows it is about, as far as they are listed ([`super::MOST_LISTED`]); the first is mostly `row`.
    pub rows: Vec<u64>,
    /// How many rows it is about.
    pub total: u64,
}

impl Warning {
    /// A warning about rows of a file.
    pub(super) fn about(file: &str, rows: Rows, column: Option<String>, message: String) -> Self {
        let Rows { total, listed } = rows;
        Warning { file: Some(file.to_owned()), row: listed.first().copied(), column, message, rows: listed, total }
    }
}

/// How one file was read, in words.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FileAudit {
    /// File name without folder.
    pub name: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// Rows of data.
    pub rows: u64,
    /// Identifier of the format.
    pub format: String,
    /// Why it was taken for that format.
    pub why: String,
    /// How its bytes were read, such as `UTF-8`.
    pub encoding: String,
    /// `comma`, `tab` or `semicolon`.
    pub separator: String,
    /// Which column plays which role: role, column's name.
    pub columns: Vec<(String, String)>,
    /// Unit of the scores, and why.
    pub score_unit: String,
    /// Unit of the costs, or why there are none.
    pub cost_unit: String,
    /// Unit of the latencies, and why.
    pub latency_unit: String,
}

/// The audit as `llm-select audit --json` and the JavaScript API give it.
#[derive(Debug, Serialize)]
pub struct AuditReport<'a> {
    format: &'a str,
    models: Vec<ModelReport<'a>>,
    queries: u64,
    complete: u64,
    duplicates: u64,
    coalesced: u64,
    warnings: Vec<WarningReport<'a>>,
}

#[derive(Debug, Serialize)]
struct ModelReport<'a> {
    name: &'a str,
    rows: u64,
    missing: u64,
    mean_score: Option<f64>,
    ci95_score: Option<f64>,
    mean_cost: Option<f64>,
    ci95_cost: Option<f64>,
    mean_latency_ms: Option<f64>,
    ci95_latency_ms: Option<f64>,
    #[serde(skip_serializing_if = "<[Gap]>::is_empty")]
    missing_cells: &'a [Gap],
}

#[derive(Debug, Serialize)]
struct WarningReport<'a> {
    file: Option<&'a str>,
    row: Option<u64>,
    column: Option<&'a str>,
    message: &'a str,
    #[serde(skip_serializing_if = "<[u64]>::is_empty")]
    rows: &'a [u64],
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<u64>,
}

/// Files that are left out and named.
const MOST_NAMED: usize = 20;

impl Audit {
    /// Names files of a folder or an archive that were not read, and why.
    pub fn leave_out(&mut self, files: &[(String, &'static str)]) {
        let named = files.iter().take(MOST_NAMED).map(|(file, why)| (Some(shown(file)), (*why).to_owned()));
        let more = files.len().saturating_sub(MOST_NAMED);
        let rest = (more > 0).then(|| (None, format!("{more} more files left out, for the same reasons")));
        self.warnings.extend(named.chain(rest).map(|(file, message)| Warning { file, message, ..Warning::default() }));
    }

    /// The view that serialises to the documented JSON.
    pub fn report(&self) -> AuditReport<'_> {
        let models = self.models.iter().map(|model| ModelReport {
            name: &model.name,
            rows: model.rows,
            missing: model.missing,
            mean_score: model.mean_score,
            ci95_score: model.ci95_score,
            mean_cost: model.mean_cost,
            ci95_cost: model.ci95_cost,
            mean_latency_ms: model.mean_latency_ms,
            ci95_latency_ms: model.ci95_latency_ms,
            missing_cells: &model.gaps,
        });
        let warnings = self.warnings.iter().map(|warning| WarningReport {
            file: warning.file.as_deref(),
            row: warning.row,
            column: warning.column.as_deref(),
            message: &warning.message,
            rows: &warning.rows,
            total: (warning.total > 0).then_some(warning.total),
        });
        AuditReport {
            format: &self.format,
            models: models.collect(),
            queries: self.queries,
            complete: self.complete,
            duplicates: self.duplicates,
            coalesced: self.coalesced,
            warnings: warnings.collect(),
        }
    }

    /// Fills in what follows from the numbers: means, missing cells, complete queries.
    pub(super) fn count(&mut self, data: &Dataset) {
        self.queries = data.queries as u64;
        let mut complete = vec![true; data.queries];
        for (audit, model) in self.models.iter_mut().zip(&data.models) {
            audit.missing = 0;
            for (query, complete) in complete.iter_mut().enumerate() {
                let there = |column: &[f64]| column.get(query).is_some_and(|value| !value.is_nan());
                if !there(&model.reward) || model.cost.as_deref().is_some_and(|cost| !there(cost)) {
                    audit.missing += 1;
                    *complete = false;
                }
            }
            let mean = |column: Option<&Vec<f64>>| column.and_then(|column| Mean::of(column));
            let (score, cost) = (mean(Some(&model.reward)), mean(model.cost.as_ref()));
            let latency = mean(model.latency_ms.as_ref());
            (audit.mean_score, audit.ci95_score) = (score.map(|m| m.mean), score.and_then(|m| m.ci95));
            (audit.mean_cost, audit.ci95_cost) = (cost.map(|m| m.mean), cost.and_then(|m| m.ci95));
            (audit.mean_latency_ms, audit.ci95_latency_ms) = (latency.map(|m| m.mean), latency.and_then(|m| m.ci95));
        }
        self.complete = complete.iter().filter(|complete| **complete).count() as u64;
    }

    /// Says what looks wrong in the numbers, and is no error.
    pub(super) fn look_at_costs(&mut self, entries: &Entries, names: &[String]) {
        /// A ratio between mean costs that no two models on the market have.
        const IMPLAUSIBLE_RATIO: f64 = 100_000.0;
        /// Dollars for one call that nobody pays.
        const IMPLAUSIBLE_COST: f64 = 100.0;
        let some_cost = self.models.iter().any(|model| model.mean_cost.is_some());
        let unusual = |cost: Option<f64>| cost == Some(0.0) || (some_cost && cost.is_none());
        let file = |model: &ModelAudit| names.iter().position(|name| *name == model.file).map(|file| file as u16);
        let wanted = self.models.iter().zip(0..).filter(|(model, _)| unusual(model.mean_cost));
        let wanted: HashMap<u16, u16> = wanted.filter_map(|(model, index)| Some((index, file(model)?))).collect();
        let mut rows = rows::of_models(entries.iter(), &wanted);
        let mut warnings = Vec::new();
        for (model, index) in self.models.iter().zip(0u16..).filter(|(model, _)| unusual(model.mean_cost)) {
            let name = shown(&model.name);
            let message = match model.mean_cost {
                Some(_) => format!("the cost of `{name}` is 0 everywhere: if it is unknown, it is not free"),
                None => format!("`{name}` has no cost, other models have"),
            };
            let rows = rows.remove(&index).unwrap_or_default();
            warnings.push(Warning::about(&model.file, rows, self.column("cost", model), message));
        }
        let costs = self.models.iter().zip(0u16..).filter_map(|(model, index)| Some((model, index, model.mean_cost?)));
        let costs: Vec<_> = costs.filter(|(.., cost)| *cost > 0.0).collect();
        let cheapest = costs.iter().min_by(|(.., a), (.., b)| a.total_cmp(b));
        let dearest = costs.iter().rev().max_by(|(.., a), (.., b)| a.total_cmp(b));
        if let Some(((cheap, _, least), (dear, index, most))) = cheapest.zip(dearest) {
            let mut warn = |message: String| {
                let rows = file(dear).map(|file| rows::dearest(entries, *index, file)).unwrap_or_default();
                warnings.push(Warning::about(&dear.file, rows, self.column("cost", dear), message));
            };
            if *most > IMPLAUSIBLE_RATIO * least {
                warn(format!(
                    "a call of `{}` costs {:.0} times a call of `{}`: is one a price per token, the other per million \
                     tokens?",
                    shown(&dear.name),
                    most / least,
                    shown(&cheap.name)
                ));
            }
            if *most > IMPLAUSIBLE_COST {
                warn(format!(
                    "a call of `{}` costs ${most:.0} on average: are these costs in dollars?",
                    shown(&dear.name)
                ));
            }
        }
        self.warnings.append(&mut warnings);
    }

    /// The column of a role in a model's file; in a wide file, the one that is named after the model.
    fn column(&self, role: &str, model: &ModelAudit) -> Option<String> {
        let file = self.files.iter().find(|file| file.name == model.file)?;
        let mut columns = file.columns.iter().filter(|(other, _)| other == role).map(|(_, column)| column);
        let first = columns.next()?;
        let named = [first].into_iter().chain(columns).collect::<Vec<_>>();
        match named.as_slice() {
            [one] => Some((*one).clone()),
            several => several.iter().find(|column| column.starts_with(&model.name)).map(|column| (*column).clone()),
        }
    }
}

/// The mean of what is not missing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mean {
    /// The mean.
    pub mean: f64,
    /// Half the width of its 95 % interval by the normal approximation, 1.96 s/√n, with the standard deviation s of the n
    /// values; `None` with fewer than two.
    pub ci95: Option<f64>,
    /// How many values there are.
    pub count: u64,
}

impl Mean {
    /// Of the values that are not `NaN`; `None` without any.
    pub fn of(column: &[f64]) -> Option<Mean> {
        /// The 97.5 % quantile of the normal distribution.
        const QUANTILE: f64 = 1.959_963_984_540_054;
        let values = || column.iter().filter(|value| !value.is_nan());
        let (mut sum, mut count) = (0.0, 0u64);
        for value in values() {
            sum += value;
            count += 1;
        }
        if count == 0 {
            return None;
        }
        let mean = sum / count as f64;
        let squares: f64 = values().map(|value| (value - mean) * (value - mean)).sum();
        let ci95 = (count > 1).then(|| QUANTILE * (squares / (count - 1) as f64 / count as f64).sqrt());
        Some(Mean { mean, ci95, count })
    }
}
