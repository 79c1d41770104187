//! What a set is worth: lessons 1, 2, 5 and 6.

use super::super::format::lesson;
use super::super::play::{experiment, play, played, policy, put, quotes, with, with_seeds, with_some_seeds};
use super::{calls, cost, reward};
use llm_selection::summary::{PolicyResult, RunResult};
use serde_json::json;

#[test]
fn best_dear_is_hardly_better_and_three_cheap_models_are() {
    let lesson = lesson("01-best");
    let (turbo, mini, smallest) = ("gpt-4-turbo", "gpt-4o-mini", "gemini-1.5-flash-8b");
    let alone = played(&lesson, "alone");
    let elsewhere = played(&lesson, "elsewhere");
    let together = played(&lesson, "together");
    let three = policy(&together, "Three cheap models");
    quotes(
        &lesson,
        &[
            ("gpt-4-turbo earned {}, gpt-4o-mini", reward(policy(&alone, turbo)), 3),
            ("gpt-4o-mini {}. That is", reward(policy(&alone, mini)), 3),
            ("it took ${} a question", cost(policy(&alone, turbo)), 5),
            ("the other took ${}.", cost(policy(&alone, mini)), 5),
            ("another matter: {}, fewer", reward(policy(&alone, smallest)), 3),
            ("cheapest model was right on {} of the science questions", reward(policy(&alone, smallest)), 3),
            ("gpt-4-turbo alone is right on {} of the science questions", reward(policy(&alone, turbo)), 3),
            ("It earned {}, and gpt-4-turbo", reward(policy(&elsewhere, smallest)), 3),
            ("and gpt-4-turbo {}. Here", reward(policy(&elsewhere, turbo)), 3),
            ("On {} of them", reward(three), 3),
            ("for ${} a question: more than the best", cost(three), 5),
            ("like three dice, it would be {}.", three.finals.expected_reward.mean.unwrap(), 3),
            ("The dashed line, {}, multiplies", together.optimum[0].reward.unwrap(), 3),
        ],
    );
    with_seeds(&lesson, "alone", |seed, result| {
        let (turbo, mini) = (policy(result, turbo), policy(result, mini));
        assert!((0.0..0.04).contains(&(reward(turbo) - reward(mini))), "seed {seed}");
        assert!((90.0..110.0).contains(&(cost(turbo) / cost(mini))), "seed {seed}");
        assert!(reward(policy(result, smallest)) < 0.5, "seed {seed}");
    });
    with_seeds(&lesson, "elsewhere", |seed, result| {
        let (turbo, smallest) = (policy(result, turbo), policy(result, smallest));
        assert!((0.0..0.03).contains(&(reward(turbo) - reward(smallest))), "seed {seed}");
        assert!(cost(smallest) < cost(turbo) / 300.0, "seed {seed}");
    });
    with_seeds(&lesson, "together", |seed, result| {
        let (turbo, three) = (policy(result, turbo), policy(result, "Three cheap models"));
        assert!(reward(three) > reward(turbo) + 0.1, "seed {seed}");
        assert!((28.5..29.5).contains(&(cost(turbo) / cost(three))), "seed {seed}");
        assert!(reward(three) < three.finals.expected_reward.mean.unwrap() - 0.05, "seed {seed}");
    });
}

#[test]
fn a_cascade_is_cheaper_at_no_less_reward_where_its_first_model_spares_more_than_it_costs() {
    let lesson = lesson("02-cascade");
    let (alone, first, last) = ("GPT-4 alone", "GPT-3.5, then GPT-4", "GPT-4, then GPT-3.5");
    let cascade = played(&lesson, "cascade");
    let order = played(&lesson, "order");
    let saved = 1.0 - cost(policy(&cascade, first)) / cost(policy(&cascade, alone));
    let priced = |price: f64| with(&lesson, "break-even", "environment.models.0.cost", price);
    let (strong, weak, reversed) = ("Strong alone", "Weak, then Strong", "Strong, then Weak");
    quotes(
        &lesson,
        &[
            ("GPT-4 alone costs ${} a question", cost(policy(&cascade, alone)), 3),
            ("It costs ${}, which", cost(policy(&cascade, first)), 4),
            ("which is {} % less", 100.0 * saved, 0),
            ("earns more: {} against", reward(policy(&cascade, first)), 3),
            ("against {}. The two models", reward(policy(&cascade, alone)), 3),
            ("The table counts {} calls", calls(policy(&cascade, first)), 2),
            ("The reward is the same, {}:", reward(policy(&order, last)), 3),
            ("But the cost is ${}, a little", cost(policy(&order, last)), 4),
            ("It costs ${}: half a dollar", cost(policy(&priced(0.5), weak)), 2),
            ("At $0.30 it comes to ${},", cost(policy(&priced(0.3), weak)), 2),
            ("At $0.10 it costs ${},", cost(policy(&priced(0.1), weak)), 2),
            ("The reward is {} at every price", reward(policy(&priced(0.1), weak)), 3),
            ("more than the {} of Strong alone", 0.9, 3),
            ("is Strong first, for ${}:", cost(policy(&priced(0.5), reversed)), 2),
            ("answer of Weak costs ${} there", 0.5 / 0.3, 2),
            ("one of Strong ${}.", 1.0 / 0.9, 2),
        ],
    );
    with_seeds(&lesson, "cascade", |seed, result| {
        let (alone, first) = (policy(result, alone), policy(result, first));
        assert!(cost(first) < 0.3 * cost(alone) && reward(first) >= reward(alone), "seed {seed}");
        let reversed = with(&lesson, "order", "run.seed", seed);
        let reversed = policy(&reversed, last);
        assert!(reward(reversed) == reward(first) && cost(reversed) > cost(alone), "seed {seed}");
    });
    for (price, range) in [(0.5, 0.18..0.24), (0.3, -0.02..0.04), (0.1, -0.22..-0.16)] {
        for seed in 1..=20 {
            let result = play(&experiment(lesson.block("break-even"), |json| {
                put(json, "environment.models.0.cost", json!(price));
                put(json, "run.seed", json!(seed));
            }));
            let more = cost(policy(&result, weak)) / cost(policy(&result, strong)) - 1.0;
            assert!(range.contains(&more), "{price}, seed {seed}: {more}");
            assert!(reward(policy(&result, weak)) > reward(policy(&result, strong)), "seed {seed}");
            // Weak goes first where a right answer of it is the cheaper one.
            let weak_first = cost(policy(&result, weak)) < cost(policy(&result, reversed));
            assert!(weak_first == (price / 0.3 < 1.0 / 0.9), "{price}, seed {seed}");
            assert_eq!(reward(policy(&result, weak)), reward(policy(&result, reversed)), "{price}, seed {seed}");
        }
    }
}

#[test]
fn three_reward_models_have_three_best_sets() {
    let lesson = lesson("05-rewards");
    let results = ["any", "sum", "all"].map(|id| played(&lesson, id));
    let sets: Vec<Vec<&str>> =
        results.iter().map(|result| result.optimum[0].set.iter().map(String::as_str).collect()).collect();
    assert_eq!(sets, [vec!["Amber"], vec!["Blue", "Ecru"], vec!["Coral", "Dove"]]);
    let best = |result: &RunResult| result.optimum[0].reward.unwrap();
    let learned = |result: &RunResult, model: &str| 100.0 * policy(result, "C2MAB-V").selection[model];
    let [any, sum, all] = &results;
    quotes(
        &lesson,
        &[
            ("Amber alone, {}. It takes", best(any), 3),
            ("selected Amber in {} % of the rounds", learned(any, "Amber"), 0),
            ("rounds and earned {}.", reward(policy(any, "C2MAB-V")), 3),
            ("C2MAB-V earned {}, *more*", reward(policy(sum, "C2MAB-V")), 3),
            ("Besides, at {} it still", cost(policy(sum, "C2MAB-V")), 2),
            ("It earned {}, and again", reward(policy(all, "C2MAB-V")), 3),
            ("best set's {}, for", best(all), 3),
            ("and with {} it is a little", cost(policy(all, "C2MAB-V")), 4),
            ("*{} of the best set*", 1.0 - libm::exp(-1.0), 3),
            ("0.80 + 0.30 = {}$", best(sum), 2),
            ("0.55 \\times 0.50 = {}$", best(all), 3),
            ("selected Dove in {} %", learned(all, "Dove"), 0),
            ("and Coral in {} % of the rounds", learned(all, "Coral"), 0),
        ],
    );
    with_seeds(&lesson, "any", |seed, result| {
        assert!(learned(result, "Amber") > 70.0 && calls(policy(result, "C2MAB-V")) < 1.3, "seed {seed}");
    });
    with_seeds(&lesson, "sum", |seed, result| {
        let policy = policy(result, "C2MAB-V");
        assert!(policy.finals.expected_reward.mean.unwrap() > best(result) && cost(policy) > 0.5, "seed {seed}");
    });
    with_seeds(&lesson, "all", |seed, result| {
        let others = ["Amber", "Blue", "Ecru"].map(|model| learned(result, model));
        let least = learned(result, "Coral").min(learned(result, "Dove"));
        assert!(others.iter().all(|share| *share < least), "seed {seed}");
        let policy = policy(result, "C2MAB-V");
        assert!(policy.finals.expected_reward.mean.unwrap() > best(result) && cost(policy) > 0.5, "seed {seed}");
    });
}

#[test]
fn shares_are_what_the_money_allows_and_sets_keep_their_size() {
    let lesson = lesson("06-relaxation");
    let whole = "Whole sets only";
    let large = |result: &RunResult| 100.0 * policy(result, "C2MAB-V").selection["Large"];
    let at = |budget: f64| with(&lesson, "shares", "task.budget", budget);
    let shares = at(0.5);
    let nine = played(&lesson, "nine");
    quotes(
        &lesson,
        &[
            ("In {} % of the rounds; the calculation", large(&shares), 1),
            ("calculation said {} %", 100.0 * (0.5 - 0.2) / (1.0 - 0.2), 1),
            ("It earned {} a round.", reward(policy(&shares, "C2MAB-V")), 3),
            ("plays whole sets only earned {},", reward(policy(&shares, whole)), 3),
            ("and spent {} of the 0.50", cost(policy(&shares, whole)), 3),
            ("At 0.30 Large gets {} % of the rounds", large(&at(0.3)), 1),
            ("at 0.80 it gets {} %", large(&at(0.8)), 1),
            ("Exactly {} calls a query", calls(policy(&nine, "C2MAB-V")), 0),
            ("C2MAB-V earned {} at a cost", reward(policy(&nine, "C2MAB-V")), 3),
            ("at a cost of {}; whole", cost(policy(&nine, "C2MAB-V")), 3),
            ("whole sets only earned {} at", reward(policy(&nine, whole)), 3),
            (" at {}. The best set", cost(policy(&nine, whole)), 3),
            ("set that fits has {}, and", nine.optimum[0].reward.unwrap(), 2),
            ("the best mix has {}.", nine.optimum[0].relaxed_reward, 3),
            ("$1 - 1/e$, or {}, of", 1.0 - libm::exp(-1.0), 3),
        ],
    );
    for (budget, share) in [(0.5, 37.5), (0.3, 12.5), (0.8, 75.0)] {
        for seed in 1..=20 {
            let result = play(&experiment(lesson.block("shares"), |json| {
                put(json, "task.budget", json!(budget));
                put(json, "run.seed", json!(seed));
            }));
            let found = large(&result);
            assert!((share - 0.2..share + 2.0).contains(&found), "{budget}, seed {seed}: {found}");
            assert!(policy(&result, whole).selection["Large"] < 0.01, "{budget}, seed {seed}");
        }
    }
    with_some_seeds(&lesson, "nine", 5, |seed, result| {
        let (mixed, whole) = (policy(result, "C2MAB-V"), policy(result, whole));
        // Every replicate calls three in every round: else its mean, and theirs, would not be 3.
        assert!(mixed.finals.calls.ci95 == Some(0.0) && calls(mixed) == 3.0 && calls(whole) == 3.0, "seed {seed}");
        let expected = |policy: &PolicyResult| policy.finals.expected_reward.mean.unwrap();
        assert!(expected(mixed) > expected(whole) && cost(whole) < 0.6, "seed {seed}");
    });
}
