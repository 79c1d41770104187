//! The calls of a run as a table of any length: only the rows in view are on the page.

use super::call::in_words;
use super::field::At;
use super::spend::dollars;
use crate::components::explain::{Explain, Topic};
use crate::components::size::use_size;
use crate::format::{count, fixed};
use crate::live::LiveAction;
use crate::shared::Shared;
use crate::words::{say, told};
use llm_selection::live::protocol::Ending;
use llm_selection::live::session::{Row, RowState, Rows, Shown};
use yew::prelude::*;

/// Height of a row over the size of a chart's type: 2.2 of the root's, of which that is 0.8.
const ROW: f64 = 2.2 / 0.8;
/// Rows above the view that are there already.
const AHEAD: usize = 14;

/// Properties of [`Calls`].
#[derive(Properties, PartialEq)]
pub struct CallsProps {
    pub rows: Option<Shared<Rows>>,
    pub shown: Shown,
    pub at: At,
}

/// The card.
#[component]
pub fn Calls(props: &CallsProps) -> Html {
    let CallsProps { rows, shown, at } = props;
    let area = use_node_ref();
    let (_, font) = use_size(&area);
    let height = font * ROW;
    let nothing = Rows::default();
    let window = rows.as_deref().unwrap_or(&nothing);
    let (first, total) = (window.first, window.total);
    // New rows come on top: what is looked at further down stays where it is.
    let before = use_mut_ref(|| (0, Shown::All));
    use_effect_with((total, *shown), {
        let area = area.clone();
        move |(total, shown)| {
            let (was, of) = std::mem::replace(&mut *before.borrow_mut(), (*total, *shown));
            let Some(area) = area.cast::<web_sys::Element>() else { return };
            if of != *shown {
                area.set_scroll_top(0);
            } else if f64::from(area.scroll_top()) > height && *total > was {
                area.set_scroll_top(area.scroll_top() + ((*total - was) as f64 * height) as i32);
            }
        }
    });
    let onscroll = {
        let at = at.clone();
        Callback::from(move |event: Event| {
            let Some(area) = event.target_dyn_into::<web_sys::Element>() else { return };
            let top = (f64::from(area.scroll_top()) / height) as usize;
            let wanted = top.saturating_sub(AHEAD);
            let near = wanted.abs_diff(first) < AHEAD / 2 && !(wanted == 0 && first > 0);
            if !near {
                at.act(LiveAction::Window(wanted));
            }
        })
    };
    let choice = |name: AttrValue, choice: Shown| {
        let at = at.clone();
        let onchange = Callback::from(move |_: Event| at.act(LiveAction::Shown(choice)));
        html! { <label><input type="radio" name="live-shown" checked={*shown == choice} {onchange} /><span>{name}</span></label> }
    };
    let space = |rows: usize| {
        let height = format!("{:.0}", rows as f64 * height);
        html! { if rows > 0 { <tr class="space" aria-hidden="true"><td colspan="9" {height}></td></tr> } }
    };
    let below = total.saturating_sub(first + window.rows.len());
    let body = window.rows.iter().enumerate().map(|(place, row)| line(row, first + place, at));
    html! {
        <section class="card" aria-labelledby="live-calls">
            <div class="card-head">
                <h2 id="live-calls">{say!("Calls")}</h2><Explain topic={Topic::LiveCalls} />
                <span class="note">{say!("each is saved in this browser as it comes")}</span>
                <div class="end"><div class="seg" role="radiogroup" aria-label={say!("Show")}>
                    {choice(say!("newest"), Shown::All)}{choice(say!("wrong"), Shown::Wrong)}{choice(say!("failed"), Shown::Failed)}
                </div></div>
            </div>
            <div class="scroll calls-scroll" tabindex="0" role="group" aria-label={say!("Calls, scrolls")} ref={area} {onscroll}>
                <table class="table calls-table" aria-label={say!("Calls")} aria-rowcount={(total + 1).to_string()}>
                    <thead><tr aria-rowindex="1">
                        <th scope="col">{say!("Call")}</th><th scope="col" class="l">{say!("Question")}</th><th scope="col" class="l">{say!("Model")}</th><th scope="col" class="l">{say!("Answer")}</th>
                        <th scope="col" class="l">{say!("State")}</th><th scope="col">{say!("Score")}</th><th scope="col">{say!("Tokens in + out")}</th><th scope="col">{say!("Cost")}</th><th scope="col">{say!("Latency, ms")}</th>
                    </tr></thead>
                    <tbody>{space(first)}{for body}{space(below)}</tbody>
                </table>
            </div>
            if total == 0 { <p class="quiet">{say!(if *shown == Shown::All { "No call yet." } else { "None of these." })}</p> }
        </section>
    }
}

fn line(row: &Row, place: usize, at: &At) -> Html {
    let call = row.call;
    let (class, state, answer, score) = match &row.state {
        RowState::UnderWay => ("wait", say!("under way"), String::new(), None),
        RowState::NotSent => ("", say!("not sent"), String::new(), None),
        RowState::Failed(fault) => {
            let state = match fault.status {
                Some(status) => say!("failed {status}", status = status),
                None => say!("failed"),
            };
            let title = told(fault.title());
            let said =
                if fault.said.is_empty() { title.to_string() } else { format!("{title}: {}", in_words(&fault.said)) };
            ("err", state, said, None)
        }
        RowState::Answered(text, ending, score) => {
            let state = say!(match ending {
                Ending::Complete => "answered",
                Ending::CutOff => "cut off",
                Ending::Refused => "refused",
            });
            ("ready", state, text.clone(), *score)
        }
    };
    let state = if row.attempt > 1 { say!("{state}, try {n}", state = state, n = row.attempt) } else { state };
    let tokens =
        row.usage.map_or_else(|| "–".to_owned(), |usage| format!("{} + {}", count(usage.input), count(usage.output)));
    let cost = match row.dollars {
        Some(paid) => dollars(paid),
        None => format!("≤ {}", dollars(row.worst)),
    };
    let open = at.press(move || LiveAction::Text(Some(call)));
    html! {
        <tr key={call} aria-rowindex={(place + 2).to_string()}>
            <th scope="row"><button type="button" class="link" aria-label={say!("Call {n}", n = call + 1)} onclick={open}>{count(call + 1)}</button></th>
            <td class="l"><span class="reply">{row.question.clone()}</span></td>
            <td class="l"><span class="reply">{row.model.clone()}</span>if row.judge { <small class="quiet">{" "}{say!("judges")}</small> }</td>
            <td class="l"><span class="reply excerpt">{answer}</span></td>
            <td class="l"><span class={classes!("state", class)}>{state}</span></td>
            <td>{scored(score)}</td>
            <td>{tokens}</td>
            <td>{cost}</td>
            <td>{row.latency_ms.map_or_else(|| "–".to_owned(), |latency| fixed(latency, 0))}</td>
        </tr>
    }
}

fn scored(score: Option<f64>) -> Html {
    match score {
        None => html! { {"–"} },
        Some(1.0) => html! { <span class="ok">{"✓ 1"}</span> },
        Some(0.0) => html! { <span class="no">{"✗ 0"}</span> },
        Some(part) => html! { {fixed(part, 2)} },
    }
}
