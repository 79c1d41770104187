//! The command line as a person or a script meets it.
#![cfg(feature = "cli")]
// Helpers of tests fail as tests do.
#![allow(clippy::unwrap_used)]

use llm_selection::data::FileIdentity;
use sha2::{Digest, Sha256};
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

fn llm_select(arguments: &[&str], input: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_llm-select"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that fails early does not read its input.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    child.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A file beside the tests.
fn file(name: &str) -> String {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden_experiments").join(name).display().to_string()
}

/// A file for this test's output.
fn out(name: &str) -> String {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name).display().to_string()
}

#[test]
fn a_run_prints_a_table_or_writes_files() {
    let table = llm_select(&["run", &file("suc.json")], "");
    assert!(table.status.success());
    let shown = text(&table.stdout);
    for word in ["C2MAB-V (0.3, 0.05)", "Regret", "Violation", "±", "Digest"] {
        assert!(shown.contains(word), "{word}: {shown}");
    }
    let (result, csv, figure) = (out("result.json"), out("curves.csv"), out("figure.svg"));
    let run = llm_select(&["run", &file("suc.json"), "--out", &result, "--csv", &csv, "--figure", &figure], "");
    assert!(run.status.success() && run.stdout.is_empty(), "{}", text(&run.stderr));
    let result: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(result).unwrap()).unwrap();
    assert!(shown.contains(result["digest"].as_str().unwrap()));
    let csv = std::fs::read_to_string(csv).unwrap();
    let mut lines = csv.lines();
    assert_eq!(lines.next(), Some("policy,round,metric,mean,ci95"));
    let series = 8 * result["policies"][0]["rounds"].as_array().unwrap().len();
    assert_eq!(lines.count(), 7 * series);
    assert!(std::fs::read_to_string(figure).unwrap().starts_with("<svg"));
}

#[test]
fn an_experiment_may_come_from_standard_input_and_the_result_go_to_standard_output() {
    let experiment = std::fs::read_to_string(file("replay-iid.json")).unwrap();
    let run = llm_select(&["run", "-", "--data", &file("answers.csv"), "--out", "-", "--threads", "2"], &experiment);
    assert!(run.status.success(), "{}", text(&run.stderr));
    let result: serde_json::Value = serde_json::from_slice(&run.stdout).unwrap();
    assert_eq!(result["data"][0]["name"], "answers.csv");
    assert!(result["optimum"][0]["joint"]["reward"].is_number());
    // What the result records can be run again and gives the same bits.
    let again =
        llm_select(&["run", "-", "--data", &file("answers.csv"), "--out", "-"], &result["experiment"].to_string());
    assert_eq!(text(&again.stdout), text(&run.stdout));
}

#[test]
fn policies_that_read_the_query_play_on_its_test_part() {
    let run = llm_select(&["run", &file("contextual.json"), "--data", &file("texts.csv")], "");
    assert!(run.status.success(), "{}", text(&run.stderr));
    for word in ["Contextual C2MAB-V (0.3, 0.05)", "retrained every 25", "LinUCB 1, cost-aware"] {
        assert!(text(&run.stdout).contains(word), "{word}: {}", text(&run.stdout));
    }
    assert!(text(&run.stderr).contains("42 test queries of 120"), "{}", text(&run.stderr));
    // The same in a sweep, whose points learn once, and in a link.
    let experiment: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(file("contextual.json")).unwrap()).unwrap();
    let grid = serde_json::json!({ "task.budget": [0.002, 0.003], "task.success_threshold": [0.5, 1] });
    let sweep = serde_json::json!({ "experiment": experiment, "grid": grid }).to_string();
    let swept = llm_select(&["sweep", "-", "--data", &file("texts.csv"), "--csv", "-"], &sweep);
    assert!(swept.status.success(), "{}", text(&swept.stderr));
    assert_eq!(text(&swept.stdout).lines().count(), 1 + 4 * 7);
    let link = llm_select(&["link", &file("contextual.json"), "--data", &file("texts.csv")], "");
    assert!(link.status.success() && text(&link.stdout).starts_with("#v1."), "{}", text(&link.stderr));
    // Results without text.
    let bare = experiment.to_string().replace("texts.csv", "answers.csv");
    let refused = llm_select(&["run", "-", "--data", &file("answers.csv")], &bare);
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("text of the queries"), "{}", text(&refused.stderr));
}

#[test]
fn a_result_records_engine_experiment_and_data() {
    let run = llm_select(&["run", &file("replay-iid.json"), "--data", &file("answers.csv"), "--out", "-"], "");
    let result: serde_json::Value = serde_json::from_slice(&run.stdout).unwrap();
    let version = text(&llm_select(&["--version"], "").stdout);
    assert_eq!(version.trim(), format!("llm-select {}", result["engine"].as_str().unwrap()));
    let bytes = std::fs::read(file("answers.csv")).unwrap();
    let hash: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(result["data"][0]["sha256"], hash);
    let recorded = &result["experiment"];
    assert_eq!(recorded["environment"]["files"][0]["sha256"], hash);
    let asked: serde_json::Value = serde_json::from_slice(&std::fs::read(file("replay-iid.json")).unwrap()).unwrap();
    for part in ["run", "task", "policies"] {
        assert!(holds(&recorded[part], &asked[part]), "{part}: {recorded}");
    }
}

/// Whether a value has all that another has; it may have more, such as defaults.
fn holds(value: &serde_json::Value, part: &serde_json::Value) -> bool {
    use serde_json::Value::{Array, Object};
    match (value, part) {
        (Object(value), Object(part)) => {
            part.iter().all(|(key, part)| value.get(key).is_some_and(|value| holds(value, part)))
        }
        (Array(value), Array(part)) => {
            value.len() == part.len() && value.iter().zip(part).all(|(value, part)| holds(value, part))
        }
        _ => value.as_f64().zip(part.as_f64()).map_or(value == part, |(value, part)| value == part),
    }
}

#[test]
fn an_audit_prints_the_documented_json() {
    let audit = llm_select(&["audit", "--json", &file("answers.csv")], "");
    let value: serde_json::Value = serde_json::from_slice(&audit.stdout).unwrap();
    assert_eq!((&value["format"], &value["queries"], &value["complete"]), (&"neutral".into(), &60.into(), &60.into()));
    let model = &value["models"][1];
    assert_eq!((&model["name"], &model["rows"], &model["missing"]), (&"middle".into(), &60.into(), &0.into()));
    assert!(model["mean_score"].is_number() && model["mean_cost"].is_number() && model["mean_latency_ms"].is_number());
    let readable = llm_select(&["audit", &file("answers.csv")], "");
    assert!(text(&readable.stdout).contains("4 models, 60 queries, 60 complete"));
    let mapped = llm_select(&["audit", "--json", "--map", "score=latency_ms", &file("answers.csv")], "");
    assert_eq!(mapped.status.code(), Some(2), "a latency is no score: {}", text(&mapped.stdout));
}

#[test]
fn missing_results_are_left_out_or_make_models_away_and_the_table_says_so() {
    let away = std::fs::read_to_string(file("unavailable.json")).unwrap();
    let run = |experiment: &str, rest: &[&str]| {
        let output = llm_select(&[&["run", "-", "--data", &file("gaps.csv")], rest].concat(), experiment);
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stdout)
    };
    let dropped = away.replace("\"unavailable\"", "\"drop\"");
    for (experiment, note) in [
        (away, "69 of 79 queries are played without some model: it has no result for them."),
        (dropped, "69 of 79 queries are left out: some model has no result for them."),
    ] {
        let said = text(&llm_select(&["run", "-", "--data", &file("gaps.csv")], &experiment).stderr);
        assert!(said.contains(note), "{said}");
    }
    // The result records the rule, and the optimum of rows that miss nothing.
    let shown = run(&std::fs::read_to_string(file("unavailable.json")).unwrap(), &["--out", "-"]);
    let result: serde_json::Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(result["experiment"]["environment"]["missing"], "unavailable");
    assert_eq!(result["optimum"].as_array().unwrap().len(), 1);
    assert!(result["optimum"][0]["joint"].is_null() && result["optimum"][0]["reward"].is_number());
    assert_eq!(run(&result["experiment"].to_string(), &["--out", "-"]), shown);
    let colours = filtered_by("colour");
    let refused = llm_select(&["run", "-", "--data", &file("gaps.csv")], &colours);
    assert_eq!(refused.status.code(), Some(2));
    let said = text(&refused.stderr);
    assert!(said.contains("environment.filter.colour"), "{said}");
}

/// The filtered experiment with another name for what it filters by.
fn filtered_by(name: &str) -> String {
    std::fs::read_to_string(file("filter.json")).unwrap().replace("\"split\"", &format!("\"{name}\""))
}

#[test]
fn what_is_wrong_is_said_in_one_line_with_status_2() {
    let empty = out("empty.csv");
    std::fs::write(&empty, "").unwrap();
    let good = std::fs::read_to_string(file("suc.json")).unwrap();
    let cases: Vec<(Vec<&str>, String, &str)> = vec![
        (vec!["run", "-"], good.replace("\"budget\": 0.6", "\"budget\": -1"), "task.budget"),
        (vec!["run", "-"], "{".into(), "JSON"),
        (vec!["run", "no-such-file.json"], String::new(), "no-such-file.json"),
        (vec!["run", "-", "--data", "x.csv"], good.clone(), "--data"),
        (vec!["run", "-"], std::fs::read_to_string(file("replay-iid.json")).unwrap(), "--data"),
        (vec!["audit", &empty], String::new(), "empty.csv"),
        (vec!["audit"], String::new(), "FILE"),
        (vec!["audit", "--map", "colour=x", &empty], String::new(), "--map"),
        (vec!["audit", "--set", "grader", &empty], String::new(), "--set"),
        (vec!["audit", "--set", "cost_unit=euros", &empty], String::new(), "--set"),
        (vec!["audit", "--set", "colour=red", &empty], String::new(), "colour"),
        (vec!["link", "-"], good.replace("\"budget\": 0.6", "\"budget\": -1"), "task.budget"),
        (vec!["link", "no-such-file.json"], String::new(), "no-such-file.json"),
        (vec!["link", "-", "--data", "x.csv"], good.clone(), "--data"),
        (vec!["link"], String::new(), "EXPERIMENT"),
        (vec!["unlink", "#v9.AAAA"], String::new(), "newer version"),
        (vec!["unlink", "#v1.AAAA"], String::new(), "damaged"),
        (vec!["unlink", "-"], "x".repeat(3_000_000), "file"),
        (vec!["unlink"], String::new(), "FRAGMENT"),
        (vec!["run", "--no-such-flag"], String::new(), "--no-such-flag"),
        (vec!["dance"], String::new(), "dance"),
        (vec![], String::new(), ""),
    ];
    for (arguments, input, word) in cases {
        let output = llm_select(&arguments, &input);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert_eq!(said.lines().count(), 1, "{arguments:?}: {said}");
        assert!(said.contains(word), "{arguments:?}: {said}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
    let unwritable = llm_select(&["run", &file("suc.json"), "--out", "/no/such/folder/x.json"], "");
    assert_eq!(unwritable.status.code(), Some(1));
}

/// Results of three models on 200 questions about numbers or words, and an experiment on them; `part` is its `query_aware`.
fn questions(name: &str, part: serde_json::Value) -> (String, String) {
    let mut csv = String::from("query_id,model,query,answer,score,cost,latency_ms,category\n");
    for query in 0..200u32 {
        let numbers = query * 7 % 10 < 5;
        let (text, category) = match numbers {
            true => (format!("What is the sum of {query} and {}?", query * 3 % 17), "numbers"),
            false => (format!("Which word rhymes with number {query} in this poem?"), "words"),
        };
        // The first knows numbers, the second words, the third half of both; each slips now and then.
        for (model, knows, cost, latency) in [
            ("counts", numbers != (query % 11 == 0), 0.001, 100),
            ("rhymes", numbers == (query % 13 == 0), 0.002, 200),
            ("guesses", query % 2 == 0, 0.003, 300),
        ] {
            let answer = if knows { "right".to_owned() } else { format!("wrong {model}") };
            let score = u8::from(knows);
            csv.push_str(&format!("{query},{model},{text},{answer},{score},{cost},{latency},{category}\n"));
        }
    }
    let (data, experiment) = (out(&format!("{name}.csv")), out(&format!("{name}.json")));
    let text = serde_json::json!({
        "environment": { "kind": "replay", "files": [{ "name": format!("{name}.csv") }] },
        "task": { "budget": null }, "policies": [{ "kind": "random" }], "query_aware": part
    });
    std::fs::write(&data, csv).unwrap();
    std::fs::write(&experiment, text.to_string()).unwrap();
    (experiment, data)
}

#[test]
fn an_evaluation_prints_a_table_or_the_documented_json() {
    let (experiment, data) = questions("questions", serde_json::json!({ "max_models": 2 }));
    let table = llm_select(&["evaluate", &experiment, "--data", &data], "");
    assert!(table.status.success(), "{}", text(&table.stderr));
    let shown = text(&table.stdout);
    for word in ["120 queries to train on, 40 to validate on, 40 to test on", "MaxConf", "Oracle", "Weighted F1", "±"]
    {
        assert!(shown.contains(word), "{word}: {shown}");
    }
    assert!(text(&table.stderr).contains("Only 40 queries are tested on"));
    let json = llm_select(&["evaluate", &experiment, "--data", &data, "--out", "-"], "");
    let found: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(found["split"], serde_json::json!({"train": 120, "validation": 40, "test": 40, "from_column": false}));
    // What it is of, as the result of a run says it.
    let file = FileIdentity::of("questions.csv", &std::fs::read(&data).unwrap());
    let identity = serde_json::json!({"name": file.name, "sha256": file.sha256});
    assert_eq!((&found["engine"], &found["data"]), (&env!("CARGO_PKG_VERSION").into(), &serde_json::json!([identity])));
    assert_eq!(found["experiment"]["environment"]["files"], found["data"]);
    assert_eq!(found["experiment"]["query_aware"]["max_models"], 2);
    assert!(found.get("embeddings").is_none());
    let figure = |figure: &serde_json::Value| (figure["value"].as_f64(), figure["ci95"].as_f64());
    let first = &found["classifier"]["models"][0];
    assert_eq!(first["name"], "counts");
    for name in ["precision", "recall", "f1"] {
        assert!(figure(&first[name]).0.is_some_and(|value| value > 0.5), "{first}");
    }
    assert!(figure(&found["classifier"]["weighted_f1"]).0.is_some_and(|value| value > 0.5));
    let policies = found["policies"].as_array().unwrap();
    let of = |name: &str| policies.iter().find(|policy| policy["name"] == name).unwrap();
    let (oracle, _) = figure(&found["oracle"]);
    for policy in policies {
        for name in ["accuracy", "coverage", "models_called", "latency_parallel_ms", "latency_sequential_ms", "cost"] {
            assert!(figure(&policy[name]).0.is_some(), "{name}: {policy}");
        }
        assert!(figure(&policy["accuracy"]).0 <= oracle);
    }
    // One model alone knows half of them; the texts say which.
    assert!(figure(&of("LabelledMaxConf")["accuracy"]).0 > Some(0.8));
    assert!(figure(&of("Best single model")["accuracy"]).0 < Some(0.7));
    let called = figure(&of("All models")["models_called"]);
    assert_eq!(called, (Some(3.0), Some(0.0)));
    assert!((figure(&of("All models")["cost"]).0.unwrap() - 0.006).abs() < 1e-12);
    assert_eq!(found["gap"]["policy"].as_str().map(|name| name.ends_with("MaxConf")), Some(true));
    // Pictures are written beside either; one of them alone where asked for.
    let (all, one) = (out("tradeoffs.svg"), out("tradeoff.svg"));
    assert!(llm_select(&["evaluate", &experiment, "--data", &data, "--figure", &all], "").stdout == table.stdout);
    let arguments = ["evaluate", &experiment, "--data", &data, "--figure", &one, "--against", "cost", "--out", "-"];
    assert!(llm_select(&arguments, "").stdout == json.stdout);
    let titles = |path: &str| std::fs::read_to_string(path).unwrap().matches("font-size=\"1.3em\"").count();
    assert_eq!((titles(&all), titles(&one)), (3, 1));
    // The same bits again.
    assert_eq!(json.stdout, llm_select(&["evaluate", &experiment, "--data", &data, "--out", "-"], "").stdout);
}

#[test]
fn embeddings_are_read_from_a_folder_or_files() {
    let (experiment, data) = questions("embedded", serde_json::json!({}));
    let folder = PathBuf::from(out("embeddings"));
    std::fs::create_dir_all(&folder).unwrap();
    let tokenizer = serde_json::json!({
        "normalizer": { "type": "Lowercase" }, "pre_tokenizer": { "type": "BertPreTokenizer" },
        "model": { "type": "WordPiece", "unk_token": "?", "vocab": { "?": 0, "sum": 1, "rhymes": 2 } }
    });
    let header = r#"{"embeddings":{"dtype":"F32","shape":[3,1],"data_offsets":[0,12]}}"#.as_bytes();
    let numbers: Vec<u8> = [0.0f32, 1.0, -1.0].iter().flat_map(|number| number.to_le_bytes()).collect();
    let table = [&(header.len() as u64).to_le_bytes(), header, &numbers].concat();
    std::fs::write(folder.join("tokenizer.json"), tokenizer.to_string()).unwrap();
    std::fs::write(folder.join("model.safetensors"), &table).unwrap();
    let file = |name: &str| folder.join(name).display().to_string();
    let play = |embeddings: &[&str]| {
        llm_select(
            &[&["evaluate", &experiment, "--data", &data, "--out", "-", "--embeddings"], embeddings].concat(),
            "",
        )
    };
    let by_folder = play(&[&folder.display().to_string()]);
    assert!(by_folder.status.success(), "{}", text(&by_folder.stderr));
    let by_files = play(&[&file("model.safetensors"), &file("tokenizer.json")]);
    assert!(by_folder.stdout == by_files.stdout);
    let without = llm_select(&["evaluate", &experiment, "--data", &data, "--out", "-"], "");
    let (with, without): (serde_json::Value, serde_json::Value) =
        (serde_json::from_slice(&by_folder.stdout).unwrap(), serde_json::from_slice(&without.stdout).unwrap());
    assert!(with["classifier"] != without["classifier"]);
    let identity = |name: &str| {
        let file = FileIdentity::of(name, &std::fs::read(folder.join(name)).unwrap());
        serde_json::json!({"name": file.name, "sha256": file.sha256})
    };
    let identities = ["tokenizer.json", "model.safetensors"].map(identity);
    assert_eq!(with["embeddings"], serde_json::json!(identities));
    let missing = play(&[&file("tokenizer.json")]);
    assert_eq!((missing.status.code(), text(&missing.stderr).lines().count()), (Some(2), 1));
    assert!(text(&missing.stderr).contains("a file model.safetensors"), "{}", text(&missing.stderr));
}

#[test]
fn an_evaluation_says_what_it_cannot_do() {
    let (few, data) = questions("few", serde_json::json!({ "split": { "train": 0.7, "validation": 0.4 } }));
    let (columns, _) = questions("columns", serde_json::json!({ "features": { "columns": ["embedding"] } }));
    let (plain, _) = questions("plain", serde_json::json!({}));
    let textless = out("plain_textless.csv");
    std::fs::write(&textless, "query_id,model,score\n1,a,1\n2,a,0\n").unwrap();
    for (arguments, word) in [
        (vec!["evaluate", &few, "--data", &data], "query_aware.split"),
        (vec!["evaluate", &plain, "--data", &data], "no file named plain.csv"),
        (vec!["evaluate", &plain, "--data", &textless], "text of the queries"),
        (vec!["evaluate", &file("suc.json"), "--data", &data], "environment.kind"),
        (vec!["evaluate", &plain], "--data"),
        (vec!["evaluate", &plain, "--data", &data, "--figure", "-", "--against", "speed"], "--against"),
        (vec!["evaluate", &columns, "--data", &out("columns.csv")], "query_aware.features.columns[0]"),
    ] {
        let output = llm_select(&arguments, "");
        let said = text(&output.stderr);
        assert_eq!((output.status.code(), said.lines().count()), (Some(2), 1), "{arguments:?}: {said}");
        assert!(said.contains(word) && output.stdout.is_empty(), "{arguments:?}: {said}");
    }
}

#[test]
fn a_link_carries_an_experiment_there_and_back() {
    let link = llm_select(&["link", &file("suc.json")], "");
    assert!(link.status.success(), "{}", text(&link.stderr));
    let fragment = text(&link.stdout);
    assert!(fragment.starts_with("#v1.") && fragment.lines().count() == 1, "{fragment}");
    let there = llm_select(&["unlink", fragment.trim()], "");
    let back = text(&there.stdout);
    let (experiment, asked): (serde_json::Value, serde_json::Value) = (
        serde_json::from_str(&back).unwrap(),
        serde_json::from_str(&std::fs::read_to_string(file("suc.json")).unwrap()).unwrap(),
    );
    assert!(holds(&experiment, &asked), "{back}");
    assert_eq!(experiment["task"]["at_least_one"], true, "defaults are filled in");
    assert_eq!(text(&llm_select(&["link", "-"], &back).stdout), fragment);
    assert_eq!(text(&llm_select(&["unlink", "-"], &format!("https://example.org/{fragment}")).stdout), back);
}

#[test]
fn a_link_to_data_names_the_files_it_needs() {
    let (experiment, data) = (file("replay-iid.json"), file("answers.csv"));
    let link = llm_select(&["link", &experiment, "--data", &data], "");
    assert!(link.status.success(), "{}", text(&link.stderr));
    let fragment = text(&link.stdout);
    let back: serde_json::Value = serde_json::from_slice(&llm_select(&["unlink", fragment.trim()], "").stdout).unwrap();
    let hash: String = Sha256::digest(std::fs::read(&data).unwrap()).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(back["environment"]["files"], serde_json::json!([{ "name": "answers.csv", "sha256": hash }]));
    let run = llm_select(&["run", "-", "--data", &data, "--out", "-"], &back.to_string());
    let other = llm_select(&["run", &experiment, "--data", &data, "--out", "-"], "");
    let digest = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes).unwrap()["digest"].clone();
    assert_eq!(digest(&run.stdout), digest(&other.stdout));
    let changed = out("answers.csv");
    std::fs::write(&changed, std::fs::read_to_string(&data).unwrap().replacen(",1,", ",0,", 1)).unwrap();
    let refused = llm_select(&["run", "-", "--data", &changed], &back.to_string());
    assert_eq!(refused.status.code(), Some(2), "{}", text(&refused.stderr));
    assert!(text(&refused.stderr).contains("SHA-256"), "{}", text(&refused.stderr));
}

#[test]
fn help_and_version_are_no_errors() {
    for flag in ["--help", "--version"] {
        assert_eq!(llm_select(&[flag], "").status.code(), Some(0));
    }
}

#[test]
fn cleaned_data_says_the_same() {
    let (raw, clean) = (out("raw.csv"), out("clean.csv"));
    std::fs::write(&raw, "id;model;correct;latency\n-1;=a;50;1\n-1;b;100;2\n2;=a;;3\n2;b;75;4\n").unwrap();
    let audited = llm_select(&["audit", "--json", "--clean", &clean, &raw], "");
    assert!(audited.status.success(), "{}", text(&audited.stderr));
    let written = std::fs::read_to_string(&clean).unwrap();
    assert_eq!(
        written,
        "query_id,model,score,latency_ms\n'-1,'=a,0.5,1000\n'-1,b,1,2000\n2,'=a,,3000\n2,b,0.75,4000\n"
    );
    let again = llm_select(&["audit", "--json", &clean], "");
    let [before, mut after] =
        [&audited, &again].map(|it| serde_json::from_slice::<serde_json::Value>(&it.stdout).unwrap());
    // What is missing is missing there, too, but in another file.
    assert_eq!(after["models"][0]["missing_cells"][0]["file"].take(), "clean.csv");
    after["models"][0]["missing_cells"][0]["file"] = "raw.csv".into();
    assert_eq!((&before["models"], &before["queries"]), (&after["models"], &after["queries"]));
    let piped = llm_select(&["audit", "--clean", "-", &raw], "");
    assert_eq!(text(&piped.stdout), written);
}
