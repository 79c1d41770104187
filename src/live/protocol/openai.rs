//! Chat completions as OpenAI has them. The others that speak it differ in small things, which are read as well.

use super::{Answer, Ask, Ending, Usage, consistent, count, count_or_0};
use crate::experiment::TokenPrice;
use crate::live::provider::Limit;
use serde_json::{Value, json};

pub(super) fn body(ask: &Ask, limit: Limit) -> Value {
    let limit = match limit {
        Limit::MaxTokens => "max_tokens",
        Limit::MaxCompletionTokens => "max_completion_tokens",
    };
    let user = json!({"role": "user", "content": ask.prompt});
    let messages = match ask.system.is_empty() {
        true => vec![user],
        false => vec![json!({"role": "system", "content": ask.system}), user],
    };
    // No temperature: some models take none.
    json!({"model": ask.model, "messages": messages, limit: ask.max_tokens})
}

pub(super) fn answer(reply: &Value) -> Option<Answer> {
    let choice = reply.get("choices")?.get(0)?;
    let message = choice.get("message")?;
    let refusal = message.get("refusal").and_then(Value::as_str).filter(|refusal| !refusal.is_empty());
    let text = match message.get("content") {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(parts)) => parts.iter().filter_map(part).collect(),
        Some(Value::Null) => String::new(),
        None if refusal.is_some() => String::new(),
        _ => return None,
    };
    let ending = match choice.get("finish_reason").and_then(Value::as_str) {
        // OpenRouter says so where the company behind it failed within the answer.
        Some("error") => return None,
        Some("content_filter") => Ending::Refused,
        _ if refusal.is_some() => Ending::Refused,
        // Mistral's `model_length` is the model's own limit; DeepSeek's other one is for want of machines.
        Some("length" | "model_length" | "insufficient_system_resource") => Ending::CutOff,
        _ => Ending::Complete,
    };
    let text = if text.is_empty() { refusal.unwrap_or_default().to_owned() } else { text };
    Some(Answer { text, usage: reply.get("usage").and_then(usage), ending })
}

/// The text of a part of a content. Parts of other types are thoughts and the like.
fn part(part: &Value) -> Option<&str> {
    match part.get("type").and_then(Value::as_str) {
        Some("text" | "output_text") => part.get("text").and_then(Value::as_str),
        _ => part.as_str(),
    }
}

fn usage(usage: &Value) -> Option<Usage> {
    let details = |name: &str| usage.get(name).unwrap_or(&Value::Null);
    let (input, completion) = (count(usage, "prompt_tokens")?, count(usage, "completion_tokens")?);
    let cached = count_or_0(details("prompt_tokens_details"), "cached_tokens")?;
    let cached = cached.max(count_or_0(usage, "prompt_cache_hit_tokens")?);
    let reasoning = count_or_0(details("completion_tokens_details"), "reasoning_tokens")?;
    // xAI does not count reasoning in the completion: the total shows it.
    let apart = reasoning > completion || count(usage, "total_tokens") == Some(input + completion + reasoning);
    let output = if apart { completion + reasoning } else { completion };
    consistent(Usage { input, cached, output, reasoning })
}

/// The price of a model in OpenRouter's list, which gives dollars a token as texts; -1 where it varies.
pub(super) fn price(item: &Value) -> Option<TokenPrice> {
    let pricing = item.get("pricing")?;
    let dollars = |name: &str| -> Option<f64> {
        let text = pricing.get(name)?.as_str()?;
        // By the exponent, so that 0.00000015 becomes 0.15 and not a number beside it.
        let millions = match text.contains(['e', 'E']) {
            true => text.parse::<f64>().ok()? * 1e6,
            false => format!("{text}e6").parse::<f64>().ok()?,
        };
        (millions.is_finite() && millions >= 0.0).then_some(millions)
    };
    // Fees of other kinds are in no price of tokens: such a model's is to be typed by somebody who knows.
    let further = ["request", "web_search", "internal_reasoning"];
    let free = |name: &str| pricing.get(name).is_none_or(|fee| fee.is_null() || dollars(name) == Some(0.0));
    further.into_iter().all(free).then_some(())?;
    Some(TokenPrice { input: dollars("prompt")?, output: dollars("completion")? })
}
