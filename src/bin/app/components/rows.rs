//! What a line of the audit is about: rows of a file, read when they are asked for.

use super::message::explained;
use crate::format::count;
use crate::state::{Action, Line, OpenLine, Reading};
use crate::words::{say, told};
use llm_selection::data::ModelAudit;
use llm_selection::data::excerpt::Excerpt;
use yew::prelude::*;

/// Columns that are shown; the one in question always is.
const MOST_COLUMNS: usize = 20;

/// A button that opens and closes a line, and below it what the line is about: `before`, and the rows with `column`
/// marked.
pub fn disclosed(
    line: Line,
    what: &str,
    column: Option<&str>,
    before: Html,
    open: Option<&OpenLine>,
    dispatch: &Callback<Action>,
) -> Html {
    let open = open.filter(|open| open.line == line);
    let (dispatch, next) = (dispatch.clone(), open.is_none().then_some(line));
    let onclick = Callback::from(move |_: MouseEvent| dispatch.emit(Action::Rows(next)));
    html! {
        <>
            {" "}<button type="button" class="btn small" aria-expanded={open.is_some().to_string()} {onclick}>
                {say!(if open.is_some() { "Hide {what}" } else { "Show {what}" }, what = what)}
            </button>
            if let Some(open) = open { <div class="rows">{before}{rows(&open.rows, column)}</div> }
        </>
    }
}

/// The queries that a model lacks.
pub fn gaps_table(model: &ModelAudit) -> Html {
    let rows = model.gaps.iter().map(|gap| {
        let row = gap.row.map_or_else(|| "–".to_owned(), count);
        html! { <tr><th scope="row">{&gap.query}</th><td>{told(gap.lacks.clone())}</td><td>{row}</td></tr> }
    });
    let listed = model.gaps.len() as u64;
    let caption = say!("Missing of {model}", model = model.name);
    html! {
        <>
            if model.missing > listed { <p class="quiet">{say!("The first {n} of {total}:", n = count(listed), total = count(model.missing))}</p> }
            <div class="scroll tall" tabindex="0" role="group" aria-label={say!("{table}, scrolls", table = caption)}>
                <table class="mini">
                    <caption class="vh">{caption}</caption>
                    <thead><tr><th scope="col">{say!("Query")}</th><th scope="col">{say!("Lacks its")}</th><th scope="col">{say!("In row")}</th></tr></thead>
                    <tbody>{for rows}</tbody>
                </table>
            </div>
        </>
    }
}

fn rows(rows: &Reading, column: Option<&str>) -> Html {
    match rows {
        Reading::Nothing => Html::default(),
        Reading::Awaited => html! { <p class="quiet">{say!("Reading the rows…")}</p> },
        Reading::Failed(error) => html! { <p>{explained(error)}</p> },
        Reading::Read(excerpt) => table(excerpt, column),
    }
}

/// The rows as a table, the column in question first.
fn table(excerpt: &Excerpt, column: Option<&str>) -> Html {
    let marked = column.and_then(|column| excerpt.columns.iter().position(|name| name == column));
    let others = (0..excerpt.columns.len()).filter(|index| Some(*index) != marked);
    let shown: Vec<usize> = marked.into_iter().chain(others).take(MOST_COLUMNS).collect();
    let left_out = excerpt.columns.len() - shown.len();
    let class = |index: usize| (Some(index) == marked).then_some("marked");
    let head = shown.iter().map(|index| {
        let name = excerpt.columns.get(*index).map_or("", String::as_str);
        html! { <th scope="col" class={class(*index)}>{name}if Some(*index) == marked { <span class="vh">{say!(", in question")}</span> }</th> }
    });
    let body = excerpt.rows.iter().map(|row| {
        let cells = shown.iter().map(|index| {
            let cell = row.cells.get(*index).map_or("", String::as_str);
            html! { <td class={class(*index)}>{cell}</td> }
        });
        html! { <tr key={row.number.to_string()}><th scope="row">{count(row.number)}</th>{for cells}</tr> }
    });
    html! {
        <>
            <div class="scroll tall" tabindex="0" role="group" aria-label={say!("Rows of the file, scrolls")}>
                <table class="mini">
                    <caption class="vh">{say!("Rows of the file")}</caption>
                    <thead><tr><th scope="col">{say!("Row")}</th>{for head}</tr></thead>
                    <tbody>{for body}</tbody>
                </table>
            </div>
            if left_out > 0 { <p class="quiet">{say!("{n} more columns are not shown", n = count(left_out as u64))}</p> }
        </>
    }
}
