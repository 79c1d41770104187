//! What has to be on the machine: the compiler's target, the browsers that the tests run in with their drivers, the server
//! beside the project's own, and what looks for barriers on a page.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::command::{cargo, root, run, target};

const CHROMIUM_HINT: &str = "the browser tests need Chromium and its driver: on Debian or Ubuntu `apt-get install chromium chromium-driver`, \
elsewhere put `chromium` (or `google-chrome`) and the `chromedriver` of the same version on the PATH";
const FIREFOX_HINT: &str = "the tests in Firefox need `firefox` on the PATH: on Debian `apt-get install firefox-esr`";
const NGINX_HINT: &str = "the tests under nginx need it: on Debian or Ubuntu `apt-get install nginx`, elsewhere put `nginx` on the PATH \
and its table of MIME types at /etc/nginx/mime.types";
/// What the site's modules are compiled for.
pub const WASM: &str = "wasm32-unknown-unknown";
const WASM_HINT: &str = "the compiler lacks the target wasm32-unknown-unknown: install it as you did the compiler, by rustup with \
`rustup target add wasm32-unknown-unknown`";
/// The version of geckodriver that is built where there is none.
const GECKODRIVER: &str = "0.37.1";
/// The version of axe-core; another one may look for more.
const AXE: &str = "4.14.1";

/// A browser's driver.
pub struct Driver {
    /// The environment variable in which the test programs look for it.
    variable: &'static str,
    path: PathBuf,
}

impl Driver {
    /// Makes a command's tests run in this driver's browser.
    pub fn chosen_for<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.env_remove("CHROMEDRIVER").env_remove("GECKODRIVER").env(self.variable, &self.path)
    }
}

/// Sees to it that the compiler has the target [`WASM`]. rustup fetches what rust-toolchain.toml names by itself, but not
/// where that is switched off or where the toolchain was there before.
pub fn wasm_target() -> Result<()> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(rustc).current_dir(root()).args(["--print", "target-libdir", "--target", WASM]).output();
    let output = output.context("cannot run `rustc`")?;
    let there = || PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()).is_dir();
    if output.status.success() && there() {
        return Ok(());
    }
    if on_path("rustup").is_none() {
        bail!("{WASM_HINT}");
    }
    println!("Installing the target {WASM}.");
    run(Command::new("rustup").current_dir(root()).args(["target", "add", WASM])).context(WASM_HINT)?;
    ensure!(there(), "{WASM_HINT}");
    Ok(())
}

/// Chromium's driver. Where it is missing and this is root on Debian, installs it with its browser.
pub fn chromium() -> Result<Driver> {
    let found = || browser().and_then(|_| on_path("chromedriver"));
    let path = found_or_installed(found, &["chromium", "chromium-driver"], CHROMIUM_HINT)?;
    Ok(Driver { variable: "CHROMEDRIVER", path })
}

/// Chromium itself. Where it is missing and this is root on Debian, installs it.
pub fn chromium_itself() -> Result<PathBuf> {
    found_or_installed(browser, &["chromium"], CHROMIUM_HINT)
}

fn browser() -> Option<PathBuf> {
    ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"].into_iter().find_map(on_path)
}

/// Firefox's driver. Where Firefox is missing and this is root on Debian, installs it; where its driver is, builds that
/// from crates.io.
pub fn firefox() -> Result<Driver> {
    found_or_installed(|| on_path("firefox"), &["firefox-esr"], FIREFOX_HINT)?;
    let folder = target().join("geckodriver");
    let built = folder.join("bin").join(format!("geckodriver{}", std::env::consts::EXE_SUFFIX));
    let path = on_path("geckodriver").unwrap_or(built);
    if !path.is_file() {
        println!("Building geckodriver {GECKODRIVER}.");
        let what = ["install", "--quiet", "--locked", "geckodriver", "--version", GECKODRIVER, "--root"];
        run(cargo(&what).arg(folder))?;
    }
    ensure!(path.is_file(), "found no {} after building it", path.display());
    Ok(Driver { variable: "GECKODRIVER", path })
}

/// The nginx of the system. Where it is missing and this is root on Debian, installs it.
pub fn nginx() -> Result<PathBuf> {
    // Debian keeps it where only root's PATH looks.
    let found = || on_path("nginx").or_else(|| Some(PathBuf::from("/usr/sbin/nginx")).filter(|file| file.is_file()));
    found_or_installed(found, &["nginx"], NGINX_HINT)
}

/// The file of axe-core, which looks for barriers on a page; fetched once, by npm.
pub fn axe() -> Result<PathBuf> {
    let folder = target().join(format!("axe-core-{AXE}"));
    let file = folder.join("node_modules/axe-core/axe.min.js");
    if !file.is_file() {
        let npm = on_path("npm").context("the check for barriers needs `npm` on the PATH, to fetch axe-core")?;
        println!("Fetching axe-core {AXE}.");
        std::fs::create_dir_all(&folder)?;
        let quietly = ["--silent", "--no-save", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund"];
        let what = format!("axe-core@{AXE}");
        run(Command::new(npm).arg("install").args(quietly).arg("--prefix").arg(&folder).arg(what))?;
    }
    ensure!(file.is_file(), "found no {} after fetching it", file.display());
    Ok(file)
}

/// What `found` finds, if need be after installing Debian packages.
fn found_or_installed(found: impl Fn() -> Option<PathBuf>, packages: &[&str], hint: &str) -> Result<PathBuf> {
    if let Some(path) = found() {
        return Ok(path);
    }
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout.trim_ascii() == b"0");
    if !is_root || on_path("apt-get").is_none() {
        bail!("{hint}");
    }
    println!("Installing {}.", packages.join(" and "));
    run(Command::new("apt-get").args(["-qq", "update"]))?;
    let install = ["-qq", "install", "--yes", "--no-install-recommends"];
    // RUNLEVEL: a server among them is not to be started.
    let quietly = [("DEBIAN_FRONTEND", "noninteractive"), ("RUNLEVEL", "1")];
    run(Command::new("apt-get").envs(quietly).args(install).args(packages))?;
    match found() {
        Some(path) => Ok(path),
        None => bail!("{hint}"),
    }
}

/// A program on the PATH.
pub fn on_path(program: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders).map(|folder| folder.join(program)).find(|file| file.is_file())
}
