//! Memory of a tab that reads two million rows, in Chromium: at the import, at a second one beside the first, and at the
//! export of the cleaned data. Run it by `cargo xtask bench`.

use anyhow::{Context, Result};
use end_to_end::playground::done;
use end_to_end::{Browser, Memory, Page, serve};
use std::io::{BufWriter, Write};
use std::path::Path;
use std::time::Instant;

const MODELS: u32 = 10;
const QUERIES: u32 = 200_000;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("large.csv");
    write(&path)?;
    let memory = Memory::watch();
    let site = serve()?;
    let page = Page::new(Browser::start().await?, site.url());
    page.open("").await?;
    done(&page).await?;
    let megabytes = std::fs::metadata(&path)?.len() as f64 / 1e6;
    println!("{} rows, {megabytes:.1} MB; the tab's proportional share of memory:", MODELS * QUERIES);
    let said = |what: &str, start: Instant| {
        println!("  {what}: {} MB at most, {:.1} s", memory.peak(), start.elapsed().as_secs_f64());
    };
    said("before, with the opening experiment", Instant::now());
    for what in ["import and run", "import again, with the data before it held, and run"] {
        let start = Instant::now();
        page.upload("Result files", std::slice::from_ref(&path)).await?;
        page.until("the progress of the import", async || {
            let reads =
                page.script("return !!document.querySelector('progress[aria-label=\"Reading files\"]')").await?;
            Ok((reads == true).then_some(()))
        })
        .await?;
        page.until("the end of the import", async || {
            let reads =
                page.script("return !!document.querySelector('progress[aria-label=\"Reading files\"]')").await?;
            Ok((reads == false).then_some(()))
        })
        .await?;
        page.wait_for_text("200 000 of 200 000 queries").await.context("the audit")?;
        done(&page).await.context("the run on the files")?;
        said(what, start);
    }
    let start = Instant::now();
    page.script("document.getElementById('export').showPopover()").await?;
    page.click("button", "Cleaned data CSV").await?;
    page.until("the cleaned data", async || Ok(page.downloads()?.first().cloned())).await?;
    said("export of the cleaned data", start);
    page.close().await
}

/// Results of ten models on as many queries as there must be, each with an answer that nobody reads.
fn write(path: &Path) -> Result<()> {
    let mut out = BufWriter::new(std::fs::File::create(path)?);
    writeln!(out, "query_id,model,score,cost,latency_ms,answer")?;
    for query in 0..QUERIES {
        for model in 0..MODELS {
            let (score, cost) = (u32::from((query * 7 + model) % 3 > 0), f64::from((query % 97) * (model + 1)) / 1e5);
            let answer = "what a model said of it and why it said so ".repeat(2);
            writeln!(
                out,
                "question-{query}-of-the-set,provider/model-{model},{score},{cost:.8},{},{answer}",
                100 + (query * 13) % 900
            )?;
        }
    }
    Ok(out.flush()?)
}
