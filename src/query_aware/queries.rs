//! What query-aware selection is trained and judged on.

use crate::data::Labels;
use serde::{Deserialize, Serialize};

/// No answer.
pub const NONE: u32 = u32::MAX;

/// Results of `K` models on `Q` queries whose text is known.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Queries {
    /// The models' names, `K` of them.
    pub models: Vec<String>,
    /// The queries' texts, `Q` of them; empty where a query has none.
    pub texts: Vec<String>,
    /// What each query belongs to, such as a subject; `None` where the data does not say.
    pub category: Option<Labels>,
    /// Which part each query is in, such as `train`; `None` where the data does not say.
    pub split: Option<Labels>,
    /// Further columns that describe the queries, each with `Q` numbers; `NaN` = missing.
    pub numeric: Vec<Vec<f64>>,
    /// Their names.
    pub numeric_names: Vec<String>,
    /// By model its results.
    pub results: Vec<ModelAnswers>,
    /// The different answers, normalised.
    pub answers: Vec<String>,
}

/// One model's results, each column with one cell a query.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ModelAnswers {
    /// Whether the model solves the query, `L_{q,k}`; `None` where its score is missing.
    pub solved: Vec<Option<bool>>,
    /// Place of its answer in [`Queries::answers`]; [`NONE`] where it is missing.
    pub answer: Vec<u32>,
    /// Milliseconds until the answer, `NaN` = missing; `None` where nothing is known of this model.
    pub latency_ms: Option<Vec<f64>>,
    /// Dollars for the call, `NaN` = missing; `None` where nothing is known of this model.
    pub cost: Option<Vec<f64>>,
}
