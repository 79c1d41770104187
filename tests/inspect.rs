//! The round inspector: its numbers against the engine's own, and against calculations by hand.
#![cfg(not(target_arch = "wasm32"))]
// Helpers of tests fail as tests do.
#![allow(clippy::unwrap_used)]

use llm_selection::ErrorKind;
use llm_selection::bandit::explained::{CostBy, RewardBy, Solved, Way};
use llm_selection::bandit::policy::{Choice, Observation};
use llm_selection::bandit::rounding::Coin;
use llm_selection::data::{Dataset, FileIdentity, ImportOptions, InputFile, ModelResults, import};
use llm_selection::environment::{AnyWorld, Changed, Described, Rows, Sparse, World};
use llm_selection::experiment::Experiment;
use llm_selection::inspect::{Answer, Inspection, Inspector, RoundWanted, Seek};
use llm_selection::plan::{Plan, WithTexts};
use llm_selection::protocol::{decode, encode};
use llm_selection::query_aware::queries::{Queries, QueryOptions};
use llm_selection::random::{hash, policy_stream, unit, world_key};
use llm_selection::run::run;
use llm_selection::simulation::{Run, Simulation, Unobserved};
use proptest::prelude::*;
use rand::Rng;
use serde_json::{Value, json};
use std::sync::Arc;

const FIVE: [(f64, f64); 5] = [(0.9, 0.6), (0.7, 0.35), (0.6, 0.2), (0.5, 0.15), (0.3, 0.05)];

fn synthetic(models: &[(f64, f64)], environment: &Value, task: &Value, policies: &Value, rounds: u32) -> Value {
    let models: Vec<Value> = (models.iter().enumerate())
        .map(|(k, (reward, cost))| json!({"name": format!("m{k}"), "reward": reward, "cost": cost}))
        .collect();
    let mut experiment = json!({"version": 1, "environment": {"kind": "synthetic", "models": models}, "task": task,
        "policies": policies, "run": {"rounds": rounds, "replicates": 2, "seed": 5}});
    for (name, value) in environment.as_object().unwrap() {
        experiment["environment"][name] = value.clone();
    }
    experiment
}

fn plan(experiment: &Value) -> Plan {
    Plan::new(&Experiment::from_json(&experiment.to_string()).unwrap(), None).unwrap()
}

fn every_policy() -> Value {
    json!([{"kind": "c2mab-v"}, {"kind": "c2mab-v", "window": 15}, {"kind": "c2mab-v", "discount": 0.9}, {"kind": "c2mab-v-direct"},
        {"kind": "primal-dual"}, {"kind": "cucb"}, {"kind": "cucb", "cost_aware": true}, {"kind": "thompson"},
        {"kind": "thompson", "cost_aware": true}, {"kind": "epsilon-greedy", "schedule": {"c": 20}},
        {"kind": "epsilon-greedy", "epsilon": 0.5, "cost_aware": true}, {"kind": "random"}, {"kind": "oracle"}, {"kind": "offline"},
        {"kind": "fixed", "models": ["m3", "m0"]}])
}

/// One round as whoever plays by ask and tell sees it.
struct Told {
    /// Asked for its set.
    asked: Run,
    choice: Choice,
    observed: Vec<Observation>,
    /// Told of the outcome.
    told: Run,
}

/// Asks and tells a run round by round, the cascade stopped by hand.
fn by_hand(simulation: &Simulation, policy: usize, replicate: u32, rounds: u32) -> Vec<Told> {
    match &simulation.game.world {
        AnyWorld::Synthetic(worlds) => told(simulation, policy, replicate, rounds, |state| &worlds[state]),
        AnyWorld::Replay(replay) => {
            let rows: Vec<Described> = (0..simulation.game.segments.len())
                .filter_map(|part| replay.rows(part))
                .map(|rows: Rows| Described(Sparse(Changed(rows))))
                .collect();
            told(simulation, policy, replicate, rounds, |state| &rows[state])
        }
        AnyWorld::Live { .. } => panic!("real models"),
    }
}

fn told<'a, W: World + 'a>(
    simulation: &Simulation,
    policy: usize,
    replicate: u32,
    rounds: u32,
    world: impl Fn(usize) -> &'a W,
) -> Vec<Told> {
    let mut simulation = simulation.clone();
    let game = simulation.game.clone();
    let mut run = Run::new(&simulation, policy, replicate).unwrap();
    (1..=rounds)
        .map(|t| {
            let segment = game.segments.iter().rfind(|segment| segment.from <= t).unwrap();
            let world = world(segment.world);
            let now = world.begin(world_key(game.seed, replicate), t);
            if let (Some(pattern), AnyWorld::Replay(replay)) = (world.pattern(now), &game.world) {
                let there: Vec<usize> =
                    segment.available.iter().copied().filter(|arm| replay.patterns()[pattern].contains(arm)).collect();
                let situation = simulation.situation(&there);
                run.meet(situation);
            }
            if let Some(context) = world.context(now) {
                run.look(context);
            }
            let choice = run.ask(&simulation).clone();
            let asked = run.clone();
            let (mut observed, mut unobserved, mut stopped) = (Vec::new(), Unobserved::default(), false);
            for &arm in &choice.arms {
                let outcome = world.outcome(now, arm);
                if stopped {
                    unobserved.uncalled_cost += outcome.cost;
                    continue;
                }
                observed.push(Observation { arm, reward: outcome.reward, cost: outcome.cost });
                stopped =
                    (game.stop_at_success && outcome.reward == 1.0) || (game.stop_at_failure && outcome.reward == 0.0);
            }
            run.tell(&simulation, &observed, unobserved);
            Told { asked, choice, observed, told: run.clone() }
        })
        .collect()
}

/// Looks at a round without watching the clock.
fn look(inspector: &mut Inspector, simulation: &Simulation, policy: u32, replicate: u32, round: u32) -> Inspection {
    let wanted = RoundWanted { policy, replicate, seek: Seek::Round(round), played: u32::MAX };
    match inspector.look(simulation, wanted, 1.0, || 0.0).unwrap() {
        Some(Answer::Round(inspection)) => *inspection,
        other => panic!("{other:?}"),
    }
}

/// The set that `z` becomes by these coins.
fn rounded(z: &[f64], coins: &[Coin]) -> Vec<usize> {
    let mut z = z.to_vec();
    for coin in coins {
        assert_eq!(z[coin.trade.i], coin.trade.first);
        assert_eq!(coin.up, coin.draw < coin.trade.up);
        let moved = if coin.up { coin.trade.p } else { -coin.trade.q };
        assert!((coin.first - (coin.trade.first + moved)).abs() < 1e-11);
        z[coin.trade.i] = coin.first;
        if let Some(j) = coin.trade.j {
            assert_eq!(z[j], coin.trade.second);
            assert!((coin.second - (coin.trade.second - moved)).abs() < 1e-11);
            z[j] = coin.second;
        }
    }
    assert!(z.iter().all(|z| *z < 1e-11 || *z > 1.0 - 1e-11), "{z:?}");
    (0..z.len()).filter(|arm| z[*arm] > 0.5).collect()
}

/// Every number of the inspection against what the run by hand says of the same round.
fn assert_same(simulation: &Simulation, seen: &Inspection, before: Option<&Told>, now: &Told) {
    let game = &simulation.game;
    let scale = game.cost_scale;
    let t = seen.round;
    let order: Vec<usize> = {
        let mut places: Vec<(u32, usize)> =
            (0..).zip(&seen.arms).filter_map(|(arm, it)| Some((it.place?, arm))).collect();
        places.sort_unstable();
        places.into_iter().map(|(_, arm)| arm).collect()
    };
    assert_eq!(order, now.choice.arms, "round {t}");
    let Choice { infeasible, empty, unproven, .. } = now.choice;
    assert_eq!((seen.infeasible, seen.empty, seen.unproven), (infeasible, empty, unproven), "round {t}");
    let calls: Vec<u32> = now.observed.iter().map(|seen| seen.arm as u32).collect();
    assert_eq!(seen.calls, calls, "round {t}");
    for (arm, it) in seen.arms.iter().enumerate() {
        let outcome = now.observed.iter().find(|seen| seen.arm == arm);
        assert_eq!(
            it.outcome.map(|came| (came.reward, came.cost)),
            outcome.map(|seen| (seen.reward, seen.cost * scale))
        );
        if let Some((upper, lower)) = now.asked.player().bounds() {
            assert_eq!((it.upper, it.lower), (Some(upper[arm]), Some(lower[arm] * scale)), "round {t}");
        }
        for (learned, run) in [(it.before, before.map(|before| &before.told)), (it.after, Some(&now.told))] {
            let estimates = run.map(|run| run.player().seen());
            match (learned, estimates) {
                (Some(learned), Some(Some(estimates))) => {
                    let cost = estimates.mean_cost[arm] * scale;
                    let expected = (estimates.counts[arm], estimates.mean_reward[arm], cost);
                    assert_eq!((learned.seen, learned.reward, learned.cost), expected, "round {t}");
                }
                (learned, None) => assert!(learned.is_none_or(|learned| learned.seen == 0)),
                (learned, Some(estimates)) => assert!(learned.is_none() && estimates.is_none()),
            }
        }
    }
    let zero = Default::default();
    let (totals, earlier) = (now.told.totals(), before.map_or(&zero, |before| before.told.totals()));
    let near = |a: f64, b: f64| (a - b).abs() < 1e-9 * (1.0 + a.abs());
    let rounds = f64::from(t);
    assert!(near(seen.paid, (totals.paid - earlier.paid) * scale));
    assert!(near(seen.realised, totals.reward - earlier.reward));
    assert!(near(seen.expected, totals.expected_reward - earlier.expected_reward));
    assert!(near(seen.regret, totals.regret - earlier.regret));
    assert_eq!(seen.so_far.regret, totals.regret);
    assert_eq!(seen.so_far.reward, totals.reward / rounds);
    assert_eq!(seen.so_far.cost, totals.paid / rounds * scale);
    let over = totals.paid / rounds - game.setting.budget;
    assert_eq!(seen.so_far.violation, seen.budget.map(|_| if over > 0.0 { over * scale } else { 0.0 }));
    if let Some(relaxed) = &seen.relaxed {
        let z: Vec<f64> = seen.arms.iter().map(|arm| arm.z.unwrap()).collect();
        let set = rounded(&z, &relaxed.coins);
        let mut chosen = now.choice.arms.clone();
        chosen.sort_unstable();
        assert!(set == chosen || (set.is_empty() && empty && chosen.len() == 1), "round {t}: {set:?} {chosen:?}");
        assert!(seen.arms.iter().all(|arm| arm.there || arm.z == Some(0.0)));
        if let Some(budget) = seen.budget.filter(|_| !infeasible) {
            assert!(relaxed.cost <= budget + 1e-8 * scale, "round {t}: {} > {budget}", relaxed.cost);
        }
        if let Some(exchange) = relaxed.program.and_then(|program| program.exchange) {
            assert!((exchange.fraction - z[exchange.into]).abs() < 1e-12);
            assert!((1.0 - exchange.fraction - z[exchange.out]).abs() < 1e-9);
        }
    }
    assert_eq!(&decode::<Inspection>(&encode(seen).unwrap()).unwrap(), seen);
}

fn assert_all_rounds(simulation: &Simulation, rounds: u32) {
    for policy in 0..simulation.game.policies.len() {
        for replicate in 0..simulation.game.replicates {
            let hand = by_hand(simulation, policy, replicate, rounds);
            let mut inspector = Inspector::new();
            for t in 1..=rounds {
                let seen = look(&mut inspector, simulation, policy as u32, replicate, t);
                assert_eq!((seen.policy, seen.replicate, seen.round), (policy as u32, replicate, t));
                let before = hand.get((t as usize).wrapping_sub(2));
                assert_same(simulation, &seen, before, &hand[t as usize - 1]);
            }
        }
    }
}

#[test]
fn the_numbers_are_those_of_a_run_by_ask_and_tell() {
    let changes = json!({"drift": [{"at": 31, "models": {"m0": {"reward": 0.2}, "m4": {"reward": 0.8, "cost": 0.3}}}],
        "availability": [{"model": "m1", "from": 20, "to": 45}]});
    for reward in ["suc", "aic", "awc"] {
        for budget in [json!(0.5), json!(0.02), Value::Null] {
            let task = json!({"reward": reward, "max_models": 2, "budget": budget});
            let experiment = synthetic(&FIVE, &changes, &task, &every_policy(), 60);
            let simulation = Simulation::new(plan(&experiment).game);
            assert_all_rounds(&simulation, 60);
        }
    }
}

#[test]
fn so_they_are_on_data_with_missing_results() {
    let rows = 40u64;
    let models =
        (0..4u64)
            .map(|k| ModelResults {
                name: format!("m{k}"),
                reward: (0..rows)
                    .map(|row| {
                        if hash(k, row).is_multiple_of(5) && row > 3 {
                            f64::NAN
                        } else {
                            (hash(k, 100 + row) % 2) as f64
                        }
                    })
                    .collect(),
                cost: Some((0..rows).map(|row| 0.002 * (4 - k) as f64 + 1e-5 * unit(hash(9 + k, row))).collect()),
                latency_ms: None,
            })
            .collect();
    let files = vec![FileIdentity { name: "x.csv".into(), sha256: "0".repeat(64) }];
    let data = Arc::new(Dataset { models, queries: rows as usize, files, ..Dataset::default() });
    for reward in ["suc", "awc"] {
        let experiment = json!({"version": 1, "environment": {"kind": "replay", "files": [{"name": "x.csv"}], "missing": "unavailable"},
            "task": {"reward": reward, "max_models": 2, "budget": 0.008}, "policies": [{"kind": "c2mab-v"}, {"kind": "thompson"},
            {"kind": "oracle"}, {"kind": "cucb", "cost_aware": true}], "run": {"rounds": 50, "seed": 2}});
        let plan = Plan::new(&Experiment::from_json(&experiment.to_string()).unwrap(), Some(data.clone())).unwrap();
        let simulation = Simulation::new(plan.game);
        assert_all_rounds(&simulation, 50);
        // Without a shuffle rows would come in their order; what is told is a row that exists, and not always the same.
        let mut inspector = Inspector::new();
        let rows: Vec<u32> = (1..=50).map(|t| look(&mut inspector, &simulation, 0, 0, t).row.unwrap()).collect();
        assert!(rows.iter().all(|row| *row < 40) && rows.iter().any(|row| *row != rows[0]));
    }
}

#[test]
fn so_they_are_for_policies_that_read_the_query() {
    let mut text = "query_id,model,score,cost,query\n".to_owned();
    for query in 0..120u64 {
        for model in 0..3u64 {
            let right = if query % 3 == model { 0.9 } else { 0.2 };
            let score = u8::from(unit(hash(model, query)) < right);
            let kind = ["count the apples", "who wrote the poem", "translate this line"][(query % 3) as usize];
            text +=
                &format!("q{query},m{model},{score},{},{kind} {}\n", 0.001 * (model + 1) as f64, hash(7, query) % 50);
        }
    }
    let owned = text.clone();
    let options = ImportOptions::default();
    let data =
        import(vec![InputFile::from_bytes("all.csv", text.as_bytes())], &options, &mut |_| true).unwrap().dataset;
    let read = move |threshold: f64, columns: &[String]| {
        let options = QueryOptions { threshold, columns: columns.to_vec(), ..QueryOptions::default() };
        let files = vec![InputFile::from_bytes("all.csv", owned.as_bytes())];
        let (queries, import) = Queries::read(files, &options, &mut |_| true)?;
        Ok((queries, import.dataset.files))
    };
    let playable = WithTexts::new(Arc::new(data), Box::new(read));
    let experiment = json!({"version": 1, "environment": {"kind": "replay", "files": [{"name": "all.csv"}]},
        "task": {"reward": "suc", "max_models": 1, "budget": 0.002}, "policies": [{"kind": "contextual"},
        {"kind": "contextual", "retrain": 7}, {"kind": "linucb"}, {"kind": "linucb", "cost_aware": true}, {"kind": "c2mab-v"}],
        "run": {"rounds": 60, "replicates": 1, "seed": 3}});
    let plan = Plan::on(&Experiment::from_json(&experiment.to_string()).unwrap(), Some(&playable)).unwrap();
    let simulation = Simulation::new(plan.game);
    assert_all_rounds(&simulation, 60);
    let seen = look(&mut Inspector::new(), &simulation, 0, 0, 60);
    assert_eq!((seen.basis.reward_by, seen.basis.cost_by), (RewardBy::Predicted, CostBy::Lower));
    for arm in &seen.arms {
        let (before, radius) = (arm.before.unwrap(), arm.radius.unwrap_or(f64::INFINITY));
        let expected = (arm.predicted.unwrap() + before.reward + 0.3 * radius).clamp(0.0, 1.0);
        assert!((arm.upper.unwrap() - expected).abs() < 1e-12);
    }
    let seen = look(&mut Inspector::new(), &simulation, 2, 0, 60);
    assert_eq!((seen.basis.reward_by, seen.way), (RewardBy::Linear, Way::Ranked));
}

/// Three models whose answers and costs are certain; `δ` = 1, so that the logarithm is `ln(2π²·t³)`.
fn scripted(reward: &str, budget: f64) -> Simulation {
    let task = json!({"reward": reward, "max_models": 2, "budget": budget});
    let policy = json!([{"kind": "c2mab-v", "alpha_mu": 0.3, "alpha_c": 0.05, "delta": 1}]);
    let world = json!({"cost_scale": 1, "cost_spread": 0});
    let experiment = synthetic(&[(1.0, 0.8), (0.0, 0.3), (1.0, 0.2)], &world, &task, &policy, 10);
    Simulation::new(plan(&experiment).game)
}

fn assert_near(found: impl Into<Option<f64>>, expected: f64) {
    let found = found.into().unwrap();
    assert!((found - expected).abs() < 1e-12, "{found} is not {expected}");
}

/// `rad` of a model seen once, in round `t`.
fn radius_of_one(t: f64) -> f64 {
    let pi = std::f64::consts::PI;
    (libm::log(2.0 * pi * pi * t * t * t) / 2.0).sqrt()
}

/// The first draw of the policy's own stream in replicate 0.
fn first_draw(simulation: &Simulation) -> f64 {
    let game = &simulation.game;
    let seat = &game.policies[0];
    unit(policy_stream(game.seed, 0, &seat.identity, seat.occurrence).next_u64())
}

/// Round 1 of SUC and AIC: nothing is known, so that the first two models are called; round 2: the budget binds.
fn by_hand_under_full_feedback(reward: &str) {
    let simulation = scripted(reward, 0.7);
    let first = look(&mut Inspector::new(), &simulation, 0, 0, 1);
    for arm in &first.arms {
        assert_eq!((arm.upper, arm.lower, arm.radius, arm.before.unwrap().seen), (Some(1.0), Some(0.0), None, 0));
    }
    assert_eq!(first.arms.iter().map(|arm| arm.z.unwrap()).collect::<Vec<_>>(), [1.0, 1.0, 0.0]);
    assert_eq!((&*first.calls, first.realised), (&[0, 1][..], if reward == "suc" { 1.0 } else { 0.0 }));
    assert_near(first.paid, 1.1);
    assert_near(first.so_far.violation, 0.4);

    let second = look(&mut Inspector::new(), &simulation, 0, 0, 2);
    // m0 was right and cost 0.8, m1 was wrong and cost 0.3; m2 is unseen.
    let radius = radius_of_one(2.0);
    let upper = [1.0, 0.3 * radius, 1.0];
    let lower = [0.8 - 0.05 * radius, 0.3 - 0.05 * radius, 0.0];
    for (arm, it) in second.arms.iter().enumerate() {
        assert_near(it.upper, upper[arm]);
        assert_near(it.lower, lower[arm]);
    }
    assert_near(second.arms[0].radius, radius);
    assert_near(second.arms[1].radius, radius);
    assert_eq!(second.arms[2].radius, None);
    // The best two, m0 and m2, cost too much. m1 takes so much of m0's place that all of the budget is spent.
    let weight = |bound: f64| if reward == "suc" { bound } else { libm::log(bound) };
    let x = (lower[0] + lower[2] - 0.7) / (lower[0] - lower[1]);
    let z = [1.0 - x, x, 1.0];
    let relaxed = second.relaxed.as_ref().unwrap();
    assert_eq!((second.way, relaxed.solved), (Way::Relaxed, Solved::Linear));
    let prices = relaxed.program.unwrap();
    let price = (weight(upper[0]) - weight(upper[1])) / (lower[0] - lower[1]);
    assert_near(prices.price, price);
    assert_near(prices.level, weight(upper[0]) - price * lower[0]);
    let exchange = prices.exchange.unwrap();
    assert_eq!((exchange.out, exchange.into), (0, 1));
    assert_near(exchange.fraction, x);
    assert_near(exchange.cost, lower[0]);
    for (arm, it) in second.arms.iter().enumerate() {
        assert_near(it.z, z[arm]);
        assert_near(it.weight, weight(upper[arm]));
    }
    assert_near(relaxed.places, 2.0);
    assert_near(relaxed.cost, 0.7);
    let sum: f64 = (0..3).map(|arm| weight(upper[arm]) * z[arm]).sum();
    assert_near(relaxed.objective, if reward == "suc" { sum } else { libm::exp(sum) });
    // One coin: p = min(1 − z0, z1) = x goes to m0 with probability q/(p + q), q = min(z0, 1 − z1) = 1 − x.
    let [coin] = relaxed.coins[..] else { panic!() };
    assert_eq!((coin.trade.i, coin.trade.j), (0, Some(1)));
    assert_near(coin.trade.p, x);
    assert_near(coin.trade.q, 1.0 - x);
    assert_near(coin.trade.up, 1.0 - x);
    assert_eq!(coin.draw, first_draw(&simulation));
    let other = if coin.draw < 1.0 - x { 0 } else { 1 };
    assert_eq!(second.calls, [other, 2]);
    let (right, cost) = if other == 0 { (1.0, 0.8) } else { (0.0, 0.3) };
    assert_near(second.paid, cost + 0.2);
    assert_near(second.realised, if reward == "suc" { right + 1.0 } else { right });
    assert_near(second.so_far.cost, (1.1 + cost + 0.2) / 2.0);
    let after = second.arms[2].after.unwrap();
    assert_eq!((after.seen, after.reward), (1, 1.0));
    assert_near(after.cost, 0.2);
    // Of the sets of two only {m1, m2} fits 0.7: r(S*) is 1, or under AIC 0.
    let worth = |a: f64, b: f64| if reward == "suc" { a + b } else { a * b };
    assert_eq!((&*second.best_set, second.best), (&[2, 1][..], worth(0.0, 1.0)));
    assert_near(second.expected, worth(right, 1.0));
    assert_near(second.regret, worth(0.0, 1.0) - worth(right, 1.0));
}

#[test]
fn sum_up_by_hand() {
    by_hand_under_full_feedback("suc");
}

#[test]
fn all_in_by_hand() {
    by_hand_under_full_feedback("aic");
}

#[test]
fn any_win_by_hand() {
    let simulation = scripted("awc", 0.7);
    let first = look(&mut Inspector::new(), &simulation, 0, 0, 1);
    // All are held to be certain and free: the first two in the list; the first is right, and the second is not called.
    assert_eq!(first.arms.iter().map(|arm| arm.z.unwrap()).collect::<Vec<_>>(), [1.0, 1.0, 0.0]);
    assert_eq!((&*first.calls, first.arms[1].place, first.realised), (&[0][..], Some(2), 1.0));
    assert_near(first.paid, 0.8);
    assert_near(first.so_far.violation, 0.1);
    let after = first.arms.iter().map(|arm| arm.after.unwrap().seen).collect::<Vec<_>>();
    assert_eq!(after, [1, 0, 0]);

    let second = look(&mut Inspector::new(), &simulation, 0, 0, 2);
    let radius = radius_of_one(2.0);
    let lower = 0.8 - 0.05 * radius;
    assert_near(second.arms[0].upper, 1.0);
    assert_near(second.arms[0].lower, lower);
    // All are held to be certain still: of the sets that come to 1 the one with two places, and as much of m0 as the budget
    // allows; the rest of its place goes to m2, m1 having a whole one.
    let part = 0.7 / lower;
    for (arm, z) in second.arms.iter().zip([part, 1.0, 1.0 - part]) {
        assert_near(arm.z, z);
    }
    let relaxed = second.relaxed.as_ref().unwrap();
    assert_eq!((relaxed.solved, relaxed.program), (Solved::Exact, None));
    assert_near(relaxed.objective, 1.0);
    assert_near(relaxed.cost, 0.7);
    let [coin] = relaxed.coins[..] else { panic!() };
    assert_eq!((coin.trade.i, coin.trade.j, coin.draw), (0, Some(2), first_draw(&simulation)));
    assert_near(coin.trade.up, part);
    // Cheap models first: m1 (and m2) at 0 before m0. m1 is wrong, so that the next one is asked too.
    let (other, cost) = if coin.draw < part { (0, 0.8) } else { (2, 0.2) };
    assert_eq!(second.calls, [1, other]);
    assert_near(second.paid, 0.3 + cost);
    assert_eq!(second.realised, 1.0);
    assert_near(second.so_far.violation, f64::max((0.8 + 0.3 + cost) / 2.0 - 0.7, 0.0));
    // r(S*) = 1 by m2 alone or with m1, and the chosen set's is 1 as well.
    assert_near(second.regret, 0.0);
}

#[test]
fn a_price_and_a_coin_of_other_policies_by_hand() {
    let policies = json!([{"kind": "primal-dual", "delta": 1}, {"kind": "epsilon-greedy", "epsilon": 0.25},
        {"kind": "cucb", "delta": 1}]);
    let task = json!({"reward": "suc", "max_models": 2, "budget": 0.7});
    let world = json!({"cost_scale": 1, "cost_spread": 0});
    let experiment = synthetic(&[(1.0, 0.8), (0.0, 0.3), (1.0, 0.2)], &world, &task, &policies, 25);
    let simulation = Simulation::new(plan(&experiment).game);
    let first = look(&mut Inspector::new(), &simulation, 0, 0, 1);
    // η = 1/√25 and 1.1 was paid.
    let (before, after) = first.basis.price.unwrap();
    assert_eq!((before, first.way), (0.0, Way::Ranked));
    assert_near(after, 0.2 * (1.1 - 0.7));
    let second = look(&mut Inspector::new(), &simulation, 0, 0, 2);
    assert_near(second.arms[0].by_reward, 1.0 - after * (0.8 - 0.05 * radius_of_one(2.0)));

    let greedy = look(&mut Inspector::new(), &simulation, 1, 0, 1);
    let seat = &simulation.game.policies[1];
    let draw = unit(policy_stream(simulation.game.seed, 0, &seat.identity, seat.occurrence).next_u64());
    assert_eq!(greedy.basis.exploration, Some((0.25, draw)));
    assert_eq!(greedy.way, if draw < 0.25 { Way::Random } else { Way::Ranked });

    let cucb = look(&mut Inspector::new(), &simulation, 2, 0, 2);
    assert_near(cucb.arms[1].upper, 0.3 * radius_of_one(2.0));
    assert!(cucb.arms.iter().all(|arm| arm.lower.is_none() && arm.z.is_none()));
}

#[test]
fn rounds_that_are_not_there_are_refused() {
    let task = json!({"reward": "suc", "max_models": 2, "budget": 0.5});
    let experiment = synthetic(&FIVE, &json!({}), &task, &json!([{"kind": "c2mab-v"}]), 40);
    let simulation = Simulation::new(plan(&experiment).game);
    let ask = |policy, replicate, seek, played| {
        let wanted = RoundWanted { policy, replicate, seek, played };
        Inspector::new().look(&simulation, wanted, 1.0, || 0.0)
    };
    for (wanted, field) in [
        (ask(0, 0, Seek::Round(0), 40), "round"),
        (ask(0, 0, Seek::Round(11), 10), "round"),
        (ask(0, 0, Seek::Round(41), u32::MAX), "round"),
        (ask(0, 0, Seek::Round(1), 0), "round"),
        (ask(1, 0, Seek::Round(1), 40), "policy"),
        (ask(0, 2, Seek::Round(1), 40), "replicate"),
    ] {
        let error = wanted.unwrap_err();
        assert_eq!((error.kind, error.place.field.as_deref()), (ErrorKind::OutOfRange, Some(field)));
    }
    assert!(ask(0, 0, Seek::Round(10), 10).is_ok());
    assert_eq!(ask(0, 0, Seek::OverBudget(40), 40), Ok(Some(Answer::NoneOver)));
    let free = synthetic(&FIVE, &json!({}), &json!({"reward": "suc", "budget": null}), &json!([{"kind": "random"}]), 5);
    let free = Simulation::new(plan(&free).game);
    let wanted = RoundWanted { policy: 0, replicate: 0, seek: Seek::OverBudget(1), played: 5 };
    assert_eq!(Inspector::new().look(&free, wanted, 1.0, || 0.0).unwrap_err().kind, ErrorKind::Missing);
    // Nobody knows what real models would have answered.
    let mut game = (*simulation.game).clone();
    game.world = AnyWorld::Live { width: 0 };
    let live = Simulation::new(Arc::new(game));
    let wanted = RoundWanted { policy: 0, replicate: 0, seek: Seek::Round(3), played: 5 };
    assert_eq!(Inspector::new().look(&live, wanted, 1.0, || 0.0).unwrap_err().kind, ErrorKind::Missing);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    /// Rounds in any order, by one inspector that is interrupted all the time; and none of it changes the run.
    #[test]
    fn any_round_of_any_run(
        reward in prop::sample::select(vec!["awc", "suc", "aic"]), n in 1usize..=4, budget in 0.05..1.5f64, policy in 0u32..15,
        seed in 0u64..1000, visits in prop::collection::vec((1u32..=900, 0u32..2, any::<bool>()), 1..8),
    ) {
        let task = json!({"reward": reward, "max_models": n, "budget": budget});
        let mut experiment = synthetic(&FIVE, &json!({}), &task, &every_policy(), 900);
        experiment["run"]["seed"] = json!(seed);
        let plan = plan(&experiment);
        let simulation = Simulation::new(plan.game.clone());
        let digest = |policies: &[usize]| {
            let mut alone = experiment.clone();
            let all = experiment["policies"].as_array().unwrap();
            alone["policies"] = policies.iter().map(|policy| all[*policy].clone()).collect();
            run(self::plan(&alone)).digest
        };
        let before = digest(&[policy as usize]);
        let hand: Vec<Vec<Told>> = (0..2).map(|replicate| by_hand(&simulation, policy as usize, replicate, 900)).collect();
        let over = |told: &Told| told.observed.iter().map(|seen| seen.cost).sum::<f64>() > simulation.game.setting.budget + 1e-9;
        let mut inspector = Inspector::new();
        for (round, replicate, search) in visits {
            let seek = if search { Seek::OverBudget(round) } else { Seek::Round(round) };
            let wanted = RoundWanted { policy, replicate, seek, played: 900 };
            let answer = loop {
                if let Some(answer) = inspector.look(&simulation, wanted, 0.0, || 1.0).unwrap() {
                    break answer;
                }
            };
            let hand = &hand[replicate as usize];
            let expected = if search {
                hand.iter().enumerate().skip(round as usize).find(|(_, told)| over(told)).map(|(place, _)| place as u32 + 1)
            } else {
                Some(round)
            };
            match answer {
                Answer::Round(seen) => {
                    prop_assert_eq!(Some(seen.round), expected);
                    let place = seen.round as usize - 1;
                    assert_same(&simulation, &seen, hand.get(place.wrapping_sub(1)), &hand[place]);
                }
                Answer::NoneOver => prop_assert_eq!(None, expected),
            }
        }
        prop_assert_eq!(digest(&[policy as usize]), before);
    }
}
