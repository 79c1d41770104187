//! Query-aware selection on published results, where they are at hand: read with their texts, split, trained, judged.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

use llm_selection::data::{ImportOptions, InputFile};
use llm_selection::experiment::{Duplicates, Grader, SplitShares};
use llm_selection::query_aware::features::FeatureOptions;
use llm_selection::query_aware::predictor::{Predictor, labels};
use llm_selection::query_aware::queries::{Queries, QueryOptions};
use llm_selection::query_aware::report::{Report, by_probability, majority};
use llm_selection::query_aware::split::Split;
use std::path::PathBuf;

/// The files are not part of this package: `../shared/data`, or the folder in `LLM_SELECTION_SHARED_DATA`.
fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("LLM_SELECTION_SHARED_DATA")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from);
    if !folder.is_dir() {
        println!("nothing to read at {}: set LLM_SELECTION_SHARED_DATA", folder.display());
        return None;
    }
    Some(folder)
}

fn read(names: &[&str], import: ImportOptions, threshold: f64) -> Option<Queries> {
    let folder = folder()?;
    let contents: Vec<Vec<u8>> = names.iter().map(|name| std::fs::read(folder.join(name)).unwrap()).collect();
    let files = names.iter().zip(&contents).map(|(name, bytes)| InputFile::from_bytes(*name, bytes)).collect();
    let options = QueryOptions { import, threshold, columns: Vec::new() };
    Some(Queries::read(files, &options, &mut |_| true).unwrap().0)
}

/// Over six splits the mean log loss of the calibrated predictions and of the shares of right answers alone.
fn losses(queries: &Queries) -> (f64, f64) {
    let (mut ours, mut baseline) = (0.0, 0.0);
    for seed in 1..=6 {
        let split = Split::of(queries, SplitShares { seed, ..SplitShares::default() }).unwrap();
        let trained = Predictor::train(queries, &split, FeatureOptions::default(), &mut |_| true).unwrap();
        let labels = labels(queries);
        let report = Report::of(&labels, &split.test, by_probability(&trained.p, labels.len(), 0.5));
        let majority = Report::of(&labels, &split.test, majority(&labels, &split.train));
        ours += report.log_loss.value.unwrap() / 6.0;
        baseline += majority.log_loss.value.unwrap() / 6.0;
    }
    println!("log loss {ours}, of the shares alone {baseline}");
    (ours, baseline)
}

fn solved(queries: &Queries) -> Vec<usize> {
    queries.results.iter().map(|model| model.solved.iter().filter(|solved| **solved == Some(true)).count()).collect()
}

#[test]
fn gsm8k() {
    let import = ImportOptions { grader: Some(Grader::Number), ..ImportOptions::default() };
    let Some(queries) = read(&["routellm/gsm8k_responses.csv"], import, 1.0) else { return };
    assert_eq!((queries.texts.len(), solved(&queries)), (1319, vec![842, 1130]));
    assert!(queries.texts[0].starts_with("Janet’s ducks"));
    let answer = |model: usize| &queries.answers[queries.results[model].answer[0] as usize];
    assert_eq!((answer(0).as_str(), answer(1).as_str()), ("18", "18"));
    let (ours, baseline) = losses(&queries);
    assert!(ours < baseline - 0.005, "{ours} {baseline}");
}

#[test]
fn prime_numbers() {
    let import = ImportOptions { grader: Some(Grader::Regex(r"(?i)\[(yes|no)\]".into())), ..ImportOptions::default() };
    let Some(queries) = read(&["llmdrift/PRIME_FULL_EVAL.csv"], import, 1.0) else { return };
    assert_eq!((queries.texts.len(), solved(&queries)), (1000, vec![508, 681, 840, 502]));
    assert_eq!(
        queries.answers.iter().map(String::as_str).collect::<std::collections::BTreeSet<_>>(),
        ["no", "yes"].into()
    );
    let (ours, baseline) = losses(&queries);
    assert!(ours < baseline - 0.04, "{ours} {baseline}");
}

#[test]
fn opinions_asked_again_and_again() {
    let import = ImportOptions {
        grader: Some(Grader::ChoiceLetter),
        duplicates: Duplicates::Samples,
        ..ImportOptions::default()
    };
    let Some(queries) = read(&["llmdrift/OPINIONQA_EVAL.csv"], import, 1.0) else { return };
    assert_eq!((queries.texts.len(), queries.models.len()), (1494, 4));
    assert!(queries.results.iter().all(|model| model.solved.iter().all(Option::is_some)));
    let (ours, baseline) = losses(&queries);
    assert!(ours < baseline - 0.1, "{ours} {baseline}");
}

#[test]
fn router_arena() {
    let names = ["routerarena/claude-3-haiku-20240307.jsonl", "routerarena/gemini-2.0-flash-001.jsonl"];
    let Some(queries) = read(&names, ImportOptions::default(), 0.5) else { return };
    assert_eq!(queries.texts.len(), 809);
    assert!(queries.answers.iter().any(|answer| answer == "g"));
    let (ours, baseline) = losses(&queries);
    assert!(ours < baseline - 0.03, "{ours} {baseline}");
}
