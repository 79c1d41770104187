//! Python environments for measuring against other programs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::command::{run, target};

/// The Python of the environment `target/peers/NAME`, which holds the packages of a requirements file; made anew when that
/// file has changed.
///
/// # Errors
/// When there is no `python3` with its module venv, or a package cannot be installed.
pub fn environment(name: &str, requirements: &Path) -> Result<PathBuf> {
    let folder = target().join("peers").join(name);
    let python = folder.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let wanted = fs::read_to_string(requirements).with_context(|| requirements.display().to_string())?;
    // Written last: an environment that was left half made has none.
    let installed = folder.join("requirements.txt");
    if python.is_file() && fs::read_to_string(&installed).is_ok_and(|text| text == wanted) {
        return Ok(python);
    }
    println!("Making the Python environment {name}.");
    let base = if cfg!(windows) { "python" } else { "python3" };
    let made = Command::new(base).args(["-m", "venv", "--clear"]).arg(&folder).status();
    ensure!(
        made.is_ok_and(|status| status.success()),
        "this needs Python 3.11 or 3.12 (`{base}`) with its module venv: on Debian or Ubuntu `apt-get install python3-venv`"
    );
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
    run(Command::new(&python).args(install).arg(requirements))?;
    fs::write(installed, wanted)?;
    Ok(python)
}
