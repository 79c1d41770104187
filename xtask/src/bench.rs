//! `cargo xtask bench`: how fast the engine is, natively and in Chromium, and how heavy the page is; with `--peers`,
//! beside other programs.

use anyhow::Result;

use crate::command::{cargo, root, run};
use crate::{python, setup, site};

/// Runs the native benchmarks, then measures the built site in Chromium.
pub fn bench() -> Result<()> {
    println!("== native");
    run(&mut cargo(&["bench", "--benches", "--features", "cli"]))?;
    println!("== in Chromium");
    let driver = setup::chromium()?;
    site::build(&[])?;
    for program in ["measure", "large"] {
        let measure = ["run", "--release", "--quiet", "--package", "end-to-end", "--bin", program];
        run(driver.chosen_for(&mut cargo(&measure)))?;
    }
    Ok(())
}

/// Measures the engine, native and in Chromium, beside other programs at the same job; or its predictions alone.
pub fn peers(predictions_only: bool) -> Result<()> {
    let folder = root().join("benches/peers");
    let python = python::environment("peers", &folder.join("requirements.txt"), "import numba, mabwiser.mab, sklearn")?;
    let peers = ["run", "--release", "--quiet", "--package", "end-to-end", "--bin", "peers", "--"];
    if predictions_only {
        return run(cargo(&peers).arg(python));
    }
    let smpybandits =
        python::environment("smpybandits", &folder.join("requirements-smpybandits.txt"), "import SMPyBandits")?;
    let driver = setup::chromium()?;
    site::build(&[])?;
    run(driver.chosen_for(cargo(&peers).args([python, smpybandits])))
}
