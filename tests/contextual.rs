//! Policies that read the query: contextual C2MAB-V and LinUCB, on results with texts.
#![allow(missing_docs, clippy::unwrap_used)]

use llm_selection::ErrorKind;
use llm_selection::bandit::contextual::Contextual;
use llm_selection::bandit::forgetting::Memory;
use llm_selection::bandit::linucb::LinUcb;
use llm_selection::bandit::optimism::Confidence;
use llm_selection::bandit::policy::{Choice, Observation, Policy, Setting};
use llm_selection::data::{ImportOptions, InputFile, import};
use llm_selection::environment::{AnyWorld, Changed, Described, Sparse, World};
use llm_selection::experiment::{Experiment, RewardModel, SplitShares};
use llm_selection::plan::{Asked, Lesson, Plan, Playable, ReadTexts, WithTexts};
use llm_selection::protocol::{decode, encode};
use llm_selection::query_aware::context::{Context, SKETCH};
use llm_selection::query_aware::queries::{Queries, QueryOptions};
use llm_selection::random::{hash, permuted, policy_stream, unit, world_key};
use llm_selection::run::{run, run_in_threads};
use llm_selection::simulation::{Run, Simulation, Unobserved};
use llm_selection::summary::{PolicyResult, RunResult};
use serde_json::{Value, json};
use std::fmt::Write;
use std::sync::Arc;

const KINDS: [&str; 3] =
    ["how many apples are in the basket", "who wrote the old poem", "translate this line into French"];
const COSTS: [f64; 3] = [0.001, 0.002, 0.004];

/// Results of three models, each good at one kind of queries. `order` says whose text a query has: its own, or another's.
fn csv(queries: u64, order: impl Fn(u64) -> u64) -> String {
    let mut text = "query_id,model,score,cost,query\n".to_owned();
    for query in 0..queries {
        for (model, cost) in (0..3u64).zip(COSTS) {
            let right = if query % 3 == model { 0.9 } else { 0.2 };
            let score = u8::from(unit(hash(model, query)) < right);
            let words = order(query);
            let kind = KINDS[(words % 3) as usize];
            writeln!(text, "q{query},m{model},{score},{cost},{kind} {}", hash(7, words) % 50).unwrap();
        }
    }
    text
}

fn with_texts(text: &str) -> WithTexts {
    let data = import(files(text), &ImportOptions::default(), &mut |_| true).unwrap().dataset;
    let text = text.to_owned();
    let read = move |threshold: f64, columns: &[String]| {
        let options = QueryOptions { threshold, columns: columns.to_vec(), ..QueryOptions::default() };
        let (queries, import) = Queries::read(files(&text), &options, &mut |_| true)?;
        Ok((queries, import.dataset.files))
    };
    WithTexts::new(Arc::new(data), Box::new(read))
}

fn files(text: &str) -> Vec<InputFile<'_>> {
    vec![InputFile::from_bytes("all.csv", text.as_bytes())]
}

fn experiment(task: &Value, policies: &Value, rounds: u32, replicates: u32) -> Experiment {
    let value = json!({
        "environment": { "kind": "replay", "files": [{ "name": "all.csv" }] }, "task": task, "policies": policies,
        "run": { "rounds": rounds, "replicates": replicates, "seed": 3 }
    });
    Experiment::from_json(&value.to_string()).unwrap()
}

fn played(text: &str, experiment: &Experiment) -> RunResult {
    run(Plan::on(experiment, Some(&with_texts(text))).unwrap())
}

fn one() -> Value {
    json!({ "reward": "suc", "max_models": 1, "budget": 0.003 })
}

fn reward(policy: &PolicyResult) -> (f64, f64) {
    (policy.finals.reward.mean.unwrap(), policy.finals.reward.ci95.unwrap())
}

fn setting(arms: usize) -> Setting {
    Setting {
        arms,
        n: 1,
        available: (0..arms).collect(),
        situation: 0,
        budget: 0.5,
        reward: RewardModel::Suc,
        ordered: false,
        at_least_one: true,
        rounds: 100,
    }
}

#[test]
fn bias_and_radius_follow_a_trace_by_hand() {
    let confidence = Confidence { alpha_mu: 0.3, alpha_c: 0.05, delta: 0.01, memory: Memory::All };
    let stream = policy_stream(1, 0, "{}", 0);
    let mut policy = Contextual::new(&setting(2), &confidence, None, None, stream);
    let mut choice = Choice::default();
    let mut select = |policy: &mut Contextual, t: u32, p: [f64; 2]| {
        policy.look(&p);
        choice = Choice::default();
        policy.select(&setting(2), t, &mut choice);
        let (upper, lower) = policy.bounds();
        ([upper[0], upper[1]], [lower[0], lower[1]])
    };
    assert_eq!(select(&mut policy, 1, [0.2, 0.9]), ([1.0, 1.0], [0.0, 0.0]));
    policy.update(&[Observation { arm: 0, reward: 1.0, cost: 0.4 }]);
    select(&mut policy, 2, [0.7, 0.9]);
    policy.update(&[Observation { arm: 0, reward: 0.0, cost: 0.2 }]);
    select(&mut policy, 3, [0.5, 0.4]);
    policy.update(&[Observation { arm: 1, reward: 0.0, cost: 0.1 }]);
    // b̂ = (1 − 0.2 + 0 − 0.7)/2 and 0 − 0.4; L = ln(2π²·2·t³/(3·0.01)).
    let bias = [0.05, -0.4];
    assert!(policy.estimates().mean_reward.iter().zip(bias).all(|(found, bias)| (found - bias).abs() < 1e-15));
    let pi = std::f64::consts::PI;
    let logarithm = libm::log(2.0 * pi * pi * 2.0 * 64.0 / 0.03);
    let radius = [(logarithm / 4.0).sqrt(), (logarithm / 2.0).sqrt()];
    let (upper, lower) = select(&mut policy, 4, [0.1, 0.05]);
    for arm in 0..2 {
        let expected = ([0.1, 0.05][arm] + bias[arm] + 0.3 * radius[arm]).clamp(0.0, 1.0);
        assert!((upper[arm] - expected).abs() < 1e-12 && expected > 0.0 && expected < 1.0, "{arm} {upper:?}");
        assert!((lower[arm] - f64::max([0.3, 0.1][arm] - 0.05 * radius[arm], 0.0)).abs() < 1e-12, "{arm} {lower:?}");
    }
    // Clipped at both ends.
    for _ in 0..300 {
        select(&mut policy, 5, [0.5, 0.9]);
        policy.update(&[Observation { arm: 1, reward: 0.0, cost: 0.1 }]);
    }
    assert_eq!(select(&mut policy, 6, [1.0, 0.0]).0, [1.0, 0.0]);
}

#[test]
fn linear_worth_by_hand() {
    let mut policy = LinUcb::new(2, 1, 0.5, None);
    let mut choice = Choice::default();
    let mut select = |policy: &mut LinUcb, x: f64| {
        policy.look(&[0.5, 0.5, x]);
        choice = Choice::default();
        policy.select(&setting(2), 1, &mut choice);
        (policy.worth().to_vec(), choice.arms.clone())
    };
    assert_eq!(select(&mut policy, 1.0), (vec![f64::INFINITY; 2], vec![0]));
    policy.update(&[Observation { arm: 0, reward: 1.0, cost: 0.1 }]);
    assert_eq!(select(&mut policy, -1.0).1, [1]);
    policy.update(&[Observation { arm: 1, reward: 1.0, cost: 0.1 }]);
    // A = I + (1, 1)(1, 1)ᵀ, A⁻¹ = [2 −1; −1 2]/3, θ = A⁻¹(1, 1) = (1, 1)/3; at (1, 1) the form is 2/3. Of the second arm
    // θ = (−1, 1)/3, and the form at (1, 1) is 2.
    let (worth, arms) = select(&mut policy, 1.0);
    assert!((worth[0] - (2.0 / 3.0 + 0.5 * (2.0f64 / 3.0).sqrt())).abs() < 1e-12, "{worth:?}");
    assert!((worth[1] - 0.5 * 2.0f64.sqrt()).abs() < 1e-12, "{worth:?}");
    assert_eq!(arms, [0]);
}

#[test]
fn where_a_word_decides_reading_it_beats_every_fixed_set() {
    let policies = json!([{"kind": "c2mab-v"}, {"kind": "contextual"}, {"kind": "contextual", "retrain": 50},
        {"kind": "linucb", "cost_aware": true}, {"kind": "linucb"},
        {"kind": "fixed", "models": ["m0"]}, {"kind": "fixed", "models": ["m1"]}, {"kind": "fixed", "models": ["m2"]}]);
    let result = played(&csv(900, |query| query), &experiment(&one(), &policies, 3_000, 20));
    let of: Vec<(f64, f64)> = result.policies.iter().map(reward).collect();
    for reading in 1..5 {
        for other in [0, 5, 6, 7] {
            let ((ours, half), (theirs, other_half)) = (of[reading], of[other]);
            assert!(ours - half > theirs + other_half, "{} {of:?}", result.policies[reading].label);
        }
    }
    for policy in &result.policies[..4] {
        let paid = policy.finals.cost.mean.unwrap();
        assert!(paid < 0.003 * 1.02, "{}: {paid}", policy.label);
    }
    // Within the budget, and most of it: by kind the models cost 0.0023 on average.
    assert!(of[1].0 > 0.8, "{of:?}");
}

#[test]
fn texts_that_tell_nothing_do_no_harm() {
    let policies = json!([{"kind": "c2mab-v"}, {"kind": "contextual"}, {"kind": "contextual", "retrain": 50}]);
    let mixed = csv(900, |query| permuted(5, query, 900));
    let result = played(&mixed, &experiment(&one(), &policies, 3_000, 20));
    let of: Vec<(f64, f64)> = result.policies.iter().map(reward).collect();
    assert!(of[1..].iter().all(|(ours, half)| ours + half > of[0].0 - of[0].1 - 0.02), "{of:?}");
}

#[test]
fn the_budget_is_kept_under_every_reward() {
    let text = csv(300, |query| query);
    for (task, budget) in [
        (json!({"reward": "awc", "max_models": 2, "budget": 0.0025}), 0.0025),
        (json!({"reward": "suc", "max_models": 2, "budget": 0.0045}), 0.0045),
        (json!({"reward": "aic", "max_models": 2, "budget": 0.0045}), 0.0045),
    ] {
        let policies = json!([{"kind": "contextual"}, {"kind": "contextual", "retrain": 7}, {"kind": "linucb", "cost_aware": true}]);
        let result = played(&text, &experiment(&task, &policies, 2_000, 5));
        for policy in &result.policies {
            let paid = policy.finals.cost.mean.unwrap();
            assert!(paid < budget * 1.03, "{task} {}: {paid}", policy.label);
        }
    }
}

#[test]
fn no_other_curve_changes_but_for_the_rows_held_out() {
    let text = csv(300, |query| query);
    let others = json!([{"kind": "c2mab-v"}, {"kind": "thompson"}, {"kind": "offline"}]);
    let mut more = json!([{"kind": "thompson"}, {"kind": "contextual"}, {"kind": "offline"}, {"kind": "linucb"}, {"kind": "c2mab-v"}]);
    let with = played(&text, &experiment(&one(), &more, 700, 3));
    more.as_array_mut().unwrap().remove(1);
    let without = played(&text, &experiment(&one(), &more, 700, 3));
    for (place, other) in [(0, 0), (2, 1), (3, 2), (4, 3)] {
        assert_eq!(with.policies[place], without.policies[other]);
    }
    // On the test rows alone the rest plays the same, no policy reading anything.
    let (queries, _) = Queries::read(files(&text), &QueryOptions::default(), &mut |_| true).unwrap();
    let context = Context::of(&queries, SplitShares::default(), &mut |_| true).unwrap();
    assert_eq!(context.test.len(), 60);
    let lines: Vec<&str> = text.lines().collect();
    let kept = context.test.iter().flat_map(|query| &lines[1 + 3 * query..4 + 3 * query]);
    let test: String = std::iter::once(&lines[0]).chain(kept).fold(String::new(), |text, line| text + line + "\n");
    let rest = played(&test, &experiment(&one(), &others, 700, 3));
    for (place, other) in [(4, 0), (0, 1), (2, 2)] {
        assert_eq!(with.policies[place], rest.policies[other]);
    }
    let warnings = Plan::on(&experiment(&one(), &more, 700, 3), Some(&with_texts(&text))).unwrap().warnings();
    let said = warnings.iter().find(|warning| warning.contains("60 test queries of 300"));
    assert!(
        said.is_some_and(|said| said.contains("learn from 180") && said.contains("calibrated on 60")),
        "{warnings:?}"
    );
    assert!(warnings.iter().any(|warning| warning.contains("each of 30 queries about 23 times")), "{warnings:?}");
}

#[test]
fn a_run_goes_on_where_it_was_written_down() {
    let policies = json!([{"kind": "contextual"}, {"kind": "contextual", "retrain": 10}, {"kind": "linucb"}]);
    let experiment = experiment(&one(), &policies, 200, 1);
    let plan = Plan::on(&experiment, Some(&with_texts(&csv(120, |query| query)))).unwrap();
    let simulation = Simulation::new(plan.game);
    let AnyWorld::Replay(replay) = &simulation.game.world else { panic!() };
    let world = Described(Sparse(Changed(replay.rows(0).unwrap())));
    for policy in 0..3 {
        let play = |mut run: Run, break_at: u32| {
            let mut sets = Vec::new();
            for t in 1..=200 {
                let round = world.begin(world_key(3, 0), t);
                let context = world.context(round).unwrap();
                assert_eq!(context.len(), 3 + SKETCH);
                run.look(context);
                let arms = run.ask(&simulation).arms.clone();
                if t == break_at {
                    run = serde_json::from_str(&serde_json::to_string(&run).unwrap()).unwrap();
                }
                let seen: Vec<Observation> = (arms.iter())
                    .map(|&arm| {
                        let outcome = world.outcome(round, arm);
                        Observation { arm, reward: outcome.reward, cost: outcome.cost }
                    })
                    .collect();
                run.tell(&simulation, &seen, Unobserved::default());
                sets.push(arms);
            }
            (sets, *run.totals())
        };
        let new = || Run::new(&simulation, policy, 0).unwrap();
        assert_eq!(play(new(), 0), play(new(), 105), "{policy}");
    }
}

#[test]
fn missing_results_changes_and_threads() {
    // Some cells are gone, models drift, one goes away for a while.
    let text = csv(240, |query| query);
    let gaps: String = text
        .lines()
        .enumerate()
        .filter(|(line, _)| *line == 0 || line % 11 != 5)
        .map(|(_, line)| format!("{line}\n"))
        .collect();
    let value = json!({
        "environment": { "kind": "replay", "files": [{ "name": "all.csv" }], "missing": "unavailable", "sampling": "shuffle",
            "drift": [{ "at": 200 }, { "at": 400, "models": { "m1": { "reward": 0.9, "cost": 0.001 } } }],
            "availability": [{ "model": "m0", "from": 100, "to": 300 }] },
        "task": { "reward": "awc", "max_models": 2, "budget": 0.003 },
        "policies": [{ "kind": "contextual", "retrain": 20 }, { "kind": "linucb", "cost_aware": true }, { "kind": "linucb" }, { "kind": "offline" }],
        "run": { "rounds": 600, "replicates": 9 },
        "query_aware": { "split": { "train": 0.3, "validation": 0.2, "seed": 8 } }
    });
    let experiment = Experiment::from_json(&value.to_string()).unwrap();
    let plan = || Plan::on(&experiment, Some(&with_texts(&gaps))).unwrap();
    let expected = run(plan());
    for threads in [1, 2, 7] {
        assert!(run_in_threads(plan(), threads, |_| ()).unwrap() == expected, "{threads}");
    }
    assert!(expected.policies.iter().all(|policy| policy.finals.reward.mean.unwrap() > 0.5));
}

#[test]
fn what_was_learned_elsewhere_serves_as_if_it_had_been_learned_here() {
    let text = csv(60, |query| query);
    let asked = Asked::of(&experiment(&one(), &json!([{"kind": "contextual"}]), 100, 1));
    let lesson = Lesson::of(&asked).unwrap();
    let data = import(files(&text), &ImportOptions::default(), &mut |_| true).unwrap().dataset;
    let again = text.clone();
    let read = move |_: f64, _: &[String]| {
        let (queries, import) = Queries::read(files(&again), &QueryOptions::default(), &mut |_| true)?;
        Ok((queries, import.dataset.files))
    };
    let read: ReadTexts = Box::new(read);
    let mut shares = Vec::new();
    let mut hear = |share: f64| {
        shares.push(share);
        true
    };
    let context = lesson.learn(&read, &data.files, &mut hear).unwrap();
    assert!(shares.len() > 2 && shares.is_sorted() && shares.iter().all(|share| (0.0..=1.0).contains(share)));
    let stopped = lesson.learn(&read, &data.files, &mut |_| false).unwrap_err();
    assert_eq!(stopped.kind, ErrorKind::Cancelled);
    // Whoever is told does not read the texts.
    let unread = |_: f64, _: &[String]| Err(llm_selection::Error::new(ErrorKind::Io, "no second reading"));
    let told = WithTexts::new(Arc::new(data), Box::new(unread));
    assert_eq!(told.scene(&asked).unwrap_err().kind, ErrorKind::Io);
    told.know(lesson, decode(&encode(&context).unwrap()).unwrap());
    assert_eq!(told.scene(&asked).unwrap(), with_texts(&text).scene(&asked).unwrap());
    // For another threshold it has to be learned anew.
    let mut other = asked;
    other.reading.as_mut().unwrap().threshold = 0.5;
    assert_eq!(told.scene(&other).unwrap_err().kind, ErrorKind::Io);
}

#[test]
fn what_cannot_be_played_is_said() {
    let refused = |text: &str, experiment: &Experiment| Plan::on(experiment, Some(&with_texts(text))).unwrap_err();
    let contextual = experiment(&one(), &json!([{"kind": "contextual"}]), 100, 1);
    let text = csv(60, |query| query);
    // No text; too few queries; a split without a part; numbers alone.
    let bare: String = text.lines().map(|line| format!("{}\n", line.rsplit_once(',').unwrap().0)).collect();
    let error = refused(&bare, &contextual);
    assert!(error.kind == ErrorKind::Missing && error.to_string().contains("text of the queries"), "{error}");
    let error = refused(&csv(19, |query| query), &contextual);
    assert!(error.kind == ErrorKind::Missing && error.to_string().contains("at least 20 queries"), "{error}");
    let mut filtered = contextual.clone();
    let llm_selection::experiment::Environment::Replay(replay) = &mut filtered.environment else { panic!() };
    replay.filter.category = vec!["law".into()];
    assert!(refused(&text, &filtered).to_string().contains("environment.filter.category"));
    let numbers = import(files(&text), &ImportOptions::default(), &mut |_| true).unwrap().dataset;
    let error = Plan::new(&contextual, Some(Arc::new(numbers))).unwrap_err();
    assert_eq!((error.kind, error.place.field.as_deref()), (ErrorKind::Missing, Some("environment.files")), "{error}");
    // Texts that are all alike.
    let error = refused(&csv(60, |_| 0), &contextual);
    assert!(error.to_string().contains("all alike"), "{error}");
    // Files that have changed since.
    let data = import(files(&text), &ImportOptions::default(), &mut |_| true).unwrap().dataset;
    let read = |_: f64, _: &[String]| {
        let other = csv(61, |query| query);
        let (queries, import) = Queries::read(files(&other), &QueryOptions::default(), &mut |_| true)?;
        Ok((queries, import.dataset.files))
    };
    let changed = WithTexts::new(Arc::new(data), Box::new(read));
    assert_eq!(Plan::on(&contextual, Some(&changed)).unwrap_err().kind, ErrorKind::HashMismatch);
    // Matrices of more numbers than there is room for.
    let many = experiment(&one(), &json!([{"kind": "linucb"}, {"kind": "linucb", "alpha_mu": 1}]), 100, 1_000);
    assert!(Plan::on(&many, Some(&with_texts(&text))).is_ok());
    let many = experiment(&one(), &Value::from(vec![json!({"kind": "linucb"}); 20]), 100, 1_000);
    let error = refused(&text, &many);
    assert_eq!((error.kind, error.place.field.as_deref()), (ErrorKind::TooLarge, Some("policies[19]")), "{error}");
}
