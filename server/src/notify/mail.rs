//! Sending e-mail by the operator's SMTP server.

use std::fmt;
use std::time::Duration;

use lettre::message::header::ContentType;
use lettre::message::{Mailbox, MessageBuilder};
use lettre::transport::smtp;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use model::notification::mail::Mail;

/// How long each answer of the server may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// By whom mail is sent, and from whom it is.
#[derive(Clone)]
pub(crate) struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl fmt::Debug for Mailer {
    /// Without the password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mailer from {}", self.from)
    }
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum MailError {
    #[error(
        "THROUGHLINE_SMTP_URL cannot be read: {0}. Write it as \
         smtps://user:password@mail.example:465, smtp://user:password@mail.example:587?tls=required \
         or smtp://localhost:25"
    )]
    Url(smtp::Error),
    #[error(
        "THROUGHLINE_SMTP_URL would send a password that everybody on the way can read; write \
         smtps://…, or smtp://…?tls=required"
    )]
    ClearPassword,
    #[error(
        "THROUGHLINE_SMTP_FROM is \"{0}\", which is no address; write it as \
         Throughline <alerts@shop.example>"
    )]
    From(String),
    #[error("the address {0} cannot be written to")]
    To(String),
    #[error("the mail could not be written: {0}")]
    Message(#[from] lettre::error::Error),
    #[error("the mail server did not take it: {0}")]
    Send(#[from] smtp::Error),
}

impl Mailer {
    pub(crate) fn new(url: &str, from: &str) -> Result<Self, MailError> {
        let is_secure = url.starts_with("smtps://") || url.contains("tls=required");
        if url.contains('@') && !is_secure {
            return Err(MailError::ClearPassword);
        }
        let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(url);
        let transport = transport.map_err(MailError::Url)?.timeout(Some(TIMEOUT));
        let mailbox = from.parse();
        Ok(Self {
            transport: transport.build(),
            from: mailbox.map_err(|_not_an_address| MailError::From(from.to_owned()))?,
        })
    }

    /// `delivery` makes the id of the message: the same at every attempt, so that programs of mail
    /// know what they have already.
    pub(super) async fn send(
        &self,
        delivery: &str,
        to: &[String],
        mail: Mail,
    ) -> Result<(), MailError> {
        let domain = self.from.email.domain();
        let start = Message::builder()
            .from(self.from.clone())
            .subject(mail.subject)
            .message_id(Some(format!("<{delivery}@{domain}>")))
            .header(ContentType::TEXT_PLAIN);
        let add = |message: MessageBuilder, address: &String| {
            let mailbox: Mailbox = address
                .parse()
                .map_err(|_not_an_address| MailError::To(address.clone()))?;
            Ok::<_, MailError>(message.to(mailbox))
        };
        let message = to.iter().try_fold(start, add)?.body(mail.body)?;
        self.transport.send(message).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_judged() {
        let from = "Throughline <alerts@shop.example>";
        for url in [
            "smtps://user:pass%40word@mail.example",
            "smtp://user:password@mail.example:587?tls=required",
            "smtp://127.0.0.1:2525",
        ] {
            let mailer = Mailer::new(url, from).expect(url);
            assert!(!format!("{mailer:?}").contains("pass"));
        }
        for (url, from) in [
            ("smtp://user:password@mail.example", from),
            ("smtp://user:password@mail.example?tls=opportunistic", from),
            ("http://mail.example", from),
            ("mail.example", from),
            ("smtp://mail.example", "nobody"),
        ] {
            assert!(Mailer::new(url, from).is_err(), "{url} {from}");
        }
    }
}
