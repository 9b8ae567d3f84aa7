//! What is acknowledged is kept, and kept once, whatever dies.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::process::Stdio;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;
use tests::server::{Server, Start};
use tests::wait;
use tokio::process::{Child, Command};
use tokio::time::sleep;

/// Four minutes of traffic, sent as fast as it is accepted, while things die.
fn simulate(server: &Server) -> Child {
    Command::new(tests::given("THROUGHLINE_TEST_BINARY"))
        .args([
            "simulate",
            "--start",
            "now-10m",
            "--duration",
            "8m",
            "--rate",
            "12",
            "--seed",
            "5",
        ])
        .args(["--endpoint", &format!("http://{}", server.otlp)])
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap()
}

/// Spans and traces that the simulator says were acknowledged.
async fn acknowledged(simulator: Child) -> (usize, usize) {
    let output = simulator.wait_with_output().await.unwrap();
    let summary = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{summary}");
    let mut numbers = summary
        .split([' ', '\n'])
        .filter_map(|word| word.replace(',', "").parse().ok());
    (numbers.next().unwrap(), numbers.next().unwrap())
}

/// Waits until the server has stored that much, and a while longer for anything counted twice.
async fn assert_stored(server: &Server, (spans, traces): (usize, usize)) {
    let stored = async || {
        let all = server.list("").await;
        let spans: u64 = all
            .iter()
            .map(|trace| trace["span_count"].as_u64().unwrap())
            .sum();
        (usize::try_from(spans).unwrap(), all.len())
    };
    wait::until(&format!("{spans} spans"), async || {
        (stored().await.0 >= spans).then_some(())
    })
    .await;
    sleep(Duration::from_secs(3)).await;
    assert_eq!(stored().await, (spans, traces));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_loses_and_repeats_nothing() {
    let start = Start::fresh();
    let mut server = start.start().await;
    let simulator = simulate(&server);
    for _ in 0..3 {
        sleep(Duration::from_millis(1_500)).await;
        let successor = server.successor(&start);
        server.kill().await;
        server = successor.start().await;
    }
    assert_stored(&server, acknowledged(simulator).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_embedded_postgres_loses_and_repeats_nothing() {
    let folder = TempDir::new().unwrap();
    std::fs::set_permissions(
        folder.path(),
        std::os::unix::fs::PermissionsExt::from_mode(0o755),
    )
    .unwrap();
    let mut server = Start::embedded(folder.path()).start().await;
    let simulator = simulate(&server);
    let postmaster = folder.path().join("postgres/cluster/postmaster.pid");
    let mut killed = Vec::new();
    for _ in 0..3 {
        sleep(Duration::from_millis(1_500)).await;
        // Another than the one that was killed before, as soon as it is there.
        let id = wait::until("Postgres to be started again", async || {
            let id: i32 = std::fs::read_to_string(&postmaster)
                .ok()?
                .lines()
                .next()?
                .parse()
                .ok()?;
            (!killed.contains(&id)).then_some(id)
        })
        .await;
        kill(Pid::from_raw(id), Signal::SIGKILL).unwrap();
        killed.push(id);
    }
    assert_stored(&server, acknowledged(simulator).await).await;
    server.signal(Signal::SIGINT);
    assert!(server.wait().await.success());
}
