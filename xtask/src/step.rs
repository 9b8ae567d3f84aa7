//! One line for every step: what is done, and how long it took.

use std::io::{IsTerminal, Write, stdout};
use std::time::Instant;

use crate::error::Error;

/// What a step found to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    Done,
    /// Nothing had changed.
    UpToDate,
}

/// Runs a step with its line.
pub(crate) fn step(
    name: &str,
    work: impl FnOnce() -> Result<Outcome, Error>,
) -> Result<Outcome, Error> {
    let is_terminal = stdout().is_terminal();
    if is_terminal {
        print!("  {name} …");
        // A line that is late is no reason to stop.
        stdout().flush().ok();
    }
    let started = Instant::now();
    let outcome = work();
    let seconds = started.elapsed().as_secs_f64();
    let ending = match &outcome {
        Ok(Outcome::Done) => "done",
        Ok(Outcome::UpToDate) => "up to date",
        Err(_) => "failed",
    };
    let start = if is_terminal { "\r" } else { "" };
    println!("{start}  {name:<44} {ending:<10} {seconds:6.1} s");
    outcome
}
