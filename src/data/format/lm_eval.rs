//! lm-eval's `samples_*.jsonl`: one document a line, with a key for each metric; neither model nor cost. The model is
//! the folder that the harness wrote the file to.

use super::super::intake::Columns;
use super::super::json::{Member, look_up};
use super::json::{Cells, Common, Custom, FOLDER, plain};
use crate::error::Result;
use crate::experiment::Role;
use serde_json::Value;

/// The format.
pub(super) const LM_EVAL: Custom = Custom {
    id: "lm-eval",
    has: "the keys doc_id, target, filtered_resps and a key for each of its metrics",
    recognise,
    columns,
    cells,
};

/// The metric that is the score: the first of those that the file names.
const METRIC: &str = "metric";
/// Where the text of the question may stand.
const QUERIES: [&str; 6] =
    ["doc.question", "doc.query", "doc.problem", "doc.input", "doc.prompt", "arguments.gen_args_0.arg_0"];
/// The filter whose answers count: that of the first line.
const FILTER: &str = "filter";

/// Whether the responses are a likelihood for each of several choices.
fn has_choices(record: &Value) -> bool {
    record.get("filtered_resps").and_then(Value::as_array).is_some_and(|list| list.len() > 1)
}

fn recognise(first: &Member, common: &mut Common) -> bool {
    let value = &first.value;
    let known = ["doc_id", "target", "filtered_resps"].iter().all(|key| value.get(key).is_some());
    let named = value.get("metrics").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    let Some(metric) = named.chain(["exact_match", "acc"]).find(|name| value.get(name).is_some()) else { return false };
    if known {
        common.insert(METRIC.to_owned(), metric.into());
        common.insert(FILTER.to_owned(), value.get(FILTER).cloned().unwrap_or_default());
    }
    known
}

fn columns(_: &Value, common: &Common) -> Columns {
    let text = |key| common.get(key).and_then(Value::as_str).map(str::to_owned);
    let metric = text(METRIC).unwrap_or_default();
    let names = vec![(Role::QueryId, "doc_id".to_owned()), (Role::Score, metric)];
    Columns { names, model: text(FOLDER), latency_unit: None, ..Columns::default() }
}

fn cells<'v>(record: &'v Value, common: &Common) -> Result<Cells<'v>> {
    let null = Value::Null;
    if record.get(FILTER).unwrap_or(&null) != common.get(FILTER).unwrap_or(&null) {
        return Ok(Cells::new());
    }
    let metric = common.get(METRIC).and_then(Value::as_str).unwrap_or_default();
    let cell = |role, key| Some((role, plain(record.get(key)?)?));
    // The question as the data set has it; else the prompt that was made of it.
    let query = QUERIES.iter().find_map(|path| look_up(record, path)).and_then(plain);
    let cells = [
        cell(Role::QueryId, "doc_id"),
        cell(Role::Score, metric),
        query.map(|query| (Role::Query, query)),
        // Of a multiple choice the responses are likelihoods.
        cell(Role::Answer, "filtered_resps").filter(|_| !has_choices(record)),
    ];
    Ok(cells.into_iter().flatten().collect())
}
