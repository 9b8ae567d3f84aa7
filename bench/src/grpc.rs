//! A client of OTLP over gRPC that spends as little as possible: one call after the other over one
//! connection, kept open.

use bytes::{BufMut, Bytes, BytesMut};
use h2::client::SendRequest;
use http::{HeaderMap, Request};
use tokio::net::TcpStream;
use tokio::runtime::{self, Runtime};

use crate::client::Answer;
use crate::error::Error;

const METHOD: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

/// Codes of gRPC that ask to come back: `RESOURCE_EXHAUSTED` and `UNAVAILABLE`.
const COME_BACK: [&str; 2] = ["8", "14"];

pub(crate) struct GrpcClient {
    runtime: Runtime,
    uri: String,
    requests: SendRequest<Bytes>,
}

impl GrpcClient {
    pub(crate) fn connect(host: &str) -> Result<Self, Error> {
        let runtime = runtime::Builder::new_current_thread()
            .enable_io()
            .build()
            .map_err(Error::io("starting a client"))?;
        let requests = runtime.block_on(async {
            let stream = TcpStream::connect(host)
                .await
                .map_err(Error::io("connecting"))?;
            stream.set_nodelay(true).map_err(Error::io("connecting"))?;
            let (requests, connection) = h2::client::handshake(stream).await?;
            // Its end is an error of the next call.
            tokio::spawn(connection);
            Ok::<_, Error>(requests)
        })?;
        Ok(Self {
            runtime,
            uri: format!("http://{host}{METHOD}"),
            requests,
        })
    }

    /// Sends a message, as it is or by gzip; answers with the HTTP status that says the same.
    pub(crate) fn export(&mut self, message: &[u8], is_gzip: bool) -> Result<Answer, Error> {
        let mut head = Request::post(&self.uri)
            .header("content-type", "application/grpc")
            .header("te", "trailers");
        if is_gzip {
            head = head.header("grpc-encoding", "gzip");
        }
        let head = head.body(())?;
        let mut framed = BytesMut::with_capacity(message.len() + 5);
        framed.put_u8(is_gzip.into());
        framed.put_u32(u32::try_from(message.len()).unwrap_or(u32::MAX));
        framed.put_slice(message);
        let requests = self.requests.clone();
        self.runtime
            .block_on(exchange(requests, head, framed.freeze()))
    }
}

async fn exchange(
    requests: SendRequest<Bytes>,
    head: Request<()>,
    framed: Bytes,
) -> Result<Answer, Error> {
    let mut requests = requests.ready().await?;
    let (response, mut sending) = requests.send_request(head, false)?;
    sending.send_data(framed, true)?;
    let (head, mut receiving) = response.await?.into_parts();
    let mut body = Vec::new();
    while let Some(data) = receiving.data().await {
        let data = data?;
        body.extend_from_slice(&data);
        receiving.flow_control().release_capacity(data.len())?;
    }
    let trailers = receiving.trailers().await?;
    let status = trailers.as_ref().and_then(code).or(code(&head.headers));
    match status {
        // Without the flag and length that stand before the message.
        Some("0") => Ok(Answer {
            status: 200,
            body: body.split_off(body.len().min(5)),
        }),
        Some(code) if COME_BACK.contains(&code) => Ok(Answer { status: 503, body }),
        other => Err(Error::Refused(format!("gRPC status {other:?}"))),
    }
}

fn code(headers: &HeaderMap) -> Option<&str> {
    headers.get("grpc-status")?.to_str().ok()
}
