//! The world of round `t`: what every model would answer and cost, as a pure function of the seed.
//!
//! A world does not know which policy is playing. Costs are divided by the cost scale here, so that policies see
//! numbers in [0,1]; reports multiply them back.

use crate::experiment::Sampling;
use crate::random::{below, hash, mix, permuted, unit};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::ops::Range;

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
    /// Which of [`Replay::patterns`] says who is there in that round; `None` where nobody's result is missing in any.
    #[inline(always)]
    fn pattern(&self, _round: Self::Round) -> Option<usize> {
        None
    }
    /// What policies may know of that round's query ([`Replay::with_context`]); `None` where they are told nothing in any.
    #[inline(always)]
    fn context(&self, _round: Self::Round) -> Option<&[f64]> {
        None
    }
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

/// Rows of a data set, and the parts of them that are played one after another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Replay {
    arms: usize,
    order: Sampling,
    /// Row-major outcomes.
    cells: Vec<Outcome>,
    /// Row-major milliseconds; empty where the data has none, `NaN` for a missing cell.
    latency_ms: Vec<f64>,
    /// Whether the data says how long calls take, also where the rows are taken out.
    timed: bool,
    parts: Vec<Part>,
    /// The different sets of arms that rows have a result of, each ascending, in the order of their first row; empty
    /// where no result is missing.
    patterns: Vec<Vec<usize>>,
    /// By row, its place in `patterns`; empty where that is.
    presence: Vec<u32>,
    /// Row-major, what policies may know of the row's query; empty where they are told nothing, and where the rows are
    /// taken out.
    context: Vec<f64>,
    /// Numbers of a row in it; 0 where policies are told nothing.
    width: usize,
}

/// What is taken out of a world: outcomes, latencies and contexts, each row-major, the latter two empty where there are
/// none.
pub type TakenRows = (Vec<Outcome>, Vec<f64>, Vec<f64>);

/// Consecutive rows, and how models have changed since these were recorded.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// First round in which these rows are played: the first pass over them begins there.
    since: u32,
    rows: Range<usize>,
    /// One a model; empty where nothing has changed.
    changes: Vec<Change>,
}

impl Part {
    /// Rows played from round `since` on with these changes, one a model, whose costs are divided by `cost_scale` here.
    pub fn new(since: u32, rows: Range<usize>, mut changes: Vec<Change>, cost_scale: f64) -> Part {
        if changes.iter().all(|change| *change == Change::NONE) {
            changes.clear();
        }
        changes.iter_mut().for_each(|change| change.cost_offset /= cost_scale);
        Part { since, rows, changes }
    }
}

/// How a model's recorded outcomes are turned into those of a model with other means, row by row, so that what models
/// have in common is kept: too many rewards are lost by a coin, missing ones won by one; costs are multiplied.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Change {
    /// Probability that a reward is kept.
    keep: f64,
    /// Probability that what is missing to a reward of 1 is added.
    lift: f64,
    cost_factor: f64,
    cost_offset: f64,
}

impl Change {
    /// Nothing changes.
    pub const NONE: Change = Change { keep: 1.0, lift: 0.0, cost_factor: 1.0, cost_offset: 0.0 };

    /// From recorded means (reward in [0,1], cost ≥ 0) to other ones. Costs that were all 0 become the new mean.
    pub fn new(recorded: (f64, f64), wanted: (f64, f64)) -> Change {
        let mut change = Change::NONE;
        if wanted.0 < recorded.0 {
            change.keep = wanted.0 / recorded.0;
        } else if wanted.0 > recorded.0 {
            change.lift = (wanted.0 - recorded.0) / (1.0 - recorded.0);
        }
        if wanted.1 != recorded.1 {
            if recorded.1 > 0.0 {
                change.cost_factor = wanted.1 / recorded.1;
            } else {
                change.cost_offset = wanted.1;
            }
        }
        change
    }

    /// The cost that a recorded one becomes.
    pub fn cost(&self, recorded: f64) -> f64 {
        recorded * self.cost_factor + self.cost_offset
    }
}

impl Replay {
    /// A world of rows × `arms` outcomes, row-major, as many latencies or none, and the parts they are played in. A model
    /// whose reward is `NaN` is away in the rounds that the row is played in. `None` where the sizes do not fit or a part
    /// has no row.
    pub fn new(
        arms: usize,
        cells: Vec<Outcome>,
        latency_ms: Vec<f64>,
        order: Sampling,
        parts: Vec<Part>,
    ) -> Option<Self> {
        let rows = cells.len().checked_div(arms)?;
        let fits = rows * arms == cells.len() && (latency_ms.is_empty() || latency_ms.len() == cells.len());
        let in_range = |part: &Part| {
            !part.rows.is_empty() && part.rows.end <= rows && (part.changes.is_empty() || part.changes.len() == arms)
        };
        let valid = fits && !parts.is_empty() && parts.iter().all(in_range);
        let (patterns, presence) = presence(&cells, arms);
        let timed = !latency_ms.is_empty();
        let (context, width) = (Vec::new(), 0);
        valid.then_some(Replay { arms, order, cells, latency_ms, timed, parts, patterns, presence, context, width })
    }

    /// The same world whose rows also say what policies may know of their query: `width` > 0 numbers a row, row-major.
    /// `None` where these are not as many.
    pub fn with_context(self, context: Vec<f64>, width: usize) -> Option<Self> {
        let rows = self.cells.len().checked_div(self.arms)?;
        (width > 0 && rows.checked_mul(width) == Some(context.len())).then_some(Replay { context, width, ..self })
    }

    /// Whether the data says how long calls take.
    pub fn has_latency(&self) -> bool {
        self.timed
    }

    /// The different sets of arms that rows have a result of, each ascending; none where no result is missing.
    pub fn patterns(&self) -> &[Vec<usize>] {
        &self.patterns
    }

    /// The rows of a part; `None` where there is no such part.
    #[inline]
    pub fn rows(&self, part: usize) -> Option<Rows<'_>> {
        let part = self.parts.get(part)?;
        let cells = part.rows.start * self.arms..part.rows.end * self.arms;
        Some(Rows {
            arms: self.arms,
            first: part.rows.start,
            rows: part.rows.len() as u64,
            order: self.order,
            since: part.since,
            latency_ms: self.latency_ms.get(cells.clone()).unwrap_or(&[]),
            presence: self.presence.get(part.rows.clone()).unwrap_or(&[]),
            cells: self.cells.get(cells)?,
            changes: &part.changes,
            context: self.context.get(part.rows.start * self.width..part.rows.end * self.width).unwrap_or(&[]),
            width: self.width,
        })
    }
}

/// The rows of one part as a world: drawn independently, reshuffled each pass, or in file order.
#[derive(Debug, Clone, Copy)]
pub struct Rows<'a> {
    arms: usize,
    /// Rows of the parts before.
    first: usize,
    rows: u64,
    order: Sampling,
    since: u32,
    cells: &'a [Outcome],
    latency_ms: &'a [f64],
    presence: &'a [u32],
    changes: &'a [Change],
    context: &'a [f64],
    width: usize,
}

impl<'a> Rows<'a> {
    /// The rows as recorded, one outcome a model each.
    pub fn iter(&self) -> impl Iterator<Item = &'a [Outcome]> {
        self.cells.chunks_exact(self.arms.max(1))
    }

    /// Whether models have changed since the rows were recorded.
    pub fn is_changed(&self) -> bool {
        !self.changes.is_empty()
    }

    /// Which of all rows that are played begins with this cell of the part, from 0.
    pub fn row(&self, cell: usize) -> usize {
        self.first + cell.checked_div(self.arms).unwrap_or(0)
    }

    /// Whether the rows say what policies may know of their query.
    pub fn has_context(&self) -> bool {
        !self.context.is_empty()
    }

    /// By row, its place in [`Replay::patterns`]; empty where no result is missing in any part.
    pub fn presence(&self) -> &'a [u32] {
        self.presence
    }
}

/// The different sets of arms that rows have a result of, and by row the place of its own; both empty where no result is
/// missing.
fn presence(cells: &[Outcome], arms: usize) -> (Vec<Vec<usize>>, Vec<u32>) {
    let mut patterns: Vec<Vec<usize>> = Vec::new();
    if cells.iter().all(|cell| !cell.reward.is_nan()) {
        return (patterns, Vec::new());
    }
    let mut known: HashMap<Vec<usize>, u32> = HashMap::new();
    let of = (cells.chunks_exact(arms.max(1)))
        .map(|row| {
            let there: Vec<usize> =
                (0..).zip(row).filter(|(_, cell)| !cell.reward.is_nan()).map(|(arm, _)| arm).collect();
            *known.entry(there).or_insert_with_key(|there| {
                patterns.push(there.clone());
                patterns.len() as u32 - 1
            })
        })
        .collect();
    (patterns, of)
}

impl World for Rows<'_> {
    type Round = usize;

    #[inline(always)]
    fn begin(&self, key: u64, t: u32) -> usize {
        let turn = u64::from(t.wrapping_sub(self.since));
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

/// Rows whose models have changed since they were recorded.
#[derive(Debug, Clone, Copy)]
pub struct Changed<'a>(pub Rows<'a>);

impl World for Changed<'_> {
    /// The row, and the hash that the coins come from.
    type Round = (usize, u64);

    #[inline]
    fn begin(&self, key: u64, t: u32) -> (usize, u64) {
        (self.0.begin(key, t), mix(hash(key, t.into())))
    }

    #[inline]
    fn outcome(&self, (row, coins): (usize, u64), arm: usize) -> Outcome {
        let recorded = self.0.outcome(row, arm);
        let Some(change) = self.0.changes.get(arm) else { return recorded };
        let coin = unit(hash(coins, arm as u64));
        let kept = if coin < change.keep { recorded.reward } else { 0.0 };
        let reward = if coin < change.lift { 1.0 } else { kept };
        Outcome { reward, cost: change.cost(recorded.cost) }
    }

    #[inline]
    fn latency_ms(&self, (row, _): (usize, u64), arm: usize) -> Option<f64> {
        self.0.latency_ms(row, arm)
    }
}

/// Rows of which some miss the results of models, whether these have changed or not.
#[derive(Debug, Clone, Copy)]
pub struct Sparse<'a>(pub Changed<'a>);

impl World for Sparse<'_> {
    type Round = (usize, u64);

    #[inline]
    fn begin(&self, key: u64, t: u32) -> (usize, u64) {
        self.0.begin(key, t)
    }

    #[inline]
    fn outcome(&self, round: (usize, u64), arm: usize) -> Outcome {
        self.0.outcome(round, arm)
    }

    #[inline]
    fn latency_ms(&self, round: (usize, u64), arm: usize) -> Option<f64> {
        self.0.latency_ms(round, arm)
    }

    #[inline]
    fn pattern(&self, (cell, _): (usize, u64)) -> Option<usize> {
        let Rows { arms, presence, .. } = self.0.0;
        presence.get(cell.checked_div(arms)?).map(|pattern| *pattern as usize)
    }
}

/// Rows that say what policies may know of their query, whatever else they miss and have changed.
#[derive(Debug, Clone, Copy)]
pub struct Described<'a>(pub Sparse<'a>);

impl World for Described<'_> {
    type Round = (usize, u64);

    #[inline]
    fn begin(&self, key: u64, t: u32) -> (usize, u64) {
        self.0.begin(key, t)
    }

    #[inline]
    fn outcome(&self, round: (usize, u64), arm: usize) -> Outcome {
        self.0.outcome(round, arm)
    }

    #[inline]
    fn latency_ms(&self, round: (usize, u64), arm: usize) -> Option<f64> {
        self.0.latency_ms(round, arm)
    }

    #[inline]
    fn pattern(&self, round: (usize, u64)) -> Option<usize> {
        self.0.pattern(round)
    }

    #[inline]
    fn context(&self, (cell, _): (usize, u64)) -> Option<&[f64]> {
        let Rows { arms, context, width, .. } = self.0.0.0;
        let start = cell.checked_div(arms)? * width;
        context.get(start..start + width)
    }
}

/// Any of the worlds, in each of its states: drift leads from one to the next.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum AnyWorld {
    /// See [`Synthetic`].
    Synthetic(Vec<Synthetic>),
    /// See [`Replay`].
    Replay(Replay),
    /// Real models, that are asked when their turn comes: nobody knows beforehand what they would answer.
    Live {
        /// Numbers that policies are told of a round's query; 0 where they are told nothing.
        width: usize,
    },
}

impl AnyWorld {
    /// About how many bytes its rows take, also where they are taken out.
    pub fn bytes(&self) -> usize {
        match self {
            AnyWorld::Synthetic(_) | AnyWorld::Live { .. } => 0,
            AnyWorld::Replay(replay) => {
                let rows = self.rows();
                let latency = if replay.timed { size_of::<f64>() } else { 0 };
                rows * (replay.arms * (size_of::<Outcome>() + latency) + replay.width * size_of::<f64>())
            }
        }
    }

    /// Takes what all rows say out; nothing where the world has no rows. The world is to be given it back by
    /// [`AnyWorld::put_rows`] before it is asked for a round.
    pub fn take_rows(&mut self) -> TakenRows {
        use std::mem::take;
        match self {
            AnyWorld::Synthetic(_) | AnyWorld::Live { .. } => TakenRows::default(),
            AnyWorld::Replay(replay) => {
                (take(&mut replay.cells), take(&mut replay.latency_ms), take(&mut replay.context))
            }
        }
    }

    /// Puts back what [`AnyWorld::take_rows`] took.
    pub fn put_rows(&mut self, (cells, latency_ms, context): TakenRows) {
        if let AnyWorld::Replay(replay) = self {
            (replay.cells, replay.latency_ms, replay.context) = (cells, latency_ms, context);
        }
    }

    /// Rows of data that are played; 0 where each round is drawn anew.
    pub fn rows(&self) -> usize {
        match self {
            AnyWorld::Synthetic(_) | AnyWorld::Live { .. } => 0,
            AnyWorld::Replay(replay) => replay.parts.iter().map(|part| part.rows.end).max().unwrap_or(0),
        }
    }

    /// Numbers that policies are told of a round's query; 0 where they are told nothing.
    pub fn context_width(&self) -> usize {
        match self {
            AnyWorld::Synthetic(_) => 0,
            AnyWorld::Live { width } => *width,
            AnyWorld::Replay(replay) => replay.width,
        }
    }

    /// Whether it says how long calls take.
    pub fn has_latency(&self) -> bool {
        matches!(self, AnyWorld::Replay(replay) if replay.has_latency())
    }

    /// Whether models are away in rounds whose row has no result of them.
    pub fn has_missing(&self) -> bool {
        matches!(self, AnyWorld::Replay(replay) if !replay.patterns.is_empty())
    }
}
