//! How far the run is, and what each policy spends against the budget.

use super::piece::Piece;
use super::rail::Rail;
use crate::format::{Unit, count, duration, listed};
use crate::state::{Phase, Shared};
use crate::words::{plural, say};
use llm_selection::browser::pool::{Snapshot, Speed};
use llm_selection::plan::BudgetRange;
use std::rc::Rc;
use yew::prelude::*;

/// Properties of [`Status`].
#[derive(Properties, PartialEq)]
pub struct StatusProps {
    pub phase: Phase,
    pub fresh: bool,
    pub changed: bool,
    pub pending: bool,
    /// A step has begun the run anew.
    pub begun_again: bool,
    /// Whether Step does something.
    pub can_step: bool,
    pub speed: Speed,
    /// Share that policies have learned from texts before the first round.
    pub learning: Option<f64>,
    pub failed: bool,
    pub rounds: u32,
    /// Files that the experiment waits for.
    pub awaited: Rc<[String]>,
    pub snapshot: Option<Shared<Snapshot>>,
    pub hidden: Rc<Vec<bool>>,
    pub range: Option<BudgetRange>,
    pub unit: Unit,
}

fn text(props: &StatusProps) -> AttrValue {
    let current = props.snapshot.as_ref().filter(|_| props.fresh);
    if let Some(share) = props.learning {
        let share = format!("{:.0}", 100.0 * share);
        return say!("Learning from the texts of the queries, {share} % done", share = share);
    }
    if props.failed {
        return say!("Stopped");
    }
    match (props.phase, current) {
        (Phase::Running | Phase::Done, _) if props.pending => say!("Looking at the change"),
        (Phase::Ready, _) if !props.awaited.is_empty() => say!("Waiting for {files}", files = listed(&props.awaited)),
        (Phase::Ready, _) => say!(
            if props.can_step { "Round 0 of {n}. Press Run or Step" } else { "Round 0 of {n}. Press Run" },
            n = count(u64::from(props.rounds))
        ),
        (Phase::Paused, current) if props.begun_again => say!(
            "Begun again: round {round} of {n}",
            round = count(current.map_or(1, |snapshot| u64::from(snapshot.round))),
            n = count(u64::from(props.rounds))
        ),
        (Phase::Paused, current) => {
            let (round, furthest) = current.map_or((0, 0), |snapshot| (snapshot.round, snapshot.furthest));
            say!(
                match furthest > round {
                    _ if props.changed => "Paused at round {round}. Changed since: Run starts again",
                    true => "Paused at round {round}. Some policies are further: Step brings all to one round",
                    false => "Paused at round {round}",
                },
                round = count(u64::from(round))
            )
        }
        (Phase::Done, Some(snapshot)) => {
            let (rounds, replicates) = played(snapshot.rounds, snapshot);
            say!(
                "{rounds}, {replicates}, in {time}. Done",
                rounds = rounds,
                replicates = replicates,
                time = duration(snapshot.elapsed_ms)
            )
        }
        (Phase::Running, Some(snapshot)) => {
            say!(
                "Round {t} of {horizon}",
                t = count(u64::from(snapshot.round)),
                horizon = count(u64::from(snapshot.rounds))
            )
        }
        _ => say!("Running"),
    }
}

/// A number of rounds and the replicates, in words.
pub fn played(rounds: u32, snapshot: &Snapshot) -> (AttrValue, AttrValue) {
    let (rounds, replicates) = (u64::from(rounds), u64::from(snapshot.result.experiment.run.replicates));
    (
        plural!(rounds, "{n}\u{a0}round", "{n}\u{a0}rounds", n = count(rounds)),
        plural!(replicates, "{n}\u{a0}replicate", "{n}\u{a0}replicates", n = count(replicates)),
    )
}

/// The card.
#[component]
pub fn Status(props: &StatusProps) -> Html {
    let current = props.snapshot.as_ref().filter(|_| props.fresh);
    let track = use_mut_ref(Track::default);
    let pace = current.map_or(0.0, |snapshot| track.borrow_mut().pace(snapshot, props.speed));
    let played = current.map_or(0.0, |snapshot| f64::from(snapshot.round) / f64::from(snapshot.rounds.max(1)));
    let share = props.learning.unwrap_or(played);
    let state = match props.phase {
        _ if props.learning.is_some() => Some("is-running"),
        Phase::Running => Some("is-running"),
        Phase::Paused | Phase::Ready => Some("is-paused"),
        Phase::Done => None,
    };
    // A count that goes up is no announcement; what begins and ends is.
    let counts = props.learning.map_or(props.phase == Phase::Running && current.is_some(), |share| share > 0.0);
    let live = if counts { "off" } else { "polite" };
    let label = say!(if props.learning.is_some() { "Progress of the learning" } else { "Progress of the run" });
    html! {
        <section class={classes!("card", "status", "of-rounds", state)} aria-label={say!("Progress")}>
            <div class="status-now">
                <p role="status" aria-live={live}><span class="pulse"></span>{text(props)}</p>
                if props.phase != Phase::Ready || props.learning.is_some() {
                    <progress value={format!("{share:.4}")} aria-label={label}></progress>
                }
                if props.learning.is_none() { {facts(props, current, pace)} }
            </div>
            if let Some(snapshot) = &props.snapshot {
                <Piece turn=0 holder="rail"><Rail snapshot={snapshot.clone()} hidden={props.hidden.clone()} range={props.range} unit={props.unit} /></Piece>
            }
        </section>
    }
}

/// Where the run was a while ago: milliseconds of playing and rounds, twice, and at which speed.
#[derive(Default)]
struct Track {
    speed: Speed,
    before: (f64, u32),
    since: (f64, u32),
}

impl Track {
    /// Rounds a millisecond, over the last seconds. A speed that the run keeps up with is its pace.
    fn pace(&mut self, snapshot: &Snapshot, speed: Speed) -> f64 {
        let now = (snapshot.elapsed_ms, snapshot.round);
        let another = now.0 < self.since.0 || now.1 < self.since.1;
        if another || speed != self.speed {
            // A run begins at its first round, a speed here.
            let from = if another { (0.0, 0) } else { now };
            *self = Track { speed, before: from, since: from };
        }
        if now.0 - self.since.0 > WINDOW {
            (self.before, self.since) = (self.since, now);
        }
        let (time, rounds) = (now.0 - self.before.0, f64::from(now.1.saturating_sub(self.before.1)));
        match speed.rounds_per_second().map(|pace| pace / 1000.0) {
            Some(pace) if time < WINDOW || rounds + 1.0 > 0.8 * pace * time => pace,
            _ if time > 0.0 => rounds / time,
            _ => 0.0,
        }
    }
}

/// Milliseconds after which it is noted where a run is.
const WINDOW: f64 = 3_000.0;

fn facts(props: &StatusProps, current: Option<&Shared<Snapshot>>, pace: f64) -> Html {
    let fact = |name: AttrValue, value: AttrValue| html! { <div><dt>{name}</dt><dd>{value}</dd></div> };
    let facts = match (props.phase, current) {
        (Phase::Running, Some(snapshot)) if pace > 0.0 => {
            let rate = (1000.0 * pace + 0.5) as u64;
            let left = f64::from(snapshot.rounds.saturating_sub(snapshot.round)) / pace;
            vec![
                fact(say!("Time left"), duration(left).into()),
                // Not that of calls.
                fact(say!("Pace{of}", of = ""), plural!(rate, "{n} round/s", "{n} rounds/s", n = count(rate))),
                fact(say!("Replicates"), count(u64::from(snapshot.result.experiment.run.replicates)).into()),
            ]
        }
        (Phase::Paused, Some(_)) if !props.begun_again => vec![fact(say!("Kept"), say!("everything up to here"))],
        (Phase::Done, Some(snapshot)) => {
            let digest = &snapshot.result.digest;
            let short = digest.get(..8).unwrap_or(digest);
            let digest = html! { <div><dt>{say!("Digest")}</dt><dd title={digest.clone()}>{short}</dd></div> };
            vec![digest, fact(say!("Same bits as"), say!("the command line"))]
        }
        _ => Vec::new(),
    };
    html! { if !facts.is_empty() { <dl>{facts}</dl> } }
}
