//! What is begun next.

use super::round::Cell;
use super::{Pause, Phase, Session};
use crate::live::log::{Entry, Record, Slot};

/// Batches that may begin and end within one step, where nobody is called in them.
const MOST_EMPTY: u32 = 1_000;

impl Session {
    /// Begins what can be begun at this time of the run; gives the time at which there is more to do.
    ///
    /// # Errors
    /// The phase that the run is in from now on, where it is not running any more.
    pub(super) fn advance(&mut self, at: f64) -> Result<Option<f64>, Phase> {
        for _ in 0..MOST_EMPTY {
            if self.rounds.is_empty() {
                if self.is_played() {
                    return Err(Phase::Done);
                }
                let there = |arm: &usize| self.standing(*arm).is_none_or(|standing| standing.is_there(at));
                let available: Vec<usize> = (0..self.models.len()).filter(there).collect();
                if available.is_empty() {
                    return self.nobody();
                }
                if let Some(judge) = self.judge_away(at) {
                    return judge;
                }
                let size = self.setup.batch.min(self.setup.rounds - self.run.round());
                let choices = self.ask(size, &available);
                let sets = choices.iter().map(|choice| choice.arms.clone()).collect();
                self.start(choices);
                self.unwritten.push(Entry { at, what: Record::Batch { available, sets } });
                continue;
            }
            let (wake, refused) = self.call_all(at);
            if self.rounds.is_empty() {
                continue;
            }
            if let Some(Err(phase)) = self.judge_away(at).filter(|_| self.is_quiet()) {
                return Err(phase);
            }
            return match refused {
                // What is under way may turn out cheaper than feared.
                Some(cap) if self.ledger.held() == 0.0 && self.is_quiet() => Err(Phase::Paused(Pause::Cap(cap))),
                _ => Ok(wake),
            };
        }
        Ok(Some(at))
    }

    fn standing(&self, arm: usize) -> Option<&crate::live::retry::Standing> {
        self.standings.get(*self.models.get(arm)?)
    }

    /// No arm can be called.
    fn nobody(&self) -> Result<Option<f64>, Phase> {
        let arms = || (0..self.models.len()).filter_map(|arm| self.standing(arm));
        if arms().all(crate::live::retry::Standing::is_hopeless) {
            return Err(Phase::Paused(Pause::NoModel));
        }
        Ok(arms().map(|standing| standing.until()).min_by(f64::total_cmp))
    }

    /// Where nobody can judge, no answer is bought: until when, or why it is no use to wait. `None` where somebody can.
    fn judge_away(&self, at: f64) -> Option<Result<Option<f64>, Phase>> {
        let judge = self.setup.judge.as_ref().filter(|_| self.is_judged())?;
        let standing = self.standings.get(judge.model).filter(|standing| !standing.is_there(at))?;
        Some(match standing.is_hopeless() {
            true => Err(Phase::Paused(Pause::NoModel)),
            false => Ok(Some(standing.until())),
        })
    }

    /// Whether no call is under way.
    fn is_quiet(&self) -> bool {
        self.calls.iter().rev().take(10_000).all(|call| call.outcome.is_some())
    }

    /// Calls everybody whose turn it is; gives the next time at which somebody's is, and the cap that was in the way.
    fn call_all(&mut self, at: f64) -> (Option<f64>, Option<crate::live::ledger::Cap>) {
        let (mut wake, mut refused): (Option<f64>, _) = (None, None);
        let first = self.run.round();
        let slots: Vec<(Slot, u32, f64)> = (first..)
            .zip(&self.rounds)
            .flat_map(|(round, under_way)| {
                under_way.turn(&self.rule).filter_map(move |place| {
                    let arm = *under_way.choice.arms.get(place)?;
                    match under_way.cells.get(place)? {
                        Cell::Waiting { attempt, since } => Some((Slot { round, arm, judge: false }, *attempt, *since)),
                        Cell::ToJudge { attempt, since, .. } => {
                            Some((Slot { round, arm, judge: true }, *attempt, *since))
                        }
                        _ => None,
                    }
                })
            })
            .collect();
        for (slot, attempt, since) in slots {
            let Some(model) = self.model(&slot) else { continue };
            let mut since = since;
            match self.standings.get(model).filter(|standing| !standing.is_there(at)) {
                // The answer is paid for: it waits for its judge.
                Some(standing) if slot.judge => since = if standing.until() > since { standing.until() } else { since },
                Some(_) => {
                    self.begin(at, Record::Skip(slot));
                    continue;
                }
                None => {}
            }
            let Some(lane) = self.lane_of.get(model).and_then(|lane| self.lanes.get_mut(*lane)) else { continue };
            while lane.begun.front().is_some_and(|begun| *begun <= at - 60_000.0) {
                lane.begun.pop_front();
            }
            let full = lane.per_minute.filter(|most| lane.begun.len() >= *most as usize);
            let again = full.and(lane.begun.front()).map_or(0.0, |oldest| oldest + 60_000.0);
            let next =
                [since, lane.not_before, again].into_iter().fold(at, |most, it| if it > most { it } else { most });
            if next > at {
                wake = Some(wake.map_or(next, |wake: f64| if next < wake { next } else { wake }));
                continue;
            }
            if lane.under_way >= lane.at_once {
                // The end of one of its calls is the time.
                continue;
            }
            let worst = self.worst_of(&slot);
            if let Some(cap) = self.ledger.refuses(worst) {
                refused = Some(cap);
                self.refused = Some(self.refused.filter(|least| *least < worst).unwrap_or(worst));
                continue;
            }
            let call = self.calls.len() as u64;
            self.begin(at, Record::Intent { call, slot, attempt, worst });
        }
        (wake, refused)
    }

    /// In effect at once; carried out when it is written down.
    fn begin(&mut self, at: f64, what: Record) {
        let entry = Entry { at, what };
        self.apply(&entry);
        self.unwritten.push(entry);
    }
}
