//! What became of an attempt to write something that several people may change.

/// Nobody overwrites what they have not seen: who writes says which version they saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Written<T> {
    Done(T),
    /// Another one has that name.
    NameTaken,
    /// There are as many already as there can be.
    Full,
    /// Somebody else was faster; this is what they wrote. Nothing was changed.
    Outdated(T),
    /// Somebody has deleted it.
    Gone,
}

/// Whether another row has what must be there once.
pub(crate) fn is_taken(error: &sqlx::Error) -> bool {
    let database = error.as_database_error();
    database.is_some_and(sqlx::error::DatabaseError::is_unique_violation)
}
