//! The room *Live* as a test uses it: models on a stand-in provider, keys, and what the browser keeps of a run.

use crate::Page;
use crate::playground::alerts;
use crate::stub::{Billed, Stub, chance};
use anyhow::{Context, Result, ensure};
use llm_selection::live::log::Entry;
use llm_selection::live::session::Session;
use llm_selection::live::setup::Setup;
use serde_json::{Value, json};

/// A model on a stand-in provider.
#[derive(Debug, Clone)]
pub struct StubModel<'a> {
    /// `custom`, `custom-anthropic` or `custom-gemini`.
    pub provider: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Dollars per million tokens, of the prompt and of the answer.
    pub price: (f64, f64),
}

/// Sets the value of what a selector finds, as typing or choosing would.
///
/// # Errors
/// When there is no such element within 30 s.
pub async fn set(page: &Page, selector: &str, value: &str) -> Result<()> {
    page.until(&format!("{selector} to be set"), async || {
        let script = "const [selector, value] = arguments;
            const element = document.querySelector(selector);
            if (!element) return false;
            element.value = value;
            element.dispatchEvent(new Event(element.tagName === 'SELECT' ? 'change' : 'input', { bubbles: true }));
            return true;";
        let set = page.browser().client().execute(script, vec![json!(selector), json!(value)]).await?;
        Ok((set == true).then_some(()))
    })
    .await
}

/// Opens the room.
///
/// # Errors
/// When it is not there.
pub async fn open(page: &Page) -> Result<()> {
    page.click("link", "Live").await?;
    page.find("radio", "Dry run").await?;
    Ok(())
}

/// Turns to real calls of these models, all of one provider, and gives its key.
///
/// # Errors
/// When the form does not let a person do that.
pub async fn real(page: &Page, stub: &Stub, models: &[StubModel<'_>], key: Option<&str>) -> Result<()> {
    page.click("radio", "Real calls").await?;
    let rows = async || {
        let count =
            page.script("return document.querySelectorAll('table.models-table tbody tr[data-row]').length").await?;
        Ok::<u64, anyhow::Error>(count.as_u64().unwrap_or_default())
    };
    while rows().await? < models.len() as u64 {
        page.click("button", "Add model").await?;
    }
    while rows().await? > models.len() as u64 {
        page.script(
            "[...document.querySelectorAll('tr[data-row] button')].find(it => it.textContent === 'Remove').click()",
        )
        .await?;
    }
    for (row, model) in models.iter().enumerate() {
        let at = |part: &str| format!("tr[data-row='{row}'] {part}");
        let base = if model.provider == "custom" { format!("{}/v1", stub.origin()) } else { stub.origin() };
        set(page, &at("select[aria-label='Provider']"), model.provider).await?;
        set(page, &at("input[aria-label='Server address']"), &base).await?;
        set(page, &at("input[aria-label='Model name']"), model.name).await?;
        set(page, &at("input[aria-label='Input price']"), &model.price.0.to_string()).await?;
        set(page, &at("input[aria-label='Output price']"), &model.price.1.to_string()).await?;
    }
    match key {
        Some(key) => give_key(page, stub, key).await,
        None => Ok(()),
    }
}

/// So many questions, and what is right: the number.
pub fn questions(count: usize) -> String {
    let rows: String = (0..count).map(|number| format!("\nq{number},What number is {number}?,{number}")).collect();
    format!("id,query,reference{rows}\n")
}

/// What a model says to such a question: the number, or another one. The dearer by name the better.
pub fn answer(model: &str, prompt: &str) -> String {
    let number = prompt.split_once("number is ").and_then(|(_, rest)| rest.split('?').next()).unwrap_or("?");
    let quality = if model.contains("large") { 0.9 } else { 0.6 };
    if chance(7, &[model, number]) < quality { number.to_owned() } else { "-1".to_owned() }
}

/// Takes so many questions of one's own.
///
/// # Errors
/// When the page does not take them.
pub async fn ask(page: &Page, count: usize) -> Result<()> {
    set(page, "select[aria-label='Questions']", "own").await?;
    set(page, "#live-paste", &questions(count)).await?;
    page.click("button", "Use pasted questions").await?;
    page.wait_for_text(&format!("Read: {count} question")).await
}

/// The grader and the template for such questions.
///
/// # Errors
/// When the form has not these.
pub async fn grade(page: &Page) -> Result<()> {
    choose(page, "Grader", "The same text").await?;
    set(page, "textarea[aria-label='Prompt template'], #live-template", "{query}").await
}

/// Chooses what begins with a text in a `select`.
///
/// # Errors
/// When there is no such option.
pub async fn choose(page: &Page, label: &str, text: &str) -> Result<()> {
    let select = page.find("combobox", label).await?;
    let script = "const [select, text] = arguments;
        const option = [...select.options].find(option => option.text.startsWith(text));
        if (!option) throw new Error('no option ' + text + ' in ' + [...select.options].map((it) => it.text));
        select.value = option.value;
        select.dispatchEvent(new Event('change', { bubbles: true }));";
    page.browser().client().execute(script, vec![serde_json::to_value(select)?, text.into()]).await?;
    Ok(())
}

/// Presses Start once it can be pressed.
///
/// # Errors
/// When that does not come.
pub async fn start(page: &Page) -> Result<()> {
    page.until("Start to be ready", async || {
        let script = "const [names] = arguments;
            const starts = (it) => names.some((name) => it.textContent.startsWith(name)) && it.offsetParent;
            const start = [...document.querySelectorAll('button')].find(starts);
            if (!start || start.disabled) return false;
            start.click();
            return true;";
        let names = ["Start", "Start the dry run"].map(|name| page.said(name));
        let pressed = page.browser().client().execute(script, vec![json!(names)]).await?;
        Ok((pressed == true).then_some(()))
    })
    .await
    .context(alerts(page).await?)
}

/// Types the key of a provider.
///
/// # Errors
/// When there is no place for it.
pub async fn give_key(page: &Page, stub: &Stub, key: &str) -> Result<()> {
    let selector = format!("input[aria-label='Key for {}']", stub.address());
    let field = page
        .until(&selector, async || {
            let all = page.browser().client().find_all(fantoccini::Locator::Css(&selector)).await?;
            Ok(all.into_iter().next())
        })
        .await?;
    field.send_keys(&format!("{key}\u{e004}")).await?;
    page.until("the key to be taken", async || Ok(page.text("body").await?.contains("•••••• set").then_some(()))).await
}

/// What the page says of the run; any white space is one space.
///
/// # Errors
/// When the browser is gone.
pub async fn status(page: &Page) -> Result<String> {
    let text = page.script("return document.querySelector('[role=status]')?.innerText ?? ''").await?;
    Ok(text.as_str().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Everything that the browser keeps of the latest run.
///
/// # Errors
/// When there is none, or it cannot be read.
pub async fn kept(page: &Page) -> Result<(Setup, Vec<Entry>)> {
    let kept = page
        .script_async(
            "const asked = (request) => new Promise((done, failed) => {
                request.onsuccess = () => done(request.result);
                request.onerror = () => failed(request.error);
            });
            const database = await asked(indexedDB.open('llm-selection-live'));
            try {
                const store = (name) => database.transaction(name).objectStore(name);
                const ids = await asked(store('runs').getAllKeys());
                const runs = (await asked(store('runs').getAll())).map((run, place) => [ids[place], JSON.parse(run)]);
                const [id, run] = runs.sort((a, b) => b[1].begun - a[1].begun)[0];
                const entries = await asked(store('entries').getAll(IDBKeyRange.bound(id + '/', id + '0')));
                return { setup: run.setup, entries: entries.map((entry) => JSON.parse(entry)) };
            } finally {
                database.close();
            }",
        )
        .await?;
    let setup = serde_json::from_str(kept["setup"].as_str().context("a set-up")?)?;
    Ok((setup, serde_json::from_value(kept["entries"].clone())?))
}

/// The run as its entries have left it.
///
/// # Errors
/// Those of [`kept`], and of the engine.
pub async fn session(page: &Page) -> Result<Session> {
    let (setup, entries) = kept(page).await?;
    Ok(Session::resume(setup, &entries)?)
}

/// Dollars of a provider's bill, at the prices of these models.
///
/// # Errors
/// A model that is none of them.
pub fn dollars(bill: &[Billed], models: &[StubModel<'_>]) -> Result<f64> {
    let mut sum = 0.0;
    for call in bill {
        let tokens = &call.tokens;
        if tokens.prompt + tokens.completion == 0 {
            continue;
        }
        let model = models.iter().find(|model| model.name == call.model).context("a model of the test")?;
        // Gemini's reasoning stands beside its answer; the page adds it, and so does the bill.
        let output = tokens.completion;
        sum += (tokens.prompt as f64 * model.price.0 + output as f64 * model.price.1) / 1e6;
    }
    Ok(sum)
}

/// Whether a text is found in anything that the page keeps, shows or has in its address.
///
/// # Errors
/// When it is, with where.
pub async fn search_everywhere(page: &Page, secret: &str) -> Result<()> {
    let found: Value = page
        .script_async(&format!(
            "const secret = {};
            const places = {{
                address: location.href,
                document: document.documentElement.outerHTML,
                inputs: [...document.querySelectorAll('input, textarea, select')].map((it) => it.value).join('\\n'),
                local: JSON.stringify({{ ...localStorage }}),
                session: JSON.stringify({{ ...sessionStorage }}),
                cookies: document.cookie,
                history: JSON.stringify(history.state),
            }};
            const asked = (request) => new Promise((done, failed) => {{
                request.onsuccess = () => done(request.result);
                request.onerror = () => failed(request.error);
            }});
            const text = async (value) => value instanceof Blob ? await value.text() : typeof value === 'string' ? value : JSON.stringify(value);
            for (const {{ name }} of await indexedDB.databases()) {{
                const database = await asked(indexedDB.open(name));
                for (const store of database.objectStoreNames) {{
                    const read = () => database.transaction(store).objectStore(store);
                    const values = [...await asked(read().getAll()), ...await asked(read().getAllKeys())];
                    places[name + '/' + store] = (await Promise.all(values.map(text))).join('\\n');
                }}
                database.close();
            }}
            for (const name of await caches.keys()) {{
                const cache = await caches.open(name);
                for (const request of await cache.keys()) {{
                    if (request.url.includes(secret)) places['cache ' + name] = request.url;
                }}
            }}
            return Object.entries(places).filter(([, text]) => text.includes(secret)).map(([place]) => place);",
            json!(secret)
        ))
        .await?;
    ensure!(found == json!([]), "the key is found in {found}");
    Ok(())
}
