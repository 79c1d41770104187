//! promptfoo: JSON with `results.results`, or a table with a column `[provider] prompt` for each pair of them, followed
//! by `Status` and `Score` of its own, so that these names come again and again.

use super::super::excerpt::is_called;
use super::super::intake::Columns;
use super::super::json::{Member, look_up};
use super::super::records::Records;
use super::json::{Cells, Common, Custom, Plain, plain};
use super::{Model, Table};
use crate::error::Result;
use crate::experiment::{LatencyUnit, Role};
use serde_json::Value;

/// The JSON format.
pub(super) const PROMPTFOO: Custom = Custom {
    id: "promptfoo",
    has: "`results.results` with a `provider` and a `score` each",
    recognise,
    columns,
    cells,
};

fn recognise(first: &Member, _: &mut Common) -> bool {
    let has = |key| first.value.get(key).is_some();
    let result = has("provider") && has("success") && has("score");
    first.path.ends_with("results[]") && result && (has("testIdx") || has("vars"))
}

fn columns(_: &Value, _: &Common) -> Columns {
    let names = [
        (Role::QueryId, "testIdx"),
        (Role::Model, "provider"),
        (Role::Score, "score"),
        (Role::Cost, "cost"),
        (Role::LatencyMs, "latencyMs"),
    ];
    let names = names.into_iter().map(|(role, name)| (role, name.to_owned())).collect();
    Columns { names, model: None, latency_unit: Some(LatencyUnit::Ms), ..Columns::default() }
}

fn cells<'v>(record: &'v Value, _: &Common) -> Result<Cells<'v>> {
    // Files of older versions do not number the tests; their variables tell them apart.
    let test = record.get("testIdx").and_then(plain);
    let test = test.or_else(|| Some(Plain::Text(record.get("vars")?.to_string().into())));
    let provider =
        look_up(record, "provider.label").filter(|label| label.as_str().is_some_and(|text| !text.is_empty()));
    let provider = provider.or_else(|| look_up(record, "provider.id")).or_else(|| record.get("provider"));
    let cells = [
        (Role::QueryId, test),
        (Role::Model, provider.and_then(plain)),
        (Role::Score, record.get("score").and_then(plain)),
        (Role::Cost, record.get("cost").and_then(plain)),
        (Role::LatencyMs, record.get("latencyMs").and_then(plain)),
        (Role::Query, record.get("vars").and_then(query)),
        (Role::Answer, look_up(record, "response.output").and_then(plain)),
    ];
    Ok(cells.into_iter().filter_map(|(role, cell)| Some((role, cell?))).collect())
}

/// The query among a prompt's variables: the one that is called so, or the only one.
fn query(variables: &Value) -> Option<Plain<'_>> {
    let variables = variables.as_object()?;
    let called = variables.iter().find(|(name, _)| is_called(name, Role::Query));
    plain(called.or(variables.iter().next().filter(|_| variables.len() == 1))?.1)
}

/// The table, if it is of this form: each pair of provider and prompt is a model, each row a query.
pub(super) fn wide(records: &Records) -> Option<Table> {
    let header = &records.header;
    let starts: Vec<usize> =
        (0..header.len()).filter(|i| header.get(*i).is_some_and(|name| provider(name).is_some())).collect();
    let (mut models, mut statuses) = (Vec::new(), Vec::new());
    for (number, start) in starts.iter().enumerate() {
        let end = starts.get(number + 1).copied().unwrap_or(header.len());
        let place = |wanted: &str| (start + 1..end).find(|i| header.get(*i).is_some_and(|name| name == wanted));
        let status = place("Status")?;
        statuses.push(status);
        let score = place("Score").unwrap_or(status);
        let name = header.get(*start)?;
        let alone =
            starts.iter().filter_map(|i| header.get(*i)).filter(|other| provider(other) == provider(name)).count();
        // With one prompt the provider is name enough.
        let model = if alone == 1 { provider(name)?.to_owned() } else { name.clone() };
        let columns = Columns {
            names: vec![(Role::Score, header.get(score)?.clone())],
            model: Some(model),
            ..Columns::default()
        };
        models.push(Model { columns, cells: vec![(Role::Score, score)], answer: Some(*start) });
    }
    // A name in brackets can be a unit, too: what the tool says of every answer must be there.
    if !records.look_ahead(&statuses, |cell| [&b"PASS"[..], b"FAIL", b"ERROR"].contains(&cell)) {
        return None;
    }
    let why = "for each provider it has a column `[provider] prompt` with `Status` and `Score` after it".to_owned();
    // The prompts' variables come first: the one that is called so, or the only one, is the query.
    let variables = header.get(..*starts.first()?).unwrap_or_default();
    let called = |name: &String| is_called(name, Role::Query);
    let query = variables.iter().position(called).or((variables.len() == 1).then_some(0));
    let texts = query.map(|query| (Role::Query, query)).into_iter().collect();
    Some(Table { id: "promptfoo", why, shared: Vec::new(), texts, models, wide: true })
}

/// The provider in `[provider] prompt`.
fn provider(name: &str) -> Option<&str> {
    name.strip_prefix('[')?.split_once(']').map(|(provider, _)| provider).filter(|provider| !provider.is_empty())
}
