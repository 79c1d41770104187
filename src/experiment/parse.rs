//! Reading and checking an experiment: every error names the field, what was found and what was expected.

use super::*;
use crate::error::{Error, ErrorKind, Result};
use serde::de::DeserializeOwned;
use serde_json::Map;
use std::collections::BTreeSet;

/// Kinds of policies that the format knows and this version does not run.
const LATER_KINDS: [&str; 5] = ["c2mab-v-direct", "offline", "primal-dual", "contextual", "linucb"];
/// Kinds of policies that run.
const KINDS: &str = "`c2mab-v`, `cucb`, `thompson`, `epsilon-greedy`, `fixed`, `random` or `oracle` (other kinds come in a later version)";

impl Experiment {
    /// Reads an experiment and checks all that can be checked without data.
    ///
    /// # Errors
    /// Names the field, what was found and the range: malformed JSON, unknown or missing fields, values out of range,
    /// parts of the format that this version does not run yet.
    pub fn from_json(text: &str) -> Result<Experiment> {
        let value: Value = serde_json::from_str(text.trim_start_matches('\u{feff}'))
            .map_err(|error| Error::new(ErrorKind::Malformed, format!("a JSON experiment: {error}")))?;
        let mut top = object(value, "")?;
        let version = take(&mut top, "version", "")?.unwrap_or(1u32);
        if version != 1 {
            return Err(out_of_range("version", version, "1"));
        }
        let experiment = Experiment {
            version,
            title: take(&mut top, "title", "")?.unwrap_or_default(),
            environment: environment(required(&mut top, "environment")?)?,
            task: typed(required(&mut top, "task")?, "task")?,
            policies: policies(required(&mut top, "policies")?)?,
            run: take(&mut top, "run", "")?.unwrap_or_default(),
        };
        if let Some(name) = top.keys().find(|name| *name != "query_aware") {
            return Err(Error::new(
                ErrorKind::UnknownField,
                "only `version`, `title`, `environment`, `task`, `policies` and `run`",
            )
            .at_field(name.clone())
            .found(name));
        }
        if top.contains_key("query_aware") {
            return Err(later("query_aware"));
        }
        experiment.check()?;
        Ok(experiment)
    }

    /// Checks ranges and names, as [`Experiment::from_json`] does for text.
    ///
    /// # Errors
    /// As [`Experiment::from_json`].
    pub fn check(&self) -> Result<()> {
        check_environment(&self.environment)?;
        check_task(&self.task)?;
        if self.policies.is_empty() || self.policies.len() > MAX_POLICIES {
            return Err(out_of_range("policies", self.policies.len(), "1 to 50 policies"));
        }
        for (index, policy) in self.policies.iter().enumerate() {
            check_policy(policy, &format!("policies[{index}]"))?;
        }
        let run = &self.run;
        within(run.rounds.into(), 1, MAX_ROUNDS.into(), "run.rounds", "a whole number from 1 to 1,000,000")?;
        within(run.replicates.into(), 1, MAX_REPLICATES.into(), "run.replicates", "a whole number from 1 to 1,000")?;
        within(run.seed, 0, MAX_SEED, "run.seed", "a whole number from 0 to 9,007,199,254,740,991")?;
        above_zero_to_one(run.regret_alpha, "run.regret_alpha")
    }
}

fn environment(value: Value) -> Result<Environment> {
    let mut fields = object(value, "environment")?;
    for name in ["drift", "availability"] {
        if fields.remove(name).is_some_and(|value| value.as_array().is_none_or(|list| !list.is_empty())) {
            return Err(later(&format!("environment.{name}")));
        }
    }
    let kind: String = take(&mut fields, "kind", "environment")?.ok_or_else(|| missing("environment.kind"))?;
    let rest = Value::Object(fields);
    match kind.as_str() {
        "synthetic" => Ok(Environment::Synthetic(typed(rest, "environment")?)),
        "preset" => Ok(Environment::Preset(typed(rest, "environment")?)),
        "replay" => Ok(Environment::Replay(typed(rest, "environment")?)),
        _ => Err(out_of_range("environment.kind", kind, "`synthetic`, `preset` or `replay`")),
    }
}

fn policies(value: Value) -> Result<Vec<Policy>> {
    let Value::Array(list) = value else {
        return Err(out_of_range("policies", shape(&value), "a list of policies"));
    };
    list.into_iter().enumerate().map(|(index, value)| policy(value, &format!("policies[{index}]"))).collect()
}

fn policy(value: Value, path: &str) -> Result<Policy> {
    let mut fields = object(value, path)?;
    let kind: String = take(&mut fields, "kind", path)?.ok_or_else(|| missing(&format!("{path}.kind")))?;
    let label: Option<String> = take(&mut fields, "label", path)?;
    if LATER_KINDS.contains(&kind.as_str()) {
        return Err(Error::new(ErrorKind::NotYet, KINDS).at_field(format!("{path}.kind")).found(kind));
    }
    for (name, default) in [("cost_aware", Value::Bool(false)), ("window", Value::Null), ("discount", Value::Null)] {
        if fields.remove(name).is_some_and(|value| value != default) {
            return Err(later(&format!("{path}.{name}")));
        }
    }
    let rest = Value::Object(fields);
    let kind = match kind.as_str() {
        "c2mab-v" => PolicyKind::C2mabV(typed(rest, path)?),
        "cucb" => PolicyKind::Cucb(typed(rest, path)?),
        "thompson" => PolicyKind::Thompson(typed(rest, path)?),
        "epsilon-greedy" => PolicyKind::EpsilonGreedy(typed(rest, path)?),
        "fixed" => PolicyKind::Fixed(typed(rest, path)?),
        "random" => PolicyKind::Random(typed(rest, path)?),
        "oracle" => PolicyKind::Oracle(typed(rest, path)?),
        _ => return Err(out_of_range(format!("{path}.kind"), kind, KINDS)),
    };
    Ok(Policy { label, kind })
}

fn check_environment(environment: &Environment) -> Result<()> {
    let (scale, names): (&CostScale, &[String]) = match environment {
        Environment::Synthetic(world) => {
            within_f64(world.cost_spread, 0.0, 1.0, "environment.cost_spread", "a number from 0 to 1")?;
            if world.models.is_empty() || world.models.len() > MAX_MODELS {
                return Err(out_of_range("environment.models", world.models.len(), "1 to 200 models"));
            }
            for (index, model) in world.models.iter().enumerate() {
                let path = format!("environment.models[{index}]");
                within_f64(model.reward, 0.0, 1.0, &format!("{path}.reward"), "a number from 0 to 1")?;
                within_f64(model.cost, 0.0, 1e12, &format!("{path}.cost"), "a number from 0 to 1e12")?;
            }
            unique(world.models.iter().map(|model| model.name.as_str()), "environment.models", ".name")?;
            (&world.cost_scale, &[])
        }
        Environment::Preset(preset) => (&preset.cost_scale, &preset.models),
        Environment::Replay(replay) => {
            if replay.files.is_empty() {
                return Err(out_of_range("environment.files", "no file", "at least one file"));
            }
            unique(replay.files.iter().map(|file| file.name.as_str()), "environment.files", ".name")?;
            if replay.missing == MissingRule::Unavailable {
                return Err(Error::new(ErrorKind::NotYet, "`drop` (`unavailable` comes in a later version)")
                    .at_field("environment.missing")
                    .found("unavailable"));
            }
            for (model, price) in &replay.prices {
                for (name, value) in [("input", price.input), ("output", price.output)] {
                    let path = format!("environment.prices.{model}.{name}");
                    within_f64(value, 0.0, 1e12, &path, "dollars per million tokens, 0 or more")?;
                }
            }
            (&replay.cost_scale, &replay.models)
        }
    };
    unique(names.iter().map(String::as_str), "environment.models", "")?;
    match scale {
        CostScale::Fixed(scale) if !(*scale > 0.0 && scale.is_finite()) => {
            Err(out_of_range("environment.cost_scale", scale, "\"max\" or a number above 0"))
        }
        _ => Ok(()),
    }
}

fn check_task(task: &Task) -> Result<()> {
    if let Some(most) = task.max_models {
        within(most.into(), 1, MAX_MODELS as u64, "task.max_models", "a whole number from 1 to the number of models")?;
    }
    if let Some(budget) = task.budget
        && !(budget > 0.0 && budget.is_finite())
    {
        return Err(out_of_range("task.budget", budget, "a number above 0, or null for no budget"));
    }
    above_zero_to_one(task.success_threshold, "task.success_threshold")?;
    if task.feedback == Some(Feedback::Cascade) && task.reward != RewardModel::Awc {
        return Err(out_of_range("task.feedback", "cascade", "`full`: a cascade belongs to the reward `awc`"));
    }
    if task.stop_on_failure && task.reward != RewardModel::Aic {
        return Err(out_of_range("task.stop_on_failure", true, "false: it belongs to the reward `aic`"));
    }
    Ok(())
}

fn check_policy(policy: &Policy, path: &str) -> Result<()> {
    let alpha =
        |value: f64, name: &str| within_f64(value, 0.0, 1e6, &format!("{path}.{name}"), "a number from 0 to 1,000,000");
    let delta = |value: Option<f64>| value.map_or(Ok(()), |delta| above_zero_to_one(delta, &format!("{path}.delta")));
    match &policy.kind {
        PolicyKind::C2mabV(parameters) => {
            alpha(parameters.alpha_mu, "alpha_mu")?;
            alpha(parameters.alpha_c, "alpha_c")?;
            delta(parameters.delta)
        }
        PolicyKind::Cucb(parameters) => {
            alpha(parameters.alpha_mu, "alpha_mu")?;
            delta(parameters.delta)
        }
        PolicyKind::EpsilonGreedy(parameters) => {
            if parameters.epsilon.is_some() && parameters.schedule.is_some() {
                let expected = "only one of `epsilon` and `schedule`";
                return Err(Error::new(ErrorKind::Duplicate, expected).at_field(path).found("both"));
            }
            if let Some(epsilon) = parameters.epsilon {
                within_f64(epsilon, 0.0, 1.0, &format!("{path}.epsilon"), "a number from 0 to 1")?;
            }
            if let Some(schedule) = parameters.schedule {
                within_f64(schedule.c, 0.0, 1e12, &format!("{path}.schedule.c"), "a number from 0 to 1e12")?;
            }
            Ok(())
        }
        PolicyKind::Fixed(parameters) => {
            let field = format!("{path}.models");
            if parameters.models.is_empty() {
                return Err(out_of_range(field, "no model", "at least one model's name"));
            }
            unique(parameters.models.iter().map(String::as_str), &field, "")
        }
        PolicyKind::Thompson(_) | PolicyKind::Random(_) | PolicyKind::Oracle(_) => Ok(()),
    }
}

/// Deserialises one part; an error gets the part's path and, where serde says so, what was found and expected.
fn typed<T: DeserializeOwned>(value: Value, path: &str) -> Result<T> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let inner = match error.path().to_string() {
            place if place == "." => path.to_string(),
            place if path.is_empty() => place,
            place => format!("{path}.{place}"),
        };
        from_serde(&error.into_inner().to_string(), &inner)
    })
}

fn from_serde(message: &str, field: &str) -> Error {
    let readable = |expected: &str| match expected {
        "f64" => "a number".to_string(),
        "u32" | "u64" => "a whole number, 0 or more".to_string(),
        other => other.to_string(),
    };
    let quoted = |text: &str| text.split('`').nth(1).unwrap_or(text).to_string();
    let (found, expected) = message.split_once(", expected ").unwrap_or((message, ""));
    if found.starts_with("unknown field") {
        let name = quoted(found);
        let field = if field.ends_with(&name) { field.to_string() } else { format!("{field}.{name}") };
        let expected = if expected.is_empty() || expected == "there are no fields" {
            "no such field here".to_string()
        } else {
            expected.to_string()
        };
        Error::new(ErrorKind::UnknownField, expected).at_field(field).found(name)
    } else if found.starts_with("missing field") {
        missing(&format!("{field}.{}", quoted(found)))
    } else if expected.is_empty() {
        Error::new(ErrorKind::OutOfRange, message).at_field(field)
    } else {
        let found = found.trim_start_matches("invalid type: ").trim_start_matches("invalid value: ");
        let found = if found.starts_with("unknown variant") { quoted(found) } else { found.replace('`', "") };
        Error::new(ErrorKind::OutOfRange, readable(expected)).at_field(field).found(found)
    }
}

fn object(value: Value, path: &str) -> Result<Map<String, Value>> {
    match value {
        Value::Object(fields) => Ok(fields),
        other => {
            let error = Error::new(ErrorKind::Malformed, "an object { … }").found(shape(&other));
            Err(if path.is_empty() { error } else { error.at_field(path) })
        }
    }
}

fn take<T: DeserializeOwned>(fields: &mut Map<String, Value>, name: &str, path: &str) -> Result<Option<T>> {
    let path = if path.is_empty() { name.to_string() } else { format!("{path}.{name}") };
    fields.remove(name).filter(|value| !value.is_null()).map(|value| typed(value, &path)).transpose()
}

fn required(fields: &mut Map<String, Value>, name: &str) -> Result<Value> {
    fields.remove(name).ok_or_else(|| missing(name))
}

fn missing(field: &str) -> Error {
    Error::new(ErrorKind::Missing, "this field to be present").at_field(field).found("nothing")
}

fn later(field: &str) -> Error {
    Error::new(ErrorKind::NotYet, "is part of the format, but this version does not run it yet").at_field(field)
}

fn out_of_range(field: impl Into<String>, found: impl std::fmt::Display, expected: &str) -> Error {
    Error::new(ErrorKind::OutOfRange, expected).at_field(field).found(found)
}

fn within(value: u64, least: u64, most: u64, field: &str, expected: &str) -> Result<()> {
    if (least..=most).contains(&value) { Ok(()) } else { Err(out_of_range(field, value, expected)) }
}

fn within_f64(value: f64, least: f64, most: f64, field: &str, expected: &str) -> Result<()> {
    if value >= least && value <= most { Ok(()) } else { Err(out_of_range(field, value, expected)) }
}

fn above_zero_to_one(value: f64, field: &str) -> Result<()> {
    if value > 0.0 && value <= 1.0 { Ok(()) } else { Err(out_of_range(field, value, "a number above 0, up to 1")) }
}

fn unique<'a>(names: impl Iterator<Item = &'a str>, path: &str, suffix: &str) -> Result<()> {
    let mut seen = BTreeSet::new();
    for (index, name) in names.enumerate() {
        let field = format!("{path}[{index}]{suffix}");
        if name.trim().is_empty() {
            return Err(out_of_range(field, "an empty name", "a name"));
        }
        if !seen.insert(name) {
            return Err(Error::new(ErrorKind::Duplicate, "each name once").at_field(field).found(name));
        }
    }
    Ok(())
}

/// What a JSON value is, for messages.
fn shape(value: &Value) -> String {
    match value {
        Value::Array(_) => "a list".into(),
        Value::Object(_) => "an object".into(),
        other => other.to_string(),
    }
}
