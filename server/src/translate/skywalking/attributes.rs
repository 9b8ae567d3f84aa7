//! Tags and the peer as attributes, by OpenTelemetry's names where it has them.
//!
//! The tags are those of SkyWalking's agents (skywalking-java, "Plugin Development Guide", "Special
//! Span Tags", and its class `Tags`), the names those of OpenTelemetry's semantic conventions 1.3x.

use std::collections::BTreeMap;

use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value;

use super::super::key_value;
use super::proto::{KeyStringValuePair, SpanObject, SpanType};

/// Texts that only have another name.
const RENAMED: [(&str, &str); 8] = [
    ("url", "url.full"),
    ("http.url", "url.full"),
    ("http.method", "http.request.method"),
    ("db.statement", "db.query.text"),
    ("db.instance", "db.namespace"),
    ("mq.topic", "messaging.destination.name"),
    ("mq.queue", "messaging.destination.name"),
    ("mq.broker", "server.address"),
];

/// Each key once, as OTLP demands.
#[derive(Default)]
pub(super) struct Attributes(BTreeMap<String, Value>);

impl Attributes {
    pub(super) fn of_span(span: &SpanObject) -> Self {
        let mut attributes = Self::default();
        attributes.peer(&span.peer, span.span_type);
        for tag in &span.tags {
            attributes.tag(tag);
        }
        attributes
    }

    pub(super) fn text(&mut self, key: &str, value: &str) {
        self.insert(key, Value::StringValue(value.to_owned()));
    }

    pub(super) fn number(&mut self, key: &str, value: i64) {
        self.insert(key, Value::IntValue(value));
    }

    pub(super) fn flag(&mut self, key: &str, value: bool) {
        self.insert(key, Value::BoolValue(value));
    }

    pub(super) fn into_list(self) -> Vec<KeyValue> {
        let attributes = self.0.into_iter();
        attributes
            .map(|(key, value)| key_value(&key, value))
            .collect()
    }

    fn insert(&mut self, key: &str, value: Value) {
        self.0.insert(key.to_owned(), value);
    }

    /// A tag whose new name is taken keeps its own.
    fn tag(&mut self, tag: &KeyStringValuePair) {
        let (key, value) = (tag.key.as_str(), tag.value.as_str());
        match renamed(key, value) {
            Some((name, value)) if !self.0.contains_key(name) => self.insert(name, value),
            _ => self.text(key, value),
        }
    }

    /// The address that a client used, or that the client of a server has: `peer` is what the
    /// agent was told, a name as often as a number, so it is not `network.peer.address`.
    fn peer(&mut self, peer: &str, span_type: i32) {
        if peer.is_empty() {
            return;
        }
        let (address_key, port_key) = if span_type == SpanType::Entry as i32 {
            ("client.address", "client.port")
        } else {
            ("server.address", "server.port")
        };
        let (address, port) = address_and_port(peer);
        self.text(address_key, address);
        if let Some(port) = port {
            self.number(port_key, port.into());
        }
    }
}

fn renamed(key: &str, value: &str) -> Option<(&'static str, Value)> {
    match key {
        "http.status_code" | "status_code" => {
            let status = value.parse().ok()?;
            Some(("http.response.status_code", Value::IntValue(status)))
        }
        // OpenTelemetry writes all of them in lower case.
        "db.type" | "cache.type" => {
            let system = value.to_ascii_lowercase();
            Some(("db.system.name", Value::StringValue(system)))
        }
        _ => {
            let (_, name) = RENAMED.iter().find(|(old, _)| *old == key)?;
            Some((name, Value::StringValue(value.to_owned())))
        }
    }
}

/// `host:port` and `[address]:port` in two; anything else, as the many hosts of a cluster, whole.
fn address_and_port(peer: &str) -> (&str, Option<u16>) {
    let Some((host, port)) = peer.rsplit_once(':') else {
        return (peer, None);
    };
    let in_brackets = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    match (port.parse(), in_brackets) {
        (Ok(port), Some(host)) => (host, Some(port)),
        (Ok(port), None) if !host.is_empty() && !host.contains([':', ',', ';', '/']) => {
            (host, Some(port))
        }
        _ => (peer, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_is_parted_where_it_is_one_address() {
        for (peer, expected) in [
            ("db.example:5432", ("db.example", Some(5432))),
            ("[::1]:80", ("::1", Some(80))),
            ("::1", ("::1", None)),
            ("a:9092,b:9092", ("a:9092,b:9092", None)),
            ("a:9092;b:9092", ("a:9092;b:9092", None)),
            ("http://shop:80", ("http://shop:80", None)),
            ("upstream service", ("upstream service", None)),
            ("shop:99999", ("shop:99999", None)),
            (":80", (":80", None)),
        ] {
            assert_eq!(address_and_port(peer), expected, "{peer}");
        }
    }

    #[test]
    fn no_key_comes_twice_and_nothing_is_lost() {
        let tag = |key: &str, value: &str| KeyStringValuePair {
            key: key.to_owned(),
            value: value.to_owned(),
        };
        let span = SpanObject {
            peer: "broker:9092".into(),
            span_type: SpanType::Exit.into(),
            tags: vec![
                tag("mq.broker", "other:9092"),
                tag("mq.topic", "orders"),
                tag("mq.queue", "q"),
                tag("status_code", "OK"),
                tag("http.status_code", "503"),
                tag("cache.type", "Redis"),
            ],
            ..SpanObject::default()
        };
        let found = Attributes::of_span(&span).into_list();
        let text = super::super::text;
        let expected = [
            text("db.system.name", "redis"),
            super::super::super::number("http.response.status_code", 503),
            text("messaging.destination.name", "orders"),
            text("mq.broker", "other:9092"),
            text("mq.queue", "q"),
            text("server.address", "broker"),
            super::super::super::number("server.port", 9092),
            text("status_code", "OK"),
        ];
        assert_eq!(found, expected);
    }
}
