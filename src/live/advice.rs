//! What a person can do about a fault.

use super::fault::{Fault, FaultKind};
use super::provider::{Endpoint, Protocol};

impl Fault {
    /// What the person can do, in plain words. `page_origin` is the page's own origin, such as `https://example.org`, which
    /// servers have to allow.
    pub fn advice(&self, endpoint: &Endpoint, model: &str, page_origin: &str) -> String {
        let advice = self.advise(endpoint, model, page_origin);
        let mut letters = advice.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
    }

    fn advise(&self, endpoint: &Endpoint, model: &str, page_origin: &str) -> String {
        let name = name(endpoint);
        // Of a program that the person runs there is no account.
        let own = endpoint.provider().is_none_or(|provider| provider.own);
        match self.kind {
            FaultKind::WrongKey => format!(
                "Check the key of {name}: it may be cut short, withdrawn, or another provider's. Enter it again, or make a \
                 new one in your account there."
            ),
            FaultKind::Forbidden if own => {
                format!("{name} refuses calls from this page, or this key. {}", how_to_allow(endpoint, page_origin))
            }
            FaultKind::Forbidden => format!(
                "{name} refuses this call: check in your account there whether the key, its project and your region may \
                 use {model}."
            ),
            FaultKind::NoCredit => {
                format!("Add credit or raise the spending limit in your account at {name}, then go on.")
            }
            FaultKind::UnknownModel => format!(
                "{name} has no model called {model}, or your key may not use it. Take a name from the provider's list, and \
                 check the address {}.",
                endpoint.base
            ),
            FaultKind::BadRequest => format!(
                "{name} does not accept this request for {model}. Its own words say why; often the prompt is too long for \
                 the model, the model is not one that chats, or it allows fewer output tokens: lower that limit or take \
                 another model."
            ),
            FaultKind::RateLimited => format!(
                "{name} allows fewer calls or tokens a minute. Wait a little, make fewer calls at once, or raise the limit \
                 in your account there."
            ),
            FaultKind::Overloaded => {
                format!("Try again in a few minutes. If it goes on, see {name}'s status page, or take another model.")
            }
            FaultKind::Unreachable => unreachable(endpoint, name, page_origin),
            FaultKind::Redirected if own => format!(
                "{} sends calls on to another address, where a key is never sent. Enter the final address instead, up to \
                 what stands before /chat/completions.",
                endpoint.base
            ),
            FaultKind::Redirected => format!(
                "{} sends calls on to another address, where a key is never sent. Check whether your network wants you to \
                 sign in, then try again.",
                endpoint.base
            ),
            FaultKind::TimedOut => format!(
                "{model} took longer than a call may take, and may be billed all the same. Allow more time, ask for fewer \
                 output tokens, or take a faster model."
            ),
            FaultKind::Aborted => {
                "You stopped the call while it was under way. It may be billed all the same; start again to go on.".to_owned()
            }
            FaultKind::TooLarge => format!(
                "The reply is longer than any answer should be. Check the address {}, and lower the limit of output tokens.",
                endpoint.base
            ),
            FaultKind::Broken => {
                "The connection was lost within the reply, which may be billed all the same. Check your connection and try \
                 again."
                    .to_owned()
            }
            FaultKind::NotJson => format!(
                "Something other than {name} answered, such as a sign-in page, a proxy or a web server. Check the address \
                 {} and whether your network wants you to sign in.",
                endpoint.base
            ),
            FaultKind::Malformed => format!(
                "The reply is not one that {name} should give. Check that the server at {} speaks this protocol, that the \
                 address ends where it should (often in /v1), and that {model} is a model that chats.",
                endpoint.base
            ),
            FaultKind::UnknownOutcome => format!(
                "Nobody knows whether the call was answered, or billed: your account at {name} may show it. Start again to \
                 go on."
            ),
        }
    }
}

/// How a sentence speaks of the provider.
fn name(endpoint: &Endpoint) -> &str {
    match endpoint.provider() {
        Some(provider) if provider.base.is_empty() => "the server",
        Some(provider) => provider.name,
        None => &endpoint.provider,
    }
}

/// The causes that a browser does not tell apart.
fn unreachable(endpoint: &Endpoint, name: &str, page_origin: &str) -> String {
    let origin = endpoint.origin();
    let mut causes = vec!["You are offline: check your connection.".to_owned()];
    if endpoint.provider().is_none_or(|provider| provider.own) {
        causes.push(format!("The address `{}` is wrong: check host, port and path.", endpoint.base));
        causes.push(format!("{name} is not running: start it."));
    }
    let allow = how_to_allow(endpoint, page_origin);
    causes.push(format!("The server does not allow calls from pages of {page_origin} (CORS). {allow}"));
    causes.push("A content blocker or a firewall stops the call: allow it for this page.".to_owned());
    causes.push(format!(
        "This page was built without leave to call that address (Content-Security-Policy): build it with `cargo xtask \
         build --connect {origin}`."
    ));
    if endpoint.is_local() {
        causes.push(
            "The browser wants your permission for calls to the local network: allow it for this page.".to_owned(),
        );
        if origin.starts_with("http://") && page_origin.starts_with("https://") {
            causes.push(
                "The browser lets no page on https call an address on http, or only localhost: use localhost, or put \
                 https before the server."
                    .to_owned(),
            );
        }
    }
    let list: Vec<String> = causes.iter().enumerate().map(|(at, cause)| format!("({}) {cause}", at + 1)).collect();
    format!("The browser does not say why; one of these: {}", list.join(" "))
}

/// What makes a server allow calls from the page.
fn how_to_allow(endpoint: &Endpoint, page_origin: &str) -> String {
    match endpoint.provider().map(|provider| (provider.id, provider.hint)) {
        Some(("ollama", _)) => format!("Start Ollama with OLLAMA_ORIGINS={page_origin} in its environment."),
        Some(("lm-studio", _)) => "Start its server with `lms server start --cors`.".to_owned(),
        Some(("vllm", _)) => format!("Start vLLM with --allowed-origins '[\"{page_origin}\"]'."),
        Some(("llama-cpp", _)) => format!("If you start it with --cors-origins, name {page_origin} there."),
        None | Some(("custom" | "custom-anthropic" | "custom-gemini", _)) => format!(
            "Make it allow the origin {page_origin}, the methods GET and POST, and the headers content-type and {}.",
            match endpoint.provider().map(|provider| provider.protocol) {
                Some(Protocol::Anthropic) => {
                    "x-api-key, anthropic-version and anthropic-dangerous-direct-browser-access"
                }
                Some(Protocol::Gemini) => "x-goog-api-key",
                _ => "authorization",
            }
        ),
        Some((_, hint)) => format!("What is known: {hint}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::provider::{PROVIDERS, provider};

    #[test]
    fn the_page_s_origin_is_named_in_the_provider_s_own_setting() {
        let advice = |id: &str| {
            let endpoint = Endpoint::of(provider(id).unwrap());
            Fault::new(FaultKind::Unreachable).advice(&endpoint, "m", "https://page.example")
        };
        assert!(advice("ollama").contains("OLLAMA_ORIGINS=https://page.example"));
        assert!(advice("vllm").contains("--allowed-origins '[\"https://page.example\"]'"));
        assert!(advice("lm-studio").contains("lms server start --cors"));
        assert!(advice("ollama").contains("--connect http://localhost:11434"));
        assert!(advice("ollama").contains("local network"));
        assert!(!advice("openai").contains("local network") && !advice("openai").contains("not running"));
        assert!(advice("custom").contains("Make it allow the origin https://page.example"));
        for each in PROVIDERS {
            assert!(advice(each.id).contains("(CORS)") && advice(each.id).contains("cargo xtask build --connect"));
        }
    }
}
