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
