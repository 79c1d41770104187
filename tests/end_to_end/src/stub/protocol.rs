//! The protocols: where requests go, which headers they need, and how they say what.

use hyper::HeaderMap;
use hyper::header::AUTHORIZATION;
use serde_json::{Value, json};

/// Tokens that a model with `think` in its name reasons with.
const REASONING: u64 = 24;

/// What an answer costs, in tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tokens {
    /// Tokens of the prompt: a quarter of its texts' bytes, rounded up, and 8.
    pub prompt: u64,
    /// Those of them that were read from a cache.
    pub cached: u64,
    /// Tokens that the model made: a quarter of the text's bytes, rounded up, and 2, and those it reasoned with.
    pub completion: u64,
    /// Those of them that the model reasoned with.
    pub reasoning: u64,
}

/// How an answer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Finish {
    Stop,
    /// At the limit of tokens.
    Length,
    /// The model declines.
    Refused,
}

/// A request for an answer.
#[derive(Debug, PartialEq)]
pub(super) struct Asked {
    pub(super) model: String,
    /// The prompt's texts.
    pub(super) texts: Vec<String>,
    /// Most tokens that the answer may have.
    limit: Option<u64>,
}

/// An answer that was made, before it is put in a protocol's words.
#[derive(Debug, PartialEq)]
pub(super) struct Made {
    pub(super) text: String,
    pub(super) finish: Finish,
    pub(super) tokens: Tokens,
}

impl Asked {
    /// Counts the tokens of the answer `text`, and cuts it off where the request's limit lies. `cached` is a share.
    pub(super) fn made(&self, mut text: String, mut finish: Finish, cached: f64) -> Made {
        let prompt = self.texts.iter().map(|text| text.len() as u64).sum::<u64>().div_ceil(4) + 8;
        let limit = self.limit.unwrap_or(u64::MAX);
        let reasoning = if self.model.contains("think") { REASONING.min(limit) } else { 0 };
        let tokens_of = |text: &str| (text.len() as u64).div_ceil(4) + 2;
        let left = limit - reasoning;
        if tokens_of(&text) > left {
            let most = usize::try_from(left.saturating_sub(2) * 4).unwrap_or(usize::MAX);
            text.truncate(text.floor_char_boundary(most));
            finish = Finish::Length;
        }
        let completion = reasoning + tokens_of(&text).min(left);
        let cached = (prompt as f64 * cached.clamp(0.0, 1.0)).floor() as u64;
        Made { text, finish, tokens: Tokens { prompt, cached, completion, reasoning } }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protocol {
    OpenAi,
    Anthropic,
    Gemini,
}

impl Protocol {
    /// The protocol of a request, by its path and, where two protocols share that, by the key's header.
    pub(super) fn of(path: &str, headers: &HeaderMap) -> Option<Protocol> {
        match path {
            "/v1/chat/completions" => Some(Protocol::OpenAi),
            "/v1/messages" => Some(Protocol::Anthropic),
            "/v1/models" if headers.contains_key("x-api-key") => Some(Protocol::Anthropic),
            "/v1/models" => Some(Protocol::OpenAi),
            "/v1beta/models" => Some(Protocol::Gemini),
            _ => gemini_model(path).map(|_| Protocol::Gemini),
        }
    }

    /// The headers that a page of another origin may send to a path.
    pub(super) fn allowed_headers(path: &str) -> &'static str {
        match path {
            "/v1/chat/completions" => "content-type, authorization",
            "/v1/messages" => "content-type, x-api-key, anthropic-version, anthropic-dangerous-direct-browser-access",
            "/v1/models" => {
                "content-type, authorization, x-api-key, anthropic-version, anthropic-dangerous-direct-browser-access"
            }
            _ => "content-type, x-goog-api-key",
        }
    }

    /// The key that a request carries.
    pub(super) fn key(self, headers: &HeaderMap) -> Option<&str> {
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
        match self {
            Protocol::OpenAi => text(AUTHORIZATION.as_str())?.strip_prefix("Bearer "),
            Protocol::Anthropic => text("x-api-key"),
            Protocol::Gemini => text("x-goog-api-key"),
        }
    }

    /// Reads a request for an answer; `None` where it is none.
    pub(super) fn read(self, path: &str, body: &[u8]) -> Option<Asked> {
        let body: Value = serde_json::from_slice(body).ok()?;
        let model = match self {
            Protocol::Gemini => gemini_model(path)?,
            _ => body.get("model")?.as_str()?,
        };
        let (texts, limit) = match self {
            Protocol::OpenAi => (
                body.get("messages")?.as_array()?.iter().filter_map(|message| message.get("content")).collect(),
                body.get("max_completion_tokens").or_else(|| body.get("max_tokens")),
            ),
            Protocol::Anthropic => {
                let messages = body.get("messages")?.as_array()?.iter().filter_map(|message| message.get("content"));
                // This protocol demands the limit.
                (body.get("system").into_iter().chain(messages).collect(), Some(body.get("max_tokens")?))
            }
            Protocol::Gemini => {
                let contents = body.get("contents")?.as_array()?;
                let all = body.get("systemInstruction").into_iter().chain(contents);
                (
                    all.filter_map(|content| content.get("parts")).collect::<Vec<_>>(),
                    body.pointer("/generationConfig/maxOutputTokens"),
                )
            }
        };
        let texts: Vec<String> = texts.into_iter().flat_map(texts_of).map(str::to_owned).collect();
        let limit = match limit {
            Some(limit) => Some(limit.as_u64()?),
            None => None,
        };
        (!texts.is_empty()).then(|| Asked { model: model.to_owned(), texts, limit })
    }

    /// The list of models.
    pub(super) fn models(self, names: &[String]) -> Value {
        let of_each = |entry: fn(&String) -> Value| names.iter().map(entry).collect::<Vec<_>>();
        match self {
            Protocol::OpenAi => json!({
                "object": "list",
                "data": of_each(|name| json!({ "id": name, "object": "model", "created": 0, "owned_by": "stub" })),
            }),
            Protocol::Anthropic => json!({
                "data": of_each(|name| json!({ "type": "model", "id": name, "display_name": name })),
                "has_more": false,
                "first_id": names.first(),
                "last_id": names.last(),
            }),
            Protocol::Gemini => json!({
                "models": of_each(|name| json!({
                    "name": format!("models/{name}"),
                    "displayName": name,
                    "supportedGenerationMethods": ["generateContent"],
                })),
            }),
        }
    }

    /// The reply that brings an answer, without what it costs.
    pub(super) fn reply(self, model: &str, number: u64, made: &Made) -> Value {
        let (text, finish) = (made.text.as_str(), made.finish);
        match self {
            Protocol::OpenAi => json!({
                "id": format!("chatcmpl-{number}"),
                "object": "chat.completion",
                "created": 0,
                "model": model,
                "choices": [{
                    "index": 0,
                    "message": {
                        "role": "assistant",
                        "content": (finish != Finish::Refused).then_some(text),
                        "refusal": (finish == Finish::Refused).then_some(text),
                    },
                    "finish_reason": match finish {
                        Finish::Stop => "stop",
                        Finish::Length => "length",
                        Finish::Refused => "content_filter",
                    },
                }],
            }),
            Protocol::Anthropic => json!({
                "id": format!("msg_{number}"),
                "type": "message",
                "role": "assistant",
                "model": model,
                "content": if text.is_empty() { json!([]) } else { json!([{ "type": "text", "text": text }]) },
                "stop_reason": match finish {
                    Finish::Stop => "end_turn",
                    Finish::Length => "max_tokens",
                    Finish::Refused => "refusal",
                },
                "stop_sequence": null,
            }),
            Protocol::Gemini => json!({
                "candidates": [{
                    "content": if text.is_empty() || finish == Finish::Refused {
                        json!({ "role": "model" })
                    } else {
                        json!({ "role": "model", "parts": [{ "text": text }] })
                    },
                    "finishReason": match finish {
                        Finish::Stop => "STOP",
                        Finish::Length => "MAX_TOKENS",
                        Finish::Refused => "SAFETY",
                    },
                    "index": 0,
                }],
                "modelVersion": model,
                "responseId": number.to_string(),
            }),
        }
    }

    /// What an answer costs: the field of the reply and its value. `sign` is 1, or -1 for counts that cannot be.
    pub(super) fn usage(self, tokens: Tokens, sign: i64) -> (&'static str, Value) {
        let count = |tokens: u64| sign * tokens as i64;
        let Tokens { prompt, cached, completion, reasoning } = tokens;
        match self {
            Protocol::OpenAi => (
                "usage",
                json!({
                    "prompt_tokens": count(prompt),
                    "completion_tokens": count(completion),
                    "total_tokens": count(prompt + completion),
                    "prompt_tokens_details": { "cached_tokens": count(cached) },
                    "completion_tokens_details": { "reasoning_tokens": count(reasoning) },
                }),
            ),
            // What came from the cache is no part of the input here.
            Protocol::Anthropic => (
                "usage",
                json!({
                    "input_tokens": count(prompt - cached),
                    "cache_creation_input_tokens": 0,
                    "cache_read_input_tokens": count(cached),
                    "output_tokens": count(completion),
                }),
            ),
            // What was reasoned is no part of the candidates here.
            Protocol::Gemini => (
                "usageMetadata",
                json!({
                    "promptTokenCount": count(prompt),
                    "cachedContentTokenCount": count(cached),
                    "candidatesTokenCount": count(completion - reasoning),
                    "thoughtsTokenCount": count(reasoning),
                    "totalTokenCount": count(prompt + completion),
                }),
            ),
        }
    }

    /// The reply that refuses a request.
    pub(super) fn error(self, status: u16, message: &str) -> Value {
        match self {
            Protocol::OpenAi => {
                let (kind, code) = match status {
                    401 => ("invalid_request_error", Some("invalid_api_key")),
                    402 => ("insufficient_quota", Some("insufficient_quota")),
                    404 => ("invalid_request_error", Some("model_not_found")),
                    429 => ("requests", Some("rate_limit_exceeded")),
                    500.. => ("server_error", None),
                    _ => ("invalid_request_error", None),
                };
                json!({ "error": { "message": message, "type": kind, "param": null, "code": code } })
            }
            Protocol::Anthropic => {
                let kind = match status {
                    401 => "authentication_error",
                    402 => "billing_error",
                    403 => "permission_error",
                    404 => "not_found_error",
                    408 => "timeout_error",
                    429 => "rate_limit_error",
                    500 => "api_error",
                    529 => "overloaded_error",
                    _ => "invalid_request_error",
                };
                json!({ "type": "error", "error": { "type": kind, "message": message } })
            }
            Protocol::Gemini => {
                let name = match status {
                    401 => "UNAUTHENTICATED",
                    402 => "FAILED_PRECONDITION",
                    403 => "PERMISSION_DENIED",
                    404 => "NOT_FOUND",
                    408 => "DEADLINE_EXCEEDED",
                    409 => "ABORTED",
                    429 => "RESOURCE_EXHAUSTED",
                    500 => "INTERNAL",
                    503 => "UNAVAILABLE",
                    _ => "INVALID_ARGUMENT",
                };
                json!({ "error": { "code": status, "message": message, "status": name } })
            }
        }
    }
}

/// The model in the path of a request to Gemini for an answer.
fn gemini_model(path: &str) -> Option<&str> {
    path.strip_prefix("/v1beta/models/")?.strip_suffix(":generateContent")
}

/// The texts of a message: it is one, or a list of parts.
fn texts_of(content: &Value) -> Vec<&str> {
    match content {
        Value::String(text) => vec![text],
        Value::Array(parts) => parts.iter().filter_map(|part| part.get("text").and_then(Value::as_str)).collect(),
        _ => Vec::new(),
    }
}
