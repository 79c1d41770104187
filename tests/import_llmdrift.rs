//! A published file of real results: LLMDrift's PRIME questions, where it is at hand.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

use llm_selection::data::{ImportOptions, InputFile, import};
use llm_selection::experiment::Grader;
use std::path::PathBuf;

/// The file is not part of this package: `../shared/data`, or the folder in `LLM_SELECTION_SHARED_DATA`.
fn prime() -> Option<Vec<u8>> {
    let folder = std::env::var_os("LLM_SELECTION_SHARED_DATA")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from);
    let path = folder.join("llmdrift/PRIME_FULL_EVAL.csv");
    match std::fs::read(&path) {
        Ok(bytes) => Some(bytes),
        Err(error) => {
            println!("nothing to read at {} ({error}): set LLM_SELECTION_SHARED_DATA", path.display());
            None
        }
    }
}

#[test]
fn prime_has_its_published_means() {
    let Some(bytes) = prime() else { return };
    let files = vec![InputFile::from_bytes("prime.csv", &bytes)];
    // Right if the answer's first `[yes]` or `[no]` is the reference.
    let grader = Some(Grader::Regex(r"(?i)\[(yes|no)\]".to_owned()));
    let options = ImportOptions { grader, ..ImportOptions::default() };
    let audit = import(files, &options, &mut |_| true).unwrap().audit;
    assert_eq!((audit.format.as_str(), audit.queries, audit.complete, audit.duplicates), ("llmdrift", 1000, 1000, 0));
    assert_eq!(audit.files[0].latency_unit, "seconds, as most values are below 100");
    assert_eq!(audit.warnings, []);
    // Accuracy, seconds and dollars as its source states them, to the digits it states.
    let published = [
        ("openaichat/gpt-3.5-turbo-0301", 0.508, 6.61, 5.18e-4),
        ("openaichat/gpt-3.5-turbo-0613", 0.681, 16.10, 6.58e-4),
        ("openaichat/gpt-4-0314", 0.840, 8.02, 1.383e-2),
        ("openaichat/gpt-4-0613", 0.502, 3.21, 1.074e-3),
    ];
    assert_eq!(audit.models.len(), published.len());
    for (model, (name, score, seconds, cost)) in audit.models.iter().zip(published) {
        assert_eq!((model.name.as_str(), model.rows, model.missing), (name, 1000, 0));
        assert!((model.mean_score.unwrap() - score).abs() < 1e-9, "{model:?}");
        assert!((model.mean_latency_ms.unwrap() / 1000.0 - seconds).abs() <= 0.00501, "{model:?}");
        assert!((model.mean_cost.unwrap() / cost - 1.0).abs() < 1e-3, "{model:?}");
    }
}
