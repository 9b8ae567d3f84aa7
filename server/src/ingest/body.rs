//! Request bodies: read and decompressed within one limit.

use std::io::{self, Read};

use axum::body::{Body, Bytes};
use flate2::read::MultiGzDecoder;
use http::header::CONTENT_ENCODING;
use http::{HeaderMap, StatusCode};
use http_body_util::BodyExt;
use tokio::task::{JoinError, spawn_blocking};

use super::memory::{Full, Reservation};
use crate::otlp::status::code;

/// Largest body, before and after decompression.
pub(crate) const MAX_BODY_BYTES: usize = 64 << 20;

/// How much is decompressed before the room for it is taken.
const STEP_BYTES: u64 = 1 << 20;

#[derive(Debug, thiserror::Error)]
pub(crate) enum BodyError {
    #[error("the body is larger than {} MiB when decompressed; send smaller batches", MAX_BODY_BYTES >> 20)]
    TooLarge,
    #[error("content encoding \"{0}\" is not supported; send gzip, zstd or none")]
    Encoding(String),
    #[error("the body cannot be decompressed: {0}")]
    Compression(io::Error),
    #[error("the body ended early: {0}")]
    Interrupted(axum::Error),
    #[error(transparent)]
    Full(#[from] Full),
    #[error("the request could not be processed; send again in a second")]
    Task(#[from] JoinError),
}

impl BodyError {
    /// A word for it, one of few.
    pub(super) fn label(&self) -> &'static str {
        match self {
            Self::TooLarge => "too_large",
            Self::Encoding(_) => "encoding",
            Self::Compression(_) | Self::Interrupted(_) => "damaged",
            Self::Full(_) => "memory_full",
            Self::Task(_) => "internal",
        }
    }

    /// The HTTP status, and the code of `google.rpc.Code`.
    pub(super) fn kind(&self) -> (StatusCode, i32) {
        match self {
            Self::Encoding(_) => (StatusCode::UNSUPPORTED_MEDIA_TYPE, code::INVALID_ARGUMENT),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, code::INVALID_ARGUMENT),
            Self::Compression(_) | Self::Interrupted(_) => {
                (StatusCode::BAD_REQUEST, code::INVALID_ARGUMENT)
            }
            Self::Full(_) => (StatusCode::TOO_MANY_REQUESTS, code::RESOURCE_EXHAUSTED),
            Self::Task(_) => (StatusCode::SERVICE_UNAVAILABLE, code::UNAVAILABLE),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Compression {
    None,
    Gzip,
    Zstd,
}

impl Compression {
    fn of(headers: &HeaderMap) -> Result<Self, BodyError> {
        let encoding = headers.get(CONTENT_ENCODING);
        match encoding.map(http::HeaderValue::as_bytes) {
            None | Some(b"" | b"identity") => Ok(Self::None),
            Some(b"gzip") => Ok(Self::Gzip),
            Some(b"zstd") => Ok(Self::Zstd),
            Some(other) => Err(BodyError::Encoding(
                String::from_utf8_lossy(other).into_owned(),
            )),
        }
    }
}

/// The whole body, decompressed, within the room that it takes.
pub(crate) async fn read(
    headers: &HeaderMap,
    body: Body,
    mut reservation: Reservation,
) -> Result<(Bytes, Reservation), BodyError> {
    let compression = Compression::of(headers)?;
    let bytes = collect(body, &mut reservation).await?;
    reservation.wait_for_turn().await?;
    if compression == Compression::None {
        return Ok((bytes, reservation));
    }
    spawn_blocking(move || {
        let decompressed = decompress(compression, &bytes, &mut reservation)?;
        Ok((decompressed.into(), reservation))
    })
    .await?
}

async fn collect(mut body: Body, reservation: &mut Reservation) -> Result<Bytes, BodyError> {
    let mut collected = Vec::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(BodyError::Interrupted)?.into_data() else {
            continue;
        };
        if collected.len() + data.len() > MAX_BODY_BYTES {
            return Err(BodyError::TooLarge);
        }
        reservation.grow(data.len())?;
        collected.extend_from_slice(&data);
    }
    Ok(collected.into())
}

/// Stops at the limit, however much a bomb would unfold to.
fn decompress(
    compression: Compression,
    compressed: &[u8],
    reservation: &mut Reservation,
) -> Result<Vec<u8>, BodyError> {
    let mut reader: Box<dyn Read + '_> = match compression {
        Compression::None => Box::new(compressed),
        Compression::Gzip => Box::new(MultiGzDecoder::new(compressed)),
        Compression::Zstd => {
            Box::new(zstd::stream::read::Decoder::new(compressed).map_err(BodyError::Compression)?)
        }
    };
    let mut bytes = Vec::new();
    loop {
        let read = reader.by_ref().take(STEP_BYTES).read_to_end(&mut bytes);
        let read = read.map_err(BodyError::Compression)?;
        if read == 0 {
            return Ok(bytes);
        }
        reservation.grow(read)?;
        if bytes.len() > MAX_BODY_BYTES {
            return Err(BodyError::TooLarge);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::Arc;

    use flate2::write::GzEncoder;

    use super::super::memory::Memory;
    use super::*;
    use crate::metrics::Metrics;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn zstd(bytes: &[u8]) -> Vec<u8> {
        zstd::stream::encode_all(bytes, 1).unwrap()
    }

    fn unpack(compression: Compression, bytes: &[u8]) -> Result<Vec<u8>, BodyError> {
        let memory = Memory::new(Arc::new(Metrics::new()));
        decompress(compression, bytes, &mut memory.reservation())
    }

    #[test]
    fn a_bomb_is_refused_at_the_limit() {
        let largest = vec![0; MAX_BODY_BYTES];
        let bomb = [largest.as_slice(), &[0]].concat();
        for (compression, pack) in [
            (Compression::Gzip, gzip as fn(&[u8]) -> Vec<u8>),
            (Compression::Zstd, zstd),
        ] {
            let unpacked = unpack(compression, &pack(&largest)).unwrap();
            assert_eq!(unpacked.len(), MAX_BODY_BYTES);
            let bomb = pack(&bomb);
            assert!(bomb.len() < 1 << 20);
            let refused = unpack(compression, &bomb);
            assert!(matches!(refused, Err(BodyError::TooLarge)));
        }
    }

    #[test]
    fn what_is_not_compressed_is_an_error() {
        for compression in [Compression::Gzip, Compression::Zstd] {
            let refused = unpack(compression, b"plain text");
            assert!(matches!(refused, Err(BodyError::Compression(_))));
        }
        let cut = &gzip(b"whole")[..10];
        let refused = unpack(Compression::Gzip, cut);
        assert!(matches!(refused, Err(BodyError::Compression(_))));
    }
}
