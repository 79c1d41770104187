//! Worlds that change, models that are away, and the policies made for them.
#![cfg(not(target_arch = "wasm32"))]
// Helpers of tests fail as tests do.
#![allow(clippy::unwrap_used)]

use llm_selection::bandit::reward::set_reward;
use llm_selection::data::{Dataset, FileIdentity, ModelResults};
use llm_selection::environment::{AnyWorld, Change, Changed, Outcome, Part, Replay, World};
use llm_selection::experiment::{Experiment, RewardModel, Sampling};
use llm_selection::game::Recipe;
use llm_selection::optimum::reports;
use llm_selection::plan::Plan;
use llm_selection::random::{hash, unit, world_key};
use llm_selection::run::run;
use llm_selection::simulation::{Run, Simulation};
use llm_selection::summary::PolicyResult;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::Arc;

fn synthetic(models: &[(f64, f64)], environment: Value, task: Value, policies: Value, rounds: u32, seed: u64) -> Value {
    let models: Vec<Value> = (models.iter().enumerate())
        .map(|(k, (reward, cost))| json!({"name": format!("m{k}"), "reward": reward, "cost": cost}))
        .collect();
    let mut experiment = json!({"version": 1, "environment": {"kind": "synthetic", "cost_scale": 1, "models": models},
        "task": task, "policies": policies, "run": {"rounds": rounds, "replicates": 4, "seed": seed}});
    for (name, value) in environment.as_object().unwrap() {
        experiment["environment"][name] = value.clone();
    }
    experiment
}

fn plan(experiment: &Value, data: Option<Arc<Dataset>>) -> Plan {
    Plan::new(&Experiment::from_json(&experiment.to_string()).unwrap(), data).unwrap()
}

const FIVE: [(f64, f64); 5] = [(0.9, 0.3), (0.7, 0.25), (0.5, 0.2), (0.4, 0.15), (0.2, 0.1)];

/// The best two become the worst.
fn turned_round(at: u32) -> Value {
    json!({"drift": [{"at": at, "models": {"m0": {"reward": 0.1}, "m1": {"reward": 0.15}, "m4": {"reward": 0.9}}}]})
}

#[test]
fn forgetting_recovers_after_a_drift() {
    for reward in ["suc", "aic", "awc"] {
        let (mut plain, mut others) = (0.0, [0.0; 4]);
        for seed in 0..3 {
            let policies = json!([{"kind": "c2mab-v"}, {"kind": "c2mab-v", "window": 400}, {"kind": "c2mab-v", "discount": 0.995},
                {"kind": "c2mab-v-direct", "window": 400}, {"kind": "c2mab-v-direct", "discount": 0.995}]);
            let task = json!({"reward": reward, "max_models": 2, "budget": 0.5, "feedback": "full"});
            let result = run(plan(&synthetic(&FIVE, turned_round(4_001), task, policies, 7_000, seed), None));
            // Regret of the 2,500 rounds from 500 after the drift on.
            let late = |policy: &PolicyResult| {
                let place = policy.rounds.iter().position(|round| *round >= 4_500).unwrap();
                policy.regret.mean.last().unwrap() - policy.regret.mean[place]
            };
            plain += late(&result.policies[0]) / 3.0;
            for (sum, policy) in others.iter_mut().zip(&result.policies[1..]) {
                *sum += late(policy) / 3.0;
            }
        }
        for other in others {
            assert!(other < 0.6 * plain, "{reward}: {other} of {plain}");
        }
    }
}

#[test]
fn a_window_as_long_as_the_run_forgets_nothing() {
    for reward in ["suc", "awc"] {
        let task = json!({"reward": reward, "max_models": 2, "budget": 0.4});
        let policies =
            json!([{"kind": "c2mab-v"}, {"kind": "c2mab-v", "window": 500}, {"kind": "c2mab-v", "window": 499}]);
        let mut plan = plan(&synthetic(&FIVE, turned_round(200), task, policies, 500, 1), None);
        // The same draws for all.
        let game = Arc::make_mut(&mut plan.game);
        for index in [1, 2] {
            game.policies[index].identity = game.policies[0].identity.clone();
        }
        let result = run(plan);
        let [plain, whole, nearly] = &result.policies[..] else { panic!() };
        assert_eq!((&plain.regret, &plain.cost, &plain.selection), (&whole.regret, &whole.cost, &whole.selection));
        // This one keeps its window, but forgets nothing before the last round.
        for (a, b) in plain.regret.mean.iter().zip(&nearly.regret.mean) {
            assert!((a - b).abs() < 1e-9);
        }
    }
}

#[test]
fn synthetic_worlds_have_the_means_of_their_segments() {
    let environment = json!({"drift": [{"at": 3_001, "models": {"m0": {"reward": 0.3, "cost": 0.6}}},
        {"at": 6_001, "models": {"m0": {"reward": 0.5}, "m3": {"cost": 0.05}}}]});
    let task = json!({"reward": "suc", "max_models": 2, "budget": 0.5});
    let game = plan(&synthetic(&FIVE, environment, task, json!([{"kind": "oracle"}]), 9_000, 1), None).game;
    let AnyWorld::Synthetic(worlds) = &game.world else { panic!() };
    assert_eq!(game.segments.iter().map(|segment| segment.from).collect::<Vec<_>>(), [1, 3_001, 6_001]);
    // What a drift says holds until another says otherwise.
    let m0: Vec<(f64, f64)> = game.segments.iter().map(|s| (s.mean_reward[0], s.mean_cost[0])).collect();
    assert_eq!(m0, [(0.9, 0.3), (0.3, 0.6), (0.5, 0.6)]);
    assert_eq!(game.segments[2].mean_cost[3], 0.05);
    let key = world_key(1, 0);
    for segment in &game.segments {
        let world = &worlds[segment.world];
        for arm in 0..5 {
            let outcomes: Vec<Outcome> =
                (segment.from..segment.from + 3_000).map(|t| world.outcome(world.begin(key, t), arm)).collect();
            let mean = |of: fn(&Outcome) -> f64| outcomes.iter().map(of).sum::<f64>() / 3_000.0;
            let (reward, cost) = (segment.mean_reward[arm], segment.mean_cost[arm]);
            // Six standard errors.
            assert!((mean(|o| o.reward) - reward).abs() < 6.0 * (reward * (1.0 - reward) / 3_000.0).sqrt());
            assert!((mean(|o| o.cost) - cost).abs() < 6.0 * cost * (1.0 / 12.0f64).sqrt() / 3_000.0f64.sqrt());
        }
    }
}

#[test]
fn changed_rows_have_the_means_that_were_asked_for() {
    let rows = 40;
    let cells: Vec<Outcome> = (0..rows)
        .flat_map(|row| {
            let x = unit(hash(3, row));
            let coin = f64::from(u8::from(x < 0.5));
            [x, coin, 0.0, 1.0].map(|reward| Outcome { reward, cost: 0.1 + x * 0.2 })
        })
        .collect();
    let of =
        |arm: usize, get: fn(&Outcome) -> f64| cells.iter().skip(arm).step_by(4).map(get).sum::<f64>() / rows as f64;
    for (wanted, cost) in [(0.2, 0.5), (0.8, 0.0), (0.0, 0.1), (1.0, 3.0)] {
        let changes: Vec<Change> =
            (0..4).map(|arm| Change::new((of(arm, |o| o.reward), of(arm, |o| o.cost)), (wanted, cost))).collect();
        for (arm, change) in changes.iter().enumerate() {
            let mean = cells.iter().skip(arm).step_by(4).map(|cell| change.cost(cell.cost)).sum::<f64>() / rows as f64;
            assert!((mean - cost).abs() < 1e-12);
        }
        let part = Part::new(1, 0..rows as usize, changes, 1.0);
        let replay = Replay::new(4, cells.clone(), Vec::new(), Sampling::Sequential, vec![part]).unwrap();
        let world = Changed(replay.rows(0).unwrap());
        let passes = 500u32;
        for arm in 0..4 {
            let sum: f64 = (1..=passes * rows as u32).map(|t| world.outcome(world.begin(9, t), arm).reward).sum();
            let draws = f64::from(passes) * rows as f64;
            // Six standard errors of a coin, at most 1/2 a draw.
            let tolerance = if wanted == 0.0 || wanted == 1.0 { 1e-12 } else { 6.0 * 0.5 / draws.sqrt() };
            assert!((sum / draws - wanted).abs() < tolerance, "{arm} {wanted}: {}", sum / draws);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_segment_has_its_own_best_set(
        reward in prop_oneof![Just("awc"), Just("suc"), Just("aic")], n in 1usize..=3, budget in 0.1..1.0f64,
        changes in proptest::collection::vec((2u32..30, 0usize..5, 0.0..=1.0f64, 0.0..0.6f64), 0..4),
        away in proptest::option::of((1usize..5, 1u32..30, 1u32..20)),
    ) {
        let mut changes = changes;
        changes.sort_by_key(|change| change.0);
        changes.dedup_by_key(|change| change.0);
        let drift: Vec<Value> = (changes.iter())
            .map(|(at, arm, reward, cost)| json!({"at": at, "models": {format!("m{arm}"): {"reward": reward, "cost": cost}}}))
            .collect();
        let mut environment = json!({"drift": drift});
        if let Some((arm, from, length)) = away {
            environment["availability"] = json!([{"model": format!("m{arm}"), "from": from, "to": from + length}]);
        }
        let task = json!({"reward": reward, "max_models": n, "budget": budget});
        let plan = plan(&synthetic(&FIVE, environment, task, json!([{"kind": "oracle"}]), 30, 1), None);
        let model: RewardModel = serde_json::from_value(json!(reward)).unwrap();
        let simulation = Simulation::new(plan.game.clone());
        let reports = reports(&plan, simulation.optima(), &[]);
        prop_assert_eq!(reports.len(), plan.game.segments.len());
        let mut run = Run::new(&simulation, 0, 0).unwrap();
        for t in 1..=30u32 {
            // The world of the round, computed from the lists as they stand.
            let mut arms = FIVE;
            for (at, arm, reward, cost) in &changes {
                if *at <= t {
                    arms[*arm] = (*reward, *cost);
                }
            }
            let means: Vec<f64> = arms.iter().map(|arm| arm.0).collect();
            let cost = |set: &[usize]| set.iter().map(|&arm| arms[arm].1).sum::<f64>();
            let there = |arm: usize| away.is_none_or(|(k, from, length)| arm != k || !(from..from + length).contains(&t));
            let most = n.min((0..5).filter(|&arm| there(arm)).count());
            let sets: Vec<Vec<usize>> = (1u32..32)
                .map(|mask| (0..5).filter(|k| mask >> k & 1 == 1).collect::<Vec<_>>())
                .filter(|set| set.iter().all(|&arm| there(arm)))
                .filter(|set| if reward == "awc" { set.len() <= most } else { set.len() == most })
                .collect();
            let best = sets.iter().filter(|set| cost(set) <= budget + 1e-9).map(|set| set_reward(model, &means, set)).reduce(f64::max);
            let report = reports.iter().rev().find(|report| report.from <= t).unwrap();
            let choice = run.ask(&simulation).clone();
            prop_assert_eq!(choice.infeasible, best.is_none());
            prop_assert!(choice.arms.iter().all(|&arm| there(arm)));
            let value = set_reward(model, &means, &choice.arms);
            prop_assert!((report.reward.unwrap() - value).abs() < 1e-12);
            if let Some(best) = best {
                prop_assert!((value - best).abs() < 1e-9, "round {}: {:?} {} {}", t, choice, value, best);
            }
            run.tell(&simulation, &[], Default::default());
        }
    }
}

/// Rows that all differ in their costs.
fn data(rows: usize, models: usize) -> Arc<Dataset> {
    let models = (0..models)
        .map(|model| ModelResults {
            name: format!("m{model}"),
            reward: (0..rows)
                .map(|row| f64::from(u8::from(unit(hash(5 + model as u64, row as u64)) < 0.3 + 0.12 * model as f64)))
                .collect(),
            cost: Some((0..rows).map(|row| (model + 1) as f64 * (1.0 + row as f64 / 1024.0)).collect()),
            latency_ms: None,
        })
        .collect();
    Arc::new(Dataset {
        models,
        queries: rows,
        files: vec![FileIdentity { name: "x.csv".into(), sha256: "ab".repeat(32) }],
        ..Dataset::default()
    })
}

#[test]
fn an_offline_policy_plays_the_best_set_of_rows_that_nobody_meets() {
    let data = data(300, 5);
    for (reward, drift) in [("awc", false), ("suc", false), ("aic", true)] {
        let mut experiment = json!({"version": 1, "environment": {"kind": "replay", "files": [{"name": "x.csv"}], "cost_scale": 1},
            "task": {"reward": reward, "max_models": 2, "budget": 7.5},
            "policies": [{"kind": "offline", "samples": 60}, {"kind": "c2mab-v"}, {"kind": "offline", "samples": 90}],
            "run": {"rounds": 50, "replicates": 1, "seed": 4}});
        if drift {
            experiment["environment"]["drift"] = json!([{"at": 20}]);
        }
        let game = plan(&experiment, Some(data.clone())).game;
        let simulation = Simulation::new(game.clone());
        assert_eq!(game.training.len(), 90 * 5);
        // No row is both learned from and played: the cost of a model tells the row.
        let AnyWorld::Replay(replay) = &game.world else { panic!() };
        let mut all: Vec<u64> = game.training.chunks(5).map(|row| row[0].cost.to_bits()).collect();
        for part in 0..if drift { 2 } else { 1 } {
            all.extend(replay.rows(part).unwrap().iter().map(|row| row[0].cost.to_bits()));
        }
        let rows = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!((rows, all.len()), (300, 300));
        let model: RewardModel = serde_json::from_value(json!(reward)).unwrap();
        for (policy, samples) in [(0, 60), (2, 90)] {
            let mean = |arm: usize, of: fn(&Outcome) -> f64| {
                game.training.chunks(5).take(samples).map(|row| of(&row[arm])).sum::<f64>() / samples as f64
            };
            let means: Vec<f64> = (0..5).map(|arm| mean(arm, |cell| cell.reward)).collect();
            let costs: Vec<f64> = (0..5).map(|arm| mean(arm, |cell| cell.cost)).collect();
            let best = (1u32..32)
                .map(|mask| (0..5).filter(|k| mask >> k & 1 == 1).collect::<Vec<usize>>())
                .filter(|set| if reward == "awc" { set.len() <= 2 } else { set.len() == 2 })
                .filter(|set| set.iter().map(|&arm| costs[arm]).sum::<f64>() <= 7.5)
                .map(|set| set_reward(model, &means, &set))
                .fold(f64::NEG_INFINITY, f64::max);
            let mut run = Run::new(&simulation, policy, 0).unwrap();
            let set = run.ask(&simulation).arms.clone();
            assert!((set_reward(model, &means, &set) - best).abs() < 1e-12, "{reward}: {set:?}");
            assert!(set.iter().map(|&arm| costs[arm]).sum::<f64>() <= 7.5);
        }
    }
}

#[test]
fn a_row_set_apart_is_never_met() {
    // One row costs a thousand times the others: whoever meets it shows it.
    let mut data = Dataset::clone(&data(40, 3));
    let experiment = json!({"version": 1, "environment": {"kind": "replay", "files": [{"name": "x.csv"}], "cost_scale": 1, "sampling": "shuffle"},
        "task": {"reward": "suc", "max_models": 3, "budget": null},
        "policies": [{"kind": "offline", "samples": 10}, {"kind": "random"}], "run": {"rounds": 90, "replicates": 2}});
    let learned = plan(&experiment, Some(Arc::new(data.clone()))).game.training[0].cost;
    let costs = |data: &Dataset| data.models[0].cost.clone().unwrap();
    let row = costs(&data).iter().position(|cost| *cost == learned).unwrap();
    for model in &mut data.models {
        model.cost.as_mut().unwrap()[row] = 1e6;
    }
    let with = run(plan(&experiment, Some(Arc::new(data.clone()))));
    assert!(with.policies.iter().all(|policy| policy.finals.cost.mean.unwrap() < 100.0));
    let mut without = experiment.clone();
    without["policies"] = json!([{"kind": "random"}]);
    assert!(run(plan(&without, Some(Arc::new(data)))).policies[0].finals.cost.mean.unwrap() > 1_000.0);
}

#[test]
fn an_offline_policy_changes_no_other_curve_of_a_synthetic_world() {
    let task = json!({"reward": "suc", "max_models": 2, "budget": 0.5});
    let others = [
        json!({"kind": "c2mab-v"}),
        json!({"kind": "thompson", "cost_aware": true}),
        json!({"kind": "c2mab-v-direct", "window": 50}),
    ];
    let mut all = others.to_vec();
    all.insert(1, json!({"kind": "offline"}));
    let play = |policies: &[Value]| {
        run(plan(&synthetic(&FIVE, turned_round(150), task.clone(), json!(policies), 300, 2), None))
    };
    let (without, mut with) = (play(&others), play(&all));
    let offline = with.policies.remove(1);
    for (a, b) in without.policies.iter().zip(&with.policies) {
        assert!(a.series().eq(b.series()) && a.selection == b.selection && a.called == b.called, "{}", a.label);
    }
    assert_eq!(offline.selection.values().filter(|share| **share == 1.0).count(), 2);
    let game = plan(&synthetic(&FIVE, json!({}), task, json!(all), 300, 2), None).game;
    assert_eq!(game.policies[1].recipe, Recipe::Offline { samples: 200 });
}
