//! What SkyWalking's protocol has in common over gRPC and HTTP: segments in, spans on disk.

use axum::body::Bytes;
use prost::Message;
use tokio::task::spawn_blocking;

use super::memory::Reservation;
use super::receive::{ReceiveError, Receiver};
use crate::translate::skywalking::{Segments, translate};

/// Why no segment was kept.
#[derive(Debug, thiserror::Error)]
pub(super) enum SegmentsError<E> {
    #[error("not SkyWalking's segments, version 3: {0}")]
    Unreadable(E),
    #[error("{0}")]
    NothingAccepted(String),
    #[error(transparent)]
    Receive(#[from] ReceiveError),
}

/// Returns when all that can be used is on disk, with what is wrong with the rest.
pub(super) async fn receive<E: Send + 'static>(
    receiver: &Receiver,
    protocol: &'static str,
    read: impl FnOnce() -> Result<Segments, E> + Send + 'static,
    reservation: Reservation,
) -> Result<String, SegmentsError<E>> {
    let translating = spawn_blocking(move || {
        let translated = translate(read()?);
        let request = Bytes::from(translated.request.encode_to_vec());
        Ok((translated, request))
    });
    let (translated, request) = translating
        .await
        .map_err(ReceiveError::from)?
        .map_err(SegmentsError::Unreadable)
        .inspect_err(|_error| receiver.unreadable("damaged"))?;
    if translated.unreadable > 0 {
        receiver.rejected("damaged", translated.unreadable);
    }
    for (reason, count) in &translated.rejected {
        receiver.rejected(reason.label(), *count);
    }
    let receipt = receiver.receive(protocol, request, reservation).await?;
    let mut complaints = translated.complaints();
    complaints.extend(Some(receipt.message).filter(|message| !message.is_empty()));
    let complaint = complaints.join("; ");
    if receipt.accepted == 0 && !complaint.is_empty() {
        return Err(SegmentsError::NothingAccepted(complaint));
    }
    Ok(complaint)
}
