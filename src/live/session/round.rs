//! A round under way: who of the set has been called, and what has come back.

use crate::bandit::policy::{Choice, Observation};

/// A round between its choice and its end.
#[derive(Debug, Clone)]
pub(super) struct Round {
    pub choice: Choice,
    /// One an arm of the set, in the order of calls.
    pub cells: Vec<Cell>,
}

/// How far one arm of the set is. Costs are dollars, latencies milliseconds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Cell {
    /// To be called, with the number of the try, not before this time of the run.
    Waiting { attempt: u32, since: f64 },
    /// The call with this number is under way.
    Called { call: u64, attempt: u32 },
    /// It has answered; the judge is to be called.
    ToJudge { answer: Answered, attempt: u32, since: f64 },
    /// The judge is being called.
    Judging { answer: Answered, call: u64, attempt: u32 },
    /// Scored.
    Seen { score: f64, answer: Answered },
    /// Nothing is known of it. What it has cost is known all the same, where it has answered; `free`: for certain nothing was
    /// billed.
    Missing { answer: Option<Answered>, free: bool },
    /// Its turn never came.
    Uncalled,
}

/// An answer that has come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Answered {
    /// Number of the call.
    pub call: u64,
    /// Dollars, at the worst case where they are unknown.
    pub cost: f64,
    pub latency_ms: f64,
}

impl Cell {
    const FRESH: Cell = Cell::Waiting { attempt: 1, since: 0.0 };

    pub fn is_done(&self) -> bool {
        matches!(self, Cell::Seen { .. } | Cell::Missing { .. } | Cell::Uncalled)
    }
}

/// When calls of a set end early.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rule {
    /// Under AWC: score from which an answer is a success.
    pub threshold: Option<f64>,
    pub stop_at_success: bool,
    pub stop_at_failure: bool,
}

impl Rule {
    /// The reward of a score.
    pub fn reward(&self, score: f64) -> f64 {
        match self.threshold {
            Some(threshold) => f64::from(u8::from(score >= threshold)),
            None => score,
        }
    }

    /// Whether models are called one after another.
    pub fn one_by_one(&self) -> bool {
        self.stop_at_success || self.stop_at_failure
    }
}

impl Round {
    pub fn new(choice: Choice) -> Round {
        Round { cells: vec![Cell::FRESH; choice.arms.len()], choice }
    }

    pub fn is_done(&self) -> bool {
        self.cells.iter().all(Cell::is_done)
    }

    /// The places of the set that may be under way now.
    pub fn turn(&self, rule: &Rule) -> std::ops::Range<usize> {
        if !rule.one_by_one() {
            return 0..self.cells.len();
        }
        let next = self.cells.iter().position(|cell| !cell.is_done()).unwrap_or(self.cells.len());
        next..(next + 1).min(self.cells.len())
    }

    /// The cell of an arm.
    pub fn cell(&mut self, arm: usize) -> Option<&mut Cell> {
        let place = self.choice.arms.iter().position(|other| *other == arm)?;
        self.cells.get_mut(place)
    }

    /// Whether models were chosen and not one of them could be called: nothing was paid, and nothing is known.
    pub fn is_void(&self) -> bool {
        !self.cells.is_empty()
            && self.cells.iter().all(|cell| matches!(cell, Cell::Missing { answer: None, free: true }))
    }

    /// Whoever need not be called any more is not.
    pub fn settle(&mut self, rule: &Rule) {
        let ends = self.cells.iter().any(|cell| match cell {
            Cell::Seen { score, .. } => {
                let reward = rule.reward(*score);
                (rule.stop_at_success && reward >= 1.0) || (rule.stop_at_failure && reward <= 0.0)
            }
            _ => false,
        });
        if ends {
            for cell in &mut self.cells {
                if matches!(cell, Cell::Waiting { attempt: 1, .. }) {
                    *cell = Cell::Uncalled;
                }
            }
        }
    }

    /// What was seen, in the order of calls, costs divided by `scale`.
    pub fn observations(&self, rule: &Rule, scale: f64) -> Vec<Observation> {
        let seen = self.choice.arms.iter().zip(&self.cells).filter_map(|(&arm, cell)| match cell {
            Cell::Seen { score, answer } => {
                Some(Observation { arm, reward: rule.reward(*score), cost: answer.cost / scale })
            }
            _ => None,
        });
        seen.collect()
    }

    /// Milliseconds until the answer: of the calls one after another, else of the slowest.
    pub fn latency_ms(&self, rule: &Rule) -> f64 {
        let took = self.cells.iter().filter_map(|cell| match cell {
            Cell::Seen { answer, .. } | Cell::Missing { answer: Some(answer), .. } => Some(answer.latency_ms),
            _ => None,
        });
        match rule.one_by_one() {
            true => took.sum(),
            false => took.fold(0.0, |most, latency| if latency > most { latency } else { most }),
        }
    }
}
