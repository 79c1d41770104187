use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;

use serde_json::json;

use super::*;

/// How long this client waits for more bytes.
const PATIENCE: Duration = Duration::from_millis(500);

const OPENAI: &str = "/v1/chat/completions";
const ANTHROPIC: &str = "/v1/messages";
const GEMINI: &str = "/v1beta/models/small:generateContent";
/// Answers of this provider are of 8 bytes, and the prompt is of 7: 4 and 10 tokens.
const PROMPT: &str = "Which?!";

fn plan() -> Plan {
    Plan::new(&["small", "think"], |model, prompt| match (model, prompt) {
        ("small", PROMPT) => "It is B.".into(),
        _ => "It is A.".into(),
    })
}

fn stub() -> Stub {
    Stub::start(plan()).unwrap()
}

fn headers(path: &str, key: &str) -> String {
    match path {
        OPENAI => format!("authorization: Bearer {key}\r\n"),
        ANTHROPIC => format!("x-api-key: {key}\r\nanthropic-version: 2023-06-01\r\n"),
        _ => format!("x-goog-api-key: {key}\r\n"),
    }
}

fn question(path: &str, model: &str) -> String {
    match path {
        OPENAI => json!({ "model": model, "messages": [{ "role": "user", "content": PROMPT }] }),
        ANTHROPIC => json!({ "model": model, "max_tokens": 100, "messages": [{ "role": "user", "content": PROMPT }] }),
        _ => json!({ "contents": [{ "role": "user", "parts": [{ "text": PROMPT }] }] }),
    }
    .to_string()
}

/// A reply, or how far it came.
struct Answer {
    status: u16,
    head: String,
    body: Vec<u8>,
    error: Option<ErrorKind>,
}

impl Answer {
    fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Sends a request on a connection of its own.
fn send(stub: &Stub, line: &str, headers: &str, body: &str) -> TcpStream {
    let mut connection = TcpStream::connect(stub.address()).unwrap();
    let length = body.len();
    let request = format!(
        "{line} HTTP/1.1\r\nhost: here\r\nconnection: close\r\n{headers}content-length: {length}\r\n\r\n{body}"
    );
    connection.write_all(request.as_bytes()).unwrap();
    connection
}

/// Reads a reply for at most half a second without a byte.
fn receive(mut connection: &TcpStream) -> Answer {
    connection.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut bytes = Vec::new();
    let error = connection.read_to_end(&mut bytes).err().map(|error: io::Error| error.kind());
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or(bytes.len());
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    Answer { status, head, body: bytes.get(end + 4..).unwrap_or_default().to_vec(), error }
}

fn ask(stub: &Stub, path: &str) -> Answer {
    receive(&send(stub, &format!("POST {path}"), &headers(path, "sk-stub"), &question(path, "small")))
}

/// Asks once under this fault; gives the reply and the row of the bill.
fn ask_under(fault: Fault) -> (Answer, Billed) {
    let stub = stub();
    stub.script("small", vec![fault]);
    let answer = ask(&stub, OPENAI);
    let row = stub.bill().pop().unwrap();
    assert_eq!(row.fault, Some(fault));
    (answer, row)
}

const CHARGED: Tokens = Tokens { prompt: 10, cached: 0, completion: 4, reasoning: 0 };

#[test]
fn each_protocol_answers_in_its_own_words() {
    let stub = Stub::start(Plan { cached: 0.5, ..plan() }).unwrap();
    let openai = ask(&stub, OPENAI);
    assert_eq!(openai.status, 200);
    assert!(openai.head.contains("access-control-allow-origin: *"), "{}", openai.head);
    assert_eq!(openai.json()["choices"][0]["message"]["content"], "It is B.");
    assert_eq!(openai.json()["choices"][0]["finish_reason"], "stop");
    assert_eq!(
        openai.json()["usage"],
        json!({
            "prompt_tokens": 10, "completion_tokens": 4, "total_tokens": 14,
            "prompt_tokens_details": { "cached_tokens": 5 }, "completion_tokens_details": { "reasoning_tokens": 0 },
        })
    );
    let anthropic = ask(&stub, ANTHROPIC).json();
    assert_eq!(anthropic["content"], json!([{ "type": "text", "text": "It is B." }]));
    assert_eq!(anthropic["stop_reason"], "end_turn");
    assert_eq!(anthropic["usage"]["input_tokens"], 5);
    assert_eq!(anthropic["usage"]["cache_read_input_tokens"], 5);
    assert_eq!(anthropic["usage"]["output_tokens"], 4);
    let gemini = ask(&stub, GEMINI).json();
    assert_eq!(gemini["candidates"][0]["content"]["parts"][0]["text"], "It is B.");
    assert_eq!(gemini["candidates"][0]["finishReason"], "STOP");
    assert_eq!(gemini["usageMetadata"]["promptTokenCount"], 10);
    assert_eq!(gemini["usageMetadata"]["candidatesTokenCount"], 4);
    let bill = stub.bill();
    assert_eq!(bill.len(), 3);
    for (position, row) in bill.iter().enumerate() {
        assert_eq!((row.number, row.model.as_str(), row.status), (position as u64, "small", Some(200)));
        assert_eq!(row.tokens, Tokens { cached: 5, ..CHARGED });
        assert!(row.delivered && row.ended.is_some() && row.body.contains(PROMPT));
    }
}

#[test]
fn system_prompts_and_parts_are_read_and_charged() {
    let stub = Stub::start(Plan::new(&["small"], |_, prompt| prompt.to_owned())).unwrap();
    let say = |path: &str, body: serde_json::Value| {
        receive(&send(&stub, &format!("POST {path}"), &headers(path, "sk-stub"), &body.to_string())).json()
    };
    let message = json!({ "role": "user", "content": [{ "type": "text", "text": "Which?" }] });
    let system = json!({ "role": "system", "content": "Be brief." });
    let openai = say(OPENAI, json!({ "model": "small", "messages": [system, message] }));
    assert_eq!(openai["choices"][0]["message"]["content"], "Be brief.\nWhich?");
    assert_eq!(openai["usage"]["prompt_tokens"], 12, "15 bytes are 4 tokens, and 8");
    let body = json!({ "model": "small", "max_tokens": 50, "system": "Be brief.", "messages": [message] });
    assert_eq!(say(ANTHROPIC, body)["content"][0]["text"], "Be brief.\nWhich?");
    let parts = |text: &str| json!({ "parts": [{ "text": text }] });
    let body = json!({ "systemInstruction": parts("Be brief."), "contents": [parts("Which?")] });
    assert_eq!(say(GEMINI, body)["candidates"][0]["content"]["parts"][0]["text"], "Be brief.\nWhich?");
}

#[test]
fn answers_end_at_the_limit_and_reasoning_is_charged() {
    let stub = stub();
    let answer = |model: &str, limit: u64| {
        let messages = json!([{ "role": "user", "content": PROMPT }]);
        let body = json!({ "model": model, "messages": messages, "max_tokens": limit }).to_string();
        receive(&send(&stub, &format!("POST {OPENAI}"), &headers(OPENAI, "sk-stub"), &body)).json()
    };
    for (model, limit, text, finish, completion, reasoning) in [
        ("small", 4, "It is B.", "stop", 4, 0),
        ("small", 3, "It i", "length", 3, 0),
        ("small", 1, "", "length", 1, 0),
        ("think", 100, "It is A.", "stop", 28, 24),
        ("think", 20, "", "length", 20, 20),
    ] {
        let reply = answer(model, limit);
        assert_eq!(reply["choices"][0]["message"]["content"], text, "{model} {limit}");
        assert_eq!(reply["choices"][0]["finish_reason"], finish, "{model} {limit}");
        assert_eq!(reply["usage"]["completion_tokens"], completion, "{model} {limit}");
        assert_eq!(reply["usage"]["completion_tokens_details"]["reasoning_tokens"], reasoning, "{model} {limit}");
        let row = stub.bill().pop().unwrap();
        assert_eq!((row.tokens.completion, row.tokens.reasoning), (completion, reasoning), "{model} {limit}");
    }
}

#[test]
fn models_are_listed_to_who_has_the_key() {
    let stub = stub();
    let list = |path: &str, headers: &str| receive(&send(&stub, &format!("GET {path}"), headers, ""));
    let openai = list("/v1/models", "authorization: Bearer sk-stub\r\n");
    assert_eq!(
        (openai.json()["object"].as_str(), openai.json()["data"][0]["id"].as_str()),
        (Some("list"), Some("small"))
    );
    let anthropic = list("/v1/models", "x-api-key: sk-stub\r\n").json();
    assert_eq!(anthropic["data"][1], json!({ "type": "model", "id": "think", "display_name": "think" }));
    let gemini = list("/v1beta/models", "x-goog-api-key: sk-stub\r\n").json();
    assert_eq!(gemini["models"][0]["name"], "models/small");
    let refused = list("/v1/models", "authorization: Bearer sk-other\r\n");
    assert_eq!((refused.status, refused.json()["error"]["code"].as_str()), (401, Some("invalid_api_key")));
    assert!(stub.bill().is_empty(), "lists are free");
}

#[test]
fn requests_that_are_none_are_refused_and_free() {
    let stub = stub();
    let post = |path: &str, headers: &str, body: &str| receive(&send(&stub, &format!("POST {path}"), headers, body));
    let wrong_key = post(ANTHROPIC, &headers(ANTHROPIC, "sk-other"), &question(ANTHROPIC, "small"));
    assert_eq!((wrong_key.status, &wrong_key.json()["error"]["type"]), (401, &json!("authentication_error")));
    let good = headers(ANTHROPIC, "sk-stub");
    let unknown = post(ANTHROPIC, &good, &question(ANTHROPIC, "none"));
    assert_eq!((unknown.status, &unknown.json()["error"]["type"]), (404, &json!("not_found_error")));
    assert_eq!(post(ANTHROPIC, "x-api-key: sk-stub\r\n", &question(ANTHROPIC, "small")).status, 400, "no version");
    let from_page = format!("origin: http://here\r\n{good}");
    assert_eq!(post(ANTHROPIC, &from_page, &question(ANTHROPIC, "small")).status, 401, "a page says so");
    let said = format!("{from_page}anthropic-dangerous-direct-browser-access: true\r\n");
    assert_eq!(post(ANTHROPIC, &said, &question(ANTHROPIC, "small")).status, 200);
    for body in ["", "{", "[]", r#"{"model": "small"}"#, r#"{"model": "small", "messages": []}"#] {
        assert_eq!(post(OPENAI, &headers(OPENAI, "sk-stub"), body).status, 400, "{body}");
    }
    let gemini = post(GEMINI, &headers(GEMINI, "sk-other"), &question(GEMINI, "small"));
    assert_eq!((gemini.status, &gemini.json()["error"]["status"]), (401, &json!("UNAUTHENTICATED")));
    assert_eq!(receive(&send(&stub, "DELETE /v1/messages", "", "")).status, 405);
    assert_eq!(receive(&send(&stub, "GET /", "", "")).status, 404);
    let bill = stub.bill();
    assert_eq!(bill.len(), 11);
    assert!(bill.iter().all(|row| row.status == Some(200) || row.tokens == Tokens::default()), "{bill:?}");
}

#[test]
fn browsers_are_told_which_headers_they_may_send() {
    let stub = stub();
    let preflight = |path: &str, asked: &str| {
        let headers = format!(
            "origin: http://here\r\naccess-control-request-method: POST\r\naccess-control-request-headers: {asked}\r\n"
        );
        let answer = receive(&send(&stub, &format!("OPTIONS {path}"), &headers, ""));
        assert_eq!((answer.status, answer.body.len()), (204, 0));
        assert!(answer.head.contains("access-control-allow-origin: *"), "{}", answer.head);
        assert!(answer.head.contains("access-control-allow-private-network: true"), "{}", answer.head);
        assert!(answer.head.contains("access-control-max-age: "), "{}", answer.head);
        let (_, allowed) = answer.head.split_once("access-control-allow-headers: ").unwrap();
        allowed.lines().next().unwrap().to_owned()
    };
    assert_eq!(preflight(OPENAI, "authorization,content-type"), "content-type, authorization");
    preflight(ANTHROPIC, "anthropic-dangerous-direct-browser-access,anthropic-version,content-type,x-api-key");
    assert_eq!(preflight(GEMINI, "Content-Type, X-Goog-Api-Key"), "content-type, x-goog-api-key");
    assert_eq!(stub.blocked(), 0);
    preflight(OPENAI, "authorization,content-type,x-stainless-lang");
    preflight(GEMINI, "authorization");
    assert_eq!(stub.blocked(), 2);
}

#[test]
fn refusals_cost_nothing() {
    for (fault, status, wanted) in [
        (Fault::WrongKey, 401, ""),
        (Fault::NoCredit, 402, ""),
        (Fault::Forbidden, 403, "access-control-allow-origin: *"),
        (Fault::NoCors, 403, ""),
        (Fault::UnknownModel, 404, ""),
        (Fault::RequestTimeout, 408, ""),
        (Fault::Conflict, 409, ""),
        (Fault::RateLimited { retry_after: None }, 429, ""),
        (Fault::RateLimited { retry_after: Some(7) }, 429, "retry-after: 7\r\n"),
        (Fault::ServerError, 500, ""),
        (Fault::Overloaded, 503, ""),
        (Fault::Redirect, 307, "location: http://127.0.0.1:9/v1/chat/completions\r\n"),
    ] {
        let (answer, row) = ask_under(fault);
        assert_eq!((answer.status, row.status, row.tokens), (status, Some(status), Tokens::default()), "{fault:?}");
        assert!(answer.head.contains(wanted), "{fault:?}: {}", answer.head);
        assert!(answer.json()["error"]["message"].is_string(), "{fault:?}");
        let readable = answer.head.contains("access-control-allow-origin");
        assert_eq!(readable, fault != Fault::NoCors, "{fault:?}");
        assert_eq!(answer.head.contains("retry-after: "), fault == Fault::RateLimited { retry_after: Some(7) });
    }
    let stub = Stub::start(Plan { exposes_retry_after: false, ..plan() }).unwrap();
    stub.script("small", vec![Fault::Overloaded, Fault::RateLimited { retry_after: Some(1) }]);
    assert_eq!(ask(&stub, ANTHROPIC).status, 529);
    assert!(!ask(&stub, OPENAI).head.contains("expose-headers"));
    assert_eq!(ask(&stub, OPENAI).status, 200, "the script is used up");
}

#[test]
fn damaged_replies_are_charged() {
    let (answer, row) = ask_under(Fault::Truncated);
    assert!((answer.status, answer.error) == (200, None) && answer.text().contains("chatcmpl"));
    assert!(serde_json::from_slice::<serde_json::Value>(&answer.body).is_err());
    assert_eq!(row.tokens, CHARGED);

    let (answer, row) = ask_under(Fault::Html);
    assert!(answer.status == 200 && answer.head.contains("text/html") && answer.text().starts_with("<!doctype"));
    assert_eq!(row.tokens, CHARGED);

    let (answer, row) = ask_under(Fault::UsageMissing);
    assert_eq!(answer.json()["choices"][0]["message"]["content"], "It is B.");
    assert_eq!((answer.json().get("usage"), row.tokens), (None, CHARGED));

    let (answer, row) = ask_under(Fault::UsageNegative);
    assert_eq!((&answer.json()["usage"]["prompt_tokens"], row.tokens), (&json!(-10), CHARGED));

    let (answer, row) = ask_under(Fault::Empty);
    assert_eq!(answer.json()["choices"][0]["message"]["content"], "");
    assert_eq!((&answer.json()["usage"]["completion_tokens"], row.tokens.completion), (&json!(2), 2));

    let (answer, row) = ask_under(Fault::Refused);
    let choice = &answer.json()["choices"][0];
    assert!(choice["message"]["content"].is_null() && choice["finish_reason"] == "content_filter");
    assert_eq!(row.tokens, Tokens { completion: 8, ..CHARGED });

    let (answer, row) = ask_under(Fault::CutOff);
    let choice = &answer.json()["choices"][0];
    assert!(choice["message"]["content"] == "It i" && choice["finish_reason"] == "length");
    assert_eq!(row.tokens, Tokens { completion: 3, ..CHARGED });
    assert!(row.delivered);

    let (answer, row) = ask_under(Fault::Huge);
    assert!(answer.body.len() > HUGE && row.delivered);
    assert_eq!((&answer.json()["usage"]["completion_tokens"], row.tokens), (&json!(4), CHARGED));
}

#[test]
fn replies_that_do_not_end_well_are_charged() {
    let (answer, row) = ask_under(Fault::Interrupted);
    assert!(answer.status == 200 && answer.text().starts_with('{') && !answer.text().contains("usage\":{"));
    let (_, promised) = answer.head.split_once("content-length: ").unwrap();
    let promised: usize = promised.lines().next().unwrap().parse().unwrap();
    assert_eq!(answer.body.len(), promised / 2);
    assert_eq!((row.tokens, row.delivered), (CHARGED, false));

    let (answer, row) = ask_under(Fault::Closed);
    assert_eq!((answer.status, answer.error), (0, None), "closed without a byte");
    assert_eq!((row.tokens, row.status, row.delivered), (CHARGED, None, false));
    assert!(row.ended.is_some());

    let (answer, row) = ask_under(Fault::Stalled);
    assert_eq!((answer.status, answer.error), (0, Some(ErrorKind::WouldBlock)), "open without a byte");
    assert_eq!((row.tokens, row.status, row.delivered), (CHARGED, None, false));
    // It ends when this client gives up, and not long before; whether the stub has noticed by now is a race.
    assert!(row.ended.is_none_or(|ended| ended >= PATIENCE / 2), "{:?}", row.ended);

    let stub = stub();
    stub.script("small", vec![Fault::Endless, Fault::Late { milliseconds: 700 }]);
    let mut connection =
        send(&stub, &format!("POST {OPENAI}"), &headers(OPENAI, "sk-stub"), &question(OPENAI, "small"));
    let mut bytes = [0; 1_000];
    let mut read = 0;
    while read < bytes.len() {
        read += connection.read(&mut bytes[read..]).unwrap();
    }
    assert!(String::from_utf8_lossy(&bytes).contains(" \r\n1\r\n "), "spaces follow");
    drop(connection);
    let (answer, started) = (ask(&stub, OPENAI), Instant::now());
    assert_eq!((answer.status, answer.error), (0, Some(ErrorKind::WouldBlock)), "this client does not wait that long");
    while stub.bill().iter().any(|row| row.ended.is_none()) {
        assert!(started.elapsed() < Duration::from_secs(5), "who goes away is noticed: {:?}", stub.bill());
        thread::sleep(Duration::from_millis(5));
    }
    assert!(stub.bill().iter().all(|row| row.tokens == CHARGED && !row.delivered), "{:?}", stub.bill());
}

#[test]
fn the_schedule_follows_the_seed() {
    let outcomes = |seed: u64| {
        let faults = vec![(Fault::ServerError, 0.2), (Fault::Truncated, 0.1)];
        let stub = Stub::start(Plan { seed, faults, ..plan() }).unwrap();
        for _ in 0..300 {
            ask(&stub, OPENAI);
        }
        stub.bill().iter().map(|row| row.fault).collect::<Vec<_>>()
    };
    let first = outcomes(1);
    let share = |fault| first.iter().filter(|&&found| found == fault).count();
    let (errors, truncated) = (share(Some(Fault::ServerError)), share(Some(Fault::Truncated)));
    // Four standard deviations around 60 and 30.
    assert!((32..=88).contains(&errors) && (9..=51).contains(&truncated), "{errors}, {truncated}");
    assert_eq!(first, outcomes(1));
    assert_ne!(first, outcomes(2));
}

#[test]
fn latencies_lie_in_their_range() {
    let stub = Stub::start(Plan { latency: 30..=60, ..plan() }).unwrap();
    for _ in 0..5 {
        ask(&stub, OPENAI);
    }
    let took: Vec<Duration> = stub.bill().iter().map(|row| row.ended.unwrap() - row.begun).collect();
    assert!(took.iter().all(|took| *took >= Duration::from_millis(30)), "{took:?}");
    assert!((0..5).map(|number| stub.shared.latency(number)).all(|latency| latency <= Duration::from_millis(60)));
}

/// Browsers keep connections: those are cut, too.
#[test]
fn it_can_be_down_and_stopped_and_started_again() {
    let stub = stub();
    let kept = TcpStream::connect(stub.address()).unwrap();
    stub.set_down(true);
    assert_eq!(receive(&kept).error, None, "closed");
    assert_eq!(receive(&TcpStream::connect(stub.address()).unwrap()).error, None, "closed");
    stub.set_down(false);
    assert_eq!(ask(&stub, OPENAI).status, 200);
    assert_eq!(stub.bill().len(), 1);
    let address = stub.address();
    drop(stub);
    assert!(TcpStream::connect(address).is_err(), "it has ended");
    let stub = Stub::start(Plan { port: address.port(), ..plan() }).unwrap();
    assert_eq!(stub.origin(), format!("http://{address}"));
    assert_eq!(ask(&stub, OPENAI).status, 200);
    assert!(Stub::start(Plan { port: address.port(), ..plan() }).is_err(), "the port is taken");
}

#[test]
fn chances_are_even() {
    let draws: Vec<f64> = (0..2_000).map(|number| chance(5, &["model", &number.to_string()])).collect();
    assert!(draws.iter().all(|draw| (0.0..1.0).contains(draw)));
    let mean = draws.iter().sum::<f64>() / draws.len() as f64;
    assert!((mean - 0.5).abs() < 0.03, "{mean}");
    assert_ne!(chance(5, &["a", "b"]), chance(5, &["ab", ""]));
    assert_ne!(chance(5, &["a"]), chance(6, &["a"]));
}
