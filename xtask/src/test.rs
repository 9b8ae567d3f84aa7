//! `cargo xtask test`: formatting, lints, and all tests against the real binary, a real Postgres
//! and a real Chromium.

use std::process::Command;
use std::time::Instant;

use crate::browser;
use crate::command;
use crate::error::Error;
use crate::postgres::{self, Postgres};
use crate::run::build_server;
use crate::site::{self, Toolchain};
use crate::step::{Outcome, step};
use crate::system;
use crate::workspace;

pub(crate) fn test(filter: Option<&str>) -> Result<(), Error> {
    let started = Instant::now();
    if filter.is_none() {
        check()?;
    }
    step("PostgreSQL", || {
        Ok(if postgres::ensure()? {
            Outcome::Done
        } else {
            Outcome::UpToDate
        })
    })?;
    let axe = browser::ensure()?;
    site::build(true)?;
    let binary = build_server(false)?;
    let postgres = Postgres::start()?;
    println!();

    let mut tests = runner(filter);
    tests
        .env("THROUGHLINE_TEST_BINARY", binary)
        .env("THROUGHLINE_TEST_SITE", workspace::site(true))
        .env("THROUGHLINE_TEST_DATABASE", postgres.url(""))
        .env("THROUGHLINE_TEST_AXE", axe)
        .env_remove("DATABASE_URL");
    let outcome = command::run(&mut tests);
    let minutes = started.elapsed().as_secs_f64() / 60.0;
    match (&outcome, filter) {
        (Ok(()), None) => {
            println!("\nAll is well: formatting, lints and all tests ({minutes:.1} min).");
        }
        (Ok(()), Some(filter)) => println!("\nThe tests named {filter} pass ({minutes:.1} min)."),
        (Err(_), _) => {
            println!("\nSomething fails; the tests above in red say what ({minutes:.1} min).");
        }
    }
    outcome
}

/// Formatting, and lints with warnings as errors: of the host's crates, and of the frontend.
fn check() -> Result<(), Error> {
    step("Formatting", || {
        command::run(command::cargo().args(["fmt", "--all", "--check"]))?;
        Ok(Outcome::Done)
    })?;
    step("Lints, host (app with ssr)", || {
        let mut clippy = command::cargo();
        clippy.args([
            "clippy",
            "--quiet",
            "--workspace",
            "--exclude",
            "frontend",
            "--all-targets",
        ]);
        command::run(clippy.args(["--", "--deny", "warnings"]))?;
        Ok(Outcome::Done)
    })?;
    let toolchain = site::toolchain()?;
    step("Lints, frontend on wasm32 (app with hydrate)", || {
        command::run(&mut frontend_clippy(&toolchain)?)?;
        Ok(Outcome::Done)
    })
    .map(drop)
}

/// Clippy has to be of the very compiler that made the standard library.
fn frontend_clippy(toolchain: &Toolchain) -> Result<Command, Error> {
    match toolchain {
        Toolchain::Default => {
            let mut clippy = toolchain.cargo("clippy");
            clippy.args(["--quiet", "--", "--deny", "warnings"]);
            Ok(clippy)
        }
        Toolchain::Other { .. } => {
            const DRIVER: &str = "/usr/bin/clippy-driver";
            system::ensure("clippy for the WASM compiler", &["rust-web-clippy"], || {
                command::exists(DRIVER)
            })?;
            // What `cargo clippy` does, with another driver.
            let mut clippy = toolchain.cargo("check");
            let arguments = ["--deny", "warnings", ""].join("__CLIPPY_HACKERY__");
            clippy
                .arg("--quiet")
                .env("RUSTC_WORKSPACE_WRAPPER", DRIVER)
                .env("CLIPPY_ARGS", arguments);
            Ok(clippy)
        }
    }
}

/// nextest where it is installed: it is faster and easier to read. The tests pass with either.
fn runner(filter: Option<&str>) -> Command {
    let mut tests = command::cargo();
    if command::exists("cargo-nextest") {
        tests.args(["nextest", "run"]);
    } else {
        tests.arg("test");
    }
    tests.args(["--workspace", "--exclude", "frontend"]);
    // The name of a file of tests stands for all tests in it.
    match filter {
        Some(file)
            if workspace::root()
                .join("tests/tests")
                .join(file)
                .with_extension("rs")
                .exists() =>
        {
            tests.args(["--test", file]);
        }
        name => {
            tests.args(name);
        }
    }
    tests
}
