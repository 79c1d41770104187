//! What an import found and assumed, for the person who brought the files.

use super::Dataset;
use super::schema::shown;
use serde::{Deserialize, Serialize};

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
    /// Mean score in [0,1]; `None` without any.
    pub mean_score: Option<f64>,
    /// Mean cost in dollars; `None` where unknown.
    pub mean_cost: Option<f64>,
    /// Mean latency in milliseconds; `None` where unknown.
    pub mean_latency_ms: Option<f64>,
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
    warnings: &'a [Warning],
}

#[derive(Debug, Serialize)]
struct ModelReport<'a> {
    name: &'a str,
    rows: u64,
    missing: u64,
    mean_score: Option<f64>,
    mean_cost: Option<f64>,
    mean_latency_ms: Option<f64>,
}

impl Audit {
    /// The view that serialises to the documented JSON.
    pub fn report(&self) -> AuditReport<'_> {
        let models = self.models.iter().map(|model| ModelReport {
            name: &model.name,
            rows: model.rows,
            missing: model.missing,
            mean_score: model.mean_score,
            mean_cost: model.mean_cost,
            mean_latency_ms: model.mean_latency_ms,
        });
        AuditReport {
            format: &self.format,
            models: models.collect(),
            queries: self.queries,
            complete: self.complete,
            duplicates: self.duplicates,
            warnings: &self.warnings,
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
            audit.mean_score = mean(&model.reward);
            audit.mean_cost = model.cost.as_deref().and_then(mean);
            audit.mean_latency_ms = model.latency_ms.as_deref().and_then(mean);
        }
        self.complete = complete.iter().filter(|complete| **complete).count() as u64;
    }

    /// Says what looks wrong in the numbers, and is no error.
    pub(super) fn look_at_costs(&mut self, data: &Dataset) {
        /// A ratio between mean costs that no two models on the market have.
        const IMPLAUSIBLE_RATIO: f64 = 100_000.0;
        /// Dollars for one call that nobody pays.
        const IMPLAUSIBLE_COST: f64 = 100.0;
        let some_cost = data.models.iter().any(|model| model.cost.is_some());
        let mut warnings = Vec::new();
        let warn = |model: &ModelAudit, message: String| Warning {
            file: Some(model.file.clone()),
            message,
            ..Warning::default()
        };
        let mut cheapest: Option<(&ModelAudit, f64)> = None;
        let mut dearest: Option<(&ModelAudit, f64)> = None;
        for model in &self.models {
            match model.mean_cost {
                Some(0.0) => warnings.push(warn(
                    model,
                    format!("the cost of `{}` is 0 everywhere: if it is unknown, it is not free", shown(&model.name)),
                )),
                Some(cost) => {
                    if cheapest.is_none_or(|(_, least)| cost < least) {
                        cheapest = Some((model, cost));
                    }
                    if dearest.is_none_or(|(_, most)| cost > most) {
                        dearest = Some((model, cost));
                    }
                }
                None if some_cost => {
                    warnings.push(warn(model, format!("`{}` has no cost, other models have", shown(&model.name))));
                }
                None => {}
            }
        }
        if let Some(((cheap, least), (dear, most))) = cheapest.zip(dearest) {
            if most > IMPLAUSIBLE_RATIO * least {
                warnings.push(warn(
                    dear,
                    format!(
                        "a call of `{}` costs {:.0} times a call of `{}`: is one a price per token, the other per \
                         million tokens?",
                        shown(&dear.name),
                        most / least,
                        shown(&cheap.name)
                    ),
                ));
            }
            if most > IMPLAUSIBLE_COST {
                warnings.push(warn(
                    dear,
                    format!(
                        "a call of `{}` costs ${most:.0} on average: are these costs in dollars?",
                        shown(&dear.name)
                    ),
                ));
            }
        }
        self.warnings.append(&mut warnings);
    }
}

/// Mean of what is not missing.
fn mean(column: &[f64]) -> Option<f64> {
    let (mut sum, mut count) = (0.0, 0u64);
    for value in column.iter().filter(|value| !value.is_nan()) {
        sum += value;
        count += 1;
    }
    (count > 0).then(|| sum / count as f64)
}
