//! `cargo xtask test`: every check, one after the other, up to the first that fails.

use std::process::Command;
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result, ensure};

use crate::command::{cargo, run, target};
use crate::setup::{self, Driver, WASM};
use crate::{gateway, reference, site};

/// Name, what it shows, and the check itself, which gets the arguments for the test programs.
type Step = (&'static str, &'static str, fn(&[String]) -> Result<()>);

const STEPS: [Step; 5] = [
    ("format", "the code is formatted", format),
    ("lint", "no compiler or clippy warning, native and WebAssembly", lint),
    ("native", "tests of the engine, the command line and the tool chain", native),
    ("wasm", "tests of the engine as WebAssembly in Chromium", |rest| wasm(&setup::chromium()?, rest)),
    ("browser", "the built site in Chromium, end to end", |rest| browser(&setup::chromium()?, false, rest)),
];

/// The steps that need a browser, for `--firefox`.
const IN_FIREFOX: [Step; 2] = [
    ("wasm", "tests of the engine as WebAssembly in Firefox", |rest| wasm(&setup::firefox()?, rest)),
    ("browser", "the built site in Firefox, end to end", |rest| browser(&setup::firefox()?, false, rest)),
];

/// The step that needs a server, for `--nginx`.
const UNDER_NGINX: [Step; 1] = [("browser", "the built site under a stock nginx, in Chromium, end to end", |rest| {
    browser(&setup::chromium()?, true, rest)
})];

/// Runs the named steps, or all; after `--firefox` those for Firefox, after `--nginx` those with its server; what follows
/// `--` is passed to the test programs.
///
/// `--reference` alone runs the comparison with the re-derivation in Python instead, `--gateway` alone the page before a
/// gateway.
pub fn test(arguments: &[String]) -> Result<()> {
    match arguments.split_first() {
        Some((flag, rest)) if flag == "--firefox" => steps(&IN_FIREFOX, flag, rest),
        Some((flag, rest)) if flag == "--nginx" => steps(&UNDER_NGINX, flag, rest),
        Some((flag, [])) if flag == "--reference" => reference::reference(),
        Some((flag, [])) if flag == "--gateway" => gateway::gateway(),
        _ => steps(&STEPS, "", arguments),
    }
}

/// Runs the wanted ones of these steps, which `flag` chooses.
fn steps(all: &[Step], flag: &str, arguments: &[String]) -> Result<()> {
    let split = arguments.iter().position(|a| a == "--").unwrap_or(arguments.len());
    let (wanted, rest) = arguments.split_at(split);
    for name in wanted {
        let names: Vec<_> = all.iter().map(|(step, ..)| *step).collect();
        ensure!(names.contains(&name.as_str()), "found step `{name}`, expected one of {}", names.join(", "));
    }
    let start = Instant::now();
    for (name, what, check) in all {
        if wanted.is_empty() || wanted.iter().any(|w| w == name) {
            println!("== {name}: {what}");
            let begin = Instant::now();
            let again = ["cargo xtask test", flag, name].into_iter().filter(|word| !word.is_empty());
            check(rest)
                .with_context(|| format!("step `{name}` failed (again: {})", again.collect::<Vec<_>>().join(" ")))?;
            println!("== {name}: passed in {:.1} s", begin.elapsed().as_secs_f64());
        }
    }
    println!("== all passed in {:.1} s", start.elapsed().as_secs_f64());
    Ok(())
}

fn format(_: &[String]) -> Result<()> {
    run(&mut cargo(&["fmt", "--all", "--check"]))
}

fn lint(_: &[String]) -> Result<()> {
    let native = ["clippy", "--quiet", "--workspace", "--all-targets", "--features", "llm-selection-playground/cli"];
    run(cargo(&native).args(["--", "-D", "warnings"]))?;
    setup::wasm_target()?;
    // The workers' modules at once; the page alone, so that what only it lacks is found.
    for features in ["app", "worker,interface,store,live"] {
        let wasm = ["clippy", "--quiet", "--target", WASM, "--bins", "--lib", "--features", features];
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

fn wasm(driver: &Driver, rest: &[String]) -> Result<()> {
    setup::wasm_target()?;
    run(cargo(&["build", "--quiet", "--bin", "wasm-test-runner"]).args(NATIVE))?;
    let runner = target().join("debug").join(format!("wasm-test-runner{}", std::env::consts::EXE_SUFFIX));
    let arguments = ["test", "--quiet", "--target", WASM, "--test", "wasm"];
    run(driver
        .chosen_for(&mut cargo(&arguments))
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", runner)
        .env("WASM_BINDGEN_TEST_ONLY_WEB", "1")
        .args(rest))
}

/// `under_nginx`: all tests there; else one, where there is an nginx.
fn browser(driver: &Driver, under_nginx: bool, rest: &[String]) -> Result<()> {
    let mut tests = of_the_site(driver)?;
    match setup::nginx() {
        Ok(program) => tests.env("NGINX_PROGRAM", program),
        Err(error) if under_nginx => return Err(error),
        // The test says that it was not run.
        Err(_) => tests.env_remove("NGINX_PROGRAM"),
    };
    match setup::axe() {
        Ok(file) => tests.env("AXE", file),
        // The tests say that they were not run.
        Err(error) => {
            println!("{error:#}");
            tests.env_remove("AXE")
        }
    };
    if under_nginx {
        tests.env("SERVER", "nginx");
    }
    run(tests.args(rest))
}

/// Builds the site and its tests; gives the command that runs these in the driver's browser.
pub fn of_the_site(driver: &Driver) -> Result<Command> {
    // The site's builds mostly wait for one processor.
    thread::scope(|scope| {
        let programs = scope.spawn(|| run(&mut cargo(&["test", "--quiet", "--package", "end-to-end", "--no-run"])));
        site::build(&[])?;
        programs.join().map_err(|_| anyhow::anyhow!("building the tests failed"))?
    })?;
    let mut tests = cargo(&["test", "--quiet", "--package", "end-to-end"]);
    // A browser test waits half of its time: three at once keep two processors busy.
    if std::env::var_os("RUST_TEST_THREADS").is_none() {
        tests.env("RUST_TEST_THREADS", "3");
    }
    driver.chosen_for(&mut tests);
    Ok(tests)
}
