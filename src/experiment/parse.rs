//! Reading and checking an experiment: every error names the field, what was found and what was expected.

use super::check::out_of_range;
use super::placed::Placed;
use super::*;
use crate::error::{Error, ErrorKind, Result};
use serde::de::DeserializeOwned;
use serde_json::Map;
use std::marker::PhantomData;

/// Kinds of policies.
const KINDS: &str = "`c2mab-v`, `c2mab-v-direct`, `cucb`, `thompson`, `epsilon-greedy`, `primal-dual`, `offline`, `fixed`, `random`, `oracle`, `contextual` or `linucb`";

impl Experiment {
    /// Reads an experiment and checks all that can be checked without data.
    ///
    /// # Errors
    /// Names the field, what was found and the range: malformed JSON, unknown or missing fields, values out of range.
    pub fn from_json(text: &str) -> Result<Experiment> {
        let value: Value = serde_json::from_str(text.trim_start_matches('\u{feff}'))
            .map_err(|error| Error::new(ErrorKind::Malformed, format!("a JSON experiment: {error}")))?;
        Experiment::from_value(value)
    }

    /// As [`Experiment::from_json`], of JSON that is read already.
    pub(crate) fn from_value(value: Value) -> Result<Experiment> {
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
            query_aware: take(&mut top, "query_aware", "")?,
        };
        if let Some(name) = top.keys().next() {
            return Err(Error::new(
                ErrorKind::UnknownField,
                "only `version`, `title`, `environment`, `task`, `policies`, `run` and `query_aware`",
            )
            .at_field(name.clone())
            .found(name));
        }
        experiment.check()?;
        Ok(experiment)
    }
}

impl<'de> serde::Deserialize<'de> for Policy {
    /// From JSON, by the same rules as in an experiment.
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Policy, D::Error> {
        policy(Value::deserialize(deserializer)?, "policy").map_err(serde::de::Error::custom)
    }
}

fn environment(value: Value) -> Result<Environment> {
    let mut fields = object(value, "environment")?;
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
    for (name, default) in [("cost_aware", Value::Bool(false)), ("window", Value::Null), ("discount", Value::Null)] {
        // "Not so" may be said of any policy.
        if fields.get(name) == Some(&default) {
            fields.remove(name);
        }
    }
    let rest = Value::Object(fields);
    let kind = match kind.as_str() {
        "c2mab-v" => PolicyKind::C2mabV(typed(rest, path)?),
        "c2mab-v-direct" => PolicyKind::C2mabVDirect(typed(rest, path)?),
        "primal-dual" => PolicyKind::PrimalDual(typed(rest, path)?),
        "offline" => PolicyKind::Offline(typed(rest, path)?),
        "cucb" => PolicyKind::Cucb(typed(rest, path)?),
        "thompson" => PolicyKind::Thompson(typed(rest, path)?),
        "epsilon-greedy" => PolicyKind::EpsilonGreedy(typed(rest, path)?),
        "fixed" => PolicyKind::Fixed(typed(rest, path)?),
        "random" => PolicyKind::Random(typed(rest, path)?),
        "oracle" => PolicyKind::Oracle(typed(rest, path)?),
        "contextual" => PolicyKind::Contextual(typed(rest, path)?),
        "linucb" => PolicyKind::LinUcb(typed(rest, path)?),
        _ => return Err(out_of_range(format!("{path}.kind"), kind, KINDS)),
    };
    Ok(Policy { label, kind })
}

/// Deserialises one part; an error gets the part's path and, where serde says so, what was found and expected.
fn typed<T: DeserializeOwned>(value: Value, path: &str) -> Result<T> {
    Placed::new(value, path).read(PhantomData::<T>).map_err(|error| from_serde(&error.message(), error.path()))
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

/// What a JSON value is, for messages.
fn shape(value: &Value) -> String {
    match value {
        Value::Array(_) => "a list".into(),
        Value::Object(_) => "an object".into(),
        other => other.to_string(),
    }
}
