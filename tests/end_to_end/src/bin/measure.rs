//! Figures of the built site in Chromium, printed one a line: load, first curve, whole runs, long tasks, import, and the
//! engine in WebAssembly beside the engine native, in one go. Run it by `cargo xtask bench`; with the argument `query-aware`,
//! `inspect` or `live` it measures that part alone, on the site as it was built last.

use anyhow::{Context, Result};
use end_to_end::live::{StubModel, answer, ask, choose, grade, open, real, start, status};
use end_to_end::playground::done;
use end_to_end::stub::{self, Stub};
use end_to_end::{Browser, Memory, Page, median, nine_models, serve};
use llm_selection::experiment::Experiment;
use llm_selection::plan::Plan;
use llm_selection::random::{below, hash, unit};
use llm_selection::run::run;
use serde_json::json;
use site_server::is_first;
use std::fmt::Write as _;
use std::time::Instant;

/// Loads to take the median of.
const LOADS: usize = 7;
/// Runs to take the median of.
const RUNS: usize = 5;
/// Rounds of the comparison with native.
const ROUNDS: u32 = 1_000_000;

/// Notes when the app has taken the place of the loading notice, when the first curve is drawn, and every long task.
const WATCH: &str = "window.longTasks = [];
new PerformanceObserver((list) => window.longTasks.push(...list.getEntries().map((entry) => entry.duration)))
    .observe({ type: 'longtask', buffered: true });
new MutationObserver(() => {
    if (!window.appMounted && document.getElementById('app') && !document.getElementById('boot')) window.appMounted = performance.now();
    if (!window.firstCurve && document.querySelector('.fig .chart path.ln')) window.firstCurve = performance.now();
    if (!window.firstDone && document.querySelector('[role=status]')?.textContent.endsWith('Done')) window.firstDone = performance.now();
}).observe(document, { childList: true, subtree: true, characterData: true });";

/// Presses what the selector names and waits for the run that follows to be done; the time from press to Done, in ms.
const PLAY: &str = "const status = () => document.querySelector('[role=status]').textContent;
const start = performance.now();
window.longTasks.length = 0;
document.querySelector(SELECTOR).click();
while (status().endsWith('Done')) await new Promise((resolve) => setTimeout(resolve, 1));
while (!status().endsWith('Done')) await new Promise((resolve) => setTimeout(resolve, 1));
return [performance.now() - start, Math.max(0, ...window.longTasks)];";

/// Drops a file of 400,000 rows and waits for the audit.
const IMPORT: &str = "const models = 8, queries = 50000, lines = ['query_id,model,score,cost,latency_ms'];
for (let m = 0; m < models; m++) for (let q = 0; q < queries; q++)
    lines.push(`question-${q}-of-the-benchmark-set,provider/model-name-${m},${(q * 7 + m) % 3 ? 1 : 0},${((q % 97) * (m + 1) / 1e5).toFixed(8)},${100 + (q * 13) % 900}`);
const file = new File([lines.join('\\n')], 'large.csv'), data = new DataTransfer();
lines.length = 0;
data.items.add(file);
await new Promise((resolve) => setTimeout(resolve, 500));
window.longTasks.length = 0;
const start = performance.now();
let progress = 0;
document.querySelector('.drop').dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }));
while (!document.body.innerText.replace(/\\s+/g, ' ').includes('50 000 of 50 000 queries')) {
    if (document.querySelector('progress[aria-label=\"Reading files\"]')) progress++;
    if (performance.now() - start > 20000) throw new Error('no audit: ' + document.body.innerText.slice(0, 400));
    await new Promise((resolve) => setTimeout(resolve, 25));
}
return [performance.now() - start, file.size, Math.max(0, ...window.longTasks), progress];";

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    match std::env::args().nth(1).as_deref() {
        Some("query-aware") => return query_aware().await,
        Some("inspect") => return inspect().await,
        Some("live") => return live().await,
        _ => {}
    }
    let site = serve()?;
    let page = Page::new(Browser::start().await?, site.url());
    page.browser().devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": WATCH })).await?;
    page.browser().devtools("Network.setCacheDisabled", json!({ "cacheDisabled": true })).await?;
    load(&page).await?;
    play(&page).await?;
    import(&page).await?;
    compare(&page).await?;
    page.close().await?;
    query_aware().await?;
    inspect().await?;
    live().await
}

async fn load(page: &Page) -> Result<()> {
    let (mut mounted, mut paints, mut curves, mut done) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for _ in 0..LOADS {
        page.open("").await?;
        let first = page
            .until("the first run", async || Ok(page.script("return window.firstDone ?? null").await?.as_f64()))
            .await?;
        done.push(first);
        mounted.push(page.script("return window.appMounted").await?.as_f64().context("the app did not mount")?);
        curves.push(page.script("return window.firstCurve").await?.as_f64().context("no curve was drawn")?);
        let paint = "return performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? null";
        paints.extend(page.script(paint).await?.as_f64());
    }
    let bytes = "const seen = new Map(performance.getEntriesByType('navigation').concat(performance.getEntriesByType('resource'))
        .map((entry) => [entry.name, entry.encodedBodySize]));
        return [...seen.values()].reduce((sum, size) => sum + size, 0)";
    println!("first load: {} bytes (brotli) in all that the page itself asks for", page.script(bytes).await?);
    println!("first load with the workers' module: {} bytes (brotli)", first_load_on_disk()?);
    println!("first paint: {:.0} ms (median of {LOADS} loads from this machine, no cache)", median(paints));
    println!("app mounted: {:.0} ms", median(mounted));
    println!("first curve: {:.0} ms", median(curves));
    println!("first run done: {:.0} ms after navigation", median(done));
    Ok(())
}

/// Brotli bytes of every file that a first visit loads until its first curves, as the build counts them.
fn first_load_on_disk() -> Result<u64> {
    let mut sum = 0;
    for entry in std::fs::read_dir(end_to_end::dist())? {
        let entry = entry?;
        let first = is_first(&entry.file_name().to_string_lossy());
        if first && entry.path().extension().is_some_and(|ending| ending == "br") {
            sum += entry.metadata()?.len();
        }
    }
    Ok(sum)
}

async fn play(page: &Page) -> Result<()> {
    let radios = page.script("return [...document.querySelectorAll('[role=radiogroup][aria-label=\"Reward model\"] input')].map((e) => e.id)").await?;
    let ids: Vec<String> = serde_json::from_value(radios)?;
    for (id, name) in ids.iter().zip(["AWC", "SUC", "AIC"]) {
        let (mut times, mut tasks) = (Vec::new(), Vec::new());
        for _ in 0..RUNS {
            // Away and back, so that each press starts a run.
            let other = ids.iter().find(|other| *other != id).context("two reward models")?;
            let other = PLAY.replace("SELECTOR", &format!("'#{other}'"));
            if page.script(&format!("return document.querySelector('#{id}').checked")).await? == true {
                page.script_async(&other).await?;
            }
            let measured = page.script_async(&PLAY.replace("SELECTOR", &format!("'#{id}'"))).await?;
            let [time, task]: [f64; 2] = serde_json::from_value(measured)?;
            times.push(time);
            tasks.push(task);
        }
        let longest = tasks.iter().copied().fold(0.0, f64::max);
        let longest = if longest == 0.0 { "none over 50".to_string() } else { format!("{longest:.0}") };
        println!(
            "{name}, 7 policies × 10 replicates × 10,000 rounds: {:.0} ms (median of {RUNS}); longest main-thread task, ms: {longest}",
            median(times)
        );
    }
    Ok(())
}

async fn import(page: &Page) -> Result<()> {
    let memory = Memory::watch();
    let before = memory.peak();
    let measured: [f64; 4] = serde_json::from_value(page.script_async(IMPORT).await?)?;
    let [time, bytes, task, progress] = measured;
    println!(
        "import of 400,000 rows, {:.1} MB: {time:.0} ms from drop to audit; longest main-thread task {task:.0} ms; progress seen {progress} times",
        bytes / 1e6
    );
    println!("  the tab's memory rose from {before} to {} MB, the file itself and making it included", memory.peak());
    Ok(())
}

/// Results of 7 models on 7,000 queries of 50 words: 30 topics, a third of the words a topic's own, and each model right
/// on a topic with a probability of its own.
fn asked() -> String {
    const SYLLABLES: [&str; 16] =
        ["ka", "to", "mi", "ren", "sol", "ba", "ver", "lin", "que", "dor", "pe", "shi", "an", "ost", "gra", "zu"];
    let word = |n: u64| -> String {
        (0..1 + hash(1, n) % 4).map(|place| SYLLABLES[(hash(2, n * 8 + place) % 16) as usize]).collect()
    };
    let mut csv = String::from("query_id,model,score,cost,latency_ms,answer,query\n");
    for query in 0..7_000 {
        let topic = hash(3, query) % 30;
        let draw = |key: u64, place: u64| hash(hash(key, query), place);
        let text: Vec<String> = (0..50)
            .map(|place| match draw(4, place) % 3 {
                0 => word(20_000 + topic * 600 + below(draw(5, place), 600)),
                _ => word(below(draw(6, place), 20_000 >> (draw(11, place) % 12))),
            })
            .collect();
        let text = text.join(" ");
        for model in 0..7 {
            let right = unit(draw(8, model)) < 0.15 + 0.7 * unit(hash(7, topic * 7 + model));
            let answer = if right { "A" } else { ["B", "C", "D"][below(draw(9, model), 3) as usize] };
            let latency = 100 * (model + 1) + below(draw(10, model), 80);
            let cost = (model + 1) as f64 / 1e3;
            // Writing into a text cannot fail.
            let _ = writeln!(csv, "q{query},model {model},{},{cost},{latency},{answer},{text}", u8::from(right));
        }
    }
    csv
}

/// Waits until *Train* can be pressed.
const READY: &str = "const button = () => [...document.querySelectorAll('.side button')].find((it) => it.textContent.startsWith('Train'));
while (!button() || button().disabled) await new Promise((resolve) => setTimeout(resolve, 20));
return null;";

/// Presses *Train* and waits; the time to Done in ms, the longest task of the main thread, and the steps with their times.
const TRAIN: &str = "const status = () => document.querySelector('[role=status]').textContent;
const button = () => [...document.querySelectorAll('.side button')].find((it) => it.textContent.startsWith('Train'));
window.longTasks.length = 0;
const start = performance.now();
button().click();
while (status().endsWith('Done')) await new Promise((resolve) => setTimeout(resolve, 1));
while (!status().endsWith('Done')) {
    if (status() === 'Stopped') throw new Error(document.querySelector('[role=alert]')?.textContent);
    await new Promise((resolve) => setTimeout(resolve, 5));
}
const steps = [...document.querySelectorAll('.steps li')].map((it) => [...it.children].map((part) => part.textContent).join(' '));
return [performance.now() - start, Math.max(0, ...window.longTasks), steps];";

/// Opens the last round of five replicates of a policy that have not been looked at: the times from the input to the
/// picture, in ms.
const LOOK: &str = "const field = (name) => document.getElementById('inspector-' + name), replicate = field('replicate');
const shown = () => document.querySelector('.inspector p.handout')?.textContent.replace(/\\s+/g, ' ') ?? '';
const type = (input, text) => { input.value = text; input.dispatchEvent(new InputEvent('input', { bubbles: true })); };
const seen = async (text) => { while (!shown().endsWith(text)) await new Promise((resolve) => setTimeout(resolve, 1)); };
field('policy').selectedIndex = POLICY;
field('policy').dispatchEvent(new Event('change', { bubbles: true }));
type(field('round'), '10000');
const times = [];
for (const place of [6, 5, 4, 3, 2]) {
    const start = performance.now();
    type(replicate, String(place));
    await seen(`replicate ${place}, round 10 000`);
    times.push(performance.now() - start);
}
return times;";

/// Rounds looked at from inside: 10,000 rounds are played once more for each.
async fn inspect() -> Result<()> {
    let site = serve()?;
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("asked.csv");
    std::fs::write(&path, asked())?;
    let page = Page::new(Browser::start().await?, site.url());
    page.open("").await?;
    done(&page).await?;
    looks(&page).await?;
    page.upload("Result files", &[path]).await?;
    page.wait_for_text("7 models × 7 000 queries").await?;
    done(&page).await?;
    for entry in ["Contextual C2MAB-V", "LinUCB"] {
        page.click("button", "Add policy").await?;
        let found = async || {
            let buttons = page.all("button").await?;
            Ok(buttons.into_iter().find(|(_, name)| name.starts_with(entry)).map(|(button, _)| button))
        };
        page.press(&page.until(entry, found).await?).await?;
    }
    done(&page).await?;
    looks(&page).await?;
    page.close().await
}

/// The time that a look at round 10,000 takes, policy by policy.
async fn looks(page: &Page) -> Result<()> {
    let names = "const round = document.querySelector('.inspector p.handout');
        return round && [...document.getElementById('inspector-policy').options].map((option) => option.text)";
    let names = async || Ok(Some(page.script(names).await?).filter(|names| names.is_array()));
    let names: Vec<String> = serde_json::from_value(page.until("the inspector", names).await?)?;
    for (place, name) in names.iter().enumerate() {
        let times = page.script_async(&LOOK.replace("POLICY", &place.to_string())).await?;
        let times: Vec<f64> = serde_json::from_value(times)?;
        println!(
            "round 10,000 of {name}, from the input to the picture: {:.0} ms (median of {})",
            median(times.clone()),
            times.len()
        );
    }
    Ok(())
}

/// Query-aware selection in a browser of its own, so that its memory is its own.
async fn query_aware() -> Result<()> {
    let (site, memory) = (serve()?, Memory::watch());
    let folder = tempfile::tempdir()?;
    let (path, text) = (folder.path().join("asked.csv"), asked());
    std::fs::write(&path, &text)?;
    let page = Page::new(Browser::start().await?, site.url());
    page.browser().devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": WATCH })).await?;
    page.open("#query-aware").await?;
    page.upload("Result files", &[path]).await?;
    page.script_async(READY).await?;
    let before = memory.peak();
    let measured = page.script_async(TRAIN).await?;
    let (time, task, steps): (f64, f64, Vec<String>) = serde_json::from_value(measured)?;
    println!(
        "query-aware, 7,000 queries of 50 words × 7 models, {:.1} MB: {time:.0} ms from Train to Done; longest main-thread task {task:.0} ms",
        text.len() as f64 / 1e6
    );
    println!("  {}", steps.join("; "));
    let once = memory.peak();
    page.script_async(TRAIN).await?;
    let twice = memory.peak();
    println!("  the tab's memory, at most: {before} MB before training, {once} MB in it, {twice} MB in another");
    page.close().await
}

/// One policy, K = 9, N = 4, in WebAssembly and native, one after the other.
async fn compare(page: &Page) -> Result<()> {
    println!("C2MAB-V, K = 9, N = 4, {ROUNDS} rounds, millions of rounds a second: native, WebAssembly, ratio");
    for (reward, budget) in [("suc", 0.6), ("aic", 0.6), ("awc", 0.35)] {
        let mut experiment = nine_models(4, budget, &json!({ "kind": "c2mab-v" }), ROUNDS, 1, 1);
        experiment["task"]["reward"] = reward.into();
        let (mut native, mut wasm) = (Vec::new(), Vec::new());
        for _ in 0..RUNS {
            let plan = Plan::new(&Experiment::from_json(&experiment.to_string())?, None)?;
            let start = Instant::now();
            let digest = run(plan).digest;
            native.push(start.elapsed().as_secs_f64());
            let script = format!(
                "const {{ simulate }} = await import(new URL('./api/llm_selection.js', document.baseURI));
                const start = performance.now(), result = await simulate({experiment});
                return [performance.now() - start, result.digest];"
            );
            let (time, found): (f64, String) = serde_json::from_value(page.script_async(&script).await?)?;
            anyhow::ensure!(found == digest, "digests differ: {found} {digest}");
            wasm.push(time / 1000.0);
        }
        let speed = |times| f64::from(ROUNDS) / 1e6 / median(times);
        let (native, wasm) = (speed(native), speed(wasm));
        println!("  {reward}, budget {budget}: {native:.2} {wasm:.2} {:.2}", wasm / native);
    }
    Ok(())
}

/// Ten thousand real calls, twenty at once, to a stand-in provider on this machine.
async fn live() -> Result<()> {
    let models = [("small", (0.1, 0.2)), ("large", (1.0, 2.0))];
    let models = models.map(|(name, price)| StubModel { provider: "custom", name, price });
    let stub = Stub::start(stub::Plan { latency: 1..=20, ..stub::Plan::new(&["small", "large"], answer) })?;
    let site = serve()?;
    let page = Page::new(Browser::start().await?, site.url());
    page.browser().devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": WATCH })).await?;
    page.open("").await?;
    open(&page).await?;
    real(&page, &stub, &models, Some("sk-stub")).await?;
    ask(&page, 500).await?;
    grade(&page).await?;
    choose(&page, "Reward model", "Sum up").await?;
    for (name, value) in [
        ("Models per question", "2"),
        ("Rounds", "5000"),
        ("Batch", "40"),
        ("At once", "20"),
        ("Output tokens a call", "10"),
        ("Total spend", "100"),
        ("Calls", "100000"),
        ("Budget per question", "1"),
    ] {
        page.fill("spinbutton", name, value).await?;
    }
    page.script("window.longTasks.length = 0").await?;
    start(&page).await?;
    let begun = Instant::now();
    while !status(&page).await?.ends_with("Done") {
        anyhow::ensure!(begun.elapsed().as_secs() < 600, "{}", status(&page).await?);
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    }
    let seconds = begun.elapsed().as_secs_f64();
    let longest = page.script("return Math.max(0, ...window.longTasks)").await?;
    let tasks = page.script("return window.longTasks.length").await?;
    println!(
        "live: {} calls in {seconds:.1} s, twenty at once; main-thread tasks over 50 ms: {tasks}, the longest {:.0} ms",
        stub.bill().len(),
        longest.as_f64().unwrap_or(f64::NAN)
    );
    page.close().await
}
