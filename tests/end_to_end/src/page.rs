//! The page as a person meets it: found by roles and accessible names, as the browser computes them.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use fantoccini::Locator;
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::elements::Element;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::driver::Browser;
use crate::words::Words;

/// Longest wait for something to appear.
const PATIENCE: Duration = Duration::from_secs(30);

/// An open page of the site.
pub struct Page {
    browser: Browser,
    site: String,
    /// The words of the language that the page speaks, where that is not English.
    words: Mutex<Option<Words>>,
}

impl Page {
    /// A page of the site at this address; nothing is opened yet.
    pub fn new(browser: Browser, site: String) -> Page {
        Page { browser, site, words: Mutex::default() }
    }

    /// Has the page speak another language, by its list. From then on [`Page::find`] and what goes through it take English
    /// names and look for those of that language.
    ///
    /// # Errors
    /// When the page does not come to speak it.
    pub async fn speak(&self, tag: &str) -> Result<()> {
        let list = self.find("combobox", "Language").await?;
        let script = "const [list, tag] = arguments;
            list.value = tag;
            list.dispatchEvent(new Event('change', { bubbles: true }));";
        self.browser.client().execute(script, vec![serde_json::to_value(&list)?, json!(tag)]).await?;
        let spoken =
            format!("return document.documentElement.lang === '{tag}' && !!document.querySelector('[role=status]')");
        self.until(&format!("the page to speak {tag}"), async || {
            Ok((self.script(&spoken).await? == true).then_some(()))
        })
        .await?;
        *self.words.lock().unwrap_or_else(PoisonError::into_inner) = Words::of(tag)?;
        Ok(())
    }

    /// What the page says for an English text of its own, in the language that it was made to speak.
    pub fn said(&self, english: &str) -> String {
        let words = self.words.lock().unwrap_or_else(PoisonError::into_inner);
        words.as_ref().and_then(|words| words.told(english)).unwrap_or_else(|| english.to_owned())
    }

    /// The browser, for what has no method here.
    pub fn browser(&self) -> &Browser {
        &self.browser
    }

    /// The site's address, ending in `/`.
    pub fn site(&self) -> &str {
        &self.site
    }

    /// Opens a path of the site (`""` for the page, `"#…"` or `"?…"` for its variants) and waits until the app is there.
    /// A change of the fragment alone does not load the page anew, as in any browser.
    ///
    /// # Errors
    /// When the app does not start.
    pub async fn open(&self, path: &str) -> Result<()> {
        self.browser.goto(&format!("{}{path}", self.site)).await?;
        self.until("the app to start", async || {
            Ok((self.script("return !document.getElementById('boot')").await? == true).then_some(()))
        })
        .await
    }

    /// The element with this role and exactly this accessible name, as soon as it is there.
    ///
    /// # Errors
    /// When there is none within 30 s; the error says which names there are.
    pub async fn find(&self, role: &str, name: &str) -> Result<Element> {
        let name = &self.said(name);
        let found = self
            .until(&format!("{role} \"{name}\""), async || {
                let likely = self.computed(role, self.likely(role, name).await?).await?;
                Ok(likely.into_iter().find(|(_, label)| label == name).map(|(element, _)| element))
            })
            .await;
        match found {
            Ok(element) => Ok(element),
            Err(error) => {
                let names: Vec<String> = self.all(role).await?.into_iter().map(|(_, label)| label).collect();
                Err(error.context(format!("{role}s on the page: {names:?}")))
            }
        }
    }

    /// Elements that may have this role and name: those that say the name in their attributes, their text, or what labels
    /// them. To ask the browser for the role and name of every button takes it a second.
    async fn likely(&self, role: &str, name: &str) -> Result<Vec<Element>> {
        let script = "const [selector, name] = arguments;
            const bare = (text) => (text ?? '').replace(/\\s+/g, '');
            const named = (id) => document.getElementById(id)?.textContent ?? '';
            return [...document.querySelectorAll(selector)].filter((element) => [
                element.textContent,
                ...['aria-label', 'title', 'alt', 'value', 'placeholder'].map((key) => element.getAttribute(key)),
                (element.getAttribute('aria-labelledby') ?? '').split(/\\s+/).map(named).join(''),
                ...[...(element.labels ?? [])].map((label) => label.textContent),
                ...[...element.querySelectorAll('[aria-label]')].map((inner) => inner.getAttribute('aria-label')),
            ].some((text) => bare(text).includes(bare(name))));";
        // One that a render takes away meanwhile is not there; the next try finds what came instead.
        let Ok(found) = self.browser.client().execute(script, vec![json!(candidates(role)), json!(name)]).await else {
            return Ok(Vec::new());
        };
        let reference = |element: &Value| {
            let id = element.as_object()?.values().next()?.as_str()?.to_owned();
            Some(Element::from_element_id(self.browser.client().clone(), id.into()))
        };
        Ok(found.as_array().into_iter().flatten().filter_map(reference).collect())
    }

    /// All elements with this role, with their accessible names, in document order.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn all(&self, role: &str) -> Result<Vec<(Element, String)>> {
        self.computed(role, self.browser.client().find_all(Locator::Css(&candidates(role))).await?).await
    }

    /// Those of the elements that have this role, with their accessible names.
    async fn computed(&self, role: &str, elements: Vec<Element>) -> Result<Vec<(Element, String)>> {
        let mut found = Vec::new();
        for element in elements {
            // An element that a render took away meanwhile is not there: no error.
            let Ok(computed) = self.browser.computed(&element, "computedrole").await else { continue };
            if computed == role {
                let Ok(label) = self.browser.computed(&element, "computedlabel").await else { continue };
                found.push((element, label));
            }
        }
        Ok(found)
    }

    /// Presses the element with this role and name.
    ///
    /// # Errors
    /// When it is not there or cannot be pressed.
    pub async fn click(&self, role: &str, name: &str) -> Result<()> {
        self.until(&format!("{role} \"{name}\" to be pressed"), async || {
            let element = self.find(role, name).await?;
            self.press(&element).await.with_context(|| format!("{role} \"{name}\"")).map(Some)
        })
        .await
    }

    /// Presses an element, scrolled to where nothing covers it.
    ///
    /// # Errors
    /// When it cannot be pressed.
    pub async fn press(&self, element: &Element) -> Result<()> {
        let script = "arguments[0].scrollIntoView({ block: 'center', behavior: 'instant' })";
        self.browser.client().execute(script, vec![serde_json::to_value(element)?]).await?;
        Ok(element.click().await?)
    }

    /// Replaces the value of the text or number field with this role and name, as typing would.
    ///
    /// # Errors
    /// When it is not there or cannot be edited.
    pub async fn fill(&self, role: &str, name: &str, value: &str) -> Result<()> {
        const TAB: &str = "\u{e004}";
        let field = self.find(role, name).await?;
        // Not by the keys for it, which Firefox's driver does not pass on.
        let select = "arguments[0].focus(); arguments[0].select();";
        self.browser.client().execute(select, vec![serde_json::to_value(&field)?]).await?;
        field.send_keys(&format!("{value}{TAB}")).await.with_context(|| format!("{role} \"{name}\""))
    }

    /// Presses a key where the focus is; keys without a letter are those of WebDriver's table.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn key(&self, key: char) -> Result<()> {
        let keys =
            KeyActions::new("keys".to_owned()).then(KeyAction::Down { value: key }).then(KeyAction::Up { value: key });
        Ok(self.browser.client().perform_actions(keys).await?)
    }

    /// The visible text of the first element that a CSS selector matches.
    ///
    /// # Errors
    /// When there is none within 30 s.
    pub async fn text(&self, selector: &str) -> Result<String> {
        let element = self.until(selector, async || {
            Ok(self.browser.client().find_all(Locator::Css(selector)).await?.into_iter().next())
        });
        Ok(element.await?.text().await?)
    }

    /// Waits until the page's visible text contains this; any white space counts as one space.
    ///
    /// # Errors
    /// When it does not within 30 s.
    pub async fn wait_for_text(&self, text: &str) -> Result<()> {
        let shown = "return document.body.innerText.replace(/\\s+/g, ' ').includes(arguments[0])";
        self.until(&format!("the text \"{text}\""), async || {
            let found = self.browser.client().execute(shown, vec![json!(text)]).await?;
            Ok((found == true).then_some(()))
        })
        .await
    }

    /// Asks again and again until there is an answer, for at most 30 s; `what` names it in the error.
    ///
    /// # Errors
    /// When time is up, or the question itself fails.
    pub async fn until<T>(&self, what: &str, question: impl AsyncFn() -> Result<Option<T>>) -> Result<T> {
        let start = Instant::now();
        let mut wait = Duration::from_millis(20);
        loop {
            match question().await {
                Ok(Some(answer)) => return Ok(answer),
                Ok(None) => {}
                // Between two of its looks a render has put other elements in place: it is asked again.
                Err(error) if format!("{error:#}").contains("stale element") => {}
                Err(error) => return Err(error),
            }
            if start.elapsed() > PATIENCE {
                bail!("waited {} s in vain for {what}", PATIENCE.as_secs());
            }
            sleep(wait).await;
            // A browser that is asked without pause gets to nothing else: Firefox then installs no service worker.
            wait = (wait * 5 / 4).min(Duration::from_millis(250));
        }
    }

    /// Runs a script body in the page and gives what it returns.
    ///
    /// # Errors
    /// When the script throws.
    pub async fn script(&self, body: &str) -> Result<Value> {
        Ok(self.browser.client().execute(body, Vec::new()).await?)
    }

    /// Runs the body of an async function in the page and gives what it returns; `import()` is there.
    ///
    /// # Errors
    /// When the script throws; the error carries its message.
    pub async fn script_async(&self, body: &str) -> Result<Value> {
        let script = format!(
            "const done = arguments[arguments.length - 1];
             (async () => {{ {body} }})().then((value) => done([value ?? null]), (error) => done(String(error)));"
        );
        match self.browser.client().execute_async(&script, Vec::new()).await? {
            Value::Array(mut values) => Ok(values.pop().unwrap_or(Value::Null)),
            error => bail!("script: {}", error.as_str().unwrap_or_default()),
        }
    }

    /// Chooses files in the file input with this accessible name, all at once.
    ///
    /// # Errors
    /// When there is no such input.
    pub async fn upload(&self, name: &str, files: &[PathBuf]) -> Result<()> {
        let paths: Vec<String> = files
            .iter()
            .map(|file| Ok(file.canonicalize().with_context(|| file.display().to_string())?.display().to_string()))
            .collect::<Result<_>>()?;
        let input = async || {
            for input in self.browser.client().find_all(Locator::Css("input[type=file]")).await? {
                // Browsers add the file's name to the label.
                if self.browser.computed(&input, "computedlabel").await?.starts_with(name) {
                    return Ok(Some(input.send_keys(&paths.join("\n")).await?));
                }
            }
            Ok(None)
        };
        self.until(&format!("the file input \"{name}\""), input).await
    }

    /// Drops files (name and text) on the first element that a CSS selector matches.
    ///
    /// # Errors
    /// When there is no such element.
    pub async fn drop_files(&self, selector: &str, files: &[(&str, &str)]) -> Result<()> {
        let script = "const [selector, files] = arguments;
            const data = new DataTransfer();
            for (const [name, text] of files) data.items.add(new File([text], name));
            const target = document.querySelector(selector);
            for (const type of ['dragenter', 'dragover', 'drop'])
                target.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));";
        self.browser.client().execute(script, vec![json!(selector), json!(files)]).await?;
        Ok(())
    }

    /// The content of a file that the page offers for download, as soon as it is complete.
    ///
    /// # Errors
    /// When it does not come within 30 s.
    pub async fn downloaded(&self, name: &str) -> Result<Vec<u8>> {
        let file = self.browser.downloads().join(name);
        self.until(&format!("the download {name}"), async || {
            Ok(self.downloads()?.iter().any(|complete| complete == name).then_some(()))
        })
        .await?;
        Ok(fs::read(file)?)
    }

    /// Names of the files that the page has offered for download and that are complete.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn downloads(&self) -> Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(self.browser.downloads())? {
            let entry = entry?;
            // Chromium and Firefox write under another name, and Firefox leaves an empty file in the place meanwhile.
            if entry.metadata().is_ok_and(|file| file.len() > 0) {
                names.push(entry.file_name().to_string_lossy().into_owned());
            }
        }
        names.retain(|name| !name.ends_with(".crdownload") && !name.ends_with(".part"));
        Ok(names)
    }

    /// Sets the size of what the page has of the window, in CSS pixels; Firefox keeps its window at least 450 wide.
    ///
    /// # Errors
    /// When the browser refuses it.
    pub async fn resize(&self, width: u32, height: u32) -> Result<()> {
        if self.browser.has_devtools() {
            let size = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
            self.browser.devtools("Emulation.setDeviceMetricsOverride", size).await?;
        } else {
            self.browser.client().set_window_size(width, height).await?;
        }
        Ok(())
    }

    /// Sets a media feature, for example `("prefers-color-scheme", "dark")` or `("prefers-reduced-motion", "reduce")`.
    ///
    /// # Errors
    /// When the browser refuses it.
    pub async fn media(&self, feature: &str, value: &str) -> Result<()> {
        let features = json!({ "features": [{ "name": feature, "value": value }] });
        self.browser.devtools("Emulation.setEmulatedMedia", features).await?;
        Ok(())
    }

    /// Writes a picture of the window to `$SCREENSHOTS/NAME.png`; without that variable, does nothing.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub async fn screenshot(&self, name: &str) -> Result<()> {
        let Some(folder) = std::env::var_os("SCREENSHOTS") else { return Ok(()) };
        // Tests run in their crate's folder; people mean the folder they are in.
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder);
        fs::create_dir_all(&folder)?;
        let test = std::thread::current().name().unwrap_or("test").replace("::", "-");
        let file = folder.join(format!("{test}-{name}.png"));
        fs::write(&file, self.browser.client().screenshot().await?)?;
        Ok(())
    }

    /// Ends the browser.
    ///
    /// # Errors
    /// When it is gone already.
    pub async fn close(self) -> Result<()> {
        self.browser.close().await
    }
}

/// Elements that may have a role: the role is asked for each, and asking all elements would be slow.
fn candidates(role: &str) -> String {
    let native = match role {
        "alert" | "region" | "status" => "section, output",
        "button" => "button, summary, input",
        "checkbox" | "progressbar" | "radio" | "searchbox" | "slider" | "spinbutton" | "textbox" => {
            "input, textarea, progress"
        }
        "combobox" | "listbox" => "select, input",
        "dialog" => "dialog",
        "figure" => "figure",
        "form" => "form",
        "group" => "fieldset, details",
        "heading" => "h1, h2, h3, h4, h5, h6",
        "link" => "a",
        "main" => "main",
        "navigation" => "nav",
        "row" => "tr",
        "table" => "table",
        _ => "*",
    };
    format!("{native}, [role=\"{role}\"]")
}
