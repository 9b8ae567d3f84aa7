//! From how all users fare to one request, in a real Chromium: each step has the figures of the
//! one before.

use fantoccini::Locator;
use fantoccini::elements::Element;
use serde_json::Value;
use tests::browser::{Browser, Scripts};
use tests::server::Server;
use tests::spans;

/// Durations in milliseconds.
const FAST: std::ops::RangeInclusive<u64> = 91..=130;
const SLOW: std::ops::RangeInclusive<u64> = 2_001..=2_012;
const ELSEWHERE: std::ops::RangeInclusive<u64> = 301..=330;

/// The nearest-rank percentile of what was sent.
fn exact_millis(percent: usize) -> f64 {
    let mut all: Vec<u64> = FAST.chain(SLOW).collect();
    all.sort_unstable();
    let rank = (all.len() * percent).div_ceil(100);
    let millis = all[rank - 1];
    f64::from(u32::try_from(millis).expect("small"))
}

fn is_within_a_percent(found: f64, exact: f64) -> bool {
    (found / exact - 1.0).abs() <= 0.01
}

/// A duration as pages write it, in milliseconds.
fn millis(text: &str) -> f64 {
    let (number, unit) = text.split_once(' ').expect("a number and a unit");
    let number: f64 = number.parse().expect("a number");
    match unit {
        "s" => number * 1_000.0,
        "ms" => number,
        _ => panic!("{text} has another unit"),
    }
}

async fn text(element: &Element) -> String {
    element.text().await.expect("text")
}

async fn cells(browser: &Browser, row_of: &str) -> Vec<String> {
    let path = format!("//tr[th//a[normalize-space()='{row_of}']]/td");
    let found = browser.client.find_all(Locator::XPath(&path)).await;
    let mut texts = Vec::new();
    for cell in found.expect("cells") {
        texts.push(text(&cell).await);
    }
    texts
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_figures_agree_from_the_overview_to_one_request() {
    let server = Server::start().await;
    let request = |number: u64, millis: u64, region: &str| {
        let mut root = spans::span(number, 1, 0, "POST /pay", 0, millis);
        root["attributes"] = serde_json::json!([
            spans::text("user.region", region),
            spans::text("app.journey", "checkout")
        ]);
        root
    };
    let here = FAST
        .chain(SLOW)
        .map(|millis| request(millis, millis, "sa-east-1"));
    let there = ELSEWHERE.map(|millis| request(millis, millis, "eu-west-1"));
    let all: Vec<_> = here.chain(there).collect();
    server.send_json(&spans::request("shop", &all)).await;
    server.wait_for_traces(all.len(), "").await;
    let (slow, here) = (SLOW.count(), FAST.count() + SLOW.count());

    for scripts in [Scripts::On, Scripts::Off] {
        let browser = Browser::start(&server.web, scripts).await;
        browser.open("/").await;
        let overview = cells(&browser, "sa-east-1").await;
        assert_eq!(overview[0], here.to_string(), "{overview:?}");
        let (p50, p95) = (overview[1].clone(), overview[2].clone());
        for (found, percent) in [(&p50, 50), (&p95, 95)] {
            let exact = exact_millis(percent);
            assert!(is_within_a_percent(millis(found), exact), "{found} {exact}");
        }

        browser.open("/regions").await;
        let regions = cells(&browser, "sa-east-1").await;
        assert!(regions[0].starts_with(&here.to_string()), "{regions:?}");
        for figure in [&p50, &p95] {
            assert!(regions.contains(figure), "{figure} is not in {regions:?}");
        }

        browser.open("/").await;
        let region = browser.named("a", "sa-east-1").await;
        region.click().await.expect("a click");
        browser.is_at("/explore?q=region:sa-east-1").await;
        browser
            .shows(&format!("{here} requests by time and duration"))
            .await;
        let head = text(&browser.css(".explore .card-head").await).await;
        assert!(head.contains(&format!("p50 {p50}")), "{head}");
        assert!(head.contains(&format!("p95 {p95}")), "{head}");

        browser
            .css(".by-figures summary")
            .await
            .click()
            .await
            .expect("a click");
        let least = browser.css(".by-figures input[name=least]").await;
        least.send_keys("1s").await.expect("keys");
        let select = browser.named("button", "Select").await;
        select.click().await.expect("a click");
        browser
            .shows(&format!("{slow} requests in the selection"))
            .await;
        browser
            .shows(&format!("{slow} against {}", here - slow))
            .await;
        let selection = browser.client.current_url().await.expect("an address");

        let list = browser.named("a", "Open as list").await;
        list.click().await.expect("a click");
        browser
            .shows(&format!("All {slow} traces, newest first"))
            .await;

        browser
            .client
            .goto(selection.as_str())
            .await
            .expect("a page");
        let first = browser.css(".slowest tbody tr").await;
        let row = text(&first).await;
        assert!(row.contains("2.01 s"), "{row}");
        let link = browser.css(".slowest tbody a").await;
        link.click().await.expect("a click");
        browser
            .is_at(&format!("/traces/{}", spans::trace_id(2_012)))
            .await;
        let title = text(&browser.css(".trace-head .title").await).await;
        assert!(
            title.contains("POST /pay") && title.contains("2.01 s"),
            "{title}"
        );
        browser.assert_quiet_console().await;
    }

    let answer = server.get("/api/v1/latency?q=region:sa-east-1").await;
    let answer: Value = answer.json().await.expect("JSON");
    let group = &answer["groups"][0];
    assert_eq!(group["count"], here);
    for percent in [50_usize, 75, 90, 95, 99] {
        let nanos = group[format!("p{percent}_nanos")]
            .as_f64()
            .expect("a number");
        let exact = exact_millis(percent);
        assert!(
            is_within_a_percent(nanos / 1e6, exact),
            "p{percent} {nanos}"
        );
    }
}
