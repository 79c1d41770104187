//! The page as a whole.

use anyhow::{Context, Result, ensure};
use end_to_end::playground::done;
use end_to_end::{Page, check};
use serde_json::json;

#[tokio::test]
async fn the_page_starts() -> Result<()> {
    check(async |page| {
        let title = page.browser().client().title().await?;
        ensure!(title.contains("LLM Selection Playground"), "title: {title}");
        page.find("heading", "LLM Selection Playground").await?;
        page.screenshot("start").await
    })
    .await
}

/// The harness itself: it must notice what the page must not do.
#[tokio::test]
async fn a_breach_of_the_policy_fails_a_test() -> Result<()> {
    let outcome = check(async |page| {
        page.script("document.body.setAttribute('style', 'color: red')").await?;
        Ok(())
    })
    .await;
    let message = format!("{:#}", outcome.err().unwrap_or_else(|| anyhow::anyhow!("nothing noticed")));
    ensure!(message.contains("Content Security Policy"), "{message}");
    Ok(())
}

/// Waits for a text to be open under this name.
async fn opened(page: &Page, name: &str) -> Result<()> {
    let open = "return [...document.querySelectorAll(':popover-open')].map((open) => open.getAttribute('aria-label'))";
    let is_open = async || {
        let names: Vec<Option<String>> = serde_json::from_value(page.script(open).await?)?;
        Ok(names.iter().any(|other| other.as_deref() == Some(name)).then_some(()))
    };
    page.until(&format!("the text {name}"), is_open).await
}

/// Results of two models on queries with texts.
fn results() -> String {
    let mut text = String::from("query_id,model,score,cost,latency_ms,query,answer\n");
    for query in 0..60 {
        for (model, right) in [("a", query % 2), ("b", query % 3 % 2)] {
            let kind = ["sums of apples", "poems of spring"][query % 2];
            text += &format!("{query},{model},{right},0.1,{},{kind} {query},{}\n", 10 + query, ["no", "yes"][right]);
        }
    }
    text
}

/// What is wrong with the buttons and texts of explanations; the second is the texts' identifiers that no button has.
async fn unexplained(page: &Page) -> Result<(Vec<String>, Vec<String>)> {
    let strange = "const name = (element) => element.getAttribute('aria-label');
        const buttons = [...document.querySelectorAll('button.explain')], texts = [...document.querySelectorAll('.explanation:not([id^=term-])')];
        const text = (button) => document.getElementById(button.getAttribute('popovertarget'));
        const lost = buttons.filter((button) => !text(button)?.querySelector('p')
            || name(button) !== `Explain: ${name(text(button))}` || name(text(button)) !== text(button).querySelector('h2').innerText);
        const unasked = texts.filter((text) => !buttons.some((button) => button.getAttribute('popovertarget') === text.id));
        return [lost, unasked].map((list) => list.map(name));";
    Ok(serde_json::from_value(page.script(strange).await?)?)
}

/// The texts come with the first question; then every button has its own, and every text its button in one of the rooms.
#[tokio::test]
async fn every_number_is_explained() -> Result<()> {
    check(async |page| {
        ensure!(page.script("return document.querySelector('.explanation') === null").await? == true, "not asked yet");
        page.click("button", "Explain: Reward model").await?;
        opened(page, "Reward model").await?;
        page.wait_for_text("What a set S of models earns").await?;
        page.click("button", "Explain: Rounds, replicates, seed").await?;
        opened(page, "Rounds, replicates, seed").await?;
        page.screenshot("explanation").await?;
        page.script("for (const text of document.querySelectorAll(':popover-open')) text.hidePopover()").await?;
        page.fill("spinbutton", "Rounds", "100").await?;
        page.fill("spinbutton", "Replicates", "2").await?;
        // The other views of the room, before there are policies that no sweep of a built-in set can play.
        page.click("tab", "Sweep").await?;
        page.click("button", "Run sweep").await?;
        page.find("table", "Sweep results").await?;
        let (strange, mut elsewhere) = unexplained(page).await?;
        ensure!(strange.is_empty(), "{strange:?}");
        page.click("tab", "Studies").await?;
        page.find("button", "Explain: Studies").await?;
        let (strange, unasked) = unexplained(page).await?;
        ensure!(strange.is_empty(), "{strange:?}");
        elsewhere.retain(|text| unasked.contains(text));
        page.click("tab", "This run").await?;
        // Some policies are there for files alone.
        page.drop_files(".drop", &[("results.csv", &results())]).await?;
        page.wait_for_text("60 of 60 queries").await?;
        for entry in 0.. {
            page.click("button", "Add policy").await?;
            let press = format!(
                "const all = document.querySelectorAll('#add-policy button:not(:disabled)');
                all[{entry}].click();
                return all.length - {entry};"
            );
            if page.script(&press).await? == 1 {
                break;
            }
        }
        page.find("combobox", "Data set").await?.select_by_value("sciq").await?;
        page.find("button", "Explain: Order of queries").await?;
        let (strange, unasked) = unexplained(page).await?;
        ensure!(strange.is_empty(), "{strange:?}");
        elsewhere.retain(|text| unasked.contains(text));
        // In the other room, with what was trained; every input of its set-up and every table of numbers has one.
        page.click("link", "Query-aware").await?;
        page.drop_files(".drop", &[("results.csv", &results())]).await?;
        page.until("Train to be possible", async || {
            Ok(page.find("button", "Train").await?.is_enabled().await?.then_some(()))
        })
        .await?;
        page.click("button", "Train").await?;
        page.find("table", "Calls by model").await?;
        let (strange, unasked) = unexplained(page).await?;
        ensure!(strange.is_empty(), "{strange:?}");
        let nowhere: Vec<String> = unasked.into_iter().filter(|text| elsewhere.contains(text)).collect();
        let bare = "const explained = (part) => part?.querySelector('button.explain');
            const inputs = [...document.querySelectorAll('[id^=qa-]:is(input, textarea), #qa-table')].filter((input) =>
                !explained(input.closest('.field')) && !explained(input.closest('fieldset')?.querySelector('legend')));
            const tables = [...document.querySelectorAll('main .card table.table')].filter((table) =>
                !table.closest('details, figure') && !explained(table.closest('.card').querySelector('.card-head')));
            return inputs.map((input) => input.id).concat(tables.map((table) => table.getAttribute('aria-label')));";
        let bare: Vec<String> = serde_json::from_value(page.script(bare).await?)?;
        ensure!(bare.is_empty(), "{bare:?}");
        let once = "return new Set([...document.querySelectorAll('[id]')].map((element) => element.id)).size
            === document.querySelectorAll('[id]').length";
        let ids_are_unique =
            async || page.script(once).await?.as_bool().filter(|once| *once).context("an id stands twice").map(drop);
        ids_are_unique().await?;
        // In the room Live: before real calls, and with a run.
        page.click("link", "Live").await?;
        page.click("radio", "Real calls").await?;
        page.find("button", "Explain: Keys").await?;
        let (strange, before) = unexplained(page).await?;
        ensure!(strange.is_empty(), "{strange:?}");
        ids_are_unique().await?;
        page.click("radio", "Dry run").await?;
        page.click("button", "Start the dry run").await?;
        page.find("table", "Calls").await?;
        let (strange, during) = unexplained(page).await?;
        ensure!(strange.is_empty(), "{strange:?}");
        let nowhere: Vec<&String> =
            nowhere.iter().filter(|text| before.contains(text) && during.contains(text)).collect();
        ensure!(nowhere.is_empty(), "{nowhere:?}");
        ids_are_unique().await
    })
    .await
}

/// The legend stays in view above the figures, and not above what is below them.
#[tokio::test]
async fn the_legend_stays_with_its_figures() -> Result<()> {
    check(async |page| {
        page.find("table", "Results").await?;
        let legend = async |beside: &str| {
            page.script(&format!(
                "document.querySelector('{beside}').scrollIntoView({{ block: 'center', behavior: 'instant' }});
                const box = document.querySelector('.legend').getBoundingClientRect();
                return box.bottom > 0 && box.top < innerHeight;"
            ))
            .await
        };
        ensure!(legend(".figs > :last-child").await? == true, "the legend has gone before the figures");
        // Room to scroll the table to the top.
        page.resize(1280, 420).await?;
        ensure!(legend("table[aria-label=Results] tbody tr:last-child").await? == false, "the legend covers the table");
        Ok(())
    })
    .await
}

/// On a phone a long text ends above the buttons at the foot, and its own button closes it.
#[tokio::test]
async fn an_explanation_leaves_the_dock_free() -> Result<()> {
    check(async |page| {
        done(page).await?;
        page.resize(390, 844).await?;
        page.click("button", "Explain: Cumulative regret").await?;
        opened(page, "Cumulative regret").await?;
        page.until("the text to end above the dock", async || {
            let free = "const text = document.querySelector('.explanation:popover-open').getBoundingClientRect();
                const dock = document.querySelector('.dock').getBoundingClientRect();
                return dock.height > 0 && text.bottom <= dock.top";
            Ok((page.script(free).await? == true).then_some(()))
        })
        .await?;
        page.click("button", "Close").await?;
        ensure!(page.script("return document.querySelector(':popover-open') === null").await? == true, "closed");
        Ok(())
    })
    .await
}

/// Where the texts cannot be had, the page says so.
#[tokio::test]
async fn explanations_that_do_not_come_are_regretted() -> Result<()> {
    check(async |page| {
        page.script("document.querySelector('meta[name=explanations]').remove()").await?;
        page.click("button", "Explain: Reward model").await?;
        opened(page, "No explanation").await?;
        page.wait_for_text("The explanations could not be loaded.").await
    })
    .await
}

/// The glossary lists every explanation, finds words in them, and opens each.
#[tokio::test]
async fn the_glossary_has_every_explanation() -> Result<()> {
    check(async |page| {
        done(page).await?;
        page.click("button", "Help").await?;
        page.click("button", "Glossary").await?;
        opened(page, "Glossary").await?;
        page.until("the search to have the focus, the page where it was", async || {
            let here = page.script("return [document.activeElement.id, scrollY]").await?;
            Ok((here == json!(["glossary-search", 0])).then_some(()))
        })
        .await?;
        let count = "return [document.querySelectorAll('.glossary button').length, document.querySelectorAll('.explanation').length]";
        let [listed, all]: [usize; 2] = serde_json::from_value(page.script(count).await?)?;
        ensure!(listed == all && all > 60, "{listed} of {all}");
        // "Rounding" is a title; "coins" stands in its text alone.
        page.fill("searchbox", "Search in all explanations", "coins").await?;
        page.click("button", "Rounding").await?;
        opened(page, "Rounding").await?;
        page.screenshot("glossary").await?;
        // The glossary below has such a button too.
        page.script("document.querySelector('.explanation:popover-open > .close').click()").await?;
        page.until("the text to be closed by its button", async || {
            let closed = page.script("return document.querySelector('.explanation:popover-open') === null").await?;
            Ok((closed == true).then_some(()))
        })
        .await?;
        // What is meant stands first, then titles with the word, then texts.
        page.fill("searchbox", "Search in all explanations", "regret").await?;
        page.until("the nearest name first", async || {
            let first = page.script("return document.querySelector('.glossary button')?.innerText").await?;
            Ok((first == "Cumulative regret").then_some(()))
        })
        .await?;
        page.fill("searchbox", "Search in all explanations", "Lemma 1").await?;
        page.find("button", "Radius").await?;
        page.fill("searchbox", "Search in all explanations", "log-log").await?;
        page.find("button", "Cumulative regret").await?;
        page.fill("searchbox", "Search in all explanations", "no such word").await?;
        page.wait_for_text("Nothing found: try another word.").await?;
        page.click("button", "Close").await?;
        let closed = page.script("return document.querySelector(':popover-open') === null").await?;
        ensure!(closed == true, "the glossary is closed by its button");
        Ok(())
    })
    .await
}

/// The tour is offered once, goes through the Playground by keyboard, can be left, and called again from any room.
#[tokio::test]
async fn the_tour_shows_the_playground() -> Result<()> {
    check(async |page| {
        page.click("button", "Take the tour").await?;
        let marked = "const marked = document.querySelectorAll('[data-toured]');
            const box = marked[0]?.getBoundingClientRect();
            return [marked.length, Boolean(box && box.height > 0 && box.bottom > 0 && box.top < innerHeight), document.activeElement.tagName]";
        for stop in 1..=12 {
            let (now, here) = ("return document.querySelector('.tour .note')?.innerText ?? ''", format!("{stop} of 12"));
            page.until(&here, async || Ok((page.script(now).await? == here).then_some(()))).await?;
            let found = page.script(marked).await?;
            ensure!(found == json!([1, true, "H2"]), "stop {stop}: {found}");
            if stop == 8 {
                page.screenshot("tour").await?;
            }
            let press = if stop == 12 { "End the tour" } else { "Next" };
            page.press(&page.find("button", press).await?).await?;
        }
        ensure!(page.script("return document.querySelector('.tour, .welcome, [data-toured]') === null").await? == true, "over");
        let back = "return [document.activeElement.innerText, scrollY]";
        ensure!(page.script(back).await? == json!(["Help", 0]), "back at the top");
        // Not offered again; but there, from any room.
        page.open("?again").await?;
        ensure!(page.script("return document.querySelector('.welcome') === null").await? == true, "offered twice");
        page.click("link", "Query-aware").await?;
        page.click("button", "Help").await?;
        page.click("button", "Two-minute tour").await?;
        page.wait_for_text("What is played here").await?;
        let found = page.script(marked).await?;
        ensure!(found == json!([1, true, "H2"]), "{found}");
        page.press(&page.find("button", "Skip the tour").await?).await?;
        ensure!(page.script("return document.querySelector('.tour') === null").await? == true, "left");
        Ok(())
    })
    .await
}
