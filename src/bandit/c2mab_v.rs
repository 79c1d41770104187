//! C2MAB-V (arXiv 2405.16587, algorithms 1 and 2): a local server that learns and solves the relaxed problem, and a
//! scheduling cloud that rounds. Only `z` goes to the cloud and only a set comes back.

use super::estimates::{Estimates, Logarithm};
use super::policy::{Choice, Observation, Policy, Setting, sort_by_key};
use super::relaxation::{Feasibility, Relaxation};
use super::rounding;
use crate::experiment::{RewardModel, Solver};
use crate::random::Stream;
use serde::{Deserialize, Serialize};

/// The policy: both halves and the wire between them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct C2mabV {
    local: LocalServer,
    cloud: SchedulingCloud,
    /// The message `z`, one entry an arm; after rounding the set's indicator.
    wire: Vec<f64>,
}

impl C2mabV {
    /// With `α_μ`, `α_c` ≥ 0, `δ` in (0,1], AWC's solver (by size where `None`) and the policy's own stream.
    pub fn new(arms: usize, alpha_mu: f64, alpha_c: f64, delta: f64, solver: Option<Solver>, stream: Stream) -> Self {
        C2mabV {
            local: LocalServer {
                alpha_mu,
                alpha_c,
                logarithm: Logarithm::new(arms, delta),
                solver,
                estimates: Estimates::new(arms),
                upper: vec![1.0; arms],
                lower: vec![0.0; arms],
                relaxation: None,
            },
            cloud: SchedulingCloud { stream },
            wire: vec![0.0; arms],
        }
    }
}

impl C2mabV {
    /// What it has learned.
    #[inline]
    pub fn estimates(&self) -> &Estimates {
        &self.local.estimates
    }
}

impl Policy for C2mabV {
    #[inline]
    fn select(&mut self, setting: &Setting, t: u32, choice: &mut Choice) {
        let feasibility = self.local.relax(setting, t, &mut self.wire);
        self.cloud.schedule(&mut self.wire, &mut choice.arms);
        choice.infeasible = feasibility == Feasibility::Infeasible;
        self.local.order(setting, choice);
    }

    #[inline]
    fn update(&mut self, observed: &[Observation]) {
        self.local.learn(observed);
    }
}

/// Keeps every estimate and solves the relaxed problem.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct LocalServer {
    alpha_mu: f64,
    alpha_c: f64,
    logarithm: Logarithm,
    solver: Option<Solver>,
    estimates: Estimates,
    /// `μ̄` of the round.
    upper: Vec<f64>,
    /// `c̲` of the round.
    lower: Vec<f64>,
    /// Scratch space; what it remembers never changes a result, so it is not written down.
    #[serde(skip)]
    relaxation: Option<Relaxation>,
}

impl LocalServer {
    /// Solves the relaxed problem of round `t` with optimistic rewards and low costs.
    #[inline]
    fn relax(&mut self, setting: &Setting, t: u32, z: &mut [f64]) -> Feasibility {
        let logarithm = self.logarithm.at(t);
        self.estimates.bounds(logarithm, self.alpha_mu, self.alpha_c, &mut self.upper, &mut self.lower);
        if self.relaxation.is_none() {
            // The plan has checked the solver; without one the size decides, which cannot fail.
            self.relaxation = Relaxation::new(setting.reward, setting.arms, setting.n, self.solver)
                .or_else(|_| Relaxation::new(setting.reward, setting.arms, setting.n, None))
                .ok();
        }
        match &mut self.relaxation {
            Some(relaxation) => relaxation.solve(&self.upper, &self.lower, setting.budget, z),
            None => Feasibility::Infeasible,
        }
    }

    /// Puts the set that came back in the order of calls, and lets an empty one call the cheapest model: only here
    /// are the costs known.
    #[inline]
    fn order(&self, setting: &Setting, choice: &mut Choice) {
        if choice.arms.is_empty() {
            choice.empty = true;
            if setting.at_least_one && setting.reward == RewardModel::Awc {
                let mut cheapest = 0;
                for (arm, cost) in self.lower.iter().enumerate() {
                    cheapest = if *cost < self.lower[cheapest] { arm } else { cheapest };
                }
                choice.arms.push(cheapest);
            }
        } else if setting.ordered {
            sort_by_key(&mut choice.arms, &self.lower);
        }
    }

    #[inline]
    fn learn(&mut self, observed: &[Observation]) {
        for observation in observed {
            self.estimates.observe(observation);
        }
    }
}

/// Rounds `z` to a set; knows no reward and no cost.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct SchedulingCloud {
    stream: Stream,
}

impl SchedulingCloud {
    #[inline]
    fn schedule(&mut self, z: &mut [f64], set: &mut Vec<usize>) {
        rounding::round(z, &mut self.stream);
        set.extend(z.iter().enumerate().filter(|(_, z)| **z > 0.5).map(|(arm, _)| arm));
    }
}
