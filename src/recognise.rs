//! What a file is that somebody drops on the page: results of models to read, or something that this program wrote.

use crate::data::FileIdentity;
use crate::error::{Error, ErrorKind, Result};
use crate::experiment::{Environment, Experiment};
use serde::Deserialize;
use serde_json::Value;

/// Bytes of a file that tell what it is.
pub const HEAD: usize = 65_536;

/// Most bytes of an experiment, and of a result with all its curves.
pub const MOST_BYTES: u64 = 100_000_000;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recognised {
    /// Results of models, or nothing that is known here: the import finds out.
    Data,
    /// An experiment, or the result or the evaluation of one, which holds it.
    Experiment,
    /// A workspace.
    Workspace,
    /// Something that cannot be opened again: what it is.
    Output(&'static str),
}

impl Recognised {
    /// By the first bytes of a file, [`HEAD`] of them or the whole of it.
    pub fn new(head: &[u8]) -> Recognised {
        const STARTS: [(&[u8], &str); 7] = [
            (b"policy,round,metric,", "a file of curves"),
            (b"Policy,Regret", "a table of results"),
            (b"<svg", "a picture (SVG)"),
            (b"\x89PNG", "a picture (PNG)"),
            (b"\\begin{tabular}", "a table for LaTeX"),
            (b"| Policy | Regret", "a table for Markdown"),
            (b"%PDF", "a PDF document"),
        ];
        let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
        if let Some((_, what)) = STARTS.iter().find(|(start, _)| text.starts_with(start)) {
            return Recognised::Output(what);
        }
        if text.starts_with(b"PK\x03\x04") && text.get(30..).is_some_and(|name| name.starts_with(b"workspace.json")) {
            return Recognised::Workspace;
        }
        let keys = keys(text);
        let has = |name: &str| keys.contains(&name.as_bytes());
        match () {
            () if has("grid") && has("experiment") => {
                Recognised::Output("a sweep for llm-select, or the result of one")
            }
            () if has("engine") && has("experiment") && (has("digest") || has("split")) => Recognised::Experiment,
            () if has("environment") || (has("task") && has("policies")) => Recognised::Experiment,
            () => Recognised::Data,
        }
    }
}

/// The names of the members of the object that a text begins with, as far as it goes.
fn keys(text: &[u8]) -> Vec<&[u8]> {
    let mut keys = Vec::new();
    let (mut depth, mut start, mut escaped) = (0u32, None, false);
    let mut last: &[u8] = b"";
    if text.first() != Some(&b'{') {
        return keys;
    }
    for (place, byte) in text.iter().enumerate() {
        match (start, byte) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), b'\\') => escaped = true,
            (Some(from), b'"') => {
                last = text.get(from..place).unwrap_or_default();
                start = None;
            }
            (Some(_), _) => {}
            (None, b'"') => start = Some(place + 1),
            (None, b'{' | b'[') => depth = depth.saturating_add(1),
            (None, b'}' | b']') => depth = depth.saturating_sub(1),
            (None, b':') if depth == 1 => keys.push(last),
            _ => {}
        }
    }
    keys
}

/// What a file promises of the result of its experiment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Promise {
    /// Version of the engine that made it.
    pub engine: String,
    /// The result's digest.
    pub digest: String,
}

/// The members of a result that are looked at; the curves are played again.
#[derive(Deserialize)]
struct Saved {
    engine: String,
    digest: String,
    experiment: Value,
    #[serde(default)]
    data: Vec<FileIdentity>,
}

/// Whether a text is an evaluation of query-aware selection, as `llm-select evaluate` and the page write it.
pub fn is_evaluation(text: &str) -> bool {
    let keys = keys(text.trim_start_matches('\u{feff}').trim_ascii_start().as_bytes());
    let has = |name: &[u8]| keys.contains(&name);
    has(b"engine") && has(b"experiment") && has(b"split") && !has(b"digest")
}

/// Reads an experiment file, or the experiment of an evaluation, or of a result together with what the result promises. Files that the
/// experiment names without their hashes get those of the result.
///
/// # Errors
/// Those of [`Experiment::from_json`], and a result that is no whole one.
pub fn experiment(text: &str) -> Result<(Experiment, Option<Promise>)> {
    let wrong = |error: serde_json::Error| {
        Error::new(ErrorKind::Malformed, format!("a result as `llm-select run` and the page write it: {error}"))
    };
    if is_evaluation(text) {
        #[derive(Deserialize)]
        struct Evaluated {
            experiment: Value,
        }
        let evaluated: Evaluated = serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(wrong)?;
        return Ok((Experiment::from_value(evaluated.experiment)?, None));
    }
    let keys = keys(text.trim_start_matches('\u{feff}').trim_ascii_start().as_bytes());
    if ![&b"engine"[..], b"digest", b"experiment"].iter().all(|key| keys.contains(key)) {
        return Ok((Experiment::from_json(text)?, None));
    }
    let saved: Saved = serde_json::from_str(text.trim_start_matches('\u{feff}')).map_err(wrong)?;
    let hexadecimal = saved.digest.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if saved.digest.len() != 64 || !hexadecimal {
        let expected = "a digest of 64 lower-case hexadecimal digits";
        return Err(Error::new(ErrorKind::OutOfRange, expected).at_field("digest").found(saved.digest));
    }
    let mut experiment = Experiment::from_value(saved.experiment)?;
    if let Environment::Replay(replay) = &mut experiment.environment {
        for file in replay.files.iter_mut().filter(|file| file.sha256.is_none()) {
            let same = saved.data.iter().find(|other| other.name == file.name);
            file.sha256 = same.map(|other| other.sha256.clone());
        }
    }
    Ok((experiment, Some(Promise { engine: saved.engine, digest: saved.digest })))
}
