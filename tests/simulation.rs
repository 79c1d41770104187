//! Known values and properties of whole runs.
#![cfg(not(target_arch = "wasm32"))]
// Helpers of tests fail as tests do.
#![allow(clippy::unwrap_used)]

use llm_selection::bandit::estimates::{Estimates, Logarithm};
use llm_selection::bandit::policy::Observation;
use llm_selection::data::{Dataset, ModelResults};
use llm_selection::environment::{AnyWorld, Synthetic, World};
use llm_selection::experiment::{Experiment, Sampling};
use llm_selection::figure::{Against, Options, Quantity};
use llm_selection::optimum::{joint, reports};
use llm_selection::plan::Plan;
use llm_selection::random::{hash, unit, world_key};
use llm_selection::run::run;
use llm_selection::simulation::{JobState, Run, Simulation, TRACKED, Unobserved, checkpoints};
use llm_selection::summary::{PolicyResult, RunResult};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::Arc;

fn nine(task: Value, policies: Value, rounds: u32, replicates: u32) -> Value {
    let models: Vec<Value> = [
        ("GPT-4", 0.86, 0.60),
        ("Claude 2", 0.84, 0.45),
        ("GPT-3.5", 0.80, 0.36),
        ("Claude 1.2", 0.77, 0.25),
        ("Mixtral-8x7B", 0.72, 0.20),
        ("Llama 2-70B", 0.66, 0.14),
        ("ForeFrontAI", 0.60, 0.09),
        ("Llama 2-13B", 0.55, 0.05),
        ("ChatGLM2", 0.48, 0.03),
    ]
    .iter()
    .map(|(name, reward, cost)| json!({"name": name, "reward": reward, "cost": cost}))
    .collect();
    json!({"version": 1, "environment": {"kind": "synthetic", "cost_scale": 1, "models": models}, "task": task, "policies": policies,
        "run": {"rounds": rounds, "replicates": replicates, "seed": 3}})
}

fn plan(experiment: &Value) -> Plan {
    Plan::new(&Experiment::from_json(&experiment.to_string()).unwrap(), None).unwrap()
}

fn play(experiment: &Value) -> RunResult {
    run(plan(experiment))
}

/// Curves and shares of a policy, without its label.
fn curves(policy: &PolicyResult) -> PolicyResult {
    PolicyResult { label: String::new(), ..policy.clone() }
}

#[test]
fn the_oracle_has_no_regret() {
    for reward in ["awc", "suc", "aic"] {
        let result =
            play(&nine(json!({"reward": reward, "max_models": 3, "budget": 0.6}), json!([{"kind": "oracle"}]), 500, 3));
        assert!(result.policies[0].regret.mean.iter().all(|regret| *regret == 0.0), "{reward}");
        let best = &result.optimum[0];
        assert!((result.policies[0].finals.expected_reward.mean.unwrap() - best.reward.unwrap()).abs() < 1e-12);
        assert!(best.relaxed_reward >= best.reward.unwrap());
    }
}

#[test]
fn other_policies_change_no_curve() {
    let task = json!({"reward": "suc", "max_models": 3, "budget": 0.6});
    let (a, b, c, d) = (
        json!({"kind": "c2mab-v"}),
        json!({"kind": "thompson"}),
        json!({"kind": "random"}),
        json!({"kind": "epsilon-greedy"}),
    );
    let all = play(&nine(task.clone(), json!([a, b, c, d, a]), 800, 3));
    let reordered = play(&nine(task.clone(), json!([d, a, c, b]), 800, 3));
    let labelled = play(&nine(task, json!([{"kind": "c2mab-v", "label": "mine"}]), 800, 3));
    for (left, right) in [(0, 1), (1, 3), (2, 2), (3, 0)] {
        assert_eq!(curves(&all.policies[left]), curves(&reordered.policies[right]));
    }
    assert_eq!(curves(&all.policies[0]), curves(&labelled.policies[0]));
    // The same policy again has draws of its own.
    assert_ne!(all.policies[0].regret, all.policies[4].regret);
    assert_eq!(all.policies[4].label, "C2MAB-V (0.3, 0.05) #2");
}

#[test]
fn random_sets_are_uniform() {
    let result =
        play(&nine(json!({"reward": "suc", "max_models": 3, "budget": null}), json!([{"kind": "random"}]), 20_000, 2));
    for (model, share) in &result.policies[0].selection {
        // Six standard errors of a share of 1/3 in 40,000 rounds.
        assert!((share - 1.0 / 3.0).abs() < 6.0 * (2.0f64 / 9.0 / 40_000.0).sqrt(), "{model}: {share}");
    }
    let mean_of_all = [0.86, 0.84, 0.80, 0.77, 0.72, 0.66, 0.60, 0.55, 0.48].iter().sum::<f64>() / 3.0;
    assert!((result.policies[0].finals.reward.mean.unwrap() - mean_of_all).abs() < 0.03);
}

#[test]
fn cucb_and_thompson_find_the_best_models_and_overspend() {
    let policies = json!([{"kind": "cucb"}, {"kind": "thompson"}, {"kind": "epsilon-greedy", "schedule": {"c": 50}}]);
    let result = play(&nine(json!({"reward": "suc", "max_models": 3, "budget": 0.6}), policies, 20_000, 3));
    for policy in &result.policies {
        for model in ["GPT-4", "Claude 2"] {
            let late: f64 = policy
                .share_over_time
                .iter()
                .skip(80)
                .map(|shares| shares[if model == "GPT-4" { 0 } else { 1 }])
                .sum::<f64>()
                / 20.0;
            assert!(late > 0.8, "{} {model}: {late}", policy.label);
        }
        assert!(policy.finals.violation.mean.unwrap() > 0.5);
    }
}

#[test]
fn c2mab_v_keeps_to_the_budget_in_the_long_run() {
    for reward in ["suc", "aic"] {
        let result = play(&nine(
            json!({"reward": reward, "max_models": 3, "budget": 0.6}),
            json!([{"kind": "c2mab-v"}]),
            40_000,
            4,
        ));
        let policy = &result.policies[0];
        let violation = policy.violation.as_ref().unwrap();
        let at = |round| violation.mean[policy.rounds.iter().position(|r| *r >= round).unwrap()];
        assert!(at(40_000) < 0.02 && at(40_000) < 0.5 * at(1_000), "{reward}: {} {}", at(1_000), at(40_000));
        let regret = policy.finals.regret.mean.unwrap() / 40_000.0;
        assert!(regret.abs() < 0.02, "{reward}: {regret}");
    }
}

#[test]
fn a_cascade_pays_for_called_models_only() {
    let result = play(&nine(
        json!({"reward": "awc", "max_models": 4, "budget": 0.5}),
        json!([{"kind": "c2mab-v"}, {"kind": "fixed", "models": ["GPT-4", "ChatGLM2"]}]),
        3_000,
        3,
    ));
    for policy in &result.policies {
        assert!(policy.finals.cost.mean < policy.finals.nominal_cost.mean);
    }
    // A fixed set is called in its listed order: the second model only where the first failed.
    let fixed = &result.policies[1];
    assert_eq!((fixed.called["GPT-4"], fixed.selection["ChatGLM2"]), (1.0, 1.0));
    assert!((fixed.called["ChatGLM2"] - 0.14).abs() < 0.03);
    assert!((fixed.finals.calls.mean.unwrap() - 1.14).abs() < 0.03);
    let full = play(&nine(
        json!({"reward": "awc", "max_models": 4, "budget": 0.5, "feedback": "full"}),
        json!([{"kind": "c2mab-v"}]),
        500,
        3,
    ));
    assert_eq!(full.policies[0].finals.cost, full.policies[0].finals.nominal_cost);
}

#[test]
fn stopping_at_the_first_failure_saves_calls() {
    let task = |stop| json!({"reward": "aic", "max_models": 2, "budget": null, "stop_on_failure": stop});
    let policies = json!([{"kind": "fixed", "models": ["ChatGLM2", "GPT-4"]}]);
    let (whole, stopping) =
        (play(&nine(task(false), policies.clone(), 2_000, 2)), play(&nine(task(true), policies, 2_000, 2)));
    assert_eq!(whole.policies[0].reward, stopping.policies[0].reward);
    assert_eq!(whole.policies[0].finals.calls.mean, Some(2.0));
    assert!((stopping.policies[0].finals.calls.mean.unwrap() - 1.48).abs() < 0.05);
}

#[test]
fn infeasible_and_empty_rounds_are_counted() {
    // All costs equal, so that the lower bounds soon exclude every pair.
    let models: Vec<Value> = (0..4).map(|k| json!({"name": format!("m{k}"), "reward": 0.5, "cost": 0.5})).collect();
    let mut experiment = nine(
        json!({"reward": "suc", "max_models": 2, "budget": 0.5}),
        json!([{"kind": "c2mab-v"}, {"kind": "oracle"}]),
        2_000,
        2,
    );
    experiment["environment"]["models"] = json!(models);
    let plan = plan(&experiment);
    assert!(plan.warnings().iter().any(|warning| warning.contains("No allowed set fits")), "{:?}", plan.warnings());
    let result = run(plan);
    let infeasible = |policy: usize| result.policies[policy].finals.infeasible_rounds.mean.unwrap();
    assert_eq!(infeasible(1), 2_000.0);
    assert!(infeasible(0) > 1_500.0, "{}", infeasible(0));
    assert_eq!(result.policies[0].finals.calls.mean, Some(2.0));

    // One model that costs twice the budget: its fraction is one half.
    let single = |at_least_one: bool| {
        let mut experiment = nine(
            json!({"reward": "awc", "max_models": 1, "budget": 0.25, "at_least_one": at_least_one}),
            json!([{"kind": "c2mab-v", "alpha_c": 0}]),
            4_000,
            2,
        );
        experiment["environment"]["models"] = json!([{"name": "m", "reward": 0.5, "cost": 0.5}]);
        play(&experiment).policies[0].finals.clone()
    };
    let (filled, bare) = (single(true), single(false));
    for finals in [&filled, &bare] {
        assert!((finals.empty_rounds.mean.unwrap() / 4_000.0 - 0.5).abs() < 0.05, "{finals:?}");
    }
    assert_eq!(filled.calls.mean, Some(1.0));
    assert!((bare.calls.mean.unwrap() - 0.5).abs() < 0.05);
}

#[test]
fn estimates_stay_within_their_radii_in_the_promised_share_of_runs() {
    // α = 1, δ = 0.2: with probability at least 1 − δ/2 all means of all rounds are within their radii.
    let (rounds, runs, delta) = (300u32, 400u32, 0.2);
    let means = [0.1, 0.3, 0.5, 0.7, 0.95];
    let world = Synthetic::new(&means, &[0.5; 5], 1.0);
    let failures = |scale: f64| {
        (0..runs)
            .filter(|replicate| {
                let key = world_key(11, *replicate);
                let mut estimates = Estimates::new(means.len());
                let logarithm = Logarithm::new(means.len(), delta);
                let mut failed = false;
                for t in 1..=rounds {
                    let arm = (hash(key ^ 77, t.into()) % 5) as usize;
                    let outcome = world.outcome(world.begin(key, t), arm);
                    estimates.observe(&Observation { arm, reward: outcome.reward, cost: outcome.cost });
                    for (arm, mean) in means.iter().enumerate().filter(|(arm, _)| estimates.counts[*arm] > 0) {
                        let radius = scale * (logarithm.at(t + 1) / (2.0 * f64::from(estimates.counts[arm]))).sqrt();
                        failed |= (estimates.mean_reward[arm] - mean).abs() > radius
                            || (estimates.mean_cost[arm] - 0.5).abs() > radius;
                    }
                }
                failed
            })
            .count()
    };
    assert!(failures(1.0) as f64 <= delta / 2.0 * f64::from(runs));
    // The check is not empty: a quarter of the radius fails far more often.
    assert!(failures(0.25) as f64 > 2.0 * delta / 2.0 * f64::from(runs));
}

#[test]
fn asking_and_telling_is_the_same_loop_and_survives_being_written_down() {
    for reward in ["awc", "suc", "aic"] {
        let policies = json!([{"kind": "c2mab-v"}, {"kind": "thompson"}, {"kind": "epsilon-greedy"}, {"kind": "random"}, {"kind": "cucb"}, {"kind": "oracle"},
            {"kind": "cucb", "cost_aware": true}, {"kind": "thompson", "cost_aware": true}, {"kind": "epsilon-greedy", "cost_aware": true},
            {"kind": "c2mab-v-direct"}, {"kind": "primal-dual"}, {"kind": "offline"}, {"kind": "c2mab-v", "window": 20},
            {"kind": "c2mab-v", "discount": 0.95}, {"kind": "c2mab-v-direct", "window": 70}]);
        let simulation = Simulation::new(
            plan(&nine(json!({"reward": reward, "max_models": 3, "budget": 0.4}), policies, 300, 1)).game,
        );
        let AnyWorld::Synthetic(worlds) = simulation.game.world.clone() else { panic!() };
        let world = &worlds[0];
        for (index, job) in (0..).zip(simulation.jobs()) {
            let mut played = JobState::new(&simulation, index, job);
            while played.advance(&simulation, 7) > 0 {}
            let update = played.take_update(&simulation).unwrap();

            let mut told = Run::new(&simulation, index as usize, 0).unwrap();
            for t in 1..=300 {
                if t % 50 == 0 {
                    told = serde_json::from_str(&serde_json::to_string(&told).unwrap()).unwrap();
                }
                let mut again = told.clone();
                assert_eq!(told.ask(&simulation), again.ask(&simulation));
                let round = world.begin(world_key(3, 0), t);
                let mut observed = Vec::new();
                let mut unobserved = Unobserved::default();
                let mut stopped = false;
                for &arm in &told.ask(&simulation).arms {
                    let outcome = world.outcome(round, arm);
                    if stopped {
                        unobserved.uncalled_cost += outcome.cost;
                    } else {
                        observed.push(Observation { arm, reward: outcome.reward, cost: outcome.cost });
                    }
                    stopped |= reward == "awc" && outcome.reward == 1.0;
                }
                told.tell(&simulation, &observed, unobserved);
            }
            let last = &update.statistics[update.statistics.len() - 2 * TRACKED..];
            assert_eq!(last[0].to_bits(), told.totals().regret.to_bits(), "{reward} {index}");
            assert_eq!(last[8], told.totals().calls as f64 / 300.0);
            assert_eq!(last[7].to_bits(), (told.totals().nominal / 300.0).to_bits());
        }
    }
}

fn data(rows: usize, models: usize) -> Arc<Dataset> {
    let cell = |model: usize, row: usize, salt: u64| unit(hash(salt ^ model as u64, row as u64));
    let models = (0..models)
        .map(|model| ModelResults {
            name: format!("model {model}"),
            reward: (0..rows)
                .map(|row| if cell(model, row, 5) < 0.3 + 0.1 * model as f64 { 1.0 } else { 0.0 })
                .collect(),
            cost: Some((0..rows).map(|row| 0.001 * (model + 1) as f64 * (0.5 + cell(model, row, 9))).collect()),
            latency_ms: Some((0..rows).map(|row| 100.0 * (model + 1) as f64 + cell(model, row, 13)).collect()),
        })
        .collect();
    Arc::new(Dataset {
        models,
        queries: rows,
        files: vec![llm_selection::data::FileIdentity { name: "x.csv".into(), sha256: "ab".repeat(32) }],
        ..Dataset::default()
    })
}

fn replay(sampling: &str, task: Value, policies: Value, rounds: u32) -> Experiment {
    Experiment::from_json(
        &json!({"version": 1, "environment": {"kind": "replay", "files": [{"name": "x.csv"}], "sampling": sampling},
        "task": task, "policies": policies, "run": {"rounds": rounds, "replicates": 2}})
        .to_string(),
    )
    .unwrap()
}

#[test]
fn a_shuffled_or_sequential_pass_meets_every_row_once() {
    let data = data(100, 4);
    let all = json!([{"kind": "fixed", "models": ["model 0", "model 1", "model 2", "model 3"]}]);
    let total: f64 = data.models.iter().map(|model| model.reward.iter().sum::<f64>()).sum::<f64>() / 100.0;
    let cost: f64 =
        data.models.iter().map(|model| model.cost.as_ref().unwrap().iter().sum::<f64>()).sum::<f64>() / 100.0;
    for sampling in ["shuffle", "sequential", "iid"] {
        let experiment = replay(sampling, json!({"reward": "suc", "max_models": 4, "budget": null}), all.clone(), 300);
        let result = run(Plan::new(&experiment, Some(data.clone())).unwrap());
        let policy = &result.policies[0];
        for round in [100, 200, 300] {
            let place = policy.rounds.iter().position(|r| *r == round).unwrap();
            let exact = (policy.reward.mean[place] - total).abs() < 1e-12;
            assert_eq!(exact, sampling != "iid", "{sampling} {round}");
        }
        if sampling != "iid" {
            assert!((policy.finals.cost.mean.unwrap() - cost).abs() < 1e-12);
            // Called together, so as slow as the slowest.
            assert!((policy.finals.latency_ms.mean.unwrap() - 400.5).abs() < 0.5);
        }
        let first: Vec<bool> = policy.reward.ci95.as_ref().unwrap().iter().map(|half| *half == 0.0).collect();
        assert_eq!(first.iter().take(50).all(|same| *same), sampling == "sequential", "replicates of {sampling}");
    }
}

#[test]
fn joint_optimum_is_the_best_set_by_rows() {
    let data = data(400, 6);
    for reward in ["awc", "aic"] {
        let budget = 0.007;
        let experiment = replay(
            "iid",
            json!({"reward": reward, "max_models": 2, "budget": budget}),
            json!([{"kind": "oracle"}]),
            10,
        );
        let plan = Plan::new(&experiment, Some(data.clone())).unwrap();
        let costs = plan.mean_cost.clone().unwrap();
        let optima = Simulation::new(plan.game.clone()).optima().to_vec();
        let reports = reports(&plan, &optima, &joint(&plan.game));
        let joint = reports[0].joint.clone().unwrap();
        // Every pair and single by brute force.
        let mut best = f64::NEG_INFINITY;
        for a in 0..6 {
            for b in a..6 {
                let cost = if a == b { costs[a] } else { costs[a] + costs[b] };
                if cost > budget || (reward == "aic" && a == b) {
                    continue;
                }
                let mean = (0..400)
                    .map(|row| {
                        let (x, y) = (data.models[a].reward[row], data.models[b].reward[row]);
                        if reward == "awc" { 1.0 - (1.0 - x) * (1.0 - y) } else { x * y }
                    })
                    .sum::<f64>()
                    / 400.0;
                best = f64::max(best, mean);
            }
        }
        assert!((joint.reward - best).abs() < 1e-12, "{reward}: {} {best}", joint.reward);
    }
}

#[test]
fn data_are_checked_against_the_experiment() {
    let data = data(50, 3);
    let experiment = replay("iid", json!({"reward": "awc", "budget": 0.003}), json!([{"kind": "oracle"}]), 10);
    let refused =
        |experiment: &Experiment, data: Option<Arc<Dataset>>| Plan::new(experiment, data).unwrap_err().to_string();
    assert!(refused(&experiment, None).contains("environment.files"));
    let mut other = Dataset::clone(&data);
    other.files[0].name = "y.csv".into();
    assert!(refused(&experiment, Some(Arc::new(other))).contains("x.csv"));
    let mut hashed = serde_json::to_value(&experiment).unwrap();
    hashed["environment"]["files"][0]["sha256"] = json!("00");
    let hashed = Experiment::from_json(&hashed.to_string()).unwrap();
    assert!(refused(&hashed, Some(data.clone())).contains("SHA-256"));
    let mut costless = Dataset::clone(&data);
    costless.models[1].cost = None;
    let costless = Arc::new(costless);
    assert!(refused(&experiment, Some(costless.clone())).starts_with("task.budget"));
    let free =
        replay("iid", json!({"reward": "awc", "budget": null}), json!([{"kind": "oracle"}, {"kind": "c2mab-v"}]), 10);
    let result = run(Plan::new(&free, Some(costless)).unwrap());
    assert_eq!((result.policies[0].finals.violation.mean, result.policies[0].finals.cost.mean), (None, None));
    let mut disjoint = Dataset::clone(&data);
    for row in 0..50 {
        disjoint.models[row % 2].reward[row] = f64::NAN;
    }
    assert!(refused(&experiment, Some(Arc::new(disjoint))).contains("at least one query"));
}

#[test]
fn the_result_file_has_the_documented_shape() {
    let result = play(&nine(
        json!({"reward": "suc", "max_models": 3, "budget": 0.6}),
        json!([{"kind": "c2mab-v"}, {"kind": "oracle"}]),
        60,
        1,
    ));
    let value: Value = serde_json::from_str(&result.to_json()).unwrap();
    let policy = &value["policies"][0];
    for name in ["regret", "regret_relaxed", "violation", "excess", "reward", "expected_reward", "cost", "nominal_cost"]
    {
        assert_eq!(policy[name]["mean"].as_array().unwrap().len(), 60, "{name}");
        assert_eq!(policy[name]["ci95"], Value::Null, "{name}");
        assert!(policy["final"][name]["mean"].is_number(), "{name}");
    }
    for name in ["ratio", "ratio_violation", "calls", "infeasible_rounds", "empty_rounds", "coverage"] {
        assert!(policy["final"].get(name).is_some(), "{name}");
    }
    assert_eq!((&policy["kind"], policy["rounds"].as_array().unwrap().len()), (&json!("c2mab-v"), 60));
    assert!(policy["selection"]["GPT-4"].is_number() && policy["called"]["GPT-4"].is_number());
    assert_eq!(policy["final"]["coverage"], json!({"mean": 1.0, "ci95": null}));
    assert_eq!(value["policies"][1]["final"]["coverage"], json!({"mean": null, "ci95": null}));
    assert_eq!(value["digest"].as_str().unwrap().len(), 64);
    assert_eq!(value["optimum"][0]["from"], json!(1));
    assert_eq!(value["experiment"]["policies"][0]["delta"], json!(1.0 / 60.0));
    // No round over the budget: the ratio has no finite value.
    let zero =
        play(&nine(json!({"reward": "suc", "max_models": 3, "budget": 9.0}), json!([{"kind": "oracle"}]), 60, 2));
    assert_eq!(zero.policies[0].finals.ratio.mean, None);
}

#[test]
fn the_ratio_curve_ends_in_the_final_ratio_and_has_its_interval() {
    let policies = json!([{"kind": "c2mab-v", "alpha_c": 0.3}, {"kind": "random"}]);
    let result = play(&nine(json!({"reward": "suc", "max_models": 3, "budget": 0.6}), policies, 300, 200));
    for policy in &result.policies {
        let ratios = [(&policy.ratio, policy.finals.ratio), (&policy.ratio_violation, policy.finals.ratio_violation)];
        for (series, last) in ratios {
            let series = series.as_ref().unwrap();
            assert_eq!(series.mean.last().copied(), last.mean, "{}", policy.label);
            // The delta method against the bootstrap over the same replicates.
            let (delta, bootstrap) = (series.ci95.as_ref().unwrap()[299], last.ci95.unwrap());
            assert!((delta / bootstrap - 1.0).abs() < 0.2, "{}: {delta} {bootstrap}", policy.label);
        }
    }
    // Far within the budget nothing is over.
    let free =
        play(&nine(json!({"reward": "suc", "max_models": 3, "budget": 9.0}), json!([{"kind": "oracle"}]), 60, 2));
    assert!(free.policies[0].ratio.as_ref().unwrap().mean.iter().all(|ratio| *ratio == f64::INFINITY));
    let unbounded =
        play(&nine(json!({"reward": "suc", "max_models": 3, "budget": null}), json!([{"kind": "oracle"}]), 60, 2));
    assert_eq!(unbounded.policies[0].ratio, None);
}

#[test]
fn regret_derived_for_another_alpha_is_that_of_a_run_with_it() {
    let alpha = 1.0 - libm::exp(-1.0);
    let mut experiment = nine(
        json!({"reward": "awc", "max_models": 3, "budget": 0.4}),
        json!([{"kind": "c2mab-v"}, {"kind": "random"}]),
        400,
        3,
    );
    experiment["environment"]["availability"] = json!([{"model": "GPT-4", "from": 100, "to": 250}]);
    let whole = play(&experiment);
    experiment["run"]["regret_alpha"] = json!(alpha);
    let part = play(&experiment);
    assert_eq!(whole.optimum.len(), 3);
    for (from, to, against) in [(&whole, &part, Against::Paper), (&part, &whole, Against::Best)] {
        assert!(Against::of(from).contains(&against));
        let options = Options { against, ..Options::default() };
        for (policy, expected) in from.policies.iter().zip(&to.policies) {
            let derived = Quantity::Regret.series(from, policy, &options).unwrap();
            for (a, b) in derived.mean.iter().zip(&expected.regret.mean) {
                assert!((a - b).abs() < 1e-9, "{a} {b}");
            }
            for (a, b) in derived.ci95.iter().flatten().zip(expected.regret.ci95.iter().flatten()) {
                assert!((a - b).abs() < 1e-9, "{a} {b}");
            }
        }
    }
    assert_eq!((&whole.bounds, whole.policies[0].finals.coverage.mean), (&None, None), "the world changes");
}

#[test]
fn regret_against_the_joint_optimum_is_what_the_rows_say() {
    let experiment =
        replay("iid", json!({"reward": "awc", "max_models": 2, "budget": null}), json!([{"kind": "random"}]), 200);
    let result = run(Plan::new(&experiment, Some(data(100, 4))).unwrap());
    let options = Options { against: Against::Joint, ..Options::default() };
    let policy = &result.policies[0];
    let series = Quantity::Regret.series(&result, policy, &options).unwrap();
    let joint = result.optimum[0].joint.as_ref().unwrap().reward;
    assert!((series.mean[199] - 200.0 * (joint - policy.finals.reward.mean.unwrap())).abs() < 1e-9);
    assert!((series.ci95.as_ref().unwrap()[199] - 200.0 * policy.finals.reward.ci95.unwrap()).abs() < 1e-9);
}

#[test]
fn lemma_1_holds_as_often_as_it_promises() {
    // 400 replicates, δ = 0.2: at least 0.9, less four standard errors.
    let policies = json!([{"kind": "c2mab-v", "delta": 0.2}, {"kind": "random"}]);
    let result = play(&nine(json!({"reward": "suc", "max_models": 3, "budget": 0.6}), policies, 100, 400));
    let coverage = result.policies[0].finals.coverage;
    let floor = 0.9 - 4.0 * (0.9f64 * 0.1 / 400.0).sqrt();
    assert!(coverage.mean.unwrap() >= floor && coverage.ci95.unwrap() > 0.0, "{coverage:?}");
    assert_eq!(result.policies[1].finals.coverage.mean, None);
    let sentence = &result.coverage()[0];
    assert!(sentence.contains("of 400 replicates") && sentence.contains("at least 90 %"), "{sentence}");
    // The count is not empty: against means that are off by a quarter it fails nearly always.
    let plan = plan(&nine(
        json!({"reward": "suc", "max_models": 3, "budget": 0.6}),
        json!([{"kind": "c2mab-v", "delta": 0.2}]),
        1_000,
        4,
    ));
    let mut game = llm_selection::game::Game::clone(&plan.game);
    game.segments[0].mean_reward.iter_mut().for_each(|mean| *mean = (*mean - 0.25).abs());
    let simulation = Simulation::new(Arc::new(game));
    for job in simulation.jobs() {
        let mut played = JobState::new(&simulation, 0, job);
        while played.advance(&simulation, 100) > 0 {}
        let statistics = played.take_update(&simulation).unwrap().statistics;
        let last = &statistics[statistics.len() - 2 * TRACKED..];
        assert_eq!(last[TRACKED - 1], 0.0);
        assert_eq!(statistics[TRACKED - 1], 1.0, "after one round nothing is known well enough to be wrong");
    }
}

#[test]
fn the_smallest_chance_of_a_call_follows_the_feedback() {
    let observed = |task: Value| play(&nine(task, json!([{"kind": "oracle"}]), 5, 1)).bounds.unwrap().observed;
    assert_eq!(observed(json!({"reward": "suc", "max_models": 3, "budget": 0.6})), 1.0);
    assert_eq!(observed(json!({"reward": "awc", "max_models": 3, "budget": 0.6, "feedback": "full"})), 1.0);
    // Failures of GPT-4 and Claude 2, the two smallest.
    assert!((observed(json!({"reward": "awc", "max_models": 3, "budget": 0.6})) - 0.14 * 0.16).abs() < 1e-12);
    // Successes of ChatGLM2 and Llama 2-13B.
    let stopping = json!({"reward": "aic", "max_models": 3, "budget": 0.6, "stop_on_failure": true});
    assert!((observed(stopping) - 0.48 * 0.55).abs() < 1e-12);
    let bounds =
        play(&nine(json!({"reward": "suc", "max_models": 3, "budget": 0.6}), json!([{"kind": "oracle"}]), 5, 1))
            .bounds
            .unwrap();
    assert!((bounds.most_over - (0.60 + 0.45 + 0.36 - 0.6)).abs() < 1e-12);
    assert_eq!((bounds.arms, bounds.most, bounds.rounds), (9, 3, 5));
}

proptest! {
    #[test]
    fn checkpoints_are_few_ascending_and_end_with_the_last_round(rounds in 1u32..=1_000_000) {
        let points = checkpoints(rounds);
        prop_assert!(points.len() <= 1_000);
        prop_assert!(points.windows(2).all(|pair| pair[0] < pair[1]));
        prop_assert_eq!((points[0], points[points.len() - 1]), (1, rounds));
        // Readable on a linear axis: no gap above a two-hundredth of the run; on a logarithmic one: none above a factor of 1.1
        // once rounds are dense enough for it.
        prop_assert!(points.windows(2).all(|pair| pair[1] - pair[0] <= rounds / 200 + 1));
        prop_assert!(points.windows(2).filter(|pair| pair[0] >= 40).all(|pair| f64::from(pair[1]) < 1.1 * f64::from(pair[0]) + 1.0));
    }

    #[test]
    fn any_small_experiment_plays_to_its_end(
        reward in prop_oneof![Just("awc"), Just("suc"), Just("aic")],
        models in proptest::collection::vec((0.0..=1.0f64, prop_oneof![Just(0.0), 0.0..1.0f64]), 1..6),
        share in 0.0..1.0f64, budget in prop_oneof![Just(None), (1e-3..2.0f64).prop_map(Some)], spread in 0.0..=1.0f64, seed in 0u64..1000,
    ) {
        let n = 1 + (share * models.len() as f64) as usize;
        let models: Vec<Value> = models.iter().enumerate().map(|(k, (reward, cost))| json!({"name": format!("m{k}"), "reward": reward, "cost": cost})).collect();
        let experiment = json!({"version": 1, "environment": {"kind": "synthetic", "cost_spread": spread, "models": models},
            "task": {"reward": reward, "max_models": n.min(models.len()), "budget": budget},
            "policies": [{"kind": "c2mab-v"}, {"kind": "c2mab-v", "alpha_mu": 0, "alpha_c": 0}, {"kind": "cucb"}, {"kind": "thompson"}, {"kind": "epsilon-greedy"}, {"kind": "random"}, {"kind": "oracle"}],
            "run": {"rounds": 60, "replicates": 2, "seed": seed}});
        let result = play(&experiment);
        for policy in &result.policies {
            prop_assert_eq!(policy.rounds.last(), Some(&60));
            for (name, series) in policy.series() {
                prop_assert!(series.mean.iter().all(|value| value.is_finite()), "{} {}", policy.label, name);
            }
            let sizes: f64 = policy.selection.values().sum();
            let n = n.min(models.len()) as f64;
            prop_assert!(if reward == "awc" { sizes <= n + 1e-9 } else { (sizes - n).abs() < 1e-9 }, "{}: {}", policy.label, sizes);
        }
        if let Some(oracle) = result.policies.last() {
            prop_assert!(oracle.regret.mean.iter().all(|regret| *regret == 0.0));
        }
    }
}

#[test]
fn sampling_names_are_those_of_the_format() {
    for (name, sampling) in
        [("iid", Sampling::Iid), ("shuffle", Sampling::Shuffle), ("sequential", Sampling::Sequential)]
    {
        assert_eq!(serde_json::to_value(sampling).unwrap(), json!(name));
    }
}
