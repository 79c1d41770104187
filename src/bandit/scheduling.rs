//! From optimistic means and costs to a set within the budget, as two halves: a local server that solves the relaxed
//! problem, and a scheduling cloud that rounds (C2MAB-V, algorithms 1 and 2). Only `z` goes to the cloud and only a
//! set comes back.

use super::explained::{Exchange, Program, Relaxed, Solved};
use super::policy::{Choice, Setting, sort_by_key};
use super::relaxation::linear::Linear;
use super::relaxation::{Feasibility, Relaxation};
use super::reward::log_mean;
use super::rounding;
use crate::experiment::{RewardModel, Solver};
use crate::random::Stream;
use serde::{Deserialize, Serialize};

/// Both halves and the wire between them.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Scheduler {
    local: LocalServer,
    cloud: SchedulingCloud,
    /// The message `z`, one entry an arm; after rounding the set's indicator.
    wire: Vec<f64>,
}

impl Scheduler {
    /// For `arms` arms, with AWC's solver (by size where `None`) and the cloud's own stream.
    pub fn new(arms: usize, solver: Option<Solver>, stream: Stream) -> Self {
        Scheduler {
            local: LocalServer { solver, ready: Vec::new() },
            cloud: SchedulingCloud { stream },
            wire: vec![0.0; arms],
        }
    }

    /// Chooses among the arms that are not away, for mean rewards in [0,1] and scaled costs ≥ 0, one an arm. Where the
    /// order of calls matters, cheap arms come first; an empty set under AWC calls the cheapest (`at_least_one`).
    #[inline]
    pub fn select(&mut self, setting: &Setting, means: &[f64], costs: &[f64], choice: &mut Choice) {
        let feasibility = self.local.relax(setting, means, costs, &mut self.wire);
        self.cloud.schedule(&mut self.wire, &mut choice.arms);
        choice.infeasible = feasibility == Feasibility::Infeasible;
        self.local.order(setting, costs, choice);
    }

    /// What [`Scheduler::select`] would do now, step by step, for the same arguments; nothing is drawn from the cloud's
    /// own stream.
    pub fn explain(&self, setting: &Setting, means: &[f64], costs: &[f64]) -> Relaxed {
        let mut local = LocalServer { solver: self.local.solver, ready: Vec::new() };
        let mut z = vec![0.0; self.wire.len()];
        let feasibility = local.relax(setting, means, costs, &mut z);
        let coins = rounding::round_aloud(&mut z.clone(), &mut self.cloud.stream.clone());
        let ready = local.ready.get(setting.available.len()).and_then(Option::as_ref);
        let solved = ready.map_or(Solved::Linear, |ready| ready.relaxation.solved());
        let program =
            (feasibility == Feasibility::Feasible && solved == Solved::Linear).then(|| program(setting, means, costs));
        Relaxed { solved, z, program, coins }
    }
}

/// The linear program of the round and its prices.
fn program(setting: &Setting, means: &[f64], costs: &[f64]) -> Program {
    let there = |values: &[f64]| -> Vec<f64> {
        setting.available.iter().map(|&arm| values.get(arm).copied().unwrap_or(0.0)).collect()
    };
    let weight = |mean: f64| if setting.reward == RewardModel::Aic { log_mean(mean) } else { mean };
    let weights: Vec<f64> = means.iter().map(|mean| weight(*mean)).collect();
    let (of_there, costs) = (there(&weights), there(costs));
    let mut linear = Linear::new(costs.len());
    let mut z = vec![0.0; costs.len()];
    linear.solve(&of_there, &costs, setting.n, setting.budget, &mut z);
    let (price, level) = linear.prices_signed(&of_there, &costs, &z);
    let exchange = linear.last_exchange().and_then(|(out, into)| {
        let cost = (0..).zip(&z).zip(&costs).filter(|((arm, z), _)| *arm == out || (**z > 0.0 && *arm != into));
        Some(Exchange {
            cost: cost.map(|(_, cost)| cost).sum(),
            fraction: *z.get(into)?,
            out: *setting.available.get(out)?,
            into: *setting.available.get(into)?,
        })
    });
    Program { weights, price, level, exchange }
}

/// Knows means and costs, and solves the relaxed problem.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct LocalServer {
    solver: Option<Solver>,
    /// By the number of arms that are there, as they have been met. Scratch space; what it remembers never changes a
    /// result, so it is not written down.
    #[serde(skip)]
    ready: Vec<Option<Ready>>,
}

/// The solver for so many arms; and where arms are away, room for the data of those that are there.
#[derive(Debug, Clone)]
struct Ready {
    relaxation: Relaxation,
    means: Vec<f64>,
    costs: Vec<f64>,
    z: Vec<f64>,
}

impl LocalServer {
    /// Writes the solution to `z`: 0 for arms that are away.
    #[inline]
    fn relax(&mut self, setting: &Setting, means: &[f64], costs: &[f64], z: &mut [f64]) -> Feasibility {
        let arms = setting.available.len();
        if !matches!(self.ready.get(arms), Some(Some(_))) {
            self.prepare(setting);
        }
        let Some(Some(ready)) = self.ready.get_mut(arms) else { return Feasibility::Infeasible };
        if setting.all_available() {
            ready.relaxation.solve(means, costs, setting.budget, z)
        } else {
            ready.solve_available(setting, means, costs, z)
        }
    }

    #[cold]
    fn prepare(&mut self, setting: &Setting) {
        let arms = setting.available.len();
        // The plan has checked the solver; without one the size decides, which cannot fail.
        let relaxation = Relaxation::new(setting.reward, arms, setting.n, self.solver)
            .or_else(|_| Relaxation::new(setting.reward, arms, setting.n, None));
        let ready = relaxation.ok().map(|relaxation| Ready {
            relaxation,
            means: Vec::with_capacity(arms),
            costs: Vec::with_capacity(arms),
            z: vec![0.0; arms],
        });
        if self.ready.len() <= arms {
            self.ready.resize_with(arms + 1, || None);
        }
        self.ready[arms] = ready;
    }

    /// Puts the set that came back in the order of calls, and lets an empty one call the cheapest arm: only here are
    /// the costs known.
    #[inline]
    fn order(&self, setting: &Setting, costs: &[f64], choice: &mut Choice) {
        if choice.arms.is_empty() {
            choice.empty = true;
            if setting.at_least_one && setting.reward == RewardModel::Awc {
                choice.arms.extend(cheapest(&setting.available, costs));
            }
        } else if setting.ordered {
            sort_by_key(&mut choice.arms, costs);
        }
    }
}

impl Ready {
    fn solve_available(&mut self, setting: &Setting, means: &[f64], costs: &[f64], z: &mut [f64]) -> Feasibility {
        let of = |values: &[f64], arm: usize| values.get(arm).copied().unwrap_or(0.0);
        self.means.clear();
        self.means.extend(setting.available.iter().map(|&arm| of(means, arm)));
        self.costs.clear();
        self.costs.extend(setting.available.iter().map(|&arm| of(costs, arm)));
        let feasibility = self.relaxation.solve(&self.means, &self.costs, setting.budget, &mut self.z);
        z.fill(0.0);
        for (&arm, &part) in setting.available.iter().zip(&self.z) {
            if let Some(place) = z.get_mut(arm) {
                *place = part;
            }
        }
        feasibility
    }
}

/// The cheapest of `arms`; ties: the first.
pub(super) fn cheapest(arms: &[usize], costs: &[f64]) -> Option<usize> {
    let of = |arm: usize| costs.get(arm).copied().unwrap_or(0.0);
    arms.iter().copied().reduce(|best, arm| if of(arm) < of(best) { arm } else { best })
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
