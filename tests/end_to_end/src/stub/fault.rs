//! What goes wrong at a provider.

/// Bytes that [`Fault::Huge`] sends, at least.
pub const HUGE: usize = 50 << 20;

/// What goes wrong with a request for an answer.
///
/// Up to [`Fault::Redirect`] the request is refused, and nothing is charged; all that follow are charged in full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// 401, as for a wrong key.
    WrongKey,
    /// 402: the account has no money left.
    NoCredit,
    /// 403: the key may not use the model.
    Forbidden,
    /// 403 in a reply that pages of other origins may not read, as from a firewall before the provider.
    NoCors,
    /// 404: there is no such model.
    UnknownModel,
    /// 408: the provider gave up waiting.
    RequestTimeout,
    /// 409: the request is in conflict with another.
    Conflict,
    /// 429: too many requests.
    RateLimited {
        /// The header `retry-after`, in seconds.
        retry_after: Option<u32>,
    },
    /// 500: an error at the provider.
    ServerError,
    /// 503, and 529 at Anthropic: too many requests of all.
    Overloaded,
    /// 307: at another origin, which [`Plan::redirect_to`](super::Plan::redirect_to) names.
    Redirect,
    /// A reply that breaks off within its JSON, as if it were complete.
    Truncated,
    /// A web page with status 200 in place of the reply.
    Html,
    /// A reply that does not say what is charged.
    UsageMissing,
    /// A reply whose counts of tokens are negative.
    UsageNegative,
    /// An answer without text.
    Empty,
    /// The model declines to answer, as the protocol marks it.
    Refused,
    /// An answer that was cut off at the limit of tokens, as the protocol marks it.
    CutOff,
    /// A good reply behind [`HUGE`] bytes that mean nothing.
    Huge,
    /// A good reply, but for its last byte: spaces follow, slowly, for ever.
    Endless,
    /// A good reply that comes so many milliseconds too late.
    Late {
        /// Beyond the latency.
        milliseconds: u64,
    },
    /// The answer is made, but no byte of a reply is sent.
    Stalled,
    /// The answer is made, then the connection is closed without a reply. Where it was kept from an earlier request, the
    /// browser sends this one again, and that is charged, too: see [`Plan::keeps_connections`](super::Plan).
    Closed,
    /// The connection is closed within the reply.
    Interrupted,
}

impl Fault {
    /// The status that a refusal has by this fault; `None` where the answer is made.
    pub(super) fn refusal(self, overloaded: u16) -> Option<u16> {
        match self {
            Fault::WrongKey => Some(401),
            Fault::NoCredit => Some(402),
            Fault::Forbidden | Fault::NoCors => Some(403),
            Fault::UnknownModel => Some(404),
            Fault::RequestTimeout => Some(408),
            Fault::Conflict => Some(409),
            Fault::RateLimited { .. } => Some(429),
            Fault::ServerError => Some(500),
            Fault::Overloaded => Some(overloaded),
            Fault::Redirect => Some(307),
            _ => None,
        }
    }
}
