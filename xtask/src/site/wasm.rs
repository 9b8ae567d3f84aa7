//! The WASM bundle: the frontend compiled, bound to JavaScript, made smaller and compressed.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use wasm_bindgen_cli_support::Bindgen;

use super::compress;
use super::wasm_std;
use crate::command;
use crate::error::Error;
use crate::fingerprint::unless_unchanged;
use crate::step::{Outcome, step};
use crate::workspace;

pub(super) const TARGET: &str = "wasm32-unknown-unknown";

const NAME: &str = "throughline";

/// Which compiler makes the WASM.
#[derive(Debug, Clone)]
pub(crate) enum Toolchain {
    /// The default one, which has the standard library for it.
    Default,
    /// Another compiler, with a standard library of our own making.
    Other {
        rustc: PathBuf,
        sysroot: PathBuf,
        linker: PathBuf,
    },
}

/// Finds the compiler, and gets it where there is none.
pub(crate) fn toolchain() -> Result<Toolchain, Error> {
    let mut found = None;
    step("WASM standard library", || {
        let (toolchain, outcome) = wasm_std::find_or_make()?;
        found = Some(toolchain);
        Ok(outcome)
    })?;
    Ok(found.unwrap_or(Toolchain::Default))
}

impl Toolchain {
    /// A cargo command for the frontend, in a target folder of its own: the compiler differs.
    pub(crate) fn cargo(&self, subcommand: &str) -> Command {
        let mut cargo = command::cargo();
        cargo.args([
            subcommand,
            "--package",
            "frontend",
            "--target",
            TARGET,
            "--target-dir",
        ]);
        cargo.arg(workspace::target().join("wasm"));
        if let Self::Other {
            rustc,
            sysroot,
            linker,
        } = self
        {
            let flags = ["--sysroot".into(), sysroot.display().to_string()];
            cargo
                .env("RUSTC", rustc)
                .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f"))
                .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
        }
        cargo
    }
}

pub(super) fn build(toolchain: &Toolchain, package: &Path, is_release: bool) -> Result<(), Error> {
    let profile = if is_release {
        "wasm-release"
    } else {
        "wasm-dev"
    };
    let compiled = workspace::target().join(format!("wasm/{TARGET}/{profile}/frontend.wasm"));
    step("Compiling the frontend to WASM", || {
        let before = modified(&compiled);
        command::run(
            toolchain
                .cargo("build")
                .args(["--quiet", "--profile", profile]),
        )?;
        Ok(if modified(&compiled) == before {
            Outcome::UpToDate
        } else {
            Outcome::Done
        })
    })?;
    let output = package.join(format!("{NAME}_bg.wasm"));
    step("Binding, shrinking and compressing the WASM", || {
        unless_unchanged(std::slice::from_ref(&compiled), &output, || {
            let script = package.join(format!("{NAME}.js"));
            bind(&compiled, package)?;
            shrink(&output)?;
            for file in [&output, &script] {
                let content =
                    fs::read(file).map_err(Error::io(format!("reading {}", file.display())))?;
                compress::write(file, &content, is_release)?;
            }
            Ok(())
        })
    })?;
    Ok(())
}

fn modified(path: &Path) -> Option<std::time::SystemTime> {
    path.metadata().ok()?.modified().ok()
}

fn bind(compiled: &Path, package: &Path) -> Result<(), Error> {
    let bind = || -> Result<(), Box<dyn std::fmt::Display>> {
        let fail = |error| Box::new(format!("{error:#}")) as Box<dyn std::fmt::Display>;
        let mut bindgen = Bindgen::new();
        bindgen
            .input_path(compiled)
            .out_name(NAME)
            .typescript(false);
        bindgen
            .remove_name_section(true)
            .remove_producers_section(true);
        bindgen
            .web(true)
            .map_err(fail)?
            .generate(package)
            .map_err(fail)
    };
    bind().map_err(|error| Error::Bindgen(error.to_string()))
}

/// With wasm-opt where it is installed; it saves a tenth or so.
fn shrink(output: &Path) -> Result<(), Error> {
    if !command::exists("wasm-opt") {
        return Ok(());
    }
    let smaller = output.with_extension("smaller");
    let mut optimise = command::command("wasm-opt");
    optimise
        // What the compiler uses, and no more: with all features it writes what no browser reads.
        .args([
            "-Oz",
            "--enable-bulk-memory",
            "--enable-multivalue",
            "--enable-mutable-globals",
            "--enable-nontrapping-float-to-int",
            "--enable-reference-types",
            "--enable-sign-ext",
        ])
        .arg(output)
        .arg("-o")
        .arg(&smaller);
    // An old wasm-opt may not know what a new compiler writes; then the larger file does as well.
    if command::output(&mut optimise).is_ok() {
        fs::rename(&smaller, output).map_err(Error::io("replacing the WASM"))?;
    }
    Ok(())
}
