//! What somebody meets who brings files for the first time: settings that fit each data set, questions in the words of
//! the page, costs where the files have none.

use anyhow::{Context, Result, ensure};
use end_to_end::playground::{alerts, done};
use end_to_end::{Page, check};
use llm_selection::experiment::Experiment;
use llm_selection::link::Link;
use serde_json::{Value, json};

/// Results of so many models on ten queries, a call of each twice as dear as one of the one before.
fn results(models: usize, cost: f64) -> String {
    let mut text = String::from("query_id,model,score,cost\n");
    for query in 0..10 {
        for model in 0..models {
            let cost = cost * f64::from(1u32 << model);
            text += &format!("q{query},m{model},{},{cost}\n", (query + model) % 2);
        }
    }
    text
}

const ROUTELLM: &str =
    "prompt,gpt-4-1106-preview,mixtral\nwhy,True,False\nhow,True,True\nwhen,False,True\nwhere,True,False\n";

async fn value(page: &Page, name: &str) -> Result<String> {
    page.find("spinbutton", name).await?.prop("value").await?.context("a value")
}

/// Models per query and budget.
async fn settings(page: &Page) -> Result<[String; 2]> {
    Ok([value(page, "Models per query").await?, value(page, "Budget per query").await?])
}

async fn load(page: &Page, name: &str, text: &str, shape: &str) -> Result<()> {
    page.drop_files(".drop", &[(name, text)]).await?;
    page.wait_for_text(shape).await?;
    done(page).await
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

/// The experiment that *Share* gives.
async fn shared(page: &Page) -> Result<Value> {
    page.click("button", "Share").await?;
    let link = page.find("textbox", "Link to this experiment").await?.prop("value").await?.context("a link")?;
    page.script("document.getElementById('share').hidePopover()").await?;
    let fragment = link.split_once('#').context("a fragment")?.1;
    Ok(serde_json::from_str(&Link::decode(fragment)?.experiment.to_json())?)
}

#[tokio::test]
async fn settings_that_nobody_typed_are_the_data_s_and_typed_ones_stay() -> Result<()> {
    let (few, many) = (results(3, 0.001), results(7, 0.05));
    check(async |page| {
        done(page).await?;
        load(page, "many.csv", &many, "7 models × 10 queries").await?;
        let first = settings(page).await?;
        ensure!(first[0] == "4", "{first:?}");
        // Other data before does not matter.
        load(page, "few.csv", &few, "3 models × 10 queries").await?;
        let other = settings(page).await?;
        ensure!(other[0] == "2" && other[1] != first[1], "{other:?}");
        load(page, "many.csv", &many, "7 models × 10 queries").await?;
        ensure!(settings(page).await? == first, "{first:?}");
        choose(page, "Data set", "Nine chat models (illustration)").await?;
        done(page).await?;
        ensure!(settings(page).await? == ["3", "0.60"], "{:?}", settings(page).await?);
        // What is typed stays where it is in range.
        page.fill("spinbutton", "Models per query", "5").await?;
        page.fill("spinbutton", "Budget per query", "1.8").await?;
        load(page, "many.csv", &many, "7 models × 10 queries").await?;
        ensure!(settings(page).await? == ["5", "1.8"], "{:?}", settings(page).await?);
        page.wait_for_text("Models per query is still 5, as it was set.").await?;
        page.wait_for_text("The budget is still $1.8, as it was set.").await?;
        page.screenshot("typed").await?;
        load(page, "few.csv", &few, "3 models × 10 queries").await?;
        ensure!(settings(page).await? == other, "out of range, both: {:?}", settings(page).await?);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn costs_that_the_files_do_not_have_are_given_per_call() -> Result<()> {
    check(async |page| {
        done(page).await?;
        page.drop_files(".drop", &[("routellm.csv", ROUTELLM)]).await?;
        page.wait_for_text("The files give no costs.").await?;
        page.click("button", "Say what a call costs").await?;
        page.find("dialog", "How to read these files").await?;
        page.fill("textbox", "$ per call of mixtral", "0.002").await?;
        page.click("button", "Read the files so").await?;
        page.wait_for_text("No cost is known of gpt-4-1106-preview, so there is no budget.").await?;
        page.click("button", "Say what a call costs").await?;
        page.fill("textbox", "$ per call of gpt-4-1106-preview", "0.03").await?;
        page.screenshot("prices").await?;
        page.click("button", "Read the files so").await?;
        page.wait_for_text("costs: dollars a call, as given for the model").await?;
        done(page).await?;
        page.wait_for_text("midway between the cheapest set and the dearest").await?;
        ensure!(page.find("spinbutton", "Budget per query").await?.is_enabled().await?, "there is a budget now");
        let prices = &shared(page).await?["environment"]["prices"];
        ensure!(*prices == json!({ "gpt-4-1106-preview": { "call": 0.03 }, "mixtral": { "call": 0.002 } }), "{prices}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_file_that_needs_one_choice_asks_for_it_in_the_dialog_s_words() -> Result<()> {
    check(async |page| {
        done(page).await?;
        let twice = "id,model,score\nq,a,1\nr,a,0\nq,a,0\nq,b,1\nr,b,1\n";
        page.drop_files(".drop", &[("twice.csv", twice)]).await?;
        page.find("dialog", "How to read these files").await?;
        page.wait_for_text("twice.csv needs one choice").await?;
        let said = alerts(page).await?;
        ensure!(said.contains("\u{201c}Several results of a model on a query\u{201d}"), "{said}");
        ensure!(!said.contains("duplicates") && !said.contains("not loaded"), "{said}");
        page.screenshot("question").await?;
        page.click("button", "Leave it").await?;
        page.click("button", "Say how to read them").await?;
        choose(page, "Several results of a model on a query", "Keep the first").await?;
        page.click("button", "Read the files so").await?;
        page.wait_for_text("2 of 2 queries are complete").await?;
        // Three files that have nothing to do with one another are all named.
        let log = "id,model,score\nq1,m,1\nq2,m,0\n";
        page.drop_files(".drop", &[("a.csv", log), ("b.csv", log), ("c.csv", log)]).await?;
        page.wait_for_text("4 repeat one, in \u{201c}b.csv\u{201d} and \u{201c}c.csv\u{201d}").await?;
        page.wait_for_text("load the files one by one").await?;
        page.click("button", "Leave it").await?;
        // As chosen here begins with a guess.
        page.drop_files(".drop", &[("routellm.csv", ROUTELLM)]).await?;
        page.wait_for_text("format routellm").await?;
        page.click("button", "Change how they are read").await?;
        page.wait_for_text("Which column is what").await?;
        choose(page, "Which column is what", "As chosen here").await?;
        let query = page.find("combobox", "Text of the query").await?.prop("value").await?;
        ensure!(query.as_deref() == Some("prompt"), "{query:?}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn another_file_than_a_link_s_is_first_called_that() -> Result<()> {
    let experiment = json!({
        "version": 1,
        "environment": {
            "kind": "replay", "files": [{ "name": "mine.csv", "sha256": "0".repeat(64) }],
            "mapping": { "query_id": "Nr", "score": "Note", "model": "Bot" }
        },
        "task": { "reward": "suc", "max_models": 1, "budget": null }, "policies": [{ "kind": "random" }],
        "run": { "rounds": 100, "replicates": 1, "seed": 1 }
    });
    let fragment = Link::new(Experiment::from_json(&experiment.to_string())?).encode()?;
    check(async |page| {
        page.browser().goto("about:blank").await?;
        page.open(&fragment).await?;
        page.wait_for_text("Waiting for mine.csv").await?;
        page.drop_files(".drop", &[("other.csv", &results(2, 0.1))]).await?;
        page.wait_for_text("other.csv is not the file that the link names").await?;
        page.wait_for_text("expected mine.csv (SHA-256 00000000…)").await?;
        page.screenshot("other").await
    })
    .await
}
