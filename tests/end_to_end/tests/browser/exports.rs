//! What leaves the page: the same bytes as on the command line, and it can be opened again; hostile names in it and around
//! it are names.

use anyhow::{Result, ensure};
use end_to_end::playground::{alerts, done, example, native, rows};
use end_to_end::{Page, check};
use llm_selection::data::ImportOptions;
use llm_selection::summary::curves_csv;
use llm_selection::workspace::{self, Item, Kind};
use serde_json::{Value, json};
use std::io::Cursor;

/// Waits for *Export*, which comes a moment after the first run.
async fn arrived(page: &Page) -> Result<()> {
    let there =
        async || Ok((page.script("return document.getElementById('paper') !== null").await? == true).then_some(()));
    page.until("the card Export", there).await
}

/// Opens *Export* and presses one of its buttons.
async fn export(page: &Page, button: &str) -> Result<()> {
    arrived(page).await?;
    page.script("document.getElementById('export').showPopover()").await?;
    page.click("button", button).await?;
    page.script("document.getElementById('export').hidePopover()").await?;
    Ok(())
}

#[tokio::test]
async fn results_are_those_of_the_command_line_and_open_again() -> Result<()> {
    check(async |page| {
        done(page).await?;
        let expected = native(&example(), &[])?;
        export(page, "Results JSON").await?;
        let text = String::from_utf8(page.downloaded("results.json").await?)?;
        ensure!(text == expected.to_json() + "\n", "other results than the command line's");
        export(page, "Curves CSV").await?;
        ensure!(page.downloaded("curves.csv").await? == curves_csv(&expected).into_bytes());

        // Dropped, the result is played again and compared; a forged one is told from it.
        page.drop_files(".page", &[("results.json", &text)]).await?;
        page.wait_for_text("The run gives what results.json says, to the last bit").await?;
        let forged = text.replace(&expected.digest, &"0".repeat(64));
        page.drop_files(".page", &[("forged.json", &forged)]).await?;
        page.wait_for_text("Another result").await?;
        // What cannot be opened is said to be what it is.
        page.drop_files(".page", &[("curves.csv", &curves_csv(&expected))]).await?;
        page.wait_for_text("found a file of curves").await?;

        // A workspace goes where workspaces go.
        let item = Item {
            id: "1".into(),
            name: "Carried over".into(),
            kind: Kind::Saved,
            saved: 1.7e12,
            form: "{}".into(),
            options: ImportOptions::default(),
            files: Vec::new(),
            result: None,
            trained: None,
        };
        let bytes = workspace::write(&[item], Vec::new(), |_| Ok(Cursor::new(Vec::new())))?;
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("workspace.zip");
        std::fs::write(&file, bytes)?;
        page.upload("Result files", &[file]).await?;
        page.wait_for_text("Added: 1 item").await
    })
    .await
}

#[tokio::test]
async fn figures_have_the_size_of_paper() -> Result<()> {
    check(async |page| {
        done(page).await?;
        arrived(page).await?;
        let choose = "const select = document.getElementById('paper');
            select.selectedIndex = 1; select.dispatchEvent(new Event('change', { bubbles: true }));";
        page.script(choose).await?;
        page.click("button", "Save Cumulative regret").await?;
        page.click("button", "Download SVG").await?;
        let svg = String::from_utf8(page.downloaded("regret.svg").await?)?;
        ensure!(svg.contains("width=\"3.4000in\"") && svg.contains("stroke-dasharray=\"8 3\""), "{svg}");
        page.click("button", "Save Cumulative regret").await?;
        page.click("button", "Download PNG").await?;
        let png = page.downloaded("regret.png").await?;
        let width = png.get(16..20).and_then(|width| width.try_into().ok()).map(u32::from_be_bytes);
        ensure!(width == Some(2040) && png.get(37..41) == Some(b"pHYs"), "{width:?}");
        Ok(())
    })
    .await
}

const UGLY: [&str; 6] = [
    "<img src=x onerror=alert(1)>",
    "=HYPERLINK(\"http://x\")",
    "__proto__",
    "\u{202e}gnp.exe",
    "$\\input{/etc/passwd}$",
    "-1",
];

fn answers() -> String {
    let long = format!("{}{}", "W".repeat(2_000), "m".repeat(1_900));
    let names = UGLY.iter().copied().chain([long.as_str()]);
    let rows = names.enumerate().flat_map(|(place, name)| {
        let quoted = format!("\"{}\"", name.replace('"', "\"\""));
        (0..20).map(move |query| format!("q{query},{quoted},{},{}\n", (query + place) % 3 / 2, 0.25))
    });
    std::iter::once("sample_id,model,score,cost\n".to_owned()).chain(rows).collect()
}

/// Nothing on the page came alive, and nothing pushes it wider than the window.
async fn harmless(page: &Page, width: u32) -> Result<()> {
    page.resize(width, 900).await?;
    let found = page
        .script(
            "return [document.querySelectorAll('main img, aside img, form img, dialog img').length,
            document.documentElement.scrollWidth, document.documentElement.clientWidth]",
        )
        .await?;
    let numbers: Vec<u64> = serde_json::from_value(found)?;
    ensure!(matches!(numbers[..], [0, wide, window] if wide <= window), "{width}: {numbers:?}");
    Ok(())
}

#[tokio::test]
async fn ugly_names_are_names() -> Result<()> {
    check(async |page| {
        page.script("window.alert = () => { document.title = 'alert' }").await?;
        page.drop_files(".page", &[("answers.csv", &answers())]).await?;
        page.wait_for_text("7 models × 20 queries").await?;
        done(page).await?;
        // Labels of policies as well, by an experiment that plays on the same file.
        let mut experiment = example();
        experiment["title"] = json!("T".repeat(3_000));
        experiment["environment"] = json!({ "kind": "replay", "files": [{ "name": "answers.csv" }] });
        experiment["task"] = json!({ "reward": "awc", "max_models": 2, "budget": 0.6 });
        let labels = UGLY.iter().map(|name| json!({ "kind": "random", "label": name }));
        let long = json!({ "kind": "cucb", "label": "L".repeat(4_000) });
        experiment["policies"] = Value::Array(labels.chain([long]).collect());
        experiment["run"]["rounds"] = json!(500);
        page.drop_files(".page", &[("experiment.json", &experiment.to_string())]).await?;
        page.until("the policies", async || Ok(rows(page).await?.iter().any(|(name, _)| name == UGLY[0]).then_some(()))).await?;
        done(page).await?;
        for width in [1280, 390] {
            harmless(page, width).await?;
            page.screenshot(&format!("ugly-{width}")).await?;
        }
        ensure!(page.script("return document.title").await? != "alert");
        let alerts = alerts(page).await?;
        ensure!(alerts.is_empty(), "{alerts}");
        let shown = rows(page).await?.into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        ensure!(shown.first().map(String::as_str) == UGLY.first().copied(), "{shown:?}");

        // The cleaned data has the same names, none of them a formula, and is the same data set again.
        export(page, "Cleaned data CSV").await?;
        let text = String::from_utf8(page.downloaded("cleaned-data.csv").await?)?;
        ensure!(text.contains("q0,\"'=HYPERLINK(\"\"http://x\"\")\",0,0.25") && text.contains("q0,'-1,"), "{text}");
        page.drop_files(".page", &[("cleaned-data.csv", &text)]).await?;
        page.wait_for_text("has an id (query_id)").await?;
        let loaded = "return [...document.querySelectorAll('[aria-label=\"Import audit, scrolls sideways\"] th[scope=row] bdi')].map(it => it.textContent)";
        let names: Vec<String> = serde_json::from_value(page.script(loaded).await?)?;
        ensure!(names.len() == 7 && names.iter().zip(UGLY).all(|(name, ugly)| name == ugly), "{names:?}");
        Ok(())
    })
    .await
}
