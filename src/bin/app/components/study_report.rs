//! What came out of a study: sentences and tables.

use crate::format::{decimals, fixed};
use crate::words::{say, told};
use llm_selection::study::{Cell, Report, Table};
use yew::prelude::*;

/// The findings, the tables, and what to know before trusting them.
pub fn report(report: &Report) -> Html {
    let list =
        |lines: &[String]| html! { <ul>{for lines.iter().map(|line| html! { <li>{told(line.clone())}</li> })}</ul> };
    html! {
        <>
            <section class="card prose" aria-labelledby="study-findings">
                <div class="card-head"><h2 id="study-findings">{say!("What came out")}</h2></div>
                {list(&report.findings)}
            </section>
            {for report.tables.iter().map(table)}
            <section class="card prose" aria-labelledby="study-notes">
                <div class="card-head"><h2 id="study-notes">{say!("Where it comes from, and what differs")}</h2></div>
                {list(&report.notes)}
            </section>
        </>
    }
}

fn table(table: &Table) -> Html {
    let row = |row: &Vec<Cell>| {
        let cells = row.iter().enumerate().map(|(place, shown)| match place {
            0 => html! { <th scope="row">{cell(shown)}</th> },
            _ => html! { <td class={matches!(shown, Cell::Text(_)).then_some("words")}>{cell(shown)}</td> },
        });
        html! { <tr>{for cells}</tr> }
    };
    let head = table.head.iter().map(|name| html! { <th scope="col">{told(name.clone())}</th> });
    let title = told(table.title.clone());
    html! {
        <section class="card">
            <div class="card-head"><h2>{&title}</h2><span class="note">{say!("in brackets: 95\u{a0}% interval")}</span></div>
            <div class="scroll" tabindex="0" role="group" aria-label={say!("Table {title}, scrolls sideways", title = title)}>
                <table class="table study-table" aria-label={title.clone()}>
                    <thead><tr>{for head}</tr></thead>
                    <tbody>{for table.rows.iter().map(row)}</tbody>
                </table>
            </div>
        </section>
    }
}

fn cell(cell: &Cell) -> Html {
    match cell {
        Cell::Text(text) => told(text.clone()).into(),
        Cell::Infinite => html! { <data value="inf">{"∞"}</data> },
        Cell::Number { value, interval } => {
            let wide = interval.filter(|(low, high)| high > low);
            let whole = *value == value.trunc() && value.abs() < 1e9;
            let places = match wide {
                // Two digits of the interval's half.
                Some((low, high)) => decimals(0.5 * (high - low), 2),
                None if whole => 0,
                None => decimals(*value, 4),
            };
            html! {
                <>
                    <data value={value.to_string()}>{fixed(*value, places)}</data>
                    if let Some((low, high)) = wide {
                        {" "}<span class="pm">{say!("({low} to {high})", low = fixed(low, places), high = fixed(high, places))}</span>
                    }
                </>
            }
        }
    }
}
