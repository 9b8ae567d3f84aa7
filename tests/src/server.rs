//! The real binary, on ports of its own.

use std::path::Path;
use std::process::{ExitStatus, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use reqwest::{Client, Response, StatusCode};
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::{database, wait};

/// A running server, killed when it is dropped.
pub struct Server {
    child: Child,
    /// Host and port of pages and API.
    pub web: String,
    /// Host and port of OTLP over HTTP.
    pub otlp: String,
    /// Host and port of OTLP over gRPC.
    pub otlp_grpc: String,
    pub client: Client,
    output: tokio::io::Lines<BufReader<tokio::process::ChildStdout>>,
}

/// How to start one.
#[derive(Debug, Clone)]
pub struct Start {
    variables: Vec<(String, String)>,
}

impl Start {
    /// On a new database.
    #[must_use]
    pub fn fresh() -> Self {
        Self::on_database(&database::create())
    }

    #[must_use]
    pub fn on_database(url: &str) -> Self {
        Self::default().with("DATABASE_URL", url)
    }

    /// With the embedded Postgres.
    #[must_use]
    pub fn embedded(data_directory: &Path) -> Self {
        Self::default().with("THROUGHLINE_DATA_DIR", &data_directory.to_string_lossy())
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.variables.retain(|(set, _)| set != name);
        self.variables.push((name.to_owned(), value.to_owned()));
        self
    }

    fn command(&self) -> Command {
        let mut command = Command::new(crate::given("THROUGHLINE_TEST_BINARY"));
        command.arg("serve").env_remove("DATABASE_URL").env(
            "THROUGHLINE_SITE_DIR",
            crate::given("THROUGHLINE_TEST_SITE"),
        );
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    /// Starts it and waits until it is ready.
    pub async fn start(&self) -> Server {
        let mut child = self.command().spawn().unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut after = async |prefix: &str| loop {
            let line = output
                .next_line()
                .await
                .unwrap()
                .expect("the server ended before it was ready");
            if let Some((_, rest)) = line.split_once(prefix) {
                return rest.split(['/', ' ']).next().unwrap().to_owned();
            }
        };
        let web = after("open http://").await;
        let otlp = after("curl http://").await;
        let otlp_grpc = after("gRPC is received at http://").await;
        Server {
            child,
            web,
            otlp,
            otlp_grpc,
            client: Client::builder().no_proxy().build().unwrap(),
            output,
        }
    }

    /// Starts one that cannot work; returns what it says.
    pub async fn fail(&self) -> String {
        let mut child = self.command().stderr(Stdio::piped()).spawn().unwrap();
        let mut complaint = String::new();
        child
            .stderr
            .take()
            .unwrap()
            .read_to_string(&mut complaint)
            .await
            .unwrap();
        let status = child.wait().await.unwrap();
        assert!(!status.success(), "it works all the same");
        complaint
    }
}

impl Default for Start {
    fn default() -> Self {
        Self { variables: vec![] }
            .with("THROUGHLINE_LISTEN", "127.0.0.1:0")
            .with("THROUGHLINE_OTLP_HTTP_LISTEN", "127.0.0.1:0")
            .with("THROUGHLINE_OTLP_GRPC_LISTEN", "127.0.0.1:0")
    }
}

impl Server {
    /// One on a new database.
    pub async fn start() -> Self {
        Start::fresh().start().await
    }

    pub async fn get(&self, path: &str) -> Response {
        self.client
            .get(format!("http://{}{path}", self.web))
            .send()
            .await
            .unwrap()
    }

    pub async fn get_json(&self, path: &str) -> Value {
        let response = self.get(path).await;
        let (status, text) = (response.status(), response.text().await.unwrap());
        assert_eq!(status, StatusCode::OK, "{path}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// Sends a request of spans in JSON, which must be accepted whole.
    pub async fn send_json(&self, request: &Value) {
        let response = self.post("application/json", request.to_string()).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.text().await.unwrap(), "{}");
    }

    pub async fn post(&self, content_type: &str, body: impl Into<reqwest::Body>) -> Response {
        self.post_to("/v1/traces", content_type, body).await
    }

    /// Sends log records in JSON.
    pub async fn post_logs(&self, request: &Value) -> Response {
        let body = request.to_string();
        self.post_to("/v1/logs", "application/json", body).await
    }

    pub async fn post_to(
        &self,
        path: &str,
        content_type: &str,
        body: impl Into<reqwest::Body>,
    ) -> Response {
        let url = format!("http://{}{path}", self.otlp);
        self.client
            .post(url)
            .header("content-type", content_type)
            .body(body)
            .send()
            .await
            .unwrap()
    }

    /// Waits until the list has so many traces that meet the filter, in the last 30 days; returns them.
    pub async fn wait_for_traces(&self, count: usize, filter: &str) -> Vec<Value> {
        wait::until(&format!("{count} traces with {filter:?}"), async || {
            let traces = self.list(filter).await;
            (traces.len() >= count).then_some(traces)
        })
        .await
    }

    /// All traces of the last 30 days that meet the filter, page by page.
    pub async fn list(&self, filter: &str) -> Vec<Value> {
        let mut all = Vec::new();
        let mut cursor = String::new();
        loop {
            let url = format!("http://{}/api/v1/traces", self.web);
            let query = [
                ("q", filter),
                ("from", "now-30d"),
                ("to", "2100-01-01"),
                ("limit", "1000"),
                ("cursor", &cursor),
            ];
            let response = self.client.get(url).query(&query).send().await.unwrap();
            let (status, text) = (response.status(), response.text().await.unwrap());
            assert_eq!(status, StatusCode::OK, "{text}");
            let page: Value = serde_json::from_str(&text).unwrap();
            all.extend(page["traces"].as_array().unwrap().iter().cloned());
            match page["next_cursor"].as_str() {
                Some(next) => next.clone_into(&mut cursor),
                None => return all,
            }
        }
    }

    /// What it has printed, line by line, from where the last reading ended.
    pub async fn next_line(&mut self) -> Option<String> {
        self.output.next_line().await.unwrap()
    }

    pub fn signal(&self, signal: Signal) {
        let id = i32::try_from(self.child.id().expect("it runs")).unwrap();
        kill(Pid::from_raw(id), signal).unwrap();
    }

    pub async fn wait(&mut self) -> ExitStatus {
        self.child.wait().await.unwrap()
    }

    /// Ends it in the middle of whatever it does.
    pub async fn kill(mut self) {
        self.signal(Signal::SIGKILL);
        self.wait().await;
    }

    /// How to start another in its stead, on the same ports.
    #[must_use]
    pub fn successor(&self, start: &Start) -> Start {
        start
            .clone()
            .with("THROUGHLINE_LISTEN", &self.web)
            .with("THROUGHLINE_OTLP_HTTP_LISTEN", &self.otlp)
            .with("THROUGHLINE_OTLP_GRPC_LISTEN", &self.otlp_grpc)
    }
}
