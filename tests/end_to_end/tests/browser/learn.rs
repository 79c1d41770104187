//! The room *Learn*: each lesson from start to end by the keyboard alone, addresses, a lecturer's link, what is remembered.

use anyhow::{Context, Result, ensure};
use end_to_end::playground::done;
use end_to_end::{Page, check, check_without_storage, dist};
use fantoccini::Locator;
use llm_selection::experiment::Experiment;
use llm_selection::link::{Link, complete};
use serde_json::{Value, json};
use std::fs;

const TAB: &str = "\u{e004}";
const ENTER: &str = "\u{e007}";
const DOWN: &str = "\u{e015}";

/// What the build has written under this name.
fn built(name: &str) -> Result<Value> {
    let stem = format!("{name}-");
    for entry in fs::read_dir(dist())? {
        let entry = entry?;
        let file = entry.file_name().to_string_lossy().into_owned();
        let hash = file.strip_prefix(&stem).and_then(|rest| rest.strip_suffix(".json"));
        if hash.is_some_and(|hash| hash.len() == 16 && hash.bytes().all(|digit| digit.is_ascii_hexdigit())) {
            return Ok(serde_json::from_slice(&fs::read(entry.path())?)?);
        }
    }
    anyhow::bail!("dist/ has no {name}")
}

/// All lessons: slug, title, and what they hold.
fn lessons() -> Result<Vec<(String, String, Value)>> {
    let index = built("lessons")?;
    let entries = index.as_array().filter(|all| !all.is_empty()).context("no lessons")?;
    entries
        .iter()
        .map(|entry| {
            let text = |name: &str| Ok(entry[name].as_str().context("a text")?.to_owned());
            let slug: Result<String> = text("slug");
            let slug = slug?;
            let lesson = built(&format!("lesson-{slug}"))?;
            Ok((slug, text("title")?, lesson))
        })
        .collect()
}

/// Opens a path in a window that shows nothing yet.
async fn open_anew(page: &Page, path: &str) -> Result<()> {
    page.browser().goto("about:blank").await?;
    page.open(path).await
}

/// Presses keys where the focus is.
async fn press(page: &Page, keys: &str) -> Result<()> {
    Ok(page.browser().client().active_element().await?.send_keys(keys).await?)
}

/// Whether the element with the focus matches a selector.
async fn has_focus(page: &Page, selector: &str) -> Result<bool> {
    let script = "return document.activeElement.matches(arguments[0])";
    Ok(page.browser().client().execute(script, vec![json!(selector)]).await? == true)
}

/// Goes on with the Tab key until the focus is on what a selector matches.
async fn tab_to(page: &Page, selector: &str) -> Result<()> {
    for _ in 0..150 {
        press(page, TAB).await?;
        if has_focus(page, selector).await? {
            return Ok(());
        }
    }
    let here = page.script("return document.activeElement.outerHTML.slice(0, 200)").await?;
    anyhow::bail!("the Tab key does not come to {selector}; it is at {here}")
}

async fn until_focus(page: &Page, selector: &str) -> Result<()> {
    page.until(&format!("the focus on {selector}"), async || Ok(has_focus(page, selector).await?.then_some(()))).await
}

/// The step that is shown.
const STEP: &str = "section.step:not([hidden])";

/// Presses a step's button *Run*.
async fn run(page: &Page, number: usize) -> Result<()> {
    let button = format!("#run-{number}");
    page.text(&button).await?;
    page.press(&page.browser().client().find(Locator::Css(&button)).await?).await
}

/// Goes through the step that is shown: guesses, runs, sees what that reveals.
async fn through(page: &Page, step: &Value, place: usize) -> Result<()> {
    let asks = !step["prediction"].is_null();
    let runs = !step["experiment"].is_null();
    let revealed = format!("return document.querySelector('{STEP} .reveal')?.hidden ?? null");
    if asks || runs {
        ensure!(page.script(&revealed).await? != false, "step {place} says what it hides");
    }
    if asks {
        tab_to(page, &format!("{STEP} input[name=guess-{place}]")).await?;
        // The second option: Space chooses the first, the arrow goes on.
        press(page, " ").await?;
        press(page, DOWN).await?;
        let chosen =
            "return document.activeElement.checked && document.activeElement.closest('label').innerText.trim()";
        ensure!(page.script(chosen).await?.is_string(), "an option is chosen");
    }
    if asks || runs {
        tab_to(page, &format!("{STEP} #run-{place}")).await?;
        press(page, ENTER).await?;
        done(page).await?;
        ensure!(page.script(&revealed).await? != true, "step {place} has revealed nothing");
    }
    if asks {
        let right = step["prediction"]["right"] == 1;
        let verdict = page.text(&format!("{STEP} .verdict")).await?;
        ensure!(verdict.starts_with("You said") && verdict.contains("so it is") == right, "{verdict}");
    }
    if !step["experiment"]["inspector"].is_null() {
        // It shows the round that the lesson speaks of.
        let shown = format!(
            "return document.querySelector('{STEP} #inspector-round')?.value + document.querySelector('{STEP} .inspector .boxes, {STEP} .inspector table')?.tagName"
        );
        let round = step["experiment"]["inspector"]["round"].to_string();
        page.until("the round in the inspector", async || {
            let found = page.script(&shown).await?;
            let found = found.as_str().unwrap_or_default();
            Ok((found.starts_with(&round) && !found.ends_with("undefined")).then_some(()))
        })
        .await?;
    }
    if runs {
        let figures = step["experiment"]["figures"].as_array().map_or(0, Vec::len);
        let shown = format!("return document.querySelectorAll('{STEP} figure.fig svg.chart').length");
        ensure!(page.script(&shown).await?.as_u64() >= Some(figures as u64), "figures of step {place}");
    }
    Ok(())
}

/// Exactly one live region on the page, and nothing wider than it.
async fn orderly(page: &Page) -> Result<()> {
    let script = "return [document.querySelectorAll('[role=status]').length,
        new Set([...document.querySelectorAll('[id]')].map((it) => it.id)).size === document.querySelectorAll('[id]').length,
        document.documentElement.scrollWidth <= innerWidth]";
    let found = page.script(script).await?;
    ensure!(found == json!([1, true, true]), "one status, no id twice, no scrolling sideways: {found}");
    Ok(())
}

/// Each of some lessons from its first step to its last, by the keyboard.
async fn read(page: &Page, which: impl Fn(usize) -> bool) -> Result<()> {
    let all = lessons()?;
    for (place, (slug, title, lesson)) in all.iter().enumerate().filter(|(place, _)| which(*place)) {
        page.open(&format!("#learn/{slug}")).await?;
        page.find("heading", title).await?;
        let steps = lesson["steps"].as_array().context("steps")?;
        for (number, step) in steps.iter().enumerate() {
            through(page, step, number + 1).await.with_context(|| format!("lesson {slug}, step {}", number + 1))?;
            orderly(page).await.with_context(|| format!("lesson {slug}, step {}", number + 1))?;
            tab_to(page, ".pager a.primary").await?;
            press(page, ENTER).await?;
            if number + 1 < steps.len() {
                until_focus(page, &format!("#step-{}", number + 2)).await?;
                let hash = page.script("return location.hash").await?;
                ensure!(hash == format!("#learn/{slug}/{}", number + 2), "{hash}");
            }
        }
        // Beyond the last step is the next lesson, or the list; there this one has its tick.
        match all.get(place + 1) {
            Some((_, next, _)) => page.find("heading", next).await.map(drop)?,
            None => page.find("list", "All lessons").await.map(drop)?,
        }
        let tick = format!(
            "return [...document.querySelectorAll('.toc li, .all-lessons li')]
                .some((item) => item.querySelector('a').hash.startsWith('#learn/{slug}/') && !!item.querySelector(':scope > .done, :scope > a > .done'))"
        );
        ensure!(page.script(&tick).await? == true, "lesson {slug} has no tick");
    }
    Ok(())
}

#[tokio::test]
async fn the_first_lessons_are_read_by_keyboard() -> Result<()> {
    check(async |page| {
        // From the navigation on.
        tab_to(page, "nav a[href='#learn']").await?;
        press(page, ENTER).await?;
        let (slug, title, _) = lessons()?.into_iter().next().context("a lesson")?;
        page.find("list", "All lessons").await?;
        tab_to(page, "main a.primary").await?;
        press(page, ENTER).await?;
        page.find("heading", &title).await?;
        until_focus(page, "#lesson-title").await?;
        page.screenshot("lesson").await?;
        read(page, |place| place < 3).await?;
        // A reload keeps ticks and guesses.
        open_anew(page, "#learn").await?;
        page.find("list", "All lessons").await?;
        let ticks = page.script("return document.querySelectorAll('.all-lessons .done').length").await?;
        ensure!(ticks.as_u64() >= Some(1), "{ticks} ticks");
        page.screenshot("list").await?;
        open_anew(page, &format!("#learn/{slug}/1")).await?;
        page.find("heading", &title).await?;
        page.click("link", "Lessons").await?;
        page.click("button", "Forget my progress").await?;
        page.until("no ticks", async || {
            Ok((page.script("return document.querySelector('.all-lessons .done') === null").await? == true)
                .then_some(()))
        })
        .await
    })
    .await
}

#[tokio::test]
async fn the_middle_lessons_are_read_by_keyboard() -> Result<()> {
    check(async |page| read(page, |place| (3..6).contains(&place)).await).await
}

#[tokio::test]
async fn the_later_lessons_are_read_by_keyboard() -> Result<()> {
    check(async |page| read(page, |place| (6..9).contains(&place)).await).await
}

#[tokio::test]
async fn the_last_lessons_are_read_by_keyboard() -> Result<()> {
    check(async |page| read(page, |place| place >= 9).await).await
}

/// A lesson with a step whose experiment plays rounds after a prediction: slug, number of the step, the step.
fn with_rounds() -> Result<(String, usize, Value)> {
    let found = lessons()?.into_iter().find_map(|(slug, _, lesson)| {
        let steps = lesson["steps"].as_array()?.clone();
        let plays = |step: &Value| {
            !step["prediction"].is_null() && step["experiment"].is_object() && step["experiment"]["file"].is_null()
        };
        let place = steps.iter().position(plays)?;
        Some((slug, place + 1, steps.get(place)?.clone()))
    });
    found.context("a lesson with a prediction and an experiment")
}

#[tokio::test]
async fn what_is_not_there_is_said_with_what_is() -> Result<()> {
    check(async |page| {
        let (slug, title, lesson) = lessons()?.into_iter().next().context("a lesson")?;
        let steps = lesson["steps"].as_array().context("steps")?.len();
        open_anew(page, "#learn/nosuchlesson/3").await?;
        page.wait_for_text("There is no such lesson").await?;
        page.wait_for_text("nosuchlesson").await?;
        orderly(page).await?;
        page.click("link", &format!("1 {title}")).await?;
        page.find("heading", &title).await?;
        for step in ["99", "0", "abc", "1.5", "%3Cb%3E"] {
            open_anew(page, &format!("#learn/{slug}/{step}")).await?;
            page.wait_for_text("There is no such step").await?;
            page.wait_for_text(&format!("steps 1 to {steps}")).await?;
            page.find("heading", &title).await?;
        }
        ensure!(page.script("return document.querySelector('main b bdi').innerText").await? == "<b>", "shown as text");
        // An address that means nothing changes nothing, but no longer asks for that step.
        page.script("location.hash = 'foo'").await?;
        page.until("the message to go", async || {
            let said = page.script("return document.body.innerText.includes('There is no such step')").await?;
            Ok((said == false).then_some(()))
        })
        .await?;
        page.find("heading", &title).await?;
        // A damaged link is told of as in a new tab, also on the way back to it.
        page.script("location.hash = 'v1.damaged'").await?;
        page.wait_for_text("This link could not be opened").await?;
        page.click("link", "Learn").await?;
        page.find("list", "All lessons").await?;
        page.browser().client().back().await?;
        page.wait_for_text("This link could not be opened").await?;
        // Back and forward go through the steps.
        open_anew(page, &format!("#learn/{slug}/1")).await?;
        page.find("heading", &title).await?;
        page.click("link", "Next step").await?;
        until_focus(page, "#step-2").await?;
        page.browser().client().back().await?;
        until_focus(page, "#lesson-title").await?;
        ensure!(page.script("return location.hash").await? == format!("#learn/{slug}/1"), "the address follows");
        // Where the files do not come, the page says so and asks again.
        page.script("document.querySelector('meta[name=lessons]').remove()").await?;
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_lesson_that_does_not_come_can_be_asked_for_again() -> Result<()> {
    check(async |page| {
        page.script("document.querySelector('meta[name=lessons]').name = 'away'").await?;
        page.click("link", "Learn").await?;
        page.wait_for_text("The lessons have not come").await?;
        orderly(page).await?;
        page.script("document.querySelector('meta[name=away]').name = 'lessons'").await?;
        page.click("button", "Try again").await?;
        page.find("list", "All lessons").await.map(drop)
    })
    .await
}

#[tokio::test]
async fn a_guess_is_asked_for_and_can_be_left_out() -> Result<()> {
    check_without_storage(async |page| {
        let (slug, number, step) = with_rounds()?;
        open_anew(page, &format!("#learn/{slug}/{number}")).await?;
        let rounds = step["experiment"]["experiment"]["run"]["rounds"].as_u64().context("rounds")?;
        let label = page.text(&format!("#run-{number}")).await?;
        let digits: String = label.chars().filter(char::is_ascii_digit).collect();
        ensure!(digits == rounds.to_string(), "{label}");
        run(page, number).await?;
        page.wait_for_text("Choose an answer first, or show it without a guess.").await?;
        page.click("button", "Show it without a guess").await?;
        until_focus(page, &format!("#run-{number}")).await?;
        done(page).await?;
        let verdict = page.text(&format!("{STEP} .verdict")).await?;
        ensure!(verdict.starts_with("It is"), "{verdict}");
        // It stands where the reader is, whatever comes below it.
        let box_of = "const box = document.querySelector('.step:not([hidden]) .verdict').getBoundingClientRect();";
        let in_view = format!("{box_of} return box.top >= 0 && box.bottom <= innerHeight");
        page.until("the verdict in view", async || Ok((page.script(&in_view).await? == true).then_some(()))).await?;
        page.screenshot("step").await
    })
    .await
}

#[tokio::test]
async fn an_experiment_is_varied_and_taken_to_the_playground() -> Result<()> {
    check(async |page| {
        let (slug, number, step) = with_rounds()?;
        open_anew(page, &format!("#learn/{slug}/{number}")).await?;
        page.click("button", "Show it without a guess").await?;
        done(page).await?;
        page.click("link", "Open in the Playground").await?;
        page.find("table", "Results").await?;
        done(page).await?;
        page.click("button", "Share").await?;
        let link = page.find("textbox", "Link to this experiment").await?.prop("value").await?.context("a link")?;
        let expected = complete(&Experiment::from_json(&step["experiment"]["experiment"].to_string())?)?;
        ensure!(Link::decode(&link)?.experiment == expected, "another experiment: {link}");
        page.script("document.getElementById('share').hidePopover()").await?;
        // The browser's way back leads to the step, and so does the page's.
        let (client, title) = (page.browser().client(), step["title"].as_str().context("a title")?);
        client.back().await?;
        page.find("heading", title).await?;
        page.click("link", "Open in the Playground").await?;
        page.click("link", "Back to the lesson").await?;
        page.find("heading", title).await?;
        let address = client.current_url().await?;
        ensure!(address.fragment() == Some(&format!("learn/{slug}/{number}")), "{address}");
        // It stays after a reload, until another experiment is opened.
        client.back().await?;
        page.find("link", "Back to the lesson").await?;
        client.refresh().await?;
        page.find("link", "Back to the lesson").await?;
        done(page).await?;
        let mut other = expected;
        other.run.rounds += 1;
        page.script(&format!("location.hash = '{}'", Link::new(other).encode()?)).await?;
        let is_gone = "return ![...document.links].some((link) => link.textContent === 'Back to the lesson')";
        page.until("no lesson", async || Ok((page.script(is_gone).await? == true).then_some(()))).await
    })
    .await
}

/// A varied value runs the experiment again, and goes to the Playground with it.
#[tokio::test]
async fn a_varied_value_counts() -> Result<()> {
    let varied = lessons()?.into_iter().find_map(|(slug, _, lesson)| {
        let steps = lesson["steps"].as_array()?.clone();
        let place = steps.iter().position(|step| step["experiment"]["vary"].is_object())?;
        Some((slug, place + 1, steps.get(place)?["experiment"].clone()))
    });
    let Some((slug, number, trial)) = varied else { return Ok(()) };
    check(async |page| {
        open_anew(page, &format!("#learn/{slug}/{number}?hide=predictions")).await?;
        run(page, number).await?;
        done(page).await?;
        let (vary, new) = (&trial["vary"], &trial["vary"]["values"][1]);
        page.find("radiogroup", vary["label"].as_str().context("a label")?).await?;
        page.click("radio", &new.to_string().replace('"', "")).await?;
        done(page).await?;
        let mut experiment = trial["experiment"].clone();
        let pointer = format!("/{}", vary["path"].as_str().context("a path")?.replace('.', "/"));
        *experiment.pointer_mut(&pointer).context("the varied value")? = new.clone();
        let href = page.find("link", "Open in the Playground").await?.prop("href").await?.context("an address")?;
        ensure!(
            Link::decode(&href)?.experiment == complete(&Experiment::from_json(&experiment.to_string())?)?,
            "{href}"
        );
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_lecturer_s_link_hides_what_it_names() -> Result<()> {
    check(async |page| {
        let (slug, number, _) = with_rounds()?;
        open_anew(page, &format!("#learn/{slug}/{number}")).await?;
        let parts = [
            ("List of lessons", "nav.toc"),
            ("Margin", "aside.margin"),
            ("Predictions", ".predict input"),
            ("Pager", ".pager"),
            ("Header", "header"),
        ];
        for (_, selector) in parts {
            let there = format!("return !!document.querySelector('{selector}')");
            page.until(selector, async || Ok((page.script(&there).await? == true).then_some(()))).await?;
        }
        page.click("button", "Share").await?;
        for (name, _) in parts {
            page.click("checkbox", name).await?;
        }
        let link = page.find("textbox", "Link to this step").await?.prop("value").await?.context("a link")?;
        let expected = format!("{}#learn/{slug}/{number}?hide=list,margin,predictions,pager,header", page.site());
        ensure!(link == expected, "{link}");
        page.screenshot("shared").await?;
        open_anew(page, &format!("#learn/{slug}/{number}?hide=list,margin,nosuch,predictions,pager,header&more=1"))
            .await?;
        page.text(&format!("#run-{number}")).await?;
        for (name, selector) in parts {
            let there = format!("return !!document.querySelector('{selector}')");
            ensure!(page.script(&there).await? == false, "{name} is shown");
        }
        run(page, number).await?;
        done(page).await?;
        orderly(page).await?;
        page.screenshot("lecture").await?;
        page.click("link", "Show all").await?;
        page.find("navigation", "Lessons").await?;
        // In a frame of another page.
        open_anew(page, &format!("?embed#learn/{slug}/{number}?hide=list")).await?;
        page.find("link", "Open in the LLM Selection Playground").await?;
        ensure!(page.script("return document.querySelector('header, nav.toc') === null").await? == true, "no frame");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_lesson_that_reads_queries_goes_on_in_its_room() -> Result<()> {
    let found = lessons()?.into_iter().find_map(|(slug, _, lesson)| {
        let place = lesson["steps"].as_array()?.iter().position(|step| step["experiment"]["file"].is_string())?;
        Some((slug, place + 1))
    });
    let (slug, number) = found.context("a lesson that reads queries")?;
    check(async |page| {
        open_anew(page, &format!("#learn/{slug}/{number}?hide=predictions")).await?;
        page.click("button", "Train and judge").await?;
        done(page).await?;
        page.find("table", "Policies").await?;
        page.find("figure", "Accuracy against cost").await?;
        page.screenshot("query-aware").await?;
        page.click("button", "Open in Query-aware").await?;
        page.find("table", "Calls by model").await?;
        ensure!(page.script("return location.hash").await? == "#query-aware", "the room's address");
        page.browser().client().back().await?;
        page.find("button", "Train and judge").await.map(drop)
    })
    .await
}

#[tokio::test]
async fn a_phone_shows_every_step() -> Result<()> {
    check(async |page| {
        page.resize(360, 740).await?;
        let (slug, number, _) = with_rounds()?;
        open_anew(page, "#learn").await?;
        page.find("list", "All lessons").await?;
        orderly(page).await?;
        page.screenshot("list").await?;
        for (slug, title, lesson) in lessons()? {
            for step in 1..=lesson["steps"].as_array().context("steps")?.len() {
                page.open(&format!("#learn/{slug}/{step}")).await?;
                page.find("heading", &title).await?;
                orderly(page).await.with_context(|| format!("lesson {slug}, step {step}"))?;
            }
        }
        open_anew(page, &format!("#learn/{slug}/{number}")).await?;
        page.click("button", "Show it without a guess").await?;
        done(page).await?;
        orderly(page).await?;
        page.screenshot("step").await?;
        page.click("button", "Lessons").await?;
        page.find("list", "Steps of this lesson").await?;
        orderly(page).await
    })
    .await
}
