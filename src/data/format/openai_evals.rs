//! OpenAI Evals' event logs: JSON lines, first the `spec` of the run, then events of several types by sample.

use super::super::intake::Columns;
use super::super::json::{Member, look_up};
use super::json::{Cells, Common, Custom, plain};
use crate::error::Result;
use crate::experiment::Role;
use serde_json::Value;

/// The format.
pub(super) const OPENAI_EVALS: Custom = Custom {
    id: "openai-evals",
    has: "a first line with the run's `spec`, and events with `sample_id` and `data`",
    recognise,
    columns,
    cells,
};

const SPEC: &str = "spec";

fn recognise(first: &Member, common: &mut Common) -> bool {
    let Some(spec) = first.value.get(SPEC).filter(|spec| spec.get("completion_fns").is_some()) else { return false };
    common.insert(SPEC.to_owned(), spec.clone());
    true
}

fn columns(_: &Value, common: &Common) -> Columns {
    let model = common.get(SPEC).and_then(|spec| spec.get("completion_fns")).and_then(|list| list.get(0));
    let names = [(Role::QueryId, "sample_id"), (Role::Score, "data.correct")];
    Columns {
        names: names.into_iter().map(|(role, name)| (role, name.to_owned())).collect(),
        model: model.and_then(Value::as_str).map(str::to_owned),
        ..Columns::default()
    }
}

fn cells<'v>(record: &'v Value, _: &Common) -> Result<Cells<'v>> {
    // Other events of the sample: its prompt, its tokens, what a grader said.
    let score = match record.get("type").and_then(Value::as_str) {
        Some("match") => look_up(record, "data.correct"),
        Some("metrics") => ["data.accuracy", "data.score", "data.correct"].iter().find_map(|p| look_up(record, p)),
        _ => None,
    };
    let cells = [(Role::QueryId, record.get("sample_id").and_then(plain)), (Role::Score, score.and_then(plain))];
    match cells.iter().all(|(_, cell)| cell.is_some()) {
        true => Ok(cells.into_iter().filter_map(|(role, cell)| Some((role, cell?))).collect()),
        false => Ok(Cells::new()),
    }
}
