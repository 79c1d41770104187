//! axe-core in every room and state, light and dark, on a wide and on a narrow screen: it must find nothing.
//!
//! A new room or state is one more [`Barriers::none`] with a name, once the page is in it.

use anyhow::{Context, Result, ensure};
use end_to_end::live;
use end_to_end::playground::{alerts, done};
use end_to_end::{Page, check, not_run};
use serde_json::{Value, json};
use std::sync::Mutex;

/// What is asked of a page: WCAG 2.2 AA, and what axe-core counts as good practice.
const RULES: [&str; 6] = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
/// What depends on the theme.
const COLOURS: [&str; 1] = ["color-contrast"];

/// The search for barriers on a page.
struct Barriers<'a> {
    page: &'a Page,
    axe: String,
    found: Mutex<Vec<String>>,
}

/// Runs a tour of a room's states, then requires that nothing was found in any.
async fn tour(room: &str, states: impl AsyncFnOnce(&Barriers<'_>) -> Result<()>) -> Result<()> {
    let Ok(file) = std::env::var("AXE") else {
        not_run(&format!("barriers in the room {room}"), "the environment variable AXE names no file of axe-core");
        return Ok(());
    };
    let axe = std::fs::read_to_string(&file).with_context(|| file)?;
    check(async |page| {
        let barriers = Barriers { page, axe, found: Mutex::default() };
        done(page).await?;
        states(&barriers).await?;
        let found = barriers.found.into_inner().unwrap_or_default();
        ensure!(found.is_empty(), "{}", found.join("\n"));
        Ok(())
    })
    .await
}

impl Barriers<'_> {
    /// Looks at the page as it is now: in both themes, wide and narrow; colours in all four, the rest in two.
    async fn none(&self, state: &str) -> Result<()> {
        let page = self.page;
        if page.script("return typeof axe === 'undefined'").await? == true {
            // By the driver, since the page's policy lets nobody else bring a script.
            page.script(&format!("{}; window.axe = axe;", self.axe)).await?;
        }
        for (width, theme, all) in
            [(1280, "light", true), (1280, "dark", false), (360, "light", false), (360, "dark", true)]
        {
            page.resize(width, 900).await?;
            page.script(&format!("document.documentElement.dataset.theme = '{theme}'")).await?;
            let rules = match all {
                true => json!({ "type": "tag", "values": RULES }),
                false => json!({ "type": "rule", "values": COLOURS }),
            };
            let look = format!(
                "const found = await axe.run(document, {{ runOnly: {rules}, resultTypes: ['violations'] }});
                return found.violations.flatMap((rule) => rule.nodes.map((node) =>
                    `${{rule.id}}: ${{node.target}} ${{node.html.slice(0, 200)}} ${{node.failureSummary}}`));"
            );
            let mut found: Vec<String> = serde_json::from_value(page.script_async(&look).await?)?;
            // What the bars at the top and at the foot cover comes free by scrolling.
            found.retain(|barrier| !barrier.contains("partially obscured"));
            let found = found.into_iter().map(|barrier| format!("{state}, {width} px, {theme}: {barrier}"));
            self.found.lock().unwrap_or_else(std::sync::PoisonError::into_inner).extend(found);
        }
        page.resize(1280, 900).await
    }

    async fn press(&self, role: &str, name: &str) -> Result<()> {
        self.page.click(role, name).await
    }

    /// Closes what is open.
    async fn escape(&self) -> Result<()> {
        self.page.key('\u{e00c}').await
    }

    async fn until_status(&self, end: &str) -> Result<()> {
        let ends = async || Ok(self.page.text("[role=status]").await?.ends_with(end).then_some(()));
        self.page.until(&format!("the status {end}"), ends).await
    }
}

/// Results that read no further than a dialog.
const UNKNOWN: &str =
    "Nr;Bot;Said;Right;Price\n1;small;yes;yes;0.1\n1;large;no;yes;0.5\n2;small;no;no;0.1\n2;large;no;no;0.5\n";

#[tokio::test]
async fn no_barriers_in_the_playground() -> Result<()> {
    tour("Playground", async |it| {
        let page = it.page;
        it.none("done").await?;
        it.press("button", "Export").await?;
        it.none("export menu").await?;
        it.escape().await?;
        it.press("button", "Share").await?;
        page.find("textbox", "Link to this experiment").await?;
        it.none("share").await?;
        it.escape().await?;
        it.press("button", "Workspace").await?;
        it.none("workspace").await?;
        it.escape().await?;
        it.press("button", "Keyboard shortcuts").await?;
        it.none("keyboard shortcuts").await?;
        it.escape().await?;
        it.press("button", "Explain: Reward model").await?;
        page.wait_for_text("What a set S of models earns").await?;
        it.none("an explanation").await?;
        it.escape().await?;
        it.press("button", "Save Cumulative regret").await?;
        it.none("a figure's menu").await?;
        it.press("button", "Show as table").await?;
        it.none("a figure as a table").await?;
        it.press("button", "Present").await?;
        it.none("presenting").await?;
        it.press("button", "Leave Esc").await?;
        it.press("tab", "Studies").await?;
        it.none("studies").await?;
        it.press("tab", "Sweep").await?;
        it.none("before a sweep").await?;
        it.press("button", "Run sweep").await?;
        it.until_status("Done").await?;
        it.none("sweep").await?;
        it.press("tab", "This run").await?;
        page.fill("spinbutton", "Rounds", "1000000").await?;
        page.find("progressbar", "Progress of the run").await?;
        it.none("running").await?;
        it.press("button", "Pause").await?;
        it.none("paused").await?;
        page.fill("spinbutton", "Rounds", "-4").await?;
        page.until("an alert", async || Ok((!alerts(page).await?.is_empty()).then_some(()))).await?;
        it.none("a mistake").await?;
        page.fill("spinbutton", "Rounds", "100").await?;
        it.press("button", "Reset").await?;
        it.none("before a run").await?;
        page.drop_files(".drop", &[("unknown.csv", UNKNOWN)]).await?;
        page.find("dialog", "How to read these files").await?;
        it.none("how to read files").await?;
        it.escape().await?;
        page.drop_files(".drop", &[("results.csv", &results())]).await?;
        page.wait_for_text("60 of 60 queries").await?;
        page.script("for (const details of document.querySelectorAll('.side details')) details.open = true").await?;
        it.none("the audit of files").await
    })
    .await
}

/// Two models on queries of two kinds, with texts and answers.
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

#[tokio::test]
async fn no_barriers_in_query_aware() -> Result<()> {
    tour("Query-aware", async |it| {
        let page = it.page;
        it.press("link", "Query-aware").await?;
        it.none("empty").await?;
        page.drop_files(".drop", &[("results.csv", &results())]).await?;
        page.until("Train to be possible", async || {
            Ok(page.find("button", "Train").await?.is_enabled().await?.then_some(()))
        })
        .await?;
        it.press("button", "Train").await?;
        page.find("table", "Calls by model").await?;
        it.none("trained").await?;
        page.fill("textbox", "Query", "sums of apples 3").await?;
        page.text(".conf .num").await?;
        it.none("ask").await?;
        let open = "for (const details of document.querySelectorAll('main details')) details.open = true";
        page.script(open).await?;
        it.none("the gap").await
    })
    .await
}

#[tokio::test]
async fn no_barriers_in_live() -> Result<()> {
    tour("Live", async |it| {
        let page = it.page;
        live::open(page).await?;
        it.none("opening").await?;
        it.press("radio", "Real calls").await?;
        it.none("real calls").await?;
        it.press("radio", "Dry run").await?;
        live::start(page).await?;
        it.until_status("Done").await?;
        it.none("dry run done").await?;
        page.script("document.querySelector('.calls-table tbody button').click()").await?;
        page.until("the call", async || {
            Ok((page.script("return document.querySelector('dialog[open]') !== null").await? == true).then_some(()))
        })
        .await?;
        it.none("a call").await
    })
    .await
}

#[tokio::test]
async fn the_lessons_have_no_barriers() -> Result<()> {
    tour("Learn", async |it| {
        let page = it.page;
        page.open("#learn").await?;
        page.find("list", "All lessons").await?;
        it.none("list").await?;
        page.open("#learn/nosuchlesson").await?;
        page.wait_for_text("There is no such lesson").await?;
        it.none("no such lesson").await?;
        // Its second step opens a round in the inspector.
        page.open("#learn/budget/2").await?;
        page.find("button", "Show it without a guess").await?;
        it.none("question").await?;
        it.press("button", "Show it without a guess").await?;
        it.until_status("Done").await?;
        page.find("region", "Round inspector").await?;
        it.none("run").await?;
        page.open("#learn/query/2").await?;
        it.press("button", "Show it without a guess").await?;
        it.until_status("Done").await?;
        it.none("trained").await?;
        it.press("button", "Share").await?;
        it.none("share").await
    })
    .await
}

/// The search itself: it must find what it must.
#[tokio::test]
async fn a_barrier_is_found() -> Result<()> {
    let outcome = tour("Playground", async |it| {
        it.page.script("document.querySelector('main').append(document.createElement('img'))").await?;
        it.none("an image without a text").await
    })
    .await;
    let Err(error) = outcome else {
        ensure!(std::env::var("AXE").is_err(), "nothing found");
        return Ok(());
    };
    let found: Value = json!(format!("{error:#}"));
    ensure!(found.as_str().is_some_and(|found| found.contains("image-alt")), "{found}");
    Ok(())
}
