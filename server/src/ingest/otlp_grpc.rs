//! `TraceService/Export` and `LogsService/Export`: OTLP over gRPC (OTLP specification, "OTLP/gRPC").

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::post;
use futures::future::BoxFuture;
use tonic::server::UnaryService;

use super::grpc::{self, Arrived, refuse};
use super::receive::Receiver;
use super::signal::Signal;

pub(crate) fn routes(receiver: Receiver) -> Router {
    let mut routes = Router::new();
    for signal in Signal::ALL {
        let handler = async move |State(receiver): State<Receiver>, request: Request| {
            export(signal, receiver, request).await
        };
        routes = routes.route(signal.grpc_path(), post(handler));
    }
    routes.fallback(unimplemented).with_state(receiver)
}

async fn export(signal: Signal, receiver: Receiver, request: Request) -> Response {
    let request = request.map(|body| Arrived::new(&receiver.memory).counted(body));
    let service = Export { signal, receiver };
    let response = grpc::server().unary(service, request).await;
    response.map(Body::new)
}

async fn unimplemented(request: Request) -> Response {
    let path = request.uri().path();
    let message =
        format!("{path} is not served here; traces and logs in OTLP and SkyWalking's traces are");
    tonic::Status::unimplemented(message).into_http::<Body>()
}

#[derive(Clone)]
struct Export {
    signal: Signal,
    receiver: Receiver,
}

impl UnaryService<Bytes> for Export {
    type Response = Bytes;
    type Future = BoxFuture<'static, Result<tonic::Response<Bytes>, tonic::Status>>;

    fn call(&mut self, request: tonic::Request<Bytes>) -> Self::Future {
        let Self { signal, receiver } = self.clone();
        Box::pin(async move {
            let message = request.into_inner();
            let mut reservation = receiver.memory.reservation();
            let receipt = match reservation.grow(message.len()) {
                Ok(()) => {
                    let receipt = signal.receive(&receiver, "otlp_grpc", message, reservation);
                    receipt.await
                }
                Err(full) => Err(full.into()),
            };
            let receipt = receipt.map_err(|error| refuse(&error))?;
            Ok(tonic::Response::new(signal.response(receipt).into()))
        })
    }
}
