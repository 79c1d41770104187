//! Primal–dual selection under a budget (bandits with knapsacks: Badanidiyuru, Kleinberg and Slivkins 2013; the learned
//! price: Agrawal and Devanur 2014): the `n` arms of largest optimistic reward less priced cost, the price rising while
//! spending is above the budget.

use super::optimism::{Confidence, Optimism};
use super::policy::{Choice, Observation, Policy, Setting, sort_by_key, top};
use serde::{Deserialize, Serialize};

/// The policy.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PrimalDual {
    pub(super) optimism: Optimism,
    /// `μ̄ − λ c̲` of the round.
    pub(super) worth: Vec<f64>,
    /// `λ` ≥ 0: what a unit of scaled cost is held to be worth in reward.
    price: f64,
    /// `η = 1/√T`.
    step: f64,
    /// `ρ`, scaled; `None` where unconstrained.
    budget: Option<f64>,
}

impl PrimalDual {
    /// Nothing seen yet and a price of 0.
    pub fn new(setting: &Setting, confidence: &Confidence) -> Self {
        PrimalDual {
            optimism: Optimism::new(setting, confidence),
            worth: vec![0.0; setting.arms],
            price: 0.0,
            step: 1.0 / f64::from(setting.rounds.max(1)).sqrt(),
            budget: setting.budget.is_finite().then_some(setting.budget),
        }
    }

    /// `λ` of the next round.
    pub fn price(&self) -> f64 {
        self.price
    }

    /// `μ̄` and `c̲` of the last round that was chosen for.
    pub fn bounds(&self) -> (&[f64], &[f64]) {
        (&self.optimism.upper, &self.optimism.lower)
    }
}

impl Policy for PrimalDual {
    fn select(&mut self, setting: &Setting, t: u32, choice: &mut Choice) {
        self.optimism.prepare(t);
        let bounds = self.optimism.upper.iter().zip(&self.optimism.lower);
        for (worth, (upper, lower)) in self.worth.iter_mut().zip(bounds) {
            *worth = upper - self.price * lower;
        }
        top(&self.worth, &setting.available, setting.n, &mut choice.arms);
        if setting.ordered {
            sort_by_key(&mut choice.arms, &self.optimism.lower);
        }
    }

    fn update(&mut self, observed: &[Observation]) {
        self.optimism.learn(observed);
        if let Some(budget) = self.budget {
            let paid: f64 = observed.iter().map(|seen| seen.cost).sum();
            let price = self.price + self.step * (paid - budget);
            self.price = if price > 0.0 { price } else { 0.0 };
        }
    }
}
