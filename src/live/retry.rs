//! What becomes of a call that failed, and of a model that keeps failing.

use super::fault::{Fault, FaultKind};
use serde::{Deserialize, Serialize};

/// First pause before another try, milliseconds; doubled by each try.
const FIRST: f64 = 1_000.0;
/// Longest pause that is chosen here.
const LONGEST: f64 = 60_000.0;
/// Longest pause that a provider may ask for; beyond it the model is left alone instead.
pub(super) const LONGEST_ASKED: f64 = 600_000.0;
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
        let sent_away = fault.retry_after_ms.is_some_and(|asked| asked > LONGEST_ASKED);
        if (lasting || sent_away || self.streak >= STREAK || self.times > 0) && self.is_there(at) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const KINDS: [FaultKind; 16] = [
        FaultKind::WrongKey,
        FaultKind::Forbidden,
        FaultKind::NoCredit,
        FaultKind::UnknownModel,
        FaultKind::BadRequest,
        FaultKind::RateLimited,
        FaultKind::Overloaded,
        FaultKind::Unreachable,
        FaultKind::Redirected,
        FaultKind::TimedOut,
        FaultKind::Aborted,
        FaultKind::TooLarge,
        FaultKind::Broken,
        FaultKind::NotJson,
        FaultKind::Malformed,
        FaultKind::UnknownOutcome,
    ];

    fn fault(kind: FaultKind, retry_after_ms: Option<f64>) -> Fault {
        Fault { retry_after_ms, ..Fault::new(kind) }
    }

    proptest! {
        #[test]
        fn only_what_was_not_done_is_tried_again(
            kind in prop::sample::select(KINDS.to_vec()),
            attempt in 1u32..30,
            retries in 0u32..20,
            draw in 0.0..1.0f64,
            asked in prop::option::of(0.0..2_000_000.0f64),
        ) {
            match next(&fault(kind, asked), attempt, retries, draw) {
                Next::Again(pause) => {
                    prop_assert!(!kind.may_be_billed() && attempt <= retries);
                    prop_assert!(pause >= asked.unwrap_or(0.0), "sooner than asked for");
                    prop_assert!((500.0..=LONGEST_ASKED + LONGEST).contains(&pause));
                }
                Next::GiveUp => {
                    let too_long = asked.is_some_and(|asked| asked > LONGEST_ASKED);
                    prop_assert!(!kind.is_transient() || attempt > retries || too_long);
                }
            }
        }

        #[test]
        fn a_model_is_left_alone_longer_and_longer_and_never_for_good(
            kinds in prop::collection::vec(prop::sample::select(KINDS.to_vec()), 1..40)
        ) {
            let mut standing = Standing::default();
            let mut at = 0.0;
            let mut last = 0.0;
            for kind in kinds {
                let before = standing.until();
                standing.failed(&fault(kind, None), at);
                if standing.until() > before {
                    let alone = standing.until() - at;
                    prop_assert!(alone >= last && (ALONE..=LONGEST_ALONE).contains(&alone));
                    last = alone;
                    prop_assert!(standing.why().is_some());
                    at = standing.until();
                }
                prop_assert!(standing.is_there(at));
                at += 1.0;
            }
            standing.answered();
            prop_assert!(standing.is_there(0.0) && standing.why().is_none());
        }
    }

    #[test]
    fn pauses_double_and_obey() {
        let pause = |attempt, asked| next(&fault(FaultKind::Overloaded, asked), attempt, 20, 1.0);
        assert_eq!([1, 2, 3].map(|attempt| pause(attempt, None)), [1_000.0, 2_000.0, 4_000.0].map(Next::Again));
        assert_eq!(pause(15, None), Next::Again(60_000.0));
        assert_eq!(pause(1, Some(5_000.0)), Next::Again(5_100.0));
        assert_eq!(pause(1, Some(900_000.0)), Next::GiveUp);
        assert_eq!(next(&fault(FaultKind::Overloaded, None), 1, 20, 0.0), Next::Again(500.0));
    }

    #[test]
    fn three_in_a_row_or_one_that_lasts() {
        let mut standing = Standing::default();
        for _ in 0..2 {
            standing.failed(&fault(FaultKind::TimedOut, None), 0.0);
            assert!(standing.is_there(0.0));
        }
        standing.failed(&fault(FaultKind::TimedOut, None), 0.0);
        assert!(!standing.is_there(29_999.0) && standing.is_there(30_000.0) && !standing.is_hopeless());
        // What was under way with it does not count twice.
        standing.failed(&fault(FaultKind::TimedOut, None), 10.0);
        assert_eq!(standing.until(), 30_000.0);
        standing.failed(&fault(FaultKind::WrongKey, None), 30_000.0);
        assert!(standing.is_hopeless() && standing.until() == 90_000.0);
        standing.try_again();
        assert!(standing.is_there(0.0) && !standing.is_hopeless());
        let mut other = Standing::default();
        other.failed(&fault(FaultKind::Aborted, None), 0.0);
        other.failed(&fault(FaultKind::RateLimited, Some(5_000.0)), 0.0);
        assert!(other.is_there(0.0));
        other.failed(&fault(FaultKind::NoCredit, None), 0.0);
        assert!(!other.is_there(0.0) && !other.is_hopeless());
        // Who asks for longer than a call can wait is left alone for so long.
        let mut away = Standing::default();
        away.failed(&fault(FaultKind::RateLimited, Some(800_000.0)), 0.0);
        assert_eq!(away.until(), 800_000.0);
    }
}
