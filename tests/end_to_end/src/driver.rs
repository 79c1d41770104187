//! One headless Chromium behind chromedriver.

use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// A browser with nothing open; it ends when it is dropped.
pub struct Browser {
    client: Client,
    // Held for its drop, which ends chromedriver and with it Chromium.
    _driver: Child,
}

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
    /// Starts chromedriver (environment variable `CHROMEDRIVER`, else from the PATH) on a free port, and Chromium.
    ///
    /// # Errors
    /// When either does not start.
    pub async fn start() -> Result<Browser> {
        let program = std::env::var_os("CHROMEDRIVER").unwrap_or_else(|| "chromedriver".into());
        let mut driver = Command::new(&program)
            .arg("--port=0")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot start {}", program.display()))?;
        let output = driver.stdout.take().context("chromedriver without output")?;
        let mut lines = BufReader::new(output).lines();
        let port = timeout(Duration::from_secs(20), async {
            while let Some(line) = lines.next_line().await? {
                if let Some((_, port)) = line.rsplit_once("successfully on port ") {
                    return Ok(port.trim_end_matches('.').to_owned());
                }
            }
            bail!("chromedriver ended before it named its port")
        })
        .await
        .context("chromedriver did not name its port within 20 s")??;
        // What it prints from here on has to go somewhere, else it would block or end.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });

        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--window-size=1280,900",
        ];
        let capabilities = json!({
            "goog:chromeOptions": { "args": arguments },
            "goog:loggingPrefs": { "browser": "ALL" },
        });
        let Value::Object(capabilities) = capabilities else { bail!("capabilities are no object") };
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities)
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .context("Chromium did not start")?;
        Ok(Browser { client, _driver: driver })
    }

    /// The WebDriver client, for what has no method here.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// What the console received since the last call.
    ///
    /// # Errors
    /// When the browser is gone.
    pub async fn console(&self) -> Result<Vec<ConsoleEntry>> {
        let log = self.post("se/log", json!({ "type": "browser" })).await?;
        let text = |entry: &Value, key: &str| entry.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let entries = log.as_array().context("the console's log is no list")?;
        Ok(entries
            .iter()
            .map(|entry| ConsoleEntry { level: text(entry, "level"), message: text(entry, "message") })
            .collect())
    }

    /// A command of the Chrome DevTools Protocol.
    ///
    /// # Errors
    /// When the browser refuses it.
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
