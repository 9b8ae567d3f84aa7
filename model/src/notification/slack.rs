//! JSON for Slack's incoming webhooks, and for what understands the same.

use serde_json::{Value, json};

use super::{Envelope, Message, Notice};
use crate::format;

/// Most alerts that are written out; Slack cuts messages at 40 000 characters.
const MAX_WRITTEN: usize = 20;

#[must_use]
pub fn payload(message: &Message, envelope: &Envelope<'_>) -> Value {
    let mut lines: Vec<String> = Vec::new();
    for notice in message.alerts.iter().take(MAX_WRITTEN) {
        lines.push(line(notice, envelope));
    }
    let others = message.alerts.len().saturating_sub(MAX_WRITTEN);
    if others > 0 {
        lines.push(format!("and {others} more: {}/alerts", envelope.public_url));
    }
    // Without the markup that stars and underscores in names would be.
    json!({ "text": lines.join("\n"), "mrkdwn": false })
}

fn line(notice: &Notice, envelope: &Envelope<'_>) -> String {
    let status = format::capitalised(notice.status().name());
    let severity = notice.severity.name();
    let words = format!("{status} ({severity}): {}", notice.headline);
    format!("{} {}", escaped(&words), notice.link(envelope.public_url))
}

/// Slack reads `<…>` as a link or as a call to people ("Formatting text for app surfaces").
fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;");
    text.replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::super::example::{ENVELOPE, notice};
    use super::*;

    #[test]
    fn names_are_no_markup() {
        let message = Message {
            alerts: vec![notice(1, None)],
            ..Message::default()
        };
        assert_eq!(
            payload(&message, &ENVELOPE),
            json!({
                "text": "Firing (page): Checkout &lt;1&gt;: it burns &amp; burns \
                         https://t.example/slos/11",
                "mrkdwn": false,
            })
        );
        let many = Message {
            alerts: (0..25).map(|episode| notice(episode, None)).collect(),
            ..Message::default()
        };
        let found = payload(&many, &ENVELOPE);
        let text = found["text"].as_str().expect("text");
        assert!(
            text.ends_with("and 5 more: https://t.example/alerts"),
            "{text}"
        );
    }
}
