//! Inspect's logs: JSON with `eval` and `samples`, or a `.eval` archive, which is read as the same document with its
//! `header`.

use super::super::intake::Columns;
use super::super::json::{Member, look_up};
use super::json::{Cells, Common, Custom, Plain, plain};
use crate::error::{Error, ErrorKind, Result};
use crate::experiment::{LatencyUnit, Role};
use serde_json::Value;

/// The format.
pub(super) const INSPECT: Custom =
    Custom { id: "inspect", has: "`samples` with `scores` and, before them, `eval`", recognise, columns, cells };

/// The scorer whose values count: the first of the first sample.
const SCORER: &str = "scorer";
/// The model that was evaluated.
const MODEL: &str = "model";

fn recognise(first: &Member, common: &mut Common) -> bool {
    let eval = common.get("eval").or_else(|| common.get("header").and_then(|header| header.get("eval")));
    let Some(eval) = eval.filter(|_| first.path == "samples[]" && first.value.get("epoch").is_some()) else {
        return false;
    };
    let model = eval.get(MODEL).cloned().unwrap_or_default();
    common.insert(MODEL.to_owned(), model);
    if let Some(scorer) = first.value.get("scores").and_then(Value::as_object).and_then(|scores| scores.keys().next()) {
        common.insert(SCORER.to_owned(), scorer.as_str().into());
    }
    true
}

fn columns(_: &Value, common: &Common) -> Columns {
    let text = |key| common.get(key).and_then(Value::as_str).map(str::to_owned);
    let names = [
        (Role::QueryId, "id".to_owned()),
        (Role::Score, format!("scores.{}.value", text(SCORER).unwrap_or_default())),
        (Role::InputTokens, "model_usage.input_tokens".to_owned()),
        (Role::OutputTokens, "model_usage.output_tokens".to_owned()),
        (Role::LatencyMs, "total_time".to_owned()),
        (Role::Category, "metadata.subject".to_owned()),
    ];
    Columns { names: names.to_vec(), model: text(MODEL), latency_unit: Some(LatencyUnit::S), ..Columns::default() }
}

/// A score as Inspect writes it: `C`orrect, `I`ncorrect, `P`artial, `N`o answer, a number or a truth value.
fn score(value: &Value) -> Result<Option<Plain<'_>>> {
    match value {
        Value::String(letter) if letter == "P" => Ok(Some(Plain::Number(0.5))),
        Value::String(letter) if letter == "N" => Ok(Some(Plain::Number(0.0))),
        Value::Object(_) | Value::Array(_) => {
            let expected = "one value for each sample: C, I, P, N, a number or true/false";
            Err(Error::new(ErrorKind::BadCell, expected).at_column("scores").found(value))
        }
        value => Ok(plain(value)),
    }
}

/// A sample's question: text, or the last message of the user.
fn input(value: &Value) -> Option<Plain<'_>> {
    let Some(messages) = value.as_array() else { return plain(value) };
    let of_user = |message: &&Value| message.get("role").and_then(Value::as_str) == Some("user");
    plain(messages.iter().rev().find(of_user)?.get("content")?)
}

fn cells<'v>(record: &'v Value, common: &Common) -> Result<Cells<'v>> {
    let scorer = common.get(SCORER).and_then(Value::as_str).unwrap_or_default();
    // The first sample may have ended before it was scored.
    let chosen = |scores: &'v Value| {
        scores.get(scorer).or_else(|| scores.as_object()?.values().next().filter(|_| scorer.is_empty()))
    };
    let chosen_score = record.get("scores").and_then(chosen);
    let value = chosen_score.and_then(|score| score.get("value"));
    let score = value.map(score).transpose()?.flatten();
    let tokens = |key| {
        let usage = record.get("model_usage")?;
        let model = common.get(MODEL).and_then(Value::as_str).unwrap_or_default();
        // Graders may be models too: theirs are not the tokens of the answer.
        let own = usage.get(model).or_else(|| usage.as_object().filter(|all| all.len() == 1)?.values().next())?;
        plain(own.get(key)?)
    };
    let cells = [
        (Role::QueryId, record.get("id").and_then(plain)),
        (Role::Score, score),
        (Role::InputTokens, tokens("input_tokens")),
        (Role::OutputTokens, tokens("output_tokens")),
        (Role::LatencyMs, record.get("total_time").and_then(plain)),
        (Role::Category, look_up(record, "metadata.subject").and_then(plain)),
        (Role::Query, record.get("input").and_then(input)),
        (Role::Answer, chosen_score.and_then(|score| score.get("answer")).and_then(plain)),
    ];
    Ok(cells.into_iter().filter_map(|(role, cell)| Some((role, cell?))).collect())
}
