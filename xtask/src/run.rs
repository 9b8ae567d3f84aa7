//! `cargo xtask run`: everything from an empty machine to a page with traces on it.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::command;
use crate::error::Error;
use crate::postgres;
use crate::site;
use crate::step::{Outcome, step};
use crate::workspace;

/// How long the server may take until it answers: its database may have to recover.
const READY_LIMIT: Duration = Duration::from_secs(150);

const POLL: Duration = Duration::from_millis(100);

/// Demo traffic of the past that an empty database begins with.
const BACKFILL: &str = "1h";

pub(crate) fn run(is_empty: bool, is_release: bool) -> Result<(), Error> {
    let has_database = std::env::var_os("DATABASE_URL").is_some_and(|url| !url.is_empty());
    if !has_database {
        step("PostgreSQL", || {
            Ok(if postgres::ensure()? {
                Outcome::Done
            } else {
                Outcome::UpToDate
            })
        })?;
    }
    site::build(is_release)?;
    let binary = build_server(is_release)?;
    println!();

    // Ctrl-C reaches the children too; this one waits until they have ended.
    let is_interrupted = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(&is_interrupted))
            .map_err(Error::io("listening for Ctrl-C"))?;
    }
    let mut server = start(
        command::command(&binary)
            .arg("serve")
            .env("THROUGHLINE_SITE_DIR", workspace::site(is_release)),
    )?;
    let web = address("THROUGHLINE_LISTEN", "127.0.0.1:8080");
    let mut simulator = None;
    if wait_until_ready(&mut server, &web, &is_interrupted) && !is_empty {
        simulator = Some(simulate(&binary, &web)?);
    }
    let status = server.wait().map_err(Error::io("waiting for the server"))?;
    if let Some(mut simulator) = simulator {
        // It may have ended with the server.
        simulator.kill().ok();
        simulator
            .wait()
            .map_err(Error::io("waiting for the simulator"))?;
    }
    if status.success() || is_interrupted.load(Ordering::Relaxed) {
        return Ok(());
    }
    Err(Error::Failed {
        program: "throughline serve".into(),
        output: format!(" ({status})"),
    })
}

/// Compiles the server; returns where it is.
pub(crate) fn build_server(is_release: bool) -> Result<PathBuf, Error> {
    let folder = if is_release { "release" } else { "debug" };
    let binary = workspace::target().join(folder).join("throughline");
    step("Compiling the server", || {
        let modified = |path: &Path| path.metadata().ok()?.modified().ok();
        let before = modified(&binary);
        let mut build = command::cargo();
        build.args(["build", "--quiet", "--package", "server"]);
        if is_release {
            build.arg("--release");
        }
        command::run(&mut build)?;
        Ok(if modified(&binary) == before {
            Outcome::UpToDate
        } else {
            Outcome::Done
        })
    })?;
    Ok(binary)
}

fn simulate(binary: &Path, web: &str) -> Result<Child, Error> {
    let otlp = address("THROUGHLINE_OTLP_HTTP_LISTEN", "127.0.0.1:4318");
    let endpoint = format!("http://{otlp}");
    let mut simulate = command::command(binary);
    simulate.args(["simulate", "--quiet", "--endpoint", &endpoint]);
    let is_empty = get(web, "/api/v1/traces?from=now-30d&limit=1")
        .is_some_and(|answer| answer.contains("\"traces\":[]"));
    if is_empty {
        simulate.args(["--backfill", BACKFILL]);
    }
    start(&mut simulate)
}

fn start(command: &mut Command) -> Result<Child, Error> {
    let program = command.get_program().to_string_lossy().into_owned();
    command
        .spawn()
        .map_err(|source| Error::Start { program, source })
}

/// False when the server has ended, or has been told to.
fn wait_until_ready(server: &mut Child, web: &str, is_interrupted: &AtomicBool) -> bool {
    let started = Instant::now();
    while started.elapsed() < READY_LIMIT && !is_interrupted.load(Ordering::Relaxed) {
        if !matches!(server.try_wait(), Ok(None)) {
            return false;
        }
        if get(web, "/readyz").is_some_and(|answer| answer.starts_with("HTTP/1.1 200")) {
            return true;
        }
        sleep(POLL);
    }
    false
}

/// The whole answer to a simple request.
fn get(host: &str, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect(host).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    )
    .ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    Some(answer)
}

/// Where the server listens, as one can connect to it.
fn address(variable: &str, default: &str) -> String {
    let address = std::env::var(variable)
        .ok()
        .filter(|address| !address.is_empty());
    address
        .unwrap_or_else(|| default.to_owned())
        .replace("0.0.0.0", "127.0.0.1")
}
