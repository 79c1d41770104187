//! Curves over the varied parameter, and the sheet of all figures.

use super::{Curves, SweepFigure, describe, frontier, sub};
use crate::figure::axis::{Axis, Scale, nice_step, settle};
use crate::figure::curves::Frame;
use crate::figure::number::{BOLD, CostUnit, decimals, fixed, shorten, signed, text_width};
use crate::figure::plot::{height, path, straight, write_value};
use crate::figure::scene::PathData;
use crate::figure::sheet::legend;
use crate::figure::stop::ordered;
use crate::figure::{
    Node, Options, Quantity, Reading, Readout, Scene, Stop, Theme, line_class, series_class, series_mark,
};

/// Draws one figure.
#[must_use]
pub fn draw(kind: SweepFigure, curves: &Curves, options: &Options) -> Scene {
    let options = options.checked();
    let mut scene = match absence(kind, curves) {
        Some(text) => sentence(text, &options),
        None => match kind.quantity() {
            Some(quantity) => over_values(quantity, curves, &options),
            None => frontier::draw(curves, &options),
        },
    };
    scene.label = describe(kind, curves, &options);
    scene
}

/// All figures, two by two and the frontier below, with one legend, as an SVG file in light colours.
#[must_use]
pub fn sheet(curves: &Curves) -> String {
    let options = Options { width: 600.0, ..Options::default() };
    let font = options.font;
    let gap = font * 2.0;
    let wide = 2.0 * options.width + gap;
    let mut scene = Scene { width: wide + 2.0 * gap, ..Scene::default() };
    let mut y = gap;
    for row in SweepFigure::ALL.chunks(2) {
        let width = if row.len() == 1 { wide } else { options.width };
        let mut deepest = 0.0;
        for (place, kind) in row.iter().enumerate() {
            let (nodes, bottom) = titled(*kind, curves, &Options { width, ..options });
            let x = gap + place as f64 * (options.width + gap);
            scene.nodes.push(Node::Group { class: "", at: Some((x, y)), nodes });
            deepest = if bottom > deepest { bottom } else { deepest };
        }
        y += deepest + gap;
    }
    let names: Vec<(usize, &str)> = named(curves, &options);
    let (nodes, height) = legend(&names, font, wide);
    scene.nodes.push(Node::Group { class: "", at: Some((gap, y)), nodes });
    scene.height = y + height + gap;
    let lines: Vec<String> = SweepFigure::ALL.iter().map(|kind| describe(*kind, curves, &options)).collect();
    scene.label = lines.join(" ");
    scene.to_svg(Theme::Light, font)
}

/// Heading, sentence and drawing; gives the height used.
fn titled(kind: SweepFigure, curves: &Curves, options: &Options) -> (Vec<Node>, f64) {
    let font = options.font;
    let drawing = draw(kind, curves, options);
    let text = |class, y, text| Node::Text { class, x: 0.0, y, text };
    let top = font * 3.6;
    let bottom = top + drawing.height;
    let figure = Node::Group { class: "", at: Some((0.0, top)), nodes: drawing.nodes };
    let sentence = shorten(&sub(kind, curves), options.width, font);
    (vec![text("title", font * 1.3, kind.title().to_owned()), text("", font * 2.9, sentence), figure], bottom)
}

/// The visible policies with their labels.
fn named<'a>(curves: &'a Curves, options: &Options) -> Vec<(usize, &'a str)> {
    let all = curves.lines.iter().map(|line| line.label.as_str()).enumerate();
    all.filter(|(index, _)| options.shows(*index)).collect()
}

/// The sentence that stands where a figure has nothing to show.
pub(super) fn absence(kind: SweepFigure, curves: &Curves) -> Option<&'static str> {
    let known = |quantity: Quantity| {
        (0..curves.lines.len())
            .any(|policy| (0..curves.budgets.len()).any(|at| curves.figure(quantity, policy, at).is_some()))
    };
    match kind {
        _ if curves.lines.is_empty() => Some("No point has been played yet."),
        SweepFigure::Violation if !known(Quantity::Violation) => Some("No budget is set, so there is none to exceed."),
        SweepFigure::Cost | SweepFigure::Frontier if !known(Quantity::Cost) => Some("The costs are not known."),
        _ => None,
    }
}

fn sentence(text: &str, options: &Options) -> Scene {
    let (width, height) = (options.width, height(options));
    let text = Node::Text { class: "mid", x: width / 2.0, y: height / 2.0, text: text.to_owned() };
    Scene { width, height, label: String::new(), nodes: vec![text] }
}

/// How costs are written: fine enough for the smallest budget.
pub(super) fn unit(curves: &Curves) -> CostUnit {
    let smallest = |a: f64, b: f64| if b < a { b } else { a };
    let costs = curves.lines.iter().flat_map(|line| line.finals.iter().filter_map(|finals| finals.cost.mean));
    let reference = curves.budgets.iter().flatten().copied().reduce(smallest);
    CostUnit::for_amount(reference.unwrap_or_else(|| costs.fold(0.0, f64::max)), curves.dollars)
}

/// An axis of a quantity, its ticks with their texts.
pub(in crate::figure) struct Values {
    pub axis: Axis,
    pub ticks: Vec<(f64, String)>,
}

impl Values {
    /// An axis that holds all of `spans` of the visible policies, from pixel `start` to `end`.
    pub fn new(quantity: Quantity, spans: &[(f64, f64)], unit: CostUnit, ends: (f64, f64), wanted: usize) -> Values {
        let signed_values = quantity == Quantity::Regret;
        let mut spans = spans.to_vec();
        if quantity == Quantity::Violation || (signed_values && spans.iter().all(|span| span.0 >= 0.0)) {
            // Nothing is seen to be nothing.
            spans.extend(spans.first().map(|_| (0.0, 0.0)));
        }
        let floor = if signed_values { f64::NEG_INFINITY } else { 0.0 };
        let text = |value: f64, step: f64| {
            let places = decimals(step, 1);
            match quantity {
                Quantity::Regret => signed(value, places),
                Quantity::Reward | Quantity::Ratio | Quantity::RatioViolation => fixed(value, places),
                Quantity::Violation | Quantity::Cost => unit.label(value, if value == 0.0 { 0 } else { places }),
            }
        };
        Values::over(&spans, (floor, f64::INFINITY), ends, wanted, &text)
    }

    /// An axis that holds all of `spans` and nothing outside `limits`, from pixel `start` to `end`; `text` writes a value
    /// for ticks so far apart.
    pub fn over(
        spans: &[(f64, f64)],
        limits: (f64, f64),
        (start, end): (f64, f64),
        wanted: usize,
        text: &dyn Fn(f64, f64) -> String,
    ) -> Values {
        let mut lo = spans.iter().map(|span| span.0).fold(f64::INFINITY, |a, b| if b < a { b } else { a });
        let mut hi = spans.iter().map(|span| span.1).fold(f64::NEG_INFINITY, |a, b| if b > a { b } else { a });
        if spans.is_empty() {
            (lo, hi) = (0.0, 1.0);
        }
        let pad = if hi > lo { (hi - lo) * 0.05 } else { hi.abs() * 0.05 + 1e-9 };
        let low = if lo == 0.0 || lo - pad < limits.0 { lo } else { lo - pad };
        let high = if hi + pad > limits.1 { hi } else { hi + pad };
        let (lo, hi) = settle(low, high, 5);
        let axis = Axis::new(Scale::Linear, lo, hi, start, end);
        let step = nice_step(axis.lo, axis.hi, wanted);
        Values { ticks: axis.ticks(wanted).into_iter().map(|value| (value, text(value, step))).collect(), axis }
    }

    /// Width of the widest text.
    pub fn width(&self, font: f64) -> f64 {
        self.ticks.iter().map(|(_, text)| text_width(text, font)).fold(0.0, f64::max)
    }

    /// Grid lines across `left` to `right`, the texts at their left.
    pub fn lines(&self, nodes: &mut Vec<Node>, left: f64, right: f64, font: f64) {
        for (value, text) in &self.ticks {
            let y = self.axis.at(*value);
            nodes.push(straight(if *value == 0.0 { "axis" } else { "grid" }, left, y, right, y));
            let (x, y) = (left - font * 0.5, y + font * 0.35);
            nodes.push(Node::Text { class: "end", x, y, text: text.clone() });
        }
    }
}

/// The horizontal axis with its ticks and its name below.
pub(in crate::figure) fn below(nodes: &mut Vec<Node>, frame: &Frame, ticks: &[(f64, String)], name: &str, font: f64) {
    let bottom = frame.bottom();
    nodes.push(straight("axis", frame.left(), bottom, frame.right(), bottom));
    let mut free = f64::NEG_INFINITY;
    for (value, text) in ticks {
        let x = frame.x.at(*value);
        nodes.push(straight("axis", x, bottom, x, bottom + font / 3.0));
        let half = text_width(text, font) / 2.0;
        if x - half > free {
            nodes.push(Node::Text { class: "mid", x, y: bottom + font * 1.5, text: text.clone() });
            free = x + half + font * 0.4;
        }
    }
    // Bold type is wider. Where a name does not fit, what comes after its comma goes first.
    let room = frame.right() / BOLD;
    let name = if text_width(name, font) > room { name.split(',').next().unwrap_or(name) } else { name };
    let text = shorten(name, room, font);
    nodes.push(Node::Text { class: "end strong", x: frame.right(), y: bottom + font * 3.0, text });
}

/// Where the curves of a quantity stand.
struct Layout {
    frame: Frame,
    values: Values,
    left: f64,
    height: f64,
}

impl Layout {
    fn new(quantity: Quantity, curves: &Curves, options: &Options) -> Layout {
        let font = options.font;
        let (width, height) = (options.width, height(options) + font * 1.5);
        let (top, bottom) = (font, height - font * 3.6);
        let shown = (0..curves.lines.len()).filter(|index| options.shows(*index));
        let figures =
            shown.flat_map(|policy| (0..curves.values.len()).filter_map(move |at| curves.figure(quantity, policy, at)));
        let mut spans: Vec<(f64, f64)> =
            figures.map(|(mean, half)| (low(quantity, mean - half), mean + half)).collect();
        if quantity == Quantity::Cost {
            // A budget far above all costs would squash them.
            let dearest = spans.iter().map(|span| span.1).fold(0.0, f64::max);
            spans.extend(curves.budgets.iter().flatten().filter(|budget| **budget <= dearest * 1.5).map(|b| (*b, *b)));
        }
        let values = Values::new(quantity, &spans, unit(curves), (bottom, top), 5);
        let left = (values.width(font) + font * 0.9).clamp(font * 2.0, width * 0.4);
        let x = across(curves, left + font * 0.7, width - font * 1.2);
        Layout { frame: Frame { x, y: values.axis }, values, left, height }
    }
}

/// The lower end of an interval: nothing but regret is below nothing.
fn low(quantity: Quantity, value: f64) -> f64 {
    if quantity != Quantity::Regret && value < 0.0 { 0.0 } else { value }
}

/// Where a cursor can stand, from left to right: at each value, or on the frontier at each point.
#[must_use]
pub fn stops(kind: SweepFigure, curves: &Curves, options: &Options) -> Vec<Stop> {
    let options = options.checked();
    if absence(kind, curves).is_some() {
        return Vec::new();
    }
    let Some(quantity) = kind.quantity() else { return frontier::stops(curves, &options) };
    let (layout, unit) = (Layout::new(quantity, curves, &options), unit(curves));
    let reading = |policy: usize, name: &str, at: usize| {
        let (mean, half) = curves.figure(quantity, policy, at)?;
        Some(Reading {
            policy,
            name: shorten(name, 240.0, 12.0),
            text: write_value(quantity, mean, unit),
            margin: margin(quantity, half, unit),
            mean,
            ci95: (half > 0.0).then_some(half),
        })
    };
    let stop = |(at, value): (usize, &f64)| {
        let values = named(curves, &options).into_iter().filter_map(|(policy, name)| reading(policy, name, at));
        let place = format!("{} = {}", curves.parameter.symbol, curves.parameter.write(*value));
        Stop { x: layout.frame.x.at(*value), y: None, readout: Readout { at: place, values: values.collect() } }
    };
    ordered(curves.values.iter().enumerate().map(stop).collect())
}

/// Half the width of an interval as it is read; empty where there is none.
pub(super) fn margin(quantity: Quantity, half: f64, unit: CostUnit) -> String {
    match quantity {
        _ if half <= 0.0 => String::new(),
        Quantity::Regret => format!("± {}", fixed(half, if half < 10.0 { 1 } else { 0 })),
        _ => format!("± {}", write_value(quantity, half, unit)),
    }
}

/// Curves with bands and marks.
fn over_values(quantity: Quantity, curves: &Curves, options: &Options) -> Scene {
    let (font, width) = (options.font, options.width);
    let Layout { frame, values, left, height } = Layout::new(quantity, curves, options);
    let shown: Vec<usize> = (0..curves.lines.len()).filter(|index| options.shows(*index)).collect();
    let places = 0..curves.values.len();
    let x = frame.x;
    let low = |value: f64| low(quantity, value);
    let figure = |policy: usize, at: usize| curves.figure(quantity, policy, at);
    let mut nodes = Vec::new();
    values.lines(&mut nodes, left, width - font * 0.4, font);
    below(&mut nodes, &frame, &value_ticks(curves, &x, font), &curves.parameter.name, font);
    if quantity == Quantity::Cost {
        budget(&mut nodes, curves, &frame, font);
    }
    for policy in shown.into_iter().rev() {
        let at = |place: usize| Some((frame.x.at(*curves.values.get(place)?), figure(policy, place)?));
        let mut parts = vec![];
        // What is not defined leaves a gap.
        let known: Vec<Option<(f64, (f64, f64))>> = places.clone().map(at).collect();
        for piece in known.split(Option::is_none) {
            let piece: Vec<(f64, (f64, f64))> = piece.iter().flatten().copied().collect();
            let Some(((first, _), rest)) = piece.split_first().map(|(first, rest)| (*first, rest)) else { continue };
            if !rest.is_empty() && piece.iter().any(|(_, (_, half))| *half > 0.0) {
                let mut area = PathData::default();
                let edge = |upper: bool| {
                    move |(x, (mean, half)): &(f64, (f64, f64))| {
                        (*x, frame.y.at(if upper { mean + half } else { low(mean - half) }))
                    }
                };
                let edges: Vec<(f64, f64)> =
                    piece.iter().map(edge(true)).chain(piece.iter().rev().map(edge(false))).collect();
                polyline(&mut area, &edges);
                area.close();
                parts.push(path("band", area.finish()));
            }
            let mut line = PathData::default();
            let points: Vec<(f64, f64)> = piece.iter().map(|(x, (mean, _))| (*x, frame.y.at(*mean))).collect();
            polyline(&mut line, &points);
            if points.len() > 1 {
                parts.push(path(line_class(policy), line.finish()));
            } else if let Some((_, (mean, half))) = piece.first() {
                let (upper, lower) = (frame.y.at(mean + half), frame.y.at(low(mean - half)));
                parts.push(straight("whisker", first, upper, first, lower));
            }
            parts.extend(points.iter().map(|(x, y)| series_mark(policy, *x, *y)));
        }
        nodes.push(Node::Group { class: series_class(policy), at: None, nodes: parts });
    }
    Scene { width, height, label: String::new(), nodes }
}

/// Appends a polyline through all points.
pub(in crate::figure) fn polyline(path: &mut PathData, points: &[(f64, f64)]) {
    if let Some((first, rest)) = points.split_first() {
        path.start(*first);
        rest.iter().for_each(|point| path.to(*point));
    }
}

/// The budget at each value.
fn budget(nodes: &mut Vec<Node>, curves: &Curves, frame: &Frame, font: f64) {
    let pairs = curves.values.iter().zip(&curves.budgets);
    let points: Vec<(f64, f64)> = pairs.filter_map(|(value, budget)| Some((frame.x.at(*value), (*budget)?))).collect();
    let inside: Vec<(f64, f64)> =
        points.iter().filter(|(_, budget)| frame.shows(*budget)).map(|(x, budget)| (*x, frame.y.at(*budget))).collect();
    let Some((x, y)) = inside.last().copied().filter(|_| inside.len() > 1) else { return };
    let mut line = PathData::default();
    polyline(&mut line, &inside);
    nodes.push(path("budget-line", line.finish()));
    let (width, height) = (font * 1.5, font * 1.4);
    // Below the line's end, clear of the marks on it and of the first values.
    let (x, top) = (x - width, y + font * 1.2);
    nodes.push(Node::Rect { class: "flag", x, y: top, width, height, depth: None });
    let text = "ρ".to_owned();
    nodes.push(Node::Text { class: "mid flag-t", x: x + width / 2.0, y: top + font * 1.05, text });
}

/// The axis of the parameter.
fn across(curves: &Curves, left: f64, right: f64) -> Axis {
    let parameter = &curves.parameter;
    let scale = if parameter.geometric() { Scale::Log } else { Scale::Linear };
    let first = parameter.values.first().copied().unwrap_or(0.0);
    let last = parameter.values.last().copied().unwrap_or(1.0);
    Axis::new(scale, first, last, left, right)
}

/// Ticks at the values themselves where there is room for all, else at round numbers.
fn value_ticks(curves: &Curves, axis: &Axis, font: f64) -> Vec<(f64, String)> {
    let parameter = &curves.parameter;
    let texts: Vec<(f64, String)> = parameter.values.iter().map(|v| (*v, parameter.write(*v))).collect();
    let crowded = texts.windows(2).any(|pair| match pair {
        [(a, one), (b, two)] => {
            axis.at(*b) - axis.at(*a) < (text_width(one, font) + text_width(two, font)) / 2.0 + font * 0.5
        }
        _ => false,
    });
    if !crowded {
        return texts;
    }
    let wanted = ((axis.end - axis.start) / (font * 5.5)) as usize;
    let mut ticks = axis.ticks(wanted.clamp(2, 10));
    if parameter.whole() {
        ticks.retain(|tick| (tick - libm::round(*tick)).abs() < 1e-9);
    }
    let step = nice_step(axis.lo, axis.hi, wanted.clamp(2, 10));
    let places = |tick: f64| if axis.scale == Scale::Log { decimals(tick, 1) } else { decimals(step, 1) };
    ticks.into_iter().map(|tick| (tick, fixed(tick, if parameter.whole() { 0 } else { places(tick) }))).collect()
}
