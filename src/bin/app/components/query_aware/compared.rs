//! The query-aware policies against the baselines.

use super::cell::{Scale, cell};
use super::file::{Saving, number};
use crate::components::explain::{Explain, Topic};
use crate::components::name::Name;
use crate::query_aware::Trained;
use crate::state::Shared;
use crate::words::{say, told};
use llm_selection::export::Table;
use llm_selection::query_aware::bootstrap::Figure;
use llm_selection::query_aware::evaluate::Comparison;
use yew::prelude::*;

/// Properties of [`Compared`].
#[derive(Properties, PartialEq)]
pub struct ComparedProps {
    pub trained: Shared<Trained>,
}

/// The card.
#[component]
pub fn Compared(props: &ComparedProps) -> Html {
    let evaluation = &props.trained.evaluation;
    let rows = evaluation.comparisons.iter().map(|one| {
        let what = quality(one);
        html! {
            <tr class={(one.policy == evaluation.gap.policy).then_some("lead")}>
                <th scope="row"><Name name={told(one.policy.clone())} /></th>
                <td class="l">{told(one.baseline.clone())}if one.most_accurate { <span class="about">{say!("the most accurate")}</span> }</td>
                <td>{cell(what, Scale::Points)}</td>
                <td>{cell(one.latency_parallel_saved, Scale::Percent)}</td>
                <td>{cell(one.latency_sequential_saved, Scale::Percent)}</td>
                <td>{cell(one.cost_saved, Scale::Percent)}</td>
            </tr>
        }
    });
    let answers = evaluation.comparisons.iter().any(|one| one.accuracy.value.is_some());
    // "Against" by itself is what speaks against a model.
    html! {
        <section class="card" aria-labelledby="compared-title">
            <div class="card-head">
                <h2 id="compared-title">{say!("Against the baselines")}</h2><Explain topic={Topic::Compared} />
                <span class="note">{say!("on the same test queries; ± is a 95\u{a0}% interval")}</span>
                <div class="end"><Saving name="comparisons.csv" text={csv(&evaluation.comparisons)} /></div>
            </div>
            <div class="scroll" tabindex="0" role="group" aria-label={say!("Comparisons table, scrolls sideways")}>
                <table class="table" aria-label={say!("Comparisons")}>
                    <thead><tr>
                        <th scope="col">{say!("Policy")}</th><th scope="col" class="l">{say!("Against{baseline}", baseline = "")}</th>
                        <th scope="col">{say!(if answers { "Accuracy" } else { "Coverage" })}{" "}<span class="about">{say!("points")}</span></th>
                        <th scope="col">{say!("Latency saved")}{" "}<span class="about">{say!("parallel")}</span></th>
                        <th scope="col">{say!("Latency saved")}{" "}<span class="about">{say!("in sequence")}</span></th>
                        <th scope="col">{say!("Cost saved")}</th>
                    </tr></thead>
                    <tbody>{for rows}</tbody>
                </table>
            </div>
            <p class="quiet small">{say!("The paper (arXiv 2408.08545) reports 13\u{a0}% less latency than its most accurate baseline on GSM8K and 70\u{a0}% less on MMLU: its figures, not ours.")}</p>
        </section>
    }
}

/// What is compared: accuracy where there are votes, else coverage.
fn quality(one: &Comparison) -> Figure {
    if one.accuracy.value.is_some() { one.accuracy } else { one.coverage }
}

/// The table for a spreadsheet, at full precision.
fn csv(comparisons: &[Comparison]) -> String {
    const NAMES: [&str; 5] =
        ["accuracy", "coverage", "latency_parallel_saved", "latency_sequential_saved", "cost_saved"];
    let mut head = ["policy", "against", "most_accurate"].map(str::to_owned).to_vec();
    head.extend(NAMES.iter().flat_map(|name| [(*name).to_owned(), format!("{name}_ci95")]));
    let row = |one: &Comparison| {
        let figures =
            [one.accuracy, one.coverage, one.latency_parallel_saved, one.latency_sequential_saved, one.cost_saved];
        let mut row = vec![one.policy.clone(), one.baseline.clone(), one.most_accurate.to_string()];
        row.extend(figures.iter().flat_map(|figure| [number(figure.value), number(figure.ci95)]));
        row
    };
    Table { head, rows: comparisons.iter().map(row).collect() }.csv()
}
