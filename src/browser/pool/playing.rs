//! A run under way: who plays what, how far it may go, what has come back.

use super::{Event, Snapshot, Speed};
use crate::browser::now;
use crate::error::Error;
use crate::optimum::reports;
use crate::plan::Plan;
use crate::protocol::{FromPlayer, ToPlayer};
use crate::summary::{Collector, OptimumReport, Played};
use gloo_timers::callback::Timeout;
use std::rc::Rc;

/// Least milliseconds between two events of progress.
const EVENT_EVERY: f64 = 200.0;

/// A run under way.
pub(super) struct Playing {
    run: u32,
    plan: Plan,
    collector: Collector,
    optima: Vec<OptimumReport>,
    workers: Vec<Seat>,
    clock: Clock,
    told: f64,
    timer: Option<Timeout>,
}

/// What one worker is doing.
#[derive(Clone, Copy, PartialEq)]
enum Seat {
    /// Plays a slice, or gets ready.
    Busy,
    /// Has played up to this round and waits.
    Idle(u32),
    /// Has no job, or no job left.
    Done,
}

/// Time of playing, and how far the pace lets the run go.
struct Clock {
    speed: Speed,
    /// Milliseconds of playing before the last pause.
    before: f64,
    /// Since when it plays; `None` while paused.
    since: Option<f64>,
    /// Milliseconds and round from which the pace counts.
    pace_from: (f64, f64),
}

impl Clock {
    fn elapsed(&self) -> f64 {
        self.before + self.since.map_or(0.0, |since| now() - since)
    }

    /// Last round that may be played now.
    fn until(&self, rounds: u32) -> u32 {
        let (from, round) = self.pace_from;
        match self.speed.rounds_per_second() {
            Some(pace) => ((round + (self.elapsed() - from) / 1000.0 * pace) as u32).min(rounds),
            None => rounds,
        }
    }
}

impl Playing {
    /// A run, and the messages that start it, one a worker that has a job.
    pub(super) fn new(run: u32, plan: Plan, speed: Speed, workers: usize) -> (Playing, Vec<ToPlayer>) {
        let clock = Clock { speed, before: 0.0, since: Some(now()), pace_from: (0.0, 1.0) };
        let starts = ToPlayer::starts(run, &plan, workers);
        let seat = |worker| if worker < starts.len() { Seat::Busy } else { Seat::Done };
        let workers = (0..workers).map(seat).collect();
        let collector = Collector::new(&plan);
        let told = f64::NEG_INFINITY;
        (Playing { run, collector, plan, optima: Vec::new(), workers, clock, told, timer: None }, starts)
    }

    /// A run that was finished before, and what came of it.
    pub(super) fn restored(run: u32, plan: Plan, workers: usize, played: &[u8]) -> Option<(Playing, Rc<Snapshot>)> {
        let (collector, optima, before) = Played::restore(&plan, played)?;
        let clock = Clock { speed: Speed::Full, before, since: None, pace_from: (0.0, 1.0) };
        let workers = vec![Seat::Done; workers];
        let told = f64::NEG_INFINITY;
        let mut playing = Playing { run, plan, collector, optima, workers, clock, told, timer: None };
        let snapshot = playing.snapshot();
        Some((playing, snapshot))
    }

    /// The bytes of the finished run.
    pub(super) fn played(&self) -> Option<Vec<u8>> {
        Played::bytes(&self.plan, &self.collector, &self.optima, self.clock.elapsed()).ok().flatten()
    }

    /// Whether every replicate of every policy is played.
    pub(super) fn is_done(&self) -> bool {
        self.collector.is_complete()
    }

    /// The next message for a worker, if it is idle and may go on.
    pub(super) fn next(&mut self, worker: usize) -> Option<ToPlayer> {
        self.clock.since?;
        let until = self.clock.until(self.plan.game.setting.rounds);
        let seat = self.workers.get_mut(worker)?;
        if !matches!(*seat, Seat::Idle(round) if round < until) {
            return None;
        }
        *seat = Seat::Busy;
        Some(ToPlayer::Play { run: self.run, until })
    }

    /// Whether an idle worker waits for the pace to let it go on.
    pub(super) fn waits_for_the_clock(&self) -> bool {
        self.clock.since.is_some() && self.workers.iter().any(|seat| matches!(seat, Seat::Idle(_)))
    }

    pub(super) fn set_timer(&mut self, timer: Timeout) {
        self.timer = Some(timer);
    }

    /// Takes in a reply; an event is due now and then, and at the end.
    pub(super) fn heard(&mut self, worker: usize, reply: Result<FromPlayer, Error>) -> Option<Event> {
        let seat = self.workers.get_mut(worker)?;
        match reply {
            Ok(FromPlayer::Started { run, optima }) if run == self.run => {
                *seat = Seat::Idle(0);
                if let Some((optima, joint)) = optima {
                    self.optima = reports(&self.plan, &optima, &joint);
                }
                None
            }
            Ok(FromPlayer::Played { run, updates, round, done }) if run == self.run => {
                *seat = if done { Seat::Done } else { Seat::Idle(round) };
                updates.into_iter().for_each(|update| self.collector.absorb(update));
                let finished = self.collector.is_complete();
                if finished {
                    self.clock.before = self.clock.elapsed();
                    self.clock.since = None;
                }
                let due = now() - self.told >= EVENT_EVERY && self.collector.round() > 0;
                (due || finished).then(|| Event::Progress(self.snapshot()))
            }
            Ok(FromPlayer::Failed(error)) | Err(error) => Some(Event::Failed(error)),
            Ok(_) => None,
        }
    }

    pub(super) fn pause(&mut self) -> Rc<Snapshot> {
        self.clock.before = self.clock.elapsed();
        self.clock.since = None;
        self.timer = None;
        self.snapshot()
    }

    pub(super) fn resume(&mut self) {
        if self.clock.since.is_none() && !self.collector.is_complete() {
            self.clock.since = Some(now());
        }
    }

    pub(super) fn set_speed(&mut self, speed: Speed) {
        let furthest =
            self.workers.iter().filter_map(|seat| if let Seat::Idle(round) = seat { Some(*round) } else { None });
        let round = furthest.max().unwrap_or(0).max(self.collector.round());
        self.clock.pace_from = (self.clock.elapsed(), f64::from(round) + 1.0);
        self.clock.speed = speed;
    }

    fn snapshot(&mut self) -> Rc<Snapshot> {
        self.told = now();
        Rc::new(Snapshot {
            result: self.collector.result(&self.plan, &self.optima),
            round: self.collector.round(),
            rounds: self.plan.game.setting.rounds,
            elapsed_ms: self.clock.elapsed(),
        })
    }
}
