//! Selection share: one row a model, depth = share of the rounds of a bin in which it was chosen.

use super::axis::{Axis, Scale};
use super::changes;
use super::curves::Frame;
use super::number::{BOLD, fixed, percent, shorten, text_width};
use super::plot::{absence, height, round_axis, sentence};
use super::titled;
use super::{Drawing, FigureKind, Node, Options, Panel, Scene, axis_end, extent, series_class};
use crate::order::sort_by;
use crate::simulation::BINS;
use crate::summary::{PolicyResult, RunResult};

/// Most rows drawn one by one.
const MOST_ROWS: usize = 24;
/// Rows kept where there are more models than that; the others share one.
const TOP_ROWS: usize = 15;
/// Shares are drawn in steps of one fiftieth, so that equal neighbours are one rectangle.
const DEPTHS: f64 = 50.0;

/// One row.
pub(super) struct Row {
    pub name: String,
    pub share: f64,
    pub best: bool,
    /// Columns of `share_over_time` that it adds up.
    pub models: Vec<usize>,
}

/// Rows of a policy: every model in the environment's order, or the most chosen ones and one row for the others.
pub(super) fn rows(result: &RunResult, policy: &PolicyResult) -> Vec<Row> {
    let best = result.optimum.last().map_or(&[][..], |o| &o.set);
    let row = |(index, name): (usize, &String)| Row {
        name: name.clone(),
        share: policy.selection.get(name).copied().filter(|s| s.is_finite()).unwrap_or(0.0),
        best: best.contains(name),
        models: vec![index],
    };
    let mut rows: Vec<Row> = result.models.iter().enumerate().map(row).collect();
    if rows.len() <= MOST_ROWS {
        return rows;
    }
    sort_by(&mut rows, |a, b| b.best.cmp(&a.best).then(b.share.total_cmp(&a.share)));
    let others = rows.split_off(TOP_ROWS);
    sort_by(&mut rows, |a, b| b.share.total_cmp(&a.share));
    rows.push(Row {
        name: format!("{} others", others.len()),
        share: others.iter().map(|r| r.share).sum(),
        best: false,
        models: others.into_iter().flat_map(|r| r.models).collect(),
    });
    rows
}

/// Rounds before bin `bin` and up to its end.
pub(super) fn bin_rounds(result: &RunResult, bin: usize) -> (u32, u32) {
    let rounds = result.experiment.run.rounds.max(1);
    let bins = u64::from(BINS.min(rounds));
    let end = |bin: u64| u32::try_from(bin.min(bins) * u64::from(rounds) / bins).unwrap_or(rounds);
    let bin = bin as u64;
    (end(bin), end(bin.saturating_add(1)))
}

pub(super) fn draw(result: &RunResult, options: &Options) -> Drawing {
    let chosen = result.policies.get(options.policy);
    let Some(policy) = chosen.filter(|_| absence(FigureKind::Selection, result).is_none()) else {
        return sentence(absence(FigureKind::Selection, result).unwrap_or("No policy is chosen."), options);
    };
    let rows = rows(result, policy);
    let font = options.font;
    let width = options.width;
    let (top, foot) = (font, font * 2.2 + titled::row(options));
    let least = font * 1.65;
    let height = height(options).max(top + foot + least * rows.len() as f64);
    let depth = ((height - top - foot) / rows.len().max(1) as f64).min(font * 2.6);
    let bottom = top + depth * rows.len() as f64;
    let height = if rows.len() < 8 { bottom + foot } else { height };
    let names =
        rows.iter().map(|row| text_width(&row.name, font) * if row.best { BOLD } else { 1.0 }).fold(0.0, f64::max);
    let left = (names + font * 0.8).clamp(font * 3.0, width * 0.32);
    let note = if width >= font * 44.0 { "in the best set" } else { "" };
    // Shares are bold in the best set's rows, and stand apart from what follows them.
    let share = font * 0.6 + text_width("100\u{202f}%", font) * BOLD;
    let right = width - share - if note.is_empty() { 0.0 } else { font * 0.6 + text_width(note, font) };

    let x = Axis::new(Scale::Linear, 0.0, f64::from(axis_end(result, options)), left, right);
    // What is cut off ends where the run is.
    let end = x.at(f64::from(if options.until.is_some() { extent(result).1 } else { u32::MAX })).min(right);
    let mut nodes =
        vec![Node::Rect { class: "future", x: left, y: top, width: right - left, height: bottom - top, depth: None }];
    for (place, row) in rows.iter().enumerate() {
        let y = top + depth * place as f64;
        let base = y + depth / 2.0 + font * 0.35;
        let name = shorten(&row.name, left - font * 0.7, font * if row.best { BOLD } else { 1.0 });
        let class = if row.best { "end strong" } else { "end" };
        nodes.push(Node::Text { class, x: left - font * 0.6, y: base, text: name });
        let cells = cells(result, policy, row, (&x, end), y, depth);
        nodes.push(Node::Group { class: series_class(options.policy), at: None, nodes: cells });
        // The others together may be more than one a round: a number, not a share.
        let share = if row.models.len() > 1 { fixed(row.share, 2) } else { percent(row.share) };
        let class = if row.best { "strong" } else { "" };
        nodes.push(Node::Text { class, x: right + font * 0.6, y: base, text: share });
        if row.best && !note.is_empty() {
            nodes.push(Node::Text { class: "end", x: width, y: base, text: note.to_owned() });
        }
    }
    round_axis(&mut nodes, &x, bottom, font, width, Some(!options.titled));
    titled::rounds(&mut nodes, left, right, bottom, options);
    changes::lines(&mut nodes, result, &x, (top, bottom), top - font * 0.25, (left, width), font);
    let frame = Frame { x, y: Axis::new(Scale::Linear, 0.0, 1.0, bottom, top) };
    let scene = Scene { width, height, label: String::new(), nodes };
    Drawing { scene, panels: vec![Panel { quantity: None, frame }] }
}

/// The rectangles of one row; neighbours of the same depth are one.
fn cells(
    result: &RunResult,
    policy: &PolicyResult,
    row: &Row,
    (x, end): (&Axis, f64),
    y: f64,
    depth: f64,
) -> Vec<Node> {
    let mut cells = Vec::new();
    let mut open: Option<(i32, f64, f64)> = None;
    let mut close = |open: Option<(i32, f64, f64)>| {
        if let Some((step, from, to)) = open.filter(|(step, from, to)| *step > 0 && to > from) {
            let depth = (depth - 2.0).max(1.0);
            let opacity = Some(f64::from(step) / DEPTHS);
            cells.push(Node::Rect {
                class: "cell",
                x: from,
                y: y + 1.0,
                width: to - from,
                height: depth,
                depth: opacity,
            });
        }
    };
    for (bin, shares) in policy.share_over_time.iter().enumerate() {
        let share: f64 = row.models.iter().filter_map(|model| shares.get(*model)).sum();
        let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.0 };
        // Chosen once is not never.
        let step = libm::ceil(share * DEPTHS - 1e-9) as i32;
        let (from, to) = bin_rounds(result, bin);
        // Whole pixels: neighbours leave no seam.
        let to = libm::round(x.at(f64::from(to)).min(end));
        open = match open {
            Some((last, start, _)) if last == step => Some((step, start, to)),
            previous => {
                close(previous);
                Some((step, libm::round(x.at(f64::from(from)).min(end)), to))
            }
        };
    }
    close(open);
    cells
}
