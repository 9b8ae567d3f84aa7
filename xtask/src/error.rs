//! Why a task could not be done.

use std::io;
use std::path::PathBuf;

#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    #[error("{program} could not be started: {source}")]
    Start { program: String, source: io::Error },
    #[error("{program} failed{output}")]
    Failed { program: String, output: String },
    #[error("{action} failed: {source}")]
    Io { action: String, source: io::Error },
    #[error("{what} is missing. Type this, then start again:\n\n    {remedy}\n")]
    Missing { what: &'static str, remedy: String },
    #[error("the style sheet {file} is wrong: {message}")]
    Style { file: PathBuf, message: String },
    #[error("wasm-bindgen failed: {0}")]
    Bindgen(String),
}

impl Error {
    /// Names what was being done when the system said no.
    pub(crate) fn io(action: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let action = action.into();
        move |source| Self::Io { action, source }
    }
}
