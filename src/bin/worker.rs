//! The WebAssembly module of the workers that play: all it does is export the library's `start_worker`.

// Nothing happens when the module is loaded; what is used is what the library exports.
use llm_selection as _;

fn main() {}
