//! The page without a network, and how a new version arrives. A [`Switch`] stands between browser and server.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use base64::prelude::{BASE64_STANDARD, Engine};
use end_to_end::playground::{agrees, done, example, native};
use end_to_end::{Page, Server, Switch, check_at, copy_site, not_run, serve};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

const NEXT_TITLE: &str = "LLM Selection Playground, the next version";
const RESULTS: &str = "query_id,model,score,cost\n1,a,1,0.1\n1,b,0,0.05\n2,a,1,0.2\n2,b,1,0.05\n";

/// The built site as its next version: another title, and a hashed name that the version before does not know.
fn next_version() -> Result<TempDir> {
    let folder = tempfile::tempdir()?;
    copy_site(folder.path())?;
    let importer = name_of(folder.path(), "importer-")?;
    fs::rename(folder.path().join(&importer), folder.path().join(NEXT_IMPORTER))?;
    let page = folder.path().join("index.html");
    let before = fs::read_to_string(&page)?;
    let after = before
        .replace(&importer, NEXT_IMPORTER)
        .replace("LLM Selection Playground</title>", &format!("{NEXT_TITLE}</title>"));
    fs::write(&page, &after)?;
    let worker = fs::read_to_string(folder.path().join("sw.js"))?;
    ensure!(worker.contains(&hash(&before)) && worker.contains("const VERSION = \""), "{worker}");
    let next = worker.replace(&importer, NEXT_IMPORTER).replace(&hash(&before), &hash(&after));
    fs::write(folder.path().join("sw.js"), next.replace("const VERSION = \"", "const VERSION = \"next "))?;
    Ok(folder)
}

const NEXT_IMPORTER: &str = "importer-ffffffffffffffff.js";

fn hash(text: &str) -> String {
    BASE64_STANDARD.encode(Sha256::digest(text))
}

/// The name of the site's file that begins so.
fn name_of(folder: &Path, start: &str) -> Result<String> {
    let names = fs::read_dir(folder)?.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut found = names.filter(|name| name.starts_with(start) && name.ends_with(".js"));
    found.next().with_context(|| format!("no {start}… in {}", folder.display()))
}

/// Waits until the site is kept and answers from what is kept.
async fn kept(page: &Page) -> Result<()> {
    done(page).await?;
    let controlled = "return navigator.serviceWorker.controller?.state === 'activated'";
    page.until("the site to be kept", async || Ok((page.script(controlled).await? == true).then_some(()))).await
}

/// Names of all caches.
async fn caches(page: &Page) -> Result<Vec<String>> {
    Ok(serde_json::from_value(page.script_async("return caches.keys()").await?)?)
}

/// Waits until a new version is offered. By its text: asking for the roles of all buttons again and again takes long.
async fn offered(page: &Page) -> Result<()> {
    page.wait_for_text("A new version is ready").await?;
    page.find("button", "Reload").await.map(|_| ())
}

async fn title(page: &Page) -> Result<String> {
    Ok(page.script("return document.title").await?.as_str().unwrap_or_default().to_owned())
}

/// Reads a file in the page; nothing else needs the importer, which is loaded only then.
async fn imports(page: &Page) -> Result<()> {
    page.drop_files(".drop", &[("results.csv", RESULTS)]).await?;
    page.wait_for_text("2 of 2 queries").await
}

/// Runs a test on the site behind a switch, once the first visit has ended with the site kept.
async fn check_kept(test: impl AsyncFnOnce(&Page, &Switch, Server) -> Result<()>) -> Result<()> {
    let (switch, server) = (Switch::start().await?, serve()?);
    switch.to(Some(server.address()));
    check_at(switch.url(), async |page| {
        kept(page).await?;
        test(page, &switch, server).await
    })
    .await
}

#[tokio::test]
async fn works_without_a_network_after_one_visit() -> Result<()> {
    check_kept(async |page, switch, server| {
        switch.to(None);
        drop(server);
        for path in ["", "?a=b", "index.html?c"] {
            page.open(path).await?;
            done(page).await?;
            agrees(page, &native(&example(), &[])?).await?;
        }
        imports(page).await?;
        let files = json!([{ "name": "results.csv", "text": RESULTS }]);
        let audit = format!(
            "const {{ audit }} = await import(new URL('./api/llm_selection.js', document.baseURI)); return (await audit({files})).queries"
        );
        ensure!(page.script_async(&audit).await? == 2, "the JavaScript interface");
        page.screenshot("offline").await
    })
    .await
}

/// The list names every file of the site with its size's worth of content: whatever the page asks for later is there.
#[tokio::test]
async fn every_file_is_kept() -> Result<()> {
    check_kept(async |page, _, _server| {
        let script =
            "const [name] = await caches.keys(), cache = await caches.open(name), scope = new URL('./', location);
            const sizes = {};
            for (const { url } of await cache.keys())
                sizes[url.slice(scope.href.length)] = (await (await cache.match(url)).arrayBuffer()).byteLength;
            return sizes;";
        let kept: std::collections::BTreeMap<String, u64> = serde_json::from_value(page.script_async(script).await?)?;
        let plain = tempfile::tempdir()?;
        copy_site(plain.path())?;
        let mut files = std::collections::BTreeMap::new();
        for folder in ["", "api/"] {
            for entry in fs::read_dir(plain.path().join(folder))? {
                let entry = entry?;
                let name = format!("{folder}{}", entry.file_name().display());
                if entry.file_type()?.is_file() && name != "sw.js" {
                    files.insert(if name == "index.html" { String::new() } else { name }, entry.metadata()?.len());
                }
            }
        }
        ensure!(kept == files, "kept {kept:?}, the site is {files:?}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_new_version_is_offered_and_not_forced() -> Result<()> {
    let next = next_version()?;
    check_kept(async |page, switch, _server| {
        let before = caches(page).await?;
        ensure!(before.len() == 1, "{before:?}");
        let next = Server::start(next.path())?;
        switch.to(Some(next.address()));
        page.open("").await?;
        done(page).await?;
        offered(page).await?;
        page.screenshot("offered").await?;
        ensure!(title(page).await? != NEXT_TITLE, "the new version waits");

        page.script("window.here = true").await?;
        page.fill("spinbutton", "Rounds", "1000000").await?;
        page.until("some rounds", async || Ok(page.text("[role=status]").await?.starts_with("Round").then_some(())))
            .await?;
        page.click("button", "Reload").await?;
        page.wait_for_text("Reloading stops what is running.").await?;
        page.screenshot("warned").await?;
        ensure!(page.script("return window.here").await? == true, "the run goes on");
        ensure!(caches(page).await?.len() == 2, "both versions are kept");

        page.click("button", "Stop and reload").await?;
        page.until("the new version", async || Ok((title(page).await? == NEXT_TITLE).then_some(()))).await?;
        let after = caches(page).await?;
        ensure!(after.len() == 1 && after[0].contains(" next "), "before {before:?}, after {after:?}");
        // The experiment came back with the page.
        page.until("what was typed", async || {
            let rounds = page.find("spinbutton", "Rounds").await?.prop("value").await?;
            Ok((rounds.as_deref() == Some("1000000")).then_some(()))
        })
        .await?;
        page.fill("spinbutton", "Rounds", "1000").await?;
        done(page).await?;
        // From here on the new one is what works without a network.
        switch.to(None);
        page.open("").await?;
        done(page).await?;
        ensure!(title(page).await? == NEXT_TITLE, "the new version is kept");
        imports(page).await
    })
    .await
}

#[tokio::test]
async fn a_tab_of_the_version_before_goes_on() -> Result<()> {
    let next = next_version()?;
    check_kept(async |page, switch, _server| {
        let client = page.browser().client();
        let first = client.window().await?;
        let next = Server::start(next.path())?;
        switch.to(Some(next.address()));
        let second = client.new_window(true).await?.handle;
        client.switch_to_window(second).await?;
        page.open("").await?;
        done(page).await?;
        offered(page).await?;
        page.click("button", "Reload").await?;
        page.until("the new version", async || Ok((title(page).await? == NEXT_TITLE).then_some(()))).await?;
        switch.to(None);
        client.switch_to_window(first).await?;
        // It is told, and needs its own importer, which the new version does not have.
        offered(page).await?;
        imports(page).await?;
        page.click("button", "Later").await?;
        ensure!(title(page).await? != NEXT_TITLE, "not forced");
        Ok(())
    })
    .await
}

/// Tries an update to what `server` serves; gives what came of it, which must be nothing.
async fn fails_to_update(page: &Page, switch: &Switch, server: SocketAddr) -> Result<()> {
    let before = caches(page).await?;
    switch.to(Some(server));
    let update = "const registration = await navigator.serviceWorker.getRegistration();
        const outcome = new Promise((resolve) => registration.addEventListener('updatefound', () => {
            const worker = registration.installing;
            worker.addEventListener('statechange', () => resolve(worker.state));
        }));
        await registration.update().catch(() => null);
        return { state: await outcome, waiting: registration.waiting?.state ?? null, active: registration.active?.state };";
    let found = page.script_async(update).await?;
    let expected = json!({ "state": "redundant", "waiting": Value::Null, "active": "activated" });
    ensure!(found == expected, "found {found}, expected {expected}");
    // The browser logs the failed installation: that is what is tested here.
    page.browser().console().await?;
    switch.to(None);
    page.open("").await?;
    done(page).await?;
    ensure!(title(page).await? != NEXT_TITLE, "the version before still answers");
    ensure!(caches(page).await?[0] == before[0], "the version before is kept");
    imports(page).await?;
    ensure!(page.all("button").await?.iter().all(|(_, name)| name != "Reload"), "nothing is offered");
    Ok(())
}

#[tokio::test]
async fn half_an_update_changes_nothing() -> Result<()> {
    let next = next_version()?;
    fs::remove_file(next.path().join("api/llm_selection.js"))?;
    check_kept(async |page, switch, _server| fails_to_update(page, switch, Server::start(next.path())?.address()).await)
        .await
}

#[tokio::test]
async fn a_file_of_other_content_is_never_kept() -> Result<()> {
    let next = next_version()?;
    // What a network's login page does.
    fs::write(next.path().join(NEXT_IMPORTER), "<!doctype html><title>Please log in</title>")?;
    check_kept(async |page, switch, _server| {
        let broken = Server::start(next.path())?;
        fails_to_update(page, switch, broken.address()).await?;
        // As soon as the site is whole again, it is offered.
        let whole = next_version()?;
        let whole = Server::start(whole.path())?;
        switch.to(Some(whole.address()));
        page.open("").await?;
        done(page).await?;
        offered(page).await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn goes_without_where_service_workers_are_forbidden() -> Result<()> {
    let server = serve()?;
    check_at(server.url(), async |page| {
        let source = "Object.defineProperty(Navigator.prototype, 'serviceWorker', { get() { throw new DOMException('no', 'SecurityError'); } })";
        let forbid = page.browser().devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": source })).await;
        if forbid.is_err() {
            not_run("the page where service workers are forbidden", "this browser cannot be told to forbid them");
            return Ok(());
        }
        page.open("?forbidden").await?;
        done(page).await?;
        // offline.js removes its notice when it gives up.
        page.until("the page to go without", async || {
            let gone = "return performance.getEntriesByType('resource').some(({ name }) => name.includes('offline-')) && !document.querySelector('.update')";
            Ok((page.script(gone).await? == true).then_some(()))
        })
        .await
    })
    .await
}
