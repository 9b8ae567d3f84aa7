//! What browser tests need: Chromium with its driver, and axe.

use std::path::PathBuf;

use crate::command;
use crate::error::Error;
use crate::step::{Outcome, step};
use crate::system;
use crate::workspace;

/// The rules of axe-core change with its version: pinned, so that a new one is a change here.
const AXE: &str = "axe-core@4.10.3";

/// Installs what is missing; returns the path of axe's script.
pub(crate) fn ensure() -> Result<PathBuf, Error> {
    step("Chromium", || {
        let installed = system::ensure(
            "Chromium with its driver",
            &["chromium", "chromium-driver"],
            || command::exists("chromium") && command::exists("chromedriver"),
        )?;
        Ok(if installed {
            Outcome::Done
        } else {
            Outcome::UpToDate
        })
    })?;
    let folder = workspace::target().join("tools");
    let axe = folder.join("node_modules/axe-core/axe.min.js");
    step("axe", || {
        if axe.exists() {
            return Ok(Outcome::UpToDate);
        }
        system::ensure("npm", &["npm"], || command::exists("npm"))?;
        std::fs::create_dir_all(&folder).map_err(Error::io("creating target/tools"))?;
        let mut npm = command::command("npm");
        npm.current_dir(&folder).args([
            "install",
            "--no-audit",
            "--no-fund",
            "--fetch-timeout=20000",
            AXE,
        ]);
        command::output(&mut npm)?;
        Ok(Outcome::Done)
    })?;
    Ok(axe)
}
