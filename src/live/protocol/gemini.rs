//! Gemini's generateContent.

use super::{Answer, Ask, Ending, Usage, consistent, count, count_or_0};
use serde_json::{Value, json};
use std::fmt::Write;

/// A model's name without `models/`, which the list of models puts before it.
pub(super) fn bare(model: &str) -> &str {
    model.strip_prefix("models/").unwrap_or(model)
}

/// The path of a call. The model's name stays one segment, whatever it is.
pub(super) fn path(model: &str) -> String {
    let mut path = String::from("/v1beta/models/");
    for byte in bare(model).bytes() {
        // Writing to a string cannot fail.
        let _ = match byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            true => write!(path, "{}", char::from(byte)),
            false => write!(path, "%{byte:02X}"),
        };
    }
    path + ":generateContent"
}

pub(super) fn body(ask: &Ask) -> Value {
    let contents = json!([{"role": "user", "parts": [{"text": ask.prompt}]}]);
    let config = json!({"maxOutputTokens": ask.max_tokens});
    match ask.system.is_empty() {
        true => json!({"contents": contents, "generationConfig": config}),
        false => json!({
            "systemInstruction": {"parts": [{"text": ask.system}]},
            "contents": contents,
            "generationConfig": config,
        }),
    }
}

/// Whether a model of the list generates texts.
pub(super) fn generates(item: &Value) -> bool {
    let methods = item.get("supportedGenerationMethods").and_then(Value::as_array);
    methods.is_some_and(|methods| methods.iter().any(|method| method.as_str() == Some("generateContent")))
}

pub(super) fn answer(reply: &Value) -> Option<Answer> {
    let usage = reply.get("usageMetadata").and_then(usage);
    let Some(candidate) = reply.get("candidates").and_then(|candidates| candidates.get(0)) else {
        // The prompt itself was refused.
        reply.get("promptFeedback")?.get("blockReason")?;
        return Some(Answer { text: String::new(), usage, ending: Ending::Refused });
    };
    let ending = match candidate.get("finishReason").and_then(Value::as_str) {
        Some("MAX_TOKENS") => Ending::CutOff,
        None | Some("STOP" | "FINISH_REASON_UNSPECIFIED") => Ending::Complete,
        // SAFETY, RECITATION, PROHIBITED_CONTENT and their like.
        Some(_) => Ending::Refused,
    };
    let parts = candidate.get("content").and_then(|content| content.get("parts")).and_then(Value::as_array);
    // A content may be missing where the answer was ended before it began, and only there.
    if parts.is_none() && candidate.get("finishReason").is_none() {
        return None;
    }
    let spoken = |part: &&Value| part.get("thought").and_then(Value::as_bool) != Some(true);
    let parts = parts.into_iter().flatten().filter(spoken);
    let text = parts.filter_map(|part| part.get("text").and_then(Value::as_str)).collect();
    Some(Answer { text, usage, ending })
}

/// Thoughts are counted apart from the rest of the answer; what is 0 is left out.
fn usage(usage: &Value) -> Option<Usage> {
    let reasoning = count_or_0(usage, "thoughtsTokenCount")?;
    consistent(Usage {
        input: count(usage, "promptTokenCount")?,
        cached: count_or_0(usage, "cachedContentTokenCount")?,
        output: count_or_0(usage, "candidatesTokenCount")? + reasoning,
        reasoning,
    })
}
