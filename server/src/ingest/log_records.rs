//! Looking at log records one by one: what belongs to a trace or a session is kept, the rest is
//! left out and counted; what must not be stored is taken out.

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
use super::redact::{Counts, Redactor};
use super::rejected::Rejected;

/// Most records of one request: they are stored in one statement.
const MAX_RECORDS: usize = 50_000;

/// Largest record with its resource and scope, which are kept with each.
const MAX_RECORD_BYTES: usize = 256 << 10;

/// Most bytes that the records of one request may take with their resources and scopes.
const MAX_BYTES: usize = MAX_BODY_BYTES;

/// Most bytes around one record: three tags with lengths, and a time.
const ENVELOPE_BYTES: usize = 32;

/// `LogRecord.attributes`.
const ATTRIBUTES: u32 = 6;

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
    pub(super) redacted: Counts,
}

/// A record that is accepted, and the number of its scope.
struct Accepted<'a> {
    scope: u32,
    /// As it came, unless something had to be taken out.
    bytes: Cow<'a, [u8]>,
    trace_id: Option<TraceId>,
    session_id: Option<String>,
    /// As its source tells it.
    time_nanos: Option<i64>,
}

/// Looks at every record of an `ExportLogsServiceRequest`, received at that time, takes out what
/// must not be stored, and takes the room for those that are accepted.
///
/// # Errors
/// When it is not one, what it says above its records is damaged, or it is too large.
pub(super) fn clean_logs(
    request: &[u8],
    now_nanos: i64,
    redactor: &Redactor,
    reservation: &mut Reservation,
) -> Result<CleanedLogs, CleanLogsError> {
    let mut batch = Batch::read(request)?;
    batch.check_heads()?;
    let mut redacted = Counts::default();
    batch.map_resource_heads(|head| redactor.resource_head(head, &mut redacted));
    batch.map_scope_heads(|head| redactor.scope_head(head, &mut redacted));
    let mut rejected = Rejected::default();
    let mut accepted = Vec::new();
    let mut bytes = 0;
    for &found in &batch.spans {
        match accept(found, &batch, redactor, &mut redacted) {
            Ok(record) => {
                bytes += record_bytes(&batch, record.scope, &record.bytes);
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
        redacted,
    })
}

/// What a record takes with all that stands above it.
fn record_bytes(batch: &Batch<'_>, scope: u32, record: &[u8]) -> usize {
    let resource = batch.resource_head(batch.resource_of(scope));
    resource.len() + batch.scope_head(scope).len() + record.len() + ENVELOPE_BYTES
}

fn accept<'a>(
    record: SpanBytes<'a>,
    batch: &Batch<'_>,
    redactor: &Redactor,
    redacted: &mut Counts,
) -> Result<Accepted<'a>, Reason> {
    if record_bytes(batch, record.scope, record.bytes) > MAX_RECORD_BYTES {
        return Err(Reason::Large);
    }
    let (trace_id, time_nanos) = check(record.bytes)?;
    let bytes = match redactor.log_record(record.bytes, redacted) {
        Some(new) => Cow::Owned(new),
        None => Cow::Borrowed(record.bytes),
    };
    // Of what is stored: a session that must not be known is none.
    let head = batch.resource_head(batch.resource_of(record.scope));
    let session_id = contents(&bytes, ATTRIBUTES).find_map(session);
    let session_id = session_id.or_else(|| session_of_resource(head));
    let session_id = session_id.map(str::to_owned);
    if trace_id.is_none() && session_id.is_none() {
        return Err(Reason::Unrelated);
    }
    Ok(Accepted {
        scope: record.scope,
        bytes,
        trace_id,
        session_id,
        time_nanos,
    })
}

/// The trace of a record, and the time that its source tells.
fn check(record: &[u8]) -> Result<(Option<TraceId>, Option<i64>), Reason> {
    let (mut time, mut observed_time, mut trace_id) = (0, 0, None);
    for field in Fields::new(record) {
        let field = field.map_err(Reason::Damaged)?;
        schema::check_field(&field, &LOG_RECORD, &mut |_key| ()).map_err(Reason::Damaged)?;
        // Their types were just checked.
        match field.number {
            1 => time = field.fixed64().unwrap_or_default(),
            // A record with an id that is none belongs to no trace (logs.proto).
            9 => trace_id = TraceId::from_slice(field.bytes().unwrap_or_default()).ok(),
            11 => observed_time = field.fixed64().unwrap_or_default(),
            _ => {}
        }
    }
    let time = if time == 0 { observed_time } else { time };
    let time_nanos = i64::try_from(time).map_err(|_later| Reason::Time)?;
    Ok((trace_id, (time_nanos != 0).then_some(time_nanos)))
}

/// The session that a `KeyValue` names.
fn session(attribute: &[u8]) -> Option<&str> {
    let id = text_of(attribute, SESSION_ID)?;
    (1..=MAX_SESSION_BYTES).contains(&id.len()).then_some(id)
}

/// The session that a resource names, which is field 1 of its head and has its attributes there.
fn session_of_resource(head: &[u8]) -> Option<&str> {
    let resources = contents(head, 1);
    let mut attributes = resources.flat_map(|resource| contents(resource, 1));
    attributes.find_map(session)
}

/// What the fields of that number hold, in a message that was checked.
fn contents(message: &[u8], number: u32) -> impl Iterator<Item = &[u8]> {
    let fields = Fields::new(message).map_while(Result::ok);
    let wanted = fields.filter(move |field| field.number == number);
    wanted.filter_map(|field| field.bytes().ok())
}

impl Accepted<'_> {
    fn write(self, batch: &Batch<'_>, now_nanos: i64) -> LogRecordWrite {
        let scope_head = batch.scope_head(self.scope);
        let resource_head = batch.resource_head(batch.resource_of(self.scope));
        let record = match self.time_nanos {
            Some(_) => Cow::Borrowed(&*self.bytes),
            None => observed(&self.bytes, now_nanos),
        };
        let mut body = Vec::new();
        let written = SpanBytes {
            scope: self.scope,
            bytes: &record,
        };
        batch.write(&[written], &mut body);
        LogRecordWrite {
            // Without the time of receiving: it is the same when it is sent again.
            event_id: event_id(resource_head, scope_head, &self.bytes),
            trace_id: self.trace_id,
            session_id: self.session_id,
            time_nanos: self.time_nanos.unwrap_or(now_nanos),
            body,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
    use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value};
    use opentelemetry_proto::tonic::logs::v1::{LogRecord, LogsData, ResourceLogs, ScopeLogs};
    use opentelemetry_proto::tonic::resource::v1::Resource;
    use proptest::prelude::*;
    use prost::Message;

    use super::super::memory::Memory;
    use super::super::redact::Rules;
    use super::*;
    use crate::metrics::Metrics;

    const NOW: i64 = 1_700_000_000_000_000_000;

    fn text(key: &str, text: &str) -> KeyValue {
        let value = Some(any_value::Value::StringValue(text.to_owned()));
        KeyValue {
            key: key.to_owned(),
            value: Some(AnyValue { value }),
            ..KeyValue::default()
        }
    }

    fn of_trace() -> LogRecord {
        LogRecord {
            trace_id: vec![1; 16],
            time_unix_nano: 7,
            ..LogRecord::default()
        }
    }

    fn of_session(id: &str) -> LogRecord {
        LogRecord {
            attributes: vec![text("session.id", id)],
            ..LogRecord::default()
        }
    }

    fn request_of(resource: Option<Resource>, log_records: Vec<LogRecord>) -> Vec<u8> {
        let scope_logs = vec![ScopeLogs {
            log_records,
            ..ScopeLogs::default()
        }];
        let resource_logs = vec![ResourceLogs {
            resource,
            scope_logs,
            ..ResourceLogs::default()
        }];
        ExportLogsServiceRequest { resource_logs }.encode_to_vec()
    }

    fn cleaned(request: &[u8]) -> Result<CleanedLogs, CleanLogsError> {
        let memory = Memory::new(Arc::new(Metrics::new()));
        let redactor = Redactor::new(Rules::default(), b"key");
        clean_logs(request, NOW, &redactor, &mut memory.reservation())
    }

    fn clean(records: Vec<LogRecord>) -> CleanedLogs {
        cleaned(&request_of(None, records)).unwrap()
    }

    /// The record as another reader finds it.
    fn stored(record: &LogRecordWrite) -> LogRecord {
        let data = LogsData::decode(record.body.as_slice()).expect("what any reader reads");
        let of_scopes = data.resource_logs.into_iter();
        let mut records = of_scopes
            .flat_map(|of_resource| of_resource.scope_logs)
            .flat_map(|of_scope| of_scope.log_records);
        let record = records.next().expect("one record");
        assert_eq!(records.next(), None);
        record
    }

    #[test]
    fn what_belongs_nowhere_is_rejected_and_its_neighbours_stay() {
        let long = "x".repeat(MAX_SESSION_BYTES + 1);
        let cleaned = clean(vec![
            of_trace(),
            of_session("s-1"),
            LogRecord::default(),
            of_session(""),
            of_session(&long),
            LogRecord {
                trace_id: vec![0; 16],
                ..LogRecord::default()
            },
            LogRecord {
                trace_id: vec![1; 15],
                ..of_session("s-2")
            },
            LogRecord {
                time_unix_nano: u64::MAX,
                ..of_trace()
            },
        ]);
        let sessions = cleaned.records.iter().map(|record| &record.session_id);
        let sessions: Vec<_> = sessions.map(Option::as_deref).collect();
        assert_eq!(sessions, [None, Some("s-1"), Some("s-2")]);
        let rejected: Vec<_> = cleaned.rejected.iter().collect();
        assert_eq!(rejected, [(Reason::Unrelated, 4), (Reason::Time, 1)]);
        let message = cleaned.rejected.message("log record");
        assert!(message.starts_with("4 log records rejected: it has neither a trace id"));
    }

    #[test]
    fn a_resource_names_the_session_of_records_that_name_none() {
        let resource = Resource {
            attributes: vec![text("service.name", "shop"), text("session.id", "s-1")],
            ..Resource::default()
        };
        let records = vec![LogRecord::default(), of_session("s-2")];
        let cleaned = cleaned(&request_of(Some(resource), records)).unwrap();
        let sessions = cleaned.records.iter().map(|record| &record.session_id);
        let sessions: Vec<_> = sessions.map(Option::as_deref).collect();
        assert_eq!(sessions, [Some("s-1"), Some("s-2")]);
    }

    #[test]
    fn a_record_has_the_first_time_that_is_known() {
        let cleaned = clean(vec![
            of_trace(),
            LogRecord {
                observed_time_unix_nano: 9,
                ..of_session("s")
            },
            of_session("s"),
        ]);
        let times: Vec<_> = cleaned
            .records
            .iter()
            .map(|record| record.time_nanos)
            .collect();
        assert_eq!(times, [7, 9, NOW]);
        let observed = stored(&cleaned.records[2]).observed_time_unix_nano;
        assert_eq!(
            i64::try_from(observed),
            Ok(NOW),
            "what is exported tells it too"
        );
    }

    #[test]
    fn the_same_record_is_known_again() {
        let request = request_of(None, vec![of_session("s")]);
        let memory = Memory::new(Arc::new(Metrics::new()));
        let redactor = Redactor::new(Rules::default(), b"key");
        let id_at = |now| {
            let mut reservation = memory.reservation();
            let cleaned = clean_logs(&request, now, &redactor, &mut reservation).unwrap();
            cleaned.records[0].event_id
        };
        assert_eq!(id_at(NOW), id_at(NOW + 1));
        let others = clean(vec![of_session("s"), of_session("t")]).records;
        assert_eq!(others[0].event_id, id_at(NOW));
        assert_ne!(others[1].event_id, id_at(NOW));
    }

    #[test]
    fn what_would_grow_beyond_all_bounds_is_refused() {
        // Of attributes that are short enough to stay as they are.
        let padding = |number| text(&format!("padding {number}"), &"x".repeat(2 << 10));
        let resource = Resource {
            attributes: (0..MAX_RECORD_BYTES >> 12).map(padding).collect(),
            ..Resource::default()
        };
        let many = vec![of_trace(); 2 * MAX_BYTES / MAX_RECORD_BYTES];
        let refused = cleaned(&request_of(Some(resource), many));
        assert!(matches!(refused, Err(CleanLogsError::TooLarge)));
        let refused = cleaned(&request_of(None, vec![of_trace(); MAX_RECORDS + 1]));
        assert!(matches!(refused, Err(CleanLogsError::TooLarge)));
        let large = LogRecord {
            event_name: "x".repeat(MAX_RECORD_BYTES),
            ..of_trace()
        };
        let cleaned = clean(vec![of_trace(), large]);
        assert_eq!(cleaned.records.len(), 1);
        assert_eq!(cleaned.rejected.iter().next(), Some((Reason::Large, 1)));
    }

    #[test]
    fn what_must_not_be_stored_is_taken_out() {
        let mail = "alice@example.com";
        let record = LogRecord {
            body: text("", &format!("mail to {mail}")).value,
            event_name: format!("mail {mail}"),
            attributes: vec![text("user.id", "alice"), text("note", mail)],
            ..of_trace()
        };
        let resource = Resource {
            attributes: vec![text("host.note", mail)],
            ..Resource::default()
        };
        let cleaned = cleaned(&request_of(Some(resource), vec![record])).unwrap();
        let body = String::from_utf8_lossy(&cleaned.records[0].body);
        assert!(!body.contains("alice"), "{body}");
        let kept = stored(&cleaned.records[0]);
        assert_eq!(kept.event_name, "mail [e-mail]");
        assert_eq!(kept.body, text("", "mail to [e-mail]").value);
    }

    #[test]
    fn a_session_is_known_by_what_is_stored_of_it() {
        let request = request_of(None, vec![of_session("s-1")]);
        let memory = Memory::new(Arc::new(Metrics::new()));
        let session_by = |rules: &str| {
            let redactor = Redactor::new(Rules::parse(rules).unwrap(), b"key");
            let cleaned = clean_logs(&request, NOW, &redactor, &mut memory.reservation()).unwrap();
            let record = cleaned.records.into_iter().next();
            (record.and_then(|record| record.session_id), redactor)
        };
        let (hashed, redactor) = session_by("hash session.id");
        assert!(hashed.is_some());
        assert_eq!(hashed, redactor.searchable(SESSION_ID, "s-1"));
        assert_eq!(session_by("drop session.id").0, None);
    }

    fn any_record() -> impl Strategy<Value = LogRecord> {
        let text_value = "[a-zé]{0,8}";
        let ids = (any::<[u8; 16]>(), any::<[u8; 8]>());
        (ids, text_value, text_value, 0..30_i32, any::<u32>()).prop_map(
            |((trace_id, span_id), name, session, severity, time)| LogRecord {
                time_unix_nano: time.into(),
                severity_number: severity,
                event_name: name,
                attributes: vec![text("session.id", &session)],
                body: text("", "body").value,
                trace_id: trace_id.to_vec(),
                span_id: span_id.to_vec(),
                ..LogRecord::default()
            },
        )
    }

    proptest! {
        #[test]
        fn every_good_record_is_kept_as_it_was(records in prop::collection::vec(any_record(), 0..20)) {
            let cleaned = clean(records.clone());
            let mut kept: Vec<LogRecord> = cleaned.records.iter().map(stored).collect();
            for (kept, sent) in kept.iter_mut().zip(&records) {
                if sent.time_unix_nano == 0 {
                    kept.observed_time_unix_nano = 0;
                }
            }
            prop_assert_eq!(kept, records);
        }

        /// `stored` panics when another reader cannot read what is left.
        #[test]
        fn what_is_accepted_others_can_read(
            records in prop::collection::vec(any_record(), 1..4),
            damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        ) {
            let mut request = request_of(None, records);
            for (at, byte) in damage {
                let at = at.index(request.len());
                request[at] = byte;
            }
            if let Ok(cleaned) = cleaned(&request) {
                for record in &cleaned.records {
                    stored(record);
                    let events = model::otlp::logs::events(&record.body);
                    prop_assert_eq!(events.map(|events| events.len()), Ok(1));
                }
            }
        }
    }
}
