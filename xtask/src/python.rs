//! Virtual environments of Python, for what is compared with programs in it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use crate::command::{run, target};

const HINT: &str = "this needs Python 3.10 to 3.12 with its module venv: on Debian or Ubuntu `apt-get install python3 \
python3-venv`, elsewhere put `python3` on the PATH";

/// The Python of the environment `target/python/NAME`, which holds the packages of a requirements file; made anew where
/// these have changed or the Python does not run `probe`, such as `import numpy`.
///
/// # Errors
/// When there is no Python with its module venv, or a package cannot be installed.
pub fn environment(name: &str, requirements: &Path, probe: &str) -> Result<PathBuf> {
    let folder = target().join("python").join(name);
    let python = folder.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let wanted = std::fs::read(requirements).with_context(|| format!("cannot read {}", requirements.display()))?;
    // Written last: an environment that was left half made has none.
    let installed = folder.join("requirements.txt");
    if std::fs::read(&installed).is_ok_and(|found| found == wanted) && succeeds(&python, probe) {
        return Ok(python);
    }
    let recent = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))";
    let base = ["python3", "python"].into_iter().find(|name| succeeds(Path::new(name), recent)).context(HINT)?;
    println!("Making the Python environment {name}.");
    run(Command::new(base).args(["-m", "venv", "--clear"]).arg(&folder)).context(HINT)?;
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
    run(Command::new(&python).args(install).arg(requirements))?;
    std::fs::write(&installed, wanted).with_context(|| format!("cannot write {}", installed.display()))?;
    Ok(python)
}

/// Whether this Python exists and runs the code without an error.
fn succeeds(python: &Path, code: &str) -> bool {
    let mut command = Command::new(python);
    command.args(["-c", code]).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
