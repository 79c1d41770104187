//! What a person sees of a run: how far it is, what it has cost, how good the answers are, what the policy believes.

use super::{Pause, Phase, Played, Session};
use crate::live::fault::Fault;
use crate::live::ledger::Caps;
use crate::live::log::Outcome;
use crate::live::protocol::Usage;
use crate::summary::{student_t, wilson};
use serde::{Deserialize, Serialize};

/// Most points of a curve.
const MOST_POINTS: usize = 300;

/// A run as it is now. Dollars are those of the prices in the set-up; of a dry run nobody pays them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Whether answers and costs are simulated.
    pub dry: bool,
    /// What it is doing.
    pub phase: Phase,
    /// Rounds told, of so many.
    pub round: u32,
    /// Rounds `T`.
    pub rounds: u32,
    /// Whether the browser has no network.
    pub offline: bool,
    /// Calls under way.
    pub under_way: u32,
    /// Calls made and under way.
    pub calls: u32,
    /// Dollars by usage.
    pub known: f64,
    /// Dollars of calls whose outcome is unknown, at their worst case.
    pub unknown: f64,
    /// How many these are.
    pub unknown_calls: u32,
    /// Dollars held for calls under way.
    pub held: f64,
    /// The caps.
    pub caps: Caps,
    /// What the cheapest of the calls that a cap refused might have cost, dollars.
    pub refused: Option<f64>,
    /// Tokens of all calls.
    pub usage: Usage,
    /// Milliseconds of running.
    pub ran_ms: f64,
    /// Mean realised reward of a round; `None` before the first.
    pub reward: Option<Mean>,
    /// Mean cost of a round, dollars.
    pub cost: Option<Mean>,
    /// Mean number of models that answered in a round.
    pub calls_per_round: Option<f64>,
    /// Budget a round, dollars; `None` = unconstrained.
    pub budget: Option<f64>,
    /// Observations that are missing.
    pub missing: u32,
    /// By round, at most 300 of them.
    pub curve: Vec<CurvePoint>,
    /// By model.
    pub models: Vec<ModelReport>,
}

/// A mean over rounds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Mean {
    /// The mean.
    pub mean: f64,
    /// Half the width of its 95 % interval, rounds taken as independent: Student's t, of means of zeros and ones how far
    /// Wilson's reaches; `None` with one round.
    pub half: Option<f64>,
}

/// Means over the rounds up to one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct CurvePoint {
    /// Rounds, from 1.
    pub round: u32,
    /// Mean reward.
    pub reward: Mean,
    /// Mean cost, dollars.
    pub cost: Mean,
}

/// What is known of a model.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModelReport {
    /// Its name.
    pub name: String,
    /// Whether it is an arm.
    pub plays: bool,
    /// Calls made.
    pub calls: u32,
    /// Calls that were answered.
    pub answered: u32,
    /// Calls that failed.
    pub failed: u32,
    /// Dollars of all its calls, unknown ones at their worst case.
    pub dollars: f64,
    /// Mean latency of its answers, milliseconds.
    pub latency_ms: Option<f64>,
    /// Mean reward of its scored answers.
    pub reward: Option<Mean>,
    /// Mean cost of its answers, dollars.
    pub cost: Option<Mean>,
    /// What the policy believes at most of its reward (`μ̄`) and at least of its cost in dollars (`c̲`); `None` for policies
    /// that keep no bounds.
    pub bounds: Option<(f64, f64)>,
    /// Why it is left alone; `None` where it may be called.
    pub away: Option<Away>,
}

/// A model that is left alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Away {
    /// Milliseconds until it is tried again.
    pub left_ms: f64,
    /// Its last failure.
    pub fault: Fault,
    /// What a person can do about it; filled in by who knows the page's origin.
    pub advice: String,
}

/// A mean as numbers come in.
#[derive(Debug, Clone, Copy, Default)]
struct Running {
    count: u32,
    mean: f64,
    squares: f64,
    /// Values other than 0 and 1.
    others: u32,
}

impl Running {
    fn add(&mut self, value: f64) {
        self.count += 1;
        self.others += u32::from(value != 0.0 && value != 1.0);
        let off = value - self.mean;
        self.mean += off / f64::from(self.count);
        self.squares += off * (value - self.mean);
    }

    /// With this quantile of Student's t.
    fn with(&self, quantile: f64) -> Mean {
        let count = f64::from(self.count);
        let half = (self.count > 1).then(|| match self.others {
            0 => wilson(self.mean, self.count),
            _ => quantile * (self.squares / (count - 1.0) / count).sqrt(),
        });
        Mean { mean: self.mean, half }
    }

    fn get(&self) -> Option<Mean> {
        (self.count > 0).then(|| self.with(quantile(self.count)))
    }
}

/// Student's quantile for the mean of so many; beyond a hundred it is the normal one to two digits.
fn quantile(count: u32) -> f64 {
    match count {
        0..=1 => 0.0,
        2..=100 => student_t(count - 1),
        _ => 1.96 + 2.4 / f64::from(count),
    }
}

impl Session {
    /// The run as it is at the caller's time `now`; `origin` is the page's own, for advice.
    pub fn report(&self, now: f64, origin: &str) -> Report {
        let (unknown, unknown_calls) = self.ledger.unknown();
        let at = self.at(now);
        let mut reward = Running::default();
        let mut cost = Running::default();
        let step = self.played.len().div_ceil(MOST_POINTS).max(1);
        let mut curve = Vec::with_capacity(MOST_POINTS + 1);
        for (place, played) in self.played.iter().enumerate() {
            reward.add(played.reward);
            cost.add(played.paid);
            let round = place + 1;
            if round % step == 0 || round == self.played.len() {
                let quantile = quantile(reward.count);
                curve.push(CurvePoint {
                    round: round as u32,
                    reward: reward.with(quantile),
                    cost: cost.with(quantile),
                });
            }
        }
        let sum = |part: fn(&Played) -> u32| self.played.iter().map(part).sum::<u32>();
        let rounds = self.played.len() as f64;
        Report {
            dry: self.setup.dry,
            phase: self.phase,
            round: self.run.round(),
            rounds: self.setup.rounds,
            offline: self.offline && !self.setup.dry && self.phase == Phase::Running,
            under_way: self.under_way().iter().sum(),
            calls: self.ledger.calls(),
            known: self.ledger.known(),
            unknown,
            unknown_calls,
            held: self.ledger.held(),
            caps: self.ledger.caps,
            refused: self.refused,
            usage: self.ledger.usage(),
            ran_ms: at,
            reward: reward.get(),
            cost: cost.get(),
            calls_per_round: (rounds > 0.0).then(|| f64::from(sum(|played| played.calls)) / rounds),
            budget: self.setup.task.budget,
            missing: sum(|played| played.missing),
            curve,
            models: self.models_now(at, origin),
        }
    }

    /// Calls under way by provider, in the order in which the models name them.
    pub fn under_way(&self) -> Vec<u32> {
        self.lanes.iter().map(|lane| lane.under_way).collect()
    }

    fn models_now(&self, at: f64, origin: &str) -> Vec<ModelReport> {
        let mut all: Vec<(ModelReport, Running, Running, Running)> = (self.setup.models.iter())
            .map(|model| {
                let report = ModelReport {
                    name: model.name.clone(),
                    plays: model.plays,
                    calls: 0,
                    answered: 0,
                    failed: 0,
                    dollars: 0.0,
                    latency_ms: None,
                    reward: None,
                    cost: None,
                    bounds: None,
                    away: None,
                };
                (report, Running::default(), Running::default(), Running::default())
            })
            .collect();
        for call in &self.calls {
            // A verdict is on the answer of another model.
            if let (true, Some(Outcome::Answered(said))) = (call.slot.judge, &call.outcome)
                && let Some((_, reward, ..)) = self.models.get(call.slot.arm).and_then(|place| all.get_mut(*place))
                && let Some(score) = said.score
            {
                reward.add(self.rule.reward(score));
            }
            let Some((report, reward, cost, latency)) = self.model(&call.slot).and_then(|place| all.get_mut(place))
            else {
                continue;
            };
            match &call.outcome {
                Some(Outcome::NotSent) => continue,
                Some(Outcome::Answered(said)) => {
                    let spent = said.dollars.unwrap_or(call.worst);
                    report.answered += 1;
                    report.dollars += spent;
                    latency.add(said.latency_ms);
                    if !call.slot.judge {
                        cost.add(spent);
                        said.score.iter().for_each(|score| reward.add(self.rule.reward(*score)));
                    }
                }
                Some(Outcome::Failed { fault, .. }) => {
                    report.failed += 1;
                    report.dollars += if fault.may_be_billed() { call.worst } else { 0.0 };
                }
                None => {}
            }
            report.calls += 1;
        }
        let bounds = self.run.player().bounds();
        let scale = self.plan.game.cost_scale;
        for (place, (report, reward, cost, latency)) in all.iter_mut().enumerate() {
            (report.reward, report.cost) = (reward.get(), cost.get());
            report.latency_ms = latency.get().map(|mean| mean.mean);
            let arm = self.models.iter().position(|model| *model == place);
            report.bounds =
                arm.zip(bounds).and_then(|(arm, (upper, lower))| Some((*upper.get(arm)?, lower.get(arm)? * scale)));
            if let (Some(standing), Some(model)) = (self.standings.get(place), self.setup.models.get(place))
                && let Some(fault) = standing.why().filter(|_| !standing.is_there(at))
            {
                report.away = Some(Away {
                    left_ms: standing.until() - at,
                    advice: fault.advice(&model.endpoint, &model.model, origin),
                    fault: fault.clone(),
                });
            }
        }
        all.into_iter().map(|(report, ..)| report).collect()
    }
}

impl Report {
    /// The most that can have been spent, dollars.
    pub fn at_most(&self) -> f64 {
        self.known + self.unknown + self.held
    }

    /// The largest share of a cap that is used up, in [0,1].
    pub fn used(&self) -> f64 {
        let share = |used: f64, of: f64| if of > 0.0 { used / of } else { 0.0 };
        let shares = [
            share(self.at_most(), self.caps.dollars),
            share(f64::from(self.calls), f64::from(self.caps.calls)),
            share(self.ran_ms, self.caps.minutes * 60_000.0),
        ];
        shares.into_iter().fold(0.0, |most, share| if share > most { share } else { most })
    }

    /// Whether it waits for the person.
    pub fn is_paused_for(&self, why: Pause) -> bool {
        self.phase == Phase::Paused(why)
    }
}
