//! axe-core in every room and state, light and dark, on a wide and on a narrow screen, in every language: it must find
//! nothing. In Korean and Japanese nothing may be left in English, either, which is looked for without axe-core, too.
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

/// Latin letters that are nobody's English: names of policies, models, providers, formats, files, and fixed expressions.
const NAMES: [&str; 12] = [
    // A question to models, a query of the files.
    "What is 3/4 as a percentage?",
    "sums of",
    // The paper's names of the reward models, a command.
    "（Any win）",
    "（Sum up）",
    "（All in）",
    "(Any win)",
    "(Sum up)",
    "(All in)",
    "llm-select sweep",
    // A paper's title, lessons' titles.
    "Harnessing the Power of Multiple Minds",
    "One policy against its budget",
    "One model a question",
];

/// The search for barriers on a page.
struct Barriers<'a> {
    page: &'a Page,
    language: &'a str,
    /// axe-core, where it is here.
    axe: Option<String>,
    found: Mutex<Vec<String>>,
}

/// Runs a tour of a room's states in a language, then requires that nothing was found in any.
async fn tour(room: &str, language: &str, states: impl AsyncFnOnce(&Barriers<'_>) -> Result<()>) -> Result<()> {
    let axe = match std::env::var("AXE") {
        Ok(file) => Some(std::fs::read_to_string(&file).with_context(|| file)?),
        Err(_) => {
            not_run(
                &format!("barriers in the room {room} ({language})"),
                "the environment variable AXE names no file of axe-core",
            );
            None
        }
    };
    // What is left in English can be seen without it; in one language is enough, for what is translated is in both.
    if axe.is_none() && language != "ko" {
        return Ok(());
    }
    check(async |page| {
        let barriers = Barriers { page, language, axe, found: Mutex::default() };
        done(page).await?;
        states(&barriers).await?;
        let found = barriers.found.into_inner().unwrap_or_default();
        ensure!(found.is_empty(), "{}", found.join("\n"));
        Ok(())
    })
    .await
}

/// What is left in English on the page: two Latin words in a row, in a text or in what a screen reader says, but for what
/// is marked as English, people's own words in their places, code and formulas.
const LEFT: &str = r#"
    const left = new Set();
    const look = (text, element) => {
        if (!/[A-Za-z]{3,}[ \u00a0]+[a-z]{2,}/.test(text ?? '')) return;
        if (element.closest('[lang=en], code, math, textarea, .explanation [lang=en], script, style, noscript')) return;
        if (!element.checkVisibility?.()) return;
        left.add(text.trim().slice(0, 160));
    };
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) look(texts.currentNode.data, texts.currentNode.parentElement);
    for (const element of document.querySelectorAll('[aria-label], [title], [placeholder]'))
        for (const name of ['aria-label', 'title', 'placeholder']) look(element.getAttribute(name), element);
    return [...left];"#;

impl Barriers<'_> {
    /// Looks at the page as it is now: in both themes, wide and narrow; colours in all four, the rest in two.
    async fn none(&self, state: &str) -> Result<()> {
        let page = self.page;
        if self.language != "en" {
            let left: Vec<String> = serde_json::from_value(page.script(LEFT).await?)?;
            let left = left.into_iter().filter(|text| !NAMES.iter().any(|name| text.contains(name)));
            self.add(left.map(|text| format!("{state}: left in English: {text}")));
        }
        let Some(axe) = &self.axe else { return Ok(()) };
        if page.script("return typeof axe === 'undefined'").await? == true {
            // By the driver, since the page's policy lets nobody else bring a script.
            page.script(&format!("{axe}; window.axe = axe;")).await?;
        }
        let looks = [(1280, "light", true), (360, "dark", true), (1280, "dark", false), (360, "light", false)];
        // Colours are the same in all languages.
        for (width, theme, all) in looks.into_iter().take(if self.language == "en" { 4 } else { 2 }) {
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
            self.add(found.into_iter().map(|barrier| format!("{state}, {width} px, {theme}: {barrier}")));
        }
        page.resize(1280, 900).await
    }

    fn add(&self, found: impl Iterator<Item = String>) {
        self.found.lock().unwrap_or_else(std::sync::PoisonError::into_inner).extend(found);
    }

    /// From here on in the tour's language.
    async fn speak(&self) -> Result<()> {
        if self.language == "en" { Ok(()) } else { self.page.speak(self.language).await }
    }

    async fn press(&self, role: &str, name: &str) -> Result<()> {
        self.page.click(role, name).await
    }

    /// Closes what is open.
    async fn escape(&self) -> Result<()> {
        self.page.key('\u{e00c}').await
    }

    async fn until_status(&self, end: &str) -> Result<()> {
        let end = self.page.said(end);
        let ends = async || Ok(self.page.text("[role=status]").await?.ends_with(&end).then_some(()));
        self.page.until(&format!("the status {end}"), ends).await
    }
}

/// Results that read no further than a dialog.
const UNKNOWN: &str =
    "Nr;Bot;Said;Right;Price\n1;small;yes;yes;0.1\n1;large;no;yes;0.5\n2;small;no;no;0.1\n2;large;no;no;0.5\n";

async fn playground(language: &str) -> Result<()> {
    tour("Playground", language, async |it| {
        let page = it.page;
        it.speak().await?;
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
        page.until("an explanation", async || {
            Ok((page.script("return document.querySelector('.explanation:popover-open') !== null").await? == true)
                .then_some(()))
        })
        .await?;
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
        page.fill("spinbutton", "Rounds", "1000").await?;
        it.press("button", "Run sweep").await?;
        it.until_status("Done").await?;
        it.none("sweep").await?;
        it.press("tab", "This run").await?;
        // Slowly: both processors are for the search, and for the tests beside it.
        it.press("radio", "lecture").await?;
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
        page.until("the audit", async || {
            Ok((page.script("return document.querySelector('.of-files') !== null").await? == true).then_some(()))
        })
        .await?;
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

async fn query_aware(language: &str) -> Result<()> {
    tour("Query-aware", language, async |it| {
        let page = it.page;
        it.speak().await?;
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

async fn live_room(language: &str) -> Result<()> {
    tour("Live", language, async |it| {
        let page = it.page;
        it.speak().await?;
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

async fn lessons(language: &str) -> Result<()> {
    tour("Learn", language, async |it| {
        let page = it.page;
        it.speak().await?;
        page.open("#learn").await?;
        page.find("list", "All lessons").await?;
        it.none("list").await?;
        page.open("#learn/nosuchlesson").await?;
        page.wait_for_text(&page.said("There is no such lesson")).await?;
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

/// The tours in a language.
macro_rules! tours {
    ($language:ident, $tag:literal) => {
        mod $language {
            #[tokio::test]
            async fn no_barriers_in_the_playground() -> anyhow::Result<()> {
                super::playground($tag).await
            }

            #[tokio::test]
            async fn no_barriers_in_query_aware() -> anyhow::Result<()> {
                super::query_aware($tag).await
            }

            #[tokio::test]
            async fn no_barriers_in_live() -> anyhow::Result<()> {
                super::live_room($tag).await
            }

            #[tokio::test]
            async fn the_lessons_have_no_barriers() -> anyhow::Result<()> {
                super::lessons($tag).await
            }
        }
    };
}

tours!(english, "en");
tours!(korean, "ko");
tours!(japanese, "ja");

/// The search itself: it must find what it must.
#[tokio::test]
async fn a_barrier_is_found() -> Result<()> {
    let outcome = tour("Playground", "en", async |it| {
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
