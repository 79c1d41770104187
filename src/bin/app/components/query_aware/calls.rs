//! Which model answers which queries: how often a policy calls each, and how often that was well chosen.

use super::file::{Saving, number};
use crate::components::name::Name;
use crate::format::{count, fixed, percent};
use crate::inquiry::Inquiry;
use crate::query_aware::Trained;
use crate::words::{plural, say, told};
use llm_selection::export::Table;
use llm_selection::query_aware::explore::{Calls, View};
use llm_selection::query_aware::gap::Rate;
use yew::prelude::*;

/// The table of the policy that is explored, under the filters that are on.
pub fn calls(trained: &Trained, view: &View, inquiry: &Inquiry) -> Html {
    let policy = trained.evaluation.policies.get(inquiry.explored as usize).map_or("", |policy| policy.name.as_str());
    let queries = view.calls.first().map_or(0, |calls| calls.called.of);
    let mut listed: Vec<(&String, &Calls)> = view.models.iter().zip(&view.calls).collect();
    // The most called first; of equally many, in the data's order.
    llm_selection::order::sort_by(&mut listed, |(_, a), (_, b)| b.called.hits.cmp(&a.called.hits));
    let rows = listed.iter().map(|(name, calls)| {
        html! {
            <tr key={(*name).clone()}>
                <th scope="row"><Name name={(*name).clone()} /></th>
                <td>{rate(&calls.called)}</td>
                <td>{rate(&calls.right)}</td>
                <td>{rate(&calls.solves)}</td>
            </tr>
        }
    });
    html! {
        <div class="calls">
            <div class="chips">
                <h3>{say!("Calls by model")}</h3>
                <span class="quiet">{say!(
                    "{policy} on {queries}",
                    policy = told(policy.to_owned()),
                    queries = plural!(queries, "{n}\u{a0}test query", "{n}\u{a0}test queries", n = count(queries))
                )}</span>
                <Saving name="calls.csv" text={csv(view)} />
            </div>
            <div class="scroll tall" tabindex="0" role="group" aria-label={say!("Calls by model, scrolls")}>
                <table class="table fit" aria-label={say!("Calls by model")}>
                    <thead><tr>
                        <th scope="col">{say!("Model")}</th>
                        <th scope="col">{say!("Called")}{" "}<span class="about">{say!("share of the queries")}</span></th>
                        <th scope="col">{say!("Right when called")}{" "}<span class="about">{say!("share of its calls")}</span></th>
                        <th scope="col">{say!("Right on all")}{" "}<span class="about">{say!("called or not")}</span></th>
                    </tr></thead>
                    <tbody>{for rows}</tbody>
                </table>
            </div>
        </div>
    }
}

/// A share with its interval and what it is counted from.
fn rate(rate: &Rate) -> Html {
    let Some((share, (low, high))) = rate.share.zip(rate.interval) else {
        return html! { <><span title={say!("never")} aria-hidden="true">{"–"}</span><span class="vh">{say!("never")}</span></> };
    };
    html! {
        <>
            <data value={share.to_string()}>{percent(share)}</data>
            {" "}<span class="pm">{say!("{low} to {high}\u{a0}%; {hits} of {of}", low = fixed(100.0 * low, 0), high = fixed(100.0 * high, 0), hits = count(rate.hits), of = count(rate.of))}</span>
        </>
    }
}

/// The table for a spreadsheet, in the data's order.
fn csv(view: &View) -> String {
    let mut head = vec!["model".to_owned()];
    for what in ["called", "right_when_called", "right_on_all"] {
        head.extend(["", "_of", "_share", "_low", "_high"].map(|part| format!("{what}{part}")));
    }
    let row = |(name, calls): (&String, &Calls)| {
        let mut row = vec![name.clone()];
        for rate in [calls.called, calls.right, calls.solves] {
            let (low, high) = rate.interval.unzip();
            row.extend([rate.hits.to_string(), rate.of.to_string()]);
            row.extend([rate.share, low, high].map(number));
        }
        row
    };
    Table { head, rows: view.models.iter().zip(&view.calls).map(row).collect() }.csv()
}
