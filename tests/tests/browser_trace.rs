//! The waterfall of a trace in a real Chromium: a small one by keyboard and by links, and one of a
//! hundred thousand spans.

use std::time::Instant;

use fantoccini::Locator;
use fantoccini::actions::{InputSource, MOUSE_BUTTON_LEFT, MouseActions, PointerAction};
use fantoccini::key::Key;
use serde_json::{Value, json};
use tests::browser::{Browser, Scripts};
use tests::server::Server;
use tests::{spans, wait};

const LARGE: u64 = 100_000;

/// Spans in each request that sends the large trace.
const BATCH: u64 = 10_000;

const SERVICES: u64 = 5;

async fn payment() -> (Server, String) {
    let server = Server::start().await;
    server.send_json(&spans::payment(1)).await;
    server.wait_for_traces(1, "").await;
    (server, format!("/traces/{}", spans::trace_id(1)))
}

/// A trace of so many spans: each has up to eight children, every thousandth is an error, and the
/// root takes ten seconds.
async fn send_large(server: &Server, trace: u64, count: u64) {
    let begin = spans::now_nanos() - 60_000_000_000;
    let one = |id: u64| {
        let parent = if id == 1 { 0 } else { (id - 2) / 8 + 1 };
        let (start, length) = if id == 1 {
            (begin, 10_000_000_000)
        } else {
            (begin + id * 90_000, 5_000_000)
        };
        let mut span = spans::span(trace, id, parent, &format!("work {}", id % 50), 0, 1);
        spans::set_nanos(&mut span, start, length);
        if id.is_multiple_of(1_000) {
            span["status"] = json!({ "code": 2 });
        }
        span
    };
    let mut first = 1;
    while first <= count {
        let ids = first..(first + BATCH).min(count + 1);
        first = ids.end;
        let of_service = |service: u64| {
            let own = ids.clone().filter(|id| id % SERVICES == service);
            let own: Vec<Value> = own.map(one).collect();
            spans::of_service(&format!("service-{service}"), &own)
        };
        let services: Vec<Value> = (0..SERVICES).map(of_service).collect();
        server
            .send_json(&json!({ "resourceSpans": services }))
            .await;
    }
    wait::until("the whole trace to be stored", async || {
        let stored = server.list("").await;
        let whole = |found: &Value| found["span_count"] == json!(count);
        stored.iter().any(whole).then_some(())
    })
    .await;
}

/// What a script in the page answers.
async fn ask(browser: &Browser, script: &str) -> Value {
    browser
        .client
        .execute(script, vec![])
        .await
        .expect("the browser answers")
}

async fn until(browser: &Browser, what: &str, script: &str) {
    wait::until(what, async || {
        (ask(browser, &format!("return {script}")).await == json!(true)).then_some(())
    })
    .await;
}

/// Waits until the row of the span that is selected says that.
async fn selected(browser: &Browser, text: &str) {
    wait::until(&format!("{text} to be selected"), async || {
        let row = Locator::Css("[role=row][aria-selected=true]");
        let row = browser.client.find(row).await.ok()?;
        row.text().await.ok()?.contains(text).then_some(())
    })
    .await;
}

async fn press(browser: &Browser, key: Key) {
    browser.press(&char::from(key).to_string()).await;
}

async fn focus_row(browser: &Browser) {
    ask(
        browser,
        "document.querySelector('.rows [tabindex=\"0\"]').focus()",
    )
    .await;
}

/// Clicks a link or button, which something sticky may cover before it is scrolled to.
async fn click(browser: &Browser, tag: &str, name: &str) {
    let element = browser.named(tag, name).await;
    let scroll = "arguments[0].scrollIntoView({ block: 'center' })";
    let argument = serde_json::to_value(&element).expect("an element");
    browser
        .client
        .execute(scroll, vec![argument])
        .await
        .expect("the browser answers");
    element.click().await.expect("the browser answers");
}

const ROWS: &str = "document.querySelectorAll('.rows [role=row]').length";

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

#[tokio::test(flavor = "multi_thread")]
async fn browser_a_hundred_thousand_spans_are_walked_through() {
    let server = Server::start().await;
    send_large(&server, 1, LARGE).await;
    let browser = Browser::start(&server.web, Scripts::On).await;
    let path = format!("/traces/{}", spans::trace_id(1));
    let started = Instant::now();
    browser
        .client
        .goto(&format!("http://{}{path}", server.web))
        .await
        .unwrap();
    browser.css("[role=treegrid][data-alive]").await;
    eprintln!(
        "interactive after {:?} in a development build",
        started.elapsed()
    );
    browser.css("[role=treegrid][aria-rowcount='100001']").await;
    assert!(
        browser.count(".rows [role=row]").await < 100,
        "only what is seen is drawn"
    );
    browser.shows("100 errors").await;

    eprintln!(
        "frame times while scrolling: {}",
        frame_times(&browser).await
    );
    ask(
        &browser,
        "document.querySelector('[role=treegrid]').scrollTop = 1e9",
    )
    .await;
    browser.css("[aria-rowindex='100001']").await;

    // The focus survives, though its row is far away.
    focus_row(&browser).await;
    press(&browser, Key::End).await;
    browser
        .css("[aria-rowindex='100001'][aria-selected=true]")
        .await;
    ask(
        &browser,
        "document.querySelector('[role=treegrid]').scrollTop = 0",
    )
    .await;
    browser.css("[aria-rowindex='2']").await;
    press(&browser, Key::Up).await;
    browser
        .css("[aria-rowindex='100000'][aria-selected=true]")
        .await;
    press(&browser, Key::PageUp).await;
    until(
        &browser,
        "a row a page further up",
        "+document.activeElement.getAttribute('aria-rowindex') < 99995",
    )
    .await;
    press(&browser, Key::Home).await;
    selected(&browser, "service-1").await;

    // Errors, whatever hides them.
    click(&browser, "summary", "Fold").await;
    click(&browser, "a", "Fold all").await;
    until(&browser, "one row", &format!("{ROWS} === 1")).await;
    click(&browser, "summary", "Fold").await;
    click(&browser, "button", "Next error").await;
    browser
        .css("[aria-selected=true] .tag.bad:not([hidden])")
        .await;
    browser
        .css("[role=treegrid]:not([aria-rowcount='2'])")
        .await;

    // The whole trace is searched.
    let input = browser.css("#find-span").await;
    input
        .send_keys("operation:\"work 7\" service:service-2")
        .await
        .unwrap();
    press(&browser, Key::Enter).await;
    browser.shows("of 2,000 found").await;
    click(&browser, "button", "Next result").await;
    browser.css("[aria-selected=true].found").await;
    browser.shows("work 7").await;

    brush(&browser).await;

    // Time is looked at more closely, and the link leads back to all of it.
    click(&browser, "a", "Look closer").await;
    until(
        &browser,
        "a part of the time line",
        "location.search.includes('zoom=')",
    )
    .await;
    let address = ask(&browser, "return location.pathname + location.search").await;
    let id = ask(
        &browser,
        "return document.querySelector('[aria-selected=true]').id",
    )
    .await;
    browser.open(address.as_str().unwrap()).await;
    browser.css("[role=treegrid][data-alive]").await;
    browser
        .css(&format!("#{}[aria-selected=true]", id.as_str().unwrap()))
        .await;
    browser.assert_accessible().await;
    browser.assert_quiet_console().await;
}

/// Looks at a part of the time line by dragging over the map, and closer by the wheel.
async fn brush(browser: &Browser) {
    let map = browser.css(".minimap").await;
    let scroll = "arguments[0].scrollIntoView({ block: 'center' })";
    let argument = serde_json::to_value(&map).expect("an element");
    let answer = browser.client.execute(scroll, vec![argument]).await;
    answer.expect("the browser answers");
    let (left, top, width, _) = map.rectangle().await.expect("it is drawn");
    let scrolled = ask(browser, "return window.scrollY").await;
    let y = top - scrolled.as_f64().expect("a number") + 20.0;
    let to = |share: f64| PointerAction::MoveTo {
        duration: None,
        x: left + width * share,
        y,
    };
    let drag = MouseActions::new("mouse".into())
        .then(to(0.25))
        .then(PointerAction::Down {
            button: MOUSE_BUTTON_LEFT,
        })
        .then(to(0.5))
        .then(PointerAction::Up {
            button: MOUSE_BUTTON_LEFT,
        });
    browser
        .client
        .perform_actions(drag)
        .await
        .expect("the browser drags");
    let zoomed = "(() => { const zoom = new URLSearchParams(location.search).get('zoom');
        return zoom !== null && (([from, to]) => to - from > 2.4e9 && to - from < 2.6e9)(zoom.split('..')); })()";
    until(browser, "a quarter of the time line", zoomed).await;
    let wheel = "const lane = document.querySelector('.rows .lane');
        lane.dispatchEvent(new WheelEvent('wheel', { ctrlKey: true, deltaY: -100, bubbles: true, cancelable: true }));";
    ask(browser, wheel).await;
    until(browser, "less than that", &format!("!{zoomed}")).await;
    ask(browser, "document.activeElement.blur()").await;
    browser.press("0").await;
    until(browser, "all of it", "!location.search.includes('zoom=')").await;
}

/// Scrolls for a while; how long pictures took.
async fn frame_times(browser: &Browser) -> String {
    let script = "const done = arguments[arguments.length - 1];
        const grid = document.querySelector('[role=treegrid]');
        const times = []; let last = performance.now();
        const step = (now) => {
            times.push(now - last); last = now;
            grid.scrollTop += 120;
            if (times.length < 120) requestAnimationFrame(step);
            else { times.sort((a, b) => a - b); done([times[60], times[114], times[119]]); }
        };
        requestAnimationFrame(step);";
    let times = browser
        .client
        .execute_async(script, vec![])
        .await
        .expect("the browser answers");
    format!("median, 95th percentile and longest {times} ms")
}
