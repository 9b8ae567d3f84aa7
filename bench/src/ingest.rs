//! Receiving spans: the rate at which they are acknowledged on disk, what they cost, how long
//! until they are visible, how much room they take.

use std::io::Write;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use tempfile::TempDir;

use crate::client::{Answer, Client};
use crate::clock;
use crate::error::Error;
use crate::floor::Floor;
use crate::grpc::GrpcClient;
use crate::percentile::percentile;
use crate::server::{Server, Spent};
use crate::traffic::{FULL, Request, SMALL, Shape, Traffic};

/// How often a trace is looked for until it is visible.
const LOOK: Duration = Duration::from_millis(50);

/// Every so many-th request is looked for.
const SAMPLE: usize = 50;

/// How long the server may take to store everything.
const DRAIN: Duration = Duration::from_mins(10);

/// Spans that are sent before anything is measured, for the server to learn from.
const WARM_UP_SPANS: usize = 50_000;

/// How long the server may take to learn.
const LEARN: Duration = Duration::from_mins(1);

#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Spans of each scenario.
    #[arg(long, default_value_t = 900_000)]
    spans: usize,
    /// Connections that send side by side.
    #[arg(long, default_value_t = 2)]
    connections: usize,
    /// Only scenarios whose names contain this.
    #[arg(long, default_value = "")]
    only: String,
}

struct Scenario {
    name: &'static str,
    shape: Shape,
    transport: Transport,
}

/// How requests are sent.
#[derive(Debug, Clone, Copy)]
struct Transport {
    is_grpc: bool,
    is_gzip: bool,
}

const HTTP: Transport = Transport {
    is_grpc: false,
    is_gzip: false,
};

const GRPC: Transport = Transport {
    is_grpc: true,
    is_gzip: false,
};

const SCENARIOS: [Scenario; 5] = [
    Scenario {
        name: "small spans, HTTP",
        shape: SMALL,
        transport: HTTP,
    },
    Scenario {
        name: "20 attributes, HTTP",
        shape: FULL,
        transport: HTTP,
    },
    Scenario {
        name: "20 attributes, HTTP, gzip",
        shape: FULL,
        transport: Transport {
            is_gzip: true,
            ..HTTP
        },
    },
    Scenario {
        name: "20 attributes, gRPC",
        shape: FULL,
        transport: GRPC,
    },
    Scenario {
        name: "20 attributes, gRPC, gzip",
        shape: FULL,
        transport: Transport {
            is_gzip: true,
            ..GRPC
        },
    },
];

/// A connection that requests are sent over.
enum Sender {
    Http(Client),
    Grpc(GrpcClient),
}

impl Sender {
    fn connect(server: &Server, transport: Transport) -> Result<Self, Error> {
        Ok(if transport.is_grpc {
            Self::Grpc(GrpcClient::connect(&server.otlp_grpc)?)
        } else {
            Self::Http(Client::connect(&server.otlp_http)?)
        })
    }

    fn send(&mut self, body: &[u8], is_gzip: bool) -> Result<Answer, Error> {
        match self {
            Self::Http(client) => client.post("/v1/traces", body, is_gzip),
            Self::Grpc(client) => client.export(body, is_gzip),
        }
    }
}

pub(crate) fn run(server: &Path, site: &Path, options: &Options) -> Result<(), Error> {
    for (seed, scenario) in (1..).zip(&SCENARIOS) {
        if scenario.name.contains(&options.only) {
            measure(server, site, options, scenario, seed)?;
        }
    }
    Ok(())
}

fn measure(
    binary: &Path,
    site: &Path,
    options: &Options,
    scenario: &Scenario,
    seed: u64,
) -> Result<(), Error> {
    let now_nanos = clock::now_nanos();
    let traffic = Traffic::make(scenario.shape, options.spans, seed, now_nanos);
    let bodies = bodies(&traffic.requests, scenario.transport.is_gzip)?;
    let data = TempDir::new().map_err(Error::io("creating a folder"))?;
    let server = Server::start(binary, site, data.path())?;
    let learnt = warm_up(&server, options, scenario, (seed, now_nanos))?;
    let empty_bytes = database_bytes(&server)?;
    let empty_room_bytes = server.database.number(ROOM)?;
    let floor = Floor::measure(&traffic, &server.database)?;

    let load = Load {
        server: &server,
        requests: &traffic.requests,
        bodies: &bodies,
        transport: scenario.transport,
    };
    let before = server.spent()?;
    let mut outcome = load.run(options.connections)?;
    outcome.lags.sort();
    let stored_bytes = database_bytes(&server)?.saturating_sub(empty_bytes);
    let room_bytes = server.database.number(ROOM)?;
    let room_bytes = room_bytes.saturating_sub(empty_room_bytes);
    println!("\n{}, {} connections", scenario.name, options.connections);
    println!("  {learnt}");
    report(&traffic, &floor, before, &outcome, stored_bytes, room_bytes);
    println!(
        "  memory of the server    {:>9} MB at most",
        server.peak_bytes()? / 1_000_000
    );
    for line in server.database.run(TABLE_SIZES, &[])?.lines() {
        println!("    {line}");
    }
    Ok(())
}

/// Sends traffic of the same kind until a dictionary is in use, as it is after the first minutes
/// of a real database. Says what happened.
fn warm_up(
    server: &Server,
    options: &Options,
    scenario: &Scenario,
    (seed, now_nanos): (u64, u64),
) -> Result<String, Error> {
    // None of the traces that are measured.
    let traffic = Traffic::make(scenario.shape, WARM_UP_SPANS, seed + 1_000, now_nanos);
    let load = Load {
        server,
        requests: &traffic.requests,
        bodies: &bodies(&traffic.requests, scenario.transport.is_gzip)?,
        transport: scenario.transport,
    };
    load.run(options.connections)?;
    let started = Instant::now();
    while server.database.number("select count(*) from dictionary")? == 0 {
        if started.elapsed() > LEARN {
            return Err(Error::TooLong(LEARN.as_secs()));
        }
        thread::sleep(LOOK);
    }
    Ok(format!(
        "after {} other spans, from which the server learnt a dictionary",
        traffic.spans
    ))
}

#[expect(clippy::cast_precision_loss, reason = "these figures are for people")]
fn report(
    traffic: &Traffic,
    floor: &Floor,
    before: Spent,
    outcome: &Outcome,
    stored_bytes: u64,
    room_bytes: u64,
) {
    let spans = traffic.spans as f64;
    let rate = |duration: Duration| spans / duration.as_secs_f64();
    let micros = |nanos: u64| nanos as f64 / 1_000.0 / spans;
    let per_span = |duration: Duration| duration.as_nanos() as f64 / spans;
    let since = |spent: Spent| {
        let (server, database) = (
            spent.server - before.server,
            spent.database - before.database,
        );
        (server, database, server + database)
    };
    let (server_cpu, database_cpu, cpu) = since(outcome.after);
    let (.., cpu_until_acknowledged) = since(outcome.at_acknowledgement);
    println!(
        "  {} spans, {:.0} B each, {} requests",
        traffic.spans,
        traffic.bytes as f64 / spans,
        traffic.requests.len(),
    );
    println!(
        "  acknowledged on disk    {:>9.0} spans/s",
        rate(outcome.acknowledged)
    );
    println!(
        "  stored as traces        {:>9.0} spans/s",
        rate(outcome.drained)
    );
    println!(
        "  CPU a span              {:>9.2} µs: server {:.2}, Postgres {:.2}; until acknowledged {:.2}",
        micros(cpu),
        micros(server_cpu),
        micros(database_cpu),
        micros(cpu_until_acknowledged),
    );
    println!(
        "  floor a span            {:>9.2} µs: decode {:.0} ns, compress {:.0} ns, COPY {:.0} ns",
        per_span(floor.total()) / 1_000.0,
        per_span(floor.decode),
        per_span(floor.compress),
        per_span(floor.copy),
    );
    println!(
        "  of what the floor allows {:>8.0} % (one after the other, on one core)",
        100.0 * rate(outcome.acknowledged) / rate(floor.total()),
    );
    println!(
        "  stored a span           {:>9.1} B, of which {:.1} B room that is used again",
        stored_bytes as f64 / spans,
        room_bytes as f64 / spans,
    );
    println!(
        "  acknowledged to visible {:>9.2} s at p50, {:.2} s at p99, {} requests",
        percentile(&outcome.lags, 50).as_secs_f64(),
        percentile(&outcome.lags, 99).as_secs_f64(),
        outcome.lags.len(),
    );
    println!("  told to come back       {:>9}", outcome.retries);
}

const TABLE_SIZES: &str = "select relname || ': ' || pg_size_pretty(pg_relation_size(oid)) \
    || ' in rows, ' || pg_size_pretty(pg_indexes_size(oid)) || ' in indexes, ' \
    || pg_size_pretty(pg_total_relation_size(oid) - pg_relation_size(oid) - pg_indexes_size(oid)) \
    || ' beside' from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace \
    and pg_total_relation_size(oid) > 1000000 order by pg_total_relation_size(oid) desc";

/// What tables take whose rows live for seconds.
const ROOM: &str =
    "select pg_total_relation_size('ingest_log') + pg_total_relation_size('rollup_delta')";

fn database_bytes(server: &Server) -> Result<u64, Error> {
    server
        .database
        .number("select pg_database_size(current_database())")
}

fn bodies(requests: &[Request], is_gzip: bool) -> Result<Vec<Vec<u8>>, Error> {
    let body = |request: &Request| {
        if !is_gzip {
            return Ok(request.body.clone());
        }
        let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(&request.body)?;
        encoder.finish()
    };
    let bodies: Result<_, _> = requests.iter().map(body).collect();
    bodies.map_err(Error::io("compressing requests"))
}

/// What is sent, and where.
struct Load<'a> {
    server: &'a Server,
    requests: &'a [Request],
    bodies: &'a [Vec<u8>],
    transport: Transport,
}

struct Outcome {
    /// From the start until the last request was acknowledged.
    acknowledged: Duration,
    at_acknowledgement: Spent,
    /// From the start until the last span was part of a stored trace.
    drained: Duration,
    after: Spent,
    /// From acknowledgement until the trace could be fetched.
    lags: Vec<Duration>,
    retries: usize,
}

/// What the threads that send share.
#[derive(Default)]
struct Progress {
    next: AtomicUsize,
    retries: AtomicUsize,
    /// Traces to look for, each with the moment of its acknowledgement.
    samples: Mutex<Vec<(String, Instant)>>,
}

impl Load<'_> {
    fn run(&self, connections: usize) -> Result<Outcome, Error> {
        let progress = Progress::default();
        thread::scope(|scope| {
            let started = Instant::now();
            let watcher = scope.spawn(|| self.watch(&progress));
            let senders: Vec<_> = (0..connections)
                .map(|_| scope.spawn(|| self.send(&progress)))
                .collect();
            for sender in senders {
                sender.join().unwrap_or(Err(Error::ServerEnded))?;
            }
            let acknowledged = started.elapsed();
            let at_acknowledgement = self.server.spent()?;
            self.drain()?;
            let drained = started.elapsed();
            let after = self.server.spent()?;
            Ok(Outcome {
                acknowledged,
                at_acknowledgement,
                drained,
                after,
                lags: watcher.join().unwrap_or(Err(Error::ServerEnded))?,
                retries: progress.retries.load(Ordering::Relaxed),
            })
        })
    }

    fn send(&self, progress: &Progress) -> Result<(), Error> {
        let mut sender = Sender::connect(self.server, self.transport)?;
        loop {
            let index = progress.next.fetch_add(1, Ordering::Relaxed);
            let Some(body) = self.bodies.get(index) else {
                return Ok(());
            };
            while !self.is_acknowledged(&mut sender, body)? {
                progress.retries.fetch_add(1, Ordering::Relaxed);
                thread::sleep(LOOK);
            }
            if index.is_multiple_of(SAMPLE) {
                let mut samples = lock(&progress.samples);
                samples.push((self.requests[index].trace_id.clone(), Instant::now()));
            }
        }
    }

    /// False when the server asks to come back.
    fn is_acknowledged(&self, sender: &mut Sender, body: &[u8]) -> Result<bool, Error> {
        let answer = sender.send(body, self.transport.is_gzip)?;
        match answer.status {
            200 if answer.body.is_empty() => Ok(true),
            429 | 503 => Ok(false),
            _ => Err(Error::Refused(
                String::from_utf8_lossy(&answer.body).into_owned(),
            )),
        }
    }

    fn watch(&self, progress: &Progress) -> Result<Vec<Duration>, Error> {
        let mut client = Client::connect(&self.server.web)?;
        let mut lags = Vec::new();
        let expected = self.requests.len().div_ceil(SAMPLE);
        let started = Instant::now();
        while lags.len() < expected && started.elapsed() < DRAIN {
            let waiting = std::mem::take(&mut *lock(&progress.samples));
            for (trace_id, acknowledged) in waiting {
                let answer = client.get(&format!("/api/v1/traces/{trace_id}"))?;
                if answer.status == 200 {
                    lags.push(acknowledged.elapsed());
                } else {
                    lock(&progress.samples).push((trace_id, acknowledged));
                }
            }
            thread::sleep(LOOK);
        }
        Ok(lags)
    }

    /// Waits until the ingest log is empty: everything is part of a stored trace.
    fn drain(&self) -> Result<(), Error> {
        let started = Instant::now();
        while self
            .server
            .database
            .number("select count(*) from ingest_log")?
            > 0
        {
            if started.elapsed() > DRAIN {
                return Err(Error::TooLong(DRAIN.as_secs()));
            }
            thread::sleep(LOOK);
        }
        Ok(())
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
