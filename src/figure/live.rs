//! A run with real calls: mean reward and mean cost over the questions, and the bar of what it has spent.

use super::axis::{Axis, Scale};
use super::curves::{Frame, band, hatching, line};
use super::number::{CostUnit, count, decimals, fixed, text_width};
use super::plot::{height, path, round_axis, straight};
use super::stop::ordered;
use super::sweep::draw::Values;
use super::{Node, Options, Reading, Readout, Scene, Stop, Table};
use crate::live::session::{CurvePoint, Mean, Report};
use crate::summary::Series;
use std::fmt::Write;

/// Which figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LiveFigure {
    /// Mean realised reward.
    Reward,
    /// Mean cost, with the budget.
    Cost,
}

impl LiveFigure {
    /// Both, in the page's order.
    pub const ALL: [LiveFigure; 2] = [LiveFigure::Reward, LiveFigure::Cost];

    /// Heading and accessible name.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            LiveFigure::Reward => "Mean reward by question",
            LiveFigure::Cost => "Mean cost by question",
        }
    }

    /// For file names and identifiers.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            LiveFigure::Reward => "live-reward",
            LiveFigure::Cost => "live-cost",
        }
    }

    fn of(self, point: &CurvePoint) -> Mean {
        match self {
            LiveFigure::Reward => point.reward,
            LiveFigure::Cost => point.cost,
        }
    }
}

/// How costs are written: fine enough for the budget, or for the last mean where there is none.
fn unit(report: &Report) -> CostUnit {
    let last = report.cost.map_or(0.0, |cost| cost.mean);
    CostUnit::for_amount(report.budget.filter(|budget| *budget > 0.0).unwrap_or(last), true)
}

/// A mean with its interval.
fn written(kind: LiveFigure, mean: Mean, unit: CostUnit) -> String {
    let (text, margin) = parts(kind, mean, unit);
    if margin.is_empty() { text } else { format!("{text} {margin}") }
}

/// A mean, and its interval; empty where it has none.
fn parts(kind: LiveFigure, mean: Mean, unit: CostUnit) -> (String, String) {
    let number = |value: f64| match kind {
        LiveFigure::Reward => fixed(value, 3),
        LiveFigure::Cost => unit.write(value, 1),
    };
    (number(mean.mean), mean.half.map_or_else(String::new, |half| format!("± {}", number(half))))
}

/// One sentence below the heading.
#[must_use]
pub fn sub(kind: LiveFigure, report: &Report) -> String {
    let what = match kind {
        LiveFigure::Reward => "Mean over the questions so far",
        LiveFigure::Cost => "Mean over the questions so far, in dollars",
    };
    let dry = if report.dry { " Simulated answers, nobody pays." } else { "" };
    format!("{what}, with its 95 % interval.{dry}")
}

/// The figure in words.
#[must_use]
pub fn describe(kind: LiveFigure, report: &Report) -> String {
    let Some(last) = report.curve.last() else { return format!("{}: no question is answered yet.", kind.title()) };
    let unit = unit(report);
    let budget = match (kind, report.budget) {
        (LiveFigure::Cost, Some(budget)) => format!(", the budget is {}", unit.write(budget, 0)),
        _ => String::new(),
    };
    let now = written(kind, kind.of(last), unit);
    format!("{} after {} of {}: {now}{budget}.", kind.title(), count(last.round), count(report.rounds))
}

/// Where the curve stands.
struct Layout {
    frame: Frame,
    values: Values,
    /// The budget, where it is not far above all that is drawn.
    near: Option<f64>,
}

impl Layout {
    fn new(kind: LiveFigure, report: &Report, options: &Options) -> Layout {
        let (font, width, height) = (options.font, options.width, height(options));
        let unit = unit(report);
        // The first intervals are as wide as all there is: they may be cut.
        let settled = report.curve.last().map_or(0, |last| last.round / 10);
        let mut spans: Vec<(f64, f64)> = (report.curve.iter())
            .map(|point| {
                let mean = kind.of(point);
                let half = mean.half.filter(|_| point.round > settled).unwrap_or(0.0);
                let most = if kind == LiveFigure::Reward && mean.mean <= 1.0 { 1.0 } else { f64::INFINITY };
                let high = if mean.mean + half < most { mean.mean + half } else { most };
                (if mean.mean > half { mean.mean - half } else { 0.0 }, high)
            })
            .collect();
        // A budget far above all costs would squash them.
        let dearest = spans.iter().fold(0.0, |most, span| if span.1 > most { span.1 } else { most });
        let near = report.budget.filter(|budget| kind == LiveFigure::Cost && *budget <= dearest * 2.5);
        spans.extend(near.map(|budget| (0.0, budget)));
        let (top, bottom) = (font * 1.6, height - font * 2.2);
        let values = Values::over(&spans, (0.0, f64::INFINITY), (bottom, top), 5, &|value, step| match kind {
            LiveFigure::Reward => fixed(value, decimals(step, 1)),
            LiveFigure::Cost => unit.label(value, if value == 0.0 { 0 } else { decimals(step, 1) }),
        });
        let left = (values.width(font) + font * 0.9).clamp(font * 2.0, width * 0.4);
        let x = Axis::new(Scale::Linear, 0.0, f64::from(report.rounds.max(1)), left, width - font * 0.6);
        Layout { frame: Frame { x, y: values.axis }, values, near }
    }
}

/// Where a cursor can stand, from left to right: at each question.
#[must_use]
pub fn stops(kind: LiveFigure, report: &Report, options: &Options) -> Vec<Stop> {
    let options = options.checked();
    let (frame, unit) = (Layout::new(kind, report, &options).frame, unit(report));
    let stop = |point: &CurvePoint| {
        let mean = kind.of(point);
        let (text, margin) = parts(kind, mean, unit);
        let name = kind.title().to_owned();
        let reading = Reading { policy: 0, name, text, margin, mean: mean.mean, ci95: mean.half };
        let readout = Readout { at: format!("Question {}", count(point.round)), values: vec![reading] };
        Stop { x: frame.x.at(f64::from(point.round)), y: None, readout }
    };
    ordered(report.curve.iter().map(stop).collect())
}

/// Draws one figure.
#[must_use]
pub fn draw(kind: LiveFigure, report: &Report, options: &Options) -> Scene {
    let options = options.checked();
    let (font, width, height) = (options.font, options.width, height(&options));
    let mut scene = Scene { width, height, label: describe(kind, report), nodes: Vec::new() };
    if report.curve.is_empty() {
        let text = "No question is answered yet.".to_owned();
        scene.nodes.push(Node::Text { class: "mid", x: width / 2.0, y: height / 2.0, text });
        return scene;
    }
    let unit = unit(report);
    let budget = report.budget.filter(|_| kind == LiveFigure::Cost);
    let Layout { frame, values, near } = Layout::new(kind, report, &options);
    let (left, right, top, bottom) = (frame.left(), frame.right(), frame.top(), frame.bottom());
    let over = near.map(|budget| frame.y.at(budget).clamp(top, bottom));
    if let Some(line) = over {
        let (x, y, width, height) = (left, top, right - left, line - top);
        scene.nodes.push(Node::Rect { class: "over", x, y, width, height, depth: None });
        scene.nodes.push(path("hatch", hatching(left, top, right, line)));
    }
    values.lines(&mut scene.nodes, left, right, font);
    round_axis(&mut scene.nodes, &frame.x, bottom, font, width, Some(false));
    let rounds: Vec<u32> = report.curve.iter().map(|point| point.round).collect();
    let means = report.curve.iter().map(|point| kind.of(point));
    let halves: Vec<f64> = means.clone().map(|mean| mean.half.unwrap_or(0.0)).collect();
    let series = Series { mean: means.map(|mean| mean.mean).collect(), ci95: Some(halves) };
    let area = path("band", band(&frame, &rounds, &series, Some(0.0)));
    let curve = path("ln lead", line(&frame, &rounds, &series.mean));
    scene.nodes.push(Node::Group { class: "s1", at: None, nodes: vec![area, curve] });
    if let Some(line) = over {
        scene.nodes.push(straight("budget-line", left, line, right, line));
    }
    if let Some(budget) = budget {
        // Where it is above all that is drawn, the flag says how much it is.
        let above = if over.is_some() { "" } else { ", above" };
        let text = format!("ρ {}{above}", unit.write(budget, 0));
        let foot = over.unwrap_or(top);
        flag(&mut scene.nodes, text, right, if foot > font * 1.4 { foot - font * 1.4 } else { 0.0 }, font);
    }
    scene
}

/// Text on the budget's colour, ending at `right`; gives its left edge.
fn flag(nodes: &mut Vec<Node>, text: String, right: f64, top: f64, font: f64) -> f64 {
    let (width, height) = (flag_width(&text, font), font * 1.4);
    let x = right - width;
    nodes.push(Node::Rect { class: "flag", x, y: top, width, height, depth: None });
    nodes.push(Node::Text { class: "mid flag-t", x: x + width / 2.0, y: top + font * 1.05, text });
    x
}

/// Width of a flag: its type is bold.
fn flag_width(text: &str, font: f64) -> f64 {
    text_width(text, font) * 1.25 + font * 0.9
}

/// The figure as a table: some ten rows, the last included.
#[must_use]
pub fn table(kind: LiveFigure, report: &Report) -> Table {
    let unit = unit(report);
    let step = report.curve.len().div_ceil(10).max(1);
    let last = report.curve.len();
    let shown = report.curve.iter().enumerate().filter(|(place, _)| (place + 1) % step == 0 || place + 1 == last);
    let rows = shown.map(|(_, point)| vec![count(point.round), written(kind, kind.of(point), unit)]).collect();
    Table { head: vec!["Questions".to_owned(), kind.title().to_owned()], rows }
}

/// All points of both curves as CSV.
#[must_use]
pub fn csv(report: &Report) -> String {
    let mut out = String::from("question,mean_reward,mean_reward_ci95,mean_cost,mean_cost_ci95\n");
    let half = |mean: Mean| mean.half.map(|half| half.to_string()).unwrap_or_default();
    for CurvePoint { round, reward, cost } in &report.curve {
        // Writing to a string does not fail.
        let _ = writeln!(out, "{round},{},{},{},{}", reward.mean, half(*reward), cost.mean, half(*cost));
    }
    out
}

/// What a run has spent, holds and may come to; dollars.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spending {
    /// By usage.
    pub known: f64,
    /// By calls whose outcome is unknown, and by those under way, at their worst case.
    pub unsure: f64,
    /// What the whole run may come to, as expected and at most.
    pub estimate: Option<(f64, f64)>,
    /// The cap.
    pub cap: f64,
}

impl Spending {
    /// The bar in words.
    #[must_use]
    pub fn describe(&self) -> String {
        let unit = self.unit();
        let write = |dollars: f64| if dollars > 0.0 { unit.write(dollars, 0) } else { "$0".to_owned() };
        let unsure = match self.unsure > 0.0 {
            true => format!(" and at most {} more in calls not known yet", write(self.unsure)),
            false => String::new(),
        };
        let whole = match self.estimate {
            Some((expected, most)) => {
                format!("; the whole run is estimated at {}, at most {}", write(expected), write(most))
            }
            None => String::new(),
        };
        format!("Spent {}{unsure} of a cap of {}{whole}.", write(self.known), write(self.cap))
    }

    fn unit(&self) -> CostUnit {
        let least = |a: f64, b: f64| if b > 0.0 && b < a { b } else { a };
        let amounts = [self.known, self.estimate.map_or(0.0, |(expected, _)| expected)];
        let least = amounts.into_iter().fold(f64::INFINITY, least);
        CostUnit::for_amount(if least.is_finite() { least } else { self.cap }, true)
    }

    /// The bar: what is spent on the left, the cap as a line with its flag, and thinner bars for what is to come.
    #[must_use]
    pub fn draw(&self, options: &Options) -> Scene {
        let options = options.checked();
        let (font, width) = (options.font, options.width);
        let height = font * 5.2;
        let largest = [self.cap * 1.25, (self.known + self.unsure) * 1.05, 1e-9];
        let end = largest.into_iter().fold(0.0, |most, each| if each > most { each } else { most });
        let axis = Axis::new(Scale::Linear, 0.0, end, 0.0, width);
        let at = |dollars: f64| axis.at(dollars).clamp(0.0, width);
        let (top, bar) = (font * 2.0, font * 1.2);
        let mut nodes = Vec::new();
        let mut rect = |class, from: f64, to: f64, inset: f64| {
            let (y, height) = (top + inset, bar - 2.0 * inset);
            let width = if to > from { to - from } else { 0.0 };
            nodes.push(Node::Rect { class, x: from, y, width, height, depth: None });
        };
        rect("bar-bg", 0.0, width, 0.0);
        rect("over", at(self.cap), width, 0.0);
        if let Some((expected, most)) = self.estimate {
            rect("seg-c", at(expected), at(most), bar * 0.36);
            rect("seg-b", 0.0, at(expected), bar * 0.22);
        }
        rect("seg-h", at(self.known), at(self.known + self.unsure), 0.0);
        rect("seg-a", 0.0, at(self.known), 0.0);
        let cap = at(self.cap);
        nodes.push(path("hatch", hatching(cap, top, width, top + bar)));
        nodes.push(straight("budget-line", cap, 0.0, cap, top + bar + font * 0.5));
        let unit = self.unit();
        let text = format!("cap {}", CostUnit::for_amount(self.cap, true).write(self.cap, 0));
        let room = flag_width(&text, font);
        let flag_end = if cap < room { room } else { cap };
        let flagged = flag(&mut nodes, text, flag_end, 0.0, font);
        let spent = if self.known > 0.0 { unit.write(self.known, 0) } else { "$0".to_owned() };
        let spent = format!("spent {spent}");
        if text_width(&spent, font) < flagged {
            nodes.push(Node::Text { class: "strong", x: 0.0, y: font * 1.3, text: spent });
        }
        // Below the bar, where there is room for them.
        let mut free = f64::NEG_INFINITY;
        let below = [
            self.estimate.map(|(expected, _)| (expected, format!("expected {}", unit.write(expected, 0)))),
            self.estimate.map(|(_, most)| (most, format!("at most {}", unit.write(most, 0)))),
        ];
        for (dollars, text) in below.into_iter().flatten() {
            let wide = text_width(&text, font) * 1.08;
            let last = if width > wide { width - wide } else { 0.0 };
            let from = (at(dollars) - wide / 2.0).clamp(0.0, last);
            // Beside the one before, where it would stand on it.
            let from = if from > free { from } else { free };
            if from <= last {
                nodes.push(Node::Text { class: "", x: from, y: top + bar + font * 1.4, text });
                free = from + wide + font * 0.6;
            }
        }
        Scene { width, height, label: self.describe(), nodes }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::ledger::Caps;
    use crate::live::protocol::Usage;
    use crate::live::session::Phase;
    use proptest::prelude::*;

    fn report(points: &[(f64, f64)], budget: Option<f64>) -> Report {
        let mean = |mean: f64, place: usize| Mean { mean, half: (place > 0).then_some(mean / 2.0) };
        let curve: Vec<CurvePoint> = (points.iter().enumerate())
            .map(|(place, (reward, cost))| CurvePoint {
                round: place as u32 + 1,
                reward: mean(*reward, place),
                cost: mean(*cost, place),
            })
            .collect();
        Report {
            dry: true,
            phase: Phase::Running,
            round: points.len() as u32,
            rounds: 100,
            offline: false,
            under_way: 0,
            calls: 0,
            known: 0.0,
            unknown: 0.0,
            unknown_calls: 0,
            held: 0.0,
            caps: Caps { dollars: 1.0, calls: 1, minutes: 1.0 },
            refused: None,
            usage: Usage::default(),
            ran_ms: 0.0,
            reward: curve.last().map(|point| point.reward),
            cost: curve.last().map(|point| point.cost),
            calls_per_round: None,
            budget,
            missing: 0,
            curve,
            models: Vec::new(),
        }
    }

    fn texts(scene: &Scene) -> Vec<&str> {
        scene
            .nodes
            .iter()
            .filter_map(|node| if let Node::Text { text, .. } = node { Some(text.as_str()) } else { None })
            .collect()
    }

    #[test]
    fn a_curve_says_where_it_is_and_shows_its_budget() {
        let points: Vec<(f64, f64)> = (0..44).map(|place| (0.5 + f64::from(place) / 200.0, 0.0008)).collect();
        let report = report(&points, Some(0.001));
        let cost = draw(LiveFigure::Cost, &report, &Options::default());
        assert_eq!(cost.label, "Mean cost by question after 44 of 100: $0.00080 ± $0.00040, the budget is $0.0010.");
        assert!(texts(&cost).contains(&"ρ $0.0010"), "{:?}", texts(&cost));
        let reward = draw(LiveFigure::Reward, &report, &Options::default());
        assert!(!texts(&reward).iter().any(|text| text.contains('ρ')));
        let table = table(LiveFigure::Reward, &report);
        assert_eq!(table.rows.last().map(Vec::as_slice), Some(&["44".to_owned(), "0.715 ± 0.357".to_owned()][..]));
        assert_eq!(csv(&report).lines().count(), 45);
        let stops = stops(LiveFigure::Cost, &report, &Options::default());
        let last = stops.last().map(|stop| (stop.readout.at.as_str(), stop.readout.values[0].margin.as_str()));
        assert_eq!((stops.len(), last), (44, Some(("Question 44", "± $0.00040"))));
    }

    #[test]
    fn nothing_is_said_to_be_nothing() {
        let empty = report(&[], None);
        for kind in LiveFigure::ALL {
            assert_eq!(texts(&draw(kind, &empty, &Options::default())), ["No question is answered yet."]);
            assert!(table(kind, &empty).rows.is_empty());
        }
    }

    #[test]
    fn the_bar_says_what_is_spent() {
        let spending = Spending { known: 0.0312, unsure: 0.002, estimate: Some((0.071, 0.214)), cap: 0.4 };
        assert_eq!(
            spending.describe(),
            "Spent $0.031 and at most $0.002 more in calls not known yet of a cap of $0.400; the whole run is estimated at \
             $0.071, at most $0.214."
        );
        let scene = spending.draw(&Options { width: 800.0, ..Options::default() });
        assert_eq!(texts(&scene), ["cap $0.40", "spent $0.031", "expected $0.071", "at most $0.214"]);
    }

    proptest! {
        #[test]
        fn everything_stays_in_the_picture(
            points in prop::collection::vec((0.0..4.0f64, 0.0..1e3f64), 0..40),
            budget in prop::option::of(1e-9..1e4f64),
            amounts in prop::collection::vec(0.0..1e6f64, 5),
            width in 200.0..1200.0f64,
        ) {
            let options = Options { width, ..Options::default() };
            let report = report(&points, budget);
            for kind in LiveFigure::ALL {
                let stops = stops(kind, &report, &options);
                prop_assert_eq!(stops.len(), report.curve.len());
                prop_assert!(stops.iter().all(|stop| (0.0..=width).contains(&stop.x)));
                for node in draw(kind, &report, &options).nodes {
                    if let Node::Rect { x, y, width: wide, height, .. } = node {
                        prop_assert!(x >= -1.0 && y >= -1.0 && wide >= 0.0 && height >= 0.0 && x + wide <= width + 1.0);
                    }
                }
            }
            let estimate = Some((amounts[2], amounts[2] + amounts[3]));
            let spending = Spending { known: amounts[0], unsure: amounts[1], estimate, cap: amounts[4] };
            for node in spending.draw(&options).nodes {
                if let Node::Rect { x, width: wide, .. } = node {
                    prop_assert!(x >= -1.0 && wide >= 0.0 && x + wide <= width + 1.0, "{x} {wide} of {width}");
                }
            }
        }
    }
}
