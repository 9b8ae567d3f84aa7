//! What OTLP carries: how each signal is read, received and answered. All else, from the content
//! type to refusals, is the same for all of them.

use axum::body::Bytes;
use model::otlp::json::{read_logs, read_traces};
use opentelemetry_proto::tonic::collector::logs::v1::{
    ExportLogsPartialSuccess, ExportLogsServiceResponse,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceResponse,
};
use prost::Message;
use serde_json::{Value, json};

use super::memory::Reservation;
use super::receive::{Receipt, ReceiveError, Receiver};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Signal {
    Traces,
    Logs,
}

impl Signal {
    pub(super) const ALL: [Self; 2] = [Self::Traces, Self::Logs];

    /// Where it is received over HTTP (OTLP specification, "OTLP/HTTP Request").
    pub(super) fn http_path(self) -> &'static str {
        match self {
            Self::Traces => "/v1/traces",
            Self::Logs => "/v1/logs",
        }
    }

    /// Where it is received over gRPC.
    pub(super) fn grpc_path(self) -> &'static str {
        match self {
            Self::Traces => "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
            Self::Logs => "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
        }
    }

    /// An export request in JSON as the same in protobuf.
    pub(super) fn protobuf_from_json(self, text: &[u8]) -> Result<Bytes, serde_json::Error> {
        let request = match self {
            Self::Traces => read_traces(text)?,
            Self::Logs => read_logs(text)?,
        };
        Ok(request.into())
    }

    /// Returns when what is accepted of a request is on disk.
    pub(super) async fn receive(
        self,
        receiver: &Receiver,
        protocol: &'static str,
        request: Bytes,
        reservation: Reservation,
    ) -> Result<Receipt, ReceiveError> {
        match self {
            Self::Traces => receiver.receive(protocol, request, reservation).await,
            Self::Logs => receiver.receive_logs(protocol, request, reservation).await,
        }
    }

    /// The response in protobuf: empty when everything was accepted (OTLP specification, "Full
    /// Success", "Partial Success").
    pub(super) fn response(self, receipt: Receipt) -> Vec<u8> {
        let is_partial = receipt.rejected > 0;
        let rejected = i64::try_from(receipt.rejected).unwrap_or(i64::MAX);
        let error_message = receipt.message;
        match self {
            Self::Traces => {
                let partial_success = is_partial.then_some(ExportTracePartialSuccess {
                    rejected_spans: rejected,
                    error_message,
                });
                ExportTraceServiceResponse { partial_success }.encode_to_vec()
            }
            Self::Logs => {
                let partial_success = is_partial.then_some(ExportLogsPartialSuccess {
                    rejected_log_records: rejected,
                    error_message,
                });
                ExportLogsServiceResponse { partial_success }.encode_to_vec()
            }
        }
    }

    /// The response in JSON.
    pub(super) fn json_response(self, receipt: &Receipt) -> Value {
        if receipt.rejected == 0 {
            return json!({});
        }
        let rejected = match self {
            Self::Traces => "rejectedSpans",
            Self::Logs => "rejectedLogRecords",
        };
        json!({
            "partialSuccess": {
                rejected: receipt.rejected.to_string(),
                "errorMessage": receipt.message,
            }
        })
    }
}
