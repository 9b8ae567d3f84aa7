//! A client that spends as little as possible: HTTP/1.1 over one connection, kept open.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use crate::error::Error;

/// Characters that are shown of an answer which nobody wanted.
const MAX_COMPLAINT: usize = 500;

pub(crate) struct Client {
    host: String,
    connection: BufReader<TcpStream>,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The error that an answer is which nobody wanted.
    pub(crate) fn refused(&self, path: &str) -> Error {
        let body = String::from_utf8_lossy(&self.body);
        Error::Answer {
            path: path.to_owned(),
            status: self.status,
            body: body.chars().take(MAX_COMPLAINT).collect(),
        }
    }
}

impl Client {
    pub(crate) fn connect(host: &str) -> Result<Self, Error> {
        let stream = TcpStream::connect(host).map_err(Error::io("connecting"))?;
        stream.set_nodelay(true).map_err(Error::io("connecting"))?;
        Ok(Self {
            host: host.to_owned(),
            connection: BufReader::new(stream),
        })
    }

    /// Sends protobuf, as it is or by gzip.
    pub(crate) fn post(&mut self, path: &str, body: &[u8], is_gzip: bool) -> Result<Answer, Error> {
        let encoding = if is_gzip {
            "content-encoding: gzip\r\n"
        } else {
            ""
        };
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/x-protobuf\r\n{encoding}content-length: {}\r\n\r\n",
            self.host,
            body.len()
        );
        self.exchange(&head, body)
    }

    pub(crate) fn get(&mut self, path: &str) -> Result<Answer, Error> {
        let head = format!("GET {path} HTTP/1.1\r\nhost: {}\r\n\r\n", self.host);
        self.exchange(&head, &[])
    }

    fn exchange(&mut self, head: &str, body: &[u8]) -> Result<Answer, Error> {
        let stream = self.connection.get_mut();
        let sent = stream
            .write_all(head.as_bytes())
            .and_then(|()| stream.write_all(body));
        sent.map_err(Error::io("sending a request"))?;
        let mut status = None;
        let mut length = 0;
        let mut is_chunked = false;
        loop {
            let line = self.line()?.to_ascii_lowercase();
            if status.is_none() {
                let code = line.split(' ').nth(1).and_then(|code| code.parse().ok());
                status = Some(code.ok_or_else(|| Error::Refused(line.clone()))?);
            } else if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse()?;
            } else if let Some(value) = line.strip_prefix("transfer-encoding:") {
                is_chunked = value.trim() == "chunked";
            } else if line.is_empty() {
                break;
            }
        }
        let mut body = Vec::new();
        if is_chunked {
            self.read_chunks(&mut body)?;
        } else {
            self.read(&mut body, length)?;
        }
        Ok(Answer {
            status: status.unwrap_or_default(),
            body,
        })
    }

    /// RFC 9112, section 7.1.
    fn read_chunks(&mut self, body: &mut Vec<u8>) -> Result<(), Error> {
        loop {
            let length = usize::from_str_radix(&self.line()?, 16)?;
            self.read(body, length)?;
            self.line()?;
            if length == 0 {
                return Ok(());
            }
        }
    }

    fn read(&mut self, body: &mut Vec<u8>, length: usize) -> Result<(), Error> {
        let before = body.len();
        body.resize(before + length, 0);
        self.connection
            .read_exact(&mut body[before..])
            .map_err(Error::io("reading an answer"))
    }

    /// The next line without its end.
    fn line(&mut self) -> Result<String, Error> {
        let mut line = String::new();
        let length = self.connection.read_line(&mut line);
        if length.map_err(Error::io("reading an answer"))? == 0 {
            return Err(Error::ServerEnded);
        }
        Ok(line.trim().to_owned())
    }
}
