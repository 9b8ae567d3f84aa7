//! One request to an address that somebody has named: no redirect is followed, and only allowed
//! addresses are connected to.
//!
//! The host is resolved here, and the connection is made to the very address that was looked at: a
//! name that leads elsewhere a moment later gains nothing.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http::header::{CONTENT_TYPE, HOST, USER_AGENT};
use http::{Method, StatusCode, Uri};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, lookup_host};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore};

use super::Networks;

/// Most addresses of a host that are tried, and how long each may take to answer.
const MAX_ADDRESSES: usize = 4;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

const AGENT: &str = concat!("Throughline/", env!("CARGO_PKG_VERSION"));

/// The same at every attempt.
const DELIVERY: &str = "throughline-delivery";
const SIGNATURE: &str = "throughline-signature";

/// Why a request did not succeed, in words.
#[derive(Debug, thiserror::Error)]
pub(super) enum PostError {
    #[error("its address cannot be read")]
    Url,
    #[error("{host} is not known: {source}")]
    Resolve { host: String, source: io::Error },
    #[error(
        "{host} leads to an address that is not public, which nobody may be sent to; \
         THROUGHLINE_RECEIVER_NETWORKS can allow it"
    )]
    NotPublic { host: String },
    #[error("{host} cannot be connected to: {source}")]
    Connect { host: String, source: io::Error },
    #[error("{host} cannot be trusted: {source}")]
    Tls { host: String, source: io::Error },
    #[error("the connection broke: {0}")]
    Http(#[from] hyper::Error),
    #[error("the request could not be made: {0}")]
    Request(#[from] http::Error),
    #[error("it answered {0}; redirects are not followed")]
    Redirect(StatusCode),
    #[error("it answered {0}")]
    Status(StatusCode),
}

impl PostError {
    /// Whether it is certain that the receiver has got nothing.
    pub(super) fn is_before_sending(&self) -> bool {
        match self {
            Self::Url
            | Self::Resolve { .. }
            | Self::NotPublic { .. }
            | Self::Connect { .. }
            | Self::Tls { .. }
            | Self::Request(_) => true,
            Self::Http(_) | Self::Redirect(_) | Self::Status(_) => false,
        }
    }
}

pub(super) struct Request<'a> {
    pub(super) url: &'a str,
    pub(super) delivery: &'a str,
    pub(super) signature: Option<String>,
    pub(super) body: Vec<u8>,
}

pub(super) struct Poster {
    networks: Networks,
    tls: TlsConnector,
}

impl Poster {
    pub(super) fn new(networks: Networks) -> Result<Self, rustls::Error> {
        let roots = webpki_roots::TLS_SERVER_ROOTS.iter().cloned();
        Self::trusting(networks, roots.collect())
    }

    fn trusting(networks: Networks, roots: RootCertStore) -> Result<Self, rustls::Error> {
        let provider = Arc::new(ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self {
            networks,
            tls: TlsConnector::from(Arc::new(config)),
        })
    }

    /// Succeeds when the answer is one of success. Whoever calls it limits how long it takes.
    pub(super) async fn post(&self, request: Request<'_>) -> Result<(), PostError> {
        let uri: Uri = request.url.parse().map_err(|_not_a_uri| PostError::Url)?;
        let host = uri.host().ok_or(PostError::Url)?;
        let host = host.trim_matches(['[', ']']);
        let is_secure = uri.scheme_str() == Some("https");
        let port = uri.port_u16().unwrap_or(if is_secure { 443 } else { 80 });
        let stream = self.connect(host, port).await?;
        let status = if is_secure {
            let name = ServerName::try_from(host.to_owned());
            let name = name.map_err(|_not_a_name| PostError::Url)?;
            let secured = self.tls.connect(name, stream).await;
            let secured = secured.map_err(|source| PostError::Tls {
                host: host.to_owned(),
                source,
            })?;
            exchange(secured, &uri, request).await?
        } else {
            exchange(stream, &uri, request).await?
        };
        match status {
            status if status.is_success() => Ok(()),
            status if status.is_redirection() => Err(PostError::Redirect(status)),
            status => Err(PostError::Status(status)),
        }
    }

    async fn connect(&self, host: &str, port: u16) -> Result<TcpStream, PostError> {
        let host_name = || host.to_owned();
        let resolved = lookup_host((host, port)).await;
        let resolved: Vec<SocketAddr> = match resolved {
            Ok(resolved) => resolved.collect(),
            Err(source) => {
                let host = host_name();
                return Err(PostError::Resolve { host, source });
            }
        };
        let allowed = resolved
            .iter()
            .filter(|found| self.networks.allow(found.ip()));
        let mut failure = None;
        for address in allowed.take(MAX_ADDRESSES) {
            let connected = timeout(CONNECT_TIMEOUT, TcpStream::connect(address)).await;
            match connected.unwrap_or_else(|_elapsed| Err(io::ErrorKind::TimedOut.into())) {
                Ok(stream) => return Ok(stream),
                Err(error) => failure = Some(error),
            }
        }
        let host = host_name();
        Err(match failure {
            Some(source) => PostError::Connect { host, source },
            None => PostError::NotPublic { host },
        })
    }
}

/// Sends the request, and reads of the answer no more than its head.
async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Send + Unpin + 'static,
    uri: &Uri,
    request: Request<'_>,
) -> Result<StatusCode, PostError> {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    let authority = uri.authority().map_or("", |authority| authority.as_str());
    let mut head = http::Request::builder()
        .method(Method::POST)
        .uri(path)
        .header(HOST, authority)
        .header(USER_AGENT, AGENT)
        .header(CONTENT_TYPE, "application/json")
        .header(DELIVERY, request.delivery);
    if let Some(signature) = request.signature {
        head = head.header(SIGNATURE, signature);
    }
    let whole = head.body(Full::new(Bytes::from(request.body)))?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    // Ends with this function.
    let mut tasks = JoinSet::new();
    tasks.spawn(connection);
    Ok(sender.send_request(whole).await?.status())
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;
    use tokio_rustls::TlsAcceptor;
    use tokio_rustls::rustls::ServerConfig;
    use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

    use super::*;

    /// Of `localhost`, signed by itself. Nobody else knows or trusts it.
    const CERTIFICATE: &[u8] = include_bytes!("for_tests/certificate.der");
    const KEY: &[u8] = include_bytes!("for_tests/key.der");

    /// Answers one request over TLS; gives its port, and what it read.
    async fn answer_once() -> (u16, tokio::task::JoinHandle<Option<String>>) {
        let key = PrivateKeyDer::try_from(KEY).expect("a key");
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_no_client_auth()
            .with_single_cert(vec![CertificateDer::from(CERTIFICATE)], key)
            .expect("a certificate");
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let task = tokio::spawn(async move {
            let (stream, _) = listener.accept().await.ok()?;
            let acceptor = TlsAcceptor::from(Arc::new(config));
            let mut stream = acceptor.accept(stream).await.ok()?;
            let mut read = vec![0; 4_096];
            let count = stream.read(&mut read).await.ok()?;
            let answer = b"HTTP/1.1 204 No Content\r\n\r\n";
            stream.write_all(answer).await.ok()?;
            stream.flush().await.ok()?;
            Some(String::from_utf8_lossy(&read[..count]).into_owned())
        });
        (port, task)
    }

    async fn post(poster: &Poster, port: u16) -> Result<(), PostError> {
        let url = format!("https://localhost:{port}/a?b");
        let request = Request {
            url: &url,
            delivery: "d-1",
            signature: None,
            body: b"{}".to_vec(),
        };
        poster.post(request).await
    }

    #[tokio::test]
    async fn certificates_are_looked_at() {
        let networks = || "127.0.0.0/8".parse::<Networks>().expect("networks");
        let mut roots = RootCertStore::empty();
        roots
            .add(CertificateDer::from(CERTIFICATE))
            .expect("a root");
        let (port, task) = answer_once().await;
        let trusting = Poster::trusting(networks(), roots).expect("a poster");
        post(&trusting, port).await.expect("it is trusted");
        let read = task.await.expect("no panic").expect("a request");
        assert!(read.starts_with("POST /a?b HTTP/1.1\r\n"), "{read}");

        let (port, _task) = answer_once().await;
        let usual = Poster::new(networks()).expect("a poster");
        let refused = post(&usual, port).await;
        assert!(matches!(refused, Err(PostError::Tls { .. })), "{refused:?}");
    }
}
