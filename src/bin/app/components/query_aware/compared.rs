//! The query-aware policies against the baselines, as a table and, for the best of the paper's rules, in words.

use super::cell::{Scale, cell};
use crate::components::name::Name;
use llm_selection::query_aware::bootstrap::Figure;
use llm_selection::query_aware::evaluate::Comparison;
use llm_selection::query_aware::evaluation::Evaluation;
use yew::prelude::*;

/// The card.
pub fn compared(evaluation: &Evaluation) -> Html {
    let lead = evaluation.comparisons.iter().filter(|one| one.policy == evaluation.gap.policy);
    let rows = evaluation.comparisons.iter().map(|one| {
        let (what, _) = quality(one);
        html! {
            <tr class={(one.policy == evaluation.gap.policy).then_some("lead")}>
                <th scope="row"><Name name={one.policy.clone()} /></th>
                <td class="l">{&one.baseline}if one.most_accurate { <span class="about">{"the most accurate"}</span> }</td>
                <td>{cell(what, Scale::Points)}</td>
                <td>{cell(one.latency_parallel_saved, Scale::Percent)}</td>
                <td>{cell(one.latency_sequential_saved, Scale::Percent)}</td>
                <td>{cell(one.cost_saved, Scale::Percent)}</td>
            </tr>
        }
    });
    let answers = evaluation.comparisons.iter().any(|one| one.accuracy.value.is_some());
    html! {
        <section class="card" aria-labelledby="compared-title">
            <div class="card-head">
                <h2 id="compared-title">{"Against the baselines"}</h2>
                <span class="note">{"on the same test queries; ± is a 95\u{a0}% interval"}</span>
            </div>
            <ul class="says">{for lead.map(sentence)}</ul>
            <div class="scroll" tabindex="0" role="group" aria-label="Comparisons table, scrolls sideways">
                <table class="table" aria-label="Comparisons">
                    <thead><tr>
                        <th scope="col">{"Policy"}</th><th scope="col" class="l">{"Against"}</th>
                        <th scope="col">{if answers { "Accuracy " } else { "Coverage " }}<span class="about">{"points"}</span></th>
                        <th scope="col">{"Latency saved "}<span class="about">{"parallel"}</span></th>
                        <th scope="col">{"Latency saved "}<span class="about">{"in sequence"}</span></th>
                        <th scope="col">{"Cost saved"}</th>
                    </tr></thead>
                    <tbody>{for rows}</tbody>
                </table>
            </div>
            <p class="quiet small">{"The paper (arXiv 2408.08545) reports 13\u{a0}% less latency than its most accurate baseline on GSM8K and 70\u{a0}% less on MMLU: its figures, not ours."}</p>
        </section>
    }
}

/// What is compared: accuracy where there are votes, else coverage.
fn quality(one: &Comparison) -> (Figure, &'static str) {
    match one.accuracy.value {
        Some(_) => (one.accuracy, "accuracy"),
        None => (one.coverage, "coverage"),
    }
}

fn sentence(one: &Comparison) -> Html {
    let (difference, what) = quality(one);
    let sure = |figure: Figure| figure.value.zip(figure.ci95).is_some_and(|(value, half)| value.abs() > half);
    let points = match difference.value {
        None => html! { {format!("its {what} cannot be compared")} },
        Some(_) if !sure(difference) => {
            html! { <>{format!("no difference in {what} can be told (")}{cell(difference, Scale::Points)}{" points)"}</> }
        }
        Some(_) => html! { <>{cell(difference, Scale::Points)}{format!(" points of {what}")}</> },
    };
    let saved = one.latency_parallel_saved;
    let latency = match saved.value {
        None => html! { {"its latency is not known"} },
        Some(0.0) => html! { {"it takes as long, in parallel"} },
        Some(_) if !sure(saved) => {
            html! { <>{"whether it saves latency cannot be told ("}{cell(saved, Scale::Percent)}{", in parallel)"}</> }
        }
        Some(value) if value < 0.0 => {
            let longer = Figure { value: Some(-value), ci95: saved.ci95 };
            html! { <>{"it takes "}{cell(longer, Scale::Percent)}{" longer, in parallel"}</> }
        }
        Some(_) => html! { <>{"it saves "}{cell(saved, Scale::Percent)}{" of the latency, in parallel"}</> },
    };
    let baseline = one.baseline.to_lowercase();
    let most = if one.most_accurate { ", the most accurate baseline" } else { "" };
    html! { <li><b>{&one.policy}</b>{format!(" against {baseline}{most}: ")}{points}{"; "}{latency}{"."}</li> }
}
