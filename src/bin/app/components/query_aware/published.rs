//! Figures that others published, to read ours beside.

use crate::format::fixed;
use llm_selection::query_aware::published::{PUBLISHED, Published, PublishedKind, SOURCE};
use yew::prelude::*;

/// The panel.
pub fn published() -> Html {
    html! {
        <section class="card" aria-labelledby="published-title">
            <div class="card-head"><h2 id="published-title">{"Published figures, not ours"}</h2></div>
            <p class="sub">{"Of choosing one model for each query, with a fine-tuned transformer as classifier. Other models and data than above: a scale, not a target."}</p>
            <div class="published">{for PUBLISHED.iter().map(table)}</div>
            <p class="quiet small">{"Source: "}{SOURCE}{". Rounded to two decimals; no intervals were published, and how latencies were averaged is not ours to vouch for."}</p>
        </section>
    }
}

fn table(published: &Published) -> Html {
    let rows = published.rows.iter().map(|row| {
        let about = match row.kind {
            PublishedKind::Model => "model",
            PublishedKind::Policy => "policy",
            PublishedKind::Bound => "bound",
        };
        html! {
            <tr key={row.name}>
                <th scope="row">{row.name}</th><td>{about}</td>
                <td class="num">{fixed(row.accuracy, 2)}</td><td class="num">{fixed(row.latency_s, 2)}</td>
            </tr>
        }
    });
    html! {
        <div class="scroll" tabindex="0" role="group" aria-label={format!("Published on {}, scrolls", published.data)}>
            <table class="mini">
                <caption>{format!("{}, as published; weighted F1 of its classifier {}", published.data, fixed(published.weighted_f1, 2))}</caption>
                <thead><tr><th scope="col">{"Called"}</th><th scope="col">{"Is a"}</th><th scope="col">{"Right, %"}</th><th scope="col">{"s a query"}</th></tr></thead>
                <tbody>{for rows}</tbody>
            </table>
        </div>
    }
}
