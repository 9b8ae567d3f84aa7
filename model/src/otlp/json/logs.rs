//! Log records.

use super::message::messages;
use super::{AnyValue, Fixed32, Hex, Int, KeyValue, Resource, Scope};

messages! {
    LogsData {
        resource_logs: Vec<ResourceLogs> = 1,
    }
    ResourceLogs {
        resource: Option<Resource> = 1,
        scope_logs: Vec<ScopeLogs> = 2,
        schema_url: String = 3,
    }
    ScopeLogs {
        scope: Option<Scope> = 1,
        log_records: Vec<LogRecord> = 2,
        schema_url: String = 3,
    }
    LogRecord {
        time_unix_nano: Int<u64> = 1,
        severity_number: i32 = 2,
        severity_text: String = 3,
        body: Option<AnyValue> = 5,
        attributes: Vec<KeyValue> = 6,
        dropped_attributes_count: u32 = 7,
        flags: Fixed32 = 8,
        trace_id: Hex = 9,
        span_id: Hex = 10,
        observed_time_unix_nano: Int<u64> = 11,
        event_name: String = 12,
    }
}

#[cfg(test)]
mod tests {
    use super::super::{read_logs, write_logs};

    const EVERYTHING: &str = r#"{"resourceLogs":[{
        "resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]},
        "scopeLogs":[{"scope":{"name":"lib"},"schemaUrl":"https://example.test/schema","logRecords":[{
            "timeUnixNano":"1544712660000000000","observedTimeUnixNano":"1544712661000000000",
            "severityNumber":17,"severityText":"Error","body":{"kvlistValue":{"values":[
                {"key":"screen","value":{"stringValue":"cart"}}]}},
            "attributes":[{"key":"frames","value":{"intValue":"12"}}],"droppedAttributesCount":1,
            "flags":1,"traceId":"5b8efff798038103d269b633813fc60c","spanId":"eee19b7ec3c1b174",
            "eventName":"app.jank"}]}],"schemaUrl":"https://example.test/schema"}]}"#;

    #[test]
    fn everything_reads_back_as_it_was_written() {
        let compact = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect("JSON");
        let message = read_logs(EVERYTHING.as_bytes()).expect("OTLP");
        let written = write_logs(&message).expect("OTLP");
        assert_eq!(compact(&written), compact(EVERYTHING));
    }

    #[test]
    fn what_is_not_otlp_is_an_error() {
        assert!(read_logs(b"{}").expect("OTLP").is_empty());
        for text in ["", "[]", "{\"resourceLogs\":1}"] {
            assert!(read_logs(text.as_bytes()).is_err(), "{text}");
        }
    }
}
