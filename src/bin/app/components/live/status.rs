//! How far the run is.

use super::field::name;
use crate::components::message::explained;
use crate::format::{count, duration, plural};
use crate::live::{Lack, LiveState, lacking};
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
        <section class={classes!("card", "status", "one", class)} aria-label="Progress">
            <div class="status-now">
                <p role="status" aria-live={aria}><span class="pulse"></span>{text(live)}</p>
                if let Some(report) = report {
                    <progress value={format!("{:.4}", f64::from(report.round) / f64::from(report.rounds.max(1)))} aria-label="Questions answered"></progress>
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
    html! { <ul class="says small" aria-label="Before the start">{for items}</ul> }
}

fn text(live: &LiveState) -> String {
    let Some(report) = live.report.as_deref() else {
        return match () {
            () if live.starting => "Starting".into(),
            () if live.run.is_some() => "Opening the run".into(),
            () if live.questions.is_none() => "Opening the room".into(),
            () if !lacking(live).is_empty() => "Not ready yet".into(),
            () => "Ready".into(),
        };
    };
    let at = format!(
        "question {} of {}, {} calls",
        count(report.round.into()),
        count(report.rounds.into()),
        count(report.calls.into())
    );
    let ends = if report.under_way > 0 {
        format!(", {} still under way", count(report.under_way.into()))
    } else {
        String::new()
    };
    match report.phase {
        Phase::Running if report.offline => format!("Waiting for the network: {at}"),
        Phase::Running => format!("Running: {at}"),
        Phase::Paused(Pause::Opened) => format!("Opened at {at}. Press Go on"),
        Phase::Paused(Pause::Person) => format!("Paused at {at}{ends}"),
        Phase::Paused(Pause::Stopped) => format!("Stopped at {at}{ends}"),
        Phase::Paused(Pause::Cap(cap)) => format!("Stopped at the cap on {}: {at}{ends}", capped(cap)),
        Phase::Paused(Pause::Over) => format!("Stopped, a call cost more than it could: {at}{ends}"),
        Phase::Paused(Pause::NoKey) => format!("Stopped, a key is missing: {at}{ends}"),
        Phase::Paused(Pause::NoModel) => format!("Stopped, no model can be called: {at}"),
        Phase::Paused(Pause::Storage) => format!("Stopped, nothing can be saved: {at}{ends}"),
        Phase::Done => {
            let (rounds, calls) = (u64::from(report.rounds), u64::from(report.calls));
            format!("{}, {}. Done", plural(rounds, "question", "questions"), plural(calls, "call", "calls"))
        }
    }
}

/// What a cap is on.
pub fn capped(cap: Cap) -> &'static str {
    match cap {
        Cap::Dollars => "dollars",
        Cap::Calls => "calls",
        Cap::Minutes => "minutes",
    }
}

fn facts(report: &Report) -> Html {
    let fact = |name: &'static str, value: String| html! { <div><dt>{name}</dt><dd>{value}</dd></div> };
    let left = (report.phase == Phase::Running && report.round > 0)
        .then(|| report.ran_ms / f64::from(report.round) * f64::from(report.rounds.saturating_sub(report.round)));
    html! {
        <dl>
            {fact("Calls", if report.dry { "simulated".into() } else { "real".into() })}
            {fact(if report.phase == Phase::Running { "Running for" } else { "Ran for" }, duration(report.ran_ms))}
            if let Some(left) = left { {fact("Time left, about", duration(left))} }
        </dl>
    }
}
