//! JSON as Prometheus' Alertmanager sends it to webhooks, version 4 (Prometheus documentation,
//! "Alerting / Configuration", `webhook_config`), so that what routes its alerts takes ours.
//!
//! As there, a message tells the whole group: what has changed, and what fires still. The group is
//! everything that a receiver is told of, so its key stays the same, and its status is `resolved`
//! when nothing fires any more.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use xxhash_rust::xxh3::xxh3_64;

use super::{Envelope, Message, Notice, Status};
use crate::format::rfc3339;

/// What stands for a time that has not come: Go's zero time, as Alertmanager writes it.
const NO_TIME: &str = "0001-01-01T00:00:00Z";

#[must_use]
pub fn payload(message: &Message, envelope: &Envelope<'_>) -> Value {
    let group: Vec<&Notice> = message.alerts.iter().chain(&message.still_firing).collect();
    let alerts: Vec<Value> = group.iter().map(|notice| alert(notice, envelope)).collect();
    json!({
        "version": "4",
        "groupKey": "{}:{}",
        "truncatedAlerts": message.left_out,
        "status": Status::of_all(group.iter().copied()),
        "receiver": envelope.receiver,
        "groupLabels": {},
        "commonLabels": common(group.iter().map(|notice| labels(notice))),
        "commonAnnotations": common(group.iter().map(|notice| annotations(notice))),
        "externalURL": envelope.public_url,
        "alerts": alerts,
    })
}

fn alert(notice: &Notice, envelope: &Envelope<'_>) -> Value {
    json!({
        "status": notice.status(),
        "labels": labels(notice),
        "annotations": annotations(notice),
        "startsAt": rfc3339(notice.fired_nanos),
        "endsAt": notice.resolved_nanos.map_or_else(|| NO_TIME.to_owned(), rfc3339),
        "generatorURL": notice.link(envelope.public_url),
        "fingerprint": fingerprint(notice, envelope),
    })
}

type Texts = BTreeMap<&'static str, String>;

fn labels(notice: &Notice) -> Texts {
    filled([
        ("alertname", notice.name.clone()),
        ("severity", notice.severity.name().to_owned()),
        ("slo_id", notice.objective.to_string()),
        ("owner", notice.owner.clone()),
    ])
}

fn annotations(notice: &Notice) -> Texts {
    filled([
        ("summary", notice.headline.clone()),
        ("description", notice.description.clone()),
        ("runbook_url", notice.runbook.clone()),
    ])
}

/// A label that is empty is the same as none.
fn filled<const N: usize>(texts: [(&'static str, String); N]) -> Texts {
    let texts = texts.into_iter();
    texts.filter(|(_, text)| !text.is_empty()).collect()
}

/// What all have.
fn common(all: impl IntoIterator<Item = Texts>) -> Texts {
    let mut all = all.into_iter();
    let mut common = all.next().unwrap_or_default();
    for texts in all {
        common.retain(|name, text| texts.get(name) == Some(text));
    }
    common
}

/// The same for one alert of an objective from when it fires until it is resolved, also when the
/// objective is renamed meanwhile.
fn fingerprint(notice: &Notice, envelope: &Envelope<'_>) -> String {
    let identity = format!(
        "{}/{}/{}",
        envelope.public_url,
        notice.objective,
        notice.severity.name()
    );
    format!("{:016x}", xxh3_64(identity.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::super::example::{ENVELOPE, notice};
    use super::*;

    #[test]
    fn a_message_has_all_that_version_4_has() {
        let resolved = notice(2, Some(1_700_000_060_000_000_000));
        let message = Message {
            alerts: vec![resolved.clone()],
            still_firing: vec![notice(1, None)],
            left_out: 3,
            is_test: false,
        };
        let found = payload(&message, &ENVELOPE);
        let names: Vec<&str> = found
            .as_object()
            .expect("an object")
            .keys()
            .map(String::as_str)
            .collect();
        assert_eq!(
            names,
            [
                "alerts",
                "commonAnnotations",
                "commonLabels",
                "externalURL",
                "groupKey",
                "groupLabels",
                "receiver",
                "status",
                "truncatedAlerts",
                "version"
            ]
        );
        assert_eq!(found["status"], "firing", "one fires still");
        assert_eq!(found["truncatedAlerts"], 3);
        assert_eq!(
            found["commonLabels"],
            json!({ "severity": "page", "owner": "shop" })
        );
        let alert = &found["alerts"][0];
        assert_eq!(
            *alert,
            json!({
                "status": "resolved",
                "labels": {
                    "alertname": "Checkout <2>",
                    "severity": "page",
                    "slo_id": "12",
                    "owner": "shop",
                },
                "annotations": {
                    "summary": "Checkout <2>: it burns & burns",
                    "description": "What it is",
                    "runbook_url": "https://runbook.example",
                },
                "startsAt": "2023-11-14T22:13:20.000Z",
                "endsAt": "2023-11-14T22:14:20.000Z",
                "generatorURL": "https://t.example/slos/12",
                "fingerprint": alert["fingerprint"],
            })
        );
        assert_eq!(found["alerts"][1]["endsAt"], NO_TIME);
        assert_ne!(alert["fingerprint"], found["alerts"][1]["fingerprint"]);
        let fired = Notice {
            name: "Renamed".into(),
            resolved_nanos: None,
            ..resolved
        };
        assert_eq!(alert["fingerprint"], fingerprint(&fired, &ENVELOPE));
    }
}
