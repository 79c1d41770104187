//! `cargo xtask lighthouse`: what Lighthouse says of the built site on a phone. Its throttling starts from the times that it
//! measures, so that on a busy machine the first figure is too low.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;
use site_server::Site;

use crate::command::target;
use crate::{setup, site};

const VERSION: &str = "12.8.2";
/// How often the page is looked at; the medians count.
const LOOKS: usize = 5;
/// Lighthouse's name for a category, and its least score.
const GOALS: [(&str, f64); 4] =
    [("performance", 95.0), ("accessibility", 100.0), ("best-practices", 100.0), ("seo", 100.0)];
const HINT: &str = "Lighthouse needs `npx`, which comes with Node.js (18 or newer), on the PATH";

/// Builds the site, looks at it with Lighthouse's mobile preset, and fails where a median is below its goal.
pub fn lighthouse() -> Result<()> {
    let npx = setup::on_path("npx").context(HINT)?;
    let browser = setup::chromium_itself()?;
    site::build(&[])?;
    let site = Site::start(&site::dist(), "/", 0)?;
    let folder = target().join("lighthouse");
    fs::create_dir_all(&folder)?;
    let mut scores = vec![Vec::new(); GOALS.len()];
    for look in 1..=LOOKS {
        let report = look_at(&site.url(), &npx, &browser, &folder.join(format!("{look}.json")))?;
        for ((category, goal), scores) in GOALS.iter().zip(&mut scores) {
            let score = report["categories"][category]["score"].as_f64();
            let score = 100.0 * score.with_context(|| format!("found no score of {category} in the report"))?;
            if score < *goal {
                println!("{category} {score:.0}: {}", faults(&report, category));
            }
            scores.push(score);
        }
        let now = |metric: &str| report["audits"][metric]["displayValue"].as_str().unwrap_or("?").to_owned();
        println!(
            "{look} of {LOOKS}: {} (first paint {}, largest {}, blocked {}, shift {})",
            scores
                .iter()
                .filter_map(|scores| scores.last())
                .map(|score| format!("{score:.0}"))
                .collect::<Vec<_>>()
                .join(" "),
            now("first-contentful-paint"),
            now("largest-contentful-paint"),
            now("total-blocking-time"),
            now("cumulative-layout-shift")
        );
    }
    let mut low = Vec::new();
    for ((category, goal), mut scores) in GOALS.iter().zip(scores) {
        scores.sort_by(f64::total_cmp);
        let median = scores.get(scores.len() / 2).copied().unwrap_or(0.0);
        println!("{median:>4.0}  {category} (at least {goal:.0})");
        if median < *goal {
            low.push(*category);
        }
    }
    ensure!(low.is_empty(), "below the goal: {}; the reports are in {}", low.join(", "), folder.display());
    Ok(())
}

/// One report.
fn look_at(url: &str, npx: &Path, browser: &Path, file: &PathBuf) -> Result<Value> {
    // Chromium refuses its sandbox to root.
    let is_root = Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout.trim_ascii() == b"0");
    let flags = if is_root { "--headless=new --no-sandbox" } else { "--headless=new" };
    let log = file.with_extension("log");
    let output = File::create(&log).with_context(|| format!("cannot write {}", log.display()))?;
    let status = Command::new(npx)
        .args(["--yes", &format!("lighthouse@{VERSION}"), url, "--quiet", "--output=json"])
        .arg(format!("--output-path={}", file.display()))
        .arg(format!("--chrome-flags={flags}"))
        .env("CHROME_PATH", browser)
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(output)
        .status()
        .with_context(|| format!("cannot run {}", npx.display()))?;
    if !status.success() {
        bail!("lighthouse failed ({status}): {}", fs::read_to_string(&log).unwrap_or_default());
    }
    let report = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    serde_json::from_slice(&report).context("found no JSON in Lighthouse's report")
}

/// Titles of the audits of a category that are not passed.
fn faults(report: &Value, category: &str) -> String {
    let audits = report["categories"][category]["auditRefs"].as_array().map(Vec::as_slice).unwrap_or_default();
    let faults = audits.iter().filter(|audit| audit["weight"].as_f64().is_some_and(|weight| weight > 0.0));
    let faults = faults.filter_map(|audit| report["audits"].get(audit["id"].as_str()?));
    let faults = faults.filter(|audit| audit["score"].as_f64().is_some_and(|score| score < 0.9));
    faults.filter_map(|audit| audit["title"].as_str()).collect::<Vec<_>>().join("; ")
}
