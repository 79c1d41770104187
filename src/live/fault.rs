//! What went wrong with a call, and what it means for the next one.

use super::said;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What kind of thing went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// The key is not accepted (401).
    WrongKey,
    /// The key is accepted, and may not do this (403).
    Forbidden,
    /// Nothing left to pay with (402, or 429 for that reason).
    NoCredit,
    /// No such model, or no such path (404).
    UnknownModel,
    /// The request is not accepted (400, 413, 422 and the other 4xx).
    BadRequest,
    /// Too many calls or tokens within some time (429).
    RateLimited,
    /// The provider is busy or broken (5xx, 408, 409).
    Overloaded,
    /// The call did not get through; the browser does not say why.
    Unreachable,
    /// The server answered with another address, which is never followed.
    Redirected,
    /// No answer within the time that a call has.
    TimedOut,
    /// The call was stopped by the person.
    Aborted,
    /// The answer is larger than any that is read.
    TooLarge,
    /// The answer broke off.
    Broken,
    /// An answer that is no JSON, such as a page.
    NotJson,
    /// An answer in JSON without what it must have.
    Malformed,
    /// The page was closed while the call was under way.
    UnknownOutcome,
}

impl FaultKind {
    /// Whether the call may have cost something all the same: nobody knows.
    pub fn may_be_billed(self) -> bool {
        // NotJson and Malformed are of replies that said they were good: of the others the status says what they are.
        matches!(
            self,
            Self::Unreachable
                | Self::TimedOut
                | Self::Aborted
                | Self::TooLarge
                | Self::Broken
                | Self::NotJson
                | Self::Malformed
                | Self::UnknownOutcome
        )
    }

    /// Whether the same call is worth another try after a while.
    pub fn is_transient(self) -> bool {
        matches!(self, Self::RateLimited | Self::Overloaded)
    }

    /// Whether the next call will fail as well, until the person changes something.
    pub fn is_lasting(self) -> bool {
        matches!(
            self,
            Self::WrongKey
                | Self::Forbidden
                | Self::NoCredit
                | Self::UnknownModel
                | Self::BadRequest
                | Self::Unreachable
                | Self::Redirected
        )
    }

    /// What the status of a reply means.
    fn of_status(status: u16) -> FaultKind {
        match status {
            200..=299 => Self::Malformed,
            300..=399 => Self::Redirected,
            401 => Self::WrongKey,
            402 => Self::NoCredit,
            403 => Self::Forbidden,
            404 => Self::UnknownModel,
            408 | 409 => Self::Overloaded,
            // A gateway gave up waiting: the provider may go on, and be paid for it.
            504 | 524 => Self::TimedOut,
            429 => Self::RateLimited,
            400..=499 => Self::BadRequest,
            _ => Self::Overloaded,
        }
    }
}

/// Why a call brought no answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Fault {
    /// What kind of thing went wrong.
    pub kind: FaultKind,
    /// HTTP status of the reply, or the one that its error names; `None` where there was no reply.
    pub status: Option<u16>,
    /// The provider's own words: one line of at most 300 characters, with `•••` for anything that may be a key. Empty where
    /// it said nothing.
    pub said: String,
    /// Milliseconds after which the provider wants to be asked again, where it says so.
    pub retry_after_ms: Option<f64>,
}

impl Fault {
    /// Whether the call may have cost something all the same: its kind says so, or a gateway lost the provider that was
    /// already at work.
    pub fn may_be_billed(&self) -> bool {
        self.kind.may_be_billed() || matches!(self.status, Some(502 | 520..=527))
    }

    /// A fault without a reply.
    pub fn new(kind: FaultKind) -> Fault {
        Fault { kind, status: None, said: String::new(), retry_after_ms: None }
    }

    /// Of a reply that was read as far as it goes and is no answer.
    pub(super) fn of_answer(kind: FaultKind, status: u16, body: &str) -> Fault {
        let shown = if kind == FaultKind::NotJson { said::message(body, None) } else { String::new() };
        Fault { status: Some(status), said: shown, ..Fault::new(kind) }
    }

    /// Of a reply that reports an error, by its status or within a body that was announced as good.
    pub(super) fn of_error(status: u16, retry_after: Option<&str>, body: &str) -> Fault {
        let json: Option<Value> = serde_json::from_str(body).ok();
        let whole = json.as_ref().map(|json| json.get(0).unwrap_or(json));
        let error = whole.and_then(|whole| whole.get("error").filter(|error| error.is_object()).or(Some(whole)));
        // A status within the error of a good reply is the one that a gateway was given.
        let named = error.and_then(|error| error.get("code")).and_then(Value::as_u64);
        let named = named.and_then(|code| u16::try_from(code).ok()).filter(|code| (400..600).contains(code));
        let status = if (200..300).contains(&status) { named.unwrap_or(status) } else { status };
        let said = said::message(body, json.as_ref());
        let kind = error.and_then(|error| named_kind(error, &said)).unwrap_or(FaultKind::of_status(status));
        let delay = retry_after.and_then(delay_ms).or_else(|| {
            details(error).find_map(|detail| detail.get("retryDelay").and_then(Value::as_str).and_then(delay_ms))
        });
        Fault { kind, status: Some(status), said, retry_after_ms: delay }
    }

    /// What went wrong, as a short heading.
    pub fn title(&self) -> &'static str {
        match self.kind {
            FaultKind::WrongKey => "The key was not accepted",
            FaultKind::Forbidden => "The key may not do this",
            FaultKind::NoCredit => "The account has no credit",
            FaultKind::UnknownModel => "No such model",
            FaultKind::BadRequest => "The request was not accepted",
            FaultKind::RateLimited => "Too many calls in a short time",
            FaultKind::Overloaded => "The provider is busy or broken",
            FaultKind::Unreachable => "The call did not get through",
            FaultKind::Redirected => "The server sent the call elsewhere",
            FaultKind::TimedOut => "No answer in time",
            FaultKind::Aborted => "The call was stopped",
            FaultKind::TooLarge => "The answer is too large",
            FaultKind::Broken => "The answer broke off",
            FaultKind::NotJson => "The answer is no JSON",
            FaultKind::Malformed => "The answer has an unexpected form",
            FaultKind::UnknownOutcome => "The page was closed during the call",
        }
    }
}

/// What an error says it is, where its status says it less well: OpenAI reports an empty account as 429, Anthropic as 400,
/// and Gemini a wrong key as 400.
fn named_kind(error: &Value, said: &str) -> Option<FaultKind> {
    let is = |name: &str, word: &str| error.get(name).and_then(Value::as_str) == Some(word);
    let reason = |word| details(Some(error)).any(|detail| detail.get("reason").and_then(Value::as_str) == Some(word));
    if is("code", "insufficient_quota")
        || is("type", "insufficient_quota")
        || said.contains("credit balance is too low")
    {
        return Some(FaultKind::NoCredit);
    }
    reason("API_KEY_INVALID").then_some(FaultKind::WrongKey)
}

fn details(error: Option<&Value>) -> impl Iterator<Item = &Value> {
    error.and_then(|error| error.get("details")).and_then(Value::as_array).into_iter().flatten()
}

/// Milliseconds of `2`, `1.5s` or `20ms`. Dates are passed over: there is no clock here.
fn delay_ms(text: &str) -> Option<f64> {
    let text = text.trim();
    let (number, unit) = match (text.strip_suffix("ms"), text.strip_suffix('s')) {
        (Some(number), _) => (number, 1.0),
        (None, Some(number)) => (number, 1_000.0),
        (None, None) => (text, 1_000.0),
    };
    let plain = number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let ms = number.parse::<f64>().ok()? * unit;
    (plain && ms.is_finite()).then_some(ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_and_what_overrules_them() {
        let kind = |status, body: &str| Fault::of_error(status, None, body).kind;
        for (status, expected) in [
            (400, FaultKind::BadRequest),
            (401, FaultKind::WrongKey),
            (402, FaultKind::NoCredit),
            (403, FaultKind::Forbidden),
            (404, FaultKind::UnknownModel),
            (408, FaultKind::Overloaded),
            (409, FaultKind::Overloaded),
            (413, FaultKind::BadRequest),
            (422, FaultKind::BadRequest),
            (429, FaultKind::RateLimited),
            (500, FaultKind::Overloaded),
            (529, FaultKind::Overloaded),
            (307, FaultKind::Redirected),
        ] {
            assert_eq!(kind(status, ""), expected, "{status}");
            assert_eq!(kind(status, r#"{"error":{"code":401}}"#), expected, "{status}");
        }
        assert_eq!(kind(429, r#"{"error":{"code":"insufficient_quota","message":"x"}}"#), FaultKind::NoCredit);
        assert_eq!(kind(429, r#"{"error":{"type":"insufficient_quota"}}"#), FaultKind::NoCredit);
        let poor = r#"{"type":"error","error":{"message":"Your credit balance is too low to go on."}}"#;
        assert_eq!(kind(400, poor), FaultKind::NoCredit);
        let gemini = r#"[{"error":{"code":400,"details":[{"reason":"API_KEY_INVALID"}]}}]"#;
        assert_eq!(kind(400, gemini), FaultKind::WrongKey);
        // Within a good reply the error's own status counts.
        let inner = Fault::of_error(200, None, r#"{"error":{"code":429,"message":"slow"}}"#);
        assert_eq!((inner.kind, inner.status, inner.said.as_str()), (FaultKind::RateLimited, Some(429), "slow"));
        assert_eq!(kind(200, r#"{"error":"x"}"#), FaultKind::Malformed);
    }

    #[test]
    fn delays() {
        let after = |text| Fault::of_error(429, Some(text), "").retry_after_ms;
        assert_eq!(after("2"), Some(2_000.0));
        assert_eq!(after(" 1.5s "), Some(1_500.0));
        assert_eq!(after("20ms"), Some(20.0));
        for none in ["", "s", "-1", "1e3", "inf", "nan", "1m30s", "Wed, 21 Oct 2026 07:28:00 GMT", &"9".repeat(400)] {
            assert_eq!(after(none), None, "{none}");
        }
        let body = r#"{"error":{"details":[{"x":1},{"retryDelay":"34s"}]}}"#;
        assert_eq!(Fault::of_error(429, None, body).retry_after_ms, Some(34_000.0));
        assert_eq!(Fault::of_error(429, Some("1"), body).retry_after_ms, Some(1_000.0));
    }
}
