//! By keyboard, by finger, on a projector, on a phone, with less motion.

use anyhow::{Context, Result, ensure};
use end_to_end::live;
use end_to_end::playground::done;
use end_to_end::{Page, check};
use serde_json::{Value, json};

const TAB: char = '\u{e004}';
const ESCAPE: char = '\u{e00c}';
const LEFT: char = '\u{e012}';
const RIGHT: char = '\u{e014}';
const PAGE_DOWN: char = '\u{e00f}';
const HOME: char = '\u{e011}';
const END: char = '\u{e010}';

/// Takes the focus away from everything.
async fn unfocus(page: &Page) -> Result<()> {
    page.script("document.activeElement.blur()").await.map(drop)
}

/// Waits until a script gives true.
async fn until(page: &Page, what: &str, script: &str) -> Result<()> {
    page.until(what, async || Ok((page.script(script).await? == true).then_some(()))).await
}

const LISTED: &str =
    "return document.querySelector('dialog[open]')?.getAttribute('aria-labelledby') === 'shortcuts-title'";

#[tokio::test]
async fn shortcuts_are_listed_and_can_be_switched_off() -> Result<()> {
    const SWITCH: &str = "Single keys are shortcuts, where nothing has the focus";
    check(async |page| {
        done(page).await?;
        unfocus(page).await?;
        page.key('?').await?;
        until(page, "the list", LISTED).await?;
        page.find("dialog", "Keyboard shortcuts").await?;
        page.screenshot("list").await?;
        page.key(ESCAPE).await?;
        until(page, "the list to close", "return document.querySelector('dialog[open]') === null").await?;
        page.key('r').await?;
        page.wait_for_text("Round 0 of").await?;
        // Not while something has the focus.
        page.find("spinbutton", "Rounds").await?.send_keys("?").await?;
        page.find("button", "Workspace").await?.send_keys("?").await?;
        ensure!(page.script(LISTED).await? == false, "a key for a control is no shortcut");
        page.click("button", "All keys").await?;
        page.click("checkbox", SWITCH).await?;
        page.click("button", "Close").await?;
        let focus = page.script("return document.activeElement.textContent").await?;
        ensure!(focus == "Keys are off", "the focus is back at its button: {focus}");
        let dead = async || {
            unfocus(page).await?;
            for key in ['?', 'p', ' '] {
                page.key(key).await?;
            }
            ensure!(page.script(LISTED).await? == false, "? is off");
            ensure!(page.script("return document.documentElement.matches('[data-presenting]')").await? == false);
            Ok(())
        };
        dead().await?;
        ensure!(page.text("[role=status]").await?.starts_with("Round 0 of"), "Space is off");
        // Remembered; and on again.
        page.browser().client().refresh().await?;
        done(page).await?;
        dead().await?;
        page.click("button", "Keyboard shortcuts").await?;
        page.click("checkbox", SWITCH).await?;
        page.click("button", "Close").await?;
        unfocus(page).await?;
        page.key('?').await?;
        until(page, "the list", LISTED).await
    })
    .await
}

/// Heading of the figure that fills the screen, and what is said of its place.
async fn slide(page: &Page) -> Result<(String, String)> {
    let script = "const title = document.querySelector('[data-presented] h2');
        return [title ? title.textContent : '', document.getElementById('slide-place').textContent];";
    Ok(serde_json::from_value(page.script(script).await?)?)
}

#[tokio::test]
async fn figures_are_presented_one_at_a_time() -> Result<()> {
    check(async |page| {
        done(page).await?;
        // Slowly, so that both processors are not busy with it.
        page.click("radio", "lecture").await?;
        page.fill("spinbutton", "Rounds", "1000000").await?;
        page.find("progressbar", "Progress of the run").await?;
        unfocus(page).await?;
        page.key('p').await?;
        let shown = async |title: &str, place: &str| {
            page.until(title, async || Ok((slide(page).await?.0 == title).then_some(()))).await?;
            let said = slide(page).await?.1;
            ensure!(said == format!("{title}, {place}"), "{said}");
            // Large, and it alone.
            let fits = "const box = document.querySelector('[data-presented] svg.chart').getBoundingClientRect();
                const seen = [...document.querySelectorAll('figure.fig svg.chart')].filter((it) => it.checkVisibility({ visibilityProperty: true }));
                return box.width > innerWidth * 0.8 && box.top >= 0 && box.bottom <= innerHeight && seen.length === 1;";
            until(page, "the figure to fill the screen", fits).await
        };
        shown("Cumulative regret", "1 of 5").await?;
        // Run and Pause by their key.
        page.key(' ').await?;
        until(page, "the run to pause", "return document.querySelector('[role=status]').textContent.startsWith('Paused')").await?;
        page.key(RIGHT).await?;
        shown("Budget violation", "2 of 5").await?;
        page.key(PAGE_DOWN).await?;
        shown("Reward and cost", "3 of 5").await?;
        page.key(LEFT).await?;
        shown("Budget violation", "2 of 5").await?;
        for (size, scheme) in [((1920, 1080), "light"), ((1280, 720), "dark")] {
            page.resize(size.0, size.1).await?;
            page.script(&format!("document.documentElement.dataset.theme = '{scheme}'")).await?;
            shown("Budget violation", "2 of 5").await?;
            let type_of_axes = page.script("return parseFloat(getComputedStyle(document.querySelector('[data-presented] svg text')).fontSize)").await?;
            ensure!(type_of_axes.as_f64() >= Some(14.0), "{type_of_axes} px");
            page.screenshot(&format!("{}", size.0)).await?;
        }
        // Nothing behind it can be reached.
        for _ in 0..40 {
            page.key(TAB).await?;
            let inside = "return document.activeElement === document.body || document.activeElement.closest('[data-stage], #slides') !== null";
            ensure!(page.script(inside).await? == true, "the focus is on what is not seen");
        }
        // What is drawn anew stays presented.
        page.script("document.getElementById('slides').focus()").await?;
        page.key('r').await?;
        until(page, "nothing to show", "return document.getElementById('slide-place').textContent.startsWith('No figure yet')").await?;
        page.key(' ').await?;
        shown("Budget violation", "2 of 5").await?;
        page.resize(1280, 900).await?;
        page.key(ESCAPE).await?;
        until(page, "the page", "return !document.documentElement.matches('[data-presenting]')").await?;
        page.click("button", "Present").await?;
        shown("Cumulative regret", "1 of 5").await?;
        page.click("button", "Leave Esc").await?;
        let focus = page.script("return document.activeElement.getAttribute('aria-label')").await?;
        ensure!(focus == "Present", "the focus is back: {focus}");
        Ok(())
    })
    .await
}

/// The header is in view wherever the page is scrolled to: what gets the focus there scrolls nothing.
#[tokio::test]
async fn the_focus_in_the_header_leaves_the_page_where_it_is() -> Result<()> {
    check(async |page| {
        done(page).await?;
        page.find("table", "Results").await?;
        page.script("scrollTo({ top: 900, behavior: 'instant' })").await?;
        let focus = "const before = scrollY; const moved = [];
            for (const one of document.querySelectorAll('.top :is(a, button, select)')) { one.focus(); moved.push(scrollY - before); }
            return [before > 800, ...new Set(moved)]";
        ensure!(page.script(focus).await? == json!([true, 0]), "{}", page.script(focus).await?);
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_key_does_not_throw_away_what_is_presented() -> Result<()> {
    check(async |page| {
        done(page).await?;
        unfocus(page).await?;
        let status = page.text("[role=status]").await?;
        for key in ['p', 's', 'r'] {
            page.key(key).await?;
        }
        page.until("the first", async || Ok((slide(page).await?.1 == "Cumulative regret, 1 of 5").then_some(())))
            .await?;
        // As in other presentations.
        page.key(' ').await?;
        page.until("the second", async || Ok((slide(page).await?.1 == "Budget violation, 2 of 5").then_some(())))
            .await?;
        page.key(ESCAPE).await?;
        until(page, "the page", "return !document.documentElement.matches('[data-presenting]')").await?;
        ensure!(page.text("[role=status]").await? == status, "another run");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn the_cursor_follows_a_finger() -> Result<()> {
    check(async |page| {
        if !page.browser().has_devtools() {
            return Ok(());
        }
        done(page).await?;
        page.resize(390, 844).await?;
        for figure in ["regret", "selection-share"] {
            let script = format!(
                "const chart = document.querySelector('figure[aria-labelledby={figure}-title] svg.chart');
                chart.scrollIntoView({{ block: 'center', behavior: 'instant' }});
                const box = chart.getBoundingClientRect();
                return [box.left, box.top, box.width, box.height];"
            );
            let place: [f64; 4] = serde_json::from_value(page.script(&script).await?)?;
            let at = async || {
                let readout = format!(
                    "return document.querySelector('figure[aria-labelledby={figure}-title] .readout .at').textContent"
                );
                Ok::<String, anyhow::Error>(page.script(&readout).await?.as_str().unwrap_or_default().to_owned())
            };
            let end = at().await?;
            let touch = async |kind: &str, share: f64| {
                let points = if kind == "touchEnd" {
                    json!([])
                } else {
                    json!([{ "x": place[0] + share * place[2], "y": place[1] + place[3] / 2.0 }])
                };
                page.browser()
                    .devtools("Input.dispatchTouchEvent", json!({ "type": kind, "touchPoints": points }))
                    .await
            };
            touch("touchStart", 0.7).await?;
            let mut seen = vec![end];
            for share in [0.6, 0.5, 0.4] {
                touch("touchMove", share).await?;
                page.until("the cursor to move", async || Ok((seen.last() != Some(&at().await?)).then_some(())))
                    .await?;
                seen.push(at().await?);
            }
            touch("touchEnd", 0.0).await?;
            ensure!(seen.last() == Some(&at().await?), "it stays where the finger left it: {seen:?}");
        }
        page.screenshot("finger").await
    })
    .await
}

/// Tabs once round the page; gives what could not be reached, and what had the focus without showing it.
async fn round_trip(page: &Page) -> Result<(Vec<String>, Vec<String>)> {
    page.script(
        "window.visited = new Set();
        window.unseen = [];
        window.focusable = () => [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [tabindex=\"0\"]')].filter((it) =>
            !it.disabled && it.tabIndex >= 0 && it.checkVisibility({ visibilityProperty: true }) && !it.closest('[inert]')
            // Of a group of choices the chosen one is in the order.
            && !(it.type === 'radio' && !it.checked && document.querySelector(`input[name='${it.name}']:checked`))
            && !(it.type === 'radio' && !it.checked && it !== document.querySelector(`input[name='${it.name}']`)));
        document.querySelector('.skip').focus({ focusVisible: true });",
    )
    .await?;
    let step = "const it = document.activeElement;
        if (it === document.body || visited.has(it)) return true;
        visited.add(it);
        const outlined = (element) => element && getComputedStyle(element).outlineStyle !== 'none' && parseFloat(getComputedStyle(element).outlineWidth) >= 2;
        const around = [it, it.nextElementSibling, ...(function* () { for (let up = it.parentElement; up && up.tagName !== 'FORM'; up = up.parentElement) yield up; })()];
        if (!around.some(outlined)) unseen.push(it.outerHTML.slice(0, 120));
        return false;";
    for _ in 0..400 {
        if page.script(step).await? == true {
            break;
        }
        page.key(TAB).await?;
    }
    let left = "return [focusable().filter((it) => !visited.has(it)).map((it) => it.outerHTML.slice(0, 160)), unseen]";
    Ok(serde_json::from_value(page.script(left).await?)?)
}

#[tokio::test]
async fn every_control_is_reached_by_tab_and_shows_the_focus() -> Result<()> {
    check(async |page| {
        done(page).await?;
        for room in ["Playground", "Query-aware", "Live"] {
            page.click("link", room).await?;
            let (missed, unseen) = round_trip(page).await?;
            ensure!(missed.is_empty(), "{room}: not reached: {missed:#?}");
            ensure!(unseen.is_empty(), "{room}: no outline: {unseen:#?}");
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn figures_are_read_by_keys_aloud() -> Result<()> {
    check(async |page| {
        done(page).await?;
        let said = async |figure: &str, key: char| {
            let chart = format!("figure[aria-labelledby={figure}-title]");
            page.script(&format!("document.querySelector('{chart} .chart-box').focus()")).await?;
            page.key(key).await?;
            page.until("something said", async || {
                let said = page
                    .script(&format!("return document.querySelector('{chart} [aria-live=polite]').textContent"))
                    .await?;
                let said = said.as_str().unwrap_or_default().to_owned();
                Ok((!said.is_empty()).then_some(said))
            })
            .await
        };
        page.fill("spinbutton", "Rounds", "1000").await?;
        page.wait_for_text("1 000 rounds").await?;
        let first = said("regret", HOME).await?;
        ensure!(first.starts_with("Round 1: C2MAB-V"), "{first}");
        said("regret", PAGE_DOWN).await?;
        page.wait_for_text("Round 100").await?;
        page.click("tab", "Sweep").await?;
        page.click("button", "Run sweep").await?;
        done(page).await?;
        let last = said("sweep-regret", END).await?;
        ensure!(last.starts_with("ρ = ") && last.contains("C2MAB-V"), "{last}");
        let point = said("sweep-frontier", HOME).await?;
        ensure!(point.contains(" for "), "{point}");
        live::open(page).await?;
        live::start(page).await?;
        done(page).await?;
        let question = said("live-cost", HOME).await?;
        ensure!(question.starts_with("Question 1: Mean cost by question $"), "{question}");
        ensure!(page.all("status").await?.len() == 1, "exactly one status");
        Ok(())
    })
    .await
}

/// What stands out of the window to the right.
async fn overflow(page: &Page) -> Result<Value> {
    page.script(
        "const wide = document.documentElement.scrollWidth;
        if (wide <= innerWidth) return [];
        return [wide, ...[...document.querySelectorAll('body *')].filter((it) => it.getBoundingClientRect().right > innerWidth + 1
            && !it.closest('.scroll, .views, nav, .vh')).slice(0, 8).map((it) => it.outerHTML.slice(0, 120))];",
    )
    .await
}

/// A phone, and a laptop at 200 %.
#[tokio::test]
async fn no_room_is_wider_than_a_phone() -> Result<()> {
    check(async |page| {
        done(page).await?;
        let fits = async |state: &str| {
            for width in [360, 640] {
                page.resize(width, 740).await?;
                page.until(&format!("{state} to fit {width} px"), async || {
                    Ok((overflow(page).await? == json!([])).then_some(()))
                })
                .await
                .context(format!("{}", overflow(page).await?))?;
                let stretch = "const dock = document.querySelector('.dock');
                    return [...dock.querySelectorAll('.btn')].every((it) => it.getBoundingClientRect().right <= innerWidth + 1);";
                ensure!(page.script(stretch).await? == true, "{state}: the bar at the foot is cut at {width} px");
            }
            Ok::<(), anyhow::Error>(())
        };
        fits("the Playground").await?;
        page.resize(1280, 900).await?;
        page.click("tab", "Sweep").await?;
        page.click("button", "Run sweep").await?;
        done(page).await?;
        fits("the sweep").await?;
        page.resize(1280, 900).await?;
        page.click("tab", "Studies").await?;
        fits("the studies").await?;
        page.resize(1280, 900).await?;
        page.click("link", "Query-aware").await?;
        fits("Query-aware").await?;
        page.resize(1280, 900).await?;
        live::open(page).await?;
        fits("Live").await?;
        page.resize(1280, 900).await?;
        live::start(page).await?;
        done(page).await?;
        fits("a live run").await
    })
    .await
}

#[tokio::test]
async fn nothing_moves_where_less_motion_is_wanted() -> Result<()> {
    check(async |page| {
        if !page.browser().has_devtools() {
            return Ok(());
        }
        page.fill("spinbutton", "Rounds", "1000000").await?;
        page.find("progressbar", "Progress of the run").await?;
        let moving = "return document.getAnimations().filter((it) => it.playState === 'running').length";
        until(page, "the pulse", &format!("{moving} > 0")).await?;
        page.media("prefers-reduced-motion", "reduce").await?;
        until(page, "rest", &format!("{moving} === 0")).await?;
        page.click("button", "Pause").await
    })
    .await
}

#[tokio::test]
async fn a_result_prints_as_a_handout() -> Result<()> {
    check(async |page| {
        if !page.browser().has_devtools() {
            return Ok(());
        }
        done(page).await?;
        page.click("button", "Share").await?;
        page.find("textbox", "Link to this experiment").await?;
        page.key(ESCAPE).await?;
        page.script("document.documentElement.dataset.theme = 'dark'").await?;
        page.browser().devtools("Emulation.setEmulatedMedia", json!({ "media": "print" })).await?;
        page.wait_for_text("Sum up (SUC): every model does a part of its own").await?;
        page.wait_for_text("10 000, in 10 replicates, seed 1").await?;
        page.wait_for_text("#v1.").await?;
        let controls = "return [...document.querySelectorAll('button, input, select, textarea, progress')].filter((it) =>
            it.checkVisibility({ visibilityProperty: true }) && !it.closest('.legend, thead')).map((it) => it.outerHTML.slice(0, 100))";
        let controls = page.script(controls).await?;
        ensure!(controls == json!([]), "{controls}");
        let ink = page.script("return getComputedStyle(document.querySelector('.fig h2')).color").await?;
        ensure!(ink == "rgb(21, 25, 29)", "{ink} on white paper");
        page.browser().devtools("Emulation.setEmulatedMedia", json!({ "media": "" })).await.map(drop)
    })
    .await
}
