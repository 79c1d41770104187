//! Budget, benchmark, and the query: lessons 7, 8 and 10.

use super::super::format::lesson;
use super::super::play::{after, bills, evaluated, experiment, last, played, policy, put, quotes, with, with_seeds};
use super::{calls, cost, regret, reward, violation};
use llm_selection::query_aware::evaluation::Evaluation;
use llm_selection::summary::PolicyResult;
use serde_json::json;

#[test]
fn most_rounds_cost_more_than_the_budget_and_the_violation_falls() {
    let lesson = lesson("07-budget");
    let line = played(&lesson, "line");
    let blind = played(&lesson, "blind");
    let unspent = played(&lesson, "unspent");
    let (ours, other) = (policy(&blind, "C2MAB-V"), policy(&blind, "Blind to prices"));
    let wider = with(&lesson, "blind", "task.budget", 0.9);
    let cascade = policy(&unspent, "C2MAB-V");
    quotes(
        &lesson,
        &[
            ("the violation: {} after 500 rounds", violation(&line.policies[0], 500), 4),
            ("500 rounds, {} after 1\u{202f}000", violation(&line.policies[0], 1_000), 4),
            ("1\u{202f}000, {} after 5\u{202f}000", violation(&line.policies[0], 5_000), 4),
            ("It comes to rest at {}.", violation(other, 10_000), 2),
            ("which cost {} together", 0.60 + 0.45 + 0.36, 2),
            ("that is {} above the budget", 0.60 + 0.45 + 0.36 - 0.60, 2),
            ("C2MAB-V falls: {} after 100", violation(ours, 100), 3),
            ("100 rounds, {} after 1\u{202f}000", violation(ours, 1_000), 3),
            ("1\u{202f}000, {} after 10\u{202f}000", violation(ours, 10_000), 3),
            ("has moved, {}. At", violation(policy(&wider, "Blind to prices"), 10_000), 2),
            ("It pays {} a round", cost(cascade), 3),
            ("for {} calls instead", calls(cascade), 2),
            ("would have cost {} if all", cascade.finals.nominal_cost.mean.unwrap(), 3),
        ],
    );
    let widest = with(&lesson, "blind", "task.budget", 1.5);
    assert!(widest.policies.iter().all(|policy| violation(policy, 10_000) == 0.0));
    let own = |seed: u64| experiment(lesson.block("line"), |json| put(json, "run.seed", json!(seed)));
    with_seeds(&lesson, "line", |seed, result| {
        let own = own(seed);
        let bills: Vec<Vec<f64>> = (0..3).map(|replicate| bills(&own, 0, replicate)).collect();
        let dear = |rounds: std::ops::Range<usize>| {
            let counts = bills.iter().map(|bills| bills[rounds.clone()].iter().filter(|bill| **bill > 0.5).count());
            counts.sum::<usize>() as f64 / 3.0
        };
        let (first, last) = (dear(0..1_000), dear(4_000..5_000));
        assert!((660.0..740.0).contains(&last) && (first - last).abs() < 50.0, "seed {seed}: {first}, {last}");
        let policy = &result.policies[0];
        assert!(violation(policy, 5_000) < violation(policy, 1_000), "seed {seed}");
        assert!(violation(policy, 1_000) < violation(policy, 500), "seed {seed}");
        assert!(violation(policy, 5_000) > 0.0, "seed {seed}");
    });
    with_seeds(&lesson, "blind", |seed, result| {
        let (ours, other) = (policy(result, "C2MAB-V"), policy(result, "Blind to prices"));
        assert!((violation(other, 10_000) - violation(other, 5_000)).abs() < 0.03, "seed {seed}");
        assert!((0.76..0.82).contains(&violation(other, 10_000)), "seed {seed}");
        let falls = [100, 1_000, 10_000].map(|t| violation(ours, t));
        assert!(falls[2] < falls[1] / 2.0 && falls[1] < falls[0], "seed {seed}: {falls:?}");
    });
    with_seeds(&lesson, "unspent", |seed, result| {
        let policy = policy(result, "C2MAB-V");
        let nominal = policy.finals.nominal_cost.mean.unwrap();
        assert!(cost(policy) < 0.25 && nominal > 0.6 && violation(policy, 300) == 0.0, "seed {seed}");
    });
}

#[test]
fn regret_falls_below_zero_against_the_best_set_and_not_against_the_relaxed_optimum() {
    let lesson = lesson("08-regret");
    let below = played(&lesson, "below");
    let longer = played(&lesson, "longer");
    let over = played(&lesson, "over");
    let (mixes, whole) = (policy(&below, "C2MAB-V"), policy(&below, "Whole sets only"));
    let (again, line) = (policy(&longer, "C2MAB-V"), policy(&longer, "Whole sets only"));
    let blind = policy(&over, "Blind to prices");
    let relaxed = |policy: &PolicyResult, t: u32| after(policy, &policy.regret_relaxed, t);
    let at = |budget: f64| with(&lesson, "over", "task.budget", budget);
    assert_eq!(
        (at(0.9).optimum[0].set.join(" "), at(1.1).optimum[0].set.join(" ")),
        ("Birch Cedar".into(), "Cedar Fir".into())
    );
    assert_eq!(below.optimum[0].set, ["Cedar", "Elm"]);
    let wide = at(1.1);
    let bound = played(&lesson, "bound");
    let bounds = bound.bounds.unwrap();
    let (theory, usual) = (policy(&bound, "As in the theory: α = 1"), policy(&bound, "As usual: α = 0.3"));
    quotes(
        &lesson,
        &[
            ("At {}, and falling", regret(mixes, 5_000), 0),
            ("its mean cost is {} and", cost(mixes), 3),
            ("and its violation {}. It", violation(mixes, 5_000), 3),
            ("It earned {} a round", reward(mixes), 3),
            ("where S* earns {}.", below.optimum[0].reward.unwrap(), 2),
            ("above zero, {}, and", regret(whole, 5_000), 0),
            ("Here it is {} a round", below.optimum[0].relaxed_reward, 2),
            ("A gain of about {} in", reward(mixes) - below.optimum[0].reward.unwrap(), 2),
            ("It ends at +{}, and", relaxed(again, 5_000), 0),
            ("most of that, {}, was", relaxed(again, 1_000), 0),
            ("as a line, to {}, whatever", relaxed(line, 5_000), 0),
            ("as in the figure, it ends at {}, and", relaxed(blind, 5_000), 0),
            ("as in the table, at {}. It", regret(blind, 5_000), 0),
            ("for {} a round, and that", cost(blind), 3),
            ("and that is {} above", violation(blind, 5_000), 3),
            ("above zero, at {} and", regret(policy(&wide, "C2MAB-V"), 5_000), 0),
            (" and {}. A larger budget", regret(policy(&wide, "Blind to prices"), 5_000), 0),
            ("It has {}, a tenth", regret(theory, 10_000), 0),
            ("only {}. Switch", regret(usual, 10_000), 0),
        ],
    );
    assert!(lesson.flat.contains("at most about 2\u{202f}260.") && (bounds.regret(1e4) - 2_260.0).abs() < 5.0);
    assert!(bounds.regret_is_vacuous(750.0) && !bounds.regret_is_vacuous(850.0));
    with_seeds(&lesson, "below", |seed, result| {
        let (mixes, whole) = (policy(result, "C2MAB-V"), policy(result, "Whole sets only"));
        assert!(regret(mixes, 5_000) < 1.9 * regret(mixes, 2_500) && regret(mixes, 5_000) < -600.0, "seed {seed}");
        assert!(relaxed(mixes, 5_000) > 0.0 && violation(mixes, 5_000) < 0.005, "seed {seed}");
        assert!(regret(whole, 5_000) > 0.0, "seed {seed}");
    });
    with_seeds(&lesson, "longer", |seed, result| {
        let (mixes, whole) = (policy(result, "C2MAB-V"), policy(result, "Whole sets only"));
        let late = relaxed(mixes, 5_000) - relaxed(mixes, 2_500);
        assert!(late.abs() < relaxed(mixes, 1_000), "seed {seed}: {late}");
        assert!((1.7..2.1).contains(&(relaxed(whole, 5_000) / relaxed(whole, 2_500))), "seed {seed}");
    });
    with_seeds(&lesson, "over", |seed, result| {
        let blind = policy(result, "Blind to prices");
        assert!(relaxed(blind, 5_000) < -400.0 && violation(blind, 5_000) > 0.3, "seed {seed}");
    });
    with_seeds(&lesson, "bound", |seed, result| {
        let bounds = result.bounds.unwrap();
        for policy in &result.policies {
            assert!(last(&policy.regret) < bounds.regret(1e4) / 5.0, "seed {seed}");
        }
    });
}

#[test]
fn reading_the_query_beats_the_best_single_model_and_leaves_a_gap() {
    let lesson = lesson("10-query");
    let one = evaluated(lesson.block("one"), |_| ());
    let three = evaluated(lesson.block("three"), |_| ());
    let figures = |evaluation: &Evaluation, name: &str| {
        let found = evaluation.policies.iter().find(|policy| policy.name == name).unwrap();
        [found.accuracy, found.cost, found.models_called].map(|figure| figure.value.unwrap())
    };
    let (single, selected) = (figures(&one, "Best single model"), figures(&one, "LabelledMaxConf"));
    assert_eq!(figures(&one, "MaxConf"), selected);
    let (all, voted) = (figures(&three, "All models"), figures(&three, "LabelledMaxConf"));
    let oracle = figures(&three, "Oracle");
    let gain =
        one.comparisons.iter().find(|row| row.policy == "LabelledMaxConf" && row.baseline == "Best single model");
    let gain = gain.unwrap().accuracy;
    quotes(
        &lesson,
        &[
            ("for {} questions to learn from", one.split.train as f64, 0),
            ("from {} questions that were kept", one.split.test as f64, 0),
            ("we made up {} short questions", (one.split.train + one.split.validation + one.split.test) as f64, 0),
            ("right on some {} of 100", 100.0 * single[0], 0),
            ("Sage alone is right on {} of", single[0], 3),
            ("test questions for ${} each", single[1], 4),
            ("{} right, for", selected[0], 3),
            ("right, for ${} a question", selected[1], 4),
            ("a question: {} more in a hundred", 100.0 * (selected[0] - single[0]), 0),
            ("All five vote to {}, at", all[0], 3),
            ("at ${}. On a product", all[1], 4),
            ("It calls {} models on average", voted[2], 2),
            ("is right on {}. *MaxConf*", voted[0], 3),
            ("and comes to {}. A bad", figures(&three, "MaxConf")[0], 3),
            ("That is {} of the test questions", oracle[0], 3),
            ("Between {} and", voted[0], 3),
            ("and {} lies the", oracle[0], 3),
        ],
    );
    assert!((0.08..0.10).contains(&gain.ci95.unwrap()), "{gain:?}");
    assert!((4.5..5.5).contains(&(single[1] / selected[1])) && (6.0..6.6).contains(&(voted[1] / selected[1])));
    let (mut cheaper_and_better, mut gaps) = (0, 0);
    for seed in 1..=20 {
        let seeded = |id: &str| evaluated(lesson.block(id), |json| put(json, "query_aware.split.seed", json!(seed)));
        let (one, three) = (seeded("one"), seeded("three"));
        let (single, selected) = (figures(&one, "Best single model"), figures(&one, "LabelledMaxConf"));
        cheaper_and_better += u32::from(selected[0] > single[0] && selected[1] < single[1] / 2.0);
        let (all, voted, oracle) =
            (figures(&three, "All models"), figures(&three, "LabelledMaxConf"), figures(&three, "Oracle"));
        assert!(all[0] < selected[0] && voted[0] > single[0], "seed {seed}");
        gaps += u32::from(oracle[0] - voted[0] > 0.02);
    }
    assert!(cheaper_and_better == 20 && gaps == 20, "{cheaper_and_better}, {gaps}");
}
