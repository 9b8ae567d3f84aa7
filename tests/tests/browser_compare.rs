//! Two sets of requests beside each other, in a real Chromium.

use tests::browser::{Browser, Scripts};
use tests::server::Server;
use tests::spans;

/// So many requests of each release.
const EACH: u64 = 300;

/// One operation of the new release takes five times as long.
async fn shop() -> Server {
    let server = Server::start().await;
    let request = |number: u64, release: &str| {
        let is_new = release == "4.2.0";
        let spread = number % EACH;
        let slow = if is_new { 500 + spread } else { 100 + spread };
        let mut root = spans::span(number, 1, 0, "POST /pay", 0, slow + 50);
        root["attributes"] = serde_json::json!([spans::text("deployment.release", release)]);
        let same = spans::span(number, 2, 1, "GET /cart", 0, 20 + spread % 5);
        let other = spans::span(number, 3, 1, "POST /charge", 25, 25 + slow);
        [root, same, other]
    };
    let old = (1..=EACH).map(|number| request(number, "4.1.0"));
    let new = (EACH + 1..=2 * EACH).map(|number| request(number, "4.2.0"));
    let all: Vec<_> = old.chain(new).flatten().collect();
    server.send_json(&spans::request("shop", &all)).await;
    server
        .wait_for_traces(usize::try_from(2 * EACH).expect("few"), "")
        .await;
    server
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_two_releases_are_compared() {
    let server = shop().await;
    for scripts in [Scripts::On, Scripts::Off] {
        let browser = Browser::start(&server.web, scripts).await;
        browser.open("/explore?by=release").await;
        let compare = browser.named("a", "Compare 4.2.0 with the rest").await;
        compare.click().await.expect("a click");
        browser
            .is_at("/compare?q=release:4.2.0&aq=-release:4.2.0")
            .await;
        browser.shows("These requests are slower").await;
        let changed = browser.css(".operations tbody").await.text().await;
        let changed = changed.expect("text");
        let place = |name: &str| changed.find(name);
        assert!(place("POST /charge").is_some(), "{changed}");
        assert!(place("GET /cart").is_none(), "{changed}");
        browser.shows("1 operation that did not change").await;
        if scripts == Scripts::On {
            browser.assert_accessible().await;
        }
        let turn = browser.named("a", "The other way round").await;
        turn.click().await.expect("a click");
        browser.shows("These requests are faster").await;

        browser.open("/compare?q=release:4.2.0&vs=none").await;
        browser
            .shows("What are these requests compared with?")
            .await;
        let filter = browser.css("input[name=aq]").await;
        filter.send_keys("release:4.1.0").await.expect("keys");
        let button = browser.named("button", "Compare").await;
        button.click().await.expect("a click");
        browser.shows("These requests are slower").await;
        browser.assert_quiet_console().await;

        browser.open("/compare?aq=servce:x").await;
        browser.shows("There is no key \"servce\"").await;
        browser
            .open("/compare?q=release:4.2.0&aq=release:none")
            .await;
        browser.shows("One of the two sets has no requests").await;
    }
}
