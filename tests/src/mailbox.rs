//! A mail server that takes everything: as much of SMTP (RFC 5321) as is needed to send.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::wait;

#[derive(Debug, Clone, Default)]
pub struct Mail {
    pub from: String,
    pub to: Vec<String>,
    /// Head and body, as they were sent.
    pub content: String,
}

pub struct Mailbox {
    /// Host and port.
    pub address: String,
    mails: Arc<Mutex<Vec<Mail>>>,
    task: JoinHandle<()>,
}

impl Mailbox {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let mails: Arc<Mutex<Vec<Mail>>> = Arc::default();
        let kept = Arc::clone(&mails);
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                tokio::spawn(talk(stream, Arc::clone(&kept)));
            }
        });
        Self {
            address,
            mails,
            task,
        }
    }

    /// Waits until it has got so many.
    pub async fn wait_for(&self, count: usize) -> Vec<Mail> {
        wait::until(&format!("{count} mails"), async || {
            let mails = self.mails.lock().unwrap().clone();
            (mails.len() >= count).then_some(mails)
        })
        .await
    }
}

impl Drop for Mailbox {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// One connection, until the other side ends it.
async fn talk(stream: TcpStream, mails: Arc<Mutex<Vec<Mail>>>) {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 mailbox\r\n").await.unwrap();
    let mut mail = Mail::default();
    let mut line = String::new();
    while stream.read_line(&mut line).await.unwrap_or(0) > 0 {
        let command = line.trim_end().to_owned();
        line.clear();
        let within = |text: &str| {
            let inner = text
                .split_once('<')
                .and_then(|(_, rest)| rest.split_once('>'));
            inner.map_or(String::new(), |(address, _)| address.to_owned())
        };
        let answer = match command.split([' ', ':']).next().unwrap() {
            "MAIL" => {
                mail.from = within(&command);
                "250 ok"
            }
            "RCPT" => {
                mail.to.push(within(&command));
                "250 ok"
            }
            "DATA" => {
                stream.write_all(b"354 go on\r\n").await.unwrap();
                while stream.read_line(&mut line).await.unwrap() > 0 && line != ".\r\n" {
                    mail.content.push_str(&line);
                    line.clear();
                }
                line.clear();
                mails.lock().unwrap().push(std::mem::take(&mut mail));
                "250 taken"
            }
            "QUIT" => "221 bye",
            _ => "250 ok",
        };
        let answer = format!("{answer}\r\n");
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}
