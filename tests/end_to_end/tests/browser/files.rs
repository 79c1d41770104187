//! How files come: folders chosen and dropped, tables pasted, files that the address names.

use anyhow::{Result, ensure};
use end_to_end::playground::{alerts, done, kept, rows};
use end_to_end::{Page, Server, check, check_at, copy_site, not_run};
use llm_selection::data::{ImportOptions, InputFile, import};
use llm_selection::experiment::Experiment;
use llm_selection::link::Link;
use serde_json::json;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const ANSWERS: &str = include_str!("../../../golden_experiments/answers.csv");
const SMALL: &str =
    "query_id\tmodel\tscore\tcost\n1\tfirst\t1\t0.1\n1\tsecond\t0\t0.05\n2\tfirst\t1\t0.2\n2\tsecond\t1\t0.05\n";

/// Two runs of HELM as it writes them: files of the same names in two folders, and what systems leave there.
fn helm(folder: &Path) -> Result<()> {
    for (model, scores) in [("first", [1, 0]), ("second", [1, 1])] {
        let run = folder.join(format!("runs/mmlu-subject=x,model={model}"));
        fs::create_dir_all(run.join(".git"))?;
        let record = |(id, score): (usize, &i32)| {
            json!({ "instance_id": format!("id{id}"), "stats": [
                { "name": { "name": "exact_match", "split": "test" }, "count": 1, "sum": score, "mean": score }
            ] })
        };
        let records: Vec<_> = scores.iter().enumerate().map(record).collect();
        fs::write(run.join("per_instance_stats.json"), json!(records).to_string())?;
        fs::write(run.join("run_spec.json"), "{}")?;
        fs::write(run.join("notes.md"), "no results")?;
        fs::write(run.join(".DS_Store"), "")?;
        fs::write(run.join(".git/config.json"), "{}")?;
    }
    Ok(())
}

async fn shows_both_runs(page: &Page) -> Result<()> {
    page.wait_for_text("2 files, format helm").await?;
    page.wait_for_text("2 models × 2 queries").await?;
    page.wait_for_text("model=first/notes.md: neither a table nor JSON: left out").await?;
    page.wait_for_text("model=second/run_spec.json: stands beside the results").await?;
    let text = page.script("return document.querySelector('.side').innerText").await?.to_string();
    ensure!(!text.contains(".DS_Store") && !text.contains(".git"), "{text}");
    done(page).await
}

#[tokio::test]
async fn a_folder_gives_the_models_their_names_also_after_a_reload() -> Result<()> {
    let folder = tempfile::tempdir()?;
    helm(folder.path())?;
    check(async |page| {
        let dropped = |kind: &str| {
            json!({ "type": kind, "x": 200, "y": 300,
                "data": { "items": [], "files": [folder.path().join("runs")], "dragOperationsMask": 1 } })
        };
        if page.browser().devtools("Input.dispatchDragEvent", dropped("dragEnter")).await.is_err() {
            not_run("dropped and chosen folders", "this browser's driver has no way to give it a folder");
            return Ok(());
        }
        // The browser lets nothing go before the page has said that it takes it.
        page.until("the page to take files", async || {
            page.browser().devtools("Input.dispatchDragEvent", dropped("dragOver")).await?;
            Ok((page.script("return !!document.querySelector('.drop.is-over')").await? == true).then_some(()))
        })
        .await?;
        page.browser().devtools("Input.dispatchDragEvent", dropped("dragOver")).await?;
        page.browser().devtools("Input.dispatchDragEvent", dropped("drop")).await?;
        shows_both_runs(page).await?;
        page.screenshot("dropped").await?;
        page.until("both files to be kept", async || {
            let items = kept(page).await?;
            Ok(items.iter().any(|item| item["files"].as_array().is_some_and(|files| files.len() == 2)).then_some(()))
        })
        .await?;
        page.open("").await?;
        page.wait_for_text("2 models × 2 queries").await?;
        page.upload("Folder of result files", &[folder.path().join("runs")]).await?;
        shows_both_runs(page).await?;
        let wrong = folder.path().join("wrong");
        fs::create_dir(&wrong)?;
        fs::write(wrong.join("picture.png"), "no results")?;
        page.upload("Folder of result files", &[wrong]).await?;
        page.wait_for_text("found no such file in it, expected a folder with tables, JSON or archives").await
    })
    .await
}

/// Of files that cannot be read together, the one that is wrong can be left out.
#[tokio::test]
async fn the_others_can_be_read_without_the_one_that_is_wrong() -> Result<()> {
    let rows = |model: &str, id: &str| {
        let row = |query: u32| format!("{id}{query},{model},{},0.1\n", query % 2);
        "query_id,model,score,cost\n".to_owned() + &(0..4).map(row).collect::<String>()
    };
    let (first, second, other) = (rows("a", "q"), rows("b", "q"), rows("c", "other"));
    let files = [("first.csv", &*first), ("again.csv", &*first), ("second.csv", &*second), ("other.csv", &*other)];
    check(async |page| {
        done(page).await?;
        page.drop_files(".drop", &files).await?;
        // Asked what becomes of the second results; the answer helps no file that shares no query with another.
        page.find("combobox", "Several results of a model on a query").await?.select_by_label("Keep the first").await?;
        page.click("button", "Read the files so").await?;
        page.until("what is wrong still", async || {
            Ok(alerts(page).await?.contains("c shares no query with another model").then_some(()))
        })
        .await?;
        page.click("button", "Read the others without this file").await?;
        page.wait_for_text("2 models × 4 queries").await?;
        page.wait_for_text("left out, as was asked").await?;
        done(page).await?;
        page.screenshot("left-out").await
    })
    .await
}

#[tokio::test]
async fn a_table_is_pasted_anywhere_but_into_fields() -> Result<()> {
    check(async |page| {
        let paste = |selector: &str, text: &str| {
            format!(
                "const data = new DataTransfer();
                 data.setData('text/plain', {});
                 const event = new ClipboardEvent('paste', {{ bubbles: true, cancelable: true }});
                 // Firefox has no such field in the constructor.
                 Object.defineProperty(event, 'clipboardData', {{ value: data }});
                 return document.querySelector({}).dispatchEvent(event);",
                json!(text),
                json!(selector)
            )
        };
        done(page).await?;
        ensure!(
            page.script(&paste("input[type=number], input[type=text]", SMALL)).await? == true,
            "a field's own paste"
        );
        ensure!(page.script(&paste("body", "no table")).await? == true, "text that is no table");
        page.until("that to be said", async || {
            let said = alerts(page).await?;
            Ok((said.contains("Pasted text was not loaded") && said.contains("no table")).then_some(()))
        })
        .await?;
        ensure!(page.script(&paste("body", SMALL)).await? == false, "a table");
        page.wait_for_text("2 of 2 queries are complete").await?;
        page.wait_for_text("2 models × 2 queries").await?;
        done(page).await?;
        ensure!(alerts(page).await?.is_empty(), "what was wrong is past");
        page.screenshot("pasted").await
    })
    .await
}

#[tokio::test]
async fn the_address_names_files_of_its_own_origin_and_no_others() -> Result<()> {
    let folder = tempfile::tempdir()?;
    copy_site(folder.path())?;
    fs::write(folder.path().join("answers.csv"), ANSWERS)?;
    fs::write(folder.path().join("small.csv"), SMALL)?;
    let data =
        import(vec![InputFile::from_bytes("answers.csv", ANSWERS.as_bytes())], &ImportOptions::default(), &mut |_| {
            true
        })?;
    let experiment = Experiment::from_json(include_str!("../../../golden_experiments/replay-iid.json"))?;
    let link = Link::with_data(experiment, &Arc::new(data.dataset))?.encode()?;
    let server = Server::start(folder.path())?;
    check_at(server.url(), async |page| {
        page.open("?data=small.csv").await?;
        page.wait_for_text("2 of 2 queries are complete").await?;
        done(page).await?;
        // The link finds its file among those of the address.
        page.browser().goto("about:blank").await?;
        page.open(&format!("?data=small.csv&data=./answers.csv{link}")).await?;
        page.wait_for_text("60 of 60 queries").await?;
        done(page).await?;
        ensure!(!rows(page).await?.is_empty() && alerts(page).await?.is_empty(), "{}", alerts(page).await?);
        for (address, said) in [
            ("https://example.org/results.csv", "download it and drop it here"),
            ("//example.org/results.csv", "download it and drop it here"),
            ("blob:x", "download it and drop it here"),
            ("./", "found a web page (HTML), expected a file of results"),
        ] {
            page.open(&format!("?data={address}")).await?;
            page.wait_for_text(said).await?;
        }
        page.screenshot("refused").await?;
        page.open("?data=none.csv").await?;
        page.wait_for_text("found the answer 404").await?;
        // The browser logs what is not there.
        page.browser().console().await.map(drop)
    })
    .await
}

/// A host that lets other origins read what it has: `/answers.csv`, and all below `/endless`, of which only the beginning comes.
pub async fn host() -> Result<String> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let origin = format!("http://{}", listener.local_addr()?);
    tokio::spawn(async move {
        while let Ok((mut browser, _)) = listener.accept().await {
            tokio::spawn(async move {
                let mut request = [0; 4096];
                let read = browser.read(&mut request).await.unwrap_or(0);
                let endless = request[..read].starts_with(b"GET /endless/");
                let length = if endless { 1_000_000 } else { ANSWERS.len() };
                let head = format!(
                    "HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\r\nContent-Type: text/csv\r\n\
                     Content-Length: {length}\r\nConnection: close\r\n\r\n"
                );
                // An error means that the browser has gone, as it does when the person cancels.
                let _ = browser.write_all(head.as_bytes()).await;
                let _ = browser.write_all(ANSWERS.as_bytes()).await;
                if endless {
                    // Until the browser hangs up.
                    let _ = browser.read(&mut request).await;
                }
            });
        }
    });
    Ok(origin)
}

/// Lets a copy of the site load from a host, as `cargo xtask build --connect` does.
pub fn name_host(site: &Path, host: &str) -> Result<()> {
    let page = site.join("index.html");
    let before = fs::read_to_string(&page)?;
    let after = before
        .replace("connect-src 'self'", &format!("connect-src 'self' {host}"))
        .replace("name=\"data-origins\" content=\"\"", &format!("name=\"data-origins\" content=\"{host}\""));
    ensure!(after != before, "the page has no policy");
    Ok(fs::write(&page, after)?)
}

#[tokio::test]
async fn a_host_that_the_site_names_gives_files_and_a_download_can_be_cancelled() -> Result<()> {
    let (named, other) = (host().await?, host().await?);
    let folder = tempfile::tempdir()?;
    copy_site(folder.path())?;
    name_host(folder.path(), &named)?;
    let server = Server::start(folder.path())?;
    check_at(server.url(), async |page| {
        page.open(&format!("?data={named}/answers.csv")).await?;
        page.wait_for_text("60 of 60 queries").await?;
        done(page).await?;
        // What comes no further is given up by the person, and the page plays what it opens on.
        page.open(&format!("?data={named}/endless/results.csv")).await?;
        page.find("progressbar", "Fetching files").await?;
        page.click("button", "Cancel").await?;
        page.until("the download to end", async || {
            let left = page.all("progressbar").await?.into_iter().any(|(_, name)| name == "Fetching files");
            Ok((!left).then_some(()))
        })
        .await?;
        done(page).await?;
        ensure!(alerts(page).await?.is_empty(), "{}", alerts(page).await?);
        page.wait_for_text("Nine chat models").await?;
        page.open(&format!("?data={other}/answers.csv")).await?;
        page.wait_for_text("download it and drop it here").await
    })
    .await
}
