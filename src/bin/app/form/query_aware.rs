//! The inputs of query-aware selection.

use super::read::{number, whole};
use crate::browser::decimal;
use llm_selection::error::Result;
use llm_selection::experiment::{MAX_MODELS, MAX_SEED, QueryAware};
use serde::{Deserialize, Serialize};

/// The set-up of the room *Query-aware*, as it was typed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct QueryAwareForm {
    /// What an experiment that was opened said: its part is then there even where it says only the usual.
    pub base: Option<QueryAware>,
    /// `s`.
    pub max_models: String,
    /// `τ`.
    pub threshold: String,
    /// Where the cascade stops.
    pub confidence: String,
    /// In dollars a query; empty = no cap.
    pub cost_cap: String,
    /// In milliseconds a query; empty = no cap.
    pub latency_cap: String,
    /// In percent.
    pub train: String,
    /// In percent.
    pub validation: String,
    pub seed: String,
    /// Names of further columns, one a line.
    pub columns: String,
}

impl Default for QueryAwareForm {
    fn default() -> Self {
        QueryAwareForm::typed(&QueryAware::default(), None)
    }
}

impl QueryAwareForm {
    /// The inputs that mean what an experiment says, or the usual.
    pub fn of(part: Option<&QueryAware>) -> Self {
        match part {
            Some(part) => QueryAwareForm::typed(part, Some(part.clone())),
            None => QueryAwareForm::default(),
        }
    }

    fn typed(part: &QueryAware, base: Option<QueryAware>) -> Self {
        let cap = |cap: Option<f64>| cap.map_or(String::new(), |cap| cap.to_string());
        QueryAwareForm {
            base,
            max_models: part.max_models.to_string(),
            threshold: part.threshold.to_string(),
            confidence: part.confidence.to_string(),
            cost_cap: cap(part.cost_cap),
            latency_cap: cap(part.latency_cap_ms),
            train: as_percent(part.split.train),
            validation: as_percent(part.split.validation),
            seed: part.split.seed.to_string(),
            columns: part.features.columns.join("\n"),
        }
    }

    /// What the inputs mean; nothing where that is only the usual and no experiment has said so.
    ///
    /// # Errors
    /// Text that is no number where one is needed. Ranges are the engine's to check.
    pub fn part(&self) -> Result<Option<QueryAware>> {
        let cap = |text: &str, field: &str| match text.trim() {
            "" => Ok(None),
            text => number(text, field, "a number above 0, or nothing for no cap").map(Some),
        };
        let mut part = self.base.clone().unwrap_or_default();
        part.max_models = whole(&self.max_models, "query_aware.max_models", 1..=MAX_MODELS as u64)? as u32;
        part.threshold = number(&self.threshold, "query_aware.threshold", "a number from 0 to 1")?;
        part.confidence = number(&self.confidence, "query_aware.confidence", "a number above 0 and at most 1")?;
        part.cost_cap = cap(&self.cost_cap, "query_aware.cost_cap")?;
        part.latency_cap_ms = cap(&self.latency_cap, "query_aware.latency_cap_ms")?;
        part.split.train = of_percent(&self.train, "query_aware.split.train")?;
        part.split.validation = of_percent(&self.validation, "query_aware.split.validation")?;
        part.split.seed = whole(&self.seed, "query_aware.split.seed", 0..=MAX_SEED)?;
        let names = self.columns.lines().map(str::trim).filter(|name| !name.is_empty());
        part.features.columns = names.map(str::to_owned).collect();
        Ok((self.base.is_some() || part != QueryAware::default()).then_some(part))
    }

    /// What is left for test, in percent, where the other two can be read.
    pub fn test(&self) -> Option<f64> {
        let share = |text: &str| decimal(text.trim());
        Some(100.0 - share(&self.train)? - share(&self.validation)?).filter(|test| *test > 0.0)
    }
}

/// A share as it is typed in percent: the decimal point of its text moved, so that the same share comes back.
fn as_percent(share: f64) -> String {
    let text = share.to_string();
    let (whole, rest) = text.split_once('.').unwrap_or((text.as_str(), ""));
    let moved: String = rest.chars().chain("00".chars()).take(2).collect();
    let left: String = rest.chars().skip(2).collect();
    let whole = format!("{whole}{moved}");
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    if left.is_empty() { whole.to_owned() } else { format!("{whole}.{left}") }
}

/// The share of a percentage.
fn of_percent(text: &str, field: &str) -> Result<f64> {
    let plain = number(text, field, "a percentage above 0 and below 100")?;
    // Read as a decimal fraction, so that 7 is 0.07 to the last bit.
    Ok(decimal(&format!("{}e-2", text.trim())).unwrap_or(plain / 100.0))
}
