//! Files that the page's address names, as `?data=results.csv` and `?embeddings=folder`: fetched from where the page comes
//! from, or from a host that the page's policy names.

use js_sys::{Array, Reflect, Uint8Array};
use llm_selection::browser::chosen::Chosen;
use llm_selection::data::{Limits, Progress};
use llm_selection::error::{Error, ErrorKind, Result};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{AbortController, AbortSignal, Blob, RequestCredentials, RequestInit, Response, Url};
use yew::Callback;

/// Milliseconds between two reports of progress.
const REPORT_EVERY: f64 = 100.0;
/// Bytes that are collected before they are handed to the browser.
const PIECE: u32 = 4_194_304;

/// What a download says.
#[derive(Clone)]
pub enum Fetched {
    /// More is there.
    Advanced(Progress),
    /// All files are there, or why they cannot be had.
    Done(Result<Vec<Chosen>>),
}

/// A download under way; dropping it ends it.
pub struct Fetching(Option<AbortController>);

impl Drop for Fetching {
    fn drop(&mut self) {
        self.0.iter().for_each(AbortController::abort);
    }
}

/// Fetches files, one after the other; `what` they are is said where one is something else.
pub fn fetch(addresses: Vec<String>, what: &'static str, tell: Callback<Fetched>) -> Fetching {
    let abort = AbortController::new().ok();
    let signal = abort.as_ref().map(AbortController::signal);
    spawn_local(async move {
        let files = fetch_all(&addresses, what, signal.as_ref(), &tell).await;
        if !signal.is_some_and(|signal| signal.aborted()) {
            tell.emit(Fetched::Done(files));
        }
    });
    Fetching(abort)
}

async fn fetch_all(
    addresses: &[String],
    what: &str,
    signal: Option<&AbortSignal>,
    tell: &Callback<Fetched>,
) -> Result<Vec<Chosen>> {
    // Whether each may be fetched is clear before any is.
    let targets = addresses.iter().map(|address| target(address)).collect::<Result<Vec<_>>>()?;
    let mut progress = Progress { file: 0, files: targets.len(), bytes: 0, total: None };
    let mut files = Vec::new();
    for (number, (address, path)) in targets.into_iter().enumerate() {
        progress.file = number;
        let fetched = fetch_one(&address, what, signal, &mut progress, tell).await;
        let file = fetched.map_err(|error| error.in_file(path.clone()))?;
        files.extend(Chosen::of_blob(&path, &file));
    }
    Ok(files)
}

/// The whole address of a file, and its path for the import; refused where the page may not go.
fn target(address: &str) -> Result<(String, String)> {
    let here = web_sys::window().and_then(|window| window.location().href().ok()).unwrap_or_default();
    let unknown = |_| Error::new(ErrorKind::Malformed, "the address of a file").found(address);
    let url = Url::new_with_base(address, &here).map_err(unknown)?;
    let own = Url::new(&here).map_err(unknown)?.origin();
    // A scheme of its own may be one, such as blob, that only looks like the page's origin.
    let names_a_scheme = address.split(['/', '?', '#']).next().is_some_and(|first| first.contains(':'));
    let allowed = if names_a_scheme { origins().any(|origin| is_of(&url, &origin)) } else { url.origin() == own };
    if !allowed {
        let expected = "a file beside this page, or on a host that this site names: download it and drop it here";
        return Err(Error::new(ErrorKind::OutOfRange, expected).found(address));
    }
    let path = url.pathname();
    let path = js_sys::decode_uri_component(&path).map_or(path, String::from);
    Ok((url.href(), path.trim_start_matches('/').to_owned()))
}

/// The origins that the site was built to fetch data from; the providers of models, which its policy names as well, are
/// none of them.
fn origins() -> impl Iterator<Item = String> {
    let document = web_sys::window().and_then(|window| window.document());
    let meta = document.and_then(|page| page.query_selector("meta[name=data-origins]").ok().flatten());
    let origins = meta.and_then(|meta| meta.get_attribute("content")).unwrap_or_default();
    origins.split_whitespace().map(str::to_owned).collect::<Vec<_>>().into_iter()
}

/// Whether an address is of an origin as policies name it: `https://host`, or `https://*.host` for all below it.
fn is_of(url: &Url, origin: &str) -> bool {
    match origin.split_once("://*.") {
        Some((scheme, host)) => url.protocol() == format!("{scheme}:") && url.host().ends_with(&format!(".{host}")),
        None => url.origin() == origin,
    }
}

async fn fetch_one(
    address: &str,
    what: &str,
    signal: Option<&AbortSignal>,
    progress: &mut Progress,
    tell: &Callback<Fetched>,
) -> Result<Blob> {
    let window = web_sys::window().ok_or_else(|| Error::new(ErrorKind::Io, "a window"))?;
    let online = window.navigator().on_line();
    let unreached = |_: JsValue| match online {
        true => Error::new(ErrorKind::Io, "a server that answers, and lets this page read the file"),
        false => Error::new(ErrorKind::Io, "a network: without one, only files of this computer can be read"),
    };
    let options = RequestInit::new();
    options.set_signal(signal);
    // Data for everybody: nothing that the server only shows to this person.
    options.set_credentials(RequestCredentials::Omit);
    let answer = JsFuture::from(window.fetch_with_str_and_init(address, &options)).await.map_err(unreached)?;
    let answer: Response = answer.unchecked_into();
    if !answer.ok() {
        let status = format!("{} {}", answer.status(), answer.status_text());
        let found = format!("the answer {}", status.trim_end());
        return Err(Error::new(ErrorKind::Io, "a file at this address").found(found));
    }
    let header = |name: &str| answer.headers().get(name).ok().flatten().unwrap_or_default();
    if header("content-type").starts_with("text/html") {
        return Err(Error::new(ErrorKind::NotText, what).found("a web page (HTML)"));
    }
    let before = progress.bytes;
    let length: Option<u64> = header("content-length").parse().ok();
    within_limit(before.saturating_add(length.unwrap_or(0)))?;
    // What is still to come after this file is not known, nor how much longer packed bytes become.
    let is_last = progress.file + 1 == progress.files;
    progress.total = length.filter(|_| is_last && header("content-encoding").is_empty()).map(|length| before + length);
    let Some(body) = answer.body() else { return Blob::new().map_err(|_| no_room()) };
    let reader: web_sys::ReadableStreamDefaultReader = body.get_reader().unchecked_into();
    let (pieces, mut piece, mut size) = (Array::new(), Array::new(), 0);
    let mut reported = 0.0;
    loop {
        let broken = |_| Error::new(ErrorKind::Io, "the rest of the file: the connection broke");
        let part = JsFuture::from(reader.read()).await.map_err(broken)?;
        let Ok(bytes) = Reflect::get(&part, &"value".into()).and_then(JsCast::dyn_into::<Uint8Array>) else { break };
        progress.bytes = progress.bytes.saturating_add(u64::from(bytes.length()));
        within_limit(progress.bytes)?;
        size += bytes.length();
        piece.push(&bytes);
        if size >= PIECE {
            // The browser may keep it on disk.
            pieces.push(&*Blob::new_with_u8_array_sequence(&piece).map_err(|_| no_room())?);
            (piece, size) = (Array::new(), 0);
        }
        let now = js_sys::Date::now();
        if now - reported > REPORT_EVERY {
            reported = now;
            tell.emit(Fetched::Advanced(*progress));
        }
    }
    pieces.push(&*Blob::new_with_u8_array_sequence(&piece).map_err(|_| no_room())?);
    Blob::new_with_blob_sequence(&pieces).map_err(|_| no_room())
}

fn within_limit(bytes: u64) -> Result<()> {
    let most = Limits::default().bytes;
    if bytes <= most {
        return Ok(());
    }
    let error = Error::new(ErrorKind::TooLarge, format!("at most {} MB", most / 1_000_000));
    Err(error.found(format!("{} MB", bytes / 1_000_000)))
}

fn no_room() -> Error {
    Error::new(ErrorKind::Io, "room for the file in this browser")
}
