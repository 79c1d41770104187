//! The WebAssembly module of the worker that holds a live run: all it does is export the library's `start_live`.

// Nothing happens when the module is loaded; what is used is what the library exports.
use llm_selection as _;

fn main() {}
