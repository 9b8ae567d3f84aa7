//! What is wrong with a receiver that its types do not rule out.

use super::draft::{Field, FieldError};
use super::{Action, Channel, Definition, MAX_COOLDOWN_NANOS};
use crate::form::Mistakes;
use crate::format;
use crate::notification::template;

/// Longest name, in characters.
pub const MAX_NAME_CHARS: usize = 80;

/// Longest address of a webhook, in bytes.
pub const MAX_URL_BYTES: usize = 2_000;

/// Most addresses that one e-mail goes to.
pub const MAX_ADDRESSES: usize = 20;

/// Longest address of e-mail, in bytes (RFC 5321, section 4.5.3.1.3, without the brackets).
const MAX_ADDRESS_BYTES: usize = 254;

/// Shortest and longest secret, in bytes. A shorter one can be guessed by who has seen a signature.
const MIN_SECRET_BYTES: usize = 16;
pub const MAX_SECRET_BYTES: usize = 256;

pub(super) const NO_COOLDOWN: &str =
    "Write a duration such as 30m, 7 days at most, or leave it empty";

impl Definition {
    /// What is wrong with it, and with the secret that comes with it, in the order of the form.
    #[must_use]
    pub fn mistakes(&self, secret: Option<&str>) -> Vec<FieldError> {
        let mut mistakes = Mistakes::default();
        mistakes.name(&self.name);
        match &self.channel {
            Channel::Webhook { url } | Channel::Alertmanager { url } | Channel::Slack { url } => {
                mistakes.url(url);
            }
            Channel::Email { to } => mistakes.addresses(to),
            Channel::Action(action) => mistakes.action(action),
        }
        if let Some(secret) = secret {
            mistakes.secret(secret);
        }
        if self.severities.is_empty() {
            mistakes.add(Field::Severities, "Choose which alerts it gets");
        }
        mistakes.0
    }
}

impl Mistakes<Field> {
    pub(super) fn name(&mut self, name: &str) {
        if name.trim().is_empty() {
            self.add(Field::Name, "Give it a name, such as Checkout on call");
        }
        self.short(Field::Name, name, MAX_NAME_CHARS);
        if name.contains(char::is_control) {
            self.add(Field::Name, "Write the name in one line");
        }
    }

    fn url(&mut self, url: &str) {
        if !is_url(url) || url.len() > MAX_URL_BYTES {
            self.add(
                Field::Url,
                format!(
                    "Write an address such as https://hooks.example/alerts: without user and \
                     password, without spaces, of at most {MAX_URL_BYTES} bytes"
                ),
            );
        }
    }

    fn action(&mut self, action: &Action) {
        self.url(&action.url);
        let templates = [
            (Field::OnFiring, &action.on_firing),
            (Field::OnResolved, &action.on_resolved),
        ];
        if templates.iter().all(|(_, template)| template.is_empty()) {
            self.add(Field::OnFiring, "Write a body for one of both at least");
        }
        for (field, template) in templates {
            if let Some(error) = template::check(template).err()
                && !template.is_empty()
            {
                self.add(field, error.to_string());
            }
        }
        if !(0..=MAX_COOLDOWN_NANOS).contains(&action.cooldown_nanos) {
            self.add(Field::Cooldown, NO_COOLDOWN);
        }
    }

    fn addresses(&mut self, addresses: &[String]) {
        if addresses.is_empty() {
            self.add(Field::To, "Write at least one address, one a line");
        }
        if addresses.len() > MAX_ADDRESSES {
            let found = format::counted(addresses.len(), "line");
            self.add(
                Field::To,
                format!("This has {found}; {MAX_ADDRESSES} addresses can be told"),
            );
        }
        if let Some(wrong) = addresses.iter().find(|address| !is_mailbox(address)) {
            let shown: String = wrong.chars().take(MAX_NAME_CHARS).collect();
            self.add(
                Field::To,
                format!("\"{shown}\" is no address; write one such as on-call@shop.example"),
            );
        }
    }

    fn secret(&mut self, secret: &str) {
        let is_long_enough = (MIN_SECRET_BYTES..=MAX_SECRET_BYTES).contains(&secret.len());
        if !is_long_enough || !secret.bytes().all(|byte| byte.is_ascii_graphic()) {
            self.add(
                Field::Secret,
                format!(
                    "Write {MIN_SECRET_BYTES} to {MAX_SECRET_BYTES} letters, digits and signs, \
                     without spaces; openssl rand -hex 32 makes a good one"
                ),
            );
        }
    }
}

/// An address over HTTP (RFC 3986), as far as it can be judged without asking for it: whoever
/// connects looks at the host again. User and password would be shown wherever it is.
fn is_url(text: &str) -> bool {
    let rest = text
        .strip_prefix("https://")
        .or_else(|| text.strip_prefix("http://"));
    let Some(rest) = rest else {
        return false;
    };
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"\"#<>\\^`{|}".contains(&byte);
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    rest.bytes().all(is_plain) && is_authority(authority)
}

fn is_authority(authority: &str) -> bool {
    let (host, port) = match authority.strip_prefix('[').map(|rest| rest.split_once(']')) {
        Some(Some((host, rest))) => (host, rest),
        Some(None) => return false,
        None => authority.split_at(authority.find(':').unwrap_or(authority.len())),
    };
    let is_literal = authority.starts_with('[');
    let is_host_sign = |byte: u8| match byte {
        b':' => is_literal,
        b'-' | b'_' => !is_literal,
        _ => byte.is_ascii_alphanumeric() || byte == b'.',
    };
    let is_port = match port.strip_prefix(':') {
        None => port.is_empty(),
        Some(number) => number.parse::<u16>().is_ok_and(|number| number > 0),
    };
    !host.is_empty() && host.bytes().all(is_host_sign) && is_port
}

/// One address of e-mail without a name, in the form that all systems take (RFC 5321, section
/// 4.1.2: a `Dot-string` at a `Domain`).
fn is_mailbox(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else {
        return false;
    };
    let is_atom_sign =
        |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&byte);
    let is_atom = |part: &str| !part.is_empty() && part.bytes().all(is_atom_sign);
    let is_label = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    text.len() <= MAX_ADDRESS_BYTES
        && local.split('.').all(is_atom)
        && domain.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_webhooks_are_judged() {
        for url in [
            "https://hooks.example/a?b=c%20d",
            "http://10.0.0.1:8080",
            "https://[2001:db8::1]:8443/x",
            "http://localhost/",
            "https://a_b.example:1",
        ] {
            assert!(is_url(url), "{url}");
        }
        for url in [
            "",
            "ftp://a.example",
            "javascript:alert(1)",
            "https://",
            "https:///x",
            "https://user:password@a.example",
            "https://a.example:0",
            "https://a.example:99999",
            "https://a.example:",
            "https://[::1",
            "https://a b.example",
            "https://a.example/\r\nHost: b",
            "https://ä.example",
            "https://a.example/#x",
            "//a.example",
        ] {
            assert!(!is_url(url), "{url}");
        }
    }

    #[test]
    fn addresses_of_mail_are_judged() {
        for address in ["a@b", "on-call+x@shop.example", "a.b@c-d.example"] {
            assert!(is_mailbox(address), "{address}");
        }
        for address in [
            "",
            "a",
            "@b",
            "a@",
            "a@b@c",
            "a b@c",
            "a..b@c",
            "a@b.",
            "a@b\r\nBcc: c@d",
            "\"a\"@b",
            "Ada <a@b>",
        ] {
            assert!(!is_mailbox(address), "{address}");
        }
    }
}
