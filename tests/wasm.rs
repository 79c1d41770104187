//! What must hold as WebAssembly in a browser just as it does natively.
#![cfg(target_arch = "wasm32")]

use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

/// The bits of `libm`'s functions as an x86-64 machine computes them, for arguments at which std's differ between machines or that are typical.
#[wasm_bindgen_test]
fn transcendental_functions_have_the_native_bits() {
    for (argument, ln, exp) in NATIVE {
        assert_eq!(libm::log(argument).to_bits(), ln, "ln {argument}");
        assert_eq!(libm::exp(argument).to_bits(), exp, "exp {argument}");
    }
}

const NATIVE: [(f64, u64, u64); 0] = [];
