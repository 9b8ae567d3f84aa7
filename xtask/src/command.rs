//! Running other programs.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::Error;
use crate::workspace;

/// How often a running program is looked at.
const POLL: Duration = Duration::from_millis(50);

/// A command in the root of the workspace.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(workspace::root());
    command
}

/// Cargo of the toolchain that runs this.
pub(crate) fn cargo() -> Command {
    let mut cargo = command("cargo");
    // Set for this process by its own cargo, and meant for it alone.
    cargo
        .env_remove("CARGO")
        .env_remove("RUSTUP_TOOLCHAIN")
        .env_remove("CARGO_MANIFEST_DIR");
    cargo
}

/// Runs a command with its output on the terminal.
pub(crate) fn run(command: &mut Command) -> Result<(), Error> {
    let status = command.status().map_err(|source| Error::Start {
        program: name(command),
        source,
    })?;
    if status.success() {
        return Ok(());
    }
    Err(Error::Failed {
        program: name(command),
        output: format!(" ({status})"),
    })
}

/// Runs a command and returns what it prints; its complaints are part of the error.
pub(crate) fn output(command: &mut Command) -> Result<String, Error> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|source| Error::Start {
            program: name(command),
            source,
        })?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
    }
    let complaint = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(Error::Failed {
        program: name(command),
        output: format!(": {complaint}"),
    })
}

/// Whether a program is there and answers.
pub(crate) fn exists(program: &str) -> bool {
    let mut command = Command::new(program);
    command
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Runs a command that may wait for a network that never answers: it is ended once nothing in
/// `folders` has grown for as long as `patience`.
pub(crate) fn succeeds_while_growing(
    command: &mut Command,
    folders: &[PathBuf],
    patience: Duration,
) -> bool {
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut child) = child else { return false };
    let (mut size, mut grown) = (0, Instant::now());
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return status.success(),
            Ok(None) => {}
            Err(_gone) => return false,
        }
        let size_now = folders.iter().map(|folder| bytes(folder)).sum();
        if size_now != size {
            (size, grown) = (size_now, Instant::now());
        }
        if grown.elapsed() > patience {
            // It may have ended in this very moment.
            child.kill().ok();
            child.wait().ok();
            return false;
        }
        thread::sleep(POLL);
    }
}

/// How much is in a folder and those below it.
fn bytes(folder: &Path) -> u64 {
    let (mut total, mut folders) = (0, vec![folder.to_path_buf()]);
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir().into_iter().flatten().flatten() {
            match entry.metadata() {
                Ok(metadata) if metadata.is_dir() => folders.push(entry.path()),
                Ok(metadata) => total += metadata.len(),
                // Removed since it was listed.
                Err(_gone) => {}
            }
        }
    }
    total
}

fn name(command: &Command) -> String {
    let arguments = command
        .get_args()
        .take(3)
        .map(|argument| argument.to_string_lossy());
    let words: Vec<_> = [command.get_program().to_string_lossy()]
        .into_iter()
        .chain(arguments)
        .collect();
    words.join(" ")
}
