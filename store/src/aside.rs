//! Working on something on a task of its own.

use std::future::Future;
use std::panic;

use tokio::task::JoinSet;

use crate::Error;

/// Begins work that another thread may do, and gives its outcome: what is asked side by side is also
/// worked on side by side, where waiting for it in one task would read and add up one answer after
/// the other. Dropping the outcome ends the work.
///
/// # Errors
/// Those of the work.
pub(crate) fn aside<T: Send + 'static>(
    work: impl Future<Output = Result<T, Error>> + Send + 'static,
) -> impl Future<Output = Result<T, Error>> + Send {
    let mut tasks = JoinSet::new();
    tasks.spawn(work);
    async move { outcome(&mut tasks).await }
}

/// The outcome of the next task that ends.
///
/// # Errors
/// Those of the task.
pub(crate) async fn outcome<T: 'static>(tasks: &mut JoinSet<Result<T, Error>>) -> Result<T, Error> {
    match tasks.join_next().await {
        Some(Ok(outcome)) => outcome,
        Some(Err(error)) => match error.try_into_panic() {
            Ok(panicked) => panic::resume_unwind(panicked),
            // The runtime is ending, and whoever waits with it.
            Err(_cancelled) => Err(Error::Driver(sqlx::Error::WorkerCrashed)),
        },
        None => Err(Error::Driver(sqlx::Error::WorkerCrashed)),
    }
}
