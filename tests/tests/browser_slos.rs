//! Objectives and alerts in a real Chromium, with scripts and without.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use fantoccini::Locator;
use fantoccini::elements::Element;
use serde_json::{Value, json};
use tests::browser::{Browser, Scripts};
use tests::server::Server;
use tests::spans;

/// Fifty requests of a shop of which ten fail, five in each of two regions.
async fn shop() -> Server {
    let server = Server::start().await;
    let request = |number: u64| {
        let mut root = spans::span(number, 1, 0, "POST /pay", 0, number * 20);
        let region = if number.is_multiple_of(2) {
            "eu-west-1"
        } else {
            "sa-east-1"
        };
        root["attributes"] = json!([spans::text("user.region", region)]);
        if number.is_multiple_of(5) {
            root["status"] = json!({ "code": 2 });
        }
        root
    };
    let all: Vec<Value> = (1..=50).map(request).collect();
    server.send_json(&spans::request("shop", &all)).await;
    server.wait_for_traces(50, "").await;
    server
}

async fn field(browser: &Browser, name: &str) -> Element {
    browser.css(&format!("#field-{name}")).await
}

/// In place of what stands there.
async fn fill(browser: &Browser, name: &str, text: &str) {
    let field = field(browser, name).await;
    field.clear().await.unwrap();
    field.send_keys(text).await.unwrap();
}

async fn click(browser: &Browser, tag: &str, name: &str) {
    browser.named(tag, name).await.click().await.unwrap();
}

async fn assert_fits(browser: &Browser) {
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

#[tokio::test(flavor = "multi_thread")]
async fn browser_an_objective_is_previewed_set_changed_and_reverted() {
    let server = shop().await;
    for scripts in [Scripts::On, Scripts::Off] {
        let is_on = scripts == Scripts::On;
        let browser = Browser::start(&server.web, scripts).await;
        browser.open("/slos").await;
        if is_on {
            browser.shows("No objectives yet").await;
            browser.assert_accessible().await;
        }
        click(&browser, "a", "Set an objective…").await;
        browser
            .shows("With these numbers, over the past 28 days")
            .await;
        // 40 of 50 with a target of 99.9 %.
        browser
            .shows("80 % were without an error over 28 days, of 50")
            .await;
        if is_on {
            browser.assert_accessible().await;
            assert_fits(&browser).await;
        }
        fill(&browser, "target", "70").await;
        if !is_on {
            click(&browser, "button", "Preview").await;
        }
        // 20 % of 30 % are spent.
        browser.shows("budget 33 % left").await;
        fill(&browser, "target", "lots").await;
        if !is_on {
            click(&browser, "button", "Preview").await;
        }
        browser.shows("stands here as soon as this is mended").await;

        let name = if is_on { "Payments" } else { "Payments again" };
        fill(&browser, "name", name).await;
        click(&browser, "button", "Set objective").await;
        browser
            .shows("Nothing was saved: mend 1 mistake below.")
            .await;
        fill(&browser, "target", "70").await;
        fill(&browser, "author", "Ada").await;
        click(&browser, "button", "Set objective").await;
        browser.shows("Error budget: 33 % left").await;
        browser
            .shows("What spent the budget over 28 days: 10 bad")
            .await;
        let regions = browser
            .css("[aria-label='Budget spent by Region'] tbody")
            .await;
        let regions = regions.text().await.unwrap();
        assert!(
            regions.contains("sa-east-1") && regions.contains("50 %"),
            "{regions}"
        );
        if is_on {
            browser.assert_accessible().await;
            assert_fits(&browser).await;
        }
        click(&browser, "a", "Edit…").await;
        fill(&browser, "target", "90").await;
        fill(&browser, "reason", "We can do better").await;
        click(&browser, "button", "Save objective").await;
        browser.shows("overspent by 100 %").await;
        browser.shows("target: 70 → 90").await;
        browser.shows("We can do better").await;
        click(&browser, "button", "Go back to version 1").await;
        browser.shows("As version 1 again").await;
        browser.shows("Error budget: 33 % left").await;
        browser.open("/slos").await;
        let rows = browser.css("table.slos tbody").await.text().await.unwrap();
        assert!(rows.contains(name) && rows.contains("33 % left"), "{rows}");
        if is_on {
            browser.assert_accessible().await;
            assert_fits(&browser).await;
        }
        browser.assert_quiet_console().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_two_who_edit_an_objective_do_not_overwrite_each_other() {
    let server = shop().await;
    let browser = Browser::start(&server.web, Scripts::On).await;
    browser.open("/slos/new").await;
    fill(&browser, "name", "Payments").await;
    click(&browser, "button", "Set objective").await;
    browser.is_at("/slos/1").await;
    let other = Browser::start(&server.web, Scripts::Off).await;
    browser.open("/slos/1/edit").await;
    other.open("/slos/1/edit").await;
    fill(&other, "target", "95").await;
    click(&other, "button", "Save objective").await;
    other.is_at("/slos/1").await;
    fill(&browser, "target", "90").await;
    click(&browser, "button", "Save objective").await;
    browser
        .shows("Somebody else has changed this objective")
        .await;
    browser.shows("95").await;
    let typed = field(&browser, "target").await.prop("value").await.unwrap();
    assert_eq!(
        typed.as_deref(),
        Some("90"),
        "what was typed is still there"
    );
    browser.assert_accessible().await;
    click(&browser, "button", "Save mine over it").await;
    browser.is_at("/slos/1").await;
    browser.shows("90 %").await;
    browser.assert_quiet_console().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_an_alert_fires_and_somebody_looks_after_it() {
    let server = shop().await;
    let browser = Browser::start(&server.web, Scripts::On).await;
    browser.open("/alerts").await;
    browser.shows("Nothing fires").await;
    browser.assert_accessible().await;
    browser.open("/slos/new").await;
    fill(&browser, "name", "Payments").await;
    click(&browser, "button", "Set objective").await;
    browser.is_at("/slos/1").await;
    tests::wait::until("an alert", async || {
        let alerts = server.get_json("/api/v1/alerts").await;
        (alerts["firing"].as_array()?.len() == 2).then_some(())
    })
    .await;
    browser.open("/alerts").await;
    browser.shows("2 alerts firing").await;
    browser
        .shows("Payments: the error budget burns at 200×")
        .await;
    browser.assert_accessible().await;
    assert_fits(&browser).await;
    let by = browser
        .css(".acknowledge input[name='draft[author]']")
        .await;
    by.send_keys("Ada").await.unwrap();
    let button = Locator::XPath("(//button[normalize-space()='Acknowledge'])[1]");
    let button = browser.client.find(button).await.unwrap();
    button.click().await.unwrap();
    browser.shows("Ada looks after it since").await;
    click(&browser, "a", "What spent the budget of Payments").await;
    browser.is_at("/slos/1").await;
    browser.shows("2 alerts fired").await;
    browser.assert_accessible().await;
    browser.assert_quiet_console().await;
}
