//! Running means and confidence radii (C2MAB-V, section 4.1, equations for `μ̄` and `c̲`).

use crate::bandit::policy::Observation;
use serde::{Deserialize, Serialize};

/// What a policy has learned: per arm the count `T_k`, the means `μ̂_k` and `ĉ_k`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Estimates {
    /// `T_k`, observations so far (those in the window; under a discount their weight, rounded up).
    pub counts: Vec<u32>,
    /// `μ̂_k`, 0 for an unseen arm.
    pub mean_reward: Vec<f64>,
    /// `ĉ_k` (scaled), 0 for an unseen arm.
    pub mean_cost: Vec<f64>,
    /// `1/(2 T_k)`, kept so that a round needs no division; the largest number for an unseen arm, whose radius then
    /// overflows to infinity.
    half_inverse: Vec<f64>,
}

impl Estimates {
    /// Nothing seen yet of `arms` arms.
    pub fn new(arms: usize) -> Self {
        Estimates {
            counts: vec![0; arms],
            mean_reward: vec![0.0; arms],
            mean_cost: vec![0.0; arms],
            half_inverse: vec![f64::MAX; arms],
        }
    }

    /// Takes in one observation; an arm out of range is ignored.
    #[inline]
    pub fn observe(&mut self, seen: &Observation) {
        let arm = seen.arm;
        if let (Some(count), Some(reward), Some(cost), Some(half)) = (
            self.counts.get_mut(arm),
            self.mean_reward.get_mut(arm),
            self.mean_cost.get_mut(arm),
            self.half_inverse.get_mut(arm),
        ) {
            *count = count.saturating_add(1);
            let inverse = 1.0 / f64::from(*count);
            *reward += (seen.reward - *reward) * inverse;
            *cost += (seen.cost - *cost) * inverse;
            *half = 0.5 * inverse;
        }
    }

    /// Replaces what is known of an arm by `weight` observations with these means; a weight of 0 makes it unseen. An arm
    /// out of range is ignored.
    #[inline]
    pub fn set(&mut self, arm: usize, weight: f64, reward: f64, cost: f64) {
        if let (Some(mean_reward), Some(mean_cost)) = (self.mean_reward.get_mut(arm), self.mean_cost.get_mut(arm)) {
            (*mean_reward, *mean_cost) = (reward, cost);
            self.set_weight(arm, weight);
        }
    }

    /// As [`Estimates::set`] with the means left as they are.
    #[inline]
    pub fn set_weight(&mut self, arm: usize, weight: f64) {
        if let (Some(count), Some(half)) = (self.counts.get_mut(arm), self.half_inverse.get_mut(arm)) {
            if weight > 0.0 {
                (*count, *half) = (libm::ceil(weight) as u32, 0.5 / weight);
            } else {
                (*count, *half) = (0, f64::MAX);
                (self.mean_reward[arm], self.mean_cost[arm]) = (0.0, 0.0);
            }
        }
    }

    /// Whether an arm's estimates are at most `rad_k` away from these means; an arm out of range or unseen: yes.
    #[inline]
    pub fn are_within(&self, arm: usize, logarithm: f64, reward: f64, cost: f64) -> bool {
        let (Some(mean_reward), Some(mean_cost), Some(half)) =
            (self.mean_reward.get(arm), self.mean_cost.get(arm), self.half_inverse.get(arm))
        else {
            return true;
        };
        let (reward, cost, square) = (mean_reward - reward, mean_cost - cost, logarithm * half);
        reward * reward <= square && cost * cost <= square
    }

    /// `rad_k = sqrt(L/(2 T_k))`, infinite for an unseen arm and for one out of range.
    pub fn radius(&self, arm: usize, logarithm: f64) -> f64 {
        self.half_inverse.get(arm).map_or(f64::INFINITY, |half| (logarithm * half).sqrt())
    }

    /// What an arm's observations weigh: their number, less where the policy forgets them by and by; 0 for an unseen arm
    /// and for one out of range.
    pub fn weight(&self, arm: usize) -> f64 {
        self.half_inverse.get(arm).map_or(0.0, |half| if *half < f64::MAX { 0.5 / half } else { 0.0 })
    }

    /// Optimistic rewards `μ̄_k = min(μ̂_k + α·rad_k, 1)` into `upper`, where `rad_k = sqrt(L/(2 T_k))`; 1 for an unseen
    /// arm.
    #[inline]
    pub fn upper_rewards(&self, logarithm: f64, alpha: f64, upper: &mut [f64]) {
        for ((bound, mean), half) in upper.iter_mut().zip(&self.mean_reward).zip(&self.half_inverse) {
            let optimistic = mean + alpha * (logarithm * half).sqrt();
            // Written so that ∞·0 (an unseen arm under α = 0) counts as unseen.
            *bound = if optimistic < 1.0 { optimistic } else { 1.0 };
        }
    }

    /// Both bounds at once: `μ̄_k` into `upper` and `c̲_k = max(ĉ_k − α_c·rad_k, 0)` into `lower`; 1 and 0 for an unseen
    /// arm.
    #[inline]
    pub fn bounds(&self, logarithm: f64, alpha_mu: f64, alpha_c: f64, upper: &mut [f64], lower: &mut [f64]) {
        let arms = self.half_inverse.len().min(upper.len()).min(lower.len());
        let (mean_reward, mean_cost) = (&self.mean_reward[..arms], &self.mean_cost[..arms]);
        let (half_inverse, upper, lower) = (&self.half_inverse[..arms], &mut upper[..arms], &mut lower[..arms]);
        for k in 0..arms {
            let radius = (logarithm * half_inverse[k]).sqrt();
            let optimistic = mean_reward[k] + alpha_mu * radius;
            let cheap = mean_cost[k] - alpha_c * radius;
            upper[k] = if optimistic < 1.0 { optimistic } else { 1.0 };
            lower[k] = if cheap > 0.0 { cheap } else { 0.0 };
        }
    }

    /// The same about predictions, one an arm: `μ̄_k = clip(p_k + mean_k + α_μ·rad_k)` to [0,1] into `upper`, where the
    /// estimates are of what rewards are above the prediction; `c̲_k` into `lower`. 1 and 0 for an unseen arm.
    #[inline]
    pub fn bounds_around(
        &self,
        predicted: &[f64],
        logarithm: f64,
        (alpha_mu, alpha_c): (f64, f64),
        upper: &mut [f64],
        lower: &mut [f64],
    ) {
        self.bounds(logarithm, alpha_mu, alpha_c, upper, lower);
        let arms = upper.iter_mut().zip(predicted).zip(&self.mean_reward).zip(&self.half_inverse);
        for (((bound, predicted), mean), half) in arms {
            let optimistic = predicted + mean + alpha_mu * (logarithm * half).sqrt();
            // Written so that an unseen arm under α = 0 counts as unseen.
            let at_most = if optimistic < 1.0 { optimistic } else { 1.0 };
            *bound = if at_most > 0.0 { at_most } else { 0.0 };
        }
    }
}

/// The logarithm `L_t = ln(2π²K t³ / (3δ))` under the root of the radius.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Logarithm {
    /// `ln(2π²K / (3δ))`.
    constant: f64,
}

impl Logarithm {
    /// For `arms` arms and confidence `δ` in (0,1].
    pub fn new(arms: usize, delta: f64) -> Self {
        use std::f64::consts::PI;
        Logarithm { constant: libm::log(2.0 * PI * PI * arms as f64 / (3.0 * delta)) }
    }

    /// `L_t` in round `t` ≥ 1.
    #[inline]
    pub fn at(&self, t: u32) -> f64 {
        self.at_time(f64::from(t))
    }

    /// The same with another number ≥ 1 in the place of `t`.
    #[inline]
    pub fn at_time(&self, time: f64) -> f64 {
        self.constant + 3.0 * libm::log(time)
    }
}
