//! A live run under way: the engine's ask and tell with real models in between, as a state machine. It neither waits nor
//! calls: [`Session::poll`] says what is to be written down, sent and given up, and is told what came of it.
//!
//! Everything that happens is an [`Entry`]. What is decided (a batch, an intent) takes effect at once and is carried out
//! once it is written down; what comes back takes effect once it is written down. So what is on disk is never behind what
//! was done, and a run that is read from its entries is the run that wrote them.

mod advance;
mod apply;
mod report;
mod round;
mod rows;

pub use report::{Away, CurvePoint, Mean, ModelReport, Report};
pub use rows::{Row, RowState, Rows, Shown, Texts};

use super::grade::{JUDGE_TEMPLATE, Scorer, Scoring, verdict};
use super::ledger::{Cap, Caps, Ledger, dollars};
use super::log::{Entry, Outcome, Record, Said, Slot};
use super::prompt::fill;
use super::protocol::{Ask, Heard, Request, read, request};
use super::provider::Endpoint;
use super::retry::Standing;
use super::setup::{Model, Setup, worst_case};
use crate::data::FileIdentity;
use crate::error::{Error, ErrorKind, Result};
use crate::experiment::RewardModel;
use crate::plan::Plan;
use crate::simulation::{Run, Simulation};
use round::{Round, Rule};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;

/// What the run is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Phase {
    /// Rounds are played.
    Running,
    /// Nothing new is begun.
    Paused(Pause),
    /// All rounds are played.
    Done,
}

/// Why nothing new is begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Pause {
    /// Not begun, or opened again: it waits to be told to go on.
    Opened,
    /// The person wants it; calls under way end.
    Person,
    /// The person has given up the calls under way.
    Stopped,
    /// A cap is reached.
    Cap(Cap),
    /// A call was billed above its worst case: prices or limits are not what the run believes.
    Over,
    /// No model can be called, and waiting will not help.
    NoModel,
    /// A key that a call needs is not on the page.
    NoKey,
    /// What happens cannot be written down.
    Storage,
}

/// What is to be done.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Orders {
    /// To be written down, in this order; [`Session::saved`] is told when they are.
    pub save: Vec<Entry>,
    /// Calls to be sent now, by number: [`Session::request`].
    pub send: Vec<u64>,
    /// Calls to be given up.
    pub abort: Vec<u64>,
    /// Milliseconds after which to ask again, where nothing else happens before.
    pub wake_ms: Option<f64>,
}

/// A call.
#[derive(Debug, Clone, PartialEq)]
struct Call {
    slot: Slot,
    attempt: u32,
    worst: f64,
    /// When its intent was written, milliseconds of the run.
    at: f64,
    /// Whether an outcome has been heard, written down or not.
    heard: bool,
    outcome: Option<Outcome>,
}

/// How a provider is called.
#[derive(Debug, Clone)]
struct Lane {
    endpoint: Endpoint,
    at_once: u32,
    per_minute: Option<u32>,
    under_way: u32,
    /// When the calls of the last minute were begun.
    begun: VecDeque<f64>,
    /// It asked to be left alone until then.
    not_before: f64,
}

/// A round that was told.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Played {
    reward: f64,
    /// Dollars.
    paid: f64,
    calls: u32,
    missing: u32,
    latency_ms: f64,
}

/// A live run.
pub struct Session {
    setup: Setup,
    plan: Plan,
    simulation: Simulation,
    run: Run,
    /// By question what query-aware policies are told; empty for others.
    contexts: Vec<f64>,
    scorer: Scorer,
    rule: Rule,
    /// By arm its model's place.
    models: Vec<usize>,
    ledger: Ledger,
    /// By model.
    standings: Vec<Standing>,
    lanes: Vec<Lane>,
    /// By model its lane.
    lane_of: Vec<usize>,
    /// The rounds under way.
    rounds: Vec<Round>,
    played: Vec<Played>,
    calls: Vec<Call>,
    phase: Phase,
    offline: bool,
    /// The least worst case, dollars, of the calls that a cap has refused last.
    refused: Option<f64>,
    /// Milliseconds of running before `since`.
    ran: f64,
    /// When it was set running, by the caller's clock.
    since: Option<f64>,
    /// To be handed out for writing.
    unwritten: Vec<Entry>,
    /// Handed out and not yet written.
    writing: VecDeque<Entry>,
    send: Vec<u64>,
    abort: Vec<u64>,
}

impl Session {
    /// A run before its first round; it waits for [`Session::go_on`].
    ///
    /// # Errors
    /// Those of [`Setup::check`].
    pub fn new(setup: Setup) -> Result<Session> {
        let (plan, contexts) = setup.check()?;
        let simulation = Simulation::new(plan.game.clone());
        let missing = || Error::new(ErrorKind::Missing, "a policy");
        let run = Run::new(&simulation, 0, 0).ok_or_else(missing)?;
        let game = &plan.game;
        let awc = game.setting.reward == RewardModel::Awc;
        let rule = Rule {
            threshold: awc.then_some(setup.task.success_threshold),
            stop_at_success: game.stop_at_success,
            stop_at_failure: game.stop_at_failure,
        };
        let mut lanes: Vec<Lane> = Vec::new();
        let mut lane_of = Vec::new();
        for model in &setup.models {
            let known = lanes.iter().position(|lane| lane.endpoint == model.endpoint);
            lane_of.push(known.unwrap_or(lanes.len()));
            if known.is_none() {
                let (endpoint, pace) = (model.endpoint.clone(), setup.pace(&model.endpoint));
                let (at_once, per_minute) = (pace.at_once, pace.per_minute);
                let (under_way, begun, not_before) = (0, VecDeque::new(), 0.0);
                lanes.push(Lane { endpoint, at_once, per_minute, under_way, begun, not_before });
            }
        }
        Ok(Session {
            scorer: Scorer::new(&setup.scoring)?,
            models: setup.arms().map(|(place, _)| place).collect(),
            ledger: Ledger::new(setup.caps),
            standings: vec![Standing::default(); setup.models.len()],
            rounds: Vec::new(),
            played: Vec::new(),
            calls: Vec::new(),
            phase: Phase::Paused(Pause::Opened),
            offline: false,
            refused: None,
            ran: 0.0,
            since: None,
            unwritten: Vec::new(),
            writing: VecDeque::new(),
            send: Vec::new(),
            abort: Vec::new(),
            setup,
            plan,
            simulation,
            run,
            contexts,
            rule,
            lanes,
            lane_of,
        })
    }

    /// A run as its entries have left it; it waits for [`Session::go_on`]. Calls without an outcome were under way when the
    /// page went: nobody knows what became of them, so they are booked at their worst case and not made again.
    ///
    /// # Errors
    /// Those of [`Session::new`].
    pub fn resume(setup: Setup, entries: &[Entry]) -> Result<Session> {
        let mut session = Session::new(setup)?;
        for entry in entries {
            session.apply(entry);
            session.ran = if entry.at > session.ran { entry.at } else { session.ran };
        }
        for call in 0..session.calls.len() {
            if session.calls.get(call).is_some_and(|call| call.outcome.is_none()) {
                session.write(session.ran, Record::Outcome { call: call as u64, outcome: Outcome::unknown() });
            }
        }
        if session.is_played() {
            session.phase = Phase::Done;
        }
        Ok(session)
    }

    /// The set-up.
    pub fn setup(&self) -> &Setup {
        &self.setup
    }

    /// What the run is doing.
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// The books.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Rounds told, and a digest of what the policy has learned from them: equal for equal logs.
    pub fn state(&self) -> (u32, String) {
        let bytes = crate::protocol::encode(&self.run).unwrap_or_default();
        (self.run.round(), FileIdentity::of("", &bytes).sha256)
    }

    /// Plays on, from the caller's time `now` in milliseconds.
    pub fn go_on(&mut self, now: f64) {
        let Phase::Paused(why) = self.phase else { return };
        self.phase = Phase::Running;
        self.since = Some(now);
        self.refused = None;
        if why == Pause::NoModel {
            // The person has done something about it.
            let at = self.at(now);
            let away = |standing: &Standing| !standing.is_there(at);
            let models: Vec<usize> =
                (0..self.standings.len()).filter(|it| self.standings.get(*it).is_some_and(away)).collect();
            models.into_iter().for_each(|model| self.try_again(model, now));
        }
    }

    /// A call was not sent, because the page has no key for it: the run waits for the person.
    pub fn unsent(&mut self, call: u64, now: f64) {
        if self.phase == Phase::Running {
            self.halt(now, Pause::NoKey);
        }
        self.end(call, self.at(now), Outcome::NotSent);
    }

    /// Whether nothing is under way: no call, and nothing to be written down.
    pub fn is_settled(&self) -> bool {
        self.lanes.iter().all(|lane| lane.under_way == 0) && self.unwritten.is_empty() && self.writing.is_empty()
    }

    /// Begins nothing new; calls under way end.
    pub fn pause(&mut self, now: f64) {
        if self.phase == Phase::Running {
            self.halt(now, Pause::Person);
        }
    }

    /// Begins nothing new and gives up what is under way.
    pub fn stop(&mut self, now: f64) {
        if self.phase != Phase::Done {
            self.halt(now, Pause::Stopped);
        }
        self.give_up();
    }

    /// Whether the browser has no network: nothing is sent meanwhile.
    pub fn offline(&mut self, offline: bool) {
        self.offline = offline;
    }

    /// Other caps from now on. A run that a cap has stopped can go on.
    ///
    /// # Errors
    /// Those of [`Caps::check`].
    pub fn change_caps(&mut self, caps: Caps, now: f64) -> Result<()> {
        caps.check()?;
        self.write_now(now, Record::Caps(caps));
        Ok(())
    }

    /// A model that is left alone is tried again at once, by its place.
    pub fn try_again(&mut self, model: usize, now: f64) {
        self.write_now(now, Record::TryAgain(model));
    }

    /// What is to be done now.
    pub fn poll(&mut self, now: f64) -> Orders {
        let mut wake = None;
        if self.phase == Phase::Running {
            let at = self.at(now);
            let end = self.ledger.caps.minutes * 60_000.0;
            if at >= end {
                self.halt(now, Pause::Cap(Cap::Minutes));
                self.give_up();
            } else if self.ledger.is_over() {
                self.halt(now, Pause::Over);
            } else if !self.offline || self.setup.dry {
                wake = Some(end - at);
                match self.advance(at) {
                    Ok(next) => wake = next.map(|next| next - at).filter(|next| *next < end - at).or(wake),
                    Err(Phase::Done) => {
                        self.halt(now, Pause::Person);
                        self.phase = Phase::Done;
                    }
                    Err(Phase::Paused(why)) => self.halt(now, why),
                    Err(Phase::Running) => {}
                }
            }
        }
        let mut send = std::mem::take(&mut self.send);
        if self.phase != Phase::Running {
            // Written down, and not to be carried out any more.
            let at = self.at(now);
            send.drain(..).for_each(|call| self.end(call, at, Outcome::NotSent));
        }
        // Where there is no room, only the person can make some.
        let blocked = self.phase == Phase::Paused(Pause::Storage);
        let save = if blocked { Vec::new() } else { std::mem::take(&mut self.unwritten) };
        self.writing.extend(save.iter().cloned());
        let abort = std::mem::take(&mut self.abort);
        Orders { save, send, abort, wake_ms: wake.map(|wake| if wake > 1.0 { wake } else { 1.0 }) }
    }

    /// The oldest `count` entries that were handed out are written down.
    pub fn saved(&mut self, count: usize) {
        for _ in 0..count {
            let Some(entry) = self.writing.pop_front() else { return };
            match entry.what {
                Record::Intent { call, .. } if self.phase == Phase::Running => self.send.push(call),
                Record::Intent { call, .. } => self.end(call, entry.at, Outcome::NotSent),
                Record::Outcome { .. } => self.apply(&entry),
                // In effect already.
                _ => {}
            }
        }
    }

    /// What was handed out last cannot be written down: nothing more is begun before the person has made room.
    pub fn not_saved(&mut self, now: f64) {
        if self.phase != Phase::Done {
            self.halt(now, Pause::Storage);
        }
        let rest = std::mem::take(&mut self.unwritten);
        self.unwritten = self.writing.drain(..).chain(rest).collect();
    }

    /// What the network brought of a call, after so many milliseconds. A second time changes nothing.
    pub fn heard(&mut self, call: u64, heard: &Heard, latency_ms: f64, now: f64) {
        let Some(model) = self.model_of(call) else { return };
        let outcome = match read(&model.endpoint, heard) {
            Ok(answer) => {
                let score = self.score(call, &answer.text);
                let spent = answer.usage.as_ref().zip(model.price).map(|(usage, price)| dollars(usage, price));
                let (text, usage, ending) = (answer.text, answer.usage, answer.ending);
                Outcome::Answered(Said { text, usage, ending, dollars: spent, score, latency_ms })
            }
            Err(fault) => Outcome::Failed { fault, latency_ms },
        };
        self.end(call, self.at(now), outcome);
    }

    /// What is sent for a call.
    ///
    /// # Errors
    /// Those of [`request`]; a call that there is not.
    pub fn request(&self, call: u64) -> Result<Request> {
        let nothing = || Error::new(ErrorKind::Missing, "a call of this run");
        let (model, slot) = self.model_of(call).zip(self.slot(call)).ok_or_else(nothing)?;
        let prompt = self.prompt(&slot);
        request(&model.endpoint, &self.ask_of(&slot, model, &prompt))
    }

    /// What a call is for.
    pub fn slot(&self, call: u64) -> Option<Slot> {
        self.calls.get(call as usize).map(|call| call.slot)
    }

    /// The model of a call.
    pub fn model_of(&self, call: u64) -> Option<&Model> {
        self.setup.models.get(self.model(&self.slot(call)?)?)
    }

    /// The text that is sent in a slot.
    pub fn prompt(&self, slot: &Slot) -> String {
        let Some(question) = self.setup.question(slot.round) else { return String::new() };
        if !slot.judge {
            return self.setup.prompt(question);
        }
        let template = self.setup.judge.as_ref().map_or(JUDGE_TEMPLATE, |judge| judge.template.as_str());
        let answer = self.answer_in(slot).unwrap_or_default();
        fill(
            template,
            &[
                ("query", &question.query),
                ("reference", &question.reference),
                ("answer", answer),
                ("category", &question.category),
            ],
        )
    }

    /// The answer that is judged in a slot.
    pub fn answer_in(&self, slot: &Slot) -> Option<&str> {
        let answers = Slot { judge: false, ..*slot };
        self.calls.iter().rev().filter(|call| call.slot == answers).find_map(|call| match &call.outcome {
            Some(Outcome::Answered(said)) => Some(said.text.as_str()),
            _ => None,
        })
    }

    /// The request of a slot, before it has a key.
    pub fn ask_of<'a>(&'a self, slot: &Slot, model: &'a Model, prompt: &'a str) -> Ask<'a> {
        match self.setup.judge.as_ref().filter(|_| slot.judge) {
            Some(judge) => Ask { model: &model.model, system: "", prompt, max_tokens: judge.max_tokens },
            None => self.setup.ask(model, prompt),
        }
    }

    /// The place of the model that is called in a slot.
    fn model(&self, slot: &Slot) -> Option<usize> {
        match slot.judge {
            true => self.setup.judge.as_ref().map(|judge| judge.model),
            false => self.models.get(slot.arm).copied(),
        }
    }

    fn worst_of(&self, slot: &Slot) -> f64 {
        let Some(model) = self.model(slot).and_then(|place| self.setup.models.get(place)) else { return 0.0 };
        worst_case(model, &self.ask_of(slot, model, &self.prompt(slot)))
    }

    fn score(&self, call: u64, text: &str) -> Option<f64> {
        let slot = self.slot(call)?;
        if slot.judge {
            return verdict(text);
        }
        let question = self.setup.question(slot.round)?;
        self.scorer.score(text, &question.reference)
    }

    fn is_judged(&self) -> bool {
        self.setup.scoring == Scoring::Judged
    }

    fn is_played(&self) -> bool {
        self.run.round() >= self.setup.rounds
    }

    /// Milliseconds of running.
    fn at(&self, now: f64) -> f64 {
        // A clock that goes back stands still.
        let more = self.since.map_or(0.0, |since| now - since);
        self.ran + if more > 0.0 { more } else { 0.0 }
    }

    fn halt(&mut self, now: f64, why: Pause) {
        self.ran = self.at(now);
        self.since = None;
        self.phase = Phase::Paused(why);
    }

    /// Gives up the calls under way.
    fn give_up(&mut self) {
        let under_way = (0..).zip(&self.calls).filter(|(_, call)| !call.heard && call.outcome.is_none());
        self.abort.extend(under_way.map(|(number, _): (u64, _)| number));
    }

    /// A call has ended: written down, then in effect.
    fn end(&mut self, call: u64, at: f64, outcome: Outcome) {
        let Some(known) = self.calls.get_mut(call as usize).filter(|call| !call.heard && call.outcome.is_none()) else {
            return;
        };
        known.heard = true;
        self.write(at, Record::Outcome { call, outcome });
    }

    fn write(&mut self, at: f64, what: Record) {
        self.unwritten.push(Entry { at, what });
    }

    /// Written down and in effect at once.
    fn write_now(&mut self, now: f64, what: Record) {
        let entry = Entry { at: self.at(now), what };
        self.apply(&entry);
        self.unwritten.push(entry);
    }
}
