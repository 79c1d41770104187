//! The worker's WebAssembly module, which is the JavaScript interface's too: all it does is export the library's.

// Nothing happens when the module is loaded; what is used is what the library exports.
use llm_selection as _;

fn main() {}
