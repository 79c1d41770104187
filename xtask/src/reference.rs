//! The engine against the re-derivation in Python under `tests/reference`, in a virtual environment made for it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use crate::command::{cargo, root, run, target};
use crate::test::NATIVE;

const HINT: &str = "the reference needs Python 3.10 or newer with its module venv: on Debian or Ubuntu `apt-get install python3 \
python3-venv`, elsewhere put `python3` on the PATH";

/// Builds what the comparison asks, and runs it.
pub fn reference() -> Result<()> {
    let folder = target().join("reference");
    let sources = root().join("tests").join("reference");
    let python = environment(&folder.join("venv"), &sources.join("requirements.txt"))?;
    run(cargo(&["build", "--quiet", "--bin", "llm-select", "--example", "trace"]).args(NATIVE))?;
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

/// The Python of a virtual environment with the requirements; made anew where they have changed or it does not work.
fn environment(venv: &Path, requirements: &Path) -> Result<PathBuf> {
    let python = venv.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let installed = venv.join("requirements.txt");
    let wanted = std::fs::read(requirements).with_context(|| format!("cannot read {}", requirements.display()))?;
    if std::fs::read(&installed).is_ok_and(|found| found == wanted) && succeeds(&python, "import numpy, scipy.optimize")
    {
        return Ok(python);
    }
    let recent = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))";
    let base = ["python3", "python"].into_iter().find(|name| succeeds(Path::new(name), recent)).context(HINT)?;
    println!("Making a virtual environment in {}.", venv.display());
    run(Command::new(base).args(["-m", "venv", "--clear"]).arg(venv)).context(HINT)?;
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:"];
    run(Command::new(&python).args(install).arg("--requirement").arg(requirements))?;
    std::fs::write(&installed, wanted).with_context(|| format!("cannot write {}", installed.display()))?;
    Ok(python)
}

/// Whether this Python exists and runs the code without an error.
fn succeeds(python: &Path, code: &str) -> bool {
    let mut command = Command::new(python);
    command.args(["-c", code]).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
