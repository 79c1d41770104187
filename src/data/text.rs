//! Bytes of a file as text: hashing, sniffing, progress and limits while it streams.
//!
//! What leaves [`Source`] is UTF-8, see [`super::encoding`]. Bytes that are no text are refused record by record in
//! `records` and `json`, because only there can an error name a row and a column.

use super::encoding::Decoding;
use super::{InputFile, Limits, Progress};
use crate::error::{Error, ErrorKind, Result};
use sha2::{Digest, Sha256};
use std::io::Read;

/// Bytes asked of the reader at once.
const BLOCK: usize = 256 * 1024;
/// Bytes that are looked at before anything is read as text.
const SNIFF: usize = 64 * 1024;

/// What starts files that are not text, and what such a file is called.
const SIGNATURES: [(&[u8], &str); 11] = [
    (b"\x89PNG", "a PNG picture"),
    (b"PK\x03\x04", "a ZIP archive (or an .xlsx workbook)"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"\x1f\x8b", "gzip-compressed data"),
    (b"\x28\xb5\x2f\xfd", "zstd-compressed data"),
    (b"%PDF", "a PDF document"),
    (b"PAR1", "a Parquet file"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\x80\x04\x95", "a Python pickle"),
    (b"\x7fELF", "a program"),
];

/// Counts what was read over all files, reports it, and stops at the limits.
pub(super) struct Meter<'p> {
    report: &'p mut dyn FnMut(Progress) -> bool,
    progress: Progress,
    pub(super) limits: Limits,
    /// Rows of all files so far.
    pub(super) rows: u64,
}

impl<'p> Meter<'p> {
    pub(super) fn new(
        files: &[InputFile],
        limits: Limits,
        report: &'p mut dyn FnMut(Progress) -> bool,
    ) -> Result<Self> {
        let mut total = Some(0u64);
        for file in files {
            total = total.zip(file.len).map(|(sum, len)| sum.saturating_add(len));
            if file.len.is_some_and(|len| len > limits.bytes) {
                return Err(too_many_bytes(&limits).in_file(&file.name));
            }
        }
        if total.is_some_and(|total| total > limits.bytes) {
            return Err(too_many_bytes(&limits).at_field("files"));
        }
        let progress = Progress { file: 0, files: files.len(), bytes: 0, total };
        Ok(Meter { report, progress, limits, rows: 0 })
    }

    /// Says which file is being read now.
    pub(super) fn file(&mut self, index: usize) {
        self.progress.file = index;
    }

    /// Says that what is still to be read is not known: an archive's content is longer than the archive.
    pub(super) fn unknown_total(&mut self) {
        self.progress.total = None;
    }

    /// Counts bytes that were read.
    pub(super) fn bytes(&mut self, read: usize) -> Result<()> {
        self.progress.bytes = self.progress.bytes.saturating_add(read as u64);
        if self.progress.bytes > self.limits.bytes {
            return Err(too_many_bytes(&self.limits));
        }
        match (self.report)(self.progress) {
            true => Ok(()),
            false => Err(Error::new(ErrorKind::Cancelled, "the import was cancelled")),
        }
    }

    /// Counts one row of data.
    pub(super) fn row(&mut self) -> Result<()> {
        self.rows += 1;
        if self.rows > self.limits.rows {
            return Err(Error::new(ErrorKind::TooLarge, format!("at most {} rows in all files", self.limits.rows)));
        }
        Ok(())
    }
}

fn too_many_bytes(limits: &Limits) -> Error {
    Error::new(ErrorKind::TooLarge, format!("at most {} bytes in all files", limits.bytes))
        .found(format!("more than {} MB", limits.bytes / 1_000_000))
}

/// A file as a stream of blocks of text.
pub(super) struct Source<'a> {
    reader: Box<dyn Read + 'a>,
    hasher: Sha256,
    raw: Vec<u8>,
    /// Bytes of `raw` that the last read gave.
    filled: usize,
    text: Vec<u8>,
    pending: bool,
    finished: bool,
    /// How the bytes are being read.
    pub(super) decoding: Decoding,
    /// Bytes of the file so far, marks included.
    pub(super) bytes: u64,
}

impl<'a> Source<'a> {
    /// Reads the first block and refuses what is empty or no text.
    pub(super) fn open(reader: Box<dyn Read + 'a>, meter: &mut Meter) -> Result<Self> {
        let mut source = Source {
            reader,
            hasher: Sha256::new(),
            raw: vec![0; BLOCK],
            filled: 0,
            text: Vec::new(),
            pending: true,
            finished: false,
            decoding: Decoding::new(b"").0,
            bytes: 0,
        };
        let mut first = Vec::new();
        while first.len() < SNIFF && source.fill(meter)? {
            first.extend_from_slice(source.raw.get(..source.filled).unwrap_or_default());
        }
        let (decoding, mark) = Decoding::new(&first);
        source.decoding = decoding;
        let body = first.get(mark..).unwrap_or_default();
        if source.decoding.is_bytewise() {
            sniff(body)?;
        }
        source.decoding.take(body, source.finished, &mut source.text);
        if source.text.iter().all(u8::is_ascii_whitespace) && source.finished {
            return Err(Error::new(ErrorKind::Empty, "the file is empty: a header and at least one row were expected"));
        }
        Ok(source)
    }

    /// The next block of text into [`Source::text`]; `false` at the end.
    pub(super) fn advance(&mut self, meter: &mut Meter) -> Result<bool> {
        if self.pending {
            self.pending = false;
            if !self.text.is_empty() {
                return Ok(true);
            }
        }
        while !self.finished {
            self.fill(meter)?;
            let raw = self.raw.get(..self.filled).unwrap_or_default();
            self.decoding.take(raw, self.finished, &mut self.text);
            if !self.text.is_empty() {
                return Ok(true);
            }
        }
        self.text.clear();
        Ok(false)
    }

    /// The block that [`Source::advance`] read.
    pub(super) fn text(&self) -> &[u8] {
        &self.text
    }

    /// Whether the text begins as JSON does, and not as a header with a bracket does.
    pub(super) fn is_json(&self) -> bool {
        let mut bytes = self.text.iter().filter(|byte| !byte.is_ascii_whitespace());
        match (bytes.next(), bytes.next()) {
            (Some(b'{'), Some(b'"' | b'}')) => true,
            (Some(b'['), Some(next)) => matches!(next, b'{' | b'[' | b']' | b'"' | b'-' | b'0'..=b'9'),
            _ => false,
        }
    }

    /// SHA-256 of all bytes, in hexadecimal.
    pub(super) fn digest(self) -> String {
        self.hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Reads into `raw`; `false` at the end of the file.
    fn fill(&mut self, meter: &mut Meter) -> Result<bool> {
        self.filled = 0;
        let read = loop {
            match self.reader.read(&mut self.raw) {
                Ok(read) => break read.min(BLOCK),
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => {
                    return Err(Error::new(ErrorKind::Io, format!("the file could not be read: {error}")));
                }
            }
        };
        self.filled = read;
        self.hasher.update(self.raw.get(..read).unwrap_or_default());
        self.bytes = self.bytes.saturating_add(read as u64);
        self.finished = read == 0;
        meter.bytes(read)?;
        Ok(read > 0)
    }
}

/// Refuses what is not text.
fn sniff(first: &[u8]) -> Result<()> {
    const EXPECTED: &str = "text: a CSV, TSV or `;`-separated table, or JSON";
    if let Some((_, what)) = SIGNATURES.iter().find(|(signature, _)| first.starts_with(signature)) {
        return Err(Error::new(ErrorKind::NotText, EXPECTED).found(what));
    }
    let looked_at = first.get(..SNIFF).unwrap_or(first);
    let control = looked_at.iter().filter(|byte| **byte < 32 && !b"\t\n\x0c\r\x1b".contains(byte)).count();
    if looked_at.contains(&0) || control > looked_at.len() / 50 {
        return Err(Error::new(ErrorKind::NotText, EXPECTED).found("binary data"));
    }
    Ok(())
}
