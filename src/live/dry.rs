//! A provider that is simulated: it costs nothing, and what it says means nothing. It sends what a real one would, so that
//! everything behind the network is the same.

use super::protocol::{Ask, Heard};
use super::provider::{Endpoint, Protocol};
use crate::experiment::TokenPrice;
use crate::random::{below, hash, unit};
use serde_json::{Value, json};

/// The simulated provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dry {
    /// What its chances follow from.
    pub seed: u64,
}

/// What a call is for: the simulated provider has to know what would be right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose<'a> {
    /// To answer a question.
    Answer {
        /// The right answer.
        reference: &'a str,
        /// The question.
        query: &'a str,
    },
    /// To judge an answer.
    Judge {
        /// Whether the answer is right.
        right: bool,
    },
}

/// Share of calls that fail.
const FAILING: f64 = 0.03;
/// Bytes that count as one token.
const BYTES_A_TOKEN: u64 = 4;
/// What is said where no wrong answer is known.
const UNSURE: &str = "I am not sure.";
/// What is said of failures.
pub const FAILURES: [&str; 3] =
    ["Simulated: too many requests.", "Simulated: internal error.", "Simulated: overloaded."];

impl Dry {
    /// What a provider of this protocol would send back, and after how many milliseconds (200 to 2,500): a pure function of
    /// the seed, the model, `call` and the purpose. A call that is tried again needs another number.
    ///
    /// The model is right, also as a judge, with a probability that grows with the price of its output from 0.5 to 0.95.
    /// Some 3 % of calls fail as busy providers fail.
    pub fn heard(
        &self,
        endpoint: &Endpoint,
        ask: &Ask,
        price: TokenPrice,
        purpose: Purpose,
        call: u64,
    ) -> (Heard, f64) {
        let protocol = endpoint.provider().map_or(Protocol::OpenAi, |provider| provider.protocol);
        let key = key(self.seed, ask.model, purpose, call);
        let draw = |index: u64| unit(hash(key, index));
        let failing = draw(0);
        if failing < FAILING {
            return (failure(protocol, failing / FAILING), 200.0 + 200.0 * draw(1));
        }
        let right = draw(2) < accuracy(price);
        let text = match purpose {
            Purpose::Answer { reference, .. } if right => reference.trim().to_owned(),
            Purpose::Answer { reference, .. } => wrong(reference.trim(), hash(key, 3)),
            Purpose::Judge { right: verdict } => String::from(if verdict == right { "yes" } else { "no" }),
        };
        let body = reply(protocol, ask, &text, hash(key, 4));
        // Long waits are rare.
        let wait = draw(1);
        (Heard::Http { status: 200, retry_after: None, body: body.to_string() }, 200.0 + 2_300.0 * wait * wait)
    }
}

fn key(seed: u64, model: &str, purpose: Purpose, call: u64) -> u64 {
    let text =
        |key: u64, text: &str| text.bytes().fold(hash(key, text.len() as u64), |key, byte| hash(key, u64::from(byte)));
    let key = text(hash(seed, call), model);
    match purpose {
        Purpose::Answer { reference, query } => text(text(hash(key, 0), reference), query),
        Purpose::Judge { right } => hash(key, 1 + u64::from(right)),
    }
}

/// Half of the way from 0.5 to 0.95 at two dollars a million output tokens.
fn accuracy(price: TokenPrice) -> f64 {
    let dollars = if price.output > 0.0 { price.output } else { 0.0 };
    let way = if dollars.is_finite() { dollars / (dollars + 2.0) } else { 1.0 };
    0.5 + 0.45 * way
}

/// A wrong answer of the same kind: another letter, another number.
fn wrong(reference: &str, draw: u64) -> String {
    let letter = reference.trim_matches(['(', ')', '[', ']', '.']);
    if let (1, Some(right)) = (letter.len(), letter.bytes().next().filter(u8::is_ascii_alphabetic)) {
        let first = if right.is_ascii_uppercase() { b'A' } else { b'a' };
        // Of a to d, or of as many letters as there must be.
        let count = (right - first).max(3) + 1;
        let step = 1 + below(draw, u64::from(count) - 1) as u8;
        return char::from(first + (right - first + step) % count).to_string();
    }
    let number = reference.replace(',', "").parse::<f64>().ok().filter(|number| number.is_finite());
    let other = number.map(|number| (number, number + 1.0 + below(draw, 9) as f64));
    match other {
        // Of a huge number the next is the same.
        Some((right, other)) if right != other => other.to_string(),
        _ => UNSURE.to_owned(),
    }
}

/// A failure as the protocol has it; `which` in [0,1).
fn failure(protocol: Protocol, which: f64) -> Heard {
    let [busy, broken, overloaded] = FAILURES;
    let (status, kind, message) = match which {
        _ if which < 0.5 => (429, "rate_limit_error", busy),
        _ if which < 0.75 => (500, "api_error", broken),
        _ => (503, "overloaded_error", overloaded),
    };
    let body = match protocol {
        Protocol::OpenAi => json!({"error": {"message": message, "type": kind, "code": null}}),
        Protocol::Anthropic => json!({"type": "error", "error": {"type": kind, "message": message}}),
        Protocol::Gemini => json!({"error": {"code": status, "message": message}}),
    };
    let retry_after = (status == 429).then(|| "1".to_owned());
    Heard::Http { status, retry_after, body: body.to_string() }
}

/// An answer as the protocol has it, cut off where it would be.
fn reply(protocol: Protocol, ask: &Ask, text: &str, draw: u64) -> Value {
    let tokens = |bytes: usize| (bytes as u64).div_ceil(BYTES_A_TOKEN);
    let most = u64::from(ask.max_tokens);
    let cut = tokens(text.len()) > most;
    let kept = text.floor_char_boundary(if cut { (most * BYTES_A_TOKEN) as usize } else { text.len() });
    let text = text.get(..kept).unwrap_or_default();
    let said = tokens(text.len()).max(1).min(most);
    // As many as there is room for.
    let reasoning = if reasons(ask.model) { (64 + below(draw, 448)).min(most - said) } else { 0 };
    let input = tokens(ask.system.len() + ask.prompt.len()) + 8;
    let output = said + reasoning;
    match protocol {
        Protocol::OpenAi => json!({
            "object": "chat.completion",
            "model": ask.model,
            "choices": [{
                "index": 0,
                "message": {"role": "assistant", "content": text, "refusal": null},
                "finish_reason": if cut { "length" } else { "stop" },
            }],
            "usage": {
                "prompt_tokens": input,
                "completion_tokens": output,
                "total_tokens": input + output,
                "completion_tokens_details": {"reasoning_tokens": reasoning},
            },
        }),
        // Anthropic does not say how many tokens were reasoning.
        Protocol::Anthropic => json!({
            "type": "message",
            "role": "assistant",
            "model": ask.model,
            "content": [{"type": "text", "text": text}],
            "stop_reason": if cut { "max_tokens" } else { "end_turn" },
            "usage": {"input_tokens": input, "output_tokens": output},
        }),
        Protocol::Gemini => json!({
            "candidates": [{
                "content": {"role": "model", "parts": [{"text": text}]},
                "finishReason": if cut { "MAX_TOKENS" } else { "STOP" },
            }],
            "usageMetadata": {
                "promptTokenCount": input,
                "candidatesTokenCount": said,
                "thoughtsTokenCount": reasoning,
                "totalTokenCount": input + output,
            },
            "modelVersion": ask.model,
        }),
    }
}

/// Whether a model of this name thinks before it answers.
fn reasons(model: &str) -> bool {
    let model = model.to_ascii_lowercase();
    ["o1", "o3", "o4", "gpt-5", "think", "reason"].iter().any(|part| model.contains(part))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::grade::{Scorer, Scoring};
    use proptest::prelude::*;

    #[test]
    fn wrong_answers_are_plausible() {
        for draw in (0..200).map(|index| hash(1, index)) {
            let letter = wrong("B", draw);
            assert!(["A", "C", "D"].contains(&letter.as_str()), "{letter}");
            assert!(["a", "b", "c"].contains(&wrong("(d)", draw).as_str()));
            assert!("ABCDEFG".contains(&wrong("H", draw)));
            assert!((8.0..=16.0).contains(&wrong("7", draw).parse::<f64>().unwrap()));
            assert!((1_236.0..=1_244.0).contains(&wrong("1,235", draw).parse::<f64>().unwrap()));
            for other in ["Paris", "", "nan", "inf", "1e300", "é", "42 cats"] {
                assert_eq!(wrong(other, draw), UNSURE, "{other}");
            }
        }
    }

    #[test]
    fn accuracy_grows_with_the_price() {
        let at = |output| accuracy(TokenPrice { input: 0.0, output });
        let prices = [f64::NEG_INFINITY, -1.0, 0.0, 0.1, 1.0, 10.0, 100.0, f64::MAX, f64::INFINITY];
        assert!(prices.windows(2).all(|pair| at(pair[0]) <= at(pair[1])));
        assert!((at(0.0), at(f64::NAN), at(f64::INFINITY)) == (0.5, 0.5, 0.95));
    }

    proptest! {
        #[test]
        fn wrong_answers_are_wrong(reference in "[A-Za-z]|-?[0-9]{1,6}(\\.[0-9]{1,3})?|\\PC{0,8}", draw in any::<u64>()) {
            let scorer = Scorer::new(&Scoring::Graded(crate::experiment::Grader::CaseFolded)).unwrap();
            prop_assert_eq!(scorer.score(&wrong(&reference, draw), &reference), Some(0.0));
        }
    }
}
