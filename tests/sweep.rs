//! Sweeps as a person or a batch system meets them: shards, parts, whole, and what is refused.
#![cfg(feature = "cli")]
// Helpers of tests fail as tests do.
#![allow(clippy::unwrap_used)]

use llm_selection::experiment::Experiment;
use llm_selection::figure::Options;
use llm_selection::figure::sweep::{Curves, SweepFigure, draw, sheet, stops};
use llm_selection::plan::Plan;
use llm_selection::sweep::{Sweep, SweepResult, run_in_threads};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::{Command, Output};

fn llm_select(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_llm-select")).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A file for this test.
fn out(name: &str) -> String {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("sweep-{name}")).display().to_string()
}

fn written(name: &str, value: &impl ToString) -> String {
    let path = out(name);
    std::fs::write(&path, value.to_string()).unwrap();
    path
}

fn golden(name: &str) -> String {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden_experiments").join(name).display().to_string()
}

/// Three models, three policies, few rounds.
fn experiment() -> Value {
    json!({
        "version": 1,
        "environment": { "kind": "synthetic", "models": [
            { "name": "GPT-3.5", "reward": 0.9, "cost": 0.5 }, { "name": "b", "reward": 0.6, "cost": 0.2 },
            { "name": "c", "reward": 0.4, "cost": 0.1 } ],
            "drift": [{ "at": 40, "models": { "GPT-3.5": { "reward": 0.1 } } }] },
        "task": { "reward": "suc", "max_models": 2, "budget": 0.5 },
        "policies": [{ "kind": "c2mab-v" }, { "kind": "epsilon-greedy" }, { "kind": "oracle" }],
        "run": { "rounds": 60, "replicates": 3 }
    })
}

fn sweep(grid: &str) -> String {
    format!("{{\"experiment\": {}, \"grid\": {grid}}}", experiment())
}

const GRID: &str = r#"{"task.budget": [0.4, 0.6, 7e-1, null], "policies.0.alpha_mu": [1, 0.3]}"#;

#[test]
fn parts_merge_into_the_bytes_of_one_run() {
    let file = written("grid.json", &sweep(GRID));
    let (whole, merged, csv, merged_csv) = (out("whole.json"), out("merged.json"), out("whole.csv"), out("merged.csv"));
    let run = llm_select(&["sweep", &file, "--out", &whole, "--csv", &csv]);
    assert!(run.status.success() && run.stdout.is_empty(), "{}", text(&run.stderr));
    // Parts of unequal length, out of order, on different numbers of threads.
    let parts: Vec<String> = (1..=3).map(|part| out(&format!("part-{part}.json"))).collect();
    for (part, threads) in [(1, "1"), (2, "4"), (3, "2")] {
        let (shard, part) = (format!("{part}/3"), &parts[part - 1]);
        let run = llm_select(&["sweep", &file, "--shard", &shard, "--out", part, "--threads", threads]);
        assert!(run.status.success(), "{}", text(&run.stderr));
    }
    let merge = llm_select(&["merge", &parts[2], &parts[0], &parts[1], "--out", &merged, "--csv", &merged_csv]);
    assert!(merge.status.success(), "{}", text(&merge.stderr));
    let read = |path: &String| std::fs::read_to_string(path).unwrap();
    assert_eq!(read(&whole), read(&merged));
    assert_eq!(read(&csv), read(&merged_csv));

    let result: SweepResult = serde_json::from_str(&read(&whole)).unwrap();
    assert_eq!(result.points.len(), 8);
    assert_eq!(read(&csv).lines().count(), 1 + 8 * 3);
    assert!(read(&csv).starts_with("task.budget,policies.0.alpha_mu,policy,kind,regret,regret_ci95,"));
    // The last list varies fastest, in the order of the file, not of the alphabet.
    let second = &result.points[1].values.0;
    assert_eq!(second[0], ("task.budget".into(), json!(0.4)));
    assert_eq!(second[1], ("policies.0.alpha_mu".into(), json!(0.3)));
    let part: Value = serde_json::from_str(&read(&parts[1])).unwrap();
    assert_eq!(part["shard"], json!({ "index": 2, "of": 3 }));
    assert_eq!(part["points"][0], serde_json::from_str::<Value>(&read(&whole)).unwrap()["points"][1]);
}

#[test]
fn every_point_is_the_run_of_its_experiment() {
    let file =
        written("single.json", &sweep(r#"{"policies.*.epsilon": [0, 0.5], "environment.drift.0.at": [10, 40]}"#));
    let whole = out("single-out.json");
    assert!(llm_select(&["sweep", &file, "--out", &whole]).status.success());
    let result: Value = serde_json::from_str(&std::fs::read_to_string(whole).unwrap()).unwrap();
    let mut point = 0;
    for epsilon in [json!(0), json!(0.5)] {
        for at in [10, 40] {
            let mut experiment = experiment();
            experiment["policies"][1]["epsilon"] = epsilon.clone();
            experiment["environment"]["drift"][0]["at"] = at.into();
            let run = llm_select(&["run", &written("run.json", &experiment), "--out", "-"]);
            let run: Value = serde_json::from_slice(&run.stdout).unwrap();
            let found = &result["points"][point];
            assert_eq!(found["digest"], run["digest"], "{epsilon} {at}");
            for policy in 0..3 {
                for name in ["label", "kind", "final"] {
                    assert_eq!(found["policies"][policy][name], run["policies"][policy][name]);
                }
            }
            point += 1;
        }
    }
    assert_ne!(result["points"][0]["digest"], result["points"][1]["digest"]);
    // Common random numbers: what does not depend on ε is the same at every ε.
    assert_eq!(result["points"][0]["policies"][2], result["points"][2]["policies"][2]);
}

#[test]
fn data_is_read_once_and_named_in_the_result() {
    let experiment: Value = serde_json::from_str(&std::fs::read_to_string(golden("replay-iid.json")).unwrap()).unwrap();
    let sweep = |grid: Value| written("data.json", &json!({ "experiment": experiment, "grid": grid }));
    let file = sweep(json!({ "run.seed": [1, 2] }));
    let run = llm_select(&["sweep", &file, "--data", &golden("answers.csv"), "--out", "-"]);
    let result: Value = serde_json::from_slice(&run.stdout).unwrap();
    assert_eq!(result["data"][0]["name"], "answers.csv");
    assert_ne!(result["points"][0]["digest"], result["points"][1]["digest"]);
    let file = sweep(json!({ "environment.duplicates": ["error", "first"] }));
    let refused = llm_select(&["sweep", &file, "--data", &golden("answers.csv")]);
    let said = text(&refused.stderr);
    assert_eq!(refused.status.code(), Some(2));
    assert!(said.contains("environment.duplicates = \"first\"") && said.contains("read once"), "{said}");
}

/// Refused with status 2 and one line that holds all these words.
fn refused(arguments: &[&str], words: &[&str]) {
    let output = llm_select(arguments);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
    assert_eq!(said.lines().count(), 1, "{arguments:?}: {said}");
    for word in words {
        assert!(said.contains(word), "{arguments:?}: `{word}` is not in {said}");
    }
    assert!(output.stdout.is_empty(), "{arguments:?}");
}

#[test]
fn bad_sweeps_are_refused_with_field_and_reason() {
    let thousand = (0..1000).map(|seed| seed.to_string()).collect::<Vec<_>>().join(",");
    let million = format!(r#"{{"run.seed": [{thousand}], "run.rounds": [{}]}}"#, thousand.replacen('0', "1000", 1));
    let cases: Vec<(String, Vec<&str>)> = vec![
        (r#"{"task.budget": [0.5]}"#.into(), vec!["grid", "1 point", "nothing to compare"]),
        (million, vec!["grid", "1000000 points", "2 to 10,000"]),
        ("{}".into(), vec!["grid", "no list"]),
        (r#"{"task.budget": []}"#.into(), vec!["grid.task.budget", "empty list", "at least one value"]),
        (r#"{"task.budget": 0.5}"#.into(), vec!["grid.task.budget", "`0.5`", "a list"]),
        (r#"{"task.budget": [0.5, 1, 1.0]}"#.into(), vec!["grid.task.budget[2]", "`1.0`", "each value once"]),
        (r#"{"task.budget": [[1], 2]}"#.into(), vec!["grid.task.budget[0]", "a number"]),
        (r#"{"task.colour": [1, 2]}"#.into(), vec!["point task.colour = 1", "task.colour", "max_models"]),
        (r#"{"policies.9.alpha_mu": [1, 2]}"#.into(), vec!["grid.policies.9.alpha_mu", "no `policies.9`"]),
        (r#"{"policies.3": [1, 2]}"#.into(), vec!["grid.policies.3", "0 to 2"]),
        (r#"{"policies": [1, 2]}"#.into(), vec!["grid.policies", "single value"]),
        (r#"{"environment.models.0": [1, 2]}"#.into(), vec!["grid.environment.models.0", "single value"]),
        (r#"{"task.budget.x": [1, 2]}"#.into(), vec!["grid.task.budget.x", "holds no others"]),
        (r#"{"policies.*.colour": [1, 2]}"#.into(), vec!["grid.policies.*.colour", "colour", "policies"]),
        (r#"{"colours.*.x": [1, 2]}"#.into(), vec!["grid.colours.*.x", "a list"]),
        (r#"{"policies.2.alpha_mu": [1, 2]}"#.into(), vec!["policies[2].alpha_mu"]),
        (
            r#"{"policies.0.alpha_mu": [1], "policies.*.alpha_mu": [1, 2]}"#.into(),
            vec!["policies.*.alpha_mu", "one list"],
        ),
        (r#"{"task.budget": [1, 2], "task.budget": [3]}"#.into(), vec!["grid", "task.budget", "twice"]),
        (r#"{"task.budget": [0.5, -1]}"#.into(), vec!["point task.budget = -1", "task.budget", "above 0"]),
        (r#"{"task.budget": [0.5, "much"]}"#.into(), vec!["point task.budget = \"much\"", "task.budget"]),
        (
            r#"{"task.max_models": [2, 9], "run.seed": [1, 2]}"#.into(),
            vec!["point task.max_models = 9, run.seed = 1", "task.max_models", "1 to 3"],
        ),
        (r#"{"environment.drift.0.at": [10, 100]}"#.into(), vec!["environment.drift.0.at = 100", "drift[0].at", "60"]),
        (r#"{"environment.drift.0.models.GPT-3.5.reward": [0.5, 2]}"#.into(), vec!["point", "= 2", "0 to 1"]),
        ("5".into(), vec!["grid", "object"]),
    ];
    for (grid, words) in cases {
        refused(&["sweep", &written("bad.json", &sweep(&grid)), "--out", &out("never.json")], &words);
    }
    let good = written("good.json", &sweep(GRID));
    for (shard, words) in [
        ("4/3", vec!["--shard", "1/3 to 3/3"]),
        ("0/3", vec!["--shard", "1/3 to 3/3"]),
        ("1/0", vec!["--shard", "at least one"]),
        ("1/9", vec!["--shard", "at most 8"]),
        ("1", vec!["--shard", "1/3"]),
        ("-1/3", vec!["--shard"]),
        ("1/99999999999", vec!["--shard"]),
    ] {
        refused(&["sweep", &good, &format!("--shard={shard}")], &words);
    }
    refused(&["sweep", &good, "--figure", &out("never.svg")], &["--figure", "2 lists"]);
    let names = written("names.json", &sweep(r#"{"task.reward": ["suc", "aic"]}"#));
    refused(&["sweep", &names, "--figure", &out("never.svg")], &["--figure", "task.reward", "numbers"]);
    refused(&["sweep", &good, "--data", "x.csv"], &["--data", "x.csv"]);
    refused(&["sweep", "no-such-file.json"], &["no-such-file.json"]);
    let base = experiment();
    for (text, words) in [
        (json!({ "experiment": base }), ["grid", "nothing"]),
        (json!({ "grid": {} }), ["experiment", "nothing"]),
        (json!({ "experiment": {}, "grid": {} }), ["environment", "nothing"]),
        (json!({ "experiment": base, "grid": {}, "shards": 3 }), ["shards", "only"]),
    ] {
        refused(&["sweep", &written("shape.json", &text)], &words);
    }
    refused(&["sweep", &written("cut.json", &"{")], &["cut.json", "JSON sweep"]);
}

/// What is done to a part, and what the refusal names.
type Case = (fn(&mut Value), &'static [&'static str]);

#[test]
fn parts_that_do_not_belong_together_are_refused() {
    // In alphabetical order, which a rewritten file has.
    let file =
        written("merge.json", &sweep(r#"{"policies.0.alpha_mu": [1, 0.3], "task.budget": [0.4, 0.6, 0.7, null]}"#));
    let part = |index: u32| {
        let path = out(&format!("merge-{index}.json"));
        assert!(llm_select(&["sweep", &file, "--shard", &format!("{index}/4"), "--out", &path]).status.success());
        path
    };
    let parts: Vec<String> = (1..=4).map(part).collect();
    let [one, two, three, four] = [&parts[0], &parts[1], &parts[2], &parts[3]];
    refused(&["merge", one, two, four], &["shard", "3 of 4", "missing: 3/4"]);
    refused(&["merge", one, two, three, four, two], &["merge-2.json", "shard", "2/4", "each shard once"]);
    refused(&["merge"], &["PART"]);
    refused(&["merge", &golden("suc.json")], &["suc.json", "sweep --shard"]);
    refused(&["merge", &golden("answers.csv")], &["answers.csv", "sweep --shard"]);
    refused(&["merge", "no-such-part.json"], &["no-such-part.json"]);
    let whole = out("merge-whole.json");
    assert!(llm_select(&["merge", one, two, three, four, "--out", &whole]).status.success());
    refused(&["merge", &whole], &["shard", "whole"]);

    let changed = |change: fn(&mut Value)| {
        let mut value: Value = serde_json::from_str(&std::fs::read_to_string(three).unwrap()).unwrap();
        change(&mut value);
        written("merge-changed.json", &value)
    };
    let cases: [Case; 10] = [
        (|v| v["engine"] = "0.0.1".into(), &["engine", "0.0.1"]),
        (|v| v["experiment"]["task"]["max_models"] = 1.into(), &["experiment.task.max_models", "`1`", "expected 2"]),
        (|v| v["experiment"]["policies"][0]["kind"] = "cucb".into(), &["experiment.policies.0.kind", "cucb"]),
        (|v| v["grid"]["task.budget"][0] = 0.1.into(), &["grid", "0.1"]),
        (|v| v["data"] = json!([{ "name": "x.csv", "sha256": "00" }]), &["data", "x.csv 00", "no file"]),
        (|v| v["shard"]["of"] = 5.into(), &["shard.of", "5"]),
        (|v| v["shard"]["index"] = 9.into(), &["shard", "9/4"]),
        (|v| v["points"][0]["digest"] = "00".into(), &["digest", "changed"]),
        (|v| drop(v["points"][0].as_object_mut().unwrap().remove("values")), &["points[0]", "values"]),
        (|v| v["points"][0]["values"]["task.budget"] = 5.into(), &["points[0].values", "5"]),
    ];
    for (change, words) in cases {
        let words: Vec<&str> = words.iter().copied().chain(["merge-changed.json"]).collect();
        refused(&["merge", one, two, &changed(change), four], &words);
    }
}

#[test]
fn figures_show_one_parameter() {
    let file = written("figure.json", &sweep(r#"{"task.budget": [0.3, 0.4, 0.6, 0.7]}"#));
    let path = out("figure.svg");
    assert!(llm_select(&["sweep", &file, "--figure", &path]).status.success());
    let svg = std::fs::read_to_string(path).unwrap();
    let document = roxmltree::Document::parse(&svg).unwrap();
    assert_eq!(document.root_element().tag_name().name(), "svg");
    for word in ["Final regret", "Final violation", "Mean reward", "Mean cost", "Reward and cost frontier", "ρ = 0.3"]
    {
        assert!(svg.contains(word), "{word}");
    }
}

#[test]
fn figures_hold_all_their_marks_inside() {
    let sweep = Sweep::from_json(&sweep(r#"{"policies.0.alpha_c": [0.01, 0.1, 1]}"#)).unwrap();
    let result = run_in_threads(&sweep, None, None, 2, |_, _, _| (), |_, _| ()).unwrap();
    let curves = Curves::new(&result).unwrap();
    assert!(curves.parameter.geometric());
    assert_eq!(curves.lines[0].label, "C2MAB-V, varied");
    assert_eq!(curves.lines[2].finals[0], curves.lines[2].finals[2]);
    for kind in SweepFigure::ALL {
        for width in [250.0, 440.0, 1200.0] {
            let options = Options { width, ..Options::default() };
            let scene = draw(kind, &curves, &options);
            assert!(scene.label.contains("3 policies"), "{}", scene.label);
            let mut places = Vec::new();
            marks(&scene.nodes, &mut |x, y| {
                assert!(x > 0.0 && x < scene.width && y > 0.0 && y < scene.height, "{kind:?} {width}: {x} {y}");
                places.push((x, y));
            });
            // The cursor stands where the marks are.
            let stops = stops(kind, &curves, &options);
            assert_eq!(stops.len(), if kind == SweepFigure::Frontier { 9 } else { 3 });
            for stop in stops {
                let here = |(x, y): &(f64, f64)| *x == stop.x && stop.y.is_none_or(|at| *y == at);
                assert!(places.iter().any(here), "{kind:?}: {stop:?}");
                assert_eq!(stop.readout.values.len(), if kind == SweepFigure::Frontier { 1 } else { 3 });
            }
        }
    }
    let hidden = [true, true, true];
    let empty = draw(SweepFigure::Frontier, &curves, &Options { hidden: &hidden, ..Options::default() });
    marks(&empty.nodes, &mut |_, _| panic!("nothing is shown"));
    // Points that have not been played yet are not drawn, and none at all is said.
    let mut none = result.clone();
    none.points.clear();
    assert!(sheet(&Curves::new(&none).unwrap()).contains("No point has been played yet."));
}

/// Where the marks of series stand.
fn marks(nodes: &[llm_selection::figure::Node], seen: &mut impl FnMut(f64, f64)) {
    use llm_selection::figure::Node;
    for node in nodes {
        match node {
            Node::Group { nodes, .. } => marks(nodes, seen),
            Node::Circle { class: "mk", x, y, .. } => seen(*x, *y),
            Node::Path { class: "mk" | "mk-x", at: Some((x, y)), .. } => seen(*x, *y),
            _ => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever the grid, the points are the product of the lists, and the shards share them out.
    #[test]
    fn points_are_the_product(
        budgets in prop::collection::btree_set(1u32..1000, 1..5),
        seeds in prop::collection::btree_set(0u64..1000, 2..6),
        of in 1u32..6,
    ) {
        let budgets: Vec<f64> = budgets.into_iter().map(|budget| f64::from(budget) / 100.0).collect();
        let grid = json!({ "run.seed": seeds, "task.budget": budgets });
        let sweep = Sweep::from_json(&sweep(&grid.to_string())).unwrap();
        let mut expected = Vec::new();
        for seed in &seeds {
            for budget in &budgets {
                expected.push((*seed, *budget));
            }
        }
        prop_assert_eq!(sweep.points(), expected.len());
        for (point, (seed, budget)) in expected.iter().enumerate() {
            let experiment: Experiment = sweep.experiment(point).unwrap();
            prop_assert_eq!((experiment.run.seed, experiment.task.budget), (*seed, Some(*budget)));
            Plan::new(&experiment, None).unwrap();
        }
        if of as usize <= expected.len() {
            let mut all: Vec<usize> = (1..=of)
                .flat_map(|index| sweep.points_of(Some(format!("{index}/{of}").parse().unwrap())).unwrap())
                .collect();
            all.sort_unstable();
            prop_assert_eq!(all, (0..expected.len()).collect::<Vec<_>>());
        }
        // What is written reads as the same sweep.
        prop_assert_eq!(Sweep::from_json(&sweep.to_json()).unwrap().to_json(), sweep.to_json());
    }
}
