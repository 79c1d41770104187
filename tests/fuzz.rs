//! Fuzzing: files of every format, links and workspace files, damaged in ways that tables and JSON break. Nothing
//! panics, errors say where, and what is read is in its range. `PROPTEST_CASES=100000 cargo test --release --test fuzz`
//! goes on for longer.
#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used)]

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use llm_selection::data::{Import, ImportOptions, InputFile, Limits, import_within};
use llm_selection::experiment::{Duplicates, Experiment, Grader, LatencyUnit, Price, Role, ScoreUnit};
use llm_selection::link::Link;
use llm_selection::plan::Plan;
use llm_selection::run::run_in_threads;
use llm_selection::workspace::{self, Item};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use std::io::{Cursor, Write};
use std::sync::Arc;

/// Whole files, a format each, and experiments.
const SEEDS: [(&str, &[u8]); 18] = [
    ("neutral.csv", include_bytes!("fuzz/seeds/neutral.csv")),
    ("answers.tsv", include_bytes!("fuzz/seeds/answers.tsv")),
    ("percent.csv", include_bytes!("fuzz/seeds/percent.csv")),
    ("neutral.jsonl", include_bytes!("fuzz/seeds/neutral.jsonl")),
    ("routerbench_wide.csv", include_bytes!("fuzz/seeds/routerbench_wide.csv")),
    ("routerbench_long.csv", include_bytes!("fuzz/seeds/routerbench_long.csv")),
    ("llmrouterbench.csv", include_bytes!("fuzz/seeds/llmrouterbench.csv")),
    ("llmrouterbench.json", include_bytes!("fuzz/seeds/llmrouterbench.json")),
    ("routerarena.jsonl", include_bytes!("fuzz/seeds/routerarena.jsonl")),
    ("routellm.csv", include_bytes!("fuzz/seeds/routellm.csv")),
    ("llmdrift.csv", include_bytes!("fuzz/seeds/llmdrift.csv")),
    ("promptfoo.csv", include_bytes!("fuzz/seeds/promptfoo.csv")),
    ("promptfoo.json", include_bytes!("fuzz/seeds/promptfoo.json")),
    ("m/samples_lm_eval.jsonl", include_bytes!("fuzz/seeds/samples_lm_eval.jsonl")),
    ("model=x/per_instance_stats.json", include_bytes!("fuzz/seeds/helm.json")),
    ("inspect.json", include_bytes!("fuzz/seeds/inspect.json")),
    ("every_eval_ever.jsonl", include_bytes!("fuzz/seeds/every_eval_ever.jsonl")),
    ("openai_evals.jsonl", include_bytes!("fuzz/seeds/openai_evals.jsonl")),
];

/// What breaks tables, JSON, numbers, names and archives.
const TOKENS: [&[u8]; 48] = [
    b",",
    b"\"",
    b"\"\"",
    b"\n",
    b"\r\n",
    b"\r",
    b"\t",
    b";",
    b"{",
    b"}",
    b"[",
    b"]",
    b":",
    b"null",
    b"true",
    b"False",
    b"NaN",
    b"Infinity",
    b"-inf",
    b"1e999",
    b"-1",
    b"1e-400",
    b"0x10",
    b"99999999999999999999",
    b"1,5",
    b"1.2.3",
    b"%",
    b"$0.01",
    b"\xff",
    b"\xfe\xff",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xe2\x80\xae",
    b"\0",
    b"\\u0000",
    b"\\ud800",
    b"\\",
    b"__proto__",
    b"constructor",
    b"<img src=x onerror=alert(1)>",
    b"=1+1",
    b"../../x",
    b"model",
    b"score",
    b"query_id",
    b"cost",
    b"PK\x03\x04",
    b"\x1f\x8b",
];

/// One damage.
#[derive(Debug, Clone)]
enum Damage {
    Byte(Index, u8),
    Insert(Index, &'static [u8]),
    Remove(Index, usize),
    /// The bytes from here, as many as there, again and again.
    Repeat(Index, usize, usize),
    Cut(Index),
    /// The rest of another file.
    Splice(Index, usize, Index),
}

fn damage() -> impl Strategy<Value = Damage> {
    let at = any::<Index>;
    prop_oneof![
        2 => (at(), any::<u8>()).prop_map(|(at, byte)| Damage::Byte(at, byte)),
        5 => (at(), select(TOKENS.to_vec())).prop_map(|(at, token)| Damage::Insert(at, token)),
        3 => (at(), 1..40usize).prop_map(|(at, length)| Damage::Remove(at, length)),
        2 => (at(), 1..60usize, 1..200usize).prop_map(|(at, length, times)| Damage::Repeat(at, length, times)),
        1 => at().prop_map(Damage::Cut),
        1 => (at(), 0..SEEDS.len(), at()).prop_map(|(at, seed, from)| Damage::Splice(at, seed, from)),
    ]
}

fn damaged(seed: &[u8], damages: &[Damage]) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for damage in damages {
        let place = |at: &Index| at.index(bytes.len() + 1);
        match damage {
            Damage::Byte(at, byte) => {
                let at = place(at);
                bytes.splice(at..(at + 1).min(bytes.len()), [*byte]);
            }
            Damage::Insert(at, token) => {
                let at = place(at);
                bytes.splice(at..at, token.iter().copied());
            }
            Damage::Remove(at, length) => {
                let at = place(at);
                bytes.drain(at..(at + length).min(bytes.len()));
            }
            Damage::Repeat(at, length, times) => {
                let at = place(at);
                let part = bytes[at..(at + length).min(bytes.len())].repeat(*times);
                bytes.splice(at..at, part);
            }
            Damage::Cut(at) => bytes.truncate(place(at)),
            Damage::Splice(at, seed, from) => {
                let (at, other) = (place(at), SEEDS[*seed].1);
                bytes.splice(at.., other[from.index(other.len())..].iter().copied());
            }
        }
    }
    bytes
}

fn damages() -> impl Strategy<Value = Vec<Damage>> {
    prop::collection::vec(damage(), 0..6)
}

fn options() -> impl Strategy<Value = ImportOptions> {
    let grader = select(vec![
        None,
        Some(Grader::Exact),
        Some(Grader::CaseFolded),
        Some(Grader::Number),
        Some(Grader::NumberWithin(0.5)),
        Some(Grader::ChoiceLetter),
        Some(Grader::Contains),
        Some(Grader::Regex(r"(\w+)[^\w]*$".into())),
        Some(Grader::Regex("(".into())),
    ]);
    let duplicates = select(vec![Duplicates::Error, Duplicates::First, Duplicates::Mean, Duplicates::Samples]);
    let mapping = prop::option::weighted(
        0.2,
        (
            select(vec![Role::QueryId, Role::Score, Role::Model, Role::Cost]),
            select(vec!["prompt", "cost", "id", "x", ""]),
        ),
    );
    let units = (
        prop::option::weighted(0.2, select(vec![ScoreUnit::Fraction, ScoreUnit::Percent])),
        prop::option::weighted(0.2, select(vec![LatencyUnit::S, LatencyUnit::Ms])),
    );
    let price = prop::option::weighted(0.2, select(vec![0.0, 2.5, -1.0, f64::NAN, f64::INFINITY, 1e308]));
    (grader, duplicates, mapping, units, price).prop_map(|(grader, duplicates, mapping, (score, latency), price)| {
        ImportOptions {
            mapping: mapping.into_iter().map(|(role, column)| (role, column.to_owned())).collect(),
            grader,
            duplicates,
            score_unit: score,
            latency_unit: latency,
            prices: price.into_iter().map(|input| ("o/m".to_owned(), Price::of_tokens(input, 1.0))).collect(),
            ..ImportOptions::default()
        }
    })
}

/// How a file comes.
#[derive(Debug, Clone, Copy)]
enum Wrap {
    Plain,
    Gzip,
    Zip,
}

fn wrapped(name: &str, bytes: Vec<u8>, wrap: Wrap) -> (String, Vec<u8>) {
    match wrap {
        Wrap::Plain => (name.to_owned(), bytes),
        Wrap::Gzip => {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            encoder.write_all(&bytes).unwrap();
            (format!("{name}.gz"), encoder.finish().unwrap())
        }
        Wrap::Zip => {
            let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
            for entry in [name, "notes.md"] {
                writer.start_file(entry, zip::write::SimpleFileOptions::default()).unwrap();
                writer.write_all(&bytes).unwrap();
            }
            ("all.eval".to_owned(), writer.finish().unwrap().into_inner())
        }
    }
}

/// What comes out of an import is in its range, and can be played.
fn sound(import: Import) -> Result<(), TestCaseError> {
    let Import { dataset, audit, prices } = import;
    prop_assert_eq!(audit.models.len(), dataset.models.len());
    prop_assert!(dataset.queries > 0 && audit.queries == dataset.queries as u64 && audit.complete <= audit.queries);
    for (place, model) in dataset.models.iter().enumerate() {
        prop_assert!(!model.name.is_empty() && dataset.models[..place].iter().all(|other| other.name != model.name));
        prop_assert_eq!(model.reward.len(), dataset.queries);
        prop_assert!(model.reward.iter().all(|score| score.is_nan() || (0.0..=1.0).contains(score)));
        for column in [&model.cost, &model.latency_ms].into_iter().flatten() {
            prop_assert_eq!(column.len(), dataset.queries);
            prop_assert!(column.iter().all(|value| value.is_nan() || (0.0..f64::INFINITY).contains(value)));
        }
    }
    for labels in [&dataset.category, &dataset.split].into_iter().flatten() {
        prop_assert_eq!(labels.of.len(), dataset.queries);
    }
    prop_assert!(prices.values().all(|price| price.parts().all(|(.., value)| value > 0.0)));
    prop_assert!(serde_json::to_string(&audit.report()).is_ok());
    let files: Vec<_> = dataset.files.iter().map(|file| serde_json::json!({ "name": file.name })).collect();
    let experiment = serde_json::json!({
        "environment": { "kind": "replay", "files": files, "missing": "unavailable" },
        "task": { "budget": 0.001 }, "policies": [{ "kind": "c2mab-v" }], "run": { "rounds": 20, "replicates": 1 }
    });
    // Names that no experiment takes are refused by it; all else plays.
    if let Ok(experiment) = Experiment::from_json(&experiment.to_string())
        && let Ok(plan) = Plan::new(&experiment, Some(Arc::new(dataset)))
    {
        prop_assert!(run_in_threads(plan, 1, |_| ()).is_ok());
    }
    Ok(())
}

fn small() -> Limits {
    Limits {
        bytes: 400_000,
        rows: 5_000,
        results: 5_000,
        columns: 200,
        cell: 20_000,
        id: 200,
        id_bytes: 50_000,
        ..Limits::default()
    }
}

fn imported(files: &[(String, Vec<u8>)], options: &ImportOptions) -> Result<(), TestCaseError> {
    let inputs = files.iter().map(|(name, bytes)| InputFile::from_bytes(name.as_str(), bytes)).collect();
    match import_within(inputs, options, small(), &mut |_| true) {
        Ok(import) => sound(import),
        Err(error) => {
            prop_assert!(error.place.file.is_some() || error.place.field.is_some(), "{error}");
            prop_assert!(error.to_string().chars().count() < 3_000, "{error}");
            Ok(())
        }
    }
}

const EXPERIMENT: &str = r#"{"version": 1, "title": "t", "environment": {"kind": "synthetic", "cost_spread": 0.5, "models": [
    {"name": "a", "reward": 0.9, "cost": 0.5}, {"name": "b", "reward": 0.5, "cost": 0.1}],
    "drift": [{"at": 10, "models": {"a": {"reward": 0.1}}}], "availability": [{"model": "a", "from": 5, "to": 9}]},
    "task": {"reward": "awc", "max_models": 2, "budget": 0.3, "feedback": "full"},
    "policies": [{"kind": "c2mab-v", "window": 50}, {"kind": "fixed", "models": ["a"]}, {"kind": "epsilon-greedy", "schedule": {"c": 2}}],
    "run": {"rounds": 20, "replicates": 2, "seed": 7}}"#;

fn archive() -> Vec<u8> {
    let file = b"query_id,score\n1,1\n2,0\n";
    let part = workspace::Part { name: "a.csv".into(), sha256: workspace::sha256(file), bytes: file.len() as u64 };
    let item = Item {
        id: "1".into(),
        name: "One".into(),
        kind: workspace::Kind::Saved,
        saved: 1.7e12,
        form: "{}".into(),
        options: ImportOptions::default(),
        files: vec![part],
        result: None,
        trained: None,
    };
    workspace::write(&[item], Vec::new(), |_| Ok(Cursor::new(file.to_vec()))).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn files(
        seeds in prop::collection::vec((0..SEEDS.len(), damages(), select(vec![Wrap::Plain, Wrap::Plain, Wrap::Gzip, Wrap::Zip])), 1..3),
        options in options(),
    ) {
        let file = |(seed, damages, wrap): &(usize, Vec<Damage>, Wrap)| {
            wrapped(SEEDS[*seed].0, damaged(SEEDS[*seed].1, damages), *wrap)
        };
        imported(&seeds.iter().map(file).collect::<Vec<_>>(), &options)?;
    }

    #[test]
    fn archives(seed in 0..SEEDS.len(), damages in damages(), gzip in any::<bool>(), options in options()) {
        let (name, bytes) = wrapped(SEEDS[seed].0, SEEDS[seed].1.to_vec(), if gzip { Wrap::Gzip } else { Wrap::Zip });
        imported(&[(name, damaged(&bytes, &damages))], &options)?;
    }

    #[test]
    fn experiments_and_links(damages in damages(), packed in damages()) {
        let json = String::from_utf8_lossy(&damaged(EXPERIMENT.as_bytes(), &damages)).into_owned();
        if let Ok(experiment) = Experiment::from_json(&json) {
            let again = Experiment::from_json(&experiment.to_json()).map_err(|error| TestCaseError::fail(error.to_string()))?;
            prop_assert_eq!(&again, &experiment);
            if experiment.run.rounds <= 1_000
                && experiment.run.replicates <= 10
                && let Ok(plan) = Plan::new(&experiment, None)
            {
                prop_assert!(run_in_threads(plan, 1, |_| ()).is_ok());
            }
        }
        let deflated = damaged(&miniz_oxide::deflate::compress_to_vec(json.as_bytes(), 6), &packed);
        let fragment = format!("#v1.{}", BASE64_URL_SAFE_NO_PAD.encode(deflated));
        if let Ok(link) = Link::decode(&fragment) {
            let again = Link::decode(&link.encode().map_err(|error| TestCaseError::fail(error.to_string()))?);
            prop_assert!(again.is_ok_and(|again| again.experiment == link.experiment));
        }
    }

    #[test]
    fn workspaces(damages in damages()) {
        if let Ok(archive) = workspace::read(Cursor::new(damaged(&archive(), &damages)), Vec::new) {
            for part in archive.items.iter().flat_map(Item::parts) {
                prop_assert_eq!(workspace::sha256(&archive.parts[&part.sha256]), part.sha256.clone());
            }
        }
    }
}
