//! What a live run leaves behind: result files that are read as any others, questions, estimates, keys.

#![allow(clippy::unwrap_used)]

use llm_selection::data::{ImportOptions, InputFile, Question, import};
use llm_selection::experiment::{Experiment, TokenPrice};
use llm_selection::live::estimate::Estimate;
use llm_selection::live::export::{archive, result_files};
use llm_selection::live::fault::{Fault, FaultKind};
use llm_selection::live::grade::Scoring;
use llm_selection::live::key::{Key, Keys};
use llm_selection::live::ledger::Caps;
use llm_selection::live::log::{Entry, Outcome, Record, Said, Slot};
use llm_selection::live::protocol::{Ending, Usage, list, request};
use llm_selection::live::provider::{Endpoint, PROVIDERS, provider};
use llm_selection::live::setup::{Judge, Model, Setup};
use llm_selection::query_aware::queries::{Queries, QueryOptions};

fn setup() -> Setup {
    let text = r#"{"environment": {"kind": "preset", "id": "sciq"}, "task": {"reward": "suc", "max_models": 2, "budget": 0.01},
        "policies": [{"kind": "random"}]}"#;
    let experiment = Experiment::from_json(text).unwrap();
    let model = |name: &str, price: f64| Model {
        name: name.to_owned(),
        endpoint: Endpoint::of(provider("openai").unwrap()),
        model: name.to_owned(),
        price: Some(TokenPrice { input: price, output: 2.0 * price }),
        plays: true,
    };
    let question = |id: &str, query: &str, reference: &str| Question {
        id: id.into(),
        query: query.into(),
        reference: reference.into(),
        category: "sums".into(),
    };
    Setup {
        dry: false,
        models: vec![model("org/small:1", 1.0), model("org_small:1", 10.0)],
        questions: vec![question("a", "One, \"two\"\nthree?", "4"), question("=b", "Which?", "C")],
        shuffled: false,
        system: String::new(),
        template: "{query}".into(),
        scoring: Scoring::Rouge2,
        judge: None,
        task: experiment.task,
        policy: experiment.policies[0].clone(),
        rounds: 4,
        seed: 1,
        batch: 1,
        max_tokens: 100,
        timeout_s: 10.0,
        retries: 2,
        paces: Vec::new(),
        caps: Caps { dollars: 1.0, calls: 100, minutes: 10.0 },
    }
}

fn said(text: &str, score: Option<f64>, dollars: Option<f64>) -> Outcome {
    let usage = dollars.map(|_| Usage { input: 10, cached: 0, output: 5, reasoning: 0 });
    Outcome::Answered(Said { text: text.into(), usage, ending: Ending::Complete, dollars, score, latency_ms: 120.5 })
}

fn log(calls: Vec<(u32, usize, bool, Outcome)>) -> Vec<Entry> {
    let mut entries = Vec::new();
    for (call, (round, arm, judge, outcome)) in (0..).zip(calls) {
        let slot = Slot { round, arm, judge };
        entries.push(Entry { at: 0.0, what: Record::Intent { call, slot, attempt: 1, worst: 0.1 } });
        entries.push(Entry { at: 0.0, what: Record::Outcome { call, outcome } });
    }
    entries
}

#[test]
fn result_files_are_read_as_what_they_are() {
    let setup = setup();
    let failed = Outcome::Failed { fault: Fault::new(FaultKind::TimedOut), latency_ms: 1.0 };
    let entries = log(vec![
        (0, 0, false, said("4,\nthen \"5\"", Some(0.5), Some(0.001))),
        (0, 1, false, said("=4", Some(1.0), Some(0.25))),
        (1, 0, false, said("C", Some(0.0), None)),
        (1, 1, false, failed),
        (2, 1, false, said("again", Some(0.75), Some(0.125))),
        (2, 0, false, said("not scored", None, Some(0.5))),
        (3, 0, false, said("judged", None, Some(0.5))),
        (3, 0, true, said("yes", Some(1.0), Some(0.5))),
    ]);
    let files = result_files(&setup, &entries);
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["org_small_1.csv", "org_small_1_2.csv"]);
    let inputs = || files.iter().map(|(name, text)| InputFile::from_bytes(name.clone(), text.as_bytes())).collect();
    let read = import(inputs(), &ImportOptions::default(), &mut |_| true).unwrap();
    let data = &read.dataset;
    let models: Vec<&str> = data.models.iter().map(|model| model.name.as_str()).collect();
    assert_eq!(models, ["org/small:1", "org_small:1"]);
    assert_eq!(data.queries, 4);
    let column = |values: &[f64]| values.iter().map(|value| (!value.is_nan()).then_some(*value)).collect::<Vec<_>>();
    let rewards: Vec<_> = data.models.iter().map(|model| column(&model.reward)).collect();
    assert_eq!(rewards[0].iter().flatten().sum::<f64>(), 1.5);
    assert_eq!(rewards[1].iter().flatten().sum::<f64>(), 1.75);
    let costs: Vec<_> = data.models.iter().map(|model| column(model.cost.as_ref().unwrap())).collect();
    assert_eq!(costs[1].iter().flatten().sum::<f64>(), 0.375);
    // What is unknown is missing.
    assert_eq!(costs[0].iter().flatten().sum::<f64>(), 0.501);
    // And as one archive.
    let zip = archive(&files, Vec::new()).unwrap();
    let zipped = vec![InputFile::from_bytes("live-results.zip", &zip)];
    let again = import(zipped, &ImportOptions::default(), &mut |_| true).unwrap().dataset;
    assert_eq!(format!("{:?}", again.models), format!("{:?}", data.models));
    let (queries, _) = Queries::read(inputs(), &QueryOptions::default(), &mut |_| true).unwrap();
    assert!(queries.texts.iter().any(|text| text == "One, \"two\"\nthree?"), "{:?}", queries.texts);
    assert_eq!(queries.answers.len(), 5);
}

#[test]
fn an_estimate_says_what_it_assumes() {
    let mut setup = setup();
    let plain = Estimate::of(&setup).unwrap();
    assert_eq!(plain.calls, (8.0, 8.0));
    assert!(plain.dollars.0 > 0.0 && plain.dollars.0 < plain.dollars.1);
    let worst: f64 = setup.models.iter().map(|model| setup.worst(model)).sum();
    assert!((plain.dollars.1 - 4.0 * worst).abs() < 1e-12);
    assert!(!plain.assumptions.is_empty() && plain.warnings.is_empty(), "{:?}", plain.warnings);
    setup.caps = Caps { dollars: plain.dollars.0 / 2.0, calls: 3, minutes: 1.0 };
    assert_eq!(Estimate::of(&setup).unwrap().warnings.len(), 3);
    setup.scoring = Scoring::Judged;
    setup.judge = Some(Judge { model: 1, template: "{query} {reference} {answer}".into(), max_tokens: 10 });
    let judged = Estimate::of(&setup).unwrap();
    assert_eq!(judged.calls, (16.0, 16.0));
    assert!(judged.dollars.0 > plain.dollars.0 && judged.dollars.1 > plain.dollars.1);
    setup.task.reward = llm_selection::experiment::RewardModel::Awc;
    assert_eq!(Estimate::of(&setup).unwrap().calls, (12.0, 16.0));
}

#[test]
fn keys_go_to_their_own_origin_and_nowhere_else() {
    let secret = "sk-do-not-print-me-0123456789";
    let key = Key::new(&format!(" {secret}\n")).unwrap();
    assert_eq!((format!("{key} {key:?}"), key.reveal()), ("••• •••".to_owned(), secret));
    for bad in ["", "  ", "two words", "line\nbreak", "naïve"] {
        assert!(Key::new(bad).is_none(), "{bad}");
    }
    let mut keys = Keys::default();
    let own = Endpoint::of(provider("openai").unwrap());
    keys.set(&own.origin(), Some(key));
    assert!(!format!("{keys:?}").contains(secret));
    for provider in PROVIDERS.iter().filter(|provider| !provider.base.is_empty()) {
        let endpoint = Endpoint::of(provider);
        let header = keys.header(&list(&endpoint).unwrap());
        assert_eq!(header.is_some(), endpoint.origin() == own.origin(), "{}", provider.id);
    }
    let setup = setup();
    let ask = setup.ask(&setup.models[0], "hi");
    let request = request(&own, &ask).unwrap();
    let text = serde_json::to_string(&request).unwrap();
    assert!(!text.contains(secret));
    assert_eq!(keys.header(&request).unwrap().1, format!("Bearer {secret}"));
    // Whatever a request says of itself, its address decides.
    for url in
        ["https://evil.example/v1", "https://api.openai.com.evil.example/v1", "https://api.openai.com@evil.example/"]
    {
        let mut other = request.clone();
        other.url = url.to_owned();
        assert_eq!(keys.header(&other), None, "{url}");
        other.origin = "https://evil.example".to_owned();
        assert_eq!(keys.header(&other), None);
    }
    // However an address is written, its key is found, and for no other.
    for base in ["HTTP://Localhost:4000/v1/", "http://localhost:4000/v1", "https://GPU.example.org:443/v1"] {
        let endpoint = Endpoint { provider: "litellm".into(), base: base.into() };
        keys.set(&endpoint.origin(), Key::new("sk-own"));
        let sent = llm_selection::live::protocol::request(&endpoint, &ask).unwrap();
        assert_eq!(keys.header(&sent).map(|(_, value)| value).as_deref(), Some("Bearer sk-own"), "{base}");
        assert!(sent.url.starts_with(&endpoint.origin()) && sent.url.ends_with("/v1/chat/completions"), "{}", sent.url);
    }
    keys.forget();
    assert!(keys.header(&request).is_none() && !keys.has(&own.origin()));
}
