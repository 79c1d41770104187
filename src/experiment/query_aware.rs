//! The query-aware part of an experiment: how SelectLLM is trained and what it is asked for.

use super::check::{bounded, out_of_range, unique, within, within_f64};
use super::*;
use crate::error::Result;

/// Most extra columns of features.
pub const MAX_COLUMNS: usize = 10_000;

/// Query-aware selection (SelectLLM, section 3). A label is 1 where the score reaches `task.success_threshold`, `θ`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct QueryAware {
    /// `s`: most models that a policy calls on a query, 1 to 200.
    pub max_models: u32,
    /// `τ`: LabelledMaxConf takes models whose probability is at least this, in [0,1].
    pub threshold: f64,
    /// Probability of the leading answer at which a cascade stops, in (0,1].
    pub confidence: f64,
    /// Dollars that the calls of a query may cost together, by the models' means on train; above 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost_cap: Option<f64>,
    /// Milliseconds that the slowest call of a query may take, by the models' means on train; above 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency_cap_ms: Option<f64>,
    /// Which queries are learned from, chosen on and tested on, where the data has no `split` column.
    pub split: SplitShares,
    /// What the classifier sees besides the text.
    pub features: Features,
}

/// Shares of the queries; the rest is test.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SplitShares {
    /// Share the classifier learns from, above 0.
    pub train: f64,
    /// Share that choices are made on, above 0; with `train` below 1.
    pub validation: f64,
    /// 0 to 2⁵³ − 1.
    pub seed: u64,
}

/// What the classifier sees besides the text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Features {
    /// Columns of numbers in the files, such as an embedding's, by their names.
    pub columns: Vec<String>,
}

impl Default for QueryAware {
    fn default() -> Self {
        QueryAware {
            max_models: 3,
            threshold: 0.5,
            confidence: 0.9,
            cost_cap: None,
            latency_cap_ms: None,
            split: SplitShares::default(),
            features: Features::default(),
        }
    }
}

impl Default for SplitShares {
    fn default() -> Self {
        SplitShares { train: 0.6, validation: 0.2, seed: 1 }
    }
}

pub(super) fn check(part: &QueryAware) -> Result<()> {
    let models = "a whole number from 1 to 200";
    within(part.max_models.into(), 1, MAX_MODELS as u64, "query_aware.max_models", models)?;
    within_f64(part.threshold, 0.0, 1.0, "query_aware.threshold", "a number from 0 to 1")?;
    super::check::above_zero_to_one(part.confidence, "query_aware.confidence")?;
    for (cap, name) in [(part.cost_cap, "cost_cap"), (part.latency_cap_ms, "latency_cap_ms")] {
        if let Some(cap) = cap.filter(|cap| !(*cap > 0.0 && cap.is_finite())) {
            return Err(out_of_range(format!("query_aware.{name}"), cap, "a number above 0, or null for no cap"));
        }
    }
    let split = part.split;
    for (share, name) in [(split.train, "train"), (split.validation, "validation")] {
        if !(share > 0.0 && share < 1.0) {
            return Err(out_of_range(format!("query_aware.split.{name}"), share, "a share above 0 and below 1"));
        }
    }
    if split.train + split.validation >= 1.0 {
        let both = format!("{} and {}", split.train, split.validation);
        return Err(out_of_range(
            "query_aware.split",
            both,
            "shares that leave something to test on: below 1 together",
        ));
    }
    within(split.seed, 0, MAX_SEED, "query_aware.split.seed", "a whole number from 0 to 9,007,199,254,740,991")?;
    let columns = &part.features.columns;
    if columns.len() > MAX_COLUMNS {
        return Err(out_of_range("query_aware.features.columns", columns.len(), "at most 10,000 columns"));
    }
    columns.iter().try_for_each(|name| bounded(name, "query_aware.features.columns"))?;
    unique(columns.iter().map(String::as_str), "query_aware.features.columns", "")
}
