//! A real Chromium, driven by `WebDriver`.

use std::process::Stdio;

use fantoccini::elements::Element;
use fantoccini::wd::{Capabilities, WebDriverCompatibleCommand};
use fantoccini::{Client, ClientBuilder, Locator};
use http::Method;
use hyper_util::client::legacy::connect::HttpConnector;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use url::Url;

use crate::wait;

/// Whether pages may run scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scripts {
    On,
    Off,
}

/// A browser with a fresh profile; it ends when this is dropped.
pub struct Browser {
    pub client: Client,
    scripts: Scripts,
    /// Host and port of the server that it looks at.
    host: String,
    process: Option<i32>,
    _driver: Child,
    _profile: TempDir,
}

/// How often chromedriver is started until it has a port.
const MAX_STARTS: usize = 20;

/// A running chromedriver and its port.
///
/// It takes a port that is free for IPv4 and then the same one for IPv6, and ends where somebody
/// has that.
async fn start_driver() -> (Child, String) {
    for _start in 0..MAX_STARTS {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        while let Some(line) = lines.next_line().await.unwrap() {
            if let Some((_, port)) = line.split_once("successfully on port ") {
                return (driver, port.trim_end_matches('.').to_owned());
            }
        }
    }
    panic!("chromedriver ended {MAX_STARTS} times without having had a port");
}

impl Browser {
    pub async fn start(host: &str, scripts: Scripts) -> Self {
        let (driver, port) = start_driver().await;
        let profile = TempDir::new().unwrap();
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(capabilities(&profile, scripts))
            .connect(&format!("http://127.0.0.1:{port}"))
            .await
            .unwrap();
        let process = client
            .capabilities()
            .and_then(|found| i32::try_from(found.get("goog:processID")?.as_i64()?).ok());
        Self {
            client,
            scripts,
            host: host.to_owned(),
            process,
            _driver: driver,
            _profile: profile,
        }
    }

    /// Where a page of the server is.
    #[must_use]
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.host)
    }

    /// Opens a page of the server; where scripts are on, waits until it is hydrated.
    pub async fn open(&self, path: &str) {
        self.client.goto(&self.url(path)).await.unwrap();
        if self.scripts == Scripts::On {
            self.css("html[data-hydrated]").await;
        }
    }

    /// The element, once there is one.
    pub async fn css(&self, selector: &str) -> Element {
        wait::until(selector, async || {
            self.client.find(Locator::Css(selector)).await.ok()
        })
        .await
    }

    /// A link or button by what it says, or by its label.
    pub async fn named(&self, tag: &str, name: &str) -> Element {
        let path = format!("//{tag}[normalize-space()='{name}' or @aria-label='{name}']");
        wait::until(&path, async || {
            self.client.find(Locator::XPath(&path)).await.ok()
        })
        .await
    }

    pub async fn count(&self, selector: &str) -> usize {
        self.client
            .find_all(Locator::Css(selector))
            .await
            .unwrap()
            .len()
    }

    /// Waits until the page shows the text.
    pub async fn shows(&self, text: &str) {
        wait::until(&format!("{text:?} on the page"), async || {
            let body = self.client.find(Locator::Css("body")).await.ok()?;
            // The body may have been replaced meanwhile.
            body.text().await.ok()?.contains(text).then_some(())
        })
        .await;
    }

    /// Path and query of the page, once it is what is expected.
    pub async fn is_at(&self, path: &str) {
        wait::until(&format!("the address {path}"), async || {
            let url = self.client.current_url().await.ok()?;
            let query = url
                .query()
                .map(|query| format!("?{query}"))
                .unwrap_or_default();
            (format!("{}{query}", url.path()) == path).then_some(())
        })
        .await;
    }

    pub async fn press(&self, keys: &str) {
        let active = self.client.active_element().await.unwrap();
        active.send_keys(keys).await.unwrap();
    }

    /// Fails on anything that the browser complained about since the last time.
    pub async fn assert_quiet_console(&self) {
        let entries = self.client.issue_cmd(ConsoleLog).await.unwrap();
        let complaints: Vec<&Value> = entries
            .as_array()
            .unwrap()
            .iter()
            .filter(|entry| matches!(entry["level"].as_str(), Some("SEVERE" | "WARNING")))
            .collect();
        assert!(
            complaints.is_empty(),
            "the browser complains: {complaints:#?}"
        );
    }

    /// Passes over what the browser complained about, where that is expected.
    pub async fn forget_console(&self) {
        self.client.issue_cmd(ConsoleLog).await.unwrap();
    }

    /// Fails on anything that axe finds on the page.
    pub async fn assert_accessible(&self) {
        let axe = std::fs::read_to_string(crate::given("THROUGHLINE_TEST_AXE")).unwrap();
        self.client.execute(&axe, vec![]).await.unwrap();
        let run = "const done = arguments[arguments.length - 1]; axe.run(document).then(r => done(r.violations.map(v => \
                   v.id + ': ' + v.help + ' at ' + v.nodes.map(n => n.target.join(' ') + ' ' + n.failureSummary).join('; '))))";
        let violations = self.client.execute_async(run, vec![]).await.unwrap();
        assert_eq!(violations, json!([]), "axe finds something");
    }
}

/// The driver ends by itself; its browser would not.
impl Drop for Browser {
    fn drop(&mut self) {
        let process = self
            .process
            .expect("chromedriver tells which process its browser is");
        // It may have ended already.
        kill(Pid::from_raw(process), Signal::SIGKILL).ok();
    }
}

fn capabilities(profile: &TempDir, scripts: Scripts) -> Capabilities {
    const BLOCK: u32 = 2;
    let mut arguments: Vec<String> = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--window-size=1440,900",
    ]
    .map(str::to_owned)
    .to_vec();
    arguments.push(format!("--user-data-dir={}", profile.path().display()));
    let mut options = json!({ "args": arguments });
    if scripts == Scripts::Off {
        options["prefs"] = json!({ "profile.managed_default_content_settings.javascript": BLOCK });
    }
    let capabilities = json!({
        "browserName": "chrome",
        "goog:chromeOptions": options,
        "goog:loggingPrefs": { "browser": "ALL" },
    });
    capabilities.as_object().unwrap().clone()
}

/// What the console has said since it was last asked (chromedriver's extension of `WebDriver`).
#[derive(Debug)]
struct ConsoleLog;

impl WebDriverCompatibleCommand for ConsoleLog {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, url::ParseError> {
        base.join(&format!("session/{}/se/log", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _url: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(json!({ "type": "browser" }).to_string()))
    }
}
