//! Lines and bands as path data: cut at the frame, thinned to what a pixel column can show.

use super::axis::{Axis, Scale};
use super::scene::PathData;
use crate::summary::Series;

/// Where a panel's curves are drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    /// Rounds, left to right.
    pub x: Axis,
    /// Values; `start` is the bottom, `end` the top.
    pub y: Axis,
}

impl Frame {
    pub(super) fn top(&self) -> f64 {
        self.y.end
    }
    pub(super) fn bottom(&self) -> f64 {
        self.y.start
    }
    pub(super) fn left(&self) -> f64 {
        self.x.start
    }
    pub(super) fn right(&self) -> f64 {
        self.x.end
    }
    /// Whether a value has its place inside.
    pub(super) fn shows(&self, value: f64) -> bool {
        value.is_finite() && (value > 0.0 || self.y.scale == Scale::Linear) && {
            let y = self.y.at(value);
            y >= self.top() - 0.5 && y <= self.bottom() + 0.5
        }
    }
}

/// Path data of a mean. Values that are not finite, or not above 0 on a logarithmic axis, leave a gap.
pub(super) fn line(frame: &Frame, rounds: &[u32], mean: &[f64]) -> String {
    let mut pen = Pen { path: PathData::default(), last: None, down: false, top: frame.top(), bottom: frame.bottom() };
    let mut column = Column::default();
    for (round, value) in rounds.iter().zip(mean) {
        let round = f64::from(*round);
        if round < frame.x.lo {
            continue;
        }
        if !value.is_finite() || (*value <= 0.0 && frame.y.scale == Scale::Log) {
            column.flush(&mut pen);
            pen.last = None;
            continue;
        }
        column.add((frame.x.at(round), frame.y.at(*value)), &mut pen);
    }
    column.flush(&mut pen);
    pen.path.finish()
}

/// What one pixel column shows of a line: where it comes in, how high and low it goes, where it leaves.
#[derive(Default)]
struct Column {
    points: Option<[(f64, f64); 4]>,
}

impl Column {
    fn add(&mut self, point: (f64, f64), pen: &mut Pen) {
        match &mut self.points {
            Some([first, low, high, last]) if first.0 as i32 == point.0 as i32 => {
                if point.1 < low.1 {
                    *low = point;
                }
                if point.1 > high.1 {
                    *high = point;
                }
                *last = point;
            }
            _ => {
                self.flush(pen);
                self.points = Some([point; 4]);
            }
        }
    }

    fn flush(&mut self, pen: &mut Pen) {
        let Some([first, low, high, last]) = self.points.take() else { return };
        pen.to(first);
        let (early, late) = if low.0 <= high.0 { (low, high) } else { (high, low) };
        for point in [early, late, last] {
            if pen.last != Some(point) {
                pen.to(point);
            }
        }
    }
}

/// Writes a polyline and leaves out what is above or below the frame.
struct Pen {
    path: PathData,
    last: Option<(f64, f64)>,
    down: bool,
    top: f64,
    bottom: f64,
}

impl Pen {
    fn to(&mut self, point: (f64, f64)) {
        let (top, bottom) = (self.top, self.bottom);
        let inside = |y: f64| y >= top && y <= bottom;
        let Some(from) = self.last.replace(point) else {
            // A lone value is a dot: round caps draw a line of length 0.
            self.down = inside(point.1);
            if self.down {
                self.path.start(point);
                self.path.to(point);
            }
            return;
        };
        if (from.1 < self.top && point.1 < self.top) || (from.1 > self.bottom && point.1 > self.bottom) {
            self.down = false;
            return;
        }
        if !self.down {
            let entry = self.cut(from, point);
            self.path.start(entry);
        }
        let exit = self.cut(point, from);
        self.path.to(exit);
        self.down = inside(point.1);
    }

    /// `point`, or where the segment to `other` enters the frame.
    fn cut(&self, point: (f64, f64), other: (f64, f64)) -> (f64, f64) {
        let edge = if point.1 < self.top {
            self.top
        } else if point.1 > self.bottom {
            self.bottom
        } else {
            return point;
        };
        let share = (edge - point.1) / (other.1 - point.1);
        (if share.is_finite() { point.0 + share * (other.0 - point.0) } else { point.0 }, edge)
    }
}

/// Path data of a 95 % band, one point a pixel column; `floor` is what the quantity cannot be below.
pub(super) fn band(frame: &Frame, rounds: &[u32], series: &Series, floor: Option<f64>) -> String {
    let Some(widths) = &series.ci95 else { return String::new() };
    let (top, bottom) = (frame.top(), frame.bottom());
    let mut path = PathData::default();
    let mut edges: Vec<(f64, f64, f64)> = Vec::with_capacity(rounds.len().min(1024));
    for ((round, mean), width) in rounds.iter().zip(&series.mean).zip(widths) {
        let round = f64::from(*round);
        if round < frame.x.lo {
            continue;
        }
        let low = floor.map_or(mean - width, |floor| if mean - width > floor { mean - width } else { floor });
        let high = mean + width;
        let x = frame.x.at(round);
        let (upper, lower) = (frame.y.at(high), frame.y.at(low));
        if !(mean.is_finite() && width.is_finite()) || upper >= bottom || lower <= top {
            area(&mut path, &mut edges);
            continue;
        }
        let (upper, lower) = (if upper < top { top } else { upper }, if lower > bottom { bottom } else { lower });
        let begun = edges.len() > 1;
        match edges.last_mut() {
            // Two pixels a step: an edge without a line does not show more.
            Some(last) if last.0 as i32 / 2 == x as i32 / 2 => {
                // The band begins and ends where the line does.
                last.0 = if begun { x } else { last.0 };
                last.1 = if upper < last.1 { upper } else { last.1 };
                last.2 = if lower > last.2 { lower } else { last.2 };
            }
            _ => edges.push((x, upper, lower)),
        }
    }
    area(&mut path, &mut edges);
    path.finish()
}

fn area(path: &mut PathData, edges: &mut Vec<(f64, f64, f64)>) {
    if let [(x, upper, _), rest @ ..] = &edges[..]
        && !rest.is_empty()
    {
        path.start((*x, *upper));
        rest.iter().for_each(|(x, upper, _)| path.to((*x, *upper)));
        edges.iter().rev().for_each(|(x, _, lower)| path.to((*x, *lower)));
        path.close();
    }
    edges.clear();
}

/// Diagonal strokes across a rectangle.
pub(super) fn hatching(left: f64, top: f64, right: f64, bottom: f64) -> String {
    let mut path = PathData::default();
    let height = bottom - top;
    let mut foot = left + 5.0;
    while foot < right + height && height > 0.0 && right > left {
        // From the bottom edge up to the right at 45°, cut at the sides.
        let (x0, x1) = ((foot - height).max(left), foot.min(right));
        path.start((x0, top + foot - x0));
        path.to((x1, top + foot - x1));
        foot += 10.0;
    }
    path.finish()
}

/// Heights near `wanted` (ascending) that are at least `gap` apart within `top` to `bottom`; `None` where they do not fit.
pub(super) fn spread(wanted: &[f64], gap: f64, top: f64, bottom: f64) -> Option<Vec<f64>> {
    if wanted.len() as f64 * gap > bottom - top + gap {
        return None;
    }
    // Blocks of touching labels: (sum of wanted heights less their offsets in the block, number, centre of the first).
    let mut blocks: Vec<(f64, f64, f64)> = Vec::new();
    for height in wanted {
        let mut block = (*height, 1.0, *height);
        loop {
            block.2 = (block.0 / block.1).clamp(top, (bottom - (block.1 - 1.0) * gap).max(top));
            match blocks.last().copied() {
                Some(above) if above.2 + above.1 * gap > block.2 => {
                    blocks.pop();
                    block = (above.0 + block.0 - above.1 * block.1 * gap, above.1 + block.1, 0.0);
                }
                _ => break,
            }
        }
        blocks.push(block);
    }
    let mut heights = Vec::with_capacity(wanted.len());
    for (_, number, first) in blocks {
        heights.extend((0..number as usize).map(|i| first + i as f64 * gap));
    }
    Some(heights)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn frame() -> Frame {
        Frame {
            x: Axis::new(Scale::Linear, 0.0, 100.0, 0.0, 100.0),
            y: Axis::new(Scale::Linear, 0.0, 10.0, 100.0, 0.0),
        }
    }

    #[test]
    fn a_line_is_cut_where_it_leaves_and_gaps_stay() {
        assert_eq!(line(&frame(), &[0, 10, 20, 40], &[0.0, 5.0, 15.0, 5.0]), "M0 100l0 0 10-50 5-50M30 0l10 50");
        assert_eq!(line(&frame(), &[0, 10, 20], &[1.0, f64::NAN, 2.0]), "M0 90l0 0M20 80l0 0");
        assert_eq!(line(&frame(), &[0, 10], &[-5.0, 15.0]), "M2.5 100l5-100");
    }

    #[test]
    fn a_band_stops_at_the_floor() {
        let series = Series { mean: vec![1.0, 2.0], ci95: Some(vec![3.0, 1.0]) };
        assert_eq!(band(&frame(), &[0, 50], &series, Some(0.0)), "M0 60l50 10 0 20-50 10Z");
    }

    #[test]
    fn many_points_become_few() {
        let rounds: Vec<u32> = (0..100_000).collect();
        let values: Vec<f64> = (0..100_000).map(|i| f64::from(i % 7)).collect();
        let wide = Frame { x: Axis::new(Scale::Linear, 0.0, 100_000.0, 0.0, 100.0), ..frame() };
        let d = line(&wide, &rounds, &values);
        assert!(d.len() < 4_000, "{}", d.len());
        assert!(d.contains("-60") && d.contains(" 60"), "the extremes are kept");
    }

    proptest! {
        #[test]
        fn labels_do_not_touch(mut wanted in prop::collection::vec(-50.0..250.0f64, 0..12)) {
            wanted.sort_by(f64::total_cmp);
            if let Some(heights) = spread(&wanted, 16.0, 0.0, 200.0) {
                prop_assert_eq!(heights.len(), wanted.len());
                for pair in heights.windows(2) {
                    prop_assert!(pair[1] - pair[0] >= 16.0 - 1e-9, "{:?}", heights);
                }
                for height in heights {
                    prop_assert!((-1e-9..=200.0 + 1e-9).contains(&height));
                }
            }
        }
    }
}
