//! What the environment configures. The only place that reads it.

use std::fmt;
use std::net::{AddrParseError, SocketAddr};
use std::path::PathBuf;

use http::HeaderValue;
use model::dimensions::{DimensionTable, TableError};
use model::format::parse_bytes;
use model::sampling::tail::{Policy, PolicyError};

use crate::notify::{MailError, Mailer, NetworkError, Networks};

const WEB_LISTEN: &str = "127.0.0.1:8080";
const OTLP_GRPC_LISTEN: &str = "127.0.0.1:4317";
const OTLP_HTTP_LISTEN: &str = "127.0.0.1:4318";

const DEFAULT_LOG: &str = "info";

const DEFAULT_TRACE_DAYS: i32 = 30;
/// Shortest secret that pseudonyms may be made with.
const MIN_KEY_BYTES: usize = 16;

/// Where data is kept when root starts the server and nothing else is said: a place that the
/// unprivileged user of the embedded Postgres can enter, which root's home is not.
const ROOT_DATA_DIRECTORY: &str = "/var/lib/throughline";

#[derive(Debug, Clone)]
pub(crate) struct Config {
    /// `THROUGHLINE_LISTEN`: pages and API.
    pub(crate) web_listen: SocketAddr,
    /// `THROUGHLINE_OTLP_GRPC_LISTEN`.
    pub(crate) otlp_grpc_listen: SocketAddr,
    /// `THROUGHLINE_OTLP_HTTP_LISTEN`.
    pub(crate) otlp_http_listen: SocketAddr,
    pub(crate) database: Database,
    /// `THROUGHLINE_INGEST_ORIGINS`: the pages that may send spans from a browser.
    pub(crate) ingest_origins: Origins,
    /// `THROUGHLINE_TRACE_RETENTION`: how many days traces are kept, besides today.
    pub(crate) trace_days: i32,
    /// `THROUGHLINE_STORAGE_LIMIT`: most bytes of the whole database.
    pub(crate) storage_limit: Option<u64>,
    /// `THROUGHLINE_DIMENSIONS`: more attributes to read dimensions from.
    pub(crate) dimensions: DimensionTable,
    /// `THROUGHLINE_SAMPLING`: which traces to keep; all when it is not set.
    pub(crate) sampling: Option<Policy>,
    /// `THROUGHLINE_REDACTION`: a file of rules.
    pub(crate) redaction: Option<PathBuf>,
    /// `THROUGHLINE_PSEUDONYM_KEY`.
    pub(crate) pseudonym_key: Option<PseudonymKey>,
    /// `THROUGHLINE_PUBLIC_URL`: the address of the pages as others reach them, without a slash at
    /// its end.
    pub(crate) public_url: Option<String>,
    /// `THROUGHLINE_RECEIVER_NETWORKS`: where messages may go besides public addresses.
    pub(crate) receiver_networks: Networks,
    /// `THROUGHLINE_SMTP_URL` and `THROUGHLINE_SMTP_FROM`.
    pub(crate) mailer: Option<Mailer>,
    /// `THROUGHLINE_SITE_DIR`: the WASM bundle, style sheets and other assets.
    pub(crate) site_directory: PathBuf,
}

#[derive(Debug, Clone)]
pub(crate) enum Database {
    /// `DATABASE_URL`.
    Url(String),
    /// The embedded one, under `THROUGHLINE_DATA_DIR`.
    Embedded { data_directory: PathBuf },
}

/// A secret, which no log shows.
#[derive(Clone)]
pub(crate) struct PseudonymKey(String);

impl PseudonymKey {
    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Debug for PseudonymKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PseudonymKey")
    }
}

/// Origins as browsers send them (RFC 6454, section 7).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Origins {
    Any,
    Listed(Vec<HeaderValue>),
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum ConfigError {
    #[error("{name} is \"{value}\", which is not an address; write it as 127.0.0.1:8080")]
    Address {
        name: &'static str,
        value: String,
        source: AddrParseError,
    },
    #[error(
        "THROUGHLINE_INGEST_ORIGINS names \"{0}\", which is not an origin; write * or origins with \
         commas between them, as https://shop.example,http://localhost:3000"
    )]
    Origin(String),
    #[error("THROUGHLINE_TRACE_RETENTION is \"{0}\"; write whole days, from 1d to 3650d, as 30d")]
    Retention(String),
    #[error("THROUGHLINE_STORAGE_LIMIT is \"{0}\"; write an amount, as 50GB or 500MiB")]
    StorageLimit(String),
    #[error("THROUGHLINE_DIMENSIONS: {0}")]
    Dimensions(#[from] TableError),
    #[error("THROUGHLINE_SAMPLING: {0}")]
    Sampling(#[from] PolicyError),
    #[error(
        "THROUGHLINE_PSEUDONYM_KEY has fewer than {MIN_KEY_BYTES} bytes, which can be guessed; \
         openssl rand -hex 32 makes a good one"
    )]
    PseudonymKey,
    #[error(
        "THROUGHLINE_PUBLIC_URL is \"{0}\"; write the address of the pages, as \
         https://throughline.example"
    )]
    PublicUrl(String),
    #[error("THROUGHLINE_RECEIVER_NETWORKS: {0}")]
    Networks(#[from] NetworkError),
    #[error(transparent)]
    Mail(#[from] MailError),
    #[error("THROUGHLINE_SMTP_URL is set; set THROUGHLINE_SMTP_FROM too, as alerts@shop.example")]
    NoSender,
    #[error("{0} is not valid UTF-8")]
    NotUnicode(&'static str),
    #[error("there is no home directory to keep data in; set THROUGHLINE_DATA_DIR or DATABASE_URL")]
    NoHome,
}

impl Config {
    pub(crate) fn from_env() -> Result<Self, ConfigError> {
        let database = match variable("DATABASE_URL")? {
            Some(url) => Database::Url(url),
            None => Database::Embedded {
                data_directory: data_directory()?,
            },
        };
        Ok(Self {
            web_listen: address("THROUGHLINE_LISTEN", WEB_LISTEN)?,
            otlp_grpc_listen: address("THROUGHLINE_OTLP_GRPC_LISTEN", OTLP_GRPC_LISTEN)?,
            otlp_http_listen: address("THROUGHLINE_OTLP_HTTP_LISTEN", OTLP_HTTP_LISTEN)?,
            database,
            ingest_origins: origins(&variable("THROUGHLINE_INGEST_ORIGINS")?.unwrap_or_default())?,
            trace_days: variable("THROUGHLINE_TRACE_RETENTION")?
                .map_or(Ok(DEFAULT_TRACE_DAYS), |text| days(&text))?,
            storage_limit: variable("THROUGHLINE_STORAGE_LIMIT")?
                .map(|text| parse_bytes(&text).ok_or(ConfigError::StorageLimit(text)))
                .transpose()?,
            dimensions: variable("THROUGHLINE_DIMENSIONS")?
                .unwrap_or_default()
                .parse()?,
            sampling: variable("THROUGHLINE_SAMPLING")?
                .map(|text| text.parse())
                .transpose()?,
            redaction: variable("THROUGHLINE_REDACTION")?.map(PathBuf::from),
            pseudonym_key: pseudonym_key()?,
            public_url: variable("THROUGHLINE_PUBLIC_URL")?
                .map(|text| public_url(&text))
                .transpose()?,
            receiver_networks: variable("THROUGHLINE_RECEIVER_NETWORKS")?
                .unwrap_or_default()
                .parse()?,
            mailer: mailer()?,
            site_directory: variable("THROUGHLINE_SITE_DIR")?
                .unwrap_or_else(|| "target/site".into())
                .into(),
        })
    }
}

/// What `THROUGHLINE_LOG` asks to be logged, in the syntax of `tracing_subscriber::EnvFilter`.
pub(crate) fn log_filter() -> String {
    variable("THROUGHLINE_LOG")
        .ok()
        .flatten()
        .unwrap_or_else(|| DEFAULT_LOG.into())
}

fn data_directory() -> Result<PathBuf, ConfigError> {
    if let Some(directory) = variable("THROUGHLINE_DATA_DIR")? {
        return Ok(directory.into());
    }
    if store::embedded::is_root() {
        return Ok(ROOT_DATA_DIRECTORY.into());
    }
    if let Some(directory) = variable("XDG_DATA_HOME")? {
        return Ok(PathBuf::from(directory).join("throughline"));
    }
    let home = variable("HOME")?.ok_or(ConfigError::NoHome)?;
    Ok(PathBuf::from(home).join(".local/share/throughline"))
}

fn pseudonym_key() -> Result<Option<PseudonymKey>, ConfigError> {
    match variable("THROUGHLINE_PSEUDONYM_KEY")? {
        Some(key) if key.len() < MIN_KEY_BYTES => Err(ConfigError::PseudonymKey),
        key => Ok(key.map(PseudonymKey)),
    }
}

fn mailer() -> Result<Option<Mailer>, ConfigError> {
    let Some(url) = variable("THROUGHLINE_SMTP_URL")? else {
        return Ok(None);
    };
    let from = variable("THROUGHLINE_SMTP_FROM")?.ok_or(ConfigError::NoSender)?;
    Ok(Some(Mailer::new(&url, &from)?))
}

/// Without the slash at its end, since paths are put behind it.
fn public_url(text: &str) -> Result<String, ConfigError> {
    let url = text.trim_end_matches('/');
    let is_url = ["http://", "https://"].iter().any(|scheme| {
        url.strip_prefix(scheme)
            .is_some_and(|rest| !rest.is_empty())
    });
    let is_plain = url
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && byte != b'?' && byte != b'#');
    (is_url && is_plain)
        .then(|| url.to_owned())
        .ok_or_else(|| ConfigError::PublicUrl(text.to_owned()))
}

fn address(name: &'static str, default: &str) -> Result<SocketAddr, ConfigError> {
    let value = variable(name)?.unwrap_or_else(|| default.to_owned());
    value.parse().map_err(|source| ConfigError::Address {
        name,
        value,
        source,
    })
}

fn origins(text: &str) -> Result<Origins, ConfigError> {
    if text.trim() == "*" {
        return Ok(Origins::Any);
    }
    let listed = text.split(',').map(str::trim).filter(|one| !one.is_empty());
    let origin = |text: &str| {
        let is_origin = text
            .split_once("://")
            .is_some_and(|(scheme, host)| !scheme.is_empty() && is_host(host));
        let value = HeaderValue::from_str(text).ok().filter(|_| is_origin);
        value.ok_or_else(|| ConfigError::Origin(text.to_owned()))
    };
    Ok(Origins::Listed(
        listed.map(origin).collect::<Result<_, _>>()?,
    ))
}

fn days(text: &str) -> Result<i32, ConfigError> {
    let number = text.strip_suffix('d').and_then(|days| days.parse().ok());
    number
        .filter(|days| (1..=3_650).contains(days))
        .ok_or_else(|| ConfigError::Retention(text.to_owned()))
}

/// Host and perhaps port, without a path.
fn is_host(text: &str) -> bool {
    !text.is_empty() && !text.contains(['/', '*', ' '])
}

/// A variable that is set to something; an empty one counts as not set.
#[expect(
    clippy::disallowed_methods,
    reason = "this is where the environment is read"
)]
fn variable(name: &'static str) -> Result<Option<String>, ConfigError> {
    match std::env::var(name) {
        Ok(value) => Ok(Some(value).filter(|value| !value.is_empty())),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => Err(ConfigError::NotUnicode(name)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traces_are_kept_for_whole_days() {
        assert_eq!(days("7d").unwrap(), 7);
        for wrong in ["", "7", "0d", "-1d", "1.5d", "9999d", "d", "7h"] {
            assert!(matches!(days(wrong), Err(ConfigError::Retention(_))));
        }
    }

    #[test]
    fn the_public_address_has_no_slash_at_its_end() {
        let url = public_url("https://t.example/below/").expect("an address");
        assert_eq!(url, "https://t.example/below");
        for wrong in [
            "t.example",
            "https://",
            "https://t.example/?a",
            "https://a b",
        ] {
            assert!(matches!(public_url(wrong), Err(ConfigError::PublicUrl(_))));
        }
    }

    #[test]
    fn origins_are_read_and_judged() {
        assert_eq!(origins("").unwrap(), Origins::Listed(vec![]));
        assert_eq!(origins(" * ").unwrap(), Origins::Any);
        let listed = ["https://shop.example", "http://localhost:3000"];
        let expected = listed.map(HeaderValue::from_static).to_vec();
        assert_eq!(
            origins(&listed.join(", ")).unwrap(),
            Origins::Listed(expected)
        );
        for wrong in [
            "shop.example",
            "https://",
            "https://shop.example/",
            "https://*.example",
        ] {
            assert!(
                matches!(origins(wrong), Err(ConfigError::Origin(_))),
                "{wrong}"
            );
        }
    }
}
