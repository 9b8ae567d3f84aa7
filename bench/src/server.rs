//! The server that is measured: the release binary with its embedded Postgres.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use crate::database::Database;
use crate::error::Error;
use crate::process;

/// Ended when it is dropped.
pub(crate) struct Server {
    child: Child,
    /// Host and port of pages and API.
    pub(crate) web: String,
    /// Host and port of OTLP over HTTP.
    pub(crate) otlp_http: String,
    /// Host and port of OTLP over gRPC.
    pub(crate) otlp_grpc: String,
    pub(crate) database: Database,
    /// Kept open, so that the server can go on printing.
    _output: BufReader<ChildStdout>,
}

/// CPU in nanoseconds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spent {
    pub(crate) server: u64,
    pub(crate) database: u64,
}

impl Server {
    /// On that data directory, which is made if there is none.
    pub(crate) fn start(binary: &Path, site: &Path, data_directory: &Path) -> Result<Self, Error> {
        fs::create_dir_all(data_directory).map_err(Error::io("creating a folder"))?;
        let mut child = Command::new(binary)
            .arg("serve")
            .env_remove("DATABASE_URL")
            .env("THROUGHLINE_DATA_DIR", data_directory)
            .env("THROUGHLINE_SITE_DIR", site)
            .env("THROUGHLINE_LISTEN", "127.0.0.1:0")
            .env("THROUGHLINE_OTLP_HTTP_LISTEN", "127.0.0.1:0")
            .env("THROUGHLINE_OTLP_GRPC_LISTEN", "127.0.0.1:0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(Error::io("starting the server"))?;
        let output = child.stdout.take().ok_or(Error::ServerEnded)?;
        let mut output = BufReader::new(output);
        let mut after = |prefix: &str| {
            output.by_ref().lines().find_map(|line| {
                let line = line.ok()?;
                let (_, rest) = line.split_once(prefix)?;
                Some(rest.split(['/', ' ']).next()?.to_owned())
            })
        };
        let web = after("open http://").ok_or(Error::ServerEnded)?;
        let otlp_http = after("curl http://").ok_or(Error::ServerEnded)?;
        let otlp_grpc = after("gRPC is received at http://").ok_or(Error::ServerEnded)?;
        let database = Database::of(data_directory)?;
        Ok(Self {
            child,
            web,
            otlp_http,
            otlp_grpc,
            database,
            _output: output,
        })
    }

    pub(crate) fn spent(&self) -> Result<Spent, Error> {
        // Without the children of the server: the database is counted on its own.
        Ok(Spent {
            server: process::cpu_nanos(self.child.id())?,
            database: self.database.cpu_nanos()?,
        })
    }

    pub(crate) fn peak_bytes(&self) -> Result<u64, Error> {
        process::peak_bytes(self.child.id())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Politely, so that the database ends with it.
        let pid = self.child.id().to_string();
        Command::new("kill").arg(&pid).status().ok();
        self.child.wait().ok();
    }
}
