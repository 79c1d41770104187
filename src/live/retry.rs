//! What becomes of a call that failed, and of a model that keeps failing.

use super::fault::{Fault, FaultKind};
use serde::{Deserialize, Serialize};

/// First pause before another try, milliseconds; doubled by each try.
const FIRST: f64 = 1_000.0;
/// Longest pause that is chosen here.
const LONGEST: f64 = 60_000.0;
/// Longest pause that a provider may ask for; beyond it the model is left alone instead.
const LONGEST_ASKED: f64 = 600_000.0;
/// Failures in a row after which a model is left alone.
const STREAK: u32 = 3;
/// How long it is left alone at first; doubled each time.
const ALONE: f64 = 30_000.0;
/// Longest time that it is left alone.
const LONGEST_ALONE: f64 = 900_000.0;

/// What becomes of a failed call.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Next {
    /// It is made again after so many milliseconds.
    Again(f64),
    /// It is given up: the observation is missing.
    GiveUp,
}

/// Decides after the try with this number, from 1, of at most 1 + `retries`. Only a reply that says that nothing was done
/// is a reason to try again: where nobody knows, a second call might be paid twice. `draw` in [0,1) spreads the pauses of
/// calls that failed together. What the provider asks for is obeyed.
pub fn next(fault: &Fault, attempt: u32, retries: u32, draw: f64) -> Next {
    if !fault.kind.is_transient() || attempt > retries {
        return Next::GiveUp;
    }
    let doubled = FIRST * f64::from(1u32 << (attempt.saturating_sub(1)).min(10));
    let own = if doubled > LONGEST { LONGEST } else { doubled } * (0.5 + 0.5 * draw);
    match fault.retry_after_ms {
        Some(asked) if asked > LONGEST_ASKED => Next::GiveUp,
        // A little after what was asked for, so that not all come at once.
        Some(asked) if asked > own => Next::Again(asked + 0.1 * own),
        _ => Next::Again(own),
    }
}

/// How a model is doing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    /// Failures in a row.
    streak: u32,
    /// Times in a row that it was left alone.
    times: u32,
    /// Until when it is left alone, milliseconds of the run.
    until: f64,
    /// Why.
    why: Option<Fault>,
}

impl Standing {
    /// Whether it may be called.
    pub fn is_there(&self, at: f64) -> bool {
        self.until <= at
    }

    /// Until when it is left alone, milliseconds of the run.
    pub fn until(&self) -> f64 {
        self.until
    }

    /// The failure for which it is, or was last, left alone; `None` once it has answered.
    pub fn why(&self) -> Option<&Fault> {
        self.why.as_ref()
    }

    /// Whether what fails will not pass by itself, and it has been tried again in vain.
    pub fn is_hopeless(&self) -> bool {
        self.times > 1 && self.why.as_ref().is_some_and(|fault| fault.kind.is_lasting())
    }

    /// It has answered.
    pub fn answered(&mut self) {
        *self = Standing::default();
    }

    /// A call of it was given up.
    pub fn failed(&mut self, fault: &Fault, at: f64) {
        if matches!(fault.kind, FaultKind::Aborted | FaultKind::UnknownOutcome) {
            // That was the person, or the page.
            return;
        }
        self.streak += 1;
        let lasting = fault.kind.is_lasting();
        if (lasting || self.streak >= STREAK || self.times > 0) && self.is_there(at) {
            let doubled = ALONE * f64::from(1u32 << self.times.min(10));
            let own = if doubled > LONGEST_ALONE { LONGEST_ALONE } else { doubled };
            let asked = fault.retry_after_ms.unwrap_or(0.0);
            self.until = at + if asked > own { asked } else { own };
            self.times += 1;
            self.why = Some(fault.clone());
        }
    }

    /// The person wants it tried at once.
    pub fn try_again(&mut self) {
        (self.until, self.times, self.streak) = (0.0, 0, 0);
    }
}
