//! The live run as a state machine: against a provider that fails on a seeded schedule, on a disk that keeps what was
//! written, in a tab that is killed at any moment. The provider's own books are the judge.

#![allow(clippy::unwrap_used)]

use llm_selection::bandit::policy::Observation;
use llm_selection::data::Question;
use llm_selection::experiment::{Experiment, Policy, Task, TokenPrice};
use llm_selection::live::fault::FaultKind;
use llm_selection::live::grade::Scoring;
use llm_selection::live::ledger::{Cap, Caps};
use llm_selection::live::log::{Entry, Outcome, Record, Slot};
use llm_selection::live::protocol::Heard;
use llm_selection::live::provider::{Endpoint, provider};
use llm_selection::live::session::{Pause, Phase, Session};
use llm_selection::live::setup::{Judge, Model, Pace, Setup};
use llm_selection::random::{hash, unit};
use llm_selection::simulation::{Run, Simulation, Unobserved};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

const PRICES: [(f64, f64); 3] = [(0.1, 0.4), (1.0, 4.0), (5.0, 25.0)];

fn policy(json: &str) -> Policy {
    serde_json::from_str(json).unwrap()
}

fn task(reward: &str) -> Task {
    let text = format!(
        r#"{{"environment": {{"kind": "preset", "id": "sciq"}}, "task": {{"reward": "{reward}", "max_models": 2, "budget": 0.0005}},
            "policies": [{{"kind": "random"}}]}}"#
    );
    Experiment::from_json(&text).unwrap().task
}

fn setup(reward: &str, rounds: u32, batch: u32) -> Setup {
    let endpoint = |id: &str| Endpoint::of(provider(id).unwrap());
    let ids = ["openai", "anthropic", "gemini"];
    let models = ids.iter().zip(PRICES).map(|(id, (input, output))| Model {
        name: format!("model of {id}"),
        endpoint: endpoint(id),
        model: (*id).to_owned(),
        price: Some(TokenPrice { input, output }),
        plays: true,
    });
    Setup {
        dry: false,
        models: models.collect(),
        questions: (0..7)
            .map(|number| Question {
                id: format!("q{number}"),
                query: format!("Question {number}?"),
                reference: number.to_string(),
                category: String::new(),
            })
            .collect(),
        shuffled: true,
        system: String::new(),
        template: "Answer: {query}".to_owned(),
        scoring: Scoring::Graded(llm_selection::experiment::Grader::Exact),
        judge: None,
        task: task(reward),
        policy: policy(r#"{"kind": "c2mab-v", "alpha_mu": 0.3, "alpha_c": 0.05}"#),
        rounds,
        seed: 5,
        batch,
        max_tokens: 50,
        timeout_s: 10.0,
        retries: 3,
        paces: ids.iter().map(|id| (endpoint(id), Pace { at_once: 8, per_minute: None })).collect(),
        caps: Caps { dollars: 1.0, calls: 100_000, minutes: 10_000.0 },
    }
}

/// A provider with its own books.
struct Provider {
    seed: u64,
    /// Share of calls that fail.
    faults: f64,
    /// Dollars that it bills.
    billed: f64,
    /// How often each slot was sent.
    sent: BTreeMap<Slot, u32>,
    number: u64,
}

/// What reaches the page of a call, and what it is billed.
fn reply(model: &Model, answer: &str, input: u64, output: u64) -> String {
    match model.endpoint.provider.as_str() {
        "openai" => format!(
            r#"{{"choices":[{{"message":{{"content":"{answer}"}},"finish_reason":"stop"}}],"usage":{{"prompt_tokens":{input},"completion_tokens":{output}}}}}"#
        ),
        "anthropic" => format!(
            r#"{{"content":[{{"type":"text","text":"{answer}"}}],"stop_reason":"end_turn","usage":{{"input_tokens":{input},"output_tokens":{output}}}}}"#
        ),
        _ => format!(
            r#"{{"candidates":[{{"content":{{"parts":[{{"text":"{answer}"}}]}},"finishReason":"STOP"}}],"usageMetadata":{{"promptTokenCount":{input},"candidatesTokenCount":{output}}}}}"#
        ),
    }
}

impl Provider {
    /// What comes back, and after how many milliseconds.
    fn call(&mut self, session: &Session, call: u64) -> (Heard, f64) {
        let (slot, model) = (session.slot(call).unwrap(), session.model_of(call).unwrap());
        *self.sent.entry(slot).or_default() += 1;
        let key = hash(self.seed, self.number);
        let draw = move |what: u64| unit(hash(key, what));
        let question = session.setup().question(slot.round).unwrap();
        let quality = model.price.unwrap().output.sqrt() / 6.0 + 0.2;
        let right = draw(1) < quality;
        let answer = match (slot.judge, right) {
            (true, _) => if draw(8) < 0.5 { "yes" } else { "no" }.to_owned(),
            (false, true) => question.reference.clone(),
            (false, false) => "wrong".to_owned(),
        };
        let (input, output) = (5 + (draw(2) * 10.0) as u64, 1 + (draw(3) * 49.0) as u64);
        let price = model.price.unwrap();
        let cost = (input as f64 * price.input + output as f64 * price.output) / 1e6;
        let good = reply(model, &answer, input, output);
        let http = |status: u16, body: &str| Heard::Http { status, retry_after: None, body: body.to_owned() };
        let (kind, after) = (draw(5), 50.0 + draw(4) * 900.0);
        self.number += 1;
        if draw(6) >= self.faults {
            self.billed += cost;
            return (http(200, &good), after);
        }
        // In half of what the page cannot know, the work was done.
        let unknown = if draw(7) < 0.5 { cost } else { 0.0 };
        let (heard, billed) = match (kind * 10.0) as u32 {
            0 => (http(429, r#"{"error":{"message":"slow down"}}"#), 0.0),
            1 => (Heard::Http { status: 429, retry_after: Some("2".into()), body: String::new() }, 0.0),
            2 => (http(500, "oops"), 0.0),
            3 => (http(503, ""), 0.0),
            4 => (Heard::TimedOut, unknown),
            5 => (Heard::Broken, unknown),
            6 => (http(200, good.get(..good.len() / 2).unwrap()), cost),
            7 => (http(200, "<html>gateway</html>"), unknown),
            8 => (http(200, &good.replace("okens\":", "okens\":-").replace("Count\":", "Count\":-")), cost),
            _ => (Heard::TooLarge, unknown),
        };
        self.billed += billed;
        (heard, after)
    }
}

/// Plays a run to its end, or until nothing more happens; kills the tab where `kills` says so. Gives the entries on disk.
fn play(setup: &Setup, provider: &mut Provider, kills: u64, kill_share: f64) -> (Session, Vec<Entry>) {
    let mut disk: Vec<Entry> = Vec::new();
    let mut session = Session::new(setup.clone()).unwrap();
    let mut now = 1_000.0;
    session.go_on(now);
    let mut under_way: Vec<(f64, u64, Heard, f64)> = Vec::new();
    let mut step = 0u64;
    loop {
        step += 1;
        assert!(step < 200_000, "the run does not end");
        let orders = session.poll(now);
        let killed = |moment: u64| unit(hash(hash(kills, step), moment)) < kill_share;
        let count = orders.save.len();
        if killed(1) {
            // Some of what was handed out is on disk.
            let kept = (unit(hash(kills, step)) * (count + 1) as f64) as usize;
            disk.extend(orders.save.into_iter().take(kept));
        } else {
            disk.extend(orders.save);
            session.saved(count);
            let more = session.poll(now);
            under_way.retain(|(_, call, ..)| !orders.abort.contains(call) && !more.abort.contains(call));
            for call in orders.send.iter().chain(&more.send) {
                let (heard, after) = provider.call(&session, *call);
                under_way.push((now + after, *call, heard, after));
            }
            let (aborted, count) =
                (orders.abort.iter().chain(&more.abort).copied().collect::<Vec<_>>(), more.save.len());
            disk.extend(more.save);
            session.saved(count);
            for call in aborted {
                session.heard(call, &Heard::Aborted, 1.0, now);
            }
            let ledger = session.ledger();
            assert!(ledger.at_most() <= ledger.caps.dollars * (1.0 + 1e-9) + 1e-12, "the cap is exceeded");
            assert!(
                provider.billed <= ledger.at_most() + 1e-9,
                "{} billed, {} booked",
                provider.billed,
                ledger.at_most()
            );
            if !killed(2) {
                let quiet = session.poll(now);
                let idle = quiet.save.is_empty() && quiet.send.is_empty();
                let (handed, sends) = (quiet.save.len(), quiet.send);
                disk.extend(quiet.save);
                session.saved(handed);
                for call in sends {
                    let (heard, after) = provider.call(&session, call);
                    under_way.push((now + after, call, heard, after));
                }
                under_way.sort_by(|a, b| b.0.total_cmp(&a.0));
                match under_way.pop() {
                    Some((time, call, heard, latency)) => {
                        now = if time > now { time } else { now };
                        session.heard(call, &heard, latency, now);
                    }
                    None if !idle => {}
                    None if session.phase() == Phase::Running => now += quiet.wake_ms.unwrap_or(1.0).min(60_000.0),
                    None => return (session, disk),
                }
                continue;
            }
        }
        // What was under way is lost; the provider has billed it all the same.
        under_way.clear();
        session = Session::resume(setup.clone(), &disk).unwrap();
        session.go_on(now);
        now += 5_000.0;
    }
}

/// What must hold of a log whoever wrote it: no call whose reply is known, or unknown for good, is made again.
fn check_log(disk: &[Entry]) {
    let mut slots: BTreeMap<u64, Slot> = BTreeMap::new();
    let mut closed: BTreeSet<Slot> = BTreeSet::new();
    for entry in disk {
        match &entry.what {
            Record::Intent { call, slot, .. } => {
                assert!(!closed.contains(slot), "{slot:?} is called again");
                slots.insert(*call, *slot);
            }
            Record::Outcome { call, outcome } => match outcome {
                Outcome::Answered(_) => {
                    closed.insert(slots[call]);
                }
                Outcome::Failed { fault, .. } if fault.kind.may_be_billed() => {
                    closed.insert(slots[call]);
                }
                _ => {}
            },
            _ => {}
        }
    }
}

fn provider_with(seed: u64, faults: f64) -> Provider {
    Provider { seed, faults, billed: 0.0, sent: BTreeMap::new(), number: 0 }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn whatever_fails_and_whenever_the_tab_is_killed(
        seed in 0u64..1_000_000,
        reward in prop::sample::select(vec!["awc", "suc", "aic"]),
        rounds in 1u32..40,
        batch in 1u32..9,
        faults in 0.0..0.6f64,
        kill_share in prop::sample::select(vec![0.0, 0.02, 0.1]),
        judged in any::<bool>(),
        dollars in prop::sample::select(vec![0.002, 0.02, 1.0]),
    ) {
        let mut setup = setup(reward, rounds, batch);
        setup.caps.dollars = dollars;
        if judged {
            setup.scoring = Scoring::Judged;
            setup.judge = Some(Judge { model: 0, template: "{query} {reference} {answer}".into(), max_tokens: 50 });
        }
        let worst = setup.models.iter().map(|model| setup.worst(model)).fold(0.0, f64::max);
        let mut provider = provider_with(seed, faults);
        let (session, disk) = play(&setup, &mut provider, seed, kill_share);
        let ledger = session.ledger();
        let (unknown, _) = ledger.unknown();
        prop_assert!(ledger.known() <= provider.billed + 1e-9);
        prop_assert!(provider.billed <= ledger.known() + unknown + 1e-9);
        if unknown == 0.0 {
            prop_assert!((ledger.known() - provider.billed).abs() < 1e-9);
        }
        prop_assert_eq!(ledger.held(), 0.0);
        check_log(&disk);
        match session.phase() {
            Phase::Done => prop_assert_eq!(session.state().0, rounds),
            Phase::Paused(Pause::Cap(Cap::Dollars)) => prop_assert!(ledger.at_most() + worst > dollars),
            phase => prop_assert!(phase == Phase::Paused(Pause::NoModel), "{:?}", phase),
        }
        // Read again, the log gives the same state.
        let again = Session::resume(setup, &disk).unwrap();
        prop_assert_eq!(again.state(), session.state());
        prop_assert!((again.ledger().at_most() - ledger.at_most()).abs() < 1e-9);
    }
}

#[test]
fn a_run_is_the_engine_s_own_loop() {
    for (reward, batch) in [("awc", 1), ("suc", 1), ("aic", 1), ("awc", 4), ("suc", 4)] {
        let setup = setup(reward, 30, batch);
        let (session, disk) = play(&setup, &mut provider_with(3, 0.0), 0, 0.0);
        assert_eq!(session.phase(), Phase::Done);
        // By hand: what each round's models said, told to a run of the engine.
        let mut slots = BTreeMap::new();
        let mut said: BTreeMap<(u32, usize), (f64, f64, f64)> = BTreeMap::new();
        for entry in &disk {
            match &entry.what {
                Record::Intent { call, slot, .. } => {
                    slots.insert(*call, *slot);
                }
                Record::Outcome { call, outcome: Outcome::Answered(it) } => {
                    let slot: Slot = slots[call];
                    said.insert((slot.round, slot.arm), (it.score.unwrap(), it.dollars.unwrap(), it.latency_ms));
                }
                _ => {}
            }
        }
        let (plan, _) = setup.check().unwrap();
        let mut simulation = Simulation::new(plan.game.clone());
        let mut run = Run::new(&simulation, 0, 0).unwrap();
        let all: Vec<usize> = (0..3).collect();
        let scale = plan.game.cost_scale;
        for first in (0..30).step_by(batch as usize) {
            let situation = simulation.situation(&all);
            run.meet(situation);
            let size = batch.min(30 - first);
            let choices: Vec<_> = (0..size).map(|ahead| run.ask_ahead(&simulation, ahead)).collect();
            for (round, choice) in (first..).zip(&choices) {
                let mut observed = Vec::new();
                let mut latency = 0.0;
                for &arm in &choice.arms {
                    let Some((score, cost, took)) = said.get(&(round, arm)).copied() else { break };
                    observed.push(Observation { arm, reward: score, cost: cost / scale });
                    latency = if reward == "awc" { latency + took } else { f64::max(latency, took) };
                }
                run.take_up(choice);
                run.tell(&simulation, &observed, Unobserved { uncalled_cost: 0.0, latency_ms: latency });
            }
        }
        let bytes = llm_selection::protocol::encode(&run).unwrap();
        let digest = llm_selection::data::FileIdentity::of("", &bytes).sha256;
        assert_eq!(session.state(), (30, digest), "{reward}, batch {batch}");
    }
}

#[test]
fn one_round_at_a_time_is_ask_and_tell() {
    let setup = setup("suc", 12, 1);
    let (plan, _) = setup.check().unwrap();
    let simulation = Simulation::new(plan.game.clone());
    let (mut one, mut other) = (Run::new(&simulation, 0, 0).unwrap(), Run::new(&simulation, 0, 0).unwrap());
    for t in 0..12u64 {
        let seen = |arm: usize| Observation {
            arm,
            reward: f64::from(u8::from(hash(t, arm as u64).is_multiple_of(3))),
            cost: 0.2,
        };
        let choice = one.ask(&simulation).clone();
        let ahead = other.ask_ahead(&simulation, 0);
        assert_eq!(choice, ahead);
        other.take_up(&ahead);
        let observed: Vec<Observation> = choice.arms.iter().map(|arm| seen(*arm)).collect();
        one.tell(&simulation, &observed, Unobserved::default());
        other.tell(&simulation, &observed, Unobserved::default());
    }
    assert_eq!(llm_selection::protocol::encode(&one).unwrap(), llm_selection::protocol::encode(&other).unwrap());
}

#[test]
fn a_cascade_calls_one_after_another_and_stops() {
    let (_, disk) = play(&setup("awc", 40, 1), &mut provider_with(1, 0.0), 0, 0.0);
    let mut open: BTreeSet<u64> = BTreeSet::new();
    let mut won: BTreeSet<u32> = BTreeSet::new();
    let mut slots = BTreeMap::new();
    for entry in &disk {
        match &entry.what {
            Record::Intent { call, slot, .. } => {
                assert!(open.is_empty() && !won.contains(&slot.round));
                open.insert(*call);
                slots.insert(*call, slot.round);
            }
            Record::Outcome { call, outcome: Outcome::Answered(said) } => {
                open.remove(call);
                if said.score == Some(1.0) {
                    won.insert(slots[call]);
                }
            }
            _ => {}
        }
    }
    assert!(won.len() > 10);
}

#[test]
fn a_model_that_keeps_failing_is_left_alone_and_tried_again() {
    let mut setup = setup("suc", 30, 1);
    setup.retries = 0;
    let mut session = Session::new(setup).unwrap();
    let mut now = 0.0;
    session.go_on(now);
    let mut calls_of_first = Vec::new();
    let mut left_alone = false;
    while session.phase() == Phase::Running {
        let orders = session.poll(now);
        session.saved(orders.save.len());
        let sends = session.poll(now);
        session.saved(sends.save.len());
        let calls: Vec<u64> = orders.send.into_iter().chain(sends.send).collect();
        for call in &calls {
            let model = session.model_of(*call).unwrap().clone();
            if model.model == "openai" {
                calls_of_first.push(now);
                session.heard(*call, &Heard::Http { status: 401, retry_after: None, body: String::new() }, 5.0, now);
            } else {
                let body = reply(&model, "1", 5, 5);
                session.heard(*call, &Heard::Http { status: 200, retry_after: None, body }, 5.0, now);
            }
        }
        now += 2_000.0;
        let report = session.report(now, "https://example.org");
        if let Some(away) = &report.models[0].away {
            left_alone = true;
            assert_eq!(away.fault.kind, FaultKind::WrongKey);
            assert!(away.left_ms > 0.0 && !away.advice.is_empty());
        }
    }
    assert_eq!(session.phase(), Phase::Done);
    assert!(left_alone);
    // At once, then after half a minute at the earliest.
    assert!(calls_of_first.windows(2).all(|pair| pair[1] - pair[0] >= 30_000.0), "{calls_of_first:?}");
    let report = session.report(now, "");
    assert!(report.missing > 0 && report.models[0].reward.is_none());
    assert_eq!(report.models[0].dollars, 0.0);
}

#[test]
fn where_no_model_can_be_called_the_run_waits_for_the_person() {
    let setup = setup("awc", 10, 1);
    let mut session = Session::new(setup).unwrap();
    let mut now = 0.0;
    session.go_on(now);
    for _ in 0..2_000 {
        let orders = session.poll(now);
        session.saved(orders.save.len());
        let sends = session.poll(now);
        session.saved(sends.save.len());
        for call in orders.send.into_iter().chain(sends.send) {
            session.heard(call, &Heard::Http { status: 402, retry_after: None, body: String::new() }, 5.0, now);
        }
        now += 1_000.0;
    }
    assert_eq!(session.phase(), Phase::Paused(Pause::NoModel));
    let calls = session.report(now, "").calls;
    // To go on is to try them again.
    session.go_on(now);
    let orders = session.poll(now);
    session.saved(orders.save.len());
    assert!(session.report(now, "").calls > calls);
}

#[test]
fn a_pause_a_stop_and_a_cap_of_minutes() {
    let mut setup = setup("suc", 10, 2);
    setup.caps.minutes = 1.0;
    let start = |setup: &Setup| {
        let mut session = Session::new(setup.clone()).unwrap();
        session.go_on(0.0);
        let orders = session.poll(0.0);
        assert!(orders.send.is_empty(), "nothing is sent before its intent is written");
        session.saved(orders.save.len());
        let calls = session.poll(0.0).send;
        assert_eq!(calls.len(), 4);
        (session, calls)
    };
    // A pause lets what is under way end.
    let (mut session, calls) = start(&setup);
    session.pause(1.0);
    let orders = session.poll(1.0);
    assert!(orders.abort.is_empty() && orders.send.is_empty());
    let body = reply(session.model_of(calls[0]).unwrap(), "1", 5, 5);
    session.heard(calls[0], &Heard::Http { status: 200, retry_after: None, body }, 5.0, 2.0);
    let orders = session.poll(2.0);
    assert_eq!(orders.save.len(), 1);
    session.saved(1);
    assert!(session.ledger().known() > 0.0);
    // A stop gives it up, and books it at its worst case.
    let (mut session, calls) = start(&setup);
    let held = session.ledger().held();
    session.stop(1.0);
    assert_eq!(session.poll(1.0).abort, calls);
    for call in calls {
        session.heard(call, &Heard::Aborted, 1.0, 1.0);
    }
    let orders = session.poll(1.0);
    session.saved(orders.save.len());
    let (unknown, count) = session.ledger().unknown();
    assert!((unknown - held).abs() < 1e-12 && count == 4 && session.ledger().held() == 0.0);
    // Time of running alone counts, and its end gives up what is under way.
    let (mut session, calls) = start(&setup);
    assert_eq!(session.poll(59_000.0).wake_ms, Some(1_000.0));
    let orders = session.poll(60_000.0);
    assert_eq!((session.phase(), orders.abort), (Phase::Paused(Pause::Cap(Cap::Minutes)), calls));
    // A clock that goes back neither stops nor repeats anything.
    let (mut session, _) = start(&setup);
    session.poll(30_000.0);
    assert!(session.poll(-50_000.0).save.is_empty());
    assert_eq!(session.phase(), Phase::Running);
    // An intent that is written after a pause is not carried out, and its call not counted.
    let mut session = Session::new(setup).unwrap();
    session.go_on(0.0);
    let orders = session.poll(0.0);
    session.pause(0.0);
    session.saved(orders.save.len());
    let orders = session.poll(0.0);
    assert!(orders.send.is_empty() && orders.save.len() == 4);
    session.saved(4);
    assert_eq!((session.ledger().calls(), session.ledger().held()), (0, 0.0));
    session.go_on(10.0);
    assert_eq!(session.poll(10.0).save.len(), 4);
}

#[test]
fn what_cannot_be_written_is_not_carried_out() {
    let mut session = Session::new(setup("suc", 10, 1)).unwrap();
    session.go_on(0.0);
    let orders = session.poll(0.0);
    session.not_saved(0.0);
    assert_eq!(session.phase(), Phase::Paused(Pause::Storage));
    session.go_on(5.0);
    let again = session.poll(5.0);
    assert_eq!(again.save, orders.save);
    assert!(again.send.is_empty());
    session.saved(again.save.len());
    assert_eq!(session.poll(6.0).send.len(), 2);
}

#[test]
fn offline_nothing_is_begun() {
    let mut session = Session::new(setup("suc", 10, 1)).unwrap();
    session.offline(true);
    session.go_on(0.0);
    assert!(session.poll(0.0).save.is_empty());
    assert!(session.report(0.0, "").offline);
    session.offline(false);
    assert!(!session.poll(1.0).save.is_empty());
}

#[test]
fn a_bill_above_the_worst_case_stops_the_run() {
    let mut session = Session::new(setup("suc", 10, 1)).unwrap();
    session.go_on(0.0);
    let orders = session.poll(0.0);
    session.saved(orders.save.len());
    let call = session.poll(0.0).send[0];
    let body = reply(session.model_of(call).unwrap(), "1", 900_000, 5);
    session.heard(call, &Heard::Http { status: 200, retry_after: None, body }, 5.0, 2.0);
    let orders = session.poll(2.0);
    session.saved(orders.save.len());
    session.poll(3.0);
    assert_eq!(session.phase(), Phase::Paused(Pause::Over));
}

#[test]
fn caps_can_be_raised_and_calls_are_capped() {
    let mut small = setup("suc", 10, 1);
    small.caps.calls = 5;
    let mut provider = provider_with(9, 0.0);
    let (mut session, disk) = play(&small, &mut provider, 0, 0.0);
    assert_eq!(session.phase(), Phase::Paused(Pause::Cap(Cap::Calls)));
    assert_eq!(session.ledger().calls(), 5);
    assert_eq!(provider.number, 5);
    session.change_caps(Caps { calls: 1_000, ..small.caps }, 0.0).unwrap();
    assert!(session.change_caps(Caps { calls: 0, ..small.caps }, 0.0).is_err());
    session.go_on(0.0);
    assert!(!session.poll(0.0).save.is_empty());
    // Opened again, the cap is the one of the set-up until it is changed.
    assert_eq!(Session::resume(small, &disk).unwrap().ledger().caps.calls, 5);
}

#[test]
fn pace_is_kept() {
    let mut slow = setup("suc", 12, 6);
    slow.paces =
        slow.models.iter().map(|model| (model.endpoint.clone(), Pace { at_once: 2, per_minute: Some(3) })).collect();
    let mut session = Session::new(slow).unwrap();
    let mut now = 0.0;
    session.go_on(now);
    let mut begun: BTreeMap<String, Vec<f64>> = BTreeMap::new();
    let mut open: Vec<(f64, u64)> = Vec::new();
    while session.phase() == Phase::Running {
        let orders = session.poll(now);
        session.saved(orders.save.len());
        let more = session.poll(now);
        session.saved(more.save.len());
        for call in orders.send.into_iter().chain(more.send) {
            let model = session.model_of(call).unwrap().model.clone();
            begun.entry(model).or_default().push(now);
            open.push((now + 3_000.0, call));
        }
        let lanes = session.under_way();
        assert!(lanes.iter().all(|count| *count <= 2), "{lanes:?}");
        now += 500.0;
        let (due, rest): (Vec<_>, Vec<_>) = open.into_iter().partition(|(time, _)| *time <= now);
        open = rest;
        for (_, call) in due {
            let body = reply(session.model_of(call).unwrap(), "1", 5, 5);
            session.heard(call, &Heard::Http { status: 200, retry_after: None, body }, 3_000.0, now);
        }
    }
    assert_eq!(session.phase(), Phase::Done);
    // What is begun is sent at the next step, half a second later.
    for (model, times) in begun {
        assert!(times.windows(4).all(|four| four[3] - four[0] >= 59_000.0), "{model}: {times:?}");
    }
}

#[test]
fn set_ups_are_checked_by_field() {
    type Change = fn(&mut Setup);
    let cases: [(&str, Change); 16] = [
        ("models[1].price", |it| it.models[1].price = None),
        ("models[1].price.output", |it| it.models[1].price = Some(TokenPrice { input: 1.0, output: -1.0 })),
        ("models[1].name", |it| it.models[1].name = it.models[0].name.clone()),
        ("models[1].model", |it| it.models[1].model = " ".into()),
        ("models[0].endpoint", |it| it.models[0].endpoint.base = "https://api.openai.com.evil.example/v1".into()),
        ("models", |it| it.models.iter_mut().for_each(|model| model.plays = false)),
        ("questions", |it| it.questions.clear()),
        ("questions[2].query", |it| it.questions[2].query = String::new()),
        ("questions[2].id", |it| it.questions[2].id = "q0".into()),
        ("template", |it| it.template = "no place for it".into()),
        ("judge", |it| it.scoring = Scoring::Judged),
        ("rounds", |it| it.rounds = 0),
        ("batch", |it| it.batch = 1_000),
        ("caps.dollars", |it| it.caps.dollars = f64::NAN),
        ("policies[0].kind", |it| it.policy = policy(r#"{"kind": "oracle"}"#)),
        ("task.max_models", |it| it.task.max_models = Some(9)),
    ];
    for (field, change) in cases {
        let mut setup = setup("suc", 10, 1);
        change(&mut setup);
        let error = setup.check().unwrap_err();
        assert_eq!(error.place.field.as_deref(), Some(field), "{error}");
    }
    // As JSON and back, policy and all.
    let setup = setup("aic", 10, 1);
    let text = serde_json::to_string(&setup).unwrap();
    assert_eq!(serde_json::from_str::<Setup>(&text).unwrap(), setup);
}

#[test]
fn policies_that_read_the_query_play_live() {
    for kind in [
        r#"{"kind": "contextual", "retrain": 5}"#,
        r#"{"kind": "linucb"}"#,
        r#"{"kind": "thompson", "cost_aware": true}"#,
    ] {
        for batch in [1, 3] {
            let mut setup = setup("awc", 20, batch);
            setup.policy = policy(kind);
            let (session, disk) = play(&setup, &mut provider_with(2, 0.2), 7, 0.02);
            assert_eq!(session.phase(), Phase::Done, "{kind}");
            assert_eq!(Session::resume(setup, &disk).unwrap().state(), session.state());
        }
    }
}

/// Polls and saves until nothing more is to be written; gives the calls to be sent.
fn settle(session: &mut Session, now: f64) -> Vec<u64> {
    let mut calls = Vec::new();
    loop {
        let orders = session.poll(now);
        calls.extend(orders.send);
        if orders.save.is_empty() {
            return calls;
        }
        session.saved(orders.save.len());
    }
}

fn answer(session: &mut Session, call: u64, text: &str, now: f64) {
    let body = reply(session.model_of(call).unwrap(), text, 5, 5);
    session.heard(call, &Heard::Http { status: 200, retry_after: None, body }, 5.0, now);
}

#[test]
fn without_a_key_nothing_is_sent_and_nothing_lost() {
    let mut session = Session::new(setup("suc", 10, 1)).unwrap();
    session.go_on(0.0);
    let calls = settle(&mut session, 0.0);
    assert_eq!(calls.len(), 2);
    calls.iter().for_each(|call| session.unsent(*call, 1.0));
    settle(&mut session, 1.0);
    assert_eq!(session.phase(), Phase::Paused(Pause::NoKey));
    assert_eq!((session.ledger().calls(), session.ledger().at_most()), (0, 0.0));
    assert!(session.is_settled());
    session.go_on(2.0);
    let again = settle(&mut session, 2.0);
    assert_eq!(
        again.iter().map(|call| session.slot(*call)).collect::<Vec<_>>(),
        calls.iter().map(|call| session.slot(*call)).collect::<Vec<_>>()
    );
}

#[test]
fn answers_wait_for_their_judge_and_no_others_are_bought() {
    let mut judged = setup("suc", 10, 1);
    judged.models.push(Model { name: "judge".into(), model: "judge".into(), plays: false, ..judged.models[0].clone() });
    judged.scoring = Scoring::Judged;
    judged.judge = Some(Judge { model: 3, template: "{query} {reference} {answer}".into(), max_tokens: 5 });
    judged.retries = 0;
    let mut session = Session::new(judged).unwrap();
    session.go_on(0.0);
    for call in settle(&mut session, 0.0) {
        answer(&mut session, call, "1", 1.0);
    }
    let verdicts = settle(&mut session, 1.0);
    assert!(verdicts.len() == 2 && verdicts.iter().all(|call| session.slot(*call).unwrap().judge));
    // The answer of the first waits for another judge's call; the second was under way with it.
    session.heard(verdicts[0], &Heard::Http { status: 401, retry_after: None, body: String::new() }, 5.0, 2.0);
    answer(&mut session, verdicts[1], "yes", 2.0);
    let next = settle(&mut session, 2.0);
    // The verdict is on the arm's answer, the money of the verdict the judge's.
    let report = session.report(2.0, "");
    let judged = session.slot(verdicts[1]).unwrap().arm;
    assert_eq!(report.models[judged].reward.unwrap().mean, 1.0);
    assert!(report.models[3].reward.is_none() && report.models[3].dollars > 0.0 && report.models[3].calls == 2);
    // It has answered since: the next round has begun.
    let mut open = next;
    assert_eq!((open.len(), session.state().0), (2, 1));
    let mut at = 10.0;
    // From now on the judge is refused for good: answers are bought no more.
    let mut bought = 0;
    for _ in 0..400 {
        for call in std::mem::take(&mut open) {
            if session.slot(call).unwrap().judge {
                session.heard(call, &Heard::Http { status: 401, retry_after: None, body: String::new() }, 5.0, at);
            } else {
                bought += 1;
                answer(&mut session, call, "1", at);
            }
        }
        at += 1_000.0;
        open = settle(&mut session, at);
    }
    assert_eq!(session.phase(), Phase::Paused(Pause::NoModel));
    assert!(bought <= 6, "{bought} answers were bought and thrown away");
}

#[test]
fn a_provider_that_asks_to_be_left_alone_is() {
    let mut alone = setup("suc", 400, 4);
    alone.task.max_models = Some(3);
    let mut session = Session::new(alone).unwrap();
    session.go_on(0.0);
    let mut now = 0.0;
    let mut sent: Vec<f64> = Vec::new();
    let mut open: Vec<u64> = Vec::new();
    for _ in 0..200 {
        for call in std::mem::take(&mut open) {
            if session.model_of(call).unwrap().model != "openai" {
                answer(&mut session, call, "1", now);
                continue;
            }
            sent.push(now);
            let heard = Heard::Http { status: 503, retry_after: Some("20".into()), body: String::new() };
            session.heard(call, &heard, 5.0, now);
        }
        now += 500.0;
        open = settle(&mut session, now);
    }
    sent.dedup();
    assert!(sent.len() > 1 && sent.windows(2).all(|pair| pair[1] - pair[0] >= 20_000.0), "{sent:?}");
}

#[test]
fn a_gateway_that_gave_up_waiting_may_be_paid() {
    let mut session = Session::new(setup("suc", 10, 1)).unwrap();
    session.go_on(0.0);
    let calls = settle(&mut session, 0.0);
    let held = session.ledger().held();
    for (call, status) in calls.iter().zip([504, 524]) {
        session.heard(*call, &Heard::Http { status, retry_after: None, body: String::new() }, 5.0, 1.0);
    }
    settle(&mut session, 1.0);
    assert!((session.ledger().unknown().0 - held).abs() < 1e-12);
    // Not made again: the next calls are those of the next round.
    assert_eq!(session.state().0, 1);
}

#[test]
fn what_a_log_says_was_chosen_holds() {
    let setup = setup("suc", 6, 2);
    let (session, mut disk) = play(&setup, &mut provider_with(3, 0.0), 0, 0.0);
    // As another version of the engine may have chosen: every call is of the log's own sets.
    let other = Setup { seed: setup.seed + 1, shuffled: false, ..setup.clone() };
    let again = Session::resume(other, &disk).unwrap();
    assert_eq!(again.phase(), Phase::Done);
    assert_eq!(again.ledger().known(), session.ledger().known());
    // And a log that breaks off in the middle is gone on with.
    disk.truncate(disk.len() / 2);
    let half = Session::resume(setup, &disk).unwrap();
    assert_eq!(half.phase(), Phase::Paused(Pause::Opened));
}

#[test]
fn questions_that_nobody_could_be_asked_are_asked_again() {
    let mut wrong = setup("awc", 12, 4);
    wrong.retries = 0;
    let mut session = Session::new(wrong.clone()).unwrap();
    session.go_on(0.0);
    let mut disk = Vec::new();
    let mut now = 0.0;
    let mut key_is_right = false;
    let mut refused = 0;
    for _ in 0..3_000 {
        let mut calls = Vec::new();
        loop {
            let orders = session.poll(now);
            calls.extend(orders.send);
            if orders.save.is_empty() {
                break;
            }
            let count = orders.save.len();
            disk.extend(orders.save);
            session.saved(count);
        }
        for call in calls {
            if key_is_right {
                answer(&mut session, call, "1", now);
            } else {
                refused += 1;
                session.heard(call, &Heard::Http { status: 401, retry_after: None, body: String::new() }, 5.0, now);
            }
        }
        if session.phase() == Phase::Paused(Pause::NoModel) {
            assert_eq!((session.state().0, session.report(now, "").missing), (0, 0), "no question was given up");
            key_is_right = true;
            session.go_on(now);
        }
        now += 1_000.0;
    }
    assert!(refused > 3, "{refused}");
    assert_eq!(session.phase(), Phase::Done);
    let report = session.report(now, "");
    assert_eq!((report.round, report.missing), (12, 0));
    assert_eq!(Session::resume(wrong, &disk).unwrap().state(), session.state());
}
