//! The page of regions: its figures are those of the requests that were sent, and it works for
//! everybody.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use fantoccini::Locator;
use fantoccini::key::Key;
use reqwest::StatusCode;
use serde_json::{Value, json};
use tests::browser::{Browser, Scripts};
use tests::server::Server;
use tests::{spans, wait};

const MINUTE_NANOS: u64 = 60_000_000_000;

/// Requests of one region and journey, some time ago.
struct Load {
    region: &'static str,
    journey: &'static str,
    minutes_ago: u64,
    millis: Vec<u64>,
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

/// One region got slower, one did not, one has few requests in a place that nobody knows, and one
/// tells no region.
fn loads() -> Vec<Load> {
    let load = |region, journey, minutes_ago, count, median| Load {
        region,
        journey,
        minutes_ago,
        millis: durations(count, median),
    };
    vec![
        load("sa-east-1", "pay", 90, 600, 200),
        load("sa-east-1", "pay", 20, 600, 400),
        load("eu-west-1", "login", 90, 500, 100),
        load("eu-west-1", "login", 20, 500, 100),
        load("eu-west-1", "pay", 20, 300, 150),
        load("moon-base", "pay", 20, 30, 900),
        load("", "login", 20, 120, 120),
    ]
}

/// A device that waits, and a service that works for half of the time. Every hundredth fails.
fn request(trace: u64, load: &Load, millis: u64) -> [Value; 2] {
    let start = spans::now_nanos() - load.minutes_ago * MINUTE_NANOS;
    let span = |id: u64, parent: u64, from: u64, to: u64| {
        let mut span = spans::span(trace, id, parent, "POST /", 0, 0);
        span["startTimeUnixNano"] = json!((start + from * 1_000).to_string());
        span["endTimeUnixNano"] = json!((start + to * 1_000).to_string());
        span
    };
    let micros = millis * 1_000;
    let mut root = span(1, 0, 0, micros);
    root["name"] = json!("ios.request: POST /");
    root["kind"] = json!(3);
    let mut attributes = vec![spans::text("app.journey", load.journey)];
    if !load.region.is_empty() {
        attributes.push(spans::text("user.region", load.region));
    }
    root["attributes"] = json!(attributes);
    if trace.is_multiple_of(100) {
        root["status"] = json!({ "code": 2 });
    }
    [root, span(2, 1, micros / 4, micros / 4 + micros / 2)]
}

/// A server that has all of it.
async fn shop() -> (Server, Vec<Load>) {
    let server = Server::start().await;
    let loads = loads();
    let mut trace = 0;
    for load in &loads {
        let (mut device, mut service) = (vec![], vec![]);
        for millis in &load.millis {
            trace += 1;
            let [root, child] = request(trace, load, *millis);
            device.push(root);
            service.push(child);
        }
        let both = [
            spans::of_service("shop-ios", &device),
            spans::of_service("shop", &service),
        ];
        server.send_json(&json!({ "resourceSpans": both })).await;
    }
    wait::until("all to be counted", async || {
        let answer = server.get_json("/api/v1/latency?from=now-3h").await;
        (answer["groups"][0]["count"] == trace).then_some(())
    })
    .await;
    (server, loads)
}

/// The text of each cell of the table of regions, row by row.
fn rows(page: &str) -> Vec<Vec<String>> {
    rows_of(page, "region-table")
}

/// The same of the table after a mark.
fn rows_of(page: &str, mark: &str) -> Vec<Vec<String>> {
    let table = page.split(mark).nth(1).unwrap();
    let body = table.split("<tbody>").nth(1).unwrap();
    let rows = body.split("</tbody>").next().unwrap().split("</tr>");
    let cells = rows.map(|row| {
        let ends = row.replace("</th>", "</td>");
        let cells: Vec<String> = ends.split("</td>").map(text).collect();
        cells
    });
    cells.filter(|row| row.len() > 1).collect()
}

fn row<'a>(rows: &'a [Vec<String>], name: &str) -> &'a [String] {
    let found = rows.iter().find(|row| row[0] == name);
    &found.unwrap_or_else(|| panic!("no {name} in {rows:?}"))[1..]
}

/// What is left of HTML without its tags.
fn text(html: &str) -> String {
    let parts = html.split('<').enumerate();
    let parts = parts.map(|(index, part)| match part.split_once('>') {
        Some((_, text)) if index > 0 => text,
        _ => part,
    });
    parts.collect::<String>().trim().to_owned()
}

fn nanos(text: &str) -> f64 {
    let (number, unit) = text.split_once(' ').unwrap();
    let unit = match unit {
        "µs" => 1e3,
        "ms" => 1e6,
        "s" => 1e9,
        _ => panic!("{text}"),
    };
    number.parse::<f64>().unwrap() * unit
}

/// Within one percent for the histogram, and half of one for the three digits that are shown.
fn assert_near(found: &str, exact_nanos: f64) {
    let off = (nanos(found) - exact_nanos).abs() / exact_nanos;
    assert!(off <= 0.015, "{found} is shown for {exact_nanos} ns");
}

/// Nearest rank, in nanoseconds.
#[expect(clippy::cast_precision_loss, reason = "milliseconds are small")]
fn exact(millis: &[u64], percent: usize) -> f64 {
    let mut sorted = millis.to_vec();
    sorted.sort_unstable();
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted[rank - 1] as f64 * 1e6
}

/// The page without comments.
async fn page(server: &Server, path: &str) -> String {
    let response = server.get(path).await;
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    let html = response.text().await.unwrap().replace("&amp;", "&");
    // What Leptos puts between nodes.
    let mut parts = html.split("<!").map(str::to_owned);
    let first = parts.next().unwrap();
    parts.fold(first, |html, part| {
        let end = if part.starts_with("--") { "-->" } else { ">" };
        html + part.split_once(end).unwrap().1
    })
}

#[tokio::test]
#[expect(clippy::cast_precision_loss, reason = "milliseconds are small")]
async fn figures_are_those_of_the_requests_that_were_sent() {
    let (server, loads) = shop().await;
    let page = page(&server, "/regions").await;
    let found = rows(&page);
    assert_eq!(found.len(), 4, "{found:?}");
    let answer = server.get_json("/api/v1/latency?group_by=region").await;
    for (region, name) in [
        ("sa-east-1", "sa-east-1 São Paulo"),
        ("eu-west-1", "eu-west-1 Dublin"),
        ("moon-base", "moon-base place not known"),
        ("", "no region told"),
    ] {
        let row = row(&found, name);
        let recent = loads
            .iter()
            .filter(|load| load.region == region && load.minutes_ago < 60);
        let millis: Vec<u64> = recent.flat_map(|load| load.millis.clone()).collect();
        let few = if millis.len() < 100 { " few" } else { "" };
        assert_eq!(row[0], format!("{}{few}", millis.len()));
        for (place, percent) in [50, 75, 90, 95, 99].into_iter().enumerate() {
            assert_near(&row[1 + place], exact(&millis, percent));
        }
        let group = answer["groups"].as_array().unwrap().iter();
        let group = group
            .into_iter()
            .find(|group| group["key"]["region"] == region)
            .unwrap();
        assert_eq!(group["count"], millis.len());
        let services = row[8].rsplit("services ").next();
        let mean = millis.iter().sum::<u64>() as f64 / millis.len() as f64;
        assert_near(services.unwrap(), mean * 1e6 / 2.0);
    }
    // The explorer says the same of each region.
    let explored = self::page(&server, "/explore?by=region").await;
    let explored = rows_of(&explored, "aria-label=\"Groups\"");
    for (name, place) in [("sa-east-1", " São Paulo"), ("eu-west-1", " Dublin")] {
        let (own, other) = (row(&explored, name), row(&found, &format!("{name}{place}")));
        assert_eq!(
            [&own[0], &own[2], &own[5]],
            [&other[0], &other[4], &other[7]]
        );
    }
    assert_eq!(row(&explored, "not told")[5], "nothing before");
    let alone = self::page(&server, "/explore?by=region&vs=none").await;
    assert!(!alone.contains("Change of p95"));
    let slower = row(&found, "sa-east-1 São Paulo");
    assert_eq!(
        slower[6..8],
        ["1 %", "+100 % worse"],
        "each hundredth fails"
    );
    assert_eq!(row(&found, "no region told")[7], "nothing before");
    let words = text(
        page.split("<p class=\"answer\">")
            .nth(1)
            .unwrap()
            .split("</p>")
            .next()
            .unwrap(),
    );
    assert!(
        words.starts_with(
            "sa-east-1 (São Paulo) is 2.0 times as slow as the time right before: p95 is "
        ),
        "{words}"
    );
    assert!(
        words.contains("1 other region is no slower than before."),
        "{words}"
    );
}

#[tokio::test]
async fn the_address_says_what_is_shown() {
    let (server, loads) = shop().await;
    let first = async |path: &str| {
        let page = page(&server, path).await;
        rows(&page)[0][0].clone()
    };
    assert_eq!(first("/regions").await, "sa-east-1 São Paulo");
    assert_eq!(first("/regions?sort=requests").await, "eu-west-1 Dublin");
    assert_eq!(
        first("/regions?sort=-requests").await,
        "moon-base place not known"
    );
    assert_eq!(first("/regions?sort=region").await, "no region told");
    // The fastest, and not the one that is in the middle.
    assert_eq!(first("/regions?sort=-p95").await, "eu-west-1 Dublin");

    let split = page(&server, "/regions?split=journey&sort=requests").await;
    assert!(split.contains("5 rows, by region and journey"));
    let narrowed = page(&server, "/regions?q=journey:pay%20region:eu-west-1").await;
    let narrow = rows(&narrowed);
    let dublin = row(&narrow, "eu-west-1 Dublin");
    assert_eq!(dublin[0], "300");
    assert_near(&dublin[4], exact(&loads[4].millis, 95));
    // Which journeys there are does not depend on the one that is chosen.
    assert!(narrowed.contains("href=\"/regions?q=region:eu-west-1%20journey:login\""));
    assert!(narrowed.contains("href=\"/explore?q=journey:pay%20region:eu-west-1\""));

    let alone = page(&server, "/regions?vs=none&from=now-3h").await;
    assert!(!alone.contains("Change of p95"));
    assert!(alone.contains("href=\"/explore?q=region:sa-east-1&from=now-3h&vs=none\""));
    let nothing = page(&server, "/regions?q=region:mars").await;
    assert!(nothing.contains("No requests found"));
    // What rollups do not tell is found out from the requests themselves.
    let looked_at = page(&server, "/regions?q=service:shop").await;
    assert!(looked_at.contains("looked at one by one"));
    assert_eq!(row(&rows(&looked_at), "sa-east-1 São Paulo")[0], "600");
    for mistake in ["q=servce:x", "from=yesterday"] {
        let answer = server.get(&format!("/regions?{mistake}")).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{mistake}");
    }
}

#[tokio::test]
async fn a_hostile_region_is_text_and_an_empty_page_teaches() {
    let server = Server::start().await;
    let empty = page(&server, "/regions").await;
    assert!(empty.contains("No trace has arrived yet"));
    let hostile = "<img src=x onerror=alert(1)>";
    let mut span = spans::span(1, 1, 0, "ios.request: GET /", 0, 50);
    span["attributes"] = json!([spans::text("user.region", hostile)]);
    server.send_json(&spans::request("shop", &[span])).await;
    server.wait_for_traces(1, "").await;
    let page = page(&server, "/regions").await;
    assert!(!page.contains("<img"), "{page}");
    assert!(page.contains("&lt;img src=x onerror=alert(1)"));
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_regions_work_for_everybody() {
    let (server, _) = shop().await;
    for scripts in [Scripts::On, Scripts::Off] {
        let browser = Browser::start(&server.web, scripts).await;
        for width in [1440, 390] {
            browser.client.set_window_size(width, 900).await.unwrap();
            browser.open("/regions?split=journey").await;
            browser.shows("5 rows, by region and journey").await;
            browser.open("/regions").await;
            browser.shows("is 2.0 times as slow").await;
            browser.shows("2 more regions are not on the map").await;
            assert_eq!(browser.count(".world a").await, 2);
            if scripts == Scripts::On {
                browser.assert_accessible().await;
                assert_nothing_overflows(&browser).await;
                assert_circles_are_reached(&browser).await;
            }
            browser.assert_quiet_console().await;
        }
        let sorted = browser.named("a", "Requests").await;
        let sorted = sorted.attr("href").await.unwrap().unwrap();
        assert_eq!(sorted, "/regions?sort=requests");
        browser.open(&sorted).await;
        browser.css("th[aria-sort=descending]").await;
        browser.named("a", "pay").await.click().await.unwrap();
        browser.is_at("/regions?q=journey:pay&sort=requests").await;
        browser.shows("3 regions").await;
        browser.assert_quiet_console().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_regions_obey_the_keyboard() {
    let (server, _) = shop().await;
    let browser = Browser::start(&server.web, Scripts::On).await;
    browser.open("/traces").await;
    browser.css("body").await.send_keys("gr").await.unwrap();
    browser.is_at("/regions").await;
    let map = browser.css(".world a").await;
    let label = map.attr("aria-label").await.unwrap().unwrap();
    assert!(
        label.starts_with("eu-west-1, Dublin: p95 "),
        "the busiest first: {label}"
    );
    // A bar tells its figures when it has the focus.
    let show = "document.querySelector('.region-table .segment-bar').focus({ focusVisible: true })";
    browser.client.execute(show, vec![]).await.unwrap();
    browser.shows("network ").await;
    let focus = "document.querySelector('.world a').focus()";
    browser.client.execute(focus, vec![]).await.unwrap();
    browser.press(&char::from(Key::Tab).to_string()).await;
    browser.press(&char::from(Key::Enter).to_string()).await;
    browser.is_at("/explore?q=region:sa-east-1").await;
}

/// Nothing but what scrolls inside itself is wider than the window.
async fn assert_nothing_overflows(browser: &Browser) {
    let widths = "return [document.documentElement.scrollWidth, innerWidth]";
    let widths = browser.client.execute(widths, vec![]).await.unwrap();
    let width = |place: usize| widths[place].as_i64().unwrap();
    assert!(width(0) <= width(1), "{widths}");
}

/// Each circle can be clicked at its centre.
async fn assert_circles_are_reached(browser: &Browser) {
    let links = browser
        .client
        .find_all(Locator::Css(".world a"))
        .await
        .unwrap();
    assert!(!links.is_empty());
    let hidden = "document.querySelector('.world').scrollIntoView({ block: 'center' }); \
                  return [...document.querySelectorAll('.world a')].filter(a => { \
                  const c = a.querySelector('circle').getBoundingClientRect(); \
                  const hit = document.elementFromPoint(c.x + c.width / 2, c.y + c.height / 2); \
                  return !a.contains(hit); }).length";
    let hidden = browser.client.execute(hidden, vec![]).await.unwrap();
    assert_eq!(hidden, 0);
}
