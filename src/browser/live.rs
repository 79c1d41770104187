//! The page's side of live runs: the worker that holds the run, and the calls themselves. Only here do keys meet requests,
//! and only under the page's Content-Security-Policy.

use super::chosen::Chosen;
use super::handle::Handle;
use super::now;
use crate::error::{Error, ErrorKind, Result};
use crate::live::fault::{Fault, FaultKind};
use crate::live::key::{Key, Keys};
use crate::live::protocol::{Heard, Listed, Request, list, read_list};
use crate::live::provider::{Endpoint, PROVIDERS, Provider};
use crate::live::wire::{FromLive, ToLive};
use gloo_timers::callback::Timeout;
use js_sys::{Reflect, Uint8Array};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::{Rc, Weak};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    AbortController, Blob, Headers, ReadableStreamDefaultReader, RequestCache, RequestCredentials, RequestInit,
    RequestMode, RequestRedirect, Response, ResponseType,
};

/// Most bytes of a reply that are read.
const MOST_BYTES: usize = 8 << 20;
/// Milliseconds after which a model list is given up.
const LIST_TIMEOUT: f64 = 20_000.0;

/// The worker and the calls under way. Dropping it ends both.
pub struct Live {
    handle: Rc<RefCell<Handle>>,
    keys: Rc<RefCell<Keys>>,
    calls: Calls,
    _leaves: [Closure<dyn Fn()>; 2],
}

/// What happens to calls while the page is being left, which ends them: that is no failure of theirs, and what becomes of
/// them nobody knows. Should the page come back, they are told as given up.
#[derive(Default)]
struct Leaving {
    leaves: bool,
    held_back: Vec<ToLive>,
}

/// Calls under way by run and number, each with what gives it up.
type Calls = Rc<RefCell<HashMap<(u32, u64), Rc<Stop>>>>;

/// What gives a call up, and why it was.
struct Stop {
    controller: AbortController,
    why: RefCell<Option<Heard>>,
}

impl Stop {
    fn new() -> Result<Rc<Stop>> {
        let controller =
            AbortController::new().map_err(|_| Error::new(ErrorKind::Io, "a browser that can stop calls"))?;
        Ok(Rc::new(Stop { controller, why: RefCell::default() }))
    }

    fn stop(&self, why: Heard) {
        self.why.borrow_mut().get_or_insert(why);
        self.controller.abort();
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.calls.borrow().values().for_each(|call| call.controller.abort());
    }
}

impl Live {
    /// Starts the worker. `on` hears what it says, and gets the files beside it with their names; calls are made here, with
    /// the `keys` as they are when each is sent.
    ///
    /// # Errors
    /// `Io` where the browser starts no worker.
    pub fn start(
        keys: Rc<RefCell<Keys>>,
        on: impl Fn(Result<FromLive>, Vec<(String, Blob)>) + 'static,
    ) -> Result<Live> {
        let calls: Calls = Rc::default();
        let leaving: Rc<RefCell<Leaving>> = Rc::default();
        // The worker's own handle, which what it says has to be answered through.
        let own: Rc<RefCell<Weak<RefCell<Handle>>>> = Rc::default();
        let (itself, known, under_way) = (own.clone(), keys.clone(), Rc::downgrade(&calls));
        let left = leaving.clone();
        let handle = Handle::new("live", move |reply: Result<FromLive>, beside| {
            let (Some(own), Some(calls)) = (itself.borrow().upgrade(), under_way.upgrade()) else { return };
            match reply {
                Ok(FromLive::Send { run, call, request, timeout_ms }) => {
                    send(own, known.clone(), calls, left.clone(), (run, call), request, timeout_ms);
                }
                Ok(FromLive::Abort { run, call }) => {
                    let stop = calls.borrow().get(&(run, call)).cloned();
                    stop.iter().for_each(|stop| stop.stop(Heard::Aborted));
                }
                Ok(FromLive::Exported(names)) => {
                    let files = beside.iter().skip(1).filter_map(|file| file.dyn_into().ok());
                    let files = names.iter().cloned().zip(files).collect();
                    on(Ok(FromLive::Exported(names)), files);
                }
                other => on(other, Vec::new()),
            }
        })?;
        let handle = Rc::new(RefCell::new(handle));
        *own.borrow_mut() = Rc::downgrade(&handle);
        let live = Live { handle: handle.clone(), keys, calls, _leaves: watch_leaving(&leaving, &handle) };
        let origin = web_sys::window().and_then(|window| window.location().origin().ok()).unwrap_or_default();
        live.send(&ToLive::Origin(origin), &[])?;
        Ok(live)
    }

    /// Sends the worker a message, with files beside it.
    ///
    /// # Errors
    /// `Io` where the browser sends none.
    pub fn send(&self, message: &ToLive, files: &[Chosen]) -> Result<()> {
        if *message == ToLive::Stop {
            // At once, whatever the worker is doing.
            self.calls.borrow().values().for_each(|call| call.stop(Heard::Aborted));
        }
        let beside: Vec<JsValue> = files.iter().map(|file| file.file.clone().into()).collect();
        self.handle.borrow_mut().send(message, &beside)
    }

    /// Asks an endpoint which models it has; this costs nothing.
    pub fn list(&self, endpoint: &Endpoint, done: impl FnOnce(std::result::Result<Vec<Listed>, Fault>) + 'static) {
        let (endpoint, keys) = (endpoint.clone(), self.keys.clone());
        spawn_local(async move {
            let request = match list(&endpoint) {
                Ok(request) => request,
                Err(_) => return done(Err(Fault::new(FaultKind::BadRequest))),
            };
            let heard = match Stop::new() {
                Ok(stop) => {
                    let late = stop.clone();
                    let timer = Timeout::new(LIST_TIMEOUT as u32, move || late.stop(Heard::TimedOut));
                    let heard = call(&request, &keys, &stop).await;
                    drop(timer);
                    heard
                }
                Err(_) => Heard::Unreachable,
            };
            done(match &heard {
                Heard::Http { status: 200..=299, body, .. } => {
                    read_list(&endpoint, body).map_err(|_| Fault::new(FaultKind::Malformed))
                }
                // No answer to a question, and no list either: what `read` says of it is why.
                other => Err(crate::live::protocol::read(&endpoint, other)
                    .err()
                    .unwrap_or_else(|| Fault::new(FaultKind::Malformed))),
            });
        });
    }
}

/// Notes when the page is left, and when it comes back.
fn watch_leaving(leaving: &Rc<RefCell<Leaving>>, handle: &Rc<RefCell<Handle>>) -> [Closure<dyn Fn()>; 2] {
    let (leaves, returns, handle) = (leaving.clone(), leaving.clone(), handle.clone());
    let leave = Closure::<dyn Fn()>::new(move || leaves.borrow_mut().leaves = true);
    let come_back = Closure::<dyn Fn()>::new(move || {
        let held_back = std::mem::take(&mut *returns.borrow_mut()).held_back;
        for message in held_back {
            // Fails only when the worker is gone.
            let _ = handle.borrow_mut().send(&message, &[]);
        }
    });
    if let Some(window) = web_sys::window() {
        for (event, closure) in [("pagehide", &leave), ("pageshow", &come_back)] {
            let _ = window.add_event_listener_with_callback(event, closure.as_ref().unchecked_ref());
        }
    }
    [leave, come_back]
}

/// Makes a call and tells the worker what came of it.
fn send(
    handle: Rc<RefCell<Handle>>,
    keys: Rc<RefCell<Keys>>,
    calls: Calls,
    leaving: Rc<RefCell<Leaving>>,
    (run, number): (u32, u64),
    request: Request,
    timeout_ms: f64,
) {
    let begun = now();
    spawn_local(async move {
        if needs_key(&request) && keys.borrow().of(&request).is_none() {
            // Fails only when the worker is gone.
            let _ = handle.borrow_mut().send(&ToLive::Unsent { run, call: number }, &[]);
            return;
        }
        let heard = match Stop::new() {
            Ok(stop) => {
                calls.borrow_mut().insert((run, number), stop.clone());
                let late = stop.clone();
                let timer = Timeout::new(timeout_ms as u32, move || late.stop(Heard::TimedOut));
                let heard = call(&request, &keys, &stop).await;
                drop(timer);
                heard
            }
            Err(_) => Heard::Unreachable,
        };
        calls.borrow_mut().remove(&(run, number));
        let whole = matches!(heard, Heard::Http { .. });
        let heard = if leaving.borrow().leaves && !whole { Heard::Aborted } else { heard };
        let message = ToLive::Heard { run, call: number, heard, latency_ms: now() - begun };
        if leaving.borrow().leaves && !whole {
            leaving.borrow_mut().held_back.push(message);
            return;
        }
        // Fails only when the worker is gone, and then the call is booked as unknown.
        let _ = handle.borrow_mut().send(&message, &[]);
    });
}

/// Sends a request, with its key where it goes to the origin that the key is bound to, and reads the reply.
async fn call(request: &Request, keys: &RefCell<Keys>, stop: &Stop) -> Heard {
    let key = keys.borrow().header(request);
    let secret = keys.borrow().of(request).cloned();
    let heard = fetch(request, key, stop).await.map(|heard| without(heard, secret.as_ref()));
    let why = stop.why.borrow_mut().take();
    match heard {
        // A whole reply that came in time counts, also where it was given up in the same moment.
        Ok(heard) => heard,
        Err(heard) => why.unwrap_or(heard),
    }
}

/// A reply that repeats the key, which some servers do where they refuse it, without it.
fn without(heard: Heard, key: Option<&Key>) -> Heard {
    match (heard, key) {
        (Heard::Http { status, retry_after, body }, Some(key)) if body.contains(key.reveal()) => {
            Heard::Http { status, retry_after, body: body.replace(key.reveal(), "•••") }
        }
        (heard, _) => heard,
    }
}

/// Whether the provider at this address answers nobody without a key.
fn needs_key(request: &Request) -> bool {
    let is_there = |provider: &Provider| provider.needs_key && request.url.starts_with(provider.base);
    request.key.is_some() && PROVIDERS.iter().any(is_there)
}

/// The reply, or what the network brought in its place.
async fn fetch(request: &Request, key: Option<(String, String)>, stop: &Stop) -> std::result::Result<Heard, Heard> {
    let window = web_sys::window().ok_or(Heard::Unreachable)?;
    let headers = Headers::new().map_err(|_| Heard::Unreachable)?;
    for (name, value) in request.headers.iter().chain(&key) {
        headers.set(name, value).map_err(|_| Heard::Unreachable)?;
    }
    let init = RequestInit::new();
    init.set_method(if request.post.is_some() { "POST" } else { "GET" });
    init.set_headers(&headers);
    init.set_mode(RequestMode::Cors);
    init.set_credentials(RequestCredentials::Omit);
    init.set_cache(RequestCache::NoStore);
    // A redirect would take the key elsewhere.
    init.set_redirect(RequestRedirect::Manual);
    init.set_signal(Some(&stop.controller.signal()));
    if let Some(body) = &request.post {
        init.set_body(&JsValue::from_str(body));
    }
    let reply = JsFuture::from(window.fetch_with_str_and_init(&request.url, &init)).await;
    let reply: Response = reply.map_err(|_| Heard::Unreachable)?.unchecked_into();
    if reply.type_() == ResponseType::Opaqueredirect {
        return Ok(Heard::Redirected);
    }
    let retry_after = reply.headers().get("retry-after").ok().flatten().map(in_seconds);
    let body = read(&reply, stop).await?;
    Ok(Heard::Http { status: reply.status(), retry_after, body })
}

/// A date as the seconds until then, which need no clock any more.
fn in_seconds(retry_after: String) -> String {
    let then = js_sys::Date::parse(&retry_after);
    if !retry_after.contains(':') || !then.is_finite() {
        return retry_after;
    }
    let seconds = (then - js_sys::Date::now()) / 1_000.0;
    format!("{:.0}", if seconds > 0.0 { seconds } else { 0.0 })
}

async fn read(reply: &Response, stop: &Stop) -> std::result::Result<String, Heard> {
    let Some(body) = reply.body() else { return Ok(String::new()) };
    let reader: ReadableStreamDefaultReader = body.get_reader().unchecked_into();
    let mut bytes = Vec::new();
    loop {
        let part = JsFuture::from(reader.read()).await.map_err(|_| Heard::Broken)?;
        let value = Reflect::get(&part, &"value".into()).and_then(JsCast::dyn_into::<Uint8Array>);
        let Ok(value) = value else { break };
        if bytes.len() + value.length() as usize > MOST_BYTES {
            stop.controller.abort();
            return Err(Heard::TooLarge);
        }
        bytes.extend(value.to_vec());
    }
    Ok(String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
}

/// Whether the page's own policy lets it call an origin, such as `https://api.openai.com` or `http://localhost:11434`.
pub fn may_connect(origin: &str) -> bool {
    let document = web_sys::window().and_then(|window| window.document());
    let policy =
        document.and_then(|page| page.query_selector("meta[http-equiv=Content-Security-Policy]").ok().flatten());
    let policy = policy.and_then(|meta| meta.get_attribute("content")).unwrap_or_default();
    let sources = policy.split(';').find_map(|part| part.trim().strip_prefix("connect-src "));
    let own = web_sys::window().and_then(|window| window.location().origin().ok());
    own.as_deref() == Some(origin)
        || sources.unwrap_or_default().split_whitespace().any(|source| allows(source, origin))
}

/// Whether a source of a policy covers an origin.
fn allows(source: &str, origin: &str) -> bool {
    if let Some(any_port) = source.strip_suffix(":*") {
        let rest = origin.strip_prefix(any_port);
        return rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(':'));
    }
    match source.split_once("://*.") {
        Some((scheme, host)) => origin
            .strip_prefix(scheme)
            .and_then(|rest| rest.strip_prefix("://"))
            .is_some_and(|name| name.strip_suffix(host).is_some_and(|below| below.ends_with('.'))),
        None => source == origin,
    }
}

impl std::fmt::Debug for Live {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Live")
    }
}
