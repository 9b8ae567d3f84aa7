//! The waterfall of a hundred thousand spans in a real Chromium.

use std::time::Instant;

use fantoccini::actions::{InputSource, MOUSE_BUTTON_LEFT, MouseActions, PointerAction};
use fantoccini::key::Key;
use serde_json::{Value, json};
use tests::browser::{Browser, Scripts};
use tests::server::Server;
use tests::waterfall::{ROWS, ask, click, focus_row, press, selected, until};
use tests::{spans, wait};

const LARGE: u64 = 100_000;

/// Spans in each request that sends the large trace.
const BATCH: u64 = 10_000;

const SERVICES: u64 = 5;

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

#[tokio::test(flavor = "multi_thread")]
async fn browser_a_hundred_thousand_spans_are_walked_through() {
    let server = Server::start().await;
    send_large(&server, 1, LARGE).await;
    let browser = Browser::start(&server.web, Scripts::On).await;
    open_and_scroll(&browser, &format!("/traces/{}", spans::trace_id(1))).await;
    walk_by_keyboard(&browser).await;
    go_to_an_error(&browser).await;
    find(&browser).await;
    brush(&browser).await;
    zoom_and_come_back(&browser).await;
    browser.assert_accessible().await;
    browser.assert_quiet_console().await;
}

async fn open_and_scroll(browser: &Browser, path: &str) {
    let started = Instant::now();
    let opened = browser.client.goto(&browser.url(path)).await;
    opened.expect("a page");
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
        frame_times(browser).await
    );
    ask(
        browser,
        "document.querySelector('[role=treegrid]').scrollTop = 1e9",
    )
    .await;
    browser.css("[aria-rowindex='100001']").await;
}

/// The focus survives, though its row is far away.
async fn walk_by_keyboard(browser: &Browser) {
    focus_row(browser).await;
    press(browser, Key::End).await;
    browser
        .css("[aria-rowindex='100001'][aria-selected=true]")
        .await;
    ask(
        browser,
        "document.querySelector('[role=treegrid]').scrollTop = 0",
    )
    .await;
    browser.css("[aria-rowindex='2']").await;
    press(browser, Key::Up).await;
    browser
        .css("[aria-rowindex='100000'][aria-selected=true]")
        .await;
    press(browser, Key::PageUp).await;
    until(
        browser,
        "a row a page further up",
        "+document.activeElement.getAttribute('aria-rowindex') < 99995",
    )
    .await;
    press(browser, Key::Home).await;
    selected(browser, "service-1").await;
}

/// Errors are shown, whatever hides them.
async fn go_to_an_error(browser: &Browser) {
    click(browser, "summary", "Fold").await;
    click(browser, "a", "Fold all").await;
    until(browser, "one row", &format!("{ROWS} === 1")).await;
    click(browser, "summary", "Fold").await;
    click(browser, "button", "Next error").await;
    browser
        .css("[aria-selected=true] .tag.bad:not([hidden])")
        .await;
    browser
        .css("[role=treegrid]:not([aria-rowcount='2'])")
        .await;
}

/// The whole trace is searched.
async fn find(browser: &Browser) {
    let input = browser.css("#find-span").await;
    let typed = input
        .send_keys("operation:\"work 7\" service:service-2")
        .await;
    typed.expect("the browser types");
    press(browser, Key::Enter).await;
    browser.shows("of 2,000 found").await;
    click(browser, "button", "Next result").await;
    browser.css("[aria-selected=true].found").await;
    browser.shows("work 7").await;
}

/// Time is looked at more closely, and the link leads back to all of it.
async fn zoom_and_come_back(browser: &Browser) {
    click(browser, "a", "Look closer").await;
    until(
        browser,
        "a part of the time line",
        "location.search.includes('zoom=')",
    )
    .await;
    let address = ask(browser, "return location.pathname + location.search").await;
    let id = ask(
        browser,
        "return document.querySelector('[aria-selected=true]').id",
    )
    .await;
    browser.open(address.as_str().expect("an address")).await;
    browser.css("[role=treegrid][data-alive]").await;
    browser
        .css(&format!(
            "#{}[aria-selected=true]",
            id.as_str().expect("an id")
        ))
        .await;
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
