//! The page's classes as presentation attributes, for files that stand alone.

use super::series::series_colour;
use std::fmt::Write;

/// Colours for day or night.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Theme {
    /// Dark on white.
    #[default]
    Light,
    /// Light on black.
    Dark,
    /// Dark on white, every colour with a dash of its own: for paper, grey paper above all.
    Print,
}

impl Theme {
    fn pick(self, (light, dark): (&'static str, &'static str)) -> &'static str {
        if self == Theme::Dark { dark } else { light }
    }

    /// What the figure stands on.
    #[must_use]
    pub fn surface(self) -> &'static str {
        self.pick(SURFACE)
    }
}

const SURFACE: (&str, &str) = ("#ffffff", "#15191e");
const GROUND: (&str, &str) = ("#f5f6f4", "#0f1216");
const LINE: (&str, &str) = ("#dcdfdb", "#2b323a");
const LINE_STRONG: (&str, &str) = ("#7d8781", "#77828d");
const INK: (&str, &str) = ("#15191d", "#eceff1");
const INK_2: (&str, &str) = ("#4a545c", "#b3bcc4");
const BUDGET: (&str, &str) = ("#a84e06", "#f5a93b");
const BUDGET_WASH: (&str, &str) = ("#fdf3e4", "#2a2114");
const ON_BUDGET: (&str, &str) = ("#ffffff", "#1b1204");

/// Dashes of the series' lines, no two the same: on paper of all, on screens of those past the eighth.
fn dash(series: Option<&str>) -> Option<&'static str> {
    match series? {
        "s2" => Some("8 3"),
        "s3" => Some("2 2"),
        "s4" => Some("9 2.5 2 2.5"),
        "s5" => Some("4 2"),
        "s6" => Some("14 4"),
        "s7" => Some("7 2 2 2 2 2"),
        "s8" => Some("1 3"),
        "s9" => Some("12 3 3 3"),
        "s10" => Some("6 6"),
        "s11" => Some("3 5"),
        "s12" => Some("16 3 2 3 2 3"),
        _ => None,
    }
}

/// Appends what `class` means under `theme`, inside a group of class `series`.
pub(super) fn attributes(out: &mut String, class: &str, theme: Theme, series: Option<&'static str>) {
    let colour = series.and_then(series_colour).map_or_else(|| theme.pick(INK), |pair| theme.pick(pair));
    let has = |name: &str| class.split_ascii_whitespace().any(|c| c == name);
    let mut set = |name: &str, value: &str| {
        let _ = write!(out, " {name}=\"{value}\"");
    };
    for name in class.split_ascii_whitespace() {
        match name {
            "grid" => set("stroke", theme.pick(LINE)),
            "axis" | "leader" => set("stroke", theme.pick(LINE_STRONG)),
            "cursor" => set("stroke", theme.pick(INK)),
            "ln" => {
                set("fill", "none");
                set("stroke", colour);
                set("stroke-width", if has("lead") { "2.75" } else { "1.75" });
                set("stroke-linejoin", "round");
                set("stroke-linecap", if theme == Theme::Print { "butt" } else { "round" });
                let late = matches!(series, Some("s9" | "s10" | "s11" | "s12")) && !has("again");
                if let Some(dash) = dash(series).filter(|_| late || theme == Theme::Print) {
                    set("stroke-dasharray", dash);
                }
            }
            "again" if theme != Theme::Print => set("stroke-dasharray", "7 4"),
            "band" => {
                set("fill", colour);
                set("opacity", if series == Some("s1") { "0.2" } else { "0.1" });
            }
            "bound" => {
                set("fill", "none");
                set("stroke", theme.pick(INK_2));
                set("stroke-width", "1.4");
                set("stroke-dasharray", "5 4");
            }
            "theory" => {
                set("fill", "none");
                set("stroke", theme.pick(INK));
                set("stroke-width", "1.6");
                set("stroke-dasharray", if has("vacuous") { "1.5 4" } else { "9 3" });
            }
            "vacuous" => set("opacity", "0.65"),
            "change" => {
                set("stroke", theme.pick(INK_2));
                set("stroke-dasharray", "2 3");
            }
            "dot" => {
                set("fill", colour);
                set("stroke", theme.surface());
                set("stroke-width", "1.6");
            }
            "ring" => {
                set("fill", "none");
                set("stroke", colour);
                set("stroke-width", "1.4");
            }
            "whisker" => {
                set("fill", "none");
                set("stroke", colour);
                set("opacity", "0.6");
            }
            "mk" => set("fill", colour),
            "cell" => {
                set("fill", colour);
                // Neighbours leave no seam.
                set("shape-rendering", "crispEdges");
            }
            "mk-x" => {
                set("fill", "none");
                set("stroke", colour);
                set("stroke-width", "2.4");
                set("stroke-linecap", "round");
            }
            "budget-line" => {
                set("fill", "none");
                set("stroke", theme.pick(BUDGET));
                set("stroke-width", "2.25");
            }
            "flag" => set("fill", theme.pick(BUDGET)),
            "over" => set("fill", theme.pick(BUDGET_WASH)),
            "hatch" => {
                set("stroke", theme.pick(BUDGET));
                set("opacity", "0.4");
            }
            "future" => set("fill", theme.pick(GROUND)),
            "text" => {
                let ink = if has("flag-t") {
                    ON_BUDGET
                } else if has("dl") || has("strong") || has("title") {
                    INK
                } else {
                    INK_2
                };
                set("fill", theme.pick(ink));
            }
            "strong" | "flag-t" => set("font-weight", "600"),
            "title" => {
                set("font-weight", "600");
                set("font-size", "1.3em");
            }
            "end" => set("text-anchor", "end"),
            "mid" => set("text-anchor", "middle"),
            "halo" => {
                set("paint-order", "stroke");
                set("stroke", theme.surface());
                set("stroke-width", "4");
                set("stroke-linejoin", "round");
            }
            _ => {}
        }
    }
}
