//! The loop as ask and tell, and the jobs that a run is made of.
//!
//! A [`Run`] is one policy in one replicate: [`Run::ask`] it for its set, [`Run::tell`] it what came back. It can be
//! written down between rounds. [`Run::play`] is the same loop with a simulated world in the middle.
//!
//! A [`Job`] is one policy in a block of replicates. Blocks depend on the number of replicates alone, and their
//! statistics are merged in order ([`crate::summary::Collector`]), so results do not depend on who plays which job.

use crate::bandit::policy::{Choice, Observation, Player, Policy, Setting};
use crate::bandit::reward::set_reward;
use crate::environment::{AnyWorld, Changed, Described, Sparse, World};
use crate::experiment::RewardModel;
use crate::game::{Game, Segment};
use crate::optimum::Optimum;
use crate::order::sort_by;
use crate::random::world_key;
use crate::situation::Situations;
use crate::theory::Coverage;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Most blocks that a policy's replicates are split into.
const MOST_BLOCKS: u32 = 8;
/// Bins of rounds in which selections are counted for the selection figure.
pub const BINS: u32 = 100;

/// A game, its optimum and its checkpoints, shared by every run.
#[derive(Debug, Clone)]
pub struct Simulation {
    /// What is played.
    pub game: Arc<Game>,
    /// Who can be there.
    situations: Situations,
    stops: Vec<Stop>,
}

/// A round at which something is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stop {
    round: u32,
    is_checkpoint: bool,
    /// The bin that the rounds up to here belong to.
    bin: u32,
}

/// One policy in a block of replicates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// Place in the experiment's list of policies.
    pub policy: u32,
    /// Number of the block within the policy, from 0.
    pub block: u32,
    /// First replicate, from 0.
    pub first: u32,
    /// Number of replicates.
    pub replicates: u32,
}

/// At most about 1,000 rounds at which curves have a value: all of them up to 1,000, else 500 evenly spaced ones and
/// 500 in geometric progression, so that both linear and logarithmic axes are well served.
pub fn checkpoints(rounds: u32) -> Vec<u32> {
    if rounds <= 1_000 {
        return (1..=rounds).collect();
    }
    let mut points: Vec<u32> = (1..=500u64).map(|step| (step * u64::from(rounds)).div_ceil(500) as u32).collect();
    let log = libm::log(f64::from(rounds));
    points.extend((0..500).map(|step| (libm::exp(log * f64::from(step) / 500.0) as u32).clamp(1, rounds)));
    sort_by(&mut points, u32::cmp);
    points.dedup();
    points
}

impl Simulation {
    /// Finds the optimum and lays out the checkpoints.
    pub fn new(game: Arc<Game>) -> Simulation {
        let rounds = game.setting.rounds;
        let bins = BINS.min(rounds);
        let end_of = |bin: u32| ((u64::from(bin) + 1) * u64::from(rounds) / u64::from(bins)) as u32;
        let points = checkpoints(rounds);
        let mut ends: Vec<u32> = (0..bins).map(end_of).chain(points.iter().copied()).collect();
        // A stretch between two stops lies within one segment.
        ends.extend(game.segments.iter().map(|segment| segment.from - 1).filter(|end| (1..=rounds).contains(end)));
        sort_by(&mut ends, u32::cmp);
        ends.dedup();
        let mut bin = 0;
        let stops = (ends.into_iter())
            .map(|round| {
                while end_of(bin) < round {
                    bin += 1;
                }
                Stop { round, is_checkpoint: points.binary_search(&round).is_ok(), bin }
            })
            .collect();
        Simulation { situations: Situations::of(&game), game, stops }
    }

    /// `S*` under the true means, by segment: of rounds in which nobody's result is missing.
    pub fn optima(&self) -> &[Optimum] {
        self.situations.optima.get(..self.game.segments.len()).unwrap_or_default()
    }

    /// The number of the situation in which only these arms (ascending) can be called, for [`Run::meet`]; a new one where
    /// it has not been met. Only a live world needs it: others say by themselves who is there.
    pub fn situation(&mut self, available: &[usize]) -> usize {
        self.situations.find_or_add(&self.game, available)
    }

    /// The jobs of the run, policy by policy and block by block.
    pub fn jobs(&self) -> Vec<Job> {
        jobs(self.game.policies.len() as u32, self.game.replicates)
    }
}

/// The jobs of so many policies and replicates.
pub fn jobs(policies: u32, replicates: u32) -> Vec<Job> {
    let size = replicates.div_ceil(MOST_BLOCKS).max(1);
    (0..policies)
        .flat_map(|policy| {
            (0..replicates).step_by(size as usize).enumerate().map(move |(block, first)| Job {
                policy,
                block: block as u32,
                first,
                replicates: size.min(replicates - first),
            })
        })
        .collect()
}

/// Sums over the rounds of one run; costs are scaled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Totals {
    /// `Σ (α r(S*) − r(S_t))`.
    pub regret: f64,
    /// `Σ (α·relaxed optimum − r(S_t))`.
    pub regret_relaxed: f64,
    /// `Σ` realised reward.
    pub reward: f64,
    /// `Σ r(S_t; μ)`.
    pub expected_reward: f64,
    /// `Σ` cost of the models called.
    pub paid: f64,
    /// `Σ` cost of the models selected, called or not.
    pub nominal: f64,
    /// `Σ (paid − ρ)⁺`.
    pub excess: f64,
    /// Calls.
    pub calls: u64,
    /// Rounds in which no allowed set fitted the budget.
    pub infeasible: u32,
    /// Rounds whose rounding selected nothing.
    pub empty: u32,
    /// Rounds whose search for the best set was cut short.
    pub unproven: u32,
    /// `Σ` milliseconds: of the calls one after another in a cascade, else of the slowest.
    pub latency_ms: f64,
}

/// What came of a round beyond the observations of the called models.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Unobserved {
    /// Scaled cost of the selected models that were not called.
    pub uncalled_cost: f64,
    /// Milliseconds that the answer took; 0 where unknown.
    pub latency_ms: f64,
}

/// One policy in one replicate, between two rounds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Run {
    /// Key of the replicate's world.
    key: u64,
    /// Rounds played.
    round: u32,
    /// Segment of the next round.
    segment: usize,
    /// Situation of the next round.
    situation: usize,
    player: Player,
    /// Whether Lemma 1's event has held; `None` where the lemma does not speak of the policy.
    coverage: Option<Coverage>,
    totals: Totals,
    choice: Choice,
    /// Whether `choice` waits for its outcome.
    asked: bool,
}

impl Run {
    /// Before round 1. `policy` and `replicate` count from 0; `None` where the experiment has no such policy.
    pub fn new(simulation: &Simulation, policy: usize, replicate: u32) -> Option<Run> {
        let game = &simulation.game;
        let player = game.player(&simulation.situations.optima, policy, replicate)?;
        Some(Run {
            key: world_key(game.seed, replicate),
            round: 0,
            segment: 0,
            situation: 0,
            player,
            coverage: game.lemma(policy).map(|delta| Coverage::new(game.setting.arms, delta)),
            totals: Totals::default(),
            choice: Choice { arms: Vec::with_capacity(game.setting.arms), ..Choice::default() },
            asked: false,
        })
    }

    /// Rounds played.
    pub fn round(&self) -> u32 {
        self.round
    }

    /// Sums over the rounds played.
    pub fn totals(&self) -> &Totals {
        &self.totals
    }

    /// Tells the policy of the next round's query, before it is asked for its set.
    pub fn look(&mut self, context: &[f64]) {
        self.player.look(context);
    }

    /// The situation of the next rounds, by [`Simulation::situation`].
    pub fn meet(&mut self, situation: usize) {
        self.situation = situation;
    }

    /// The policy, with what it has learned.
    pub fn player(&self) -> &Player {
        &self.player
    }

    /// The set of the next round, in the order of calls; the same one until [`Run::tell`].
    #[inline]
    pub fn ask(&mut self, simulation: &Simulation) -> &Choice {
        if !self.asked {
            self.choice.arms.clear();
            self.choice.infeasible = false;
            self.choice.empty = false;
            self.choice.unproven = false;
            if let Some(setting) = simulation.situations.settings.get(self.situation) {
                select(&mut self.player, setting, self.round.saturating_add(1), &mut self.choice);
            }
            self.asked = true;
        }
        &self.choice
    }

    /// The set of the round that comes `ahead` rounds after the next one, by what is known now: for rounds that are under
    /// way together. Each is asked for once, in their order, then taken up ([`Run::take_up`]) and told in the same order.
    pub fn ask_ahead(&mut self, simulation: &Simulation, ahead: u32) -> Choice {
        let mut choice = Choice::default();
        if let Some(setting) = simulation.situations.settings.get(self.situation) {
            let t = self.round.saturating_add(1).saturating_add(ahead);
            select(&mut self.player, setting, t, &mut choice);
        }
        choice
    }

    /// The next [`Run::tell`] is about this set, which [`Run::ask_ahead`] gave.
    pub fn take_up(&mut self, choice: &Choice) {
        self.choice.clone_from(choice);
        self.asked = true;
    }

    /// What came back from the models that were called, in the order of the calls. Without an [`Run::ask`] before it
    /// nothing happens.
    #[inline]
    pub fn tell(&mut self, simulation: &Simulation, observed: &[Observation], unobserved: Unobserved) {
        if !self.asked {
            return;
        }
        self.asked = false;
        let game = &simulation.game;
        let setting = &game.setting;
        self.player.update(observed);
        let (Some(segment), Some(optimum)) =
            (game.segments.get(self.segment), simulation.situations.optima.get(self.situation))
        else {
            return;
        };
        if let (Some(coverage), Some(estimates)) = (&mut self.coverage, self.player.estimates()) {
            let next = self.round.saturating_add(2);
            coverage.look(estimates, observed, next, &segment.mean_reward, &segment.mean_cost);
        }
        let expected = set_reward(setting.reward, &segment.mean_reward, &self.choice.arms);
        let all_called = observed.len() == self.choice.arms.len();
        let (paid, realised) = came_of(setting.reward, observed, all_called);
        let over = paid - setting.budget;
        let alpha = game.regret_alpha;
        let totals = &mut self.totals;
        totals.regret += alpha * optimum.bar - expected;
        totals.regret_relaxed += alpha * optimum.relaxed_reward - expected;
        totals.reward += realised;
        totals.expected_reward += expected;
        totals.paid += paid;
        totals.nominal += paid + unobserved.uncalled_cost;
        totals.excess += if over > 0.0 { over } else { 0.0 };
        totals.calls += observed.len() as u64;
        totals.infeasible += u32::from(self.choice.infeasible);
        totals.empty += u32::from(self.choice.empty);
        totals.unproven += u32::from(self.choice.unproven);
        totals.latency_ms += unobserved.latency_ms;
        self.round = self.round.saturating_add(1);
        if game.segments.get(self.segment + 1).is_some_and(|next| next.from <= self.round.saturating_add(1)) {
            self.segment += 1;
            self.situation = self.segment;
        }
    }

    /// Meets the next round: who is there, and what the policy may know of its query.
    #[inline(always)]
    fn begin<W: World>(&mut self, simulation: &Simulation, world: &W) -> W::Round {
        let now = world.begin(self.key, self.round + 1);
        if let Some(pattern) = world.pattern(now) {
            self.situation = simulation.situations.find(self.segment, pattern);
        }
        if let Some(context) = world.context(now) {
            self.player.look(context);
        }
        now
    }

    /// Plays simulated rounds until `until` rounds are played. Counts selections and calls by arm.
    fn play<W: World>(&mut self, simulation: &Simulation, world: &W, until: u32, scratch: &mut Scratch, bin: usize) {
        let game = &simulation.game;
        let arms = game.setting.arms;
        let Game { stop_at_success, stop_at_failure, .. } = **game;
        let one_by_one = stop_at_success || stop_at_failure;
        let selected = scratch.selected.get_mut(bin * arms..(bin + 1) * arms).unwrap_or(&mut []);
        while self.round < until {
            let now = self.begin(simulation, world);
            self.ask(simulation);
            scratch.observed.clear();
            let mut unobserved = Unobserved::default();
            let mut stopped = false;
            for &arm in &self.choice.arms {
                if let Some(count) = selected.get_mut(arm) {
                    *count += 1;
                }
                let outcome = world.outcome(now, arm);
                if stopped {
                    unobserved.uncalled_cost += outcome.cost;
                    continue;
                }
                scratch.observed.push(Observation { arm, reward: outcome.reward, cost: outcome.cost });
                if let Some(count) = scratch.called.get_mut(arm) {
                    *count += 1;
                }
                if let Some(latency) = world.latency_ms(now, arm) {
                    let sum = unobserved.latency_ms + latency;
                    let most = if latency > unobserved.latency_ms { latency } else { unobserved.latency_ms };
                    unobserved.latency_ms = if one_by_one { sum } else { most };
                }
                stopped = (stop_at_success && outcome.reward >= 1.0) || (stop_at_failure && outcome.reward <= 0.0);
            }
            self.tell(simulation, &scratch.observed, unobserved);
        }
    }
}

impl Run {
    /// Plays until `until` rounds are played; all of them lie in one segment.
    fn play_segment(&mut self, simulation: &Simulation, until: u32, scratch: &mut Scratch, bin: usize) {
        let state = simulation.game.segments.get(self.segment).map_or(0, |segment| segment.world);
        match &simulation.game.world {
            AnyWorld::Synthetic(worlds) => {
                if let Some(world) = worlds.get(state) {
                    self.play(simulation, world, until, scratch, bin);
                }
            }
            // Nobody knows what real models would answer: they are asked ([`crate::live`]).
            AnyWorld::Live { .. } => {}
            AnyWorld::Replay(replay) => match replay.rows(state) {
                Some(rows) if rows.has_context() => {
                    self.play(simulation, &Described(Sparse(Changed(rows))), until, scratch, bin);
                }
                Some(rows) if !rows.presence().is_empty() => {
                    self.play(simulation, &Sparse(Changed(rows)), until, scratch, bin);
                }
                Some(rows) if rows.is_changed() => self.play(simulation, &Changed(rows), until, scratch, bin),
                Some(rows) => self.play(simulation, &rows, until, scratch, bin),
                None => {}
            },
        }
    }

    /// Plays until `until` rounds are played, through all segments; stays where it is in a live world. What came back in
    /// the last round is left in `scratch`.
    pub(crate) fn replay(&mut self, simulation: &Simulation, until: u32, scratch: &mut Scratch) {
        while self.round < until {
            let before = self.round;
            let next = simulation.game.segments.get(self.segment + 1);
            let end = next.map_or(until, |next| until.min(next.from.saturating_sub(1)));
            self.play_segment(simulation, end, scratch, 0);
            if self.round == before {
                return;
            }
        }
    }

    /// The run as it has met the next round, before the policy chooses; and the row of data that is played there.
    pub(crate) fn met(&self, simulation: &Simulation) -> (Run, Option<usize>) {
        let mut run = self.clone();
        let state = simulation.game.segments.get(run.segment).map_or(0, |segment| segment.world);
        let row = match &simulation.game.world {
            // Every model is there in every round, and nothing is known of a query.
            AnyWorld::Synthetic(_) | AnyWorld::Live { .. } => None,
            AnyWorld::Replay(replay) => replay.rows(state).map(|rows| {
                let (cell, _) = run.begin(simulation, &Described(Sparse(Changed(rows))));
                rows.row(cell)
            }),
        };
        (run, row)
    }

    /// What policies may know of the task in the next round.
    pub(crate) fn setting<'a>(&self, simulation: &'a Simulation) -> Option<&'a Setting> {
        simulation.situations.settings.get(self.situation)
    }

    /// What the regret of the next round is measured against.
    pub(crate) fn optimum<'a>(&self, simulation: &'a Simulation) -> Option<&'a Optimum> {
        simulation.situations.optima.get(self.situation)
    }

    /// The set that was asked for last, and its flags.
    pub(crate) fn choice(&self) -> &Choice {
        &self.choice
    }

    /// True means of the next round.
    pub(crate) fn segment<'a>(&self, simulation: &'a Simulation) -> Option<&'a Segment> {
        simulation.game.segments.get(self.segment)
    }
}

/// What a round cost, scaled, and its realised reward.
#[inline(always)]
pub(crate) fn came_of(model: RewardModel, observed: &[Observation], all_called: bool) -> (f64, f64) {
    let (mut paid, mut sum, mut product, mut any) = (0.0, 0.0, 1.0, 0.0);
    for seen in observed {
        paid += seen.cost;
        sum += seen.reward;
        product *= seen.reward;
        any = if seen.reward > any { seen.reward } else { any };
    }
    let realised = match model {
        RewardModel::Awc => any,
        RewardModel::Suc => sum,
        RewardModel::Aic if all_called && !observed.is_empty() => product,
        RewardModel::Aic => 0.0,
    };
    (paid, realised)
}

/// Where nobody is there nobody is chosen.
#[inline]
fn select(player: &mut Player, setting: &Setting, t: u32, choice: &mut Choice) {
    if setting.available.is_empty() {
        choice.empty = true;
    } else {
        player.select(setting, t, choice);
    }
}

/// Space that playing needs, shared by the runs of a job.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scratch {
    /// What came back from the models called in the round played last.
    pub observed: Vec<Observation>,
    /// Selections by bin and arm, over all runs of the job.
    selected: Vec<u32>,
    /// Calls by arm, over all runs of the job.
    called: Vec<u64>,
}

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
        while self.runs.get(self.turn).is_some_and(|run| run.round >= end) {
            self.turn += 1;
        }
        let mut played = 0;
        if let Some(run) = self.runs.get_mut(self.turn) {
            let until = end.min(run.round.saturating_add(quantum.max(1)));
            played = until - run.round;
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
    let totals = &run.totals;
    let rounds = f64::from(run.round.max(1));
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
        f64::from(run.coverage.as_ref().is_some_and(Coverage::holds)),
    ]
}
