//! `TraceService/Export`: OTLP over gRPC (OTLP specification, "OTLP/gRPC").

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::post;
use futures::future::BoxFuture;
use prost::Message;
use tonic::server::UnaryService;

use super::grpc::{self, Arrived, refuse};
use super::receive::Receiver;

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
    let request = request.map(|body| Arrived::new(&receiver.memory).counted(body));
    let response = grpc::server().unary(Export(receiver), request).await;
    response.map(Body::new)
}

async fn unimplemented(request: Request) -> Response {
    let path = request.uri().path();
    let message = format!("{path} is not served here; traces in OTLP and SkyWalking's are");
    tonic::Status::unimplemented(message).into_http::<Body>()
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
