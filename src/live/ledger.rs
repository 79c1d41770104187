//! What a run has spent and what it may still spend.
//!
//! A call is held at its worst case before it is sent, so that calls under way together cannot exceed the cap either.
//! What becomes known replaces what was held; what stays unknown is booked at its worst case for good.

use super::protocol::Usage;
use crate::error::{Error, ErrorKind, Result};
use crate::experiment::TokenPrice;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a run may not exceed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Caps {
    /// Dollars, ≥ 0, with every call that may be billed at its worst case.
    pub dollars: f64,
    /// Calls, 1 to 10,000,000; each try is one.
    pub calls: u32,
    /// Minutes of running, above 0; those of a pause do not count.
    pub minutes: f64,
}

impl Caps {
    /// # Errors
    /// A value outside its range.
    pub fn check(&self) -> Result<()> {
        let wrong = |field: &str, expected: &str, found: f64| {
            Err(Error::new(ErrorKind::OutOfRange, expected).at_field(format!("caps.{field}")).found(found))
        };
        let Caps { dollars, calls, minutes } = *self;
        if !(0.0..=1e6).contains(&dollars) {
            return wrong("dollars", "0 to 1,000,000 dollars", dollars);
        }
        if !(1..=10_000_000).contains(&calls) {
            return wrong("calls", "1 to 10,000,000 calls", calls.into());
        }
        if !(minutes > 0.0 && minutes <= 100_000.0) {
            return wrong("minutes", "above 0, at most 100,000 minutes", minutes);
        }
        Ok(())
    }
}

/// Which cap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Cap {
    /// The next call might cost more than is left.
    Dollars,
    /// All calls are made.
    Calls,
    /// The time is over.
    Minutes,
}

/// What a call has cost, as far as is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Charge {
    /// So many dollars by its usage; 0 where nothing was billed.
    Known(f64),
    /// Nobody knows: its worst case.
    Unknown,
}

/// Rounding of sums of dollars.
const SLACK: f64 = 1e-12;

/// The books of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Ledger {
    /// The caps.
    pub caps: Caps,
    known: f64,
    unknown: f64,
    unknown_calls: u32,
    calls: u32,
    /// Worst case by call under way.
    held: BTreeMap<u64, f64>,
    usage: Usage,
    over: bool,
}

impl Ledger {
    /// Nothing spent.
    pub fn new(caps: Caps) -> Ledger {
        let (known, unknown, unknown_calls, calls, over) = (0.0, 0.0, 0, 0, false);
        Ledger { caps, known, unknown, unknown_calls, calls, held: BTreeMap::new(), usage: Usage::default(), over }
    }

    /// The cap that forbids a call with this worst case in dollars; `None` where it may be made.
    pub fn refuses(&self, worst: f64) -> Option<Cap> {
        if self.calls >= self.caps.calls {
            return Some(Cap::Calls);
        }
        let fits = self.at_most() + worst <= self.caps.dollars * (1.0 + SLACK) + SLACK;
        if fits { None } else { Some(Cap::Dollars) }
    }

    /// Holds a call's worst case, before it is sent.
    pub fn hold(&mut self, call: u64, worst: f64) {
        self.calls = self.calls.saturating_add(1);
        self.held.insert(call, worst);
    }

    /// What a call has cost takes the place of what was held for it. A call that is not held changes nothing.
    pub fn settle(&mut self, call: u64, charge: Charge, usage: Option<&Usage>) {
        let Some(worst) = self.held.remove(&call) else { return };
        match charge {
            Charge::Known(dollars) => {
                self.known += dollars;
                self.over |= dollars > worst * (1.0 + SLACK) + SLACK;
            }
            Charge::Unknown => {
                self.unknown += worst;
                self.unknown_calls += 1;
            }
        }
        if let Some(usage) = usage {
            self.usage.input = self.usage.input.saturating_add(usage.input);
            self.usage.cached = self.usage.cached.saturating_add(usage.cached);
            self.usage.output = self.usage.output.saturating_add(usage.output);
            self.usage.reasoning = self.usage.reasoning.saturating_add(usage.reasoning);
        }
    }

    /// A call that was held and never sent.
    pub fn release(&mut self, call: u64) {
        if self.held.remove(&call).is_some() {
            self.calls = self.calls.saturating_sub(1);
        }
    }

    /// Dollars by usage.
    pub fn known(&self) -> f64 {
        self.known
    }

    /// Dollars of calls whose outcome is unknown, at their worst case, and how many these are.
    pub fn unknown(&self) -> (f64, u32) {
        (self.unknown, self.unknown_calls)
    }

    /// Dollars held for calls under way.
    pub fn held(&self) -> f64 {
        self.held.values().sum()
    }

    /// The most that can have been spent once all calls under way have ended; dollars.
    pub fn at_most(&self) -> f64 {
        self.known + self.unknown + self.held()
    }

    /// Calls made and under way.
    pub fn calls(&self) -> u32 {
        self.calls
    }

    /// Tokens of all calls that said so.
    pub fn usage(&self) -> Usage {
        self.usage
    }

    /// Whether a call was billed above its worst case: prices or limits are not what the run believes.
    pub fn is_over(&self) -> bool {
        self.over
    }
}

/// Dollars of a call: cached tokens at the full price of input, since what a provider takes off for them is not in the
/// price.
pub fn dollars(usage: &Usage, price: TokenPrice) -> f64 {
    (usage.input as f64 * price.input + usage.output as f64 * price.output) / 1e6
}
