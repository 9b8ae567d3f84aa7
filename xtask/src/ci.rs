//! `cargo xtask ci`: the tests, as continuous integration runs them.

use crate::command;
use crate::error::Error;
use crate::step::{Outcome, step};
use crate::test;

pub(crate) fn ci() -> Result<(), Error> {
    step("Committed files", || {
        // A test that passes only with what is not committed passes nowhere else.
        let changes = command::output(command::command("git").args(["status", "--porcelain"]))?;
        if changes.is_empty() {
            return Ok(Outcome::UpToDate);
        }
        Err(Error::Tests(format!(
            "these files differ from the commit:\n{changes}"
        )))
    })?;
    test::test(None)
}
