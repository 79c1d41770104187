//! What is kept between problems: all sets that matter near one of them.
//!
//! Between two rounds of learning the numbers hardly move, yet nearly all the time goes into showing again that no
//! other vertex beats the best. So the first search is run once for a whole neighbourhood: with means and costs more
//! favourable than any problem there, and a limit somewhat above the best product, it notes every set that comes
//! within the limit. A vertex of any problem with lower means and higher costs lies within the favourable polytope and
//! has no smaller a product than under the favourable means; so while the best of the noted sets stays within the
//! limit, nothing else beats it. Where it does not, or where vertices tie, the search runs as if nothing were known.

use super::{Exact, Path, TIE, TOLERANCE};

/// By which part of its miss rate `1 − μ` an arm's mean may rise, and by which part its cost may fall, within the
/// neighbourhood.
const REACH: f64 = 0.0025;

/// The limit, as a multiple of the best product.
const LIMIT: f64 = 1.012;

/// More sets than this are no gain over a search.
const MOST: usize = 48;

/// For so many problems after a failure no neighbourhood is explored.
const PAUSE: u32 = 16;

/// A noted set: what `last_place` needs to know of it.
#[derive(Debug, Clone, Copy)]
struct Lead {
    depth: usize,
    partner: bool,
    /// Ends of its entries in `chosen` and `left`, which begin where the one before ends.
    chosen: usize,
    left: usize,
}

/// A neighbourhood of problems and the sets that matter there.
#[derive(Debug, Clone, Default)]
pub(super) struct Memory {
    /// Highest means and lowest costs; empty before the first problem.
    means: Vec<f64>,
    costs: Vec<f64>,
    n: usize,
    budget: f64,
    limit: f64,
    leads: Vec<Lead>,
    chosen: Vec<usize>,
    left: Vec<usize>,
    /// Whether the sets have been noted.
    explored: bool,
    pause: u32,
}

impl Memory {
    /// Space for `arms` arms.
    pub(super) fn new(arms: usize) -> Self {
        Memory {
            means: Vec::with_capacity(arms),
            costs: Vec::with_capacity(arms),
            leads: Vec::with_capacity(MOST),
            chosen: Vec::with_capacity(MOST * arms),
            left: Vec::with_capacity(MOST * arms),
            ..Memory::default()
        }
    }

    /// Whether a problem lies in the neighbourhood.
    fn holds(&self, means: &[f64], costs: &[f64], n: usize, budget: f64) -> bool {
        if self.means.len() != means.len() || self.n != n || self.budget != budget {
            return false;
        }
        let lower = means.iter().zip(&self.means).fold(true, |all, (mean, high)| all & (mean <= high));
        costs.iter().zip(&self.costs).fold(lower, |all, (cost, low)| all & (cost >= low))
    }

    /// Moves the neighbourhood to a problem.
    fn settle(&mut self, means: &[f64], costs: &[f64], n: usize, budget: f64) {
        self.means.clear();
        self.means.extend(means.iter().map(|mean| mean + REACH * (1.0 - mean)));
        self.costs.clear();
        self.costs.extend(costs.iter().map(|cost| cost * (1.0 - REACH)));
        (self.n, self.budget, self.explored) = (n, budget, false);
    }
}

impl Exact {
    /// Finds the best vertex among the noted sets; false where the search has to run.
    pub(super) fn recall(&mut self, means: &[f64], costs: &[f64]) -> bool {
        if !self.memory.holds(means, costs, self.n, self.budget) {
            self.memory.pause = self.memory.pause.saturating_sub(1);
            self.memory.settle(means, costs, self.n, self.budget);
            return false;
        }
        if !self.memory.explored {
            if self.memory.pause > 0 {
                self.memory.pause -= 1;
                return false;
            }
            self.memory.settle(means, costs, self.n, self.budget);
            if !self.explore(means, costs) {
                self.memory.pause = PAUSE;
                return false;
            }
        }
        if self.replay(means, costs) {
            return true;
        }
        self.memory.pause = if self.tied { PAUSE } else { 0 };
        self.memory.settle(means, costs, self.n, self.budget);
        false
    }

    /// Notes the sets; false where there are too many.
    fn explore(&mut self, means: &[f64], costs: &[f64]) -> bool {
        let arms = means.len();
        let Some(best) = self.best_today(means, costs) else { return false };
        let memory = std::mem::take(&mut self.memory);
        self.prepare(&memory.means, &memory.costs);
        self.memory = memory;
        self.set_goal(best * LIMIT);
        self.memory.limit = best * LIMIT;
        self.memory.leads.clear();
        self.memory.chosen.clear();
        self.memory.left.clear();
        let path = Path::start(self.n, self.budget);
        self.chosen.clear();
        self.left.clear();
        self.descend::<true>(path, arms);
        self.memory.explored = self.memory.leads.len() < MOST;
        self.memory.explored
    }

    /// Notes the chosen arms, the items from `depth` on being undecided.
    pub(super) fn note(&mut self, depth: usize, partner: bool) {
        let memory = &mut self.memory;
        if memory.leads.len() < MOST {
            memory.chosen.extend_from_slice(&self.chosen);
            memory.left.extend_from_slice(&self.left);
            memory.leads.push(Lead { depth, partner, chosen: memory.chosen.len(), left: memory.left.len() });
        }
    }

    /// The best vertex of the noted sets under today's numbers; true where it is the best of all, and alone.
    fn replay(&mut self, means: &[f64], costs: &[f64]) -> bool {
        let arms = means.len();
        for item in &mut self.items[..arms] {
            (item.mean, item.cost) = (means[item.arm], costs[item.arm]);
        }
        self.least = f64::INFINITY;
        self.tied = false;
        self.goal = self.memory.limit;
        // The gap plays no part here.
        self.bound = f64::INFINITY;
        if let Some(best) = self.best_today(means, costs)
            && best < self.goal
        {
            self.set_goal(best);
        }
        let (mut chosen, mut left) = (0, 0);
        for k in 0..self.memory.leads.len() {
            let lead = self.memory.leads[k];
            self.chosen.clear();
            self.chosen.extend_from_slice(&self.memory.chosen[chosen..lead.chosen]);
            self.left.clear();
            self.left.extend_from_slice(&self.memory.left[left..lead.left]);
            (chosen, left) = (lead.chosen, lead.left);
            let (mut product, mut rest) = (1.0, self.budget);
            for &arm in &self.chosen {
                product *= 1.0 - means[arm];
                rest -= costs[arm];
            }
            if rest >= -TOLERANCE {
                self.last_place::<false>(lead.depth, product, rest, lead.partner, arms);
            }
        }
        !self.tied && self.least + 2.0 * TIE < self.memory.limit
    }
}
