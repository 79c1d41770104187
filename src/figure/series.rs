//! What tells one policy's line from another's: colour class, mark, dash.

use super::scene::{Node, Scene};

/// Marks drawn around the origin; filled, or as strokes.
const MARKS: [(&str, &str); 7] = [
    ("mk", "M0-4.8 4.8 0 0 4.8-4.8 0z"),
    ("mk", "M-3.6-3.6h7.2v7.2h-7.2z"),
    ("mk", "M0-4.6 4.6 3.4h-9.2z"),
    ("mk", "M0 4.6 4.6-3.4h-9.2z"),
    ("mk-x", "M-3.2-3.2 3.2 3.2M-3.2 3.2 3.2-3.2"),
    ("mk-x", "M-4.2 0H4.2M0-4.2V4.2"),
    ("mk", "M-1.8-4.4h3.6v8.8h-3.6z"),
];
const CLASSES: [&str; 12] = ["s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8", "s9", "s10", "s11", "s12"];
const PALETTE: [(&str, &str); 12] = [
    ("#325cbd", "#81aaf7"),
    ("#53167c", "#906ae5"),
    ("#e9509a", "#c35f92"),
    ("#438b69", "#b5f0b5"),
    ("#1c99c6", "#72e3ff"),
    ("#5c0300", "#eb5e45"),
    ("#4c535b", "#ababab"),
    ("#958b00", "#f7ea3c"),
    ("#8700ff", "#695ab4"),
    ("#9678ff", "#96d296"),
    ("#3c00b4", "#965a5a"),
    ("#872d00", "#c33c00"),
];

/// Colour class of the policy at `index`: `s1` to `s12`, as many as there are kinds of policies, then again from `s1`.
#[must_use]
pub fn series_class(index: usize) -> &'static str {
    CLASSES.get(index % CLASSES.len()).copied().unwrap_or("s1")
}

/// Light and dark colour of a class `s1` to `s12`.
#[must_use]
pub fn series_colour(class: &str) -> Option<(&'static str, &'static str)> {
    CLASSES.iter().position(|c| *c == class).and_then(|i| PALETTE.get(i).copied())
}

/// Class of the line of the policy at `index`: the first is thicker, those past the twelfth are all dashed alike. (Past the
/// eighth each colour has a dash of its own.)
#[must_use]
pub fn line_class(index: usize) -> &'static str {
    match index {
        0 => "ln lead",
        1..12 => "ln",
        _ => "ln again",
    }
}

/// The mark of the policy at `index`, centred at (`x`, `y`): circle, diamond, square, triangle, wedge, cross, plus, bar,
/// and again from the next one. It takes its colour from a parent of [`series_class`].
#[must_use]
pub fn series_mark(index: usize, x: f64, y: f64) -> Node {
    // Each twelve take the marks one further, so that no two of the first 96 have both colour and mark.
    match ((index + index / CLASSES.len()) % 8).checked_sub(1).and_then(|i| MARKS.get(i)) {
        Some((class, d)) => Node::Path { class, d: (*d).into(), at: Some((x, y)) },
        None => Node::Circle { class: "mk", x, y, r: 3.6 },
    }
}

/// A piece of line with its mark, 30 × 15, for legends and lists; its root takes the class [`series_class`].
#[must_use]
pub fn swatch(index: usize) -> Scene {
    let line = Node::Path { class: line_class(index), d: "M1 7.5H29".into(), at: None };
    Scene { width: 30.0, height: 15.0, label: String::new(), nodes: vec![line, series_mark(index, 15.0, 7.5)] }
}

/// The mark alone, 12 × 12, for the readout; its root takes the class [`series_class`].
#[must_use]
pub fn badge(index: usize) -> Scene {
    Scene { width: 12.0, height: 12.0, label: String::new(), nodes: vec![series_mark(index, 6.0, 6.0)] }
}
