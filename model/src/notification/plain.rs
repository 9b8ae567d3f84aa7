//! Our own JSON.

use serde_json::{Value, json};

use super::{Envelope, Message, Notice, Status};
use crate::format::rfc3339;

/// Changes when a field means something else, and not when one is added.
const VERSION: u32 = 1;

#[must_use]
pub fn payload(message: &Message, envelope: &Envelope<'_>) -> Value {
    let alerts = message.alerts.iter();
    json!({
        "version": VERSION,
        "delivery": envelope.delivery,
        "receiver": envelope.receiver,
        "test": message.is_test,
        "status": Status::of_all(&message.alerts),
        "alerts": alerts.map(|notice| alert(notice, envelope)).collect::<Vec<Value>>(),
    })
}

fn alert(notice: &Notice, envelope: &Envelope<'_>) -> Value {
    json!({
        "id": notice.episode,
        "status": notice.status(),
        "severity": notice.severity,
        "slo": notice.objective,
        "name": notice.name,
        "owner": notice.owner,
        "headline": notice.headline,
        "description": notice.description,
        "runbook": notice.runbook,
        "fired_time": rfc3339(notice.fired_nanos),
        "resolved_time": notice.resolved_nanos.map(rfc3339),
        "link": notice.link(envelope.public_url),
    })
}

#[cfg(test)]
mod tests {
    use super::super::example::{ENVELOPE, notice};
    use super::*;

    #[test]
    fn a_message_says_what_has_changed() {
        let message = Message {
            alerts: vec![notice(1, None), notice(2, Some(1_700_000_060_000_000_000))],
            still_firing: vec![notice(3, None)],
            ..Message::default()
        };
        let found = payload(&message, &ENVELOPE);
        assert_eq!(found["status"], "firing");
        assert_eq!(found["delivery"], "d-1");
        assert_eq!(found["alerts"].as_array().map(Vec::len), Some(2));
        assert_eq!(
            found["alerts"][1],
            json!({
                "id": 2,
                "status": "resolved",
                "severity": "page",
                "slo": 12,
                "name": "Checkout <2>",
                "owner": "shop",
                "headline": "Checkout <2>: it burns & burns",
                "description": "What it is",
                "runbook": "https://runbook.example",
                "fired_time": "2023-11-14T22:13:20.000Z",
                "resolved_time": "2023-11-14T22:14:20.000Z",
                "link": "https://t.example/slos/12",
            })
        );
    }
}
