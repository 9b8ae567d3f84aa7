//! The navigation on narrow screens, in a real Chromium, with scripts and without.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use fantoccini::key::Key;
use tests::browser::{Browser, Scripts};
use tests::server::Server;

/// Pixels that something is wider than it may be; what is hidden does not count.
async fn overflow(browser: &Browser) -> i64 {
    let script = "const nav = document.querySelector('.nav');
        const ends = [...nav.querySelectorAll('a, button')].map(e => e.getBoundingClientRect().right);
        return Math.max(
            nav.scrollWidth - nav.clientWidth,
            document.documentElement.scrollWidth - innerWidth,
            ...ends.map(end => Math.ceil(end - innerWidth)));";
    let found = browser.client.execute(script, vec![]).await.unwrap();
    found.as_i64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn browser_the_navigation_fits_narrow_screens() {
    let server = Server::start().await;
    for scripts in [Scripts::On, Scripts::Off] {
        let browser = Browser::start(&server.web, scripts).await;
        browser.client.set_window_size(390, 844).await.unwrap();
        browser.open("/").await;
        if scripts == Scripts::On {
            assert!(overflow(&browser).await <= 0);
            browser.assert_accessible().await;
        }
        let compare = browser.named("a", "Compare").await;
        assert!(!compare.is_displayed().await.unwrap());
        // By keyboard: open, close, open, go.
        let more = browser.named("button", "More").await;
        for (key, opens) in [(Key::Enter, true), (Key::Escape, false), (Key::Enter, true)] {
            more.send_keys(&char::from(key).to_string()).await.unwrap();
            assert_eq!(compare.is_displayed().await.unwrap(), opens);
        }
        if scripts == Scripts::On {
            assert!(overflow(&browser).await <= 0);
            browser.assert_accessible().await;
        }
        compare
            .send_keys(&char::from(Key::Enter).to_string())
            .await
            .unwrap();
        browser.is_at("/compare").await;
        // There is room for all of it.
        browser.client.set_window_size(1440, 900).await.unwrap();
        let compare = browser.named("a", "Compare").await;
        assert!(compare.is_displayed().await.unwrap());
        let more = browser.named("button", "More").await;
        assert!(!more.is_displayed().await.unwrap());
        browser.assert_quiet_console().await;
    }
}
