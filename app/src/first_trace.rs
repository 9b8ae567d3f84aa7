//! How to send a first trace: what the server prints and the empty page shows.

/// A command line for any POSIX shell with curl. It sends one span that ends about now.
#[must_use]
pub fn curl(otlp_http: &str) -> String {
    let span = concat!(
        r#"{"traceId":"'$(printf %032x $(date +%s))'","spanId":"00f067aa0ba902b7","#,
        r#""name":"browser.request: GET /hello","kind":3,"#,
        r#""startTimeUnixNano":"'$(date +%s)'000000000","endTimeUnixNano":"'$(date +%s)'250000000"}"#
    );
    format!(
        "curl http://{otlp_http}/v1/traces -H 'content-type: application/json' -d \
         '{{\"resourceSpans\":[{{\"resource\":{{\"attributes\":[{{\"key\":\"service.name\",\
         \"value\":{{\"stringValue\":\"my-first-app\"}}}}]}},\"scopeSpans\":[{{\"spans\":[{span}]}}]}}]}}'"
    )
}

/// The variables that point any OpenTelemetry SDK here.
#[must_use]
pub fn sdk_environment(otlp_http: &str) -> String {
    format!(
        "OTEL_EXPORTER_OTLP_ENDPOINT=http://{otlp_http} OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf"
    )
}
