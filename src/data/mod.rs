//! Result files in, a [`Dataset`] and an [`Audit`] out.
//!
//! ```text
//!                                 ┌ records (rows of a table) ┐
//! archive ─ text (hash, UTF-8) ────┤                           ├ format (where things stand) ─ intake (what they mean) ┐
//!                                 └ json (records of JSON) ───┘                                                       │
//!                                                                             Dataset, Audit ◀─ join (who answered what)
//! ```

pub(crate) mod answers;
mod archive;
mod audit;
mod cells;
mod encoding;
pub mod excerpt;
mod format;
pub(crate) mod grader;
mod guess;
mod import;
mod intake;
mod intern;
mod join;
mod json;
mod names;
pub mod presets;
pub mod prices;
mod questions;
mod records;
mod rows;
mod schema;
mod text;
mod texts;
mod write;

pub use audit::{Audit, AuditReport, FileAudit, Gap, Mean, ModelAudit, Warning};
pub use import::{
    Import, ImportOptions, InputFile, Limits, Progress, ReadSeek, import, import_with_ids, import_with_texts,
    import_within,
};
pub use join::Ids;
pub use names::{Sorted, find_files, is_hidden, model_names, names, pasted_name, sort_folder, stem};
pub use questions::{Question, questions};
pub use rows::MOST_LISTED;
pub use texts::{TextOptions, Texts, Told};
pub use write::write_csv;

use crate::error::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Results of `K` models on the same `Q` queries, as numbers only.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Dataset {
    /// One entry a model, in the order of the files; names are unique.
    pub models: Vec<ModelResults>,
    /// Number of queries `Q` = length of every column.
    pub queries: usize,
    /// The files it was read from, for the result's record (empty for built-in data).
    pub files: Vec<FileIdentity>,
    /// What each query belongs to, such as a subject; `None` where the data does not say.
    pub category: Option<Labels>,
    /// Which part each query is in, such as `train` or `test`; `None` where the data does not say.
    pub split: Option<Labels>,
}

impl Dataset {
    /// Takes the numbers out, column by column, and leaves the rest.
    pub fn take_columns(&mut self) -> Vec<Vec<f64>> {
        self.columns().map(std::mem::take).collect()
    }

    /// Puts back what [`Dataset::take_columns`] took.
    ///
    /// # Errors
    /// `Malformed` where these are not as many columns, or of another length.
    pub fn put_columns(&mut self, columns: impl IntoIterator<Item = Vec<f64>>) -> Result<()> {
        let (queries, mut columns) = (self.queries, columns.into_iter());
        for place in self.columns() {
            let column = columns.next().filter(|column| column.len() == queries);
            *place = column.ok_or_else(|| Error::new(ErrorKind::Malformed, "all columns of the data set"))?;
        }
        Ok(())
    }

    fn columns(&mut self) -> impl Iterator<Item = &mut Vec<f64>> {
        self.models
            .iter_mut()
            .flat_map(|model| std::iter::once(&mut model.reward).chain(&mut model.cost).chain(&mut model.latency_ms))
    }
}

/// A column of words, one a query.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Labels {
    /// The different words, in the order of their first query.
    pub names: Vec<String>,
    /// By query, the place of its word in `names`; [`Labels::NONE`] where the cell is missing.
    pub of: Vec<u32>,
}

impl Labels {
    /// No word.
    pub const NONE: u32 = u32::MAX;

    /// The word of a query.
    pub fn get(&self, query: usize) -> Option<&str> {
        self.of.get(query).and_then(|name| self.names.get(*name as usize)).map(String::as_str)
    }
}

/// One model's columns; every column has one cell a query, `NaN` where the cell is missing.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ModelResults {
    /// The model's name, as the file or its stem gives it.
    pub name: String,
    /// Score in [0,1].
    pub reward: Vec<f64>,
    /// Dollars for the call; `None` where the data has no cost for this model at all.
    pub cost: Option<Vec<f64>>,
    /// Milliseconds until the answer; `None` where the data has no latency for this model at all.
    pub latency_ms: Option<Vec<f64>>,
}

/// A file by name and content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileIdentity {
    /// File name without folder.
    pub name: String,
    /// SHA-256 of its bytes, in lower-case hexadecimal.
    pub sha256: String,
}

impl FileIdentity {
    /// Of a file whose bytes are at hand.
    pub fn of(name: &str, bytes: &[u8]) -> FileIdentity {
        let sha256 = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        FileIdentity { name: name.to_owned(), sha256 }
    }
}
