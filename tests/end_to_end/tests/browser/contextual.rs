//! Policies that read the query, on the person's own files.

use anyhow::{Context, Result, ensure};
use end_to_end::golden_experiments::file;
use end_to_end::playground::{agrees, alerts, done, kept, native, policies, rows};
use end_to_end::{Page, check};
use fantoccini::Locator;
use llm_selection::random::{hash, unit};
use serde_json::json;

/// Chooses an entry of the menu *Add policy*.
async fn add(page: &Page, entry: &str) -> Result<()> {
    page.click("button", "Add policy").await?;
    let found = async || {
        let buttons = page.all("button").await?;
        Ok(buttons.into_iter().find(|(_, name)| name.starts_with(entry)).map(|(button, _)| button))
    };
    page.press(&page.until(entry, found).await?).await
}

#[tokio::test]
async fn the_page_reads_queries_as_the_command_line_does() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (with, without) = (folder.path().join("texts.csv"), folder.path().join("answers.csv"));
    std::fs::write(&with, file("texts.csv"))?;
    std::fs::write(&without, file("answers.csv"))?;
    check(async |page| {
        done(page).await?;
        // Not offered where there can be no text.
        page.click("button", "Add policy").await?;
        let offered = page.all("button").await?;
        ensure!(!offered.iter().any(|(_, name)| name.starts_with("LinUCB")), "{:?}", offered.len());
        page.click("button", "Add policy").await?;
        page.upload("Result files", std::slice::from_ref(&with)).await?;
        page.wait_for_text("3 models × 120 queries").await?;
        done(page).await?;
        page.fill("spinbutton", "Models per query", "2").await?;
        page.fill("spinbutton", "Budget per query", "0.006").await?;
        page.fill("spinbutton", "Rounds", "400").await?;
        page.fill("spinbutton", "Replicates", "3").await?;
        add(page, "Contextual C2MAB-V").await?;
        add(page, "LinUCB").await?;
        page.fill("spinbutton", "Rounds between trainings of policy 8, Contextual C2MAB-V", "50").await?;
        let fixed = page.browser().client().find(Locator::Css("details.models > summary")).await?.text().await?;
        let mut all = policies(&fixed);
        let more = [json!({ "kind": "contextual", "retrain": 50 }), json!({ "kind": "linucb" })];
        all.as_array_mut().context("a list")?.extend(more);
        let experiment = json!({
            "version": 1,
            "environment": { "kind": "replay", "files": [{ "name": "texts.csv" }] },
            "task": { "reward": "suc", "max_models": 2, "budget": 0.006 },
            "policies": all,
            "run": { "rounds": 400, "replicates": 3, "seed": 1 }
        });
        let expected = native(&experiment, &[("texts.csv", file("texts.csv"))])?;
        page.until("the numbers of the command line", async || {
            done(page).await?;
            Ok(agrees(page, &expected).await.is_ok().then_some(()))
        })
        .await
        .ok();
        agrees(page, &expected).await?;
        // Their regret is not what it seems, and the table says so.
        let note = page.text("table[aria-label=Results] tfoot").await?;
        ensure!(
            note.contains("Contextual C2MAB-V") && note.contains("LinUCB") && note.contains("read the query"),
            "{note}"
        );
        // Where the files have no text, the policies that read it are what is wrong.
        page.upload("Result files", std::slice::from_ref(&without)).await?;
        page.until("a message", async || Ok(alerts(page).await?.contains("text of the queries").then_some(()))).await
    })
    .await
}

/// Many questions of two kinds; of two models each knows one kind.
fn questions(queries: u64) -> String {
    let mut text = String::from("query_id,model,score,cost,query\n");
    for query in 0..queries {
        for model in 0..2 {
            let right = (query % 2 == model) != (unit(hash(model, query)) < 0.15);
            let asked = ["how many apples are in the basket", "who wrote the old poem about"][(query % 2) as usize];
            let (first, second) = (hash(3, query) % 2_000, hash(4, query) % 2_000);
            text +=
                &format!("q{query},m{model},{},0.00{},{asked} word{first} word{second}\n", u8::from(right), 1 + model);
        }
    }
    text
}

/// Begins something, does something else as soon as it shows that policies learn, and gives what the status says when they do
/// not any more: by script, for learning is over sooner than the driver would see.
async fn while_it_learns(page: &Page, begin: &str, then: &str) -> Result<String> {
    let script = format!(
        "const buttons = () => [...document.querySelectorAll('.side button')];
        const press = (name) => buttons().find((button) => button.textContent === name).click();
        const until = async (what) => {{ while (!what()) await new Promise(requestAnimationFrame); }};
        {begin};
        await until(bar);
        {then};
        await until(() => !bar());
        return said();"
    );
    Ok(page.script_async(&script).await?.as_str().context("a status")?.to_owned())
}

#[tokio::test]
async fn learning_shows_how_far_it_is_and_can_be_given_up_and_begun_again() -> Result<()> {
    let text = questions(6_000);
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("many.csv");
    std::fs::write(&path, &text)?;
    check(async |page| {
        done(page).await?;
        page.upload("Result files", std::slice::from_ref(&path)).await?;
        page.wait_for_text("6 000 of 6 000 queries").await?;
        done(page).await?;
        let watch = "window.seen = [];
            window.bar = () => document.querySelector('progress[aria-label=\"Progress of the learning\"]');
            window.said = () => document.querySelector('[role=status]').textContent;
            new MutationObserver(() => { if (bar()) seen.push([bar().getAttribute('value'), said()]); })
                .observe(document.body, { childList: true, subtree: true, attributes: true, characterData: true });";
        page.script(watch).await?;
        add(page, "LinUCB").await?;
        // It is reset while it learns.
        let status = while_it_learns(page, "", "press('Reset')").await?;
        ensure!(status.starts_with("Round 0 of") && status.ends_with("Press Run"), "{status}");
        ensure!(alerts(page).await?.is_empty(), "{}", alerts(page).await?);
        // What is changed meanwhile is learned for when the person runs, and pausing gives that up as well.
        page.fill("spinbutton", "Rounds", "500").await?;
        let status = while_it_learns(page, "press('Run')", "press('Pause')").await?;
        ensure!(status.ends_with("Changed since: Run starts again"), "{status}");
        // So does a change after which nothing has to be learned: that is played at once.
        let switch = "document.querySelector('input[aria-label=\"Run policy 8, LinUCB\"]').click()";
        while_it_learns(page, "press('Run')", switch).await?;
        let played = async |policies: usize| {
            let what = format!("500 rounds of {policies} policies");
            page.until(&what, async || {
                let ended = page.text("[role=status]").await?.starts_with("500 rounds");
                Ok((ended && rows(page).await?.len() == policies).then_some(()))
            })
            .await
        };
        played(7).await?;
        page.script(&format!("window.seen = []; {switch}")).await?;
        played(8).await?;
        let seen: Vec<(String, String)> = serde_json::from_value(page.script("return window.seen").await?)?;
        let shares = seen.iter().map(|(share, _)| share.parse()).collect::<Result<Vec<f64>, _>>()?;
        ensure!(shares.is_sorted() && shares.iter().any(|share| (0.2..1.0).contains(share)), "{seen:?}");
        ensure!(seen.iter().all(|(_, said)| said.starts_with("Learning from the texts of the queries, ")), "{seen:?}");
        // The held data are as they were.
        let budget = page.find("spinbutton", "Budget per query").await?.prop("value").await?.context("a budget")?;
        let fixed = page.browser().client().find(Locator::Css("details.models > summary")).await?.text().await?;
        let mut all = policies(&fixed);
        all.as_array_mut().context("a list")?.push(json!({ "kind": "linucb" }));
        let experiment = json!({
            "version": 1,
            "environment": { "kind": "replay", "files": [{ "name": "many.csv" }] },
            "task": { "reward": "suc", "max_models": 1, "budget": budget.parse::<f64>()? },
            "policies": all,
            "run": { "rounds": 500, "replicates": 10, "seed": 1 }
        });
        let expected = native(&experiment, &[("many.csv", &text)])?;
        agrees(page, &expected).await?;
        // After a reload it is learned again, and the run is back.
        page.until("the run to be kept", async || {
            Ok(kept(page).await?.iter().any(|item| item["result"]["rounds"] == 500).then_some(()))
        })
        .await?;
        page.browser().client().refresh().await?;
        played(8).await?;
        agrees(page, &expected).await
    })
    .await
}
