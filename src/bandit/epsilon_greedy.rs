//! ε-greedy over sets: mostly the `n` best arms so far, sometimes a random set; cost-aware, mostly the relaxed problem
//! under `μ̂` and `ĉ` and its rounding, sometimes a random set that fits `ĉ`.

use super::estimates::Estimates;
use super::fitting_set::FittingSet;
use super::policy::{Choice, Observation, Policy, Setting, sort_by_key, top};
use super::random_set::Shuffler;
use super::scheduling::Scheduler;
use crate::random::{Stream, unit};
use rand::Rng;
use serde::{Deserialize, Serialize};

/// How often a random set is played.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Exploration {
    /// `ε` in [0,1], always the same.
    Constant(f64),
    /// `ε_t = min(1, c/t)`.
    Decaying(f64),
}

/// The policy. Cost-blind, it watches costs only to call cheap models first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EpsilonGreedy {
    pub(super) exploration: Exploration,
    pub(super) estimates: Estimates,
    /// `μ̂`, with unseen arms above all others (cost-aware: at 1).
    pub(super) value: Vec<f64>,
    shuffler: Shuffler,
    pub(super) budgeting: Option<Budgeting>,
    pub(super) stream: Stream,
}

/// What the cost-aware one has besides.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Budgeting {
    #[serde(skip)]
    fitting: FittingSet,
    pub(super) scheduler: Scheduler,
}

impl EpsilonGreedy {
    /// Nothing seen yet of `arms` arms; cost-aware with a scheduler.
    pub fn new(arms: usize, exploration: Exploration, scheduler: Option<Scheduler>, stream: Stream) -> Self {
        EpsilonGreedy {
            exploration,
            estimates: Estimates::new(arms),
            value: vec![if scheduler.is_some() { 1.0 } else { f64::MAX }; arms],
            shuffler: Shuffler::new(arms),
            budgeting: scheduler.map(|scheduler| Budgeting { fitting: FittingSet::default(), scheduler }),
            stream,
        }
    }
}

impl Policy for EpsilonGreedy {
    fn select(&mut self, setting: &Setting, t: u32, choice: &mut Choice) {
        let epsilon = match self.exploration {
            Exploration::Constant(epsilon) => epsilon,
            Exploration::Decaying(c) => c / f64::from(t),
        };
        let explore = unit(self.stream.next_u64()) < epsilon;
        let costs = &self.estimates.mean_cost;
        match &mut self.budgeting {
            Some(own) if explore => own.fitting.draw(setting, costs, &mut self.stream, choice),
            Some(own) => own.scheduler.select(setting, &self.value, costs, choice),
            None if explore => self.shuffler.draw(setting, &mut self.stream, &mut choice.arms),
            None => top(&self.value, &setting.available, setting.n, &mut choice.arms),
        }
        if setting.ordered {
            sort_by_key(&mut choice.arms, &self.estimates.mean_cost);
        }
    }

    fn update(&mut self, observed: &[Observation]) {
        for observation in observed {
            self.estimates.observe(observation);
            let arm = observation.arm;
            if let (Some(value), Some(mean)) = (self.value.get_mut(arm), self.estimates.mean_reward.get(arm)) {
                *value = *mean;
            }
        }
    }
}
