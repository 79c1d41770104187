//! How far the run is.

use super::field::name;
use crate::components::message::explained;
use crate::format::{count, duration};
use crate::live::{Lack, LiveState, lacking};
use crate::words::{plural, say};
use llm_selection::live::ledger::Cap;
use llm_selection::live::session::{Pause, Phase, Report};
use yew::prelude::*;

/// The card, with the page's one live region.
pub fn status(live: &LiveState) -> Html {
    let report = live.report.as_deref();
    let running = report.is_some_and(|report| report.phase == Phase::Running);
    let class = if running || live.starting {
        "is-running"
    } else if report.is_some_and(|report| report.phase == Phase::Done) {
        ""
    } else {
        "is-paused"
    };
    // A count that goes up is no announcement; what begins and ends is.
    let aria = if running { "off" } else { "polite" };
    html! {
        <section class={classes!("card", "status", "one", class)} aria-label={say!("Progress")}>
            <div class="status-now">
                <p role="status" aria-live={aria}><span class="pulse"></span>{text(live)}</p>
                if let Some(report) = report {
                    <progress value={format!("{:.4}", f64::from(report.round) / f64::from(report.rounds.max(1)))} aria-label={say!("Questions answered")}></progress>
                    {facts(report)}
                } else if live.run.is_none() {
                    {missing(live)}
                }
            </div>
        </section>
    }
}

/// What is missing before the start.
fn missing(live: &LiveState) -> Html {
    let lacks = lacking(live);
    if lacks.is_empty() || lacks == [Lack::Worker] {
        return Html::default();
    }
    let items = lacks.iter().map(|lack| match (lack, &live.problem) {
        (Lack::Wrong, Some(error)) => html! { <li><b>{name(error)}</b>{": "}{explained(error)}</li> },
        (lack, _) => html! { <li>{lack.text()}</li> },
    });
    html! { <ul class="says small" aria-label={say!("Before the start")}>{for items}</ul> }
}

fn text(live: &LiveState) -> AttrValue {
    let Some(report) = live.report.as_deref() else {
        return say!(match () {
            () if live.starting => "Starting",
            () if live.run.is_some() => "Opening the run",
            () if live.questions.is_none() => "Opening the room",
            () if !lacking(live).is_empty() => "Not ready yet",
            () => "Ready",
        });
    };
    let at = say!(
        "question {t} of {horizon}, {n} calls",
        t = count(report.round.into()),
        horizon = count(report.rounds.into()),
        n = count(report.calls.into())
    );
    let ends = match report.under_way {
        0 => at.clone(),
        n => say!("{at}, {n} still under way", at = at, n = count(n.into())),
    };
    match report.phase {
        Phase::Running if report.offline => say!("Waiting for the network: {at}", at = at),
        Phase::Running => say!("Running: {at}", at = at),
        Phase::Paused(Pause::Opened) => say!("Opened at {at}. Press Go on", at = at),
        Phase::Paused(Pause::Person) => say!("Paused at {at}", at = ends),
        Phase::Paused(Pause::Stopped) => say!("Stopped at {at}", at = ends),
        Phase::Paused(Pause::Cap(cap)) => say!(
            match cap {
                Cap::Dollars => "Stopped at the cap on dollars: {at}",
                Cap::Calls => "Stopped at the cap on calls: {at}",
                Cap::Minutes => "Stopped at the cap on minutes: {at}",
            },
            at = ends
        ),
        Phase::Paused(Pause::Over) => say!("Stopped, a call cost more than it could: {at}", at = ends),
        Phase::Paused(Pause::NoKey) => say!("Stopped, a key is missing: {at}", at = ends),
        Phase::Paused(Pause::NoModel) => say!("Stopped, no model can be called: {at}", at = at),
        Phase::Paused(Pause::Storage) => say!("Stopped, nothing can be saved: {at}", at = ends),
        Phase::Done => {
            let (rounds, calls) = (u64::from(report.rounds), u64::from(report.calls));
            say!(
                "{questions}, {calls}. Done",
                questions = plural!(rounds, "{n}\u{a0}question", "{n}\u{a0}questions", n = count(rounds)),
                calls = plural!(calls, "{n}\u{a0}call", "{n}\u{a0}calls", n = count(calls))
            )
        }
    }
}

fn facts(report: &Report) -> Html {
    let fact = |name: AttrValue, value: AttrValue| html! { <div><dt>{name}</dt><dd>{value}</dd></div> };
    let left = (report.phase == Phase::Running && report.round > 0)
        .then(|| report.ran_ms / f64::from(report.round) * f64::from(report.rounds.saturating_sub(report.round)));
    html! {
        <dl>
            {fact(say!("Calls"), say!(if report.dry { "simulated" } else { "real" }))}
            {fact(say!(if report.phase == Phase::Running { "Running for" } else { "Ran for" }), duration(report.ran_ms).into())}
            if let Some(left) = left { {fact(say!("Time left, about"), duration(left).into())} }
        </dl>
    }
}
