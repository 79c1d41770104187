//! Text as records of cells: separator, quoting, row numbers, and the checks every record passes.

use super::schema;
use super::text::{Encoding, Meter, Source};
use crate::error::{Error, ErrorKind, Result};
use csv_core::ReadRecordResult;
use std::borrow::Cow;

/// Separators that are tried, most common first.
const SEPARATORS: [u8; 3] = [b',', b'\t', b';'];
/// U+FFFD in UTF-8: what malformed UTF-16 was turned into.
const REPLACEMENT: &[u8] = "\u{fffd}".as_bytes();

/// A bad byte and where it stands.
struct BadByte {
    row: u64,
    column: String,
    byte: u8,
}

/// The records of one file, one at a time.
pub(super) struct Records<'a> {
    source: Source<'a>,
    core: csv_core::Reader,
    /// How much of the source's block is used.
    at: usize,
    last_byte: u8,
    /// Lines up to the end of the last record, in a file whose lines end in `\n`.
    lines: u64,
    cells: Vec<u8>,
    ends: Vec<usize>,
    count: usize,
    /// Row of the current record as a spreadsheet numbers it.
    pub(super) row: u64,
    /// The header's names, as written but for space around them.
    pub(super) header: Vec<String>,
    header_cells: Vec<u8>,
    /// Cell separator.
    pub(super) separator: u8,
    multibyte: bool,
    legacy: Option<BadByte>,
    /// Copies of the header among the rows, left out.
    pub(super) repeated_headers: u64,
}

impl<'a> Records<'a> {
    /// Finds the separator and reads the header.
    pub(super) fn open(mut source: Source<'a>, meter: &mut Meter) -> Result<Self> {
        source.advance(meter)?;
        let separator = separator(source.text());
        let mut records = Records {
            source,
            core: csv_core::ReaderBuilder::new().delimiter(separator).build(),
            at: 0,
            last_byte: 0,
            lines: 1,
            cells: vec![0; 4096],
            ends: vec![0; 64],
            count: 0,
            row: 0,
            header: Vec::new(),
            header_cells: Vec::new(),
            separator,
            multibyte: false,
            legacy: None,
            repeated_headers: 0,
        };
        if !records.read(meter)? {
            return Err(Error::new(ErrorKind::Empty, "the file is empty: a header and at least one row were expected"));
        }
        records.check_text()?;
        records.header = (0..records.count).map(|i| text(records.cell(i)).trim().to_owned()).collect();
        if let Some(index) = records.header.iter().position(|name| name.len() > meter.limits.id) {
            let expected = format!("names of at most {} bytes", meter.limits.id);
            let name = records.header.get(index).map_or("", String::as_str);
            let error = Error::new(ErrorKind::TooLarge, expected).found(name);
            return Err(error.at_row(records.row).at_column(format!("column {}", index + 1)));
        }
        records.header_cells = records.content().to_vec();
        Ok(records)
    }

    /// The next row of data; `false` at the end of the file.
    pub(super) fn next(&mut self, meter: &mut Meter) -> Result<bool> {
        while self.read(meter)? {
            // Spreadsheets write `,,,` for the empty rows below a table.
            if self.content().is_empty() {
                continue;
            }
            if self.count != self.header.len() {
                return Err(Error::new(
                    ErrorKind::RaggedRow,
                    format!("{}, as in the header", schema::cells(self.header.len())),
                )
                .at_row(self.row)
                .found(schema::cells(self.count)));
            }
            self.check_text()?;
            if self.content() == self.header_cells {
                self.repeated_headers += 1;
                continue;
            }
            meter.row().map_err(|error| error.at_row(self.row))?;
            return Ok(true);
        }
        Ok(false)
    }

    /// A cell of the current record, without the space around it; empty where there is no such cell.
    pub(super) fn cell(&self, index: usize) -> &[u8] {
        let start = if index == 0 { 0 } else { self.ends.get(index - 1).copied().unwrap_or(0) };
        let end = if index < self.count { self.ends.get(index).copied().unwrap_or(0) } else { start };
        self.cells.get(start..end).unwrap_or_default().trim_ascii()
    }

    /// Header name of a column, or `column 3` where it has none.
    pub(super) fn column_name(&self, index: usize) -> String {
        match self.header.get(index) {
            Some(name) if !name.is_empty() => schema::shown(name),
            _ => format!("column {}", index + 1),
        }
    }

    /// Ends the file: how its bytes were read, the first byte that is no UTF-8, and the source.
    pub(super) fn finish(self) -> (&'static str, Option<(u64, String)>, Source<'a>) {
        let encoding = match (self.source.encoding, &self.legacy) {
            (Encoding::Utf16, _) => "UTF-16",
            (Encoding::Utf8Marked, _) => "UTF-8 with a byte-order mark",
            (Encoding::Assumed, Some(_)) => "Windows-1252",
            (Encoding::Assumed, None) => "UTF-8",
        };
        (encoding, self.legacy.map(|bad| (bad.row, bad.column)), self.source)
    }

    /// All cells of the current record, one after the other.
    fn content(&self) -> &[u8] {
        let end = self.count.checked_sub(1).and_then(|last| self.ends.get(last)).copied().unwrap_or(0);
        self.cells.get(..end).unwrap_or_default()
    }

    /// Number of cells of the current record.
    pub(super) fn width(&self) -> usize {
        self.count
    }

    /// Reads one record of any kind, unchecked; `false` at the end of the file.
    pub(super) fn read(&mut self, meter: &mut Meter) -> Result<bool> {
        let (mut used, mut ended) = (0, 0);
        let mut closing = false;
        self.count = 0;
        loop {
            // To the scanner an empty input is the end, so it never sees the end of a block.
            if !closing && self.at >= self.source.text().len() {
                self.at = 0;
                closing = !self.source.advance(meter)?;
            }
            let block = self.source.text();
            let input = if closing { b"\n".as_slice() } else { block.get(self.at..).unwrap_or_default() };
            let Some((output, ends)) = self.cells.get_mut(used..).zip(self.ends.get_mut(ended..)) else {
                return Ok(false);
            };
            let (result, read, wrote, cells) = self.core.read_record(input, output, ends);
            if let Some(last) = read.checked_sub(1).and_then(|last| input.get(last)) {
                self.last_byte = *last;
            }
            if !closing {
                self.at += read;
            }
            used += wrote;
            ended += cells;
            match result {
                ReadRecordResult::Record => {
                    self.check_columns(ended, meter)?;
                    self.count = ended;
                    self.number();
                    return Ok(true);
                }
                ReadRecordResult::OutputFull => self.grow(used, ended, meter)?,
                ReadRecordResult::OutputEndsFull => {
                    self.check_columns(ended, meter)?;
                    self.ends.resize(ended.saturating_mul(2), 0);
                }
                ReadRecordResult::InputEmpty if closing => {
                    // A line end that ends no record is inside quotes, or after the last record.
                    if used == 0 && ended == 0 {
                        return Ok(false);
                    }
                    return Err(Error::new(ErrorKind::BadCell, "a closing `\"` before the end of the file")
                        .at_row(self.row + 1)
                        .at_column(self.column_name(ended))
                        .found("a cell that opens with `\"` and never closes"));
                }
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::End => return Ok(false),
            }
        }
    }

    fn check_columns(&self, count: usize, meter: &Meter) -> Result<()> {
        let limit = meter.limits.columns;
        if count <= limit {
            return Ok(());
        }
        let error = Error::new(ErrorKind::TooLarge, format!("at most {limit} columns"));
        Err(error.at_row(self.row + 1).found(format!("more than {limit} cells in a row")))
    }

    /// Makes room for a longer record, up to the limit of a cell and of a row.
    fn grow(&mut self, used: usize, ended: usize, meter: &Meter) -> Result<()> {
        let start = ended.checked_sub(1).and_then(|last| self.ends.get(last)).copied().unwrap_or(0);
        let limit = meter.limits.cell;
        if used.saturating_sub(start) >= limit || used >= limit.saturating_mul(4) {
            return Err(Error::new(ErrorKind::TooLarge, format!("at most {} MB in a cell", limit / 1_000_000))
                .at_row(self.row + 1)
                .at_column(self.column_name(ended))
                .found("a longer cell (is a closing `\"` missing?)"));
        }
        self.cells.resize(self.cells.len().saturating_mul(2), 0);
        Ok(())
    }

    /// Numbers the record as a spreadsheet does: blank lines count, lines inside a quoted cell do not.
    fn number(&mut self) {
        // Between `\r` and `\n` the scanner already returns the record.
        let lines = self.core.line() + u64::from(self.last_byte == b'\r');
        let ended = lines.saturating_sub(self.lines);
        self.lines = lines;
        let inside = if ended > 1 { self.content().iter().filter(|byte| **byte == b'\n').count() as u64 } else { 0 };
        self.row += 1 + ended.saturating_sub(inside + 1);
    }

    /// Refuses bytes that are no text. Bytes that are letters or signs in Windows-1252 pass while nothing else in the
    /// file says that it is UTF-8.
    fn check_text(&mut self) -> Result<()> {
        let content = self.content();
        if content.is_ascii() {
            return Ok(());
        }
        let converted = self.source.encoding == Encoding::Utf16;
        if std::str::from_utf8(content).is_ok() {
            if converted && content.windows(3).any(|bytes| bytes == REPLACEMENT) {
                return Err(self.damaged());
            }
            self.multibyte = true;
        } else {
            let bad = self.bad_byte();
            let declared = self.source.encoding != Encoding::Assumed;
            if declared || !(0xa0..0xff).contains(&bad.byte) {
                return Err(bad.error());
            }
            self.legacy.get_or_insert(bad);
        }
        match &self.legacy {
            Some(bad) if self.multibyte => Err(bad.error()),
            _ => Ok(()),
        }
    }

    fn damaged(&self) -> Error {
        let error = Error::new(ErrorKind::NotText, "UTF-16 text").at_row(self.row).found("half a character");
        let bad = |i: &usize| self.cell(*i).windows(3).any(|bytes| bytes == REPLACEMENT);
        match (0..self.count).find(bad) {
            Some(column) => error.at_column(self.column_name(column)),
            None => error,
        }
    }

    /// The byte of the current record that decides: the first that cannot be Windows-1252 text, else the first that is
    /// no UTF-8.
    fn bad_byte(&self) -> BadByte {
        let mut first = None;
        for index in 0..self.count {
            let mut rest = self.cell(index);
            while let Err(error) = std::str::from_utf8(rest) {
                let from = error.valid_up_to();
                let to = from + error.error_len().unwrap_or(rest.len() - from);
                let wrong = rest.get(from..to).unwrap_or_default();
                // An emoji cut in half is damage; its head could pass for a letter, its tail cannot.
                let worst = wrong.iter().find(|byte| !(0xa0..0xff).contains(*byte));
                let bad = BadByte {
                    row: self.row,
                    column: self.column_name(index),
                    byte: worst.or(wrong.first()).copied().unwrap_or(0xff),
                };
                if worst.is_some() {
                    return bad;
                }
                first.get_or_insert(bad);
                rest = rest.get(to..).unwrap_or_default();
            }
        }
        // Cells that are text one by one and not together: a letter cut at a separator.
        first.unwrap_or(BadByte { row: self.row, column: self.column_name(0), byte: 0xff })
    }
}

impl BadByte {
    fn error(&self) -> Error {
        Error::new(ErrorKind::NotText, "UTF-8 text (or UTF-16 with a byte-order mark)")
            .at_row(self.row)
            .at_column(&self.column)
            .found(format!("byte 0x{:02X}", self.byte))
    }
}

/// A cell as text: UTF-8, or where it is none Latin-1, whose bytes are the first characters of Unicode. (Bytes below
/// 0xA0, where Windows-1252 differs, are refused elsewhere.)
pub(super) fn text(cell: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(cell) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => cell.iter().map(|byte| char::from(*byte)).collect::<String>().into(),
    }
}

/// The separator under which most header cells have a known name; among equals the one that makes most cells.
fn separator(block: &[u8]) -> u8 {
    let mut best = (0, 0, SEPARATORS[0]);
    for separator in SEPARATORS {
        let mut core = csv_core::ReaderBuilder::new().delimiter(separator).build();
        let mut cells = vec![0; block.len().min(1 << 20)];
        let mut ends = vec![0; 10_001];
        let (_, _, _, count) = core.read_record(block, &mut cells, &mut ends);
        let mut known = 0;
        let mut start = 0;
        for end in ends.iter().take(count) {
            known += usize::from(schema::is_known(&text(cells.get(start..*end).unwrap_or_default())));
            start = *end;
        }
        if (known, count) > (best.0, best.1) {
            best = (known, count, separator);
        }
    }
    best.2
}
