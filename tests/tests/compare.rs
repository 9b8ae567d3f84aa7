//! `GET /api/v1/compare` and `GET /api/v1/heatmap`: what they tell is what was sent.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use reqwest::StatusCode;
use serde_json::{Value, json};
use tests::server::Server;
use tests::spans;

const MILLI_NANOS: u64 = 1_000_000;
const MINUTE_NANOS: u64 = 60_000 * MILLI_NANOS;

/// Between one request and the next.
const STEP_NANOS: u64 = 100 * MILLI_NANOS;

/// Requests that are sent at once.
const BATCH: usize = 300;

/// What one operation of a release does.
struct Load {
    operation: &'static str,
    millis: Vec<u64>,
    /// One in so many fails; none for 0.
    failed_each: usize,
}

struct Release {
    version: &'static str,
    minutes_ago: u64,
    loads: [Load; 4],
}

/// So many durations around a median, with a long tail; every time the same.
fn durations(count: u64, median_millis: u64) -> Vec<u64> {
    let spread = |number: u64| (number * 7_919 % 1_009) * 1_000 / 1_009;
    let stretch = |part: u64| match part {
        ..900 => 500 + part,
        part => 1_400 + (part - 900) * 40,
    };
    (1..=count)
        .map(|number| median_millis * stretch(spread(number)) / 1_000)
        .collect()
}

/// The cart became much slower, the search a little and from less, and payments fail; prices
/// stayed as they were.
fn releases() -> [Release; 2] {
    let load = |operation, count, median, failed_each| Load {
        operation,
        millis: durations(count, median),
        failed_each,
    };
    [
        Release {
            version: "1.0",
            minutes_ago: 90,
            loads: [
                load("GET /cart", 300, 400, 0),
                load("GET /search", 200, 100, 0),
                load("GET /price", 200, 300, 50),
                load("POST /pay", 200, 200, 100),
            ],
        },
        Release {
            version: "1.1",
            minutes_ago: 20,
            loads: [
                load("GET /cart", 300, 700, 0),
                load("GET /search", 200, 150, 0),
                load("GET /price", 200, 300, 50),
                load("POST /pay", 200, 200, 5),
            ],
        },
    ]
}

impl Release {
    /// Its requests side by side, each of one span.
    fn requests(&self, first_trace: u64) -> Vec<Value> {
        let longest = self.loads.iter().map(|load| load.millis.len()).max();
        let places = (0..longest.unwrap())
            .flat_map(|place| self.loads.iter().map(move |load| (load, place)));
        let places = places.filter(|(load, place)| *place < load.millis.len());
        let start = spans::now_nanos() - self.minutes_ago * MINUTE_NANOS;
        let requests = (0_u64..).zip(places).map(|(number, (load, place))| {
            let trace = first_trace + number;
            let mut span = spans::span(trace, 1, 0, load.operation, 0, 0);
            let start = start + number * STEP_NANOS;
            let end = start + load.millis[place] * MILLI_NANOS;
            span["startTimeUnixNano"] = json!(start.to_string());
            span["endTimeUnixNano"] = json!(end.to_string());
            let flag = if self.version == "1.1" { "on" } else { "off" };
            span["attributes"] = json!([
                spans::text("release", self.version),
                spans::text("feature_flag.new_cart", flag),
            ]);
            if load.failed_each > 0 && place % load.failed_each == 0 {
                span["status"] = json!({ "code": 2 });
            }
            span
        });
        requests.collect()
    }

    /// The duration that a share of its requests does not exceed, in nanoseconds.
    fn quantile(&self, percent: usize) -> u64 {
        let mut millis: Vec<u64> = self
            .loads
            .iter()
            .flat_map(|load| load.millis.clone())
            .collect();
        millis.sort_unstable();
        millis[(millis.len() * percent).div_ceil(100) - 1] * MILLI_NANOS
    }

    fn count(&self) -> usize {
        self.loads.iter().map(|load| load.millis.len()).sum()
    }
}

async fn sent(releases: &[Release]) -> Server {
    let server = Server::start().await;
    let mut first_trace = 1;
    for release in releases {
        let requests = release.requests(first_trace);
        first_trace += u64::try_from(requests.len()).unwrap();
        for batch in requests.chunks(BATCH) {
            server.send_json(&spans::request("shop", batch)).await;
        }
    }
    let count = releases.iter().map(Release::count).sum();
    server.wait_for_traces(count, "").await;
    server
}

fn operations<'a>(answer: &'a Value, list: &str) -> Vec<&'a str> {
    let list = &answer["operations"][list];
    assert_eq!(list["left_out"], 0, "{list}");
    let rows = list["rows"].as_array().unwrap().iter();
    rows.map(|row| row["operation"].as_str().unwrap()).collect()
}

/// Whether the figures of a set are those of a release, within one percent.
fn assert_figures(found: &Value, release: &Release) {
    assert_eq!(found["count"], release.count(), "{found}");
    for percent in [50, 75, 90, 95, 99] {
        let exact = release.quantile(percent);
        let nanos = found[format!("p{percent}_nanos")].as_u64().unwrap();
        assert!(
            nanos.abs_diff(exact) * 100 <= exact,
            "p{percent} of {} is {nanos}, not {exact}",
            release.version
        );
        let interval = &found[format!("p{percent}_interval")];
        // The 99th percentile of 900 is bounded by nine requests: just enough.
        assert!(
            interval["low_nanos"].as_u64().unwrap() <= nanos,
            "{interval}"
        );
        assert!(
            interval["high_nanos"].as_u64().unwrap() >= nanos,
            "{interval}"
        );
    }
    let interval = &found["error_rate_interval"];
    let rate = found["error_rate"].as_f64().unwrap();
    assert!(interval["low"].as_f64().unwrap() < rate && rate < interval["high"].as_f64().unwrap());
}

/// What holds however the two sets are asked for.
fn assert_compared(answer: &Value, [old, new]: &[Release; 2]) {
    assert_figures(&answer["a"], old);
    assert_figures(&answer["b"], new);
    assert_eq!(operations(answer, "latency"), ["GET /cart", "GET /search"]);
    assert_eq!(operations(answer, "errors"), ["POST /pay"]);
    assert_eq!(operations(answer, "unchanged"), ["GET /price"]);
    assert!(operations(answer, "only_a").is_empty() && operations(answer, "only_b").is_empty());
    let cart = &answer["operations"]["latency"]["rows"][0];
    assert_eq!(
        (&cart["service"], &cart["b"]["count"]),
        (&json!("shop"), &json!(300))
    );
    assert_eq!(cart["changes"]["p50"]["verdict"], "worse");
    assert!((cart["changes"]["p50"]["ratio"].as_f64().unwrap() - 1.75).abs() < 0.03);
    // What longer requests there are wait in all, but for the few that are cut.
    let sum = |release: &Release| release.loads[0].millis.iter().sum::<u64>();
    #[expect(clippy::cast_precision_loss, reason = "a few minutes")]
    let exact = ((sum(new) - sum(old)) * MILLI_NANOS) as f64;
    let cost = cart["changes"]["cost"]["nanos"].as_f64().unwrap();
    assert!((cost / exact - 1.0).abs() < 0.02, "{cost} is not {exact}");
    let pay = &answer["operations"]["errors"]["rows"][0];
    let extra = pay["changes"]["cost"]["extra_errors"].as_f64().unwrap();
    assert!((extra - 38.0).abs() < 1e-6, "{extra}");

    assert_eq!(answer["changes"]["error_rate"]["verdict"], "worse");
    let distribution = &answer["distribution"];
    let bands = distribution["bounds_nanos"].as_array().unwrap().len() - 1;
    for set in ["a", "b"] {
        let shares = distribution[set].as_array().unwrap();
        let sum: f64 = shares.iter().map(|share| share.as_f64().unwrap()).sum();
        assert!(
            shares.len() == bands && (sum - 1.0).abs() < 1e-6,
            "{distribution}"
        );
    }
}

#[tokio::test]
async fn two_releases_are_compared_by_name_by_time_and_by_flag() {
    let releases = releases();
    let server = sent(&releases).await;
    let compare = async |query: &str| server.get_json(&format!("/api/v1/compare?{query}")).await;

    let by_name = "a_q=release:1.0&a_from=now-3h&b_q=release:1.1&b_from=now-3h";
    let by_name = compare(by_name).await;
    assert_compared(&by_name, &releases);
    assert_eq!(by_name["a"]["by_rollups"], true);
    assert_eq!(by_name["a"]["operations_from_traces"], releases[0].count());

    let by_time = compare("a_from=now-2h&a_to=now-1h&b_from=now-1h").await;
    assert_compared(&by_time, &releases);
    assert_eq!(by_time["b"]["operations_from_traces"], Value::Null);

    let by_flag = "a_q=flag:new_cart%3Doff&a_from=now-3h&b_q=flag:new_cart%3Don&b_from=now-3h";
    let by_flag = compare(by_flag).await;
    assert_compared(&by_flag, &releases);
    assert_eq!(
        (&by_flag["a"]["by_rollups"], &by_flag["a"]["since"]),
        (&json!(false), &Value::Null)
    );

    // A set beside itself, and beside nothing.
    let same = compare("a_from=now-3h&b_from=now-3h").await;
    assert!(operations(&same, "latency").is_empty() && operations(&same, "errors").is_empty());
    let nothing = compare("a_q=region:mars&b_from=now-3h").await;
    assert_eq!(
        (&nothing["a"]["count"], &nothing["a"]["p50_nanos"]),
        (&json!(0), &Value::Null)
    );
    assert_eq!(operations(&nothing, "only_b").len(), 4);
    assert_eq!(nothing["changes"]["p95"], Value::Null);

    heatmap_counts_all(&server, &releases).await;
}

/// All requests are in its cells, and exemplars lie in theirs.
async fn heatmap_counts_all(server: &Server, releases: &[Release]) {
    let found = server.get_json("/api/v1/heatmap?from=now-3h").await;
    let cells = found["cells"].as_array().unwrap();
    let total: u64 = cells
        .iter()
        .map(|cell| cell["count"].as_u64().unwrap())
        .sum();
    let sent: usize = releases.iter().map(Release::count).sum();
    assert_eq!(total, u64::try_from(sent).unwrap());
    let exemplar = cells
        .iter()
        .find(|cell| cell["trace_id"].is_string())
        .unwrap();
    let place = |axis: &str| usize::try_from(exemplar[axis].as_u64().unwrap()).unwrap();
    let id = exemplar["trace_id"].as_str().unwrap();
    let trace = &server.list(&format!("trace:{id}")).await[0];
    let duration = trace["duration_nanos"].as_u64().unwrap();
    let bounds = found["bounds_nanos"].as_array().unwrap();
    let (least, below) = (&bounds[place("row")], &bounds[place("row") + 1]);
    assert!((least.as_u64().unwrap()..below.as_u64().unwrap()).contains(&duration));
    let start = trace["start_time"].as_str().unwrap();
    let times = found["times"].as_array().unwrap();
    let (first, past) = (&times[place("column")], &times[place("column") + 1]);
    assert!(first.as_str().unwrap() <= start && start < past.as_str().unwrap());

    let by_filter = "/api/v1/heatmap?from=now-3h&q=operation:%22GET%20/cart%22";
    let by_filter = server.get_json(by_filter).await;
    assert_eq!(by_filter["by_rollups"], false);
    let nothing = server.get_json("/api/v1/heatmap?q=region:mars").await;
    assert_eq!(
        (&nothing["cells"], &nothing["bounds_nanos"]),
        (&json!([]), &json!([]))
    );
}

#[tokio::test]
async fn questions_that_make_no_sense_are_refused_with_words() {
    let server = Server::start().await;
    let long = format!("/api/v1/compare?a_q={}", "x".repeat(5_000));
    for (path, words) in [
        ("/api/v1/compare?b_q=colour:red", "Set b: "),
        ("/api/v1/compare?b_q=colour:red", "colour"),
        (
            "/api/v1/compare?a_from=now&a_to=now-1h",
            "Set a: the range ends before it begins",
        ),
        (
            "/api/v1/compare?b_to=yesterday",
            "Set b: \"yesterday\" is not a time",
        ),
        ("/api/v1/compare?a_q=x&a_q=y", "a_q"),
        (&long, "Set a: "),
        (&long, "too long"),
        ("/api/v1/heatmap?q=colour:red", "colour"),
        (
            "/api/v1/heatmap?from=now&to=now-1h",
            "the range ends before it begins",
        ),
    ] {
        let answer = server.get(path).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{path}");
        let body: Value = answer.json().await.unwrap();
        let message = body["error"]["message"].as_str().unwrap();
        assert!(message.contains(words), "{message}");
        assert!(!body["error"]["hint"].as_str().unwrap().is_empty());
    }
}
