//! The waterfall of a trace in a real Chromium: by keyboard, by links, and of traces that are hard to
//! draw.

use fantoccini::key::Key;
use serde_json::{Value, json};
use tests::browser::{Browser, Scripts};
use tests::server::Server;
use tests::waterfall::{ROWS, click, focus_row, press, selected, until};
use tests::{spans, wait};

async fn payment() -> (Server, String) {
    let server = Server::start().await;
    server.send_json(&spans::payment(1)).await;
    server.wait_for_traces(1, "").await;
    (server, format!("/traces/{}", spans::trace_id(1)))
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_a_trace_is_walked_by_keyboard() {
    let (server, path) = payment().await;
    let browser = Browser::start(&server.web, Scripts::On).await;
    browser.open(&path).await;
    browser
        .css("[role=treegrid][data-alive][aria-rowcount='6']")
        .await;
    focus_row(&browser).await;
    press(&browser, Key::Down).await;
    selected(&browser, "gateway").await;
    browser
        .is_at(&format!("{path}?span={}", spans::span_id(2)))
        .await;
    browser.shows("700 ms").await;

    // What is below is folded, and the address says so.
    press(&browser, Key::Left).await;
    until(&browser, "two rows", &format!("{ROWS} === 2")).await;
    let folded = format!("{path}?span={0}&fold={0}", spans::span_id(2));
    browser.is_at(&folded).await;
    browser.open(&folded).await;
    until(&browser, "two rows again", &format!("{ROWS} === 2")).await;
    selected(&browser, "gateway").await;
    focus_row(&browser).await;
    press(&browser, Key::Right).await;
    until(&browser, "five rows", &format!("{ROWS} === 5")).await;

    // One subtree alone, and all again.
    browser.press(".").await;
    until(&browser, "four rows", &format!("{ROWS} === 4")).await;
    browser
        .css(".rows [aria-level='1'][aria-selected=true]")
        .await;
    press(&browser, Key::Escape).await;
    until(&browser, "all rows", &format!("{ROWS} === 5")).await;

    // Critical path, time line, errors.
    browser.press("c").await;
    browser.shows("Critical path: off").await;
    browser
        .is_at(&format!("{path}?span={}&path=off", spans::span_id(2)))
        .await;
    browser.press("c").await;
    browser.press("]").await;
    selected(&browser, "payment-service POST /charge").await;
    browser.shows("card declined").await;
    browser.press("z").await;
    until(
        &browser,
        "a part of the time line",
        "location.search.includes('zoom=')",
    )
    .await;
    browser.press("0").await;
    until(
        &browser,
        "the whole of it",
        "!location.search.includes('zoom=')",
    )
    .await;
    press(&browser, Key::Enter).await;
    let active = browser.client.active_element().await.unwrap();
    assert_eq!(
        active.attr("id").await.unwrap().as_deref(),
        Some("span-details")
    );
    press(&browser, Key::Escape).await;
    let active = browser.client.active_element().await.unwrap();
    assert_eq!(active.attr("role").await.unwrap().as_deref(), Some("row"));
    browser.assert_accessible().await;

    // The list says which keys there are, and where.
    browser.press("?").await;
    browser.css("dialog[open]").await;
    for place in ["In a waterfall", "On the map of services"] {
        browser.shows(place).await;
    }
    browser.assert_accessible().await;
    browser.assert_quiet_console().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_spans_of_a_trace_are_found() {
    for scripts in [Scripts::On, Scripts::Off] {
        let (server, path) = payment().await;
        let browser = Browser::start(&server.web, scripts).await;
        browser.open(&path).await;
        let input = browser.css("#find-span").await;
        input
            .send_keys("service:payment-service -status:error")
            .await
            .unwrap();
        press(&browser, Key::Enter).await;
        browser.shows("1 found").await;
        assert_eq!(browser.count(".row.found").await, 1);
        if scripts == Scripts::On {
            selected(&browser, "SELECT payment_method").await;
            browser.shows("1 of 1 found").await;
            browser.assert_accessible().await;
        }
        browser.open(&format!("{path}?find=servce:x")).await;
        browser.shows("There is no key \"servce\"").await;
        browser.shows("Did you mean service?").await;
        browser.forget_console().await;
        browser
            .open(&format!("{path}?find=kind:client&depth=0"))
            .await;
        browser.shows("3 found").await;
        assert_eq!(
            browser.count(".rows [role=row]").await,
            1,
            "the others are folded"
        );
        if scripts == Scripts::On {
            click(&browser, "button", "Next result").await;
            selected(&browser, "gateway POST /charge").await;
            browser.shows("2 of 3 found").await;
        }
        browser.assert_quiet_console().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_tools_of_a_trace_are_links() {
    for scripts in [Scripts::On, Scripts::Off] {
        let (server, path) = payment().await;
        let browser = Browser::start(&server.web, scripts).await;
        browser.open(&path).await;
        click(&browser, "a", "Order: start").await;
        browser.shows("Order: longest first").await;
        click(&browser, "a", "Critical path: on").await;
        browser.shows("Critical path: off").await;
        assert_eq!(browser.count(".treegrid.no-path").await, 1);
        click(&browser, "summary", "Fold").await;
        click(&browser, "a", "Fold all").await;
        wait::until("one row", async || {
            (browser.count(".rows [role=row]").await == 1).then_some(())
        })
        .await;
        if scripts == Scripts::On {
            // Where the page was not loaded anew the menu is still open, above the next tools.
            click(&browser, "summary", "Fold").await;
        }
        let root = spans::span_id(1);
        browser
            .is_at(&format!(
                "{path}?span={root}&depth=0&sort=duration&path=off"
            ))
            .await;
        click(&browser, "a", "Clock corrected: +2 min").await;
        browser.shows("Clock as sent; off by +2 min").await;
        browser.shows("Order: longest first").await;
        browser.assert_quiet_console().await;
    }
}

/// The other views show what is selected in the waterfall now, and lead back to it as it was.
#[tokio::test(flavor = "multi_thread")]
async fn browser_tabs_keep_what_is_looked_at() {
    let (server, path) = payment().await;
    let browser = Browser::start(&server.web, Scripts::On).await;
    browser.open(&path).await;
    browser.css("[role=treegrid][data-alive]").await;
    focus_row(&browser).await;
    press(&browser, Key::Down).await;
    selected(&browser, "gateway").await;
    browser.press("c").await;
    let gateway = spans::span_id(2);
    for (tab, view) in [
        ("Flame graph", "flame"),
        ("Services", "topology"),
        ("Statistics", "statistics"),
    ] {
        click(&browser, "a", tab).await;
        let there = format!("{path}?span={gateway}&view={view}&path=off");
        browser.is_at(&there).await;
        let details = browser.css(".details h2").await;
        assert_eq!(details.text().await.unwrap(), "POST /pay", "{tab}");
    }
    click(&browser, "a", "Waterfall").await;
    browser
        .is_at(&format!("{path}?span={gateway}&path=off"))
        .await;
    selected(&browser, "gateway").await;
    browser.shows("Critical path: off").await;
    browser.assert_quiet_console().await;
}

/// The device's clock is two minutes behind: as sent, the gateway is far from where it was.
#[tokio::test(flavor = "multi_thread")]
async fn browser_the_other_clock_keeps_what_is_looked_at() {
    /// How much of the lane the bar of the selected span takes, in percent.
    const WIDTH: &str = "parseFloat(document.querySelector('[aria-selected=true] .lane rect').getAttribute('width'))";
    for scripts in [Scripts::On, Scripts::Off] {
        let (server, path) = payment().await;
        let browser = Browser::start(&server.web, scripts).await;
        let gateway = spans::span_id(2);
        let zoomed = "zoom=90000000..810000000";
        browser
            .open(&format!("{path}?span={gateway}&{zoomed}"))
            .await;
        click(&browser, "a", "Clock corrected: +2 min").await;
        browser.shows("Clock as sent; off by +2 min").await;
        let there = format!("{path}?span={gateway}&clock=raw&{zoomed}&zoom_clock=corrected");
        browser.is_at(&there).await;
        selected(&browser, "gateway").await;
        if scripts == Scripts::On {
            browser.css("[role=treegrid][data-alive]").await;
            until(&browser, "the gateway in sight", &format!("{WIDTH} > 90")).await;
        }
        click(&browser, "a", "Clock as sent; off by +2 min").await;
        browser.shows("Clock corrected: +2 min").await;
        selected(&browser, "gateway").await;
        if scripts == Scripts::On {
            browser.css("[role=treegrid][data-alive]").await;
            until(&browser, "the gateway again", &format!("{WIDTH} > 90")).await;
        }
        browser.assert_quiet_console().await;
    }
}

/// On a screen of usual size the header leaves most of it to the waterfall.
#[tokio::test(flavor = "multi_thread")]
async fn browser_the_waterfall_begins_high() {
    let (server, path) = payment().await;
    let browser = Browser::start(&server.web, Scripts::On).await;
    browser.open(&path).await;
    let top = "document.querySelector('.waterfall-tools').getBoundingClientRect().top";
    until(&browser, "a low header", &format!("{top} <= 225")).await;
    let fits = "document.documentElement.scrollWidth <= innerWidth";
    until(&browser, "no scrolling sideways", fits).await;
    browser
        .client
        .set_window_size(500, 900)
        .await
        .expect("a narrow window");
    until(&browser, "the same in a narrow window", fits).await;
    browser.assert_accessible().await;
    browser.assert_quiet_console().await;
}

/// Traces that are hard to draw are drawn, or explained.
#[tokio::test(flavor = "multi_thread")]
async fn browser_strange_traces_are_drawn() {
    let server = Server::start().await;
    let year = 365 * 86_400_000_u64;
    let mut long = spans::span(1, 1, 0, "a year", 0, 1);
    let end = spans::now_nanos();
    spans::set_nanos(&mut long, end - year * 1_000_000, year * 1_000_000);
    let mut backwards = spans::span(1, 2, 1, "backwards", 0, 1);
    backwards["endTimeUnixNano"] = json!((end - 3_000_000_000_000).to_string());
    let strange = [
        long,
        backwards,
        spans::span(1, 3, 1, "no time", 0, 0),
        spans::span(1, 4, 99, "orphan", 5, 10),
        spans::span(1, 5, 6, "in a circle", 5, 10),
        spans::span(1, 6, 5, "in it too", 5, 10),
    ];
    server.send_json(&spans::request("strange", &strange)).await;
    let deep: Vec<Value> = (1..=10_000)
        .map(|id| spans::span(2, id, id - 1, "deep", 0, 5))
        .collect();
    server.send_json(&spans::request("deep", &deep)).await;
    let wide = |id: u64| spans::span(3, id, u64::from(id > 1), "wide", 0, 5);
    let wide: Vec<Value> = (1..=50_000).map(wide).collect();
    server.send_json(&spans::request("wide", &wide)).await;
    for trace in 1..=3 {
        // The first began too long ago to be in lists.
        let path = format!("/api/v1/traces/{}", spans::trace_id(trace));
        wait::until("a trace to be stored", async || {
            server.get(&path).await.status().is_success().then_some(())
        })
        .await;
    }
    for scripts in [Scripts::On, Scripts::Off] {
        let browser = Browser::start(&server.web, scripts).await;
        browser
            .open(&format!("/traces/{}", spans::trace_id(1)))
            .await;
        browser.shows("365 d").await;
        for mark in ["ends before start", "parent missing", "own ancestor"] {
            browser.shows(mark).await;
        }
        assert_eq!(browser.count(".rows [role=row]").await, 6);
        for (trace, count) in [(2, "10001"), (3, "50001")] {
            browser
                .open(&format!("/traces/{}", spans::trace_id(trace)))
                .await;
            browser
                .css(&format!("[role=treegrid][aria-rowcount='{count}']"))
                .await;
            assert!(browser.count(".rows [role=row]").await > 5);
        }
        if scripts == Scripts::Off {
            browser.shows("Rows 1 to 200 of 50,000 are shown.").await;
            click(&browser, "a", "Further rows").await;
            browser.shows("Rows 201 to 400 of 50,000 are shown.").await;
        }
        browser.assert_quiet_console().await;
    }
}
