//! What is said of a round.

use super::round::Seen;
use crate::format::{Unit, count, fixed};
use crate::words::{plural, say};
use llm_selection::bandit::explained::{CostBy, RewardBy, Solved, Way};
use llm_selection::experiment::RewardModel;
use llm_selection::inspect::Inspection;
use yew::AttrValue;

/// The round in a sentence.
pub fn summary(round: &Inspection, policy: &str, unit: Unit) -> AttrValue {
    let calls = round.calls.len() as u64;
    let calls = plural!(calls, "{n}\u{a0}call", "{n}\u{a0}calls", n = count(calls));
    let places = crate::format::decimals(round.budget.unwrap_or(round.paid), 3);
    let (number, replicate) = (count(u64::from(round.round)), count(u64::from(round.replicate) + 1));
    let (reward, paid) = (plain(round.realised), unit.fixed(round.paid, places));
    match round.budget {
        Some(budget) => say!(
            "Round {round} of {policy}, replicate {replicate}: {calls}, reward {reward}, paid {paid}, of a budget of {budget}.",
            round = number,
            policy = policy,
            replicate = replicate,
            calls = calls,
            reward = reward,
            paid = paid,
            budget = unit.fixed(budget, places),
        ),
        None => say!(
            "Round {round} of {policy}, replicate {replicate}: {calls}, reward {reward}, paid {paid}.",
            round = number,
            policy = policy,
            replicate = replicate,
            calls = calls,
            reward = reward,
            paid = paid,
        ),
    }
}

/// A reward: whole where it is.
pub fn plain(reward: f64) -> String {
    fixed(reward, if reward == f64::trunc(reward) { 0 } else { 2 })
}

/// What the local server does under this policy.
pub fn local(round: &Inspection) -> AttrValue {
    let n = round.n;
    let reward = say!(match round.basis.reward_by {
        RewardBy::Upper => "an optimistic reward μ̄",
        RewardBy::Predicted => "an optimistic reward μ̄ about what a classifier says of this query",
        RewardBy::Draw => "a reward drawn from what it believes of each model",
        RewardBy::Mean => "the mean reward so far (1 where unseen)",
        RewardBy::Linear => "the worth that a linear regression on the query\u{2019}s features gives",
        RewardBy::Priced | RewardBy::Nothing => "a reward",
    });
    let cost = say!(match round.basis.cost_by {
        CostBy::Lower => "a low cost c̲",
        CostBy::Draw => "a cost drawn likewise",
        CostBy::Mean => "the mean cost so far ĉ",
        CostBy::Nothing => "no cost",
    });
    match round.way {
        Way::Nobody => say!("No model was there in this round, so that none was chosen."),
        Way::Given => {
            say!("This policy\u{2019}s set was fixed before the first round: it estimates nothing and sends no z.")
        }
        Way::Random if round.basis.exploration.is_some() => {
            say!("The draw fell below ε: instead of its best set so far it plays {n} models at random.", n = n)
        }
        Way::Random => say!("This policy takes {n} models at random, whatever came back before.", n = n),
        Way::RandomFitting => say!(
            "The draw fell below ε: instead of its best set so far it plays a random one that fits the budget by mean costs."
        ),
        Way::Ranked => say!(
            match round.basis.reward_by {
                RewardBy::Upper =>
                    "Takes the {n} models of the largest optimistic reward μ̄. It does not look at the budget.",
                RewardBy::Priced =>
                    "Takes the {n} models of the largest μ̄ − λc̲. The price λ is learned: it rises after rounds over the \
                     budget and falls after the others.",
                RewardBy::Draw =>
                    "Draws a reward for each model from what it believes of it, and takes the {n} largest. It does not look \
                     at the budget.",
                RewardBy::Linear =>
                    "Takes the {n} models of the largest worth by a linear regression on the query\u{2019}s features, with \
                     a bonus for what is uncertain.",
                _ => "Takes the {n} models of the largest mean reward so far, unseen ones first.",
            },
            n = n
        ),
        Way::Search => say!(
            if round.unproven {
                "Searched for the best set under {reward} and {cost}. The search was cut short, so that the relaxed problem \
                 was solved and rounded instead."
            } else {
                "Searches for the best set that fits the budget under {reward} and {cost}: nothing is rounded."
            },
            reward = reward,
            cost = cost
        ),
        Way::Relaxed => say!(
            "Keeps every estimate. Solves the relaxed problem with {reward} and {cost}.",
            reward = reward,
            cost = cost
        ),
    }
}

/// What solved the relaxed problem, in a sentence.
pub fn solver(round: &Inspection) -> AttrValue {
    let Some(relaxed) = &round.relaxed else { return AttrValue::default() };
    say!(match relaxed.solved {
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
    })
}

/// What crosses from the server to the cloud.
pub fn message(seen: Seen) -> AttrValue {
    match (&seen.round.relaxed, seen.round.way) {
        (Some(_), _) => {
            let arms = seen.round.arms.len() as u64;
            plural!(
                arms,
                "{n}\u{a0}number; nothing else crosses",
                "{n}\u{a0}numbers; nothing else crosses",
                n = count(arms)
            )
        }
        (None, Way::Nobody) => say!("empty"),
        (None, _) => say!("no z: it is chosen already"),
    }
}

/// What crosses back.
pub fn feedback(seen: Seen) -> AttrValue {
    let calls = seen.round.calls.len() as u64;
    if calls == 0 {
        say!("nothing was called")
    } else {
        plural!(calls, "reward and cost of {n}\u{a0}call", "reward and cost of {n}\u{a0}calls", n = count(calls))
    }
}
