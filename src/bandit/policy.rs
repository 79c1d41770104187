//! What a policy is: it selects a set each round and learns from the models that were called.

use super::c2mab_v::C2mabV;
use super::contextual::Contextual;
use super::cucb::Cucb;
use super::direct::Direct;
use super::epsilon_greedy::EpsilonGreedy;
use super::estimates::Estimates;
use super::fixed::Fixed;
use super::linucb::LinUcb;
use super::oracle::Oracle;
use super::primal_dual::PrimalDual;
use super::random_set::RandomSet;
use super::thompson::Thompson;
use crate::experiment::RewardModel;
use crate::order::sort_places;
use serde::{Deserialize, Serialize};

/// What every policy may know of the task; the same in every round of a situation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Setting {
    /// `K`.
    pub arms: usize,
    /// `n = min(N, |A_t|)`.
    pub n: usize,
    /// The arms that can be called (`A_t`), ascending. Where there is none, no policy is asked.
    pub available: Vec<usize>,
    /// Number of the situation that this holds for, from 0: a segment of rounds, and on data with missing results the
    /// models that a row has.
    pub situation: usize,
    /// `ρ`, scaled; infinite where unconstrained.
    pub budget: f64,
    /// Reward of a set.
    pub reward: RewardModel,
    /// Whether the order of calls matters: a cascade, or stopping at the first failure.
    pub ordered: bool,
    /// Under AWC: an empty rounding calls the cheapest model.
    pub at_least_one: bool,
    /// `T`, planned rounds.
    pub rounds: u32,
}

impl Setting {
    /// Whether no model is away.
    #[inline]
    pub fn all_available(&self) -> bool {
        self.available.len() == self.arms
    }
}

/// The set `S_t`, in the order in which it is to be called.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Choice {
    /// Arms, each once.
    pub arms: Vec<usize>,
    /// Whether no allowed set fits the budget.
    pub infeasible: bool,
    /// Whether the rounding selected nothing (the cheapest arm may have been called instead).
    pub empty: bool,
    /// Whether the search for the best set was cut short (the rounding of the relaxed solution is played instead).
    pub unproven: bool,
}

/// What came back from one called model.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Observation {
    /// Which model.
    pub arm: usize,
    /// Reward `X` in [0,1].
    pub reward: f64,
    /// Scaled cost `y`.
    pub cost: f64,
}

/// A policy. It never sees true means (the oracle is handed its set).
pub trait Policy {
    /// Is told of the next round's query, where policies of the run read it: the probability of each model to be right, by
    /// arm, then the numbers that sketch its features. Most policies have no use for it.
    #[inline]
    fn look(&mut self, _context: &[f64]) {}
    /// Writes the set of round `t` (from 1) to `choice`, whose arms are empty and whose flags are false.
    fn select(&mut self, setting: &Setting, t: u32, choice: &mut Choice);
    /// Learns from the models of the set that were called, in the order of the calls.
    fn update(&mut self, observed: &[Observation]);
}

/// Any of the policies, with all it has learned: can be written down between rounds.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[allow(missing_docs)]
pub enum Player {
    C2mabV(Box<C2mabV>),
    Direct(Box<Direct>),
    PrimalDual(Box<PrimalDual>),
    Cucb(Box<Cucb>),
    Thompson(Box<Thompson>),
    EpsilonGreedy(Box<EpsilonGreedy>),
    Fixed(Fixed),
    RandomSet(Box<RandomSet>),
    Oracle(Oracle),
    Contextual(Box<Contextual>),
    LinUcb(Box<LinUcb>),
}

impl Player {
    /// What C2MAB-V has learned; `None` for other policies.
    #[inline]
    pub fn estimates(&self) -> Option<&Estimates> {
        match self {
            Player::C2mabV(policy) => Some(policy.estimates()),
            Player::Direct(policy) => Some(policy.estimates()),
            _ => None,
        }
    }
}

impl Player {
    /// `μ̄` and `c̲` by arm, as in the last round that was chosen for; `None` for policies that keep no such bounds.
    pub fn bounds(&self) -> Option<(&[f64], &[f64])> {
        match self {
            Player::C2mabV(policy) => Some(policy.bounds()),
            Player::Direct(policy) => Some(policy.bounds()),
            Player::PrimalDual(policy) => Some(policy.bounds()),
            Player::Contextual(policy) => Some(policy.bounds()),
            _ => None,
        }
    }
}

impl Policy for Player {
    #[inline]
    fn look(&mut self, context: &[f64]) {
        match self {
            Player::Contextual(policy) => policy.look(context),
            Player::LinUcb(policy) => policy.look(context),
            _ => {}
        }
    }

    #[inline]
    fn select(&mut self, setting: &Setting, t: u32, choice: &mut Choice) {
        match self {
            Player::C2mabV(policy) => policy.select(setting, t, choice),
            Player::Direct(policy) => policy.select(setting, t, choice),
            Player::PrimalDual(policy) => policy.select(setting, t, choice),
            Player::Cucb(policy) => policy.select(setting, t, choice),
            Player::Thompson(policy) => policy.select(setting, t, choice),
            Player::EpsilonGreedy(policy) => policy.select(setting, t, choice),
            Player::Fixed(policy) => policy.select(setting, t, choice),
            Player::RandomSet(policy) => policy.select(setting, t, choice),
            Player::Oracle(policy) => policy.select(setting, t, choice),
            Player::Contextual(policy) => policy.select(setting, t, choice),
            Player::LinUcb(policy) => policy.select(setting, t, choice),
        }
    }

    #[inline]
    fn update(&mut self, observed: &[Observation]) {
        match self {
            Player::C2mabV(policy) => policy.update(observed),
            Player::Direct(policy) => policy.update(observed),
            Player::PrimalDual(policy) => policy.update(observed),
            Player::Cucb(policy) => policy.update(observed),
            Player::Thompson(policy) => policy.update(observed),
            Player::EpsilonGreedy(policy) => policy.update(observed),
            Player::Fixed(policy) => policy.update(observed),
            Player::RandomSet(policy) => policy.update(observed),
            Player::Oracle(policy) => policy.update(observed),
            Player::Contextual(policy) => policy.update(observed),
            Player::LinUcb(policy) => policy.update(observed),
        }
    }
}

/// Puts arms in ascending order of `key`; ties: lower index. Sets are small, so by insertion.
#[inline]
pub(crate) fn sort_by_key(arms: &mut [usize], key: &[f64]) {
    let of = |arm: usize| key.get(arm).copied().unwrap_or(0.0);
    for end in 1..arms.len() {
        let mut place = end;
        while place > 0 {
            let (before, after) = (arms[place - 1], arms[place]);
            let (a, b) = (of(before), of(after));
            if b < a || (b == a && after < before) {
                arms.swap(place - 1, place);
                place -= 1;
            } else {
                break;
            }
        }
    }
}

/// Writes the `n` arms of largest `value` among `arms` (ascending) to `top`, the largest first; ties: lower index.
#[inline]
pub(super) fn top(value: &[f64], arms: &[usize], n: usize, top: &mut Vec<usize>) {
    if n > 16 {
        // Large sets: sort all once.
        top.extend_from_slice(arms);
        sort_places(top, |a, b| value[b].total_cmp(&value[a]).then(a.cmp(&b)));
        top.truncate(n);
        return;
    }
    for &arm in arms {
        let Some(&v) = value.get(arm) else { continue };
        if top.len() == n && top.last().is_none_or(|&last| v <= value[last]) {
            continue;
        }
        if top.len() == n {
            top.pop();
        }
        let mut place = top.len();
        while place > 0 && v > value[top[place - 1]] {
            place -= 1;
        }
        top.insert(place, arm);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_top_is_the_same_for_small_and_large_sets() {
        let value: Vec<f64> = (0..60u64).map(|k| (crate::random::mix(k) % 7) as f64).collect();
        for n in 0..=60 {
            let mut expected: Vec<usize> = (0..60).collect();
            expected.sort_by(|&a, &b| value[b].total_cmp(&value[a]).then(a.cmp(&b)));
            expected.truncate(n);
            let mut found = Vec::new();
            top(&value, &(0..60).collect::<Vec<_>>(), n, &mut found);
            assert_eq!(found, expected, "n = {n}");
        }
    }

    #[test]
    fn calls_go_from_cheap_to_dear() {
        let mut arms = vec![3, 1, 0, 2];
        sort_by_key(&mut arms, &[0.2, 0.1, 0.2, 0.05]);
        assert_eq!(arms, [3, 1, 0, 2]);
    }
}
