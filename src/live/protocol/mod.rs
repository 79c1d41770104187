//! What is sent to a provider, and how its reply is read.
//!
//! A [`Request`] holds no key: it says in which header the key goes, and whoever holds the key sees to it that the
//! request's origin is the one that the key is for.

mod anthropic;
mod gemini;
mod openai;

use super::fault::{Fault, FaultKind};
use super::provider::{Endpoint, Protocol};
use crate::error::{Error, ErrorKind, Result};
use crate::experiment::{MAX_NAME, TokenPrice};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashSet;

/// One question to one model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ask<'a> {
    /// The model's name, as the provider has it.
    pub model: &'a str,
    /// What the model is told beforehand; empty for nothing.
    pub system: &'a str,
    /// What it is asked.
    pub prompt: &'a str,
    /// Most tokens of the answer, reasoning included; at least 1.
    pub max_tokens: u32,
}

/// What is to be sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The origin of `url`, as a browser writes it.
    pub origin: String,
    /// Where it goes.
    pub url: String,
    /// The body of a POST, in JSON; `None` for a GET.
    pub post: Option<String>,
    /// Name and value of every header but the key's. No others may be added: servers allow pages only those they know.
    pub headers: Vec<(String, String)>,
    /// The header that the key goes into, where there is one: some providers need none. `None` where no key may be sent.
    pub key: Option<KeyHeader>,
}

/// A header that a key goes into.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyHeader {
    /// Its name, in lower case.
    pub name: String,
    /// What stands before the key.
    pub prefix: String,
}

/// A model of a provider's list.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Listed {
    /// Its name in calls.
    pub model: String,
    /// What it costs, where the list says so.
    pub price: Option<TokenPrice>,
}

/// What the network brought.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Heard {
    /// A reply.
    Http {
        /// Its status.
        status: u16,
        /// Its header `retry-after`, where the page may see it.
        retry_after: Option<String>,
        /// Its body.
        body: String,
    },
    /// The browser could not or would not fetch it: offline, no such host, refused and forbidden (CORS) look alike.
    Unreachable,
    /// A reply that points elsewhere, which was not followed.
    Redirected,
    /// No reply in time.
    TimedOut,
    /// The person stopped it.
    Aborted,
    /// More bytes than are read.
    TooLarge,
    /// The body broke off.
    Broken,
}

/// Tokens of a call, as the provider counted them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Of the prompt, cached ones included.
    pub input: u64,
    /// Of those, the ones that the provider had kept from earlier calls.
    pub cached: u64,
    /// Of the answer, reasoning included.
    pub output: u64,
    /// Of those, the ones that the model reasoned with and did not show.
    pub reasoning: u64,
}

/// How an answer ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ending {
    /// Where the model ended it.
    Complete,
    /// At the most tokens that were allowed.
    CutOff,
    /// The model or the provider refused to answer.
    Refused,
}

/// A model's answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// What it says; empty where it says nothing, which can be the case with every ending.
    pub text: String,
    /// Tokens; `None` where the provider does not say, or says what cannot be.
    pub usage: Option<Usage>,
    /// How it ends.
    pub ending: Ending,
}

/// The request that puts a question to a model.
///
/// # Errors
/// As [`Endpoint::check`]; `OutOfRange` where the model has no name, or one with control characters or over 4,096 bytes,
/// where there is no prompt, or where no token is allowed.
pub fn request(endpoint: &Endpoint, ask: &Ask) -> Result<Request> {
    let wrong = |field: &str, expected: &str| Error::new(ErrorKind::OutOfRange, expected).at_field(field);
    let (provider, base) = endpoint.checked()?;
    if !is_name(ask.model) {
        return Err(wrong("model", "a model's name of at most 4,096 bytes").found(ask.model));
    }
    if ask.prompt.trim().is_empty() {
        return Err(wrong("prompt", "a prompt"));
    }
    if ask.max_tokens == 0 {
        return Err(wrong("max_tokens", "at least 1 output token"));
    }
    let (path, body) = match provider.protocol {
        Protocol::OpenAi => ("/chat/completions".to_owned(), openai::body(ask, provider.limit)),
        Protocol::Anthropic => ("/v1/messages".to_owned(), anthropic::body(ask)),
        Protocol::Gemini => (gemini::path(ask.model), gemini::body(ask)),
    };
    let mut headers = headers(provider.protocol);
    headers.push(("content-type".to_owned(), "application/json".to_owned()));
    Ok(Request {
        origin: endpoint.origin(),
        url: format!("{base}{path}"),
        post: Some(body.to_string()),
        headers,
        key: Some(key_header(provider.protocol)),
    })
}

/// The request for the provider's list of models.
///
/// # Errors
/// As [`Endpoint::check`].
pub fn list(endpoint: &Endpoint) -> Result<Request> {
    let (provider, base) = endpoint.checked()?;
    let path = match provider.protocol {
        Protocol::OpenAi => "/models",
        Protocol::Anthropic => "/v1/models?limit=1000",
        Protocol::Gemini => "/v1beta/models?pageSize=1000",
    };
    Ok(Request {
        origin: endpoint.origin(),
        url: format!("{base}{path}"),
        post: None,
        headers: headers(provider.protocol),
        // OpenRouter's list is public: no key need travel for it.
        key: (provider.id != OPENROUTER).then(|| key_header(provider.protocol)),
    })
}

/// The one whose list carries prices.
const OPENROUTER: &str = "openrouter";

/// The headers of every request but a body's and a key's.
fn headers(protocol: Protocol) -> Vec<(String, String)> {
    let headers: &[(&str, &str)] = match protocol {
        Protocol::OpenAi | Protocol::Gemini => &[],
        Protocol::Anthropic => {
            &[("anthropic-version", "2023-06-01"), ("anthropic-dangerous-direct-browser-access", "true")]
        }
    };
    headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn key_header(protocol: Protocol) -> KeyHeader {
    let (name, prefix) = match protocol {
        Protocol::OpenAi => ("authorization", "Bearer "),
        Protocol::Anthropic => ("x-api-key", ""),
        Protocol::Gemini => ("x-goog-api-key", ""),
    };
    KeyHeader { name: name.to_owned(), prefix: prefix.to_owned() }
}

fn is_name(model: &str) -> bool {
    !model.trim().is_empty() && model.len() <= MAX_NAME && !model.contains(char::is_control)
}

/// Reads a list of models: the names in the list's order, each once; of Gemini's only those that generate.
///
/// # Errors
/// As [`Endpoint::check`]; `Malformed` where it is no list of models.
pub fn read_list(endpoint: &Endpoint, body: &str) -> Result<Vec<Listed>> {
    let (provider, _) = endpoint.checked()?;
    let malformed = |expected: String| Error::new(ErrorKind::Malformed, expected).at_field("models");
    let json: Value = serde_json::from_str(body).map_err(|error| malformed(format!("a list in JSON ({error})")))?;
    let (field, name) = match provider.protocol {
        Protocol::OpenAi | Protocol::Anthropic => ("data", "id"),
        Protocol::Gemini => ("models", "name"),
    };
    // Together AI sends the bare list.
    let items = json.get(field).unwrap_or(&json).as_array();
    let items = items.ok_or_else(|| malformed(format!("a list of models at `{field}`")))?;
    let mut listed: Vec<Listed> = Vec::new();
    let mut seen = HashSet::new();
    for item in items {
        let Some(model) = item.get(name).and_then(Value::as_str).filter(|model| is_name(model)) else { continue };
        let gemini = provider.protocol == Protocol::Gemini;
        let model = if gemini { gemini::bare(model) } else { model };
        if (gemini && !gemini::generates(item)) || !seen.insert(model) {
            continue;
        }
        let price = if provider.id == OPENROUTER { openai::price(item) } else { None };
        listed.push(Listed { model: model.to_owned(), price });
    }
    Ok(listed)
}

/// A number of input tokens that no call exceeds: the bytes of the texts, and 256 for what the provider wraps around them.
///
/// A token of a byte-level tokeniser stands for at least one byte, as does one of a tokeniser that falls back to bytes, so
/// that there are never more tokens than bytes. The wrapper marks where messages begin and end, and some models' templates
/// put a date or a few sentences before them.
pub fn most_input_tokens(ask: &Ask) -> u64 {
    const WRAPPER: u64 = 256;
    WRAPPER + ask.system.len() as u64 + ask.prompt.len() as u64
}

/// Reads what the network brought.
///
/// # Errors
/// The [`Fault`] where it is no answer.
pub fn read(endpoint: &Endpoint, heard: &Heard) -> std::result::Result<Answer, Fault> {
    let (status, retry_after, body) = match heard {
        Heard::Http { status, retry_after, body } => (*status, retry_after.as_deref(), body),
        Heard::Unreachable => return Err(Fault::new(FaultKind::Unreachable)),
        Heard::Redirected => return Err(Fault::new(FaultKind::Redirected)),
        Heard::TimedOut => return Err(Fault::new(FaultKind::TimedOut)),
        Heard::Aborted => return Err(Fault::new(FaultKind::Aborted)),
        Heard::TooLarge => return Err(Fault::new(FaultKind::TooLarge)),
        Heard::Broken => return Err(Fault::new(FaultKind::Broken)),
    };
    if !(200..300).contains(&status) {
        return Err(Fault::of_error(status, retry_after, body));
    }
    let json: Value = serde_json::from_str(body).map_err(|error| {
        // JSON that ends too early was JSON.
        let broken = error.is_eof() && body.trim_start().starts_with('{');
        Fault::of_answer(if broken { FaultKind::Broken } else { FaultKind::NotJson }, status, body)
    })?;
    // Some servers report errors with a good status.
    if json.get("error").is_some_and(|error| !error.is_null()) {
        return Err(Fault::of_error(status, retry_after, body));
    }
    let answer = match endpoint.provider().map(|provider| provider.protocol) {
        Some(Protocol::OpenAi) | None => openai::answer(&json),
        Some(Protocol::Anthropic) => anthropic::answer(&json),
        Some(Protocol::Gemini) => gemini::answer(&json),
    };
    answer.ok_or_else(|| Fault::of_answer(FaultKind::Malformed, status, body))
}

/// A number of tokens that must be there; `None` where it is missing, or no count.
fn count(usage: &Value, name: &str) -> Option<u64> {
    usage.get(name).and_then(as_count)
}

/// A number of tokens that is 0 where it is missing; `None` where it is no count.
fn count_or_0(usage: &Value, name: &str) -> Option<u64> {
    usage.get(name).filter(|value| !value.is_null()).map_or(Some(0), as_count)
}

/// Most tokens that are believed.
const MOST_TOKENS: f64 = 1e9;

/// A count as JSON may write it: 12 and 12.0, not -1, 12.5 or 1e12.
fn as_count(value: &Value) -> Option<u64> {
    let number = value.as_f64()?;
    let whole = libm::round(number);
    ((number - whole).abs() < 1e-6 && (0.0..=MOST_TOKENS).contains(&whole)).then_some(whole as u64)
}

/// The usage if its parts fit into it.
fn consistent(usage: Usage) -> Option<Usage> {
    (usage.cached <= usage.input && usage.reasoning <= usage.output).then_some(usage)
}
