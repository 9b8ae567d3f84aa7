//! What must be done to receive spans durably, each part alone and without anything around it.

use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use prost::Message;

use crate::database::Database;
use crate::error::Error;
use crate::traffic::Traffic;

/// How long each part takes alone, on one core.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Floor {
    /// Decoding the requests with prost, as most servers do.
    pub(crate) decode: Duration,
    /// Compressing the requests by zstd, level 1.
    pub(crate) compress: Duration,
    /// `COPY` of the compressed requests into a table, until the commit is durable.
    pub(crate) copy: Duration,
}

impl Floor {
    pub(crate) fn measure(traffic: &Traffic, database: &Database) -> Result<Self, Error> {
        let started = Instant::now();
        for request in &traffic.requests {
            let decoded = ExportTraceServiceRequest::decode(request.body.as_slice());
            std::hint::black_box(decoded.is_ok());
        }
        let decode = started.elapsed();
        let started = Instant::now();
        let mut compressor =
            zstd::bulk::Compressor::new(1).map_err(Error::io("making a compressor"))?;
        let mut compressed = Vec::new();
        for request in &traffic.requests {
            let body = compressor.compress(&request.body);
            compressed.push(body.map_err(Error::io("compressing"))?);
        }
        let compress = started.elapsed();
        let file = copy_file(&compressed);
        database.run(
            "create table floor (body bytea); alter table floor alter body set storage external",
            &[],
        )?;
        let started = Instant::now();
        database.run("copy floor from stdin (format binary)", &file)?;
        let copy = started.elapsed();
        database.run("drop table floor", &[])?;
        Ok(Self {
            decode,
            compress,
            copy,
        })
    }

    pub(crate) fn total(&self) -> Duration {
        self.decode + self.compress + self.copy
    }
}

/// `PostgreSQL` manual, COPY, "Binary Format".
fn copy_file(values: &[Vec<u8>]) -> Vec<u8> {
    let mut file = b"PGCOPY\n\xff\r\n\0".to_vec();
    file.extend([0; 8]);
    for value in values {
        file.extend(1_i16.to_be_bytes());
        file.extend(u32::try_from(value.len()).unwrap_or(u32::MAX).to_be_bytes());
        file.extend(value);
    }
    file.extend((-1_i16).to_be_bytes());
    file
}
