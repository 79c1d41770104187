//! The JavaScript interface, in somebody else's page and in node.

use anyhow::{Context, Result, ensure};
use end_to_end::{check, dist};
use serde_json::Value;

/// A small experiment on files, and the digest that it must have.
fn golden() -> Result<(String, String, String)> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../golden_experiments");
    let experiment = std::fs::read_to_string(folder.join("replay-iid.json"))?;
    let answers = std::fs::read_to_string(folder.join("answers.csv"))?;
    let list = std::fs::read_to_string(folder.join("mod.rs"))?;
    let after = list.split("\"replay-iid\"").nth(1).context("the golden digest")?;
    let digest = after.split('"').find(|text| text.len() == 64).context("the golden digest")?;
    Ok((experiment, answers, digest.to_string()))
}

/// The same program for both: runs, watches progress, audits, makes mistakes, cancels.
fn program(module: &str) -> Result<String> {
    let (experiment, answers, _) = golden()?;
    let (experiment, answers) = (serde_json::to_string(&experiment)?, serde_json::to_string(&answers)?);
    Ok(format!(
        "const {{ simulate, audit }} = await import({module});
        const experiment = JSON.parse({experiment}), files = [{{ name: 'answers.csv', text: {answers} }}];
        let steps = 0, last;
        const result = await simulate(experiment, files, {{ onProgress: (progress) => {{ steps++; last = progress; }} }});
        const report = await audit(files);
        const wrong = await simulate({{ ...experiment, task: {{ reward: 'awc', budget: -1 }} }}, files).catch((error) => error);
        const cancelled = await simulate(experiment, files, {{ signal: AbortSignal.abort() }}).catch((error) => error.name);
        const broken = await audit([{{ name: 'x.csv', text: '' }}]).catch((error) => error);
        const found = {{ digest: result.digest, plain: Object.getPrototypeOf(result) === Object.prototype,
            policies: result.policies.length, mean: Array.isArray(result.policies[0].regret.mean), selection: result.policies[0].selection.small,
            steps, last, queries: report.queries, format: report.format, isError: wrong instanceof Error, kind: wrong.kind,
            field: wrong.place?.field, message: wrong.message, cancelled, file: broken.place?.file }};"
    ))
}

fn judge(found: &Value) -> Result<()> {
    let (_, _, digest) = golden()?;
    ensure!(found["digest"] == digest.as_str(), "{found}");
    ensure!(found["plain"] == true && found["mean"] == true && found["policies"] == 6, "{found}");
    ensure!(found["selection"].is_number() && found["last"]["round"] == found["last"]["rounds"], "{found}");
    ensure!(found["steps"].as_u64() >= Some(1) && found["queries"] == 60 && found["format"] == "neutral", "{found}");
    ensure!(found["isError"] == true && found["kind"] == "OutOfRange" && found["field"] == "task.budget", "{found}");
    ensure!(found["message"].as_str().is_some_and(|text| text.contains("found `-1`")), "{found}");
    ensure!(found["cancelled"] == "AbortError" && found["file"] == "x.csv", "{found}");
    Ok(())
}

#[tokio::test]
async fn works_in_a_page() -> Result<()> {
    check(async |page| {
        let found = page
            .script_async(&format!("{} return found;", program("new URL('./api/llm_selection.js', document.baseURI)")?))
            .await?;
        judge(&found)
    })
    .await
}

#[test]
fn works_in_node() -> Result<()> {
    let module = dist().canonicalize()?.join("api/llm_selection.js");
    let module = serde_json::to_string(&format!("file://{}", module.display()))?;
    let script = format!("{} console.log(JSON.stringify(found));", program(&module)?);
    let output = match std::process::Command::new("node").args(["--input-type=module", "--eval", &script]).output() {
        Ok(output) => output,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            println!("not run: node is not installed here");
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    };
    ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    judge(&serde_json::from_slice(&output.stdout)?)
}
