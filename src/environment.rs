//! The world of round `t`: what every model would answer and cost, as a pure function of the seed.
//!
//! A world does not know which policy is playing. Costs are divided by the cost scale here, so that policies see
//! numbers in [0,1]; reports multiply them back.

use crate::random::{below, hash, mix, permuted, unit};
use serde::{Deserialize, Serialize};

/// One model's result in one round.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// Reward `X` in [0,1]; 0 or 1 under AWC.
    pub reward: f64,
    /// Scaled cost `y`.
    pub cost: f64,
}

/// A world that can be asked for any model's outcome in any round.
pub trait World {
    /// What distinguishes one round from another: a hash, or a row.
    type Round: Copy;
    /// Round `t` (from 1) of the replicate with this key ([`crate::random::world_key`]).
    fn begin(&self, key: u64, t: u32) -> Self::Round;
    /// What model `arm` does in that round; an index beyond the models fails for free.
    fn outcome(&self, round: Self::Round, arm: usize) -> Outcome;
    /// Milliseconds that model `arm` takes in that round, where the data has them.
    fn latency_ms(&self, round: Self::Round, arm: usize) -> Option<f64>;
}

/// Independent models: reward ~ Bernoulli(`μ`), cost ~ `c` · Uniform(1 − s, 1 + s).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Synthetic {
    arms: Vec<SyntheticArm>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct SyntheticArm {
    mean_reward: f64,
    least_cost: f64,
    cost_width: f64,
}

impl Synthetic {
    /// A world of models with these mean rewards and mean costs (already scaled) and relative cost spread `s`.
    pub fn new(mean_reward: &[f64], mean_cost: &[f64], spread: f64) -> Self {
        let arms = mean_reward
            .iter()
            .zip(mean_cost)
            .map(|(&mean_reward, &cost)| SyntheticArm {
                mean_reward,
                least_cost: cost * (1.0 - spread),
                cost_width: cost * 2.0 * spread,
            })
            .collect();
        Synthetic { arms }
    }
}

impl World for Synthetic {
    type Round = u64;

    #[inline(always)]
    fn begin(&self, key: u64, t: u32) -> u64 {
        hash(key, t.into())
    }

    #[inline(always)]
    fn outcome(&self, round: u64, arm: usize) -> Outcome {
        let Some(model) = self.arms.get(arm) else {
            return Outcome { reward: 0.0, cost: 0.0 };
        };
        let draw = hash(round, arm as u64);
        let reward = if unit(draw) < model.mean_reward { 1.0 } else { 0.0 };
        Outcome { reward, cost: model.least_cost + model.cost_width * unit(mix(draw)) }
    }

    fn latency_ms(&self, _round: u64, _arm: usize) -> Option<f64> {
        None
    }
}

/// Rows of a data set, drawn independently, reshuffled each pass, or in file order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Replay {
    arms: usize,
    rows: u64,
    order: crate::experiment::Sampling,
    /// Row-major outcomes.
    cells: Vec<Outcome>,
    /// Row-major milliseconds; empty where the data has none, `NaN` for a missing cell.
    latency_ms: Vec<f64>,
}

impl Replay {
    /// A world of `rows` × `arms` outcomes, row-major, and as many latencies or none. `None` where the sizes do not
    /// fit or there is no row.
    pub fn new(
        arms: usize,
        cells: Vec<Outcome>,
        latency_ms: Vec<f64>,
        order: crate::experiment::Sampling,
    ) -> Option<Self> {
        let rows = cells.len().checked_div(arms)?;
        let fits = rows > 0 && rows * arms == cells.len() && (latency_ms.is_empty() || latency_ms.len() == cells.len());
        fits.then_some(Replay { arms, rows: rows as u64, order, cells, latency_ms })
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.rows as usize
    }

    /// Whether the data says how long calls take.
    pub fn has_latency(&self) -> bool {
        !self.latency_ms.is_empty()
    }

    /// One row's outcomes, one a model.
    pub fn row(&self, row: usize) -> &[Outcome] {
        self.cells.get(row * self.arms..(row + 1) * self.arms).unwrap_or(&[])
    }
}

impl World for Replay {
    type Round = usize;

    #[inline(always)]
    fn begin(&self, key: u64, t: u32) -> usize {
        use crate::experiment::Sampling;
        let turn = u64::from(t.wrapping_sub(1));
        let row = match self.order {
            Sampling::Iid => below(hash(key, t.into()), self.rows),
            Sampling::Shuffle => permuted(hash(key, turn / self.rows), turn % self.rows, self.rows),
            Sampling::Sequential => turn % self.rows,
        };
        row as usize * self.arms
    }

    #[inline(always)]
    fn outcome(&self, round: usize, arm: usize) -> Outcome {
        self.cells.get(round + arm).copied().unwrap_or(Outcome { reward: 0.0, cost: 0.0 })
    }

    #[inline(always)]
    fn latency_ms(&self, round: usize, arm: usize) -> Option<f64> {
        self.latency_ms.get(round + arm).copied().filter(|latency| !latency.is_nan())
    }
}

/// Any of the worlds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum AnyWorld {
    /// See [`Synthetic`].
    Synthetic(Synthetic),
    /// See [`Replay`].
    Replay(Replay),
}
