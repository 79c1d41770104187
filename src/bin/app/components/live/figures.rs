//! The curves of a run.

use crate::components::download::{save_png, save_text};
use crate::components::explain::{Explain, Topic};
use crate::components::figure::{dots, report as tell, table_html};
use crate::components::menu::Menu;
use crate::components::presentation::Present;
use crate::components::reader::Reader;
use crate::components::size::use_size;
use crate::shared::Shared;
use crate::words::{say, told};
use llm_selection::figure::live::{LiveFigure, csv, draw, stops, sub, table};
use llm_selection::figure::{Options, Paper, Scene};
use llm_selection::live::session::Report;
use std::rc::Rc;
use yew::prelude::*;

/// Properties of [`Curve`].
#[derive(Properties, PartialEq)]
pub struct CurveProps {
    #[prop_or(LiveFigure::Reward)]
    pub kind: LiveFigure,
    pub report: Shared<Report>,
    /// How large figures are as files.
    pub paper: Paper,
}

/// One figure.
#[component]
pub fn Curve(props: &CurveProps) -> Html {
    let CurveProps { kind, report, paper } = props;
    let (kind, paper) = (*kind, *paper);
    let as_table = use_state(|| false);
    let chart = use_node_ref();
    let (width, font) = use_size(&chart);
    let options = Options { width, font, ..Options::default() };
    let (scene, stops) = (Rc::new(draw(kind, report, &options)), Rc::new(stops(kind, report, &options)));
    let file = {
        let report = report.clone();
        move || -> Scene {
            let options = paper.fitted(&Options::default());
            draw(kind, &report, &options)
        }
    };
    let (png, svg) = (file.clone(), file);
    let png = Callback::from(move |_: MouseEvent| {
        let (scene, name) = (png(), format!("{}.png", kind.slug()));
        wasm_bindgen_futures::spawn_local(async move { tell(save_png(&name, &scene, paper).await) });
    });
    let svg = Callback::from(move |_: MouseEvent| {
        tell(save_text(&format!("{}.svg", kind.slug()), "image/svg+xml", &paper.svg(&svg())));
    });
    let rows = {
        let report = report.clone();
        Callback::from(move |_: MouseEvent| tell(save_text("live-curves.csv", "text/csv", &csv(&report))))
    };
    let turn = {
        let as_table = as_table.clone();
        Callback::from(move |_: MouseEvent| as_table.set(!*as_table))
    };
    let title = told(kind.title());
    let body = as_table.then(|| table_html(&title, &table(kind, report)));
    html! {
        <figure class="card fig" aria-labelledby={format!("{}-title", kind.slug())}>
            <figcaption>
                <div class="card-head">
                    <h2 id={format!("{}-title", kind.slug())}>{title.clone()}</h2>
                    <Explain topic={Topic::LiveCurves} />
                    <div class="end tools">
                        <Menu id={format!("{}-menu", kind.slug())} face={dots()} label={say!("Save {title}", title = title)} class="btn small ghost icon">
                            <button type="button" onclick={png}>{say!("Download PNG")}</button>
                            <button type="button" onclick={svg}>{say!("Download SVG")}</button>
                            <button type="button" onclick={rows}>{say!("Download CSV")}</button>
                            if paper != Paper::Screen { <small>{told(paper.name())}</small> }
                            <button type="button" onclick={turn}>{say!(if *as_table { "Show as chart" } else { "Show as table" })}</button>
                            <Present />
                        </Menu>
                    </div>
                </div>
                <p class="sub">{told(sub(kind, report))}</p>
            </figcaption>
            <Reader {title} {scene} {stops} {chart} engine_names=true table={body} />
        </figure>
    }
}
