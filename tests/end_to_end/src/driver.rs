//! One headless browser behind its driver: Chromium, or Firefox where the environment variable `GECKODRIVER` is set.

use std::ffi::OsString;
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

/// A browser with nothing open; it ends when it is dropped.
pub struct Browser {
    client: Client,
    kind: Kind,
    downloads: TempDir,
    /// What driver and browser have written and nobody has read yet.
    output: Output,
    // Held for its drop, which ends the driver and with it the browser.
    _driver: Child,
    // What they leave behind, such as profiles of tens of megabytes; after them, since it goes when it is dropped.
    _leavings: TempDir,
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Chromium,
    Firefox,
}

/// Lines that a process has written.
type Output = Arc<Mutex<Vec<String>>>;

/// One line of the browser's console.
#[derive(Debug, Clone)]
pub struct ConsoleEntry {
    /// `SEVERE`, `WARNING`, `INFO` or `DEBUG`.
    pub level: String,
    /// What was logged, with its source.
    pub message: String,
}

impl ConsoleEntry {
    /// Whether it is an error: an exception, a panic, a failed load, a breach of the Content-Security-Policy.
    pub fn is_error(&self) -> bool {
        self.level == "SEVERE"
    }
}

impl Browser {
    /// Starts a driver on a free port, and its browser: geckodriver with Firefox where the environment variable
    /// `GECKODRIVER` names it, else chromedriver (`CHROMEDRIVER`, or from the PATH) with Chromium.
    ///
    /// # Errors
    /// When either does not start.
    pub async fn start() -> Result<Browser> {
        Browser::start_with(true).await
    }

    /// Starts a browser that denies pages all storage.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start_without_storage() -> Result<Browser> {
        Browser::start_with(false).await
    }

    async fn start_with(storage: bool) -> Result<Browser> {
        let (kind, program) = match std::env::var_os("GECKODRIVER") {
            Some(program) => (Kind::Firefox, program),
            None => (Kind::Chromium, std::env::var_os("CHROMEDRIVER").unwrap_or_else(|| "chromedriver".into())),
        };
        // On a machine that is busy with other browsers, a driver or its browser now and then does not come up.
        let mut tries = 1;
        loop {
            match Browser::try_start(kind, &program, storage).await {
                Err(error) if tries < 3 => eprintln!("started again, after {error:#}"),
                result => return result,
            }
            tries += 1;
        }
    }

    async fn try_start(kind: Kind, program: &OsString, storage: bool) -> Result<Browser> {
        let downloads = tempfile::tempdir()?;
        let output = Output::default();
        let leavings = tempfile::tempdir()?;
        let (driver, port) = start_driver(program, leavings.path(), &output).await?;
        let Value::Object(capabilities) = kind.capabilities(downloads.path(), storage) else {
            bail!("capabilities are no object")
        };
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .with_context(|| format!("the browser of {} did not start", program.display()))?;
        Ok(Browser { client, kind, downloads, output, _driver: driver, _leavings: leavings })
    }

    /// Opens an address and waits until it is loaded.
    ///
    /// # Errors
    /// When the browser cannot reach it.
    pub async fn goto(&self, address: &str) -> Result<()> {
        self.client.goto(address).await?;
        if self.kind == Kind::Firefox {
            // Firefox keeps breaches of the policy to its own console: they are written out, those after loading.
            let report = format!(
                "addEventListener('securitypolicyviolation', (event) =>
                     dump(`{BREACH} ${{event.effectiveDirective}} ${{event.blockedURI}}\\n`));
                 addEventListener('error', ({{ error }}) => error && dump(`{UNCAUGHT} ${{error}} ${{(error?.stack ?? '').replaceAll('\\n', ' < ')}}\\n`));"
            );
            self.client.execute(&report, Vec::new()).await?;
        }
        Ok(())
    }

    /// Where files that a page offers for download go.
    pub fn downloads(&self) -> &Path {
        self.downloads.path()
    }

    /// The WebDriver client, for what has no method here.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// What the console received since the last call: in Chromium all of it, in Firefox calls of `console.error`,
    /// uncaught errors, and breaches of the Content-Security-Policy after loading.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn console(&self) -> Result<Vec<ConsoleEntry>> {
        if self.kind == Kind::Firefox {
            // What is written takes a moment through the pipe.
            sleep(Duration::from_millis(200)).await;
            let lines = std::mem::take(&mut *self.output.lock().unwrap_or_else(PoisonError::into_inner));
            let of_a_page = |line: &String| {
                // The browser's own loader of studies, which finds no server here.
                if line.starts_with("console.error: RSLoader:") {
                    return false;
                }
                ["console.error:", "JavaScript error: http", BREACH, UNCAUGHT]
                    .iter()
                    .any(|start| line.starts_with(start))
            };
            let entry = |message| ConsoleEntry { level: "SEVERE".into(), message };
            return Ok(lines.into_iter().filter(of_a_page).map(entry).collect());
        }
        let log = self.post("se/log", json!({ "type": "browser" })).await?;
        let text = |entry: &Value, key: &str| entry.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let entries = log.as_array().context("the console's log is no list")?;
        Ok(entries
            .iter()
            .map(|entry| ConsoleEntry { level: text(entry, "level"), message: text(entry, "message") })
            .collect())
    }

    /// Whether the browser takes commands of the Chrome DevTools Protocol.
    pub fn has_devtools(&self) -> bool {
        self.kind == Kind::Chromium
    }

    /// A command of the Chrome DevTools Protocol.
    ///
    /// # Errors
    /// When the browser refuses it, as Firefox always does.
    pub async fn devtools(&self, command: &str, parameters: Value) -> Result<Value> {
        let result = self.post("goog/cdp/execute", json!({ "cmd": command, "params": parameters })).await;
        result.with_context(|| format!("DevTools command {command}"))
    }

    /// A value that WebDriver computes for an element: `computedrole` or `computedlabel`.
    ///
    /// # Errors
    /// When the element is gone.
    pub async fn computed(&self, element: &fantoccini::elements::Element, what: &str) -> Result<String> {
        let path = format!("element/{}/{what}", element.element_id().as_ref());
        let value = self.client.issue_cmd(SessionCommand { path, body: None }).await?;
        Ok(value.as_str().unwrap_or_default().to_owned())
    }

    /// Ends the browser in order.
    ///
    /// # Errors
    /// When it is gone already.
    pub async fn close(self) -> Result<()> {
        Ok(self.client.clone().close().await?)
    }

    async fn post(&self, path: &str, body: Value) -> Result<Value> {
        Ok(self.client.issue_cmd(SessionCommand { path: path.to_owned(), body: Some(body) }).await?)
    }
}

/// How a breach of the policy is marked in Firefox's output.
const BREACH: &str = "Content Security Policy:";
/// And how an uncaught error with where it came from.
const UNCAUGHT: &str = "Uncaught:";

impl Kind {
    /// What the browser is asked to be: headless, of a laptop's size, downloading without questions.
    fn capabilities(self, downloads: &Path, storage: bool) -> Value {
        // 1 allows and 2 blocks in Chromium; Firefox allows by 5, its default, and blocks by 2.
        let (allow, block) = if self == Kind::Chromium { (1, 2) } else { (5, 2) };
        let cookies = if storage { allow } else { block };
        match self {
            Kind::Chromium => json!({
                "goog:chromeOptions": {
                    "args": [
                        "--headless=new",
                        "--no-sandbox",
                        "--disable-dev-shm-usage",
                        "--disable-background-networking",
                        "--window-size=1280,900",
                    ],
                    "prefs": {
                        "download.default_directory": downloads,
                        "profile.default_content_setting_values.cookies": cookies,
                    },
                },
                "goog:loggingPrefs": { "browser": "ALL" },
            }),
            Kind::Firefox => json!({
                "moz:firefoxOptions": {
                    "args": ["-headless", "--width", "1280", "--height", "900"],
                    "prefs": {
                        "browser.download.folderList": 2,
                        "network.cookie.cookieBehavior": cookies,
                        "browser.download.dir": downloads,
                        // Pages' consoles and uncaught errors are written out; the browser's own are not.
                        "devtools.console.stdout.content": true,
                        "devtools.console.stdout.chrome": false,
                        "browser.dom.window.dump.enabled": true,
                    },
                },
            }),
        }
    }
}

/// Starts a driver that keeps what it and its browser write for a while in the folder `leavings`; gives the port that it
/// names.
async fn start_driver(program: &OsString, leavings: &Path, output: &Output) -> Result<(Child, String)> {
    let mut driver = Command::new(program)
        .arg("--port=0")
        .env("TMPDIR", leavings)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("cannot start {}", program.display()))?;
    // All that it writes has to be read, else it would block or end.
    tokio::spawn(collect(driver.stdout.take().context("a driver without output")?, output.clone()));
    tokio::spawn(collect(driver.stderr.take().context("a driver without output")?, output.clone()));
    let port = timeout(Duration::from_secs(20), async {
        loop {
            let lines = output.lock().unwrap_or_else(PoisonError::into_inner).clone();
            if let Some(port) = lines.iter().find_map(|line| port(line)) {
                return port;
            }
            sleep(Duration::from_millis(10)).await;
        }
    })
    .await
    .with_context(|| {
        let lines = output.lock().unwrap_or_else(PoisonError::into_inner).join("; ");
        format!("{} did not name its port within 20 s, but wrote “{lines}”", program.display())
    })?;
    Ok((driver, port))
}

async fn collect(stream: impl AsyncRead + Unpin, output: Output) {
    let mut lines = BufReader::new(stream).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        output.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }
}

/// The port in a driver's greeting.
fn port(line: &str) -> Option<String> {
    let (_, port) =
        line.rsplit_once("successfully on port ").or_else(|| line.rsplit_once("Listening on 127.0.0.1:"))?;
    Some(port.trim_end_matches('.').to_owned())
}

/// A command that fantoccini has no method for.
#[derive(Debug)]
struct SessionCommand {
    path: String,
    body: Option<Value>,
}

impl WebDriverCompatibleCommand for SessionCommand {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        match &self.body {
            Some(body) => (http::Method::POST, Some(body.to_string())),
            None => (http::Method::GET, None),
        }
    }
}
