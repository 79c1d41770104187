//! Published files of real results, where they are at hand: each is read, or refused for a stated reason.
//!
//! The figures are those of another reading of the same files (`tests/reference/imports.py`), which agree with what
//! their sources state.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used)]

use llm_selection::data::{Import, ImportOptions, InputFile, import};
use llm_selection::error::{Error, ErrorKind};
use llm_selection::experiment::{Duplicates, Grader};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

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

fn read(folder: &Path, names: &[&str], options: &ImportOptions) -> Result<Import, Error> {
    let contents: Vec<Vec<u8>> = names.iter().map(|name| std::fs::read(folder.join(name)).unwrap()).collect();
    let files = names.iter().zip(&contents).map(|(name, bytes)| InputFile::from_bytes(*name, bytes)).collect();
    import(files, options, &mut |_| true)
}

/// A model's name, rows, mean score, mean cost in dollars where the file has costs, mean latency in milliseconds.
type Model = (&'static str, u64, f64, Option<f64>, Option<f64>);

/// A file that is read: its format, its models, the queries, and a part of each warning.
type Read = (&'static str, &'static str, &'static [Model], u64, &'static [&'static str]);

const LISTED: &str = "by our table of";
const UNPRICED: &str = "has tokens and no price";

const READ: [Read; 12] = [
    (
        "routellm/gsm8k_responses.csv",
        "routellm",
        &[
            ("mistralai/Mixtral-8x7B-Instruct-v0.1", 1319, 842.0 / 1319.0, None, None),
            ("gpt-4-1106-preview", 1319, 1130.0 / 1319.0, None, None),
        ],
        1319,
        &[],
    ),
    (
        "routerarena/claude-3-haiku-20240307.jsonl",
        "routerarena",
        &[("claude-3-haiku-20240307", 809, 0.5233968903401751, Some(0.00017599165636574535), None)],
        809,
        &["scores below 0 count as 0 (1 of them)"],
    ),
    (
        "routerarena/gemini-2.0-flash-001.jsonl",
        "routerarena",
        &[("gemini-2.0-flash-001", 809, 0.6901193045257852, Some(4.7490729295423986e-5), None)],
        809,
        &[],
    ),
    (
        "eval_logs/helm/commonsense-dataset=hellaswag,method=multiple_choice_joint,model=eleutherai_pythia-1b-v0/per_instance_stats.json",
        "helm",
        &[("eleutherai_pythia-1b-v0", 10, 0.3, None, Some(14876.816749572754))],
        10,
        &[UNPRICED],
    ),
    (
        "eval_logs/helm/mmlu-subject=philosophy,method=multiple_choice_joint,model=openai_gpt2/per_instance_stats.json",
        "helm",
        &[("openai_gpt2", 10, 0.1, None, Some(333.05158615112305))],
        10,
        &[UNPRICED],
    ),
    (
        "eval_logs/inspect/data_arc_qwen.json",
        "inspect",
        &[("ollama/qwen2.5:0.5b", 3, 1.0 / 3.0, None, Some(11660.333333333334))],
        3,
        &[UNPRICED],
    ),
    (
        "eval_logs/inspect/data_arc_sonnet.json",
        "inspect",
        &[("anthropic/claude-sonnet-4-0", 5, 1.0, None, Some(4797.4))],
        5,
        &[LISTED],
    ),
    (
        "eval_logs/inspect/data_pubmedqa_gpt4o_mini.json",
        "inspect",
        &[("openai/azure/gpt-4o-mini", 2, 1.0, None, Some(6519.5))],
        2,
        &[LISTED],
    ),
    (
        "eval_logs/inspect/popularity.json",
        "inspect",
        &[("openai/gpt-4o-mini", 3, 2.0 / 3.0, None, Some(1032.0))],
        3,
        &[LISTED],
    ),
    (
        "eval_logs/inspect/mmlu-no-summary-choices.eval",
        "inspect",
        &[("openai/gpt-4o", 1, 0.0, None, Some(1812.0))],
        1,
        &[LISTED],
    ),
    (
        "eval_logs/inspect/mmlu-summary-choices.eval",
        "inspect",
        &[("openai/gpt-4o", 1, 0.0, None, Some(1566.0))],
        1,
        &[LISTED],
    ),
    (
        "eval_logs/lm_eval/samples_math_perturbed_full_2026-01-21T03-44-18.458309.jsonl",
        "lm-eval",
        &[("lm_eval", 10, 0.0, None, None)],
        10,
        &[],
    ),
];

const NO_RECORDS: &str = "JSON lines, an array of records, or a document with records";
const NO_SCORES: &str = "an id column and a score column";

/// Files that are refused as they are: the kind of error, its row and a part of its text.
const REFUSED: [(&str, ErrorKind, Option<u64>, &str); 23] = [
    // No answer of this log was scored.
    ("eval_logs/inspect/popularity.eval", ErrorKind::Empty, None, "no score of openai/gpt-4o-mini"),
    // Answers and references: which grader is the person's choice.
    ("llmdrift/PRIME_FULL_EVAL.csv", ErrorKind::Missing, Some(1), "a grader for the answers"),
    ("llmdrift/OPINIONQA_EVAL.csv", ErrorKind::Missing, Some(1), "a grader for the answers"),
    // A run's settings, requests, aggregates and price lists have no results by query.
    ("eval_logs/lm_eval/results_2026-01-21T03-44-18.458309.json", ErrorKind::Unrecognised, None, NO_RECORDS),
    (HELLASWAG[0], ErrorKind::Unrecognised, None, NO_RECORDS),
    (HELLASWAG[1], ErrorKind::Unrecognised, None, NO_RECORDS),
    (HELLASWAG[2], ErrorKind::Unrecognised, Some(1), NO_SCORES),
    (PHILOSOPHY[0], ErrorKind::Unrecognised, None, NO_RECORDS),
    (PHILOSOPHY[1], ErrorKind::Unrecognised, None, NO_RECORDS),
    (PHILOSOPHY[2], ErrorKind::Unrecognised, Some(1), NO_SCORES),
    ("published/frugalgpt_serviceinfo.json", ErrorKind::Unrecognised, None, NO_RECORDS),
    ("published/routerarena_model_cost.json", ErrorKind::Unrecognised, None, NO_RECORDS),
    (
        "published/frugalgpt_headlines_e8_perf_seed_9_2024updatedmodel.csv",
        ErrorKind::Unrecognised,
        Some(1),
        "Test_acc, Test_cost",
    ),
    (
        "published/frugalgpt_sciq_e8_perf_seed_9_2024updatedmodel.csv",
        ErrorKind::Unrecognised,
        Some(1),
        "Test_acc, Test_cost",
    ),
    ("published/frugalgpt_summary_AGNEWS_e8_full_2024.csv", ErrorKind::Unrecognised, Some(1), "Test_acc, Test_cost"),
    ("published/frugalgpt_summary_COQA_e2_full_2024.csv", ErrorKind::Unrecognised, Some(1), "Test_acc, Test_cost"),
    ("published/frugalgpt_summary_HEADLINES_e8_full_2024.csv", ErrorKind::Unrecognised, Some(1), "Test_acc, Test_cost"),
    (
        "published/frugalgpt_summary_OVERRULING_e5_full_2024.csv",
        ErrorKind::Unrecognised,
        Some(1),
        "Test_acc, Test_cost",
    ),
    ("published/frugalgpt_summary_SCIQ_e8_full_2024.csv", ErrorKind::Unrecognised, Some(1), "Test_acc, Test_cost"),
    ("published/llm_routing_routing_results_gsm8k.csv", ErrorKind::Unrecognised, Some(1), "Model, Accuracy (%)"),
    ("published/llm_routing_routing_results_mmlu.csv", ErrorKind::Unrecognised, Some(1), "Model, Accuracy (%)"),
    ("routellm/SOURCE.txt", ErrorKind::Unrecognised, Some(1), NO_SCORES),
    ("llmdrift/SOURCE.txt", ErrorKind::Unrecognised, Some(1), NO_SCORES),
];
const HELLASWAG: [&str; 3] = [
    "eval_logs/helm/commonsense-dataset=hellaswag,method=multiple_choice_joint,model=eleutherai_pythia-1b-v0/run_spec.json",
    "eval_logs/helm/commonsense-dataset=hellaswag,method=multiple_choice_joint,model=eleutherai_pythia-1b-v0/scenario_state.json",
    "eval_logs/helm/commonsense-dataset=hellaswag,method=multiple_choice_joint,model=eleutherai_pythia-1b-v0/stats.json",
];
const PHILOSOPHY: [&str; 3] = [
    "eval_logs/helm/mmlu-subject=philosophy,method=multiple_choice_joint,model=openai_gpt2/run_spec.json",
    "eval_logs/helm/mmlu-subject=philosophy,method=multiple_choice_joint,model=openai_gpt2/scenario_state.json",
    "eval_logs/helm/mmlu-subject=philosophy,method=multiple_choice_joint,model=openai_gpt2/stats.json",
];

#[track_caller]
fn close(found: Option<f64>, expected: Option<f64>, what: &str) {
    match (found, expected) {
        (Some(found), Some(expected)) => {
            assert!((found - expected).abs() <= 1e-9 * expected.abs().max(1.0), "{what}: {found}, not {expected}");
        }
        _ => assert_eq!(found, expected, "{what}"),
    }
}

/// Checks the audit against the models' figures; costs only where the file has them.
#[track_caller]
fn agrees(import: &Import, name: &str, models: &[Model], queries: u64) {
    let audit = &import.audit;
    assert_eq!((audit.queries, audit.complete), (queries, queries), "{name}");
    assert_eq!(audit.models.len(), models.len(), "{name}");
    for (found, (model, rows, score, cost, latency)) in audit.models.iter().zip(models) {
        assert_eq!((found.name.as_str(), found.rows, found.missing), (*model, *rows, 0), "{name}");
        close(found.mean_score, Some(*score), name);
        if cost.is_some() {
            close(found.mean_cost, *cost, name);
        }
        close(found.mean_latency_ms, *latency, name);
    }
}

#[test]
fn every_file_is_read_or_refused_for_a_stated_reason() {
    let Some(folder) = folder() else { return };
    for (name, format, models, queries, warnings) in READ {
        let import =
            read(&folder, &[name], &ImportOptions::default()).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!((import.audit.format.as_str(), import.audit.duplicates), (format, 0), "{name}");
        agrees(&import, name, models, queries);
        let said: Vec<&str> = import.audit.warnings.iter().map(|warning| warning.message.as_str()).collect();
        assert_eq!(said.len(), warnings.len(), "{name}: {said:?}");
        assert!(said.iter().zip(warnings).all(|(said, part)| said.contains(part)), "{name}: {said:?}");
        assert!(import.audit.warnings.iter().all(|warning| !warning.rows.is_empty()), "{name}: a warning without rows");
    }
    for (name, kind, row, text) in REFUSED {
        let error = read(&folder, &[name], &ImportOptions::default()).expect_err(name);
        assert_eq!((error.kind, error.place.row), (kind, row), "{name}: {error}");
        assert!(error.place.file.is_some() && error.to_string().contains(text), "{name}: {error}");
    }
    // Whatever else is there is read, or refused with a place.
    let known: BTreeSet<&str> = READ.iter().map(|read| read.0).chain(REFUSED.iter().map(|refused| refused.0)).collect();
    let mut folders = vec![folder.clone()];
    while let Some(inner) = folders.pop() {
        for entry in std::fs::read_dir(inner).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(&folder).unwrap().to_str().unwrap().replace('\\', "/");
            if !known.contains(name.as_str())
                && let Err(error) = read(&folder, &[&name], &ImportOptions::default())
            {
                assert!(error.place.file.is_some(), "{name}: {error}");
            }
        }
    }
}

#[test]
fn models_of_several_files_are_joined() {
    let Some(folder) = folder() else { return };
    let files = ["routerarena/claude-3-haiku-20240307.jsonl", "routerarena/gemini-2.0-flash-001.jsonl"];
    let import = read(&folder, &files, &ImportOptions::default()).unwrap();
    let models: Vec<Model> =
        READ.iter().filter(|read| files.contains(&read.0)).flat_map(|read| read.2).copied().collect();
    agrees(&import, "both", &models, 809);
}

#[test]
fn graded_answers_have_their_published_means() {
    let Some(folder) = folder() else { return };
    // Right if the answer's first `[yes]` or `[no]` is the reference.
    let grader = Some(Grader::Regex(r"(?i)\[(yes|no)\]".to_owned()));
    let options = ImportOptions { grader, ..ImportOptions::default() };
    let prime = read(&folder, &["llmdrift/PRIME_FULL_EVAL.csv"], &options).unwrap();
    let models = [
        ("openaichat/gpt-3.5-turbo-0301", 1000, 0.508, Some(0.00051827199999998), Some(6608.683417781925)),
        ("openaichat/gpt-3.5-turbo-0613", 1000, 0.681, Some(0.00065783799999998), Some(16095.324504500857)),
        ("openaichat/gpt-4-0314", 1000, 0.84, Some(0.01382735999999999), Some(8024.021455960082)),
        ("openaichat/gpt-4-0613", 1000, 0.502, Some(0.00107363999999999), Some(3209.4588739797478)),
    ];
    agrees(&prime, "PRIME", &models, 1000);
    assert_eq!((prime.audit.format.as_str(), prime.audit.duplicates), ("llmdrift", 0));
    // Answers in which the expression finds nothing count as wrong, and are counted.
    let unmatched: Vec<u64> = prime.audit.warnings.iter().map(|warning| warning.total).collect();
    assert_eq!(unmatched, [242]);
    assert_eq!(prime.audit.files[0].latency_unit, "seconds, as most values are below 100");
    // Accuracy, seconds and dollars as its source states them, to the digits it states.
    let stated = [(0.508, 6.61, 5.18e-4), (0.681, 16.10, 6.58e-4), (0.840, 8.02, 1.383e-2), (0.502, 3.21, 1.074e-3)];
    for (model, (score, seconds, cost)) in prime.audit.models.iter().zip(stated) {
        assert!((model.mean_score.unwrap() - score).abs() < 1e-9, "{model:?}");
        assert!((model.mean_latency_ms.unwrap() / 1000.0 - seconds).abs() <= 0.00501, "{model:?}");
        assert!((model.mean_cost.unwrap() / cost - 1.0).abs() < 1e-3, "{model:?}");
    }
    // Three questions were asked five times each.
    let grader = Some(Grader::Regex(r"^(\([A-Z]\))".to_owned()));
    let options = ImportOptions { grader, ..ImportOptions::default() };
    let error = read(&folder, &["llmdrift/OPINIONQA_EVAL.csv"], &options).unwrap_err();
    assert_eq!((error.kind, error.place.column.as_deref()), (ErrorKind::Duplicate, Some("id")));
    let options = ImportOptions { duplicates: Duplicates::Samples, ..options };
    let opinions = read(&folder, &["llmdrift/OPINIONQA_EVAL.csv"], &options).unwrap();
    let models = [
        (
            "openaichat/gpt-3.5-turbo-0301",
            1506,
            0.4913678618857902,
            Some(0.0001831567065072751),
            Some(1501.8872527645563),
        ),
        (
            "openaichat/gpt-3.5-turbo-0613",
            1506,
            0.4309428950863214,
            Some(0.00018015139442228333),
            Some(688.4068948814119),
        ),
        ("openaichat/gpt-4-0314", 1506, 0.4203187250996016, Some(0.0029182669322709146), Some(6334.856850217538)),
        ("openaichat/gpt-4-0613", 1506, 0.09694555112881806, Some(0.0032524501992031826), Some(1809.7868610029993)),
    ];
    agrees(&opinions, "OPINIONQA", &models, 1506);
    // First the answers in which the expression finds nothing, then the questions asked again.
    let warned: Vec<_> = opinions.audit.warnings.iter().map(|warning| (warning.total, warning.rows.len())).collect();
    assert_eq!((opinions.audit.duplicates, warned), (48, vec![(1231, 50), (48, 48)]));
}
