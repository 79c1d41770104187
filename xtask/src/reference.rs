//! The engine against the re-derivation in Python under `tests/reference`, in a virtual environment made for it.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::command::{cargo, root, run, target};
use crate::python;
use crate::test::NATIVE;

/// Builds what the comparison asks, and runs it.
pub fn reference() -> Result<()> {
    let folder = target().join("reference");
    let sources = root().join("tests").join("reference");
    let requirements = sources.join("requirements.txt");
    let python = python::environment("reference", &requirements, "import numpy, pandas, scipy.optimize")?;
    run(cargo(&["build", "--quiet", "--bin", "llm-select", "--example", "trace"]).args(NATIVE))?;
    std::fs::create_dir_all(&folder)?;
    let built = |path: &[&str]| {
        let program: PathBuf = target().join("debug").join(path.iter().collect::<PathBuf>());
        program.with_extension(std::env::consts::EXE_EXTENSION)
    };
    run(Command::new(python)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .arg(sources.join("check.py"))
        .arg("--trace")
        .arg(built(&["examples", "trace"]))
        .arg("--llm-select")
        .arg(built(&["llm-select"]))
        .arg("--folder")
        .arg(folder))
}
