//! Saved views in a real Chromium, with scripts and without.

use tests::browser::{Browser, Scripts};
use tests::server::Server;
use tests::spans;

async fn fill(browser: &Browser, field: &str, text: &str) {
    let input = browser.css(&format!("#field-{field}")).await;
    input.clear().await.expect("an empty field");
    input.send_keys(text).await.expect("keys");
}

async fn value(browser: &Browser, field: &str) -> String {
    let input = browser.css(&format!("#field-{field}")).await;
    let value = input.prop("value").await.expect("a field");
    value.expect("a value")
}

async fn click(browser: &Browser, tag: &str, name: &str) {
    let element = browser.named(tag, name).await;
    element.click().await.expect("a click");
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_a_view_is_saved_and_found_again() {
    for scripts in [Scripts::On, Scripts::Off] {
        let server = Server::start().await;
        server.send_json(&spans::payment(1)).await;
        server.wait_for_traces(1, "").await;
        let browser = Browser::start(&server.web, scripts).await;
        let page = "/traces?q=service:gateway%20status:error&from=now-6h&order=slowest";
        browser.open(page).await;
        click(&browser, "summary", "Views").await;
        if scripts == Scripts::On {
            browser.assert_accessible().await;
        }
        click(&browser, "a", "Save this view…").await;
        assert_eq!(value(&browser, "path").await, page);
        // Without a name it comes back, with what was typed.
        fill(&browser, "description", "For the morning").await;
        click(&browser, "button", "Save").await;
        browser
            .shows("Nothing was saved: mend 1 mistake below.")
            .await;
        assert_eq!(value(&browser, "path").await, page);
        assert_eq!(value(&browser, "description").await, "For the morning");
        if scripts == Scripts::On {
            browser.assert_accessible().await;
        }
        fill(&browser, "name", "Failed payments").await;
        click(&browser, "button", "Save").await;
        browser.is_at("/views").await;
        browser.shows("For the morning").await;
        if scripts == Scripts::On {
            browser.assert_accessible().await;
        }
        // By its link, by the list, and by the menu of another page.
        browser.open("/views/1").await;
        browser.is_at(page).await;
        browser.open("/views").await;
        click(&browser, "a", "Failed payments").await;
        browser.is_at(page).await;
        browser.open("/regions").await;
        click(&browser, "summary", "Views").await;
        click(&browser, "a", "Failed payments").await;
        browser.is_at(page).await;
        let current = browser.css(".views-menu a[aria-current=true]").await;
        let name = current.prop("textContent").await.expect("a link");
        assert_eq!(name.as_deref(), Some("Failed payments"));
        browser.assert_quiet_console().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_nobody_overwrites_a_view_that_they_have_not_seen() {
    for scripts in [Scripts::On, Scripts::Off] {
        let server = Server::start().await;
        let browser = Browser::start(&server.web, scripts).await;
        for name in ["Errors", "Slow ones"] {
            browser.open("/views/new?path=/traces").await;
            fill(&browser, "name", name).await;
            click(&browser, "button", "Save").await;
            browser.is_at("/views").await;
        }
        let other = Browser::start(&server.web, scripts).await;
        for one in [&browser, &other] {
            one.open("/views/1/edit").await;
        }
        fill(&browser, "name", "slow ONES").await;
        click(&browser, "button", "Save").await;
        browser
            .shows("Another view has this name; choose another")
            .await;
        assert_eq!(value(&browser, "name").await, "slow ONES");
        fill(&browser, "name", "All errors").await;
        click(&browser, "button", "Save").await;
        browser.is_at("/views").await;
        browser.shows("All errors").await;

        fill(&other, "description", "Mine").await;
        click(&other, "button", "Save").await;
        other
            .shows("Somebody else has changed this view since you opened it.")
            .await;
        other.shows("All errors").await;
        assert_eq!(value(&other, "description").await, "Mine");
        if scripts == Scripts::On {
            other.assert_accessible().await;
        }
        click(&other, "button", "Save mine over it").await;
        other.is_at("/views").await;
        other.shows("Mine").await;

        // Deleting asks first; what somebody else has deleted is gone all the same.
        for one in [&browser, &other] {
            one.open("/views/1/edit").await;
        }
        for one in [&browser, &other] {
            click(one, "summary", "Delete…").await;
            click(one, "button", "Delete Errors").await;
            one.is_at("/views").await;
            one.shows("1 view").await;
        }
        browser.assert_quiet_console().await;
        browser.open("/views/1").await;
        browser.shows("There is no such view").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_a_view_leads_nowhere_else() {
    let server = Server::start().await;
    for scripts in [Scripts::On, Scripts::Off] {
        let browser = Browser::start(&server.web, scripts).await;
        for path in ["//evil.example", "javascript:alert(1)", "/views/1"] {
            browser.open("/views/new").await;
            fill(&browser, "name", "Odd").await;
            fill(&browser, "path", path).await;
            click(&browser, "button", "Save").await;
            browser
                .shows("This is not the address of a page that can be saved")
                .await;
            assert_eq!(value(&browser, "path").await, path);
        }
        browser.open("/views").await;
        browser.shows("No views yet").await;
        if scripts == Scripts::On {
            browser.assert_accessible().await;
        }
        browser.assert_quiet_console().await;
    }
}
