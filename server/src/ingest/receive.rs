//! What every protocol does with a request once it is OTLP: look at its spans or log records, put
//! them on disk, say what became of them.

use std::sync::Arc;

use axum::body::Bytes;
use http::StatusCode;
use model::otlp::wire::WireError;
use tokio::sync::watch;
use tokio::task::{JoinError, spawn_blocking};

use super::append::{Append, AppendError};
use super::clean::clean;
use super::log_inserts::LogInserts;
use super::log_records::{CleanLogsError, clean_logs};
use super::memory::{Full, Memory, Reservation};
use super::redact::Redactor;
use crate::clock;
use crate::maintain::Room;
use crate::metrics::Metrics;
use crate::otlp::status::code;

/// The way in. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Receiver {
    append: Append,
    log_inserts: LogInserts,
    redactor: Arc<Redactor>,
    pub(super) memory: Memory,
    room: watch::Receiver<Room>,
    metrics: Arc<Metrics>,
}

/// What became of a request: all its spans or log records are on disk,
/// but for those that were rejected.
#[derive(Debug)]
pub(super) struct Receipt {
    pub(super) accepted: usize,
    pub(super) rejected: usize,
    /// Why; empty when none was.
    pub(super) message: String,
}

/// Why nothing of a request was kept.
#[derive(Debug, thiserror::Error)]
pub(super) enum ReceiveError {
    #[error("the request is not an OTLP trace request in protobuf: {0}")]
    Damaged(#[from] WireError),
    #[error("the request is not an OTLP logs request in protobuf: {0}")]
    DamagedLogs(WireError),
    #[error("{0}")]
    TooLarge(CleanLogsError),
    #[error("the request has too many elements to be translated at once; send smaller batches")]
    TooManyElements,
    #[error(transparent)]
    Full(#[from] Full),
    #[error(
        "the database has no room for more traces; nothing was kept, send again when its operator \
         has made some"
    )]
    NoRoom,
    #[error(transparent)]
    Append(#[from] AppendError),
    #[error("the request could not be processed; send again in a second")]
    Task(#[from] JoinError),
}

impl ReceiveError {
    /// A word for it, one of few.
    pub(super) fn label(&self) -> &'static str {
        match self {
            Self::Damaged(_) | Self::DamagedLogs(_) => "damaged",
            Self::TooLarge(_) | Self::TooManyElements => "too_large",
            Self::Full(_) => "memory_full",
            Self::NoRoom => "storage_full",
            Self::Append(AppendError::Full) => "queue_full",
            Self::Append(AppendError::Unavailable) => "database_unavailable",
            Self::Task(_) => "internal",
        }
    }

    /// The code of `google.rpc.Code`, and whether sending the same again can help.
    pub(super) fn kind(&self) -> (i32, bool) {
        match self {
            Self::Damaged(_) | Self::DamagedLogs(_) | Self::TooLarge(_) | Self::TooManyElements => {
                (code::INVALID_ARGUMENT, false)
            }
            Self::Full(_) | Self::Append(AppendError::Full) => (code::RESOURCE_EXHAUSTED, true),
            Self::Append(AppendError::Unavailable) | Self::NoRoom | Self::Task(_) => {
                (code::UNAVAILABLE, true)
            }
        }
    }

    /// The HTTP status that says the same.
    pub(super) fn status(&self) -> StatusCode {
        match self.kind().0 {
            _ if matches!(self, Self::TooLarge(_) | Self::TooManyElements) => {
                StatusCode::PAYLOAD_TOO_LARGE
            }
            code::RESOURCE_EXHAUSTED => StatusCode::TOO_MANY_REQUESTS,
            code::UNAVAILABLE => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::BAD_REQUEST,
        }
    }
}

impl Receiver {
    pub(crate) fn new(
        append: Append,
        log_inserts: LogInserts,
        redactor: Arc<Redactor>,
        room: watch::Receiver<Room>,
        metrics: Arc<Metrics>,
    ) -> Self {
        Self {
            append,
            log_inserts,
            redactor,
            room,
            memory: Memory::new(Arc::clone(&metrics)),
            metrics,
        }
    }

    /// Returns when what is accepted of an `ExportTraceServiceRequest` is on disk.
    pub(super) async fn receive(
        &self,
        protocol: &'static str,
        request: Bytes,
        reservation: Reservation,
    ) -> Result<Receipt, ReceiveError> {
        let outcome = self.process(request, reservation).await;
        match &outcome {
            Ok(receipt) => self.metrics.accepted(protocol, receipt.accepted),
            Err(error) => self.metrics.refused(error.label()),
        }
        outcome
    }

    /// Returns when what is accepted of an `ExportLogsServiceRequest` is on disk.
    pub(super) async fn receive_logs(
        &self,
        protocol: &'static str,
        request: Bytes,
        reservation: Reservation,
    ) -> Result<Receipt, ReceiveError> {
        let outcome = self.process_logs(request, reservation).await;
        match &outcome {
            Ok(receipt) => self.metrics.accepted_logs(protocol, receipt.accepted),
            Err(error) => self.metrics.refused(error.label()),
        }
        outcome
    }

    /// Counts a request of which nothing was kept because it could not even be read.
    pub(super) fn unreadable(&self, reason: &'static str) {
        self.metrics.refused(reason);
    }

    /// Counts spans that a translation had to leave out.
    pub(super) fn rejected(&self, reason: &'static str, spans: usize) {
        self.metrics.rejected(reason, spans);
    }

    async fn process(
        &self,
        request: Bytes,
        mut reservation: Reservation,
    ) -> Result<Receipt, ReceiveError> {
        self.check_room()?;
        reservation.wait_for_turn().await?;
        let redactor = Arc::clone(&self.redactor);
        // The work keeps room and turn, also when the client has gone away.
        let (cleaned, mut reservation) = spawn_blocking(move || {
            let cleaned = clean(&request, &redactor)?;
            Ok::<_, WireError>((cleaned, reservation))
        })
        .await??;
        reservation.end_turn();
        for (reason, count) in cleaned.rejected.iter() {
            self.metrics.rejected(reason.label(), count);
        }
        self.metrics.redacted(&cleaned.redacted);
        let receipt = Receipt {
            accepted: cleaned.parts.iter().map(|part| part.span_count).sum(),
            rejected: cleaned.rejected.count(),
            message: cleaned.rejected.message("span"),
        };
        self.append.append(cleaned.parts, reservation).await?;
        Ok(receipt)
    }

    async fn process_logs(
        &self,
        request: Bytes,
        mut reservation: Reservation,
    ) -> Result<Receipt, ReceiveError> {
        self.check_room()?;
        reservation.wait_for_turn().await?;
        let now = clock::now_nanos();
        let redactor = Arc::clone(&self.redactor);
        let (cleaned, mut reservation) = spawn_blocking(move || {
            let cleaned = clean_logs(&request, now, &redactor, &mut reservation)?;
            Ok::<_, CleanLogsError>((cleaned, reservation))
        })
        .await??;
        reservation.end_turn();
        for (reason, count) in cleaned.rejected.iter() {
            self.metrics.rejected_logs(reason.label(), count);
        }
        self.metrics.redacted(&cleaned.redacted);
        let receipt = Receipt {
            accepted: cleaned.records.len(),
            rejected: cleaned.rejected.count(),
            message: cleaned.rejected.message("log record"),
        };
        let inserted = self.log_inserts.insert(cleaned.records, now, reservation);
        inserted.await?;
        Ok(receipt)
    }

    fn check_room(&self) -> Result<(), ReceiveError> {
        match *self.room.borrow() {
            Room::Full => Err(ReceiveError::NoRoom),
            Room::Plenty | Room::Short => Ok(()),
        }
    }
}

impl From<CleanLogsError> for ReceiveError {
    fn from(error: CleanLogsError) -> Self {
        match error {
            CleanLogsError::Damaged(damage) => Self::DamagedLogs(damage),
            CleanLogsError::Full(full) => Self::Full(full),
            CleanLogsError::TooLarge => Self::TooLarge(error),
        }
    }
}
