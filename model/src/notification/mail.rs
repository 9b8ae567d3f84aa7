//! A message as e-mail.

use std::fmt::Write;

use super::{Envelope, Message, Notice};
use crate::format;

/// Longest subject, in characters.
const MAX_SUBJECT_CHARS: usize = 150;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// One line.
    pub subject: String,
    /// Plain text.
    pub body: String,
}

#[must_use]
pub fn mail(message: &Message, envelope: &Envelope<'_>) -> Mail {
    // What stands in a header must not begin another.
    let title = message.title().replace(char::is_control, " ");
    let mut body = String::new();
    for notice in &message.alerts {
        paragraph(&mut body, notice, envelope);
    }
    // Writing to a string does not fail.
    write!(
        body,
        "-- \nSent by Throughline to {}; {}/alerts/receivers changes that.\n",
        envelope.receiver, envelope.public_url
    )
    .ok();
    Mail {
        subject: title.chars().take(MAX_SUBJECT_CHARS).collect(),
        body,
    }
}

fn paragraph(body: &mut String, notice: &Notice, envelope: &Envelope<'_>) {
    let status = format::capitalised(notice.status().name());
    let mut lines = vec![
        format!("{status} ({}): {}", notice.severity.name(), notice.headline),
        format!("Fired: {}", format::rfc3339(notice.fired_nanos)),
    ];
    if let Some(resolved_nanos) = notice.resolved_nanos {
        lines.push(format!("Resolved: {}", format::rfc3339(resolved_nanos)));
    }
    let named = [("Owner", &notice.owner), ("Runbook", &notice.runbook)];
    let named = named.into_iter().filter(|(_, text)| !text.is_empty());
    lines.extend(named.map(|(name, text)| format!("{name}: {text}")));
    lines.push(notice.link(envelope.public_url));
    body.push_str(&lines.join("\n"));
    body.push_str("\n\n");
}

#[cfg(test)]
mod tests {
    use super::super::example::{ENVELOPE, notice};
    use super::*;

    #[test]
    fn a_mail_says_what_is_wrong_and_where_to_look() {
        let mut broken = notice(1, None);
        broken.name = "a\r\nBcc: b@c".into();
        let message = Message {
            alerts: vec![broken, notice(2, Some(1_700_000_060_000_000_000))],
            ..Message::default()
        };
        let found = mail(&message, &ENVELOPE);
        assert_eq!(found.subject, "2 alerts: 1 firing, 1 resolved");
        for part in [
            "Firing (page): Checkout <1>: it burns & burns\nFired: 2023-11-14T22:13:20",
            "Resolved: 2023-11-14T22:14:20",
            "Runbook: https://runbook.example\nhttps://t.example/slos/12",
        ] {
            assert!(found.body.contains(part), "{part}: {}", found.body);
        }
        let one = Message {
            alerts: vec![message.alerts[0].clone()],
            ..Message::default()
        };
        assert_eq!(mail(&one, &ENVELOPE).subject, "Firing: a  Bcc: b@c (page)");
    }
}
