//! Questions to the embedded Postgres of the server that is measured, by psql.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::error::Error;
use crate::process;

pub(crate) struct Database {
    folder: PathBuf,
    password: String,
}

impl Database {
    /// That of a server on this data directory, which must run.
    pub(crate) fn of(data_directory: &Path) -> Result<Self, Error> {
        let folder = data_directory.join("postgres");
        let password = fs::read_to_string(folder.join("password"))
            .map_err(Error::io("reading the database's password"))?;
        Ok(Self {
            folder,
            password: password.trim().to_owned(),
        })
    }

    /// CPU of all its processes.
    pub(crate) fn cpu_nanos(&self) -> Result<u64, Error> {
        let file = fs::read_to_string(self.folder.join("cluster/postmaster.pid"))
            .map_err(Error::io("reading postmaster.pid"))?;
        let postmaster: u32 = file.lines().next().unwrap_or_default().parse()?;
        let mut total = process::cpu_nanos(postmaster)?;
        for child in process::children(postmaster) {
            // It may have ended, and is then counted with the postmaster.
            total += process::cpu_nanos(child).unwrap_or_default();
        }
        Ok(total)
    }

    pub(crate) fn number(&self, sql: &str) -> Result<u64, Error> {
        Ok(self.run(sql, &[])?.trim().parse()?)
    }

    /// Runs a statement with bytes as its standard input; returns what it prints.
    pub(crate) fn run(&self, sql: &str, input: &[u8]) -> Result<String, Error> {
        let failed = Error::io("running psql");
        let mut child = Command::new("psql")
            .args(["-XAtq", "-v", "ON_ERROR_STOP=1", "-U", "throughline"])
            .args(["-d", "postgres", "-p", "5432", "-c", sql, "-h"])
            .arg(self.folder.join("run"))
            .env("PGPASSWORD", &self.password)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(&failed)?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin.write_all(input).map_err(&failed)?;
        }
        let output = child.wait_with_output().map_err(&failed)?;
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        } else {
            let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
            Err(Error::Psql(complaint))
        }
    }
}
