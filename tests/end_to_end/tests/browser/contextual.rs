//! Policies that read the query, on the person's own files.

use anyhow::{Context, Result, ensure};
use end_to_end::golden_experiments::file;
use end_to_end::playground::{agrees, alerts, done, native, policies};
use end_to_end::{Page, check};
use fantoccini::Locator;
use serde_json::json;

/// Chooses an entry of the menu *Add policy*.
async fn add(page: &Page, entry: &str) -> Result<()> {
    page.click("button", "Add policy").await?;
    let buttons = page.all("button").await?;
    let found = buttons.iter().find(|(_, name)| name.starts_with(entry));
    page.press(&found.with_context(|| entry.to_owned())?.0).await
}

#[tokio::test]
async fn the_page_reads_queries_as_the_command_line_does() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (with, without) = (folder.path().join("texts.csv"), folder.path().join("answers.csv"));
    std::fs::write(&with, file("texts.csv"))?;
    std::fs::write(&without, file("answers.csv"))?;
    check(async |page| {
        done(page).await?;
        // Not offered where there can be no text.
        page.click("button", "Add policy").await?;
        let offered = page.all("button").await?;
        ensure!(!offered.iter().any(|(_, name)| name.starts_with("LinUCB")), "{:?}", offered.len());
        page.click("button", "Add policy").await?;
        page.upload("Result files", std::slice::from_ref(&with)).await?;
        page.wait_for_text("3 models × 120 queries").await?;
        done(page).await?;
        page.fill("spinbutton", "Models per query", "2").await?;
        page.fill("spinbutton", "Budget per query", "0.006").await?;
        page.fill("spinbutton", "Rounds", "400").await?;
        page.fill("spinbutton", "Replicates", "3").await?;
        add(page, "Contextual C2MAB-V").await?;
        add(page, "LinUCB").await?;
        page.fill("spinbutton", "Rounds between trainings of policy 8, Contextual C2MAB-V", "50").await?;
        let fixed = page.browser().client().find(Locator::Css("details.models > summary")).await?.text().await?;
        let mut all = policies(&fixed);
        let more = [json!({ "kind": "contextual", "retrain": 50 }), json!({ "kind": "linucb" })];
        all.as_array_mut().context("a list")?.extend(more);
        let experiment = json!({
            "version": 1,
            "environment": { "kind": "replay", "files": [{ "name": "texts.csv" }] },
            "task": { "reward": "suc", "max_models": 2, "budget": 0.006 },
            "policies": all,
            "run": { "rounds": 400, "replicates": 3, "seed": 1 }
        });
        let expected = native(&experiment, &[("texts.csv", file("texts.csv"))])?;
        page.until("the numbers of the command line", async || {
            done(page).await?;
            Ok(agrees(page, &expected).await.is_ok().then_some(()))
        })
        .await
        .ok();
        agrees(page, &expected).await?;
        // Their regret is not what it seems, and the table says so.
        let note = page.text("table[aria-label=Results] tfoot").await?;
        ensure!(
            note.contains("Contextual C2MAB-V") && note.contains("LinUCB") && note.contains("read the query"),
            "{note}"
        );
        // Where the files have no text, the policies that read it are what is wrong.
        page.upload("Result files", std::slice::from_ref(&without)).await?;
        page.until("a message", async || Ok(alerts(page).await?.contains("text of the queries").then_some(()))).await
    })
    .await
}
