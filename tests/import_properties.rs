//! Importing whatever bytes there are: no panic, every error has a place, and what was written comes back.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

use llm_selection::data::{ImportOptions, InputFile, import};
use llm_selection::error::Error;
use llm_selection::experiment::{Duplicates, Grader};
use proptest::prelude::*;
use std::fmt::Write;

fn has_a_place(error: &Error) -> bool {
    error.place.file.is_some() || error.place.field.is_some()
}

fn options() -> impl Strategy<Value = ImportOptions> {
    let duplicates =
        prop::sample::select(vec![Duplicates::Error, Duplicates::First, Duplicates::Mean, Duplicates::Samples]);
    let grader = prop::option::of(prop::sample::select(vec![
        Grader::Exact,
        Grader::CaseFolded,
        Grader::Number,
        Grader::ChoiceLetter,
        Grader::Contains,
    ]));
    (duplicates, grader).prop_map(|(duplicates, grader)| ImportOptions { duplicates, grader, ..Default::default() })
}

/// Imports two files; if it works, what comes out is in its range.
fn survive(first: &[u8], second: &[u8], options: &ImportOptions) -> Result<(), TestCaseError> {
    let files = vec![InputFile::from_bytes("first.csv", first), InputFile::from_bytes("second.csv", second)];
    match import(files, options, &mut |_| true) {
        Err(error) => prop_assert!(has_a_place(&error), "{error}"),
        Ok(import) => {
            prop_assert_eq!(import.audit.models.len(), import.dataset.models.len());
            for model in &import.dataset.models {
                prop_assert_eq!(model.reward.len(), import.dataset.queries);
                prop_assert!(model.reward.iter().all(|score| score.is_nan() || (0.0..=1.0).contains(score)));
                for column in [&model.cost, &model.latency_ms].into_iter().flatten() {
                    prop_assert_eq!(column.len(), import.dataset.queries);
                    prop_assert!(column.iter().all(|value| value.is_nan() || *value >= 0.0));
                }
            }
        }
    }
    Ok(())
}

/// Files that are nearly right: a header of known names and cells that are mostly plausible.
fn nearly_a_table() -> impl Strategy<Value = Vec<u8>> {
    let name = prop::sample::select(vec![
        "query_id",
        "id",
        "model",
        "score",
        "correct",
        "cost",
        "latency",
        "latency_ms",
        "answer",
        "reference",
        "prompt_tokens",
        "completion_tokens",
        "",
        "sample_id",
        "a",
        "a|total_cost",
        "a|model_response",
        "Query-ID",
    ]);
    let cell = prop_oneof![
        Just("1".to_owned()),
        Just("0".to_owned()),
        Just("0.5".to_owned()),
        Just(String::new()),
        Just("alpha".to_owned()),
        Just("\"a\nb\"".to_owned()),
        "[a-c]",
        "[0-9]{1,3}",
        "\\PC{0,4}",
    ];
    let header = prop::collection::vec(name, 1..7);
    let rows = prop::collection::vec(prop::collection::vec(cell, 7), 0..8);
    let noise = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..3);
    (header, rows, prop::sample::select(vec![",", ";", "\t"]), any::<bool>(), noise).prop_map(
        |(header, rows, separator, ragged, noise)| {
            let mut text = header.join(separator);
            text.push('\n');
            for row in rows {
                let length = if ragged { row.len() } else { header.len() };
                text.push_str(&row[..length].join(separator));
                text.push('\n');
            }
            let mut bytes = text.into_bytes();
            for (index, byte) in noise {
                let at = index.index(bytes.len());
                bytes[at] = byte;
            }
            bytes
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes(first in prop::collection::vec(any::<u8>(), 0..200), second: Vec<u8>, options in options()) {
        survive(&first, &second, &options)?;
    }

    #[test]
    fn any_text(first in "(id|model|score|,|\n|\"|1|;|\t|a|\r|\u{feff}|é){0,60}", second: String, options in options()) {
        survive(first.as_bytes(), second.as_bytes(), &options)?;
    }

    #[test]
    fn nearly_tables(first in nearly_a_table(), second in nearly_a_table(), options in options()) {
        survive(&first, &second, &options)?;
    }
}

/// Score, cost, latency.
type Written = (f64, Option<f64>, Option<f64>);

#[derive(Debug, Clone)]
struct Table {
    /// Score, cost, latency in ms by query and model; the first two models have a result on query 0.
    results: Vec<Vec<Option<Written>>>,
    models: Vec<String>,
}

fn table() -> impl Strategy<Value = Table> {
    let amount = || prop::option::weighted(0.9, prop_oneof![0.0..2.0, Just(0.0), Just(1.25e-5), 1e-9..1e9]);
    let result = prop::option::weighted(0.8, (0.0..=1.0, amount(), amount()));
    let names = prop::collection::btree_set("[a-z<>_ \"',;\té\\-]{0,8}[a-z]", 2..5);
    (names, prop::collection::vec(prop::collection::vec(result, 5), 1..12)).prop_map(|(names, mut results)| {
        let models: Vec<String> = names.into_iter().map(|name| name.trim().to_owned()).collect();
        results[0] = vec![Some((0.5, Some(0.25), Some(1000.0))); 5];
        Table { results, models }
    })
}

fn quoted(cell: &str, separator: &str, always: bool) -> String {
    match always || cell.contains(['"', '\n', '\r']) || cell.contains(separator) {
        true => format!("\"{}\"", cell.replace('"', "\"\"")),
        false => cell.to_owned(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_was_written_comes_back(
        table in table(),
        order in Just(vec![0usize, 1, 2, 3, 4, 5]).prop_shuffle(),
        separator in prop::sample::select(vec![",", ";", "\t"]),
        end in prop::sample::select(vec!["\n", "\r\n", "\r"]),
        last_end: bool,
        quotes: u64,
        mark: bool,
        id in prop::sample::select(vec!["query_id", "Query ID", "sample-id", "ID", "doc_id"]),
        model in prop::sample::select(vec!["model", "MODEL", "model_name", "provider"]),
        score in prop::sample::select(vec!["score", "Is Correct", "performance", "Reward"]),
        cost in prop::sample::select(vec!["cost", "total cost", "COST_USD", "spend"]),
        latency in prop::sample::select(vec!["latency_ms", "Latency-MS", "duration_ms"]),
    ) {
        // Names can be the same once trimmed. An apostrophe stays: the file is not one of our own.
        let names = table.models.clone();
        let mut distinct = names.clone();
        distinct.dedup();
        prop_assume!(distinct.len() == table.models.len() && distinct.iter().collect::<std::collections::BTreeSet<_>>().len() == distinct.len());
        let mut lines = vec![[id, model, score, cost, latency, "note"].map(str::to_owned)];
        for (query, results) in table.results.iter().enumerate() {
            for (name, result) in table.models.iter().zip(results) {
                let Some((score, cost, latency)) = result else { continue };
                let number = |value: &Option<f64>| value.map_or(String::new(), |v| format!("{v:e}"));
                lines.push([format!("q\n{query}"), name.clone(), score.to_string(), number(cost), number(latency), "a, b;\t\"c\"\r\nd".to_owned()]);
            }
        }
        let mut text = if mark { "\u{feff}".to_owned() } else { String::new() };
        let mut cell = 0u32;
        let count = lines.len();
        for (row, line) in lines.iter().enumerate() {
            let cells: Vec<String> = order.iter().map(|column| {
                cell = (cell + 1) % 64;
                quoted(&line[*column], separator, quotes >> cell & 1 == 1)
            }).collect();
            let _ = write!(text, "{}{}", cells.join(separator), if row + 1 < count || last_end { end } else { "" });
        }
        let files = vec![InputFile::from_bytes("t.csv", text.as_bytes())];
        let import = import(files, &ImportOptions::default(), &mut |_| true);
        let import = import.map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
        // Queries and models come in the order of their first row.
        let kept: Vec<&Vec<_>> = table.results.iter().filter(|r| r.iter().take(table.models.len()).any(Option::is_some)).collect();
        prop_assert_eq!(import.dataset.queries, kept.len());
        for (index, (model, name)) in import.dataset.models.iter().zip(&names).enumerate() {
            prop_assert_eq!(&model.name, name);
            for (query, results) in kept.iter().enumerate() {
                let same = |found: Option<f64>, written: Option<f64>| found.filter(|v| !v.is_nan()) == written;
                let (score, cost, latency) = results[index].map_or((None, None, None), |(s, c, l)| (Some(s), c, l));
                prop_assert!(same(model.reward.get(query).copied(), score));
                prop_assert!(same(model.cost.as_ref().map(|column| column[query]), cost));
                prop_assert!(same(model.latency_ms.as_ref().map(|column| column[query]), latency));
            }
        }
    }
}
