//! What must be the same natively and as WebAssembly in a browser: each test here runs in both, against one constant.
#![allow(clippy::unwrap_used)]

use llm_selection::experiment::QueryAware;
use llm_selection::query_aware::evaluation;
use llm_selection::query_aware::queries::{ModelAnswers, Queries};
use llm_selection::random::{hash, unit};
use sha2::{Digest, Sha256};
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::{wasm_bindgen_test as test, wasm_bindgen_test_configure};

#[cfg(target_arch = "wasm32")]
wasm_bindgen_test_configure!(run_in_browser);

/// Digest of the bits that a function gives for 100,000 arguments between 0 and 16.
fn digest(function: fn(f64) -> f64) -> String {
    let mut hash = Sha256::new();
    let mut state = 1u64;
    for _ in 0..100_000 {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let argument = (state >> 11) as f64 / (1u64 << 49) as f64;
        hash.update(function(argument).to_bits().to_le_bytes());
    }
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn transcendental_functions_have_the_same_bits() {
    assert_eq!(digest(libm::log), "a926b29d1419c07f");
    assert_eq!(digest(libm::exp), "c7013a30147b8114");
    assert_eq!(digest(f64::sqrt), "0571db83acfefe1a");
}

mod golden_experiments;

#[test]
fn golden_experiments_have_the_same_digests() {
    for (name, text, digest) in golden_experiments::GOLDEN {
        assert_eq!(llm_selection::run::run(golden_experiments::plan(text)).digest, digest, "{name}");
    }
}

/// Queries of a few kinds in two scripts, and three models that know some kinds better than others.
fn queries() -> Queries {
    let draw = |key: u64, place: usize| unit(hash(key, place as u64));
    let text = |query: usize| -> String {
        let word = |place: usize| match draw(query as u64, place) {
            x if x < 0.4 => format!("kind{} ", query % 5),
            x if x < 0.5 => "日本の川 ".to_owned(),
            x => format!("word{} ", (x * 60.0) as u32),
        };
        (0..12).map(word).collect()
    };
    let solved = |model: usize| {
        (0..300)
            .map(move |query| Some(draw(1_009 + model as u64, query) < 0.2 + 0.15 * ((query % 5 + model) % 5) as f64))
    };
    Queries {
        models: (0..3).map(|model| format!("model {model}")).collect(),
        texts: (0..300).map(text).collect(),
        results: (0..3)
            .map(|model| ModelAnswers { solved: solved(model).collect(), ..ModelAnswers::default() })
            .collect(),
        ..Queries::default()
    }
}

#[test]
fn predictions_and_evaluations_have_the_same_bits() {
    let queries = queries();
    let evaluated = evaluation::run(&queries, &QueryAware::default(), &mut |_, _| true).unwrap();
    let trained = &evaluated.trained;
    let mut hash = Sha256::new();
    trained.p.iter().chain(&trained.thresholds).for_each(|p| hash.update(p.to_bits().to_le_bytes()));
    let digest: String = hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(digest, "7ecd3f6cce7b5da1");
    let text = serde_json::to_string(&evaluated.evaluation).unwrap();
    let digest: String = Sha256::digest(text).iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(digest, "e88177c8895c6b91");
    // Something was learned, or the bits would be those of constants.
    let classifier = &evaluated.evaluation.classifier;
    assert!(classifier.calibrated.log_loss.value < classifier.majority.log_loss.value);
}
