//! What an entry does to a run: the same now and when the run is read again.

use super::round::{Answered, Cell, Round};
use super::{Call, Played, Session};
use crate::bandit::policy::Choice;
use crate::live::fault::{Fault, FaultKind};
use crate::live::ledger::Charge;
use crate::live::log::{Entry, Outcome, Record, Slot};
use crate::live::retry::{self, Next};
use crate::random::{hash, unit};
use crate::simulation::Unobserved;

/// Keeps the draws of pauses apart from others.
const KEY: u64 = 0x0070_6175_7365;

impl Session {
    pub(super) fn apply(&mut self, entry: &Entry) {
        match &entry.what {
            Record::Batch { available, sets } => self.choose(available, sets),
            Record::Intent { call, slot, attempt, worst } => self.intend(*call, *slot, *attempt, *worst, entry.at),
            Record::Outcome { call, outcome } => self.take(*call, outcome, entry.at),
            Record::Skip(slot) => {
                if let Some(cell) = self.cell(slot) {
                    let answer = match cell {
                        Cell::ToJudge { answer, .. } => Some(*answer),
                        _ => None,
                    };
                    *cell = Cell::Missing { answer, free: true };
                }
                self.settle(slot.round);
            }
            Record::Caps(caps) => self.ledger.caps = *caps,
            Record::TryAgain(model) => {
                if let Some(standing) = self.standings.get_mut(*model) {
                    standing.try_again();
                }
            }
        }
    }

    fn cell(&mut self, slot: &Slot) -> Option<&mut Cell> {
        let place = slot.round.checked_sub(self.run.round())?;
        self.rounds.get_mut(place as usize)?.cell(slot.arm)
    }

    /// The policy chooses for so many rounds, by what it knows now.
    pub(super) fn ask(&mut self, size: u32, available: &[usize]) -> Vec<Choice> {
        let situation = self.simulation.situation(available);
        self.run.meet(situation);
        let ask = |ahead| {
            self.look(self.run.round() + ahead);
            self.run.ask_ahead(&self.simulation, ahead)
        };
        (0..size).map(ask).collect()
    }

    /// A batch that was chosen for. What was written down holds, also where another version of the engine would choose
    /// otherwise: its calls are paid for.
    fn choose(&mut self, available: &[usize], sets: &[Vec<usize>]) {
        let choices = self.ask(sets.len() as u32, available);
        self.start(choices.into_iter().zip(sets).map(|(choice, set)| Choice { arms: set.clone(), ..choice }).collect());
    }

    /// The rounds of a batch begin.
    pub(super) fn start(&mut self, choices: Vec<Choice>) {
        self.rounds = choices.into_iter().map(Round::new).collect();
        self.tell();
    }

    /// Tells the policy of a round's question.
    fn look(&mut self, round: u32) {
        let width = self.plan.game.world.context_width();
        let Some((place, _)) = self.setup.place(round).filter(|_| width > 0) else { return };
        if let Some(context) = self.contexts.get(place * width..(place + 1) * width) {
            self.run.look(context);
        }
    }

    fn intend(&mut self, number: u64, slot: Slot, attempt: u32, worst: f64, at: f64) {
        // Entries are in order; a log with a hole says nothing of what comes after it.
        if number != self.calls.len() as u64 {
            return;
        }
        self.calls.push(Call { slot, attempt, worst, at, heard: false, outcome: None });
        self.ledger.hold(number, worst);
        if let Some(lane) = self.lane(&slot) {
            lane.under_way += 1;
            lane.begun.push_back(at);
        }
        if let Some(cell) = self.cell(&slot) {
            *cell = match *cell {
                Cell::ToJudge { answer, .. } => Cell::Judging { answer, call: number, attempt },
                _ => Cell::Called { call: number, attempt },
            };
        }
    }

    fn lane(&mut self, slot: &Slot) -> Option<&mut super::Lane> {
        let model = self.model(slot)?;
        self.lanes.get_mut(*self.lane_of.get(model)?)
    }

    fn take(&mut self, number: u64, outcome: &Outcome, at: f64) {
        let Some(call) = self.calls.get_mut(number as usize).filter(|call| call.outcome.is_none()) else { return };
        (call.outcome, call.heard) = (Some(outcome.clone()), true);
        let (slot, attempt, worst) = (call.slot, call.attempt, call.worst);
        if let Some(lane) = self.lane(&slot) {
            lane.under_way = lane.under_way.saturating_sub(1);
        }
        match outcome {
            Outcome::NotSent => {
                self.ledger.release(number);
                self.wait(&slot, attempt, at);
            }
            Outcome::Answered(said) => {
                let charge = said.dollars.map_or(Charge::Unknown, Charge::Known);
                self.ledger.settle(number, charge, said.usage.as_ref());
                if let Some(standing) = self.model(&slot).and_then(|model| self.standings.get_mut(model)) {
                    standing.answered();
                }
                let judged = self.is_judged() && !slot.judge;
                if let Some(cell) = self.cell(&slot) {
                    let answer = match *cell {
                        Cell::Judging { answer, .. } => answer,
                        _ => {
                            Answered { call: number, cost: said.dollars.unwrap_or(worst), latency_ms: said.latency_ms }
                        }
                    };
                    *cell = match said.score {
                        _ if judged => Cell::ToJudge { answer, attempt: 1, since: at },
                        Some(score) => Cell::Seen { score, answer },
                        None => Cell::Missing { answer: Some(answer), free: false },
                    };
                }
            }
            Outcome::Failed { fault, .. } => {
                let charge = if fault.may_be_billed() { Charge::Unknown } else { Charge::Known(0.0) };
                self.ledger.settle(number, charge, None);
                self.failed(number, &slot, attempt, fault, at);
            }
        }
        self.settle(slot.round);
    }

    fn failed(&mut self, number: u64, slot: &Slot, attempt: u32, fault: &Fault, at: f64) {
        let draw = unit(hash(hash(KEY, self.setup.seed), number));
        // Whatever becomes of this call, the provider wants to be left alone.
        if let (Some(asked), Some(lane)) = (fault.retry_after_ms, self.lane(slot)) {
            let until = at + if asked > retry::LONGEST_ASKED { retry::LONGEST_ASKED } else { asked };
            lane.not_before = if until > lane.not_before { until } else { lane.not_before };
        }
        match retry::next(fault, attempt, self.setup.retries, draw) {
            Next::Again(pause) => {
                if fault.kind == FaultKind::RateLimited
                    && let Some(lane) = self.lane(slot)
                {
                    let until = at + pause;
                    lane.not_before = if until > lane.not_before { until } else { lane.not_before };
                }
                self.wait(slot, attempt + 1, at + pause);
            }
            Next::GiveUp => {
                if let Some(standing) = self.model(slot).and_then(|model| self.standings.get_mut(model)) {
                    standing.failed(fault, at);
                }
                if let Some(cell) = self.cell(slot) {
                    let answer = match *cell {
                        Cell::Judging { answer, .. } => Some(answer),
                        _ => None,
                    };
                    *cell = Cell::Missing { answer, free: !fault.may_be_billed() };
                }
            }
        }
    }

    /// A call is to be made, or made again.
    fn wait(&mut self, slot: &Slot, attempt: u32, since: f64) {
        if let Some(cell) = self.cell(slot) {
            *cell = match *cell {
                Cell::Judging { answer, .. } => Cell::ToJudge { answer, attempt, since },
                _ => Cell::Waiting { attempt, since },
            };
        }
    }

    /// Something of a round has come to its end.
    fn settle(&mut self, round: u32) {
        let rule = self.rule;
        let place = round.checked_sub(self.run.round());
        if let Some(round) = place.and_then(|place| self.rounds.get_mut(place as usize)) {
            round.settle(&rule);
        }
        self.tell();
    }

    /// Once all rounds of a batch have ended, the policy is told of them in their order.
    fn tell(&mut self) {
        if !self.rounds.iter().all(Round::is_done) {
            return;
        }
        let scale = self.plan.game.cost_scale;
        let mut rounds = std::mem::take(&mut self.rounds);
        // Where a wrong key or an empty account keeps everybody from being called, the questions are asked again later.
        while rounds.last().is_some_and(Round::is_void) {
            rounds.pop();
        }
        for round in rounds {
            self.look(self.run.round());
            let observed = round.observations(&self.rule, scale);
            let before = *self.run.totals();
            let latency_ms = round.latency_ms(&self.rule);
            self.run.take_up(&round.choice);
            self.run.tell(&self.simulation, &observed, Unobserved { uncalled_cost: 0.0, latency_ms });
            let missing = round.cells.iter().filter(|cell| matches!(cell, Cell::Missing { .. })).count();
            // An answer that could not be scored was paid for all the same.
            let unscored: f64 = round
                .cells
                .iter()
                .map(|cell| match cell {
                    Cell::Missing { answer: Some(answer), .. } => answer.cost,
                    _ => 0.0,
                })
                .sum();
            self.played.push(Played {
                reward: self.run.totals().reward - before.reward,
                paid: observed.iter().map(|seen| seen.cost * scale).sum::<f64>() + unscored,
                calls: observed.len() as u32,
                missing: missing as u32,
                latency_ms,
            });
        }
    }
}
