//! A drawing as a short list of shapes with class names, and the SVG file made from it.

use super::style::{Theme, attributes};
use crate::export::turns;
use std::borrow::Cow;
use std::fmt::Write;

/// One shape. Classes are those of the page's style sheet; coordinates are pixels from the top left.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    /// A path.
    Path {
        /// Class names.
        class: &'static str,
        /// Path data.
        d: Cow<'static, str>,
        /// Where its origin stands, if not at the scene's.
        at: Option<(f64, f64)>,
    },
    /// A rectangle.
    Rect {
        /// Class names.
        class: &'static str,
        /// Left edge.
        x: f64,
        /// Top edge.
        y: f64,
        /// Width, ≥ 0.
        width: f64,
        /// Height, ≥ 0.
        height: f64,
        /// `fill-opacity` in [0,1].
        depth: Option<f64>,
    },
    /// A circle.
    Circle {
        /// Class names.
        class: &'static str,
        /// Centre.
        x: f64,
        /// Centre.
        y: f64,
        /// Radius.
        r: f64,
    },
    /// One line of text; class `mid` centres it at `x`, `end` ends it there.
    Text {
        /// Class names.
        class: &'static str,
        /// Anchor.
        x: f64,
        /// Base line.
        y: f64,
        /// The text, as people typed it: whoever writes it out escapes it.
        text: String,
    },
    /// Shapes that belong together; a class `s1` to `s12` gives them their colour.
    Group {
        /// Class names.
        class: &'static str,
        /// Where its origin stands, if not at the scene's.
        at: Option<(f64, f64)>,
        /// The shapes.
        nodes: Vec<Node>,
    },
}

/// A drawing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Scene {
    /// Width in pixels.
    pub width: f64,
    /// Height in pixels.
    pub height: f64,
    /// What it shows, in a sentence or two; empty for decoration.
    pub label: String,
    /// The shapes, bottom first.
    pub nodes: Vec<Node>,
}

impl Scene {
    /// A file of its own: no script, no style sheet, no font but a generic one, all text escaped. `font` is the font
    /// size in pixels that the scene was laid out for.
    #[must_use]
    pub fn to_svg(&self, theme: Theme, font: f64) -> String {
        self.to_svg_of_size(theme, font, None)
    }

    /// As [`Scene::to_svg`], of a width and a height with their units.
    pub(super) fn to_svg_of_size(&self, theme: Theme, font: f64, size: Option<[String; 2]>) -> String {
        let mut out = String::with_capacity(16 * 1024);
        out.push_str("<svg xmlns=\"http://www.w3.org/2000/svg\"");
        match size {
            Some([width, height]) => drop(write!(out, " width=\"{width}\" height=\"{height}\"")),
            None => {
                attribute(&mut out, "width", self.width);
                attribute(&mut out, "height", self.height);
            }
        }
        out.push_str(" viewBox=\"0 0 ");
        coordinate(&mut out, self.width);
        out.push(' ');
        coordinate(&mut out, self.height);
        let _ = write!(out, "\" role=\"img\" font-family=\"sans-serif\" font-size=\"{font}\">");
        if !self.label.is_empty() {
            out.push_str("<title>");
            escape(&mut out, &self.label);
            out.push_str("</title>");
        }
        let _ = write!(out, "<rect width=\"100%\" height=\"100%\" fill=\"{}\"/>", theme.surface());
        for node in &self.nodes {
            node.write(&mut out, theme, None);
        }
        out.push_str("</svg>\n");
        out
    }
}

impl Node {
    fn write(&self, out: &mut String, theme: Theme, series: Option<&'static str>) {
        match self {
            Node::Path { class, d, at } => {
                out.push_str("<path");
                translate(out, *at);
                attributes(out, class, theme, series);
                out.push_str(" d=\"");
                escape(out, d);
                out.push_str("\"/>");
            }
            Node::Rect { class, x, y, width, height, depth } => {
                out.push_str("<rect");
                for (name, value) in [("x", x), ("y", y), ("width", width), ("height", height)] {
                    attribute(out, name, *value);
                }
                attributes(out, class, theme, series);
                if let Some(depth) = depth {
                    let _ = write!(out, " fill-opacity=\"{depth:.2}\"");
                }
                out.push_str("/>");
            }
            Node::Circle { class, x, y, r } => {
                out.push_str("<circle");
                for (name, value) in [("cx", x), ("cy", y), ("r", r)] {
                    attribute(out, name, *value);
                }
                attributes(out, class, theme, series);
                out.push_str("/>");
            }
            Node::Text { class, x, y, text } => {
                out.push_str("<text");
                attribute(out, "x", *x);
                attribute(out, "y", *y);
                attributes(out, &format!("text {class}"), theme, series);
                out.push('>');
                escape(out, text);
                out.push_str("</text>");
            }
            Node::Group { class, at, nodes } => {
                out.push_str("<g");
                translate(out, *at);
                out.push('>');
                let series = if super::series::series_colour(class).is_some() { Some(*class) } else { series };
                for node in nodes {
                    node.write(out, theme, series);
                }
                out.push_str("</g>");
            }
        }
    }
}

fn attribute(out: &mut String, name: &str, value: f64) {
    let _ = write!(out, " {name}=\"");
    coordinate(out, value);
    out.push('"');
}

fn translate(out: &mut String, at: Option<(f64, f64)>) {
    if let Some((x, y)) = at {
        out.push_str(" transform=\"translate(");
        coordinate(out, x);
        out.push(' ');
        coordinate(out, y);
        out.push_str(")\"");
    }
}

/// `value` in tenths of a pixel; NaN is 0.
fn tenths(value: f64) -> i32 {
    // A cast cuts off towards 0, and makes 0 of NaN.
    (value.clamp(-1e6, 1e6) * 10.0 + if value < 0.0 { -0.5 } else { 0.5 }) as i32
}

/// Appends a coordinate with one decimal, none where it is 0; NaN becomes 0.
fn coordinate(out: &mut String, value: f64) {
    write_tenths(out, tenths(value));
}

fn write_tenths(out: &mut String, tenths: i32) {
    if tenths < 0 {
        out.push('-');
    }
    // Digits by hand: a path has hundreds of coordinates, and the formatting machinery takes longer than all the rest.
    let mut digits = [0u8; 10];
    let mut rest = tenths.unsigned_abs();
    let fraction = rest % 10;
    rest /= 10;
    let mut place = digits.len();
    while place > 0 {
        place -= 1;
        if let Some(digit) = digits.get_mut(place) {
            *digit = b'0' + (rest % 10) as u8;
        }
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    for digit in digits.iter().skip(place) {
        out.push(char::from(*digit));
    }
    if fraction > 0 {
        out.push('.');
        out.push(char::from(b'0' + fraction as u8));
    }
}

/// Path data of polylines, each point by its distance from the last: half the bytes, and no error adds up, because the
/// distances are those between the rounded points.
#[derive(Debug, Default)]
pub(super) struct PathData {
    d: String,
    at: (i32, i32),
}

impl PathData {
    /// Starts a polyline.
    pub fn start(&mut self, (x, y): (f64, f64)) {
        self.at = (tenths(x), tenths(y));
        self.d.push('M');
        write_tenths(&mut self.d, self.at.0);
        self.pair(self.at.1);
        self.d.push('l');
    }

    /// Goes on to a point. A line of length 0 is kept: round caps make it a dot.
    pub fn to(&mut self, (x, y): (f64, f64)) {
        let next = (tenths(x), tenths(y));
        if !self.d.ends_with('l') && next.0 >= self.at.0 {
            self.d.push(' ');
        }
        write_tenths(&mut self.d, next.0 - self.at.0);
        self.pair(next.1 - self.at.1);
        self.at = next;
    }

    fn pair(&mut self, second: i32) {
        if second >= 0 {
            self.d.push(' ');
        }
        write_tenths(&mut self.d, second);
    }

    /// Closes the polyline as an area.
    pub fn close(&mut self) {
        self.d.push('Z');
    }

    /// The text.
    pub fn finish(self) -> String {
        self.d
    }
}

/// Appends text with markup escaped; characters that XML cannot hold become spaces.
fn escape(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\u{fffe}' | '\u{ffff}' => out.push(' '),
            c if c.is_control() => out.push(' '),
            // One name must not turn the direction of a sentence.
            c if turns(c) => {}
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_are_short() {
        for (value, text) in
            [(0.0, "0"), (-0.04, "0"), (12.34, "12.3"), (-7.96, "-8"), (1e9, "1000000"), (f64::NAN, "0")]
        {
            let mut out = String::new();
            coordinate(&mut out, value);
            assert_eq!(out, text);
        }
    }

    #[test]
    fn a_small_scene_is_this_file() {
        let text = Node::Text { class: "end", x: 9.0, y: 5.5, text: "<b>&\u{0}\"".to_owned() };
        let line = Node::Path { class: "ln again", d: "M0 0L9 9".into(), at: None };
        let group = Node::Group { class: "s2", at: Some((1.0, 2.0)), nodes: vec![line] };
        let scene = Scene { width: 10.0, height: 10.0, label: "x".to_owned(), nodes: vec![group, text] };
        assert_eq!(
            scene.to_svg(Theme::Light, 12.0),
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"10\" height=\"10\" viewBox=\"0 0 10 10\" role=\"img\" \
             font-family=\"sans-serif\" font-size=\"12\"><title>x</title>\
             <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/><g transform=\"translate(1 2)\">\
             <path fill=\"none\" stroke=\"#53167c\" stroke-width=\"1.75\" stroke-linejoin=\"round\" \
             stroke-linecap=\"round\" stroke-dasharray=\"7 4\" d=\"M0 0L9 9\"/></g>\
             <text x=\"9\" y=\"5.5\" fill=\"#4a545c\" text-anchor=\"end\">&lt;b&gt;&amp; &quot;</text></svg>\n"
        );
    }
}
