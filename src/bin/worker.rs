//! The worker's WebAssembly module.
fn main() {}
