//! The vote of a set of models on one query (SelectLLM, section 3.4): the answer with the most weight.

/// One model's say in a vote.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ballot {
    /// Normalised answer by its number; `None` abstains.
    pub answer: Option<u32>,
    /// What the vote counts: 1; the model's probability `p_k` in WeightedMaxConf; its log-odds in a cascade.
    pub weight: f64,
    /// What breaks a tie: the model's `p_k`, or its accuracy on validation in policies without `p`.
    pub standing: f64,
    /// What breaks the next tie: the model's mean latency on train in ms; infinite where it is not known.
    pub latency_ms: f64,
}

/// The answer with the largest sum of weights. Ties: the larger sum of standings, then the fastest voter, then the answer
/// whose first voter stands first. `None` where everybody abstains.
///
/// Sums run in the order of the ballots, so that equal weights give equal sums; the work grows with the square of the number
/// of ballots, which are few.
pub fn vote(ballots: &[Ballot]) -> Option<u32> {
    let mut best: Option<(u32, f64, f64, f64)> = None;
    for (place, ballot) in ballots.iter().enumerate() {
        let Some(answer) = ballot.answer else { continue };
        if ballots.iter().take(place).any(|earlier| earlier.answer == Some(answer)) {
            continue;
        }
        let (mut weight, mut standing, mut latency) = (0.0, 0.0, f64::INFINITY);
        for voter in ballots.iter().filter(|voter| voter.answer == Some(answer)) {
            weight += voter.weight;
            standing += voter.standing;
            latency = if voter.latency_ms < latency { voter.latency_ms } else { latency };
        }
        let wins = best.is_none_or(|(_, most, stands, fastest)| {
            weight > most || (weight == most && (standing > stands || (standing == stands && latency < fastest)))
        });
        if wins {
            best = Some((answer, weight, standing, latency));
        }
    }
    best.map(|(answer, ..)| answer)
}

/// The odds of being right, `p` / (1 − `p`), of a probability that is never quite 0 or 1.
pub fn odds(p: f64) -> f64 {
    let p = p.clamp(1e-9, 1.0 - 1e-9);
    p / (1.0 - p)
}

/// How sure one is of the leading answer: the largest posterior probability of an answer when the models with answers are
/// independent, model `k` is right with probability `p_k`, and all right models give the same answer. `ballots` hold `p_k` as
/// their standing. 0 where everybody abstains.
pub fn certainty(ballots: &[Ballot]) -> f64 {
    // Relative to nobody being right: an answer's odds are the product of its voters' odds p / (1 − p).
    let (mut largest, mut sum) = (0.0, 1.0);
    for (place, ballot) in ballots.iter().enumerate() {
        let Some(answer) = ballot.answer else { continue };
        if ballots.iter().take(place).any(|earlier| earlier.answer == Some(answer)) {
            continue;
        }
        let voters = ballots.iter().filter(|voter| voter.answer == Some(answer));
        let product: f64 = voters.map(|voter| odds(voter.standing)).product();
        sum += product;
        largest = if product > largest { product } else { largest };
    }
    largest / sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn ballot(answer: impl Into<Option<u32>>, weight: f64, standing: f64, latency_ms: f64) -> Ballot {
        Ballot { answer: answer.into(), weight, standing, latency_ms }
    }

    #[test]
    fn the_majority_wins_and_ties_are_broken_in_order() {
        let one = |answer: Option<u32>, p: f64, latency: f64| ballot(answer, 1.0, p, latency);
        assert_eq!(vote(&[]), None);
        assert_eq!(vote(&[one(None, 0.9, 1.0)]), None);
        assert_eq!(vote(&[one(Some(7), 0.1, 1.0), one(None, 0.9, 1.0)]), Some(7));
        // Two against one, whatever their probabilities.
        assert_eq!(vote(&[one(Some(1), 0.9, 1.0), one(Some(2), 0.1, 1.0), one(Some(2), 0.1, 1.0)]), Some(2));
        // One against one: the larger p, then the faster, then the first.
        assert_eq!(vote(&[one(Some(1), 0.5, 1.0), one(Some(2), 0.6, 9.0)]), Some(2));
        assert_eq!(vote(&[one(Some(1), 0.5, 5.0), one(Some(2), 0.5, 4.0)]), Some(2));
        assert_eq!(vote(&[one(Some(1), 0.5, f64::INFINITY), one(Some(2), 0.5, f64::INFINITY)]), Some(1));
        // Weights overrule heads: 0.9 against 0.4 + 0.4.
        let weighted = [ballot(1, 0.9, 0.9, 1.0), ballot(2, 0.4, 0.4, 1.0), ballot(2, 0.4, 0.4, 1.0)];
        assert_eq!(vote(&weighted), Some(1));
        // Two pairs: the pair with the larger summed p, though the largest p is in the other.
        let pairs = [one(Some(1), 0.9, 1.0), one(Some(2), 0.7, 1.0), one(Some(1), 0.1, 1.0), one(Some(2), 0.5, 1.0)];
        assert_eq!(vote(&pairs), Some(2));
    }

    /// By Bayes' rule over all ways in which models can be right.
    fn certainty_by_enumeration(ballots: &[Ballot]) -> f64 {
        let ballots: Vec<_> = ballots.iter().filter(|ballot| ballot.answer.is_some()).collect();
        let mut answers: Vec<Option<u32>> = ballots.iter().map(|ballot| ballot.answer).collect();
        answers.sort_unstable();
        answers.dedup();
        answers.push(None);
        // The world in which this answer is right: exactly its voters are right.
        let chance = |right: &Option<u32>| -> f64 {
            ballots.iter().map(|b| if b.answer == *right { b.standing } else { 1.0 - b.standing }).product()
        };
        let all: f64 = answers.iter().map(chance).sum();
        answers.iter().filter(|answer| answer.is_some()).map(chance).fold(0.0, f64::max) / all
    }

    proptest! {
        #[test]
        fn certainty_is_bayes_rule(list in prop::collection::vec((prop::option::of(0..4u32), 0.01..0.99f64), 0..7)) {
            let ballots: Vec<Ballot> = list.iter().map(|(answer, p)| ballot(*answer, 1.0, *p, 1.0)).collect();
            let (found, expected) = (certainty(&ballots), certainty_by_enumeration(&ballots));
            prop_assert!((found - expected).abs() < 1e-9, "{found} {expected}");
        }

        #[test]
        fn log_odds_elect_the_leading_answer(
            list in prop::collection::vec((prop::option::of(0..4u32), 0.01..0.99f64), 1..7),
        ) {
            let weighted = |(answer, p): &(Option<u32>, f64)| ballot(*answer, libm::log(odds(*p)), *p, 1.0);
            let ballots: Vec<Ballot> = list.iter().map(weighted).collect();
            let product = |answer: u32| -> f64 {
                list.iter().filter(|(other, _)| *other == Some(answer)).map(|(_, p)| odds(*p)).product()
            };
            if let Some(winner) = vote(&ballots) {
                let given = list.iter().filter_map(|(answer, _)| *answer);
                prop_assert!(given.into_iter().all(|other| product(other) <= product(winner) * (1.0 + 1e-9)));
            }
        }

        #[test]
        fn a_winner_has_no_less_weight_than_any(list in prop::collection::vec((prop::option::of(0..4u32), 0..3u8), 0..9)) {
            let ballots: Vec<Ballot> =
                list.iter().map(|(answer, weight)| ballot(*answer, f64::from(*weight), 0.0, 1.0)).collect();
            let weight = |answer: u32| -> u32 {
                list.iter().filter(|(other, _)| *other == Some(answer)).map(|(_, weight)| u32::from(*weight)).sum()
            };
            match vote(&ballots) {
                Some(winner) => prop_assert!((0..4).all(|other| weight(other) <= weight(winner))),
                None => prop_assert!(list.iter().all(|(answer, _)| answer.is_none())),
            }
        }
    }
}
