//! A run under way: who plays what, how far it may go, what has come back.

use super::{Event, Snapshot, Speed};
use crate::browser::now;
use crate::browser::remote::Remote;
use crate::error::Error;
use crate::experiment::Experiment;
use crate::inspect::RoundWanted;
use crate::optimum::reports;
use crate::plan::Plan;
use crate::protocol::{FromPlayer, ToPlayer};
use crate::summary::{Collector, OptimumReport, Parts, Played, RunResult};
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
    /// What of the finished run's result is there.
    parts: Parts,
    /// The data that is played, where it is in files.
    data: Option<Rc<Remote>>,
    workers: Vec<Seat>,
    /// By worker, rounds played by the replicate that is ahead.
    furthest: Vec<u32>,
    /// Steps that are to be made still, and the round that the one under way leads to.
    steps: u32,
    target: Option<u32>,
    /// Workers that have been given the run; those before them in their order have.
    started: usize,
    /// The round to be looked at.
    look: Look,
    clock: Clock,
    told: f64,
    timer: Option<Timeout>,
}

/// What is to be told of a reply.
pub(super) enum Told {
    /// This.
    Now(Event),
    /// How far the run is, in a task of its own.
    Soon,
}

/// How far looking at a round is.
enum Look {
    /// No round is looked for.
    Nothing,
    /// This one, by the worker that comes to it first.
    Wanted(RoundWanted),
    /// This one, by a worker that is at it.
    Asked(RoundWanted),
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
    pub(super) fn new(
        run: u32,
        plan: Plan,
        data: Option<Rc<Remote>>,
        speed: Speed,
        workers: usize,
    ) -> (Playing, Vec<ToPlayer>) {
        let clock = Clock { speed, before: 0.0, since: Some(now()), pace_from: (0.0, 1.0) };
        let starts = ToPlayer::starts(run, &plan, workers);
        let seat = |worker| if worker < starts.len() { Seat::Busy } else { Seat::Done };
        let workers = (0..workers).map(seat).collect();
        let collector = Collector::new(&plan);
        let mut playing = Playing::of(run, plan, data, collector, workers, clock);
        playing.started = starts.len();
        (playing, starts)
    }

    fn of(
        run: u32,
        plan: Plan,
        data: Option<Rc<Remote>>,
        collector: Collector,
        workers: Vec<Seat>,
        clock: Clock,
    ) -> Playing {
        Playing {
            run,
            plan,
            collector,
            optima: Vec::new(),
            parts: Parts::default(),
            data,
            furthest: vec![0; workers.len()],
            workers,
            steps: 0,
            target: None,
            started: 0,
            look: Look::Nothing,
            clock,
            told: f64::NEG_INFINITY,
            timer: None,
        }
    }

    /// A run that was finished before, and what came of it.
    pub(super) fn restored(
        run: u32,
        plan: Plan,
        data: Option<Rc<Remote>>,
        workers: usize,
        played: &[u8],
    ) -> Option<(Playing, Rc<Snapshot>)> {
        let (collector, optima, before) = Played::restore(&plan, played)?;
        let clock = Clock { speed: Speed::Full, before, since: None, pace_from: (0.0, 1.0) };
        let mut playing = Playing::of(run, plan, data, collector, vec![Seat::Done; workers], clock);
        playing.optima = optima;
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
        let until = match self.clock.since {
            Some(_) => self.clock.until(self.plan.game.setting.rounds),
            None => self.target?,
        };
        let seat = self.workers.get_mut(worker)?;
        if !matches!(*seat, Seat::Idle(round) if round < until) {
            return None;
        }
        *seat = Seat::Busy;
        Some(ToPlayer::Play { run: self.run, until })
    }

    /// Stops, and has one more round played.
    pub(super) fn step(&mut self) {
        self.stop();
        if !self.is_done() {
            self.steps = self.steps.saturating_add(1);
        }
    }

    /// Rounds played by the replicate that is ahead.
    fn ahead(&self) -> u32 {
        self.furthest.iter().copied().max().unwrap_or(0)
    }

    /// Begins the next step, once every worker says how far it is.
    pub(super) fn begin_step(&mut self) {
        let busy = self.workers.contains(&Seat::Busy);
        if self.steps > 0 && self.target.is_none() && !busy && self.clock.since.is_none() {
            self.steps -= 1;
            self.target = Some(self.ahead().saturating_add(1).min(self.plan.game.setting.rounds));
        }
    }

    /// Whether every worker has come to the end of the step under way, which then is over.
    fn ends_step(&mut self) -> bool {
        let there = |target: u32| {
            self.workers.iter().all(|seat| match seat {
                Seat::Busy => false,
                Seat::Idle(round) => *round >= target,
                Seat::Done => true,
            })
        };
        let ends = self.target.is_some_and(there);
        if ends {
            self.target = None;
        }
        ends
    }

    /// Looks for a round. Where no worker has the run, the message that gives it to the first one, the experiment, and its
    /// data.
    pub(super) fn inspect(&mut self, wanted: RoundWanted) -> Option<(u32, ToPlayer, Experiment, Option<Rc<Remote>>)> {
        self.look = Look::Wanted(RoundWanted { played: self.collector.round(), ..wanted });
        if self.started > 0 {
            return None;
        }
        self.started = 1;
        let start = ToPlayer::Start { run: self.run, game: self.plan.game.clone(), jobs: Vec::new(), report: false };
        *self.workers.first_mut()? = Seat::Busy;
        Some((self.run, start, self.plan.experiment.clone(), self.data.clone()))
    }

    /// The message to a worker that is to look for a round: the policies' rounds are shared out.
    pub(super) fn next_look(&mut self, worker: usize) -> Option<ToPlayer> {
        let Look::Wanted(wanted) = self.look else { return None };
        let whose = (wanted.policy as usize).checked_rem(self.started)?;
        // Before it is ready it would not know the run.
        if whose != worker || (self.collector.is_complete() && self.workers.get(worker) == Some(&Seat::Busy)) {
            return None;
        }
        self.look = Look::Asked(wanted);
        Some(ToPlayer::Inspect { run: self.run, wanted })
    }

    /// The workers are others now, and know of no run.
    pub(super) fn dismissed(&mut self) {
        self.started = 0;
        if let Look::Asked(wanted) = self.look {
            self.look = Look::Wanted(wanted);
        }
    }

    /// Whether an idle worker waits for the pace to let it go on.
    pub(super) fn waits_for_the_clock(&self) -> bool {
        self.clock.since.is_some() && self.workers.iter().any(|seat| matches!(seat, Seat::Idle(_)))
    }

    pub(super) fn set_timer(&mut self, timer: Timeout) {
        self.timer = Some(timer);
    }

    /// Takes in a reply; gives what is to be told of it.
    pub(super) fn heard(&mut self, worker: usize, reply: Result<FromPlayer, Error>) -> Option<Told> {
        let seat = self.workers.get_mut(worker)?;
        match reply {
            Ok(FromPlayer::Started { run, optima }) if run == self.run => {
                // A finished run is given to a worker for its rounds to be looked at.
                *seat = if self.collector.is_complete() { Seat::Done } else { Seat::Idle(0) };
                if let Some((optima, joint)) = optima {
                    self.optima = reports(&self.plan, &optima, &joint);
                }
                None
            }
            Ok(FromPlayer::Inspected { run, wanted, answer }) if run == self.run => {
                let Look::Asked(last) = self.look else { return None };
                if last != wanted {
                    return None;
                }
                match answer {
                    Ok(None) => {
                        self.look = Look::Wanted(wanted);
                        None
                    }
                    Ok(Some(answer)) => {
                        self.look = Look::Nothing;
                        Some(Told::Now(Event::Inspected(wanted, Ok(answer))))
                    }
                    Err(error) => {
                        self.look = Look::Nothing;
                        Some(Told::Now(Event::Inspected(wanted, Err(error))))
                    }
                }
            }
            Ok(FromPlayer::Played { run, updates, round, furthest, done }) if run == self.run => {
                if let Some(known) = self.furthest.get_mut(worker) {
                    *known = furthest;
                }
                *seat = if done { Seat::Done } else { Seat::Idle(round) };
                updates.into_iter().for_each(|update| self.collector.absorb(update));
                let finished = self.collector.is_complete();
                if finished {
                    self.clock.before = self.clock.elapsed();
                    self.clock.since = None;
                }
                let stepped = self.ends_step();
                let due = now() - self.told >= EVENT_EVERY && self.collector.round() > 0;
                // The end is told bit by bit: intervals and digest take a while.
                let tells = !finished && (due || stepped || self.all_wait());
                if tells {
                    self.told = now();
                }
                tells.then_some(Told::Soon)
            }
            Ok(FromPlayer::Failed(error)) | Err(error) => Some(Told::Now(Event::Failed(error))),
            Ok(_) => None,
        }
    }

    /// Whether, at a pace that can be followed by eye, all workers have come to the same round.
    fn all_wait(&self) -> bool {
        let round = self.collector.round();
        let waits = |seat: &Seat| matches!(seat, Seat::Idle(other) if *other == round) || *seat == Seat::Done;
        round > 0 && self.clock.since.is_some() && self.clock.speed.is_slow() && self.workers.iter().all(waits)
    }

    pub(super) fn pause(&mut self) -> Rc<Snapshot> {
        self.stop();
        self.snapshot()
    }

    fn stop(&mut self) {
        self.clock.before = self.clock.elapsed();
        self.clock.since = None;
        self.timer = None;
    }

    pub(super) fn resume(&mut self) {
        if self.clock.since.is_none() && !self.collector.is_complete() {
            self.clock.since = Some(now());
            (self.steps, self.target) = (0, None);
            self.set_speed(self.clock.speed);
        }
    }

    pub(super) fn set_speed(&mut self, speed: Speed) {
        self.clock.pace_from = (self.clock.elapsed(), f64::from(self.ahead()) + 1.0);
        self.clock.speed = speed;
    }

    pub(super) fn snapshot(&self) -> Rc<Snapshot> {
        let result = self.collector.result(&self.plan, &self.optima);
        self.snapshot_of(result)
    }

    /// Puts together the next bit of the finished run's result; the run's end, once that is whole.
    pub(super) fn end(&mut self) -> Option<Rc<Snapshot>> {
        if self.collector.add_to(&mut self.parts, &self.plan) {
            return None;
        }
        let parts = std::mem::take(&mut self.parts);
        let result = self.collector.result_of(parts, &self.plan, &self.optima);
        Some(self.snapshot_of(result))
    }

    fn snapshot_of(&self, result: RunResult) -> Rc<Snapshot> {
        Rc::new(Snapshot {
            result,
            round: self.collector.round(),
            furthest: self.ahead(),
            rounds: self.plan.game.setting.rounds,
            elapsed_ms: self.clock.elapsed(),
        })
    }
}
