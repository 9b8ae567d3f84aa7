//! Judging many objectives at once: how long a round takes, against a single one.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::client::Client;
use crate::error::Error;
use crate::percentile::percentile;
use crate::query;
use crate::server::Server;

#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Spans that are stored.
    #[arg(long, default_value_t = 1_000_000)]
    spans: usize,
    /// Days that they are spread over.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=30))]
    days: u64,
    /// Objectives that are judged together.
    #[arg(long, default_value_t = 1_000)]
    objectives: usize,
    /// How often they are judged.
    #[arg(long, default_value_t = 20)]
    times: usize,
    /// A data directory that stays; what it holds already is not sent again.
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
}

/// Over all requests, a journey or a region, or both; by errors, or by one of eight thresholds; with
/// the rules of the workbook.
const SET: &str = "delete from objective; \
    with named as ( \
        select \
            array(select distinct labels[3] from series where family = 0 and labels[3] <> '') j, \
            array(select distinct labels[4] from series where family = 0 and labels[4] <> '') r \
    ) \
    insert into objective (updated_nanos, definition) \
    select 0, jsonb_build_object( \
        'name', 'objective ' || n, \
        'over', 'requests', \
        'filter', concat_ws(' ', \
            case when n % 3 > 0 then 'journey:' || j[1 + n % cardinality(j)] end, \
            case when n % 2 > 0 then 'region:' || r[1 + n / 2 % cardinality(r)] end), \
        'indicator', case when n % 4 = 0 then '{\"kind\": \"availability\"}'::jsonb \
            else jsonb_build_object('kind', 'latency', \
                'threshold_nanos', 100000000 * (1 + n % 8)) end, \
        'target', 0.99, \
        'window', (array['7d', '28d', '30d', 'month'])[1 + n % 4] \
    ) \
    from named, generate_series(1, OBJECTIVES) n";

pub(crate) fn run(binary: &Path, site: &Path, options: &Options) -> Result<(), Error> {
    let temporary = TempDir::new().map_err(Error::io("creating a folder"))?;
    let data_directory = options.data.as_deref().unwrap_or(temporary.path());
    let server = Server::start(binary, site, data_directory)?;
    let stored = query::stored_spans(&server)?;
    if stored < options.spans {
        query::fill(&server, options.days, 2, options.spans - stored)?;
    }
    let mut client = Client::connect(&server.web)?;
    println!(
        "\n  {:<50} {:>6} {:>9} {:>9} {:>9}",
        "objectives", "asked", "p50 ms", "p95 ms", "max ms"
    );
    for count in [1, options.objectives] {
        let set = SET.replace("OBJECTIVES", &count.to_string());
        server.database.run(&set, &[])?;
        let mut times: Vec<Duration> = Vec::new();
        for number in 0..=options.times {
            let started = Instant::now();
            let answer = client.get("/api/v1/slos")?;
            if answer.status != 200 {
                return Err(answer.refused("/api/v1/slos"));
            }
            // The first does not count.
            if number > 0 {
                times.push(started.elapsed());
            }
        }
        times.sort();
        let millis = |percent| percentile(&times, percent).as_secs_f64() * 1_000.0;
        println!(
            "  {count:<50} {:>6} {:>9.1} {:>9.1} {:>9.1}",
            times.len(),
            millis(50),
            millis(95),
            millis(100),
        );
    }
    Ok(())
}
