//! Cells as numbers: scores, costs, latencies, tokens, and the unit of a column.

use super::records::text;
use super::rows::Rows;
use crate::error::{Error, ErrorKind, Result};
use crate::experiment::{LatencyUnit, ScoreUnit};
use std::borrow::Cow;

/// What a file holds in one place. A missing value is [`Field::MISSING`]: nothing is read into it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Field<'c> {
    /// Text without the space around it.
    Text(&'c [u8]),
    /// A number of a format that has numbers.
    Number(f64),
}

impl<'c> Field<'c> {
    /// Nothing.
    pub(super) const MISSING: Field<'static> = Field::Text(b"");

    pub(super) fn is_missing(self) -> bool {
        matches!(self, Field::Text([]))
    }

    /// As text; a number in its shortest form.
    pub(super) fn text(self) -> Cow<'c, str> {
        match self {
            Field::Text(cell) => text(cell),
            Field::Number(value) => Cow::Owned(value.to_string()),
        }
    }

    /// The number that it is, if it is one.
    pub(super) fn number(self) -> Option<f64> {
        match self {
            Field::Text(cell) => number(cell),
            // Adding zero makes -0 a plain 0.
            Field::Number(value) => value.is_finite().then_some(value + 0.0),
        }
    }
}

/// 10ⁿ for n from 0 to 22: all that a double holds exactly.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
];

/// A decimal number such as `1`, `-0.5`, `1.25E-05` or `0,5`; no `nan`, no `inf`, no separators of thousands.
pub(super) fn number(cell: &[u8]) -> Option<f64> {
    if let Some(value) = plain_number(cell) {
        return Some(value);
    }
    if let Some(value) = decimal_comma(cell) {
        return Some(value);
    }
    let allowed = |byte: &u8| matches!(byte, b'0'..=b'9' | b'.' | b'-' | b'+' | b'e' | b'E');
    if !cell.iter().all(allowed) {
        return None;
    }
    let value: f64 = std::str::from_utf8(cell).ok()?.parse().ok()?;
    // Adding zero makes -0 a plain 0.
    value.is_finite().then_some(value + 0.0)
}

/// A number with a comma before its decimals, as German or French spreadsheets write it. `1,234` may be a thousand and
/// something, so it is none; `0,234` cannot be.
fn decimal_comma(cell: &[u8]) -> Option<f64> {
    let (sign, digits) = match cell {
        [b'-', digits @ ..] => (-1.0, digits),
        digits => (1.0, digits),
    };
    let comma = digits.iter().position(|byte| *byte == b',')?;
    let (whole, decimals) = (digits.get(..comma)?, digits.get(comma + 1..)?);
    let all_digits = |text: &[u8]| !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    if !all_digits(whole) || !all_digits(decimals) || (decimals.len() == 3 && whole != b"0") {
        return None;
    }
    let with_point = [whole, b".", decimals].concat();
    let value: f64 = std::str::from_utf8(&with_point).ok()?.parse().ok()?;
    // Adding zero makes -0 a plain 0.
    value.is_finite().then_some(sign * value + 0.0)
}

/// Digits with at most one point, 15 of them at most: digits and power of ten are exact in a double then, and one
/// division rounds as well as any parser. Most cells are of this kind.
fn plain_number(cell: &[u8]) -> Option<f64> {
    let (mut digits, mut decimals, mut point) = (0u64, 0usize, false);
    if cell.len() > 16 || !cell.iter().any(u8::is_ascii_digit) {
        return None;
    }
    for byte in cell {
        match byte {
            b'0'..=b'9' => {
                digits = digits * 10 + u64::from(byte - b'0');
                decimals += usize::from(point);
            }
            b'.' if !point => point = true,
            _ => return None,
        }
    }
    if digits >= 1 << 53 {
        return None;
    }
    POWERS.get(decimals).map(|power| digits as f64 / power)
}

fn bad(field: Field, expected: &str) -> Error {
    let written: String = field.text().chars().take(300).collect();
    let expected = match written.contains(',') && number(written.replace(',', ".").as_bytes()).is_some() {
        true => format!("{expected} with a point, not a comma, before the decimals"),
        false => expected.to_owned(),
    };
    Error::new(ErrorKind::BadCell, expected).found(written)
}

/// Above any cost, number of tokens and latency there is: so that products and sums of them stay finite.
const LARGEST: f64 = 1e12;

/// A number in [0, [`LARGEST`]], `NaN` where there is none. The caller adds the place to the error.
pub(super) fn amount(field: Field, what: &str) -> Result<f64> {
    if field.is_missing() {
        return Ok(f64::NAN);
    }
    match field.number() {
        Some(value) if (0.0..=LARGEST).contains(&value) => Ok(value),
        Some(value) if value > LARGEST => Err(bad(field, &format!("{what}: a number of at most {LARGEST:e}"))),
        _ => Err(bad(field, &at_least_0(what))),
    }
}

/// A cost ≥ 0 in dollars, `NaN` where there is none; a `$` may stand before it, unless the column is in cents. The caller
/// adds the place to the error.
pub(super) fn cost(field: Field, cents: bool) -> Result<f64> {
    match (field, cents) {
        (Field::Text(cell), false) => match cell.strip_prefix(b"$") {
            Some(rest) => amount(Field::Text(rest.trim_ascii()), DOLLARS).map_err(|_| bad(field, &at_least_0(DOLLARS))),
            None => amount(field, DOLLARS),
        },
        (_, false) => amount(field, DOLLARS),
        (_, true) => Ok(amount(field, "a cost in cents")? / 100.0),
    }
}

const DOLLARS: &str = "a cost in dollars";

fn at_least_0(what: &str) -> String {
    format!("{what}: a number of at least 0")
}

/// What was seen in a column of scores: enough to tell percent from fractions, and to name the cell that is neither.
#[derive(Debug, Clone, Default)]
pub(super) struct ScoreColumn {
    above_one: Option<(u64, f64)>,
    rows_above_one: Rows,
    above_hundred: Option<(u64, f64)>,
    word: Option<(u64, String)>,
    non_zero: u64,
    non_zero_above_one: u64,
    largest_up_to_one: f64,
    smallest_above_one: f64,
    largest: f64,
}

impl ScoreColumn {
    /// Reads a score as written: a number, or `true/false`, `C/I`, `PASS/FAIL`, `yes/no`, `correct/incorrect`; `NaN` where
    /// there is none.
    pub(super) fn read(&mut self, field: Field, row: u64) -> Result<f64> {
        const EXPECTED: &str = "a score: a number in [0,1], true/false, yes/no, C/I or PASS/FAIL, or an empty cell";
        let value = match field {
            Field::Text(b"") => return Ok(f64::NAN),
            Field::Text(b"1") => 1.0,
            Field::Text(b"0") => 0.0,
            _ => match (field.number(), field) {
                (Some(value), _) if value >= 0.0 => value,
                (Some(_), _) => return Err(out_of_range(&field.text())),
                (None, Field::Text(cell)) if word(cell).is_some() => {
                    let value = word(cell).unwrap_or_default();
                    if value > 0.0 {
                        self.word.get_or_insert_with(|| (row, text(cell).into_owned()));
                    }
                    value
                }
                (None, _) => return Err(bad(field, EXPECTED)),
            },
        };
        self.add(value, row);
        Ok(value)
    }

    fn add(&mut self, value: f64, row: u64) {
        if value > 1.0 {
            self.above_one.get_or_insert((row, value));
            self.rows_above_one.add(row);
            if self.non_zero_above_one == 0 || value < self.smallest_above_one {
                self.smallest_above_one = value;
            }
            self.non_zero_above_one += 1;
            if value > 100.0 {
                self.above_hundred.get_or_insert((row, value));
            }
        } else if value > self.largest_up_to_one {
            self.largest_up_to_one = value;
        }
        self.non_zero += u64::from(value > 0.0);
        if value > self.largest {
            self.largest = value;
        }
    }

    /// A doubt about scores that were taken for percent without anybody's word: a rating from 1 to 5 is none.
    pub(super) fn doubt(&self, unit: ScoreUnit, given: Option<ScoreUnit>) -> Option<String> {
        let doubtful = unit == ScoreUnit::Percent && given.is_none() && self.largest <= 10.0;
        doubtful.then(|| format!("scores of at most {} were taken for percent: are they a rating?", self.largest))
    }

    /// The rows of values above 1.
    pub(super) fn above_one(&self) -> &Rows {
        &self.rows_above_one
    }

    /// Whether the median of the values that are not 0 is above 1.
    fn median_above_one(&self) -> bool {
        let (above, others) = (self.non_zero_above_one, self.non_zero - self.non_zero_above_one);
        above > others
            || (above == others && above > 0 && (self.largest_up_to_one + self.smallest_above_one) / 2.0 > 1.0)
    }

    /// The unit of the column: the person's word, else percent if all values are in [0,100] and their median (zeros
    /// aside) is above 1.
    ///
    /// # Errors
    /// At the first cell that is outside the unit; the caller adds file and column.
    pub(super) fn unit(&self, given: Option<ScoreUnit>) -> Result<ScoreUnit> {
        let median_above_one = self.median_above_one();
        let unit = given.unwrap_or(match median_above_one {
            true => ScoreUnit::Percent,
            false => ScoreUnit::Fraction,
        });
        let outside = match unit {
            ScoreUnit::Percent => self.above_hundred,
            ScoreUnit::Fraction => self.above_one,
        };
        if let Some((row, value)) = outside {
            return Err(out_of_range(&value.to_string()).at_row(row));
        }
        match &self.word {
            Some((row, word)) if unit == ScoreUnit::Percent => {
                let expected = "a number, as the column is in percent";
                Err(Error::new(ErrorKind::BadCell, expected).at_row(*row).found(word))
            }
            _ => Ok(unit),
        }
    }
}

fn out_of_range(found: &str) -> Error {
    let expected = "a score in [0,1] (or in [0,100] where the whole column is in percent)";
    Error::new(ErrorKind::OutOfRange, expected).found(found)
}

fn word(cell: &[u8]) -> Option<f64> {
    let is = |word: &str| cell.eq_ignore_ascii_case(word.as_bytes());
    if ["true", "pass", "c", "yes", "correct"].into_iter().any(is) {
        Some(1.0)
    } else if ["false", "fail", "i", "no", "incorrect"].into_iter().any(is) {
        Some(0.0)
    } else {
        None
    }
}

/// What was seen in a column of latencies whose name does not give the unit.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct LatencyColumn {
    seen: u64,
    below_hundred: u64,
}

impl LatencyColumn {
    /// Reads a latency as written, `NaN` where there is none.
    pub(super) fn read(&mut self, field: Field) -> Result<f64> {
        let value = amount(field, "a latency")?;
        self.seen += u64::from(!value.is_nan());
        self.below_hundred += u64::from(value < 100.0);
        Ok(value)
    }

    /// Seconds if most values are below 100: no model answers in 100 ms, and few take 100 s.
    pub(super) fn unit(&self) -> LatencyUnit {
        match self.below_hundred * 2 > self.seen {
            true => LatencyUnit::S,
            false => LatencyUnit::Ms,
        }
    }

    /// Whether there is any value.
    pub(super) fn any(&self) -> bool {
        self.seen > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers() {
        assert_eq!(number(b"1.25E-05"), Some(1.25e-5));
        assert_eq!(number(b"7"), Some(7.0));
        assert_eq!(number(b".5"), Some(0.5));
        assert_eq!(
            [&b"0,708"[..], b"1,5", b"-12,34", b"0,0", b"3,5625"].map(number),
            [0.708, 1.5, -12.34, 0.0, 3.5625].map(Some)
        );
        assert!(number(b"-0").is_some_and(|zero| zero.is_sign_positive()));
        for text in [
            "nan", "inf", "-inf", "1e999", "", "-", "1,500", "-12,345", "1,2,3", "1,2.3", ",5", "5,", "0x1", "e",
            "--1", "1 2",
        ] {
            assert_eq!(number(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn plain_numbers_are_the_parser_s() {
        let mut draw = 1u64;
        for _ in 0..20_000 {
            draw = draw.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let digits = (draw >> 20) % POWERS[(draw >> 8) as usize % 17] as u64;
            let text = format!("{:0>1$}", digits, (draw >> 12) as usize % 9);
            let at = (draw >> 16) as usize % (text.len() + 1);
            let text = format!("{}.{}", &text[..at], &text[at..]);
            assert_eq!(number(text.as_bytes()), text.parse().ok(), "{text}");
        }
        assert_eq!((plain_number(b"."), plain_number(b"1.2.3"), plain_number(b"9999999999999999")), (None, None, None));
    }

    fn column(values: &[f64]) -> ScoreColumn {
        let mut column = ScoreColumn::default();
        for (row, value) in values.iter().enumerate() {
            column.add(*value, row as u64 + 2);
        }
        column
    }

    #[test]
    fn percent_needs_a_median_above_one() {
        assert_eq!(column(&[0.0, 0.0, 0.0, 50.0]).unit(None), Ok(ScoreUnit::Percent));
        assert_eq!(column(&[0.5, 1.6]).unit(None), Ok(ScoreUnit::Percent));
        assert_eq!(column(&[0.0, 1.0]).unit(None), Ok(ScoreUnit::Fraction));
        assert_eq!(column(&[]).unit(None), Ok(ScoreUnit::Fraction));
        assert_eq!(column(&[0.1, 1.6]).unit(None).unwrap_err().place.row, Some(3));
        assert_eq!(column(&[20.0, 30.0, 101.0]).unit(None).unwrap_err().place.row, Some(4));
        assert_eq!(column(&[0.2, 30.0]).unit(Some(ScoreUnit::Fraction)).unwrap_err().place.row, Some(3));
        assert_eq!(column(&[0.2, 0.3]).unit(Some(ScoreUnit::Percent)), Ok(ScoreUnit::Percent));
    }
}
