//! What learning costs: lessons 3, 4 and 9.

use super::super::format::lesson;
use super::super::play::{played, policy, quotes, with_seeds};
use super::{cost, regret, reward, violation};
use llm_selection::summary::RunResult;

#[test]
fn without_exploring_regret_is_a_line_and_with_less_and_less_of_it_a_bend() {
    let lesson = lesson("03-explore");
    let greedy = played(&lesson, "greedy");
    let less = played(&lesson, "less");
    let (never, tenth) = (policy(&greedy, "Never explores"), policy(&greedy, "Explores in 1 of 10"));
    let (ever, fewer) = (policy(&less, "Explores for ever"), policy(&less, "Explores less and less"));
    quotes(
        &lesson,
        &[
            ("A straight line: {} after 2\u{202f}500", regret(never, 2_500), 0),
            ("rounds, {} after 5\u{202f}000", regret(never, 5_000), 0),
            ("The explorer has {}.", regret(tenth, 5_000), 0),
            ("After 100 rounds: {} for ever", regret(ever, 100), 0),
            ("for ever, {} for less and less", regret(fewer, 100), 0),
            ("After 10\u{202f}000: {} and", regret(ever, 10_000), 0),
            ("and {}. Exploring for ever costs", regret(fewer, 10_000), 0),
            ("and measured are {}.", regret(ever, 10_000) - regret(ever, 5_000), 0),
            ("It went up by {} in the first half", regret(fewer, 5_000), 1),
            ("and by {} in the second.", regret(fewer, 10_000) - regret(fewer, 5_000), 1),
        ],
    );
    let means = [0.55, 0.65, 0.80, 0.45, 0.35];
    let random = 0.80 - means.iter().sum::<f64>() / 5.0;
    quotes(
        &lesson,
        &[
            ("a random model gives up {} on average", random, 2),
            ("does so: {} a round", random / 10.0, 3),
            ("that makes {}, and", 5_000.0 * random / 10.0, 0),
        ],
    );
    with_seeds(&lesson, "greedy", |seed, result| {
        let never = policy(result, "Never explores");
        let halves = (regret(never, 5_000) - regret(never, 2_500)) / regret(never, 2_500);
        assert!((0.85..1.05).contains(&halves), "seed {seed}: {halves}");
    });
    with_seeds(&lesson, "less", |seed, result| {
        let (ever, fewer) = (policy(result, "Explores for ever"), policy(result, "Explores less and less"));
        assert!(regret(fewer, 100) > regret(ever, 100) && regret(fewer, 10_000) < regret(ever, 10_000), "seed {seed}");
        assert!(regret(fewer, 10_000) - regret(fewer, 5_000) < regret(fewer, 5_000) / 2.0, "seed {seed}");
        assert!(regret(ever, 10_000) - regret(ever, 5_000) > 110.0, "seed {seed}");
    });
}

/// Replicates in which the player without doubt about prices hardly ever called the better model.
fn shut(result: &RunResult) -> usize {
    let policy = policy(result, "What fits: α = 0");
    policy.replicates.iter().filter(|replicate| replicate.reward < 0.65).count()
}

#[test]
fn some_doubt_is_best_for_rewards_and_doubt_about_prices_costs_violation() {
    let lesson = lesson("04-optimism");
    let three = played(&lesson, "three");
    let (none, some, much) = ("None: α = 0", "Some: α = 0.3", "Much: α = 1");
    let locked = played(&lesson, "locked");
    let (strict, hopeful, mixing) = ("What fits: α = 0", "What fits: α = 0.3", "C2MAB-V: α = 0");
    let prices = played(&lesson, "cost");
    let (exact, little) = (policy(&prices, "None: α = 0"), policy(&prices, "A little: α = 0.05"));
    let careless = policy(&prices, much);
    quotes(
        &lesson,
        &[
            ("a straight line, {} at the end", regret(policy(&three, none), 5_000), 0),
            ("everybody for long: {}, but", regret(policy(&three, much), 5_000), 0),
            ("With some it ends at {}.", regret(policy(&three, some), 5_000), 0),
            ("A straight line, {} after 2\u{202f}000 rounds", regret(policy(&locked, strict), 2_000), 0),
            ("In {} of the 20 replicates the first bills", shut(&locked) as f64, 0),
            ("some doubt the regret ends at {}.", regret(policy(&locked, hopeful), 2_000), 0),
            ("C2MAB-V ends at {} without", regret(policy(&locked, mixing), 2_000), 0),
            ("the dashed line at {}.", prices.optimum[0].reward.unwrap(), 2),
            ("the violation ends at {}, with a little", violation(exact, 5_000), 3),
            ("($\\alpha_c = 0.05$) at {},", violation(little, 5_000), 3),
            ("($\\alpha_c = 1$) at {}.", violation(careless, 5_000), 3),
            ("called sets for {} a round", cost(careless), 3),
            ("a round, {} % above the budget", 100.0 * (cost(careless) / 0.7 - 1.0), 0),
            ("earned more for the money, {} against", reward(careless), 3),
            ("against {}. With much", reward(exact), 3),
            ("the violation is {} after 500 rounds", violation(careless, 500), 3),
            ("and {} at the end; with a little", violation(careless, 5_000), 3),
            ("it goes from {} to", violation(little, 500), 3),
            ("to {}. Bills", violation(little, 5_000), 3),
        ],
    );
    // Always Birch would have a mean reward of 0.65, always Cedar 0.80.
    let stuck = policy(&three, some).replicates.iter().filter(|replicate| replicate.reward < 0.7).count();
    assert!(stuck == 1 && 5_000.0 * 0.15 / 20.0 > regret(policy(&three, some), 5_000) / 2.0, "{stuck}");
    let mut best = 0;
    with_seeds(&lesson, "three", |seed, result| {
        let at = |label: &str| regret(policy(result, label), 5_000);
        best += u32::from(at(some) < at(none).min(at(much)));
        let curve = policy(result, much);
        assert!(at(much) - regret(curve, 2_500) < regret(curve, 2_500) / 2.0, "seed {seed}");
        assert!(curve.finals.regret.ci95 < policy(result, none).finals.regret.ci95, "seed {seed}");
    });
    assert!(best >= 18, "{best} of 20");
    with_seeds(&lesson, "locked", |seed, result| {
        let at = |label: &str, t: u32| regret(policy(result, label), t);
        assert!((5..=15).contains(&shut(result)), "seed {seed}: {}", shut(result));
        assert!((1.9..2.1).contains(&(at(strict, 2_000) / at(strict, 1_000))), "seed {seed}");
        assert!(at(hopeful, 2_000) < 10.0 && at(mixing, 2_000) < 10.0, "seed {seed}");
    });
    with_seeds(&lesson, "cost", |seed, result| {
        let fits = result.optimum[0].reward.unwrap();
        assert!(result.policies.iter().all(|policy| reward(policy) > fits), "seed {seed}");
        let at = |label: &str| violation(policy(result, label), 5_000);
        assert!(
            at("None: α = 0") < at("A little: α = 0.05") && at("A little: α = 0.05") < at(much) / 5.0,
            "seed {seed}"
        );
        assert!(reward(policy(result, much)) > reward(policy(result, "None: α = 0")), "seed {seed}");
        for label in ["A little: α = 0.05", much] {
            let policy = policy(result, label);
            assert!(violation(policy, 5_000) < violation(policy, 500), "seed {seed}");
        }
    });
}

#[test]
fn a_window_recovers_after_drift_and_absence_is_no_loss() {
    let lesson = lesson("09-drift");
    let drift = played(&lesson, "drift");
    let away = played(&lesson, "away");
    let price = played(&lesson, "price");
    let (all, window) = ("Remembers all", "Last 500 rounds");
    let windows = played(&lesson, "windows");
    let (short, long) = ("Last 100 rounds", "Last 2,000 rounds");
    let ends = |label: &str| regret(policy(&windows, label), 5_000);
    let rise = |result: &RunResult, label: &str, from: u32, to: u32| {
        let policy = policy(result, label);
        regret(policy, to) - regret(policy, from)
    };
    let (stays, misses) = (policy(&away, "C2MAB-V"), policy(&away, "Always Cedar"));
    let cost_after = |label: &str, t: u32| violation(policy(&price, label), t);
    let top = |result: &RunResult, label: &str| {
        let policy = policy(result, label);
        let series = &policy.violation.as_ref().unwrap().mean;
        (policy.rounds.iter().zip(series)).filter(|(t, _)| **t > 2_500).map(|(_, v)| *v).fold(0.0, f64::max)
    };
    quotes(
        &lesson,
        &[
            ("its regret has gone up by {}.", rise(&drift, all, 2_500, 3_500), 0),
            ("in every round it would have been {},", 1_000.0 * (0.65 - 0.40), 0),
            ("The window's had gone up by {}.", rise(&drift, window, 2_500, 3_500), 0),
            ("remembers all, {} against", regret(policy(&windows, window), 2_500), 0),
            ("against {}. It has never", regret(policy(&windows, all), 2_500), 0),
            ("most of all, and ends at {},", ends(short), 0),
            ("no window at all, {}. With", ends(all), 0),
            ("With 2\u{202f}000 it ends at {},", ends(long), 0),
            ("with 500 at {}.", ends(window), 0),
            ("{} before, ", regret(stays, 1_000), 0),
            ("before, {} at the end of the absence", regret(stays, 2_000), 0),
            ("absence, {} at the end of the run", regret(stays, 3_000), 0),
            ("What goes up, {}, is", regret(stays, 2_000) - regret(stays, 1_000), 0),
            ("its regret goes up by {}.", regret(misses, 3_000), 0),
            ("It stood at {} before", cost_after(all, 2_500), 3),
            ("and is at {} at the end", cost_after(all, 5_000), 3),
            ("The window ends at {}:", cost_after(window, 5_000), 3),
            ("went up to {}, and falls", top(&price, window), 3),
        ],
    );
    with_seeds(&lesson, "drift", |seed, result| {
        assert!(rise(result, all, 2_500, 3_500) > 2.0 * rise(result, window, 2_500, 3_500), "seed {seed}");
        assert!(rise(result, window, 2_500, 3_000) > 1.5 * rise(result, window, 4_500, 5_000), "seed {seed}");
        assert!(rise(result, window, 1, 2_500) > rise(result, all, 1, 2_500), "seed {seed}");
        // The same mistake at first; in the end most replicates have changed their mind.
        assert!(rise(result, all, 2_500, 3_000) > 0.7 * 0.25 * 500.0, "seed {seed}");
        assert!(rise(result, all, 2_500, 3_000) > 1.5 * rise(result, all, 4_500, 5_000), "seed {seed}");
    });
    with_seeds(&lesson, "windows", |seed, result| {
        let end = |label: &str| regret(policy(result, label), 5_000);
        let others = [all, window, long].map(end);
        assert!(others.iter().all(|other| *other < end(short)), "seed {seed}: {others:?}");
        assert!(end(window) < end(all) && end(long) < end(all), "seed {seed}: {others:?}");
    });
    with_seeds(&lesson, "away", |seed, result| {
        assert!(rise(result, "C2MAB-V", 2_001, 3_000) < 10.0, "seed {seed}");
        assert!((0.0..50.0).contains(&rise(result, "C2MAB-V", 1_000, 2_001)), "seed {seed}");
        assert!((rise(result, "Always Cedar", 1_000, 3_000) - 650.0).abs() < 1e-6, "seed {seed}");
    });
    with_seeds(&lesson, "price", |seed, result| {
        let at = |label: &str, t: u32| violation(policy(result, label), t);
        assert!(at(all, 5_000) > 1.02 * at(all, 4_500) && at(all, 5_000) > 5.0 * at(all, 2_500), "seed {seed}");
        assert!(
            at(window, 5_000) < top(result, window) - 0.002 && at(window, 5_000) < at(all, 5_000) / 2.0,
            "seed {seed}"
        );
    });
}
