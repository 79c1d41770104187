//! The view Studies as a person uses it: one click, a figure, tables, downloads. Numbers are those of the engine run
//! natively.

use anyhow::{Context, Result, ensure};
use end_to_end::{Page, check};
use llm_selection::experiment::Experiment;
use llm_selection::run::run_in_threads;
use llm_selection::study::{Cell, Material, Report, Study, World};
use llm_selection::summary::RunResult;
use serde_json::json;

fn native(study: Study) -> Result<Report> {
    let parts = study.parts(&Material::default())?;
    let results: Vec<RunResult> =
        parts.iter().map(|part| Ok(run_in_threads(part.plan()?, 2, |_| ())?)).collect::<Result<_>>()?;
    Ok(study.report(&Material::default(), &parts, &results)?)
}

/// Waits for the view's status to say so.
async fn status(page: &Page, end: &str) -> Result<()> {
    page.until(&format!("a status that ends with {end}"), async || {
        Ok(page.text("[role=status]").await?.ends_with(end).then_some(()))
    })
    .await
}

/// The tables on the page must hold the report's own numbers, to the last bit, and its sentences.
async fn agrees(page: &Page, expected: &Report) -> Result<()> {
    for table in &expected.tables {
        let script = "return [...document.querySelectorAll('table')].filter(t => t.getAttribute('aria-label') === arguments[0])
            .flatMap(t => [...t.querySelectorAll('tbody tr')]).map(row => [...row.querySelectorAll('data')].map(d => d.value))";
        let found = page.browser().client().execute(script, vec![json!(table.title)]).await?;
        let found: Vec<Vec<String>> = serde_json::from_value(found)?;
        ensure!(found.len() == table.rows.len(), "{}: {} rows", table.title, found.len());
        for (found, row) in found.iter().zip(&table.rows) {
            let expected: Vec<f64> = (row.iter())
                .filter_map(|cell| match cell {
                    Cell::Number { value, .. } => Some(*value),
                    Cell::Infinite => Some(f64::INFINITY),
                    Cell::Text(_) => None,
                })
                .collect();
            let found: Vec<f64> = found.iter().map(|value| value.parse()).collect::<std::result::Result<_, _>>()?;
            ensure!(found == expected, "{}: found {found:?}, expected {expected:?}", table.title);
        }
    }
    let shown = page.script("return document.querySelector('main').innerText.replace(/\\s+/g, ' ')").await?;
    let shown = shown.as_str().context("no text")?.to_owned();
    for sentence in expected.findings.iter().chain(&expected.notes) {
        let sentence = sentence.split_whitespace().collect::<Vec<_>>().join(" ");
        ensure!(shown.contains(&sentence), "not on the page: {sentence}");
    }
    Ok(())
}

#[tokio::test]
async fn the_papers_study_takes_one_click() -> Result<()> {
    check(async |page| {
        page.click("tab", "Studies").await?;
        status(page, "Done").await?;
        for reward in ["Any win (AWC)", "Sum up (SUC)", "All in (AIC)"] {
            page.find("figure", &format!("Reward/violation ratio: {reward}")).await?;
        }
        agrees(page, &native(Study::Paper(World::ChatPrices))?).await?;
        page.screenshot("studies").await?;
        page.click("button", "Download CSV").await?;
        page.click("button", "Download JSON: Any win (AWC)").await?;
        let text = page.downloaded("paper.csv").await?;
        ensure!(String::from_utf8(text)? == native(Study::Paper(World::ChatPrices))?.csv(), "another CSV");
        let text = page.downloaded("paper-1.json").await?;
        let parts = Study::Paper(World::ChatPrices).parts(&Material::default())?;
        let first = &parts.first().context("no part")?.experiment;
        ensure!(Experiment::from_json(std::str::from_utf8(&text)?)? == *first, "another experiment");
        // The page's own run waited and is done now, or goes on.
        page.click("tab", "This run").await?;
        status(page, "Done").await
    })
    .await
}

#[tokio::test]
async fn the_small_studies_say_what_the_engine_says() -> Result<()> {
    check(async |page| {
        page.click("tab", "Studies").await?;
        for study in [Study::Diversity, Study::Cascade] {
            page.click("button", study.title()).await?;
            page.until("this study's report", async || {
                let said = page.text("[role=status]").await?;
                Ok((said.starts_with(study.title()) && said.ends_with("Done")).then_some(()))
            })
            .await?;
            agrees(page, &native(study)?).await?;
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_study_is_cancelled_and_its_experiment_opened() -> Result<()> {
    check(async |page| {
        page.click("tab", "Studies").await?;
        page.click("button", Study::Solvers.title()).await?;
        page.click("button", "Cancel").await?;
        status(page, "cancelled").await?;
        page.click("button", Study::Cascade.title()).await?;
        status(page, "Done").await?;
        page.click("button", "Open in Playground: Models that fail independently of each other").await?;
        page.find("table", "Results").await?;
        status(page, "Done").await?;
        page.wait_for_text("Always ForeFrontAI + GPT-3.5 + GPT-4").await
    })
    .await
}
