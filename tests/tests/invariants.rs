//! The invariants of ARCHITECTURE.md that can be checked without running anything.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

const TABLES: [&str; 18] = [
    "ingest_log",
    "journey_definition",
    "objective_version",
    "alert_episode",
    "outbox_message",
    "saved_view",
    "stored_lease",
    "stored_note",
    "server_secret",
    "state_change",
    "trace_summary",
    "trace_chunk",
    "rollup_delta",
    "series_generation",
    "log_event",
    "term_segment",
    "term_bucket",
    "unindexed_day",
];

/// Tables whose names are words that others use too.
const COMMON_WORDS: [&str; 7] = [
    "alert",
    "dictionary",
    "objective",
    "receiver",
    "rollup",
    "series",
    "silence",
];

/// What stands for the name of a partition.
const PARTITION: &str = "%I";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// Files below a folder of the workspace, each with its text.
fn files(folder: &str, extension: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut waiting = vec![root().join(folder)];
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(path.read_dir().unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|found| found == extension) {
            let text = std::fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
    assert!(!found.is_empty(), "no .{extension} files in {folder}");
    found
}

fn dependencies(package: &str, target: Option<&str>) -> BTreeSet<String> {
    let mut tree = Command::new(env!("CARGO"));
    tree.current_dir(root()).args([
        "tree",
        "--package",
        package,
        "--edges",
        "normal",
        "--prefix",
        "none",
    ]);
    tree.args(target.into_iter().flat_map(|target| ["--target", target]));
    let output = tree.output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .filter_map(|line| line.split(' ').next())
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_frontend_contains_no_server() {
    let found = dependencies("frontend", Some("wasm32-unknown-unknown"));
    assert!(found.contains("leptos") && found.contains("app"));
    for forbidden in [
        "sqlx",
        "tokio",
        "axum",
        "store",
        "hyper",
        "opentelemetry-proto",
    ] {
        assert!(
            !found.contains(forbidden),
            "the frontend depends on {forbidden}"
        );
    }
}

#[test]
fn the_model_is_pure() {
    let found = dependencies("model", None);
    for forbidden in [
        "tokio",
        "sqlx",
        "leptos",
        "rand",
        "getrandom",
        "axum",
        "reqwest",
        "web-sys",
    ] {
        assert!(
            !found.contains(forbidden),
            "the model depends on {forbidden}"
        );
    }
    for (path, text) in files("model/src", "rs") {
        for forbidden in [
            "std::fs",
            "std::net",
            "std::env",
            "SystemTime",
            "Instant",
            "Utc::now",
        ] {
            assert!(
                !text.contains(forbidden),
                "{} uses {forbidden}",
                path.display()
            );
        }
    }
}

#[test]
fn only_the_store_names_a_table() {
    for folder in ["app/src", "frontend/src", "model/src", "server/src"] {
        for (path, text) in files(folder, "rs") {
            for table in TABLES {
                assert!(!text.contains(table), "{} names {table}", path.display());
            }
            assert!(!text.contains("sqlx"), "{} uses sqlx", path.display());
        }
    }
    let migrations: String = files("migrations", "sql")
        .into_iter()
        .map(|(_, text)| text)
        .collect();
    let created: BTreeSet<&str> = migrations
        .split("create table ")
        .skip(1)
        .filter_map(|rest| rest.split([' ', '\n', '(']).next())
        .filter(|name| *name != PARTITION)
        .collect();
    assert_eq!(
        created,
        TABLES.into_iter().chain(COMMON_WORDS).collect(),
        "the list above is complete"
    );
}

#[test]
fn only_the_configuration_reads_the_environment_and_only_the_clock_the_time() {
    let allowed = [
        ("std::env::var", "config.rs"),
        ("Utc::now", "clock.rs"),
        ("Instant::now", "clock.rs"),
        ("SystemTime", "clock.rs"),
    ];
    for folder in ["app/src", "frontend/src", "server/src", "store/src"] {
        for (path, text) in files(folder, "rs") {
            for (forbidden, place) in allowed {
                let is_allowed = path.ends_with(format!("server/src/{place}"));
                assert!(
                    is_allowed || !text.contains(forbidden),
                    "{} uses {forbidden}",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn only_the_tokens_name_a_colour() {
    for (path, text) in files("style", "css") {
        if path.ends_with("tokens.css") {
            continue;
        }
        for (number, line) in text.lines().enumerate() {
            let value = line
                .split_once(':')
                .map(|(_, value)| value)
                .unwrap_or_default();
            let names_one = ["#", "rgb", "hsl", "oklch", "white", "black"]
                .iter()
                .any(|sign| {
                    value.contains(sign)
                        && !value.contains("nowrap")
                        && !value.contains("white-space")
                });
            assert!(!names_one, "{}:{}: {line}", path.display(), number + 1);
        }
    }
    for (path, text) in files("app/src", "rs") {
        let names_one =
            text.contains("fill=\"#") || text.contains("stroke=\"#") || text.contains(" style=");
        assert!(
            !names_one,
            "{} names a colour or has an inline style",
            path.display()
        );
    }
}
