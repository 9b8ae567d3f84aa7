//! The pages in a real Chromium, with scripts and without.

use fantoccini::Locator;
use fantoccini::key::Key;
use tests::browser::{Browser, Scripts};
use tests::server::Server;
use tests::spans;

async fn shop(scripts: Scripts) -> (Server, Browser) {
    let server = Server::start().await;
    server.send_json(&spans::payment(1)).await;
    server
        .send_json(&spans::request(
            "search-service",
            &[spans::span(2, 1, 0, "GET /search", 0, 50)],
        ))
        .await;
    server.wait_for_traces(2, "").await;
    let browser = Browser::start(&server.web, scripts).await;
    (server, browser)
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_an_empty_database_explains_the_first_trace() {
    let server = Server::start().await;
    for scripts in [Scripts::On, Scripts::Off] {
        let browser = Browser::start(&server.web, scripts).await;
        browser.open("/").await;
        browser.shows("No trace has arrived yet").await;
        browser
            .shows(&format!("curl http://{}/v1/traces", server.otlp))
            .await;
        if scripts == Scripts::On {
            browser.assert_accessible().await;
        }
        browser.assert_quiet_console().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_the_list_leads_to_a_trace_and_back() {
    for scripts in [Scripts::On, Scripts::Off] {
        let (_server, browser) = shop(scripts).await;
        browser.open("/traces").await;
        browser.shows("All 2 traces, newest first").await;
        let row = browser
            .css("tbody tr:has(.bad)")
            .await
            .text()
            .await
            .unwrap();
        for part in [
            "shop-ios",
            "ios.request: POST /pay",
            "900 ms",
            "5",
            "1",
            "gateway",
            "eu-west-1",
            "4.2.0",
        ] {
            assert!(row.contains(part), "{part} is not in {row}");
        }
        if scripts == Scripts::On {
            browser.assert_accessible().await;
        }
        browser
            .named("a", "shop-ios ios.request: POST /pay")
            .await
            .click()
            .await
            .unwrap();
        browser
            .is_at(&format!("/traces/{}", spans::trace_id(1)))
            .await;
        browser.shows("5 spans, 3 services").await;
        assert_eq!(browser.count("[role=row][aria-level]").await, 5);
        if scripts == Scripts::On {
            browser.assert_accessible().await;
        }
        browser.client.back().await.unwrap();
        browser.shows("All 2 traces, newest first").await;
        browser.assert_quiet_console().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_a_filter_narrows_and_its_chip_widens() {
    for scripts in [Scripts::On, Scripts::Off] {
        let (_server, browser) = shop(scripts).await;
        browser.open("/traces?from=now-6h").await;
        let input = browser.css("#filter").await;
        input
            .send_keys("status:error service:payment-service")
            .await
            .unwrap();
        input
            .send_keys(&char::from(Key::Enter).to_string())
            .await
            .unwrap();
        browser.shows("1 trace").await;
        browser.shows("Last 6 hours").await;
        browser
            .named("a", "Remove status:error")
            .await
            .click()
            .await
            .unwrap();
        browser
            .is_at("/traces?q=service:payment-service&from=now-6h")
            .await;
        browser
            .named("a", "Remove service:payment-service")
            .await
            .click()
            .await
            .unwrap();
        browser.shows("All 2 traces, newest first").await;
        browser.assert_quiet_console().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_mistakes_are_explained_on_the_page() {
    for scripts in [Scripts::On, Scripts::Off] {
        let (_server, browser) = shop(scripts).await;
        browser.open("/traces").await;
        let input = browser.css("#filter").await;
        input.send_keys("servce:x").await.unwrap();
        input
            .send_keys(&char::from(Key::Enter).to_string())
            .await
            .unwrap();
        browser.shows("There is no key \"servce\"").await;
        browser.shows("Did you mean service?").await;
        if scripts == Scripts::On {
            browser.assert_accessible().await;
        }
        // The browser notes the status 400 of the page itself.
        browser.forget_console().await;
        browser.open("/traces?q=region:mars").await;
        browser.shows("No traces found").await;
        browser
            .named("a", "Leave out the filter")
            .await
            .click()
            .await
            .unwrap();
        browser.shows("All 2 traces, newest first").await;
        browser.assert_quiet_console().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_an_unknown_trace_is_a_page_with_a_way_back() {
    for scripts in [Scripts::On, Scripts::Off] {
        let (_server, browser) = shop(scripts).await;
        for (path, title) in [
            (
                format!("/traces/{}", spans::trace_id(99)),
                "There is no such trace",
            ),
            ("/nowhere".to_owned(), "There is no page at this address"),
        ] {
            browser.open(&path).await;
            browser.shows(title).await;
            if scripts == Scripts::On {
                browser.assert_accessible().await;
            }
            browser
                .named("a", "Go to the list of traces")
                .await
                .click()
                .await
                .unwrap();
            browser.shows("All 2 traces, newest first").await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_span_details_show_everything_that_was_sent() {
    for scripts in [Scripts::On, Scripts::Off] {
        let (_server, browser) = shop(scripts).await;
        browser
            .open(&format!("/traces/{}", spans::trace_id(1)))
            .await;
        browser.shows("Clock corrected: +2 min").await;
        browser
            .named("a", "payment-service POST /charge")
            .await
            .click()
            .await
            .unwrap();
        browser
            .is_at(&format!(
                "/traces/{}?span={}",
                spans::trace_id(1),
                spans::span_id(4)
            ))
            .await;
        for part in [
            "card declined",
            "Events (1)",
            "exception",
            "Links (1)",
            &spans::trace_id(0xabc),
            "Resource",
            "service.name",
        ] {
            browser.shows(part).await;
        }
        let selected = browser
            .css("[aria-selected=true]")
            .await
            .text()
            .await
            .unwrap();
        assert!(selected.contains("payment-service"), "{selected}");
        browser
            .named("a", "Clock corrected: +2 min")
            .await
            .click()
            .await
            .unwrap();
        browser.shows("Clock as sent; off by +2 min").await;
        browser.assert_quiet_console().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_the_waterfall_obeys_the_keyboard() {
    let (_server, browser) = shop(Scripts::On).await;
    browser
        .open(&format!("/traces/{}", spans::trace_id(1)))
        .await;
    let selected = async |name: &str| {
        tests::wait::until(name, async || {
            let row = browser
                .client
                .find(Locator::Css("[aria-selected=true]"))
                .await
                .ok()?;
            row.text().await.ok()?.contains(name).then_some(())
        })
        .await;
    };
    selected("ios.request").await;
    browser
        .client
        .execute(
            "document.querySelector('[aria-selected=true]').focus()",
            vec![],
        )
        .await
        .unwrap();
    let press = async |key: Key| browser.press(&char::from(key).to_string()).await;
    press(Key::Down).await;
    selected("gateway").await;
    press(Key::Left).await;
    tests::wait::until("two rows", async || {
        (browser.count("[role=row][aria-level]").await == 2).then_some(())
    })
    .await;
    assert_eq!(
        browser
            .count("[aria-selected=true][aria-expanded=false]")
            .await,
        1
    );
    press(Key::Right).await;
    tests::wait::until("five rows", async || {
        (browser.count("[role=row][aria-level]").await == 5).then_some(())
    })
    .await;
    press(Key::End).await;
    selected("SELECT payment_method").await;
    browser.press("[").await;
    selected("payment-service").await;
    browser
        .named("button", "Hide 4 spans below")
        .await
        .click()
        .await
        .unwrap();
    tests::wait::until("one row", async || {
        (browser.count("[role=row][aria-level]").await == 1).then_some(())
    })
    .await;
    browser.press("/").await;
    assert_eq!(
        browser
            .client
            .active_element()
            .await
            .unwrap()
            .attr("id")
            .await
            .unwrap()
            .as_deref(),
        Some("filter")
    );
    browser.press(&char::from(Key::Tab).to_string()).await;
    browser.press("?").await;
    browser.css("dialog[open]").await;
    browser.assert_accessible().await;
    browser.assert_quiet_console().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_the_theme_is_kept_and_both_are_accessible() {
    let (_server, browser) = shop(Scripts::On).await;
    browser.open("/traces").await;
    for (button, theme) in [("Theme: system", "light"), ("Theme: light", "dark")] {
        browser.named("button", button).await.click().await.unwrap();
        browser.css(&format!("html[data-theme={theme}]")).await;
        for path in [
            "/traces".to_owned(),
            format!("/traces/{}", spans::trace_id(1)),
            "/nowhere".to_owned(),
        ] {
            browser.open(&path).await;
            browser.css(&format!("html[data-theme={theme}]")).await;
            browser.assert_accessible().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_text_of_spans_is_never_markup() {
    let server = Server::start().await;
    let hostile = "<img src=x onerror=alert(1)></script>\u{202e}\u{0}";
    let mut span = spans::span(1, 1, 0, hostile, 0, 5);
    span["attributes"] = serde_json::json!([
        spans::text(hostile, hostile),
        spans::text("session.id", hostile)
    ]);
    server.send_json(&spans::request(hostile, &[span])).await;
    server.wait_for_traces(1, "").await;
    for scripts in [Scripts::On, Scripts::Off] {
        let browser = Browser::start(&server.web, scripts).await;
        for path in [
            "/traces".to_owned(),
            format!("/traces/{}", spans::trace_id(1)),
        ] {
            browser.open(&path).await;
            browser.shows("<img src=x onerror=alert(1)></script>").await;
            assert_eq!(browser.count("img").await, 0);
            browser.assert_quiet_console().await;
        }
    }
}
