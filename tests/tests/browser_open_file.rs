//! Trace files that are opened in a real Chromium, and go nowhere.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use fantoccini::key::Key;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::browser::{Browser, Scripts};
use tests::server::Server;
use tests::{spans, wait};

const PAGE: &str = "/traces/open";

struct Files(TempDir);

impl Files {
    fn new() -> Self {
        Self(TempDir::new().expect("a folder"))
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, bytes).expect("a file");
        path
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

async fn choose(browser: &Browser, path: &Path) {
    let input = browser.css("#trace-file").await;
    let path = path.to_str().expect("a plain path");
    input.send_keys(path).await.expect("the browser takes it");
}

async fn ask(browser: &Browser, script: &str) -> Value {
    let answer = browser.client.execute(script, vec![]).await;
    answer.expect("the browser answers")
}

async fn until(browser: &Browser, what: &str, script: &str) {
    wait::until(what, async || {
        (ask(browser, &format!("return {script}")).await == json!(true)).then_some(())
    })
    .await;
}

async fn click(browser: &Browser, tag: &str, name: &str) {
    let element = browser.named(tag, name).await;
    let scroll = "arguments[0].scrollIntoView({ block: 'center' })";
    let argument = serde_json::to_value(&element).expect("an element");
    let scrolled = browser.client.execute(scroll, vec![argument]).await;
    scrolled.expect("the browser answers");
    element.click().await.expect("the browser answers");
}

/// What the page has fetched since it was loaded.
const FETCHED: &str = "return performance.getEntriesByType('resource').map(entry => entry.name)";

/// A server that knows no trace.
async fn stranger() -> (Server, Browser) {
    let server = Server::start().await;
    let browser = Browser::start(&server.web, Scripts::On).await;
    browser.open(PAGE).await;
    (server, browser)
}

/// The payment as each format has it; the server that wrote it is gone then.
async fn payments(files: &Files) -> Vec<PathBuf> {
    let server = Server::start().await;
    server.send_json(&spans::payment(1)).await;
    server.wait_for_traces(1, "").await;
    let trace = spans::trace_id(1);
    let text = async |path: String| server.get(&path).await.text().await.expect("text");
    let otlp = text(format!("/api/v1/traces/{trace}")).await;
    let jaeger = text(format!("/jaeger/api/traces/{trace}")).await;
    let version_3 = text(format!("/jaeger/api/v3/traces/{trace}")).await;
    vec![
        files.write("otlp.json", &otlp),
        files.write("otlp.json.gz", gzip(otlp.as_bytes())),
        files.write("jaeger.json", jaeger),
        files.write("jaeger-v3.json", version_3),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_a_file_of_each_format_is_opened_and_goes_nowhere() {
    let files = Files::new();
    let mut payments = payments(&files).await;
    let zipkin = json!([
        { "traceId": "1", "id": "2", "name": "get /pay", "kind": "CLIENT", "timestamp": 1_700_000_000_000_000_u64,
          "duration": 900_000, "localEndpoint": { "serviceName": "shop" }, "tags": { "error": "declined" },
          "annotations": [{ "timestamp": 1_700_000_000_100_000_u64, "value": "cache miss" }] },
        { "traceId": "1", "id": "3", "parentId": "2", "name": "charge", "kind": "SERVER",
          "timestamp": 1_700_000_000_200_000_u64, "duration": 100_000, "localEndpoint": { "serviceName": "till" } },
    ]);
    let (server, browser) = stranger().await;
    let fetched = ask(&browser, FETCHED).await;
    for path in &payments {
        choose(&browser, path).await;
        let name = path.file_name().and_then(|name| name.to_str());
        let told = format!("{}: 1 trace with 5 spans", name.expect("it has a name"));
        browser.shows(&told).await;
        let grid = "[role=treegrid][data-alive][aria-rowcount='6']";
        browser.css(grid).await;
        browser.shows("SELECT payment_method").await;
    }
    payments.push(files.write("zipkin.json", zipkin.to_string()));
    choose(&browser, &payments[payments.len() - 1]).await;
    browser.shows("zipkin.json: 1 trace with 2 spans").await;
    browser.shows("cache miss").await;
    assert_eq!(
        ask(&browser, FETCHED).await,
        fetched,
        "something was fetched"
    );
    assert_eq!(server.list("").await, Vec::<Value>::new());
    browser.assert_accessible().await;
    browser.assert_quiet_console().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_a_trace_of_a_file_is_looked_through() {
    let files = Files::new();
    let path = files.write("payment.json", spans::payment(1).to_string());
    let (_server, browser) = stranger().await;
    let fetched = ask(&browser, FETCHED).await;
    choose(&browser, &path).await;
    browser.css("[role=treegrid][data-alive]").await;
    browser.shows("eu-west-1").await;
    browser.css(".trace-head .segment-strip").await;

    // Keys, and the details of what is selected.
    ask(
        &browser,
        "document.querySelector('.rows [tabindex=\"0\"]').focus()",
    )
    .await;
    browser.press(&char::from(Key::Down).to_string()).await;
    browser.shows("700 ms").await;
    browser.press("]").await;
    browser.shows("card declined").await;
    browser.shows("exception").await;
    browser.shows(&spans::trace_id(0xabc)).await;

    // Looked for here, by the language of filters.
    let input = browser.css("#find-span").await;
    input
        .send_keys("db.system.name:postgresql")
        .await
        .expect("it takes text");
    browser.press(&char::from(Key::Enter).to_string()).await;
    browser.shows("1 of 1 found").await;
    browser.shows("SELECT payment_method").await;
    input.clear().await.expect("it can be cleared");
    input.send_keys("name~\"x").await.expect("it takes text");
    browser.press(&char::from(Key::Enter).to_string()).await;
    until(
        &browser,
        "the mistake to be told",
        "document.querySelector('.find-span [role=status]').textContent.length > 20",
    )
    .await;

    // The clock of the device is two minutes behind.
    browser.shows("Clock corrected").await;
    let switch = browser.css("a[title^='A server']").await;
    switch.click().await.expect("the browser answers");
    browser.shows("Clock as sent").await;
    browser.css("[role=treegrid][data-alive]").await;
    browser.is_at(PAGE).await;
    assert_eq!(
        ask(&browser, FETCHED).await,
        fetched,
        "something was fetched"
    );
    let links =
        "return [...document.querySelectorAll('.opened a')].map(a => a.getAttribute('href'))
        .filter(href => !href.startsWith('#span-') && href !== '/traces/open')";
    assert_eq!(
        ask(&browser, links).await,
        json!([]),
        "something tells the server"
    );
    browser.assert_accessible().await;
    browser.assert_quiet_console().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_of_many_traces_one_is_chosen_and_what_is_bad_is_told() {
    let files = Files::new();
    let markup = "<img src=x onerror=\"document.title='taken'\">";
    let mut bad = spans::span(4, 1, 0, "bad", 0, 5);
    bad["traceId"] = json!("nonsense");
    let mut evil = spans::span(3, 1, 0, markup, 0, 5);
    evil["attributes"] = json!([spans::text(markup, markup)]);
    let lines = [
        spans::payment(1),
        spans::payment(2),
        spans::request(markup, &[evil, bad]),
    ];
    let lines: Vec<String> = lines.iter().map(Value::to_string).collect();
    let path = files.write("many.jsonl", lines.join("\n"));
    let (_server, browser) = stranger().await;
    choose(&browser, &path).await;
    browser.shows("many.jsonl: 3 traces with 11 spans").await;
    browser.shows("1 span: trace id is not 16 bytes").await;
    browser.assert_accessible().await;
    let row = format!("{markup} {markup}");
    let rows = browser
        .client
        .find_all(fantoccini::Locator::Css(".as-link"))
        .await;
    let last = rows.expect("rows").pop().expect("the last");
    assert_eq!(last.text().await.expect("text"), row);
    last.click().await.expect("the browser answers");
    browser
        .css("[role=treegrid][data-alive][aria-rowcount='2']")
        .await;
    browser.shows(&row).await;
    click(&browser, "button", "All traces of the file").await;
    click(&browser, "button", "shop-ios ios.request: POST /pay").await;
    browser
        .css("[role=treegrid][data-alive][aria-rowcount='6']")
        .await;
    assert_eq!(browser.count(".opened img").await, 0);
    browser.assert_quiet_console().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_a_file_that_cannot_be_read_is_refused_in_words() {
    let files = Files::new();
    let large = files.0.path().join("large.json");
    let file = File::create(&large).expect("a file");
    file.set_len((64 << 20) + 1).expect("a file with holes");
    let whole = gzip(spans::payment(1).to_string().as_bytes());
    let bomb = gzip(&vec![b' '; (64 << 20) + 1]);
    let objects = format!(r#"{{"resourceSpans":[{}{{}}]}}"#, "{},".repeat(3_000_000));
    let deep = format!(r#"{{"resourceSpans":{}"#, "[".repeat(1_000_000));
    let (_server, browser) = stranger().await;
    for (path, reason) in [
        (files.write("empty.json", ""), "it is empty"),
        (
            files.write("page.html", "<html>"),
            "no traces that can be read",
        ),
        (
            files.write("cut.json", r#"{"resourceSpans":["#),
            "it is not JSON",
        ),
        (files.write("deep.json", deep), "it is not"),
        (
            files.write("none.json", r#"{"resourceSpans":[]}"#),
            "no span that can be shown",
        ),
        (files.write("cut.json.gz", &whole[..40]), "gzip is damaged"),
        (files.write("bomb.json.gz", bomb), "larger than 64 MiB"),
        (
            files.write("objects.json", objects),
            "more than 3000000 objects",
        ),
        (large, "larger than 64 MiB"),
    ] {
        choose(&browser, &path).await;
        let name = path.file_name().and_then(|name| name.to_str());
        let told = format!("{} cannot be opened: ", name.expect("it has a name"));
        browser.shows(&told).await;
        browser.shows(reason).await;
    }
    // And the page still works.
    let path = files.write("payment.json", spans::payment(1).to_string());
    choose(&browser, &path).await;
    browser.css("[role=treegrid][data-alive]").await;
    browser.assert_quiet_console().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_without_scripts_the_page_says_what_to_do() {
    let server = Server::start().await;
    let browser = Browser::start(&server.web, Scripts::Off).await;
    browser.open(PAGE).await;
    browser.shows("scripts must be on").await;
    browser.shows("throughline import FILE").await;
    browser.shows("sent nowhere").await;
    browser.open("/traces?from=now-1h").await;
    browser.shows("open a file with traces").await;
}
