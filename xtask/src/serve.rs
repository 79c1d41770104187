//! `cargo xtask serve`: the built site on this machine.

use std::io::ErrorKind;

use anyhow::{Context, Result};
use site_server::Site;

use crate::site;

/// The port that is tried first.
pub const DEFAULT_PORT: u16 = 8080;

/// Serves `dist/` until the process is ended.
pub fn serve(port: u16) -> Result<()> {
    let site = start(port)?;
    println!("Serving the page at {} (Ctrl-C ends it)", site.url());
    site.wait();
    Ok(())
}

fn start(port: u16) -> Result<Site> {
    let last = port.saturating_add(99);
    for candidate in port..=last {
        match Site::start(&site::dist(), "/", candidate) {
            Err(error) if error.kind() == ErrorKind::AddrInUse => println!("Port {candidate} is taken."),
            other => return other.with_context(|| format!("cannot serve on port {candidate}")),
        }
    }
    anyhow::bail!("ports {port} to {last} are all taken: choose another with --port")
}
