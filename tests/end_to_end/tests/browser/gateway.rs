//! A live run through a real gateway, LiteLLM's proxy: `cargo xtask test --gateway` starts it and says where it is.

use anyhow::{Result, ensure};
use end_to_end::live::{choose, open, session, set, start, status};
use end_to_end::{check, not_run};
use llm_selection::live::log::{Outcome, Record};
use llm_selection::live::session::Phase;

/// Models of the gateway's configuration, whether each is right, and dollars per million tokens.
const MODELS: [(&str, bool, f64); 3] =
    [("mock-small", true, 1.0), ("mock-large", true, 4.0), ("mock-wrong", false, 2.0)];
/// What the gateway says every mocked answer takes.
const TOKENS: (f64, f64) = (10.0, 20.0);

#[tokio::test]
async fn fifty_rounds_end_with_the_expected_scores() -> Result<()> {
    let Ok(gateway) = std::env::var("GATEWAY") else {
        not_run("a live run through LiteLLM", "only `cargo xtask test --gateway` starts the gateway");
        return Ok(());
    };
    check(async |page| {
        open(page).await?;
        page.click("radio", "Real calls").await?;
        for (row, (name, _, price)) in MODELS.iter().enumerate() {
            let at = |part: &str| format!("tr[data-row='{row}'] {part}");
            set(page, &at("select[aria-label='Provider']"), "litellm").await?;
            set(page, &at("input[aria-label='Server address']"), &format!("{gateway}/v1")).await?;
            set(page, &at("input[aria-label='Model name']"), name).await?;
            set(page, &at("input[aria-label='Input price']"), &price.to_string()).await?;
            set(page, &at("input[aria-label='Output price']"), &price.to_string()).await?;
        }
        // Its own list of models, past its own CORS.
        page.script("document.querySelector('details.providers').open = true").await?;
        page.click("button", "Fetch model list").await?;
        page.wait_for_text("3 models: type a part of a name").await?;
        set(page, "select[aria-label='Questions']", "own").await?;
        let questions: String = (0..50).map(|number| format!("\nWhich letter has number {number}?,B")).collect();
        set(page, "#live-paste", &format!("query,reference{questions}\n")).await?;
        page.click("button", "Use pasted questions").await?;
        page.wait_for_text("Read: 50 questions").await?;
        choose(page, "Reward model", "Sum up").await?;
        for (name, value) in [("Models per question", "3"), ("Rounds", "50"), ("Batch", "10"), ("Total spend", "5")] {
            page.fill("spinbutton", name, value).await?;
        }
        start(page).await?;
        page.until("the run to end", async || Ok(status(page).await?.ends_with("Done").then_some(()))).await?;
        page.screenshot("gateway").await?;
        let (_, entries) = end_to_end::live::kept(page).await?;
        let mut arms = Vec::new();
        let mut seen = 0;
        for entry in &entries {
            match &entry.what {
                Record::Intent { slot, .. } => arms.push(slot.arm),
                Record::Outcome { call, outcome: Outcome::Answered(said) } => {
                    let (name, right, _) = MODELS[arms[*call as usize]];
                    ensure!(said.score == Some(f64::from(u8::from(right))), "{name}: {said:?}");
                    seen += 1;
                }
                Record::Outcome { outcome, .. } => anyhow::bail!("{outcome:?}"),
                _ => {}
            }
        }
        let session = session(page).await?;
        ensure!(seen == 150 && session.phase() == Phase::Done, "{seen} answers");
        let each: f64 = MODELS.iter().map(|(_, _, price)| (TOKENS.0 + TOKENS.1) * price / 1e6).sum();
        ensure!((session.ledger().known() - 50.0 * each).abs() < 1e-9, "{}", session.ledger().known());
        Ok(())
    })
    .await
}
