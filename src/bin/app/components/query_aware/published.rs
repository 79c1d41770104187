//! Figures that others published, to read ours beside.

use crate::format::{fixed, listed};
use crate::words::{say, told};
use llm_selection::query_aware::published::{PUBLISHED, PublishedKind, SOURCE};
use yew::prelude::*;

/// The table, folded.
pub fn published() -> Html {
    let head = PUBLISHED.iter().map(|published| {
        html! {
            <>
                <th scope="col">{published.data}{" "}<span class="about">{say!("accuracy")}</span></th>
                <th scope="col">{published.data}{" "}<span class="about">{say!("a prompt")}</span></th>
            </>
        }
    });
    // The longest list has all names.
    let longest = PUBLISHED.iter().max_by_key(|published| published.rows.len());
    let rows = longest.into_iter().flat_map(|published| published.rows).map(|row| {
        let about = say!(match row.kind {
            PublishedKind::Model => "one model for every query",
            PublishedKind::Policy => "picks one model for each query",
            PublishedKind::Bound => "what no policy can exceed",
        });
        let cells = PUBLISHED.iter().map(|published| match published.rows.iter().find(|other| other.name == row.name) {
            Some(row) => html! {
                <>
                    <td><data value={row.accuracy.to_string()}>{format!("{}\u{a0}%", fixed(row.accuracy, 2))}</data></td>
                    <td><data value={row.latency_s.to_string()}>{format!("{}\u{a0}s", fixed(row.latency_s, 2))}</data></td>
                </>
            },
            None => html! { <><td>{"–"}</td><td>{"–"}</td></> },
        });
        html! { <tr key={row.name}><th scope="row">{told(row.name)}<span class="about">{about}</span></th>{for cells}</tr> }
    });
    let f1: Vec<String> = PUBLISHED
        .iter()
        .map(|published| {
            say!("{f1} on {data}", f1 = fixed(published.weighted_f1, 2), data = published.data).to_string()
        })
        .collect();
    html! {
        <section class="card" aria-labelledby="published-title">
            <details>
                <summary><h2 id="published-title">{say!("Published figures, not ours")}</h2></summary>
                <p class="note">
                    {say!(
                        "One model for each query, picked by a fine-tuned transformer whose weighted F1 is {f1}. A model's answer is the majority of several samples. Other models and data than above: a scale, not a target. No intervals were published.",
                        f1 = listed(&f1)
                    )}
                </p>
                <div class="scroll" tabindex="0" role="group" aria-label={say!("Published figures, scrolls sideways")}>
                    <table class="table fit" aria-label={say!("Published figures")}>
                        <thead><tr><th scope="col">{say!("Called")}</th>{for head}</tr></thead>
                        <tbody>{for rows}</tbody>
                    </table>
                </div>
                <p class="quiet small">{say!("Source: {source}, rounded.", source = told(SOURCE))}</p>
            </details>
        </section>
    }
}
