//! Numbers as the figures write them, and how wide a text comes out.

use crate::export::turns;
use crate::summary::RunResult;

/// Between groups of three digits: a narrow space that does not break.
const GROUP: char = '\u{202f}';

/// `value` with `decimals` digits after the point, groups of three, and a true minus sign. Infinite: `∞`; NaN: `–`.
#[must_use]
pub fn fixed(value: f64, decimals: usize) -> String {
    if value.is_nan() {
        return "–".to_owned();
    }
    let magnitude = value.abs();
    let digits = if value.is_infinite() {
        "∞".to_owned()
    } else if magnitude >= 1e12 {
        format!("{magnitude:.2e}")
    } else {
        format!("{magnitude:.*}", decimals.min(15))
    };
    let whole = digits.find(['.', 'e']).unwrap_or(digits.len());
    let mut text = String::with_capacity(digits.len() + 4);
    // What rounds to zero has no sign.
    if value < 0.0 && digits.contains(|c: char| c != '0' && c != '.') {
        text.push('−');
    }
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && place < whole && (whole - place) % 3 == 0 && !value.is_infinite() {
            text.push(GROUP);
        }
        text.push(digit);
    }
    text
}

/// As [`fixed`], with a plus sign before what is above zero.
#[must_use]
pub fn signed(value: f64, decimals: usize) -> String {
    let text = fixed(value, decimals);
    if value > 0.0 && text.contains(|c: char| matches!(c, '1'..='9' | '∞')) { format!("+{text}") } else { text }
}

/// A count.
#[must_use]
pub fn count(value: u32) -> String {
    fixed(f64::from(value), 0)
}

/// A share in [0,1] as a whole percentage.
#[must_use]
pub fn percent(share: f64) -> String {
    if share > 0.0 && share < 0.01 {
        return "<\u{202f}1\u{202f}%".to_owned();
    }
    format!("{}\u{202f}%", fixed(share * 100.0, 0))
}

/// `⌊log₁₀ |value|⌋`; 0 for zero and what is not finite.
pub(super) fn exponent(value: f64) -> i32 {
    let exponent = libm::floor(libm::log10(value.abs()));
    if exponent.is_finite() { exponent as i32 } else { 0 }
}

/// Digits after the point that show `digits` significant ones of `value`.
pub(super) fn decimals(value: f64, digits: i32) -> usize {
    usize::try_from(digits - 1 - exponent(value)).unwrap_or(0).min(12)
}

/// How costs are written: `$` for data, a bare number for synthetic worlds, as many decimals as the budget needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CostUnit {
    dollars: bool,
    decimals: usize,
}

impl CostUnit {
    /// From the budget, or from the dearest policy where there is none.
    #[must_use]
    pub fn new(result: &RunResult, dollars: bool) -> CostUnit {
        let dearest = result.policies.iter().filter_map(|p| p.cost.as_ref()?.mean.last().copied());
        let reference = result.experiment.task.budget.unwrap_or_else(|| dearest.fold(0.0, f64::max));
        CostUnit::for_amount(reference, dollars)
    }

    /// With two significant digits of an amount.
    #[must_use]
    pub fn for_amount(amount: f64, dollars: bool) -> CostUnit {
        CostUnit { dollars, decimals: decimals(amount, 2).max(2) }
    }

    /// A cost; `finer` adds decimals.
    #[must_use]
    pub fn write(self, value: f64, finer: usize) -> String {
        self.label(value, self.decimals + finer)
    }

    /// A cost in words, with two significant digits at least where it is not zero: small beside the others is not nothing.
    #[must_use]
    pub fn paid(self, value: f64) -> String {
        let least = if value == 0.0 { 0 } else { decimals(value, 2) };
        self.label(value, self.decimals.max(least))
    }

    /// A cost with a given number of decimals.
    #[must_use]
    pub fn label(self, value: f64, decimals: usize) -> String {
        let text = fixed(value, decimals);
        match (self.dollars, text.strip_prefix('−')) {
            (false, _) => text,
            (true, Some(rest)) => format!("−${rest}"),
            (true, None) => format!("${text}"),
        }
    }
}

/// What bold type takes beside plain type.
pub(super) const BOLD: f64 = 1.15;

/// Width of `text` in pixels at font size `size`, from the widths of DejaVu Sans; too wide rather than too narrow for most
/// others, because the reader's font is not known here.
#[must_use]
pub fn text_width(text: &str, size: f64) -> f64 {
    let em = |c: char| match c {
        'i' | 'j' | 'l' | 'I' | ' ' | '.' | ',' | ':' | ';' | '\'' | '|' => 0.33,
        't' | 'f' | 'r' | '(' | ')' | '-' | '/' => 0.4,
        GROUP => 0.2,
        'm' | 'w' | 'M' | 'W' | '%' | '@' | '…' => 0.98,
        '+' | '−' | '±' | '<' => 0.84,
        'A'..='Z' => 0.73,
        c if u32::from(c) > 0x2e80 => 1.05,
        _ => 0.63,
    };
    text.chars().map(em).sum::<f64>() * size
}

/// `text` cut with an ellipsis so that it is at most `width` pixels wide, without what turns its direction. Looks at no
/// more than it keeps.
#[must_use]
pub fn shorten(text: &str, width: f64, size: f64) -> String {
    let mut used = 0.0;
    let mut kept = String::new();
    for (place, c) in text.char_indices().filter(|(_, c)| !turns(*c)) {
        let c = if c.is_control() { ' ' } else { c };
        let mut buffer = [0; 4];
        let next = text_width(c.encode_utf8(&mut buffer), size);
        let rest_fits =
            || text.len() - place < 200 && used + text_width(text.get(place..).unwrap_or(""), size) <= width;
        if used + next + 0.98 * size > width && !rest_fits() {
            kept.push('…');
            return kept;
        }
        used += next;
        kept.push(c);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_groups_signs_and_no_negative_zero() {
        assert_eq!(fixed(1_234_567.0, 0), "1\u{202f}234\u{202f}567");
        assert_eq!(fixed(-3_595.2, 0), "−3\u{202f}595");
        assert_eq!(fixed(-0.001, 2), "0.00");
        assert_eq!(fixed(999.0, 0), "999");
        assert_eq!(fixed(1234.5, 1), "1\u{202f}234.5");
        assert_eq!(fixed(f64::NEG_INFINITY, 3), "−∞");
        assert_eq!(signed(0.4, 0), "0");
        assert_eq!(signed(12.0, 0), "+12");
        assert_eq!(fixed(f64::NAN, 0), "–");
        assert_eq!(percent(0.004), "<\u{202f}1\u{202f}%");
        assert_eq!(percent(0.98), "98\u{202f}%");
    }

    #[test]
    fn decimals_show_what_matters() {
        assert_eq!(decimals(0.006, 2), 4);
        assert_eq!(decimals(0.6, 2), 2);
        assert_eq!(decimals(250.0, 2), 0);
        let unit = CostUnit { dollars: true, decimals: 4 };
        assert_eq!(unit.write(0.006, 0), "$0.0060");
        assert_eq!(unit.write(-0.0061, 0), "−$0.0061");
        assert_eq!([0.0, 0.000_048, 0.0061].map(|paid| unit.paid(paid)), ["$0.0000", "$0.000048", "$0.0061"]);
    }

    #[test]
    fn long_text_is_cut_and_short_text_is_not() {
        assert_eq!(shorten("CUCB", 100.0, 12.0), "CUCB");
        let long = "x".repeat(1_000_000);
        let cut = shorten(&long, 80.0, 12.0);
        assert!(cut.ends_with('…') && text_width(&cut, 12.0) <= 80.0, "{cut}");
    }
}
