//! The disk that the embedded database lives on.

use std::io;
use std::path::Path;

/// How much there is of a disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Disk {
    /// What an unprivileged user may still take.
    pub free_bytes: u64,
    pub total_bytes: u64,
}

/// The disk of a directory.
///
/// # Errors
/// When the system does not tell.
pub fn disk(directory: &Path) -> io::Result<Disk> {
    let found = nix::sys::statvfs::statvfs(directory)?;
    let bytes = |blocks: u64| blocks.saturating_mul(found.fragment_size());
    Ok(Disk {
        free_bytes: bytes(found.blocks_available()),
        total_bytes: bytes(found.blocks()),
    })
}
