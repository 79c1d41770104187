//! The paper's own figures, for comparison: published, and not measured here.

use yew::prelude::*;

/// Name, accuracy in percent and seconds a prompt on GSM8K and on MMLU, as the authors' result files have them (rounded).
const ROWS: [(&str, Option<(f64, f64)>, Option<(f64, f64)>); 9] = [
    ("gemma-7b-it, chat", Some((36.8, 0.7)), Some((49.3, 1.0))),
    ("gemma-7b", Some((71.1, 7.1)), Some((63.9, 3.0))),
    ("llama2-13b-chat", Some((46.7, 1.8)), Some((50.5, 4.8))),
    ("llama2-7b", None, Some((48.4, 2.3))),
    ("metamath-7b", Some((67.6, 4.7)), Some((42.3, 2.4))),
    ("mistral-7b-inst, chat", Some((50.4, 1.0)), Some((51.6, 1.1))),
    ("mistral-7b", Some((59.7, 3.7)), Some((62.1, 1.8))),
    ("Random", Some((55.4, 3.62)), Some((52.6, 2.35))),
    ("Oracle", Some((87.2, 3.86)), Some((89.2, 1.89))),
];

/// The table, folded.
pub fn published() -> Html {
    let cells = |figures: Option<(f64, f64)>| match figures {
        Some((accuracy, seconds)) => html! {
            <><td><data value={accuracy.to_string()}>{format!("{accuracy:.1}\u{a0}%")}</data></td><td><data value={seconds.to_string()}>{format!("{seconds}\u{a0}s")}</data></td></>
        },
        None => html! { <><td>{"–"}</td><td>{"–"}</td></> },
    };
    let rows = ROWS.iter().map(|(name, gsm8k, mmlu)| {
        html! { <tr><th scope="row">{*name}</th>{cells(*gsm8k)}{cells(*mmlu)}</tr> }
    });
    html! {
        <section class="card" aria-labelledby="published-title">
            <details>
                <summary><h2 id="published-title">{"Published figures, not ours"}</h2></summary>
                <p class="note">{"SelectLLM's authors on their models and data (arXiv 2408.08545): each model alone, a random model, and the oracle. Their models' answers are the majority of several samples. Latencies of oracle and random are means over the queries that they solve."}</p>
                <div class="scroll" tabindex="0" role="group" aria-label="Published figures, scrolls sideways">
                    <table class="table fit" aria-label="Published figures">
                        <thead><tr>
                            <th scope="col">{"Model"}</th><th scope="col">{"GSM8K "}<span class="about">{"accuracy"}</span></th><th scope="col">{"GSM8K "}<span class="about">{"a prompt"}</span></th>
                            <th scope="col">{"MMLU "}<span class="about">{"accuracy"}</span></th><th scope="col">{"MMLU "}<span class="about">{"a prompt"}</span></th>
                        </tr></thead>
                        <tbody>{for rows}</tbody>
                    </table>
                </div>
            </details>
        </section>
    }
}
