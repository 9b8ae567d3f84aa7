//! Whether anything has changed since a step was last done.

use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::step::Outcome;

/// Does the work unless it was done before with the very same inputs and its output is still
/// there. The stamp stands beside the output.
pub(crate) fn unless_unchanged(
    inputs: &[PathBuf],
    output: &Path,
    work: impl FnOnce() -> Result<(), Error>,
) -> Result<Outcome, Error> {
    let stamp = output.with_extension("stamp");
    let fingerprint = fingerprint(inputs)?;
    let is_unchanged =
        output.exists() && fs::read_to_string(&stamp).is_ok_and(|found| found == fingerprint);
    if is_unchanged {
        return Ok(Outcome::UpToDate);
    }
    work()?;
    fs::write(&stamp, fingerprint).map_err(Error::io(format!("writing {}", stamp.display())))?;
    Ok(Outcome::Done)
}

/// Of the names and contents of files, and of all files below folders.
fn fingerprint(inputs: &[PathBuf]) -> Result<String, Error> {
    let mut hasher = DefaultHasher::new();
    // The tools that turn inputs into outputs are inputs too.
    env!("CARGO_PKG_VERSION").hash(&mut hasher);
    include_str!("../Cargo.toml").hash(&mut hasher);
    for file in files(inputs)? {
        file.hash(&mut hasher);
        let content = fs::read(&file).map_err(Error::io(format!("reading {}", file.display())))?;
        content.hash(&mut hasher);
    }
    Ok(format!("{:016x}", hasher.finish()))
}

fn files(inputs: &[PathBuf]) -> Result<Vec<PathBuf>, Error> {
    let mut found = Vec::new();
    let mut waiting = inputs.to_vec();
    while let Some(path) = waiting.pop() {
        if !path.is_dir() {
            found.push(path);
            continue;
        }
        let entries = path
            .read_dir()
            .map_err(Error::io(format!("listing {}", path.display())))?;
        waiting.extend(entries.flatten().map(|entry| entry.path()));
    }
    found.sort();
    Ok(found)
}
