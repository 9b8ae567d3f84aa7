//! Log records: what joins one to a trace or a session, and what it says.

use std::borrow::Cow;

use sha2::{Digest, Sha256};

use super::Batch;
use super::decode::{attribute, nanos, value};
use super::schema::MAX_DEPTH;
use super::wire::{Fields, WireError, put_varint};
use crate::attribute::Value;
use crate::id::SpanId;
use crate::log::{LogEvent, LogRecord};

/// `LogRecord.observed_time_unix_nano`.
const OBSERVED_TIME: u32 = 11;

/// Wire type of 64 bits.
const FIXED64: u64 = 1;

/// A name for a record that two have only when they are the same in all that was sent: the first
/// half of a SHA-256.
#[must_use]
pub fn event_id(resource_head: &[u8], scope_head: &[u8], record: &[u8]) -> [u8; 16] {
    let mut hash = Sha256::new();
    for part in [resource_head, scope_head, record] {
        // With lengths, so that nothing can move from one part to the next.
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    let hash: [u8; 32] = hash.finalize().into();
    let mut id = [0; 16];
    id.copy_from_slice(&hash[..16]);
    id
}

/// A record that tells no time, with the time at which it was received (`logs.proto`: whoever
/// observes a record sets its observed time).
#[must_use]
pub fn observed(record: &[u8], time_nanos: i64) -> Cow<'_, [u8]> {
    let Ok(time) = u64::try_from(time_nanos) else {
        return record.into();
    };
    let mut changed = record.to_vec();
    put_varint(&mut changed, u64::from(OBSERVED_TIME) << 3 | FIXED64);
    changed.extend(time.to_le_bytes());
    changed.into()
}

/// The text of a `KeyValue` with that key; none when it has another key, or no text.
#[must_use]
pub fn text_of<'a>(key_value: &'a [u8], key: &str) -> Option<&'a str> {
    let (mut found, mut value) = (&[][..], &[][..]);
    for field in Fields::new(key_value) {
        let field = field.ok()?;
        match field.number {
            1 => found = field.bytes().ok()?,
            2 => value = field.bytes().ok()?,
            _ => {}
        }
    }
    // Of several values the last counts.
    let last = Fields::new(value).last()?.ok()?;
    if found != key.as_bytes() || last.number != 1 {
        return None;
    }
    last.text().ok()
}

/// The records of a `LogsData` message as events. What is no record is left out: what is received
/// is checked before it is stored.
///
/// # Errors
/// When it is not a `LogsData` message.
pub fn events(message: &[u8]) -> Result<Vec<LogEvent>, WireError> {
    let batch = Batch::read(message)?;
    let records = batch.spans.iter();
    Ok(records
        .filter_map(|record| event(record.bytes).ok())
        .collect())
}

fn event(bytes: &[u8]) -> Result<LogEvent, WireError> {
    let (mut time, mut observed_time, mut span_id) = (0, 0, None);
    let mut record = LogRecord {
        time_nanos: 0,
        severity_number: 0,
        severity_text: String::new(),
        event_name: String::new(),
        body: Value::Empty,
        attributes: vec![],
    };
    for field in Fields::new(bytes) {
        let field = field?;
        match field.number {
            1 => time = field.fixed64()?,
            2 => record.severity_number = field.varint()?,
            3 => field.text()?.clone_into(&mut record.severity_text),
            5 => record.body = value(field.bytes()?, MAX_DEPTH)?,
            6 => record.attributes.push(attribute(field, MAX_DEPTH)?),
            10 => span_id = SpanId::from_slice(field.bytes()?).ok(),
            OBSERVED_TIME => observed_time = field.fixed64()?,
            12 => field.text()?.clone_into(&mut record.event_name),
            _ => {}
        }
    }
    record.time_nanos = nanos(if time == 0 { observed_time } else { time });
    Ok(LogEvent {
        span_id,
        event: record.into_event(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::schema::{self, LOG_RECORD};
    use super::super::wire::put_bytes;
    use super::*;
    use crate::attribute::Attribute;
    use proptest::prelude::*;

    fn message(field: u32, parts: &[&[u8]]) -> Vec<u8> {
        let mut bytes = Vec::new();
        put_bytes(&mut bytes, field, &parts.concat());
        bytes
    }

    fn text_value(field: u32, text: &str) -> Vec<u8> {
        message(field, &[&message(1, &[text.as_bytes()])])
    }

    fn session(id: &str) -> Vec<u8> {
        [message(1, &[b"session.id"]), text_value(2, id)].concat()
    }

    fn crash() -> Vec<u8> {
        [
            message(12, &[b"app.crash"]),
            text_value(5, "out of memory"),
            message(6, &[&session("s-1")]),
            message(10, &[&[7; 8]]),
        ]
        .concat()
    }

    fn logs(record: &[u8]) -> Vec<u8> {
        message(1, &[&message(2, &[&message(2, &[record])])])
    }

    #[test]
    fn a_record_is_an_event_of_its_span() {
        let record = crash();
        assert_eq!(schema::check(&record, &LOG_RECORD), Ok(()));
        let stored = logs(&observed(&record, 9));
        let found = events(&stored).expect("a message");
        let attribute = |key: &str, text: &str| Attribute {
            key: key.into(),
            value: Value::String(text.into()),
        };
        let event = &found[0].event;
        assert_eq!((event.name.as_str(), event.time_nanos), ("app.crash", 9));
        let expected = [
            attribute("log.body", "out of memory"),
            attribute("session.id", "s-1"),
        ];
        assert_eq!(event.attributes, expected);
        assert_eq!(found[0].span_id, SpanId::from_slice(&[7; 8]).ok());
    }

    #[test]
    fn the_time_of_the_source_counts_before_that_of_an_observer() {
        let mut record = vec![1 << 3 | 1];
        record.extend(5_u64.to_le_bytes());
        let found = events(&logs(&observed(&record, 9))).expect("a message");
        assert_eq!(found[0].event.time_nanos, 5);
    }

    #[test]
    fn only_a_text_under_that_key_is_found() {
        assert_eq!(text_of(&session("s-1"), "session.id"), Some("s-1"));
        assert_eq!(text_of(&session("s-1"), "user.id"), None);
        let number = [message(1, &[b"session.id"]), message(2, &[&[3 << 3, 1]])].concat();
        assert_eq!(text_of(&number, "session.id"), None);
        assert_eq!(text_of(b"", "session.id"), None);
    }

    #[test]
    fn ids_tell_records_apart() {
        let id = event_id(b"ab", b"c", b"d");
        assert_eq!(id, event_id(b"ab", b"c", b"d"));
        assert_ne!(id, event_id(b"a", b"bc", b"d"));
        assert_ne!(id, event_id(b"ab", b"c", b"e"));
    }

    proptest! {
        #[test]
        fn any_bytes_end(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let text = text_of(&bytes, "session.id").unwrap_or_default();
            prop_assert!(text.len() <= bytes.len());
            prop_assert!(events(&logs(&bytes)).is_ok());
            let found = events(&bytes).unwrap_or_default();
            prop_assert!(found.len() <= bytes.len());
        }
    }
}
