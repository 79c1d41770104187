//! The policies' menu and parameters, and worlds that change, as a person sets them.

use anyhow::{Context, Result, ensure};
use end_to_end::playground::{agrees, alerts, done, example, native, rows};
use end_to_end::{Page, check};
use fantoccini::Locator;
use serde_json::{Value, json};

const ENTER: &str = "\u{e007}";
const ESCAPE: &str = "\u{e00c}";
const TAB: &str = "\u{e004}";

/// Chooses an entry of the menu *Add policy*.
async fn add(page: &Page, entry: &str) -> Result<()> {
    page.click("button", "Add policy").await?;
    let buttons = page.all("button").await?;
    let names: Vec<&String> = buttons.iter().map(|(_, name)| name).collect();
    let found = buttons.iter().find(|(_, name)| name.strip_prefix(entry).is_some_and(|rest| !rest.starts_with('-')));
    page.press(&found.with_context(|| format!("{entry} among {names:?}"))?.0).await
}

/// Chooses an option of the combobox with this name.
async fn choose(page: &Page, name: &str, value: &str) -> Result<()> {
    page.find("combobox", name).await?.select_by_value(value).await.with_context(|| format!("{name}: {value}"))
}

async fn press(page: &Page, selector: &str) -> Result<()> {
    page.press(&page.browser().client().find(Locator::Css(selector)).await?).await
}

/// Short runs: there are many of them.
async fn shorten(page: &Page) -> Result<Value> {
    done(page).await?;
    page.fill("spinbutton", "Rounds", "2000").await?;
    page.fill("spinbutton", "Replicates", "2").await?;
    let mut experiment = example();
    experiment["run"] = json!({ "rounds": 2000, "replicates": 2, "seed": 1 });
    Ok(experiment)
}

fn list<'a>(experiment: &'a mut Value, name: &str) -> Result<&'a mut Vec<Value>> {
    experiment[name].as_array_mut().context("a list")
}

/// Waits until the page shows the numbers of this experiment.
async fn shows(page: &Page, experiment: &Value) -> Result<()> {
    let expected = native(experiment, &[])?;
    page.until("the numbers of the experiment", async || {
        done(page).await?;
        Ok(agrees(page, &expected).await.is_ok().then_some(()))
    })
    .await
    .ok();
    agrees(page, &expected).await
}

/// What a figure says of itself.
async fn described(page: &Page, figure: &str) -> Result<String> {
    let figure = page.find("figure", figure).await?;
    let picture = figure.find(Locator::Css("svg[role=img]")).await?;
    Ok(picture.attr("aria-label").await?.unwrap_or_default().replace('\u{202f}', " "))
}

#[tokio::test]
async fn every_policy_of_the_menu_runs() -> Result<()> {
    check(async |page| {
        let mut experiment = shorten(page).await?;
        let added = [
            ("C2MAB-V-Direct", json!({ "kind": "c2mab-v-direct" })),
            ("Primal–dual", json!({ "kind": "primal-dual" })),
            ("Offline", json!({ "kind": "offline" })),
            ("Always the best", json!({ "kind": "fixed", "models": ["GPT-4"] })),
            ("Always the cheapest", json!({ "kind": "fixed", "models": ["ChatGLM2"] })),
        ];
        for (entry, policy) in added {
            add(page, entry).await?;
            list(&mut experiment, "policies")?.push(policy);
        }
        shows(page, &experiment).await?;
        page.screenshot("all").await?;
        let (name, _) = rows(page).await?.pop().context("a row")?;
        ensure!(name == "Always ChatGLM2", "the cheapest: {name}");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn options_of_policies_reach_the_engine() -> Result<()> {
    check(async |page| {
        let mut experiment = shorten(page).await?;
        for (place, name) in [(2, "CUCB"), (3, "Thompson"), (4, "ε-greedy")] {
            page.click("checkbox", &format!("Cost-aware of policy {place}, {name}")).await?;
            list(&mut experiment, "policies")?[place - 1]["cost_aware"] = json!(true);
        }
        choose(page, "Memory of policy 1, C2MAB-V", "window").await?;
        page.fill("spinbutton", "Window of policy 1, C2MAB-V", "300").await?;
        list(&mut experiment, "policies")?[0]["window"] = json!(300);
        add(page, "Offline").await?;
        page.fill("spinbutton", "Samples of policy 8, Offline", "40").await?;
        list(&mut experiment, "policies")?.push(json!({ "kind": "offline", "samples": 40 }));
        shows(page, &experiment).await?;
        choose(page, "Memory of policy 1, C2MAB-V", "discount").await?;
        list(&mut experiment, "policies")?[0] =
            json!({ "kind": "c2mab-v", "alpha_mu": 0.3, "alpha_c": 0.05, "discount": 0.999 });
        shows(page, &experiment).await
    })
    .await
}

#[tokio::test]
async fn a_world_can_change() -> Result<()> {
    check(async |page| {
        let mut experiment = shorten(page).await?;
        ensure!(page.text(".changes > summary").await?.contains("Nothing changes"), "at first");
        press(page, ".changes > summary").await?;
        page.click("button", "Add change").await?;
        page.click("button", "Add absence").await?;
        // The best model falls to the worst half-way, and is away for the second quarter.
        experiment["environment"]["drift"] = json!([{ "at": 1000, "models": { "GPT-4": { "reward": 0.48 } } }]);
        experiment["environment"]["availability"] = json!([{ "model": "GPT-4", "from": 500, "to": 1000 }]);
        shows(page, &experiment).await?;
        let summary = page.text(".changes > summary").await?.replace('\u{a0}', " ");
        ensure!(summary.contains("1 change, 1 absence"), "{summary}");
        for figure in ["Cumulative regret", "Budget violation", "Reward and cost", "Selection share"] {
            let text = described(page, figure).await?;
            ensure!(text.contains("round 500 (GPT-4 away)"), "{figure}: {text}");
            ensure!(text.contains("round 1 000 (GPT-4 changes, GPT-4 back)"), "{figure}: {text}");
        }
        page.screenshot("changed").await?;
        page.fill("spinbutton", "Round of change 1", "1500").await?;
        page.fill("spinbutton", "Mean cost of GPT-4 in change 1", "0.1").await?;
        page.click("button", "Add model to change 1").await?;
        choose(page, "Model of change 1, Claude 2", "ChatGLM2").await?;
        page.fill("spinbutton", "Mean reward of ChatGLM2 in change 1", "0.95").await?;
        choose(page, "Model of absence 1", "Claude 2").await?;
        experiment["environment"]["drift"] = json!([
            { "at": 1500, "models": { "GPT-4": { "reward": 0.48, "cost": 0.1 }, "ChatGLM2": { "reward": 0.95 } } }
        ]);
        experiment["environment"]["availability"] = json!([{ "model": "Claude 2", "from": 500, "to": 1000 }]);
        shows(page, &experiment).await?;
        page.click("button", "Remove change 1").await?;
        page.click("button", "Remove absence 1").await?;
        page.fill("spinbutton", "Cost spread", "0.2").await?;
        experiment["environment"]["cost_spread"] = json!(0.2);
        for list in ["drift", "availability"] {
            experiment["environment"][list] = json!([]);
        }
        shows(page, &experiment).await
    })
    .await
}

#[tokio::test]
async fn another_source_keeps_what_fits_it() -> Result<()> {
    check(async |page| {
        shorten(page).await?;
        press(page, ".changes > summary").await?;
        page.click("button", "Add change").await?;
        let set = page.find("combobox", "Data set").await?;
        let preset = set.find_all(Locator::Css("option")).await?;
        let value = preset.last().context("a built-in data set")?.attr("value").await?.context("a value")?;
        choose(page, "Data set", &value).await?;
        page.wait_for_text("GPT-4 is not among these models: what was to change about it is dropped").await?;
        ensure!(page.text(".changes > summary").await?.contains("Nothing changes"), "dropped");
        done(page).await?;
        page.click("button", "Add next part of files").await?;
        choose(page, "Order of queries", "sequential").await?;
        page.until("the change in the figure", async || {
            done(page).await?;
            Ok(described(page, "Cumulative regret").await?.contains("round 1 000 (next part)").then_some(()))
        })
        .await?;
        choose(page, "Data set", "illustration").await?;
        page.wait_for_text("the changes to their next part are dropped").await
    })
    .await
}

#[tokio::test]
async fn a_wrong_value_names_its_field_and_keeps_the_run() -> Result<()> {
    check(async |page| {
        shorten(page).await?;
        choose(page, "Memory of policy 1, C2MAB-V", "window").await?;
        add(page, "Offline").await?;
        add(page, "C2MAB-V").await?;
        choose(page, "Memory of policy 9, C2MAB-V", "discount").await?;
        press(page, ".changes > summary").await?;
        page.click("button", "Add change").await?;
        page.click("button", "Add absence").await?;
        page.until("a run of nine", async || {
            done(page).await?;
            Ok((rows(page).await?.len() == 9 && described(page, "Cumulative regret").await?.contains("away"))
                .then_some(()))
        })
        .await?;
        let before = rows(page).await?;
        for (field, value, named) in [
            ("Window of policy 1, C2MAB-V", "0", "Window W"),
            ("Discount of policy 9, C2MAB-V", "1", "Discount γ"),
            ("Samples of policy 8, Offline", "0", "Samples"),
            ("Round of change 1", "1", "Round of change 1"),
            ("Round of change 1", "2001", "Round of change 1"),
            ("Mean reward of GPT-4 in change 1", "1.5", "Mean reward of GPT-4 in change 1"),
            ("Mean cost of GPT-4 in change 1", "-1", "Mean cost of GPT-4 in change 1"),
            ("First round of absence 1, GPT-4", "0", "First round of absence 1"),
            ("Round back of absence 1, GPT-4", "500", "Round back of absence 1"),
            ("Cost spread", "2", "Cost spread"),
        ] {
            let input = page.find("spinbutton", field).await?;
            let good = input.prop("value").await?.context("a value")?;
            page.fill("spinbutton", field, value).await?;
            page.until(&format!("an alert about {field} {value}"), async || {
                let text = alerts(page).await?;
                Ok((text.contains(named) && text.contains(value)).then_some(()))
            })
            .await?;
            let invalid = page.find("spinbutton", field).await?.attr("aria-invalid").await?;
            ensure!(invalid.as_deref() == Some("true"), "{field}: {invalid:?}");
            ensure!(rows(page).await? == before, "{field} {value}: the last good run stays");
            // An empty value is typed as such.
            let good = if good.is_empty() { "\u{e017}" } else { &good };
            page.fill("spinbutton", field, good).await?;
            page.until("no alert", async || Ok(alerts(page).await?.is_empty().then_some(()))).await?;
        }
        page.fill("spinbutton", "Rounds", "800").await?;
        page.until("an alert about the rounds", async || {
            let text = alerts(page).await?;
            Ok((text.contains("Round of change 1") && text.contains("2 to 800")).then_some(()))
        })
        .await?;
        page.screenshot("rounds").await
    })
    .await
}

#[tokio::test]
async fn the_menu_works_by_keyboard_alone() -> Result<()> {
    check(async |page| {
        shorten(page).await?;
        let client = page.browser().client();
        let focused = "return document.activeElement.innerText ?? ''";
        page.find("button", "Add policy").await?.send_keys(ENTER).await?;
        client.active_element().await?.send_keys(ESCAPE).await?;
        let open = page.find("button", "Add policy").await?.attr("aria-expanded").await?;
        ensure!(open.as_deref() == Some("false"), "Escape closes: {open:?}");
        ensure!(page.script(focused).await?.as_str().is_some_and(|text| text.contains("Add policy")), "focus is back");
        client.active_element().await?.send_keys(ENTER).await?;
        for _ in 0..12 {
            client.active_element().await?.send_keys(TAB).await?;
            if page.script(focused).await?.as_str().is_some_and(|text| text.starts_with("Always the cheapest")) {
                break;
            }
        }
        client.active_element().await?.send_keys(ENTER).await?;
        page.until("the policy", async || {
            done(page).await?;
            Ok(rows(page).await?.iter().any(|(name, _)| name == "Always ChatGLM2").then_some(()))
        })
        .await?;
        ensure!(
            page.script(focused).await?.as_str().is_some_and(|text| text.contains("Add policy")),
            "focus stays near"
        );
        Ok(())
    })
    .await
}
