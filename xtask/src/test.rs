//! `cargo xtask test`: every check, one after the other, up to the first that fails.

use std::time::Instant;

use anyhow::{Context, Result, ensure};

use crate::command::{cargo, run, target};
use crate::{reference, setup, site};

const WASM: &str = "wasm32-unknown-unknown";
/// Name, what it shows, and the check itself, which gets the arguments for the test programs.
type Step = (&'static str, &'static str, fn(&[String]) -> Result<()>);

const STEPS: [Step; 5] = [
    ("format", "the code is formatted", format),
    ("lint", "no compiler or clippy warning, native and WebAssembly", lint),
    ("native", "tests of the engine, the command line and the tool chain", native),
    ("wasm", "tests of the engine as WebAssembly in Chromium", wasm),
    ("browser", "the built site in Chromium, end to end", browser),
];

/// Runs the named steps, or all; what follows `--` is passed to the test programs.
///
/// `--reference` alone runs the comparison with the re-derivation in Python instead.
pub fn test(arguments: &[String]) -> Result<()> {
    if arguments == ["--reference"] {
        return reference::reference();
    }
    let split = arguments.iter().position(|a| a == "--").unwrap_or(arguments.len());
    let (wanted, rest) = arguments.split_at(split);
    for name in wanted {
        ensure!(STEPS.iter().any(|(step, ..)| step == name), "found step `{name}`, expected one of {}", names());
    }
    let start = Instant::now();
    for (name, what, check) in STEPS {
        if wanted.is_empty() || wanted.iter().any(|w| w == name) {
            println!("== {name}: {what}");
            let begin = Instant::now();
            check(rest).with_context(|| format!("step `{name}` failed (again: cargo xtask test {name})"))?;
            println!("== {name}: passed in {:.1} s", begin.elapsed().as_secs_f64());
        }
    }
    println!("== all passed in {:.1} s", start.elapsed().as_secs_f64());
    Ok(())
}

fn names() -> String {
    STEPS.map(|(name, ..)| name).join(", ")
}

fn format(_: &[String]) -> Result<()> {
    run(&mut cargo(&["fmt", "--all", "--check"]))
}

fn lint(_: &[String]) -> Result<()> {
    let native = ["clippy", "--quiet", "--workspace", "--all-targets", "--features", "llm-selection-playground/cli"];
    run(cargo(&native).args(["--", "-D", "warnings"]))?;
    for bin in ["app", "worker", "interface"] {
        let wasm = ["clippy", "--quiet", "--target", WASM, "--bin", bin, "--lib", "--features", bin];
        run(cargo(&wasm).args(["--", "-D", "warnings"]))?;
    }
    run(cargo(&["clippy", "--quiet", "--target", WASM, "--test", "wasm"]).args(["--", "-D", "warnings"]))
}

/// The packages whose native programs are built together. One selection for all steps, since cargo chooses the features of
/// shared dependencies by selection, and would compile them once for each.
pub const NATIVE: [&str; 5] = ["--workspace", "--exclude", "end-to-end", "--features", "llm-selection-playground/cli"];

fn native(rest: &[String]) -> Result<()> {
    run(cargo(&["test", "--quiet"]).args(NATIVE).args(rest))
}

fn wasm(rest: &[String]) -> Result<()> {
    let driver = setup::chromedriver()?;
    run(cargo(&["build", "--quiet", "--bin", "wasm-test-runner"]).args(NATIVE))?;
    let runner = target().join("debug").join(format!("wasm-test-runner{}", std::env::consts::EXE_SUFFIX));
    let arguments = ["test", "--quiet", "--target", WASM, "--test", "wasm"];
    run(cargo(&arguments)
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", runner)
        .env("CHROMEDRIVER", driver)
        .env("WASM_BINDGEN_TEST_ONLY_WEB", "1")
        .args(rest))
}

fn browser(rest: &[String]) -> Result<()> {
    let driver = setup::chromedriver()?;
    site::build(&[])?;
    run(cargo(&["test", "--quiet", "--package", "end-to-end"]).env("CHROMEDRIVER", driver).args(rest))
}
