//! Where things are in the workspace.

use std::path::{Path, PathBuf};

/// The root of the workspace.
pub(crate) fn root() -> &'static Path {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    package.parent().unwrap_or(package)
}

/// Where everything built goes.
pub(crate) fn target() -> PathBuf {
    root().join("target")
}

/// The site as the server serves it.
pub(crate) fn site(is_release: bool) -> PathBuf {
    target().join(if is_release { "dist/site" } else { "site" })
}
