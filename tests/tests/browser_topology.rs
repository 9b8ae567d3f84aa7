//! The topology in a real Chromium: the map, what is told of nodes and edges, the list, and the
//! page of a service.

use fantoccini::Locator;
use fantoccini::key::Key;
use serde_json::{Value, json};
use tests::browser::{Browser, Scripts};
use tests::server::Server;
use tests::{spans, wait};

/// An app, a gateway, a service and its database.
async fn shop(scripts: Scripts) -> (Server, Browser) {
    let server = Server::start().await;
    for trace in 1..=12 {
        server.send_json(&spans::payment(trace)).await;
    }
    server.wait_for_traces(12, "").await;
    wait::until("all to be counted", async || {
        let answer = server.get_json("/api/v1/topology").await;
        let edges = answer["edges"].as_array()?.clone();
        (edges.len() == 3 && edges.iter().all(|edge| edge["count"] == 12)).then_some(())
    })
    .await;
    let browser = Browser::start(&server.web, scripts).await;
    (server, browser)
}

async fn text(browser: &Browser, selector: &str) -> String {
    browser.css(selector).await.text().await.expect("text")
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_the_topology_tells_of_nodes_and_edges() {
    for scripts in [Scripts::On, Scripts::Off] {
        let (_server, browser) = shop(scripts).await;
        browser.open("/topology").await;
        browser
            .shows("1 app, 2 services, 1 database: 3 connections")
            .await;
        assert_eq!(browser.count("svg.graph [data-node]").await, 4);
        assert_eq!(browser.count("svg.graph [data-edge]").await, 3);
        if scripts == Scripts::On {
            browser.assert_accessible().await;
        }
        // Deeper calls stand further to the right.
        let left = async |name: &str| {
            let selector = format!("a[aria-label^='{name}'] .box");
            let x = browser
                .css(&selector)
                .await
                .attr("x")
                .await
                .expect("an attribute");
            x.expect("a place").parse::<f64>().expect("a number")
        };
        let places = [
            left("app shop-ios").await,
            left("service gateway").await,
            left("service payment-service").await,
            left("database postgresql").await,
        ];
        assert!(places.is_sorted_by(|one, other| one < other), "{places:?}");

        browser.open("/topology?node=service:gateway").await;
        let panel = text(&browser, "#selected").await;
        for part in [
            "shop-ios → gateway",
            "gateway → payment-service",
            "12 calls",
        ] {
            assert!(panel.contains(part), "{part} is not in {panel}");
        }
        let link = browser.named("a", "gateway → payment-service").await;
        link.click().await.expect("a click");
        browser.shows("Told from 12 calls that both timed").await;
        let panel = text(&browser, "#selected").await;
        for part in ["POST /charge", "How long calls take", "20 ms longer"] {
            assert!(panel.contains(part), "{part} is not in {panel}");
        }
        if scripts == Scripts::On {
            browser.assert_accessible().await;
        }
        let traces = browser.named("a", "Traces that crossed it").await;
        traces.click().await.expect("a click");
        browser.shows("All 12 traces, newest first").await;
        browser.assert_quiet_console().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_arrow_keys_go_from_node_to_node() {
    let (_server, browser) = shop(Scripts::On).await;
    browser.open("/topology").await;
    let focus = "document.querySelector(\"a[aria-label^='app shop-ios']\").focus()";
    browser.client.execute(focus, vec![]).await.expect("a node");
    let focused = async |name: &str| {
        wait::until(name, async || {
            let active = browser.client.active_element().await.ok()?;
            let label = active.attr("aria-label").await.ok()??;
            label.starts_with(name).then_some(())
        })
        .await;
    };
    let press = async |key: Key| browser.press(&char::from(key).to_string()).await;
    press(Key::Right).await;
    focused("service gateway").await;
    // What belongs to it is lit.
    assert_eq!(
        browser.count("svg.graph[data-lit] [data-edge].lit").await,
        2
    );
    assert_eq!(
        browser.count("svg.graph[data-lit] [data-node].lit").await,
        3
    );
    press(Key::Right).await;
    focused("service payment-service").await;
    press(Key::Left).await;
    focused("service gateway").await;
    let width = async || {
        let width = browser.css("svg.graph").await.attr("width").await;
        width
            .expect("an attribute")
            .expect("a width")
            .parse::<f64>()
            .expect("a number")
    };
    let before = width().await;
    browser
        .named("button", "Larger")
        .await
        .click()
        .await
        .expect("a click");
    wait::until("a larger map", async || {
        (width().await > before).then_some(())
    })
    .await;
    // The wheel zooms with a modifier only, and a key shows all again.
    let wheel =
        "const map = document.querySelector('.map'); const box = map.getBoundingClientRect();
        map.dispatchEvent(new WheelEvent('wheel', { ctrlKey: true, deltaY: -100, bubbles: true,
            cancelable: true, clientX: box.left + 20, clientY: box.top + 20 }))";
    let before = width().await;
    browser.client.execute(wheel, vec![]).await.expect("a turn");
    wait::until("a larger map by the wheel", async || {
        (width().await > before).then_some(())
    })
    .await;
    let focus = "document.querySelector(\"a[aria-label^='service gateway']\").focus()";
    browser.client.execute(focus, vec![]).await.expect("a node");
    browser.press("0").await;
    let fits = "const map = document.querySelector('.map');
        return map.scrollWidth <= map.clientWidth && map.scrollHeight <= map.clientHeight";
    wait::until("all of the map", async || {
        let fits = browser.client.execute(fits, vec![]).await.ok()?;
        (fits == json!(true)).then_some(())
    })
    .await;
    press(Key::Enter).await;
    browser.is_at("/topology?node=service:gateway").await;
    browser.assert_quiet_console().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_the_list_has_the_same_and_services_have_pages() {
    for scripts in [Scripts::On, Scripts::Off] {
        let (_server, browser) = shop(scripts).await;
        browser.open("/topology").await;
        browser
            .named("a", "List")
            .await
            .click()
            .await
            .expect("a click");
        browser.shows("4 nodes").await;
        let order = async || {
            let rows = Locator::Css(".figures-table tbody th");
            let rows = browser.client.find_all(rows).await.expect("rows");
            let mut names = vec![];
            for row in rows.into_iter().take(4) {
                names.push(row.text().await.expect("text"));
            }
            names
        };
        browser
            .named("a", "Name")
            .await
            .click()
            .await
            .expect("a click");
        browser.css("th[aria-sort=ascending]").await;
        let names = ["gateway", "payment-service", "postgresql", "shop-ios"];
        assert_eq!(order().await, names);
        browser.open("/topology?view=table&sort=-name").await;
        let mut reversed = names;
        reversed.reverse();
        assert_eq!(order().await, reversed);
        if scripts == Scripts::On {
            browser.assert_accessible().await;
        }
        browser.open("/services").await;
        browser
            .named("a", "payment-service")
            .await
            .click()
            .await
            .expect("a click");
        browser.is_at("/services/payment-service").await;
        browser.shows("what it does for others").await;
        let page = text(&browser, "#content").await;
        for part in [
            "POST /charge",
            "gateway → payment-service",
            "payment-service → postgresql",
        ] {
            assert!(page.contains(part), "{part} is not in {page}");
        }
        // The navigation says where that is.
        assert_eq!(
            browser
                .count(".nav a[href='/topology'][aria-current]")
                .await,
            1
        );
        if scripts == Scripts::On {
            browser.assert_accessible().await;
        }
        let row = Locator::XPath("//tr[th[normalize-space()='POST /charge']]//a[.='trace']");
        let trace = browser.client.find(row).await.expect("an exemplar");
        trace.click().await.expect("a click");
        browser.shows("SELECT payment_method").await;
        browser.assert_quiet_console().await;
    }
}

/// Many services, each of which calls five others.
const SERVICES: u64 = 2_000;
const CALLS_EACH: u64 = 5;

/// Traces in each request that sends them.
const BATCH: u64 = 200;

/// A trace in which one service does something and calls others for it.
fn calls_of(service: u64) -> Vec<Value> {
    let name = |service: u64| format!("service-{service:04}");
    let (trace, own) = (service + 1, name(service));
    let work = spans::span(trace, 1, 0, "work", 0, 50);
    let mut of_caller = vec![work];
    let mut resources = vec![];
    for call in 0..CALLS_EACH {
        let (asks, answers) = (2 + 2 * call, 3 + 2 * call);
        let mut client = spans::span(trace, asks, 1, "ask", 5 + call, 20);
        client["kind"] = json!(3);
        of_caller.push(client);
        let server = spans::span(trace, answers, asks, "answer", 8 + call, 10 + service % 7);
        let callee = (service + call * 401 + 1) % SERVICES;
        resources.push(spans::of_service(&name(callee), &[server]));
    }
    resources.push(spans::of_service(&own, &of_caller));
    resources
}

async fn send_many_services(server: &Server) {
    for first in (0..SERVICES).step_by(usize::try_from(BATCH).expect("a small number")) {
        let resources: Vec<Value> = (first..first + BATCH).flat_map(calls_of).collect();
        server
            .send_json(&json!({ "resourceSpans": resources }))
            .await;
    }
    wait::until("all calls to be counted", async || {
        let answer = server.get_json("/api/v1/topology").await;
        let all = |list: &str, left_out: &str| {
            let listed = answer[list].as_array()?.len();
            Some(listed + usize::try_from(answer[left_out].as_u64()?).ok()?)
        };
        let nodes = all("nodes", "nodes_left_out")?;
        let edges = all("edges", "edges_left_out")?;
        (nodes == 2_000 && edges == 10_000).then_some(())
    })
    .await;
}

/// How long pictures take while something is done before each of them.
async fn frame_times(browser: &Browser, act: &str) -> Value {
    let script = format!(
        "const done = arguments[arguments.length - 1];
        const map = document.querySelector('.map');
        const box = map.getBoundingClientRect();
        const event = (kind, type, more) => new kind(type, {{ bubbles: true, cancelable: true,
            clientX: box.left + box.width / 2, clientY: box.top + box.height / 2, ...more }});
        const act = (step) => {{ {act} }};
        const times = []; let last = performance.now();
        const frame = (now) => {{
            times.push(now - last); last = now;
            act(times.length);
            if (times.length < 120) requestAnimationFrame(frame);
            else {{ times.sort((a, b) => a - b); done([times[60], times[114], times[119]]); }}
        }};
        requestAnimationFrame(frame);"
    );
    let times = browser.client.execute_async(&script, vec![]).await;
    times.expect("the browser answers")
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_two_thousand_services_open_around_one() {
    const ASKED: &str = "performance.getEntriesByType('resource').length";
    let server = Server::start().await;
    send_many_services(&server).await;
    let browser = Browser::start(&server.web, Scripts::On).await;
    browser.open("/topology").await;
    browser.shows("2,000 services: 10,000 connections").await;
    browser.shows("More than 150 at once cannot be read.").await;
    let drawn = browser.count("svg.graph [data-node]").await;
    assert!((10..=150).contains(&drawn), "{drawn} nodes");
    browser.assert_accessible().await;

    let ask = async |script: &str| {
        let script = format!("return {script}");
        let answer = browser.client.execute(&script, vec![]).await;
        answer.expect("the browser answers")
    };
    // As far as links lead, so that as much is drawn as ever is.
    browser.open("/topology?focus=service-0001&hops=3").await;
    let drawn = browser.count("svg.graph [data-node]").await;
    let asked = ask(ASKED).await;
    let deeds = [
        (
            "panning",
            "map.dispatchEvent(event(WheelEvent, 'wheel', {}));
            map.scrollLeft += step % 40 < 20 ? 30 : -30; map.scrollTop += step % 20 < 10 ? 20 : -20;",
        ),
        (
            "zooming",
            "map.dispatchEvent(event(WheelEvent, 'wheel', { ctrlKey: true, deltaY: step % 16 < 8 ? -100 : 100 }));",
        ),
        (
            "pointing",
            "const nodes = map.querySelectorAll('[data-node]');
            nodes[step % nodes.length].dispatchEvent(event(PointerEvent, 'pointerover', {}));",
        ),
    ];
    for (name, act) in deeds {
        let times = frame_times(&browser, act).await;
        eprintln!(
            "{name}, {drawn} nodes: median, 95th percentile and longest {times} ms in a development build"
        );
    }
    // Nothing of that is drawn by the server.
    assert_eq!(ask(ASKED).await, asked);
    browser.assert_quiet_console().await;
}

/// The same as so long ago.
fn earlier(mut request: Value, by_nanos: u64) -> Value {
    let resources = request["resourceSpans"].as_array_mut().expect("resources");
    for resource in resources {
        let spans = resource["scopeSpans"][0]["spans"].as_array_mut();
        for span in spans.expect("spans") {
            for key in ["startTimeUnixNano", "endTimeUnixNano"] {
                let time: u64 = span[key].as_str().expect("a time").parse().expect("a time");
                span[key] = json!((time - by_nanos).to_string());
            }
        }
    }
    request
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_too_few_calls_tell_nothing() {
    const QUARTER_NANOS: u64 = 900_000_000_000;
    let server = Server::start().await;
    for trace in 1..=3 {
        server.send_json(&spans::payment(trace)).await;
        let before = earlier(spans::payment(10 + trace), QUARTER_NANOS);
        server.send_json(&before).await;
    }
    server.wait_for_traces(6, "").await;
    for scripts in [Scripts::On, Scripts::Off] {
        let browser = Browser::start(&server.web, scripts).await;
        wait::until("both times to be counted", async || {
            browser.open("/topology?from=now-10m").await;
            let few = browser.count("svg.graph .node.few .badge").await;
            (few == 4 && browser.count("svg.graph .edge.few").await == 3).then_some(())
        })
        .await;
        browser
            .shows("There are too few calls to tell whether anything changed")
            .await;
        browser.shows("too few calls to tell").await;
        browser.open("/topology?from=now-10m&view=table").await;
        browser.shows("too few calls to tell").await;
        if scripts == Scripts::On {
            browser.assert_accessible().await;
        }
        browser.assert_quiet_console().await;
    }
}
