//! Answering questions: how long the server takes with much data, and how much longer than with a
//! tenth of it.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::client::Client;
use crate::clock;
use crate::error::Error;
use crate::fill;
use crate::history::{History, SPANS_PER_REQUEST};
use crate::percentile::percentile;
use crate::questions::{Data, QUESTIONS, Question, Target};
use crate::server::Server;

const SECOND_NANOS: u64 = 1_000_000_000;
const DAY_NANOS: u64 = 86_400 * SECOND_NANOS;

/// Traces that are opened are some of so many.
const TRACE_IDS: u64 = 1_000;

/// How often each question is asked before it is measured.
const WARM_UP: usize = 100;

#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Spans that are stored when all questions are asked for the second time; the first time it
    /// is a tenth of them.
    #[arg(long, default_value_t = 10_000_000)]
    spans: usize,
    /// Days that they are spread over.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=30))]
    days: u64,
    /// How often each question is asked.
    #[arg(long, default_value_t = 200)]
    times: usize,
    /// Connections that fill side by side.
    #[arg(long, default_value_t = 2)]
    connections: usize,
    /// A data directory that stays; what it holds already is not sent again.
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// Only questions whose names contain this.
    #[arg(long, default_value = "")]
    only: String,
}

/// How long a question took.
struct Measured {
    question: &'static Question,
    /// Sorted.
    times: Vec<Duration>,
    /// Of all answers.
    bytes: usize,
}

pub(crate) fn run(binary: &Path, site: &Path, options: &Options) -> Result<(), Error> {
    let temporary = TempDir::new().map_err(Error::io("creating a folder"))?;
    let data_directory = options.data.as_deref().unwrap_or(temporary.path());
    let server = Server::start(binary, site, data_directory)?;
    server.database.run(PREPARE_DAYS, &[])?;
    let mut rounds: Vec<Vec<Measured>> = Vec::new();
    for spans in [options.spans / 10, options.spans] {
        let stored = stored_spans(&server)?;
        // A tenth cannot be asked for any more where there is more.
        if stored > spans && spans < options.spans {
            continue;
        }
        if stored < spans {
            fill(&server, options.days, options.connections, spans - stored)?;
        }
        rounds.push(round(&server, options)?);
    }
    if let [tenth, all] = rounds.as_slice() {
        compare(tenth, all);
    }
    Ok(())
}

/// The days before today, which a server that has run for so long has: a trace may be of any.
const PREPARE_DAYS: &str = "select prepare_day((now() at time zone 'utc')::date \
    - date '1970-01-01' - back) from generate_series(1, 30) back";

pub(crate) fn stored_spans(server: &Server) -> Result<usize, Error> {
    let spans = server
        .database
        .number("select coalesce(sum(span_count), 0) from trace_summary")?;
    Ok(usize::try_from(spans).unwrap_or(usize::MAX))
}

#[expect(clippy::cast_precision_loss, reason = "these figures are for people")]
pub(crate) fn fill(
    server: &Server,
    days: u64,
    connections: usize,
    spans: usize,
) -> Result<(), Error> {
    let now_nanos = clock::now_nanos();
    let history = History {
        from_nanos: now_nanos - days * DAY_NANOS,
        to_nanos: now_nanos,
        requests: spans.div_ceil(SPANS_PER_REQUEST),
        seed: now_nanos,
    };
    let started = Instant::now();
    let sent = fill::send(server, &history, connections)?;
    let acknowledged = started.elapsed().as_secs_f64();
    fill::wait_until_stored(server)?;
    let stored = started.elapsed().as_secs_f64();
    fill::wait_until_tidy(server)?;
    println!(
        "\n{sent} spans sent in {acknowledged:.0} s, {:.0} a second; stored and rolled up after \
         {stored:.0} s, tidy after {:.0} s",
        sent as f64 / acknowledged,
        started.elapsed().as_secs_f64(),
    );
    Ok(())
}

/// Asks everything, and prints how long it took.
fn round(server: &Server, options: &Options) -> Result<Vec<Measured>, Error> {
    println!();
    for line in server.database.run(CONTENT, &[])?.lines() {
        println!("{line}");
    }
    println!(
        "\n  {:<50} {:>6} {:>9} {:>9} {:>9} {:>9}  target",
        "question", "asked", "p50 ms", "p95 ms", "max ms", "bytes"
    );
    let data = data(server, options)?;
    let mut client = Client::connect(&server.web)?;
    let mut round = Vec::new();
    for question in &QUESTIONS {
        if question.name.contains(&options.only) {
            let measured = measure(&mut client, question, &data, options.times)?;
            report(&measured);
            round.push(measured);
        }
    }
    Ok(round)
}

/// What there is to ask for.
const CONTENT: &str = "select sum(span_count) || ' spans in ' || count(*) || ' traces' \
    from trace_summary \
    union all \
    select count(*) || ' series of ' || (array['requests', 'operations', 'calls'])[family + 1] \
    from series group by family \
    union all \
    select count(*) || ' rollups by the ' || (array['minute', 'hour', 'day'])[resolution + 1] \
    from rollup group by resolution \
    union all \
    select pg_size_pretty(pg_database_size(current_database())) || ' in all'";

fn data(server: &Server, options: &Options) -> Result<Data, Error> {
    let newest = "select max(start_nanos) / 1000000000 from trace_summary";
    // Pages from all over the table, and of those some traces.
    let traces = format!(
        "select encode(trace_id, 'hex') from trace_summary tablesample system (\
         (select least(100, 100.0 * 100 * {TRACE_IDS} / greatest(count(*), 1)) from trace_summary)\
         ) order by random() limit {TRACE_IDS}"
    );
    let trace_ids = server.database.run(&traces, &[])?;
    Ok(Data {
        newest: server.database.number(newest)?,
        days: options.days,
        trace_ids: trace_ids.lines().map(str::to_owned).collect(),
    })
}

fn measure(
    client: &mut Client,
    question: &'static Question,
    data: &Data,
    times: usize,
) -> Result<Measured, Error> {
    let mut measured = Measured {
        question,
        times: vec![],
        bytes: 0,
    };
    for (number, path) in question.paths(data, WARM_UP + times).iter().enumerate() {
        let started = Instant::now();
        let answer = client.get(path)?;
        let took = started.elapsed();
        if answer.status != 200 {
            return Err(answer.refused(path));
        }
        if number >= WARM_UP {
            measured.times.push(took);
            measured.bytes += answer.body.len();
        }
    }
    measured.times.sort();
    Ok(measured)
}

fn report(measured: &Measured) {
    let millis = |percent| percentile(&measured.times, percent).as_secs_f64() * 1_000.0;
    println!(
        "  {:<50} {:>6} {:>9.1} {:>9.1} {:>9.1} {:>9}  {}",
        measured.question.name,
        measured.times.len(),
        millis(50),
        millis(95),
        millis(100),
        measured.bytes / measured.times.len().max(1),
        target(measured.question.target),
    );
}

fn target(target: Option<Target>) -> String {
    match target {
        Some(Target {
            p50: Some(p50),
            p95,
        }) => format!("p50 {p50}, p95 {p95}"),
        Some(Target { p50: None, p95 }) => format!("p95 {p95}"),
        None => String::new(),
    }
}

/// Prints how many times as long each question took with all spans.
fn compare(tenth: &[Measured], all: &[Measured]) {
    println!(
        "\n  {:<50} {:>9} {:>9}",
        "times as long as with a tenth", "p50", "p95"
    );
    for (before, after) in tenth.iter().zip(all) {
        let ratio = |percent| {
            let of = |measured: &Measured| percentile(&measured.times, percent).as_secs_f64();
            of(after) / of(before)
        };
        println!(
            "  {:<50} {:>9.2} {:>9.2}",
            after.question.name,
            ratio(50),
            ratio(95)
        );
    }
}
