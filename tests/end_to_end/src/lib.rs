//! Tests of the built site in a real browser. `cargo xtask test browser` builds the site and runs them;
//! `cargo test -p end-to-end` runs them on what is in `dist/`.
//!
//! A test is a closure over a [`Page`]: the site, served from a sub-path, opened in a fresh headless browser: Chromium, or
//! Firefox where the environment variable `GECKODRIVER` names its driver (`cargo xtask test --firefox`). The project's own
//! server serves it, or nginx (`cargo xtask test --nginx`).
//! [`check`] runs it and fails it, too, when the browser logged an error or a breach of the page's policy.
//!
//! With the environment variable `SCREENSHOTS` set to a folder, [`Page::screenshot`] and failing tests write pictures there.

mod driver;
mod figures;
#[path = "../../golden_experiments/mod.rs"]
pub mod golden_experiments;
pub mod live;
mod memory;
mod page;
pub mod playground;
mod server;
pub mod stub;
mod switch;
mod words;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

pub use driver::{Browser, ConsoleEntry};
pub use fantoccini::elements::Element;
pub use figures::{COSTS, MEANS, median, nine_models};
pub use memory::Memory;
pub use page::Page;
pub use server::{Nginx, PREFIX, Server};
pub use switch::Switch;
pub use words::Words;

/// Runs a test on a freshly opened page, then requires that the browser's console holds no error.
///
/// # Errors
/// What the test returns, an error on the console, or a browser that does not start.
pub async fn check(test: impl AsyncFnOnce(&Page) -> Result<()>) -> Result<()> {
    check_in(Browser::start().await?, test).await
}

/// As [`check`], in a browser that denies the site all storage, as blocked cookies do.
///
/// # Errors
/// Those of [`check`].
pub async fn check_without_storage(test: impl AsyncFnOnce(&Page) -> Result<()>) -> Result<()> {
    check_in(Browser::start_without_storage().await?, test).await
}

async fn check_in(browser: Browser, test: impl AsyncFnOnce(&Page) -> Result<()>) -> Result<()> {
    let site = serve()?;
    check_at_in(browser, site.url(), test).await
}

/// As [`check`], for the site at an address.
///
/// # Errors
/// As [`check`].
pub async fn check_at(address: String, test: impl AsyncFnOnce(&Page) -> Result<()>) -> Result<()> {
    check_at_in(Browser::start().await?, address, test).await
}

async fn check_at_in(browser: Browser, address: String, test: impl AsyncFnOnce(&Page) -> Result<()>) -> Result<()> {
    let page = Page::new(browser, address);
    let outcome = async {
        page.open("").await?;
        test(&page).await
    }
    .await;
    if outcome.is_err() {
        page.screenshot("failed").await?;
    }
    let console = page.browser().console().await?;
    page.close().await?;
    let errors: Vec<_> = console.iter().filter(|entry| entry.is_error()).map(|entry| entry.message.as_str()).collect();
    if errors.is_empty() {
        outcome
    } else {
        let logged = format!("errors on the browser's console:\n{}", errors.join("\n"));
        outcome.context(logged.clone()).and_then(|()| anyhow::bail!(logged))
    }
}

/// Serves `dist/` from a sub-path on a free port.
///
/// # Errors
/// When the site has not been built.
pub fn serve() -> Result<Server> {
    let dist = dist();
    ensure!(dist.join("index.html").is_file(), "dist/ holds no site: run `cargo xtask build` first");
    Server::start(&dist)
}

/// Says that a check could not be made here; past the test harness, which keeps to itself what passing tests print.
pub fn not_run(check: &str, why: &str) {
    // Without a place to write there is nobody to tell.
    let _ = writeln!(std::io::stderr(), "\nNOT RUN: {check}: {why}");
}

/// Where the built site lies.
pub fn dist() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../dist")
}

/// Copies the built site, without its compressed forms, which would hide what a test changes.
///
/// # Errors
/// When a file cannot be read or written.
pub fn copy_site(to: &Path) -> Result<()> {
    copy(&dist(), to)
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &target)?;
        } else if !path.extension().is_some_and(|extension| extension == "br" || extension == "gz") {
            fs::copy(&path, &target)?;
        }
    }
    Ok(())
}
