//! A figure with its interval, as the room's tables and sentences have it.

use crate::format::{Unit, decimals, fixed, signed};
use crate::words::say;
use llm_selection::query_aware::bootstrap::Figure;
use yew::prelude::*;

/// How the numbers of a column are written.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Scale {
    /// A share, in percent.
    Percent,
    /// A difference of shares, in percentage points with its sign.
    Points,
    /// Milliseconds, written as they are or as seconds.
    Time(bool),
    /// Dollars with so many decimals.
    Dollars(usize),
    /// Plain numbers with so many decimals.
    Plain(usize),
}

impl Scale {
    /// That of times of these sizes.
    pub fn time(values: impl Iterator<Item = f64>) -> Scale {
        Scale::Time(values.fold(0.0, f64::max) >= 1000.0)
    }

    /// That of amounts of these sizes.
    pub fn dollars(values: impl Iterator<Item = f64>) -> Scale {
        Scale::Dollars(decimals(values.fold(0.0, f64::max), 3))
    }

    /// A number with its unit.
    pub fn text(self, number: f64) -> String {
        match self {
            Scale::Percent => format!("{}\u{a0}%", fixed(100.0 * number, 1)),
            Scale::Points => signed(100.0 * number, 1),
            Scale::Time(true) => format!("{}\u{a0}s", fixed(number / 1000.0, 2)),
            Scale::Time(false) => format!("{}\u{a0}ms", fixed(number, if number < 10.0 { 1 } else { 0 })),
            Scale::Dollars(places) => Unit::Dollars.fixed(number, places),
            Scale::Plain(places) => fixed(number, places),
        }
    }

    /// Half the width of an interval; its unit is that of the number before it.
    fn half(self, half: f64) -> String {
        match self {
            Scale::Percent | Scale::Points => fixed(100.0 * half, 1),
            Scale::Time(true) => fixed(half / 1000.0, 2),
            Scale::Time(false) => fixed(half, if half < 10.0 { 1 } else { 0 }),
            Scale::Dollars(places) | Scale::Plain(places) => fixed(half, places.max(decimals(half, 1))),
        }
    }
}

/// The figure; what is not known is a dash.
pub fn cell(figure: Figure, scale: Scale) -> Html {
    let Some(value) = figure.value else {
        return html! { <><span title={say!("not known")} aria-hidden="true">{"–"}</span><span class="vh">{say!("not known")}</span></> };
    };
    html! {
        <>
            <data value={value.to_string()}>{scale.text(value)}</data>
            if let Some(half) = figure.ci95 { {" "}<span class="pm">{"± "}{scale.half(half)}</span> }
        </>
    }
}
