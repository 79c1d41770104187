//! Numbers as people read them: grouped thousands, a true minus, as many decimals as mean something.

use crate::browser::decimal;
use crate::words::{Language, say, spoken};
use llm_selection::export::plain;
use yew::AttrValue;

/// Space between groups of three digits that never breaks a line.
pub const SPACE: char = '\u{202f}';

/// Between groups of three digits: in Korean and Japanese a comma, which nobody there takes for a decimal point.
fn group() -> char {
    if spoken() == Language::English { SPACE } else { ',' }
}

/// Unit of costs: dollars where the data is in dollars, else a plain number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Dollars.
    Dollars,
    /// The illustration's own cost unit.
    Plain,
}

impl Unit {
    /// Sign before an amount.
    pub fn sign(self) -> &'static str {
        match self {
            Unit::Dollars => "$",
            Unit::Plain => "",
        }
    }

    /// What an amount is counted in, for headings.
    pub fn name(self) -> AttrValue {
        match self {
            Unit::Dollars => AttrValue::Static("$"),
            Unit::Plain => say!("cost units"),
        }
    }

    /// An amount with this many decimals.
    pub fn fixed(self, amount: f64, decimals: usize) -> String {
        let text = fixed(amount, decimals);
        match text.strip_prefix('−') {
            Some(size) => format!("−{}{size}", self.sign()),
            None => format!("{}{text}", self.sign()),
        }
    }

    /// An amount with two significant digits where they say it all, else with four.
    pub fn short(self, amount: f64) -> String {
        let two = typed(amount, 2);
        let exact = decimal(&two).is_some_and(|read| (read - amount).abs() <= 1e-9 * amount.abs());
        self.amount(amount, if exact { 2 } else { 4 })
    }

    /// An amount with this many significant digits.
    pub fn amount(self, amount: f64, digits: usize) -> String {
        self.fixed(amount, decimals(amount, digits))
    }
}

/// A whole number, thousands grouped.
pub fn count(number: u64) -> String {
    grouped(&number.to_string())
}

fn grouped(digits: &str) -> String {
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(group());
        }
        text.push(digit);
    }
    text
}

/// A number with this many decimals, thousands grouped, minus as `−`.
pub fn fixed(number: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", number.abs());
    let (whole, rest) = text.split_at(text.find('.').unwrap_or(text.len()));
    let negative = number < 0.0 && text.bytes().any(|byte| matches!(byte, b'1'..=b'9'));
    format!("{}{}{rest}", if negative { "−" } else { "" }, grouped(whole))
}

/// [`fixed`] with a plus sign before positive numbers.
pub fn signed(number: f64, decimals: usize) -> String {
    let text = fixed(number, decimals);
    if number > 0.0 { format!("+{text}") } else { text }
}

/// Decimals that show this many significant digits of a number, at most 9.
pub fn decimals(number: f64, digits: usize) -> usize {
    let mut decimals = digits.saturating_sub(1);
    let mut size = number.abs();
    if !size.is_finite() || size == 0.0 {
        return decimals.min(2);
    }
    while size >= 9.999_999 && decimals > 0 {
        size /= 10.0;
        decimals -= 1;
    }
    while size < 0.999_999_9 && decimals < 9 {
        size *= 10.0;
        decimals += 1;
    }
    decimals
}

/// A number for an input: no grouping, a point, this many significant digits.
pub fn typed(number: f64, digits: usize) -> String {
    format!("{number:.*}", decimals(number, digits))
}

/// A share as a percentage.
pub fn percent(share: f64) -> String {
    let share = 100.0 * share;
    let whole = share >= 9.95 || share == f64::trunc(share);
    format!("{}{}%", fixed(share, if whole { 0 } else { 1 }), if spoken() == Language::English { "\u{a0}" } else { "" })
}

/// A time in words.
pub fn duration(milliseconds: f64) -> String {
    let seconds = milliseconds / 1000.0;
    if seconds < 119.5 {
        say!("{n}\u{a0}s", n = fixed(seconds, if seconds < 9.95 { 1 } else { 0 })).to_string()
    } else {
        say!("{n}\u{a0}min", n = fixed(seconds / 60.0, 0)).to_string()
    }
}

/// A number of bytes in words.
pub fn bytes(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{:.0}\u{a0}KB", bytes as f64 / 1e3),
        1_000_000_000.. => format!("{:.1}\u{a0}GB", bytes as f64 / 1e9),
        _ => format!("{:.1}\u{a0}MB", bytes as f64 / 1e6),
    }
}

/// Text that ends as a sentence does.
pub fn sentence(text: &str) -> String {
    let end = if spoken() == Language::Japanese { '。' } else { '.' };
    if text.ends_with(['.', '!', '?', '。']) { text.to_owned() } else { format!("{text}{end}") }
}

/// Names as a sentence has them: `a, b and c`.
pub fn listed(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| plain(name)).collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [rest @ .., last] => say!("{names} and {last}", names = rest.join(&say!(", ")), last = last).to_string(),
    }
}
