//! The embedded Postgres: private, exclusive, recovered, stopped.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;
use tests::server::{Server, Start};
use tests::spans;

/// A folder that the unprivileged user of Postgres can enter.
fn folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o755)).unwrap();
    folder
}

fn postmaster(folder: &Path) -> Option<i32> {
    let file = std::fs::read_to_string(folder.join("postgres/cluster/postmaster.pid")).ok()?;
    file.lines().next()?.parse().ok()
}

fn runs(id: i32) -> bool {
    kill(Pid::from_raw(id), None).is_ok()
}

async fn stop(mut server: Server) {
    server.signal(Signal::SIGINT);
    assert!(server.wait().await.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_private_and_stops_with_the_server() {
    let folder = folder();
    let server = Start::embedded(folder.path()).start().await;
    let mode = |path: &str| {
        folder
            .path()
            .join(path)
            .metadata()
            .unwrap()
            .permissions()
            .mode()
            & 0o777
    };
    assert_eq!(
        (
            mode("postgres"),
            mode("postgres/run"),
            mode("postgres/password")
        ),
        (0o700, 0o700, 0o600)
    );
    let id = postmaster(folder.path()).unwrap();
    assert!(runs(id));
    server.send_json(&spans::payment(1)).await;
    server.wait_for_traces(1, "").await;
    stop(server).await;
    assert!(!runs(id));

    let server = Start::embedded(folder.path()).start().await;
    assert_eq!(
        server.list("").await.len(),
        1,
        "what was stored is there after a restart"
    );
    stop(server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_server_on_the_same_folder_is_told_so() {
    let folder = folder();
    let server = Start::embedded(folder.path()).start().await;
    let complaint = Start::embedded(folder.path()).fail().await;
    assert!(
        complaint.contains("another Throughline uses"),
        "{complaint}"
    );
    assert!(complaint.contains("THROUGHLINE_DATA_DIR"), "{complaint}");
    assert_eq!(server.get("/readyz").await.status(), 200);
    stop(server).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_postgres_that_a_crash_left_running_is_taken_over() {
    let folder = folder();
    let server = Start::embedded(folder.path()).start().await;
    server.send_json(&spans::payment(1)).await;
    let orphan = postmaster(folder.path()).unwrap();
    server.kill().await;
    assert!(runs(orphan));
    let server = Start::embedded(folder.path()).start().await;
    assert_ne!(postmaster(folder.path()), Some(orphan));
    server.wait_for_traces(1, "").await;
    stop(server).await;
}
