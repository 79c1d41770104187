//! The room Query-aware: from dropped files to the table, the same numbers as the engine run natively, links, cancelling.

use anyhow::{Context, Result, ensure};
use end_to_end::playground::done;
use end_to_end::{Page, check, not_run};
use llm_selection::data::InputFile;
use llm_selection::experiment::Experiment;
use llm_selection::link::Link;
use llm_selection::query_aware::evaluation::Evaluation;
use llm_selection::query_aware::outcome::sentences;
use llm_selection::query_aware::steps::evaluate_files;
use llm_selection::random::{below, hash, unit};
use serde_json::{Value, json};
use std::path::PathBuf;

/// Questions of three kinds; of three models each knows one kind best. With texts, answers, latencies and costs.
fn results(queries: u64) -> String {
    const KINDS: [&str; 3] = ["how many apples are left in the basket", "who wrote the old poem about", "日本の首都は"];
    let mut text = String::from("query_id,model,score,cost,latency_ms,query,answer,category\n");
    for query in 0..queries {
        let kind = query % 3;
        for (model, name) in ["small", "medium", "large"].into_iter().enumerate() {
            let chance = if kind == model as u64 { 0.9 } else { 0.4 };
            let right = unit(hash(hash(1, query), model as u64)) < chance;
            let answer = if right { "A" } else { ["B", "C"][below(hash(2, query), 2) as usize] };
            let latency = 100 * (model as u64 + 1) + below(hash(3, query), 50);
            let number = below(hash(4, query), 1000);
            text += &format!(
                "q{query},{name},{},{:.4},{latency},{} {number}?,{answer},kind {kind}\n",
                u8::from(right),
                0.001 * (model as f64 + 1.0),
                KINDS[kind as usize]
            );
        }
    }
    text
}

/// What the engine, run natively, makes of an experiment on these files.
fn native(experiment: &Experiment, files: &[(&str, &[u8])]) -> Result<Evaluation> {
    let inputs = files.iter().map(|(name, bytes)| InputFile::from_bytes(*name, bytes)).collect();
    Ok(evaluate_files(experiment, inputs, None, &mut |_, _| true)?.1.evaluation)
}

/// Presses *Share* and gives what the link holds.
async fn shared(page: &Page) -> Result<(String, Link)> {
    page.click("button", "Share").await?;
    let field = page.find("textbox", "Link to this experiment").await?;
    let link = field.prop("value").await?.context("a link")?;
    page.click("button", "Share").await?;
    let read = Link::decode(&link)?;
    Ok((link, read))
}

async fn train(page: &Page, button: &str) -> Result<()> {
    page.click("button", button).await?;
    trained(page).await
}

/// Begins a training and cancels it as soon as its progress shows: by script, for the training is quicker than the driver.
async fn cancelled(page: &Page, button: &str) -> Result<()> {
    page.find("button", button).await?;
    let script = format!(
        "const press = (name) => [...document.querySelectorAll('.side button')].find((it) => it.textContent === name).click();
        press('{button}');
        while (!document.querySelector('progress[aria-label=\"Progress of the training\"]')) await new Promise(requestAnimationFrame);
        press('Cancel');
        while (document.querySelector('progress')) await new Promise(requestAnimationFrame);
        return document.querySelector('[role=status]').textContent;"
    );
    let status = page.script_async(&script).await?;
    ensure!(status == "Cancelled", "{status}");
    Ok(())
}

/// Waits for a training to end.
async fn trained(page: &Page) -> Result<()> {
    page.until("the status Done", async || {
        let status = page.text("[role=status]").await?;
        ensure!(status != "Stopped", "{}", page.text("main").await?);
        Ok((status.starts_with("Trained in") && status.ends_with("Done")).then_some(()))
    })
    .await
}

/// The rows of the table of policies: the name, then every `<data value>`.
async fn rows(page: &Page) -> Result<Vec<(String, Vec<f64>)>> {
    page.find("table", "Policies").await?;
    let script = "return [...document.querySelectorAll('table[aria-label=Policies] tbody tr')].map(row =>
        [row.querySelector('.who').innerText.trim(), [...row.querySelectorAll('data')].map(data => data.getAttribute('value'))])";
    // As texts: some drivers round numbers on their way.
    let rows: Vec<(String, Vec<String>)> = serde_json::from_value(page.script(script).await?)?;
    rows.into_iter()
        .map(|(name, values)| Ok((name, values.iter().map(|value| value.parse()).collect::<Result<_, _>>()?)))
        .collect()
}

/// The page's table and its JSON are the engine's own.
async fn agrees(page: &Page, expected: &Evaluation) -> Result<()> {
    let rows = rows(page).await?;
    ensure!(rows.len() == expected.policies.len(), "{} rows", rows.len());
    let oracle = rows.len() - 1;
    for (place, ((name, values), policy)) in rows.iter().zip(&expected.policies).enumerate() {
        let accuracy = if place == oracle { None } else { policy.accuracy.value };
        let rest = [
            policy.coverage,
            policy.latency_parallel_ms,
            policy.latency_sequential_ms,
            policy.cost,
            policy.models_called,
        ];
        let wanted: Vec<f64> = accuracy.into_iter().chain(rest.into_iter().filter_map(|it| it.value)).collect();
        ensure!(*name == policy.name && *values == wanted, "{name}: found {values:?}, expected {wanted:?}");
    }
    let before = page.downloads()?.len();
    page.click("button", "Download JSON").await?;
    ensure!(before == 0, "one evaluation a test: {before} downloads before");
    let json = page.downloaded("evaluation.json").await?;
    ensure!(json == expected.to_json().as_bytes(), "the evaluation differs from the engine's");
    Ok(())
}

fn write(files: &[(&str, &str)]) -> Result<(tempfile::TempDir, Vec<PathBuf>)> {
    let folder = tempfile::tempdir()?;
    let mut paths = Vec::new();
    for (name, text) in files {
        paths.push(folder.path().join(name));
        std::fs::write(folder.path().join(name), text)?;
    }
    Ok((folder, paths))
}

#[tokio::test]
async fn from_dropped_files_to_the_same_numbers_as_natively() -> Result<()> {
    let text = results(600);
    let (_folder, paths) = write(&[("asked.csv", &text)])?;
    check(async |page| {
        done(page).await?;
        page.click("link", "Query-aware").await?;
        page.wait_for_text("These models are made up, and have no queries to read.").await?;
        ensure!(page.all("status").await?.len() == 1, "one status");
        ensure!(!page.find("button", "Train").await?.is_enabled().await?, "nothing to train on");
        page.upload("Result files", &paths).await?;
        page.wait_for_text("600 of 600 queries").await?;
        train(page, "Train").await?;
        page.screenshot("trained").await?;
        let (_, link) = shared(page).await?;
        let expected = native(&link.experiment, &[("asked.csv", text.as_bytes())])?;
        agrees(page, &expected).await?;
        page.click("button", "Download CSV").await?;
        let csv = String::from_utf8(page.downloaded("policies.csv").await?)?;
        ensure!(csv.starts_with("policy,models,accuracy,accuracy_ci95,coverage,"), "{csv}");
        ensure!(csv.lines().count() == expected.policies.len() + 1, "{csv}");
        page.click("button", "Download CSV: comparisons.csv").await?;
        let csv = String::from_utf8(page.downloaded("comparisons.csv").await?)?;
        ensure!(csv.starts_with("policy,against,most_accurate,accuracy,accuracy_ci95,coverage,"), "{csv}");
        ensure!(csv.lines().count() == expected.comparisons.len() + 1, "{csv}");
        // In words, of the best and of another one.
        let lead = expected.policies.iter().position(|policy| policy.name == expected.gap.policy).context("a lead")?;
        says(page, &sentences(&expected, lead)).await?;
        page.find("combobox", "Policy in words").await?.select_by_value("0").await?;
        says(page, &sentences(&expected, 0)).await?;
        // Reading the query must tell something here, and the page must say so.
        ensure!(!page.text("main").await?.contains("has not shown that it tells queries apart"));
        // By accuracy, falling: the oracle stays last.
        page.click("button", "Accuracy of the vote").await?;
        let sorted = rows(page).await?;
        let accuracies: Vec<f64> = sorted.iter().take(sorted.len() - 1).map(|(_, values)| values[0]).collect();
        ensure!(accuracies.is_sorted_by(|a, b| a >= b) && sorted.last().is_some_and(|(name, _)| name == "Oracle"));
        // The Playground is as it was.
        page.click("link", "Playground").await?;
        done(page).await?;
        page.find("table", "Results").await?;
        Ok(())
    })
    .await
}

/// Waits until the page says an outcome in words.
async fn says(page: &Page, sentences: &[String]) -> Result<()> {
    for sentence in sentences {
        page.wait_for_text(sentence).await?;
    }
    Ok(())
}

#[tokio::test]
async fn figures_of_other_data_are_said_to_be_that() -> Result<()> {
    let (text, other) = (results(300), results(240));
    let (_folder, paths) = write(&[("first.csv", &text), ("second.csv", &other)])?;
    let (_again, same_name) = write(&[("second.csv", &text)])?;
    check(async |page| {
        done(page).await?;
        page.click("link", "Query-aware").await?;
        page.upload("Result files", &paths[..1]).await?;
        page.wait_for_text("300 of 300 queries").await?;
        train(page, "Train").await?;
        let shown = rows(page).await?;
        // Another set-up is a hint.
        page.fill("spinbutton", "Threshold", "0.6").await?;
        page.wait_for_text("The set-up has changed since").await?;
        // Other data is more than that, and the figures stay what they are.
        page.upload("Result files", &paths[1..]).await?;
        page.wait_for_text("These figures are of other data").await?;
        page.wait_for_text("All below is of first.csv, on which the training was. Loaded now: second.csv.").await?;
        ensure!(!page.text("main").await?.contains("The set-up has changed since"), "one message");
        ensure!(rows(page).await? == shown, "the figures have changed");
        page.screenshot("other-data").await?;
        page.click("button", "Train on the data loaded now").await?;
        page.until("figures of the new data", async || {
            let main = page.text("main").await?;
            let gone = !main.contains("These figures are of other data");
            Ok((gone && main.contains("Trained in") && rows(page).await? != shown).then_some(()))
        })
        .await?;
        // The same name is not the same data.
        page.upload("Result files", &same_name).await?;
        page.wait_for_text("the same names and another content").await?;
        // What has no queries cannot be trained on.
        page.find("combobox", "Data set").await?.select_by_value("sciq").await?;
        page.wait_for_text("The data chosen now are no files with queries.").await?;
        let buttons = page.all("button").await?;
        ensure!(!buttons.iter().any(|(_, name)| name == "Train on the data loaded now"));
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_training_can_be_cancelled_and_begun_again() -> Result<()> {
    let text = results(6_000);
    let (_folder, paths) = write(&[("many.csv", &text)])?;
    check(async |page| {
        done(page).await?;
        page.click("link", "Query-aware").await?;
        page.upload("Result files", &paths).await?;
        page.wait_for_text("6 000 of 6 000 queries").await?;
        cancelled(page, "Train").await?;
        ensure!(page.all("table").await?.iter().all(|(_, name)| name != "Policies"));
        train(page, "Train").await?;
        let before = rows(page).await?;
        // Another training has the room of the one before: its figures stay, and questions wait.
        page.find("button", "Train again").await?;
        let script = "const training = () => document.querySelector('progress[aria-label=\"Progress of the training\"]');
            const waits = () => document.querySelector('main').textContent.includes('Questions wait for a training to end');
            [...document.querySelectorAll('.side button')].find((it) => it.textContent === 'Train again').click();
            while (!training()) await new Promise(requestAnimationFrame);
            while (training() && !waits()) await new Promise(requestAnimationFrame);
            return [waits(), document.getElementById('ask-query') === null];";
        ensure!(page.script_async(script).await? == json!([true, true]), "questions wait");
        trained(page).await?;
        page.find("textbox", "Query").await?;
        ensure!(rows(page).await? == before, "the same training");
        // Cancelled again: what was there stays.
        cancelled(page, "Train again").await?;
        ensure!(rows(page).await? == before, "what was trained is kept");
        // Another set-up that fails leaves it, too.
        page.fill("textbox", "Extra columns", "nowhere").await?;
        page.click("button", "Train again").await?;
        page.wait_for_text("What was trained before is kept.").await?;
        let alerts = end_to_end::playground::alerts(page).await?;
        ensure!(alerts.contains("nowhere"), "{alerts}");
        ensure!(rows(page).await? == before, "what was trained is kept");
        Ok(())
    })
    .await
}

/// The text of the evaluation that *Download JSON* saves.
async fn evaluation(page: &Page) -> Result<String> {
    page.click("button", "Download JSON").await?;
    let text = String::from_utf8(page.downloaded("evaluation.json").await?)?;
    // Else the next one gets another name.
    std::fs::remove_file(page.browser().downloads().join("evaluation.json"))?;
    Ok(text)
}

#[tokio::test]
async fn what_was_trained_is_back_after_a_reload() -> Result<()> {
    let (text, other) = (results(300), results(330));
    let (_folder, paths) = write(&[("asked.csv", &text), ("other.csv", &other)])?;
    check(async |page| {
        done(page).await?;
        page.click("link", "Query-aware").await?;
        page.upload("Result files", &paths[..1]).await?;
        page.wait_for_text("300 of 300 queries").await?;
        train(page, "Train").await?;
        let before = evaluation(page).await?;
        let is_kept = async |what: &str| {
            page.until("the training to be kept", async || {
                let kept = end_to_end::playground::kept(page).await?;
                Ok(kept.iter().any(|item| item.to_string().contains(what) && !item["trained"].is_null()).then_some(()))
            })
            .await
        };
        is_kept("asked.csv").await?;
        page.browser().client().refresh().await?;
        trained(page).await?;
        ensure!(evaluation(page).await? == before, "another evaluation after the reload");
        page.find("textbox", "Query").await?;
        // Changed since: what was trained is back, and the page says what it is of.
        page.fill("spinbutton", "Threshold", "0.6").await?;
        page.wait_for_text("The set-up has changed since").await?;
        page.until("the form to be kept", async || {
            let kept = end_to_end::playground::kept(page).await?;
            let form = |item: &Value| item["form"].as_str().is_some_and(|form| form.contains(r#""threshold":"0.6""#));
            Ok(kept.iter().any(form).then_some(()))
        })
        .await?;
        page.browser().client().refresh().await?;
        trained(page).await?;
        page.wait_for_text("The set-up has changed since").await?;
        ensure!(evaluation(page).await? == before, "another evaluation than before the change");
        // Other files since: they are not what was trained on, and the page says so.
        page.upload("Result files", &paths[1..]).await?;
        page.wait_for_text("330 of 330 queries").await?;
        is_kept("other.csv").await?;
        page.browser().client().refresh().await?;
        page.wait_for_text("It was on asked.csv: load the same again").await?;
        ensure!(page.text("[role=status]").await? == "Not trained yet");
        page.upload("Result files", &paths[..1]).await?;
        trained(page).await?;
        ensure!(evaluation(page).await? == before, "another evaluation on the same files");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn files_without_text_are_told_what_they_lack() -> Result<()> {
    let text = "query_id,model,score\nq1,a,1\nq1,b,0\nq2,a,0\nq2,b,1\n";
    check(async |page| {
        done(page).await?;
        page.click("link", "Query-aware").await?;
        page.drop_files(".drop", &[("scores.csv", text)]).await?;
        page.wait_for_text("2 of 2 queries").await?;
        page.click("button", "Train").await?;
        page.wait_for_text("These files have no text of the queries").await?;
        page.wait_for_text("They need a column query").await?;
        ensure!(page.text("[role=status]").await? == "Stopped");
        let select = page.find("combobox", "Data set").await?;
        select.select_by_value("sciq").await?;
        page.wait_for_text("The built-in data sets hold scores and costs, but not the text of the queries.").await?;
        // Too few queries: said, and nothing else happens.
        let few = results(10);
        page.drop_files(".drop", &[("few.csv", &few)]).await?;
        page.wait_for_text("10 of 10 queries").await?;
        page.click("button", "Train").await?;
        page.wait_for_text("at least 20 queries with scores").await?;
        ensure!(page.text("[role=status]").await? == "Stopped");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_set_up_rides_in_links_and_the_room_in_the_address() -> Result<()> {
    let text = results(300);
    let (_folder, paths) = write(&[("asked.csv", &text)])?;
    check(async |page| {
        done(page).await?;
        page.click("link", "Query-aware").await?;
        page.upload("Result files", &paths).await?;
        page.wait_for_text("300 of 300 queries").await?;
        for (name, value) in [
            ("Train, %", "55.5"),
            ("Validation, %", "7"),
            ("Split seed", "9"),
            ("Models per query", "2"),
            ("Threshold", "0.4"),
            ("Cost cap", "0.004"),
            ("Latency cap", "250"),
            ("Right from score", "0.5"),
        ] {
            page.fill("spinbutton", name, value).await?;
        }
        let (link, read) = shared(page).await?;
        let part = read.experiment.query_aware.clone().context("a part of its own")?;
        ensure!(read.page.room == "query-aware" && read.experiment.task.success_threshold == 0.5, "{read:?}");
        ensure!((part.max_models, part.threshold, part.split.seed) == (2, 0.4, 9), "{part:?}");
        ensure!((part.split.train, part.split.validation) == (0.555, 0.07), "{part:?}");
        ensure!((part.cost_cap, part.latency_cap_ms) == (Some(0.004), Some(250.0)), "{part:?}");
        // What cannot be is said beside the input, in the other room as well.
        page.fill("spinbutton", "Threshold", "4").await?;
        page.wait_for_text("a number from 0 to 1").await?;
        page.click("link", "Playground").await?;
        page.wait_for_text("a number from 0 to 1").await?;
        page.click("link", "To the input").await?;
        page.fill("spinbutton", "Threshold", "0.4").await?;
        // Back, forward and reloading keep the room, and what was typed.
        page.browser().client().back().await?;
        page.find("spinbutton", "Rounds").await?;
        page.browser().client().forward().await?;
        page.find("spinbutton", "Threshold").await?;
        page.until("the form to be kept", async || {
            let kept = end_to_end::playground::kept(page).await?;
            Ok(kept.iter().any(|item| item.to_string().contains("55.5")).then_some(()))
        })
        .await?;
        page.browser().client().refresh().await?;
        page.wait_for_text("300 of 300 queries").await?;
        let field = page.find("spinbutton", "Train, %").await?;
        ensure!(field.prop("value").await?.as_deref() == Some("55.5"));

        let fragment = link.split_once('#').context("a fragment")?.1.to_owned();
        page.browser().goto("about:blank").await?;
        page.open(&format!("#{fragment}")).await?;
        page.wait_for_text("This link needs 1 file").await?;
        page.upload("Result files", &paths).await?;
        let seed = page.find("spinbutton", "Split seed").await?;
        page.until("the link's set-up", async || Ok((seed.prop("value").await?.as_deref() == Some("9")).then_some(())))
            .await?;
        // What is linked to is trained, without a press.
        trained(page).await?;
        agrees(page, &native(&read.experiment, &[("asked.csv", text.as_bytes())])?).await?;
        // So is the experiment of a saved evaluation.
        let saved = evaluation(page).await?;
        page.fill("spinbutton", "Split seed", "10").await?;
        page.wait_for_text("The set-up has changed since").await?;
        page.drop_files(".page", &[("evaluation.json", &saved)]).await?;
        page.until("the saved set-up", async || Ok((seed.prop("value").await?.as_deref() == Some("9")).then_some(())))
            .await?;
        trained(page).await?;
        ensure!(evaluation(page).await? == saved, "another evaluation than the saved one");
        Ok(())
    })
    .await
}

/// Opens an experiment on files of `../shared/data`, trains, and compares with the engine; `None` where they are not there.
async fn published(name: &str, environment: Value) -> Result<Option<Evaluation>> {
    let shared = std::env::var_os("LLM_SELECTION_SHARED_DATA")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from);
    let source = shared.join(name);
    if !source.is_file() {
        not_run(name, "the shared data are not beside the project");
        return Ok(None);
    }
    let file = source.file_name().and_then(|name| name.to_str()).context("a name")?.to_owned();
    let mut environment = environment;
    environment["kind"] = "replay".into();
    environment["files"] = json!([{ "name": file }]);
    let experiment = json!({
        "version": 1, "environment": environment, "task": { "reward": "suc", "max_models": 1, "budget": null },
        "policies": [{ "kind": "random" }], "run": { "rounds": 100, "replicates": 1 }
    })
    .to_string();
    let expected = native(&Experiment::from_json(&experiment)?, &[(&file, &std::fs::read(&source)?)])?;
    check(async |page| {
        done(page).await?;
        page.click("link", "Query-aware").await?;
        page.drop_files(".drop", &[("experiment.json", &experiment)]).await?;
        page.wait_for_text("This link needs 1 file").await?;
        page.upload("Result files", std::slice::from_ref(&source)).await?;
        // What is opened in the room is trained without a press.
        trained(page).await?;
        page.screenshot("trained").await?;
        agrees(page, &expected).await
    })
    .await?;
    Ok(Some(expected))
}

#[tokio::test]
async fn routellm_gsm8k() -> Result<()> {
    let Some(evaluation) = published("routellm/gsm8k_responses.csv", json!({ "grader": "number" })).await? else {
        return Ok(());
    };
    ensure!(evaluation.split.train + evaluation.split.validation + evaluation.split.test == 1319);
    ensure!(evaluation.oracle.value.is_some_and(|oracle| oracle > 0.85), "{:?}", evaluation.oracle);
    Ok(())
}

#[tokio::test]
async fn llmdrift_prime() -> Result<()> {
    let environment = json!({ "grader": { "regex": r"(?i)\[(yes|no)\]" } });
    let Some(evaluation) = published("llmdrift/PRIME_FULL_EVAL.csv", environment).await? else { return Ok(()) };
    ensure!(evaluation.policies.iter().all(|policy| policy.cost.value.is_some()), "costs are known");
    Ok(())
}

#[tokio::test]
async fn llmdrift_opinions() -> Result<()> {
    let environment = json!({ "grader": "choice-letter", "duplicates": "samples" });
    let Some(evaluation) = published("llmdrift/OPINIONQA_EVAL.csv", environment).await? else { return Ok(()) };
    ensure!(evaluation.split.test > 250, "{:?}", evaluation.split);
    Ok(())
}
