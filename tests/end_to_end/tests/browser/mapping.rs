//! Files in no known format: the dialog *How to read these files*, from the drop to the curve.

use anyhow::{Context, Result, ensure};
use end_to_end::playground::{alerts, done};
use end_to_end::{Page, check};
use serde_json::Value;

/// Results with columns of their own names: an answer and what is right, no score, no id but a number.
fn table() -> String {
    let mut text = String::from("Nr;Bot;Was gesagt wurde;Richtig w\u{e4}re;Preis ct\n");
    for query in 0..40 {
        for (model, wrong) in [("small", 3), ("large", 9)] {
            let said = if query % wrong == 0 { "maybe" } else { "It is YES" };
            let cents = if model == "small" { 0.1 } else { 0.5 };
            text += &format!("{query};{model};{said};yes;{cents}\n");
        }
    }
    text
}

/// Chooses a word in a `select`.
async fn choose(page: &Page, label: &str, text: &str) -> Result<()> {
    let select = page.find("combobox", label).await?;
    let script = "const [select, text] = arguments;
        const option = [...select.options].find(option => option.text === text);
        if (!option) throw new Error('no option ' + text);
        select.value = option.value;
        select.dispatchEvent(new Event('change', { bubbles: true }));";
    page.browser().client().execute(script, vec![serde_json::to_value(select)?, text.into()]).await?;
    Ok(())
}

#[tokio::test]
async fn unknown_columns_are_mapped_in_a_dialog_and_the_mapping_is_shared() -> Result<()> {
    check(async |page| {
        done(page).await?;
        page.drop_files(".drop", &[("ergebnisse.csv", &table())]).await?;
        page.find("dialog", "How to read these files").await?;
        page.wait_for_text("Was gesagt wurde").await?;
        ensure!(alerts(page).await?.contains("ergebnisse.csv"), "what is wrong is said in the dialog");
        // Nothing is known of these names but the models' column.
        for (label, column) in [
            ("Id of the query", "Nr"),
            ("Answer", "Was gesagt wurde"),
            ("Reference answer", "Richtig w\u{e4}re"),
            ("Cost of a call", "Preis ct"),
        ] {
            choose(page, label, column).await?;
        }
        choose(page, "Score", "Not in these files").await?;
        choose(page, "Model", "Bot").await?;
        page.click("button", "Read the files so").await?;
        page.until("an alert about the grader", async || {
            Ok(alerts(page)
                .await?
                .contains("Choose when an answer counts as right, under \u{201c}An answer is right if\u{201d}")
                .then_some(()))
        })
        .await?;
        choose(page, "An answer is right if", "what a pattern finds in it is the reference").await?;
        page.fill("textbox", "Pattern (regular expression)", "(").await?;
        page.click("button", "Read the files so").await?;
        page.until("an alert about the pattern", async || {
            Ok(alerts(page).await?.contains("a regular expression").then_some(()))
        })
        .await?;
        page.fill("textbox", "Pattern (regular expression)", "(?i)is (yes)").await?;
        choose(page, "Unit of the costs", "Cents per call").await?;
        page.screenshot("mapping").await?;
        page.click("button", "Read the files so").await?;
        page.wait_for_text("40 of 40 queries").await?;
        let open = page.script("return document.querySelectorAll('dialog[open]').length").await?;
        ensure!(open == 0, "the dialog is closed: {open}");
        ensure!(alerts(page).await?.is_empty(), "nothing is wrong: {}", alerts(page).await?);
        done(page).await?;
        page.find("figure", "Cumulative regret").await?;
        page.click("button", "Share").await?;
        let link = page.find("textbox", "Link to this experiment").await?.prop("value").await?.context("a link")?;
        let fragment = link.split_once('#').context("a fragment")?.1;
        let experiment: Value =
            serde_json::from_str(&llm_selection::link::Link::decode(fragment)?.experiment.to_json())?;
        let world = &experiment["environment"];
        ensure!(world["mapping"]["answer"] == "Was gesagt wurde", "{world}");
        ensure!(world["grader"]["regex"] == "(?i)is (yes)" && world["cost_unit"] == "cents", "{world}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn prices_and_units_can_be_changed_after_reading() -> Result<()> {
    check(async |page| {
        done(page).await?;
        let text = "id,model,score,cost,input_tokens,output_tokens\nq,m,1,9,1000,0\nr,m,0,9,1000,0\nq,gpt-4o,1,9,1000,0\nr,gpt-4o,1,9,1000,0\n";
        page.drop_files(".drop", &[("a.csv", text)]).await?;
        page.wait_for_text("2 of 2 queries").await?;
        page.click("button", "Change how they are read").await?;
        page.find("dialog", "How to read these files").await?;
        page.wait_for_text("Unit of the costs").await?;
        choose(page, "Unit of the costs", "Tokens × price per million").await?;
        page.fill("textbox", "$ per million input tokens of m", "3").await?;
        page.fill("textbox", "$ per million output tokens of m", "x").await?;
        page.click("button", "Read the files so").await?;
        page.until("an alert about the price", async || Ok(alerts(page).await?.contains("Price of m, output").then_some(()))).await?;
        page.fill("textbox", "$ per million output tokens of m", "6").await?;
        page.screenshot("prices").await?;
        page.click("button", "Read the files so").await?;
        page.wait_for_text("from tokens and prices per million tokens, as asked").await?;
        let audit = page.script("return [...document.querySelectorAll('table')].find(table => table.caption?.textContent === 'Import audit').textContent").await?;
        let audit = audit.as_str().context("the audit")?;
        ensure!(audit.contains("0.003") && audit.contains("0.0025"), "{audit}");
        Ok(())
    })
    .await
}
