//! Calls to models without a network: what is sent, and how every kind of reply is read.
#![cfg(not(target_arch = "wasm32"))]
// Helpers of tests fail as tests do.
#![allow(clippy::unwrap_used)]

use llm_selection::live::fault::{Fault, FaultKind};
use llm_selection::live::protocol::{
    Answer, Ask, Ending, Heard, Usage, list, most_input_tokens, read, read_list, request,
};
use llm_selection::live::provider::{Endpoint, PROVIDERS, Protocol, provider};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};

fn at(id: &str) -> Endpoint {
    match id {
        "custom" => Endpoint { provider: id.to_owned(), base: "http://192.168.0.2:9000/v1/".to_owned() },
        "custom-anthropic" | "custom-gemini" => {
            Endpoint { provider: id.to_owned(), base: "http://192.168.0.2:9000".to_owned() }
        }
        _ => Endpoint::of(provider(id).unwrap()),
    }
}

fn ask(model: &str) -> Ask<'_> {
    Ask { model, system: "Be brief.", prompt: "Why?", max_tokens: 100 }
}

fn http(status: u16, body: impl ToString) -> Heard {
    Heard::Http { status, retry_after: None, body: body.to_string() }
}

/// A good reply of every protocol.
fn good(protocol: Protocol) -> Value {
    match protocol {
        Protocol::OpenAi => json!({
            "choices": [{"message": {"role": "assistant", "content": "Because."}, "finish_reason": "stop"}],
            "usage": {
                "prompt_tokens": 20, "completion_tokens": 10, "total_tokens": 30,
                "prompt_tokens_details": {"cached_tokens": 5}, "completion_tokens_details": {"reasoning_tokens": 8},
            },
        }),
        Protocol::Anthropic => json!({
            "content": [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "Be"}, {"type": "text", "text": "cause."}],
            "stop_reason": "end_turn",
            "usage": {"input_tokens": 10, "cache_read_input_tokens": 5, "cache_creation_input_tokens": 5, "output_tokens": 10},
        }),
        Protocol::Gemini => json!({
            "candidates": [{
                "content": {"parts": [{"text": "hm", "thought": true}, {"text": "Be"}, {"text": "cause."}]},
                "finishReason": "STOP",
            }],
            "usageMetadata": {
                "promptTokenCount": 20, "cachedContentTokenCount": 5, "candidatesTokenCount": 2, "thoughtsTokenCount": 8,
            },
        }),
    }
}

const PROTOCOLS: [(&str, Protocol); 3] =
    [("openai", Protocol::OpenAi), ("anthropic", Protocol::Anthropic), ("gemini", Protocol::Gemini)];

fn answer(id: &str, body: Value) -> Answer {
    read(&at(id), &http(200, body)).unwrap()
}

fn fault(id: &str, heard: Heard) -> Fault {
    read(&at(id), &heard).unwrap_err()
}

#[test]
fn good_replies() {
    for (id, protocol) in PROTOCOLS {
        let reasoning = if protocol == Protocol::Anthropic { 0 } else { 8 };
        let usage = Some(Usage { input: 20, cached: 5, output: 10, reasoning });
        let expected = Answer { text: "Because.".to_owned(), usage, ending: Ending::Complete };
        assert_eq!(answer(id, good(protocol)), expected, "{id}");
        // Usage that is missing or cannot be is none, and the answer is still good.
        let field = if protocol == Protocol::Gemini { "usageMetadata" } else { "usage" };
        let first = match protocol {
            Protocol::OpenAi => "prompt_tokens",
            Protocol::Anthropic => "output_tokens",
            Protocol::Gemini => "promptTokenCount",
        };
        for bad in [json!(null), json!(-1), json!(10.5), json!(1e10), json!("10"), json!([])] {
            let mut body = good(protocol);
            body[field][first] = bad.clone();
            assert_eq!(answer(id, body), Answer { usage: None, ..expected.clone() }, "{id} {bad}");
            let mut body = good(protocol);
            body[field] = bad;
            assert_eq!(answer(id, body).usage, None, "{id}");
        }
        let mut body = good(protocol);
        body[field][first] = json!(if protocol == Protocol::Anthropic { 10.0 } else { 20.000_000_1 });
        assert_eq!(answer(id, body), expected, "{id}");
        body = good(protocol);
        body.as_object_mut().unwrap().remove(field);
        assert_eq!(answer(id, body).usage, None, "{id}");
    }
}

#[test]
fn contents_and_endings() {
    let openai = |message: Value, finish: Value| {
        let answer = answer("mistral", json!({"choices": [{"message": message, "finish_reason": finish}]}));
        (answer.text, answer.ending)
    };
    let parts =
        json!([{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}, {"type": "text", "text": "a"}, "b"]);
    assert_eq!(openai(json!({"content": parts}), json!("stop")), ("ab".to_owned(), Ending::Complete));
    assert_eq!(openai(json!({"content": null}), json!("length")), (String::new(), Ending::CutOff));
    assert_eq!(openai(json!({"content": ""}), json!("stop")), (String::new(), Ending::Complete));
    assert_eq!(openai(json!({"content": "a"}), json!(null)), ("a".to_owned(), Ending::Complete));
    assert_eq!(openai(json!({"content": "a"}), json!("content_filter")), ("a".to_owned(), Ending::Refused));
    let refused = json!({"content": null, "refusal": "I cannot."});
    assert_eq!(openai(refused, json!("stop")), ("I cannot.".to_owned(), Ending::Refused));

    let anthropic = |stop: &str| {
        answer("anthropic", json!({"content": [{"type": "text", "text": "a"}], "stop_reason": stop})).ending
    };
    assert_eq!(
        ["end_turn", "stop_sequence", "max_tokens", "refusal"].map(anthropic),
        [Ending::Complete, Ending::Complete, Ending::CutOff, Ending::Refused]
    );
    assert_eq!(answer("anthropic", json!({"content": [], "stop_reason": "refusal"})).text, "");

    let gemini = |finish: &str| answer("gemini", json!({"candidates": [{"finishReason": finish}]})).ending;
    assert_eq!(
        ["STOP", "MAX_TOKENS", "SAFETY", "RECITATION"].map(gemini),
        [Ending::Complete, Ending::CutOff, Ending::Refused, Ending::Refused]
    );
    let blocked = json!({"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": {"promptTokenCount": 3}});
    let blocked = answer("gemini", blocked);
    assert_eq!((blocked.ending, blocked.usage.unwrap().input), (Ending::Refused, 3));
}

#[test]
fn usages_of_openai_s_protocol_that_differ() {
    let usage =
        |usage: Value| answer("deepseek", json!({"choices": [{"message": {"content": ""}}], "usage": usage})).usage;
    let with = |input, cached, output, reasoning| Some(Usage { input, cached, output, reasoning });
    assert_eq!(usage(json!({"prompt_tokens": 9, "completion_tokens": 2})), with(9, 0, 2, 0));
    let hit = json!({"prompt_tokens": 9, "completion_tokens": 2, "prompt_cache_hit_tokens": 4, "prompt_tokens_details": null});
    assert_eq!(usage(hit), with(9, 4, 2, 0));
    // Reasoning beside the completion.
    let apart = json!({
        "prompt_tokens": 9, "completion_tokens": 7, "total_tokens": 21, "completion_tokens_details": {"reasoning_tokens": 5},
    });
    assert_eq!(usage(apart), with(9, 0, 12, 5));
    let more =
        json!({"prompt_tokens": 9, "completion_tokens": 7, "completion_tokens_details": {"reasoning_tokens": 50}});
    assert_eq!(usage(more), with(9, 0, 57, 50));
    // More cached than there was.
    let odd = json!({"prompt_tokens": 9, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 10}});
    assert_eq!(usage(odd), None);
}

#[test]
fn replies_that_are_no_answers() {
    for (id, protocol) in PROTOCOLS {
        let whole = good(protocol).to_string();
        let kind = |body: &str| fault(id, http(200, body)).kind;
        assert_eq!(kind(&whole[..whole.len() / 2]), FaultKind::Broken, "{id}");
        assert_eq!(kind("<!doctype html><title>Sign in</title>"), FaultKind::NotJson, "{id}");
        assert_eq!(fault(id, http(200, "<title>Sign in</title>")).said, "Sign in");
        assert_eq!(kind("upstream connect error"), FaultKind::NotJson, "{id}");
        assert_eq!(kind(""), FaultKind::NotJson, "{id}");
        for body in ["{}", "[]", "null", "1", r#"{"choices":[]}"#, r#"{"content":1}"#, r#"{"candidates":[{}]}"#] {
            assert_eq!(kind(body), FaultKind::Malformed, "{id} {body}");
        }
        assert_eq!(kind(&"[".repeat(100_000)), FaultKind::NotJson, "{id}");
        assert_eq!(kind(&format!("{whole}x")), FaultKind::NotJson, "{id}");
        // Errors with a good status.
        let error = fault(id, http(200, r#"{"error":{"message":"No such thing","code":404}}"#));
        assert_eq!(
            (error.kind, error.status, error.said.as_str()),
            (FaultKind::UnknownModel, Some(404), "No such thing")
        );
        assert_eq!(kind(r#"{"error":"busy"}"#), FaultKind::Malformed, "{id}");
        let mut null = good(protocol);
        null["error"] = Value::Null;
        assert!(read(&at(id), &http(200, null)).is_ok(), "{id}");
        for (heard, kind) in [
            (Heard::Unreachable, FaultKind::Unreachable),
            (Heard::Redirected, FaultKind::Redirected),
            (Heard::TimedOut, FaultKind::TimedOut),
            (Heard::Aborted, FaultKind::Aborted),
            (Heard::TooLarge, FaultKind::TooLarge),
            (Heard::Broken, FaultKind::Broken),
        ] {
            assert_eq!(fault(id, heard), Fault::new(kind), "{id}");
        }
    }
}

const KINDS: [FaultKind; 16] = [
    FaultKind::WrongKey,
    FaultKind::Forbidden,
    FaultKind::NoCredit,
    FaultKind::UnknownModel,
    FaultKind::BadRequest,
    FaultKind::RateLimited,
    FaultKind::Overloaded,
    FaultKind::Unreachable,
    FaultKind::Redirected,
    FaultKind::TimedOut,
    FaultKind::Aborted,
    FaultKind::TooLarge,
    FaultKind::Broken,
    FaultKind::NotJson,
    FaultKind::Malformed,
    FaultKind::UnknownOutcome,
];

#[test]
fn every_fault_says_what_to_do() {
    const TO_DO: [&str; 12] =
        ["check", "add", "take", "wait", "try", "allow", "start", "enter", "lower", "raise", "build", "make"];
    for kind in KINDS {
        for each in PROVIDERS {
            let advice = Fault::new(kind).advice(&at(each.id), "some-model", "https://page.example");
            let lower = advice.to_lowercase();
            assert!(TO_DO.iter().any(|verb| lower.contains(verb)), "{kind:?} {advice}");
            assert!(advice.ends_with('.') && !advice.contains("..") && !advice.contains("  "), "{kind:?} {advice}");
        }
        assert!(!Fault::new(kind).title().is_empty());
        // What is worth another try was answered with an error, and may be over by then.
        assert!(!kind.is_transient() || !(kind.may_be_billed() || kind.is_lasting()), "{kind:?}");
    }
    let stranger = Endpoint { provider: "nobody".to_owned(), base: "x".to_owned() };
    assert!(Fault::new(FaultKind::Unreachable).advice(&stranger, "m", "null").contains("nobody"));
}

#[test]
fn requests() {
    let sent = |id: &str| request(&at(id), &ask("m")).unwrap();
    let body = |id: &str| -> Value { serde_json::from_str(sent(id).post.as_deref().unwrap()).unwrap() };
    let key = |id: &str| sent(id).key.map(|key| (key.name, key.prefix)).unwrap();
    let own = |text: &str| text.to_owned();

    assert_eq!(sent("openai").url, "https://api.openai.com/v1/chat/completions");
    assert_eq!(sent("openai").headers, [(own("content-type"), own("application/json"))]);
    assert_eq!(key("openai"), (own("authorization"), own("Bearer ")));
    let messages = json!([{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Why?"}]);
    assert_eq!(body("openai"), json!({"model": "m", "messages": messages, "max_completion_tokens": 100}));
    assert_eq!(body("mistral"), json!({"model": "m", "messages": messages, "max_tokens": 100}));
    assert_eq!(sent("custom").url, "http://192.168.0.2:9000/v1/chat/completions");

    assert_eq!(sent("anthropic").url, "https://api.anthropic.com/v1/messages");
    let headers = [
        ("anthropic-version", "2023-06-01"),
        ("anthropic-dangerous-direct-browser-access", "true"),
        ("content-type", "application/json"),
    ];
    assert_eq!(sent("anthropic").headers, headers.map(|(name, value)| (own(name), own(value))));
    assert_eq!(key("anthropic"), (own("x-api-key"), own("")));
    let messages = json!([{"role": "user", "content": "Why?"}]);
    assert_eq!(
        body("anthropic"),
        json!({"model": "m", "max_tokens": 100, "system": "Be brief.", "messages": messages})
    );

    let gemini = "https://generativelanguage.googleapis.com/v1beta/models/";
    assert_eq!(sent("gemini").url, format!("{gemini}m:generateContent"));
    assert_eq!(key("gemini"), (own("x-goog-api-key"), own("")));
    let contents = json!([{"role": "user", "parts": [{"text": "Why?"}]}]);
    let system = json!({"parts": [{"text": "Be brief."}]});
    let config = json!({"maxOutputTokens": 100});
    assert_eq!(body("gemini"), json!({"contents": contents, "systemInstruction": system, "generationConfig": config}));
    let url = |model| request(&at("gemini"), &ask(model)).unwrap().url;
    assert_eq!(url("models/gemini-2.5-pro"), format!("{gemini}gemini-2.5-pro:generateContent"));
    assert_eq!(url("../x?key=y#é"), format!("{gemini}..%2Fx%3Fkey%3Dy%23%C3%A9:generateContent"));

    // Nothing is said beforehand where there is nothing to say.
    for (id, _) in PROTOCOLS {
        let quiet = request(&at(id), &Ask { system: "", ..ask("m") }).unwrap().post.unwrap();
        assert!(!quiet.contains("system"), "{quiet}");
        for wrong in [Ask { model: " ", ..ask("m") }, Ask { prompt: "", ..ask("m") }, Ask { max_tokens: 0, ..ask("m") }]
        {
            assert!(request(&at(id), &wrong).unwrap_err().place.field.is_some());
        }
        assert!(request(&at(id), &ask("a\nb")).is_err());
    }
    let elsewhere = Endpoint { provider: own("openai"), base: own("https://api.openai.com.evil/v1") };
    assert!(
        request(&elsewhere, &ask("m")).is_err() && list(&elsewhere).is_err() && read_list(&elsewhere, "{}").is_err()
    );
}

#[test]
fn lists_of_models() {
    let listed = |id: &str| list(&at(id)).unwrap();
    assert_eq!(listed("groq").url, "https://api.groq.com/openai/v1/models");
    assert_eq!(listed("anthropic").url, "https://api.anthropic.com/v1/models?limit=1000");
    assert_eq!(listed("gemini").url, "https://generativelanguage.googleapis.com/v1beta/models?pageSize=1000");
    assert!(listed("openai").key.is_some() && listed("openrouter").key.is_none());
    assert!(listed("openai").headers.is_empty() && listed("anthropic").headers.len() == 2);
    assert!(PROVIDERS.iter().all(|each| listed(each.id).post.is_none()));

    let names = |id: &str, body: Value| -> Vec<String> {
        read_list(&at(id), &body.to_string()).unwrap().into_iter().map(|listed| listed.model).collect()
    };
    let data = json!({"data": [{"id": "b"}, {"id": "a"}, {"id": "b"}, {"id": ""}, {"id": 1}, {}, {"id": "c\n"}]});
    assert_eq!(names("openai", data.clone()), ["b", "a"]);
    assert_eq!(names("anthropic", data), ["b", "a"]);
    assert_eq!(names("together", json!([{"id": "a"}])), ["a"]);
    let models = json!({"models": [
        {"name": "models/g", "supportedGenerationMethods": ["countTokens", "generateContent"]},
        {"name": "models/embed", "supportedGenerationMethods": ["embedContent"]},
        {"name": "models/none"},
    ]});
    assert_eq!(names("gemini", models), ["g"]);
    for wrong in ["", "{}", "<html>", r#"{"data": {}}"#, "1"] {
        assert_eq!(read_list(&at("openai"), wrong).unwrap_err().place.field.as_deref(), Some("models"), "{wrong}");
    }

    let priced = |prompt: Value, completion: Value| {
        let body = json!({"data": [{"id": "m", "pricing": {"prompt": prompt, "completion": completion}}]}).to_string();
        let price = |id: &str| read_list(&at(id), &body).unwrap()[0].price;
        assert_eq!(price("custom"), None);
        price("openrouter").map(|price| (price.input, price.output))
    };
    assert_eq!(priced(json!("0.00000015"), json!("0.0000006")), Some((0.15, 0.6)));
    assert_eq!(priced(json!("0"), json!("1.5e-7")), Some((0.0, 0.15)));
    // A fee that is no price of tokens would be spent unseen.
    for (fee, known) in [(json!("0.005"), false), (json!("0"), true), (json!(null), true)] {
        let pricing = json!({"prompt": "0.1", "completion": "0.1", "request": fee});
        let body = json!({"data": [{"id": "m", "pricing": pricing}]}).to_string();
        assert_eq!(read_list(&at("openrouter"), &body).unwrap()[0].price.is_some(), known, "{fee}");
    }
    for (prompt, completion) in [
        (json!("-1"), json!("-1")),
        (json!("0.1"), json!(null)),
        (json!("x"), json!("1")),
        (json!("nan"), json!("1")),
        (json!("inf"), json!("1")),
        (json!(""), json!("1")),
        (json!(1), json!(1)),
    ] {
        assert_eq!(priced(prompt.clone(), completion), None, "{prompt}");
    }
}

/// Replaces one of a value's parts, counted from the outside.
fn replace(value: &mut Value, at: &mut usize, with: &Value) {
    if *at == 0 {
        *value = with.clone();
    }
    *at = at.wrapping_sub(1);
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, at, with)),
        Value::Object(fields) => fields.values_mut().for_each(|field| replace(field, at, with)),
        _ => {}
    }
}

fn any_value() -> impl Strategy<Value = Value> {
    select(vec![
        json!(null),
        json!(true),
        json!(-1),
        json!(1e300),
        json!(u64::MAX),
        json!(12.5),
        json!("x"),
        json!([]),
        json!({}),
        json!([[{"text": "a", "type": "text"}]]),
        json!({"error": {"message": "x"}}),
    ])
}

/// What comes out is in its range, or says what is wrong.
fn survive(id: &str, heard: &Heard) -> Result<(), TestCaseError> {
    match read(&at(id), heard) {
        Ok(Answer { usage, .. }) => {
            let usage = usage.unwrap_or_default();
            prop_assert!(usage.cached <= usage.input && usage.reasoning <= usage.output && usage.input < 4_000_000_000);
        }
        Err(fault) => {
            prop_assert!(fault.said.chars().count() <= 300 && !fault.said.contains(char::is_control));
            prop_assert!(fault.retry_after_ms.is_none_or(|ms| ms >= 0.0 && ms.is_finite()));
            prop_assert!(!fault.advice(&at(id), "m", "https://p").is_empty());
        }
    }
    Ok(())
}

fn any_id() -> impl Strategy<Value = &'static str> {
    select(PROVIDERS.map(|provider| provider.id).to_vec())
}

/// What looks like a key, and the text before it.
fn key() -> impl Strategy<Value = (&'static str, String)> {
    prop_oneof![
        (select(vec!["", "key=", "key: "]), "(sk-|sk-ant-|sk-or-v1-|AIza|gsk_|xai-)[A-Za-z0-9_-]{16,60}"),
        (select(vec!["Bearer ", "bearer ", "Authorization: Bearer "]), "[A-Za-z0-9._~+/-]{16,60}=?"),
        (select(vec!["", "key "]), "[A-Za-z_-]{0,20}[0-9][A-Za-z0-9_-]{23,60}"),
    ]
}

proptest! {
    #[test]
    fn any_body_is_read(id in any_id(), status in prop_oneof![Just(200u16), any::<u16>()], body in any::<String>(), after in prop::option::of(".{0,12}")) {
        survive(id, &Heard::Http { status, retry_after: after, body })?;
    }

    #[test]
    fn damaged_replies_are_read(
        (id, protocol) in select(PROTOCOLS.to_vec()),
        status in select(vec![200u16, 200, 400, 429, 500]),
        changes in prop::collection::vec((0..30usize, any_value()), 0..4),
        cut in prop::option::of((any::<Index>(), ".{0,3}")),
    ) {
        let mut body = good(protocol);
        for (mut place, value) in changes {
            replace(&mut body, &mut place, &value);
        }
        let mut body: Vec<char> = body.to_string().chars().collect();
        if let Some((place, text)) = cut {
            let place = place.index(body.len());
            body.splice(place..(place + 2).min(body.len()), text.chars());
        }
        survive(id, &http(status, body.into_iter().collect::<String>()))?;
    }

    #[test]
    fn keys_are_never_repeated(
        (id, (before, key)) in (any_id(), key()),
        (start, end) in ("([a-zA-Z0-9]{0,8} ){0,40}", "( [a-z]{0,8}){0,5}"),
        status in select(vec![200u16, 400, 401, 429, 500]),
        shape in 0..5,
    ) {
        let said = format!("{start}{before}{key}{end}");
        let body = match shape {
            0 => json!({"error": {"message": said}}).to_string(),
            1 => json!({"error": said}).to_string(),
            2 => json!([{"error": {"code": 400, "message": said}}]).to_string(),
            3 => json!({"detail": [{"msg": said}]}).to_string(),
            _ => said,
        };
        if let Err(fault) = read(&at(id), &http(status, body)) {
            let key: Vec<char> = key.chars().collect();
            for part in key.windows(10) {
                let part: String = part.iter().collect();
                prop_assert!(!fault.said.contains(&part), "{}", fault.said);
            }
        }
    }

    #[test]
    fn requests_stay_where_they_belong(
        id in any_id(),
        model in prop_oneof![any::<String>(), "[-./:?#%@\\\\a-z]{1,12}"],
        (system, prompt) in any::<(String, String)>(),
        max_tokens in any::<u32>(),
    ) {
        let ask = Ask { model: &model, system: &system, prompt: &prompt, max_tokens };
        prop_assert!(most_input_tokens(&ask) >= (system.len() + prompt.len()) as u64);
        if let Ok(request) = request(&at(id), &ask) {
            let path = request.url.strip_prefix(&request.origin).and_then(|path| path.strip_prefix('/')).unwrap();
            prop_assert!(path.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~%/:".contains(&b)), "{}", path);
            prop_assert!(path.split('/').all(|part| !matches!(part, "" | "." | "..")));
            if id.ends_with("gemini") {
                prop_assert!(path.split('/').count() == 3 && path.ends_with(":generateContent"), "{}", path);
            }
            let body: Value = serde_json::from_str(request.post.as_deref().unwrap()).unwrap();
            let text = match id {
                "gemini" | "custom-gemini" => body["contents"][0]["parts"][0]["text"].as_str(),
                "anthropic" | "custom-anthropic" => body["messages"][0]["content"].as_str(),
                _ => {
                    prop_assert_eq!(body["model"].as_str(), Some(model.as_str()));
                    body["messages"].as_array().unwrap().last().unwrap()["content"].as_str()
                }
            };
            prop_assert_eq!(text, Some(prompt.as_str()));
        }
    }

    #[test]
    fn list_replies_never_end_badly(id in any_id(), body in any::<String>(), change in any_value(), mut place in 0..12usize) {
        let mut list = json!({"data": [{"id": "a", "pricing": {"prompt": "1", "completion": "2"}}], "models": [{"name": "b"}]});
        replace(&mut list, &mut place, &change);
        for body in [body, list.to_string()] {
            if let Ok(listed) = read_list(&at(id), &body) {
                prop_assert!(listed.iter().all(|listed| !listed.model.is_empty()));
            }
        }
    }
}
