//! The defaults of version 1 of the links. They are frozen: a link leaves them out, and must mean the same for ever,
//! whatever the defaults of later experiments are. Never edit them; a new version of the links gets a table of its own.

use serde_json::{Map, Value, json};

type Fields = Map<String, Value>;

/// Takes out of an experiment what the defaults say.
pub fn drop(experiment: &mut Fields) {
    each(experiment, &mut |fields, defaults| {
        // Where there is a default, null asks for it.
        fields.retain(|name, value| defaults.get(name).is_none_or(|default| default != value && !value.is_null()));
    });
    experiment.retain(|name, value| match name.as_str() {
        "version" => *value != 1,
        "title" => value != "",
        "run" => *value != json!({}),
        _ => true,
    });
}

/// Puts in what the defaults say and the experiment does not.
pub fn fill(experiment: &mut Fields) {
    experiment.entry("version").or_insert(json!(1));
    experiment.entry("title").or_insert(json!(""));
    experiment.entry("run").or_insert(json!({}));
    each(experiment, &mut |fields, defaults| {
        for (name, value) in defaults {
            fields.entry(name).or_insert(value);
        }
    });
}

/// Visits each part of an experiment with its defaults. What is of no known shape is left for the experiment's own checks.
fn each(experiment: &mut Fields, visit: &mut dyn FnMut(&mut Fields, Fields)) {
    let models = experiment.get("environment").and_then(|world| world.get("models")?.as_array()).map_or(0, Vec::len);
    if let Some(Value::Object(world)) = experiment.get_mut("environment") {
        let defaults = environment(kind(world));
        visit(world, object(defaults));
    }
    if let Some(Value::Object(fields)) = experiment.get_mut("task") {
        visit(fields, object(task(models)));
    }
    if let Some(Value::Array(policies)) = experiment.get_mut("policies") {
        for fields in policies.iter_mut().filter_map(Value::as_object_mut) {
            let defaults = policy(kind(fields), fields.get("schedule").is_some_and(|schedule| !schedule.is_null()));
            visit(fields, object(defaults));
        }
    }
    if let Some(Value::Object(fields)) = experiment.get_mut("run") {
        visit(fields, object(json!({ "rounds": 10_000, "replicates": 10, "seed": 1, "regret_alpha": 1.0 })));
    }
    if let Some(Value::Object(fields)) = experiment.get_mut("query_aware") {
        visit(
            fields,
            object(json!({
                "max_models": 3, "threshold": 0.5, "confidence": 0.9, "cost_cap": null, "latency_cap_ms": null,
                "split": { "train": 0.6, "validation": 0.2, "seed": 1 }, "features": { "columns": [] }
            })),
        );
    }
}

fn kind(fields: &Fields) -> &str {
    fields.get("kind").and_then(Value::as_str).unwrap_or_default()
}

fn object(value: Value) -> Fields {
    match value {
        Value::Object(fields) => fields,
        _ => Fields::new(),
    }
}

fn environment(kind: &str) -> Value {
    match kind {
        "synthetic" => json!({ "cost_spread": 0.5, "cost_scale": "max", "drift": [], "availability": [] }),
        "preset" => json!({ "models": [], "sampling": "iid", "cost_scale": "max", "drift": [], "availability": [] }),
        "replay" => json!({
            "models": [], "sampling": "iid", "missing": "drop", "cost_scale": "max", "mapping": {}, "grader": null,
            "duplicates": "error", "score_unit": null, "latency_unit": null, "prices": {}, "drift": [], "availability": []
        }),
        _ => Value::Null,
    }
}

/// `models` is how many models the environment names; where it names none, their number is the data's to say.
fn task(models: usize) -> Value {
    let most = if models == 0 { Value::Null } else { json!(models.min(4)) };
    json!({
        "reward": "awc", "max_models": most, "success_threshold": 1.0, "feedback": null, "stop_on_failure": false,
        "at_least_one": true
    })
}

fn policy(kind: &str, schedule: bool) -> Value {
    match kind {
        "c2mab-v" => json!({
            "alpha_mu": 0.3, "alpha_c": 0.05, "delta": null, "solver": null, "window": null, "discount": null
        }),
        "c2mab-v-direct" => json!({
            "alpha_mu": 0.3, "alpha_c": 0.05, "delta": null, "window": null, "discount": null
        }),
        "primal-dual" => json!({ "alpha_mu": 0.3, "alpha_c": 0.05, "delta": null }),
        "cucb" => json!({ "alpha_mu": 0.3, "delta": null, "cost_aware": false }),
        "thompson" => json!({ "cost_aware": false }),
        "epsilon-greedy" if schedule => json!({ "epsilon": null, "cost_aware": false }),
        "epsilon-greedy" => json!({ "epsilon": 0.1, "schedule": null, "cost_aware": false }),
        "offline" => json!({ "samples": null }),
        "contextual" => json!({
            "alpha_mu": 0.3, "alpha_c": 0.05, "delta": null, "solver": null, "retrain": null
        }),
        "linucb" => json!({ "alpha_mu": 0.3, "cost_aware": false }),
        _ => Value::Null,
    }
}
