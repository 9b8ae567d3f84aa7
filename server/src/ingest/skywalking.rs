//! What SkyWalking's protocol has in common over gRPC and HTTP: segments in, spans on disk.

use axum::body::Bytes;
use prost::Message;

use super::memory::Reservation;
use super::receive::{ReceiveError, Receiver};
use super::translating;
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

/// `needs` says what room `read` and the translation take meanwhile.
///
/// Returns when all that can be used is on disk, with what is wrong with the rest.
pub(super) async fn receive<E: Send + 'static>(
    receiver: &Receiver,
    protocol: &'static str,
    needs: impl FnOnce() -> usize + Send + 'static,
    read: impl FnOnce() -> Result<Segments, E> + Send + 'static,
    reservation: Reservation,
) -> Result<String, SegmentsError<E>> {
    let work = move || {
        let translated = translate(read()?);
        let request = Bytes::from(translated.request.encode_to_vec());
        Ok((translated, request))
    };
    let (translated, request, reservation) = translating::translate(reservation, needs, work)
        .await
        .inspect_err(|error| receiver.unreadable(error.label()))?
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
