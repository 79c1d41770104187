//! The browser that the tests run in.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};

use crate::command::run;

const HINT: &str = "the browser tests need Chromium and its driver: on Debian or Ubuntu `apt-get install chromium chromium-driver`, \
elsewhere put `chromium` (or `google-chrome`) and the `chromedriver` of the same version on the PATH";

/// The path of chromedriver. Where it is missing and this is root on Debian, installs it with its browser.
pub fn chromedriver() -> Result<PathBuf> {
    if let (Some(driver), Some(_)) = (on_path("chromedriver"), chromium()) {
        return Ok(driver);
    }
    let root = Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout.trim_ascii() == b"0");
    if !root || on_path("apt-get").is_none() {
        bail!(HINT);
    }
    println!("Installing chromium and chromium-driver.");
    run(Command::new("apt-get").args(["-qq", "update"]))?;
    let install = ["-qq", "install", "--yes", "--no-install-recommends", "chromium", "chromium-driver"];
    run(Command::new("apt-get").env("DEBIAN_FRONTEND", "noninteractive").args(install))?;
    match on_path("chromedriver") {
        Some(driver) => Ok(driver),
        None => bail!(HINT),
    }
}

fn chromium() -> Option<PathBuf> {
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"].into_iter().find_map(on_path)
}

fn on_path(program: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders).map(|folder| folder.join(program)).find(|file| file.is_file())
}
