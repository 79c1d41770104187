//! Figures of the built site in Chromium: how many bytes the first load takes, and how long until the app is there.

use anyhow::{Context, Result};
use end_to_end::{Browser, Page, serve};
use serde_json::json;

/// Loads to take the median of.
const LOADS: usize = 7;

/// Notes when the app has taken the place of the loading notice.
const WATCH: &str = "new MutationObserver((_, observer) => {
    if (document.getElementById('app') && !document.getElementById('boot')) {
        observer.disconnect();
        window.appMounted = performance.now();
    }
}).observe(document, { childList: true, subtree: true });";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let site = serve()?;
    let page = Page::new(Browser::start().await?, site.url())?;
    page.browser().devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": WATCH })).await?;
    page.browser().devtools("Network.setCacheDisabled", json!({ "cacheDisabled": true })).await?;

    let mut mounted = Vec::new();
    let mut paints = Vec::new();
    for _ in 0..LOADS {
        page.open("").await?;
        mounted.push(page.script("return window.appMounted").await?.as_f64().context("the app did not mount")?);
        let paint = "return performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null";
        paints.extend(page.script(paint).await?.as_f64());
    }
    let bytes = "return performance.getEntriesByType('navigation').concat(performance.getEntriesByType('resource'))
        .reduce((sum, entry) => sum + entry.encodedBodySize, 0)";
    let bytes = page.script(bytes).await?;
    println!("first load: {bytes} bytes (brotli), all files until the app is there");
    println!("first paint: {:.0} ms (median of {LOADS} loads from this machine, no cache)", median(paints));
    println!("app mounted: {:.0} ms (likewise)", median(mounted));
    page.close().await
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
