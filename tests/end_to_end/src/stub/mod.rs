//! A provider of language models for tests: a real HTTP server on this machine that answers as providers do, in the
//! protocols of OpenAI, Anthropic and Gemini, with their rules for pages of other origins (CORS), and that goes wrong as
//! they do, on a seeded schedule or a script.
//!
//! It keeps a [bill](Stub::bill) of what it would charge, which what a page believes to have spent can be held against.

mod body;
mod fault;
mod protocol;
mod serve;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, VecDeque};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::ops::RangeInclusive;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use tokio::runtime;
use tokio::sync::{oneshot, watch};

pub use fault::{Fault, HUGE};
pub use protocol::Tokens;

/// What a model says to a prompt; it gets the model's name and all texts of the prompt, one per line.
pub type Answer = Box<dyn Fn(&str, &str) -> String + Send + Sync>;

/// How a [`Stub`] behaves.
pub struct Plan {
    /// The port on 127.0.0.1; 0 takes any free one.
    pub port: u16,
    /// The key that a request has to carry.
    pub key: String,
    /// Names of the models that there are. One with `think` in it reasons before it answers, and charges for that.
    pub models: Vec<String>,
    /// What they say.
    pub answer: Answer,
    /// How long an answer takes, in milliseconds: anything in between, by the seed.
    pub latency: RangeInclusive<u64>,
    /// Decides faults and latencies, each by the request's number.
    pub seed: u64,
    /// What goes wrong, each with the share of requests (0 to 1) that it happens to.
    pub faults: Vec<(Fault, f64)>,
    /// The share of every prompt (0 to 1) that is charged as read from a cache.
    pub cached: f64,
    /// Whether pages may read `retry-after`.
    pub exposes_retry_after: bool,
    /// The origin that [`Fault::Redirect`] sends to.
    pub redirect_to: String,
    /// Whether a connection is kept for further requests. A browser sends a request a second time, unasked, when a kept
    /// connection is closed before any reply.
    pub keeps_connections: bool,
}

impl Plan {
    /// A provider that never fails and answers at once, with the key `sk-stub`.
    pub fn new(models: &[&str], answer: impl Fn(&str, &str) -> String + Send + Sync + 'static) -> Plan {
        Plan {
            port: 0,
            key: "sk-stub".into(),
            models: models.iter().map(|&model| model.to_owned()).collect(),
            answer: Box::new(answer),
            latency: 0..=0,
            seed: 0,
            faults: Vec::new(),
            cached: 0.0,
            exposes_retry_after: true,
            // The port of a service that nobody runs.
            redirect_to: "http://127.0.0.1:9".into(),
            keeps_connections: true,
        }
    }
}

/// A request for an answer, as the provider books it.
#[derive(Debug, Clone)]
pub struct Billed {
    /// Position among all requests, from 0.
    pub number: u64,
    /// When it arrived, since the provider's start.
    pub begun: Duration,
    /// When the provider was done with it, since the provider's start; `None` while it is not.
    pub ended: Option<Duration>,
    /// The model asked for; empty where the request names none.
    pub model: String,
    /// The request's body.
    pub body: String,
    /// What is charged; nothing where the request was refused.
    pub tokens: Tokens,
    /// What went wrong, if anything was made to.
    pub fault: Option<Fault>,
    /// The reply's status; `None` where no reply was sent, or none yet.
    pub status: Option<u16>,
    /// Whether all that was to be sent was handed to the connection. What becomes of it there the provider cannot know.
    pub delivered: bool,
}

/// A running provider; dropping it stops it and cuts its connections.
pub struct Stub {
    address: SocketAddr,
    shared: Arc<Shared>,
    down: watch::Sender<bool>,
    // Held for its drop, which the server waits for.
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Stub {
    /// Starts a provider.
    ///
    /// # Errors
    /// When the port is taken or cannot be opened.
    pub fn start(plan: Plan) -> Result<Stub> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, plan.port))
            .with_context(|| format!("cannot open port {}", plan.port))?;
        let address = listener.local_addr()?;
        listener.set_nonblocking(true)?;
        let runtime = runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
        let listener = {
            let _inside = runtime.enter();
            tokio::net::TcpListener::from_std(listener)?
        };
        let shared = Arc::new(Shared { plan, begun: Instant::now(), ledger: Mutex::default() });
        let (down, is_down) = watch::channel(false);
        let (stop, stopped) = oneshot::channel();
        let serving = serve::accept(listener, shared.clone(), is_down);
        let thread = thread::spawn(move || {
            runtime.block_on(async {
                tokio::spawn(serving);
                // An error means that the other end was dropped: that is the sign.
                let _ = stopped.await;
            });
        });
        Ok(Stub { address, shared, down, stop: Some(stop), thread: Some(thread) })
    }

    /// Where it listens, for a next one at the same place.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its origin, such as `http://127.0.0.1:1234`. The protocols' paths begin with `/v1` and, for Gemini, `/v1beta`.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// All requests for an answer so far, as they arrived.
    pub fn bill(&self) -> Vec<Billed> {
        self.shared.ledger().bill.clone()
    }

    /// How many times a browser asked whether it may send a header that the protocol's provider does not allow. It then
    /// does not send the request.
    pub fn blocked(&self) -> usize {
        self.shared.ledger().blocked
    }

    /// Makes a model's next requests meet these faults, one each, before the plan's schedule is asked again. Requests with
    /// a wrong key use none up.
    pub fn script(&self, model: &str, faults: Vec<Fault>) {
        self.shared.ledger().scripts.entry(model.to_owned()).or_default().extend(faults);
    }

    /// Switches it off, as when the network is gone: connections are cut and new ones closed at once. Or on again.
    pub fn set_down(&self, down: bool) {
        self.down.send_replace(down);
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.stop.take();
        // The server's thread does not panic; if it did, it has ended all the same.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// A number in [0, 1) that depends on the seed and the words alone. By it a test decides, too, whether a model is right.
pub fn chance(seed: u64, words: &[&str]) -> f64 {
    let mut hash = Sha256::new_with_prefix(seed.to_le_bytes());
    for word in words {
        hash.update((word.len() as u64).to_le_bytes());
        hash.update(word);
    }
    // As many bits as the fraction of an f64 holds exactly.
    let bits = hash.finalize().iter().take(7).fold(0_u64, |bits, &byte| bits << 8 | u64::from(byte)) >> 3;
    bits as f64 / (1_u64 << 53) as f64
}

/// What a provider's connections share.
struct Shared {
    plan: Plan,
    begun: Instant,
    ledger: Mutex<Ledger>,
}

#[derive(Default)]
struct Ledger {
    bill: Vec<Billed>,
    scripts: HashMap<String, VecDeque<Fault>>,
    blocked: usize,
}

impl Shared {
    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Books a request, at first as one that costs nothing.
    fn book(self: &Arc<Self>, model: &str, body: &[u8]) -> Ticket {
        let mut ledger = self.ledger();
        let number = ledger.bill.len() as u64;
        ledger.bill.push(Billed {
            number,
            begun: self.begun.elapsed(),
            ended: None,
            model: model.to_owned(),
            body: String::from_utf8_lossy(body).into_owned(),
            tokens: Tokens::default(),
            fault: None,
            status: None,
            delivered: false,
        });
        Ticket { shared: self.clone(), number }
    }

    /// What goes wrong with a model's request: what the script says, else what the schedule draws.
    fn fault(&self, model: &str, number: u64) -> Option<Fault> {
        if let Some(fault) = self.ledger().scripts.get_mut(model).and_then(VecDeque::pop_front) {
            return Some(fault);
        }
        let mut draw = chance(self.plan.seed, &["fault", &number.to_string()]);
        for &(fault, share) in &self.plan.faults {
            if draw < share {
                return Some(fault);
            }
            draw -= share;
        }
        None
    }

    /// How long the request's answer takes.
    fn latency(&self, number: u64) -> Duration {
        let (shortest, longest) = (*self.plan.latency.start(), *self.plan.latency.end());
        let more = longest.saturating_sub(shortest) as f64;
        let draw = chance(self.plan.seed, &["latency", &number.to_string()]);
        Duration::from_millis(shortest.saturating_add((more * draw).round() as u64))
    }
}

/// A request's row of the bill. Its end is noted when it is dropped, be it that the reply was sent or that the client went.
struct Ticket {
    shared: Arc<Shared>,
    number: u64,
}

impl Ticket {
    fn note(&self, change: impl FnOnce(&mut Billed)) {
        self.shared.ledger().bill.get_mut(self.number as usize).map(change);
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let now = self.shared.begun.elapsed();
        self.note(|row| row.ended = Some(now));
    }
}
