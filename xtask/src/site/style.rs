//! The style sheet: `style/` bundled into one file, for browsers of the last years.

use std::path::Path;

use lightningcss::bundler::{Bundler, FileProvider};
use lightningcss::printer::PrinterOptions;
use lightningcss::stylesheet::ParserOptions;

use super::compress;
use crate::error::Error;
use crate::fingerprint::unless_unchanged;
use crate::step::step;
use crate::workspace;

pub(super) fn build(package: &Path) -> Result<(), Error> {
    let folder = workspace::root().join("style");
    let output = package.join("throughline.css");
    step("Bundling the style sheet", || {
        unless_unchanged(std::slice::from_ref(&folder), &output, || {
            compress::write(&output, bundle(&folder.join("main.css"))?.as_bytes(), true)
        })
    })?;
    Ok(())
}

/// Nothing is lowered for older browsers: those that run the WASM know all of it.
fn bundle(entry: &Path) -> Result<String, Error> {
    let wrong = |message: String| Error::Style {
        file: entry.to_owned(),
        message,
    };
    let files = FileProvider::new();
    let mut bundler = Bundler::new(&files, None, ParserOptions::default());
    let sheet = bundler
        .bundle(entry)
        .map_err(|error| wrong(error.to_string()))?;
    let printer = PrinterOptions {
        minify: true,
        ..PrinterOptions::default()
    };
    Ok(sheet
        .to_css(printer)
        .map_err(|error| wrong(error.to_string()))?
        .code)
}
