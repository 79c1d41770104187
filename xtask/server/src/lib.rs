//! A small static file server for `dist/`: on 127.0.0.1 only, used by `cargo xtask serve` and by the browser tests.

use std::fs;
use std::io::{self, Cursor};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use tiny_http::{Header, Method, Request, Response, Server};

type Reply = Response<Cursor<Vec<u8>>>;

/// A running server; dropping it stops it.
pub struct Site {
    address: SocketAddr,
    prefix: String,
    server: Arc<Server>,
    threads: Vec<JoinHandle<()>>,
}

impl Site {
    /// Serves the files of `folder` below the path `prefix` (`/` or for example `/sub/path/`).
    ///
    /// # Errors
    /// When the port is taken (`ErrorKind::AddrInUse`) or cannot be opened; port 0 takes any free one.
    pub fn start(folder: &Path, prefix: &str, port: u16) -> io::Result<Site> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        let address = listener.local_addr()?;
        let server = Arc::new(Server::from_listener(listener, None).map_err(io::Error::other)?);
        // Browsers open up to six connections; more threads would idle.
        let threads = (0..6)
            .map(|_| {
                let (server, folder, prefix) = (Arc::clone(&server), folder.to_path_buf(), prefix.to_owned());
                thread::spawn(move || {
                    while let Ok(request) = server.recv() {
                        let reply = reply(&request, &folder, &prefix);
                        // An error here means that the client went away, which is its right.
                        let _ = request.respond(reply);
                    }
                })
            })
            .collect();
        Ok(Site { address, prefix: prefix.to_owned(), server, threads })
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
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        for _ in &self.threads {
            self.server.unblock();
        }
    }
}

fn reply(request: &Request, folder: &Path, prefix: &str) -> Reply {
    if !matches!(request.method(), Method::Get | Method::Head) {
        return text(405, "Only GET and HEAD.");
    }
    let path = request.url().split(['?', '#']).next().unwrap_or_default();
    let Some(path) = path.strip_prefix(prefix) else {
        return if prefix.strip_suffix('/') == Some(path) {
            with(text(301, "Moved."), "Location", prefix)
        } else {
            text(404, "Not found.")
        };
    };
    let Some(file) = file_in(folder, path) else { return text(404, "Not found.") };
    let accepted = request.headers().iter().find(|h| h.field.equiv("Accept-Encoding"));
    let accepted = accepted.map(|h| h.value.as_str()).unwrap_or_default();
    let (bytes, encoding) = match read_best(&file, accepted) {
        Ok(found) => found,
        Err(_) => return text(404, "Not found."),
    };
    let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let caching = if is_hashed(&name) { "public, max-age=31536000, immutable" } else { "no-cache" };
    let reply = Response::from_data(bytes).with_chunked_threshold(usize::MAX);
    let reply = with(reply, "Content-Type", mime(&name));
    let reply = with(reply, "Cache-Control", caching);
    let reply = with(reply, "Vary", "Accept-Encoding");
    let reply = with(reply, "X-Content-Type-Options", "nosniff");
    match encoding {
        Some(encoding) => with(reply, "Content-Encoding", encoding),
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

fn text(status: u16, message: &str) -> Reply {
    Response::from_string(message).with_status_code(status)
}

fn with(reply: Reply, name: &str, value: &str) -> Reply {
    match Header::from_bytes(name, value) {
        Ok(header) => reply.with_header(header),
        // Not a header that HTTP allows: none of ours.
        Err(()) => reply,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
