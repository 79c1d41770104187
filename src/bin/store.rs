//! The WebAssembly module of the worker that keeps the workspace: all it does is export the library's `start_store`.

// Nothing happens when the module is loaded; what is used is what the library exports.
use llm_selection as _;

fn main() {}
