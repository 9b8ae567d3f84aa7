//! What is done with a waterfall in a browser.

use fantoccini::Locator;
use fantoccini::key::Key;
use serde_json::{Value, json};

use crate::browser::Browser;
use crate::wait;

/// How many rows are drawn, for a script.
pub const ROWS: &str = "document.querySelectorAll('.rows [role=row]').length";

/// What a script in the page answers.
pub async fn ask(browser: &Browser, script: &str) -> Value {
    browser.client.execute(script, vec![]).await.unwrap()
}

/// Waits until an expression of a script is true.
pub async fn until(browser: &Browser, what: &str, script: &str) {
    wait::until(what, async || {
        (ask(browser, &format!("return {script}")).await == json!(true)).then_some(())
    })
    .await;
}

/// Waits until the row of the span that is selected says that.
pub async fn selected(browser: &Browser, text: &str) {
    wait::until(&format!("{text} to be selected"), async || {
        let row = Locator::Css("[role=row][aria-selected=true]");
        let row = browser.client.find(row).await.ok()?;
        row.text().await.ok()?.contains(text).then_some(())
    })
    .await;
}

/// Presses a key where the focus is.
pub async fn press(browser: &Browser, key: Key) {
    browser.press(&char::from(key).to_string()).await;
}

/// Puts the focus on the row that the keyboard reaches.
pub async fn focus_row(browser: &Browser) {
    ask(
        browser,
        "document.querySelector('.rows [tabindex=\"0\"]').focus()",
    )
    .await;
}

/// Clicks a link or button, which something sticky may cover before it is scrolled to.
pub async fn click(browser: &Browser, tag: &str, name: &str) {
    let element = browser.named(tag, name).await;
    let scroll = "arguments[0].scrollIntoView({ block: 'center' })";
    let argument = serde_json::to_value(&element).expect("an element");
    browser
        .client
        .execute(scroll, vec![argument])
        .await
        .unwrap();
    element.click().await.expect("the browser answers");
}
