//! Making OTLP of another encoding or protocol: work that keeps its turn and its room, also when its
//! client has gone away.

use axum::body::Bytes;
use tokio::task::spawn_blocking;

use super::memory::Reservation;
use super::receive::ReceiveError;

/// Most bytes that a text may take while it is translated; with its body, one request of the largest
/// size still has room.
const MAX_TEXT_BYTES: usize = 128 << 20;

/// What an object of JSON takes in memory beside its text, about: an attribute, of two objects,
/// takes twice that with its translation.
const OBJECT_BYTES: usize = 128;

/// What any other element takes beside its text, about: its place in a list.
const ELEMENT_BYTES: usize = 16;

/// What a JSON text takes while it is translated, about. A text of many small objects takes far
/// more than itself.
pub(super) fn of_json(text: &[u8]) -> usize {
    let bytes = |byte: &u8| match byte {
        b'{' => OBJECT_BYTES,
        b',' => ELEMENT_BYTES,
        _ => 0,
    };
    text.iter().map(bytes).sum()
}

/// Waits for its turn and does the work: `needs` says what room it takes meanwhile, and the OTLP
/// that comes of it takes its own. The inner error is that of the work.
pub(super) async fn translate<T: Send + 'static, E: Send + 'static>(
    mut reservation: Reservation,
    needs: impl FnOnce() -> usize + Send + 'static,
    work: impl FnOnce() -> Result<(T, Bytes), E> + Send + 'static,
) -> Result<Result<(T, Bytes, Reservation), E>, ReceiveError> {
    reservation.wait_for_turn().await?;
    spawn_blocking(move || {
        let needed = needs();
        if needed > MAX_TEXT_BYTES {
            return Err(ReceiveError::TooManyElements);
        }
        reservation.grow(needed)?;
        let (translated, request) = match work() {
            Ok(done) => done,
            Err(error) => return Ok(Err(error)),
        };
        reservation.shrink(needed);
        reservation.grow(request.len())?;
        Ok(Ok((translated, request, reservation)))
    })
    .await?
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, mpsc};

    use futures::FutureExt;
    use tokio::task::yield_now;

    use super::super::memory::Memory;
    use super::*;
    use crate::metrics::Metrics;
    use crate::metrics::tests::assert_lines;

    fn memory() -> (Arc<Metrics>, Memory) {
        let metrics = Arc::new(Metrics::new());
        (Arc::clone(&metrics), Memory::new(metrics))
    }

    fn otlp(bytes: usize) -> ((), Bytes) {
        ((), vec![0; bytes].into())
    }

    fn assert_waiting(metrics: &Metrics, bytes: usize) {
        let line = format!("throughline_requests_waiting_bytes {bytes}");
        assert_lines(metrics, &[&line]);
    }

    #[tokio::test]
    async fn what_comes_of_it_takes_room() {
        let (metrics, memory) = memory();
        let done = translate(memory.reservation(), || 7, || Ok::<_, ()>(otlp(100))).await;
        let ((), _, reservation) = done.unwrap().unwrap();
        assert_waiting(&metrics, 100);
        drop(reservation);
        assert_waiting(&metrics, 0);
        let mut other = memory.reservation();
        other.grow((256 << 20) - 99).unwrap();
        let refused = translate(memory.reservation(), || 7, || Ok::<_, ()>(otlp(100))).await;
        assert!(matches!(refused, Err(ReceiveError::Full(_))));
    }

    #[tokio::test]
    async fn room_and_turn_are_kept_when_the_client_goes_away() {
        let (metrics, memory) = memory();
        let (end, until_end) = mpsc::channel::<()>();
        let (started, until_start) = mpsc::channel();
        let work = move || {
            started.send(()).unwrap();
            until_end.recv().ok();
            Ok::<_, ()>(otlp(1))
        };
        let mut client = Box::pin(translate(memory.reservation(), || 1_000, work));
        assert!(client.as_mut().now_or_never().is_none());
        until_start.recv().unwrap();
        drop(client);
        assert_waiting(&metrics, 1_000);
        assert_eq!(memory.turns_taken(), 1);
        drop(end);
        while memory.turns_taken() > 0 {
            yield_now().await;
        }
    }

    #[tokio::test]
    async fn a_text_that_unfolds_beyond_all_bounds_is_refused_before_any_work() {
        let (_metrics, memory) = memory();
        let text = "{},".repeat(MAX_TEXT_BYTES / (OBJECT_BYTES + ELEMENT_BYTES) + 1);
        let needs = move || of_json(text.as_bytes());
        let refused = translate(
            memory.reservation(),
            needs,
            || -> Result<((), Bytes), ()> { panic!("it was read") },
        );
        assert!(matches!(refused.await, Err(ReceiveError::TooManyElements)));
    }
}
