//! A Postgres for one task: made in a temporary folder, thrown away at the end.

use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use nix::unistd::{User, geteuid};
use tempfile::TempDir;

use crate::command;
use crate::error::Error;
use crate::system;

/// Installs the server's programs where they are missing.
pub(crate) fn ensure() -> Result<bool, Error> {
    system::ensure("PostgreSQL 15 or newer", &["postgresql"], || {
        programs().is_some()
    })
}

/// The folder of the newest installed server programs.
fn programs() -> Option<PathBuf> {
    let mut folders: Vec<PathBuf> = Path::new("/usr/lib/postgresql")
        .read_dir()
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .collect();
    folders.sort();
    let configured = command::output(Command::new("pg_config").arg("--bindir"))
        .ok()
        .map(PathBuf::from);
    folders
        .into_iter()
        .rev()
        .chain(configured)
        .find(|folder| folder.join("initdb").exists())
}

/// A running server; it ends when this is dropped.
pub(crate) struct Postgres {
    folder: TempDir,
    programs: PathBuf,
    user: Option<User>,
}

impl Postgres {
    /// Nothing in it has to outlive a power cut, so it does not wait for the disk.
    pub(crate) fn start() -> Result<Self, Error> {
        ensure()?;
        let programs = programs().unwrap_or_default();
        let folder = TempDir::new().map_err(Error::io("creating a temporary folder"))?;
        let user = if geteuid().is_root() {
            User::from_name("postgres").ok().flatten()
        } else {
            None
        };
        if let Some(user) = &user {
            chown(
                folder.path(),
                Some(user.uid.as_raw()),
                Some(user.gid.as_raw()),
            )
            .map_err(Error::io("handing over the temporary folder"))?;
        }
        let postgres = Self {
            folder,
            programs,
            user,
        };
        command::output(
            postgres
                .program("initdb")
                .args(["--auth", "trust", "--username", "throughline", "--no-sync"])
                .args(["--encoding", "UTF8", "--locale", "C", "--pgdata"])
                .arg(postgres.data()),
        )?;
        let options = format!(
            "-c listen_addresses= -c fsync=off -c max_connections=300 -k {}",
            postgres.folder.path().display()
        );
        command::output(
            postgres
                .program("pg_ctl")
                .args([
                    "start",
                    "--wait",
                    "--silent",
                    "--options",
                    &options,
                    "--log",
                ])
                .arg(postgres.folder.path().join("log"))
                .arg("--pgdata")
                .arg(postgres.data()),
        )?;
        Ok(postgres)
    }

    /// How to connect to a database of it.
    pub(crate) fn url(&self, database: &str) -> String {
        let folder = self.folder.path().display().to_string().replace('/', "%2F");
        format!("postgres://throughline@{folder}/{database}")
    }

    /// Runs an SQL script in the database `postgres`.
    pub(crate) fn run_script(&self, script: &Path) -> Result<(), Error> {
        command::output(
            self.program("psql")
                .args([
                    "--quiet",
                    "--set",
                    "ON_ERROR_STOP=1",
                    "--username",
                    "throughline",
                ])
                .args(["--dbname", "postgres", "--host"])
                .arg(self.folder.path())
                .arg("--file")
                .arg(script),
        )?;
        Ok(())
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.programs.join(name));
        command.current_dir(self.folder.path());
        if let Some(user) = &self.user {
            command.uid(user.uid.as_raw()).gid(user.gid.as_raw());
        }
        command
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let stopped = command::output(
            self.program("pg_ctl")
                .args([
                    "stop",
                    "--wait",
                    "--silent",
                    "--mode",
                    "immediate",
                    "--pgdata",
                ])
                .arg(self.data()),
        );
        if let Err(error) = stopped {
            eprintln!("xtask: the temporary Postgres could not be stopped: {error}");
        }
    }
}
