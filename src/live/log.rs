//! What is written down of a run, in order. A run is what its entries make of it: played again in a new tab they give the
//! same state.

use super::fault::{Fault, FaultKind};
use super::ledger::Caps;
use super::protocol::{Ending, Usage};
use serde::{Deserialize, Serialize};

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// When, in milliseconds of running since the start.
    pub at: f64,
    /// What.
    pub what: Record,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Record {
    /// The next rounds begin, for all of which the policy has chosen by what it knew then.
    Batch {
        /// The arms that it could choose from, ascending.
        available: Vec<usize>,
        /// By round its set, in the order of calls.
        sets: Vec<Vec<usize>>,
    },
    /// A call is about to be sent. It may have been billed from here on.
    Intent {
        /// Number of the call, from 0.
        call: u64,
        /// What it is for.
        slot: Slot,
        /// Number of the try, from 1.
        attempt: u32,
        /// The most that it can cost, dollars.
        worst: f64,
    },
    /// A call has ended.
    Outcome {
        /// Number of the call.
        call: u64,
        /// How.
        outcome: Outcome,
    },
    /// A call of the set is not made, because its model is left alone: an observation is missing.
    Skip(Slot),
    /// The person has changed the caps.
    Caps(Caps),
    /// The person wants a model that is left alone to be tried again: its arm.
    TryAgain(usize),
}

/// What a call is for: an arm's answer in a round, or the verdict on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Slot {
    /// Round, from 0.
    pub round: u32,
    /// Arm whose answer it is.
    pub arm: usize,
    /// Whether the judge is called.
    pub judge: bool,
}

/// How a call ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Outcome {
    /// A model has said something.
    Answered(Said),
    /// It has failed.
    Failed {
        /// How.
        fault: Fault,
        /// Milliseconds that it took.
        latency_ms: f64,
    },
    /// It was not sent after all.
    NotSent,
}

/// What a model has said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Said {
    /// The text.
    pub text: String,
    /// Tokens; `None` where the reply does not say, and the call is booked at its worst case.
    pub usage: Option<Usage>,
    /// Whether it came to its end.
    pub ending: Ending,
    /// Dollars by usage.
    pub dollars: Option<f64>,
    /// Score in [0,1], of a verdict the answer's; `None` where a model is to judge, or its verdict is none.
    pub score: Option<f64>,
    /// Milliseconds until the reply was read.
    pub latency_ms: f64,
}

impl Outcome {
    /// Of a call that was under way when the page went.
    pub fn unknown() -> Outcome {
        Outcome::Failed { fault: Fault::new(FaultKind::UnknownOutcome), latency_ms: 0.0 }
    }
}
