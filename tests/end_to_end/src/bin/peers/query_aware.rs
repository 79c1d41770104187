//! Predictions of which models will be right, beside scikit-learn's: the same queries, parts and labels on both sides, and
//! the same weighted F1 of both, by our own report.

use super::{Python, median, number, thousands};
use anyhow::{Context, Result};
use llm_selection::data::{ImportOptions, InputFile};
use llm_selection::experiment::{Duplicates, Grader, SplitShares};
use llm_selection::query_aware::features::FeatureOptions;
use llm_selection::query_aware::predictor::{Predictor, labels};
use llm_selection::query_aware::queries::{Queries, QueryOptions};
use llm_selection::query_aware::report::{Report, by_thresholds};
use llm_selection::query_aware::split::Split;
use serde_json::json;
use std::fmt::Write;
use std::path::PathBuf;
use std::time::Instant;

#[path = "../../../../../benches/query_aware/made_up.rs"]
mod made_up;

/// What our weighted F1 may be below the peer's at most.
const MARGIN: f64 = 0.01;
/// Predictions a second that are asked of us: 1 ms each.
const FAST: f64 = 1_000.0;
/// How scikit-learn is set up, and what its row says.
const PEERS: [(&str, &str); 2] = [
    ("defaults", "scikit-learn, as it comes"),
    ("chosen", "scikit-learn, words and pairs, C and threshold by validation"),
];

/// What came of both sides on one split.
struct Turn {
    f1: [f64; 2],
    training: [f64; 2],
    single: [f64; 2],
}

/// The tables of F1 and of time.
pub fn compare(python: &mut Python) -> Result<String> {
    let mut accuracy =
        String::from("| what | ours | peer | its figure | difference (range) | target |\n|---|---|---|---|---|---|\n");
    let mut time =
        String::from("| what | ours | peer | its figure | ours / peer (range) | target |\n|---|---|---|---|---|---|\n");
    for (what, queries, splits) in data()? {
        for (kind, name) in PEERS {
            let turns: Vec<Turn> = (1..=splits)
                .map(|seed| turn(python, &queries, seed, kind))
                .collect::<Result<_>>()
                .with_context(|| format!("{what}, {name}"))?;
            let what = format!("{what}, {} queries × {} models", queries.texts.len(), queries.models.len());
            let (ours, peers) = (side(&turns, |turn| turn.f1[0]), side(&turns, |turn| turn.f1[1]));
            let differences: Vec<f64> = ours.iter().zip(&peers).map(|(ours, peer)| ours - peer).collect();
            let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
            let (low, high) = ends(&differences);
            let difference = mean(&differences);
            let met = if difference >= -MARGIN { "met" } else { "**missed**" };
            writeln!(
                accuracy,
                "| {what}, {splits} splits | {:.3} weighted F1 | {name} | {:.3} | **{difference:+.3}** ({low:+.3} to {high:+.3}) | ≥ −{MARGIN}: {met} |",
                mean(&ours),
                mean(&peers)
            )?;
            let speeds = |of: fn(&Turn) -> [f64; 2]| [0, 1].map(|place| side(&turns, |turn| 1.0 / of(turn)[place]));
            writeln!(time, "{}", row(&format!("training, {what}"), "/s", name, &speeds(|turn| turn.training), None))?;
            let singles = speeds(|turn| turn.single);
            writeln!(time, "{}", row(&format!("one prediction, {what}"), "/s", name, &singles, Some(FAST)))?;
        }
    }
    Ok(format!("{accuracy}\n{time}"))
}

fn side(turns: &[Turn], of: impl Fn(&Turn) -> f64) -> Vec<f64> {
    turns.iter().map(of).collect()
}

fn ends(values: &[f64]) -> (f64, f64) {
    values.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| (low.min(*value), high.max(*value)))
}

/// Medians of both speeds, median and range of their ratio; the target is for ours alone.
fn row(what: &str, unit: &str, name: &str, [ours, peers]: &[Vec<f64>; 2], target: Option<f64>) -> String {
    let ratios: Vec<f64> = ours.iter().zip(peers).map(|(ours, peer)| ours / peer).collect();
    let (low, high) = ends(&ratios);
    let (mine, theirs) = (median(ours.clone()), median(peers.clone()));
    let target = target.map_or("none".to_string(), |target| {
        format!("ours ≥ {}{unit}: {}", thousands(target), if mine >= target { "met" } else { "**missed**" })
    });
    format!(
        "| {what} | {}{unit} | {name} | {}{unit} | **{}** ({} to {}) | {target} |",
        thousands(mine),
        thousands(theirs),
        thousands(median(ratios)),
        thousands(low),
        thousands(high)
    )
}

/// Both sides on one split.
fn turn(python: &mut Python, queries: &Queries, seed: u64, kind: &str) -> Result<Turn> {
    let split = Split::of(queries, SplitShares { seed, ..SplitShares::default() })?;
    let start = Instant::now();
    let trained = Predictor::train(queries, &split, FeatureOptions::default(), &mut |_| true)?;
    let training = start.elapsed().as_secs_f64();
    let start = Instant::now();
    for query in &split.test {
        std::hint::black_box(trained.predictor.predict(&queries.texts[*query], &[]));
    }
    let single = start.elapsed().as_secs_f64() / split.test.len() as f64;
    let (labels, k) = (labels(queries), queries.models.len());
    let spelt: Vec<Vec<Option<u8>>> =
        labels.iter().map(|labels| labels.iter().map(|label| label.map(u8::from)).collect()).collect();
    let answer = python.ask(&json!({
        "job": "query-aware", "kind": kind, "texts": queries.texts, "labels": spelt,
        "train": split.train, "validation": split.validation, "test": split.test
    }))?;
    let rows = answer["p"].as_array().context("no probabilities")?;
    let mut p = vec![f64::NAN; queries.texts.len() * k];
    for (query, row) in split.test.iter().zip(rows) {
        for (model, value) in row.as_array().context("no row")?.iter().enumerate() {
            p[query * k + model] = value.as_f64().context("no probability")?;
        }
    }
    let theirs: Vec<f64> = serde_json::from_value(answer["thresholds"].clone())?;
    let f1 = |p: &[f64], thresholds: &[f64]| {
        Report::of(&labels, &split.test, by_thresholds(p, thresholds)).weighted_f1.value.context("no F1")
    };
    Ok(Turn {
        f1: [f1(&trained.p, &trained.thresholds)?, f1(&p, &theirs)?],
        training: [training, number(&answer, "seconds")?],
        single: [single, number(&answer, "single")?],
    })
}

/// Published results: name, files, how answers are read, what repeated ones are, and the score from which on one is right.
type Published = (&'static str, &'static [&'static str], Option<Grader>, Duplicates, f64);

/// The data sets at hand, each with the number of splits.
fn data() -> Result<Vec<(&'static str, Queries, u64)>> {
    let mut all = vec![("made up, 50 words each", made_up::queries(), 3)];
    let folder = std::env::var_os("LLM_SELECTION_SHARED_DATA")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")), PathBuf::from);
    let pattern = Grader::Regex(r"(?i)\[(yes|no)\]".into());
    let published: [Published; 4] = [
        ("RouteLLM's GSM8K", &["routellm/gsm8k_responses.csv"], Some(Grader::Number), Duplicates::default(), 1.0),
        ("LLMDrift's PRIME", &["llmdrift/PRIME_FULL_EVAL.csv"], Some(pattern), Duplicates::default(), 1.0),
        (
            "LLMDrift's OPINIONQA",
            &["llmdrift/OPINIONQA_EVAL.csv"],
            Some(Grader::ChoiceLetter),
            Duplicates::Samples,
            1.0,
        ),
        (
            "RouterArena",
            &["routerarena/claude-3-haiku-20240307.jsonl", "routerarena/gemini-2.0-flash-001.jsonl"],
            None,
            Duplicates::default(),
            0.5,
        ),
    ];
    for (what, names, grader, duplicates, threshold) in published {
        let contents: std::io::Result<Vec<Vec<u8>>> =
            names.iter().map(|name| std::fs::read(folder.join(name))).collect();
        let Ok(contents) = contents else { continue };
        let files = names.iter().zip(&contents).map(|(name, bytes)| InputFile::from_bytes(*name, bytes)).collect();
        let import = ImportOptions { grader, duplicates, ..ImportOptions::default() };
        let options = QueryOptions { import, threshold, columns: Vec::new() };
        all.push((what, Queries::read(files, &options, &mut |_| true)?.0, 10));
    }
    Ok(all)
}
