//! Files with missing results and warnings, as a person meets them: which queries are played, which rows it is about.

use anyhow::{Result, ensure};
use end_to_end::check;
use end_to_end::playground::{agrees, done, native, policies};
use fantoccini::Locator;
use serde_json::json;

/// Three models on 90 queries; `large` misses every third, `small` every seventh.
fn results() -> String {
    let mut text = String::from("query_id,model,score,cost\n");
    for query in 0..90u64 {
        for (model, (name, misses)) in [("small", 7), ("medium", u64::MAX), ("large", 3)].into_iter().enumerate() {
            if (query + 1) % misses != 0 {
                let right = (query * 7 + model as u64 * 5) % 9 < 5 + model as u64;
                let cost = [0.0005, 0.001, 0.004][model] * (1.0 + (query % 10) as f64 / 20.0);
                text += &format!("q{query},{name},{},{cost:.6}\n", u8::from(right));
            }
        }
    }
    text
}

#[tokio::test]
async fn missing_results_make_models_away_where_it_is_chosen() -> Result<()> {
    let text = results();
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("gaps.csv");
    std::fs::write(&path, &text)?;
    check(async |page| {
        done(page).await?;
        page.upload("Result files", std::slice::from_ref(&path)).await?;
        page.wait_for_text("52 of 90 queries have a result of every model. The others are left out.").await?;
        page.wait_for_text("These queries are left out.").await?;
        page.fill("spinbutton", "Models per query", "2").await?;
        page.fill("spinbutton", "Budget per query", "0.003").await?;
        page.fill("spinbutton", "Rounds", "2000").await?;
        page.fill("spinbutton", "Replicates", "2").await?;
        let fixed = page.browser().client().find(Locator::Css("details.models > summary")).await?.text().await?;
        for rule in ["drop", "unavailable", "drop"] {
            let select = page.find("combobox", "Queries with missing results").await?;
            select.select_by_value(rule).await?;
            let experiment = json!({
                "version": 1,
                "environment": { "kind": "replay", "files": [{ "name": "gaps.csv" }], "missing": rule },
                "task": { "reward": "suc", "max_models": 2, "budget": 0.003 },
                "policies": policies(&fixed),
                "run": { "rounds": 2000, "replicates": 2, "seed": 1 }
            });
            let expected = native(&experiment, &[("gaps.csv", &text)])?;
            page.until("the numbers of the command line", async || {
                done(page).await?;
                Ok(agrees(page, &expected).await.is_ok().then_some(()))
            })
            .await
            .ok();
            agrees(page, &expected).await?;
            let said = page.text("#experiment").await?;
            ensure!(said.contains("These models are away there.") == (rule == "unavailable"), "{rule}: {said}");
        }
        page.screenshot("missing").await
    })
    .await
}

#[tokio::test]
async fn warnings_and_missing_cells_lead_to_their_rows() -> Result<()> {
    let text = "query_id,model,score,note,cost\nq1,free,1,\"<b>a</b>\nb\",0\nq1,dear,1,c,0.5\nq2,free,0,d,0\nq2,dear,,e,0.25\nq3,dear,1,f,0.5\n";
    check(async |page| {
        done(page).await?;
        page.drop_files(".drop", &[("costs.csv", text)]).await?;
        page.wait_for_text("the cost of “free” is 0 everywhere").await?;
        let rows = async |wanted: &str| {
            page.until(wanted, async || {
                let shown = page
                    .script("return [...document.querySelectorAll('.rows tr')].map(row => [...row.cells].map(cell => cell.textContent).join('|')).join('/')")
                    .await?;
                Ok((shown.as_str() == Some(wanted)).then_some(()))
            })
            .await
        };
        page.click("button", "Show 2\u{a0}rows").await?;
        rows("Row|cost, in question|query_id|model|score|note/2|0|q1|free|1|<b>a</b>\nb/4|0|q2|free|0|d").await?;
        page.find("table", "Rows of the file").await?;
        page.screenshot("rows").await?;
        page.click("button", "Hide 2\u{a0}rows").await?;
        rows("").await?;
        page.click("button", "Show free: 1 missing").await?;
        rows("Query|Lacks its|In row/q3|row|–").await?;
        page.click("button", "Show dear: 1 missing").await?;
        rows("Query|Lacks its|In row/q2|score|5/Row|query_id|model|score|note|cost/5|q2|dear||e|0.25").await
    })
    .await
}
