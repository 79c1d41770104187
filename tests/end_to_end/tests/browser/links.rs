//! Links: shared, opened elsewhere, damaged, made for data, in a frame of another page.

use anyhow::{Context, Result, ensure};
use end_to_end::playground::{agrees, alerts, done, example, native, rows};
use end_to_end::{Page, check};
use fantoccini::Locator;
use llm_selection::data::{ImportOptions, InputFile, import};
use llm_selection::experiment::Experiment;
use llm_selection::link::{Link, PageState};
use serde_json::{Value, json};
use site_server::Site;
use std::sync::{Arc, Mutex, PoisonError};

/// Four models' results of 60 queries.
const ANSWERS: &str = include_str!("../../../golden_experiments/answers.csv");

fn link(experiment: &Value) -> Result<Link> {
    Ok(Link::new(Experiment::from_json(&experiment.to_string())?))
}

/// Opens a path in a window that shows nothing yet.
async fn open_anew(page: &Page, path: &str) -> Result<()> {
    page.browser().goto("about:blank").await?;
    page.open(path).await
}

/// Presses *Share* and gives the link.
async fn shared(page: &Page) -> Result<String> {
    page.click("button", "Share").await?;
    let field = page.find("textbox", "Link to this experiment").await?;
    field.prop("value").await?.context("a link")
}

/// Waits until the page shows the engine's own numbers.
async fn plays(page: &Page, experiment: &Value, files: &[(&str, &str)]) -> Result<()> {
    let expected = native(experiment, files)?;
    let shown = page.until("the engine's numbers", async || {
        done(page).await?;
        Ok(agrees(page, &expected).await.is_ok().then_some(()))
    });
    if shown.await.is_err() {
        agrees(page, &expected).await?;
    }
    // The digest is shown in short.
    let digest = page.script("return [...document.querySelectorAll('.status dd[title]')].map(it => it.title)").await?;
    ensure!(digest == json!([expected.digest]), "{digest}");
    Ok(())
}

/// An experiment with all that a form can say.
fn rich() -> Value {
    let mut experiment = example();
    experiment["title"] = json!("<img src=x onerror=alert(1)> \u{202e}title");
    experiment["environment"]["models"][0]["name"] = json!("<img src=x onerror=alert(1)>");
    experiment["environment"]["models"][1]["name"] = json!("__proto__");
    experiment["environment"]["models"][2]["name"] = json!("\u{202e}evil");
    experiment["environment"]["cost_spread"] = json!(0.25);
    experiment["environment"]["drift"] = json!([
        { "at": 500, "models": { "__proto__": { "reward": 0.3 }, "ChatGLM2": { "reward": 0.9, "cost": 0.1 } } },
        { "at": 1200, "models": { "ChatGLM2": { "reward": 0.1 } } }
    ]);
    experiment["environment"]["availability"] = json!([{ "model": "\u{202e}evil", "from": 100, "to": 900 }]);
    experiment["task"] =
        json!({ "reward": "awc", "max_models": 2, "budget": 0.5, "success_threshold": 1, "feedback": "full" });
    experiment["policies"] = json!([
        { "kind": "c2mab-v", "alpha_mu": 1, "alpha_c": 0.2, "delta": 0.01, "solver": "exact", "window": 300, "label": "mine" },
        { "kind": "c2mab-v-direct", "discount": 0.99 }, { "kind": "cucb", "cost_aware": true },
        { "kind": "epsilon-greedy", "schedule": { "c": 30 } }, { "kind": "primal-dual" }, { "kind": "offline", "samples": 50 },
        { "kind": "fixed", "models": ["__proto__", "<img src=x onerror=alert(1)>"] }, { "kind": "thompson" }
    ]);
    experiment["run"] = json!({ "rounds": 2000, "replicates": 3, "seed": 7 });
    experiment
}

#[tokio::test]
async fn what_is_shared_plays_to_the_same_bits_elsewhere() -> Result<()> {
    let mut experiment = example();
    experiment["run"] = json!({ "rounds": 1500, "replicates": 4, "seed": 11 });
    experiment["task"]["budget"] = json!(0.5);
    let taken = Mutex::new(String::new());
    check(async |page| {
        done(page).await?;
        let same = shared(page).await?;
        ensure!(same == format!("{}{}", page.site(), link(&example())?.encode()?), "the command line's: {same}");
        page.screenshot("shared").await?;
        page.script("document.getElementById('share').hidePopover()").await?;
        for (name, value) in [("Rounds", "1500"), ("Replicates", "4"), ("Seed", "11"), ("Budget per query", "0.5")] {
            page.fill("spinbutton", name, value).await?;
        }
        plays(page, &experiment, &[]).await?;
        let address = shared(page).await?;
        let selected = "const it = document.activeElement; return it.id === 'share-link' && it.selectionEnd - it.selectionStart === it.value.length";
        page.until("the link to be selected", async || Ok((page.script(selected).await? == true).then_some(()))).await?;
        *taken.lock().unwrap_or_else(PoisonError::into_inner) = address;
        Ok(())
    })
    .await?;
    let address = taken.into_inner().unwrap_or_else(PoisonError::into_inner);
    let fragment = address.split_once('#').context("a fragment")?.1.to_owned();
    check(async |page| {
        open_anew(page, &format!("#{fragment}")).await?;
        plays(page, &experiment, &[]).await?;
        let rounds = page.find("spinbutton", "Rounds").await?.prop("value").await?;
        ensure!(rounds.as_deref() == Some("1500"), "{rounds:?}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_link_restores_all_that_an_experiment_says_and_shows_names_as_text() -> Result<()> {
    check(async |page| {
        done(page).await?;
        let fragment = link(&rich())?.encode()?;
        // The page is open: the fragment alone changes.
        page.open(&fragment).await?;
        plays(page, &rich(), &[]).await?;
        page.wait_for_text("every selected model is called").await?;
        page.wait_for_text("<img src=x onerror=alert(1)>").await?;
        ensure!(page.script("return document.images.length").await? == 0, "a name became an image");
        page.screenshot("rich").await?;
        ensure!(shared(page).await?.ends_with(&fragment), "the same link again");
        // Into a file and out of it.
        page.click("button", "Download experiment").await?;
        page.downloaded("experiment.json").await?;
        let file = page.browser().downloads().join("experiment.json");
        open_anew(page, "").await?;
        done(page).await?;
        page.click("button", "Share").await?;
        page.upload("Open experiment", &[file]).await?;
        plays(page, &rich(), &[]).await
    })
    .await
}

#[tokio::test]
async fn presets_come_back_from_links_too() -> Result<()> {
    let text = include_str!("../../../golden_experiments/preset.json");
    let experiment: Value = serde_json::from_str(text)?;
    check(async |page| {
        open_anew(page, &link(&experiment)?.encode()?).await?;
        plays(page, &experiment, &[]).await
    })
    .await
}

#[tokio::test]
async fn a_bad_link_is_an_alert_and_the_built_in_experiment_plays() -> Result<()> {
    let good = link(&rich())?.encode()?;
    let cases = [
        ("#v9.AAAA".to_owned(), "newer version"),
        (good[..good.len() / 2].to_owned(), "damaged or cut off"),
        ("#v1.<img src=x onerror=alert(1)>".to_owned(), "damaged or cut off"),
        (format!("#v1.{}", "A".repeat(100_000)), "damaged or cut off"),
        ("#v1.".to_owned(), "damaged or cut off"),
    ];
    check(async |page| {
        for (fragment, said) in &cases {
            open_anew(page, fragment).await?;
            plays(page, &example(), &[]).await?;
            let alert = alerts(page).await?;
            ensure!(alert.contains(said) && alert.contains("could not be opened"), "{fragment}: {alert}");
        }
        page.screenshot("bad").await?;
        page.click("button", "Close").await?;
        page.until("the alert to go", async || Ok(alerts(page).await?.is_empty().then_some(()))).await
    })
    .await
}

/// The experiment on [`ANSWERS`], and its link.
fn on_answers() -> Result<(Value, String)> {
    let data = Arc::new(
        import(vec![InputFile::from_bytes("answers.csv", ANSWERS.as_bytes())], &ImportOptions::default(), &mut |_| {
            true
        })?
        .dataset,
    );
    let experiment: Value = serde_json::from_str(include_str!("../../../golden_experiments/replay-iid.json"))?;
    let link = Link::with_data(Experiment::from_json(&experiment.to_string())?, &data)?;
    Ok((experiment, link.encode()?))
}

#[tokio::test]
async fn a_link_made_for_data_asks_for_its_files_and_plays_on_no_others() -> Result<()> {
    let (experiment, fragment) = on_answers()?;
    ensure!(fragment.len() < 2_000, "no rows");
    let folder = tempfile::tempdir()?;
    let (right, wrong, other) =
        (folder.path().join("answers.csv"), folder.path().join("wrong/answers.csv"), folder.path().join("other.csv"));
    std::fs::create_dir(folder.path().join("wrong"))?;
    std::fs::write(&right, ANSWERS)?;
    std::fs::write(&wrong, format!("{ANSWERS}\n"))?;
    std::fs::write(&other, ANSWERS)?;
    check(async |page| {
        open_anew(page, &fragment).await?;
        page.wait_for_text("4 models × 60 queries").await?;
        page.wait_for_text("answers.csv, SHA-256").await?;
        page.screenshot("asked").await?;
        ensure!(!page.find("button", "Run").await?.is_enabled().await?, "nothing plays in its place");
        page.upload("Result files", std::slice::from_ref(&wrong)).await?;
        page.wait_for_text("answers.csv is not the file that the link names").await?;
        page.screenshot("wrong").await?;
        page.upload("Result files", std::slice::from_ref(&other)).await?;
        page.wait_for_text("no file named answers.csv").await?;
        ensure!(page.all("table").await?.iter().all(|(_, name)| name != "Results"), "nothing has played");
        page.upload("Result files", std::slice::from_ref(&right)).await?;
        plays(page, &experiment, &[("answers.csv", ANSWERS)]).await?;
        ensure!(alerts(page).await?.is_empty(), "{}", alerts(page).await?);
        let again = shared(page).await?;
        ensure!(again.ends_with(&fragment), "{again}");
        // The files are here now: another link to them is played at once.
        page.script("document.getElementById('share').hidePopover()").await?;
        let mut sooner = Link::decode(&fragment)?;
        sooner.experiment.run.seed = 99;
        page.open(&sooner.encode()?).await?;
        let mut changed = experiment.clone();
        changed["run"]["seed"] = json!(99);
        plays(page, &changed, &[("answers.csv", ANSWERS)]).await
    })
    .await
}

#[tokio::test]
async fn whoever_has_not_the_files_goes_on_without_them() -> Result<()> {
    let (_, fragment) = on_answers()?;
    check(async |page| {
        open_anew(page, &fragment).await?;
        page.click("button", "Go on without it").await?;
        plays(page, &example(), &[]).await
    })
    .await
}

#[tokio::test]
async fn a_long_link_is_said_and_a_file_offered() -> Result<()> {
    let mut experiment = example();
    // Names that do not compress.
    let name = |place: u64| {
        format!("{:x}", (place + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(17).wrapping_mul(place + 3))
    };
    let models: Vec<Value> = (0..120).map(|k| json!({ "name": name(k), "reward": 0.5, "cost": 0.1 })).collect();
    experiment["environment"]["models"] = json!(models);
    experiment["policies"] = json!([{ "kind": "random" }]);
    experiment["run"] = json!({ "rounds": 100, "replicates": 1 });
    check(async |page| {
        open_anew(page, &link(&experiment)?.encode()?).await?;
        done(page).await?;
        ensure!(shared(page).await?.len() > 2_000, "a long link");
        page.wait_for_text("some programs cut links after 2 000").await?;
        page.find("button", "Download experiment").await?;
        page.screenshot("long").await
    })
    .await
}

#[tokio::test]
async fn a_link_hides_panels_until_all_are_asked_for() -> Result<()> {
    let mut link = link(&example())?;
    let hidden = ["data", "task", "policies", "run", "violation", "results", "of a later version"];
    link.page = PageState { hidden: hidden.map(str::to_owned).to_vec(), room: "later".into(), language: "xx".into() };
    check(async |page| {
        open_anew(page, &link.encode()?).await?;
        done(page).await?;
        let figures: Vec<String> = page.all("figure").await?.into_iter().map(|(_, name)| name).collect();
        ensure!(
            figures.contains(&"Cumulative regret".to_owned()) && !figures.contains(&"Budget violation".to_owned()),
            "{figures:?}"
        );
        ensure!(page.script("return document.querySelector('form.side') === null").await? == true, "no form");
        ensure!(page.all("table").await?.iter().all(|(_, name)| name != "Results"), "no table");
        page.find("button", "Run").await?;
        page.screenshot("hidden").await?;
        page.click("button", "Show all").await?;
        plays(page, &example(), &[]).await?;
        page.find("figure", "Budget violation").await.map(drop)
    })
    .await
}

#[tokio::test]
async fn a_frame_in_another_page_shows_the_results_where_it_is_denied_everything() -> Result<()> {
    let mut experiment = example();
    experiment["run"] = json!({ "rounds": 1000, "replicates": 2, "seed": 5 });
    check(async |page| {
        let folder = tempfile::tempdir()?;
        let address = format!("{}?embed{}", page.site(), link(&experiment)?.encode()?);
        let html = format!("<!doctype html><title>Course</title><link rel=icon href=\"data:,\"><iframe src=\"{address}\" width=1000 height=1600></iframe>");
        std::fs::write(folder.path().join("index.html"), html)?;
        let other = Site::start(folder.path(), "/", 0)?;
        let denied = "const deny = () => { throw new DOMException('denied', 'SecurityError'); };
            for (const name of ['localStorage', 'sessionStorage', 'indexedDB', 'caches']) Object.defineProperty(window, name, { get: deny });
            Object.defineProperty(navigator, 'clipboard', { value: { writeText: async () => deny() } });";
        // Firefox has no such command; there the frame is shown as it is.
        let deny = page.browser().devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": denied })).await;
        page.browser().goto(&other.url()).await?;
        let client = page.browser().client();
        let frame = client.wait().for_element(Locator::Css("iframe")).await?;
        page.screenshot("framed-outside").await?;
        frame.enter_frame().await?;
        plays(page, &experiment, &[]).await?;
        page.screenshot("framed").await?;
        ensure!(rows(page).await?.len() == 7, "the table is there");
        for (role, name) in [("button", "Run"), ("button", "Pause")] {
            page.find(role, name).await?;
        }
        let frame = "return document.querySelectorAll('header, nav, form, footer').length";
        ensure!(page.script(frame).await? == 0, "nothing of the frame is left");
        if deny.is_ok() {
            page.click("button", "Copy as CSV").await?;
            page.wait_for_text("The browser did not allow copying").await?;
        }
        Ok(client.clone().enter_parent_frame().await?)
    })
    .await
}

#[tokio::test]
async fn share_offers_a_frame_and_says_where_copying_is_denied() -> Result<()> {
    check(async |page| {
        done(page).await?;
        page.script("Object.defineProperty(navigator, 'clipboard', { value: undefined })").await?;
        let address = shared(page).await?;
        page.wait_for_text("The browser did not allow copying").await?;
        let html = page.script("return document.querySelector('#share textarea').value").await?;
        let html = html.as_str().context("HTML to embed")?;
        let (site, fragment) = address.split_once('#').context("a fragment")?;
        ensure!(html.contains(&format!("src=\"{site}?embed#{fragment}\"")), "{html}");
        // Panels that are switched off go with the link.
        page.script("document.querySelectorAll('#share details').forEach(it => it.open = true)").await?;
        page.click("checkbox", "Policies").await?;
        let field = page.find("textbox", "Link to this experiment").await?;
        page.until("a link that hides a panel", async || {
            let value = field.prop("value").await?.unwrap_or_default();
            Ok(Link::decode(&value).is_ok_and(|link| link.page.hidden == ["policies"]).then_some(()))
        })
        .await
    })
    .await
}
