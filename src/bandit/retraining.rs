//! A classifier that learns on from what comes back, in batches.
//!
//! It knows tens of thousands of features; learning on with all of them in every run would be too much. It learns on with
//! the sketch of them that linear bandits see: to the log-odds `z_k` that it was trained to give it adds `w_k·x`. Every `B`
//! rounds a Newton step is taken on the cross-entropy of the batch, about the `w_k` before it and with what all
//! observations so far say of its precision, `H_k = I + ¼ Σ x xᵀ`. A quarter is the most that the curvature of the
//! logistic loss comes to (Böhning 1992), so that no step goes too far; the price is that a prediction which is nearly
//! certain and wrong is given up slowly.

use super::policy::Observation;
use super::ridge::{Inverse, dot};
use serde::{Deserialize, Serialize};

/// The largest curvature of the logistic loss.
const CURVATURE: f64 = 0.25;
/// How near to 0 or 1 a prediction may be.
const NEAREST: f64 = 1e-9;

/// What was learned since training.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Retraining {
    /// `B` ≥ 1.
    every: u32,
    /// Rounds since the last step.
    since: u32,
    /// The features `x` of the round's query.
    features: Vec<f64>,
    arms: Vec<Correction>,
}

/// Of one arm.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Correction {
    /// `w_k`.
    weights: Vec<f64>,
    /// `Σ (p − X) x` of the batch.
    gradient: Vec<f64>,
    /// `H_k⁻¹`.
    inverse: Inverse,
}

impl Retraining {
    /// For so many arms and features, a step every `every` rounds.
    pub fn new(arms: usize, features: usize, every: u32) -> Self {
        let zeros = vec![0.0; features];
        let fresh = Correction { weights: zeros.clone(), gradient: zeros.clone(), inverse: Inverse::new(features) };
        Retraining { every: every.max(1), since: 0, features: zeros, arms: vec![fresh; arms] }
    }

    /// Writes the probabilities of a query with these features to `now`; `trained` are those of the trained classifier.
    pub(super) fn predict(&mut self, trained: &[f64], features: &[f64], now: &mut [f64]) {
        if self.features.len() == features.len() {
            self.features.copy_from_slice(features);
        }
        for ((now, trained), arm) in now.iter_mut().zip(trained).zip(&self.arms) {
            let p = trained.clamp(NEAREST, 1.0 - NEAREST);
            let z = libm::log(p / (1.0 - p)) + dot(&arm.weights, &self.features);
            *now = 1.0 / (1.0 + libm::exp(-z));
        }
    }

    /// Takes in a round's observations on the last query that was predicted, with the probabilities that were given.
    pub(super) fn learn(&mut self, observed: &[Observation], predicted: &[f64]) {
        for seen in observed {
            let (Some(arm), Some(p)) = (self.arms.get_mut(seen.arm), predicted.get(seen.arm)) else { continue };
            for (gradient, x) in arm.gradient.iter_mut().zip(&self.features) {
                *gradient += (p - seen.reward) * x;
            }
            arm.inverse.add(&self.features, CURVATURE);
        }
        self.since += 1;
        if self.since >= self.every {
            self.since = 0;
            for Correction { weights, gradient, inverse } in &mut self.arms {
                let step = inverse.times(gradient);
                weights.iter_mut().zip(step).for_each(|(weight, step)| *weight -= step);
                gradient.fill(0.0);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{hash, unit};

    fn features(kind: usize) -> [f64; 4] {
        let mut x = [0.5; 4];
        x[kind] = -0.5;
        x
    }

    /// Plays so many rounds in which the arm is right on one kind of queries out of four, and returns what is predicted of
    /// each kind.
    fn learned(every: u32, rounds: u64, trained: f64) -> Vec<f64> {
        let mut retraining = Retraining::new(2, 4, every);
        let mut now = [0.0; 2];
        for t in 0..rounds {
            let kind = (hash(1, t) % 4) as usize;
            retraining.predict(&[trained, 0.5], &features(kind), &mut now);
            let reward = if unit(hash(2, t)) < if kind == 0 { 0.9 } else { 0.2 } { 1.0 } else { 0.0 };
            retraining.learn(&[Observation { arm: 0, reward, cost: 0.0 }], &now);
            assert_eq!(now[1], 0.5);
        }
        let of = |kind: usize| {
            retraining.predict(&[trained, 0.5], &features(kind), &mut now);
            now[0]
        };
        (0..4).map(of).collect()
    }

    #[test]
    fn what_comes_back_is_learned_in_batches() {
        for (every, trained) in [(1, 0.5), (50, 0.5), (50, 0.3)] {
            let p = learned(every, 40_000, trained);
            assert!((p[0] - 0.9).abs() < 0.05, "{every} {trained}: {p:?}");
            assert!(p[1..].iter().all(|p| (p - 0.2).abs() < 0.05), "{every} {trained}: {p:?}");
        }
        // Nothing before the first batch is full.
        assert!(learned(100, 99, 0.3).iter().all(|p| (p - 0.3).abs() < 1e-12));
        assert!(learned(100, 100, 0.3).iter().any(|p| (p - 0.3).abs() > 0.01));
    }

    #[test]
    fn certainty_is_given_up_step_by_step_and_never_too_far() {
        // Right nine times of ten on one kind, two times of ten on the others.
        let p = learned(400, 40_000, 1.0);
        assert!(p[0] > 0.85 && p[1..].iter().all(|p| (0.15..0.995).contains(p)), "{p:?}");
        let p = learned(400, 40_000, 0.0);
        assert!((1e-4..0.95).contains(&p[0]) && p[1..].iter().all(|p| *p > 1e-9 && *p < 0.25), "{p:?}");
    }

    #[test]
    fn a_step_by_hand() {
        // One feature, one observation: g = (p − X)·x = −½·2, H = 1 + ¼·4 = 2, w = ½, z = ½·2.
        let mut retraining = Retraining::new(1, 1, 1);
        let mut now = [0.0];
        retraining.predict(&[0.5], &[2.0], &mut now);
        retraining.learn(&[Observation { arm: 0, reward: 1.0, cost: 0.0 }], &now);
        retraining.predict(&[0.5], &[2.0], &mut now);
        assert!((now[0] - 1.0 / (1.0 + libm::exp(-1.0))).abs() < 1e-12, "{now:?}");
    }
}
