//! The command `llm-select`.
fn main() {}
