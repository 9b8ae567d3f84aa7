//! The explorer in a real Chromium: from all requests to a selection, what sets it apart, its list.

use std::time::Duration;

use fantoccini::Locator;
use fantoccini::actions::{InputSource, MouseActions, PointerAction};
use fantoccini::key::Key;
use tests::browser::{Browser, Scripts};
use tests::server::Server;
use tests::spans;

/// So many requests are fast, and so many are slow; only these are of the new release.
const FAST: u64 = 40;
const SLOW: u64 = 12;

async fn shop(scripts: Scripts) -> (Server, Browser) {
    let server = Server::start().await;
    let request = |number: u64, millis: u64, release: &str| {
        let mut root = spans::span(number, 1, 0, "POST /pay", 0, millis);
        root["attributes"] = serde_json::json!([
            spans::text("deployment.release", release),
            spans::text("user.region", "sa-east-1")
        ]);
        root
    };
    let fast = (1..=FAST).map(|number| request(number, 90 + number, "4.1.0"));
    let slow = (1..=SLOW).map(|number| request(100 + number, 2_000 + number, "4.2.0"));
    let all: Vec<_> = fast.chain(slow).collect();
    server.send_json(&spans::request("shop", &all)).await;
    let count = usize::try_from(FAST + SLOW).expect("few");
    server.wait_for_traces(count, "").await;
    let browser = Browser::start(&server.web, scripts).await;
    (server, browser)
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_a_selection_is_told_apart_and_opens_as_the_list_it_counts() {
    for scripts in [Scripts::On, Scripts::Off] {
        let (_server, browser) = shop(scripts).await;
        browser.open("/explore").await;
        browser.shows("52 requests by time and duration").await;
        browser.open("/explore?least=1s&by=release").await;
        browser.shows("12 requests in the selection").await;
        browser.shows("12 against 40").await;
        let apart = browser.css(".contrast tbody tr").await.text().await;
        let apart = apart.expect("text");
        for part in ["release", "4.2.0", "100 %", "0 %"] {
            assert!(apart.contains(part), "{part} is not in {apart}");
        }
        let groups = browser.css(".groups tbody").await.text().await;
        let groups = groups.expect("text");
        assert!(
            groups.contains("4.1.0") && groups.contains("40"),
            "{groups}"
        );
        if scripts == Scripts::On {
            browser.assert_accessible().await;
        }
        let first = browser.client.find(Locator::Css(".slowest tbody a")).await;
        let slowest = first.expect("a request").attr("href").await;
        let expected = format!("/traces/{}", spans::trace_id(100 + SLOW));
        assert_eq!(slowest.expect("an attribute"), Some(expected));
        let list = browser.named("a", "Open as list").await;
        list.click().await.expect("a click");
        browser.shows("All 12 traces, newest first").await;
        browser.assert_quiet_console().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_the_heatmap_is_selected_by_keyboard() {
    let (_server, browser) = shop(Scripts::On).await;
    browser.open("/explore").await;
    let focus = "document.querySelector('.heatmap .plot').focus()";
    browser.client.execute(focus, vec![]).await.expect("a plot");
    let with_shift = async |key: Key| {
        let keys = [Key::Shift, key, Key::Null].map(char::from);
        browser.press(&keys.iter().collect::<String>()).await;
    };
    browser.press(&char::from(Key::Home).to_string()).await;
    with_shift(Key::End).await;
    for _ in 0..3 {
        with_shift(Key::Up).await;
    }
    let reading = browser.css("#heatmap-reading").await.text().await;
    let reading = reading.expect("text");
    let (_, count) = reading.rsplit_once(": ").expect("a count at the end");
    assert_ne!(count, "0 requests", "{reading}");
    browser.press(&char::from(Key::Enter).to_string()).await;
    browser.shows(&format!("{count} in the selection")).await;
    browser.assert_accessible().await;
    browser.assert_quiet_console().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_the_heatmap_is_selected_by_pointer() {
    let (_server, browser) = shop(Scripts::On).await;
    browser.open("/explore").await;
    let plot = browser.css(".heatmap .plot").await;
    let (_, _, width, height) = plot.rectangle().await.expect("a plot");
    let corner = |sign: f64| PointerAction::MoveToElement {
        element: plot.clone(),
        duration: Some(Duration::from_millis(50)),
        x: sign * (width / 2.0 - 3.0),
        y: sign * (height / 2.0 - 3.0),
    };
    let button = fantoccini::actions::MOUSE_BUTTON_LEFT;
    let drag = MouseActions::new("mouse".into())
        .then(corner(-1.0))
        .then(PointerAction::Down { button })
        .then(corner(1.0))
        .then(PointerAction::Up { button });
    browser.client.perform_actions(drag).await.expect("a drag");
    browser.shows("52 requests in the selection").await;
    browser.assert_quiet_console().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_the_filter_offers_keys_and_the_values_that_were_seen() {
    let (_server, browser) = shop(Scripts::On).await;
    browser.open("/explore").await;
    let input = browser.css("#filter").await;
    input.send_keys("reg").await.expect("keys");
    let offered = async |text: &str| {
        tests::wait::until(text, async || {
            let option = browser.client.find(Locator::Css("[role=option]")).await;
            let found = option.ok()?.text().await.ok()?;
            found.contains(text).then_some(found)
        })
        .await
    };
    offered("region:").await;
    let press = async |key: Key| browser.press(&char::from(key).to_string()).await;
    press(Key::Down).await;
    press(Key::Enter).await;
    let seen = offered("sa-east-1").await;
    assert!(seen.contains("52"), "{seen}");
    browser.assert_accessible().await;
    press(Key::Down).await;
    press(Key::Enter).await;
    let value = input.prop("value").await.expect("a property");
    assert_eq!(value.as_deref(), Some("region:sa-east-1 "));
    input.send_keys("release:4.2.0").await.expect("keys");
    // What is typed stands, whatever is offered.
    offered("4.2.0").await;
    press(Key::Escape).await;
    press(Key::Enter).await;
    browser.shows("12 requests by time and duration").await;
    browser.named("a", "Remove release:4.2.0").await;
    browser.assert_quiet_console().await;
}
