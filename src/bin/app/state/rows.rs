//! The rows that a line of the audit is about, read again from their file.

use super::{Effect, State};
use llm_selection::data::excerpt::{Excerpt, Rows, Wanted, find};
use llm_selection::data::{Audit, names};
use llm_selection::error::{Error, ErrorKind, Result};
use std::rc::Rc;

/// Number under which the rows are asked for.
pub const ROWS: u32 = 1_000;

/// A line of the audit that leads to rows, by its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// A warning.
    Warning(usize),
    /// What a model lacks.
    Missing(usize),
}

/// The line that is open, and its rows.
#[derive(Debug, Clone, PartialEq)]
pub struct OpenLine {
    pub line: Line,
    pub rows: Reading,
}

/// Rows that are read from a file.
#[derive(Debug, Clone, PartialEq)]
pub enum Reading {
    /// There are none.
    Nothing,
    Awaited,
    Read(Rc<Excerpt>),
    Failed(Error),
}

/// The file and the rows that a line is about.
fn place(audit: &Audit, line: Line) -> Option<(String, Vec<u64>)> {
    let (file, rows) = match line {
        Line::Warning(index) => {
            let warning = audit.warnings.get(index)?;
            (warning.file.clone()?, warning.rows.clone())
        }
        Line::Missing(index) => {
            let gaps = &audit.models.get(index)?.gaps;
            let file = gaps.iter().find_map(|gap| gap.file.clone())?;
            let rows = gaps.iter().filter(|gap| gap.file.as_ref() == Some(&file)).filter_map(|gap| gap.row).collect();
            (file, rows)
        }
    };
    (!rows.is_empty()).then_some((file, rows))
}

impl State {
    /// Opens a line of the audit, or closes the one that is open.
    pub(super) fn show_rows(&mut self, line: Option<Line>) -> Vec<Effect> {
        self.rows = None;
        let Some((audit, line)) = self.audit.as_ref().zip(line) else { return Vec::new() };
        let Some((name, rows)) = place(audit, line) else {
            self.rows = Some(OpenLine { line, rows: Reading::Nothing });
            return Vec::new();
        };
        let paths: Vec<&str> = self.loaded.files.iter().map(|file| file.path.as_str()).collect();
        let found = find(&names(&paths), &name).and_then(|(index, member)| {
            Some((
                self.loaded.files.get(index)?.clone(),
                Wanted { member: member.map(str::to_owned), rows: Rows::These(rows) },
            ))
        });
        let Some((file, wanted)) = found else {
            let error = Error::new(ErrorKind::Missing, "a file that is loaded").in_file(name);
            self.rows = Some(OpenLine { line, rows: Reading::Failed(error) });
            return Vec::new();
        };
        self.rows = Some(OpenLine { line, rows: Reading::Awaited });
        let options = self.files.as_ref().map(|files| files.options.clone()).unwrap_or_default();
        vec![Effect::Excerpt { number: ROWS, file, options, wanted }]
    }

    /// The rows were read, or could not be.
    pub(super) fn rows_read(&mut self, excerpt: Result<Box<Excerpt>>) {
        if let Some(open) = self.rows.as_mut().filter(|open| open.rows == Reading::Awaited) {
            open.rows = match excerpt {
                Ok(excerpt) => Reading::Read(Rc::from(excerpt)),
                Err(error) => Reading::Failed(error),
            };
        }
    }
}
