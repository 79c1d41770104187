//! Anthropic's messages.

use super::{Answer, Ask, Ending, Usage, consistent, count, count_or_0};
use serde_json::{Value, json};

pub(super) fn body(ask: &Ask) -> Value {
    let messages = json!([{"role": "user", "content": ask.prompt}]);
    match ask.system.is_empty() {
        true => json!({"model": ask.model, "max_tokens": ask.max_tokens, "messages": messages}),
        false => json!({"model": ask.model, "max_tokens": ask.max_tokens, "system": ask.system, "messages": messages}),
    }
}

pub(super) fn answer(reply: &Value) -> Option<Answer> {
    let is_text = |part: &&Value| part.get("type").and_then(Value::as_str) == Some("text");
    let parts = reply.get("content")?.as_array()?.iter().filter(is_text);
    let text = parts.filter_map(|part| part.get("text").and_then(Value::as_str)).collect();
    let ending = match reply.get("stop_reason").and_then(Value::as_str) {
        Some("max_tokens" | "model_context_window_exceeded") => Ending::CutOff,
        Some("refusal") => Ending::Refused,
        _ => Ending::Complete,
    };
    Some(Answer { text, usage: reply.get("usage").and_then(usage), ending })
}

/// Cached tokens are counted apart from the others of the prompt.
fn usage(usage: &Value) -> Option<Usage> {
    let cached = count_or_0(usage, "cache_read_input_tokens")?;
    let input = count(usage, "input_tokens")? + cached + count_or_0(usage, "cache_creation_input_tokens")?;
    consistent(Usage { input, cached, output: count(usage, "output_tokens")?, reasoning: 0 })
}
