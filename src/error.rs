//! The one error of the crate: what is wrong, where, what was found and what was expected.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What kind of thing is wrong. Programs match on it; people read [`Error`]'s text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Text that is not JSON, or JSON of the wrong shape.
    Malformed,
    /// A field that the format does not have.
    UnknownField,
    /// A field or column that is required and absent.
    Missing,
    /// A value outside its range, or of the wrong type.
    OutOfRange,
    /// Part of the format that this version does not run yet.
    NotYet,
    /// A model that the environment does not have.
    UnknownModel,
    /// Two things that must differ and do not: models, files, cells, columns.
    Duplicate,
    /// A file with no bytes, or with a header and no rows.
    Empty,
    /// A file in no recognised format.
    Unrecognised,
    /// A file that is no text, or bytes that are no text in the file's encoding.
    NotText,
    /// A row with more or fewer cells than the header.
    RaggedRow,
    /// A cell that does not hold what its column needs.
    BadCell,
    /// Files or models that share no query.
    NothingInCommon,
    /// More than a stated limit.
    TooLarge,
    /// A file whose SHA-256 is not the one the experiment names.
    HashMismatch,
    /// The operating system or the browser refused.
    Io,
    /// Work that was cancelled by the person.
    Cancelled,
}

/// Where something is wrong. Every part is optional; rows count as a spreadsheet does (the header is row 1).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// File name as the person gave it.
    pub file: Option<String>,
    /// Row in the file, the header being row 1.
    pub row: Option<u64>,
    /// Column's header name (or `column 3` where it has none).
    pub column: Option<String>,
    /// Path of a field in an experiment, such as `policies[2].alpha_mu`, or a command line flag.
    pub field: Option<String>,
}

/// What is wrong, where, what was found, and what was expected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Error {
    /// Kind, for programs.
    pub kind: ErrorKind,
    /// Where.
    pub place: Place,
    /// What was found there, shortened; `None` where the message says it.
    pub found: Option<String>,
    /// What was expected there, as the end of "expected …", or the whole message where nothing was expected.
    pub expected: String,
}

/// Longest excerpt of found text that a message repeats, in characters.
const EXCERPT: usize = 60;

impl Error {
    /// An error of this kind; `expected` completes the sentence "expected …".
    pub fn new(kind: ErrorKind, expected: impl Into<String>) -> Self {
        Error { kind, place: Place::default(), found: None, expected: expected.into() }
    }

    /// Names the field (or flag) it is about.
    pub fn at_field(mut self, field: impl Into<String>) -> Self {
        self.place.field = Some(field.into());
        self
    }

    /// Names the file it is about, unless one is named already.
    pub fn in_file(mut self, file: impl Into<String>) -> Self {
        self.place.file.get_or_insert(file.into());
        self
    }

    /// Names the row it is about (the header is row 1).
    pub fn at_row(mut self, row: u64) -> Self {
        self.place.row = Some(row);
        self
    }

    /// Names the column it is about.
    pub fn at_column(mut self, column: impl Into<String>) -> Self {
        self.place.column = Some(column.into());
        self
    }

    /// Says what was found, shortened to a readable excerpt.
    pub fn found(mut self, found: impl fmt::Display) -> Self {
        let text = found.to_string();
        let mut excerpt: String = text.chars().take(EXCERPT).map(|c| if c.is_control() { ' ' } else { c }).collect();
        if text.chars().nth(EXCERPT).is_some() {
            excerpt.push('…');
        }
        self.found = Some(excerpt);
        self
    }
}

/// How a sentence speaks of a column: `column score`; one that is called by its number, for want of a name, is
/// `column 5` already.
pub fn named_column(column: &str) -> String {
    let number = column.strip_prefix("column ").unwrap_or_default();
    match !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) {
        true => column.to_owned(),
        false => format!("column {column}"),
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place { file, row, column, field } = &self.place;
        let mut place: Vec<String> = Vec::new();
        place.extend(file.clone());
        place.extend(row.map(|row| format!("row {row}")));
        place.extend(column.as_deref().map(named_column));
        place.extend(field.clone());
        if !place.is_empty() {
            write!(f, "{}: ", place.join(", "))?;
        }
        match &self.found {
            Some(found) => write!(f, "found `{found}`, expected {}", self.expected),
            None => write!(f, "{}", self.expected),
        }
    }
}

impl std::error::Error for Error {}

/// A result with this crate's [`Error`].
pub type Result<T> = std::result::Result<T, Error>;
