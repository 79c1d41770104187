//! The Playground's opening experiment, and its results on the page beside those of the engine run natively.

use crate::Page;
use anyhow::{Result, ensure};
use llm_selection::data::{ImportOptions, InputFile, import};
use llm_selection::experiment::Experiment;
use llm_selection::plan::{Plan, Playable, WithTexts};
use llm_selection::query_aware::queries::{Queries, QueryOptions};
use llm_selection::run::run_in_threads;
use llm_selection::summary::{Figure, RunResult};
use serde_json::{Value, json};
use std::sync::Arc;

/// The experiment that the page opens with.
pub fn example() -> Value {
    let models = [
        ("GPT-4", 0.86, 0.60),
        ("Claude 2", 0.84, 0.45),
        ("GPT-3.5", 0.80, 0.36),
        ("Claude 1.2", 0.77, 0.25),
        ("Mixtral-8x7B", 0.72, 0.20),
        ("Llama 2-70B", 0.66, 0.14),
        ("ForeFrontAI", 0.60, 0.09),
        ("Llama 2-13B", 0.55, 0.05),
        ("ChatGLM2", 0.48, 0.03),
    ]
    .map(|(name, reward, cost)| json!({ "name": name, "reward": reward, "cost": cost }));
    json!({
        "version": 1,
        "environment": { "kind": "synthetic", "cost_spread": 0.5, "cost_scale": 1, "models": models },
        "task": { "reward": "suc", "max_models": 3, "budget": 0.6 },
        "policies": policies("GPT-4"),
        "run": { "rounds": 10000, "replicates": 10, "seed": 1 }
    })
}

/// The seven policies the page opens with; the fixed one plays `fixed`.
pub fn policies(fixed: &str) -> Value {
    json!([
        { "kind": "c2mab-v", "alpha_mu": 0.3, "alpha_c": 0.05 }, { "kind": "cucb" }, { "kind": "thompson" },
        { "kind": "epsilon-greedy", "epsilon": 0.1 }, { "kind": "fixed", "models": [fixed] }, { "kind": "random" },
        { "kind": "oracle" }
    ])
}

/// What the engine, run natively, makes of an experiment.
///
/// # Errors
/// Those of the engine.
pub fn native(experiment: &Value, files: &[(&str, &str)]) -> Result<RunResult> {
    let experiment = Experiment::from_json(&experiment.to_string())?;
    let data = if files.is_empty() {
        None
    } else {
        let held: Vec<(String, String)> =
            files.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        let data = import(inputs(&held), &ImportOptions::default(), &mut |_| true)?.dataset;
        let read = move |threshold: f64, columns: &[String]| {
            let options = QueryOptions { threshold, columns: columns.to_vec(), ..QueryOptions::default() };
            let (queries, import) = Queries::read(inputs(&held), &options, &mut |_| true)?;
            Ok((queries, import.dataset.files))
        };
        Some(WithTexts::new(Arc::new(data), Box::new(read)))
    };
    let data = data.as_ref().map(|data| data as &dyn Playable);
    Ok(run_in_threads(Plan::on(&experiment, data)?, 2, |_| ())?)
}

fn inputs(held: &[(String, String)]) -> Vec<InputFile<'_>> {
    held.iter().map(|(name, text)| InputFile::from_bytes(name.clone(), text.as_bytes())).collect()
}

/// Waits for the run to end.
///
/// # Errors
/// When it does not within 30 s.
pub async fn done(page: &Page) -> Result<()> {
    page.until("the status Done", async || Ok(page.text("[role=status]").await?.ends_with("Done").then_some(()))).await
}

/// The rows of the results table: the policy, then every `<data value>` in it.
///
/// # Errors
/// When there is no such table.
pub async fn rows(page: &Page) -> Result<Vec<(String, Vec<String>)>> {
    page.find("table", "Results").await?;
    let script = "return [...document.querySelectorAll('table[aria-label=Results] tbody tr')].map(row =>
        [row.querySelector('th').innerText.trim(), [...row.querySelectorAll('data')].map(data => data.getAttribute('value'))])";
    Ok(serde_json::from_value(page.script(script).await?)?)
}

/// The table must hold the engine's own numbers, to the last bit.
///
/// # Errors
/// When it does not.
pub async fn agrees(page: &Page, expected: &RunResult) -> Result<()> {
    let rows = rows(page).await?;
    ensure!(rows.len() == expected.policies.len(), "{} rows", rows.len());
    for ((name, values), policy) in rows.iter().zip(&expected.policies) {
        let finals = &policy.finals;
        let columns = [
            finals.regret,
            finals.violation,
            finals.reward,
            finals.cost,
            finals.ratio,
            finals.calls,
            finals.infeasible_rounds,
        ];
        let expected: Vec<f64> = columns.into_iter().filter_map(|figure: Figure| figure.mean).collect();
        let found: Vec<f64> =
            values.iter().filter_map(|value| value.parse().ok()).filter(|v: &f64| v.is_finite()).collect();
        ensure!(found == expected, "{name}: found {found:?}, expected {expected:?}");
    }
    Ok(())
}

/// The texts of all alerts on the page.
///
/// # Errors
/// When the browser is gone.
pub async fn alerts(page: &Page) -> Result<String> {
    let script = "return [...document.querySelectorAll('[role=alert]')].map(alert => alert.innerText).join('\\n')";
    Ok(page.script(script).await?.as_str().unwrap_or_default().to_owned())
}

/// What the database holds, item by item, read past the page.
///
/// # Errors
/// When the browser is gone.
pub async fn kept(page: &Page) -> Result<Vec<Value>> {
    let items = page
        .script_async(
            "const asked = (request) => new Promise((done, failed) => {
                request.onsuccess = () => done(request.result);
                request.onerror = () => failed(request.error);
            });
            if (!(await indexedDB.databases()).some((one) => one.name === 'llm-selection-workspace')) return [];
            const database = await asked(indexedDB.open('llm-selection-workspace'));
            try {
                if (!database.objectStoreNames.contains('items')) return [];
                return (await asked(database.transaction('items').objectStore('items').getAll())).map((item) => JSON.parse(item));
            } finally {
                database.close();
            }",
        )
        .await?;
    Ok(serde_json::from_value(items)?)
}
