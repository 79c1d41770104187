//! What a run has spent and may come to.

use super::field::At;
use crate::components::explain::{Explain, Topic};
use crate::components::figure::use_size;
use crate::components::message::{Message, Tone};
use crate::components::shapes::shapes;
use crate::format::{Unit, count, decimals, fixed};
use crate::live::{Export, LiveAction, LiveState};
use llm_selection::figure::Options;
use llm_selection::figure::live::Spending;
use llm_selection::live::estimate::Estimate;
use llm_selection::live::session::{Mean, Report};
use yew::prelude::*;

/// An amount of dollars, as fine as it is small.
pub fn dollars(amount: f64) -> String {
    if amount == 0.0 { "$0".to_owned() } else { Unit::Dollars.amount(amount, 3) }
}

/// An amount as somebody typed it.
pub fn typed(amount: f64) -> String {
    if amount == 0.0 { "$0".to_owned() } else { Unit::Dollars.short(amount) }
}

/// A mean of dollars with its interval, as fine as itself.
pub fn mean_dollars(mean_of: Mean) -> Html {
    let places = decimals(mean_of.mean, 3);
    mean(mean_of, |amount| Unit::Dollars.fixed(amount, places))
}

/// A mean with its interval.
pub fn mean(mean: Mean, write: impl Fn(f64) -> String) -> Html {
    html! { <><data value={mean.mean.to_string()}>{write(mean.mean)}</data>if let Some(half) = mean.half { {" "}<span class="pm">{"± "}{write(half)}</span> }</> }
}

/// The card.
pub fn spend(live: &LiveState, at: &At) -> Html {
    let report = live.report.as_deref();
    let dry = report.map_or(!live.form.real, |report| report.dry);
    let wanted = live.form.caps.caps().map_or(0.0, |caps| caps.dollars);
    let cap = report.map_or(wanted, |report| report.caps.dollars);
    let estimate = live.estimate.as_deref();
    let spending = Spending {
        known: report.map_or(0.0, |report| report.known),
        unsure: report.map_or(0.0, |report| report.unknown + report.held),
        estimate: estimate.map(|estimate| estimate.dollars),
        cap,
    };
    let export = |export: Export| at.press(move || LiveAction::Export(export));
    html! {
        <section class="card" aria-labelledby="live-spend">
            <div class="card-head">
                <h2 id="live-spend">{"Spend"}</h2><Explain topic={Topic::LiveSpend} />
                if dry { <span class="chip">{"Dry run: nobody pays"}</span> }
                if report.is_some_and(|report| report.round > 0) {
                    <div class="end">
                        <button type="button" class="btn small" onclick={export(Export::Download)}>{"Download result files"}</button>
                        <button type="button" class="btn small" onclick={export(Export::Playground)}>{"Open in the Playground"}</button>
                    </div>
                }
            </div>
            { match (report, estimate) {
                (Some(report), _) => now(report, live),
                (None, Some(estimate)) => before(estimate, cap),
                (None, None) => html! { <p class="quiet">{"What the run may come to shows here once the form is complete."}</p> },
            } }
            <Ledger {spending} />
            if let Some(estimate) = estimate.filter(|_| report.is_none()) {
                if !estimate.warnings.is_empty() {
                    <Message tone={Tone::Warn} title="Before the start"><ul>{for estimate.warnings.iter().map(|text| html! { <li>{text.clone()}</li> })}</ul></Message>
                }
                <details class="small"><summary>{"What is assumed"}</summary><ul class="says">{for estimate.assumptions.iter().map(|text| html! { <li>{text.clone()}</li> })}</ul></details>
            }
        </section>
    }
}

fn figure(name: &'static str, value: Html, of: Html) -> Html {
    html! { <div><dt>{name}</dt><dd>{value}{" "}<small>{of}</small></dd></div> }
}

fn before(estimate: &Estimate, cap: f64) -> Html {
    let whole = |number: f64| count(number.round() as u64);
    html! {
        <dl class="kpis">
            {figure("Expected", html! { {dollars(estimate.dollars.0)} }, html! { {format!("capped at {}", typed(cap))} })}
            {figure("Without the cap", html! { {dollars(estimate.dollars.1)} }, html! { {"at the very most"} })}
            {figure("Calls", html! { {whole(estimate.calls.0)} }, html! { {format!("at most {}, and retries; {} tokens in, {} out", whole(estimate.calls.1), whole(estimate.input), whole(estimate.output))} })}
            {figure("Dearest call", html! { {dollars(estimate.worst_call)} }, html! { {"at the very most"} })}
        </dl>
    }
}

fn now(report: &Report, live: &LiveState) -> Html {
    let most = live.run.as_ref().and_then(|run| run.setup.task.max_models);
    let none = || html! { {"–"} };
    let cost = report.cost.map_or_else(none, mean_dollars);
    let reward = report.reward.map_or_else(none, |reward| mean(reward, |value| fixed(value, 3)));
    let calls = report.calls_per_round.map_or_else(none, |calls| html! { {fixed(calls, 2)} });
    let usage = &report.usage;
    html! {
        <>
            <dl class="kpis">
                {figure(if report.dry { "Would have cost" } else { "Spent" }, html! { <data value={report.known.to_string()}>{dollars(report.known)}</data> }, html! { {format!("of {}", typed(report.caps.dollars))} })}
                {figure("Mean per question", cost, match report.budget {
                    Some(budget) => html! { <>{"of "}<span class="over-t">{format!("ρ {}", typed(budget))}</span></> },
                    None => html! { {"no budget"} },
                })}
                {figure("Mean reward", reward, html! { {format!("of {} answered", count(report.round.into()))} })}
                {figure("Answers per question", calls, most.map_or_else(Html::default, |most| html! { {format!("of at most {most}")} }))}
            </dl>
            <p class="quiet small">
                {format!("{} of {} calls; {} tokens in, {} out", count(report.calls.into()), count(report.caps.calls.into()), count(usage.input), count(usage.output))}
                if usage.reasoning > 0 { {format!(" ({} of them reasoning)", count(usage.reasoning))} }
                if report.held > 0.0 { {format!("; {} held for {} under way", dollars(report.held), count(report.under_way.into()))} }
                if report.unknown_calls > 0 { {format!("; {} for {} whose outcome is unknown, at their worst", dollars(report.unknown), count(report.unknown_calls.into()))} }
                if report.missing > 0 { {format!("; {} answers missing", count(report.missing.into()))} }
                {"."}
            </p>
        </>
    }
}

/// Properties of [`Ledger`].
#[derive(Properties, PartialEq)]
pub struct LedgerProps {
    pub spending: Spending,
}

/// The bar.
#[component]
fn Ledger(props: &LedgerProps) -> Html {
    let chart = use_node_ref();
    let (width, font) = use_size(&chart);
    let scene = props.spending.draw(&Options { width, font, ..Options::default() });
    let view = format!("0 0 {:.0} {:.0}", scene.width, scene.height);
    html! {
        <div class="chart-box" ref={chart}>
            <svg class="chart ledger" viewBox={view} role="img" aria-label={scene.label.clone()}>{shapes(&scene.nodes)}</svg>
        </div>
    }
}
