//! The page as a whole.

use anyhow::{Context, Result, ensure};
use end_to_end::{Page, check};

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
    let open = "return document.querySelector('[popover]:popover-open')?.getAttribute('aria-label') ?? ''";
    page.until(&format!("the text {name}"), async || Ok((page.script(open).await? == name).then_some(()))).await
}

/// The texts come with the first question; then every button has its own, and every text its button.
const RESULTS: &str = "query_id,model,score,cost\n1,a,1,0.1\n1,b,0,0.05\n2,a,1,0.2\n2,b,1,0.05\n";

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
        // Some policies are there for files alone.
        page.drop_files(".drop", &[("results.csv", RESULTS)]).await?;
        page.wait_for_text("2 of 2 queries").await?;
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
        let strange = "const name = (element) => element.getAttribute('aria-label');
            const buttons = [...document.querySelectorAll('button.explain')], texts = [...document.querySelectorAll('.explanation')];
            const text = (button) => document.getElementById(button.getAttribute('popovertarget'));
            const lost = buttons.filter((button) => !text(button)?.querySelector('p')
                || name(button) !== `Explain: ${name(text(button))}` || name(text(button)) !== text(button).querySelector('h2').innerText);
            const unasked = texts.filter((text) => !buttons.some((button) => button.getAttribute('popovertarget') === text.id));
            return lost.concat(unasked).map(name);";
        let strange: Vec<String> = serde_json::from_value(page.script(strange).await?)?;
        ensure!(strange.is_empty(), "{strange:?}");
        let once = "return new Set([...document.querySelectorAll('[id]')].map((element) => element.id)).size
            === document.querySelectorAll('[id]').length";
        page.script(once).await?.as_bool().filter(|once| *once).context("an id stands twice").map(drop)
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
