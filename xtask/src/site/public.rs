//! Files that are served as they are.

use std::fs;
use std::path::Path;

use super::compress;
use crate::error::Error;
use crate::fingerprint::unless_unchanged;
use crate::step::step;
use crate::workspace;

pub(super) fn build(package: &Path) -> Result<(), Error> {
    let public = workspace::root().join("public");
    let marker = package.join("public");
    step("Copying other files", || {
        unless_unchanged(std::slice::from_ref(&public), &marker, || {
            let entries = public.read_dir().map_err(Error::io("listing public/"))?;
            for entry in entries.flatten() {
                let content = fs::read(entry.path()).map_err(Error::io("reading public/"))?;
                compress::write(&package.join(entry.file_name()), &content, true)?;
            }
            fs::write(&marker, "").map_err(Error::io("writing a marker"))
        })
    })?;
    Ok(())
}
