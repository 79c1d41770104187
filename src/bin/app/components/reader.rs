//! A chart of a few points with a cursor: by pointer, by a finger that is drawn along, by the arrow keys; and what is read
//! there, shown and spoken.

use super::presentation::turns_slides;
use super::shapes::{picture, shapes};
use crate::words::{say, told};
use llm_selection::figure::{Node, Reading, Readout, Scene, Stop, badge, nearest, series_class};
use std::rc::Rc;
use wasm_bindgen::JsCast;
use yew::prelude::*;

/// Properties of [`Reader`].
#[derive(Properties, PartialEq)]
pub struct ReaderProps {
    /// The figure's heading.
    pub title: AttrValue,
    pub scene: Rc<Scene>,
    /// Where the cursor can stand, from left to right.
    pub stops: Rc<Vec<Stop>>,
    /// The box, whose size the scene is made for.
    pub chart: NodeRef,
    /// Whether values are called by the engine's own words, rather than by names that people gave.
    #[prop_or_default]
    pub engine_names: bool,
    /// Shown in the place of the chart.
    #[prop_or_default]
    pub table: Option<Html>,
}

/// The chart and its readout.
#[component]
pub fn Reader(props: &ReaderProps) -> Html {
    let ReaderProps { title, scene, stops, chart, engine_names, table } = props;
    let engine_names = *engine_names;
    let cursor = use_state_eq(|| None::<usize>);
    let spoken = use_state_eq(String::new);
    let last = stops.len().checked_sub(1);
    // What is drawn may have fewer places than before.
    let here = (*cursor).zip(last).map(|(here, last)| here.min(last));
    let onpointermove = {
        let (cursor, stops, wide, high) = (cursor.clone(), stops.clone(), scene.width, scene.height);
        Callback::from(move |event: PointerEvent| {
            let target: Option<web_sys::Element> = event.current_target().and_then(|target| target.dyn_into().ok());
            let Some(area) = target.map(|target| target.get_bounding_client_rect()) else { return };
            if area.width() > 0.0 && area.height() > 0.0 {
                let x = (f64::from(event.client_x()) - area.left()) * wide / area.width();
                let y = (f64::from(event.client_y()) - area.top()) * high / area.height();
                cursor.set(nearest(&stops, x, y));
            }
        })
    };
    let onpointerleave = {
        let cursor = cursor.clone();
        Callback::from(move |event: PointerEvent| {
            // A finger that is lifted leaves the cursor where it was.
            if event.pointer_type() == "mouse" {
                cursor.set(None);
            }
        })
    };
    let drawn = table.is_none() && last.is_some();
    let onkeydown = {
        let (cursor, spoken, stops) = (cursor.clone(), spoken.clone(), stops.clone());
        Callback::from(move |event: KeyboardEvent| {
            let Some(last) = last.filter(|_| drawn) else { return };
            if event.ctrl_key() || event.alt_key() || event.meta_key() || turns_slides(&event) {
                return;
            }
            let far = last.div_ceil(10).max(1);
            let next = match event.key().as_str() {
                // From nowhere, the first key goes to an end.
                "ArrowLeft" => Some(here.map_or(last, |here| here.saturating_sub(1))),
                "ArrowRight" => Some(here.map_or(0, |here| (here + 1).min(last))),
                "PageUp" => Some(here.map_or(last, |here| here.saturating_sub(far))),
                "PageDown" => Some(here.map_or(0, |here| (here + far).min(last))),
                "Home" => Some(0),
                "End" => Some(last),
                "Escape" if here.is_some() => None,
                _ => return,
            };
            event.prevent_default();
            event.stop_propagation();
            spoken.set(
                next.and_then(|next| stops.get(next))
                    .map_or_else(String::new, |stop| sentence(&called(stop, engine_names))),
            );
            cursor.set(next);
        })
    };
    // A column that is not chosen is the last one; of points none is.
    let shown = here.or(last.filter(|_| stops.iter().all(|stop| stop.y.is_none()))).and_then(|at| stops.get(at));
    let body = match table {
        Some(table) => table.clone(),
        None => {
            let area = format!("0 0 {:.0} {:.0}", scene.width, scene.height);
            let at = here.and_then(|here| stops.get(here));
            html! {
                <svg class="chart" viewBox={area} role="img" aria-label={told(scene.label.clone())}
                    onpointerdown={onpointermove.clone()} {onpointermove} {onpointerleave}>
                    {shapes(&scene.nodes)}
                    if let Some(stop) = at { <g>{shapes(&[cursor_at(stop, scene.height)])}</g> }
                </svg>
            }
        }
    };
    html! {
        <>
            <div class="chart-box" ref={chart.clone()} tabindex={drawn.then_some("0")} role={drawn.then_some("group")}
                aria-label={drawn.then(|| say!("{title}, left and right arrow move the cursor", title = title))} {onkeydown}>{body}</div>
            <div>
                if let Some(stop) = shown.filter(|_| drawn) {
                    {readout_html(&called(stop, engine_names), false)}
                } else if drawn {
                    <div class="readout"><span class="quiet">{say!("Point at a mark to read it.")}</span></div>
                }
                <p class="vh" aria-live="polite">{(*spoken).clone()}</p>
            </div>
        </>
    }
}

/// What is read at a stop, with its values called as the page calls them.
fn called(stop: &Stop, engine_names: bool) -> Readout {
    let mut readout = stop.readout.clone();
    for value in readout.values.iter_mut().filter(|_| engine_names) {
        value.name = told(std::mem::take(&mut value.name)).to_string();
    }
    readout
}

/// The cursor: a line, or a ring around a point.
fn cursor_at(stop: &Stop, height: f64) -> Node {
    match stop.y {
        Some(y) => Node::Circle { class: "here", x: stop.x, y, r: 9.0 },
        None => Node::Path { class: "cursor", d: format!("M{:.1} 0V{height:.1}", stop.x).into(), at: None },
    }
}

/// What is read at a round or a point; `by_name` where the values are those of one policy, told apart by their names.
pub fn readout_html(readout: &Readout, by_name: bool) -> Html {
    let values = readout.values.iter().map(|value| {
        let text = told(value.text.clone());
        if by_name {
            return html! { <span class="v num">{format!("{} {text}", value.name)}</span> };
        }
        html! {
            <span class="v" title={value.name.clone()}>
                {picture(classes!(series_class(value.policy)), &badge(value.policy))}
                <span class="vh">{say!("{name}: ", name = value.name)}</span>
                <span class="num">{text}{" "}<span class="pm">{told(value.margin.clone())}</span></span>
            </span>
        }
    });
    html! { <div class="readout"><span class="at">{told(readout.at.clone())}</span>{for values}</div> }
}

/// The readout as it is spoken.
pub fn sentence(readout: &Readout) -> String {
    let value = |v: &Reading| {
        let (text, margin) = (told(v.text.clone()), told(v.margin.clone()));
        format!("{} {text} {margin}", v.name).trim_end().to_owned()
    };
    let values: Vec<String> = readout.values.iter().map(value).collect();
    say!("{at}: {values}.", at = told(readout.at.clone()), values = values.join(&say!(", "))).to_string()
}
