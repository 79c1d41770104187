//! Combinatorial Thompson sampling (Wang and Chen 2018): the `n` arms of largest Beta draw; cost-aware, the relaxed
//! problem under drawn rewards and drawn costs and its rounding.

use super::estimates::Estimates;
use super::policy::{Choice, Observation, Policy, Setting, sort_by_key, top};
use super::scheduling::Scheduler;
use crate::random::{Stream, beta, unit};
use rand::Rng;
use serde::{Deserialize, Serialize};

/// The policy: a Beta(1 + successes, 1 + failures) belief an arm. Cost-blind, it watches costs only to call cheap models
/// first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Thompson {
    /// Successes and failures by arm; a fractional reward is made one of the two by a coin.
    tallies: Vec<(u32, u32)>,
    pub(super) estimates: Estimates,
    pub(super) draws: Vec<f64>,
    pub(super) budgeting: Option<Budgeting>,
    stream: Stream,
}

/// What the cost-aware one has besides: a Beta(1 + Σy, 1 + Σ(1 − y)) belief on an arm's scaled cost.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Budgeting {
    /// `Σy` and `Σ(1 − y)` by arm, a cost above 1 (where the cost scale is below the largest cost) taken as 1.
    spent: Vec<(f64, f64)>,
    pub(super) draws: Vec<f64>,
    pub(super) scheduler: Scheduler,
}

impl Thompson {
    /// Uniform beliefs over `arms` arms; cost-aware with a scheduler.
    pub fn new(arms: usize, scheduler: Option<Scheduler>, stream: Stream) -> Self {
        let budgeting =
            scheduler.map(|scheduler| Budgeting { spent: vec![(0.0, 0.0); arms], draws: vec![0.0; arms], scheduler });
        Thompson {
            tallies: vec![(0, 0); arms],
            estimates: Estimates::new(arms),
            draws: vec![0.0; arms],
            budgeting,
            stream,
        }
    }
}

impl Policy for Thompson {
    fn select(&mut self, setting: &Setting, _t: u32, choice: &mut Choice) {
        for (draw, (successes, failures)) in self.draws.iter_mut().zip(&self.tallies) {
            *draw = beta(&mut self.stream, 1.0 + f64::from(*successes), 1.0 + f64::from(*failures));
        }
        if let Some(Budgeting { spent, draws, scheduler }) = &mut self.budgeting {
            for (draw, (spent, spared)) in draws.iter_mut().zip(&*spent) {
                *draw = beta(&mut self.stream, 1.0 + spent, 1.0 + spared);
            }
            scheduler.select(setting, &self.draws, draws, choice);
        } else {
            top(&self.draws, &setting.available, setting.n, &mut choice.arms);
        }
        if setting.ordered {
            sort_by_key(&mut choice.arms, &self.estimates.mean_cost);
        }
    }

    fn update(&mut self, observed: &[Observation]) {
        for observation in observed {
            self.estimates.observe(observation);
            let whole = observation.reward == 0.0 || observation.reward == 1.0;
            let success =
                if whole { observation.reward == 1.0 } else { unit(self.stream.next_u64()) < observation.reward };
            if let Some((successes, failures)) = self.tallies.get_mut(observation.arm) {
                *successes += u32::from(success);
                *failures += u32::from(!success);
            }
            if let Some(budgeting) = &mut self.budgeting
                && let Some((spent, spared)) = budgeting.spent.get_mut(observation.arm)
            {
                let cost = if observation.cost < 1.0 { observation.cost } else { 1.0 };
                *spent += cost;
                *spared += 1.0 - cost;
            }
        }
    }
}
