//! A trade-off as shapes.

use super::text::{named, same};
use super::{
    TradeoffFigure, Unit, absence, assigned, describe, front, label, measure, oracle, own, path, series, share, shown,
    spots, sub,
};
use crate::figure::curves::Frame;
use crate::figure::number::{decimals, fixed, shorten, text_width};
use crate::figure::plot::{height, path as drawn, straight};
use crate::figure::scene::PathData;
use crate::figure::sheet::{legend, wrapped};
use crate::figure::stop::ordered;
use crate::figure::sweep::draw::{Values, below, polyline};
use crate::figure::sweep::frontier::Spot;
use crate::figure::{Node, Options, Reading, Readout, Scene, Stop, Theme, line_class, series_class, series_mark};
use crate::query_aware::assignment::NAME;
use crate::query_aware::evaluation::Evaluation;

/// Draws one figure; `options.hidden` is by place in [`Evaluation::policies`].
#[must_use]
pub fn draw(kind: TradeoffFigure, evaluation: &Evaluation, options: &Options) -> Scene {
    let options = options.checked();
    let mut scene = match absence(kind, evaluation) {
        Some(text) => {
            let (width, height) = (options.width, height(&options));
            let text = Node::Text { class: "mid", x: width / 2.0, y: height / 2.0, text };
            Scene { width, height, label: String::new(), nodes: vec![text] }
        }
        None => Picture::new(kind, evaluation, &options).draw(),
    };
    scene.label = describe(kind, evaluation, &options);
    scene
}

/// Where a cursor can stand, from left to right: at each point.
#[must_use]
pub fn stops(kind: TradeoffFigure, evaluation: &Evaluation, options: &Options) -> Vec<Stop> {
    let options = options.checked();
    if absence(kind, evaluation).is_some() {
        return Vec::new();
    }
    let picture = Picture::new(kind, evaluation, &options);
    let unit = Unit::of(kind, &picture.spots);
    let stop = |spot: &Spot| {
        let (x, y) = picture.place(spot);
        let half = spot.reward.1;
        let reading = Reading {
            policy: series(evaluation, spot.policy)?,
            name: named(evaluation, spot),
            text: format!("{} for {}", share(spot.reward.0), unit.write(spot.cost.0)),
            margin: if half > 0.0 { format!("± {}", share(half)) } else { String::new() },
            mean: spot.reward.0,
            ci95: (half > 0.0).then_some(half),
        };
        let at = reading.name.clone();
        Some(Stop { x, y: Some(y), readout: Readout { at, values: vec![reading] } })
    };
    ordered(picture.spots.iter().filter_map(stop).collect())
}

/// One figure with its heading above and the legend below.
#[must_use]
pub fn export(kind: TradeoffFigure, evaluation: &Evaluation, options: &Options) -> Scene {
    let options = options.checked();
    page(&[kind], evaluation, &options)
}

/// The figures one below the other, with one legend, as an SVG file in light colours.
#[must_use]
pub fn sheet(kinds: &[TradeoffFigure], evaluation: &Evaluation) -> String {
    let options = Options { width: 800.0, ..Options::default() };
    page(kinds, evaluation, &options).to_svg(Theme::Light, options.font)
}

fn page(kinds: &[TradeoffFigure], evaluation: &Evaluation, options: &Options) -> Scene {
    let font = options.font;
    let pad = font;
    let mut scene = Scene { width: options.width + 2.0 * pad, ..Scene::default() };
    let mut y = pad;
    for kind in kinds {
        let title = shorten(&kind.title(evaluation), options.width, font * 1.3);
        let text = |class, y, text| Node::Text { class, x: pad, y, text };
        scene.nodes.push(text("title", y + font * 1.3, title));
        y += font * 1.4;
        for line in wrapped(&sub(*kind, evaluation), options.width, font) {
            y += font * 1.5;
            scene.nodes.push(text("", y, line));
        }
        y += font * 0.7;
        let figure = draw(*kind, evaluation, options);
        scene.nodes.push(Node::Group { class: "", at: Some((pad, y)), nodes: figure.nodes });
        y += figure.height + font * 1.5;
    }
    let drawn = |place: usize| {
        let known = |kind: &TradeoffFigure| {
            own(*kind, evaluation, place).is_some() || !path(*kind, evaluation, place).is_empty()
        };
        kinds.iter().any(known)
    };
    let shown = shown(evaluation, options).into_iter().filter(|(_, place)| drawn(*place));
    let names: Vec<(usize, String)> = shown.map(|(series, place)| (series, label(evaluation, place))).collect();
    let names: Vec<(usize, &str)> = names.iter().map(|(series, name)| (*series, name.as_str())).collect();
    let (nodes, height) = legend(&names, font, options.width);
    scene.nodes.push(Node::Group { class: "", at: Some((pad, y + font * 0.5)), nodes });
    scene.height = y + height + pad;
    let lines: Vec<String> = kinds.iter().map(|kind| describe(*kind, evaluation, options)).collect();
    scene.label = lines.join(" ");
    scene
}

/// A box that no label may cover: left, top, right, bottom.
type Area = (f64, f64, f64, f64);

struct Picture<'a> {
    kind: TradeoffFigure,
    evaluation: &'a Evaluation,
    options: &'a Options<'a>,
    spots: Vec<Spot>,
    frame: Frame,
    nodes: Vec<Node>,
    taken: Vec<Area>,
    height: f64,
}

/// What an interval reaches over, within what a share, a latency and a cost can be.
fn span((mean, half): (f64, f64), most: f64) -> (f64, f64) {
    let (low, high) = (mean - half, mean + half);
    (if low < 0.0 { 0.0 } else { low }, if high > most { most } else { high })
}

impl<'a> Picture<'a> {
    /// The axes, with all points and the oracle within.
    fn new(kind: TradeoffFigure, evaluation: &'a Evaluation, options: &'a Options<'a>) -> Picture<'a> {
        let font = options.font;
        let (width, height) = (options.width, height(options) + font * 1.5);
        let (top, bottom) = (font * 1.6, height - font * 3.6);
        let spots = spots(kind, evaluation, options);
        // Points of lines show no interval.
        let half = |(mean, half): (f64, f64), at: usize| (mean, if at == 0 { half } else { 0.0 });
        let mut shares: Vec<(f64, f64)> = spots.iter().map(|spot| span(half(spot.reward, spot.at), 1.0)).collect();
        shares.extend(oracle(evaluation).map(|bound| (bound, bound)));
        let unit = Unit::of(kind, &spots);
        let percent = |value: f64, step: f64| format!("{}\u{202f}%", fixed(100.0 * value, decimals(100.0 * step, 1)));
        let y = Values::over(&shares, (0.0, 1.0), (bottom, top), 5, &percent);
        let left = (y.width(font) + font * 0.9).clamp(font * 2.0, width * 0.4);
        let wanted = ((width - left) / (font * 7.0)).clamp(2.0, 10.0) as usize;
        let costs: Vec<(f64, f64)> = spots.iter().map(|spot| span(half(spot.cost, spot.at), f64::INFINITY)).collect();
        let ends = (left, width - font * 1.6);
        let x = Values::over(&costs, (0.0, f64::INFINITY), ends, wanted, &|value, step| unit.tick(value, step));
        let frame = Frame { x: x.axis, y: y.axis };
        let mut nodes = Vec::new();
        y.lines(&mut nodes, left, width - font * 0.4, font);
        let name = match kind {
            TradeoffFigure::Parallel => "Mean latency per query, models called in parallel",
            TradeoffFigure::Sequential => "Mean latency per query, models called in sequence",
            TradeoffFigure::Cost => "Mean cost per query",
        };
        below(&mut nodes, &frame, &x.ticks, name, font);
        Picture { kind, evaluation, options, spots, frame, nodes, taken: Vec::new(), height }
    }

    fn place(&self, spot: &Spot) -> (f64, f64) {
        (self.frame.x.at(spot.cost.0), self.frame.y.at(spot.reward.0))
    }

    fn draw(mut self) -> Scene {
        let font = self.options.font;
        self.oracle();
        let front = front(self.evaluation, &self.spots);
        self.front(&front);
        let shown = shown(self.evaluation, self.options);
        for (series, place) in shown.iter().rev() {
            self.policy(*series, *place, &front);
        }
        self.heading();
        for (_, place) in &shown {
            let own = own(self.kind, self.evaluation, *place);
            let Some(spot) = own.or_else(|| path(self.kind, self.evaluation, *place).pop()) else { continue };
            let name = self.evaluation.policies.get(*place).map_or(NAME, |policy| policy.name.as_str());
            self.name(&spot, shorten(name, font * 14.0, font));
        }
        Scene { width: self.options.width, height: self.height, label: String::new(), nodes: self.nodes }
    }

    /// The dashed line that no policy can be above, with its value.
    fn oracle(&mut self) {
        let Some(bound) = oracle(self.evaluation).filter(|value| self.frame.shows(*value)) else { return };
        let font = self.options.font;
        let (y, right) = (self.frame.y.at(bound), self.options.width - font * 0.4);
        self.nodes.push(straight("bound", self.frame.left(), y, right, y));
        let room = right - self.frame.left() - font;
        let text = shorten(&format!("Oracle, upper bound {}", share(bound)), room, font);
        // Above the line, where no point is.
        let base = y - font * 0.4;
        self.taken.push((right - text_width(&text, font), base - font, right, base + font * 0.3));
        self.nodes.push(Node::Text { class: "end halo", x: right, y: base, text });
    }

    /// What stands on the vertical axis, in a corner.
    fn heading(&mut self) {
        let font = self.options.font;
        let what = match measure(self.evaluation) {
            "Accuracy" => "Share of votes that are right",
            _ => "Share of queries that any called model solves",
        };
        let (x, y) = (self.frame.left() + font * 0.4, self.frame.bottom() - font * 0.6);
        let text = shorten(what, self.frame.right() - x, font);
        let area = (x, y - font, x + text_width(&text, font), y + font * 0.3);
        let bare = |spot: &Spot| !inside(&area, self.place(spot), font * 0.4);
        if self.spots.iter().all(bare) {
            self.taken.push(area);
            self.nodes.push(Node::Text { class: "halo", x, y, text });
        }
    }

    /// The best share for each amount: flat up to the next efficient point, then up.
    fn front(&mut self, front: &[Spot]) {
        let mut points: Vec<(f64, f64)> = Vec::new();
        for spot in front {
            let (x, y) = self.place(spot);
            if let Some((_, before)) = points.last().copied() {
                points.push((x, before));
            }
            points.push((x, y));
        }
        if let Some((_, y)) = points.last().copied() {
            points.push((self.frame.right(), y));
        }
        for pair in points.windows(2) {
            if let [(x0, y0), (x1, y1)] = pair {
                self.nodes.push(straight("leader", *x0, *y0, *x1, *y1));
            }
        }
    }

    /// The line of a policy and its own point with its intervals.
    fn policy(&mut self, series: usize, place: usize, front: &[Spot]) {
        let path = path(self.kind, self.evaluation, place);
        let own = own(self.kind, self.evaluation, place);
        let mut parts = Vec::new();
        if let Some(spot) = &own {
            let (x, y) = self.place(spot);
            let ((low, high), (least, most)) = (span(spot.cost, f64::INFINITY), span(spot.reward, 1.0));
            let (x0, x1) = (self.frame.x.at(low), self.frame.x.at(high));
            let (y0, y1) = (self.frame.y.at(least), self.frame.y.at(most));
            for (from, to) in [((x0, y), (x1, y)), ((x, y0), (x, y1))] {
                if (from.0 - to.0).abs() + (from.1 - to.1).abs() > 0.5 {
                    parts.push(straight("whisker", from.0, from.1, to.0, to.1));
                }
            }
        }
        let points: Vec<(f64, f64)> = path.iter().map(|spot| self.place(spot)).collect();
        if points.len() > 1 {
            let mut line = PathData::default();
            polyline(&mut line, &points);
            parts.push(drawn(line_class(series), line.finish()));
        }
        // Of the offline assignment there are too many for marks.
        let marked = assigned(self.evaluation) != Some(place);
        let all: Vec<Spot> = path.into_iter().filter(|_| marked).chain(own).collect();
        for spot in &all {
            let (x, y) = self.place(spot);
            parts.push(series_mark(series, x, y));
            if front.iter().any(|other| same(other, spot)) {
                parts.push(Node::Circle { class: "ring", x, y, r: 7.0 });
            }
        }
        self.nodes.push(Node::Group { class: series_class(series), at: None, nodes: parts });
    }

    /// Names a point where there is room for it; the legend names all.
    fn name(&mut self, spot: &Spot, text: String) {
        let font = self.options.font;
        let (x, y) = self.place(spot);
        let wide = text_width(&text, font);
        let marks: Vec<(f64, f64)> = self.spots.iter().map(|spot| self.place(spot)).collect();
        let (right, left) = (x + font * 0.9, x - wide - font * 0.9);
        let places = [
            (right, y - font * 0.5),
            (left, y - font * 0.5),
            (right, y + font * 1.2),
            (left, y + font * 1.2),
            (x - wide / 2.0, y - font * 0.9),
            (x - wide / 2.0, y + font * 1.7),
        ];
        let free = |(left, base): &(f64, f64)| {
            let area = (*left, base - font, left + wide, base + font * 0.3);
            let within = area.0 >= self.frame.left()
                && area.2 <= self.options.width - font * 0.4
                && area.1 >= self.frame.top()
                && area.3 <= self.frame.bottom();
            let apart = |b: &Area| area.2 < b.0 || area.0 > b.2 || area.3 < b.1 || area.1 > b.3;
            within && self.taken.iter().all(apart) && marks.iter().all(|mark| !inside(&area, *mark, font * 0.3))
        };
        if let Some((left, base)) = places.into_iter().find(free) {
            self.taken.push((left, base - font, left + wide, base + font * 0.3));
            self.nodes.push(Node::Text { class: "dl halo", x: left, y: base, text });
        }
    }
}

/// Whether a point is in a box or nearer than `margin` to it.
fn inside(area: &Area, (x, y): (f64, f64), margin: f64) -> bool {
    x > area.0 - margin && x < area.2 + margin && y > area.1 - margin && y < area.3 + margin
}
