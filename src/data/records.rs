//! Text as records of cells: separator, quoting, row numbers, and the checks every record passes.

use super::encoding::is_damaged;
use super::rows::Rows;
use super::schema;
use super::text::{Meter, Source};
use crate::error::{Error, ErrorKind, Result};
use csv_core::ReadRecordResult;
use std::borrow::Cow;

/// Separators that are tried, most common first.
const SEPARATORS: [u8; 3] = [b',', b'\t', b';'];
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
    /// Row and column of the first letter whose encoding was guessed.
    guessed: Option<(u64, String)>,
    /// Copies of the header among the rows, left out.
    pub(super) repeated_headers: Rows,
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
            guessed: None,
            repeated_headers: Rows::default(),
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
                self.repeated_headers.add(self.row);
                continue;
            }
            meter.row().map_err(|error| error.at_row(self.row))?;
            return Ok(true);
        }
        Ok(false)
    }

    /// Looks at the rows that follow, as far as they are in memory, without reading them: whether each of these columns
    /// has cells and all of them are as wanted. Empty cells are neither.
    pub(super) fn look_ahead(&self, columns: &[usize], wanted: impl Fn(&[u8]) -> bool) -> bool {
        /// Rows that are enough to tell.
        const ROWS: usize = 100;
        let mut core = csv_core::ReaderBuilder::new().delimiter(self.separator).build();
        let mut rest = self.source.text().get(self.at..).unwrap_or_default();
        let (mut cells, mut ends) = (vec![0; rest.len()], vec![0; self.header.len() + 1]);
        let mut seen = vec![false; columns.len()];
        for _ in 0..ROWS {
            let (result, read, _, count) = core.read_record(rest, &mut cells, &mut ends);
            rest = rest.get(read..).unwrap_or_default();
            if result != ReadRecordResult::Record {
                break;
            }
            for (column, seen) in columns.iter().zip(&mut seen) {
                let start = column.checked_sub(1).and_then(|before| ends.get(before)).copied().unwrap_or(0);
                let end = if *column < count { ends.get(*column).copied().unwrap_or(0) } else { start };
                let cell = cells.get(start..end).unwrap_or_default().trim_ascii();
                if !cell.is_empty() && !wanted(cell) {
                    return false;
                }
                *seen |= !cell.is_empty();
            }
        }
        seen.iter().all(|seen| *seen)
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

    /// Ends the file: the place of the first letter whose encoding was guessed, and the source.
    pub(super) fn finish(self) -> (Option<(u64, String)>, Source<'a>) {
        (self.guessed, self.source)
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

    /// Refuses bytes that are no text, and notes the first letters whose encoding was guessed.
    fn check_text(&mut self) -> Result<()> {
        let checked = self.source.decoding.check(self.content());
        let column = |wanted: fn(&[u8]) -> bool| {
            let index = (0..self.count).find(|index| wanted(self.cell(*index)));
            self.column_name(index.unwrap_or_default())
        };
        match checked {
            Err(error) => Err(error.at_row(self.row).at_column(column(is_damaged))),
            Ok(true) if self.guessed.is_none() => {
                self.guessed = Some((self.row, column(|cell| !cell.is_ascii())));
                Ok(())
            }
            Ok(_) => Ok(()),
        }
    }
}

/// A cell as text.
pub(super) fn text(cell: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(cell)
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
