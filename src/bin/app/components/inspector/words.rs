//! What is said of a round.

use super::round::Seen;
use crate::format::{Unit, count, fixed, plural};
use llm_selection::bandit::explained::{CostBy, RewardBy, Solved, Way};
use llm_selection::experiment::RewardModel;
use llm_selection::inspect::Inspection;

/// The round in a sentence.
pub fn summary(round: &Inspection, policy: &str, unit: Unit) -> String {
    let calls = plural(round.calls.len() as u64, "call", "calls");
    let places = crate::format::decimals(round.budget.unwrap_or(round.paid), 3);
    let paid = unit.fixed(round.paid, places);
    let against =
        round.budget.map_or(String::new(), |budget| format!(", of a budget of {}", unit.fixed(budget, places)));
    format!(
        "Round {} of {policy}, replicate {}: {calls}, reward {}, paid {paid}{against}.",
        count(u64::from(round.round)),
        count(u64::from(round.replicate) + 1),
        plain(round.realised),
    )
}

/// A reward: whole where it is.
pub fn plain(reward: f64) -> String {
    fixed(reward, if reward == f64::trunc(reward) { 0 } else { 2 })
}

/// What the local server does under this policy.
pub fn local(round: &Inspection) -> String {
    let n = round.n;
    let reward = match round.basis.reward_by {
        RewardBy::Upper => "an optimistic reward μ̄",
        RewardBy::Predicted => "an optimistic reward μ̄ about what a classifier says of this query",
        RewardBy::Draw => "a reward drawn from what it believes of each model",
        RewardBy::Mean => "the mean reward so far (1 where unseen)",
        RewardBy::Linear => "the worth that a linear regression on the query\u{2019}s features gives",
        RewardBy::Priced | RewardBy::Nothing => "a reward",
    };
    let cost = match round.basis.cost_by {
        CostBy::Lower => "a low cost c̲",
        CostBy::Draw => "a cost drawn likewise",
        CostBy::Mean => "the mean cost so far ĉ",
        CostBy::Nothing => "no cost",
    };
    match round.way {
        Way::Nobody => "No model was there in this round, so that none was chosen.".into(),
        Way::Given => "This policy\u{2019}s set was fixed before the first round: it estimates nothing and sends no z.".into(),
        Way::Random if round.basis.exploration.is_some() => {
            format!("The draw fell below ε: instead of its best set so far it plays {n} models at random.")
        }
        Way::Random => format!("This policy takes {n} models at random, whatever came back before."),
        Way::RandomFitting => {
            "The draw fell below ε: instead of its best set so far it plays a random one that fits the budget by mean costs."
                .into()
        }
        Way::Ranked => match round.basis.reward_by {
            RewardBy::Upper => format!("Takes the {n} models of the largest optimistic reward μ̄. It does not look at the budget."),
            RewardBy::Priced => format!(
                "Takes the {n} models of the largest μ̄ − λc̲. The price λ is learned: it rises after rounds over the budget \
                 and falls after the others."
            ),
            RewardBy::Draw => format!(
                "Draws a reward for each model from what it believes of it, and takes the {n} largest. It does not look at \
                 the budget."
            ),
            RewardBy::Linear => format!(
                "Takes the {n} models of the largest worth by a linear regression on the query\u{2019}s features, with a bonus \
                 for what is uncertain."
            ),
            _ => format!("Takes the {n} models of the largest mean reward so far, unseen ones first."),
        },
        Way::Search if round.unproven => format!(
            "Searched for the best set under {reward} and {cost}. The search was cut short, so that the relaxed problem was \
             solved and rounded instead."
        ),
        Way::Search => format!("Searches for the best set that fits the budget under {reward} and {cost}: nothing is rounded."),
        Way::Relaxed => format!("Keeps every estimate. Solves the relaxed problem with {reward} and {cost}."),
    }
}

/// What solved the relaxed problem, in a sentence.
pub fn solver(round: &Inspection) -> &'static str {
    let Some(relaxed) = &round.relaxed else { return "" };
    match relaxed.solved {
        _ if round.infeasible => "No set of this size fits the budget: z is the cheapest one.",
        Solved::Linear if round.reward == RewardModel::Aic => {
            "A linear program: a model\u{2019}s weight is ln μ̄, since the product of rewards is to be large."
        }
        Solved::Linear => "A linear program: a model\u{2019}s weight is its optimistic reward.",
        Solved::Exact => {
            "Under any win the objective 1 − ∏(1 − μ̄z) is no linear program. The best corner was found by an exact search, so \
             that there is no single price line to draw."
        }
        Solved::Greedy => {
            "Under any win the objective 1 − ∏(1 − μ̄z) is no linear program. z is the mean of the 50 small linear programs of \
             continuous greedy, so that there is no single price line to draw; it reaches at least 63\u{a0}% of the best."
        }
    }
}

/// What crosses from the server to the cloud.
pub fn message(seen: Seen) -> String {
    match (&seen.round.relaxed, seen.round.way) {
        (Some(_), _) => {
            let arms = plural(seen.round.arms.len() as u64, "number", "numbers");
            format!("{arms}; nothing else crosses")
        }
        (None, Way::Nobody) => "empty".into(),
        (None, _) => "no z: it is chosen already".into(),
    }
}

/// What crosses back.
pub fn feedback(seen: Seen) -> String {
    let calls = seen.round.calls.len() as u64;
    if calls == 0 {
        "nothing was called".into()
    } else {
        format!("reward and cost of {}", plural(calls, "call", "calls"))
    }
}
