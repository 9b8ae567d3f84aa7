//! `throughline import`: traces from files of this and other tools, sent to a running Throughline.

mod send;

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use model::format::counted;
use model::trace_file::{FormatError, GZIP_MAGIC, read as read_spans};

use self::send::Imported;
use crate::otlp::exporter::{ExportError, Exporter};

/// Largest file, also when decompressed.
const MAX_FILE_BYTES: u64 = 1 << 30;

/// How often a request is tried, twice a second.
const MAX_TRIES: u32 = 20;

#[derive(Debug, Clone, clap::Args)]
pub(crate) struct ImportOptions {
    /// OTLP as JSON or protobuf, Jaeger's JSON, or Zipkin's JSON; also with gzip.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Where OTLP over HTTP is received.
    #[arg(long, default_value = "http://127.0.0.1:4318")]
    endpoint: String,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum ImportError {
    #[error("{} cannot be read: {error}", path.display())]
    Read { path: PathBuf, error: io::Error },
    #[error("{} is larger than {} MiB; split it", path.display(), MAX_FILE_BYTES >> 20)]
    TooLarge { path: PathBuf },
    #[error("{}: {error}", path.display())]
    Format { path: PathBuf, error: FormatError },
    #[error("{}: {error}", path.display())]
    Export { path: PathBuf, error: ExportError },
    #[error("{} not imported; what was said above names them and the reason", counted(*.0, "span"))]
    Incomplete(usize),
}

/// One file after the other. What was acknowledged stays when a later one cannot be read; it may be
/// sent again, for spans that are there already are not stored twice.
pub(crate) async fn import(options: ImportOptions) -> Result<(), ImportError> {
    let exporter = Exporter::new(&options.endpoint, MAX_TRIES).map_err(|error| {
        let path = options.files[0].clone();
        ImportError::Export { path, error }
    })?;
    let mut not_imported = 0;
    for path in &options.files {
        let bytes = read(path)?;
        let found = read_spans(&bytes).map_err(|error| {
            let path = path.clone();
            ImportError::Format { path, error }
        })?;
        let imported = send::send(&exporter, path, found).await?;
        report(path, &imported);
        not_imported += imported.unreadable + imported.rejected;
    }
    if not_imported > 0 {
        return Err(ImportError::Incomplete(not_imported));
    }
    Ok(())
}

fn report(path: &Path, imported: &Imported) {
    let path = path.display();
    let spans = counted(imported.spans, "span");
    let traces = counted(imported.traces.len(), "trace");
    eprintln!("{path}: {spans} of {traces}");
    if imported.unreadable > 0 {
        let count = counted(imported.unreadable, "element");
        eprintln!("{path}: {count} not readable: {}", imported.reason);
    }
    if imported.rejected > 0 {
        let count = counted(imported.rejected, "span");
        eprintln!("{path}: {count} rejected: {}", imported.reason);
    }
    // A few are looked at, many are searched for.
    if let [trace] = imported.traces.as_slice() {
        eprintln!("{path}: /traces/{trace}");
    }
}

/// The whole file, decompressed.
fn read(path: &Path) -> Result<Vec<u8>, ImportError> {
    let failed = |error| ImportError::Read {
        path: path.to_owned(),
        error,
    };
    let file = File::open(path).map_err(failed)?;
    let bytes = read_up_to_limit(file, path)?;
    if bytes.starts_with(&GZIP_MAGIC) {
        return read_up_to_limit(MultiGzDecoder::new(bytes.as_slice()), path);
    }
    Ok(bytes)
}

fn read_up_to_limit(reader: impl Read, path: &Path) -> Result<Vec<u8>, ImportError> {
    let mut bytes = Vec::new();
    let mut reader = reader.take(MAX_FILE_BYTES + 1);
    let read = reader.read_to_end(&mut bytes);
    let path = || path.to_owned();
    read.map_err(|error| ImportError::Read {
        path: path(),
        error,
    })?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(ImportError::TooLarge { path: path() });
    }
    Ok(bytes)
}
