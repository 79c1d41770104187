//! Reward against cost: one path a policy through the values, and the points that nothing beats.

use super::Curves;
use super::draw::{Values, below, polyline, unit};
use crate::figure::curves::Frame;
use crate::figure::number::{shorten, text_width};
use crate::figure::plot::{height, path, straight, write_value};
use crate::figure::scene::PathData;
use crate::figure::stop::ordered;
use crate::figure::{Node, Options, Quantity, Reading, Readout, Scene, Stop, line_class, series_class, series_mark};
use crate::order::sort_by;

/// A point of the frontier.
#[derive(Debug, Clone, Copy)]
pub(in crate::figure) struct Spot {
    pub policy: usize,
    /// Which of the policy's points; here the place of the value.
    pub at: usize,
    /// Mean and half the width of its interval.
    pub cost: (f64, f64),
    /// Mean and half the width of its interval.
    pub reward: (f64, f64),
}

/// The points of the visible policies, policy by policy.
pub(super) fn spots(curves: &Curves, options: &Options) -> Vec<Spot> {
    let policies = (0..curves.lines.len()).filter(|policy| options.shows(*policy));
    policies
        .flat_map(|policy| (0..curves.values.len()).map(move |at| (policy, at)))
        .filter_map(|(policy, at)| {
            let cost = curves.figure(Quantity::Cost, policy, at)?;
            let reward = curves.figure(Quantity::Reward, policy, at)?;
            Some(Spot { policy, at, cost, reward })
        })
        .collect()
}

/// Those that no other point beats: none has more mean reward for no more cost, or less cost for no less reward.
/// Ascending by cost; of equal points the first.
pub(in crate::figure) fn efficient(spots: &[Spot]) -> Vec<Spot> {
    let mut order: Vec<Spot> = spots.to_vec();
    sort_by(&mut order, |a, b| a.cost.0.total_cmp(&b.cost.0).then(b.reward.0.total_cmp(&a.reward.0)));
    let mut best = f64::NEG_INFINITY;
    order.retain(|spot| {
        let better = spot.reward.0 > best;
        best = if better { spot.reward.0 } else { best };
        better
    });
    order
}

/// Where the points stand.
struct Layout {
    frame: Frame,
    x: Values,
    y: Values,
    left: f64,
    height: f64,
}

/// What an interval reaches over: nothing is below nothing.
fn span((mean, half): (f64, f64)) -> (f64, f64) {
    (if mean - half < 0.0 { 0.0 } else { mean - half }, mean + half)
}

impl Layout {
    fn new(curves: &Curves, spots: &[Spot], options: &Options) -> Layout {
        let font = options.font;
        let (width, height) = (options.width, height(options) + font * 1.5);
        let (top, bottom) = (font, height - font * 3.6);
        let unit = unit(curves);
        let rewards: Vec<(f64, f64)> = spots.iter().map(|spot| span(spot.reward)).collect();
        let costs: Vec<(f64, f64)> = spots.iter().map(|spot| span(spot.cost)).collect();
        let y = Values::new(Quantity::Reward, &rewards, unit, (bottom, top), 5);
        let left = (y.width(font) + font * 0.9).clamp(font * 2.0, width * 0.4);
        let wanted = ((width - left) / (font * 7.0)).clamp(2.0, 10.0) as usize;
        let x = Values::new(Quantity::Cost, &costs, unit, (left, width - font * 1.6), wanted);
        Layout { frame: Frame { x: x.axis, y: y.axis }, x, y, left, height }
    }

    fn place(&self, spot: &Spot) -> (f64, f64) {
        (self.frame.x.at(spot.cost.0), self.frame.y.at(spot.reward.0))
    }
}

/// Where a cursor can stand: at each point.
pub(super) fn stops(curves: &Curves, options: &Options) -> Vec<Stop> {
    let spots = spots(curves, options);
    let (layout, unit) = (Layout::new(curves, &spots, options), unit(curves));
    let stop = |spot: &Spot| {
        let (x, y) = layout.place(spot);
        let value = curves.values.get(spot.at).map_or_else(String::new, |value| curves.parameter.write(*value));
        let name = curves.lines.get(spot.policy).map_or_else(String::new, |line| shorten(&line.label, 240.0, 12.0));
        let (reward, cost) =
            (write_value(Quantity::Reward, spot.reward.0, unit), write_value(Quantity::Cost, spot.cost.0, unit));
        let reading = Reading {
            policy: spot.policy,
            name,
            text: format!("{reward} for {cost}"),
            margin: String::new(),
            mean: spot.reward.0,
            ci95: None,
        };
        let at = format!("{} = {value}", curves.parameter.symbol);
        Stop { x, y: Some(y), readout: Readout { at, values: vec![reading] } }
    };
    ordered(spots.iter().map(stop).collect())
}

pub(super) fn draw(curves: &Curves, options: &Options) -> Scene {
    let (font, width) = (options.font, options.width);
    let spots = spots(curves, options);
    let layout = Layout::new(curves, &spots, options);
    let Layout { frame, x, y, left, height } = &layout;
    let (left, height, top, bottom) = (*left, *height, frame.top(), frame.bottom());
    let mut nodes = Vec::new();
    y.lines(&mut nodes, left, width - font * 0.4, font);
    below(&mut nodes, frame, &x.ticks, "Mean cost per query", font);
    nodes.push(Node::Text {
        class: "halo",
        x: left + font * 0.4,
        y: top + font * 0.9,
        text: "Mean reward per query".into(),
    });
    // One budget for all points is a line; a varied one is not.
    if let Some(Some(budget)) = curves.budgets.first()
        && curves.budgets.iter().all(|other| *other == Some(*budget))
        && (frame.x.lo..=frame.x.hi).contains(budget)
    {
        let at = frame.x.at(*budget);
        nodes.push(straight("budget-line", at, top, at, bottom));
        let (wide, high) = (font * 1.5, font * 1.4);
        nodes.push(Node::Rect { class: "flag", x: at, y: bottom - high, width: wide, height: high, depth: None });
        let text = "ρ".to_owned();
        nodes.push(Node::Text { class: "mid flag-t", x: at + wide / 2.0, y: bottom - font * 0.35, text });
    }
    let place = |spot: &Spot| layout.place(spot);
    let front = efficient(&spots);
    nodes.push(path("bound", staircase(&front, &place, frame.right())));
    let mut taken: Vec<(f64, f64, f64, f64)> = Vec::new();
    let mut labels = Vec::new();
    for policy in (0..curves.lines.len()).rev() {
        let own: Vec<&Spot> = spots.iter().filter(|spot| spot.policy == policy).collect();
        let points: Vec<(f64, f64)> = own.iter().map(|spot| place(spot)).collect();
        let mut parts = Vec::new();
        for (spot, (x, y)) in own.iter().zip(&points) {
            let ((low, high), (least, most)) = (span(spot.cost), span(spot.reward));
            for (from, to) in
                [((frame.x.at(low), *y), (frame.x.at(high), *y)), ((*x, frame.y.at(most)), (*x, frame.y.at(least)))]
            {
                if (from.0 - to.0).abs() + (from.1 - to.1).abs() > 0.5 {
                    parts.push(straight("whisker", from.0, from.1, to.0, to.1));
                }
            }
        }
        let mut line = PathData::default();
        polyline(&mut line, &points);
        if points.len() > 1 {
            parts.push(path(line_class(policy), line.finish()));
        }
        parts.extend(points.iter().map(|(x, y)| series_mark(policy, *x, *y)));
        parts.extend(front.iter().filter(|spot| spot.policy == policy).map(|spot| {
            let (x, y) = place(spot);
            Node::Circle { class: "ring", x, y, r: 7.0 }
        }));
        nodes.push(Node::Group { class: series_class(policy), at: None, nodes: parts });
        // A policy that does not depend on the parameter stays where it is: no ends to name.
        let (Some(first), Some(last)) = (own.first(), own.last()) else { continue };
        let ((x0, y0), (x1, y1)) = (place(first), place(last));
        if (x0 - x1).abs() + (y0 - y1).abs() > font * 1.5 {
            labels.extend([(first.at, (x0, y0)), (last.at, (x1, y1))]);
        }
    }
    let marks: Vec<(f64, f64)> = spots.iter().map(place).collect();
    for (at, (x, y)) in labels {
        let Some(value) = curves.values.get(at) else { continue };
        let text = format!("{} = {}", curves.parameter.symbol, curves.parameter.write(*value));
        let wide = text_width(&text, font);
        let ends = [
            (x + font * 0.8, y - font * 0.4),
            (x + font * 0.8, y + font * 1.1),
            (x - wide - font * 0.8, y - font * 0.4),
            (x - wide - font * 0.8, y + font * 1.1),
        ];
        let free = |(left, base): &(f64, f64)| {
            let (right, above) = (left + wide, base - font);
            let inside = *left >= frame.left()
                && right <= frame.right() + font
                && above >= frame.top()
                && *base <= frame.bottom();
            let clear = |b: &(f64, f64, f64, f64)| right < b.0 || *left > b.2 || *base < b.1 || above > b.3;
            let bare = |(x, y): &(f64, f64)| *x < *left || *x > right || *y < above || *y > *base;
            inside && taken.iter().all(clear) && marks.iter().all(bare)
        };
        if let Some((left, base)) = ends.into_iter().find(free) {
            taken.push((left, base - font, left + wide, base));
            nodes.push(Node::Text { class: "dl halo", x: left, y: base, text });
        }
    }
    Scene { width, height, label: String::new(), nodes }
}

/// The best reward for each cost: flat up to the next efficient point, then up.
fn staircase(front: &[Spot], place: &impl Fn(&Spot) -> (f64, f64), right: f64) -> String {
    let mut points: Vec<(f64, f64)> = Vec::new();
    for spot in front {
        let (x, y) = place(spot);
        if let Some((_, before)) = points.last().copied() {
            points.push((x, before));
        }
        points.push((x, y));
    }
    if let Some((_, y)) = points.last().copied() {
        points.push((right, y));
    }
    let mut line = PathData::default();
    polyline(&mut line, &points);
    line.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn efficient_points_are_those_that_nothing_beats(raw in prop::collection::vec((0u8..6, 0u8..6), 1..20)) {
            let spots: Vec<Spot> = (raw.iter().enumerate())
                .map(|(at, (cost, reward))| {
                    Spot { policy: 0, at, cost: (f64::from(*cost), 0.0), reward: (f64::from(*reward), 0.0) }
                })
                .collect();
            let beats = |a: &Spot, b: &Spot| {
                a.cost.0 <= b.cost.0 && a.reward.0 >= b.reward.0 && (a.cost.0 < b.cost.0 || a.reward.0 > b.reward.0)
            };
            let mut judged: Vec<(u8, u8)> = (spots.iter())
                .filter(|spot| !spots.iter().any(|other| beats(other, spot)))
                .map(|spot| (spot.cost.0 as u8, spot.reward.0 as u8))
                .collect();
            judged.sort_unstable();
            judged.dedup();
            let found: Vec<(u8, u8)> =
                efficient(&spots).iter().map(|spot| (spot.cost.0 as u8, spot.reward.0 as u8)).collect();
            prop_assert_eq!(found, judged);
        }
    }
}
