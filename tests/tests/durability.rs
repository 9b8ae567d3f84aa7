//! What is acknowledged is kept, and kept once, whatever dies.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;
use tests::counts::Counts;
use tests::server::{Server, Start};
use tests::{spans, wait};
use tokio::process::{Child, Command};
use tokio::time::sleep;

/// Traffic with retries, as the arguments say.
fn simulate(server: &Server, seed: u64, arguments: &[&str]) -> Child {
    Command::new(tests::given("THROUGHLINE_TEST_BINARY"))
        .args(["simulate", "--seed", &seed.to_string()])
        .args(["--endpoint", &format!("http://{}", server.otlp)])
        .args(arguments)
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap()
}

/// Eight minutes of traffic, sent as fast as it is accepted.
const PAST: [&str; 6] = ["--start", "now-10m", "--duration", "8m", "--rate", "12"];

/// More than three minutes of traffic as it happens.
const PRESENT: [&str; 4] = ["--duration", "200s", "--rate", "10"];

/// A folder that an unprivileged Postgres can enter.
fn data_directory() -> TempDir {
    let folder = TempDir::new().unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(folder.path(), mode).unwrap();
    folder
}

/// Ends the embedded Postgres in the middle of whatever it does: another than those that were
/// ended before, as soon as it is there.
async fn kill_postgres(data_directory: &Path, killed: &mut Vec<i32>) {
    let file = data_directory.join("postgres/cluster/postmaster.pid");
    let id = wait::until("Postgres to be started again", async || {
        let text = std::fs::read_to_string(&file).ok()?;
        let id: i32 = text.lines().next()?.parse().ok()?;
        (!killed.contains(&id)).then_some(id)
    })
    .await;
    kill(Pid::from_raw(id), Signal::SIGKILL).unwrap();
    killed.push(id);
}

/// Spans and traces that a simulator says were acknowledged.
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
    let counts = Counts::of_traces(server).await;
    assert_eq!(counts.spans, u64::try_from(spans).unwrap());
    assert_eq!(Counts::of_rollups(server).await, counts);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_server_loses_and_repeats_nothing() {
    let start = Start::fresh();
    let mut server = start.start().await;
    let simulator = simulate(&server, 5, &PAST);
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
    let folder = data_directory();
    let mut server = Start::embedded(folder.path()).start().await;
    let simulator = simulate(&server, 5, &PAST);
    let mut killed = Vec::new();
    for _ in 0..3 {
        sleep(Duration::from_millis(1_500)).await;
        kill_postgres(folder.path(), &mut killed).await;
    }
    assert_stored(&server, acknowledged(simulator).await).await;
    server.signal(Signal::SIGINT);
    assert!(server.wait().await.success());
}

/// Fifty times the server or its Postgres dies at a random moment, while three clients send.
#[tokio::test(flavor = "multi_thread")]
async fn fifty_deaths_lose_and_repeat_nothing() {
    let folder = data_directory();
    let start = Start::embedded(folder.path());
    let mut server = start.start().await;
    let simulators = [1, 2, 3].map(|seed| simulate(&server, seed, &PRESENT));
    let mut killed = Vec::new();
    for death in 0..50 {
        let random = spans::now_nanos().wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        sleep(Duration::from_millis(random % 1_500)).await;
        if death % 2 == 0 {
            let successor = server.successor(&start);
            server.kill().await;
            server = successor.start().await;
        } else {
            kill_postgres(folder.path(), &mut killed).await;
        }
    }
    let mut total = (0, 0);
    for simulator in simulators {
        let (spans, traces) = acknowledged(simulator).await;
        total = (total.0 + spans, total.1 + traces);
    }
    assert_stored(&server, total).await;
}
