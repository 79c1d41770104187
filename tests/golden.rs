//! The same experiment gives the same bits, whatever the number of threads. `tests/wasm.rs` checks the same digests in a
//! browser's page, `tests/end_to_end` in the workers of the built site and in node.
#![cfg(not(target_arch = "wasm32"))]

mod golden_experiments;

use golden_experiments::{GOLDEN, plan};
use llm_selection::run::{run, run_in_threads};

#[test]
fn digests_are_the_golden_ones() {
    let mut wrong = Vec::new();
    for (name, text, digest) in GOLDEN {
        let found = run(plan(text)).digest;
        if found != digest {
            wrong.push(format!("{name}: {found}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn results_do_not_depend_on_the_number_of_threads() {
    for (name, text, _) in GOLDEN {
        let expected = run(plan(text));
        for threads in [1, 2, 7] {
            let found = run_in_threads(plan(text), threads, |_| ()).unwrap();
            assert!(found == expected, "{name}, {threads} threads: {} is not {}", found.digest, expected.digest);
        }
    }
}
