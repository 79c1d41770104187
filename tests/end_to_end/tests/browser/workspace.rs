//! The workspace as a person relies on it: after a reload, in two tabs, after a kill, elsewhere, and where the browser
//! keeps nothing.

use anyhow::{Context, Result, ensure};
use end_to_end::playground::{done, kept, rows};
use end_to_end::{Page, check, check_without_storage, serve};
use serde_json::{Value, json};
use std::path::PathBuf;

/// Per-model results of some queries, drawn by a fixed rule.
fn results(model: u64, queries: u64) -> String {
    let mut text = String::from("query_id,score,cost\n");
    for query in 0..queries {
        let draw = (query * 7919 + model * 104_729).wrapping_mul(2_654_435_761) >> 7;
        text += &format!("q{query},{},{:.6}\n", u64::from(draw % 100 < 40 + 12 * model), 0.0004 * (1 + model) as f64);
    }
    text
}

fn files(folder: &tempfile::TempDir, queries: u64) -> Result<Vec<PathBuf>> {
    (0..3)
        .map(|model| {
            let path = folder.path().join(format!("model{model}.csv"));
            std::fs::write(&path, results(model, queries))?;
            Ok(path)
        })
        .collect()
}

/// Waits until an item is kept whose form has this text for the rounds, with a result where it is asked for; gives the
/// digest.
async fn kept_with(page: &Page, rounds: &str, result: bool) -> Result<String> {
    page.until(&format!("an item with {rounds} rounds"), async || {
        for item in kept(page).await? {
            let form: Value = serde_json::from_str(item["form"].as_str().unwrap_or_default())?;
            let digest = item["result"]["digest"].as_str().map(str::to_owned);
            if form["rounds"] == rounds && (digest.is_some() || !result) {
                return Ok(Some(digest.unwrap_or_default()));
            }
        }
        Ok(None)
    })
    .await
}

async fn value(page: &Page, name: &str) -> Result<String> {
    page.find("spinbutton", name).await?.prop("value").await?.context("a value")
}

async fn has_value(page: &Page, name: &str, expected: &str) -> Result<()> {
    page.until(&format!("{name} {expected}"), async || Ok((value(page, name).await? == expected).then_some(()))).await
}

/// Loads three files and plays 2,000 rounds on them; gives the digest of what is kept.
async fn prepare(page: &Page, folder: &tempfile::TempDir) -> Result<String> {
    page.upload("Result files", &files(folder, 80)?).await?;
    page.wait_for_text("80 of 80 queries").await?;
    page.fill("spinbutton", "Rounds", "2000").await?;
    kept_with(page, "2000", true).await
}

#[tokio::test]
async fn a_reload_brings_back_data_experiment_and_result() -> Result<()> {
    let folder = tempfile::tempdir()?;
    check(async |page| {
        let digest = prepare(page, &folder).await?;
        done(page).await?;
        let before = rows(page).await?;
        page.open("").await?;
        has_value(page, "Rounds", "2000").await?;
        done(page).await?;
        ensure!(rows(page).await? == before, "other results");
        ensure!(
            page.find("combobox", "Data set").await?.prop("value").await?.as_deref() == Some("files"),
            "other data"
        );
        ensure!(kept_with(page, "2000", true).await? == digest, "another digest");
        // What is typed a moment before the reload, and wrong, is there as well.
        page.fill("spinbutton", "Budget per query", "-1").await?;
        page.open("").await?;
        has_value(page, "Budget per query", "-1").await?;
        page.wait_for_text("80 of 80 queries").await
    })
    .await
}

#[tokio::test]
async fn a_lesson_s_experiment_leaves_one_s_own_in_the_workspace() -> Result<()> {
    check(async |page| {
        done(page).await?;
        page.fill("spinbutton", "Rounds", "2000").await?;
        kept_with(page, "2000", true).await?;
        page.script("location.hash = '#learn/budget/2'").await?;
        page.click("button", "Show it without a guess").await?;
        page.click("link", "Open in the Playground").await?;
        page.wait_for_text("What was on the page before is kept").await?;
        kept_with(page, "2000", true).await?;
        page.click("button", "Workspace").await?;
        page.click("button", "Open Closed tab").await?;
        has_value(page, "Rounds", "2000").await?;
        done(page).await
    })
    .await
}

/// The rest of the page's program comes for the first who asks, and that may be a figure's menu.
#[tokio::test]
async fn the_page_is_kept_where_a_table_was_asked_for_first() -> Result<()> {
    check(async |page| {
        let quick = "new MutationObserver((_, watch) => {
                const entry = [...document.querySelectorAll('.fig .menu > div button')].find((one) => one.innerText === 'Show as table');
                const closed = document.querySelector('.fig .menu > button[aria-expanded=false]');
                if (!entry) return closed?.click();
                watch.disconnect();
                entry.click();
                globalThis.wasQuick = !document.querySelector('.charts table');
            }).observe(document, { childList: true, subtree: true });";
        let hurried = page.browser().devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": quick })).await;
        // Another origin, where nothing is kept yet.
        let other = serve()?;
        page.browser().goto(&other.url()).await?;
        done(page).await?;
        page.fill("spinbutton", "Rounds", "2000").await?;
        kept_with(page, "2000", true).await?;
        // Firefox has no such command; there the page opens as ever.
        if hurried.is_ok() {
            page.find("table", "Cumulative regret").await?;
            ensure!(page.script("return globalThis.wasQuick").await? == true, "the table came with the page");
        }
        page.click("button", "Workspace").await?;
        page.find("dialog", "Workspace").await.map(drop)
    })
    .await
}

#[tokio::test]
async fn two_tabs_do_not_overwrite_each_other() -> Result<()> {
    check(async |page| {
        let client = page.browser().client();
        page.fill("spinbutton", "Rounds", "2000").await?;
        kept_with(page, "2000", false).await?;
        let first = client.window().await?;
        // A duplicate begins with a copy of the tab's own memory, its name included.
        page.script("window.open(location.href)").await?;
        let second = client.windows().await?.into_iter().find(|window| *window != first).context("a second tab")?;
        client.switch_to_window(second.clone()).await?;
        has_value(page, "Rounds", "2000").await?;
        page.fill("spinbutton", "Rounds", "3000").await?;
        kept_with(page, "3000", false).await?;
        kept_with(page, "2000", false).await?;
        client.switch_to_window(first.clone()).await?;
        page.open("").await?;
        has_value(page, "Rounds", "2000").await?;
        client.switch_to_window(second).await?;
        page.open("").await?;
        has_value(page, "Rounds", "3000").await?;
        // A tab that is killed while it keeps something: what it kept before, or that, is offered as a whole.
        page.fill("spinbutton", "Rounds", "4000").await?;
        client.close_window().await?;
        client.switch_to_window(first).await?;
        page.click("button", "Workspace").await?;
        page.screenshot("closed").await?;
        page.click("button", "Open Closed tab").await?;
        page.until("the closed tab's rounds", async || {
            Ok(["3000", "4000"].contains(&value(page, "Rounds").await?.as_str()).then_some(()))
        })
        .await?;
        // What this tab had is a closed tab's now.
        kept_with(page, "2000", false).await?;
        done(page).await
    })
    .await
}

#[tokio::test]
async fn items_are_saved_renamed_deleted_and_carried_elsewhere() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("workspace.zip");
    let mut digest = String::new();
    check(async |page| {
        digest = prepare(page, &folder).await?;
        page.click("button", "Workspace").await?;
        for name in ["First", "<b>Second</b> ../x"] {
            page.fill("textbox", "Name of the experiment", name).await?;
            page.click("button", "Save experiment").await?;
            page.find("button", &format!("Open {name}")).await?;
        }
        page.click("button", "Rename First").await?;
        page.fill("textbox", "New name of First", "Renamed").await?;
        page.click("button", "Rename").await?;
        page.find("button", "Open Renamed").await?;
        page.screenshot("dialog").await?;
        page.click("button", "Export workspace").await?;
        std::fs::write(&file, page.downloaded("workspace.zip").await?)?;
        // What is not named goes by its data, never by nothing.
        let proposed = page.find("textbox", "Name of the experiment").await?.prop("value").await?;
        ensure!(proposed.as_deref().is_some_and(|name| !name.is_empty()), "{proposed:?}");
        page.click("button", "Delete Renamed").await?;
        page.click("button", "Keep Renamed").await?;
        ensure!(kept(page).await?.len() == 3, "nothing is deleted without a second word");
        page.click("button", "Delete Renamed").await?;
        page.click("button", "Yes, delete Renamed").await?;
        page.until("one item less", async || Ok((kept(page).await?.len() == 2).then_some(()))).await?;
        page.click("button", "Delete all").await?;
        page.click("button", "Yes, delete all of it").await?;
        page.wait_for_text("Nothing is saved yet.").await?;
        ensure!(kept(page).await?.is_empty(), "something is still kept");
        let parts = "const open = indexedDB.open('llm-selection-workspace');
            const database = await new Promise((done) => { open.onsuccess = () => done(open.result); });
            const count = database.transaction('parts').objectStore('parts').count();
            const parts = await new Promise((done) => { count.onsuccess = () => done(count.result); });
            database.close();
            return parts;";
        ensure!(page.script_async(parts).await? == 0, "files are still kept");
        Ok(())
    })
    .await?;
    check(async |page| {
        done(page).await?;
        page.click("button", "Workspace").await?;
        let nonsense = folder.path().join("nonsense.zip");
        std::fs::write(&nonsense, "no archive")?;
        page.upload("Import workspace", &[nonsense]).await?;
        page.wait_for_text("That could not be done").await?;
        page.upload("Import workspace", std::slice::from_ref(&file)).await?;
        page.wait_for_text("Nothing was refused.").await?;
        page.upload("Import workspace", std::slice::from_ref(&file)).await?;
        page.wait_for_text("There already: 3.").await?;
        for (name, width, theme) in [("light", 1280, "light"), ("dark", 390, "dark")] {
            page.resize(width, 900).await.ok();
            page.media("prefers-color-scheme", theme).await.ok();
            page.screenshot(name).await?;
        }
        page.click("button", "Open Renamed").await?;
        has_value(page, "Rounds", "2000").await?;
        done(page).await?;
        ensure!(kept_with(page, "2000", true).await? == digest, "another digest");
        page.wait_for_text("80 of 80 queries").await
    })
    .await
}

#[tokio::test]
async fn a_reload_while_files_are_read_loses_nothing_kept_before() -> Result<()> {
    let folder = tempfile::tempdir()?;
    check(async |page| {
        let digest = prepare(page, &folder).await?;
        // The page itself reloads as soon as it has begun to read.
        let reload = "new MutationObserver((changes, observer) => {
                if (!document.querySelector('progress[aria-label=\"Reading files\"]')) return;
                observer.disconnect();
                sessionStorage.setItem('was reading', 'yes');
                location.reload();
            }).observe(document.body, { childList: true, subtree: true });";
        page.script(reload).await?;
        page.upload("Result files", &files(&folder, 5_000)?).await?;
        page.until("the reload", async || {
            Ok((page.script("return sessionStorage.getItem('was reading')").await.ok() == Some(json!("yes")))
                .then_some(()))
        })
        .await?;
        page.wait_for_text("80 of 80 queries").await?;
        has_value(page, "Rounds", "2000").await?;
        done(page).await?;
        ensure!(kept_with(page, "2000", true).await? == digest, "another digest");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_tab_killed_while_it_saves_leaves_what_was_kept_or_what_was_to_be() -> Result<()> {
    let folder = tempfile::tempdir()?;
    check(async |page| {
        let client = page.browser().client();
        prepare(page, &folder).await?;
        let first = client.window().await?;
        page.script("window.open(location.href)").await?;
        let second = client.windows().await?.into_iter().find(|window| *window != first).context("a second tab")?;
        client.switch_to_window(second).await?;
        page.wait_for_text("80 of 80 queries").await?;
        done(page).await?;
        // Files go to the worker that reads them, and then to the one that keeps them: there the tab ends.
        let kill = "let sent = 0;
            const post = Worker.prototype.postMessage;
            Worker.prototype.postMessage = function (message, ...rest) {
                post.call(this, message, ...rest);
                if (message[1] instanceof Blob && ++sent === 2) window.close();
            };";
        page.script(kill).await?;
        page.upload("Result files", &files(&folder, 5_000)?).await?;
        page.until("the tab to end", async || Ok((client.windows().await?.len() == 1).then_some(()))).await?;
        client.switch_to_window(first).await?;
        // Here something else is shown, so that what comes is seen.
        let other = "const select = document.getElementById('data-set');
            select.value = 'illustration';
            select.dispatchEvent(new Event('change', { bubbles: true }));";
        page.script(other).await?;
        let shown = async || {
            let text = page.script("return document.body.innerText.replace(/\\s+/g, ' ')").await?;
            let text = text.as_str().unwrap_or_default();
            Ok::<_, anyhow::Error>(
                ["80 of 80 queries", "5 000 of 5 000 queries"].iter().any(|whole| text.contains(whole)),
            )
        };
        page.until("other data", async || Ok((!shown().await?).then_some(()))).await?;
        page.click("button", "Workspace").await?;
        page.click("button", "Open Closed tab").await?;
        page.until("either data set, whole", async || Ok(shown().await?.then_some(()))).await?;
        done(page).await
    })
    .await
}

#[tokio::test]
async fn where_storage_is_denied_the_page_works_and_says_so() -> Result<()> {
    check_without_storage(async |page| {
        page.fill("spinbutton", "Rounds", "2000").await?;
        page.wait_for_text("Kept for this session only").await?;
        done(page).await?;
        page.screenshot("denied").await?;
        page.click("button", "Workspace").await?;
        page.click("button", "Export workspace").await?;
        page.click("button", "Close").await?;
        page.fill("spinbutton", "Rounds", "3000").await?;
        done(page).await
    })
    .await
}

#[tokio::test]
async fn what_does_not_fit_is_said_and_nothing_else_breaks() -> Result<()> {
    let folder = tempfile::tempdir()?;
    check(async |page| {
        let origin = page.script("return location.origin").await?;
        let quota = json!({ "origin": origin, "quotaSize": 40_000 });
        if page.browser().devtools("Storage.overrideQuotaForOrigin", quota).await.is_err() {
            end_to_end::not_run("a full disk", "this browser lets nobody set a quota");
            return Ok(());
        }
        page.upload("Result files", &files(&folder, 5_000)?).await?;
        page.wait_for_text("Kept for this session only").await?;
        page.wait_for_text("no room left in what the browser gives this site").await?;
        page.wait_for_text("5 000 of 5 000 queries").await?;
        done(page).await
    })
    .await
}
