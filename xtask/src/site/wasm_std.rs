//! The standard library for WASM, from wherever it can be had.
//!
//! rustup has it, but not every machine reaches rustup's server. Debian has a compiler and the
//! source of its standard library (`rustc-web`, `rust-web-src`); from those it is built once and
//! kept under `target/`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::wasm::{TARGET, Toolchain};
use crate::command;
use crate::error::Error;
use crate::step::Outcome;
use crate::system;
use crate::workspace;

const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_SOURCE: &str = "/usr/lib/rustlib/src/rust/library/std/Cargo.toml";

/// How long rustup may go on without having downloaded or unpacked anything more.
const RUSTUP_PATIENCE: Duration = Duration::from_secs(10);

pub(super) fn find_or_make() -> Result<(Toolchain, Outcome), Error> {
    if has_target() {
        return Ok((Toolchain::Default, Outcome::UpToDate));
    }
    let folder = workspace::target().join("wasm-std");
    if let Some(version) = debian_version()
        && is_made(&folder, &version)
    {
        return Ok((other(&folder)?, Outcome::UpToDate));
    }
    if rustup_adds_target() {
        return Ok((Toolchain::Default, Outcome::Done));
    }
    system::ensure(
        "a Rust compiler with the source of its standard library",
        &["rustc-web", "rust-web-src"],
        || debian_version().is_some() && Path::new(DEBIAN_SOURCE).exists(),
    )?;
    let version = debian_version().unwrap_or_default();
    make(&folder, &version)?;
    Ok((other(&folder)?, Outcome::Done))
}

/// Whether the default compiler has the standard library for WASM.
fn has_target() -> bool {
    let folder = command::output(command::command("rustc").args([
        "--print",
        "target-libdir",
        "--target",
        TARGET,
    ]));
    folder.is_ok_and(|folder| Path::new(&folder).is_dir())
}

fn rustup_adds_target() -> bool {
    let Ok(home) = command::output(command::command("rustup").args(["show", "home"])) else {
        return false;
    };
    let home = Path::new(&home);
    let mut rustup = command::command("rustup");
    rustup
        .args(["target", "add", TARGET])
        .env("RUSTUP_MAX_RETRIES", "1");
    command::succeeds_while_growing(
        &mut rustup,
        &[home.join("downloads"), home.join("tmp")],
        RUSTUP_PATIENCE,
    ) && has_target()
}

fn debian_version() -> Option<String> {
    command::output(Command::new(DEBIAN_RUSTC).arg("--version")).ok()
}

fn is_made(folder: &Path, version: &str) -> bool {
    fs::read_to_string(folder.join("version")).is_ok_and(|made| made == version)
}

fn libraries(folder: &Path) -> PathBuf {
    folder.join("sysroot/lib/rustlib").join(TARGET).join("lib")
}

fn other(folder: &Path) -> Result<Toolchain, Error> {
    let sysroot = command::output(command::command("rustc").args(["--print", "sysroot"]))?;
    let version = command::output(command::command("rustc").args(["--version", "--verbose"]))?;
    let host = version
        .lines()
        .find_map(|line| line.strip_prefix("host: "))
        .unwrap_or_default();
    let linker = Path::new(&sysroot)
        .join("lib/rustlib")
        .join(host)
        .join("bin/rust-lld");
    Ok(Toolchain::Other {
        rustc: DEBIAN_RUSTC.into(),
        sysroot: folder.join("sysroot"),
        linker,
    })
}

/// Builds the library as a by-product of an empty crate, and keeps what was built.
fn make(folder: &Path, version: &str) -> Result<(), Error> {
    let failed = |action: &str| Error::io(format!("{action} in {}", folder.display()));
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(failed("removing an old library"))?;
    }
    let empty = folder.join("empty");
    fs::create_dir_all(empty.join("src")).map_err(failed("creating a crate"))?;
    let manifest =
        "[package]\nname = \"empty\"\nversion = \"0.0.0\"\nedition = \"2021\"\n[workspace]\n";
    fs::write(empty.join("Cargo.toml"), manifest).map_err(failed("creating a crate"))?;
    fs::write(empty.join("src/lib.rs"), "").map_err(failed("creating a crate"))?;
    let mut build = command::cargo();
    build
        .current_dir(&empty)
        .env("RUSTC", DEBIAN_RUSTC)
        .env("RUSTC_BOOTSTRAP", "1")
        // A release is optimised as a whole, the library with it.
        .env("RUSTFLAGS", "-C embed-bitcode=yes")
        .args([
            "build",
            "--release",
            "-Zbuild-std=std,panic_abort",
            "--target",
            TARGET,
        ])
        .arg("--target-dir")
        .arg(empty.join("target"));
    command::output(&mut build)?;
    let libraries = libraries(folder);
    fs::create_dir_all(&libraries).map_err(failed("creating the library's folder"))?;
    let compiled = empty.join("target").join(TARGET).join("release/deps");
    for entry in compiled
        .read_dir()
        .map_err(failed("listing the built library"))?
        .flatten()
    {
        let name = entry.file_name();
        let name_text = name.to_string_lossy();
        if name_text.ends_with(".rlib") && !name_text.starts_with("libempty-") {
            fs::copy(entry.path(), libraries.join(&name)).map_err(failed("copying the library"))?;
        }
    }
    fs::remove_dir_all(&empty).map_err(failed("removing the crate"))?;
    fs::write(folder.join("version"), version).map_err(failed("noting the version"))
}
