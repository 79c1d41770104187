//! One policy in a block of replicates, as it is played piece by piece, and what it has to tell.

use super::{BINS, Job, Run, Scratch, Simulation};
use crate::game::Game;
use serde::{Deserialize, Serialize};

/// Number of values that are tracked: the eight series of the result, then calls, infeasible and empty rounds, latency,
/// two sums that covariances follow from (reward + excess and reward + violation, costs scaled), rounds of unproven sets,
/// and 1 while the event of Lemma 1 holds.
pub const TRACKED: usize = 16;

/// A job being played.
#[derive(Debug, Clone)]
pub struct JobState {
    job: Job,
    runs: Vec<Run>,
    scratch: Scratch,
    /// Stops passed by all runs.
    stop: usize,
    /// The run whose turn it is.
    turn: usize,
    update: JobUpdate,
    bins_sent: u32,
}

/// What a job has to tell since it was last asked; made to be sent and merged.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct JobUpdate {
    /// Place in the list of jobs.
    pub job: u32,
    /// Rounds played by every run of the job.
    pub round: u32,
    /// For each new checkpoint, [`TRACKED`] means over the job's replicates and as many sums of squared deviations.
    pub statistics: Vec<f64>,
    /// The same at `round`, where playing was to go no further and that is no checkpoint; else empty.
    pub between: Vec<f64>,
    /// For each newly completed bin, selections by arm over the job's replicates.
    pub selected: Vec<u32>,
    /// Calls by arm so far.
    pub called: Vec<u64>,
    /// By replicate at the last checkpoint: mean reward, mean excess, violation, mean paid cost.
    pub replicates: Vec<[f64; 4]>,
    /// Milliseconds that playing has taken so far, by the clock of whoever plays; 0 where nobody looked.
    pub milliseconds: f64,
}

impl JobState {
    /// A job before its first round; `index` is its place in the list of jobs.
    pub fn new(simulation: &Simulation, index: u32, job: Job) -> JobState {
        let runs: Vec<Run> = (job.first..job.first + job.replicates)
            .filter_map(|replicate| Run::new(simulation, job.policy as usize, replicate))
            .collect();
        let arms = simulation.game.setting.arms;
        let scratch = Scratch {
            observed: Vec::with_capacity(arms),
            selected: vec![0; arms * BINS as usize],
            called: vec![0; arms],
        };
        let update = JobUpdate { job: index, ..JobUpdate::default() };
        JobState { job, runs, scratch, stop: 0, turn: 0, update, bins_sent: 0 }
    }

    /// The job.
    pub fn job(&self) -> Job {
        self.job
    }

    /// Rounds played by every run.
    pub fn round(&self) -> u32 {
        self.update.round
    }

    /// Whether every run has played all its rounds.
    pub fn is_done(&self, simulation: &Simulation) -> bool {
        self.stop >= simulation.stops.len()
    }

    /// Rounds played by the run that is ahead of the others.
    pub fn furthest(&self) -> u32 {
        self.runs.iter().map(Run::round).max().unwrap_or(0)
    }

    /// Plays at most `quantum` rounds of one run, towards the next stop; returns how many. 0 where the job is done.
    pub fn advance(&mut self, simulation: &Simulation, quantum: u32) -> u32 {
        self.advance_to(simulation, quantum, u32::MAX)
    }

    /// The same, but no run plays beyond round `until`; 0 also where all have come there. Where they all stand there, and it
    /// is no checkpoint, the update tells of it as well ([`JobUpdate::between`]).
    pub fn advance_to(&mut self, simulation: &Simulation, quantum: u32, until: u32) -> u32 {
        let Some(&stop) = simulation.stops.get(self.stop) else {
            return 0;
        };
        let end = stop.round.min(until);
        if end <= self.update.round {
            return 0;
        }
        while self.runs.get(self.turn).is_some_and(|run| run.round() >= end) {
            self.turn += 1;
        }
        let mut played = 0;
        if let Some(run) = self.runs.get_mut(self.turn) {
            let until = end.min(run.round().saturating_add(quantum.max(1)));
            played = until - run.round();
            run.play_segment(simulation, until, &mut self.scratch, stop.bin as usize);
            if until == end {
                self.turn += 1;
            }
        }
        if self.turn >= self.runs.len() {
            self.turn = 0;
            self.stop += usize::from(end == stop.round);
            self.update.round = end;
            self.update.between.clear();
            if stop.is_checkpoint && end == stop.round {
                self.record(&simulation.game);
            } else if end == until && self.furthest() == end {
                self.update.between = moments(&tracked_all(&simulation.game, &self.runs));
            }
        }
        played
    }

    /// Notes so many more milliseconds of playing.
    pub fn spend(&mut self, milliseconds: f64) {
        self.update.milliseconds += milliseconds;
    }

    /// Everything new since the last call; `None` where nothing is.
    pub fn take_update(&mut self, simulation: &Simulation) -> Option<JobUpdate> {
        if self.update.statistics.is_empty() && self.update.between.is_empty() {
            return None;
        }
        let arms = simulation.game.setting.arms;
        let open = simulation.stops.get(self.stop).map_or(BINS.min(simulation.game.setting.rounds), |stop| stop.bin);
        let (from, to) = (self.bins_sent as usize * arms, open as usize * arms);
        let JobUpdate { job, round, milliseconds, .. } = self.update;
        let next = JobUpdate { job, round, milliseconds, ..JobUpdate::default() };
        let mut update = std::mem::replace(&mut self.update, next);
        update.selected = self.scratch.selected.get(from..to).unwrap_or_default().to_vec();
        update.called.clone_from(&self.scratch.called);
        self.bins_sent = open;
        Some(update)
    }

    fn record(&mut self, game: &Game) {
        let values = tracked_all(game, &self.runs);
        self.update.statistics.extend(moments(&values));
        self.update.replicates.clear();
        self.update.replicates.extend(values.iter().map(|value| [value[4], value[3], value[2], value[6]]));
    }
}

fn tracked_all(game: &Game, runs: &[Run]) -> Vec<[f64; TRACKED]> {
    runs.iter().map(|run| tracked(game, run)).collect()
}

/// The means, then the sums of squared deviations.
fn moments(values: &[[f64; TRACKED]]) -> Vec<f64> {
    let mut means = [0.0; TRACKED];
    let mut squares = [0.0; TRACKED];
    for (count, run) in (1u32..).zip(values) {
        for ((mean, square), value) in means.iter_mut().zip(&mut squares).zip(run) {
            let deviation = value - *mean;
            *mean += deviation / f64::from(count);
            *square += deviation * (value - *mean);
        }
    }
    [means, squares].concat()
}

/// The tracked values of a run at a checkpoint, in the order of [`TRACKED`]; costs in the unit of the input.
fn tracked(game: &Game, run: &Run) -> [f64; TRACKED] {
    let totals = run.totals();
    let rounds = f64::from(run.round().max(1));
    let scale = game.cost_scale;
    let over = totals.paid / rounds - game.setting.budget;
    [
        totals.regret,
        totals.regret_relaxed,
        if over > 0.0 { over * scale } else { 0.0 },
        totals.excess / rounds * scale,
        totals.reward / rounds,
        totals.expected_reward / rounds,
        totals.paid / rounds * scale,
        totals.nominal / rounds * scale,
        totals.calls as f64 / rounds,
        f64::from(totals.infeasible),
        f64::from(totals.empty),
        totals.latency_ms / rounds,
        (totals.reward + totals.excess) / rounds,
        totals.reward / rounds + if over > 0.0 { over } else { 0.0 },
        f64::from(totals.unproven),
        f64::from(run.is_covered()),
    ]
}
