//! Receivers in a real Chromium, with scripts and without.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use fantoccini::Locator;
use tests::browser::{Browser, Scripts};
use tests::server::Start;
use tests::wait;
use tests::webhook::Webhook;

async fn fill(browser: &Browser, name: &str, text: &str) {
    let field = browser.css(&format!("#field-{name}")).await;
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
async fn browser_a_receiver_is_set_up_tested_changed_and_deleted() {
    let start = Start::fresh().with("THROUGHLINE_RECEIVER_NETWORKS", "127.0.0.0/8");
    let (server, hook) = (start.start().await, Webhook::start().await);
    for scripts in [Scripts::On, Scripts::Off] {
        let is_on = scripts == Scripts::On;
        let browser = Browser::start(&server.web, scripts).await;
        browser.open("/alerts").await;
        click(&browser, "a", "Receivers…").await;
        browser.shows("Nobody is told of alerts yet").await;
        if is_on {
            browser.assert_accessible().await;
        }
        click(&browser, "a", "Set up a receiver…").await;
        fill(&browser, "url", "not an address").await;
        click(&browser, "button", "Set up receiver").await;
        browser
            .shows("Nothing was saved: mend 2 mistakes below.")
            .await;
        browser.shows("Give it a name").await;
        browser.shows("Write an address such as").await;
        if is_on {
            browser.assert_accessible().await;
            assert_fits(&browser).await;
        }
        fill(&browser, "name", "On call").await;
        fill(&browser, "url", &hook.url("/x")).await;
        fill(&browser, "secret", "0123456789abcdef").await;
        click(&browser, "button", "Set up receiver").await;
        browser.shows("It was sent nothing yet.").await;
        browser.shows("There is one, which nobody is shown.").await;

        let before = hook.received().len();
        click(&browser, "button", "Send a test").await;
        let told = hook.wait_for(before + 1).await.pop().unwrap();
        assert!(told.header("throughline-signature").starts_with("t="));
        wait::until("the delivery on the page", async || {
            browser.client.refresh().await.unwrap();
            let table = browser
                .client
                .find(Locator::Css("table.deliveries"))
                .await
                .ok()?;
            table.text().await.ok()?.contains("delivered").then_some(())
        })
        .await;
        browser.shows("Firing: Test (page)").await;
        if is_on {
            browser.assert_accessible().await;
            assert_fits(&browser).await;
        }

        fill(&browser, "name", "Nobody").await;
        browser
            .css("#field-forget_secret")
            .await
            .click()
            .await
            .unwrap();
        click(&browser, "button", "Save receiver").await;
        browser.shows("Webhooks are signed with it").await;
        browser.open("/alerts/receivers").await;
        let rows = browser
            .css("table.receivers tbody")
            .await
            .text()
            .await
            .unwrap();
        assert!(
            rows.contains("Nobody") && !rows.contains("signed"),
            "{rows}"
        );
        if is_on {
            browser.assert_accessible().await;
            assert_fits(&browser).await;
        }
        click(&browser, "a", "Nobody").await;
        browser
            .css("details.delete summary")
            .await
            .click()
            .await
            .unwrap();
        click(&browser, "button", "Delete Nobody").await;
        browser.shows("Nobody is told of alerts yet").await;
        browser.assert_quiet_console().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_alerts_are_silenced_once_and_every_week() {
    let server = Start::fresh().start().await;
    for scripts in [Scripts::On, Scripts::Off] {
        let is_on = scripts == Scripts::On;
        let browser = Browser::start(&server.web, scripts).await;
        browser.open("/alerts").await;
        click(&browser, "a", "Silences…").await;
        browser.shows("Nothing is silenced").await;
        click(&browser, "a", "Silence alerts…").await;
        fill(&browser, "until", "soon").await;
        click(&browser, "button", "Set silence").await;
        browser
            .shows("Nothing was saved: mend 3 mistakes below.")
            .await;
        browser.shows("Write who sets it").await;
        if is_on {
            browser.assert_accessible().await;
            assert_fits(&browser).await;
        }
        fill(&browser, "until", "2h").await;
        fill(&browser, "author", "Ada").await;
        fill(&browser, "reason", "Upgrade").await;
        click(&browser, "button", "Set silence").await;
        browser.shows("holds").await;
        if is_on {
            browser.assert_accessible().await;
            assert_fits(&browser).await;
        }
        click(&browser, "a", "all objectives").await;
        let weekly = browser.css("#field-repeat").await;
        weekly.select_by_value("weekly").await.unwrap();
        click(&browser, "button", "Save silence").await;
        browser.shows("every Monday at 02:00 UTC for 2 h").await;
        click(&browser, "a", "all objectives").await;
        browser
            .css("details.delete summary")
            .await
            .click()
            .await
            .unwrap();
        click(&browser, "button", "End this silence").await;
        browser.shows("Nothing is silenced").await;
        browser.assert_quiet_console().await;
    }
}
