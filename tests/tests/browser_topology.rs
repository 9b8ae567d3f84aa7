//! The topology in a real Chromium: the map, what is told of nodes and edges, the list, and the
//! page of a service.

use fantoccini::Locator;
use fantoccini::key::Key;
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
    press(Key::Enter).await;
    let focus = "document.querySelector(\"a[aria-label^='service gateway']\").focus()";
    browser.client.execute(focus, vec![]).await.expect("a node");
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
