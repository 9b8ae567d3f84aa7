//! Finding requests on the list of traces, in a real Chromium: columns, chips, counts, and two
//! traces beside each other.

use fantoccini::key::Key;
use serde_json::{Value, json};
use tests::browser::{Browser, Scripts};
use tests::server::Server;
use tests::spans;

/// A payment, and a search of 50 ms with a route.
async fn shop() -> Server {
    let server = Server::start().await;
    server.send_json(&spans::payment(1)).await;
    let mut search = spans::span(2, 1, 0, "GET /search", 0, 50);
    search["attributes"] = json!([
        spans::text("http.route", "/find"),
        spans::text("app.version", "4.1.0"),
    ]);
    server
        .send_json(&spans::request("search-service", &[search]))
        .await;
    server.wait_for_traces(2, "").await;
    server
}

async fn text_of(browser: &Browser, selector: &str) -> String {
    let element = browser.css(selector).await;
    element.text().await.expect("text")
}

async fn click(browser: &Browser, tag: &str, name: &str) {
    let element = browser.named(tag, name).await;
    element.click().await.expect("a click");
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_the_list_has_the_columns_that_are_chosen() {
    let server = shop().await;
    for scripts in [Scripts::On, Scripts::Off] {
        let browser = Browser::start(&server.web, scripts).await;
        browser.open("/traces?order=slowest").await;
        click(&browser, "summary", "Columns").await;
        if scripts == Scripts::On {
            browser.assert_accessible().await;
        }
        for (name, value) in [("region", false), ("services", false), ("release", true)] {
            let tick = browser.css(&format!("input[value={name}]")).await;
            tick.click().await.expect("a click");
            assert_eq!(tick.is_selected().await.expect("a state"), value, "{name}");
        }
        let attributes = browser.css("input[name=columns]:not([type])").await;
        attributes.send_keys("http.route").await.expect("keys");
        click(&browser, "button", "Show").await;
        browser.shows("/find").await;
        let headings = text_of(&browser, "thead").await;
        for heading in ["Request", "Release", "App version", "http.route"] {
            assert!(headings.contains(heading), "{heading} in {headings}");
        }
        assert!(!headings.contains("Services"), "{headings}");
        if scripts == Scripts::On {
            browser.assert_accessible().await;
        }
        // Links have the choice, and lead to what has the value.
        click(&browser, "a", "/find").await;
        browser
            .is_at(
                "/traces?q=attr.http.route:/find&order=slowest\
                 &columns=start,root,duration,spans,errors,release,app_version,attr.http.route",
            )
            .await;
        browser.shows("1 trace").await;
        click(&browser, "summary", "Columns").await;
        click(&browser, "a", "As at first").await;
        browser
            .is_at("/traces?q=attr.http.route:/find&order=slowest")
            .await;
        browser.assert_quiet_console().await;

        browser.open("/traces?columns=start,regoin").await;
        browser.shows("There is no column \"regoin\"").await;
        browser.shows("Did you mean region?").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_two_ticked_traces_are_compared() {
    let server = shop().await;
    let mut slower = spans::payment(3);
    let backend = &mut slower["resourceSpans"][2]["scopeSpans"][0]["spans"];
    let query = backend[1].take();
    backend[1] = spans::span(3, 5, 4, "SELECT card", 200, 450);
    assert_eq!(query["name"], "SELECT payment_method");
    server.send_json(&slower).await;
    server.wait_for_traces(3, "").await;
    let [a, b] = [1, 3].map(spans::trace_id);
    for scripts in [Scripts::On, Scripts::Off] {
        let browser = Browser::start(&server.web, scripts).await;
        browser.open("/traces?q=service:gateway").await;
        for id in [&b, &a] {
            let tick = browser.css(&format!("input[value='{id}']")).await;
            tick.click().await.expect("a click");
        }
        if scripts == Scripts::On {
            browser.assert_accessible().await;
        }
        click(&browser, "button", "Compare").await;
        // The newer of two that stand below each other is named first.
        browser.is_at(&format!("/compare?a={b}&b={a}")).await;
        click(&browser, "a", "The other way round").await;
        browser.is_at(&format!("/compare?a={a}&b={b}")).await;
        browser.shows("1 added, 1 removed, 4 unchanged").await;
        let rows = text_of(&browser, ".trace-difference tbody").await;
        let place = |name: &str| rows.find(name).expect(name);
        assert!(
            place("SELECT payment_method") < place("SELECT card"),
            "{rows}"
        );
        assert!(
            place("ios.request: POST /pay") < place("POST /charge"),
            "{rows}"
        );
        if scripts == Scripts::On {
            browser.assert_accessible().await;
        }
        click(&browser, "a", "450 ms in B").await;
        browser
            .is_at(&format!("/traces/{b}?span={}", spans::span_id(5)))
            .await;
        browser.assert_quiet_console().await;

        browser.open(&format!("/compare?trace={a}")).await;
        browser.shows("Two traces are compared").await;
        browser.shows("But one was chosen").await;
        let missing = spans::trace_id(99);
        browser.open(&format!("/compare?a={a}&b={missing}")).await;
        browser.shows(&format!("There is no trace {missing}")).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_chips_are_turned_edited_and_removed() {
    let server = shop().await;
    let filtered = "/traces?q=status:error%20service:payment-service&from=now-6h";
    for scripts in [Scripts::On, Scripts::Off] {
        let browser = Browser::start(&server.web, scripts).await;
        browser.open(filtered).await;
        browser.shows("1 trace").await;
        click(&browser, "a", "Exclude status:error").await;
        browser
            .is_at("/traces?q=-status:error%20service:payment-service&from=now-6h")
            .await;
        browser.shows("No traces found").await;
        click(&browser, "a", "Include status:error").await;
        browser.is_at(filtered).await;
        click(&browser, "a", "Edit service:payment-service").await;
        match scripts {
            // The term stands where the input begins.
            Scripts::Off => {
                browser
                    .is_at("/traces?q=service:payment-service%20status:error&from=now-6h")
                    .await;
            }
            Scripts::On => browser.is_at(filtered).await,
        }
        click(&browser, "a", "Remove status:error").await;
        browser
            .is_at("/traces?q=service:payment-service&from=now-6h")
            .await;
        browser.assert_quiet_console().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_a_chip_is_edited_by_keyboard_and_values_have_counts() {
    let server = shop().await;
    let browser = Browser::start(&server.web, Scripts::On).await;
    browser
        .open("/traces?q=app_version:4.2.0%20status:error")
        .await;
    let focus = "document.querySelector('[data-term=\"app_version:4.2.0\"]').focus()";
    browser
        .client
        .execute(focus, vec![])
        .await
        .expect("a focus");
    browser.press(&char::from(Key::Enter).to_string()).await;
    let cursor = "const input = document.activeElement; return [input.id, input.selectionStart, input.selectionEnd]";
    let found = browser
        .client
        .execute(cursor, vec![])
        .await
        .expect("places");
    assert_eq!(found, json!(["filter", 17, 17]));

    // Back to the dot, so that both versions that were seen are offered.
    let back = char::from(Key::Backspace).to_string().repeat(3);
    browser.press(&back).await;
    browser.shows("4.1.0").await;
    let offered = text_of(&browser, "#suggestions").await;
    let lines: Vec<&str> = offered.split_whitespace().collect();
    let mut pairs: Vec<(&str, &str)> = lines.chunks(2).map(|pair| (pair[0], pair[1])).collect();
    pairs.sort_unstable();
    assert_eq!(pairs, [("4.1.0", "1"), ("4.2.0", "1")], "{offered}");
    browser.assert_accessible().await;
    for _ in &pairs {
        browser.press(&char::from(Key::Down).to_string()).await;
        let active = text_of(&browser, "#suggestions [aria-selected=true]").await;
        if active.starts_with("4.1.0") {
            break;
        }
    }
    browser.press(&char::from(Key::Enter).to_string()).await;
    let value = "return document.activeElement.value";
    let taken = browser.client.execute(value, vec![]).await;
    let taken = taken.expect("a value");
    assert_eq!(taken, json!("app_version:4.1.0 status:error"));
    browser.press(&char::from(Key::Enter).to_string()).await;
    browser
        .is_at("/traces?q=app_version%3A4.1.0+status%3Aerror")
        .await;
    browser.assert_quiet_console().await;
}

/// Each value that is offered, with how often it was seen.
async fn offered(server: &Server, text: &str) -> Vec<(String, Value)> {
    let offered = server
        .get_json(&format!("/fn/complete?text={text}&from=now-6h&to="))
        .await;
    let offered = offered.as_array().expect("a list").iter();
    let pair = |found: &Value| {
        (
            found["label"].as_str().expect("text").to_owned(),
            found["count"].clone(),
        )
    };
    offered.map(pair).collect()
}

#[tokio::test]
async fn values_of_any_key_are_offered_with_how_often_they_were_seen() {
    let server = shop().await;
    let mut flagged = spans::span(3, 1, 0, "GET /cart", 0, 50);
    flagged["attributes"] = json!([spans::text("feature_flag.new_cart", "on")]);
    flagged["status"] = json!({ "code": 2 });
    server.send_json(&spans::request("cart", &[flagged])).await;
    server.wait_for_traces(3, "").await;
    let expected = [
        // As the newest traces have them.
        ("flag:", json!([["new_cart=on", 1.0]])),
        ("http.route:", json!([["/find", 1.0]])),
        ("app_version:4.2", json!([["4.2.0", 1.0]])),
        // As they were counted.
        ("region:", json!([["eu-west-1", 1.0]])),
        ("outcome:", json!([["ok", 2.0], ["error", 1.0]])),
        (
            "status:",
            json!([["unset", null], ["ok", null], ["error", 2.0]]),
        ),
        ("kind:cli", json!([["client", 3.0]])),
        ("spans:", json!([])),
    ];
    for (text, values) in expected {
        assert_eq!(json!(offered(&server, text).await), values, "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_a_count_says_how_far_it_looked_and_looks_further() {
    const COUNT: u64 = 1_100;
    let server = Server::start().await;
    let requests = (1..=COUNT).map(|number| spans::span(number, 1, 0, "GET /search", 0, 50));
    let requests: Vec<_> = requests.collect();
    server.send_json(&spans::request("shop", &requests)).await;
    server
        .wait_for_traces(usize::try_from(COUNT).expect("few"), "")
        .await;
    for scripts in [Scripts::On, Scripts::Off] {
        let browser = Browser::start(&server.web, scripts).await;
        browser.open("/traces?q=operation:GET*").await;
        browser.shows("At least 1,000 traces").await;
        browser
            .shows("of the newest 1,000 that were looked at")
            .await;
        if scripts == Scripts::On {
            browser.assert_accessible().await;
        }
        click(&browser, "a", "Look further").await;
        browser
            .is_at("/traces?q=operation:GET%2A&look=further")
            .await;
        browser.shows("1,100 traces").await;
        assert_eq!(browser.count(".over-time .reach").await, 0);
        // What summaries tell is counted at once.
        browser.open("/traces?q=service:shop").await;
        browser.shows("1,100 traces").await;
        browser.assert_quiet_console().await;
    }
}
