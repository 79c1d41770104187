//! One figure: heading, switches, chart, cursor, readout, downloads.

mod saving;
mod view;

use super::explain::{Explain, Topic};
use super::piece::Turn;
use super::presentation::turns_slides;
use super::reader::{readout_html, sentence};
use super::shapes::{Shapes, shapes};
use super::size::use_size;
use crate::format::count;
use crate::later;
use crate::words::{say, told};
use gloo_timers::callback::Timeout;
use llm_selection::browser::pool::Snapshot;
use llm_selection::figure::{Against, Drawing, FigureKind, Options, Paper, draw, note, readout, sub};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use yew::prelude::*;

use saving::save_menu;
pub use saving::{FileKind, dots, report, save, table_html, tabulate};
use view::{Axes, against_select, axes_switch, policy_select};
pub use view::{View, switch};

/// Properties of [`Figure`].
#[derive(Properties, Clone)]
pub struct FigureProps {
    /// Which figure.
    pub kind: FigureKind,
    /// What is shown.
    pub snapshot: Rc<Snapshot>,
    /// Policies that the legend hides, by place.
    pub hidden: Rc<Vec<bool>>,
    /// Round of the cursor that all figures share.
    pub cursor: Option<u32>,
    /// Moves the cursor.
    pub on_cursor: Callback<Option<u32>>,
    /// Opens a round, where there is something that shows it.
    #[prop_or_default]
    pub on_open: Option<Callback<u32>>,
    /// Whether the axis of rounds ends a little above the last one while few are played.
    #[prop_or_default]
    pub follows: bool,
    /// Whether costs are in dollars.
    pub dollars: bool,
    /// What it is about, where there are several of its kind.
    #[prop_or_default]
    pub about: AttrValue,
    /// Policy whose selection share is shown first, by place.
    #[prop_or_default]
    pub policy: usize,
    /// What regret is first measured against.
    #[prop_or_default]
    pub against: Against,
    /// How large it is as a file.
    pub paper: Paper,
}

// A snapshot is never changed, only followed by another one.
impl PartialEq for FigureProps {
    fn eq(&self, other: &FigureProps) -> bool {
        self.kind == other.kind
            && Rc::ptr_eq(&self.snapshot, &other.snapshot)
            && self.hidden == other.hidden
            && self.cursor == other.cursor
            && self.on_cursor == other.on_cursor
            && self.on_open == other.on_open
            && self.follows == other.follows
            && self.dollars == other.dollars
            && self.about == other.about
            && self.policy == other.policy
            && self.against == other.against
            && self.paper == other.paper
    }
}

/// The snapshot that a figure shows: each takes its turn a little after the one before it, so that no frame has to draw
/// them all. While a run goes on, nothing is drawn that is not to be seen.
#[hook]
fn use_turn(kind: FigureKind, latest: &Rc<Snapshot>, node: &NodeRef) -> Rc<Snapshot> {
    let shown = use_state(|| latest.clone());
    let (setter, drawn) = (shown.setter(), Rc::ptr_eq(&shown, latest));
    let skipped = use_skipped(node);
    use_effect_with(ByAddress(latest.clone()), move |ByAddress(latest)| {
        let latest = latest.clone();
        let turn = FigureKind::ALL.iter().position(|other| *other == kind).unwrap_or(0) as u32;
        let rests = latest.round < latest.rounds && skipped.get();
        let draw = move || setter.set(latest);
        let waits = match rests {
            _ if drawn => (None, None),
            true => (Some(Timeout::new(REST, draw)), None),
            false => (None, Some(Turn::wait(turn, draw))),
        };
        move || drop(waits)
    });
    (*shown).clone()
}

/// Milliseconds without a newer snapshot after which a figure is drawn that is not to be seen.
const REST: u32 = 400;

/// Whether the browser skips what is at `node`, as the style sheet allows it to outside of the view.
#[hook]
fn use_skipped(node: &NodeRef) -> Rc<Cell<bool>> {
    const EVENT: &str = "contentvisibilityautostatechange";
    let skipped = use_memo((), |()| Rc::new(Cell::new(false)));
    let (node, now) = (node.clone(), (*skipped).clone());
    use_effect_with((), move |()| {
        let figure = node.cast::<web_sys::Element>().and_then(|chart| chart.closest("figure").ok().flatten());
        let heard = Closure::<dyn Fn(JsValue)>::new(move |event: JsValue| {
            now.set(js_sys::Reflect::get(&event, &"skipped".into()).is_ok_and(|skipped| skipped.is_truthy()));
        });
        if let Some(figure) = &figure {
            let _ = figure.add_event_listener_with_callback(EVENT, heard.as_ref().unchecked_ref());
        }
        move || {
            if let Some(figure) = figure {
                let _ = figure.remove_event_listener_with_callback(EVENT, heard.as_ref().unchecked_ref());
            }
        }
    });
    (*skipped).clone()
}

/// The figure.
#[component]
pub fn Figure(props: &FigureProps) -> Html {
    let FigureProps { kind, snapshot: latest, hidden, cursor, on_cursor, dollars, about, .. } = props.clone();
    let chart = use_node_ref();
    let snapshot = use_turn(kind, &latest, &chart);
    // A violation falls through several powers of ten, and a ratio to it rises through as many.
    let axes = use_state(|| match kind {
        FigureKind::Violation | FigureKind::Ratio => Axes::Both,
        _ => Axes::Linear,
    });
    let against = use_state(|| props.against);
    let bound = use_state(|| false);
    let by_violation = use_state(|| false);
    let policy = use_state(|| props.policy);
    let as_table = use_state(|| false);
    let spoken = use_state(String::new);
    let (width, font) = use_size(&chart);
    let result = &snapshot.result;
    let chosen = (*policy).min(result.policies.len().saturating_sub(1));
    // What another experiment had may be gone.
    let measured = Against::of(result).into_iter().find(|other| *other == *against).unwrap_or_default();
    let view = View { axes: *axes, against: measured, bound: *bound, by_violation: *by_violation, policy: chosen };
    let until = if props.follows { soon(&snapshot) } else { None };
    let options = Options { width, font, until, ..view.options(&hidden, dollars) };

    let drawing = {
        let key = (ByAddress(snapshot.clone()), hidden.clone(), view, dollars, until, width, font);
        use_memo(key, |(snapshot, hidden, view, dollars, until, width, font)| {
            let options = Options { width: *width, font: *font, until: *until, ..view.options(hidden, *dollars) };
            Rc::new(draw(kind, &snapshot.0.result, &options))
        })
    };
    let reached = snapshot.round.max(1);
    let here = cursor.unwrap_or(reached).min(reached);
    let values = readout(kind, result, &options, here);

    let onpointermove = {
        let (drawing, on_cursor) = (drawing.clone(), on_cursor.clone());
        Callback::from(move |event: PointerEvent| {
            let round = round_under(&event, &drawing).map(|round| round.min(reached));
            if round.is_some() && cursor != round {
                on_cursor.emit(round);
            }
        })
    };
    // A finger moves the cursor alone: what opens is far below on a phone.
    let by_touch = use_mut_ref(|| false);
    let onclick = props.on_open.clone().map(|on_open| {
        let (drawing, by_touch) = (drawing.clone(), by_touch.clone());
        Callback::from(move |event: MouseEvent| {
            if let Some(round) = round_under(&event, &drawing).filter(|_| !*by_touch.borrow()) {
                on_open.emit(round.clamp(1, reached));
            }
        })
    });
    let onpointerdown = {
        let onpointermove = onpointermove.clone();
        Callback::from(move |event: PointerEvent| {
            *by_touch.borrow_mut() = event.pointer_type() != "mouse";
            onpointermove.emit(event);
        })
    };
    let onpointerleave = {
        let on_cursor = on_cursor.clone();
        Callback::from(move |event: PointerEvent| {
            // A finger that is lifted leaves the cursor where it was.
            if event.pointer_type() == "mouse" {
                on_cursor.emit(None);
            }
        })
    };
    let drawn = !*as_table;
    let onkeydown = {
        let (on_cursor, spoken, props) = (on_cursor.clone(), spoken.clone(), props.clone());
        Callback::from(move |event: KeyboardEvent| {
            if !drawn || event.ctrl_key() || event.alt_key() || event.meta_key() || turns_slides(&event) {
                return;
            }
            let rounds = until.unwrap_or(props.snapshot.rounds);
            let step = (rounds / if event.shift_key() { 10 } else { 100 }).max(1);
            // To round numbers, but for the first and the last.
            let back = |step: u32| Some((here.saturating_sub(1) / step * step).max(1));
            let forth = |step: u32| Some((here / step * step).saturating_add(step).min(reached));
            let round = match event.key().as_str() {
                "ArrowLeft" => back(step),
                "ArrowRight" => forth(step),
                "PageUp" => back(step.saturating_mul(10)),
                "PageDown" => forth(step.saturating_mul(10)),
                "," => back(1),
                "." => forth(1),
                "Home" => Some(1),
                "End" => Some(reached),
                "Escape" => None,
                "Enter" => {
                    if let Some(on_open) = props.on_open.as_ref().filter(|_| on_the_chart(&event)) {
                        event.prevent_default();
                        on_open.emit(here);
                    }
                    return;
                }
                _ => return,
            };
            event.prevent_default();
            event.stop_propagation();
            let options = view.options(&props.hidden, dollars);
            let values = readout(kind, &props.snapshot.result, &options, round.unwrap_or(reached));
            spoken.set(sentence(&values));
            on_cursor.emit(round);
        })
    };

    let turn_bound = {
        let bound = bound.clone();
        Callback::from(move |_: MouseEvent| bound.set(!*bound))
    };
    let title = title_of(kind, &about);
    let remark = note(kind, result, &options);
    let name = file_name(kind, &about);
    let id = |part: &str| format!("{name}-{part}");
    let body = if *as_table {
        later::get().map(|later| (later.tabulate)(&title, kind, result, &options)).unwrap_or_default()
    } else {
        let area = format!("0 0 {:.0} {:.0}", drawing.scene.width, drawing.scene.height);
        let moved = cursor.map_or_else(Vec::new, |round| drawing.cursor(result, &options, round));
        html! {
            <svg class="chart" viewBox={area} role="img" aria-label={told(drawing.scene.label.clone())} {onpointerdown} {onpointermove} {onpointerleave} {onclick}>
                <Shapes drawing={(*drawing).clone()} />
                <g>{shapes(&moved)}</g>
            </svg>
        }
    };
    let hint = say!(
        if props.on_open.is_some() {
            "{title}, left and right arrow move the cursor, Enter opens its round"
        } else {
            "{title}, left and right arrow move the cursor"
        },
        title = title
    );
    html! {
        <figure class="card fig" aria-labelledby={id("title")}>
            <figcaption>
                <div class="card-head">
                    <h2 id={id("title")}>{&title}</h2>
                    <Explain topic={Topic::of_figure(kind)} />
                    <div class="end tools">
                        if kind == FigureKind::Selection {
                            {policy_select(&id("policy"), result, chosen, &policy)}
                        } else {
                            if kind == FigureKind::Ratio {
                                {switch(&id("by"), say!("Reward divided by"), [(say!("by excess"), false), (say!("by V(t)"), true)], &by_violation)}
                            }
                            if kind == FigureKind::Regret {
                                {against_select(&id("against"), result, measured, &against)}
                            }
                            if matches!(kind, FigureKind::Regret | FigureKind::Violation) {
                                <button type="button" class="btn small" aria-pressed={bound.to_string()} onclick={turn_bound}>{say!("Theory's bound")}</button>
                                <Explain topic={Topic::Bound} />
                            }
                            {axes_switch(&id("axes"), kind, &axes)}
                        }
                        {save_menu(&id("menu"), props, view, &as_table)}
                    </div>
                </div>
                <p class="sub">
                    {told(sub(kind, result, &options))}
                    // On paper there is no list to choose from.
                    if let Some(policy) = result.policies.get(chosen).filter(|_| kind == FigureKind::Selection) {
                        <span class="handout">{" "}{say!("Policy: {policy}.", policy = policy.label)}</span>
                    }
                    if let Some(until) = until {
                        {" "}{say!("Rounds 1 to {until} of {all}.", until = count(u64::from(until)), all = count(u64::from(snapshot.rounds)))}
                    }
                </p>
            </figcaption>
            <div class="chart-box" ref={chart} title={props.on_open.as_ref().filter(|_| drawn).map(|_| say!("A click opens the round"))} tabindex={drawn.then_some("0")} role={drawn.then_some("group")}
                aria-label={drawn.then_some(hint)} {onkeydown}>{body}</div>
            <div>
                if !remark.is_empty() { <p class="remark">{told(remark)}</p> }
                {readout_html(&values, kind == FigureKind::Selection)}
                <p class="vh" aria-live="polite">{(*spoken).clone()}</p>
            </div>
        </figure>
    }
}

/// Where the axis of rounds ends while few of them are played: a round number a little above the last one.
fn soon(snapshot: &Snapshot) -> Option<u32> {
    let (reached, rounds) = (snapshot.round, snapshot.rounds);
    let mut ends = (1..8).flat_map(|power| [1, 2, 5].map(|times| times * 10_u32.pow(power)));
    ends.find(|end| *end > reached).filter(|end| reached < rounds / 20 && *end < rounds)
}

/// The element that an event came from: where it is heard is the page as a whole.
fn origin(event: &web_sys::Event) -> Option<web_sys::Element> {
    event.target()?.dyn_into().ok()
}

/// The round under the pointer.
fn round_under(event: &MouseEvent, drawing: &Drawing) -> Option<u32> {
    let area = origin(event)?.closest("svg").ok()??.get_bounding_client_rect();
    let x = (f64::from(event.client_x()) - area.left()) * drawing.scene.width / area.width();
    (area.width() > 0.0 && !drawing.panels.is_empty()).then(|| drawing.round_at(x))
}

/// Whether a key was pressed on the chart itself, rather than on something within it.
fn on_the_chart(event: &KeyboardEvent) -> bool {
    origin(event).is_some_and(|origin| origin.matches(".chart-box").unwrap_or(false))
}

/// Heading: `Reward/violation ratio`, with what it is about where that matters.
fn title_of(kind: FigureKind, about: &str) -> AttrValue {
    let title = told(kind.title());
    if about.is_empty() { title } else { format!("{title}: {about}").into() }
}

/// A name for files and identifiers: `reward-violation-ratio`, with the same.
fn file_name(kind: FigureKind, about: &str) -> String {
    let words = about.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    std::iter::once(kind.slug()).chain(words).collect::<Vec<_>>().join("-").to_ascii_lowercase()
}

/// A snapshot as a key: the same if it is the same one.
struct ByAddress(Rc<Snapshot>);

impl PartialEq for ByAddress {
    fn eq(&self, other: &ByAddress) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}
