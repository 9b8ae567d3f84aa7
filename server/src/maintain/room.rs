//! How much room is left for traces.

use std::path::PathBuf;

use store::{Store, embedded};

/// What the operator allows, and what the machine does.
#[derive(Debug, Clone)]
pub(crate) struct Limits {
    /// Most bytes of the whole database; none for no such limit.
    pub(crate) database_bytes: Option<u64>,
    /// Where the embedded database lives, whose disk must not fill up.
    pub(crate) directory: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Room {
    Plenty,
    /// The oldest day has to go.
    Short,
    /// Nothing more can be taken.
    Full,
}

#[derive(Debug, thiserror::Error)]
pub(super) enum RoomError {
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error("the disk does not tell its size: {0}")]
    Disk(#[from] std::io::Error),
}

/// Free share of the disk below which the oldest day goes, in percent, if it is less than
/// [`SHORT_BYTES`] too: of a large disk a small share is much.
const SHORT_PERCENT: u64 = 10;
const SHORT_BYTES: u64 = 8 << 30;

/// The same for taking nothing more.
const FULL_PERCENT: u64 = 2;
const FULL_BYTES: u64 = 1 << 30;

/// Used share of the operator's limit above which the oldest day goes.
const SHORT_OF_LIMIT_PERCENT: u64 = 90;

impl Limits {
    pub(super) async fn room(&self, store: &Store) -> Result<Room, RoomError> {
        let of_database = match self.database_bytes {
            Some(limit) => of_database(store.size_bytes().await?, limit),
            None => Room::Plenty,
        };
        let of_disk = match &self.directory {
            Some(directory) => {
                let disk = embedded::disk(directory)?;
                of_disk(disk.free_bytes, disk.total_bytes)
            }
            None => Room::Plenty,
        };
        Ok(of_database.max(of_disk))
    }
}

fn of_database(bytes: u64, limit: u64) -> Room {
    if bytes >= limit {
        Room::Full
    } else if bytes >= percent(limit, SHORT_OF_LIMIT_PERCENT) {
        Room::Short
    } else {
        Room::Plenty
    }
}

fn of_disk(free: u64, total: u64) -> Room {
    if free < percent(total, FULL_PERCENT).min(FULL_BYTES) {
        Room::Full
    } else if free < percent(total, SHORT_PERCENT).min(SHORT_BYTES) {
        Room::Short
    } else {
        Room::Plenty
    }
}

fn percent(of: u64, percent: u64) -> u64 {
    (of / 100).saturating_mul(percent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_kept_before_it_is_reached() {
        let rooms = [10, 90, 99, 100, 120].map(|bytes| of_database(bytes * 1_000, 100_000));
        let expected = [
            Room::Plenty,
            Room::Short,
            Room::Short,
            Room::Full,
            Room::Full,
        ];
        assert_eq!(rooms, expected);
    }

    #[test]
    fn a_small_share_of_a_large_disk_is_enough() {
        let gib = |count: u64| count << 30;
        assert_eq!(of_disk(gib(9), gib(4_000)), Room::Plenty);
        assert_eq!(of_disk(gib(7), gib(4_000)), Room::Short);
        assert_eq!(of_disk(gib(3), gib(20)), Room::Plenty);
        assert_eq!(of_disk(gib(1), gib(20)), Room::Short);
        assert_eq!(of_disk(gib(1) / 4, gib(20)), Room::Full);
    }
}
