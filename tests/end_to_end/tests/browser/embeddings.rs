//! Token embeddings in the room Query-aware: the same numbers as natively, and what is wrong with a table said beside it.

use anyhow::{Context, Result, ensure};
use end_to_end::playground::{alerts, done};
use end_to_end::{Page, check};
use llm_selection::data::InputFile;
use llm_selection::experiment::Experiment;
use llm_selection::link::Link;
use llm_selection::query_aware::ask::ask;
use llm_selection::query_aware::embeddings::Embeddings;
use llm_selection::query_aware::select::Limits;
use llm_selection::query_aware::steps::evaluate_files;
use llm_selection::random::{hash, unit};
use serde_json::json;
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
    page.until(end, async || Ok(page.text("[role=status]").await?.ends_with(end).then_some(()))).await
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
        let without = native(None)?.1.evaluation.policies;
        ensure!(without != evaluated.evaluation.policies, "the table changes nothing");
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
        page.until("an alert", async || Ok(alerts(page).await?.contains("vocab.txt").then_some(()))).await?;
        page.wait_for_text("200 of 200 queries").await
    })
    .await
}
