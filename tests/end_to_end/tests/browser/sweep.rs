//! The sweep view: a parameter varied in the page, with the numbers of the command line.

use anyhow::{Result, ensure};
use end_to_end::{Page, check};
use llm_selection::summary::Figure;
use llm_selection::sweep::{Sweep, csv, run_in_threads};

/// Waits for the status to end with *Done*.
async fn done(page: &Page) -> Result<()> {
    page.until("the status Done", async || Ok(page.text("[role=status]").await?.ends_with("Done").then_some(()))).await
}

/// Every `<data value>` of the table, row by row: the value, then regret, violation, reward and cost.
async fn rows(page: &Page) -> Result<Vec<Vec<String>>> {
    page.find("table", "Sweep results").await?;
    let script = "return [...document.querySelectorAll('table[aria-label=\"Sweep results\"] tbody tr')].map(row =>
        [...row.querySelectorAll('data')].map(data => data.getAttribute('value')))";
    Ok(serde_json::from_value(page.script(script).await?)?)
}

#[tokio::test]
async fn a_sweep_over_the_budget_has_the_numbers_of_the_command_line() -> Result<()> {
    check(async |page| {
        page.fill("spinbutton", "Rounds", "2000").await?;
        done(page).await?;
        page.click("tab", "Sweep").await?;
        ensure!(page.all("status").await?.len() == 1, "exactly one status");
        page.fill("spinbutton", "From", "0.3").await?;
        page.fill("spinbutton", "To", "0.9").await?;
        page.fill("spinbutton", "Number of values", "3").await?;
        page.click("button", "Run sweep").await?;
        done(page).await?;
        page.screenshot("done").await?;
        for name in ["Final regret", "Final violation", "Mean reward", "Mean cost", "Reward and cost frontier"] {
            page.find("figure", name).await?;
        }
        page.click("button", "Download sweep file").await?;
        let file = String::from_utf8(page.downloaded("sweep.json").await?)?;
        let sweep = Sweep::from_json(&file)?;
        ensure!(sweep.points() == 3 && file.contains("\"task.budget\""), "{file}");
        let expected = run_in_threads(&sweep, None, None, 2, |_, _, _| (), |_, _| ())?;
        let rows = rows(page).await?;
        ensure!(rows.len() == 3 * 7, "{} rows", rows.len());
        let budgets = [0.3, 0.6, 0.9];
        let points = expected.points.iter().zip(budgets);
        let lines = points.flat_map(|(point, budget)| point.policies.iter().map(move |policy| (policy, budget)));
        for (row, (policy, budget)) in rows.iter().zip(lines) {
            let finals = &policy.finals;
            let figures = [finals.regret, finals.violation, finals.reward, finals.cost];
            let mut numbers = vec![budget];
            numbers.extend(figures.iter().filter_map(|figure: &Figure| figure.mean));
            let found: Vec<f64> = row.iter().filter_map(|value| value.parse().ok()).collect();
            ensure!(found == numbers, "{}: found {found:?}, expected {numbers:?}", policy.label);
        }
        page.click("button", "Download CSV").await?;
        ensure!(
            String::from_utf8(page.downloaded("sweep.csv").await?)? == csv(&expected),
            "the CSV of the command line"
        );
        let digest = page.script("return document.querySelector('form.sweep dd[title]').title").await?;
        ensure!(digest == expected.digest.as_str(), "{digest}");
        page.click("button", "Download SVG").await?;
        ensure!(page.downloaded("sweep.svg").await?.starts_with(b"<svg"), "an SVG");
        // The page's own run is as it was.
        page.click("tab", "This run").await?;
        done(page).await
    })
    .await
}

#[tokio::test]
async fn a_bad_range_is_refused_and_a_sweep_can_be_cancelled() -> Result<()> {
    check(async |page| {
        done(page).await?;
        page.click("tab", "Sweep").await?;
        for (field, bad, words, good) in [
            ("To", "0.01", "expected a number above", "0.9"),
            // The key Delete.
            ("From", "\u{e017}", "found nothing, expected a number", "0.3"),
            ("Number of values", "1", "a whole number from 2 to 50", "50"),
        ] {
            page.fill("spinbutton", field, bad).await?;
            page.click("button", "Run sweep").await?;
            let said = page.text("[role=alert]").await?;
            ensure!(said.starts_with(field) && said.contains(words), "{field}: {said}");
            page.fill("spinbutton", field, good).await?;
        }
        page.fill("spinbutton", "Rounds", "1000000").await?;
        page.click("button", "Run sweep").await?;
        page.find("progressbar", "Progress of the sweep").await?;
        ensure!(!page.find("button", "Run sweep").await?.is_enabled().await?, "one sweep at a time");
        page.click("button", "Cancel").await?;
        let said = page.text("[role=status]").await?;
        ensure!(said.starts_with("Stopped after"), "{said}");
        ensure!(page.all("alert").await?.is_empty(), "nothing is wrong any more");
        Ok(())
    })
    .await
}
