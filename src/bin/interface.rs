//! The WebAssembly module of the JavaScript interface and of the worker that imports files: all it does is export the
//! library's functions.

// Nothing happens when the module is loaded; what is used is what the library exports.
use llm_selection as _;

fn main() {}
