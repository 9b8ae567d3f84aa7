//! Documents: zstd of standard OTLP protobuf, so that any OTLP tool can read an export.

use std::io;

use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, TracesData};
use prost::Message;

/// Level 1: three quarters of what level 3 saves, at half the time.
const LEVEL: i32 = 1;

/// A document that claims to be larger is damaged.
const MAX_DOCUMENT_BYTES: usize = 1 << 30;

/// Compresses encoded messages, one after the other: protobuf joins what stands side by side.
///
/// # Errors
/// When zstd fails, which it does only without memory.
pub fn compress(encoded: &[u8]) -> io::Result<Vec<u8>> {
    zstd::bulk::compress(encoded, LEVEL)
}

/// The encoded message within a document.
///
/// # Errors
/// When it is not zstd, or implausibly large.
pub fn decompress(document: &[u8]) -> io::Result<Vec<u8>> {
    let bytes = zstd::zstd_safe::get_frame_content_size(document)
        .ok()
        .flatten();
    let bytes = bytes
        .and_then(|bytes| usize::try_from(bytes).ok())
        .unwrap_or(usize::MAX);
    if bytes > MAX_DOCUMENT_BYTES {
        return Err(io::Error::other("it does not tell a plausible size"));
    }
    zstd::bulk::decompress(document, bytes)
}

/// The spans within a document.
///
/// # Errors
/// When it is not zstd of an OTLP `TracesData` message.
pub fn decode(document: &[u8]) -> io::Result<Vec<ResourceSpans>> {
    let encoded = decompress(document)?;
    let data = TracesData::decode(encoded.as_slice()).map_err(io::Error::other)?;
    Ok(data.resource_spans)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_side_by_side_decode_as_one() {
        let one = TracesData {
            resource_spans: vec![ResourceSpans::default()],
        }
        .encode_to_vec();
        let document = compress(&[one.as_slice(), one.as_slice()].concat()).expect("memory");
        assert_eq!(decode(&document).expect("a document").len(), 2);
    }

    #[test]
    fn damage_is_an_error() {
        assert!(decode(b"").is_err());
        assert!(decode(b"not zstd").is_err());
        assert!(decode(&compress(b"\xff\xff").expect("memory")).is_err());
    }
}
