//! Where `PostgreSQL`'s programs are on this machine.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::EmbeddedError;

/// Oldest major version that is supported.
const LEAST_MAJOR: u32 = 15;

/// Folders with one folder a version in them, and what leads from there to the programs.
const VERSIONED: [(&str, &str); 4] = [
    ("/usr/lib/postgresql", "bin"),
    ("/usr/local/opt", "bin"),
    ("/opt/homebrew/opt", "bin"),
    ("/usr", "bin"),
];

/// An installation of `PostgreSQL`'s server programs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Binaries {
    folder: PathBuf,
    pub(super) major: u32,
}

impl Binaries {
    /// The newest installation that is new enough, or the one of that major version.
    pub(super) fn find(major: Option<u32>) -> Result<Self, Vec<Self>> {
        let mut all: Vec<Self> = folders().into_iter().filter_map(Self::at).collect();
        all.sort_by_key(|found| std::cmp::Reverse(found.major));
        let fits = |found: &&Self| match major {
            Some(major) => found.major == major,
            None => found.major >= LEAST_MAJOR,
        };
        all.iter().find(fits).cloned().ok_or(all)
    }

    pub(super) fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn at(folder: PathBuf) -> Option<Self> {
        let output = Command::new(folder.join("postgres"))
            .arg("--version")
            .output()
            .ok()?;
        let major = major_version(&String::from_utf8_lossy(&output.stdout))?;
        // An installation without initdb is a client's.
        let can_init = Command::new(folder.join("initdb"))
            .arg("--version")
            .output()
            .is_ok();
        can_init.then_some(Self { folder, major })
    }
}

/// Says which versions are there instead.
pub(super) fn not_installed(found: &[Binaries]) -> EmbeddedError {
    let versions: Vec<String> = found
        .iter()
        .map(|binaries| binaries.major.to_string())
        .collect();
    let found = match versions.as_slice() {
        [] => String::new(),
        versions => format!(" (only version {})", versions.join(", ")),
    };
    EmbeddedError::NotInstalled { found }
}

fn folders() -> Vec<PathBuf> {
    let configured = Command::new("pg_config").arg("--bindir").output().ok();
    let configured = configured.map(|output| String::from_utf8_lossy(&output.stdout).trim().into());
    let versioned = VERSIONED.iter().flat_map(|(parent, child)| {
        let entries = Path::new(parent).read_dir().into_iter().flatten().flatten();
        let is_postgres = |name: &str| {
            name.parse::<u32>().is_ok()
                || name.starts_with("postgresql@")
                || name.starts_with("pgsql-")
        };
        entries
            .filter(move |entry| entry.file_name().to_str().is_some_and(is_postgres))
            .map(move |entry| entry.path().join(child))
    });
    // A program without a folder is looked up on the PATH.
    configured
        .into_iter()
        .chain(versioned)
        .chain([PathBuf::new()])
        .collect()
}

/// From `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`.
fn major_version(line: &str) -> Option<u32> {
    let version = line.split_once("(PostgreSQL) ")?.1;
    let digits = version.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_version_line() {
        let debian = "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n";
        assert_eq!(major_version(debian), Some(15));
        assert_eq!(major_version("postgres (PostgreSQL) 18beta1"), Some(18));
        assert_eq!(major_version("something else"), None);
    }
}
