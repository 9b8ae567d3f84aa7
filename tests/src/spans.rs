//! Spans to send.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

/// The moment, in nanoseconds since the Unix epoch.
#[must_use]
pub fn now_nanos() -> u64 {
    u64::try_from(
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .as_nanos(),
    )
    .unwrap()
}

/// A trace id that says which it is.
#[must_use]
pub fn trace_id(number: u64) -> String {
    format!("{number:032x}")
}

#[must_use]
pub fn span_id(number: u64) -> String {
    format!("{number:016x}")
}

/// A span that began ten seconds ago, offset and length in milliseconds. Parent 0 is none.
#[must_use]
pub fn span(trace: u64, id: u64, parent: u64, name: &str, offset: u64, length: u64) -> Value {
    let start = now_nanos() - 10_000_000_000 + offset * 1_000_000;
    let mut span = json!({
        "traceId": trace_id(trace),
        "spanId": span_id(id),
        "name": name,
        "kind": 2,
        "startTimeUnixNano": start.to_string(),
        "endTimeUnixNano": (start + length * 1_000_000).to_string(),
    });
    if parent != 0 {
        span["parentSpanId"] = json!(span_id(parent));
    }
    span
}

/// The spans of one service as a request.
#[must_use]
pub fn request(service: &str, spans: &[Value]) -> Value {
    json!({ "resourceSpans": [of_service(service, spans)] })
}

#[must_use]
pub fn of_service(service: &str, spans: &[Value]) -> Value {
    json!({
        "resource": { "attributes": [text("service.name", service)] },
        "scopeSpans": [{ "spans": spans }],
    })
}

#[must_use]
pub fn text(key: &str, value: &str) -> Value {
    json!({ "key": key, "value": { "stringValue": value } })
}

/// A payment as a device and the backend tell it: five spans of three services, one error, an
/// event, and a device clock that is two minutes behind.
#[must_use]
pub fn payment(trace: u64) -> Value {
    const BEHIND: u64 = 120_000_000_000;
    let mut tap = span(trace, 1, 0, "ios.request: POST /pay", 0, 900);
    for key in ["startTimeUnixNano", "endTimeUnixNano"] {
        let time: u64 = tap[key].as_str().unwrap().parse().unwrap();
        tap[key] = json!((time - BEHIND).to_string());
    }
    tap["kind"] = json!(3);
    tap["attributes"] = json!([
        text("user.region", "eu-west-1"),
        text("session.id", "s-77"),
        text("app.version", "4.2.0")
    ]);
    let gateway = span(trace, 2, 1, "POST /pay", 100, 700);
    let mut call = span(trace, 3, 2, "POST /charge", 150, 600);
    call["kind"] = json!(3);
    let mut charge = span(trace, 4, 3, "POST /charge", 160, 580);
    charge["status"] = json!({ "code": 2, "message": "card declined" });
    charge["events"] = json!([{
        "timeUnixNano": (now_nanos() - 9_500_000_000).to_string(),
        "name": "exception",
        "attributes": [text("exception.type", "CardDeclined")],
    }]);
    charge["links"] = json!([{ "traceId": trace_id(0xabc), "spanId": span_id(0xdef) }]);
    let mut query = span(trace, 5, 4, "SELECT payment_method", 200, 400);
    query["kind"] = json!(3);
    query["attributes"] = json!([text("db.system.name", "postgresql")]);
    json!({ "resourceSpans": [
        of_service("shop-ios", &[tap]),
        of_service("gateway", &[gateway, call]),
        of_service("payment-service", &[charge, query]),
    ]})
}

/// Gives a span another start and length, in nanoseconds.
pub fn set_nanos(span: &mut Value, start: u64, length: u64) {
    span["startTimeUnixNano"] = json!(start.to_string());
    span["endTimeUnixNano"] = json!((start + length).to_string());
}
