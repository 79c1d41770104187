//! Links: what goes in comes out, old ones keep their meaning, and hostile ones end in an error.
#![cfg(not(target_arch = "wasm32"))]
// Helpers of tests fail as tests do.
#![allow(clippy::unwrap_used)]

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use llm_selection::ErrorKind::{self, *};
use llm_selection::experiment::Experiment;
use llm_selection::link::{Link, PageState, Shape, complete};
use llm_selection::plan::Plan;
use llm_selection::run::run_in_threads;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

/// An experiment that says only what it must.
fn small() -> Value {
    json!({
        "environment": { "kind": "synthetic", "models": [
            { "name": "a", "reward": 0.9, "cost": 0.5 }, { "name": "b", "reward": 0.5, "cost": 0.1 } ] },
        "task": { "budget": 0.3 },
        "policies": [ { "kind": "c2mab-v" } ]
    })
}

fn read(value: &Value) -> Experiment {
    Experiment::from_json(&value.to_string()).unwrap()
}

/// The link of any JSON, made without the encoder.
fn pack(json: &str) -> String {
    let deflated = miniz_oxide::deflate::compress_to_vec(json.as_bytes(), 6);
    format!("#v1.{}", BASE64_URL_SAFE_NO_PAD.encode(deflated))
}

/// The JSON in a link, taken out without the decoder.
fn unpack(link: &str) -> String {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(link.strip_prefix("#v1.").unwrap()).unwrap();
    String::from_utf8(miniz_oxide::inflate::decompress_to_vec(&bytes).unwrap()).unwrap()
}

/// Name, fragment and meaning of links that were made once.
fn golden() -> Vec<(String, String, Link)> {
    let text = include_str!("golden_links.json");
    let list: Vec<Map<String, Value>> = serde_json::from_str(text).unwrap();
    list.into_iter()
        .map(|entry| {
            let (name, fragment) = (entry["name"].as_str().unwrap(), entry["fragment"].as_str().unwrap());
            let page =
                entry.get("page").map_or_else(PageState::default, |p| serde_json::from_value(p.clone()).unwrap());
            let shape = entry.get("data").map(|shape| serde_json::from_value::<Shape>(shape.clone()).unwrap());
            let link = Link { experiment: read(&entry["experiment"]), page, shape };
            (name.to_owned(), fragment.to_owned(), link)
        })
        .collect()
}

#[test]
fn old_links_mean_what_they_meant() {
    // The experiments beside the fragments leave nothing to defaults, so that they stay what they are.
    for (name, fragment, link) in golden() {
        assert_eq!(Link::decode(&fragment).unwrap(), link, "{name}");
    }
}

#[test]
fn every_engine_makes_the_links_it_made() {
    for (name, fragment, link) in golden() {
        assert_eq!(link.encode().unwrap(), fragment, "{name}");
    }
}

#[test]
fn every_golden_experiment_has_a_golden_link() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden_experiments");
    let golden = golden();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|ending| ending == "json") {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            let experiment = Experiment::from_json(&std::fs::read_to_string(&path).unwrap()).unwrap();
            let fragment = Link::new(experiment).encode().unwrap();
            assert!(golden.iter().any(|(other, link, _)| *other == name && *link == fragment), "{name}: {fragment}");
        }
    }
}

#[test]
fn a_link_holds_only_what_differs() {
    let said =
        |value: &Value| serde_json::from_str::<Value>(&unpack(&Link::new(read(value)).encode().unwrap())).unwrap();
    assert_eq!(said(&small()), small());
    let mut long: Value = serde_json::from_str(&complete(&read(&small())).unwrap().to_json()).unwrap();
    assert_eq!(said(&long), small(), "defaults written out are left out again");
    long["environment"]["cost_scale"] = json!(1.0);
    let json = unpack(&Link::new(read(&long)).encode().unwrap());
    assert!(json.contains("\"cost_scale\":1,"), "{json}");
    assert!(!json.contains(' ') && !json.contains("null"), "{json}");
}

#[test]
fn a_whole_address_is_read_as_well() {
    let fragment = Link::new(read(&small())).encode().unwrap();
    let link = Link::decode(&fragment).unwrap();
    for text in [format!("https://example.org/a/?embed{fragment}"), format!(" {fragment}\n"), fragment[1..].to_owned()]
    {
        assert_eq!(Link::decode(&text).unwrap(), link, "{text}");
    }
    assert!(
        Link::is_meant(&fragment) && Link::is_meant("#v9.x") && !Link::is_meant("#main") && !Link::is_meant("#views")
    );
}

fn refused(text: &str) -> (ErrorKind, String) {
    let error = Link::decode(text).map(|link| link.experiment.to_json()).unwrap_err();
    let said = error.to_string();
    assert!(said.len() < 10_000, "a message of {} bytes", said.len());
    (error.kind, said)
}

#[test]
fn what_is_wrong_with_a_link_is_said() {
    let good = Link::new(read(&small())).encode().unwrap();
    let with = |pointer: &str, value: Value| {
        let mut experiment = small();
        *experiment.pointer_mut(pointer).unwrap() = value;
        pack(&experiment.to_string())
    };
    let mut strange = small();
    strange["__proto__"] = json!({});
    let mut bad_page = small();
    bad_page["page"] = json!(3);
    let deep = pack(&format!("{{\"page\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000)));
    let long = "x".repeat(1_000_000);
    let cases = [
        (String::new(), Malformed, "#v1."),
        ("#".into(), Malformed, "#v1."),
        ("#main".into(), Malformed, "#v1."),
        ("#v.".into(), Malformed, "#v1."),
        ("#v0.AAAA".into(), Malformed, "#v1."),
        ("#v9.AAAA".into(), NotYet, "newer version"),
        ("#v99999999999999999999.AAAA".into(), NotYet, "newer version"),
        ("#v1.".into(), Malformed, "damaged or cut off"),
        ("#v1.????".into(), Malformed, "damaged or cut off"),
        (good[..good.len() / 2].to_owned(), Malformed, "damaged or cut off"),
        (format!("#v1.{}", BASE64_URL_SAFE_NO_PAD.encode(b"{}")), Malformed, "damaged or cut off"),
        (pack("[]"), Malformed, "damaged or cut off"),
        (pack("{"), Malformed, "damaged or cut off"),
        (pack("{}"), Missing, "environment"),
        (deep, Malformed, "damaged or cut off"),
        (pack(&format!("{{\"page\":\"{}\"}}", "x".repeat(2_000_000))), TooLarge, "travel as a file"),
        ("x".repeat(5_000_000), TooLarge, "travel as a file"),
        (with("/task/budget", json!(-1)), OutOfRange, "task.budget"),
        (with("/environment/models/0/name", json!(long)), TooLarge, "4096 bytes"),
        (pack(&json!({ long: 1 }).to_string()), TooLarge, "4096 bytes"),
        (with("/policies", json!([])), OutOfRange, "policies"),
        (pack(&strange.to_string()), UnknownField, "__proto__"),
        (pack(&bad_page.to_string()), Malformed, "page"),
    ];
    for (text, kind, word) in cases {
        let (found, said) = refused(&text);
        let start: String = text.chars().take(60).collect();
        assert!(found == kind && said.contains(word), "{start}: {found:?} {said}");
    }
}

#[test]
fn a_bomb_is_put_out_early() {
    // 300 MB of spaces in 300 kB: inflated, it would be seen on the clock.
    let bomb = pack(&" ".repeat(300_000_000));
    let start = std::time::Instant::now();
    assert_eq!(refused(&bomb).0, TooLarge);
    assert!(start.elapsed().as_millis() < 500, "{:?}", start.elapsed());
}

#[test]
fn text_is_kept_letter_by_letter() {
    for name in ["<img src=x onerror=alert(1)>", "__proto__", "constructor", "\u{202e}abc", "a\u{0}b", "😀 é", "\"',\\"]
    {
        let mut experiment = small();
        experiment["environment"]["models"][0]["name"] = json!(name);
        experiment["title"] = json!(name);
        let experiment = read(&experiment);
        let link = Link::decode(&Link::new(experiment.clone()).encode().unwrap()).unwrap();
        assert_eq!(link.experiment, complete(&experiment).unwrap());
    }
}

#[test]
fn what_does_not_fit_a_link_is_refused() {
    let mut long = read(&small());
    long.title = "x".repeat(5_000);
    assert_eq!(Link::new(long).encode().unwrap_err().kind, TooLarge);
    let mut unchecked = read(&small());
    unchecked.task.budget = Some(f64::NAN);
    assert_eq!(Link::new(unchecked).encode().unwrap_err().place.field.as_deref(), Some("task.budget"));
}

#[test]
fn how_the_page_shows_it_travels_and_what_is_not_known_does_no_harm() {
    let page = PageState { room: "learn".into(), hidden: vec!["task".into(), "regret".into()], language: "de".into() };
    let link =
        Link { page, shape: Some(Shape { models: 4, queries: 60 }), ..Link::new(complete(&read(&small())).unwrap()) };
    assert_eq!(Link::decode(&link.encode().unwrap()).unwrap(), link);
    let mut later = small();
    later["page"] = json!({ "hidden": ["task"], "speed": 3 });
    assert_eq!(Link::decode(&pack(&later.to_string())).unwrap().page.hidden, ["task"]);
}

/// Any value that JSON keeps, in a range.
fn number(range: std::ops::RangeInclusive<f64>) -> impl Strategy<Value = Value> {
    let (low, high) = (*range.start(), *range.end());
    prop_oneof![
        range.prop_map(|value| json!(value)),
        (0..=20u32).prop_map(move |part| json!(low + (high - low) * f64::from(part) / 20.0)),
        Just(json!(low)),
        Just(json!(high)),
    ]
}

/// An object of fields each of which may be absent.
fn some_of(fields: Vec<(&'static str, BoxedStrategy<Value>)>) -> impl Strategy<Value = Map<String, Value>> {
    let (names, values): (Vec<&str>, Vec<_>) =
        fields.into_iter().map(|(name, value)| (name, proptest::option::of(value))).unzip();
    values.prop_map(move |values| {
        names.iter().zip(values).filter_map(|(name, value)| Some(((*name).to_owned(), value?))).collect()
    })
}

fn one_of(values: &[Value]) -> BoxedStrategy<Value> {
    proptest::sample::select(values.to_vec()).boxed()
}

fn policy() -> impl Strategy<Value = Value> {
    let kinds = [
        "c2mab-v",
        "c2mab-v-direct",
        "cucb",
        "thompson",
        "epsilon-greedy",
        "primal-dual",
        "offline",
        "fixed",
        "random",
        "oracle",
        "contextual",
        "linucb",
    ];
    let parameters = some_of(vec![
        ("label", "\\PC{0,12}".prop_map(Value::from).boxed()),
        ("alpha_mu", number(0.0..=3.0).boxed()),
        ("alpha_c", number(0.0..=3.0).boxed()),
        ("delta", one_of(&[json!(0.01), json!(1), Value::Null])),
        ("solver", one_of(&[json!("greedy"), json!("exact"), Value::Null])),
        ("window", one_of(&[json!(5), Value::Null])),
        ("discount", one_of(&[json!(0.9), Value::Null])),
        ("cost_aware", one_of(&[json!(true), json!(false)])),
        ("epsilon", number(0.0..=1.0).boxed()),
        ("schedule", one_of(&[json!({ "c": 5 }), Value::Null])),
        ("samples", one_of(&[json!(7), json!(200), Value::Null])),
        ("retrain", one_of(&[json!(7), Value::Null])),
    ]);
    (proptest::sample::select(kinds.to_vec()), parameters).prop_map(|(kind, all)| {
        let mut policy = match kind {
            "fixed" => json!({ "kind": "fixed", "models": ["m0"] }),
            kind => json!({ "kind": kind }),
        };
        for (name, value) in all {
            // What the kind does not have, or what goes not together, is left out.
            let mut longer = policy.clone();
            longer[&name] = value;
            let mut experiment = small();
            experiment["environment"] = json!({ "kind": "replay", "files": [{ "name": "a.csv" }] });
            experiment["policies"] = json!([longer]);
            if Experiment::from_json(&experiment.to_string()).is_ok() {
                policy = longer;
            }
        }
        policy
    })
}

/// Valid experiments: what passes the checks of those drawn.
fn experiment() -> impl Strategy<Value = Experiment> {
    let name = "\\PC{1,8}";
    let models = proptest::collection::vec((name, number(0.0..=1.0), number(0.0..=2.0)), 1..6);
    let changes = || {
        vec![
            (
                "drift",
                one_of(&[
                    json!([]),
                    json!([{ "at": 3, "models": { "m0": { "reward": 0.2 } } }, { "at": 5, "models": { "m0": { "reward": 1, "cost": 0.5 } } }]),
                ]),
            ),
            ("availability", one_of(&[json!([]), json!([{ "model": "m0", "from": 2, "to": 7 }])])),
            ("cost_scale", one_of(&[json!("max"), json!(1), json!(2.5)])),
        ]
    };
    let synthetic = {
        let mut fields = changes();
        fields.push(("cost_spread", number(0.0..=1.0).boxed()));
        (models, some_of(fields)).prop_map(|(models, mut world)| {
            let models: Vec<Value> = (0..)
                .zip(models)
                .map(|(place, (name, reward, cost))| {
                    let name = if place == 0 { "m0".to_owned() } else { format!("{name}{place}") };
                    json!({ "name": name, "reward": reward, "cost": cost })
                })
                .collect();
            world.extend([("kind".into(), json!("synthetic")), ("models".into(), json!(models))]);
            world
        })
    };
    let sampling = || one_of(&[json!("iid"), json!("shuffle"), json!("sequential")]);
    let listed = || one_of(&[json!([]), json!(["m0"]), json!(["x", "m0"]), json!(["a", "b", "c", "d", "m0"])]);
    let preset = {
        let mut fields = changes();
        fields.extend([("sampling", sampling()), ("models", listed())]);
        some_of(fields).prop_map(|mut world| {
            world.extend([("kind".into(), json!("preset")), ("id".into(), json!("some-preset"))]);
            world
        })
    };
    let replay = {
        let mut fields = changes();
        fields.extend([
            ("sampling", sampling()),
            ("models", listed()),
            ("missing", one_of(&[json!("drop")])),
            ("mapping", one_of(&[json!({}), json!({ "score": "my column" })])),
            (
                "grader",
                one_of(&[
                    json!("choice-letter"),
                    json!({ "regex": "is (yes)" }),
                    json!({ "number-within": 0.5 }),
                    Value::Null,
                ]),
            ),
            ("duplicates", one_of(&[json!("error"), json!("mean")])),
            ("score_unit", one_of(&[json!("percent")])),
            ("latency_unit", one_of(&[json!("s")])),
            ("cost_unit", one_of(&[json!("cents"), json!("tokens")])),
            (
                "prices",
                one_of(&[
                    json!({}),
                    json!({ "m0": { "input": 3, "output": 0.25 } }),
                    json!({ "m0": { "call": 0.002 } }),
                ]),
            ),
        ]);
        (some_of(fields), proptest::option::of("[0-9a-f]{64}"), name).prop_map(|(mut world, sha256, name)| {
            let files = json!([{ "name": format!("a {name}.csv"), "sha256": sha256 }, { "name": "b.csv" }]);
            world.extend([("kind".into(), json!("replay")), ("files".into(), files)]);
            world
        })
    };
    let task = some_of(vec![
        ("reward", one_of(&[json!("awc"), json!("suc"), json!("aic")])),
        ("max_models", one_of(&[json!(1), json!(4), Value::Null])),
        ("success_threshold", one_of(&[json!(0.5), json!(1)])),
        ("feedback", one_of(&[json!("full"), json!("cascade"), Value::Null])),
        ("stop_on_failure", one_of(&[json!(true), json!(false)])),
        ("at_least_one", one_of(&[json!(true), json!(false)])),
    ]);
    let run = some_of(vec![
        ("rounds", (8..50u32).prop_map(Value::from).boxed()),
        ("replicates", (1..4u32).prop_map(Value::from).boxed()),
        ("seed", (0..1u64 << 53).prop_map(Value::from).boxed()),
        ("regret_alpha", number(0.1..=1.0).boxed()),
    ]);
    let query_aware = some_of(vec![
        ("max_models", (1..9u32).prop_map(Value::from).boxed()),
        ("threshold", number(0.0..=1.0).boxed()),
        ("confidence", number(0.1..=1.0).boxed()),
        ("cost_cap", prop_oneof![Just(Value::Null), number(0.1..=9.0)].boxed()),
        ("latency_cap_ms", prop_oneof![Just(Value::Null), number(0.1..=9.0)].boxed()),
        ("split", one_of(&[json!({}), json!({"train": 0.6, "validation": 0.2, "seed": 1}), json!({"seed": 9})])),
        ("features", one_of(&[json!({}), json!({"columns": []}), json!({"columns": ["x", "y"]})])),
    ]);
    let environment = prop_oneof![synthetic.boxed(), preset.boxed(), replay.boxed()];
    let policies = proptest::collection::vec(policy(), 1..5);
    let rest = (
        "\\PC{0,20}",
        prop_oneof![Just(Value::Null), number(0.05..=3.0)],
        any::<bool>(),
        proptest::option::of(query_aware),
    );
    (environment, task, policies, run, rest).prop_map(
        |(environment, mut task, mut policies, run, (title, budget, brief, query_aware))| {
            if environment["kind"] != "replay" {
                // Policies that read queries play on files only.
                policies.retain(|policy| policy["kind"] != "contextual" && policy["kind"] != "linucb");
                policies.push(json!({ "kind": "random" }));
            }
            let awc = task.get("reward").is_none_or(|reward| reward == "awc");
            if !awc && task.get("feedback") == Some(&json!("cascade")) {
                task.remove("feedback");
            }
            if task.get("reward") != Some(&json!("aic")) {
                task.remove("stop_on_failure");
            }
            task.insert("budget".into(), budget);
            let mut experiment = json!({ "environment": environment, "task": task, "policies": policies, "run": run });
            if !brief {
                experiment["title"] = json!(title);
            }
            if let Some(part) = query_aware {
                experiment["query_aware"] = part.into();
            }
            read(&experiment)
        },
    )
}

/// The digest of a run; nothing where the experiment cannot run here.
fn digest(experiment: &Experiment) -> Option<String> {
    let mut experiment = experiment.clone();
    (experiment.run.rounds, experiment.run.replicates) = (20, 1);
    let plan = Plan::new(&experiment, None).ok()?;
    Some(run_in_threads(plan, 1, |_| ()).unwrap().digest)
}

proptest! {
    #[test]
    fn what_goes_in_comes_out(experiment in experiment()) {
        let fragment = Link::new(experiment.clone()).encode().unwrap();
        let link = Link::decode(&fragment).unwrap();
        prop_assert_eq!(&link.experiment, &complete(&experiment).unwrap());
        prop_assert_eq!(link.encode().unwrap(), fragment, "the same experiment, the same link");
        prop_assert_eq!(&complete(&link.experiment).unwrap(), &link.experiment);
        // What is filled in is what the plan would have filled in: the same canonical form, the same run.
        if let (Ok(first), Ok(second)) = (Plan::new(&experiment, None), Plan::new(&link.experiment, None)) {
            prop_assert_eq!(first.experiment, second.experiment);
            prop_assert_eq!(first.labels, second.labels);
        }
    }

    #[test]
    fn any_text_ends_well(text in "\\PC{0,200}", bytes in proptest::collection::vec(any::<u8>(), 0..2_000)) {
        let _ = Link::decode(&text);
        let _ = Link::decode(&format!("#v1.{text}"));
        let _ = Link::decode(&format!("#v1.{}", BASE64_URL_SAFE_NO_PAD.encode(&bytes)));
        let _ = Link::decode(&pack(&String::from_utf8_lossy(&bytes)));
    }

    #[test]
    fn a_damaged_link_is_an_experiment_or_an_error(
        experiment in experiment(), at in any::<proptest::sample::Index>(), with in "[A-Za-z0-9_-]", cut in any::<bool>(),
    ) {
        let good = Link::new(experiment).encode().unwrap();
        let at = 4 + at.index(good.len() - 4);
        if cut {
            prop_assert!(Link::decode(&good[..at]).is_err(), "cut off at {}", at);
        } else {
            let mut bad = good;
            bad.replace_range(at..=at, &with);
            if let Ok(link) = Link::decode(&bad) {
                prop_assert!(link.experiment.check().is_ok());
            }
        }
    }

    #[test]
    fn a_damaged_experiment_is_an_experiment_or_an_error(
        experiment in experiment(), at in any::<proptest::sample::Index>(), with in "[0-9a-z{}\\[\\]\",:.-]",
    ) {
        let mut json = unpack(&Link::new(experiment).encode().unwrap());
        let places: Vec<usize> = json.char_indices().filter(|(_, c)| c.is_ascii()).map(|(place, _)| place).collect();
        let at = places[at.index(places.len())];
        json.replace_range(at..=at, &with);
        if let Ok(link) = Link::decode(&pack(&json)) {
            prop_assert!(link.experiment.check().is_ok());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn a_link_plays_to_the_same_digest(experiment in experiment()) {
        let link = Link::decode(&Link::new(experiment.clone()).encode().unwrap()).unwrap();
        prop_assert_eq!(digest(&experiment), digest(&link.experiment));
    }
}
