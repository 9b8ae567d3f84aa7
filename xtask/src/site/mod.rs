//! The site: the WASM bundle, the style sheet and the other files that browsers fetch.

mod compress;
mod public;
mod style;
mod wasm;
mod wasm_std;

use std::fs;

use crate::error::Error;
use crate::workspace;

pub(crate) use wasm::{Toolchain, toolchain};

/// Folder of the site that holds what the server serves under `/pkg`.
const PACKAGE_FOLDER: &str = "pkg";

/// Brings the site up to date.
pub(crate) fn build(is_release: bool) -> Result<(), Error> {
    let package = workspace::site(is_release).join(PACKAGE_FOLDER);
    fs::create_dir_all(&package).map_err(Error::io(format!("creating {}", package.display())))?;
    let toolchain = toolchain()?;
    wasm::build(&toolchain, &package, is_release)?;
    style::build(&package)?;
    public::build(&package)
}
