//! A small static file server for `dist/`: on 127.0.0.1 only, used by `cargo xtask serve` and by the browser tests; and
//! which of its files a first visit loads.

use std::convert::Infallible;
use std::fs;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{HeaderName, HeaderValue};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode, header};
use hyper_util::rt::TokioIo;
use tokio::runtime;
use tokio::sync::oneshot;

type Reply = Response<Full<Bytes>>;

/// How the names begin of what comes later: with a room, a file, an explanation, or when the first run is over.
const LATER: [&str; 13] = [
    "api/",
    "explanations",
    "importer",
    "later_bg",
    "lesson",
    "live",
    "offline",
    "query_aware",
    "reading",
    "rooms",
    "store",
    "sw.js",
    "words",
];

/// Whether a first visit loads a file of `dist/` before its first curves are drawn.
pub fn is_first(name: &str) -> bool {
    !LATER.iter().any(|start| name.starts_with(start))
}

/// A running server; dropping it stops it and cuts its connections.
pub struct Site {
    address: SocketAddr,
    prefix: String,
    // Held for its drop, which the server waits for.
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Site {
    /// Serves the files of `folder` below the path `prefix` (`/` or for example `/sub/path/`).
    ///
    /// # Errors
    /// When the port is taken (`ErrorKind::AddrInUse`) or cannot be opened; port 0 takes any free one.
    pub fn start(folder: &Path, prefix: &str, port: u16) -> io::Result<Site> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        let address = listener.local_addr()?;
        listener.set_nonblocking(true)?;
        let runtime = runtime::Builder::new_current_thread().enable_io().build()?;
        let listener = {
            let _inside = runtime.enter();
            tokio::net::TcpListener::from_std(listener)?
        };
        let place = Arc::new((folder.to_path_buf(), prefix.to_owned()));
        let (stop, stopped) = oneshot::channel();
        let thread = thread::spawn(move || {
            runtime.block_on(async {
                tokio::spawn(accept(listener, place));
                // An error means that the other end was dropped: that is the sign.
                let _ = stopped.await;
            });
        });
        Ok(Site { address, prefix: prefix.to_owned(), stop: Some(stop), thread: Some(thread) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address to type into a browser.
    pub fn url(&self) -> String {
        format!("http://{}{}", self.address, self.prefix)
    }

    /// Blocks until the server ends, which it does only with the process.
    pub fn wait(mut self) {
        self.join();
    }

    fn join(&mut self) {
        // The server's thread does not panic; if it did, it has ended all the same.
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.stop.take();
        self.join();
    }
}

/// Serves each connection by itself: browsers keep several open, and wait on one while another is busy.
async fn accept(listener: tokio::net::TcpListener, place: Arc<(PathBuf, String)>) {
    // An error is of one connection, whose client went away, which is its right.
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let place = place.clone();
        tokio::spawn(async move {
            let answer = service_fn(move |request: Request<Incoming>| {
                let place = place.clone();
                async move { Ok::<_, Infallible>(reply(&request, &place.0, &place.1)) }
            });
            let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await;
        });
    }
}

fn reply(request: &Request<Incoming>, folder: &Path, prefix: &str) -> Reply {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return text(StatusCode::METHOD_NOT_ALLOWED, "Only GET and HEAD.");
    }
    let path = request.uri().path();
    let Some(path) = path.strip_prefix(prefix) else {
        return if prefix.strip_suffix('/') == Some(path) {
            with(text(StatusCode::MOVED_PERMANENTLY, "Moved."), header::LOCATION, prefix)
        } else {
            text(StatusCode::NOT_FOUND, "Not found.")
        };
    };
    let Some(file) = file_in(folder, path) else { return text(StatusCode::NOT_FOUND, "Not found.") };
    let accepted = request.headers().get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok());
    let (bytes, encoding) = match read_best(&file, accepted.unwrap_or_default()) {
        Ok(found) => found,
        Err(_) => return text(StatusCode::NOT_FOUND, "Not found."),
    };
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let caching = if is_hashed(&name) { "public, max-age=31536000, immutable" } else { "no-cache" };
    let reply = Response::new(Full::new(bytes.into()));
    let reply = with(reply, header::CONTENT_TYPE, mime(&name));
    let reply = with(reply, header::CACHE_CONTROL, caching);
    let reply = with(reply, header::VARY, "Accept-Encoding");
    let reply = with(reply, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    match encoding {
        Some(encoding) => with(reply, header::CONTENT_ENCODING, encoding),
        None => reply,
    }
}

/// The file that a request path means, if it can be one of ours: no hidden files, no way up, no escapes.
fn file_in(folder: &Path, path: &str) -> Option<PathBuf> {
    let mut file = folder.to_path_buf();
    let path = if path.is_empty() || path.ends_with('/') { format!("{path}index.html") } else { path.to_owned() };
    for part in path.split('/') {
        let plain = part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'));
        if part.is_empty() || part.starts_with('.') || !plain {
            return None;
        }
        file.push(part);
    }
    Some(file)
}

/// The smallest stored form of a file that the client accepts, and that form's name.
fn read_best(file: &Path, accepted: &str) -> io::Result<(Vec<u8>, Option<&'static str>)> {
    for (suffix, encoding) in [("br", "br"), ("gz", "gzip")] {
        if accepts(accepted, encoding) {
            let mut name = file.as_os_str().to_owned();
            name.push(".");
            name.push(suffix);
            if let Ok(bytes) = fs::read(PathBuf::from(name)) {
                return Ok((bytes, Some(encoding)));
            }
        }
    }
    Ok((fs::read(file)?, None))
}

fn accepts(header: &str, encoding: &str) -> bool {
    header.split(',').any(|offer| {
        let (name, quality) = offer.split_once(';').unwrap_or((offer, "q=1"));
        let weight = quality.trim().strip_prefix("q=").and_then(|q| q.parse::<f64>().ok());
        name.trim() == encoding && weight.is_none_or(|q| q > 0.0)
    })
}

/// Whether a name carries the hash of its content, as in `app-0123456789abcdef.js`.
fn is_hashed(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default();
    stem.rsplit_once('-').is_some_and(|(_, hash)| hash.len() == 16 && hash.bytes().all(|b| b.is_ascii_hexdigit()))
}

fn mime(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" => "application/json",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ts" | "txt" | "csv" | "md" | "jsonl" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

fn text(status: StatusCode, message: &'static str) -> Reply {
    let mut reply = Response::new(Full::new(Bytes::from_static(message.as_bytes())));
    *reply.status_mut() = status;
    with(reply, header::CONTENT_TYPE, "text/plain; charset=utf-8")
}

fn with(mut reply: Reply, name: HeaderName, value: &str) -> Reply {
    // What HTTP does not allow in a header is none of ours.
    if let Ok(value) = HeaderValue::from_str(value) {
        reply.headers_mut().insert(name, value);
    }
    reply
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::TcpStream;
    use std::time::Duration;

    /// What the server says to a request on a connection that is kept.
    fn ask(mut connection: &TcpStream, line: &str) -> String {
        connection.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        connection.write_all(format!("{line} HTTP/1.1\r\nHost: here\r\n\r\n").as_bytes()).unwrap();
        let mut answer = [0; 4096];
        let read = connection.read(&mut answer).unwrap();
        String::from_utf8_lossy(&answer[..read]).into_owned()
    }

    /// Browsers open many connections at once and keep them: none may wait for another to end.
    #[test]
    fn many_kept_connections_are_all_answered() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        let site = Site::start(folder, "/sub/", 0).unwrap();
        let connections: Vec<TcpStream> = (0..40).map(|_| TcpStream::connect(site.address()).unwrap()).collect();
        for connection in connections.iter().chain(&connections) {
            let answer = ask(connection, "GET /sub/Cargo.toml?x");
            assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.contains("site-server"), "{answer}");
        }
        let first = &connections[0];
        let head = ask(first, "HEAD /sub/Cargo.toml");
        assert!(head.contains("content-length: ") && !head.contains("site-server"), "{head}");
        assert!(ask(first, "GET /sub").contains("location: /sub/\r\n"));
        assert!(ask(first, "GET /sub/none").starts_with("HTTP/1.1 404"));
        assert!(ask(first, "GET /sub/../Cargo.toml").starts_with("HTTP/1.1 404"));
        assert!(ask(first, "DELETE /sub/Cargo.toml").starts_with("HTTP/1.1 405"));
        let address = site.address();
        drop(site);
        assert!(TcpStream::connect(address).is_err(), "it has ended");
    }

    #[test]
    fn paths_stay_in_the_folder() {
        let folder = Path::new("site");
        assert_eq!(file_in(folder, ""), Some(folder.join("index.html")));
        assert_eq!(file_in(folder, "api/"), Some(folder.join("api").join("index.html")));
        assert_eq!(file_in(folder, "api/a-1.js"), Some(folder.join("api").join("a-1.js")));
        for bad in ["../secret", "a/../../secret", "/etc/passwd", "%2e%2e/secret", ".git/config", "a//b", "a\\..\\b"] {
            assert_eq!(file_in(folder, bad), None, "{bad}");
        }
    }

    #[test]
    fn encodings_are_negotiated() {
        assert!(accepts("gzip, deflate, br", "br"));
        assert!(accepts("br;q=0.5", "br"));
        assert!(!accepts("br;q=0, gzip", "br"));
        assert!(!accepts("", "gzip"));
    }

    #[test]
    fn hashed_names_are_told_from_plain_ones() {
        assert!(is_hashed("app-0123456789abcdef.js"));
        assert!(is_hashed("app_bg-0123456789abcdef.wasm"));
        assert!(!is_hashed("llm_selection.js"));
        assert!(!is_hashed("a-b.js"));
        // Else browsers would find no new version.
        assert!(!is_hashed("sw.js"));
    }
}
