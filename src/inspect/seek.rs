//! Finds a round: plays the policy once more until it is reached, and remembers the way, so that rounds near to one that
//! was looked at come at once.

use super::Inspection;
use super::describe::describe;
use crate::bandit::relaxation::TOLERANCE;
use crate::error::{Error, ErrorKind, Result};
use crate::simulation::{Run, Scratch, Simulation};
use serde::{Deserialize, Serialize};

/// Rounds between two places of the way that are remembered, at first.
const SPACING: u32 = 256;
/// Most places that are remembered: then every other one is forgotten.
const MOST_MARKS: usize = 32;
/// Rounds between two looks at the clock.
const QUANTUM: u32 = 32;

/// A round to be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoundWanted {
    /// Place of the policy in the experiment's list.
    pub policy: u32,
    /// The replicate, from 0.
    pub replicate: u32,
    /// Which round.
    pub seek: Seek,
    /// Rounds that the run has played: none after them is looked at.
    pub played: u32,
}

/// Which round.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Seek {
    /// This one, from 1.
    Round(u32),
    /// The next one after this one that cost more than the budget.
    OverBudget(u32),
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Answer {
    /// The round.
    Round(Box<Inspection>),
    /// No later round that was played cost more than the budget.
    NoneOver,
}

/// Looks at rounds of one run after another.
#[derive(Debug, Default)]
pub struct Inspector {
    /// Policy and replicate that `marks` and `here` are of.
    of: Option<(u32, u32)>,
    /// The run at some rounds, ascending, multiples of `spacing`.
    marks: Vec<Run>,
    spacing: u32,
    /// The run just before the round looked at last, or as far as it has been played.
    here: Option<Run>,
    /// What `here` is on the way of, where a search for a round was cut short.
    searched: Option<Seek>,
}

impl Inspector {
    /// Nothing looked at yet.
    pub fn new() -> Inspector {
        Inspector::default()
    }

    /// Looks for a round for about so many milliseconds by `clock`; `None` where that was not enough: the next call with
    /// the same arguments goes on. Changes nothing of any run.
    ///
    /// # Errors
    /// `OutOfRange` for a policy, a replicate or a round that is not there or not played yet; `Missing` where the world
    /// cannot be played once more (real models) or the budget is missing.
    pub fn look(
        &mut self,
        simulation: &Simulation,
        wanted: RoundWanted,
        milliseconds: f64,
        clock: impl Fn() -> f64,
    ) -> Result<Option<Answer>> {
        let game = &*simulation.game;
        let played = wanted.played.min(game.setting.rounds);
        let from = match wanted.seek {
            Seek::Round(round) if round == 0 || round > played => {
                let expected = match played {
                    0 => "a round to be played first".to_string(),
                    _ => format!("a round from 1 to {played}, those played so far"),
                };
                return Err(Error::new(ErrorKind::OutOfRange, expected).at_field("round").found(round));
            }
            Seek::Round(round) => round,
            Seek::OverBudget(_) if !game.setting.budget.is_finite() => {
                return Err(Error::new(ErrorKind::Missing, "a budget").at_field("task.budget"));
            }
            Seek::OverBudget(after) if after >= played => return Ok(Some(Answer::NoneOver)),
            Seek::OverBudget(after) => after.saturating_add(1),
        };
        self.turn_to(simulation, wanted)?;
        // A search that was cut short goes on from where it is.
        let goes_on = self.searched.take() == Some(wanted.seek);
        let start = clock();
        let here = self.here.take();
        let run = if goes_on { here } else { self.nearest(from - 1, here) };
        let mut run = run.ok_or_else(unplayable)?;
        let mut scratch = Scratch::default();
        while run.round() < from - 1 {
            let before = run.round();
            let mark = (before / self.spacing + 1).saturating_mul(self.spacing);
            run.replay(simulation, mark.min(before + QUANTUM).min(from - 1), &mut scratch);
            if run.round() == before {
                return Err(unplayable());
            }
            self.pass(&run);
            if clock() - start >= milliseconds && run.round() < from - 1 {
                self.here = Some(run);
                return Ok(None);
            }
        }
        if let Seek::OverBudget(_) = wanted.seek {
            let limit = game.setting.budget + TOLERANCE;
            loop {
                if run.round() >= played {
                    self.here = None;
                    return Ok(Some(Answer::NoneOver));
                }
                let (before, next) = (run.clone(), run.round() + 1);
                run.replay(simulation, next, &mut scratch);
                if run.round() == before.round() {
                    return Err(unplayable());
                }
                if scratch.observed.iter().map(|seen| seen.cost).sum::<f64>() > limit {
                    run = before;
                    break;
                }
                self.pass(&run);
                if run.round().is_multiple_of(QUANTUM) && clock() - start >= milliseconds {
                    (self.here, self.searched) = (Some(run), Some(wanted.seek));
                    return Ok(None);
                }
            }
        }
        let inspection = describe(simulation, wanted.policy, wanted.replicate, &run).ok_or_else(unplayable)?;
        self.here = Some(run);
        Ok(Some(Answer::Round(Box::new(inspection))))
    }

    /// Forgets the way of another policy or replicate.
    fn turn_to(&mut self, simulation: &Simulation, wanted: RoundWanted) -> Result<()> {
        let of = (wanted.policy, wanted.replicate);
        if self.of == Some(of) {
            return Ok(());
        }
        let game = &simulation.game;
        let outside = |field: &str, most: usize, found: u32| {
            let expected = format!("a number from 0 to {}", most.saturating_sub(1));
            Err(Error::new(ErrorKind::OutOfRange, expected).at_field(field).found(found))
        };
        if wanted.replicate >= game.replicates {
            return outside("replicate", game.replicates as usize, wanted.replicate);
        }
        let Some(run) = Run::new(simulation, wanted.policy as usize, wanted.replicate) else {
            return outside("policy", game.policies.len(), wanted.policy);
        };
        *self = Inspector { of: Some(of), marks: vec![run], spacing: SPACING, here: None, searched: None };
        Ok(())
    }

    /// The run at the latest round, not after `round`, that is remembered.
    fn nearest(&self, round: u32, here: Option<Run>) -> Option<Run> {
        let mark = self.marks.iter().rev().find(|mark| mark.round() <= round);
        let later = |here: &Run| here.round() <= round && mark.is_none_or(|mark| mark.round() <= here.round());
        here.filter(later).or_else(|| mark.cloned())
    }

    /// Remembers the run where it stands at a place to be remembered.
    fn pass(&mut self, run: &Run) {
        let last = self.marks.last().map_or(0, Run::round);
        if run.round() <= last || !run.round().is_multiple_of(self.spacing) {
            return;
        }
        self.marks.push(run.clone());
        if self.marks.len() > MOST_MARKS {
            self.spacing = self.spacing.saturating_mul(2);
            let spacing = self.spacing;
            self.marks.retain(|mark| mark.round().is_multiple_of(spacing));
        }
    }
}

fn unplayable() -> Error {
    Error::new(ErrorKind::Missing, "a world that can be played once more")
}
