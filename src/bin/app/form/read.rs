//! Numbers out of what was typed.

use crate::browser::decimal;
use llm_selection::error::{Error, ErrorKind, Result};
use std::ops::RangeInclusive;

/// A number; its range is the engine's to check.
///
/// # Errors
/// Text that is no number.
pub fn number(text: &str, field: &str, expected: &str) -> Result<f64> {
    decimal(text.trim()).ok_or_else(|| unreadable(text, field, expected))
}

/// A whole number in this range.
///
/// # Errors
/// Text that is no such number.
pub fn whole(text: &str, field: &str, range: RangeInclusive<u64>) -> Result<u64> {
    let value = text.trim().parse().ok().filter(|value| range.contains(value));
    value.ok_or_else(|| {
        let expected = format!("a whole number from {} to {}", range.start(), range.end());
        unreadable(text, field, &expected)
    })
}

fn unreadable(text: &str, field: &str, expected: &str) -> Error {
    let found = if text.trim().is_empty() { "nothing" } else { text.trim() };
    Error::new(ErrorKind::OutOfRange, expected).at_field(field).found(found)
}
