//! Data with missing results: a model without one is away, and filters, against a replay by brute force.
#![cfg(not(target_arch = "wasm32"))]
// Helpers of tests fail as tests do.
#![allow(clippy::unwrap_used)]

use llm_selection::ErrorKind;
use llm_selection::data::{Dataset, Labels, ModelResults};
use llm_selection::environment::{AnyWorld, Sparse, World};
use llm_selection::environment::{Changed, Rows};
use llm_selection::experiment::Experiment;
use llm_selection::plan::Plan;
use llm_selection::random::world_key;
use llm_selection::run::run;
use llm_selection::simulation::{Job, JobState, JobUpdate, Run, Simulation, TRACKED};
use llm_selection::theory::Bounds;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::Arc;

const NAN: f64 = f64::NAN;

/// Score and cost by row and model; `None` where the result is missing.
type Table = Vec<Vec<Option<(f64, f64)>>>;

fn dataset(table: &Table) -> Dataset {
    let arms = table[0].len();
    let models = (0..arms).map(|arm| {
        let column = |of: fn((f64, f64)) -> f64| table.iter().map(|row| row[arm].map_or(NAN, of)).collect::<Vec<_>>();
        ModelResults {
            name: format!("m{arm}"),
            reward: column(|cell| cell.0),
            cost: Some(column(|cell| cell.1)),
            // The latency of a call tells the model and the row.
            latency_ms: Some((0..table.len()).map(|row| (1 + row * arms + arm) as f64).collect()),
        }
    });
    Dataset { models: models.collect(), queries: table.len(), ..Dataset::default() }
}

fn labels(of: &[Option<&str>]) -> Labels {
    let mut names: Vec<String> = Vec::new();
    let of = of.iter().map(|name| match name {
        None => Labels::NONE,
        Some(name) => names.iter().position(|known| known == name).unwrap_or_else(|| {
            names.push((*name).to_owned());
            names.len() - 1
        }) as u32,
    });
    let of = of.collect();
    Labels { names, of }
}

fn experiment(extra: Value, task: Value, policies: Value, rounds: u32) -> Value {
    let mut experiment = json!({"version": 1, "environment": {"kind": "replay", "files": [{"name": "x.csv"}], "cost_scale": 1,
        "missing": "unavailable"}, "task": task, "policies": policies, "run": {"rounds": rounds, "replicates": 1, "seed": 3}});
    for (name, value) in extra.as_object().unwrap() {
        experiment["environment"][name] = value.clone();
    }
    experiment
}

fn planned(experiment: &Value, mut data: Dataset) -> llm_selection::Result<Plan> {
    data.files = vec![llm_selection::data::FileIdentity { name: "x.csv".into(), sha256: "0".repeat(64) }];
    Plan::new(&Experiment::from_json(&experiment.to_string()).unwrap(), Some(Arc::new(data)))
}

fn policies() -> Value {
    json!([{"kind": "c2mab-v"}, {"kind": "c2mab-v-direct", "window": 20}, {"kind": "cucb"}, {"kind": "cucb", "cost_aware": true},
        {"kind": "thompson"}, {"kind": "thompson", "cost_aware": true}, {"kind": "epsilon-greedy", "epsilon": 0.5},
        {"kind": "epsilon-greedy", "epsilon": 0.5, "cost_aware": true}, {"kind": "primal-dual"}, {"kind": "fixed", "models": ["m1"]},
        {"kind": "random"}, {"kind": "oracle"}])
}

/// One replicate of a policy, played to its end.
fn play(simulation: &Simulation, policy: u32) -> JobUpdate {
    let mut state = JobState::new(simulation, 0, Job { policy, block: 0, first: 0, replicates: 1 });
    while state.advance(simulation, 7) > 0 {}
    state.take_update(simulation).unwrap()
}

/// `r(S; μ)`, straight from the definition.
fn reward_of(model: &str, set: &[usize], means: &[f64]) -> f64 {
    match (model, set.is_empty()) {
        (_, true) => 0.0,
        ("awc", _) => 1.0 - set.iter().map(|&k| 1.0 - means[k]).product::<f64>(),
        ("suc", _) => set.iter().map(|&k| means[k]).sum(),
        _ => set.iter().map(|&k| means[k]).product(),
    }
}

/// `r(S*; μ)` among these models, by trying all sets; of sets that do not fit, the cheapest.
fn best_of(model: &str, there: &[usize], n: usize, means: &[f64], costs: &[f64], budget: f64) -> f64 {
    let n = n.min(there.len());
    let sets: Vec<Vec<usize>> = (1u32..1 << there.len())
        .map(|mask| (0..there.len()).filter(|k| mask >> k & 1 == 1).map(|k| there[k]).collect::<Vec<_>>())
        .filter(|set| if model == "awc" { set.len() <= n } else { set.len() == n })
        .collect();
    let cost = |set: &Vec<usize>| set.iter().map(|&k| costs[k]).sum::<f64>();
    let fitting = sets.iter().filter(|set| cost(set) <= budget + 1e-9);
    match fitting.map(|set| reward_of(model, set, means)).max_by(f64::total_cmp) {
        Some(best) => best,
        None => sets.iter().min_by(|a, b| cost(a).total_cmp(&cost(b))).map_or(0.0, |set| reward_of(model, set, means)),
    }
}

/// Rows of four models, of which about a third are missing; costs all differ, so that no two sets cost the same.
fn tables() -> impl Strategy<Value = Table> {
    let cell = (0u32..6, 0u32..1_000);
    prop::collection::vec(prop::collection::vec(cell, 4), 3..12).prop_map(|rows| {
        let cells = |(r, row): (usize, Vec<(u32, u32)>)| -> Vec<Option<(f64, f64)>> {
            let cell = |(k, (score, cost)): (usize, (u32, u32))| {
                let cost = 0.1 + 0.2 * k as f64 + f64::from(cost) * 1e-4 + r as f64 * 1e-6;
                (score > 1).then(|| (f64::from(score - 2) / 3.0, cost))
            };
            row.into_iter().enumerate().map(cell).collect()
        };
        let mut table: Table = rows.into_iter().enumerate().map(cells).collect();
        // Every model has a result.
        (0..4).for_each(|k| table[k % 3][k] = Some((f64::from(k as u32 % 2), 0.1 + 0.2 * k as f64)));
        table
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Who is there, who is called, what it brings and what is given up, round by round.
    #[test]
    fn every_round_is_that_of_its_own_row(table in tables(), reward in prop::sample::select(vec!["suc", "awc", "aic"]),
        order in prop::sample::select(vec!["iid", "shuffle", "sequential"]), n in 1usize..4, budget in 0.15..1.5f64,
        away in prop::option::of((1u32..40, 1u32..40))) {
        let availability = away.map_or(json!([]), |(from, more)| json!([{"model": "m2", "from": from, "to": from + more}]));
        let task = json!({"reward": reward, "max_models": n, "budget": budget, "feedback": "full"});
        let experiment = experiment(json!({"sampling": order, "availability": availability}), task, policies(), 60);
        let plan = planned(&experiment, dataset(&table)).unwrap();
        let simulation = Simulation::new(plan.game.clone());

        let kept: Vec<&Vec<_>> = table.iter().filter(|row| row.iter().any(Option::is_some)).collect();
        let threshold = |score: f64| if reward == "awc" { if score >= 1.0 { 1.0 } else { 0.0 } } else { score };
        let mean = |arm: usize, of: &dyn Fn((f64, f64)) -> f64| {
            let values: Vec<f64> = kept.iter().filter_map(|row| row[arm].map(of)).collect();
            values.iter().sum::<f64>() / values.len() as f64
        };
        let means: Vec<f64> = (0..4).map(|arm| mean(arm, &|cell| threshold(cell.0))).collect();
        let costs: Vec<f64> = (0..4).map(|arm| mean(arm, &|cell| cell.1)).collect();
        for arm in 0..4 {
            prop_assert!((plan.mean_reward[arm] - means[arm]).abs() < 1e-12);
            prop_assert!((plan.mean_cost.as_ref().unwrap()[arm] - costs[arm]).abs() < 1e-12);
        }
        let AnyWorld::Replay(replay) = &plan.game.world else { panic!() };
        for policy in 0..12 {
            let update = play(&simulation, policy);
            let values: Vec<&[f64]> = update.statistics.chunks(TRACKED).step_by(2).collect();
            let (mut regret, mut realised, mut paid, mut calls) = (0.0, 0.0, 0.0, 0);
            for t in 1..=60u32 {
                let row = match order {
                    "sequential" => (t as usize - 1) % kept.len(),
                    _ => replay.rows(0).unwrap().begin(world_key(3, 0), t) / 4,
                };
                let is_away = |arm: usize| arm == 2 && away.is_some_and(|(from, more)| (from..from + more).contains(&t));
                let there: Vec<usize> = (0..4).filter(|&arm| kept[row][arm].is_some() && !is_away(arm)).collect();
                let place = (t as usize - 1) * 4;
                let set: Vec<usize> = (0..4).filter(|&arm| update.selected[place + arm] > 0).collect();
                prop_assert!(set.iter().all(|arm| there.contains(arm)), "policy {policy}, round {t}: {set:?} of {there:?}");
                // A fixed set stays the one it is; rounding may leave AWC's smaller.
                if reward == "awc" || policy == 9 {
                    prop_assert!(set.len() <= n.min(there.len()));
                    prop_assert!(policy == 9 || there.is_empty() || !set.is_empty());
                } else {
                    prop_assert_eq!(set.len(), n.min(there.len()), "policy {}, round {}", policy, t);
                }
                regret += best_of(reward, &there, n, &means, &costs, budget) - reward_of(reward, &set, &means);
                let cells: Vec<(f64, f64)> = set.iter().map(|&arm| kept[row][arm].unwrap()).collect();
                let scores: Vec<f64> = cells.iter().map(|cell| threshold(cell.0)).collect();
                realised += match reward {
                    _ if scores.is_empty() => 0.0,
                    "suc" => scores.iter().sum::<f64>(),
                    "awc" => scores.iter().copied().fold(0.0, f64::max),
                    _ => scores.iter().product(),
                };
                paid += cells.iter().map(|cell| cell.1).sum::<f64>();
                calls += set.len();
                let now = values[t as usize - 1];
                let rounds = f64::from(t);
                prop_assert!((now[0] - regret).abs() < 1e-9, "policy {policy}, round {t}: regret {} is {regret}", now[0]);
                prop_assert!(now[1] >= now[0] - 1e-9, "relaxed regret {} below {}", now[1], now[0]);
                prop_assert!((now[4] * rounds - realised).abs() < 1e-9);
                prop_assert!((now[6] * rounds - paid).abs() < 1e-9);
                prop_assert!((now[8] * rounds - calls as f64).abs() < 1e-9);
                prop_assert!(policy != 11 || regret.abs() < 1e-9, "the oracle gives nothing up");
            }
        }
    }

    /// Without missing results both rules are the same experiment, bit by bit.
    #[test]
    fn complete_data_know_no_rule(table in tables(), reward in prop::sample::select(vec!["suc", "awc", "aic"])) {
        let full: Table = (table.iter()).map(|row| row.iter().map(|cell| Some(cell.unwrap_or((0.5, 0.3)))).collect()).collect();
        let task = json!({"reward": reward, "max_models": 2, "budget": 0.6});
        let mut one = experiment(json!({}), task, policies(), 80);
        let away = run(planned(&one, dataset(&full)).unwrap());
        one["environment"]["missing"] = json!("drop");
        prop_assert_eq!(run(planned(&one, dataset(&full)).unwrap()).digest, away.digest);
    }

    /// A filter is the same as a file without the other queries; labels say which those are.
    #[test]
    fn a_filter_is_a_smaller_file(table in tables(), of in prop::collection::vec((0usize..4, 0usize..3), 12)) {
        let categories: Vec<Option<&str>> = (0..table.len()).map(|row| [Some("a"), Some("b"), Some("c"), None][of[row].0]).collect();
        let splits: Vec<Option<&str>> = (0..table.len()).map(|row| [Some("train"), Some("test"), None][of[row].1]).collect();
        let passes = |row: &usize| matches!(categories[*row], Some("a" | "c")) && splits[*row] == Some("test");
        let smaller: Table = (0..table.len()).filter(passes).map(|row| table[row].clone()).collect();
        let everyone = (0..4).all(|arm| smaller.iter().any(|row| row[arm].is_some()));
        let (category, split) = (Some(labels(&categories)), Some(labels(&splits)));
        let known = |labels: &Option<Labels>, name: &str| labels.as_ref().unwrap().names.iter().any(|known| known == name);
        prop_assume!(known(&category, "a") && known(&category, "c") && known(&split, "test"));
        let task = json!({"reward": "suc", "max_models": 2, "budget": null});
        let mut one = experiment(json!({}), task, policies(), 50);
        let expected = everyone.then(|| run(planned(&one, dataset(&smaller)).unwrap()));
        one["environment"]["filter"] = json!({"category": ["c", "a"], "split": ["test"]});
        let found = planned(&one, Dataset { category, split, ..dataset(&table) });
        match (expected, found) {
            (Some(expected), Ok(plan)) => {
                let said = format!("The filter leaves {} of {} queries.", smaller.len(), table.len());
                prop_assert!(smaller.len() == table.len() || plan.warnings().contains(&said), "{:?}", plan.warnings());
                prop_assert_eq!(run(plan).digest, expected.digest);
            }
            (None, Err(error)) => prop_assert_eq!(error.kind, ErrorKind::NothingInCommon),
            (expected, found) => prop_assert!(false, "{:?} and {:?}", expected.map(|run| run.digest), found.err()),
        }
    }
}

fn suc(budget: Value) -> Value {
    json!({"reward": "suc", "max_models": 2, "budget": budget})
}

/// Three models on six rows: 0 has all, 1 the first half, 2 the second; the last row has nobody.
fn halves() -> Table {
    let result = |row: usize, arm: usize| Some((f64::from((row + arm) as u32 % 2), 0.1 + 0.1 * arm as f64));
    let mut table: Table = (0..6)
        .map(|row| vec![result(row, 0), result(row, 1).filter(|_| row < 3), result(row, 2).filter(|_| row >= 3)])
        .collect();
    table.push(vec![None; 3]);
    table
}

#[test]
fn what_became_of_the_queries_is_said() {
    let plan = planned(&experiment(json!({}), suc(json!(0.5)), policies(), 20), dataset(&halves())).unwrap();
    let said = plan.warnings().join("\n");
    assert!(said.contains("1 of 7 queries are left out: no model has a result for them."), "{said}");
    assert!(said.contains("6 of 6 queries are played without some model: it has no result for them."), "{said}");
    let mut dropping = experiment(json!({}), suc(json!(0.5)), policies(), 20);
    dropping["environment"]["missing"] = json!("drop");
    let error = planned(&dropping, dataset(&halves())).unwrap_err();
    assert_eq!(error.kind, ErrorKind::NothingInCommon, "{error}");
}

#[test]
fn a_model_without_any_result_is_refused_by_name() {
    let mut data = dataset(&halves());
    data.models[2].reward.fill(NAN);
    let error = planned(&experiment(json!({}), suc(json!(0.5)), policies(), 20), data).unwrap_err();
    assert_eq!(error.kind, ErrorKind::NothingInCommon);
    assert!(error.to_string().contains("m2"), "{error}");
}

#[test]
fn a_missing_cost_is_a_missing_result_where_costs_are_known() {
    let mut data = dataset(&halves());
    data.models[0].cost.as_mut().unwrap()[0] = NAN;
    let one = experiment(
        json!({"sampling": "sequential"}),
        suc(json!(null)),
        json!([{"kind": "fixed", "models": ["m0", "m1"]}]),
        6,
    );
    assert_eq!(play(&Simulation::new(planned(&one, data.clone()).unwrap().game), 0).selected[..3], [0, 1, 0]);
    // Where some model has no cost at all, none counts.
    data.models[2].cost = None;
    assert_eq!(play(&Simulation::new(planned(&one, data).unwrap().game), 0).selected[..3], [1, 1, 0]);
}

#[test]
fn a_model_without_a_result_in_a_part_of_the_files_is_away_there() {
    let table: Table = halves().into_iter().take(6).collect();
    let drift = json!({"sampling": "sequential", "drift": [{"at": 11}, {"at": 16, "models": {"m1": {"reward": 0.9}}}]});
    let plan = planned(&experiment(drift, suc(json!(0.5)), policies(), 20), dataset(&table)).unwrap();
    let there: Vec<&Vec<usize>> = plan.game.segments.iter().map(|segment| &segment.available).collect();
    assert_eq!(there, [&vec![0, 1], &vec![0, 2], &vec![0, 2]]);
    let said = plan.warnings().join("\n");
    for words in ["m2 has no result in part 1", "m1 has no result in part 2"] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let simulation = Simulation::new(plan.game.clone());
    for policy in [0, 2, 4, 10, 11] {
        let update = play(&simulation, policy);
        for (round, selected) in (1..).zip(update.selected.chunks(3)) {
            assert_eq!(selected, if round < 11 { [1, 1, 0] } else { [1, 0, 1] }, "policy {policy}, round {round}");
        }
    }
}

#[test]
fn new_means_are_those_of_the_rows_that_have_a_result() {
    let drift = json!({"drift": [{"at": 2, "models": {"m1": {"reward": 0.25, "cost": 0.4}}}]});
    let mut table = halves();
    table.iter_mut().flat_map(|row| row.iter_mut().flatten()).for_each(|cell| cell.0 = 0.5);
    let game = planned(&experiment(drift, suc(json!(0.5)), policies(), 20), dataset(&table)).unwrap().game;
    let AnyWorld::Replay(replay) = &game.world else { panic!() };
    let rows: Rows = replay.rows(1).unwrap();
    let world = Sparse(Changed(rows));
    let (mut met, mut reward, mut cost) = (0u32, 0.0, 0.0);
    for t in 2..20_000 {
        let round = world.begin(9, t);
        let there = &replay.patterns()[world.pattern(round).unwrap()];
        assert_eq!(there.contains(&2), !world.outcome(round, 2).reward.is_nan());
        if there.contains(&1) {
            let outcome = world.outcome(round, 1);
            (met, reward, cost) = (met + 1, reward + outcome.reward, cost + outcome.cost);
        }
    }
    let met = f64::from(met);
    assert!((reward / met - 0.25).abs() < 0.02 && (cost / met - 0.4).abs() < 0.01, "{} {}", reward / met, cost / met);
    assert_eq!((game.segments[1].mean_reward[1], game.segments[1].mean_cost[1]), (0.25, 0.4));
}

#[test]
fn an_offline_policy_learns_each_model_from_its_own_rows() {
    // Model 2 looks free and useless to who takes no result for 0; model 1 is good, and only in half of the rows.
    let table: Table = (0..400)
        .map(|row| {
            let good = Some((f64::from(u32::from(row % 10 != 0)), 0.3)).filter(|_| row % 2 == 0);
            vec![
                Some((f64::from(u32::from(row % 3 == 0)), 0.2)),
                good,
                Some((0.5, 0.25)).filter(|_| row == 399 || row == 7),
            ]
        })
        .collect();
    let policies = json!([{"kind": "offline", "samples": 12}]);
    let task = json!({"reward": "suc", "max_models": 2, "budget": 0.55});
    let plan = planned(&experiment(json!({}), task, policies, 20), dataset(&table)).unwrap();
    let seen: Vec<bool> = (0..3).map(|arm| plan.game.training.chunks(3).any(|row| !row[arm].reward.is_nan())).collect();
    assert_eq!(seen, [true, true, false], "this seed holds out no row of model 2");
    assert_eq!(plan.game.training.len(), 12 * 3);
    let simulation = Simulation::new(plan.game.clone());
    assert_eq!(Run::new(&simulation, 0, 0).unwrap().ask(&simulation).arms, [0, 1]);
}

#[test]
fn rounds_with_nobody_are_empty() {
    let table: Table = vec![vec![Some((1.0, 0.1)), None], vec![None, Some((1.0, 0.2))]];
    let away = json!({"sampling": "sequential", "availability": [{"model": "m0", "from": 1, "to": 11}]});
    for reward in ["suc", "awc", "aic"] {
        let task = json!({"reward": reward, "max_models": 1, "budget": 0.5});
        let result = run(planned(&experiment(away.clone(), task, policies(), 20), dataset(&table)).unwrap());
        for policy in &result.policies {
            // Rounds 1, 3, 5, 7 and 9 have a row of the absent model alone.
            assert!((policy.finals.empty_rounds.mean.unwrap() - 5.0).abs() < 1e-12, "{reward}, {}", policy.label);
            if policy.kind != "fixed" {
                assert!(policy.regret.mean.iter().all(|regret| regret.abs() < 1e-12), "{reward}, {}", policy.label);
            }
        }
    }
}

#[test]
fn the_report_is_of_rows_that_miss_nothing() {
    let table: Table = halves().into_iter().take(6).collect();
    let plan = planned(&experiment(json!({}), suc(json!(null)), policies(), 20), dataset(&table)).unwrap();
    assert_eq!(Bounds::of(&plan.game, 1.0), None);
    assert_eq!(plan.game.lemma(0), None);
    let best = best_of("suc", &[0, 1, 2], 2, &plan.mean_reward, &[0.0; 3], 1.0);
    let result = run(plan);
    assert_eq!(result.optimum.len(), 1);
    assert!((result.optimum[0].reward.unwrap() - best).abs() < 1e-12);
    assert!(result.optimum[0].joint.is_none());
    assert!(result.policies.iter().all(|policy| policy.finals.latency_ms.mean.is_some()));
}

#[test]
fn too_many_sets_of_models_leave_out_the_rarest() {
    // 13 models make 8,191 sets; two rows of the set of all come last.
    let cells = |mask: usize| (0..13).map(|arm| (mask >> arm & 1 == 1).then_some((0.5, 0.1))).collect();
    let mut table: Table = (1..8_192).map(cells).collect();
    table.push(cells(8_191));
    let one = experiment(json!({}), suc(json!(0.5)), json!([{"kind": "random"}]), 20);
    let plan = planned(&one, dataset(&table)).unwrap();
    let said = plan.warnings().join("\n");
    assert!(said.contains("4095 of 8192 queries are left out: there are 8191 different sets"), "{said}");
    let AnyWorld::Replay(replay) = &plan.game.world else { panic!() };
    assert_eq!(replay.patterns().len(), 4_096);
    assert_eq!(replay.rows(0).unwrap().iter().filter(|row| row.iter().all(|cell| !cell.reward.is_nan())).count(), 2);
    let start = std::time::Instant::now();
    let simulation = Simulation::new(plan.game.clone());
    println!("{} ms for {} sets", start.elapsed().as_millis(), replay.patterns().len());
    assert_eq!(simulation.optima().len(), 1);
}

#[test]
fn filters_are_refused_by_name() {
    let labelled = |category: bool| Dataset {
        category: category.then(|| labels(&[Some("math"), Some("law"), None, None, None, None, None])),
        ..dataset(&halves())
    };
    let cases = [
        (json!({"category": ["maths"]}), true, "environment.filter.category[0]", "math, law"),
        (json!({"category": ["law", "x"]}), true, "environment.filter.category[1]", "math, law"),
        (json!({"category": ["math"]}), false, "environment.filter.category[0]", "no category"),
        (json!({"split": ["test"]}), true, "environment.filter.split[0]", "no split"),
    ];
    for (filter, category, field, words) in cases {
        let one = experiment(json!({"filter": filter}), suc(json!(null)), policies(), 20);
        let error = planned(&one, labelled(category)).unwrap_err();
        assert_eq!((error.kind, error.place.field.as_deref()), (ErrorKind::OutOfRange, Some(field)), "{error}");
        assert!(error.to_string().contains(words), "{error}");
    }
    for (filter, kind) in [
        (json!({"category": ["a", "a"]}), ErrorKind::Duplicate),
        (json!({"category": [""]}), ErrorKind::OutOfRange),
        (json!({"subject": ["a"]}), ErrorKind::UnknownField),
        (json!({"category": "a"}), ErrorKind::OutOfRange),
    ] {
        let one = experiment(json!({"filter": filter}), suc(json!(null)), policies(), 20);
        let error = Experiment::from_json(&one.to_string()).unwrap_err();
        assert_eq!(error.kind, kind, "{error}");
        assert!(error.to_string().contains("environment.filter"), "{error}");
    }
}
