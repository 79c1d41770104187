//! An experiment as a link: `#v1.` and the experiment itself, small enough for a chat message. No server keeps anything.
//!
//! ```text
//! Link ⇄ JSON of what differs from version 1's defaults ⇄ raw DEFLATE ⇄ base64url without padding
//! ```
//!
//! A link holds the experiment, how the page shows it, and for data the files' names, hashes and shape: never rows, keys
//! or endpoints. Links come from anywhere, so [`Link::decode`] trusts nothing: whatever it is given ends in an experiment
//! that passes all checks or in an [`Error`], in bounded time and memory.

mod defaults;

use crate::data::Dataset;
use crate::error::{Error, ErrorKind, Result};
use crate::experiment::Experiment;
use crate::plan::{Plan, Playable};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use miniz_oxide::deflate::{CompressionLevel, compress_to_vec};
use miniz_oxide::inflate::{TINFLStatus, decompress_to_vec_with_limit};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::sync::Arc;

/// Version of the links that this program makes; it reads all up to it.
const VERSION: u32 = 1;
/// Most bytes of JSON in a link.
const MOST_JSON: usize = 1 << 20;
/// Most characters of a link: as many as JSON that cannot be compressed would need, and some.
const MOST_TEXT: usize = 2 << 20;
/// Most bytes of a name or of any other text in a link.
const LONGEST: usize = 4_096;

/// What a link carries.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// The experiment.
    pub experiment: Experiment,
    /// How the page shows it.
    pub page: PageState,
    /// Shape of the data that it plays on, where it plays on files.
    pub shape: Option<Shape>,
}

/// How the page shows an experiment. A page ignores what it does not know.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PageState {
    /// The room; the Playground where empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub room: String,
    /// Panels that are not shown, by name.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hidden: Vec<String>,
    /// Language by its tag, such as `en`; the browser's where empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub language: String,
}

/// Size of a data set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// Number of models.
    pub models: u64,
    /// Number of queries.
    pub queries: u64,
}

impl Link {
    /// A link to an experiment, on the page as it usually is.
    #[must_use]
    pub fn new(experiment: Experiment) -> Link {
        Link { experiment, page: PageState::default(), shape: None }
    }

    /// A link to an experiment on files: it names their hashes and their shape.
    ///
    /// # Errors
    /// Those of [`Plan::new`]: above all, data that is not what the experiment names.
    pub fn with_data(experiment: Experiment, data: &Arc<Dataset>) -> Result<Link> {
        let shape = Shape { models: data.models.len() as u64, queries: data.queries as u64 };
        Link::on(experiment, data.as_ref(), shape)
    }

    /// The same on data of this shape, wherever its numbers and texts lie.
    ///
    /// # Errors
    /// Those of [`Plan::on`].
    pub fn on(experiment: Experiment, data: &dyn Playable, shape: Shape) -> Result<Link> {
        let environment = Plan::on(&experiment, Some(data))?.experiment.environment;
        let experiment = Experiment { environment, ..experiment };
        Ok(Link { experiment, page: PageState::default(), shape: Some(shape) })
    }

    /// Whether the fragment of an address is meant as a link: `#v` and a digit. The page has other fragments, too.
    #[must_use]
    pub fn is_meant(fragment: &str) -> bool {
        let text = fragment.trim_start_matches('#');
        text.strip_prefix('v').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    }

    /// The fragment, from `#` on. The same link gives the same fragment everywhere.
    ///
    /// # Errors
    /// Those of [`Experiment::check`], and [`ErrorKind::TooLarge`] where it does not fit a link.
    pub fn encode(&self) -> Result<String> {
        self.experiment.check()?;
        let mut fields = shortened(&self.experiment)?;
        let page = value_of(&self.page)?;
        if page.as_object().is_some_and(|page| !page.is_empty()) {
            fields.insert("page".into(), page);
        }
        if let Some(shape) = &self.shape {
            fields.insert("data".into(), value_of(shape)?);
        }
        let value = Value::Object(fields);
        check_texts(&value)?;
        let json = value.to_string();
        if json.len() > MOST_JSON {
            return Err(too_large(format!("{} bytes of JSON", json.len())));
        }
        let deflated = compress_to_vec(json.as_bytes(), CompressionLevel::UberCompression as u8);
        Ok(format!("#v{VERSION}.{}", BASE64_URL_SAFE_NO_PAD.encode(deflated)))
    }

    /// Reads a fragment, or a whole address with one. Defaults are filled in: those of the link's version.
    ///
    /// # Errors
    /// Says what is wrong: no link at all, one of a newer version, one that is damaged or cut off, one that is too large,
    /// or an experiment that [`Experiment::from_json`] would refuse.
    pub fn decode(text: &str) -> Result<Link> {
        if text.len() > MOST_TEXT {
            return Err(too_large(format!("{} characters", text.len())));
        }
        let text = text.trim();
        let packed = payload(text.split_once('#').map_or(text, |(_, fragment)| fragment))?;
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(packed).map_err(|_| damaged())?;
        let json = decompress_to_vec_with_limit(&bytes, MOST_JSON).map_err(|error| match error.status {
            TINFLStatus::HasMoreOutput => too_large(format!("more than {MOST_JSON} bytes of JSON")),
            _ => damaged(),
        })?;
        let value = serde_json::from_slice(&json).map_err(|_| damaged())?;
        check_texts(&value)?;
        let Value::Object(mut fields) = value else { return Err(damaged()) };
        let page = part(&mut fields, "page")?.unwrap_or_default();
        let shape = part(&mut fields, "data")?;
        defaults::fill(&mut fields);
        Ok(Link { experiment: Experiment::from_value(Value::Object(fields))?, page, shape })
    }
}

/// The experiment with version 1's defaults written out, as a link to it would give it back. Those that depend on the data
/// or on other fields stay open.
///
/// # Errors
/// Those of [`Experiment::check`].
pub fn complete(experiment: &Experiment) -> Result<Experiment> {
    let mut fields = shortened(experiment)?;
    defaults::fill(&mut fields);
    Experiment::from_value(Value::Object(fields))
}

/// What of an experiment differs from the defaults.
fn shortened(experiment: &Experiment) -> Result<Map<String, Value>> {
    let Value::Object(mut fields) = value_of(experiment)? else { return Err(unwritable()) };
    defaults::drop(&mut fields);
    fields.values_mut().for_each(plain_numbers);
    Ok(fields)
}

/// What follows the version.
fn payload(fragment: &str) -> Result<&str> {
    let no_link = || {
        let start: String = fragment.chars().take(12).collect();
        Error::new(ErrorKind::Malformed, format!("a link, which starts with #v{VERSION}.")).found(start)
    };
    let (version, packed) = fragment.strip_prefix('v').and_then(|rest| rest.split_once('.')).ok_or_else(no_link)?;
    if version.is_empty() || !version.bytes().all(|digit| digit.is_ascii_digit()) {
        return Err(no_link());
    }
    match version.parse() {
        Ok(0) => Err(no_link()),
        Ok(version) if version <= VERSION => Ok(packed),
        _ => {
            let expected = "version 1: the link is from a newer version of this program, and only that can open it";
            Err(Error::new(ErrorKind::NotYet, expected).found(format!("version {version}")))
        }
    }
}

/// A part of a link beside the experiment.
fn part<T: serde::de::DeserializeOwned>(fields: &mut Map<String, Value>, name: &str) -> Result<Option<T>> {
    let read = |value| serde_json::from_value(value).map_err(|_| damaged().at_field(name));
    fields.remove(name).map(read).transpose()
}

/// Names are shown on the page: none may be so long that nothing else is.
fn check_texts(value: &Value) -> Result<()> {
    let check = |text: &str| match text.len() {
        length if length > LONGEST => {
            let expected = format!("names and texts of at most {LONGEST} bytes in a link");
            Err(Error::new(ErrorKind::TooLarge, expected).found(format!("one of {length} bytes")))
        }
        _ => Ok(()),
    };
    match value {
        Value::String(text) => check(text),
        Value::Array(list) => list.iter().try_for_each(check_texts),
        Value::Object(fields) => fields.iter().try_for_each(|(name, value)| {
            check(name)?;
            check_texts(value)
        }),
        _ => Ok(()),
    }
}

/// Writes whole numbers without `.0`, which means the same and is shorter.
fn plain_numbers(value: &mut Value) {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match value {
        Value::Number(number) => {
            if let Some(float) = number.as_f64().filter(|_| number.is_f64())
                && float.fract() == 0.0
                && float.abs() < EXACT
                && !(float == 0.0 && float.is_sign_negative())
            {
                *number = (float as i64).into();
            }
        }
        Value::Array(list) => list.iter_mut().for_each(plain_numbers),
        Value::Object(fields) => fields.values_mut().for_each(plain_numbers),
        _ => {}
    }
}

fn value_of(value: &impl Serialize) -> Result<Value> {
    serde_json::to_value(value).map_err(|_| unwritable())
}

fn unwritable() -> Error {
    Error::new(ErrorKind::Malformed, "an experiment that can be written as JSON")
}

fn damaged() -> Error {
    Error::new(
        ErrorKind::Malformed,
        "the link is damaged or cut off: copy it again from where it came from, from # to its end",
    )
}

fn too_large(found: String) -> Error {
    let expected = format!("an experiment of at most {MOST_JSON} bytes: larger ones travel as a file");
    Error::new(ErrorKind::TooLarge, expected).found(found)
}
