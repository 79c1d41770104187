//! What of a figure leaves the page, and its data as a table.

use super::{FigureProps, View, file_name, title_of};
use crate::components::download::{save_png, save_text};
use crate::components::menu::Menu;
use crate::components::presentation::Present;
use crate::components::shapes::label;
use crate::later;
use crate::words::{say, told};
use llm_selection::figure::{FigureKind, Options, Paper, Table, curves_csv, table};
use llm_selection::summary::RunResult;
use wasm_bindgen::prelude::*;
use yew::prelude::*;

/// What a figure can be saved as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    Png,
    Svg,
    Csv,
}

/// Saves a figure as a file.
pub fn save(props: &FigureProps, view: View, kind: FileKind) {
    let (paper, result, slug) = (props.paper, &props.snapshot.result, file_name(props.kind, &props.about));
    let options = view.options(&props.hidden, props.dollars);
    let scene = || paper.draw(props.kind, result, &options);
    match kind {
        FileKind::Png => {
            let scene = scene();
            wasm_bindgen_futures::spawn_local(async move {
                report(save_png(&format!("{slug}.png"), &scene, paper).await);
            });
        }
        FileKind::Svg => report(save_text(&format!("{slug}.svg"), "image/svg+xml", &paper.svg(&scene()))),
        FileKind::Csv => {
            report(save_text(&format!("{slug}.csv"), "text/csv", &curves_csv(props.kind, result, &options)));
        }
    }
}

/// A figure's data as a table.
pub fn tabulate(title: &str, kind: FigureKind, result: &RunResult, options: &Options) -> Html {
    table_html(title, &table(kind, result, options))
}

/// Downloads, and the table.
pub fn save_menu(id: &str, props: &FigureProps, view: View, as_table: &UseStateHandle<bool>) -> Html {
    let paper = props.paper;
    let save = |kind: FileKind| {
        let props = props.clone();
        Callback::from(move |_: MouseEvent| {
            let props = props.clone();
            later::with(move |later| (later.save_figure)(&props, view, kind));
        })
    };
    let shown = **as_table;
    let turn = {
        let as_table = as_table.clone();
        Callback::from(move |_: MouseEvent| {
            let as_table = as_table.clone();
            later::with(move |_| as_table.set(!shown));
        })
    };
    html! {
        <Menu id={id.to_owned()} face={dots()} label={say!("Save {title}", title = title_of(props.kind, &props.about))} class="btn small ghost icon">
            <button type="button" onclick={save(FileKind::Png)}>{say!("Download PNG")}</button>
            <button type="button" onclick={save(FileKind::Svg)}>{say!("Download SVG")}</button>
            <button type="button" onclick={save(FileKind::Csv)}>{say!("Download CSV")}</button>
            if paper != Paper::Screen { <small>{told(paper.name())}</small> }
            <button type="button" onclick={turn}>{say!(if shown { "Show as chart" } else { "Show as table" })}</button>
            <Present />
        </Menu>
    }
}

/// Three dots.
pub fn dots() -> Html {
    html! {
        <svg viewBox="0 0 16 16" aria-hidden="true"><g fill="currentColor">
            <circle cx="3" cy="8" r="1.4" /><circle cx="8" cy="8" r="1.4" /><circle cx="13" cy="8" r="1.4" />
        </g></svg>
    }
}

/// A download that the browser refused is told in its console; nothing on the page has changed.
pub fn report(outcome: Result<(), JsValue>) {
    if let Err(error) = outcome {
        web_sys::console::error_1(&error);
    }
}

/// A figure as a table.
pub fn table_html(title: &str, table: &Table) -> Html {
    let row = |cells: &Vec<String>| {
        let cells = cells.iter().enumerate().map(|(place, cell)| match place {
            0 => html! { <th scope="row">{label("", cell)}</th> },
            _ => html! { <td>{told(cell.clone())}</td> },
        });
        html! { <tr>{for cells}</tr> }
    };
    // Of curves over rounds the other columns are policies.
    let curves = table.head.first().is_some_and(|first| first == "Round");
    let head = table.head.iter().enumerate().map(|(place, cell)| {
        html! { <th scope="col">{if curves && place > 0 { cell.clone().into() } else { told(cell.clone()) }}</th> }
    });
    html! {
        <div class="scroll" tabindex="0" role="group" aria-label={say!("{title}, the table scrolls", title = title)}>
            <table class="table fit">
                <caption class="vh">{title.to_owned()}</caption>
                <thead><tr>{for head}</tr></thead>
                <tbody>{for table.rows.iter().map(row)}</tbody>
            </table>
        </div>
    }
}
