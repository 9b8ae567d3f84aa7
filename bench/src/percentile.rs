//! Percentiles of what was measured.

use std::time::Duration;

/// By the nearest rank; zero where nothing was measured.
pub(crate) fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    let rank = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(rank).copied().unwrap_or_default()
}
