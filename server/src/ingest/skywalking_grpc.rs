//! The services that SkyWalking's agents call (skywalking-data-collect-protocol, package
//! `skywalking.v3`). Segments are kept; metrics, logs and profiles are read and dropped, so that
//! agents find what they expect.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use axum::routing::post;
use futures::future::{BoxFuture, FutureExt, ready};
use futures::{StreamExt, TryStreamExt};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue};
use http_body_util::{BodyExt, Full};
use prost::DecodeError;
use tokio::sync::watch;
use tonic::server::{ClientStreamingService, UnaryService};
use tonic::{Status, Streaming};

use super::grpc::{self, Arrived, refuse};
use super::receive::{ReceiveError, Receiver};
use super::skywalking::{self, SegmentsError};
use crate::translate::skywalking::Segments;

/// Segments that are put on disk together.
const MAX_BATCH_SEGMENTS: usize = 1_000;

/// Bytes of segments after which no more are put with them.
const MAX_BATCH_BYTES: usize = 4 << 20;

/// How much larger segments are while they are translated than as they came, about. Of the largest
/// message, that is what a translation may take.
const DECODED_FACTOR: usize = 2;

/// `Commands` for the agent: none.
const COMMANDS: Bytes = Bytes::new();

/// What came before is on disk; what comes next needs another stream.
const STOPPING: &str = "the server is stopping; connect again in a second";

/// What agents send that is no trace, and what they ask for.
const DROPPED: [&str; 12] = [
    "ManagementService/reportInstanceProperties",
    "ManagementService/keepAlive",
    "JVMMetricReportService/collect",
    "CLRMetricReportService/collect",
    "GolangMetricReportService/collect",
    "MeterReportService/collect",
    "MeterReportService/collectBatch",
    "LogReportService/collect",
    "ProfileTask/getProfileTaskCommands",
    "ProfileTask/collectSnapshot",
    "ProfileTask/reportTaskFinish",
    "ConfigurationDiscoveryService/fetchConfigurations",
];

/// Streams end when `stopped` says so: agents keep them open for as long as they live.
pub(crate) fn routes(receiver: Receiver, stopped: watch::Receiver<bool>) -> Router {
    let segments = Router::new()
        .route(
            "/skywalking.v3.TraceSegmentReportService/collect",
            post(collect),
        )
        .route(
            "/skywalking.v3.TraceSegmentReportService/collectInSync",
            post(collect_in_sync),
        );
    let all = DROPPED.into_iter().fold(segments, |routes, method| {
        routes.route(&format!("/skywalking.v3.{method}"), post(drop_all))
    });
    all.with_state(Services { receiver, stopped })
}

#[derive(Clone)]
struct Services {
    receiver: Receiver,
    stopped: watch::Receiver<bool>,
}

impl Services {
    async fn stopped(&mut self) {
        // An error means that whoever could say so is gone.
        self.stopped.wait_for(|is_stopped| *is_stopped).await.ok();
    }
}

async fn collect(State(services): State<Services>, request: Request) -> Response {
    let arrived = Arrived::new(&services.receiver.memory);
    let request = request.map(|body| arrived.clone().counted(body));
    let service = Collect { services, arrived };
    let response = grpc::server().client_streaming(service, request).await;
    response.map(Body::new)
}

async fn collect_in_sync(State(services): State<Services>, request: Request) -> Response {
    let receiver = services.receiver;
    let request = request.map(|body| Arrived::new(&receiver.memory).counted(body));
    let service = CollectInSync(receiver);
    let response = grpc::server().unary(service, request).await;
    response.map(Body::new)
}

/// Nothing of it is kept, so it needs no room, however long it goes on.
async fn drop_all(State(mut services): State<Services>, request: Request) -> Response {
    let data = request.into_body().into_data_stream();
    // One that breaks off may also be answered.
    let read = data.try_for_each(|_data| ready(Ok(())));
    tokio::select! {
        _ = read => {}
        () = services.stopped() => {}
    }
    // A message of no bytes, not compressed (gRPC over HTTP2, "Length-Prefixed-Message").
    let message = Full::new(Bytes::from_static(&[0; 5]));
    let trailers = HeaderMap::from_iter([(Status::GRPC_STATUS, HeaderValue::from_static("0"))]);
    let body = message.with_trailers(async { Some(Ok(trailers)) });
    let mut response = Response::new(Body::new(body));
    let content_type = HeaderValue::from_static("application/grpc");
    response.headers_mut().insert(CONTENT_TYPE, content_type);
    response
}

#[derive(Clone)]
struct CollectInSync(Receiver);

impl UnaryService<Bytes> for CollectInSync {
    type Response = Bytes;
    type Future = BoxFuture<'static, Result<tonic::Response<Bytes>, Status>>;

    fn call(&mut self, request: tonic::Request<Bytes>) -> Self::Future {
        let receiver = self.0.clone();
        Box::pin(async move {
            let message = request.into_inner();
            let bytes = message.len();
            let read = move || Segments::from_collection(&message);
            store(&receiver, bytes, read).await.map_err(status)?;
            Ok(tonic::Response::new(COMMANDS))
        })
    }
}

#[derive(Clone)]
struct Collect {
    services: Services,
    arrived: Arrived,
}

impl ClientStreamingService<Bytes> for Collect {
    type Response = Bytes;
    type Future = BoxFuture<'static, Result<tonic::Response<Bytes>, Status>>;

    fn call(&mut self, request: tonic::Request<Streaming<Bytes>>) -> Self::Future {
        let service = self.clone();
        Box::pin(async move {
            service.collect(request.into_inner()).await?;
            Ok(tonic::Response::new(COMMANDS))
        })
    }
}

impl Collect {
    /// Puts on disk what has arrived, and meanwhile lets more arrive; ends when the client ends and
    /// all is on disk.
    ///
    /// There are no words for what was left out, which the metrics count, but when it was all.
    async fn collect(mut self, mut segments: Streaming<Bytes>) -> Result<(), Status> {
        let (mut is_any_accepted, mut refusal) = (false, None);
        let mut end = None;
        while end.is_none() {
            let first = tokio::select! {
                first = segments.message() => first?,
                () = self.services.stopped() => return Err(Status::unavailable(STOPPING)),
            };
            let Some(first) = first else {
                break;
            };
            let batch;
            (batch, end) = gather(first, &mut segments);
            self.arrived.release();
            let bytes = batch.iter().map(Bytes::len).sum();
            let read = move || Ok(Segments::from_messages(&batch));
            match store(&self.services.receiver, bytes, read).await {
                Ok(_complaint) => is_any_accepted = true,
                Err(SegmentsError::Receive(error)) => return Err(refuse(&error)),
                Err(error) => refusal = Some(status(error)),
            }
        }
        end.unwrap_or(Ok(()))?;
        refusal
            .filter(|_status| !is_any_accepted)
            .map_or(Ok(()), Err)
    }
}

/// How a stream has ended, once it has.
type End = Option<Result<(), Status>>;

/// The first segment and those that are there already, and the stream's end if that is.
fn gather(first: Bytes, segments: &mut Streaming<Bytes>) -> (Vec<Bytes>, End) {
    let mut bytes = first.len();
    let mut batch = vec![first];
    while batch.len() < MAX_BATCH_SEGMENTS && bytes < MAX_BATCH_BYTES {
        match segments.next().now_or_never() {
            Some(Some(Ok(segment))) => {
                bytes += segment.len();
                batch.push(segment);
            }
            Some(Some(Err(error))) => return (batch, Some(Err(error))),
            Some(None) => return (batch, Some(Ok(()))),
            None => break,
        }
    }
    (batch, None)
}

async fn store(
    receiver: &Receiver,
    bytes: usize,
    read: impl FnOnce() -> Result<Segments, DecodeError> + Send + 'static,
) -> Result<String, SegmentsError<DecodeError>> {
    let mut reservation = receiver.memory.reservation();
    reservation.grow(bytes).map_err(ReceiveError::from)?;
    let needs = move || bytes * DECODED_FACTOR;
    skywalking::receive(receiver, "skywalking_grpc", needs, read, reservation).await
}

fn status(error: SegmentsError<DecodeError>) -> Status {
    match error {
        SegmentsError::Receive(error) => refuse(&error),
        SegmentsError::Unreadable(_) | SegmentsError::NothingAccepted(_) => {
            Status::invalid_argument(error.to_string())
        }
    }
}
