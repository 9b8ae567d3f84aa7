//! Errors as people read them: what happened, what is safe, what to try.

use leptos::server_fn::codec::JsonEncoding;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use model::filter::FilterError;
use model::id::IdError;
use model::journey::KeyError;
use model::list_columns::ColumnsError;
use model::list_order::CursorError;
use model::time::TimeError;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub(crate) enum AppError {
    #[error("{0}")]
    Filter(#[from] FilterError),
    #[error("{0}")]
    Time(#[from] TimeError),
    #[error("{0}")]
    Columns(#[from] ColumnsError),
    #[error("The address of this page is damaged: {0}")]
    Address(String),
    #[error("The database does not answer")]
    Unavailable,
    #[error("The stored data cannot be read")]
    Damaged,
    #[error("The server could not be asked: {0}")]
    Transport(String),
}

impl AppError {
    /// What to do about it.
    pub(crate) fn hint(&self) -> String {
        match self {
            Self::Filter(error) => error.hint.clone(),
            Self::Columns(error) => error.hint(),
            Self::Time(_) => "Choose a time range above.".into(),
            Self::Address(_) => "Begin again with the list of traces.".into(),
            Self::Unavailable => {
                "Nothing that was acknowledged is lost. Reload the page in a few seconds.".into()
            }
            Self::Damaged => {
                "The server's log says which trace and why. The others are safe.".into()
            }
            Self::Transport(_) => "Check that Throughline runs, then reload the page.".into(),
        }
    }

    /// The HTTP status of a page that shows it.
    #[cfg(feature = "ssr")]
    pub(crate) fn status(&self) -> http::StatusCode {
        match self {
            Self::Filter(_) | Self::Time(_) | Self::Columns(_) | Self::Address(_) => {
                http::StatusCode::BAD_REQUEST
            }
            Self::Unavailable => http::StatusCode::SERVICE_UNAVAILABLE,
            Self::Damaged | Self::Transport(_) => http::StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        Self::Transport(error.to_string())
    }
}

impl From<CursorError> for AppError {
    fn from(error: CursorError) -> Self {
        Self::Address(error.to_string())
    }
}

impl From<KeyError> for AppError {
    fn from(error: KeyError) -> Self {
        Self::Address(error.to_string())
    }
}

impl From<IdError> for AppError {
    fn from(error: IdError) -> Self {
        Self::Address(error.to_string())
    }
}

#[cfg(feature = "ssr")]
impl From<store::Error> for AppError {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Driver(_) | store::Error::SeriesRemoved => {
                tracing::warn!(%error, "a page could not be filled");
                Self::Unavailable
            }
            store::Error::Inconsistent { .. }
            | store::Error::Key { .. }
            | store::Error::Rollup { .. }
            | store::Error::Dictionary { .. }
            | store::Error::Objective { .. }
            | store::Error::Receiver { .. }
            | store::Error::Silence { .. }
            | store::Error::Event(_)
            | store::Error::TermSegment { .. }
            | store::Error::Merge(_)
            | store::Error::Train(_)
            | store::Error::NoSeries => {
                tracing::error!(%error, "a page could not be filled");
                Self::Damaged
            }
        }
    }
}
