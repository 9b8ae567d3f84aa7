//! What processes have spent, from `/proc` (proc(5)).

use std::fs;

use crate::error::Error;

/// Clock ticks a second (`sysconf(_SC_CLK_TCK)`), 100 on every Linux.
const TICKS_PER_SECOND: u64 = 100;

/// Nanoseconds of CPU that a process has spent, with those of children that have ended.
pub(crate) fn cpu_nanos(pid: u32) -> Result<u64, Error> {
    let stat =
        fs::read_to_string(format!("/proc/{pid}/stat")).map_err(Error::io("reading /proc"))?;
    // The name in parentheses may hold anything.
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let fields: Vec<&str> = after_name.split_ascii_whitespace().collect();
    let ticks: u64 = [11, 12, 13, 14]
        .into_iter()
        .filter_map(|index| fields.get(index)?.parse::<u64>().ok())
        .sum();
    Ok(ticks * (1_000_000_000 / TICKS_PER_SECOND))
}

/// The processes that one has started and that still run.
pub(crate) fn children(pid: u32) -> Vec<u32> {
    let path = format!("/proc/{pid}/task/{pid}/children");
    let text = fs::read_to_string(path).unwrap_or_default();
    text.split_ascii_whitespace()
        .filter_map(|child| child.parse().ok())
        .collect()
}

/// The most memory that a process has had, in bytes.
pub(crate) fn peak_bytes(pid: u32) -> Result<u64, Error> {
    let status =
        fs::read_to_string(format!("/proc/{pid}/status")).map_err(Error::io("reading /proc"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok());
    Ok(kibibytes.unwrap_or_default() * 1024)
}
