//! What leaves this program comes back as it was, and hostile names in it are names.
#![cfg(not(target_arch = "wasm32"))]
// Helpers of tests fail as tests do.
#![allow(clippy::unwrap_used)]

use llm_selection::data::{
    Dataset, Ids, ImportOptions, InputFile, Limits, import, import_with_ids, presets, write_csv,
};
use llm_selection::error::ErrorKind;
use llm_selection::experiment::{Duplicates, Experiment};
use llm_selection::export::{Table, csv_cell, unguarded};
use llm_selection::figure::{FigureKind, Options, Paper, curves_csv, sheet};
use llm_selection::plan::Plan;
use llm_selection::recognise::{self, Recognised};
use llm_selection::run::run_in_threads;
use llm_selection::summary::{self, RunResult};
use llm_selection::workspace;
use proptest::prelude::*;
use serde_json::{Value, json};

const HOSTILE: [&str; 24] = [
    "<img src=x onerror=alert(1)>",
    "</text><script>alert(1)</script>",
    "=HYPERLINK(\"http://x\")",
    "+1+1",
    "-2",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "'=1",
    "''+1",
    "'quoted'",
    "__proto__",
    "$\\input{/etc/passwd}$",
    "\\end{tabular}\\write18{ls}",
    "a & b % c # d _ e ^ f ~ g",
    "[x](javascript:alert(1))",
    "*starred",
    "a|b",
    "`code`",
    "two\nlines, \"quoted\"; and more",
    "\u{202e}gnp.exe\u{2066}",
    "a\u{200b}b\u{feff}",
    "\u{0}\u{1}\u{1b}[31m\u{7f}",
    "ש\u{200f}לום 模型 é",
];

fn table(name: &str) -> Table {
    let rows = vec![vec![name.to_owned(), "−1.5 ± 2".to_owned()], vec!["Random".to_owned(), "∞".to_owned()]];
    Table { head: vec!["Policy".to_owned(), "Regret".to_owned()], rows }
}

#[test]
fn no_cell_is_a_formula_and_every_name_comes_back() {
    let long = "=".repeat(1_000_000);
    for name in HOSTILE.into_iter().chain([long.as_str()]) {
        let text = table(name).csv();
        let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
        let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.unwrap()).collect();
        assert_eq!((rows.len(), rows[0].len()), (2, 2), "{name:?}");
        assert!(!rows[0][0].starts_with(['=', '+', '-', '@', '\t', '\r']), "{name:?}");
        assert_eq!(unguarded(rows[0][0].as_bytes()), name.as_bytes());
    }
}

/// Markup that survived: an unescaped character that means something in a Markdown table.
fn markdown_markup(text: &str) -> Option<char> {
    let mut escaped = false;
    text.chars().find(|c| {
        let found = !escaped && r"`*_{}[]()#|~!$<>".contains(*c);
        escaped = !escaped && *c == '\\';
        found
    })
}

#[test]
fn names_are_text_in_markdown() {
    let long = "|".repeat(1_000_000);
    for name in HOSTILE.into_iter().chain([long.as_str()]) {
        let text = table(name).markdown();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 4, "{name:?}");
        let cell = lines[2].strip_prefix("| ").and_then(|row| row.strip_suffix(" | −1.5 ± 2 |")).unwrap();
        assert_eq!(markdown_markup(cell), None, "{cell}");
        assert!(cell.chars().count() <= 402 && !cell.contains('\u{202e}'), "{cell}");
    }
}

#[test]
fn no_command_of_a_name_survives_in_latex() {
    const KNOWN: [&str; 14] = [
        "textbackslash{}",
        "textasciitilde{}",
        "textasciicircum{}",
        "textless{}",
        "textgreater{}",
        "textbar{}",
        "ldots{}",
        "&",
        "%",
        "$",
        "#",
        "_",
        "{",
        "}",
    ];
    let long = "\\".repeat(1_000_000);
    for name in HOSTILE.into_iter().chain([long.as_str()]) {
        let text = table(name).latex();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 8, "{name:?}");
        let mut cell = lines[4].strip_suffix(r" & $-$1.5 $\pm$ 2 \\").unwrap();
        assert!(cell.len() < 5_000 && !cell.starts_with(['[', '*']), "{cell}");
        // What is left without the commands of our own is plain.
        let mut depth = 0;
        while let Some(letter) = cell.chars().next() {
            cell = &cell[letter.len_utf8()..];
            match letter {
                '\\' => {
                    let known = KNOWN.iter().find(|known| cell.starts_with(**known));
                    cell = &cell[known.unwrap_or_else(|| panic!("{name:?}: \\{cell}")).len()..];
                }
                '{' => depth += 1,
                '}' => depth -= 1,
                _ => assert!(!"&%$#_^~<>|".contains(letter) && !letter.is_control(), "{name:?}: {letter}"),
            }
            assert!(depth >= 0, "{name:?}");
        }
        assert_eq!(depth, 0, "{name:?}");
    }
}

/// The same numbers to the bit, names and labels; the files they are from aside.
fn bits(data: &Dataset) -> Value {
    let column = |column: &[f64]| column.iter().map(|value| value.to_bits()).collect::<Vec<u64>>();
    let models: Vec<Value> = (data.models.iter())
        .map(|model| {
            json!([
                model.name,
                column(&model.reward),
                model.cost.as_deref().map(column),
                model.latency_ms.as_deref().map(column)
            ])
        })
        .collect();
    json!([models, data.queries, data.category, data.split])
}

fn cleaned(data: &Dataset, ids: Option<&Ids>) -> Vec<u8> {
    let mut out = Vec::new();
    write_csv(data, ids, &mut out).unwrap();
    out
}

/// A data set, what it was written as, and what that was written as in turn.
fn there_and_back(files: &[(&str, &str)], duplicates: Duplicates) -> llm_selection::Result<[(Dataset, Vec<u8>); 2]> {
    let inputs = files.iter().map(|(name, text)| InputFile::from_bytes(*name, text.as_bytes())).collect();
    let options = ImportOptions { duplicates, ..ImportOptions::default() };
    let (first, ids) = import_with_ids(inputs, &options, Limits::default(), &mut |_| true)?;
    let text = cleaned(&first.dataset, Some(&ids));
    let inputs = vec![InputFile::from_bytes("clean.csv", &text)];
    let (second, ids) = import_with_ids(inputs, &ImportOptions::default(), Limits::default(), &mut |_| true)
        .unwrap_or_else(|error| panic!("{error}\n{}", String::from_utf8_lossy(&text)));
    assert_eq!((second.audit.format.as_str(), second.audit.duplicates), ("neutral", 0));
    let again = cleaned(&second.dataset, Some(&ids));
    Ok([(first.dataset, text), (second.dataset, again)])
}

#[test]
fn cleaned_data_is_a_neutral_file() {
    let wide = "sample_id,prompt,eval_name,a,=b,a|model_response,=b|model_response,a|total_cost,=b|total_cost,oracle_model_to_route_to\n\
                -1,p,arc,1,0.25,x,y,1.25E-05,,a\n=2,p,\"m,m\",,0,x,y,0.5,1e-7,a\n";
    let [(data, text), _] = there_and_back(&[("w.csv", wide)], Duplicates::Error).unwrap();
    assert_eq!(data.models.len(), 2);
    assert_eq!(
        String::from_utf8(text).unwrap(),
        "query_id,model,score,cost,category\n'-1,a,1,0.0000125,arc\n'-1,'=b,0.25,,arc\n'=2,a,,0.5,\"m,m\"\n\
         '=2,'=b,0,1e-7,\"m,m\"\n"
    );
    // Percent and seconds become what the schema says; second results become queries of their own, by their own ids.
    let rows = "query_id,model,score,latency\nq,m,50,1\nq,m,100,2\nq (2),m,0,3\nr,m,75,4\n";
    let [(_, text), _] = there_and_back(&[("r.csv", rows)], Duplicates::Samples).unwrap();
    assert_eq!(
        String::from_utf8(text).unwrap(),
        "query_id,model,score,latency_ms\nq,m,0.5,1000\nq (2),m,0,3000\nr,m,0.75,4000\nq (3),m,1,2000\n"
    );
}

#[test]
fn built_in_data_comes_back_to_the_bit() {
    for info in presets::presets() {
        let data = presets::preset(info.id).unwrap();
        let text = cleaned(&data, None);
        let back = import(vec![InputFile::from_bytes("p.csv", &text)], &ImportOptions::default(), &mut |_| true);
        assert_eq!(bits(&back.unwrap().dataset), bits(&data));
    }
}

#[test]
fn hostile_names_come_back() {
    let row = |(place, name): (usize, &&str)| json!({ "query_id": "q", "model": name, "score": place as f64 / 100.0, "category": name, "split": "test" });
    let mut rows: Vec<Value> = HOSTILE.iter().enumerate().map(row).collect();
    rows.extend(HOSTILE.iter().map(|name| json!({ "query_id": name, "model": "m", "score": 1, "category": name })));
    // Two of the names differ in the space around them alone: the first is kept.
    rows.push(json!({ "query_id": "q", "model": "m", "score": 0 }));
    let lines: String = rows.iter().map(|row| row.to_string() + "\n").collect();
    let [(first, text), (second, again)] = there_and_back(&[("h.jsonl", &lines)], Duplicates::First).unwrap();
    assert_eq!(bits(&first), bits(&second));
    assert_eq!(text, again);
    assert!(first.models.iter().any(|model| model.name == "__proto__"));
    for record in csv::ReaderBuilder::new().from_reader(text.as_slice()).records() {
        for cell in &record.unwrap() {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell:?}");
        }
    }
}

fn hostile_text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-c]{1,2}",
        1 => prop::sample::select(HOSTILE.to_vec()).prop_map(str::to_owned),
        1 => "['=+\\-@,;\"\t\r\n a]{0,6}",
        1 => any::<String>(),
    ]
}

prop_compose! {
    /// A result by the places of its query and its model.
    fn record()(
        query in 0..6usize, model in 0..3usize, score in prop::option::of(0.0..=1.0), cost in prop::option::of(any::<f64>()),
        latency in prop::option::of(0.0..1e9), category in prop::option::of(hostile_text()), split in prop::option::of("(train|test)"),
    ) -> (usize, usize, Value) {
        let cost = cost.map(f64::abs).filter(|cost| *cost <= 1e12);
        (query, model, json!({ "score": score, "cost": cost, "latency_ms": latency, "category": category, "split": split }))
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_cell_comes_back(text in any::<String>(), apostrophes in 0..3usize, start in "[=+@a-]?") {
        let text = format!("{}{start}{text}", "'".repeat(apostrophes));
        let line = csv_cell(&text) + ",1\n";
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(line.as_bytes());
        let record = reader.records().next().unwrap().unwrap();
        prop_assert_eq!(unguarded(record[0].as_bytes()), text.as_bytes());
    }

    /// Whatever was imported, its cleaned file is the same data set, to the bit.
    #[test]
    fn any_data_comes_back(
        queries in prop::collection::vec(hostile_text(), 6),
        models in prop::collection::vec(hostile_text(), 3),
        records in prop::collection::vec(record(), 0..40),
        cut in any::<prop::sample::Index>(),
        duplicates in prop::sample::select(vec![Duplicates::First, Duplicates::Mean, Duplicates::Samples]),
    ) {
        let named = |text: &str| if text.trim().is_empty() { "x".to_owned() } else { text.to_owned() };
        let (queries, models): (Vec<String>, Vec<String>) =
            (queries.iter().map(|text| named(text)).collect(), models.iter().map(|text| named(text)).collect());
        let line = |(query, model, record): &(usize, usize, Value)| {
            let mut record = record.clone();
            (record["query_id"], record["model"]) = (json!(queries[*query]), json!(models[*model]));
            record.to_string() + "\n"
        };
        let lines: Vec<String> = records.iter().map(line).collect();
        // Every model has a score, and a query in common with the others.
        let common: String = (0..3).map(|model| line(&(0, model, json!({ "score": 0.5 })))).collect();
        let cut = cut.index(lines.len() + 1);
        let (first, second) = (lines[..cut].concat() + &common, lines[cut..].concat());
        let mut files = vec![("a.jsonl", first.as_str())];
        if !second.is_empty() {
            files.push(("b.jsonl", second.as_str()));
        }
        let back = there_and_back(&files, duplicates);
        // A score that became a query of its own may leave a model alone.
        if matches!(&back, Err(error) if error.kind == ErrorKind::NothingInCommon) {
            return Ok(());
        }
        let [(first, text), (second, again)] = back.unwrap();
        prop_assert_eq!(bits(&first), bits(&second));
        prop_assert_eq!(text, again);
    }
}

fn played() -> (Experiment, RunResult) {
    let text = json!({
        "version": 1, "title": "T",
        "environment": { "kind": "preset", "id": "sciq" }, "task": { "reward": "awc", "budget": 0.001 },
        "policies": [{ "kind": "c2mab-v", "label": "=1|<b>" }, { "kind": "thompson" }],
        "run": { "rounds": 60, "replicates": 3 }
    });
    let experiment = Experiment::from_json(&text.to_string()).unwrap();
    let result = run_in_threads(Plan::new(&experiment, None).unwrap(), 1, |_| ()).unwrap();
    (experiment, result)
}

#[test]
fn what_this_program_writes_is_recognised() {
    let (experiment, result) = played();
    let options = Options::default();
    let table = Table { head: vec!["Policy".into(), "Regret".into()], rows: Vec::new() };
    let sweep = json!({ "experiment": experiment, "grid": { "task.budget": [0.1] } }).to_string();
    let items: [workspace::Item; 0] = [];
    let empty = workspace::write(&items, Vec::new(), |_| Ok(std::io::Cursor::new(Vec::new()))).unwrap();
    let is = |bytes: &[u8]| Recognised::new(&bytes[..bytes.len().min(recognise::HEAD)]);
    assert_eq!(is(experiment.to_json().as_bytes()), Recognised::Experiment);
    assert_eq!(is(format!("\u{feff} {}", experiment.to_json()).as_bytes()), Recognised::Experiment);
    assert_eq!(is(result.to_json().as_bytes()), Recognised::Experiment);
    assert_eq!(is(&empty), Recognised::Workspace);
    let scene = Paper::Column.draw(FigureKind::Regret, &result, &options);
    for written in [
        summary::curves_csv(&result),
        curves_csv(FigureKind::Selection, &result, &options),
        table.csv(),
        table.markdown(),
        table.latex(),
        sheet(&result, true),
        Paper::Column.svg(&scene),
        sweep,
    ] {
        assert!(matches!(is(written.as_bytes()), Recognised::Output(_)), "{written}");
    }
    let data = cleaned(&presets::preset("sciq").unwrap(), None);
    for other in [
        data.as_slice(),
        b"",
        b"{",
        b"[{\"environment\": 1}]",
        b"{\"results\": {\"environment\": 1, \"task\": 2}, \"version\": 1}",
        b"{\"a\\\"environment\": \"environment\", \"b\": [",
        b"PK\x03\x04",
        b"\xff\xfe",
    ] {
        assert_eq!(is(other), Recognised::Data, "{}", String::from_utf8_lossy(other));
    }
}

#[test]
fn a_result_gives_its_experiment_and_its_promise() {
    let (experiment, result) = played();
    let (back, promise) = recognise::experiment(&result.to_json()).unwrap();
    assert_eq!(back, result.experiment);
    let promise = promise.unwrap();
    assert_eq!((promise.engine.as_str(), promise.digest.as_str()), (result.engine.as_str(), result.digest.as_str()));
    let again = run_in_threads(Plan::new(&back, None).unwrap(), 2, |_| ()).unwrap();
    assert_eq!(again.to_json(), result.to_json());
    let evaluation = json!({ "engine": "0.1.0", "experiment": serde_json::from_str::<Value>(&experiment.to_json()).unwrap(),
        "data": [], "split": { "train": 60 } });
    let evaluation = evaluation.to_string();
    assert_eq!(Recognised::new(evaluation.as_bytes()), Recognised::Experiment);
    assert!(recognise::is_evaluation(&evaluation) && !recognise::is_evaluation(&result.to_json()));
    assert_eq!(recognise::experiment(&evaluation).unwrap(), (experiment.clone(), None));
    assert_eq!(recognise::experiment(&experiment.to_json()).unwrap(), (experiment, None));
    // Files named without hashes get those of the result.
    let mut forged: Value = serde_json::from_str(&result.to_json()).unwrap();
    forged["experiment"]["environment"] = json!({ "kind": "replay", "files": [{ "name": "a.csv" }] });
    forged["data"] = json!([{ "name": "a.csv", "sha256": "0".repeat(64) }]);
    let (back, _) = recognise::experiment(&forged.to_string()).unwrap();
    assert!(back.to_json().contains(&"0".repeat(64)));
    for (member, value, kind) in [
        ("digest", json!("<b>"), ErrorKind::OutOfRange),
        ("digest", json!(null), ErrorKind::Malformed),
        ("data", json!([1]), ErrorKind::Malformed),
    ] {
        let mut wrong = forged.clone();
        wrong[member] = value;
        assert_eq!(recognise::experiment(&wrong.to_string()).unwrap_err().kind, kind);
    }
    assert!(recognise::experiment("{").is_err() && recognise::experiment("").is_err());
}

#[test]
fn names_without_end_are_refused_by_the_limit() {
    let (experiment, _) = played();
    let long = "x".repeat(5_000);
    for (place, field) in [("/title", "title"), ("/policies/0/label", "policies[0].label")] {
        let mut text = serde_json::to_value(&experiment).unwrap();
        *text.pointer_mut(place).unwrap() = json!(long);
        let error = Experiment::from_json(&text.to_string()).unwrap_err();
        assert_eq!((error.kind, error.place.field.as_deref()), (ErrorKind::TooLarge, Some(field)));
    }
}
