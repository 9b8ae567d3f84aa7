//! A database of its own for each test, on the Postgres that `cargo xtask test` has started.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

/// The URL of a new, empty database. Its name is that of a temporary folder: unique.
#[must_use]
pub fn create() -> String {
    let folder = TempDir::new().unwrap();
    let name: String = folder
        .path()
        .file_name()
        .unwrap()
        .to_string_lossy()
        .to_lowercase();
    let name = name.replace(['.', '-'], "_");
    let server = crate::given("THROUGHLINE_TEST_DATABASE");
    psql(
        &format!("{server}postgres"),
        &format!("create database \"{name}\""),
    );
    format!("{server}{name}")
}

/// Runs a statement; returns what psql prints, without decoration.
#[must_use]
pub fn query(url: &str, statement: &str) -> String {
    psql(url, statement)
}

/// Ends all connections to a database and lets nobody in, as if it had gone.
pub fn close(url: &str) {
    let (server, name) = url.rsplit_once('/').unwrap();
    let admin = format!("{server}/postgres");
    psql(
        &admin,
        &format!("alter database \"{name}\" allow_connections false"),
    );
    psql(
        &admin,
        &format!("select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'"),
    );
}

/// Lets everyone in again.
pub fn open(url: &str) {
    let (server, name) = url.rsplit_once('/').unwrap();
    psql(
        &format!("{server}/postgres"),
        &format!("alter database \"{name}\" allow_connections true"),
    );
}

/// A table that nobody else can read until this is dropped.
pub struct Locked {
    session: Child,
}

/// Locks a table. Returns when it is locked.
#[must_use]
pub fn lock(url: &str, table: &str) -> Locked {
    let mut session = Command::new("psql")
        .args(["--no-psqlrc", "--set", "ON_ERROR_STOP=1", url])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let statements = format!("begin;\nlock table {table} in access exclusive mode;\n");
    let mut input = session.stdin.as_ref().unwrap();
    input.write_all(statements.as_bytes()).unwrap();
    let output = BufReader::new(session.stdout.take().unwrap());
    let mut lines = output.lines().map(Result::unwrap);
    assert!(lines.any(|line| line == "LOCK TABLE"), "no lock on {table}");
    Locked { session }
}

impl Drop for Locked {
    fn drop(&mut self) {
        // Postgres notices that its client has gone, and gives the lock back.
        drop(self.session.stdin.take());
        self.session.wait().ok();
    }
}

fn psql(url: &str, statement: &str) -> String {
    let output = Command::new("psql")
        .args([
            "--no-psqlrc",
            "--tuples-only",
            "--no-align",
            "--quiet",
            "--set",
            "ON_ERROR_STOP=1",
        ])
        .args(["--command", statement, url])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "psql: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}
