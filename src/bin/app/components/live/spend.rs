//! What a run has spent and may come to.

use super::field::At;
use crate::components::explain::{Explain, Topic};
use crate::components::message::{Message, Tone};
use crate::components::shapes::shapes;
use crate::components::size::use_size;
use crate::format::{Unit, count, decimals, fixed};
use crate::live::{Export, LiveAction, LiveState};
use crate::words::{mix, say, told};
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
                <h2 id="live-spend">{say!("Spend")}</h2><Explain topic={Topic::LiveSpend} />
                if dry { <span class="chip">{say!("Dry run: nobody pays")}</span> }
                if report.is_some_and(|report| report.round > 0) {
                    <div class="end">
                        <button type="button" class="btn small" onclick={export(Export::Download)}>{say!("Download result files")}</button>
                        <button type="button" class="btn small" onclick={export(Export::Playground)}>{say!("Open in the Playground")}</button>
                    </div>
                }
            </div>
            { match (report, estimate) {
                (Some(report), _) => now(report, live),
                (None, Some(estimate)) => before(estimate, cap),
                (None, None) => html! { <p class="quiet">{say!("What the run may come to shows here once the form is complete.")}</p> },
            } }
            <Ledger {spending} />
            if let Some(estimate) = estimate.filter(|_| report.is_none()) {
                if !estimate.warnings.is_empty() {
                    <Message tone={Tone::Warn} title={say!("Before the start")}><ul>{for estimate.warnings.iter().map(|text| html! { <li>{told(text.clone())}</li> })}</ul></Message>
                }
                <details class="small"><summary>{say!("What is assumed")}</summary><ul class="says">{for estimate.assumptions.iter().map(|text| html! { <li>{told(text.clone())}</li> })}</ul></details>
            }
        </section>
    }
}

fn figure(name: AttrValue, value: Html, of: Html) -> Html {
    html! { <div><dt>{name}</dt><dd>{value}{" "}<small>{of}</small></dd></div> }
}

fn before(estimate: &Estimate, cap: f64) -> Html {
    let whole = |number: f64| count(number.round() as u64);
    html! {
        <dl class="kpis">
            {figure(say!("Expected"), html! { {dollars(estimate.dollars.0)} }, html! { {say!("capped at {cap}", cap = typed(cap))} })}
            {figure(say!("Without the cap"), html! { {dollars(estimate.dollars.1)} }, html! { {say!("at the very most")} })}
            {figure(say!("Calls"), html! { {whole(estimate.calls.0)} }, html! { {say!("at most {most}, and retries; {input} tokens in, {output} out", most = whole(estimate.calls.1), input = whole(estimate.input), output = whole(estimate.output))} })}
            {figure(say!("Dearest call"), html! { {dollars(estimate.worst_call)} }, html! { {say!("at the very most")} })}
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
    let (done, most_calls) = (count(report.calls.into()), count(report.caps.calls.into()));
    let (input, output) = (count(usage.input), count(usage.output));
    let mut tally = match usage.reasoning {
        0 => say!(
            "{calls} of {most} calls; {input} tokens in, {output} out",
            calls = done,
            most = most_calls,
            input = input,
            output = output
        ),
        reasoning => say!(
            "{calls} of {most} calls; {input} tokens in, {output} out ({reasoning} of them reasoning)",
            calls = done,
            most = most_calls,
            input = input,
            output = output,
            reasoning = count(reasoning)
        ),
    };
    if report.held > 0.0 {
        let (held, n) = (dollars(report.held), count(report.under_way.into()));
        tally = say!("{tally}; {dollars} held for {n} under way", tally = tally, dollars = held, n = n);
    }
    if report.unknown_calls > 0 {
        let (unknown, n) = (dollars(report.unknown), count(report.unknown_calls.into()));
        tally = say!(
            "{tally}; {dollars} for {n} whose outcome is unknown, at their worst",
            tally = tally,
            dollars = unknown,
            n = n
        );
    }
    if report.missing > 0 {
        tally = say!("{tally}; {n} answers missing", tally = tally, n = count(report.missing.into()));
    }
    html! {
        <>
            <dl class="kpis">
                {figure(say!(if report.dry { "Would have cost" } else { "Spent" }), html! { <data value={report.known.to_string()}>{dollars(report.known)}</data> }, html! { {say!("of {cap}", cap = typed(report.caps.dollars))} })}
                {figure(say!("Mean per question"), cost, match report.budget {
                    Some(budget) => mix!("of {budget}", budget = html! { <span class="over-t">{format!("ρ {}", typed(budget))}</span> }),
                    None => html! { {say!("no budget")} },
                })}
                {figure(say!("Mean reward"), reward, html! { {say!("of {n} answered", n = count(report.round.into()))} })}
                {figure(say!("Answers per question"), calls, most.map_or_else(Html::default, |most| html! { {say!("of at most {most}", most = most)} }))}
            </dl>
            <p class="quiet small">{say!("{tally}.", tally = tally)}</p>
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
            <svg class="chart ledger" viewBox={view} role="img" aria-label={told(scene.label.clone())}>{shapes(&scene.nodes)}</svg>
        </div>
    }
}
