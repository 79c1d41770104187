//! The Playground as a person uses it: runs, files, mistakes. Numbers are those of the engine run natively.

use anyhow::{Context, Result, ensure};
use end_to_end::playground::{agrees, done, example, native, policies, rows};
use end_to_end::{check, not_run};
use serde_json::{Value, json};
use std::path::PathBuf;

/// Files by name and text.
type Files<'a> = &'a [(&'a str, &'a str)];

/// A folder of small result files, one a model.
fn write_files(files: &[(&str, &str)]) -> Result<(tempfile::TempDir, Vec<PathBuf>)> {
    let folder = tempfile::tempdir()?;
    let mut paths = Vec::new();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::write(&path, text)?;
        paths.push(path);
    }
    Ok((folder, paths))
}

/// Per-model results of 120 queries, drawn by a fixed rule.
fn results(model: u64) -> String {
    let mut text = String::from("query_id,score,cost,latency_ms\n");
    for query in 0..120u64 {
        let draw = (query * 7919 + model * 104_729).wrapping_mul(2_654_435_761) >> 7;
        let score = u64::from(draw % 100 < 40 + 12 * model);
        let cost = 0.0004 * (1 + model) as f64 * (1.0 + (draw % 13) as f64 / 13.0);
        text += &format!("q{query},{score},{cost:.6},{}\n", 200 * (model + 1) + draw % 50);
    }
    text
}

#[tokio::test]
async fn opens_running_and_shows_the_numbers_of_the_command_line() -> Result<()> {
    check(async |page| {
        done(page).await?;
        page.screenshot("done").await?;
        agrees(page, &native(&example(), &[])?).await?;
        for name in ["Cumulative regret", "Budget violation", "Reward and cost", "Selection share"] {
            page.find("figure", name).await?;
        }
        ensure!(page.all("status").await?.len() == 1, "exactly one status");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn every_reward_model_runs_to_the_same_numbers() -> Result<()> {
    check(async |page| {
        for (name, reward) in [("Any win (AWC)", "awc"), ("All in (AIC)", "aic")] {
            done(page).await?;
            page.click("radio", name).await?;
            page.until("a new run", async || Ok((!page.text("[role=status]").await?.ends_with("Done")).then_some(())))
                .await
                .ok();
            let mut experiment = example();
            experiment["task"]["reward"] = json!(reward);
            let expected = native(&experiment, &[])?;
            page.until(name, async || {
                done(page).await?;
                Ok(agrees(page, &expected).await.is_ok().then_some(()))
            })
            .await?;
            agrees(page, &expected).await?;
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn pauses_goes_on_and_resets() -> Result<()> {
    check(async |page| {
        page.fill("spinbutton", "Rounds", "1000000").await?;
        page.find("progressbar", "Progress of the run").await?;
        page.until("some rounds", async || Ok(page.text("[role=status]").await?.starts_with("Round").then_some(())))
            .await?;
        page.click("button", "Pause").await?;
        let paused = page.text("[role=status]").await?;
        ensure!(paused.starts_with("Paused"), "{paused}");
        // At full speed the replicates are never all at one round.
        ensure!(paused.ends_with("Step brings all to one round"), "{paused}");
        ensure!(page.find("button", "Run").await?.is_enabled().await?, "Run is enabled while paused");
        ensure!(!page.find("button", "Pause").await?.is_enabled().await?, "Pause is disabled while paused");
        let kept = rows(page).await?;
        ensure!(kept.len() == 7, "what was played is kept");
        page.click("button", "Run").await?;
        let running = page.text("[role=status]").await?;
        ensure!(running.starts_with("Running") || running.starts_with("Round"), "{running}");
        page.click("button", "Reset").await?;
        let reset = page.text("[role=status]").await?;
        ensure!(reset.starts_with("Round 0 of"), "{reset}");
        let rounds = page.find("spinbutton", "Rounds").await?.prop("value").await?;
        ensure!(rounds.as_deref() == Some("1000000"), "settings are kept: {rounds:?}");
        page.fill("spinbutton", "Rounds", "2000").await?;
        page.click("button", "Run").await?;
        let mut experiment = example();
        experiment["run"]["rounds"] = json!(2000);
        done(page).await?;
        agrees(page, &native(&experiment, &[])?).await
    })
    .await
}

#[tokio::test]
async fn reads_several_files_and_plays_on_them() -> Result<()> {
    let texts: Vec<String> = (0..4).map(results).collect();
    let names = ["nano.csv", "small.csv", "medium.csv", "large.csv"];
    let files: Vec<(&str, &str)> = names.iter().copied().zip(texts.iter().map(String::as_str)).collect();
    let (_folder, paths) = write_files(&files)?;
    check(async |page| {
        done(page).await?;
        page.upload("Result files", &paths).await?;
        page.wait_for_text("120 of 120 queries").await?;
        done(page).await?;
        page.screenshot("files").await?;
        page.find("table", "Import audit").await.ok().context("the audit")?;
        let budget = page.find("spinbutton", "Budget per query").await?.prop("value").await?.context("a budget")?;
        page.fill("spinbutton", "Budget per query", "0.002").await?;
        page.fill("spinbutton", "Models per query", "2").await?;
        ensure!(budget.parse::<f64>()? > 0.0, "{budget}");
        let labels: Vec<String> = rows(page).await?.into_iter().map(|(name, _)| name).collect();
        let fixed =
            labels.iter().find_map(|label| names.iter().find(|name| label.contains(name.trim_end_matches(".csv"))));
        let list: Vec<Value> = names.iter().map(|name| json!({ "name": name })).collect();
        let experiment = json!({
            "version": 1,
            "environment": { "kind": "replay", "files": list },
            "task": { "reward": "suc", "max_models": 2, "budget": 0.002 },
            "policies": policies(fixed.unwrap_or(&"large.csv").trim_end_matches(".csv")),
            "run": { "rounds": 10000, "replicates": 10, "seed": 1 }
        });
        let expected = native(&experiment, &files)?;
        page.until("the numbers of the command line", async || {
            done(page).await?;
            Ok(agrees(page, &expected).await.is_ok().then_some(()))
        })
        .await
        .ok();
        agrees(page, &expected).await
    })
    .await
}

#[tokio::test]
async fn a_bad_file_is_an_alert_and_changes_nothing() -> Result<()> {
    check(async |page| {
        done(page).await?;
        let before = rows(page).await?;
        let cases: [(Files, &[&str]); 5] = [
            (&[("empty.csv", "")], &["empty.csv", "empty"]),
            (&[("a.csv", "query_id,score\n1,1\n2,n/a\n")], &["a.csv", "3", "score", "n/a"]),
            (&[("b.csv", "query_id,score,cost\n1,1,-4\n")], &["b.csv", "2", "cost", "-4"]),
            (&[("c.csv", "query_id,score\n1,1\n2\n")], &["c.csv", "3"]),
            (&[("d.csv", "query_id,score\n1,1\n"), ("e.csv", "query_id,score\n9,1\n")], &["d"]),
        ];
        for (files, words) in cases {
            page.drop_files(".drop", files).await?;
            let shown = page
                .until(&format!("an alert about {words:?}"), async || {
                    let alert = page
                        .script(
                            "return [...document.querySelectorAll('[role=alert]')].map(a => a.innerText).join('\\n')",
                        )
                        .await?;
                    let alert = alert.as_str().unwrap_or_default().to_string();
                    Ok(words.iter().all(|word| alert.contains(word)).then_some(alert))
                })
                .await?;
            ensure!(!shown.contains("undefined"), "{shown}");
        }
        page.screenshot("alert").await?;
        ensure!(rows(page).await? == before, "the results before are still there");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_bad_setting_is_an_alert_and_the_last_good_run_stays() -> Result<()> {
    check(async |page| {
        done(page).await?;
        let before = rows(page).await?;
        for (field, value) in [
            ("Budget per query", "-1"),
            ("Budget per query", "0"),
            ("Models per query", "0"),
            ("Models per query", "10"),
            ("Rounds", "0"),
            ("Rounds", "1000001"),
            ("Replicates", "1001"),
            ("Seed", "-3"),
        ] {
            let good = page.find("spinbutton", field).await?.prop("value").await?.context("a value")?;
            page.fill("spinbutton", field, value).await?;
            page.until(&format!("an alert about {field} {value}"), async || {
                let alert = page
                    .script("return [...document.querySelectorAll('[role=alert]')].map(a => a.innerText).join('\\n')")
                    .await?;
                Ok(alert.as_str().is_some_and(|text| text.contains(value)).then_some(()))
            })
            .await?;
            let invalid = page.find("spinbutton", field).await?.attr("aria-invalid").await?;
            ensure!(invalid.as_deref() == Some("true"), "{field}: {invalid:?}");
            ensure!(rows(page).await? == before, "{field} {value}: the last good run stays");
            page.fill("spinbutton", field, &good).await?;
            page.until("no alert", async || {
                Ok((page.script("return document.querySelectorAll('[role=alert]').length").await? == 0).then_some(()))
            })
            .await?;
            done(page).await?;
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn curves_can_be_taken_away() -> Result<()> {
    check(async |page| {
        done(page).await?;
        let expected = native(&example(), &[])?;
        page.click("button", "Curves, CSV").await?;
        let csv = String::from_utf8(page.downloaded("curves.csv").await?)?;
        ensure!(csv == llm_selection::summary::curves_csv(&expected), "the curves are the command line's");
        // What stands beside the table is the table.
        page.click("button", "Download CSV").await?;
        let csv = String::from_utf8(page.downloaded("results.csv").await?)?;
        let regret = expected.policies[0].finals.regret.mean.unwrap_or_default();
        ensure!(csv.starts_with("Policy,Regret,Regret ci95,") && csv.contains(&regret.to_string()), "{csv}");
        ensure!(csv.lines().count() == 1 + expected.policies.len(), "one row a policy: {csv}");
        Ok(())
    })
    .await
}

/// LLMDrift's PRIME questions, given scores: the shared data need not be there.
#[tokio::test]
async fn llmdrift_prime_runs_in_the_page() -> Result<()> {
    let shared = std::env::var_os("LLM_SELECTION_SHARED_DATA")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"), PathBuf::from);
    let source = shared.join("llmdrift/PRIME_FULL_EVAL.csv");
    if !source.is_file() {
        not_run("LLMDrift's PRIME in the page", "the LLMDrift data are not beside the project");
        return Ok(());
    }
    let mut reader = csv::Reader::from_path(source)?;
    let headers = reader.headers()?.clone();
    let column = |name: &str| headers.iter().position(|header| header == name).with_context(|| name.to_string());
    let (model, id, reference) = (column("model")?, column("id")?, column("ref_answer")?);
    let (answer, latency, cost) = (column("answer")?, column("latency")?, column("cost")?);
    let mut text = String::from("model,query_id,score,latency,cost\n");
    for record in reader.records() {
        let record = record?;
        let said = record[answer].to_lowercase();
        let verdict = ["[yes]", "[no]"].into_iter().filter_map(|word| said.find(word).map(|place| (place, word))).min();
        let right =
            verdict.is_some_and(|(_, word)| record[reference].to_lowercase().contains(word.trim_matches(['[', ']'])));
        text +=
            &format!("{},{},{},{},{}\n", &record[model], &record[id], u8::from(right), &record[latency], &record[cost]);
    }
    let (_folder, paths) = write_files(&[("prime.csv", &text)])?;
    check(async |page| {
        done(page).await?;
        page.upload("Result files", &paths).await?;
        page.wait_for_text("1 000 of 1 000 queries").await?;
        done(page).await?;
        page.screenshot("prime").await?;
        let audit = page.script("return document.querySelector('table[aria-label=\"Import audit\"]')?.textContent ?? document.body.textContent").await?;
        let audit = audit.as_str().unwrap_or_default();
        for accuracy in ["0.508", "0.681", "0.840", "0.502"] {
            ensure!(audit.contains(accuracy) || audit.contains(accuracy.trim_end_matches('0')), "{accuracy}: {audit}");
        }
        Ok(())
    })
    .await
}
