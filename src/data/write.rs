//! A data set as a file in the neutral schema, which imports as the same data set again.

use super::{Dataset, Ids};
use crate::export::csv_cell;
use std::fmt::Write as _;
use std::io::{self, Write};

/// Bytes that are collected before they are written.
const BLOCK: usize = 65_536;

/// Columns that every file of [`write_csv`] begins with, and those that may follow, in their order.
const COLUMNS: [&str; 3] = ["query_id", "model", "score"];
const MORE: [&str; 4] = ["cost", "latency_ms", "category", "split"];

/// Whether a file with this header is one of [`write_csv`]'s, as far as can be seen.
pub(super) fn is_own(header: &[String]) -> bool {
    let mut more = MORE.iter();
    let (first, rest) = header.split_at(COLUMNS.len().min(header.len()));
    first.iter().eq(COLUMNS.iter()) && rest.iter().all(|name| more.any(|other| other == name))
}

/// Writes `query_id,model,score` and, as far as they are known, `cost`, `latency_ms`, `category` and `split`: one row
/// a result, query by query, every number with all its digits, an empty cell where one is missing. A result of which
/// nothing is known has a row only where the order of queries and models would be lost without it. Queries without
/// `ids` go by their numbers, from 1.
///
/// # Errors
/// Those of `out`.
pub fn write_csv(data: &Dataset, ids: Option<&Ids>, out: &mut dyn Write) -> io::Result<()> {
    let costs = data.models.iter().any(|model| model.cost.is_some());
    let latencies = data.models.iter().any(|model| model.latency_ms.is_some());
    let labels = [("category", &data.category), ("split", &data.split)];
    let mut text = String::from("query_id,model,score");
    for (name, there) in [("cost", costs), ("latency_ms", latencies)] {
        text.push_str(if there { "," } else { "" });
        text.push_str(if there { name } else { "" });
    }
    for (name, _) in labels.iter().filter(|(_, labels)| labels.is_some()) {
        text.push(',');
        text.push_str(name);
    }
    text.push('\n');
    let models: Vec<String> = data.models.iter().map(|model| csv_cell(&model.name)).collect();
    for query in 0..data.queries {
        let id = match ids {
            Some(ids) => csv_cell(&ids.get(query)),
            None => (query + 1).to_string(),
        };
        let mut tail = String::new();
        for labels in labels.iter().filter_map(|(_, labels)| labels.as_ref()) {
            tail.push(',');
            tail.push_str(&csv_cell(labels.get(query).unwrap_or_default()));
        }
        tail.push('\n');
        let mut rows = 0;
        for (model, name) in data.models.iter().zip(&models) {
            let at = |column: &[f64]| column.get(query).copied().unwrap_or(f64::NAN);
            let score = at(&model.reward);
            let cost = model.cost.as_deref().map_or(f64::NAN, at);
            let latency = model.latency_ms.as_deref().map_or(f64::NAN, at);
            // The first query names all models.
            if query > 0 && [score, cost, latency].iter().all(|value| value.is_nan()) {
                continue;
            }
            rows += 1;
            let _ = write!(text, "{id},{name}");
            for (value, there) in [(score, true), (cost, costs), (latency, latencies)] {
                if there {
                    number(&mut text, value);
                }
            }
            text.push_str(&tail);
        }
        if rows == 0
            && let Some(name) = models.first()
        {
            let columns = 1 + usize::from(costs) + usize::from(latencies);
            let _ = write!(text, "{id},{name}{}{tail}", ",".repeat(columns));
        }
        if text.len() >= BLOCK {
            out.write_all(text.as_bytes())?;
            text.clear();
        }
    }
    out.write_all(text.as_bytes())
}

/// A comma, and the shortest digits that mean exactly this number; nothing where it is none.
fn number(text: &mut String, value: f64) {
    let size = value.abs();
    let _ = match value.is_finite() {
        false => write!(text, ","),
        true if value == 0.0 || (1e-5..1e16).contains(&size) => write!(text, ",{value}"),
        true => write!(text, ",{value:e}"),
    };
}
