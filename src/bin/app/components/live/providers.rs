//! What is known of every provider.

use crate::live::host;
use crate::words::{mix, say, told};
use llm_selection::live::provider::{Endpoint, Known, PROVIDERS, Protocol, Provider};
use yew::prelude::*;

/// The table of all providers, to be opened.
pub fn table() -> Html {
    let rows = PROVIDERS.iter().map(|provider| {
        html! {
            <tr key={provider.id}>
                <th scope="row">{told(provider.name)}<small class="quiet">{address(provider)}{", "}{protocol(provider.protocol)}</small></th>
                <td class="l">{say!(if provider.needs_key { "needed" } else { "if asked for" })}</td>
                <td class="l">{known(provider)}</td>
                <td class="l">{told(provider.hint)}</td>
            </tr>
        }
    });
    html! {
        <details class="providers">
            <summary>{say!("All providers, and what is known of calls from a page")}</summary>
            <div class="stack">
                <p class="small">
                    {say!("A browser lets a page call a server only if that server allows it (CORS). All three protocols are tested against a stand-in provider, with every fault that we know of; no paid provider was called for these tests. \
                        A server that does not allow pages needs a gateway that does, such as LiteLLM on your own machine.")}
                </p>
                <p class="small">
                    {mix!("For a server on your own machine or network the browser may ask whether this page may reach devices on your local network: allow it, else such calls fail like those to a server that is not there. \
                        The page may call the addresses below and this machine; any other is named when the site is built: {command}.",
                        command = html! { <code>{"cargo xtask build --connect https://llm.example.org"}</code> })}
                </p>
                <div class="scroll" tabindex="0" role="group" aria-label={say!("All providers, scrolls")}>
                    <table class="table providers-table" aria-label={say!("All providers")}>
                        <thead><tr>
                            <th scope="col" class="l">{say!("Provider")}<small>{say!("address, protocol")}</small></th><th scope="col" class="l">{say!("Key")}</th><th scope="col" class="l">{say!("Calls from a page")}</th><th scope="col" class="l">{say!("What to know")}</th>
                        </tr></thead>
                        <tbody>{for rows}</tbody>
                    </table>
                </div>
            </div>
        </details>
    }
}

fn address(provider: &Provider) -> AttrValue {
    if provider.base.is_empty() {
        return say!("yours");
    }
    let origin = Endpoint::of(provider).origin();
    let host = host(&origin);
    if provider.own { say!("{host} or another", host = host) } else { host.to_owned().into() }
}

fn protocol(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::OpenAi => "OpenAI chat completions",
        Protocol::Anthropic => "Anthropic messages",
        Protocol::Gemini => "Gemini generateContent",
    }
}

fn known(provider: &Provider) -> AttrValue {
    match provider.known {
        Known::Stub => say!("tested with the stand-in only"),
        Known::Documented { on } => say!("documented {on}", on = on),
        Known::NeedsGateway => say!("needs a gateway"),
    }
}
