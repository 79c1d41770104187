//! Bad experiments: each is refused with the field, what was found and what was expected.
#![cfg(not(target_arch = "wasm32"))]
// Helpers of tests fail as tests do.
#![allow(clippy::unwrap_used)]

use llm_selection::ErrorKind::{self, *};
use llm_selection::experiment::{Experiment, QueryAware};
use llm_selection::plan::Plan;
use proptest::prelude::*;
use serde_json::{Value, json};

fn example() -> Value {
    json!({
        "version": 1,
        "environment": { "kind": "synthetic", "models": [
            { "name": "a", "reward": 0.9, "cost": 0.5 }, { "name": "b", "reward": 0.5, "cost": 0.1 }, { "name": "c", "reward": 0.4, "cost": 0.1 } ] },
        "task": { "reward": "suc", "max_models": 2, "budget": 0.3 },
        "policies": [ { "kind": "c2mab-v" }, { "kind": "fixed", "models": ["a", "b"] } ],
        "run": { "rounds": 50, "replicates": 2 }
    })
}

/// The example with one value replaced (or added) at a JSON pointer.
fn with(pointer: &str, value: Value) -> Value {
    let mut experiment = example();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    match experiment.pointer_mut(parent).unwrap() {
        Value::Object(fields) => drop(fields.insert(name.into(), value)),
        Value::Array(list) => list[name.parse::<usize>().unwrap()] = value,
        other => panic!("{other}"),
    }
    experiment
}

fn refusal(experiment: &Value) -> llm_selection::Error {
    match Experiment::from_json(&experiment.to_string()).and_then(|experiment| Plan::new(&experiment, None).map(drop)) {
        Ok(()) => panic!("accepted: {experiment}"),
        Err(error) => error,
    }
}

#[test]
fn the_example_itself_is_accepted() {
    let experiment = Experiment::from_json(&example().to_string()).unwrap();
    let plan = Plan::new(&experiment, None).unwrap();
    assert_eq!(plan.experiment.task.max_models, Some(2));
    // A result's experiment, with its defaults filled in, is the same experiment.
    let again = Plan::new(&Experiment::from_json(&plan.experiment.to_json()).unwrap(), None).unwrap();
    assert_eq!(plan.game, again.game);
    assert_eq!(plan.experiment, again.experiment);
}

#[test]
fn every_bad_value_is_named() {
    let cases: Vec<(&str, Value, ErrorKind, &str, &str)> = vec![
        ("/version", json!(2), OutOfRange, "version", "found `2`, expected 1"),
        ("/extra", json!(1), UnknownField, "extra", "found `extra`"),
        ("/task/budget", json!(0), OutOfRange, "task.budget", "found `0`, expected a number above 0"),
        ("/task/budget", json!(-1.5), OutOfRange, "task.budget", "found `-1.5`"),
        ("/task/budget", json!("NaN"), OutOfRange, "task.budget", "expected a number"),
        ("/task/max_models", json!(0), OutOfRange, "task.max_models", "found `0`"),
        ("/task/max_models", json!(4), OutOfRange, "task.max_models", "found `4`, expected 1 to 3"),
        ("/task/max_models", json!(1.5), OutOfRange, "task.max_models", "a whole number"),
        ("/task/reward", json!("avg"), OutOfRange, "task.reward", "found `avg`"),
        ("/task/success_threshold", json!(0), OutOfRange, "task.success_threshold", "above 0"),
        ("/task/feedback", json!("cascade"), OutOfRange, "task.feedback", "awc"),
        ("/task/stop_on_failure", json!(true), OutOfRange, "task.stop_on_failure", "aic"),
        ("/task/speed", json!(1), UnknownField, "task.speed", "found `speed`"),
        ("/run/rounds", json!(0), OutOfRange, "run.rounds", "found `0`, expected a whole number from 1 to 1,000,000"),
        ("/run/rounds", json!(1_000_001), OutOfRange, "run.rounds", "found `1000001`"),
        ("/run/replicates", json!(1001), OutOfRange, "run.replicates", "1 to 1,000"),
        ("/run/seed", json!(9_007_199_254_740_992u64), OutOfRange, "run.seed", "9,007,199,254,740,991"),
        ("/run/seed", json!(-1), OutOfRange, "run.seed", "a whole number"),
        ("/run/regret_alpha", json!(1.1), OutOfRange, "run.regret_alpha", "up to 1"),
        ("/policies", json!([]), OutOfRange, "policies", "1 to 50"),
        ("/policies/0", json!({"kind": "best"}), OutOfRange, "policies[0].kind", "found `best`"),
        ("/policies/0", json!({"alpha_mu": 1}), Missing, "policies[0].kind", "present"),
        ("/policies/0/alpha_mu", json!(-0.1), OutOfRange, "policies[0].alpha_mu", "found `-0.1`"),
        ("/policies/0/delta", json!(0), OutOfRange, "policies[0].delta", "above 0"),
        ("/policies/0/epsilon", json!(0.1), UnknownField, "policies[0].epsilon", "found `epsilon`"),
        ("/policies/1/models", json!([]), OutOfRange, "policies[1].models", "at least one"),
        (
            "/policies/1/models",
            json!(["a", "zed"]),
            UnknownModel,
            "policies[1].models[1]",
            "found `zed`, expected one of the models: a, b, c",
        ),
        ("/policies/1/models", json!(["a", "a"]), Duplicate, "policies[1].models[1]", "found `a`"),
        ("/environment/kind", json!("live"), OutOfRange, "environment.kind", "found `live`"),
        ("/environment/models", json!([]), OutOfRange, "environment.models", "1 to 200"),
        ("/environment/models/1/name", json!("a"), Duplicate, "environment.models[1].name", "found `a`"),
        ("/environment/models/1/reward", json!(1.2), OutOfRange, "environment.models[1].reward", "0 to 1"),
        ("/environment/models/1/cost", json!(-1), OutOfRange, "environment.models[1].cost", "found `-1`"),
        ("/environment/models/1/price", json!(1), UnknownField, "environment.models[1].price", "found `price`"),
        ("/environment/cost_spread", json!(2), OutOfRange, "environment.cost_spread", "0 to 1"),
        ("/environment/cost_scale", json!(0), OutOfRange, "environment.cost_scale", "above 0"),
        ("/environment/cost_scale", json!("min"), OutOfRange, "environment.cost_scale", "max"),
    ];
    for (pointer, value, kind, field, text) in cases {
        let error = refusal(&with(pointer, value.clone()));
        assert_eq!(error.kind, kind, "{pointer} {value}: {error}");
        assert_eq!(error.place.field.as_deref(), Some(field), "{pointer} {value}: {error}");
        assert!(error.to_string().contains(text), "{pointer} {value}: {error}");
    }
}

#[test]
fn every_bad_change_and_memory_is_named() {
    let drift = |list: Value| ("/environment/drift", list);
    let away = |list: Value| ("/environment/availability", list);
    let policy = |policy: Value| ("/policies/0", policy);
    let new = json!({"a": {"reward": 0.2}});
    let cases: Vec<((&str, Value), ErrorKind, &str, &str)> = vec![
        (
            drift(json!([{"at": 1, "models": new}])),
            OutOfRange,
            "environment.drift[0].at",
            "found `1`, expected a round from 2 to 50",
        ),
        (drift(json!([{"at": 51, "models": new}])), OutOfRange, "environment.drift[0].at", "found `51`"),
        (
            drift(json!([{"at": 9, "models": new}, {"at": 9, "models": new}])),
            OutOfRange,
            "environment.drift[1].at",
            "from 10 to 50",
        ),
        (
            drift(json!([{"at": 9, "models": new}, {"at": 5, "models": new}])),
            OutOfRange,
            "environment.drift[1].at",
            "found `5`",
        ),
        (
            drift(json!([{"at": 50, "models": new}, {"at": 50, "models": new}])),
            OutOfRange,
            "environment.drift[1].at",
            "no further change",
        ),
        (drift(json!([{"at": 9}])), OutOfRange, "environment.drift[0].models", "at least one model"),
        (drift(json!([{"at": 9, "models": {"a": {}}}])), OutOfRange, "environment.drift[0].models.a", "neither"),
        (
            drift(json!([{"at": 9, "models": {"a": {"reward": 2}}}])),
            OutOfRange,
            "environment.drift[0].models.a.reward",
            "0 to 1",
        ),
        (
            drift(json!([{"at": 9, "models": {"a": {"cost": -1}}}])),
            OutOfRange,
            "environment.drift[0].models.a.cost",
            "found `-1`",
        ),
        (
            drift(json!([{"at": 9, "models": {"zed": {"cost": 1}}}])),
            UnknownModel,
            "environment.drift[0].models.zed",
            "found `zed`",
        ),
        (
            drift(json!([{"at": 9, "models": new, "round": 3}])),
            UnknownField,
            "environment.drift[0].round",
            "found `round`",
        ),
        (
            away(json!([{"model": "a", "from": 0, "to": 3}])),
            OutOfRange,
            "environment.availability[0].from",
            "found `0`",
        ),
        (
            away(json!([{"model": "a", "from": 51, "to": 60}])),
            OutOfRange,
            "environment.availability[0].from",
            "1 to 50",
        ),
        (
            away(json!([{"model": "a", "from": 5, "to": 5}])),
            OutOfRange,
            "environment.availability[0].to",
            "a round after `from`, 5",
        ),
        (
            away(json!([{"model": "zed", "from": 5, "to": 6}])),
            UnknownModel,
            "environment.availability[0].model",
            "found `zed`",
        ),
        (
            away(json!([{"model": "a", "from": 5, "to": 9}, {"model": "a", "from": 8, "to": 10}])),
            Duplicate,
            "environment.availability[1]",
            "no overlap with rounds 5 to 9",
        ),
        (
            away(
                json!([{"model": "a", "from": 5, "to": 9}, {"model": "b", "from": 1, "to": 20}, {"model": "c", "from": 8, "to": 9}]),
            ),
            OutOfRange,
            "environment.availability[2]",
            "no model in round 8",
        ),
        (policy(json!({"kind": "c2mab-v", "window": 0})), OutOfRange, "policies[0].window", "found `0`"),
        (policy(json!({"kind": "c2mab-v", "window": -3})), OutOfRange, "policies[0].window", "a whole number"),
        (policy(json!({"kind": "c2mab-v-direct", "window": 0})), OutOfRange, "policies[0].window", "1 or more"),
        (policy(json!({"kind": "c2mab-v", "discount": 0})), OutOfRange, "policies[0].discount", "above 0 and below 1"),
        (policy(json!({"kind": "c2mab-v-direct", "discount": 1})), OutOfRange, "policies[0].discount", "found `1`"),
        (
            policy(json!({"kind": "c2mab-v", "window": 5, "discount": 0.5})),
            Duplicate,
            "policies[0]",
            "only one of `window` and `discount`",
        ),
        (
            policy(json!({"kind": "c2mab-v-direct", "solver": "greedy"})),
            UnknownField,
            "policies[0].solver",
            "found `solver`",
        ),
        (policy(json!({"kind": "primal-dual", "alpha_c": -1})), OutOfRange, "policies[0].alpha_c", "found `-1`"),
        (
            policy(json!({"kind": "thompson", "cost_aware": 1})),
            OutOfRange,
            "policies[0].cost_aware",
            "expected a boolean",
        ),
        (policy(json!({"kind": "offline", "samples": 0})), OutOfRange, "policies[0].samples", "1 or more"),
    ];
    for ((pointer, value), kind, field, text) in cases {
        let error = refusal(&with(pointer, value.clone()));
        assert_eq!(error.kind, kind, "{pointer} {value}: {error}");
        assert_eq!(error.place.field.as_deref(), Some(field), "{pointer} {value}: {error}");
        assert!(error.to_string().contains(text), "{pointer} {value}: {error}");
    }
    let mut large = with("/policies/0", json!({"kind": "c2mab-v", "window": 900_000}));
    large["run"] = json!({"rounds": 1_000_000, "replicates": 20});
    let error = refusal(&large);
    assert_eq!((error.kind, error.place.field.as_deref()), (TooLarge, Some("policies[0].window")), "{error}");
}

#[test]
fn the_query_aware_part_is_checked() {
    let part = |value: Value| {
        let text = with("/query_aware", value).to_string();
        Experiment::from_json(&text).unwrap().query_aware.unwrap()
    };
    assert_eq!(part(json!({})), QueryAware::default());
    let found = part(json!({"max_models": 2, "split": {"train": 0.5}, "features": {"columns": ["length"]}}));
    assert_eq!((found.max_models, found.threshold, found.split.train, found.split.validation), (2, 0.5, 0.5, 0.2));
    assert_eq!(found.features.columns, ["length"]);
    let cases = [
        (json!({"max_models": 0}), OutOfRange, "query_aware.max_models", "1 to 200"),
        (json!({"threshold": 1.5}), OutOfRange, "query_aware.threshold", "0 to 1"),
        (json!({"confidence": 0}), OutOfRange, "query_aware.confidence", "above 0"),
        (json!({"cost_cap": 0}), OutOfRange, "query_aware.cost_cap", "above 0"),
        (json!({"latency_cap_ms": -1}), OutOfRange, "query_aware.latency_cap_ms", "above 0"),
        (json!({"split": {"train": 0}}), OutOfRange, "query_aware.split.train", "above 0"),
        (json!({"split": {"train": 0.9}}), OutOfRange, "query_aware.split", "found `0.9 and 0.2`"),
        (json!({"split": {"seed": -1}}), OutOfRange, "query_aware.split.seed", "whole number"),
        (json!({"split": {"test": 0.2}}), UnknownField, "query_aware.split.test", "found `test`"),
        (json!({"features": {"columns": ["a", "a"]}}), Duplicate, "query_aware.features.columns[1]", "found `a`"),
        (json!({"model": "roberta"}), UnknownField, "query_aware.model", "found `model`"),
    ];
    for (value, kind, field, text) in cases {
        let error = refusal(&with("/query_aware", value.clone()));
        assert_eq!((error.kind, error.place.field.as_deref()), (kind, Some(field)), "{value}: {error}");
        assert!(error.to_string().contains(text), "{value}: {error}");
    }
}

#[test]
fn policies_that_read_the_query_are_read_and_refused() {
    let replay = |policy: Value| {
        let mut experiment = with("/environment", json!({"kind": "replay", "files": [{"name": "a.csv"}]}));
        experiment["policies"] = json!([policy]);
        experiment
    };
    for policy in [
        json!({"kind": "contextual"}),
        json!({"kind": "contextual", "alpha_mu": 0, "alpha_c": 1, "delta": 1, "solver": "greedy", "retrain": 1}),
        json!({"kind": "contextual", "window": null, "discount": null, "cost_aware": false, "retrain": null}),
        json!({"kind": "linucb"}),
        json!({"kind": "linucb", "alpha_mu": 2, "cost_aware": true}),
    ] {
        let experiment = Experiment::from_json(&replay(policy).to_string()).unwrap();
        assert!(experiment.policies[0].kind.reads_query());
        assert_eq!(Experiment::from_json(&experiment.to_json()).unwrap(), experiment);
    }
    // Defaults are those of the format.
    let experiment = Experiment::from_json(&replay(json!({"kind": "contextual"})).to_string()).unwrap();
    let policy: Value = serde_json::from_str(&experiment.to_json()).unwrap();
    assert_eq!(policy["policies"][0], json!({"kind": "contextual", "alpha_mu": 0.3, "alpha_c": 0.05, "delta": null}));
    let cases = [
        (json!({"kind": "contextual", "window": 100}), UnknownField, "policies[0].window"),
        (json!({"kind": "linucb", "discount": 0.9}), UnknownField, "policies[0].discount"),
        (json!({"kind": "linucb", "retrain": 10}), UnknownField, "policies[0].retrain"),
        (json!({"kind": "contextual", "retrain": 0}), OutOfRange, "policies[0].retrain"),
        (json!({"kind": "contextual", "alpha_mu": -1}), OutOfRange, "policies[0].alpha_mu"),
        (json!({"kind": "contextual", "delta": 0}), OutOfRange, "policies[0].delta"),
        (json!({"kind": "linucb", "alpha_mu": 1e7}), OutOfRange, "policies[0].alpha_mu"),
    ];
    for (policy, kind, field) in cases {
        let error = refusal(&replay(policy.clone()));
        assert_eq!((error.kind, error.place.field.as_deref()), (kind, Some(field)), "{policy}: {error}");
    }
    for kind in ["contextual", "linucb"] {
        let error = refusal(&with("/policies/0", json!({ "kind": kind })));
        assert_eq!((error.kind, error.place.field.as_deref()), (OutOfRange, Some("policies[0].kind")), "{error}");
        assert!(error.to_string().contains("reads the text"), "{error}");
    }
}

#[test]
fn text_that_is_no_experiment_is_refused() {
    for text in ["", "{", "[]", "null", "{\"version\":1}", "{\"task\":{\"budget\":NaN}}", "\u{0}"] {
        let error = Experiment::from_json(text).unwrap_err();
        assert!([Malformed, Missing].contains(&error.kind), "{text}: {error}");
    }
    let missing = refusal(&{
        let mut experiment = example();
        experiment["task"].as_object_mut().unwrap().remove("budget");
        experiment
    });
    assert_eq!((missing.kind, missing.place.field.as_deref()), (Missing, Some("task.budget")));
    let exact = with("/task", json!({"reward": "awc", "max_models": 3, "budget": 1}));
    let mut large = exact;
    large["environment"]["models"] =
        (0..60).map(|k| json!({"name": format!("m{k}"), "reward": 0.5, "cost": 0.1})).collect();
    large["task"]["max_models"] = json!(5);
    large["policies"] = json!([{"kind": "c2mab-v", "solver": "exact"}]);
    let error = refusal(&large);
    assert_eq!((error.kind, error.place.field.as_deref()), (TooLarge, Some("policies[0].solver")));
}

proptest! {
    #[test]
    fn no_text_panics(text in "\\PC{0,200}") {
        let _ = Experiment::from_json(&text);
    }

    #[test]
    fn no_value_anywhere_panics(place in 0usize..12, value in prop_oneof![
        Just(Value::Null), any::<i64>().prop_map(Value::from), any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from), Just(json!([])), Just(json!({})), Just(json!([[{}]]))]) {
        let pointers = ["/version", "/environment", "/environment/models", "/environment/models/0", "/environment/models/0/reward",
            "/environment/cost_scale", "/task", "/task/budget", "/task/max_models", "/policies", "/policies/0", "/run"];
        let text = with(pointers[place], value).to_string();
        if let Ok(experiment) = Experiment::from_json(&text) {
            let _ = Plan::new(&experiment, None);
        }
    }
}

#[test]
fn graders_with_a_pattern_or_a_tolerance_are_read() {
    let text = |grader: &str| {
        format!(
            r#"{{"version": 1, "environment": {{"kind": "replay", "files": [{{"name": "a.csv"}}], "grader": {grader}}},
            "task": {{"reward": "awc", "budget": null}}, "policies": [{{"kind": "random"}}]}}"#
        )
    };
    for grader in [r#"{"regex":"(?i)is (yes)"}"#, r#"{"number-within":0.01}"#, r#""contains""#] {
        let experiment = Experiment::from_json(&text(grader)).unwrap();
        let again: serde_json::Value = serde_json::from_str(&experiment.to_json()).unwrap();
        assert_eq!(again["environment"]["grader"].to_string(), grader);
    }
    for (grader, field) in [
        (r#"{"regex": 1}"#, "environment.grader.regex"),
        (r#"{"number-within": "x"}"#, "environment.grader.number-within"),
        (r#"{"colour": "x"}"#, "environment.grader.colour"),
        (r#"{"regex": "a", "number-within": 1}"#, "environment.grader"),
        (r#""regex""#, "environment.grader"),
    ] {
        let error = Experiment::from_json(&text(grader)).unwrap_err();
        assert_eq!(error.place.field.as_deref(), Some(field), "{grader}: {error}");
    }
}
