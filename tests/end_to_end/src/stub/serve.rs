//! Connections and requests.

use std::io;
use std::iter;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::BodyExt;
use hyper::body::{Bytes, Incoming};
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::sleep;

use super::body::Reply;
use super::fault::{Fault, HUGE};
use super::protocol::{Finish, Protocol};
use super::{Shared, Ticket};

const JSON: &str = "application/json";

/// Serves each connection by itself, until it ends or the provider goes down.
pub(super) async fn accept(listener: TcpListener, shared: Arc<Shared>, mut down: watch::Receiver<bool>) {
    // An error is of one connection, whose client went away, which is its right.
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        if *down.borrow_and_update() {
            continue;
        }
        let (shared, mut down) = (shared.clone(), down.clone());
        tokio::spawn(async move {
            let keeps = shared.plan.keeps_connections;
            let answer = service_fn(move |request| reply(request, shared.clone()));
            let mut http = hyper::server::conn::http1::Builder::new();
            let serving = http.keep_alive(keeps).serve_connection(TokioIo::new(stream), answer);
            tokio::select! {
                _ = serving => {}
                _ = down.wait_for(|down| *down) => {}
            }
        });
    }
}

/// The reply to a request; an error closes the connection.
async fn reply(request: Request<Incoming>, shared: Arc<Shared>) -> io::Result<Response<Reply>> {
    let (head, body) = request.into_parts();
    let path = head.uri.path();
    let Some(protocol) = Protocol::of(path, &head.headers) else {
        return Ok(response(404, "text/plain", "Not found."));
    };
    let lists = path.ends_with("/models");
    match head.method {
        Method::OPTIONS => Ok(preflight(path, &head.headers, &shared)),
        Method::GET if lists => {
            let reply = match refused(protocol, &head.headers, &shared) {
                Some(message) => response(401, JSON, protocol.error(401, message).to_string()),
                None => response(200, JSON, protocol.models(&shared.plan.models).to_string()),
            };
            Ok(readable(reply, &shared))
        }
        Method::POST if !lists => {
            let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
            call(protocol, path, &head.headers, &body, &shared).await
        }
        _ => Ok(response(405, JSON, protocol.error(405, "Method not allowed.").to_string())),
    }
}

/// What a browser asks before it sends a page's request.
fn preflight(path: &str, headers: &HeaderMap, shared: &Shared) -> Response<Reply> {
    let allowed = Protocol::allowed_headers(path);
    let asked = headers.get(header::ACCESS_CONTROL_REQUEST_HEADERS).and_then(|value| value.to_str().ok());
    let asked = asked.unwrap_or_default().split(',').map(str::trim).filter(|name| !name.is_empty());
    if !asked.clone().all(|name| allowed.split(", ").any(|allowed| allowed.eq_ignore_ascii_case(name))) {
        shared.ledger().blocked += 1;
    }
    let mut reply = Response::new(Reply::new([]));
    *reply.status_mut() = hyper::StatusCode::NO_CONTENT;
    for (name, value) in [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST, OPTIONS"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, allowed),
        (header::ACCESS_CONTROL_MAX_AGE, "600"),
        (HeaderName::from_static("access-control-allow-private-network"), "true"),
    ] {
        set(&mut reply, name, value);
    }
    reply
}

/// Why a request may not be made at all.
fn refused(protocol: Protocol, headers: &HeaderMap, shared: &Shared) -> Option<&'static str> {
    if protocol == Protocol::Anthropic
        && headers.contains_key(header::ORIGIN)
        && headers.get("anthropic-dangerous-direct-browser-access").is_none_or(|value| value != "true")
    {
        return Some("CORS requests must set 'anthropic-dangerous-direct-browser-access' header.");
    }
    (protocol.key(headers) != Some(&shared.plan.key)).then_some("Incorrect API key provided.")
}

/// A request for an answer.
async fn call(
    protocol: Protocol,
    path: &str,
    headers: &HeaderMap,
    body: &[u8],
    shared: &Arc<Shared>,
) -> io::Result<Response<Reply>> {
    let asked = protocol.read(path, body);
    let ticket = shared.book(asked.as_ref().map_or("", |asked| &asked.model), body);
    let refuse = |ticket: Ticket, status: u16, message: &str| {
        let refusal = response(status, JSON, protocol.error(status, message).to_string());
        readable(sent(refusal, ticket), shared)
    };
    if let Some(message) = refused(protocol, headers, shared) {
        return Ok(refuse(ticket, 401, message));
    }
    if protocol == Protocol::Anthropic && !headers.contains_key("anthropic-version") {
        return Ok(refuse(ticket, 400, "anthropic-version: header is required"));
    }
    let Some(asked) = asked else { return Ok(refuse(ticket, 400, "This is no request for an answer.")) };
    if !shared.plan.models.contains(&asked.model) {
        return Ok(refuse(ticket, 404, &format!("The model `{}` does not exist.", asked.model)));
    }

    let fault = shared.fault(&asked.model, ticket.number);
    ticket.note(|row| row.fault = fault);
    let latency = shared.latency(ticket.number);
    let overloaded = if protocol == Protocol::Anthropic { 529 } else { 503 };
    if let Some((fault, status)) = fault.and_then(|fault| Some((fault, fault.refusal(overloaded)?))) {
        sleep(latency).await;
        let mut reply = refuse(ticket, status, &format!("Refused: {fault:?}."));
        match fault {
            Fault::NoCors => {
                reply.headers_mut().remove(header::ACCESS_CONTROL_ALLOW_ORIGIN);
            }
            Fault::Redirect => {
                set(&mut reply, header::LOCATION, &format!("{}{path}", shared.plan.redirect_to));
            }
            Fault::RateLimited { retry_after: Some(seconds) } => {
                set(&mut reply, header::RETRY_AFTER, &seconds.to_string());
            }
            _ => {}
        }
        return Ok(reply);
    }

    let (text, finish) = match fault {
        Some(Fault::Empty) => (String::new(), Finish::Stop),
        Some(Fault::Refused) => ("I cannot help with that.".into(), Finish::Refused),
        _ => ((shared.plan.answer)(&asked.model, &asked.texts.join("\n")), Finish::Stop),
    };
    let (text, finish) = match fault {
        Some(Fault::CutOff) => {
            (text.get(..text.floor_char_boundary(text.len() / 2)).unwrap_or_default().to_owned(), Finish::Length)
        }
        _ => (text, finish),
    };
    let made = asked.made(text, finish, shared.plan.cached);
    ticket.note(|row| row.tokens = made.tokens);
    sleep(latency).await;

    let mut answer = protocol.reply(&asked.model, ticket.number, &made);
    if fault != Some(Fault::UsageMissing) {
        let (field, usage) = protocol.usage(made.tokens, if fault == Some(Fault::UsageNegative) { -1 } else { 1 });
        if let Value::Object(answer) = &mut answer {
            answer.insert(field.into(), usage);
        }
    }
    let answer = Bytes::from(answer.to_string());
    let half = answer.len() / 2;
    let body = match fault {
        Some(Fault::Truncated) => Reply::new([answer.slice(..half)]),
        Some(Fault::Html) => {
            let page = "<!doctype html><html><head><title>Welcome</title></head><body>Please log in.</body></html>";
            let page = response(200, "text/html; charset=utf-8", page);
            return Ok(readable(sent(page, ticket), shared));
        }
        Some(Fault::Huge) => {
            // Spaces before a value mean nothing in JSON.
            let spaces = Bytes::from(vec![b' '; 1 << 16]);
            Reply::new(iter::repeat_n(spaces, HUGE >> 16).chain([answer]))
        }
        Some(Fault::Endless) => Reply::new([answer.slice(..answer.len() - 1)]).without_end(),
        Some(Fault::Interrupted) => Reply::new([answer.slice(..half), answer.slice(half..)]).cut(),
        Some(Fault::Late { milliseconds }) => {
            sleep(Duration::from_millis(milliseconds)).await;
            Reply::new([answer])
        }
        // Until the client goes, or the provider ends.
        Some(Fault::Stalled) => std::future::pending().await,
        Some(Fault::Closed) => return Err(io::ErrorKind::ConnectionAborted.into()),
        _ => Reply::new([answer]),
    };
    let reply = typed(Response::new(body), JSON);
    Ok(readable(sent(reply, ticket), shared))
}

fn response(status: u16, kind: &str, body: impl Into<Bytes>) -> Response<Reply> {
    let mut reply = Response::new(Reply::new([body.into()]));
    // The statuses here are ones that HTTP allows.
    *reply.status_mut() = hyper::StatusCode::from_u16(status).unwrap_or_default();
    typed(reply, kind)
}

fn typed(mut reply: Response<Reply>, kind: &str) -> Response<Reply> {
    set(&mut reply, header::CONTENT_TYPE, kind);
    reply
}

/// Notes on the bill that this reply is sent.
fn sent(reply: Response<Reply>, ticket: Ticket) -> Response<Reply> {
    ticket.note(|row| row.status = Some(reply.status().as_u16()));
    reply.map(|body| body.for_ticket(ticket))
}

/// Lets pages of other origins read a reply.
fn readable(mut reply: Response<Reply>, shared: &Shared) -> Response<Reply> {
    set(&mut reply, header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    if shared.plan.exposes_retry_after {
        set(&mut reply, header::ACCESS_CONTROL_EXPOSE_HEADERS, "retry-after");
    }
    reply
}

fn set(reply: &mut Response<Reply>, name: HeaderName, value: &str) {
    // What HTTP does not allow in a header is none of ours.
    if let Ok(value) = HeaderValue::from_str(value) {
        reply.headers_mut().insert(name, value);
    }
}
