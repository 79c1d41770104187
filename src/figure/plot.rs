//! Regret, violation, reward and cost, and their ratio: curves over rounds.

use super::axis::{Axis, Scale, nice_step};
use super::bound;
use super::changes;
use super::curves::{Frame, band, hatching, line, spread};
use super::number::{BOLD, CostUnit, count, decimals, fixed, shorten, signed, text_width};
use super::range::{Range, range};
use super::titled;
use super::{
    Drawing, FigureKind, Node, Options, Quantity, Scene, axis_end, checkpoint, extent, line_class, series_class,
    series_mark,
};
use crate::order::sort_by;
use crate::summary::{PolicyResult, RunResult};

/// One set of axes.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// What its curves measure; `None` where it has none.
    pub quantity: Option<Quantity>,
    /// Its axes.
    pub frame: Frame,
}

/// The sentence that stands where a figure has nothing to show.
pub(super) fn absence(kind: FigureKind, result: &RunResult) -> Option<&'static str> {
    match kind {
        FigureKind::Violation if result.experiment.task.budget.is_none() => {
            Some("No budget is set, so there is none to exceed.")
        }
        FigureKind::Ratio if result.experiment.task.budget.is_none() => {
            Some("No budget is set, so there is no overspending to compare the reward with.")
        }
        _ if extent(result).1 == 0 => Some("No round has been played yet."),
        FigureKind::Selection if result.policies.iter().all(|policy| policy.share_over_time.is_empty()) => {
            Some("No share yet: it is told for several rounds at a time.")
        }
        _ => None,
    }
}

/// A figure that is one sentence.
pub(super) fn sentence(text: &str, options: &Options) -> Drawing {
    let (width, height) = (options.width, height(options));
    let text = Node::Text { class: "mid", x: width / 2.0, y: height / 2.0, text: text.to_owned() };
    Drawing { scene: Scene { width, height, label: String::new(), nodes: vec![text] }, panels: Vec::new() }
}

/// Height that suits a width.
pub(super) fn height(options: &Options) -> f64 {
    (options.width * 0.59).clamp(options.font * 20.0, options.font * 30.0).round()
}

struct Plot<'a> {
    result: &'a RunResult,
    options: &'a Options<'a>,
    unit: CostUnit,
    nodes: Vec<Node>,
}

pub(super) fn draw(kind: FigureKind, result: &RunResult, options: &Options) -> Drawing {
    if let Some(text) = absence(kind, result) {
        return sentence(text, options);
    }
    let font = options.font;
    let headed = kind.quantities(options).len() > 1;
    let (over, under) = (if headed { 0.0 } else { titled::row(options) }, titled::row(options));
    let (width, height) = (options.width, height(options) + over + under);
    let (end, reached) = (axis_end(result, options), extent(result).1);
    let first = if options.log {
        libm::pow(10.0, libm::fmax(0.0, libm::floor(libm::log10(f64::from(end))) - 3.0))
    } else {
        0.0
    };
    let quantities = kind.quantities(options);
    let ranges: Vec<Range> = quantities
        .iter()
        .map(|quantity| {
            let log = options.log_values && quantity.spans_decades();
            // Running means jump about at first: they may start outside.
            let early = if matches!(quantity, Quantity::Regret | Quantity::Violation) {
                first
            } else {
                f64::from(reached) / 50.0
            };
            let mut range =
                range(result, options, *quantity, log, early.max(first), &anchors(*quantity, result, options));
            // Nobody over budget: the scale is the budget's, so that nothing is seen to be nothing.
            if let Some(budget) = result.experiment.task.budget.filter(|_| *quantity == Quantity::Violation)
                && !log
                && range.hi < budget * 1e-9
            {
                range.hi = budget / 10.0;
            }
            range
        })
        .collect();

    let unit = CostUnit::new(result, options.dollars);
    let wanted = if quantities.len() > 1 { 3 } else { 5 };
    let ticks: Vec<Vec<(f64, String)>> =
        quantities.iter().zip(&ranges).map(|(quantity, range)| value_ticks(*quantity, range, wanted, unit)).collect();
    let widest = ticks.iter().flatten().map(|(_, text)| text_width(text, font)).fold(0.0, f64::max);
    let left = (widest + font * 0.7).clamp(font * 2.0, width * 0.4);
    let column = if width >= font * 46.0 { label_width(result, options) + font * 2.6 } else { font * 0.4 };
    let right = width - column;

    let scale = if options.log { Scale::Log } else { Scale::Linear };
    let x = Axis::new(scale, first, f64::from(end), left, right);
    let bound = quantities.first().is_some_and(|quantity| bound::shown(*quantity, result, options).is_some());
    let (top, bottom) = (font * if bound { 2.4 } else { 1.0 } + over, height - font * 2.2 - under);
    let mut plot = Plot { result, options, unit, nodes: Vec::new() };
    let mut panels = Vec::new();
    for (place, ((quantity, range), ticks)) in quantities.iter().zip(&ranges).zip(&ticks).enumerate() {
        let (top, bottom) = if quantities.len() == 1 {
            (top, bottom)
        } else {
            let share = (bottom + font * 0.6) / quantities.len() as f64;
            (share * place as f64 + font * 1.8, share * (place + 1) as f64 - font * 0.6)
        };
        let frame = Frame { x, y: Axis::new(range.scale, range.lo, range.hi, bottom, top) };
        let last = place + 1 == quantities.len();
        plot.panel(*quantity, frame, range, ticks, reached, last, headed);
        panels.push(Panel { quantity: Some(*quantity), frame });
    }
    Drawing { scene: Scene { width, height, label: String::new(), nodes: plot.nodes }, panels }
}

/// Values that must be in the frame.
fn anchors(quantity: Quantity, result: &RunResult, options: &Options) -> Vec<f64> {
    match quantity {
        Quantity::Regret | Quantity::Violation => {
            let last = bound::shown(quantity, result, options)
                .map(|bounds| bound::at(quantity, bounds, axis_end(result, options)));
            last.into_iter().chain([0.0]).collect()
        }
        Quantity::Reward => result.optimum.iter().filter_map(|o| o.reward).collect(),
        Quantity::Cost => result.experiment.task.budget.into_iter().collect(),
        Quantity::Ratio | Quantity::RatioViolation => Vec::new(),
    }
}

fn value_ticks(quantity: Quantity, range: &Range, wanted: usize, unit: CostUnit) -> Vec<(f64, String)> {
    let axis = Axis::new(range.scale, range.lo, range.hi, 0.0, 1.0);
    // One tick says nothing about the scale.
    let wanted = (wanted..wanted + 4).find(|n| axis.ticks(*n).len() > 1).unwrap_or(wanted);
    let step = nice_step(axis.lo, axis.hi, wanted);
    let text = |v: f64| {
        let places = if range.scale == Scale::Log { decimals(v, 1) } else { decimals(step, 1) };
        match quantity {
            Quantity::Regret => signed(v, places),
            Quantity::Reward | Quantity::Ratio | Quantity::RatioViolation => fixed(v, places),
            Quantity::Violation | Quantity::Cost if v == 0.0 => unit.label(v, 0),
            Quantity::Violation | Quantity::Cost => unit.label(v, places),
        }
    };
    axis.ticks(wanted).into_iter().map(|v| (v, text(v))).collect()
}

/// Room for the widest label at a line's end.
fn label_width(result: &RunResult, options: &Options) -> f64 {
    let visible = result.policies.iter().enumerate().filter(|(index, _)| options.shows(*index));
    visible.map(|(_, p)| text_width(&short(p, options), options.font)).fold(0.0, f64::max)
}

/// A policy's label, short enough to stand in a figure.
fn short(policy: &PolicyResult, options: &Options) -> String {
    shorten(&policy.label, options.font * 11.0, options.font)
}

pub(super) fn path(class: &'static str, d: String) -> Node {
    Node::Path { class, d: d.into(), at: None }
}

pub(super) fn straight(class: &'static str, x0: f64, y0: f64, x1: f64, y1: f64) -> Node {
    path(class, format!("M{x0:.1} {y0:.1}L{x1:.1} {y1:.1}"))
}

/// The axis of rounds below a panel; with numbers where `named` is there, the first of them `round 0` where it is true.
pub(super) fn round_axis(nodes: &mut Vec<Node>, x: &Axis, bottom: f64, font: f64, edge: f64, named: Option<bool>) {
    nodes.push(straight("axis", x.start, bottom, x.end, bottom));
    let wanted = ((x.end - x.start) / (font * 5.5)) as usize;
    let mut free = f64::NEG_INFINITY;
    for tick in x.ticks(wanted.clamp(1, 10)) {
        let at = x.at(tick);
        nodes.push(straight("axis", at, bottom, at, bottom + font / 3.0));
        let mut text = fixed(tick, 0);
        if free < 0.0 && named == Some(true) {
            text = format!("round {text}");
        }
        let half = text_width(&text, font) / 2.0;
        let beyond = at + half > edge;
        let (class, anchor, from) = if beyond { ("end", edge, edge - 2.0 * half) } else { ("mid", at, at - half) };
        if named.is_some() && from > free {
            nodes.push(Node::Text { class, x: anchor, y: bottom + font * 1.5, text });
            free = from + 2.0 * half + font * 0.4;
        }
    }
}

impl Plot<'_> {
    #[allow(clippy::too_many_arguments)]
    fn panel(
        &mut self,
        quantity: Quantity,
        frame: Frame,
        range: &Range,
        ticks: &[(f64, String)],
        reached: u32,
        last: bool,
        headed: bool,
    ) {
        let font = self.options.font;
        let (left, right, top, bottom) = (frame.left(), frame.right(), frame.top(), frame.bottom());
        let here = frame.x.at(f64::from(reached)).clamp(left, right);
        if here < right {
            self.rect("future", here, top, right, bottom);
        }
        let budget = self.result.experiment.task.budget.filter(|_| quantity == Quantity::Cost);
        let over = budget.map(|budget| frame.y.at(budget).clamp(top, bottom));
        if let Some(line) = over {
            self.rect("over", left, top, right, line);
            self.nodes.push(path("hatch", hatching(if here < right { here } else { left }, top, right, line)));
        }
        for (value, text) in ticks {
            let y = frame.y.at(*value);
            self.nodes.push(straight("grid", left, y, right, y));
            let text = text.clone();
            self.nodes.push(Node::Text { class: "end", x: left - font * 0.5, y: y + font * 0.33, text });
        }
        let named = last.then_some(!self.options.titled);
        round_axis(&mut self.nodes, &frame.x, bottom, font, self.options.width, named);
        // In the row of a heading there is less room, and above the last panel it is enough to name them.
        let free = match (headed, last) {
            (false, _) => (left, self.options.width),
            (true, true) => (left + font * 14.0, right - font * 6.0),
            (true, false) => (right, right),
        };
        let row = top - font * if headed { 0.6 } else { 0.25 };
        changes::lines(&mut self.nodes, self.result, &frame.x, (top, bottom), row, free, font);
        if quantity == Quantity::Regret && range.lo < 0.0 && range.hi > 0.0 {
            let zero = frame.y.at(0.0);
            self.nodes.push(straight("axis", left, zero, right, zero));
        }
        let mut named = left;
        if headed {
            let heading = match self.options.titled {
                true => titled::values(quantity, self.options),
                // In a narrow figure the best set is named beside it.
                false if quantity == Quantity::Reward && self.options.width < font * 36.0 => "Mean reward".to_owned(),
                false if quantity == Quantity::Reward => "Mean reward per query".to_owned(),
                false => "Mean cost per query".to_owned(),
            };
            named = left + text_width(&heading, font) * BOLD;
            self.text("strong", left, top - font * 0.6, heading);
        } else if self.options.titled {
            let title = shorten(&titled::values(quantity, self.options), self.options.width, font);
            self.text("", 0.0, font, title);
        }
        if last {
            titled::rounds(&mut self.nodes, left, right, bottom, self.options);
        }
        if let Some(bounds) = bound::shown(quantity, self.result, self.options) {
            self.nodes.extend(bound::curve(quantity, bounds, &frame));
            self.bound_key(&frame);
        }
        let (ends, drawn) = self.curves(quantity, &frame);
        titled::marks(&mut self.nodes, &Panel { quantity: Some(quantity), frame }, self.result, self.options);
        if quantity == Quantity::Reward {
            self.best(&frame, named + font * 0.8);
        }
        if quantity == Quantity::Cost && self.result.policies.iter().all(|p| p.cost.is_none()) {
            self.text("mid", (left + right) / 2.0, (top + bottom) / 2.0, "The costs are not known.".to_owned());
        }
        let shown = (0..self.result.policies.len()).any(|index| self.options.shows(index));
        let nothing = match quantity {
            Quantity::Violation if range.scale == Scale::Log => "The mean cost is nowhere above the budget.",
            Quantity::Ratio => "No round was over the budget: the ratio is infinite.",
            Quantity::RatioViolation => "The mean cost is nowhere above the budget: the ratio is infinite.",
            _ => "",
        };
        // Before the first round that a logarithmic axis shows, nothing can be said yet.
        let begun = f64::from(reached) >= frame.x.lo;
        if shown && begun && !drawn && !nothing.is_empty() {
            self.text("mid", (left + right) / 2.0, (top + bottom) / 2.0, nothing.to_owned());
        }
        let mut taken = self.outside(quantity, &frame, range, headed);
        if let (Some(budget), Some(line)) = (budget, over) {
            taken.extend(self.flag(budget, line, here, &frame));
        }
        self.labels(&frame, ends, &taken);
    }

    /// Bands and lines, the first policy on top; gives the visible ends (policy, x, y), and whether any line is drawn.
    fn curves(&mut self, quantity: Quantity, frame: &Frame) -> (Vec<(usize, f64, f64)>, bool) {
        let (mut ends, mut drawn) = (Vec::new(), false);
        for (index, policy) in self.result.policies.iter().enumerate().rev() {
            let series = quantity.series(self.result, policy, self.options).filter(|_| self.options.shows(index));
            let Some(series) = series else { continue };
            let mut nodes = Vec::with_capacity(2);
            for (class, d) in [
                ("band", band(frame, &policy.rounds, &series, quantity.floor())),
                (line_class(index), line(frame, &policy.rounds, &series.mean)),
            ] {
                if !d.is_empty() {
                    nodes.push(path(class, d));
                }
            }
            if nodes.is_empty() {
                continue;
            }
            drawn = true;
            self.nodes.push(Node::Group { class: series_class(index), at: None, nodes });
            if let Some((round, value)) = policy.rounds.last().zip(series.mean.last())
                && frame.shows(*value)
            {
                ends.push((index, frame.x.at(f64::from(*round)), frame.y.at(*value)));
            }
        }
        (ends, drawn)
    }

    /// The dashed line of the best set, a step where the world changes, explained in the row of the heading from `free` on.
    fn best(&mut self, frame: &Frame, free: f64) {
        let optima = &self.result.optimum;
        let ends = optima.iter().skip(1).map(|next| next.from).chain([u32::MAX]);
        let at = |round: u32| frame.x.at(f64::from(round)).clamp(frame.left(), frame.right());
        let mut steps: Vec<(f64, f64, f64)> = Vec::new();
        for (optimum, end) in optima.iter().zip(ends) {
            let Some(reward) = optimum.reward.filter(|reward| frame.shows(*reward)) else { continue };
            let from = if optimum.from <= 1 { frame.left() } else { at(optimum.from) };
            steps.push((from, at(end), frame.y.at(reward)));
        }
        for (place, (from, to, y)) in steps.iter().enumerate() {
            self.nodes.push(straight("bound", *from, *y, *to, *y));
            if let Some(next) = steps.get(place + 1).filter(|next| next.0 == *to) {
                self.nodes.push(straight("bound", *to, *y, *to, next.2));
            }
        }
        let rewards = || optima.iter().filter_map(|optimum| optimum.reward).filter(|reward| reward.is_finite());
        let (Some(low), Some(high)) = (rewards().reduce(f64::min), rewards().reduce(f64::max)) else { return };
        if steps.is_empty() {
            return;
        }
        let font = self.options.font;
        let number = |reward: f64| fixed(reward, decimals(reward, 3));
        let reward = if low == high { number(high) } else { format!("{} to {}", number(low), number(high)) };
        let (plain, full) = (format!("best set: {reward}"), format!("best set that fits: {reward}"));
        let budgeted = self.result.experiment.task.budget.is_some();
        let text = if budgeted && frame.right() - text_width(&full, font) > free { full } else { plain };
        let row = frame.top() - font * 0.6;
        let start = frame.right() - text_width(&text, font) - font * 2.4;
        if start > free {
            self.nodes.push(straight("bound", start, row - font * 0.33, start + font * 1.8, row - font * 0.33));
        }
        if start + font * 2.4 > free {
            self.text("end", frame.right(), row, text);
        }
    }

    /// What the bound's line says, above the frame.
    fn bound_key(&mut self, frame: &Frame) {
        let font = self.options.font;
        // Above the names of changes.
        let row = frame.top() - font * 1.5;
        let mut x = frame.left();
        for (class, text) in [("theory", "theory's bound, as published"), ("theory vacuous", "vacuous")] {
            let width = font * 2.6 + text_width(text, font);
            if x + width > self.options.width {
                return;
            }
            self.nodes.push(straight(class, x, row - font * 0.33, x + font * 2.2, row - font * 0.33));
            self.text("", x + font * 2.6, row, text.to_owned());
            x += width + font;
        }
    }

    /// The budget's line and flag; gives the height the flag takes.
    fn flag(&mut self, budget: f64, line: f64, here: f64, frame: &Frame) -> Option<f64> {
        let font = self.options.font;
        let right = frame.right();
        self.nodes.push(straight("budget-line", frame.left(), line, right, line));
        let text = format!("ρ {}", self.unit.write(budget, 0));
        // Its type is bold.
        let width = text_width(&text, font) * BOLD + font * 0.9;
        let height = font * 1.4;
        // On the line where rounds are still to come, else on a pole that hides no curve.
        let room = right - here >= width && line - height >= frame.top();
        let top = if room { line - height } else { frame.top() - height - font * 0.1 };
        if !room {
            self.nodes.push(straight("budget-line", right - 1.1, line, right - 1.1, top));
        }
        self.rect("flag", right - width, top, right, top + height);
        self.text("mid flag-t", right - width / 2.0, top + font * 1.05, text);
        room.then_some(top + height / 2.0)
    }

    /// Names curves that end above or below the frame; gives the heights taken.
    fn outside(&mut self, quantity: Quantity, frame: &Frame, range: &Range, headed: bool) -> Vec<f64> {
        let font = self.options.font;
        let (mut above, mut below) = (frame.top() + font * 1.1, frame.bottom() - font * 0.5);
        let mut taken = Vec::new();
        for index in &range.outside {
            let Some(policy) = self.result.policies.get(*index) else { continue };
            let Some(series) = quantity.series(self.result, policy, self.options) else { continue };
            let Some(value) = series.mean.last().copied().filter(|v| v.is_finite() && !frame.shows(*v)) else {
                continue;
            };
            let exit = series.mean.iter().rposition(|v| frame.shows(*v)).map_or(0, |i| i + 1);
            let x = policy.rounds.get(exit).map_or(frame.left(), |r| frame.x.at(f64::from(*r)));
            let up = value > range.hi;
            let y = if up { &mut above } else { &mut below };
            let (base, arrow) = (*y, if up { '↑' } else { '↓' });
            *y += if up { font * 1.35 } else { -font * 1.35 };
            if base < frame.top() || base > frame.bottom() {
                continue;
            }
            taken.push(base - font * 0.33);
            let text = format!("{}, {} {arrow}", short(policy, self.options), self.value(quantity, value));
            // A value of hundreds of digits must not push the name out of the frame.
            let text = shorten(&text, frame.right() - frame.left() - font * 2.4, font);
            let width = text_width(&text, font) + font * 1.6;
            // In a low panel the beginning is a tangle: the name goes to the calm end.
            let latest = frame.right() - width;
            let start = if headed || x + font > latest { latest } else { x + font };
            let start = if start > frame.left() { start } else { frame.left() };
            let mark = series_mark(*index, start, base - font * 0.33);
            self.nodes.push(Node::Group { class: series_class(*index), at: None, nodes: vec![mark] });
            self.text("dl halo", start + font * 0.7, base, text);
        }
        taken
    }

    /// A value as labels give it.
    fn value(&self, quantity: Quantity, value: f64) -> String {
        write_value(quantity, value, self.unit)
    }

    /// Names the lines at their ends where the room to the right is wide enough.
    fn labels(&mut self, frame: &Frame, mut ends: Vec<(usize, f64, f64)>, taken: &[f64]) {
        let font = self.options.font;
        let gap = font * 1.35;
        let Some(from) = ends.iter().map(|e| e.1).reduce(f64::max) else { return };
        let room = self.options.width - from - font * 2.4;
        sort_by(&mut ends, |a, b| a.2.total_cmp(&b.2));
        let wanted: Vec<f64> = ends.iter().map(|e| e.2).collect();
        let (top, bottom) = (frame.top() + font * 0.4, frame.bottom() - font * 0.7);
        let clear = |y: f64| taken.iter().all(|t| (t - y).abs() >= gap);
        let mut placed: Vec<(usize, f64, f64)> = Vec::new();
        // A name far from its line is no help: then only those lines are named that stand apart.
        let near =
            |heights: &Vec<f64>| heights.iter().zip(&wanted).all(|(y, w)| clear(*y) && (y - w).abs() <= gap * 2.5);
        if let Some(heights) = spread(&wanted, gap, top, bottom).filter(near) {
            placed.extend(ends.iter().zip(heights).map(|(end, y)| (end.0, end.2, y)));
        } else {
            let alone = |i: usize, y: f64| wanted.iter().enumerate().all(|(j, w)| i == j || (w - y).abs() >= gap);
            let apart = ends.iter().enumerate().filter(|(i, end)| alone(*i, end.2) && clear(end.2));
            placed.extend(apart.map(|(_, end)| (end.0, end.2, end.2)));
        }
        let names: Vec<String> =
            placed.iter().filter_map(|(i, ..)| Some(short(self.result.policies.get(*i)?, self.options))).collect();
        if names.iter().any(|name| text_width(name, font) > room) {
            return;
        }
        for ((index, end, y), name) in placed.into_iter().zip(names) {
            self.nodes.push(straight("leader", from + font * 0.25, end, from + font * 1.1, y));
            let mark = series_mark(index, from + font * 1.55, y);
            self.nodes.push(Node::Group { class: series_class(index), at: None, nodes: vec![mark] });
            self.text("dl", from + font * 2.2, y + font * 0.34, name);
        }
    }

    fn rect(&mut self, class: &'static str, left: f64, top: f64, right: f64, bottom: f64) {
        let (width, height) = ((right - left).max(0.0), (bottom - top).max(0.0));
        self.nodes.push(Node::Rect { class, x: left, y: top, width, height, depth: None });
    }

    fn text(&mut self, class: &'static str, x: f64, y: f64, text: String) {
        self.nodes.push(Node::Text { class, x, y, text });
    }
}

/// A value with the digits it is read with.
pub(super) fn write_value(quantity: Quantity, value: f64, unit: CostUnit) -> String {
    match quantity {
        Quantity::Regret => signed(value, if value.abs() < 10.0 { 1 } else { 0 }),
        Quantity::Violation => unit.write(value, 1),
        Quantity::Reward | Quantity::Ratio | Quantity::RatioViolation => fixed(value, decimals(value, 3).min(3)),
        Quantity::Cost => unit.paid(value),
    }
}

/// A line at `round` and dots on the curves.
pub(super) fn cursor(panels: &[Panel], result: &RunResult, options: &Options, round: u32) -> Vec<Node> {
    let mut nodes = Vec::new();
    for panel in panels {
        let frame = &panel.frame;
        let x = frame.x.at(f64::from(round));
        if !(x >= frame.left() - 0.5 && x <= frame.right() + 0.5) {
            continue;
        }
        nodes.push(straight("cursor", x, frame.top(), x, frame.bottom()));
        for (index, policy) in result.policies.iter().enumerate().rev() {
            let series =
                panel.quantity.and_then(|q| q.series(result, policy, options)).filter(|_| options.shows(index));
            let at = checkpoint(&policy.rounds, round)
                .filter(|at| at + 1 < policy.rounds.len() || policy.rounds.last() == Some(&round));
            if let Some(value) = series.zip(at).and_then(|(series, at)| series.mean.get(at).copied())
                && frame.shows(value)
            {
                let dot = Node::Circle { class: "dot", x, y: frame.y.at(value), r: 4.0 };
                nodes.push(Node::Group { class: series_class(index), at: None, nodes: vec![dot] });
            }
        }
    }
    nodes
}

/// `Round 4 000`.
pub(super) fn round_name(round: u32) -> String {
    format!("Round {}", count(round))
}
