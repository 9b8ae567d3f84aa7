//! What all protocols over gRPC have in common: messages as bytes, room for what arrives, refusals
//! that a client understands.

use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use axum::BoxError;
use axum::body::{Body, Bytes};
use futures::StreamExt;
use prost::Message;
use prost::bytes::{Buf, BufMut};
use tonic::Code;
use tonic::codec::{Codec, CompressionEncoding, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::server::Grpc;

use super::body::MAX_BODY_BYTES;
use super::memory::{Memory, Reservation};
use super::receive::ReceiveError;
use crate::otlp::status::Status;

/// Reads messages as they are, plain, gzip or zstd, within the limit of all bodies.
pub(super) fn server() -> Grpc<Untouched> {
    Grpc::new(Untouched)
        .accept_compressed(CompressionEncoding::Gzip)
        .accept_compressed(CompressionEncoding::Zstd)
        .max_decoding_message_size(MAX_BODY_BYTES)
}

/// The room for what has arrived and is not yet a whole message.
#[derive(Clone)]
pub(super) struct Arrived {
    memory: Memory,
    reservation: Arc<Mutex<Reservation>>,
}

impl Arrived {
    pub(super) fn new(memory: &Memory) -> Self {
        Self {
            memory: memory.clone(),
            reservation: Arc::new(Mutex::new(memory.reservation())),
        }
    }

    /// Takes the room for a body as it arrives.
    pub(super) fn counted(self, body: Body) -> Body {
        let counted = body.into_data_stream().map(move |data| {
            let data = data.map_err(BoxError::from)?;
            let mut reservation = self
                .reservation
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            reservation
                .grow(data.len())
                .map_err(|full| refuse(&full.into()))?;
            Ok::<Bytes, BoxError>(data)
        });
        Body::from_stream(counted)
    }

    /// Gives the room back, for messages that were read and now take their own. Of the next one
    /// there is no more than a frame by then.
    pub(super) fn release(&self) {
        let mut reservation = self
            .reservation
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        drop(mem::replace(&mut *reservation, self.memory.reservation()));
    }
}

/// The status that a client understands: whether to send the same again, and when.
pub(super) fn refuse(error: &ReceiveError) -> tonic::Status {
    let (code, is_retryable) = error.kind();
    let mut status = Status::new(code, error.to_string());
    if is_retryable {
        status = status.with_retry();
    }
    let details = status.encode_to_vec();
    tonic::Status::with_details(Code::from_i32(code), status.message, details.into())
}

/// Messages as they are: what is in them is looked at elsewhere.
pub(super) struct Untouched;

impl Codec for Untouched {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Untouched {
    type Item = Bytes;
    type Error = tonic::Status;

    fn encode(&mut self, item: Bytes, target: &mut EncodeBuf<'_>) -> Result<(), tonic::Status> {
        target.put(item);
        Ok(())
    }
}

impl Decoder for Untouched {
    type Item = Bytes;
    type Error = tonic::Status;

    fn decode(&mut self, source: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, tonic::Status> {
        Ok(Some(source.copy_to_bytes(source.remaining())))
    }
}
