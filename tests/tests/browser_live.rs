//! The list of traces as they arrive, in a real Chromium.

use std::time::Duration;

use fantoccini::actions::{InputSource, MouseActions, PointerAction};
use fantoccini::elements::Element;
use tests::browser::{Browser, Scripts};
use tests::server::{Server, Start};
use tests::{database, spans, wait};
use tokio::time::sleep;

async fn send(server: &Server, service: &str, number: u64) {
    let span = spans::span(number, 1, 0, "GET /", 0, 5);
    server.send_json(&spans::request(service, &[span])).await;
}

fn row(number: u64) -> String {
    format!("#trace-{}", spans::trace_id(number))
}

/// Waits until what arrives is shown, by traces with numbers from there on, and all of these are.
async fn watching(browser: &Browser, server: &Server, first: u64) {
    browser.shows("Live:").await;
    let mut number = first;
    wait::until("a row that arrived", async || {
        number += 1;
        send(server, "shop", number).await;
        sleep(Duration::from_secs(1)).await;
        let arrived = browser.count(".live tr.arrived").await;
        (arrived > 0).then_some(())
    })
    .await;
    let sent: Vec<String> = (first + 1..=number).map(spans::trace_id).collect();
    wait::until("all of them to be stored", async || {
        let stored = server.list("service:shop").await;
        let is_stored = |id: &String| stored.iter().any(|trace| trace["trace_id"] == **id);
        sent.iter().all(is_stored).then_some(())
    })
    .await;
    // What is stored before the last one is told before it.
    send(server, "shop", number + 1).await;
    browser.css(&row(number + 1)).await;
}

async fn click(element: Element) {
    element.click().await.expect("a click");
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_traces_appear_as_they_arrive() {
    let server = Server::start().await;
    send(&server, "shop", 1).await;
    server.wait_for_traces(1, "").await;
    let browser = Browser::start(&server.web, Scripts::On).await;
    browser.open("/traces?q=service:shop").await;
    click(browser.named("a", "Live").await).await;
    browser.is_at("/traces/live?q=service:shop").await;
    browser.css(&row(1)).await;
    watching(&browser, &server, 100).await;
    send(&server, "other", 2).await;
    server.wait_for_traces(1, "service:other").await;
    send(&server, "shop", 3).await;
    browser.css(&row(3)).await;
    assert_eq!(
        browser.count(&row(2)).await,
        0,
        "it does not meet the filter"
    );
    browser.assert_accessible().await;

    // By keyboard: what arrives is held back, and shown when that is over.
    browser.press("p").await;
    browser.shows("Paused").await;
    send(&server, "shop", 4).await;
    browser.shows("1 waiting").await;
    assert_eq!(browser.count(&row(4)).await, 0);
    browser.assert_accessible().await;
    browser.press("p").await;
    browser.css(&row(4)).await;
    browser.shows("Live:").await;

    // The same by the button; and more of a trace changes its row.
    click(browser.named("button", "Pause").await).await;
    let before = browser.css(&row(3)).await.text().await.expect("a row");
    let more = spans::span(3, 2, 1, "SELECT", 0, 1);
    server.send_json(&spans::request("shop", &[more])).await;
    browser.shows("1 waiting").await;
    click(browser.named("button", "Resume").await).await;
    wait::until("the row to change", async || {
        let now = browser.css(&row(3)).await.text().await.ok()?;
        (now != before).then_some(())
    })
    .await;
    assert_eq!(browser.count(&row(3)).await, 1);
    // A row leads to its trace.
    click(browser.css(&format!("{} .request a", row(3))).await).await;
    browser
        .is_at(&format!("/traces/{}", spans::trace_id(3)))
        .await;
    browser.assert_quiet_console().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_nothing_moves_under_the_pointer() {
    let server = Server::start().await;
    let browser = Browser::start(&server.web, Scripts::On).await;
    browser.open("/traces/live").await;
    watching(&browser, &server, 100).await;
    let point = async |selector: &str| {
        let element = browser.css(selector).await;
        let to = PointerAction::MoveToElement {
            element,
            duration: None,
            x: 0.0,
            y: 0.0,
        };
        let mouse = MouseActions::new("mouse".to_owned()).then(to);
        browser.client.perform_actions(mouse).await.expect("a move");
    };
    point(".live-rows tbody tr").await;
    browser.shows("Held while you are in the list").await;
    send(&server, "shop", 1).await;
    browser.shows("waiting").await;
    assert_eq!(browser.count(&row(1)).await, 0);
    point("h1").await;
    browser.css(&row(1)).await;
    browser.shows("Live:").await;
    browser.assert_quiet_console().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_a_live_list_outlives_its_server() {
    let url = database::create();
    let start = Start::on_database(&url);
    let server = start.start().await;
    let browser = Browser::start(&server.web, Scripts::On).await;
    browser.open("/traces/live").await;
    watching(&browser, &server, 100).await;
    let before = browser.count(".live tbody tr").await;
    let successor = server.successor(&start);
    server.kill().await;
    browser.shows("The connection is lost").await;
    let server = successor.start().await;
    browser.shows("Live:").await;
    watching(&browser, &server, 200).await;
    send(&server, "shop", 1).await;
    browser.css(&row(1)).await;
    let ids = "return [...document.querySelectorAll('.live tbody tr')].map(row => row.id)";
    let ids = browser.client.execute(ids, vec![]).await.expect("ids");
    let mut ids: Vec<String> = serde_json::from_value(ids).expect("texts");
    let all = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), all, "each trace has one row");
    assert!(all > before);
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_a_live_list_sleeps_when_nobody_looks() {
    let server = Server::start().await;
    let browser = Browser::start(&server.web, Scripts::On).await;
    browser.open("/traces/live").await;
    watching(&browser, &server, 100).await;
    let hide = "const later = window.setTimeout;
        window.setTimeout = (what, wait, ...rest) => later(what, wait > 60000 ? 0 : wait, ...rest);
        Object.defineProperty(document, 'hidden', { get: () => window.isHidden, configurable: true });
        window.isHidden = true;
        document.dispatchEvent(new Event('visibilitychange'));";
    browser.client.execute(hide, vec![]).await.expect("hidden");
    browser
        .shows("Stopped, since nobody has looked for long")
        .await;
    let look = "window.isHidden = false; document.dispatchEvent(new Event('visibilitychange'));";
    browser.client.execute(look, vec![]).await.expect("seen");
    browser.assert_accessible().await;
    click(browser.named("button", "Resume").await).await;
    browser.shows("Live:").await;
    send(&server, "shop", 1).await;
    browser.css(&row(1)).await;
    browser.assert_quiet_console().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_without_scripts_a_live_list_is_read_anew() {
    let server = Server::start().await;
    send(&server, "shop", 1).await;
    server.wait_for_traces(1, "").await;
    let browser = Browser::start(&server.web, Scripts::Off).await;
    browser.open("/traces/live?q=service:shop").await;
    browser.shows("scripts must be on").await;
    browser.css(&row(1)).await;
    send(&server, "shop", 2).await;
    server.wait_for_traces(2, "").await;
    click(browser.named("a", "refresh to see newer ones").await).await;
    browser.css(&row(2)).await;
    browser.is_at("/traces/live?q=service:shop").await;
    browser.assert_quiet_console().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_a_narrow_live_list_fits() {
    let server = Server::start().await;
    send(&server, "shop", 1).await;
    server.wait_for_traces(1, "").await;
    let browser = Browser::start(&server.web, Scripts::On).await;
    browser
        .client
        .set_window_size(390, 844)
        .await
        .expect("a size");
    for path in ["/traces/live", "/traces", "/views"] {
        browser.open(path).await;
        let overflow = "return document.documentElement.scrollWidth - innerWidth";
        let overflow = browser
            .client
            .execute(overflow, vec![])
            .await
            .expect("a width");
        assert!(
            overflow.as_i64().expect("pixels") <= 0,
            "{path}: {overflow}"
        );
    }
}
