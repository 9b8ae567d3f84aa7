//! From how all users fare to one request, in a real Chromium: each step has the figures of the
//! one before.

use fantoccini::Locator;
use fantoccini::elements::Element;
use serde_json::Value;
use tests::browser::{Browser, Scripts};
use tests::server::Server;
use tests::{spans, wait};

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

/// What stands in a row, once the page has it: parts of a page come when they are ready.
async fn cells(browser: &Browser, row_of: &str) -> Vec<String> {
    let path = format!("//tr[th//a[normalize-space()='{row_of}']]/td");
    wait::until(&path, async || {
        let found = browser.client.find_all(Locator::XPath(&path)).await.ok()?;
        let mut texts = Vec::new();
        for cell in found {
            // The row may have been replaced meanwhile.
            texts.push(cell.text().await.ok()?);
        }
        (!texts.is_empty()).then_some(texts)
    })
    .await
}

/// Requests of two regions, each as many milliseconds long as its trace has for a number.
async fn shop() -> Server {
    let server = Server::start().await;
    let request = |millis: u64, region: &str| {
        let mut root = spans::span(millis, 1, 0, "POST /pay", 0, millis);
        root["attributes"] = serde_json::json!([
            spans::text("user.region", region),
            spans::text("app.journey", "checkout")
        ]);
        root
    };
    let here = FAST.chain(SLOW).map(|millis| request(millis, "sa-east-1"));
    let there = ELSEWHERE.map(|millis| request(millis, "eu-west-1"));
    let all: Vec<_> = here.chain(there).collect();
    server.send_json(&spans::request("shop", &all)).await;
    server.wait_for_traces(all.len(), "").await;
    server
}

/// The median and the 95th percentile of the region, as the overview and the regions have them.
async fn figures_of_the_region(browser: &Browser, count: usize) -> [String; 2] {
    browser.open("/regions").await;
    let regions = cells(browser, "sa-east-1").await;
    let counted = regions[0].split_whitespace().next();
    assert_eq!(counted, Some(&*count.to_string()), "{regions:?}");
    browser.open("/").await;
    let overview = cells(browser, "sa-east-1").await;
    assert_eq!(overview[0], count.to_string(), "{overview:?}");
    let figures = [overview[1].clone(), overview[2].clone()];
    for (found, percent) in figures.iter().zip([50, 95]) {
        let exact = exact_millis(percent);
        assert!(is_within_a_percent(millis(found), exact), "{found} {exact}");
        assert!(regions.contains(found), "{found} is not in {regions:?}");
    }
    figures
}

/// All requests by region, and those of the region by journey, as the explorer has them.
async fn groups_add_up(browser: &Browser, count: usize, [p50, p95]: &[String; 2]) {
    let elsewhere = ELSEWHERE.count();
    browser.open("/explore?by=region").await;
    let title = format!("{} requests by time and duration", count + elsewhere);
    browser.shows(&title).await;
    let other = cells(browser, "eu-west-1").await;
    assert_eq!(other[0], elsewhere.to_string(), "{other:?}");
    let here = cells(browser, "sa-east-1").await;
    browser.open("/explore?q=region:sa-east-1&by=journey").await;
    let journey = cells(browser, "checkout").await;
    for row in [here, journey] {
        assert_eq!(
            [&row[0], &row[1], &row[2]],
            [&count.to_string(), p50, p95],
            "{row:?}"
        );
    }
}

/// Selects what took a second and longer, and says where the page with it is.
async fn select_the_slow(browser: &Browser) -> String {
    let summary = browser.css(".by-figures summary").await;
    summary.click().await.expect("a click");
    let least = browser.css(".by-figures input[name=least]").await;
    least.send_keys("1s").await.expect("keys");
    let select = browser.named("button", "Select").await;
    select.click().await.expect("a click");
    browser.css("#selection").await;
    let address = browser.client.current_url().await.expect("an address");
    address.into()
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_figures_agree_from_the_overview_to_one_request() {
    let server = shop().await;
    let (slow, count) = (SLOW.count(), FAST.count() + SLOW.count());
    for scripts in [Scripts::On, Scripts::Off] {
        let browser = Browser::start(&server.web, scripts).await;
        let [p50, p95] = figures_of_the_region(&browser, count).await;

        groups_add_up(&browser, count, &[p50.clone(), p95.clone()]).await;

        browser.open("/").await;
        let region = browser.named("a", "sa-east-1").await;
        region.click().await.expect("a click");
        browser.is_at("/explore?q=region:sa-east-1").await;
        let head = text(&browser.css(".explore .card-head").await).await;
        let title = format!("{count} requests by time and duration");
        let percentiles = [format!("p50 {p50}"), format!("p95 {p95}")];
        for part in [title].iter().chain(&percentiles) {
            assert!(head.contains(part), "{part} is not in {head}");
        }

        let selection = select_the_slow(&browser).await;
        let title = format!("{slow} requests in the selection");
        browser.shows(&title).await;
        let sides = format!("{slow} against {}", count - slow);
        browser.shows(&sides).await;
        let list = browser.named("a", "Open as list").await;
        list.click().await.expect("a click");
        let all = format!("All {slow} traces, newest first");
        browser.shows(&all).await;
        assert_eq!(browser.count("table.traces tbody tr").await, slow);

        browser.client.goto(&selection).await.expect("a page");
        let row = text(&browser.css(".slowest tbody tr").await).await;
        assert!(row.contains("2.01 s"), "{row}");
        let link = browser.css(".slowest tbody a").await;
        link.click().await.expect("a click");
        let slowest = format!("/traces/{}", spans::trace_id(*SLOW.end()));
        browser.is_at(&slowest).await;
        let title = text(&browser.css(".trace-head .title").await).await;
        for part in ["POST /pay", "2.01 s"] {
            assert!(title.contains(part), "{part} is not in {title}");
        }
        browser.assert_quiet_console().await;
    }
    assert_the_api_agrees(&server, count).await;
}

/// The table, the chart and the list.
async fn assert_the_api_agrees(server: &Server, count: usize) {
    let heatmap = server.get_json("/api/v1/heatmap?q=region:sa-east-1").await;
    let cells = heatmap["cells"].as_array().expect("cells");
    let in_cells: u64 = cells.iter().filter_map(|cell| cell["count"].as_u64()).sum();
    assert_eq!(in_cells, u64::try_from(count).expect("few"), "{heatmap}");
    assert_eq!(server.list("region:sa-east-1").await.len(), count);
    let answer = server.get("/api/v1/latency?q=region:sa-east-1").await;
    let answer: Value = answer.json().await.expect("JSON");
    let group = &answer["groups"][0];
    assert_eq!(group["count"], count);
    for percent in [50_usize, 75, 90, 95, 99] {
        let nanos = &group[format!("p{percent}_nanos")];
        let found = nanos.as_f64().expect("a number") / 1e6;
        let exact = exact_millis(percent);
        assert!(is_within_a_percent(found, exact), "p{percent} {found}");
    }
}
