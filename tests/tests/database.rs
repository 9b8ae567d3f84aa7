//! `DATABASE_URL`: what it may name, and what is said when it does not work.

use std::os::unix::fs::PermissionsExt;

use tempfile::TempDir;
use tests::server::Start;
use tests::{database, spans};

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_start_together_migrate_once_and_share_the_work() {
    let url = database::create();
    let start = Start::on_database(&url);
    let (one, two, three) = tokio::join!(start.start(), start.start(), start.start());
    assert_eq!(
        database::query(
            &url,
            "select count(*) from _sqlx_migrations where not success"
        ),
        "0"
    );
    one.send_json(&spans::payment(1)).await;
    two.send_json(&spans::payment(2)).await;
    three.wait_for_traces(2, "").await;
    // Whoever has the shard may go; another takes it over.
    one.kill().await;
    two.kill().await;
    three.send_json(&spans::payment(3)).await;
    three.wait_for_traces(3, "").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_obstacle_has_its_own_words() {
    let nowhere = Start::on_database("postgres://me@127.0.0.1:1/x")
        .fail()
        .await;
    assert!(
        nowhere.contains("127.0.0.1:1 cannot be reached"),
        "{nowhere}"
    );
    let nonsense = Start::on_database("mysql://x").fail().await;
    assert!(
        nonsense.contains("DATABASE_URL must begin with postgres://"),
        "{nonsense}"
    );
    let missing = Start::on_database(&format!(
        "{}no_such_database",
        tests::given("THROUGHLINE_TEST_DATABASE")
    ))
    .fail()
    .await;
    assert!(
        missing.contains("has no database \"no_such_database\""),
        "{missing}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_named() {
    let folder = TempDir::new().unwrap();
    std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o755)).unwrap();
    let _server = Start::embedded(folder.path()).start().await;
    let socket = folder
        .path()
        .join("postgres/run")
        .display()
        .to_string()
        .replace('/', "%2F");
    let complaint = Start::on_database(&format!("postgres://throughline:wrong@{socket}/postgres"))
        .fail()
        .await;
    assert!(
        complaint.contains("refused user \"throughline\""),
        "{complaint}"
    );
    assert!(complaint.contains("Check user and password"), "{complaint}");
}
