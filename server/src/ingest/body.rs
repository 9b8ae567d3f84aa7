//! Request bodies: read and decompressed within one limit.

use std::io::Read;

use axum::body::{Body, Bytes, to_bytes};
use flate2::read::MultiGzDecoder;
use http::HeaderMap;
use http::header::CONTENT_ENCODING;

/// Largest body, before and after decompression.
pub(crate) const MAX_BODY_BYTES: usize = 64 << 20;

#[derive(Debug, thiserror::Error)]
pub(crate) enum BodyError {
    #[error("the body is larger than {} MiB when decompressed; send smaller batches", MAX_BODY_BYTES >> 20)]
    TooLarge,
    #[error("content encoding \"{0}\" is not supported; send gzip or none")]
    Encoding(String),
    #[error("the body is not valid gzip: {0}")]
    Gzip(std::io::Error),
    #[error("the body ended early: {0}")]
    Interrupted(axum::Error),
}

/// The whole body, decompressed.
pub(crate) async fn read(headers: &HeaderMap, body: Body) -> Result<Bytes, BodyError> {
    let is_gzip = match headers
        .get(CONTENT_ENCODING)
        .map(http::HeaderValue::as_bytes)
    {
        None | Some(b"" | b"identity") => false,
        Some(b"gzip") => true,
        Some(other) => {
            return Err(BodyError::Encoding(
                String::from_utf8_lossy(other).into_owned(),
            ));
        }
    };
    let bytes = to_bytes(body, MAX_BODY_BYTES).await.map_err(|error| {
        use std::error::Error as _;
        let is_limit = error
            .source()
            .is_some_and(<dyn std::error::Error + 'static>::is::<http_body_util::LengthLimitError>);
        if is_limit {
            BodyError::TooLarge
        } else {
            BodyError::Interrupted(error)
        }
    })?;
    if is_gzip {
        gunzip(&bytes).map(Bytes::from)
    } else {
        Ok(bytes)
    }
}

/// Stops at the limit, however much a bomb would unfold to.
fn gunzip(compressed: &[u8]) -> Result<Vec<u8>, BodyError> {
    let mut bytes = Vec::with_capacity(compressed.len().saturating_mul(4).min(MAX_BODY_BYTES));
    let limit = MAX_BODY_BYTES as u64 + 1;
    MultiGzDecoder::new(compressed)
        .take(limit)
        .read_to_end(&mut bytes)
        .map_err(BodyError::Gzip)?;
    if bytes.len() > MAX_BODY_BYTES {
        Err(BodyError::TooLarge)
    } else {
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn a_bomb_is_refused_at_the_limit() {
        let largest = vec![0; MAX_BODY_BYTES];
        assert_eq!(gunzip(&gzip(&largest)).unwrap().len(), MAX_BODY_BYTES);
        let bomb = gzip(&[largest.as_slice(), &[0]].concat());
        assert!(bomb.len() < 1 << 20);
        assert!(matches!(gunzip(&bomb), Err(BodyError::TooLarge)));
    }

    #[test]
    fn what_is_not_gzip_is_an_error() {
        assert!(matches!(gunzip(b"plain"), Err(BodyError::Gzip(_))));
        let cut = &gzip(b"whole")[..10];
        assert!(matches!(gunzip(cut), Err(BodyError::Gzip(_))));
    }
}
