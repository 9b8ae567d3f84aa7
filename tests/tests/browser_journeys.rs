//! The overview and journeys in a real Chromium, with scripts and without.

use fantoccini::Locator;
use fantoccini::key::Key;
use serde_json::{Value, json};
use tests::browser::{Browser, Scripts};
use tests::server::Server;
use tests::spans;

const MILLI: u64 = 1_000_000;

/// Requests of two journeys, in this hour and the one before; checkout has become slow.
async fn shop() -> Server {
    const EACH: u64 = 400;
    let server = Server::start().await;
    let now = spans::now_nanos();
    let mut all: Vec<Value> = Vec::new();
    for number in 0..4 * EACH {
        let (journey, minutes_ago) = match number % 4 {
            0 => ("checkout", 20),
            1 => ("checkout", 80),
            2 => ("login", 20),
            _ => ("login", 80),
        };
        let slow = if number % 4 == 0 && number % 3 == 0 {
            1_500
        } else {
            0
        };
        let start = now - minutes_ago * 60_000 * MILLI;
        let nanos = (100 + number / 4 % 200 + slow) * MILLI;
        all.push(json!({
            "traceId": spans::trace_id(number + 1),
            "spanId": spans::span_id(1),
            "name": format!("POST /{journey}"),
            "kind": 2,
            "startTimeUnixNano": start.to_string(),
            "endTimeUnixNano": (start + nanos).to_string(),
            "attributes": [
                spans::text("app.journey", journey),
                spans::text("user.region", if slow > 0 || number % 8 < 4 { "sa-east-1" } else { "eu-west-1" }),
                spans::text("release", "4.2.0"),
            ],
        }));
    }
    server.send_json(&spans::request("shop-ios", &all)).await;
    server.wait_for_traces(all.len(), "").await;
    server
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_the_overview_says_what_stands_out() {
    let server = shop().await;
    for scripts in [Scripts::On, Scripts::Off] {
        let browser = Browser::start(&server.web, scripts).await;
        browser.open("/").await;
        browser.shows("How are our users doing?").await;
        browser
            .shows("times slower than the time right before")
            .await;
        browser.shows("Most of it is in sa-east-1").await;
        browser
            .shows("Everything else is within its usual range.")
            .await;
        if scripts == Scripts::On {
            browser.assert_accessible().await;
            for (width, height) in [(390, 844), (1440, 900)] {
                browser.client.set_window_size(width, height).await.unwrap();
                let overflow = "return document.documentElement.scrollWidth - innerWidth";
                let overflow = browser.client.execute(overflow, vec![]).await.unwrap();
                assert!(
                    overflow.as_i64().unwrap() <= 0,
                    "wider than {width}: {overflow}"
                );
            }
        }
        browser.named("a", "checkout").await.click().await.unwrap();
        browser.is_at("/journeys/label:checkout").await;
        browser.shows("Percentiles over time").await;
        browser.shows("Slow requests").await;
        if scripts == Scripts::On {
            browser
                .named("summary", "The same as a table")
                .await
                .click()
                .await
                .unwrap();
            browser.assert_accessible().await;
        }
        browser.assert_quiet_console().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_a_proposal_becomes_a_journey() {
    for scripts in [Scripts::On, Scripts::Off] {
        let server = shop().await;
        let browser = Browser::start(&server.web, scripts).await;
        browser.open("/").await;
        browser.named("a", "Journeys").await.click().await.unwrap();
        browser.is_at("/journeys").await;
        browser.shows("2 journeys, as requests name them").await;
        if scripts == Scripts::On {
            browser.assert_accessible().await;
        }
        browser
            .named("a", "Define Login…")
            .await
            .click()
            .await
            .unwrap();
        browser.shows("Which requests belong to it").await;
        if scripts == Scripts::On {
            browser.assert_accessible().await;
        }
        let owner = browser.css("#field-owner").await;
        owner.send_keys("Identity").await.unwrap();
        let total = browser.css("#field-total").await;
        total.clear().await.unwrap();
        total.send_keys("soon").await.unwrap();
        total
            .send_keys(&char::from(Key::Enter).to_string())
            .await
            .unwrap();
        browser
            .shows("Write a duration such as 800ms or 1.5s")
            .await;
        let total = browser.css("#field-total[aria-invalid=true]").await;
        assert_eq!(total.prop("value").await.unwrap().as_deref(), Some("soon"));
        let owner = browser.css("#field-owner").await;
        assert_eq!(
            owner.prop("value").await.unwrap().as_deref(),
            Some("Identity")
        );
        if scripts == Scripts::On {
            browser.assert_accessible().await;
        }
        total.clear().await.unwrap();
        total.send_keys("250ms").await.unwrap();
        browser
            .named("button", "Define it")
            .await
            .click()
            .await
            .unwrap();
        browser.is_at("/journeys/1").await;
        browser.shows("Login").await;
        browser.shows("over budget").await;
        browser.assert_quiet_console().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_two_editors_do_not_overwrite_each_other() {
    for scripts in [Scripts::On, Scripts::Off] {
        let server = shop().await;
        let browser = Browser::start(&server.web, scripts).await;
        browser.open("/journeys/new?name=Login&label=login").await;
        browser
            .named("button", "Define it")
            .await
            .click()
            .await
            .unwrap();
        browser.is_at("/journeys/1").await;
        let other = Browser::start(&server.web, scripts).await;
        for one in [&browser, &other] {
            one.open("/journeys/1/edit").await;
        }
        let name = async |one: &Browser, owner: &str| {
            let field = one.css("#field-owner").await;
            field.send_keys(owner).await.unwrap();
            one.named("button", "Save").await.click().await.unwrap();
        };
        name(&browser, "Identity").await;
        browser.is_at("/journeys/1").await;
        name(&other, "Growth").await;
        other
            .shows("Somebody else has changed this journey since you opened it.")
            .await;
        other.shows("Identity").await;
        let field = other.css("#field-owner").await;
        assert_eq!(
            field.prop("value").await.unwrap().as_deref(),
            Some("Growth")
        );
        if scripts == Scripts::On {
            other.assert_accessible().await;
        }
        browser.open("/journeys/1").await;
        browser.shows("Identity").await;
        // Who saves again has seen it.
        other
            .named("button", "Save mine over it")
            .await
            .click()
            .await
            .unwrap();
        other.is_at("/journeys/1").await;
        other.shows("Growth").await;
        for one in [&browser, &other] {
            one.assert_quiet_console().await;
        }
        // Deleting asks first.
        other.open("/journeys/1/edit").await;
        other
            .named("summary", "Delete…")
            .await
            .click()
            .await
            .unwrap();
        other
            .named("button", "Delete Login")
            .await
            .click()
            .await
            .unwrap();
        other.is_at("/journeys").await;
        assert!(
            other
                .client
                .find(Locator::LinkText("Growth"))
                .await
                .is_err()
        );
        other.shows("2 journeys, as requests name them").await;
        other.assert_quiet_console().await;
    }
}
