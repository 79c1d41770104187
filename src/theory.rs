//! What the paper proves of C2MAB-V (arXiv 2405.16587): the bounds of its two theorems as curves, and how often the
//! event of Lemma 1, on which both rest, holds. Neither is ever asserted against a run.

use crate::bandit::estimates::{Estimates, Logarithm};
use crate::bandit::policy::Observation;
use crate::experiment::RewardModel;
use crate::game::{Game, Segment};
use crate::order::sort_by;
use serde::{Deserialize, Serialize};

/// The `α` of the paper's α-approximate regret: 1 − 1/e under AWC, else 1.
pub fn paper_alpha(reward: RewardModel) -> f64 {
    if reward == RewardModel::Awc { 1.0 - libm::exp(-1.0) } else { 1.0 }
}

/// The bounds of the two theorems, as published: for `α_μ = α_c = 1` and `δ = 1/T`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// `K`, the number of models.
    pub arms: u32,
    /// `N`, the most models of a set.
    pub most: u32,
    /// `T`, planned rounds.
    pub rounds: u32,
    /// `L`, by how much the reward of a set changes at most where the means change: 1.
    pub lipschitz: f64,
    /// `o*`, the smallest probability that a selected model is called, in [0,1].
    pub observed: f64,
    /// `r* = r(S*; μ)`.
    pub best: f64,
    /// What costs were divided by.
    pub cost_scale: f64,
    /// How far above the budget the mean cost of a set can be, in the unit of the input; infinite without a budget.
    pub most_over: f64,
}

impl Bounds {
    /// For a game whose world stays as it is, with the reward `best` of `S*`; `None` where the world changes or models are
    /// away where their result is missing.
    pub fn of(game: &Game, best: f64) -> Option<Bounds> {
        let [segment] = &game.segments[..] else { return None };
        if game.world.has_missing() {
            return None;
        }
        let most = game.setting.n.min(segment.available.len());
        let mut costs = of_available(segment, &segment.mean_cost);
        sort_by(&mut costs, f64::total_cmp);
        costs.reverse();
        let over = costs.iter().take(most).sum::<f64>() - game.setting.budget;
        let unconstrained = game.setting.budget == f64::INFINITY;
        Some(Bounds {
            arms: game.setting.arms as u32,
            most: most as u32,
            rounds: game.setting.rounds,
            lipschitz: 1.0,
            observed: smallest_observation(game, segment, most),
            best,
            cost_scale: game.cost_scale,
            most_over: match (unconstrained, over > 0.0) {
                (true, _) => f64::INFINITY,
                (false, true) => over * game.cost_scale,
                (false, false) => 0.0,
            },
        })
    }

    /// `ln(2π²KT/3)`.
    fn logarithm(&self) -> f64 {
        use std::f64::consts::PI;
        libm::log(2.0 * PI * PI * f64::from(self.arms) * f64::from(self.rounds) / 3.0)
    }

    /// `(2L/o*)·√(2NKt·ln(2π²KT/3)) + (K+1)·r*` after `t` rounds, `t` standing for `T` outside the logarithm; infinite
    /// where `o*` is 0.
    pub fn regret(&self, t: f64) -> f64 {
        let (k, n) = (f64::from(self.arms), f64::from(self.most));
        let learning = 2.0 * self.lipschitz * (2.0 * n * k * t * self.logarithm()).sqrt();
        let learning = if self.observed > 0.0 { learning / self.observed } else { f64::INFINITY };
        learning + (k + 1.0) * self.best
    }

    /// `√(NK/t)·(2·√(2·ln(2π²KT/3)) + √(NK/t))` after `t` rounds, in the unit of the input.
    pub fn violation(&self, t: f64) -> f64 {
        let root = (f64::from(self.most) * f64::from(self.arms) / t).sqrt();
        root * (2.0 * (2.0 * self.logarithm()).sqrt() + root) * self.cost_scale
    }

    /// Whether the bound on the regret says nothing after `t` rounds: nobody can give up more than `t·r*`.
    pub fn regret_is_vacuous(&self, t: f64) -> bool {
        self.regret(t) > t * self.best
    }

    /// Whether the bound on the violation says nothing after `t` rounds: no set's mean cost is that far above the budget.
    pub fn violation_is_vacuous(&self, t: f64) -> bool {
        self.violation(t) > self.most_over
    }
}

fn of_available(segment: &Segment, values: &[f64]) -> Vec<f64> {
    segment.available.iter().map(|&arm| values.get(arm).copied().unwrap_or(0.0)).collect()
}

/// `o*`: 1 where all selected models are called. Where calls stop early, the last of `N` models is called only if the
/// ones before it all failed (a cascade) or all succeeded (stopping at the first failure): the product of the `N − 1`
/// smallest probabilities of that.
fn smallest_observation(game: &Game, segment: &Segment, most: usize) -> f64 {
    let mut on: Vec<f64> = of_available(segment, &segment.mean_reward);
    if game.stop_at_success {
        on.iter_mut().for_each(|mean| *mean = 1.0 - *mean);
    } else if !game.stop_at_failure {
        return 1.0;
    }
    sort_by(&mut on, f64::total_cmp);
    on.iter().take(most.saturating_sub(1)).product()
}

/// The event of Lemma 1 in one run: the true means of all models have been within the radii of their estimates, that is
/// `|μ̂_k − μ_k|` and `|ĉ_k − c_k|` at most `√(L_t/(2 T_k))`, in all rounds so far.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Coverage {
    logarithm: Logarithm,
    /// The latest `L_t` that was needed. `L_t` only grows, so what is within this one's radius is within the present
    /// one's, and most rounds need no logarithm.
    latest: f64,
    inside: bool,
}

impl Coverage {
    /// Before the first round, for radii with confidence `δ` in (0,1].
    pub fn new(arms: usize, delta: f64) -> Coverage {
        let logarithm = Logarithm::new(arms, delta);
        Coverage { latest: logarithm.at(1), logarithm, inside: true }
    }

    /// Whether the event has held so far.
    pub fn holds(&self) -> bool {
        self.inside
    }

    /// Looks at the estimates with which round `t` begins, after `observed` was learned from. The others have not moved,
    /// and radii of estimates that do not move only grow.
    #[inline]
    pub fn look(&mut self, estimates: &Estimates, observed: &[Observation], t: u32, reward: &[f64], cost: &[f64]) {
        if !self.inside {
            return;
        }
        let within = |seen: &Observation, logarithm: f64| match (reward.get(seen.arm), cost.get(seen.arm)) {
            (Some(reward), Some(cost)) => estimates.are_within(seen.arm, logarithm, *reward, *cost),
            _ => true,
        };
        for seen in observed {
            if !within(seen, self.latest) {
                self.latest = self.logarithm.at(t);
                self.inside = self.inside && within(seen, self.latest);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_those_worked_out_by_hand() {
        // K = 9, N = 3, T = 10,000: ln(2π²·9·10,000/3) = ln 592,176.264 = 13.291 56…
        let bounds = Bounds {
            arms: 9,
            most: 3,
            rounds: 10_000,
            lipschitz: 1.0,
            observed: 1.0,
            best: 2.0,
            cost_scale: 1.0,
            most_over: 0.5,
        };
        // 2·√(2·3·9·10,000·13.29156) = 2·√7,177,442 = 2·2,679.0 and 10·2.
        assert!((bounds.regret(1e4) - (2.0 * 2_679.075 + 20.0)).abs() < 0.1, "{}", bounds.regret(1e4));
        // At t = 2,500 half of the root.
        assert!((bounds.regret(2_500.0) - (2_679.075 + 20.0)).abs() < 0.1);
        // √(27/10,000) = 0.051 961 5; 2·√26.583 12 = 10.311 76; 0.051 961 5·10.363 72 = 0.538 51.
        assert!((bounds.violation(1e4) - 0.538_51).abs() < 1e-4, "{}", bounds.violation(1e4));
        let scaled = Bounds { cost_scale: 0.01, observed: 0.5, ..bounds };
        assert!((scaled.violation(1e4) - 0.005_385_1).abs() < 1e-6);
        assert!((scaled.regret(1e4) - (4.0 * 2_679.075 + 20.0)).abs() < 0.2);
        assert_eq!(Bounds { observed: 0.0, ..bounds }.regret(1e4), f64::INFINITY);
        // 53.58·√t + 20 = 2t where √t = 27.16: vacuous up to round 737, no longer from 739 on.
        assert!(bounds.regret_is_vacuous(730.0) && !bounds.regret_is_vacuous(745.0));
        assert!(bounds.violation_is_vacuous(1e4) && !bounds.violation_is_vacuous(2e4));
    }

    #[test]
    fn coverage_looks_at_the_radius_of_the_round() {
        // δ chosen so that L_1 = ln(2π²/(3δ)) = ln(2π²/3): one observation has the radius √(1.884/2) = 0.9706.
        let mut coverage = Coverage::new(1, 1.0);
        let mut estimates = Estimates::new(1);
        let seen = Observation { arm: 0, reward: 1.0, cost: 0.5 };
        estimates.observe(&seen);
        coverage.look(&estimates, &[seen], 1, &[0.04], &[0.5]);
        assert!(coverage.holds());
        // In round 2 the radius is √((1.884 + 3 ln 2)/2) = 1.408.
        coverage.look(&estimates, &[seen], 2, &[-0.4], &[0.5]);
        assert!(coverage.holds());
        coverage.look(&estimates, &[seen], 2, &[-0.41], &[0.5]);
        assert!(!coverage.holds());
        coverage.look(&estimates, &[seen], 2, &[1.0], &[0.5]);
        assert!(!coverage.holds(), "once outside, the event has failed");
        let mut costs = Coverage::new(1, 1.0);
        costs.look(&estimates, &[seen], 1, &[1.0], &[1.48]);
        assert!(!costs.holds());
    }
}
