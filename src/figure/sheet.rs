//! Figures that leave the page: with heading and legend, alone or all on a sheet.

use super::number::{shorten, text_width};
use super::text::title;
use super::{
    FigureKind, Node, Options, Scene, Theme, describe, draw, line_class, note, series_class, series_mark, sub,
};
use crate::summary::RunResult;

/// One figure with its heading above and the legend below.
#[must_use]
pub fn export(kind: FigureKind, result: &RunResult, options: &Options) -> Scene {
    let options = options.checked();
    let pad = options.font;
    let (nodes, bottom) = titled(kind, result, &options);
    let mut scene = Scene {
        width: options.width + 2.0 * pad,
        height: 0.0,
        label: describe(kind, result, &options),
        nodes: Vec::new(),
    };
    scene.nodes.push(Node::Group { class: "", at: Some((pad, pad)), nodes });
    let mut y = bottom + 2.0 * pad;
    if kind != FigureKind::Selection {
        let (legend, height) = legend(&named(result, &options), options.font, options.width);
        scene.nodes.push(Node::Group { class: "", at: Some((pad, y)), nodes: legend });
        y += height;
    }
    scene.height = y;
    scene
}

/// All figures, two by two, with one legend, as an SVG file 1,272 pixels wide in light colours.
#[must_use]
pub fn sheet(result: &RunResult, dollars: bool) -> String {
    let options = Options { width: 600.0, dollars, ..Options::default() };
    let gap = options.font * 2.0;
    let mut scene = Scene { width: 2.0 * options.width + 3.0 * gap, ..Scene::default() };
    let mut y = gap;
    let kinds: Vec<FigureKind> = FigureKind::of(result).collect();
    for pair in kinds.chunks(2) {
        let mut deepest = 0.0;
        for (place, kind) in pair.iter().enumerate() {
            // These span decades; on a linear axis most of them lies on the bottom line.
            let log = matches!(kind, FigureKind::Violation | FigureKind::Ratio);
            let options = Options { log, log_values: log, ..options };
            let (nodes, bottom) = titled(*kind, result, &options);
            let x = gap + place as f64 * (options.width + gap);
            scene.nodes.push(Node::Group { class: "", at: Some((x, y)), nodes });
            deepest = if bottom > deepest { bottom } else { deepest };
        }
        y += deepest + gap;
    }
    let (legend, height) = legend(&named(result, &options), options.font, scene.width - 2.0 * gap);
    scene.nodes.push(Node::Group { class: "", at: Some((gap, y)), nodes: legend });
    scene.height = y + height + gap;
    let lines: Vec<String> = kinds.iter().map(|kind| describe(*kind, result, &options)).collect();
    scene.label = lines.join(" ");
    scene.to_svg(Theme::Light, options.font)
}

/// Heading, sentence and drawing; gives the height used.
fn titled(kind: FigureKind, result: &RunResult, options: &Options) -> (Vec<Node>, f64) {
    let font = options.font;
    let mut title = title(kind, result, options);
    if let Some(policy) = result.policies.get(options.policy).filter(|_| kind == FigureKind::Selection) {
        title = format!("{title}: {}", shorten(&policy.label, options.width * 0.5, font * 1.3));
    }
    let drawing = draw(kind, result, options);
    let text = |class, y, text| Node::Text { class, x: 0.0, y, text };
    let mut nodes = vec![text("title", font * 1.3, shorten(&title, options.width, font * 1.3))];
    let mut top = font * 1.4;
    for line in wrapped(&sub(kind, result, options), options.width, font) {
        top += font * 1.5;
        nodes.push(text("", top, line));
    }
    top += font * 0.7;
    let mut bottom = top + drawing.scene.height;
    nodes.push(Node::Group { class: "", at: Some((0.0, top)), nodes: drawing.scene.nodes });
    for line in wrapped(&note(kind, result, options), options.width, font) {
        bottom += font * 1.5;
        nodes.push(text("", bottom, line));
    }
    (nodes, bottom)
}

/// `text` in lines of at most `width` pixels, at most twelve.
pub(super) fn wrapped(text: &str, width: f64, font: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_ascii_whitespace() {
        let full = lines.len() == 12;
        match lines.last_mut() {
            Some(line) if text_width(line, font) + text_width(word, font) + font * 0.32 <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ if full => break,
            _ => lines.push(shorten(word, width, font)),
        }
    }
    lines
}

/// The visible policies with their labels.
fn named<'a>(result: &'a RunResult, options: &Options) -> Vec<(usize, &'a str)> {
    let all = result.policies.iter().map(|policy| policy.label.as_str()).enumerate();
    all.filter(|(index, _)| options.shows(*index)).collect()
}

/// Line, mark and label of policies by index, in as many rows as it takes; gives the height used.
pub(super) fn legend(policies: &[(usize, &str)], font: f64, width: f64) -> (Vec<Node>, f64) {
    let row = font * 1.7;
    let (mut x, mut y) = (0.0, 0.0);
    let mut nodes = Vec::new();
    for (index, label) in policies.iter().copied() {
        let label = shorten(label, (width - font * 4.0).min(font * 24.0), font);
        let wide = font * 3.2 + text_width(&label, font);
        if x > 0.0 && x + wide > width {
            x = 0.0;
            y += row;
        }
        let line = Node::Path { class: line_class(index), d: "M0 0H28".into(), at: Some((x, y)) };
        let swatch = vec![line, series_mark(index, x + 14.0, y)];
        nodes.push(Node::Group { class: series_class(index), at: None, nodes: swatch });
        nodes.push(Node::Text { class: "dl", x: x + 34.0, y: y + font * 0.35, text: label });
        x += wide + font * 1.6;
    }
    let height = if nodes.is_empty() { 0.0 } else { y + row };
    (nodes, height)
}
