//! The policies under a budget: what each must do, against brute force and by hand.
#![cfg(not(target_arch = "wasm32"))]
// Helpers of tests fail as tests do.
#![allow(clippy::unwrap_used)]

use llm_selection::bandit::direct::{Direct, ROUND_NODE_LIMIT};
use llm_selection::bandit::forgetting::Memory;
use llm_selection::bandit::optimism::{Confidence, Optimism};
use llm_selection::bandit::policy::{Choice, Observation, Policy, Setting};
use llm_selection::bandit::primal_dual::PrimalDual;
use llm_selection::bandit::relaxation::TOLERANCE;
use llm_selection::bandit::reward::set_reward;
use llm_selection::environment::{AnyWorld, World};
use llm_selection::experiment::{Experiment, RewardModel};
use llm_selection::game::Recipe;
use llm_selection::plan::Plan;
use llm_selection::random::{hash, policy_stream, unit, world_key};
use llm_selection::run::run;
use llm_selection::simulation::{Run, Simulation, Unobserved};
use llm_selection::summary::RunResult;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::Arc;

/// Nine models: reward and cost.
const NINE: [(f64, f64); 9] = [
    (0.86, 0.60),
    (0.84, 0.45),
    (0.80, 0.36),
    (0.77, 0.25),
    (0.72, 0.20),
    (0.66, 0.14),
    (0.60, 0.09),
    (0.55, 0.05),
    (0.48, 0.03),
];

fn nine(task: Value, policies: Value, rounds: u32, replicates: u32) -> Value {
    let models: Vec<Value> = (NINE.iter().enumerate())
        .map(|(k, (reward, cost))| json!({"name": format!("m{k}"), "reward": reward, "cost": cost}))
        .collect();
    json!({"version": 1, "environment": {"kind": "synthetic", "cost_scale": 1, "models": models}, "task": task,
        "policies": policies, "run": {"rounds": rounds, "replicates": replicates, "seed": 3}})
}

fn plan(experiment: &Value) -> Plan {
    Plan::new(&Experiment::from_json(&experiment.to_string()).unwrap(), None).unwrap()
}

fn play(experiment: &Value) -> RunResult {
    run(plan(experiment))
}

fn setting(reward: RewardModel, arms: usize, n: usize, budget: f64, rounds: u32) -> Setting {
    Setting {
        arms,
        n,
        available: (0..arms).collect(),
        situation: 0,
        budget,
        reward,
        ordered: reward == RewardModel::Awc,
        at_least_one: true,
        rounds,
    }
}

fn confidence(alpha_mu: f64, alpha_c: f64) -> Confidence {
    Confidence { alpha_mu, alpha_c, delta: 0.01, memory: Memory::All }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_policy_selects_a_model_that_is_away(
        reward in prop_oneof![Just("awc"), Just("suc"), Just("aic")],
        n in 1usize..=5, seed in 0u64..1000, budget in prop_oneof![Just(None), (0.05..2.0f64).prop_map(Some)],
        at_least_one in any::<bool>(),
        windows in proptest::collection::vec((0usize..5, 1u32..60, 1u32..30), 0..8),
    ) {
        // Model 0 is always there; windows of one model that overlap are left out.
        let mut away: Vec<(usize, u32, u32)> = Vec::new();
        for (arm, from, length) in windows {
            let (arm, to) = (arm.max(1), from + length);
            if away.iter().all(|(other, start, end)| *other != arm || *end <= from || to <= *start) {
                away.push((arm, from, to));
            }
        }
        let mut experiment = nine(
            json!({"reward": reward, "max_models": n, "budget": budget, "at_least_one": at_least_one}),
            json!([{"kind": "c2mab-v"}, {"kind": "c2mab-v-direct"}, {"kind": "primal-dual"}, {"kind": "cucb"}, {"kind": "thompson"},
                {"kind": "epsilon-greedy", "epsilon": 0.5}, {"kind": "cucb", "cost_aware": true}, {"kind": "thompson", "cost_aware": true},
                {"kind": "epsilon-greedy", "epsilon": 0.5, "cost_aware": true}, {"kind": "random"}, {"kind": "c2mab-v", "window": 9},
                {"kind": "c2mab-v", "discount": 0.9}, {"kind": "oracle"}, {"kind": "offline"}, {"kind": "fixed", "models": ["m1", "m0", "m2"]}]),
            60, 1);
        experiment["environment"]["models"].as_array_mut().unwrap().truncate(5);
        experiment["environment"]["availability"] =
            away.iter().map(|(arm, from, to)| json!({"model": format!("m{arm}"), "from": from, "to": to})).collect();
        experiment["run"]["seed"] = json!(seed);
        let simulation = Simulation::new(plan(&experiment).game);
        let AnyWorld::Synthetic(worlds) = &simulation.game.world else { panic!() };
        for policy in 0..15 {
            let mut run = Run::new(&simulation, policy, 0).unwrap();
            for t in 1..=60u32 {
                let there: Vec<usize> = (0..5)
                    .filter(|arm| !away.iter().any(|(other, from, to)| other == arm && (*from..*to).contains(&t)))
                    .collect();
                let choice = run.ask(&simulation).clone();
                let mut sorted = choice.arms.clone();
                sorted.sort_unstable();
                sorted.dedup();
                prop_assert_eq!(sorted.len(), choice.arms.len());
                prop_assert!(choice.arms.iter().all(|arm| there.contains(arm)), "policy {}, round {}: {:?}", policy, t, choice);
                let most = n.min(there.len());
                if policy < 13 {
                    // Offline and fixed sets only lose members.
                    let size = choice.arms.len();
                    prop_assert!(if reward == "awc" { size <= most } else { size == most }, "policy {}: {:?}", policy, choice);
                    prop_assert!(size > 0 || !at_least_one, "policy {}: {:?}", policy, choice);
                }
                let round = worlds[0].begin(world_key(seed, 0), t);
                let observed: Vec<Observation> = (choice.arms.iter())
                    .map(|&arm| (arm, worlds[0].outcome(round, arm)))
                    .map(|(arm, outcome)| Observation { arm, reward: outcome.reward, cost: outcome.cost })
                    .collect();
                run.tell(&simulation, &observed, Unobserved::default());
            }
        }
    }

    #[test]
    fn direct_plays_the_best_set_under_its_bounds(
        model in prop_oneof![Just(RewardModel::Awc), Just(RewardModel::Suc), Just(RewardModel::Aic)],
        n in 1usize..=4, budget in 0.05..1.2f64, seed in 0u64..1_000_000, tight in any::<bool>(),
    ) {
        let arms = 7;
        let setting = setting(model, arms, n, budget, 1_000);
        let confidence = if tight { confidence(0.0, 0.0) } else { confidence(0.3, 0.05) };
        let mut direct = Direct::new(&setting, &confidence, ROUND_NODE_LIMIT, policy_stream(1, 0, "", 0));
        let mut optimism = Optimism::new(&setting, &confidence);
        for t in 1..=40u32 {
            let mut choice = Choice::default();
            direct.select(&setting, t, &mut choice);
            optimism.prepare(t);
            let (upper, lower) = (&optimism.upper, &optimism.lower);
            let cost = |set: &[usize]| set.iter().map(|&arm| lower[arm]).sum::<f64>();
            let best = (1u32..1 << arms)
                .map(|mask| (0..arms).filter(|k| mask >> k & 1 == 1).collect::<Vec<_>>())
                .filter(|set| if model == RewardModel::Awc { set.len() <= n } else { set.len() == n })
                .filter(|set| cost(set) <= budget + TOLERANCE)
                .map(|set| set_reward(model, upper, &set))
                .reduce(f64::max);
            prop_assert_eq!((choice.infeasible, choice.unproven), (best.is_none(), false));
            if let Some(best) = best {
                prop_assert!((set_reward(model, upper, &choice.arms) - best).abs() < 1e-9);
                prop_assert!(cost(&choice.arms) <= budget + 1.1 * TOLERANCE);
            }
            if model == RewardModel::Awc {
                prop_assert!(choice.arms.is_sorted_by(|a, b| (lower[*a], a) < (lower[*b], b)));
            }
            // Tie-rich outcomes: rewards 0 and 1, costs in quarters.
            let observed: Vec<Observation> = (choice.arms.iter())
                .map(|&arm| {
                    let draw = hash(seed, u64::from(t) * 100 + arm as u64);
                    let cost = 0.25 * (draw % 4) as f64;
                    Observation { arm, reward: f64::from(u8::from(unit(draw) < 0.6)), cost }
                })
                .collect();
            direct.update(&observed);
            optimism.learn(&observed);
        }
    }
}

#[test]
fn cost_aware_policies_keep_to_the_budget_where_blind_ones_do_not() {
    let kinds = ["cucb", "thompson", "epsilon-greedy"];
    let policies: Vec<Value> = (kinds.iter())
        .flat_map(|kind| [json!({"kind": kind}), json!({"kind": kind, "cost_aware": true})])
        .chain([json!({"kind": "primal-dual"}), json!({"kind": "c2mab-v-direct"})])
        .collect();
    for reward in ["suc", "aic"] {
        let result = play(&nine(json!({"reward": reward, "max_models": 3, "budget": 0.6}), json!(policies), 15_000, 3));
        for pair in result.policies[..6].chunks(2) {
            let (blind, aware) = (pair[0].finals.violation.mean.unwrap(), pair[1].finals.violation.mean.unwrap());
            assert!(blind > 0.4 && aware < 0.03, "{reward} {}: {blind} {aware}", pair[1].label);
            let regret = pair[1].finals.regret_relaxed.mean.unwrap() / 15_000.0;
            assert!(regret < 0.12, "{reward} {}: {regret}", pair[1].label);
        }
        assert!(result.policies[6].finals.violation.mean.unwrap() < 0.03, "{reward}");
        // Direct buys no fractions: it comes near the best set itself, and hardly above the budget.
        let direct = &result.policies[7];
        assert!(direct.finals.violation.mean.unwrap() < 0.01, "{reward}");
        assert!((direct.finals.regret.mean.unwrap() / 15_000.0).abs() < 0.02, "{reward}");
        assert_eq!(direct.finals.unproven_rounds.mean, Some(0.0));
        assert!(result.warnings().iter().all(|warning| !warning.contains("stopped at its limit")));
    }
}

#[test]
fn without_a_budget_cost_aware_policies_choose_like_the_blind_ones() {
    for reward in ["awc", "suc", "aic"] {
        let policies = json!([{"kind": "cucb"}, {"kind": "cucb", "cost_aware": true}, {"kind": "thompson"}, {"kind": "thompson", "cost_aware": true},
            {"kind": "epsilon-greedy"}, {"kind": "epsilon-greedy", "cost_aware": true}]);
        let mut plan = plan(&nine(json!({"reward": reward, "max_models": 3, "budget": null}), policies, 500, 2));
        // The same draws for both of a pair.
        let game = Arc::make_mut(&mut plan.game);
        for pair in game.policies.chunks_mut(2) {
            pair[1].identity = pair[0].identity.clone();
        }
        let result = run(plan);
        for pair in result.policies.chunks(2) {
            assert_eq!(
                (&pair[0].regret, &pair[0].selection),
                (&pair[1].regret, &pair[1].selection),
                "{}",
                pair[1].label
            );
        }
    }
}

#[test]
fn labels_say_what_a_policy_is() {
    let policies = json!([{"kind": "cucb", "cost_aware": true}, {"kind": "thompson", "cost_aware": true}, {"kind": "epsilon-greedy", "cost_aware": true},
        {"kind": "c2mab-v", "window": 50}, {"kind": "c2mab-v-direct", "discount": 0.99}, {"kind": "primal-dual"}, {"kind": "offline"}]);
    let plan = plan(&nine(json!({"reward": "suc", "max_models": 3, "budget": 0.6}), policies, 500, 2));
    let expected = [
        "CUCB, cost-aware",
        "Thompson, cost-aware",
        "ε-greedy 0.1, cost-aware",
        "C2MAB-V (0.3, 0.05), window 50",
        "C2MAB-V-Direct (0.3, 0.05), discount 0.99",
        "Primal–dual",
        "Offline",
    ];
    assert_eq!(plan.labels, expected);
}

#[test]
fn costs_above_the_scale_do_no_harm() {
    let mut experiment = nine(
        json!({"reward": "suc", "max_models": 3, "budget": 0.6}),
        json!([{"kind": "thompson", "cost_aware": true}]),
        500,
        2,
    );
    experiment["environment"]["cost_scale"] = json!(0.01);
    let result = play(&experiment);
    assert!(result.policies[0].series().all(|(_, series)| series.mean.iter().all(|value| value.is_finite())));
}

#[test]
fn random_exploration_within_the_budget_reaches_every_set_that_fits_and_no_other() {
    // ε = 1: every round explores. Costs are known exactly after the first call of each arm, by then 0.1 to 0.5.
    let models: Vec<Value> =
        (1..=5).map(|k| json!({"name": format!("m{k}"), "reward": 0.5, "cost": 0.1 * f64::from(k)})).collect();
    for (reward, at_most) in [("suc", false), ("awc", true)] {
        let mut experiment = nine(
            json!({"reward": reward, "max_models": 2, "budget": 0.55, "feedback": "full"}),
            json!([{"kind": "epsilon-greedy", "epsilon": 1, "cost_aware": true}]),
            4_000,
            1,
        );
        experiment["environment"] = json!({"kind": "synthetic", "cost_scale": 1, "cost_spread": 0, "models": models});
        let simulation = Simulation::new(plan(&experiment).game);
        let mut run = Run::new(&simulation, 0, 0).unwrap();
        let mut met = std::collections::BTreeSet::new();
        for t in 1..=4_000 {
            let mut arms = run.ask(&simulation).arms.clone();
            arms.sort_unstable();
            let cost = |arm: usize| 0.1 * (arm + 1) as f64;
            let observed: Vec<Observation> =
                arms.iter().map(|&arm| Observation { arm, reward: 0.0, cost: cost(arm) }).collect();
            run.tell(&simulation, &observed, Unobserved::default());
            if t > 500 {
                met.insert(arms);
            }
        }
        let fits = |a: usize, b: usize| 0.1 * (a + b + 2) as f64 <= 0.55;
        let mut expected: Vec<Vec<usize>> =
            (0..5).flat_map(|a| (a + 1..5).filter(move |&b| fits(a, b)).map(move |b| vec![a, b])).collect();
        if at_most {
            // Alone where nothing fits beside it.
            expected.push(vec![4]);
        }
        expected.sort();
        assert_eq!(met.into_iter().collect::<Vec<_>>(), expected, "{reward}");
    }
}

#[test]
fn a_search_cut_short_is_counted_and_said() {
    let task = json!({"reward": "suc", "max_models": 3, "budget": 0.6});
    let mut plan = plan(&nine(task, json!([{"kind": "c2mab-v-direct"}, {"kind": "c2mab-v"}]), 400, 2));
    let game = Arc::make_mut(&mut plan.game);
    let Recipe::Direct { nodes, .. } = &mut game.policies[0].recipe else { panic!() };
    *nodes = 1;
    // With the same draws, a search that never ends plays as C2MAB-V does.
    game.policies[1].identity = game.policies[0].identity.clone();
    let result = run(plan);
    let [direct, relaxed] = &result.policies[..] else { panic!() };
    let unproven = direct.finals.unproven_rounds.mean.unwrap();
    assert!(unproven > 200.0 && unproven < 400.0, "{unproven}");
    assert_eq!(relaxed.finals.unproven_rounds.mean, Some(0.0));
    let warnings = result.warnings();
    let warning = warnings.iter().find(|warning| warning.contains("stopped at its limit")).unwrap();
    assert!(warning.contains("C2MAB-V-Direct (0.3, 0.05) (") && !warning.contains("C2MAB-V (0.3"), "{warning}");
    let late = |policy: &llm_selection::summary::PolicyResult| policy.finals.cost.mean.unwrap();
    assert!((late(direct) - late(relaxed)).abs() < 0.1);
}

#[test]
fn the_price_rises_and_falls_as_computed_by_hand() {
    // T = 4, so η = 1/2; ρ = 0.5; estimates are plain means.
    let setting = setting(RewardModel::Suc, 2, 1, 0.5, 4);
    let mut policy = PrimalDual::new(&setting, &confidence(0.0, 0.0));
    let mut round = |t: u32, reward: f64, cost: f64| {
        let mut choice = Choice::default();
        policy.select(&setting, t, &mut choice);
        let [arm] = choice.arms[..] else { panic!("{choice:?}") };
        policy.update(&[Observation { arm, reward, cost }]);
        (arm, policy.price())
    };
    // Both unseen: the first; λ = 0 + (0.9 − 0.5)/2. Its worth is now 0.8 − 0.2·0.9, below the other's 1.
    assert_eq!(round(1, 0.8, 0.9), (0, 0.5 * (0.9 - 0.5)));
    // λ = 0.2 + (0.3 − 0.5)/2; worths 0.8 − 0.1·0.9 = 0.71 and 0.72 − 0.1·0.3 = 0.69.
    let (arm, price) = round(2, 0.72, 0.3);
    assert!(arm == 1 && (price - 0.1).abs() < 1e-15);
    // λ = 0.1 + (0.9 − 0.5)/2 = 0.3; worths 0.8 − 0.27 = 0.53 and 0.72 − 0.09 = 0.63.
    let (arm, price) = round(3, 0.8, 0.9);
    assert!(arm == 0 && (price - 0.3).abs() < 1e-15);
    // A round that costs nothing: λ = 0.3 + (0 − 0.5)/2, and the arm's ĉ falls to 0.15.
    let (arm, price) = round(4, 0.72, 0.0);
    assert!(arm == 1 && (price - 0.05).abs() < 1e-15);
    // Worths 0.8 − 0.05·0.9 and 0.72 − 0.05·0.15; λ = [0.05 + (0 − 0.5)/2]⁺ = 0.
    assert_eq!(round(5, 0.8, 0.0), (0, 0.0));

    let unconstrained = self::setting(RewardModel::Suc, 2, 1, f64::INFINITY, 4);
    let mut policy = PrimalDual::new(&unconstrained, &confidence(0.0, 0.0));
    policy.update(&[Observation { arm: 0, reward: 1.0, cost: 1.0 }]);
    assert_eq!(policy.price(), 0.0);
}
