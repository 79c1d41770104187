//! The room Query-aware after a training: asking about a query, walking through the gap, and texts that mean harm.

use anyhow::{Context, Result, ensure};
use end_to_end::{Page, check};
use llm_selection::data::InputFile;
use llm_selection::experiment::Experiment;
use llm_selection::link::Link;
use llm_selection::query_aware::ask::{Advice, ask};
use llm_selection::query_aware::evaluation::Evaluated;
use llm_selection::query_aware::explore::{Filter, Listed, PAGE, Sought, View, explore};
use llm_selection::query_aware::gap::Rate;
use llm_selection::query_aware::queries::Queries;
use llm_selection::query_aware::select::{Limits, Rule};
use llm_selection::query_aware::steps::evaluate_files;
use llm_selection::query_aware::tested::Tested;
use llm_selection::random::{hash, unit};
use serde_json::Value;
use std::path::PathBuf;

/// Markup, a script's end, a mark that turns the direction, a formula.
const HARM: &str = " <img src=x onerror=alert(1)></script>\u{202e}\u{2067}=1+1";

/// Questions of three kinds, of which each of three models knows one; of those with the word remainder another one than it
/// seems. `harm` stands at the end of every text, wrong answer, category and of the first model's name; `first` begins the
/// first query.
fn results(queries: u64, harm: &str, first: &str) -> String {
    const KINDS: [&str; 3] =
        ["how many apples are in the basket", "who wrote the old poem about", "which enzyme breaks"];
    let mut text = String::from("query_id,model,score,cost,latency_ms,query,answer,category\n");
    for query in 0..queries {
        let kind = query % 3;
        let hard = unit(hash(3, query)) < 0.3;
        let knows = if hard { hash(4, query) % 3 } else { kind };
        let word = if hard { " remainder" } else { "" };
        let begin = if query == 0 { first } else { "" };
        for (model, name) in [format!("small{harm}"), "medium".into(), "large".into()].into_iter().enumerate() {
            let right = knows == model as u64 && unit(hash(5, query)) < 0.95;
            let answer = if right { "42".to_owned() } else { format!("{model}{harm}") };
            text += &format!(
                "q{query},\"{name}\",{},{:.4},{},\"{begin}{} {}{word}?{harm}\",\"{answer}\",\"kind {kind}{harm}\"\n",
                u8::from(right),
                0.001 * (model as f64 + 1.0),
                100 * (model + 1) + (hash(6, query) % 50) as usize,
                KINDS[kind as usize],
                hash(7, query) % 1000,
            );
        }
    }
    text
}

/// Drops a file on the room, trains, and gives the experiment.
async fn trained(page: &Page, text: &str) -> Result<(tempfile::TempDir, Experiment)> {
    let folder = tempfile::tempdir()?;
    let path: PathBuf = folder.path().join("asked.csv");
    std::fs::write(&path, text)?;
    page.click("link", "Query-aware").await?;
    page.upload("Result files", &[path]).await?;
    page.until("Train to be possible", async || {
        Ok(page.find("button", "Train").await?.is_enabled().await?.then_some(()))
    })
    .await?;
    page.click("button", "Train").await?;
    page.until("the status Done", async || {
        let status = page.text("[role=status]").await?;
        ensure!(status != "Stopped", "{}", page.text("main").await?);
        Ok((status.starts_with("Trained in") && status.ends_with("Done")).then_some(()))
    })
    .await?;
    page.click("button", "Share").await?;
    let link = page.find("textbox", "Link to this experiment").await?.prop("value").await?.context("a link")?;
    page.click("button", "Share").await?;
    Ok((folder, Link::decode(&link)?.experiment))
}

/// The engine, run natively.
struct Native {
    queries: Queries,
    evaluated: Evaluated,
    tested: Tested,
    limits: Limits,
}

impl Native {
    fn of(experiment: &Experiment, text: &str) -> Result<Native> {
        let files = vec![InputFile::from_bytes("asked.csv", text.as_bytes())];
        let (queries, evaluated) = evaluate_files(experiment, files, None, &mut |_, _| true)?;
        let part = experiment.query_aware.clone().unwrap_or_default();
        let tested = Tested::of(&queries, &evaluated.split.test);
        let limits = Limits { models: part.max_models as usize, threshold: part.threshold };
        Ok(Native { queries, evaluated, tested, limits })
    }

    /// The rule that the page explores first.
    fn rule(&self) -> &Rule {
        let evaluation = &self.evaluated.evaluation;
        let place = evaluation.policies.iter().position(|policy| policy.name == evaluation.gap.policy);
        &self.evaluated.rules[place.unwrap_or_default()]
    }

    fn ask(&self, limits: Limits, text: &str) -> Result<Advice> {
        Ok(ask(&self.queries, &self.evaluated, None, self.rule(), limits, text)?)
    }

    fn view(&self, filter: Filter, page: u64) -> View {
        self.seek(&Sought { filter, page, ..Sought::default() })
    }

    fn seek(&self, sought: &Sought) -> View {
        let judge = self.evaluated.judge(&self.queries);
        explore(&self.tested, &judge, self.rule(), self.limits, sought)
    }
}

/// By model the confidence that the page shows, in its order, and the chosen models.
async fn confidences(page: &Page) -> Result<(Vec<(String, String)>, Vec<String>)> {
    let script = "const text = (element) => element.textContent.trim();
        return [[...document.querySelectorAll('.conf tbody tr')].map(row =>
            [text(row.querySelector('th bdi')), row.querySelector('data').getAttribute('value')]),
            [...document.querySelectorAll('[aria-label=\"Chosen models\"] li')].map(text)]";
    Ok(serde_json::from_value(page.script(script).await?)?)
}

/// Waits until the page shows these confidences and this choice.
async fn shows(page: &Page, advice: &Advice) -> Result<()> {
    let mut expected: Vec<(String, f64)> = advice.models.iter().map(|model| (model.model.clone(), model.p)).collect();
    expected.sort_by(|a, b| b.1.total_cmp(&a.1));
    let chosen: Vec<String> = advice.chosen.iter().map(|model| advice.models[*model as usize].model.clone()).collect();
    page.until(&format!("{expected:?} and {chosen:?}"), async || {
        let (found, picked) = confidences(page).await?;
        // As texts: some drivers round numbers on their way.
        let found = found.into_iter().map(|(model, p)| Ok((model, p.parse()?))).collect::<Result<Vec<_>>>()?;
        Ok((found == expected && picked == chosen).then_some(()))
    })
    .await
}

/// What the list of missed queries shows: their texts.
async fn missed(page: &Page) -> Result<Vec<String>> {
    let script = "return [...document.querySelectorAll('.missed > li .asked bdi')].map(text => text.textContent)";
    Ok(serde_json::from_value(page.script(script).await?)?)
}

/// Waits until the missed queries of a view are listed.
async fn lists(page: &Page, view: &View) -> Result<()> {
    let expected: Vec<String> = view.queries.iter().map(|query| query.text.text.clone()).collect();
    page.until(&format!("the queries {expected:?}"), async || Ok((missed(page).await? == expected).then_some(()))).await
}

#[tokio::test]
async fn a_query_is_answered_as_natively() -> Result<()> {
    let text = results(600, "", "");
    check(async |page| {
        let (_folder, experiment) = trained(page, &text).await?;
        let native = Native::of(&experiment, &text)?;
        page.wait_for_text("The confidence in each model shows here as you type.").await?;
        let query = "How many apples does the poem have?";
        page.fill("textbox", "Query", query).await?;
        let advice = native.ask(native.limits, query)?;
        shows(page, &advice).await?;
        page.find("table", "Confidence that the model answers right").await?;
        let said = page.text("main").await?;
        ensure!(said.contains("± ") && said.contains("training queries on which they were measured"), "{said}");
        // Every model has its reasons, with the words of the query.
        page.press(&page.browser().client().find(fantoccini::Locator::Css(".reasons summary")).await?).await?;
        let reasons = page.text(".reasons details[open]").await?;
        ensure!(reasons.contains("For") && reasons.contains("Against") && reasons.contains("apples"), "{reasons}");
        page.screenshot("asked").await?;
        // Fewer models, another policy.
        page.fill("spinbutton", "At most", "1").await?;
        shows(page, &native.ask(Limits { models: 1, ..native.limits }, query)?).await?;
        page.fill("spinbutton", "At most", "0").await?;
        ensure!(page.find("spinbutton", "At most").await?.attr("aria-invalid").await?.as_deref() == Some("true"));
        // What nobody has met, and no query at all.
        page.fill("spinbutton", "At most", "3").await?;
        page.fill("textbox", "Query", "zzz").await?;
        page.wait_for_text("No word of this query was met in training").await?;
        page.fill("textbox", "Query", "\u{e017}").await?;
        page.wait_for_text("The confidence in each model shows here as you type.").await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn statements_open_their_queries() -> Result<()> {
    let text = results(900, "", "");
    check(async |page| {
        let (_folder, experiment) = trained(page, &text).await?;
        let native = Native::of(&experiment, &text)?;
        let all = native.view(Filter::default(), 0);
        ensure!(all.passing.missed > PAGE && all.words.first().is_some_and(|word| word.word == "remainder"), "{all:?}");
        page.wait_for_text(&format!("{} of {} test queries that some model solves", all.passing.missed, all.passing.of)).await?;
        lists(page, &all).await?;
        page.screenshot("gap").await?;
        page.click("button", "Next").await?;
        lists(page, &native.view(Filter::default(), 1)).await?;
        // A group, and a word within it; the page is the first again.
        page.click("radio", "category").await?;
        page.click("button", "kind 1").await?;
        let key = all.groups.iter().find(|group| group.name == "kind 1").map(|group| group.key);
        let kind = Filter { category: key, ..Filter::default() };
        let view = native.view(kind.clone(), 0);
        lists(page, &view).await?;
        page.wait_for_text(&format!("{} of {} test queries that pass the filters", view.passing.missed, view.passing.of)).await?;
        let chip = "document.querySelector('[aria-label=\"Over-represented words\"] button, [aria-label^=\"Words that may\"] button')";
        page.script(&format!("{chip}.click()")).await?;
        let word = view.words.first().map(|word| word.word.clone()).context("a word that stands out")?;
        let both = Filter { words: word, ..kind };
        lists(page, &native.view(both.clone(), 0)).await?;
        ensure!(page.script(&format!("return {chip}.getAttribute('aria-pressed')")).await? == "true");
        // One filter off, then all.
        page.click("button", "Remove filter: category kind 1").await?;
        lists(page, &native.view(Filter { category: None, ..both }, 0)).await?;
        page.fill("textbox", "Words in the query", "nowhere").await?;
        page.wait_for_text("No missed query passes these filters.").await?;
        page.click("button", "Clear filters").await?;
        lists(page, &all).await?;
        // Each query with its models: confidences, calls, answers, right or wrong, and the vote.
        let opened = &all.queries[0];
        let script = "return [...document.querySelectorAll('.missed > li:first-child tbody tr')].map(row =>
            [...row.children].map(cell => cell.textContent))";
        let rows: Vec<Vec<String>> = serde_json::from_value(page.script(script).await?)?;
        ensure!(rows.len() == 3, "{rows:?}");
        for row in &rows {
            let place = all.models.iter().position(|model| *model == row[0]).context("a model")?;
            let played = &opened.models[place];
            ensure!(row[1] == format!("{:.2}", played.p), "{row:?} {played:?}");
            ensure!(played.called.is_some() == (row[2] != "no"), "{row:?} {played:?}");
            let answer = played.answer.as_ref().map_or("none", |answer| answer.text.as_str());
            ensure!(row[3] == format!("{answer}{}", if played.won { " won the vote" } else { "" }), "{row:?} {played:?}");
            ensure!(row[4] == if played.solved == Some(true) { "right" } else { "wrong" }, "{row:?} {played:?}");
        }
        // By keyboard: a statement is a button.
        page.click("radio", "solvers").await?;
        page.until("the key to be taken", async || {
            // A render may have put another button in its place.
            let statement = page.find("button", "1 model").await?;
            Ok(statement.send_keys("\u{e007}").await.ok())
        })
        .await?;
        lists(page, &native.view(Filter { solvers: Some(1), ..Filter::default() }, 0)).await?;
        // Narrow and dark, where the browser can be told to be dark, nothing sticks out.
        page.media("prefers-color-scheme", "dark").await.ok();
        page.resize(390, 800).await?;
        let wide = page.script("return document.documentElement.scrollWidth - innerWidth").await?;
        ensure!(wide.as_f64().is_some_and(|wide| wide <= 0.0), "{wide} px too wide");
        page.script("document.querySelector('.gap').scrollIntoView()").await?;
        page.screenshot("narrow").await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn any_test_query_can_be_opened_and_calls_are_counted() -> Result<()> {
    let text = results(600, "", "");
    check(async |page| {
        let (_folder, experiment) = trained(page, &text).await?;
        let native = Native::of(&experiment, &text)?;
        let all = |filter: Filter, page: u64| native.seek(&Sought { filter, listed: Listed::All, page });
        let first = all(Filter::default(), 0);
        ensure!(first.listed == native.evaluated.evaluation.split.test && first.listed > first.passing.of, "{first:?}");
        page.click("radio", "all test queries").await?;
        lists(page, &first).await?;
        // Right votes and wrong ones, each said to be what it is.
        let script =
            "return [...document.querySelectorAll('.missed > li > p:last-child')].map(said => said.textContent)";
        let votes: Vec<String> = serde_json::from_value(page.script(script).await?)?;
        for (said, opened) in votes.iter().zip(&first.queries) {
            ensure!(said.ends_with(if opened.right { ", right." } else { ", wrong." }), "{said} {opened:?}");
        }
        ensure!(votes.len() == 10 && first.queries.iter().any(|opened| opened.right), "{votes:?}");
        page.click("button", "Next").await?;
        lists(page, &all(Filter::default(), 1)).await?;
        // The calls of all, then of those that a filter passes.
        counts(page, &first).await?;
        page.fill("textbox", "Words in the query", "remainder").await?;
        let hard = all(Filter { words: "remainder".into(), ..Filter::default() }, 0);
        lists(page, &hard).await?;
        counts(page, &hard).await?;
        page.screenshot("calls").await?;
        page.click("button", "Download CSV: calls.csv").await?;
        let csv = String::from_utf8(page.downloaded("calls.csv").await?)?;
        ensure!(csv.starts_with("model,called,called_of,called_share,") && csv.lines().count() == 4, "{csv}");
        page.fill("textbox", "Words in the query", "nowhere").await?;
        page.wait_for_text("No test query passes these filters.").await
    })
    .await
}

/// Waits until the table of calls has these counts.
async fn counts(page: &Page, view: &View) -> Result<()> {
    let of = |rate: Rate| format!("{} of {}", rate.hits, rate.of);
    let mut expected: Vec<Vec<String>> = (view.models.iter().zip(&view.calls))
        .map(|(name, calls)| {
            let right = if calls.right.of == 0 { "never".to_owned() } else { of(calls.right) };
            vec![name.clone(), of(calls.called), right, of(calls.solves)]
        })
        .collect();
    expected.sort();
    let script = "return [...document.querySelectorAll('table[aria-label=\"Calls by model\"] tbody tr')].map(row =>
        [...row.children].map(cell => cell.textContent.split('; ').at(-1).replace('–', '')))";
    page.until(&format!("the calls {expected:?}"), async || {
        let mut found: Vec<Vec<String>> = serde_json::from_value(page.script(script).await?)?;
        found.sort();
        Ok((found == expected).then_some(()))
    })
    .await
}

#[tokio::test]
async fn hostile_texts_stay_text() -> Result<()> {
    // One query has a megabyte.
    let long = "x ".repeat(500_000);
    let text = results(300, HARM, &long);
    check(async |page| {
        page.script("window.alert = () => { window.harmed = true; }").await?;
        let (_folder, experiment) = trained(page, &text).await?;
        let native = Native::of(&experiment, &text)?;
        lists(page, &native.view(Filter::default(), 0)).await?;
        // Pasted, as people do: typing a megabyte takes a driver minutes.
        let pasted = format!("{HARM} how many apples {long}");
        let script = "const area = document.getElementById('ask-query');
            area.value = arguments[0]; area.dispatchEvent(new InputEvent('input', { bubbles: true }));";
        page.browser().client().execute(script, vec![Value::from(pasted.clone())]).await?;
        shows(page, &native.ask(native.limits, &pasted)?).await?;
        page.wait_for_text("The text is long").await?;
        page.script("document.querySelectorAll('details').forEach(part => { part.open = true; })").await?;
        let (_, chosen) = confidences(page).await?;
        ensure!(!chosen.is_empty());
        for radio in ["length", "category", "solvers"] {
            page.click("radio", radio).await?;
        }
        page.screenshot("hostile").await?;
        let found = page
            .script(
                "return [document.querySelectorAll('main img, main script').length, window.harmed ?? false,
            document.documentElement.scrollWidth <= window.innerWidth]",
            )
            .await?;
        ensure!(found == serde_json::json!([0, false, true]), "elements, harm, width: {found}");
        // What turns the direction ends where the text ends.
        let isolated =
            "return [...document.querySelectorAll('.missed bdi, .conf bdi, .gap bdi, .reasons bdi')].every(text =>
            getComputedStyle(text).unicodeBidi.startsWith('isolate'))";
        ensure!(page.script(isolated).await? == true);
        Ok(())
    })
    .await
}
