//! The loop as ask and tell, and the jobs that a run is made of.
//!
//! A [`Run`] is one policy in one replicate: [`Run::ask`] it for its set, [`Run::tell`] it what came back. It can be
//! written down between rounds. [`Run::play`] is the same loop with a simulated world in the middle.
//!
//! A [`Job`] is one policy in a block of replicates. Blocks depend on the number of replicates alone, and their
//! statistics are merged in order ([`crate::summary::Collector`]), so results do not depend on who plays which job.

use crate::game::Game;
use crate::optimum::Optimum;
use crate::order::sort_by;
use crate::situation::Situations;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

mod job;
mod run;

pub use job::{JobState, JobUpdate, TRACKED};
pub use run::{Run, Totals, Unobserved};
pub(crate) use run::{Scratch, came_of};

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
