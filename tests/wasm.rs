//! What must be the same natively and as WebAssembly in a browser: each test here runs in both, against one constant.

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
