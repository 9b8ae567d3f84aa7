//! Waiting for something to become true. The limit only ends a test that hangs.

use std::time::{Duration, Instant};

use tokio::time::sleep;

pub const LIMIT: Duration = Duration::from_secs(40);

/// Asks again and again until there is an answer.
pub async fn until<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(answer) = ask().await {
            return answer;
        }
        assert!(started.elapsed() < LIMIT, "waited in vain for {what}");
        sleep(Duration::from_millis(50)).await;
    }
}
