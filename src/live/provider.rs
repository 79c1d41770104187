//! Who can be called, and where.

use super::address::Address;
use crate::error::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};

/// How a provider is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    /// Chat completions as OpenAI has them, which most others speak too.
    OpenAi,
    /// Anthropic's messages.
    Anthropic,
    /// Gemini's generateContent.
    Gemini,
}

/// What the most tokens of an answer are called in OpenAI's protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// `max_tokens`: the older name, which everybody but OpenAI reads.
    MaxTokens,
    /// `max_completion_tokens`: OpenAI's reasoning models take no other.
    MaxCompletionTokens,
}

/// What is known of calls from a page to a provider, whose servers must allow them (CORS).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// Nothing: the protocol was only tried against a stand-in.
    Stub,
    /// They are said or were seen to work.
    Documented {
        /// The month it was said or seen, such as `2026-11`.
        on: &'static str,
    },
    /// They were last said to fail: a gateway that allows them may be needed.
    NeedsGateway,
}

/// A company or a program that answers calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Provider {
    /// Name for programs.
    pub id: &'static str,
    /// Name for people.
    pub name: &'static str,
    /// How it is spoken to.
    pub protocol: Protocol,
    /// Address that the protocol's paths are appended to; empty where only the person knows it.
    pub base: &'static str,
    /// Whether it answers nobody without a key. Of the others, some can be told to want one.
    pub needs_key: bool,
    /// Whether it runs on the person's own machine or network, so that its address may be another.
    pub own: bool,
    /// What the most tokens of an answer are called.
    pub limit: Limit,
    /// What is known of calls from a page.
    pub known: Known,
    /// What a person must know or set, in plain words; empty where nothing.
    pub hint: &'static str,
}

/// A company's service.
const fn service(
    id: &'static str,
    name: &'static str,
    base: &'static str,
    known: Known,
    hint: &'static str,
) -> Provider {
    let (protocol, limit) = (Protocol::OpenAi, Limit::MaxTokens);
    Provider { id, name, protocol, base, needs_key: true, own: false, limit, known, hint }
}

/// A program that the person runs.
const fn program(
    id: &'static str,
    name: &'static str,
    base: &'static str,
    known: Known,
    hint: &'static str,
) -> Provider {
    Provider { needs_key: false, own: true, ..service(id, name, base, known, hint) }
}

/// All that can be called.
pub const PROVIDERS: [Provider; 17] = [
    Provider {
        limit: Limit::MaxCompletionTokens,
        ..service(
            "openai",
            "OpenAI",
            "https://api.openai.com/v1",
            Known::Documented { on: "2026-08" },
            "It allows calls from pages (seen 2026-08).",
        )
    },
    Provider {
        protocol: Protocol::Anthropic,
        ..service(
            "anthropic",
            "Anthropic",
            "https://api.anthropic.com",
            Known::Documented { on: "2025-03" },
            "It allows calls from pages that say they know the danger, as this one does; an organisation can forbid them \
             in its settings (reported 2025-03).",
        )
    },
    Provider {
        protocol: Protocol::Gemini,
        ..service(
            "gemini",
            "Google Gemini",
            "https://generativelanguage.googleapis.com",
            Known::Documented { on: "2026-05" },
            "Calls from pages were reported to work (2026-05).",
        )
    },
    service(
        "openrouter",
        "OpenRouter",
        "https://openrouter.ai/api/v1",
        Known::Documented { on: "2024-07" },
        "Calls from pages were reported to work (2024-07). One key reaches the models of many companies.",
    ),
    service(
        "groq",
        "Groq",
        "https://api.groq.com/openai/v1",
        Known::Documented { on: "2024-07" },
        "Calls from pages were reported to work (2024-07). If calls fail at once, use a gateway such as LiteLLM or \
         OpenRouter.",
    ),
    service(
        "together",
        "Together AI",
        "https://api.together.xyz/v1",
        Known::Documented { on: "2024-07" },
        "Calls from pages were reported to work (2024-07). If calls fail at once, use a gateway such as LiteLLM or \
         OpenRouter.",
    ),
    service(
        "deepseek",
        "DeepSeek",
        "https://api.deepseek.com",
        Known::NeedsGateway,
        "Reports differ on calls from pages: they worked (2025-06) and failed (2026-05). If calls fail at once, use a \
         gateway such as LiteLLM or OpenRouter.",
    ),
    service(
        "mistral",
        "Mistral",
        "https://api.mistral.ai/v1",
        Known::Documented { on: "2026-03" },
        "It allows calls from pages that send only the headers it lists, as this one does (reported 2026-03).",
    ),
    service(
        "xai",
        "xAI",
        "https://api.x.ai/v1",
        Known::Stub,
        "Calls from pages were not tried: if calls fail at once, use a gateway such as LiteLLM or OpenRouter.",
    ),
    program(
        "ollama",
        "Ollama",
        "http://localhost:11434/v1",
        Known::Documented { on: "2026-10" },
        "It answers 403 to pages that the variable OLLAMA_ORIGINS does not name: set it to this page's origin before \
         Ollama starts.",
    ),
    program(
        "lm-studio",
        "LM Studio",
        "http://localhost:1234/v1",
        Known::Documented { on: "2026-11" },
        "It allows calls from pages if its server is started with `lms server start --cors`.",
    ),
    program(
        "vllm",
        "vLLM",
        "http://localhost:8000/v1",
        Known::Documented { on: "2026-11" },
        "Which pages may call it, --allowed-origins says. It wants a key only if it is started with --api-key.",
    ),
    program(
        "llama-cpp",
        "llama.cpp server",
        "http://localhost:8080/v1",
        Known::Documented { on: "2026-11" },
        "It allows calls from every page unless --cors-origins says otherwise. It wants a key only if it is started with \
         --api-key.",
    ),
    program(
        "litellm",
        "LiteLLM proxy",
        "http://localhost:4000/v1",
        Known::Documented { on: "2026-11" },
        "It allows calls from every page, and passes them on to companies whose servers do not. It wants a key only if it \
         has a master key.",
    ),
    program(
        "custom",
        "Another server that speaks OpenAI's protocol",
        "",
        Known::Stub,
        "Give the address that stands before /chat/completions, such as http://localhost:8000/v1. The server must allow \
         calls from this page (CORS).",
    ),
    Provider {
        protocol: Protocol::Anthropic,
        ..program(
            "custom-anthropic",
            "Another server that speaks Anthropic's protocol",
            "",
            Known::Stub,
            "Give the address that stands before /v1/messages. The server must allow calls from this page (CORS).",
        )
    },
    Provider {
        protocol: Protocol::Gemini,
        ..program(
            "custom-gemini",
            "Another server that speaks Gemini's protocol",
            "",
            Known::Stub,
            "Give the address that stands before /v1beta/models. The server must allow calls from this page (CORS).",
        )
    },
];

/// The provider of this id.
pub fn provider(id: &str) -> Option<&'static Provider> {
    PROVIDERS.iter().find(|provider| provider.id == id)
}

/// Where a model is called.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Endpoint {
    /// The provider's id.
    pub provider: String,
    /// The provider's own address, unless the provider is one that the person runs.
    pub base: String,
}

impl Endpoint {
    /// The provider at its own address.
    pub fn of(provider: &Provider) -> Endpoint {
        Endpoint { provider: provider.id.to_owned(), base: provider.base.to_owned() }
    }

    /// Checks that it can be called, and that a key for it reaches nobody else.
    ///
    /// # Errors
    /// `OutOfRange` where the provider is not known; where the address is no `http` or `https` address with a host, or has
    /// a user, a query or a fragment; where it is not encrypted and leaves the person's own machine and network; where it
    /// is not the provider's own and the provider is not one that the person runs.
    pub fn check(&self) -> Result<()> {
        self.checked().map(|_| ())
    }

    /// The provider and the address as a browser writes it, without a slash at its end, if [`Endpoint::check`] finds nothing
    /// wrong.
    pub(super) fn checked(&self) -> Result<(&'static Provider, String)> {
        let wrong = |field: &str, found: &str, expected: &str| {
            Err(Error::new(ErrorKind::OutOfRange, expected).at_field(format!("endpoint.{field}")).found(found))
        };
        let Some(provider) = self.provider() else {
            let ids = PROVIDERS.map(|provider| provider.id).join(", ");
            return wrong("provider", &self.provider, &format!("one of {ids}"));
        };
        if !provider.own && self.base != provider.base {
            return wrong("base", &self.base, &format!("{}'s own address, {}", provider.name, provider.base));
        }
        match Address::read(&self.base) {
            Err(expected) => wrong("base", &self.base, expected),
            Ok(address) if !address.is_secure() && !address.is_local() => {
                wrong("base", &self.base, "https://, for a server outside the own machine and network")
            }
            Ok(address) => {
                let rest = self.base.split_once("://").and_then(|(_, rest)| rest.split_once('/'));
                let path = rest.map_or("", |(_, path)| path).trim_end_matches('/');
                let slash = if path.is_empty() { "" } else { "/" };
                Ok((provider, format!("{}{slash}{path}", address.origin())))
            }
        }
    }

    /// Scheme, host and port as a browser writes an origin; empty where the address is none.
    pub fn origin(&self) -> String {
        Address::read(&self.base).map(|address| address.origin()).unwrap_or_default()
    }

    /// The provider, where it is known.
    pub fn provider(&self) -> Option<&'static Provider> {
        provider(&self.provider)
    }

    /// Whether it is on the person's own machine, or has an address of a private network.
    pub fn is_local(&self) -> bool {
        Address::read(&self.base).is_ok_and(|address| address.is_local())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(provider: &str, base: &str) -> Endpoint {
        Endpoint { provider: provider.to_owned(), base: base.to_owned() }
    }

    #[test]
    fn providers_are_well_formed() {
        for (place, each) in PROVIDERS.iter().enumerate() {
            assert!(!PROVIDERS[..place].iter().any(|other| other.id == each.id), "{}", each.id);
            assert_eq!(provider(each.id), Some(each));
            let endpoint = Endpoint::of(each);
            assert_eq!(endpoint.check().is_ok(), !each.base.is_empty(), "{}", each.id);
            assert_eq!(endpoint.is_local(), each.own && !each.base.is_empty(), "{}", each.id);
            assert!(each.own || each.base.starts_with("https://"));
        }
        assert_eq!(provider("nobody"), None);
    }

    #[test]
    fn a_key_reaches_nobody_else() {
        for base in [
            "https://api.openai.com@evil.example/v1",
            "https://api.openai.com.evil.example/v1",
            "https://api.openai.com/v1/",
            "https://api.openai.com/v1/../v2",
            "https://api.openai.com\\@evil.example/v1",
            "https://api.openai.com:444/v1",
            "http://api.openai.com/v1",
            "https://аpi.openai.com/v1",
            " https://api.openai.com/v1",
            "http://localhost:8000/v1",
            "",
        ] {
            let error = at("openai", base).check().unwrap_err();
            assert_eq!((error.kind, error.place.field.as_deref()), (ErrorKind::OutOfRange, Some("endpoint.base")));
        }
        assert!(at("nobody", "https://a.b").check().is_err());
    }

    #[test]
    fn own_servers_stand_anywhere_but_unencrypted_only_nearby() {
        for base in ["http://192.168.1.2:11434/v1", "https://gpu.example.org/v1/", "http://[::1]:1/v1"] {
            assert!(at("custom", base).check().is_ok(), "{base}");
        }
        for base in ["http://gpu.example.org/v1", "http://8.8.8.8/v1", "http://localhost.evil/v1", "https://a@b/v1"] {
            assert!(at("custom", base).check().is_err(), "{base}");
        }
        assert_eq!(at("custom", "http://LOCALHOST:80/v1").origin(), "http://localhost");
        assert_eq!(at("custom", "nonsense").origin(), "");
    }
}
