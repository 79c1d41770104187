//! Merges the jobs' statistics, block by block in order, into curves and finals.

use super::intervals::{bootstrap_ratio, delta_ratio, student_t, wilson};
use super::{Figure, Finals, Measured, OptimumReport, PolicyResult, Replicate, RunResult, Series};
use crate::order::sort_by;
use crate::plan::Plan;
use crate::random::mix;
use crate::simulation::{BINS, Job, JobUpdate, TRACKED, checkpoints};
use crate::theory::Bounds;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::VecDeque;

/// What a checkpoint holds: mean and sum of squared deviations of each tracked value.
type Moments = [(f64, f64); TRACKED];

/// Places of tracked values.
const VIOLATION: usize = 2;
const EXCESS: usize = 3;
const REWARD: usize = 4;

/// Collects the updates of all jobs of a run, in any order of arrival.
#[derive(Debug, Clone)]
pub struct Collector {
    checkpoints: Vec<u32>,
    jobs: Vec<Job>,
    policies: Vec<Collected>,
    arms: usize,
    /// `t_{0.975, R−1} / sqrt(R (R−1))`; `None` with one replicate.
    half_width: Option<f64>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Collected {
    merged: Vec<Moments>,
    blocks: Vec<Block>,
    /// Selections by bin and arm.
    selected: Vec<u64>,
}

/// What has come from one block of replicates.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Block {
    replicates: u32,
    /// Replicates in the blocks before this one.
    before: u32,
    /// Checkpoints that have arrived and wait for the blocks before.
    waiting: VecDeque<Moments>,
    /// Checkpoints merged.
    merged: usize,
    round: u32,
    /// What was told of `round`, where that is no checkpoint.
    #[serde(skip)]
    between: Option<Moments>,
    bins: usize,
    called: Vec<u64>,
    last: Vec<[f64; 4]>,
    milliseconds: f64,
}

/// A result that is put together policy by policy ([`Collector::add_to`]), so that a page can do other things in between.
#[derive(Debug, Clone, Default)]
pub struct Parts {
    policies: Vec<PolicyResult>,
    hasher: Sha256,
}

impl Collector {
    /// For the jobs of a plan.
    pub fn new(plan: &Plan) -> Collector {
        let replicates = plan.experiment.run.replicates;
        let jobs = crate::simulation::jobs(plan.experiment.policies.len() as u32, replicates);
        let arms = plan.game.setting.arms;
        let mut policies: Vec<Collected> = (plan.experiment.policies.iter())
            .map(|_| Collected { merged: Vec::new(), blocks: Vec::new(), selected: vec![0; arms * BINS as usize] })
            .collect();
        for job in &jobs {
            if let Some(policy) = policies.get_mut(job.policy as usize) {
                let block = Block { replicates: job.replicates, before: job.first, ..Block::default() };
                policy.blocks.push(block);
            }
        }
        let count = f64::from(replicates);
        let half_width = (replicates > 1).then(|| student_t(replicates - 1) / (count * (count - 1.0)).sqrt());
        Collector { checkpoints: checkpoints(plan.game.setting.rounds), jobs, policies, arms, half_width }
    }

    /// What has been collected, once all rounds are in.
    pub(super) fn collected(&self) -> Option<&[Collected]> {
        self.is_complete().then_some(&self.policies)
    }

    /// The collector of a finished run of this plan; `None` where what was collected is of another shape.
    pub(super) fn completed(plan: &Plan, policies: Vec<Collected>) -> Option<Collector> {
        let new = Collector::new(plan);
        let (points, rounds) = (new.checkpoints.len(), plan.game.setting.rounds);
        let same_block = |kept: &Block, block: &Block| {
            (kept.replicates, kept.before, kept.merged, kept.round) == (block.replicates, block.before, points, rounds)
                && kept.waiting.is_empty()
                && kept.bins <= BINS as usize
                && kept.called.len() == new.arms
                && kept.last.len() == block.replicates as usize
        };
        let same = |(kept, policy): (&Collected, &Collected)| {
            kept.merged.len() == points
                && kept.selected.len() == policy.selected.len()
                && kept.blocks.len() == policy.blocks.len()
                && kept.blocks.iter().zip(&policy.blocks).all(|(kept, block)| same_block(kept, block))
        };
        let fits = policies.len() == new.policies.len() && policies.iter().zip(&new.policies).all(same);
        fits.then_some(Collector { policies, ..new })
    }

    /// Takes in one update; those of one job must come in their order.
    pub fn absorb(&mut self, update: JobUpdate) {
        let Some(job) = self.jobs.get(update.job as usize) else { return };
        let Some(policy) = self.policies.get_mut(job.policy as usize) else { return };
        let Some(block) = policy.blocks.get_mut(job.block as usize) else { return };
        block.waiting.extend(moments(&update.statistics));
        block.between = moments(&update.between).next();
        let from = block.bins * self.arms;
        for (sum, count) in policy.selected.iter_mut().skip(from).zip(&update.selected) {
            *sum += u64::from(*count);
        }
        block.bins += update.selected.len().checked_div(self.arms).unwrap_or(0);
        block.round = update.round;
        block.called = update.called;
        if !update.statistics.is_empty() {
            block.last = update.replicates;
        }
        block.milliseconds = update.milliseconds;
        policy.merge();
    }

    /// Rounds played by every replicate of every policy.
    pub fn round(&self) -> u32 {
        self.policies.iter().flat_map(|policy| &policy.blocks).map(|block| block.round).min().unwrap_or(0)
    }

    /// Whether all rounds are in.
    pub fn is_complete(&self) -> bool {
        self.policies.iter().all(|policy| policy.complete() == self.checkpoints.len())
    }

    /// Curves and finals of what every replicate of every policy has played. The digest is of the whole run: empty
    /// until it is complete.
    pub fn result(&self, plan: &Plan, optima: &[OptimumReport]) -> RunResult {
        let mut parts = Parts::default();
        while self.add_to(&mut parts, plan) {}
        self.result_of(parts, plan, optima)
    }

    /// Adds the next policy to the parts of a result; gives whether there was one. Between two of them nothing may be
    /// absorbed.
    pub fn add_to(&self, parts: &mut Parts, plan: &Plan) -> bool {
        let Some(policy) = self.policy_result(plan, parts.policies.len()) else { return false };
        if self.is_complete() {
            hash(&mut parts.hasher, &policy);
        }
        parts.policies.push(policy);
        true
    }

    /// [`Collector::result`] of all its parts.
    pub fn result_of(&self, parts: Parts, plan: &Plan, optima: &[OptimumReport]) -> RunResult {
        let Parts { policies, hasher } = parts;
        let digest = || hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        RunResult {
            engine: env!("CARGO_PKG_VERSION").to_string(),
            digest: if self.is_complete() { digest() } else { String::new() },
            experiment: plan.experiment.clone(),
            models: plan.models.clone(),
            data: plan.files.clone(),
            optimum: optima.to_vec(),
            bounds: optima.first().and_then(|optimum| Bounds::of(&plan.game, optimum.reward?)),
            policies,
        }
    }

    fn policy_result(&self, plan: &Plan, index: usize) -> Option<PolicyResult> {
        let policy = self.policies.get(index)?;
        // All policies are shown up to the same round, so that they can be compared.
        let count = self.policies.iter().map(Collected::complete).min().unwrap_or(0);
        let mut moments = policy.merged.get(..count)?.to_vec();
        let mut rounds = self.checkpoints.get(..count)?.to_vec();
        if let Some((round, between)) = self.between(rounds.last().copied()).and_then(|round| policy.between(round)) {
            moments.push(between);
            rounds.push(round);
        }
        let moments = &*moments;
        let series = |tracked: usize| Series {
            mean: moments.iter().map(|moment| moment[tracked].0).collect(),
            ci95: self
                .half_width
                .map(|factor| moments.iter().map(|moment| factor * moment[tracked].1.sqrt()).collect()),
        };
        let scale = plan.game.cost_scale;
        let ratio = |denominator: usize, sum: usize| {
            let at = |moment: &Moments| {
                let (reward, (cost, spread)) = (moment[REWARD], moment[denominator]);
                let covariance = 0.5 * (moment[sum].1 - reward.1 - spread / (scale * scale)) * scale;
                delta_ratio(reward, (cost, spread), covariance, self.half_width)
            };
            let (mean, ci95): (Vec<f64>, Vec<f64>) = moments.iter().map(at).unzip();
            Series { mean, ci95: self.half_width.map(|_| ci95) }
        };
        let budgeted = plan.experiment.task.budget.is_some();
        let priced = plan.mean_cost.is_some();
        let names = |shares: Vec<f64>| plan.models.iter().cloned().zip(shares).collect();
        let replicates = f64::from(plan.experiment.run.replicates);
        let bins = self.policies.iter().map(Collected::bins).min().unwrap_or(0);
        let planned = plan.game.setting.rounds;
        let all_bins = u64::from(BINS.min(planned));
        let end_of = |bin: usize| ((bin as u64 + 1) * u64::from(planned) / all_bins) as f64;
        let share_over_time: Vec<Vec<f64>> = (policy.selected.chunks(self.arms.max(1)).take(bins).enumerate())
            .map(|(bin, counts)| {
                let length = end_of(bin) - if bin == 0 { 0.0 } else { end_of(bin - 1) };
                counts.iter().map(|count| *count as f64 / (length * replicates)).collect()
            })
            .collect();
        // Shares of all rounds so far: of selections over the completed bins, of calls over the rounds told.
        let mut selection = vec![0.0; self.arms];
        for counts in policy.selected.chunks(self.arms.max(1)).take(bins) {
            for (share, count) in selection.iter_mut().zip(counts) {
                *share += *count as f64;
            }
        }
        let binned = if bins == 0 { 1.0 } else { end_of(bins - 1) * replicates };
        let mut called = vec![0.0; self.arms];
        let mut played = 0.0;
        for block in &policy.blocks {
            played += f64::from(block.round) * f64::from(block.replicates);
            for (share, count) in called.iter_mut().zip(&block.called) {
                *share += *count as f64;
            }
        }
        selection.iter_mut().for_each(|share| *share /= binned);
        called.iter_mut().for_each(|share| *share /= if played > 0.0 { played } else { 1.0 });
        Some(PolicyResult {
            label: plan.labels.get(index)?.clone(),
            kind: plan.experiment.policies.get(index)?.kind.name().to_string(),
            rounds,
            regret: series(0),
            regret_relaxed: series(1),
            violation: budgeted.then(|| series(VIOLATION)),
            excess: budgeted.then(|| series(EXCESS)),
            reward: series(REWARD),
            expected_reward: series(5),
            cost: priced.then(|| series(6)),
            nominal_cost: priced.then(|| series(7)),
            ratio: budgeted.then(|| ratio(EXCESS, 12)),
            ratio_violation: budgeted.then(|| ratio(VIOLATION, 13)),
            finals: self.finals(plan, index, moments),
            selection: names(selection),
            called: names(called),
            share_over_time,
            replicates: (policy.blocks.iter().flat_map(|block| &block.last))
                .map(|&[reward, excess, violation, cost]| Replicate { reward, excess, violation, cost })
                .collect(),
            time_per_round_us: Measured(policy.time_per_round_us()),
        })
    }

    /// The round after the `last` checkpoint that every replicate of every policy stands at, where that is no checkpoint.
    fn between(&self, last: Option<u32>) -> Option<u32> {
        let mut blocks = self.policies.iter().flat_map(|policy| &policy.blocks).peekable();
        let round = blocks.peek()?.round;
        let all = blocks.all(|block| block.round == round && block.between.is_some());
        (all && last.is_none_or(|last| last < round)).then_some(round)
    }

    fn finals(&self, plan: &Plan, index: usize, moments: &[Moments]) -> Finals {
        let Some(last) = moments.last() else { return Finals::default() };
        let figure = |tracked: usize| Figure {
            mean: Some(last[tracked].0),
            ci95: self.half_width.map(|factor| factor * last[tracked].1.sqrt()),
        };
        let budgeted =
            |tracked| if plan.experiment.task.budget.is_some() { figure(tracked) } else { Figure::default() };
        let priced = |tracked| if plan.mean_cost.is_some() { figure(tracked) } else { Figure::default() };
        // The same replicates are drawn for every policy, so that no policy's interval depends on its place in the list.
        let seed = mix(plan.experiment.run.seed ^ 0x5A71_0000);
        let ratio = |tracked: usize, place: usize| {
            if plan.experiment.task.budget.is_none() || last[tracked].0 <= 0.0 {
                return Figure::default();
            }
            // The interval takes part in the result only when all replicates have come to the same, last round.
            let ci95 = self.is_complete().then(|| {
                let pairs: Vec<(f64, f64)> = (self.policies.get(index).into_iter())
                    .flat_map(|policy| &policy.blocks)
                    .flat_map(|block| &block.last)
                    .map(|values| (values[0], values[place]))
                    .collect();
                bootstrap_ratio(&pairs, seed)
            });
            Figure { mean: Some(last[REWARD].0 / last[tracked].0), ci95: ci95.flatten() }
        };
        Finals {
            regret: figure(0),
            regret_relaxed: figure(1),
            violation: budgeted(VIOLATION),
            excess: budgeted(EXCESS),
            reward: figure(REWARD),
            expected_reward: figure(5),
            cost: priced(6),
            nominal_cost: priced(7),
            ratio: ratio(EXCESS, 1),
            ratio_violation: ratio(VIOLATION, 2),
            calls: figure(8),
            infeasible_rounds: figure(9),
            empty_rounds: figure(10),
            unproven_rounds: figure(14),
            latency_ms: if plan.game.world.has_latency() { figure(11) } else { Figure::default() },
            coverage: match plan.game.lemma(index) {
                Some(_) => share(last[15].0, plan.experiment.run.replicates),
                None => Figure::default(),
            },
        }
    }
}

/// A share of replicates, from the mean of zeros and ones.
fn share(mean: f64, replicates: u32) -> Figure {
    let share = libm::round(mean * f64::from(replicates)) / f64::from(replicates);
    Figure { mean: Some(share), ci95: (replicates > 1).then(|| wilson(share, replicates)) }
}

impl Collected {
    /// Checkpoints that all blocks have reached.
    fn complete(&self) -> usize {
        self.blocks.last().map_or(0, |block| block.merged)
    }

    /// Bins that all blocks have completed.
    fn bins(&self) -> usize {
        self.blocks.iter().map(|block| block.bins).min().unwrap_or(0)
    }

    /// What all blocks together have told of a round that is no checkpoint.
    fn between(&self, round: u32) -> Option<(u32, Moments)> {
        let mut sum: Option<Moments> = None;
        for block in &self.blocks {
            let more = block.between?;
            match &mut sum {
                Some(sum) => combine(sum, &more, f64::from(block.before), f64::from(block.replicates)),
                None => sum = Some(more),
            }
        }
        sum.map(|sum| (round, sum))
    }

    /// Median over the blocks of the time that a round took, µs; `None` where no clock was read.
    fn time_per_round_us(&self) -> Option<f64> {
        let rounds = |block: &Block| f64::from(block.round) * f64::from(block.replicates);
        let timed = self.blocks.iter().filter(|block| block.milliseconds > 0.0 && block.round > 0);
        let mut times: Vec<f64> = timed.map(|block| 1000.0 * block.milliseconds / rounds(block)).collect();
        sort_by(&mut times, f64::total_cmp);
        times.get(times.len() / 2).copied()
    }

    /// Merges what can be merged: a block's checkpoint once the block before it has that checkpoint in.
    fn merge(&mut self) {
        let mut allowed = usize::MAX;
        for block in &mut self.blocks {
            while block.merged < allowed
                && let Some(moments) = block.waiting.pop_front()
            {
                match self.merged.get_mut(block.merged) {
                    Some(sum) => combine(sum, &moments, f64::from(block.before), f64::from(block.replicates)),
                    None => self.merged.push(moments),
                }
                block.merged += 1;
            }
            allowed = block.merged;
        }
    }
}

/// What a job's update tells of checkpoints.
fn moments(statistics: &[f64]) -> impl Iterator<Item = Moments> {
    statistics.chunks_exact(2 * TRACKED).map(|values| {
        let (means, squares) = values.split_at(TRACKED);
        let mut moments = [(0.0, 0.0); TRACKED];
        for ((moment, mean), square) in moments.iter_mut().zip(means).zip(squares) {
            *moment = (*mean, *square);
        }
        moments
    })
}

/// Chan, Golub and LeVeque's update of mean and sum of squared deviations of `a` values by those of `b` more.
fn combine(sum: &mut Moments, more: &Moments, a: f64, b: f64) {
    for ((mean, square), (other_mean, other_square)) in sum.iter_mut().zip(more) {
        let deviation = other_mean - *mean;
        *mean += deviation * (b / (a + b));
        *square += other_square + deviation * deviation * (a * b / (a + b));
    }
}

/// Hashes a policy's part of the digest: SHA-256 over the little-endian f64 of all series that are defined, policy by policy,
/// in the order of [`PolicyResult::series`], each the means, then the half-widths where there are any.
fn hash(hasher: &mut Sha256, policy: &PolicyResult) {
    // Eight bytes at a time would cost more than the hashing.
    let mut bytes = Vec::new();
    for (_, series) in policy.series() {
        bytes.clear();
        let values = series.mean.iter().chain(series.ci95.iter().flatten());
        bytes.extend(values.flat_map(|value| value.to_le_bytes()));
        hasher.update(&bytes);
    }
}
