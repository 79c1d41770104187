//! Step and the round inspector: rounds one by one, and what went on in one, beside the engine run natively.

use anyhow::{Context, Result, ensure};
use end_to_end::playground::{done, example, rows};
use end_to_end::{Page, check};
use llm_selection::experiment::Experiment;
use llm_selection::inspect::{Answer, Inspection, Inspector, RoundWanted, Seek};
use llm_selection::optimum::{joint, reports};
use llm_selection::plan::Plan;
use llm_selection::simulation::{JobState, Simulation};
use llm_selection::summary::{Collector, RunResult};

fn simulation() -> Result<(Plan, Simulation)> {
    let plan = Plan::new(&Experiment::from_json(&example().to_string())?, None)?;
    let simulation = Simulation::new(plan.game.clone());
    Ok((plan, simulation))
}

/// The opening experiment up to a round.
fn played_to(round: u32) -> Result<RunResult> {
    let (plan, simulation) = simulation()?;
    let mut collector = Collector::new(&plan);
    for (index, job) in (0..).zip(simulation.jobs()) {
        let mut job = JobState::new(&simulation, index, job);
        while job.advance_to(&simulation, 1_000, round) > 0 {}
        job.take_update(&simulation).into_iter().for_each(|update| collector.absorb(update));
    }
    Ok(collector.result(&plan, &reports(&plan, simulation.optima(), &joint(&plan.game))))
}

/// A round of the opening experiment.
fn inspected(policy: u32, replicate: u32, seek: Seek) -> Result<Inspection> {
    let (_, simulation) = simulation()?;
    let wanted = RoundWanted { policy, replicate, seek, played: 10_000 };
    match Inspector::new().look(&simulation, wanted, 1e9, || 0.0)?.context("an answer")? {
        Answer::Round(inspection) => Ok(*inspection),
        Answer::NoneOver => anyhow::bail!("no round"),
    }
}

/// The round of a status that says where the run is paused.
fn paused_at(status: &str) -> Option<u32> {
    let digits: String = status.chars().filter(char::is_ascii_digit).collect();
    if status.starts_with("Paused") { digits.parse().ok() } else { None }
}

/// The figures of the table, policy by policy, are those of a run up to this round.
async fn stands_at(page: &Page, round: u32) -> Result<()> {
    let expected = played_to(round)?;
    page.until("the status of the round", async || {
        let text = page.text("[role=status]").await?;
        let there = if round == 10_000 { text.ends_with("Done") } else { paused_at(&text) == Some(round) };
        Ok(there.then_some(()))
    })
    .await?;
    page.until("the figures of the round", async || {
        let rows = rows(page).await?;
        let agree = rows.iter().zip(&expected.policies).all(|((_, values), policy)| {
            let finals = &policy.finals;
            // The ratio's interval is only of whole runs; its value is there.
            let figures = [finals.regret, finals.violation, finals.reward, finals.cost];
            let found: Vec<Option<f64>> = values.iter().take(4).map(|value| value.parse().ok()).collect();
            found == figures.map(|figure| figure.mean)
        });
        Ok(agree.then_some(()))
    })
    .await
}

/// What the inspector shows: numbers in `<data value>`, by part.
async fn shows(page: &Page, round: &Inspection) -> Result<()> {
    let script = "const all = (selector) => [...document.querySelectorAll(selector)];
        const values = (of) => [...of.querySelectorAll('data')].map((one) => Number(one.getAttribute('value')));
        const rows = (table) => all(table + ' tbody tr').map((row) => [row.querySelector('th').innerText.trim(), values(row)]);
        if (!document.querySelector('#inspector .cloud')) return null;
        return JSON.stringify([rows('#inspector table.est:not(.learned)'), rows('#inspector table.learned'),
            all('#inspector .calls li').map((call) => values(call)), values(document.querySelector('#inspector .cloud')),
            Number(document.getElementById('inspector-round').value)])";
    // As a text: Firefox's driver reads numbers to the last bit but one.
    let text = async || Ok(page.script(script).await?.as_str().map(str::to_owned));
    let found: Numbers = serde_json::from_str(&page.until("a round", text).await?)?;
    let names = [
        "GPT-4",
        "Claude 2",
        "GPT-3.5",
        "Claude 1.2",
        "Mixtral-8x7B",
        "Llama 2-70B",
        "ForeFrontAI",
        "Llama 2-13B",
        "ChatGLM2",
    ];
    let finite = |value: Option<f64>| value.filter(|value| value.is_finite());
    let models: Vec<(String, Vec<f64>)> = (names.iter().zip(&round.arms))
        .map(|(name, arm)| {
            let seen = arm.before.map(|before| f64::from(before.seen));
            (
                (*name).to_owned(),
                [seen, finite(arm.by_reward), finite(arm.by_cost), arm.z].into_iter().flatten().collect(),
            )
        })
        .collect();
    let called = |arm: &u32| round.arms.get(*arm as usize).and_then(|it| it.outcome).map(|came| vec![came.cost]);
    let calls: Vec<Vec<f64>> = round.calls.iter().filter_map(called).collect();
    let learned: Vec<(String, Vec<f64>)> = (round.calls.iter())
        .filter_map(|arm| Some((*names.get(*arm as usize)?, round.arms.get(*arm as usize)?.after?)))
        .map(|(name, after)| (name.to_owned(), vec![f64::from(after.seen), after.reward, after.cost]))
        .collect();
    let mut cloud: Vec<f64> = calls.concat();
    cloud.extend([round.realised, round.paid]);
    let expected: Numbers = (models, learned, calls, cloud, f64::from(round.round));
    ensure!(found == expected, "found {found:?}, expected {expected:?}");
    Ok(())
}

/// What is compared, as numbers, whether whole or not: by model what is known, by call what was learned, what each cost; then
/// the cloud's numbers and the round.
type Numbers = (Vec<(String, Vec<f64>)>, Vec<(String, Vec<f64>)>, Vec<Vec<f64>>, Vec<f64>, f64);

/// Waits until the inspector shows a round, and compares it.
async fn comes_to(page: &Page, round: &Inspection) -> Result<()> {
    page.until("the round", async || Ok(shows(page, round).await.is_ok().then_some(()))).await.ok();
    shows(page, round).await
}

async fn press_key(page: &Page, key: &str) -> Result<()> {
    let script = format!(
        "document.activeElement?.blur();
         document.body.dispatchEvent(new KeyboardEvent('keydown', {{ key: {key:?}, bubbles: true, cancelable: true }}))"
    );
    page.script(&script).await.map(|_| ())
}

#[tokio::test]
async fn steps_go_round_by_round_and_end_in_the_run() -> Result<()> {
    check(async |page| {
        done(page).await?;
        page.click("button", "Reset").await?;
        for round in 1..=5 {
            page.click("button", "Step").await?;
            stands_at(page, round).await?;
            comes_to(page, &inspected(0, 0, Seek::Round(round))?).await?;
        }
        // Few rounds have an axis of their own, and a button that was clicked leaves the keys free.
        page.wait_for_text("Rounds 1 to 10 of 10 000.").await?;
        ensure!(page.script("return document.activeElement === document.body").await? == true, "the focus is released");
        page.screenshot("stepped").await?;
        press_key(page, "s").await?;
        stands_at(page, 6).await?;
        // From a pause anywhere, a step leads to a round that all have played; then the run goes on to its end.
        page.click("button", "Run").await?;
        done(page).await?;
        stands_at(page, 10_000).await?;
        let digest = page.script("return document.querySelector('.status dd[title]').title").await?;
        ensure!(digest.as_str() == Some(&*played_to(10_000)?.digest), "{digest}");
        comes_to(page, &inspected(0, 0, Seek::Round(10_000))?).await?;
        page.screenshot("inspected").await?;
        // A step after the end begins anew, and says so.
        page.click("button", "Step").await?;
        page.wait_for_text("Begun again: round 1 of 10 000").await
    })
    .await
}

#[tokio::test]
async fn a_step_after_a_pause_brings_all_to_one_round() -> Result<()> {
    check(async |page| {
        done(page).await?;
        page.click("radio", "lecture").await?;
        page.click("button", "Run").await?;
        page.until("some rounds", async || Ok(page.text("[role=status]").await?.starts_with("Round").then_some(())))
            .await?;
        page.click("button", "Pause").await?;
        page.click("button", "Step").await?;
        let first = page
            .until("a round that all stand at", async || {
                let round = paused_at(&page.text("[role=status]").await?);
                Ok(match round {
                    Some(round) if round > 0 && stands_at(page, round).await.is_ok() => Some(round),
                    _ => None,
                })
            })
            .await?;
        page.click("button", "Step").await?;
        stands_at(page, first + 1).await?;
        // Run goes on from there at a speed that can be followed.
        page.click("radio", "10/s").await?;
        page.click("button", "Run").await?;
        page.until("further rounds", async || {
            let shown = page.script("return Number(document.getElementById('inspector-round').value)").await?;
            Ok(shown.as_f64().is_some_and(|round| round > f64::from(first) + 2.0).then_some(()))
        })
        .await?;
        page.click("button", "Pause").await
    })
    .await
}

#[tokio::test]
async fn any_round_can_be_opened() -> Result<()> {
    check(async |page| {
        done(page).await?;
        let last = inspected(0, 0, Seek::Round(10_000))?;
        comes_to(page, &last).await?;
        page.fill("spinbutton", "Round, of 10\u{202f}000", "4004").await?;
        comes_to(page, &inspected(0, 0, Seek::Round(4004))?).await?;
        page.click("button", "Previous round").await?;
        comes_to(page, &inspected(0, 0, Seek::Round(4003))?).await?;
        page.click("button", "Next round").await?;
        comes_to(page, &inspected(0, 0, Seek::Round(4004))?).await?;
        page.click("button", "Next round over ρ").await?;
        comes_to(page, &inspected(0, 0, Seek::OverBudget(4004))?).await?;
        page.fill("spinbutton", "Replicate, of 10", "7").await?;
        let here = inspected(0, 0, Seek::OverBudget(4004))?.round;
        comes_to(page, &inspected(0, 6, Seek::Round(here))?).await?;
        for place in 1..7 {
            let choose = format!(
                "const select = document.getElementById('inspector-policy'); select.selectedIndex = {place};
                 select.dispatchEvent(new Event('change', {{ bubbles: true }}))"
            );
            page.script(&choose).await?;
            let expected = inspected(place, 6, Seek::Round(here))?;
            if expected.arms.iter().any(|arm| arm.before.is_some()) {
                let policy = format!("policy {place}");
                page.until(&policy, async || Ok(shows_learned(page, &expected).await?.then_some(()))).await?;
            } else {
                page.wait_for_text("fixed before the first round").await?;
            }
        }
        page.fill("spinbutton", "Round, of 10\u{202f}000", "10001").await?;
        page.wait_for_text("Round 10 001 is not played yet: 10 000 rounds are. What stands below is still").await?;
        is_wrong(page, "inspector-round").await?;
        page.fill("spinbutton", "Replicate, of 10", "11").await?;
        page.wait_for_text("Replicates count from 1 to 10.").await?;
        is_wrong(page, "inspector-replicate").await
    })
    .await
}

/// This field alone of the inspector's is marked as wrong, and says why.
async fn is_wrong(page: &Page, field: &str) -> Result<()> {
    let script = "return JSON.stringify([...document.querySelectorAll('#inspector [aria-invalid=true]')].map((one) =>
        [one.id, document.getElementById(one.getAttribute('aria-describedby'))?.id]))";
    let found = page.script(script).await?;
    ensure!(found == format!("[[\"{field}\",\"inspector-problem\"]]"), "{field}: {found}");
    Ok(())
}

/// What the inspector shows, as paper names it, once it is this.
async fn looks_at(page: &Page, policy: usize, round: &str) -> Result<()> {
    let script = "const shown = document.querySelector('.inspector p.handout')?.textContent ?? '';
        return [document.getElementById('inspector-policy')?.selectedIndex, shown.replace(/\\s+/g, ' ')]";
    page.until(round, async || {
        let shown = page.script(script).await?;
        let there = shown[1].as_str().is_some_and(|text| text.ends_with(round));
        Ok((shown[0] == policy && there).then_some(()))
    })
    .await
}

#[tokio::test]
async fn the_round_that_was_looked_at_is_back_after_a_reload() -> Result<()> {
    check(async |page| {
        done(page).await?;
        looks_at(page, 0, ", replicate 1, round 10 000").await?;
        page.script(
            "const select = document.getElementById('inspector-policy'); select.selectedIndex = 2;
             select.dispatchEvent(new Event('change', { bubbles: true }))",
        )
        .await?;
        page.fill("spinbutton", "Replicate, of 10", "7").await?;
        page.fill("spinbutton", "Round, of 10\u{202f}000", "4004").await?;
        looks_at(page, 2, ", replicate 7, round 4 004").await?;
        page.browser().client().refresh().await?;
        looks_at(page, 2, ", replicate 7, round 4 004").await?;
        // Also of a run that the workspace brings back; until then another run is followed to its end.
        page.fill("spinbutton", "Rounds", "2000").await?;
        looks_at(page, 2, ", replicate 7, round 2 000").await?;
        page.fill("spinbutton", "Round, of 2\u{202f}000", "1234").await?;
        looks_at(page, 2, ", replicate 7, round 1 234").await?;
        page.browser().client().refresh().await?;
        looks_at(page, 2, ", replicate 7, round 1 234").await
    })
    .await
}

/// Whether the table of what was learned has the round's numbers.
async fn shows_learned(page: &Page, round: &Inspection) -> Result<bool> {
    // As a text, as above.
    let script = "return JSON.stringify([...document.querySelectorAll('#inspector table.learned data')].map((one) => Number(one.getAttribute('value'))))";
    let found: Vec<f64> = serde_json::from_str(page.script(script).await?.as_str().context("a list")?)?;
    let after = round.calls.iter().filter_map(|arm| round.arms.get(*arm as usize)?.after);
    let expected: Vec<f64> = after.flat_map(|after| [f64::from(after.seen), after.reward, after.cost]).collect();
    Ok(found == expected)
}

#[tokio::test]
async fn a_figure_opens_its_round() -> Result<()> {
    check(async |page| {
        done(page).await?;
        let chart = page.find("group", "Cumulative regret, left and right arrow move the cursor, Enter opens its round").await?;
        page.script("document.querySelector('.fig .chart-box').focus()").await?;
        drop(chart);
        for key in ["Home", "ArrowRight", "Enter"] {
            page.script(&format!(
                "document.querySelector('.fig .chart-box').dispatchEvent(new KeyboardEvent('keydown', {{ key: {key:?}, bubbles: true, cancelable: true }}))"
            ))
            .await?;
        }
        // Arrows go to round numbers, point and comma by one.
        comes_to(page, &inspected(0, 0, Seek::Round(100))?).await?;
        let focus = page.script("return document.activeElement.id").await?;
        ensure!(focus == "inspector-title", "a key takes the focus along: {focus}");
        for key in [".", ".", ",", "Enter"] {
            page.script(&format!(
                "document.querySelector('.fig .chart-box').dispatchEvent(new KeyboardEvent('keydown', {{ key: {key:?}, bubbles: true, cancelable: true }}))"
            ))
            .await?;
        }
        comes_to(page, &inspected(0, 0, Seek::Round(101))?).await?;
        // A finger moves the cursor alone.
        page.script(
            "const chart = document.querySelector('.fig .chart'); const box = chart.getBoundingClientRect();
             const at = { clientX: box.left + box.width / 3, clientY: box.top + box.height / 2, bubbles: true, pointerType: 'touch' };
             chart.dispatchEvent(new PointerEvent('pointerdown', at)); chart.dispatchEvent(new PointerEvent('click', at));
             chart.dispatchEvent(new PointerEvent('pointerdown', { ...at, pointerType: 'mouse' }))",
        )
        .await?;
        comes_to(page, &inspected(0, 0, Seek::Round(101))?).await?;
        // A click opens the round under it, and leaves the cursor there for the button.
        let clicked = page
            .script(
                "const chart = document.querySelector('.fig .chart'); const box = chart.getBoundingClientRect();
                 const at = { clientX: box.left + box.width / 2, clientY: box.top + box.height / 2, bubbles: true };
                 chart.dispatchEvent(new PointerEvent('pointermove', at)); chart.dispatchEvent(new MouseEvent('click', at)); return true",
            )
            .await?;
        ensure!(clicked == true, "{clicked}");
        let shown = async || -> Result<u32> {
            let shown = page.script("return Number(document.getElementById('inspector-round').value)").await?;
            Ok(shown.as_f64().unwrap_or(0.0) as u32)
        };
        let round = page
            .until("the middle of the run", async || {
                let round = shown().await?;
                Ok((4_000..5_400).contains(&round).then_some(round))
            })
            .await?;
        comes_to(page, &inspected(0, 0, Seek::Round(round))?).await?;
        page.fill("spinbutton", "Round, of 10\u{202f}000", "2").await?;
        comes_to(page, &inspected(0, 0, Seek::Round(2))?).await?;
        page.click("button", "At the cursor").await?;
        comes_to(page, &inspected(0, 0, Seek::Round(round))?).await?;
        // The formulas are the browser's own.
        let math = page
            .script("document.querySelector('#inspector .formulas').open = true; return [...document.querySelectorAll('#inspector math')].every((one) => one.namespaceURI.endsWith('MathML') && one.getBoundingClientRect().height > 8)")
            .await?;
        ensure!(math == true, "MathML is drawn");
        page.screenshot("formulas").await
    })
    .await
}
