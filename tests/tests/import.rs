//! `throughline import`: files that this and other tools write.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::io::Write;
use std::path::PathBuf;
use std::process::Output;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::server::Server;
use tests::spans;
use tokio::process::Command;

/// A folder with files, and what becomes of them.
struct Files {
    folder: TempDir,
}

impl Files {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        Self { folder }
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }
}

async fn import(endpoint: &str, files: &[PathBuf]) -> Output {
    Command::new(tests::given("THROUGHLINE_TEST_BINARY"))
        .args(["import", "--endpoint", endpoint])
        .args(files)
        .output()
        .await
        .unwrap()
}

async fn into(server: &Server, files: &[PathBuf]) -> Output {
    import(&format!("http://{}", server.otlp), files).await
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn what_one_server_exports_another_imports() {
    let server = Server::start().await;
    for number in 1..=3 {
        server.send_json(&spans::payment(number)).await;
    }
    server.wait_for_traces(3, "").await;
    let text = async |path: &str| server.get(path).await.text().await.unwrap();
    let trace = |number| spans::trace_id(number);
    let files = Files::new();
    let otlp = files.write(
        "one.json",
        text(&format!("/api/v1/traces/{}", trace(1))).await,
    );
    let jaeger = text(&format!("/jaeger/api/traces/{}", trace(2))).await;
    let jaeger = files.write("two.json.gz", gzip(&jaeger));
    let lines = text("/api/v1/traces/export?q=service:payment-service").await;
    let lines = files.write("all.jsonl", lines);

    let other = Server::start().await;
    let output = into(&other, std::slice::from_ref(&otlp)).await;
    assert!(output.status.success(), "{}", said(&output));
    assert_eq!(
        said(&output),
        format!(
            "{path}: 5 spans of 1 trace\n{path}: /traces/{}\n",
            trace(1),
            path = otlp.display()
        )
    );
    let output = into(&other, &[jaeger]).await;
    assert!(output.status.success(), "{}", said(&output));
    other.wait_for_traces(2, "").await;
    // All of them once more, and the third: what is there already does not come twice.
    let output = into(&other, &[lines]).await;
    assert!(said(&output).contains("15 spans of 3 traces"));
    other.wait_for_traces(3, "").await;
    for number in 1..=3 {
        for path in [
            format!("/api/v1/traces/{}/critical-path", trace(number)),
            format!("/jaeger/api/traces/{}", trace(number)),
        ] {
            let there = other.get_json(&path).await;
            assert_eq!(
                there["data"][0]["processes"].is_null(),
                there["steps"].is_array()
            );
            assert_eq!(figures(&there), figures(&server.get_json(&path).await));
        }
    }
}

/// What a way through formats keeps; Jaeger's has no nanoseconds, and its processes no order.
fn figures(answer: &Value) -> Vec<String> {
    let steps = answer["steps"].as_array().into_iter().flatten();
    let steps = steps.map(|step| {
        let micros = step["self_nanos"].as_i64().unwrap() / 1_000;
        format!("{} {} {micros}", step["service"], step["operation"])
    });
    let spans = answer["data"][0]["spans"].as_array().into_iter().flatten();
    let spans = spans.map(|span| {
        let tags = span["tags"].as_array().unwrap().iter();
        let mut tags: Vec<String> = tags.map(ToString::to_string).collect();
        tags.sort();
        let told = ["spanID", "operationName", "startTime", "duration", "logs"];
        format!(
            "{} {tags:?}",
            told.map(|key| span[key].to_string()).join(" ")
        )
    });
    let mut figures: Vec<String> = steps.chain(spans).collect();
    figures.sort();
    assert!(!figures.is_empty(), "{answer}");
    figures
}

#[tokio::test]
async fn a_zipkin_file_is_imported_and_what_is_no_span_is_told() {
    let server = Server::start().await;
    let files = Files::new();
    let micros = spans::now_nanos() / 1_000;
    let span = |id: &str| {
        json!({"traceId": "7", "id": id, "name": "pay", "timestamp": micros, "duration": 5,
               "localEndpoint": {"serviceName": "shop"}})
    };
    let zipkin = json!([span("1"), 3, span("0")]);
    let path = files.write("zipkin.json", zipkin.to_string());
    let output = into(&server, &[path]).await;
    assert!(!output.status.success());
    let said = said(&output);
    assert!(said.contains("1 span of 1 trace"), "{said}");
    assert!(said.contains("1 element not readable: "), "{said}");
    assert!(said.contains("1 span rejected: "), "{said}");
    assert!(said.contains("2 spans not imported"), "{said}");
    server.wait_for_traces(1, "").await;
}

#[tokio::test]
async fn files_that_cannot_be_read_are_named_with_the_reason() {
    let files = Files::new();
    let nowhere = "http://127.0.0.1:9";
    let missing = files.folder.path().join("missing.json");
    for (path, reason) in [
        (missing, "cannot be read"),
        (files.write("empty.json", ""), "it is empty"),
        (
            files.write("page.html", "<html>"),
            "no traces that can be read",
        ),
        (files.write("cut.json", r#"{"resourceSpans":["#), "not JSON"),
        (files.write("cut.gz", &gzip("{}")[..12]), "cannot be read"),
    ] {
        let output = import(nowhere, std::slice::from_ref(&path)).await;
        let said = said(&output);
        assert_eq!(output.status.code(), Some(1));
        assert!(said.contains(&path.display().to_string()), "{said}");
        assert!(said.contains(reason), "{said}");
    }
    let output = import("nonsense", &[files.write("a.json", "{}")]).await;
    assert!(said(&output).contains("nonsense is not an address"));
}
