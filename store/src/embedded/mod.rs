//! The embedded Postgres: a private cluster under the data directory, for those who have not set
//! up one of their own.
//!
//! It listens on a Unix socket only, in a directory that only its user can enter, and asks for a
//! random password. It lives in a process group of its own, so that Ctrl-C reaches the product,
//! which stops it after its own work is done.

mod binaries;
mod cluster;
mod disk;
mod owner;

use std::io;
use std::path::PathBuf;

pub use cluster::Cluster;
pub use disk::{Disk, disk};

/// Why the embedded Postgres cannot be used. Each says what to do.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    #[error(
        "no PostgreSQL 15 or newer is installed on this machine{found}. Install it (Debian and \
         Ubuntu: apt-get install postgresql; macOS: brew install postgresql@17), or set \
         DATABASE_URL to a database elsewhere"
    )]
    NotInstalled { found: String },
    #[error(
        "the database in {directory} was made by PostgreSQL {version}, which is not installed any \
         more. Install that version, or choose another THROUGHLINE_DATA_DIR"
    )]
    OtherVersion { directory: PathBuf, version: String },
    #[error(
        "another Throughline uses {0}. Stop it, or give this one a THROUGHLINE_DATA_DIR of its own"
    )]
    InUse(PathBuf),
    #[error(
        "PostgreSQL does not run as root, and user \"{user}\", as whom it would run, cannot enter \
         {directory}. Choose a THROUGHLINE_DATA_DIR that others can enter, such as \
         /var/lib/throughline"
    )]
    Closed { user: String, directory: PathBuf },
    #[error(
        "PostgreSQL does not run as root, and there is neither a user \"postgres\" nor \"nobody\" \
         to run it as. Start Throughline as another user"
    )]
    NoUser,
    #[error("{0} is too long a path for a Unix socket. Choose a shorter THROUGHLINE_DATA_DIR")]
    LongPath(PathBuf),
    #[error("{action} failed: {source}")]
    Io { action: String, source: io::Error },
    #[error("{program} failed: {output}")]
    Program {
        program: &'static str,
        output: String,
    },
    #[error("PostgreSQL did not start; the end of {log} says:\n{tail}")]
    NotStarted { log: PathBuf, tail: String },
}

impl EmbeddedError {
    /// Names what was being done when the system said no.
    fn io(action: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let action = action.into();
        move |source| Self::Io { action, source }
    }
}

/// Whether this process runs as root, in whose stead the embedded Postgres runs as another user.
#[must_use]
pub fn is_root() -> bool {
    nix::unistd::geteuid().is_root()
}
