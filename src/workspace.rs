//! What a browser keeps for a person: experiments with their files and results, and the one file that carries them
//! to another browser.

mod archive;

pub use archive::{Archive, FORMAT, VERSION, read, write};

use crate::data::ImportOptions;
use crate::error::{Error, ErrorKind, Result};
use crate::export::turns;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Most items in a workspace file.
pub const MAX_ITEMS: usize = 500;
/// Most files of an item.
const MAX_FILES: usize = 1_000;
/// Most bytes of one kept file: what an import takes at most.
const MAX_BYTES: u64 = 2_000_000_000;
/// Most bytes of a form.
const MAX_FORM: usize = 1_000_000;
/// Most bytes of a file's name with its folders.
const MAX_FILE_NAME: usize = 4_096;
/// Most characters of an item's name.
const MAX_NAME: usize = 100;
/// Closed tabs whose last state is kept, the latest first.
pub const CLOSED_TABS: usize = 5;

/// How an item came to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// By the person, under a name.
    Saved,
    /// By itself: the last state of a tab.
    Tab,
}

/// One thing that is kept: an experiment as the form holds it, its files, and its result if it was played to the end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Its key: of a tab or made up.
    pub id: String,
    /// Name as the person gave it; empty for a tab's state.
    pub name: String,
    /// How it came to be kept.
    pub kind: Kind,
    /// When, in milliseconds since 1970.
    pub saved: f64,
    /// The form as JSON text, with what is typed and may be wrong.
    pub form: String,
    /// How the files were read.
    pub options: ImportOptions,
    /// The person's files, in the order in which they are read.
    pub files: Vec<Part>,
    /// The finished result.
    pub result: Option<KeptResult>,
    /// What query-aware selection was trained on last; items of older versions do not say.
    #[serde(default)]
    pub trained: Option<KeptTraining>,
}

/// Bytes that are kept once, however many items have them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// File name as the person gave it, with the folders that came with it.
    pub name: String,
    /// SHA-256 of the bytes, in lower-case hexadecimal.
    pub sha256: String,
    /// How many bytes.
    pub bytes: u64,
}

/// A finished result: what it is, and the bytes that give it back.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeptResult {
    /// Version of the engine that played.
    pub engine: String,
    /// The result's digest.
    pub digest: String,
    /// Rounds played.
    pub rounds: u32,
    /// The bytes of a [`crate::summary::Played`].
    pub part: Part,
}

/// A training that was finished. What it learned is not kept: the same training gives the same again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeptTraining {
    /// The experiment as JSON text.
    pub experiment: String,
    /// Whether token embeddings were among the features; their files are not kept.
    pub embeddings: bool,
}

impl Item {
    /// All that is kept as bytes.
    pub fn parts(&self) -> impl Iterator<Item = &Part> {
        self.files.iter().chain(self.result.as_ref().map(|result| &result.part))
    }

    /// Bytes of all parts.
    pub fn bytes(&self) -> u64 {
        self.parts().map(|part| part.bytes).fold(0, u64::saturating_add)
    }

    /// Whether two items hold the same, whatever they are called, whenever they were kept, and whether or not they were
    /// played to the end.
    pub fn same_content(&self, other: &Item) -> bool {
        (&self.form, &self.options, &self.files) == (&other.form, &other.options, &other.files)
    }

    /// Checks what comes from elsewhere, and makes it one to be kept here, with a name that can be shown, without a result
    /// and without a training.
    ///
    /// # Errors
    /// What is beyond a limit, or of the wrong form.
    pub fn checked(mut self) -> Result<Item> {
        // What was a tab's state elsewhere would be pruned here as a closed tab's.
        self.name = if self.kind == Kind::Tab { "Unsaved work".into() } else { clean_name(&self.name) };
        self.kind = Kind::Saved;
        // Numbers that somebody else's file gives for a result prove nothing: it is played again when it is opened.
        self.result = None;
        // Nobody else's file sets this computer to work unasked for minutes.
        self.trained = None;
        let too_large = |expected: String| Err(Error::new(ErrorKind::TooLarge, expected));
        if self.form.len() > MAX_FORM {
            return too_large(format!("at most {MAX_FORM} bytes of a form"));
        }
        if self.files.len() > MAX_FILES {
            return too_large(format!("at most {MAX_FILES} files"));
        }
        if !self.saved.is_finite() || self.saved.abs() > 8.64e15 {
            return Err(Error::new(ErrorKind::OutOfRange, "a time").at_field("saved").found(self.saved));
        }
        for part in self.parts() {
            let hexadecimal = part.sha256.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
            if part.sha256.len() != 64 || !hexadecimal {
                let expected = "a SHA-256 of 64 lower-case hexadecimal digits";
                return Err(Error::new(ErrorKind::OutOfRange, expected).at_field("sha256").found(&part.sha256));
            }
            if part.name.is_empty() || part.name.len() > MAX_FILE_NAME {
                return too_large(format!("at most {MAX_FILE_NAME} bytes of a file's name, and at least one"));
            }
        }
        if self.files.iter().any(|file| file.bytes > MAX_BYTES) {
            return too_large(format!("at most {MAX_BYTES} bytes of a file"));
        }
        Ok(self)
    }
}

/// SHA-256 in lower-case hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    hexadecimal(Sha256::new_with_prefix(bytes))
}

fn hexadecimal(hasher: Sha256) -> String {
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A name that can be shown in one line: without control characters and without marks that turn the direction of the
/// text around it, and not too long.
pub fn clean_name(name: &str) -> String {
    // A hostile name may be of any length: no more of it is looked at than can be shown.
    let kept = name.chars().take(10 * MAX_NAME).filter(|c| !turns(*c));
    let plain: String = kept.map(|c| if c.is_control() || c.is_whitespace() { ' ' } else { c }).collect();
    let words: Vec<&str> = plain.split(' ').filter(|word| !word.is_empty()).collect();
    let mut cut: String = words.join(" ").chars().take(MAX_NAME).collect();
    cut.truncate(cut.trim_end().len());
    if cut.is_empty() { "Untitled".into() } else { cut }
}
