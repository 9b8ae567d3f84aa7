//! Looking at log records one by one: what belongs to a trace or a session is kept, the rest is
//! left out and counted.

use std::borrow::Cow;
use std::fmt;

use model::dimensions::SESSION_ID;
use model::id::TraceId;
use model::otlp::Batch;
use model::otlp::batch::SpanBytes;
use model::otlp::logs::{event_id, observed, text_of};
use model::otlp::schema::{self, LOG_RECORD};
use model::otlp::wire::{Fields, WireError};
use store::log_records::LogRecordWrite;

use super::body::MAX_BODY_BYTES;
use super::memory::{Full, Reservation};
use super::rejected::Rejected;

/// Most records of one request: they are stored in one statement.
const MAX_RECORDS: usize = 50_000;

/// Largest record with its resource and scope, which are kept with each.
const MAX_RECORD_BYTES: usize = 256 << 10;

/// Most bytes that the records of one request may take with their resources and scopes.
const MAX_BYTES: usize = MAX_BODY_BYTES;

/// Most bytes around one record: three tags with lengths, and a time.
const ENVELOPE_BYTES: usize = 32;

/// Longest id of a session.
const MAX_SESSION_BYTES: usize = 256;

/// Why a record is rejected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reason {
    Damaged(WireError),
    Unrelated,
    Time,
    Large,
}

impl Reason {
    /// A word for it, one of few.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Damaged(_) => "damaged",
            Self::Unrelated => "no_trace_or_session",
            Self::Time => "time",
            Self::Large => "too_large",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Damaged(error) => write!(f, "its encoding is damaged: {error}"),
            Self::Unrelated => write!(
                f,
                "it has neither a trace id nor a session.id of at most {MAX_SESSION_BYTES} bytes; \
                 only records of traces and sessions are kept"
            ),
            Self::Time => f.write_str("its time is after the year 2262"),
            Self::Large => write!(
                f,
                "it takes more than {} KiB with its resource and scope",
                MAX_RECORD_BYTES >> 10
            ),
        }
    }
}

/// Why nothing of a request can be kept.
#[derive(Debug, thiserror::Error)]
pub(super) enum CleanLogsError {
    #[error(transparent)]
    Damaged(#[from] WireError),
    #[error(
        "the request has more than {MAX_RECORDS} log records, or they take more than {} MiB with \
         their resources and scopes; send smaller batches", MAX_BYTES >> 20
    )]
    TooLarge,
    #[error(transparent)]
    Full(#[from] Full),
}

/// What a request was left with.
#[derive(Debug, Default)]
pub(super) struct CleanedLogs {
    pub(super) records: Vec<LogRecordWrite>,
    pub(super) rejected: Rejected<Reason>,
}

/// A record that is accepted, and the number of its scope.
struct Accepted<'a> {
    scope: u32,
    bytes: &'a [u8],
    trace_id: Option<TraceId>,
    session_id: Option<String>,
    /// As its source tells it.
    time_nanos: Option<i64>,
}

/// Looks at every record of an `ExportLogsServiceRequest`, received at that time, and takes the
/// room for those that are accepted.
///
/// # Errors
/// When it is not one, what it says above its records is damaged, or it is too large.
pub(super) fn clean_logs(
    request: &[u8],
    now_nanos: i64,
    reservation: &mut Reservation,
) -> Result<CleanedLogs, CleanLogsError> {
    let batch = Batch::read(request)?;
    batch.check_heads()?;
    let mut rejected = Rejected::default();
    let mut accepted = Vec::new();
    let mut bytes = 0;
    for &found in &batch.spans {
        let record_bytes = record_bytes(&batch, found);
        match check(found, &batch, record_bytes) {
            Ok(record) => {
                bytes += record_bytes;
                accepted.push(record);
            }
            Err(reason) => rejected.add(reason),
        }
        if accepted.len() > MAX_RECORDS || bytes > MAX_BYTES {
            return Err(CleanLogsError::TooLarge);
        }
    }
    reservation.grow(bytes)?;
    let records = accepted.into_iter();
    Ok(CleanedLogs {
        records: records
            .map(|record| record.write(&batch, now_nanos))
            .collect(),
        rejected,
    })
}

/// What a record takes with all that stands above it.
fn record_bytes(batch: &Batch<'_>, record: SpanBytes<'_>) -> usize {
    let resource = batch.resource_head(batch.resource_of(record.scope));
    let scope = batch.scope_head(record.scope);
    resource.len() + scope.len() + record.bytes.len() + ENVELOPE_BYTES
}

fn check<'a>(
    record: SpanBytes<'a>,
    batch: &Batch<'_>,
    record_bytes: usize,
) -> Result<Accepted<'a>, Reason> {
    if record_bytes > MAX_RECORD_BYTES {
        return Err(Reason::Large);
    }
    let (mut time, mut observed_time) = (0, 0);
    let (mut trace_id, mut session_id) = (None, None);
    for field in Fields::new(record.bytes) {
        let field = field.map_err(Reason::Damaged)?;
        schema::check_field(&field, &LOG_RECORD).map_err(Reason::Damaged)?;
        // Their types were just checked.
        match field.number {
            1 => time = field.fixed64().unwrap_or_default(),
            6 if session_id.is_none() => session_id = session(field.bytes().unwrap_or_default()),
            // A record with an id that is none belongs to no trace (logs.proto).
            9 => trace_id = TraceId::from_slice(field.bytes().unwrap_or_default()).ok(),
            11 => observed_time = field.fixed64().unwrap_or_default(),
            _ => {}
        }
    }
    let session_id = session_id
        .or_else(|| session_of_resource(batch.resource_head(batch.resource_of(record.scope))));
    if trace_id.is_none() && session_id.is_none() {
        return Err(Reason::Unrelated);
    }
    let time = if time == 0 { observed_time } else { time };
    let time_nanos = i64::try_from(time).map_err(|_later| Reason::Time)?;
    Ok(Accepted {
        scope: record.scope,
        bytes: record.bytes,
        trace_id,
        session_id: session_id.map(str::to_owned),
        time_nanos: (time_nanos != 0).then_some(time_nanos),
    })
}

/// The session that a `KeyValue` names.
fn session(attribute: &[u8]) -> Option<&str> {
    let id = text_of(attribute, SESSION_ID)?;
    (1..=MAX_SESSION_BYTES).contains(&id.len()).then_some(id)
}

/// The session that a resource names, which is field 1 of its head and has its attributes there.
fn session_of_resource(head: &[u8]) -> Option<&str> {
    let messages = |message| {
        let fields = Fields::new(message).map_while(Result::ok);
        let first = fields.filter(|field| field.number == 1);
        first.filter_map(|field| field.bytes().ok())
    };
    messages(head).flat_map(messages).find_map(session)
}

impl Accepted<'_> {
    fn write(self, batch: &Batch<'_>, now_nanos: i64) -> LogRecordWrite {
        let scope_head = batch.scope_head(self.scope);
        let resource_head = batch.resource_head(batch.resource_of(self.scope));
        let record = match self.time_nanos {
            Some(_) => Cow::Borrowed(self.bytes),
            None => observed(self.bytes, now_nanos),
        };
        let mut body = Vec::new();
        let written = SpanBytes {
            scope: self.scope,
            bytes: &record,
        };
        batch.write(&[written], &mut body);
        LogRecordWrite {
            // Of what was sent: it is the same when it is sent again.
            event_id: event_id(resource_head, scope_head, self.bytes),
            trace_id: self.trace_id,
            session_id: self.session_id,
            time_nanos: self.time_nanos.unwrap_or(now_nanos),
            body,
        }
    }
}
