//! One figure: heading, switches, chart, cursor, readout, downloads.

use super::download::{save_png, save_text};
use super::explain::{Explain, Topic};
use super::menu::Menu;
use super::piece::Turn;
use super::presentation::{Present, turns_slides};
use super::reader::{readout_html, sentence};
use super::shapes::{Shapes, label, shapes};
use super::size::use_size;
use crate::format::count;
use crate::later;
use crate::words::{say, told};
use gloo_timers::callback::Timeout;
use llm_selection::browser::pool::Snapshot;
use llm_selection::figure::{
    Against, Drawing, FigureKind, Options, Paper, Table, curves_csv, draw, note, readout, sub, table,
};
use llm_selection::summary::RunResult;
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use yew::prelude::*;

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

/// Which axes are logarithmic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Axes {
    Linear,
    /// That of the rounds.
    Rounds,
    Both,
}

/// The kinds of axes that suit a figure.
fn axes_switch(name: &str, kind: FigureKind, axes: &UseStateHandle<Axes>) -> Html {
    let (label, linear, log) = (say!("Axes"), say!("linear"), say!("log"));
    match kind {
        FigureKind::Regret => {
            let all = [(linear, Axes::Linear), (log, Axes::Rounds), (say!("log-log"), Axes::Both)];
            switch(name, label, all, axes)
        }
        FigureKind::RewardCost => switch(name, label, [(linear, Axes::Linear), (log, Axes::Rounds)], axes),
        _ => switch(name, label, [(linear, Axes::Linear), (log, Axes::Both)], axes),
    }
}

/// What regret is measured against.
fn against_select(id: &str, result: &RunResult, chosen: Against, against: &UseStateHandle<Against>) -> Html {
    let (choices, against) = (Against::of(result), against.clone());
    let options: Html = (choices.iter())
        .map(|choice| html! { <option key={choice.metric()} selected={*choice == chosen}>{told(choice.name(result))}</option> })
        .collect();
    let onchange = Callback::from(move |event: Event| {
        let select: Option<web_sys::HtmlSelectElement> = event.target().and_then(|target| target.dyn_into().ok());
        let place = select.and_then(|select| usize::try_from(select.selected_index()).ok());
        if let Some(choice) = place.and_then(|place| choices.get(place)) {
            against.set(*choice);
        }
    });
    html! {
        <>
            <label class="vh" for={id.to_owned()}>{say!("Regret against")}</label>
            <select id={id.to_owned()} class="small-select" title={say!("Regret against")} {onchange}>{options}</select>
            <Explain topic={Topic::Against} />
        </>
    }
}

/// What a person has chosen in a figure's tool bar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct View {
    axes: Axes,
    against: Against,
    bound: bool,
    by_violation: bool,
    policy: usize,
}

impl View {
    fn options(self, hidden: &[bool], dollars: bool) -> Options<'_> {
        let View { axes, against, bound, by_violation, policy } = self;
        let (log, log_values) = (axes != Axes::Linear, axes == Axes::Both);
        Options {
            log,
            log_values,
            against,
            bound,
            by_violation,
            policy,
            hidden,
            dollars,
            marked: true,
            ..Options::default()
        }
    }
}

/// One of a few values.
pub(super) fn switch<T: Copy + PartialEq + 'static, const N: usize>(
    name: &str,
    label: AttrValue,
    options: [(AttrValue, T); N],
    chosen: &UseStateHandle<T>,
) -> Html {
    let options = options.into_iter().map(|(text, value)| {
        let (checked, chosen) = (**chosen == value, chosen.clone());
        let onchange = Callback::from(move |_: Event| chosen.set(value));
        html! { <label><input type="radio" name={name.to_owned()} {checked} {onchange} /><span>{text}</span></label> }
    });
    html! { <div class="seg" role="radiogroup" aria-label={label}>{for options}</div> }
}

/// The policy of the selection share.
fn policy_select(id: &str, result: &RunResult, chosen: usize, policy: &UseStateHandle<usize>) -> Html {
    let policy = policy.clone();
    let onchange = Callback::from(move |event: Event| {
        let select: Option<web_sys::HtmlSelectElement> = event.target().and_then(|target| target.dyn_into().ok());
        if let Some(place) = select.and_then(|select| usize::try_from(select.selected_index()).ok()) {
            policy.set(place);
        }
    });
    let choices = result.policies.iter().enumerate().map(|(place, policy)| {
        html! { <option key={place} selected={place == chosen}>{policy.label.clone()}</option> }
    });
    html! {
        <>
            <label class="vh" for={id.to_owned()}>{say!("Policy shown")}</label>
            <select id={id.to_owned()} class="small-select" {onchange}>{for choices}</select>
        </>
    }
}

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
fn save_menu(id: &str, props: &FigureProps, view: View, as_table: &UseStateHandle<bool>) -> Html {
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
pub(super) fn dots() -> Html {
    html! {
        <svg viewBox="0 0 16 16" aria-hidden="true"><g fill="currentColor">
            <circle cx="3" cy="8" r="1.4" /><circle cx="8" cy="8" r="1.4" /><circle cx="13" cy="8" r="1.4" />
        </g></svg>
    }
}

/// A download that the browser refused is told in its console; nothing on the page has changed.
pub(super) fn report(outcome: Result<(), JsValue>) {
    if let Err(error) = outcome {
        web_sys::console::error_1(&error);
    }
}

/// A figure as a table.
pub(super) fn table_html(title: &str, table: &Table) -> Html {
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
