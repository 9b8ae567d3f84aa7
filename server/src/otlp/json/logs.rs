//! Log records in OTLP's JSON encoding.

use opentelemetry_proto::tonic::logs::v1 as logs;
use serde::{Deserialize, Serialize};

use super::{
    AnyValue, Hex, Int, KeyValue, Object, Resource, Scope, into, is_default, messages,
    null_is_default, option, same,
};

/// Reads an `ExportLogsServiceRequest` or a `LogsData`, which look the same.
pub(crate) fn decode_logs(body: &[u8]) -> Result<Vec<logs::ResourceLogs>, serde_json::Error> {
    let Object(data): Object<LogsData> = serde_json::from_slice(body)?;
    Ok(into(data.resource_logs))
}

/// Writes a `LogsData`.
pub(crate) fn encode_logs(
    resource_logs: Vec<logs::ResourceLogs>,
) -> Result<String, serde_json::Error> {
    serde_json::to_string(&LogsData {
        resource_logs: into(resource_logs),
    })
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct LogsData {
    #[serde(default, deserialize_with = "null_is_default")]
    resource_logs: Vec<ResourceLogs>,
}

messages! {
    ResourceLogs as logs::ResourceLogs {
        resource: Option<Resource> = option, option;
        scope_logs: Vec<ScopeLogs> = into, into;
        schema_url: String = same, same;
    }
    ScopeLogs as logs::ScopeLogs {
        scope: Option<Scope> = option, option;
        log_records: Vec<LogRecord> = into, into;
        schema_url: String = same, same;
    }
    LogRecord as logs::LogRecord {
        time_unix_nano: Int<u64> = Int::value, Int;
        observed_time_unix_nano: Int<u64> = Int::value, Int;
        severity_number: i32 = same, same;
        severity_text: String = same, same;
        body: Option<AnyValue> = option, option;
        attributes: Vec<KeyValue> = into, into;
        dropped_attributes_count: u32 = same, same;
        flags: u32 = same, same;
        trace_id: Hex = Hex::bytes, Hex;
        span_id: Hex = Hex::bytes, Hex;
        event_name: String = same, same;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let compact = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        let records = decode_logs(EVERYTHING.as_bytes()).unwrap();
        assert_eq!(compact(&encode_logs(records).unwrap()), compact(EVERYTHING));
    }

    #[test]
    fn what_is_not_otlp_is_an_error() {
        assert_eq!(decode_logs(b"{}").unwrap(), []);
        for text in ["", "[]", "{\"resourceLogs\":1}"] {
            assert!(decode_logs(text.as_bytes()).is_err(), "{text}");
        }
    }
}
