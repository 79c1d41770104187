//! The simulated provider, read as a real one.
#![cfg(not(target_arch = "wasm32"))]
// Helpers of tests fail as tests do.
#![allow(clippy::unwrap_used)]

use llm_selection::experiment::TokenPrice;
use llm_selection::live::dry::{Dry, Purpose};
use llm_selection::live::protocol::{Ask, Ending, read};
use llm_selection::live::provider::{Endpoint, PROVIDERS, provider};
use proptest::prelude::*;
use proptest::sample::select;
use std::collections::BTreeSet;

fn at(id: &str) -> Endpoint {
    Endpoint::of(provider(id).unwrap())
}

fn ask(model: &str) -> Ask<'_> {
    Ask { model, system: "Be brief.", prompt: "Why?", max_tokens: 100 }
}

#[test]
fn the_simulated_provider_is_right_as_often_as_it_costs() {
    let dry = Dry { seed: 7 };
    let right = |output: f64| -> usize {
        let one = |call: u64| {
            let purpose = Purpose::Answer { reference: "B", query: "Which?" };
            let (heard, _) =
                dry.heard(&at("openai"), &ask("some-model"), TokenPrice { input: 1.0, output }, purpose, call);
            read(&at("openai"), &heard).is_ok_and(|answer| answer.text == "B")
        };
        (0..2_000).filter(|call| one(*call)).count()
    };
    let rights = [0.0, 0.4, 2.0, 10.0, 75.0].map(right);
    assert!(rights.windows(2).all(|pair| pair[0] < pair[1]), "{rights:?}");
    // Of the 97 % that do not fail, half and 94 %: within four standard deviations.
    assert!(rights[0].abs_diff(970) < 90 && rights[4].abs_diff(1_823) < 60, "{rights:?}");
}

#[test]
fn the_simulated_provider_speaks_every_protocol() {
    let price = TokenPrice { input: 1.0, output: 5.0 };
    let purposes = [Purpose::Answer { reference: "Paris, é", query: "q" }, Purpose::Judge { right: true }];
    for id in ["openai", "anthropic", "gemini"] {
        let (mut failed, mut said) = (Vec::new(), BTreeSet::new());
        for call in 0..2_000 {
            for purpose in purposes {
                let dry = Dry { seed: 1 };
                let once = dry.heard(&at(id), &ask("gpt-5-x"), price, purpose, call);
                assert_eq!(once, dry.heard(&at(id), &ask("gpt-5-x"), price, purpose, call));
                assert!((200.0..=2_500.0).contains(&once.1));
                match read(&at(id), &once.0) {
                    Ok(answer) => {
                        let usage = answer.usage.unwrap();
                        assert!(usage.input >= 4 && (1..=100).contains(&usage.output), "{usage:?}");
                        assert_eq!(usage.reasoning > 0, id != "anthropic");
                        assert_eq!(answer.ending, Ending::Complete);
                        said.insert(answer.text);
                    }
                    Err(fault) => {
                        assert!(fault.kind.is_transient() && fault.said.contains("Simulated"), "{fault:?}");
                        assert_eq!(fault.retry_after_ms, (fault.status == Some(429)).then_some(1_000.0));
                        failed.push(fault.status.unwrap());
                    }
                }
            }
        }
        assert_eq!(said.into_iter().collect::<Vec<_>>(), ["I am not sure.", "Paris, é", "no", "yes"]);
        // 3 % of 4,000, within five standard deviations.
        assert!(failed.len().abs_diff(120) < 54, "{}", failed.len());
        assert!([429, 500, 503].iter().all(|status| failed.contains(status)));
    }
    let short = Ask { max_tokens: 1, ..ask("m") };
    let purpose = Purpose::Answer { reference: "ééééé", query: "" };
    let cut = (0..99).find_map(|call| {
        let (heard, _) = Dry { seed: 1 }.heard(&at("openai"), &short, price, purpose, call);
        read(&at("openai"), &heard).ok().filter(|answer| answer.text.starts_with('é'))
    });
    let cut = cut.unwrap();
    assert_eq!((cut.text.as_str(), cut.ending, cut.usage.unwrap().output), ("éé", Ending::CutOff, 1));
}

proptest! {
    #[test]
    fn any_simulated_call_is_read(
        (id, model) in (select(PROVIDERS.map(|provider| provider.id).to_vec()), ".{0,10}"),
        (reference, query) in any::<(String, String)>(),
        (seed, call, max_tokens) in any::<(u64, u64, u32)>(),
        output in any::<f64>(),
    ) {
        let ask = Ask { max_tokens: max_tokens % 20 + 1, ..ask(&model) };
        let purpose = Purpose::Answer { reference: &reference, query: &query };
        let price = TokenPrice { input: output, output };
        let (heard, ms) = Dry { seed }.heard(&at(id), &ask, price, purpose, call);
        prop_assert!((200.0..=2_500.0).contains(&ms));
        match read(&at(id), &heard) {
            Ok(answer) => prop_assert!(answer.usage.is_some_and(|usage| usage.output <= u64::from(ask.max_tokens))),
            Err(fault) => prop_assert!(fault.kind.is_transient(), "{:?}", fault),
        }
    }
}
