//! Token embeddings in the room Query-aware: the same numbers as natively, and what is wrong with a table said beside it.

use crate::files::{host, name_host};
use anyhow::{Context, Result, ensure};
use end_to_end::playground::{alerts, done, kept};
use end_to_end::{Page, Server, check, check_at, copy_site};
use llm_selection::data::{FileIdentity, InputFile};
use llm_selection::experiment::Experiment;
use llm_selection::link::Link;
use llm_selection::query_aware::ask::ask;
use llm_selection::query_aware::embeddings::Embeddings;
use llm_selection::query_aware::select::Limits;
use llm_selection::query_aware::steps::evaluate_files;
use llm_selection::random::{hash, unit};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Questions of two kinds, and of two models each knows one kind.
fn results() -> String {
    let mut text = String::from("query_id,model,score,query,answer\n");
    for query in 0..200u64 {
        for model in 0..2 {
            let right = (query % 2 == model) != (unit(hash(model, query)) < 0.15);
            let asked = ["how many apples", "who wrote poems"][(query % 2) as usize];
            let answer = if right { "A" } else { "B" };
            text += &format!("q{query},m{model},{},{asked} {},{answer}\n", u8::from(right), query % 9);
        }
    }
    text
}

/// Five tokens with a vector each, or one vector less than there are tokens.
fn table(folder: &Path, rows: usize) -> Result<Vec<PathBuf>> {
    let vocab = json!({ "[UNK]": 0, "how": 1, "apples": 2, "who": 3, "poems": 4 });
    let tokenizer = json!({
        "normalizer": { "type": "BertNormalizer", "lowercase": true },
        "pre_tokenizer": { "type": "BertPreTokenizer" },
        "model": { "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "vocab": vocab }
    });
    let values: Vec<u8> = [0.0f32, 0.5, 1.0, 0.25, 1.5, -0.5, -1.0, 0.75, -2.0, 0.125]
        .iter()
        .take(rows * 2)
        .flat_map(|value| value.to_le_bytes())
        .collect();
    let header = json!({ "embeddings": { "dtype": "F32", "shape": [rows, 2], "data_offsets": [0, values.len()] } });
    let header = header.to_string();
    let model = [&(header.len() as u64).to_le_bytes(), header.as_bytes(), &values].concat();
    let config = br#"{ "normalize": false }"#.to_vec();
    let files =
        [("tokenizer.json", tokenizer.to_string().into_bytes()), ("model.safetensors", model), ("config.json", config)];
    files
        .into_iter()
        .map(|(name, bytes)| {
            let path = folder.join(name);
            std::fs::write(&path, bytes)?;
            Ok(path)
        })
        .collect()
}

/// Trains, and waits for what the status says then.
async fn train(page: &Page, button: &str, end: &str) -> Result<()> {
    page.click("button", button).await?;
    status(page, end).await
}

/// Waits until the status ends so.
async fn status(page: &Page, end: &str) -> Result<()> {
    page.until(end, async || Ok(page.text("[role=status]").await?.ends_with(end).then_some(()))).await
}

/// Waits until an alert says this.
async fn alerted(page: &Page, said: &str) -> Result<()> {
    page.until(&format!("an alert: {said}"), async || Ok(alerts(page).await?.contains(said).then_some(()))).await
}

#[tokio::test]
async fn a_table_counts_as_it_does_natively_and_a_broken_one_is_an_alert() -> Result<()> {
    let text = results();
    let (folder, broken) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let data = folder.path().join("asked.csv");
    std::fs::write(&data, &text)?;
    let (whole, broken) = (table(folder.path(), 5)?, table(broken.path(), 4)?);
    check(async |page| {
        done(page).await?;
        page.click("link", "Query-aware").await?;
        page.upload("Result files", std::slice::from_ref(&data)).await?;
        page.wait_for_text("200 of 200 queries").await?;
        // A file at a time: what lacks is said, and nothing can begin.
        page.upload("Token embeddings", &whole[..1]).await?;
        page.wait_for_text("a file model.safetensors beside the others").await?;
        ensure!(!page.find("button", "Train").await?.is_enabled().await?, "a table that lacks a file");
        page.upload("Token embeddings", &whole[1..]).await?;
        page.wait_for_text("config.json").await?;
        train(page, "Train", "Done").await?;
        ensure!(alerts(page).await?.is_empty(), "{}", alerts(page).await?);
        page.click("button", "Share").await?;
        let field = page.find("textbox", "Link to this experiment").await?;
        let experiment: Experiment = Link::decode(&field.prop("value").await?.context("a link")?)?.experiment;
        page.click("button", "Share").await?;
        page.click("button", "Download JSON").await?;
        let json = page.downloaded("evaluation.json").await?;
        let contents = whole.iter().map(std::fs::read).collect::<std::io::Result<Vec<_>>>()?;
        let embeddings = Embeddings::from_bytes(&contents[0], contents[1].clone(), Some(&contents[2]))?;
        let native = |table| {
            let files = vec![InputFile::from_bytes("asked.csv", text.as_bytes())];
            evaluate_files(&experiment, files, table, &mut |_, _| true)
        };
        let (queries, evaluated) = native(Some(&embeddings))?;
        ensure!(json == evaluated.evaluation.to_json().as_bytes(), "the evaluation differs from the engine's");
        let without = native(None)?.1.evaluation.classifier;
        ensure!(without != evaluated.evaluation.classifier, "the table changes nothing");
        // A typed query has its vector.
        let asked = "apples, apples";
        page.fill("textbox", "Query", asked).await?;
        let evaluation = &evaluated.evaluation;
        let place = evaluation.policies.iter().position(|policy| policy.name == evaluation.gap.policy);
        let part = experiment.query_aware.clone().unwrap_or_default();
        let limits = Limits { models: part.max_models as usize, threshold: part.threshold };
        let rule = &evaluated.rules[place.unwrap_or_default()];
        let advice = ask(&queries, &evaluated, Some(&embeddings), rule, limits, asked)?;
        let mut expected: Vec<f64> = advice.models.iter().map(|model| model.p).collect();
        expected.sort_by(|a, b| b.total_cmp(a));
        let script =
            "return [...document.querySelectorAll('.conf tbody data')].map(data => data.getAttribute('value'))";
        page.until(&format!("{expected:?}"), async || {
            let found: Vec<String> = serde_json::from_value(page.script(script).await?)?;
            // As texts: some drivers round numbers on their way.
            let found = found.iter().map(|value| value.parse()).collect::<Result<Vec<f64>, _>>()?;
            Ok((found == expected).then_some(()))
        })
        .await?;
        // A broken one in its place: said beside it, and what was trained stays.
        page.upload("Token embeddings", &broken).await?;
        page.wait_for_text("The set-up has changed since").await?;
        train(page, "Train again", "Stopped").await?;
        let said = alerts(page).await?;
        ensure!(said.contains("model.safetensors") && said.contains("5 rows, one a token"), "{said}");
        ensure!(said.contains("What was trained before is kept."), "{said}");
        page.find("table", "Policies").await?;
        page.click("button", "Take the embeddings away").await?;
        ensure!(alerts(page).await?.is_empty(), "{}", alerts(page).await?);
        // Dropped there, files that are none of a table are refused, and not read as results.
        page.drop_files("#qa-table", &[("vocab.txt", "a")]).await?;
        alerted(page, "vocab.txt").await?;
        page.wait_for_text("200 of 200 queries").await
    })
    .await
}

#[tokio::test]
async fn a_table_that_the_address_names_is_there_as_if_it_had_been_dropped() -> Result<()> {
    let (text, slow) = (results(), host().await?);
    let folder = tempfile::tempdir()?;
    copy_site(folder.path())?;
    name_host(folder.path(), &slow)?;
    for name in ["table", "half"] {
        std::fs::create_dir(folder.path().join(name))?;
    }
    let files = table(&folder.path().join("table"), 5)?;
    std::fs::copy(&files[0], folder.path().join("half/tokenizer.json"))?;
    let data = folder.path().join("asked.csv");
    std::fs::write(&data, &text)?;
    let server = Server::start(folder.path())?;
    check_at(server.url(), async |page| {
        page.open("?embeddings=table/#query-aware").await?;
        page.find("button", "Take the embeddings away").await?;
        page.upload("Result files", std::slice::from_ref(&data)).await?;
        page.wait_for_text("200 of 200 queries").await?;
        train(page, "Train", "Done").await?;
        page.click("button", "Download JSON").await?;
        let saved: Value = serde_json::from_slice(&page.downloaded("evaluation.json").await?)?;
        let identities = files.iter().map(|path| {
            let name = path.file_name().and_then(|name| name.to_str()).context("a name")?;
            Ok(FileIdentity::of(name, &std::fs::read(path)?))
        });
        let identities: Vec<FileIdentity> = identities.collect::<Result<_>>()?;
        ensure!(saved["embeddings"] == serde_json::to_value(identities)?, "{}", saved["embeddings"]);
        page.until("the training to be kept", async || {
            Ok(kept(page).await?.iter().any(|item| item["trained"]["embeddings"] == true).then_some(()))
        })
        .await?;
        // It is fetched anew after a reload, and then what was trained is trained again.
        page.browser().client().refresh().await?;
        status(page, "Done").await?;
        page.find("button", "Take the embeddings away").await?;
        page.find("table", "Policies").await?;
        // Where the address names none, they are lacking.
        page.browser().goto("about:blank").await?;
        page.open("#query-aware").await?;
        page.wait_for_text("The browser keeps no token embeddings").await?;
        page.screenshot("lacking").await?;
        page.upload("Token embeddings", &files).await?;
        status(page, "Done").await?;
        // One that comes no further is given up by the person.
        page.open(&format!("?embeddings={slow}/endless#query-aware")).await?;
        page.find("progressbar", "Fetching token embeddings").await?;
        page.screenshot("fetching").await?;
        ensure!(!page.find("button", "Train").await?.is_enabled().await?, "a table that is on its way");
        page.click("button", "Go on without them").await?;
        page.until("the download to end", async || {
            let left = page.all("progressbar").await?.into_iter().any(|(_, name)| name == "Fetching token embeddings");
            Ok((!left).then_some(()))
        })
        .await?;
        ensure!(page.find("button", "Train").await?.is_enabled().await? && alerts(page).await?.is_empty());
        for (folder, said) in [
            ("https://example.org/table", "download it and drop it here"),
            ("half", "found the answer 404"),
            ("./%3F", "found a web page (HTML), expected a file of token embeddings"),
        ] {
            page.open(&format!("?embeddings={folder}#query-aware")).await?;
            alerted(page, said).await?;
            // What the tab kept is back, and training goes on without them.
            page.wait_for_text("200 of 200 queries").await?;
            ensure!(page.find("button", "Train").await?.is_enabled().await?, "{folder}");
        }
        // The browser logs what is not there.
        page.browser().console().await.map(drop)
    })
    .await
}
