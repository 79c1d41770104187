//! The JavaScript interface, in somebody else's page and in node.

use anyhow::{Context, Result, ensure};
use end_to_end::golden_experiments::{GOLDEN, file};
use end_to_end::{check, dist, not_run};
use serde_json::{Value, json};

/// The data that golden experiments on files play on.
const ANSWERS: &str = include_str!("../../../golden_experiments/answers.csv");

/// A small experiment on files, and the digest that it must have.
fn golden() -> Result<(&'static str, &'static str)> {
    let found = GOLDEN.iter().find(|(name, ..)| *name == "replay-iid").context("the golden experiment")?;
    Ok((found.1, found.2))
}

/// The same program for both: runs, watches progress, audits, makes mistakes, cancels.
fn program(module: &str) -> Result<String> {
    let (experiment, answers) = (serde_json::to_string(golden()?.0)?, serde_json::to_string(ANSWERS)?);
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
    ensure!(found["digest"] == golden()?.1, "{found}");
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

/// What a script prints as JSON in node, which finds the interface's address in `module`; `None` where node is missing.
fn node(check: &str, script: &str) -> Result<Option<Value>> {
    let module = url::Url::from_file_path(dist().canonicalize()?.join("api/llm_selection.js"));
    let module = module.ok().context("the interface's address")?;
    let script = format!("const module = {:?}; {script}", module.as_str());
    match std::process::Command::new("node").args(["--input-type=module", "--eval", &script]).output() {
        Ok(output) => {
            ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            Ok(Some(serde_json::from_slice(&output.stdout)?))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            not_run(check, "node is not installed here");
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

#[test]
fn works_in_node() -> Result<()> {
    let script = format!("{} console.log(JSON.stringify(found));", program("module")?);
    node("the JavaScript interface in node", &script)?.map_or(Ok(()), |found| judge(&found))
}

#[test]
fn golden_experiments_have_the_same_digests_in_node() -> Result<()> {
    let experiments: Vec<&str> = GOLDEN.iter().map(|(_, text, _)| *text).collect();
    let script = format!(
        "const {{ simulate }} = await import(module);
        const digests = [];
        for (const text of {}) {{
            const names = (JSON.parse(text).environment.files ?? []).map(({{ name }}) => name);
            const files = names.map((name) => ({{ name, text: {}[name] }}));
            digests.push((await simulate(text, files)).digest);
        }}
        console.log(JSON.stringify(digests));",
        json!(experiments),
        json!({ "answers.csv": ANSWERS, "gaps.csv": file("gaps.csv"), "texts.csv": file("texts.csv") })
    );
    if let Some(found) = node("the digests of the golden experiments in node", &script)? {
        let expected: Vec<&str> = GOLDEN.iter().map(|(.., digest)| *digest).collect();
        ensure!(found == json!(expected), "found {found}, expected {expected:?}");
    }
    Ok(())
}
