//! The page as a whole.

use anyhow::{Result, ensure};
use end_to_end::check;

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
