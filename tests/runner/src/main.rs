//! Runs a WebAssembly test file in headless Chromium: the runner that cargo calls for `--target wasm32-unknown-unknown`.
//! It is wasm-bindgen's own, built from the versions in `Cargo.lock`, so that nothing has to be installed.

fn main() -> anyhow::Result<()> {
    // `cargo test -q` passes a flag that the runner does not know.
    let arguments = std::env::args_os().filter(|argument| argument != "--quiet");
    wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(arguments)
}
