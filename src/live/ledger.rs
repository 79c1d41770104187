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
        self.held.values().fold(0.0, |sum, held| sum + held)
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// What happens to a call.
    #[derive(Debug, Clone)]
    enum Step {
        Call(f64),
        /// The oldest call under way: the share of its worst case that it costs.
        Known(f64),
        Unknown,
        Release,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            (0.0..0.3f64).prop_map(Step::Call),
            (0.0..=1.0f64).prop_map(Step::Known),
            Just(Step::Unknown),
            Just(Step::Release),
        ]
    }

    proptest! {
        #[test]
        fn the_cap_holds_whatever_comes(steps in prop::collection::vec(step(), 0..200), dollars in 0.0..3.0f64, most in 1u32..60) {
            let mut ledger = Ledger::new(Caps { dollars, calls: most, minutes: 1.0 });
            // The same by hand: worst cases under way, and what is settled for good.
            let (mut open, mut known, mut unknown, mut calls): (Vec<(u64, f64)>, f64, f64, u32) = (Vec::new(), 0.0, 0.0, 0);
            for (number, step) in (0..).zip(steps) {
                let held: f64 = open.iter().map(|(_, worst)| worst).sum();
                match step {
                    Step::Call(worst) => {
                        let refused = ledger.refuses(worst);
                        let fits = known + unknown + held + worst <= dollars;
                        if (known + unknown + held + worst - dollars).abs() > 1e-9 {
                            prop_assert_eq!(refused.is_none(), fits && calls < most);
                        }
                        if refused.is_none() {
                            ledger.hold(number, worst);
                            open.push((number, worst));
                            calls += 1;
                        }
                    }
                    _ if open.is_empty() => ledger.settle(number, Charge::Known(1e9), None),
                    Step::Known(share) => {
                        let (call, worst) = open.remove(0);
                        let usage = Usage { input: 3, cached: 1, output: 2, reasoning: 1 };
                        ledger.settle(call, Charge::Known(share * worst), Some(&usage));
                        ledger.settle(call, Charge::Known(1e9), None);
                        known += share * worst;
                    }
                    Step::Unknown => {
                        let (call, worst) = open.remove(0);
                        ledger.settle(call, Charge::Unknown, None);
                        unknown += worst;
                    }
                    Step::Release => {
                        ledger.release(open.remove(0).0);
                        calls -= 1;
                    }
                }
                let held: f64 = open.iter().map(|(_, worst)| worst).sum();
                prop_assert!((ledger.at_most() - (known + unknown + held)).abs() < 1e-9);
                prop_assert!(ledger.at_most() <= dollars + 1e-9 && ledger.calls() <= most);
                prop_assert_eq!(ledger.calls(), calls);
            }
            prop_assert!(!ledger.is_over());
            prop_assert!((ledger.known() - known).abs() < 1e-9 && (ledger.unknown().0 - unknown).abs() < 1e-9);
        }
    }

    #[test]
    fn a_cap_can_be_used_up_to_the_last_cent() {
        let mut ledger = Ledger::new(Caps { dollars: 0.3, calls: 10, minutes: 1.0 });
        for call in 0..3 {
            assert_eq!(ledger.refuses(0.1), None);
            ledger.hold(call, 0.1);
            ledger.settle(call, Charge::Known(0.1), None);
        }
        assert_eq!(ledger.refuses(1e-6), Some(Cap::Dollars));
        assert_eq!(ledger.refuses(0.0), None);
        ledger.hold(9, 0.0);
        ledger.settle(9, Charge::Known(0.01), None);
        assert!(ledger.is_over());
    }

    #[test]
    fn caps_are_checked() {
        let good = Caps { dollars: 0.0, calls: 1, minutes: 0.1 };
        assert!(good.check().is_ok());
        for bad in [
            Caps { dollars: -1.0, ..good },
            Caps { dollars: f64::NAN, ..good },
            Caps { calls: 0, ..good },
            Caps { minutes: 0.0, ..good },
            Caps { minutes: f64::INFINITY, ..good },
        ] {
            assert!(bad.check().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn dollars_by_usage() {
        let usage = Usage { input: 1_000_000, cached: 400_000, output: 500_000, reasoning: 300_000 };
        assert_eq!(dollars(&usage, TokenPrice { input: 2.0, output: 10.0 }), 7.0);
    }
}
