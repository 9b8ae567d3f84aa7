//! `TraceService/Export`: OTLP over gRPC (OTLP specification, "OTLP/gRPC").

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::post;
use axum::{BoxError, Router};
use futures::StreamExt;
use futures::future::BoxFuture;
use prost::Message;
use prost::bytes::{Buf, BufMut};
use tonic::Code;
use tonic::codec::{Codec, CompressionEncoding, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::server::{Grpc, UnaryService};

use super::body::MAX_BODY_BYTES;
use super::memory::Reservation;
use super::receive::{ReceiveError, Receiver};
use crate::otlp::status::Status;

pub(crate) fn routes(receiver: Receiver) -> Router {
    Router::new()
        .route(
            "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
            post(export),
        )
        .fallback(unimplemented)
        .with_state(receiver)
}

async fn export(State(receiver): State<Receiver>, request: Request) -> Response {
    let mut grpc = Grpc::new(Untouched)
        .accept_compressed(CompressionEncoding::Gzip)
        .accept_compressed(CompressionEncoding::Zstd)
        .max_decoding_message_size(MAX_BODY_BYTES);
    let request = request.map(|body| counted(body, receiver.memory.reservation()));
    let response = grpc.unary(Export(receiver), request).await;
    response.map(Body::new)
}

async fn unimplemented(request: Request) -> Response {
    let path = request.uri().path();
    let message = format!("{path} is not served here; OTLP traces are");
    tonic::Status::unimplemented(message).into_http::<Body>()
}

/// Takes the room for a body as it arrives.
fn counted(body: Body, mut reservation: Reservation) -> Body {
    let counted = body.into_data_stream().map(move |data| {
        let data = data.map_err(BoxError::from)?;
        reservation
            .grow(data.len())
            .map_err(|full| refuse(&full.into()))?;
        Ok::<Bytes, BoxError>(data)
    });
    Body::from_stream(counted)
}

#[derive(Clone)]
struct Export(Receiver);

impl UnaryService<Bytes> for Export {
    type Response = Bytes;
    type Future = BoxFuture<'static, Result<tonic::Response<Bytes>, tonic::Status>>;

    fn call(&mut self, request: tonic::Request<Bytes>) -> Self::Future {
        let receiver = self.0.clone();
        Box::pin(async move {
            let message = request.into_inner();
            let mut reservation = receiver.memory.reservation();
            let receipt = match reservation.grow(message.len()) {
                Ok(()) => receiver.receive("otlp_grpc", message, reservation).await,
                Err(full) => Err(full.into()),
            };
            let receipt = receipt.map_err(|error| refuse(&error))?;
            let response = receipt.response().encode_to_vec();
            Ok(tonic::Response::new(response.into()))
        })
    }
}

/// The status that an exporter understands: whether to send the same again, and when.
fn refuse(error: &ReceiveError) -> tonic::Status {
    let (code, is_retryable) = error.kind();
    let mut status = Status::new(code, error.to_string());
    if is_retryable {
        status = status.with_retry();
    }
    let details = status.encode_to_vec();
    tonic::Status::with_details(Code::from_i32(code), status.message, details.into())
}

/// Messages as they are: what is in them is looked at elsewhere.
struct Untouched;

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
