//! The text inputs of the form, and which of them an error is about.

use super::{Form, Param};
use crate::words::say;
use llm_selection::error::Error;
use yew::AttrValue;

/// A text input of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    MaxModels,
    Budget,
    Rounds,
    Replicates,
    Seed,
    /// A parameter of the policy with this number.
    Policy(u32, Param),
    /// `s` of synthetic costs.
    CostSpread,
    /// First round of the change with this number.
    DriftAt(u32),
    /// New mean reward in the row with this number.
    NewReward(u32),
    /// New mean cost in the row with this number.
    NewCost(u32),
    /// First round of the absence with this number.
    AwayFrom(u32),
    /// Round in which that model is back.
    AwayTo(u32),
    /// `θ`.
    SuccessThreshold,
    /// An input of query-aware selection.
    QueryAware(QueryAwareInput),
}

/// An input of query-aware selection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueryAwareInput {
    MaxModels,
    Threshold,
    Confidence,
    CostCap,
    LatencyCap,
    Train,
    Validation,
    Seed,
    Columns,
}

impl QueryAwareInput {
    /// The input that a field of the experiment's part is about.
    fn of(path: &str) -> Option<QueryAwareInput> {
        Some(match path {
            "max_models" => QueryAwareInput::MaxModels,
            "threshold" => QueryAwareInput::Threshold,
            "confidence" => QueryAwareInput::Confidence,
            "cost_cap" => QueryAwareInput::CostCap,
            "latency_cap_ms" => QueryAwareInput::LatencyCap,
            "split.train" => QueryAwareInput::Train,
            "split" | "split.validation" => QueryAwareInput::Validation,
            "split.seed" => QueryAwareInput::Seed,
            path if path.starts_with("features.columns") => QueryAwareInput::Columns,
            _ => return None,
        })
    }

    /// Its label on the page.
    pub fn name(self) -> AttrValue {
        say!(match self {
            QueryAwareInput::MaxModels => "Models per query",
            QueryAwareInput::Threshold => "Threshold",
            QueryAwareInput::Confidence => "Cascade stops at",
            QueryAwareInput::CostCap => "Cost cap",
            QueryAwareInput::LatencyCap => "Latency cap",
            QueryAwareInput::Train => "Train, %",
            QueryAwareInput::Validation => "Validation, %",
            QueryAwareInput::Seed => "Split seed",
            QueryAwareInput::Columns => "Extra columns",
        })
    }
}

impl Field {
    /// Whether it is one of those that say how the world changes.
    pub fn is_change(self) -> bool {
        match self {
            Field::MaxModels | Field::Budget | Field::Rounds | Field::Replicates | Field::Seed => false,
            Field::Policy(..) | Field::SuccessThreshold | Field::QueryAware(_) => false,
            Field::CostSpread | Field::DriftAt(_) | Field::NewReward(_) | Field::NewCost(_) => true,
            Field::AwayFrom(_) | Field::AwayTo(_) => true,
        }
    }
}

/// Splits `list[3].rest` of a list into 3 and `.rest`.
fn entry<'a>(path: &'a str, list: &str) -> Option<(usize, &'a str)> {
    let (number, rest) = path.strip_prefix(list)?.strip_prefix('[')?.split_once(']')?;
    Some((number.parse().ok()?, rest))
}

impl Form {
    /// The text behind an input.
    pub fn text_mut(&mut self, field: Field) -> Option<&mut String> {
        Some(match field {
            Field::MaxModels => &mut self.max_models,
            Field::Budget => &mut self.budget,
            Field::Rounds => &mut self.rounds,
            Field::Replicates => &mut self.replicates,
            Field::Seed => &mut self.seed,
            Field::Policy(id, param) => self.policy_mut(id)?.text_mut(param),
            Field::CostSpread => &mut self.changes.cost_spread,
            Field::DriftAt(id) => &mut self.changes.drift.iter_mut().find(|drift| drift.id == id)?.at,
            Field::NewReward(id) => &mut self.changes.means_mut(id)?.reward,
            Field::NewCost(id) => &mut self.changes.means_mut(id)?.cost,
            Field::AwayFrom(id) => &mut self.changes.away_mut(id)?.from,
            Field::AwayTo(id) => &mut self.changes.away_mut(id)?.to,
            Field::SuccessThreshold => &mut self.success_threshold,
            Field::QueryAware(input) => {
                let form = &mut self.query_aware;
                match input {
                    QueryAwareInput::MaxModels => &mut form.max_models,
                    QueryAwareInput::Threshold => &mut form.threshold,
                    QueryAwareInput::Confidence => &mut form.confidence,
                    QueryAwareInput::CostCap => &mut form.cost_cap,
                    QueryAwareInput::LatencyCap => &mut form.latency_cap,
                    QueryAwareInput::Train => &mut form.train,
                    QueryAwareInput::Validation => &mut form.validation,
                    QueryAwareInput::Seed => &mut form.seed,
                    QueryAwareInput::Columns => &mut form.columns,
                }
            }
        })
    }

    /// The input that an error's field is about.
    pub fn field_of(&self, error: &Error) -> Option<Field> {
        let path = error.place.field.as_deref()?;
        match path {
            "task.max_models" => return Some(Field::MaxModels),
            "task.budget" => return Some(Field::Budget),
            "run.rounds" => return Some(Field::Rounds),
            "run.replicates" => return Some(Field::Replicates),
            "run.seed" => return Some(Field::Seed),
            "environment.cost_spread" => return Some(Field::CostSpread),
            "task.success_threshold" => return Some(Field::SuccessThreshold),
            _ => {}
        }
        if let Some(input) = path.strip_prefix("query_aware.").and_then(QueryAwareInput::of) {
            return Some(Field::QueryAware(input));
        }
        if let Some((number, rest)) = entry(path, "policies") {
            let policy = self.policies.iter().filter(|policy| policy.on).nth(number)?;
            return Some(Field::Policy(policy.id, Param::of(rest.rsplit('.').next()?)?));
        }
        if let Some((number, rest)) = entry(path, "environment.availability") {
            let away = self.changes.away.get(number)?;
            return Some(if rest == ".to" { Field::AwayTo(away.id) } else { Field::AwayFrom(away.id) });
        }
        let (number, rest) = entry(path, "environment.drift")?;
        let drift = self.changes.drift.get(number)?;
        // Names of models may have points in them, so the whole rest is compared.
        let Some(rest) = rest.strip_prefix(".models.") else { return Some(Field::DriftAt(drift.id)) };
        drift.models.iter().find_map(|means| match rest.strip_prefix(means.model.as_str())? {
            "" | ".reward" => Some(Field::NewReward(means.id)),
            ".cost" => Some(Field::NewCost(means.id)),
            _ => None,
        })
    }
}
