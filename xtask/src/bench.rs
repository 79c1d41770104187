//! `cargo xtask bench`: how fast the engine is, natively and in Chromium, and how heavy the page is.

use anyhow::Result;

use crate::command::{cargo, run};
use crate::{setup, site};

/// Runs the native benchmarks, then measures the built site in Chromium.
pub fn bench() -> Result<()> {
    println!("== native");
    run(&mut cargo(&["bench", "--benches", "--features", "cli"]))?;
    println!("== in Chromium");
    let driver = setup::chromium()?;
    site::build(&[])?;
    let measure = ["run", "--release", "--quiet", "--package", "end-to-end", "--bin", "measure"];
    run(driver.chosen_for(&mut cargo(&measure)))
}
