//! Why something could not be measured.

use std::io;
use std::num::ParseIntError;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("{action}: {source}")]
    Io {
        action: &'static str,
        source: io::Error,
    },
    #[error("the server ended, or the connection to it did")]
    ServerEnded,
    #[error("the server answered: {0}")]
    Refused(String),
    #[error("the connection failed: {0}")]
    Http2(#[from] h2::Error),
    #[error("no request can be made: {0}")]
    Request(#[from] http::Error),
    #[error("{path} was answered with status {status}: {body}")]
    Answer {
        path: String,
        status: u16,
        body: String,
    },
    #[error("psql failed: {0}")]
    Psql(String),
    #[error("what should be a number is none: {0}")]
    Number(#[from] ParseIntError),
    #[error("it was not done after {0} s")]
    TooLong(u64),
}

impl Error {
    /// Says what was being done; for `map_err`.
    pub(crate) fn io(action: &'static str) -> impl Fn(io::Error) -> Self {
        move |source| Self::Io { action, source }
    }
}
