//! What is known of each model of the run that is open.

use super::call::in_words;
use super::field::At;
use super::spend::{dollars, mean, mean_dollars};
use crate::components::explain::{Explain, Topic};
use crate::components::message::{Message, Tone};
use crate::components::name::Name;
use crate::format::{count, duration, fixed};
use crate::live::LiveAction;
use crate::words::{mix, say, told};
use llm_selection::live::session::{Away, ModelReport, Phase, Report};
use yew::prelude::*;

/// The table.
pub fn known(report: &Report, at: &At) -> Html {
    let bounds = report.models.iter().any(|model| model.bounds.is_some());
    let rows = report.models.iter().enumerate().map(|(place, model)| row(report, place, model, bounds, at));
    html! {
        <section class="card" aria-labelledby="live-known">
            <div class="card-head">
                <h2 id="live-known">{say!("Models")}</h2><Explain topic={Topic::LiveKnown} />
                <span class="note">{say!("what came back, and what the policy believes of it")}</span>
            </div>
            <div class="scroll" tabindex="0" role="group" aria-label={say!("Models, scrolls")}>
                <table class="table narrow" aria-label={say!("Models")}>
                    <thead><tr>
                        <th scope="col">{say!("Model")}</th>
                        <th scope="col">{say!("Reward")}<small>{say!("mean of an answer")}</small></th><th scope="col">{say!("Cost")}<small>{say!("$ of an answer")}</small></th>
                        if bounds { <th scope="col"><i class="sym">{"μ̄"}</i><small>{say!("reward at most")}</small></th><th scope="col"><i class="sym">{"c̲"}</i><small>{say!("$ at least")}</small></th> }
                        <th scope="col">{say!("Calls")}</th><th scope="col">{say!("Failed")}</th><th scope="col">{say!("Latency")}<small>{say!("mean")}</small></th><th scope="col">{say!("Spent")}<small>{say!("$ in all")}</small></th>
                        <th scope="col" class="l">{say!("State")}</th>
                    </tr></thead>
                    <tbody>{for rows}</tbody>
                </table>
            </div>
        </section>
    }
}

fn row(report: &Report, place: usize, model: &ModelReport, bounds: bool, at: &At) -> Html {
    let none = || html! { {"–"} };
    let state = match &model.away {
        Some(away) => {
            html! { <><span class={classes!("state", if lasting(away) { "err" } else { "wait" })}>{told(away.fault.title())}{left(away)}</span>{" "}if report.phase != Phase::Done { {again(place, &model.name, at)} }</> }
        }
        None if !model.plays => html! { <span class="state ready">{say!("judges")}</span> },
        None => {
            html! { <span class="state ready">{say!(if report.dry { "simulated" } else { "may be called" })}</span> }
        }
    };
    html! {
        <tr key={place}>
            <th scope="row"><Name name={model.name.clone()} /></th>
            <td>{model.reward.map_or_else(none, |reward| mean(reward, |value| fixed(value, 3)))}</td>
            <td>{model.cost.map_or_else(none, mean_dollars)}</td>
            if bounds {
                <td>{model.bounds.map_or_else(none, |(reward, _)| html! { {fixed(reward, 3)} })}</td>
                <td>{model.bounds.map_or_else(none, |(_, cost)| html! { {dollars(cost)} })}</td>
            }
            <td>{count(model.calls.into())}</td>
            <td>{count(model.failed.into())}</td>
            <td>{model.latency_ms.map_or_else(none, |latency| html! { {format!("{} ms", fixed(latency, 0))} })}</td>
            <td>{dollars(model.dollars)}</td>
            <td class="l">{state}</td>
        </tr>
    }
}

fn lasting(away: &Away) -> bool {
    !away.fault.kind.is_transient()
}

fn left(away: &Away) -> String {
    if away.left_ms.is_finite() { format!(", {}", duration(away.left_ms)) } else { String::new() }
}

fn again(place: usize, name: &str, at: &At) -> Html {
    html! { <button type="button" class="btn small" aria-label={say!("Try again, {name}", name = name)} onclick={at.press(move || LiveAction::TryAgain(place))}>{say!("Try again")}</button> }
}

/// What a person must do so that models can be called again. What passes by itself is in the table alone.
pub fn troubles(report: &Report, at: &At) -> Html {
    let away = report.models.iter().enumerate().filter_map(|(place, model)| Some((place, model, model.away.as_ref()?)));
    let messages = away.filter(|(.., away)| lasting(away)).map(|(place, model, away)| {
        let action = html! { <button type="button" class="btn small" onclick={at.press(move || LiveAction::TryAgain(place))}>{say!("Try again")}</button> };
        html! {
            <Message key={place} tone={Tone::Bad} title={format!("{}: {}", model.name, told(away.fault.title()))} {action}>
                if !away.fault.said.is_empty() { <p>{mix!("It said: {said}", said = html! { <q>{in_words(&away.fault.said)}</q> })}</p> }
                <p>{say!("{advice} It is tried again in {time}, or at once when you say so; the run goes on with the other models.", advice = told(away.advice.clone()), time = duration(away.left_ms))}</p>
            </Message>
        }
    });
    html! { <>{for messages}</> }
}
