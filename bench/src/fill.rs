//! Filling a server with the traffic of days that are over, through its OTLP endpoint, and waiting
//! until all of it is where it stays.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::client::Client;
use crate::error::Error;
use crate::history::{History, SPANS_PER_REQUEST};
use crate::server::Server;

/// Pause before a request is sent again that the server could not take.
const COME_BACK: Duration = Duration::from_millis(50);

/// How often it is asked whether everything has come to rest.
const LOOK: Duration = Duration::from_secs(1);

/// How long that may take.
const REST: Duration = Duration::from_hours(1);

/// How often Postgres looks what to vacuum and to analyze (`autovacuum_naptime`), and a little more.
const NAP: Duration = Duration::from_secs(70);

/// Sends traffic; returns how many spans there were.
pub(crate) fn send(server: &Server, history: &History, connections: usize) -> Result<usize, Error> {
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        let senders: Vec<_> = (0..connections)
            .map(|_| scope.spawn(|| send_some(server, history, &next)))
            .collect();
        for sender in senders {
            sender.join().unwrap_or(Err(Error::ServerEnded))?;
        }
        Ok(history.requests * SPANS_PER_REQUEST)
    })
}

fn send_some(server: &Server, history: &History, next: &AtomicUsize) -> Result<(), Error> {
    const PATH: &str = "/v1/traces";
    let mut client = Client::connect(&server.otlp_http)?;
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= history.requests {
            return Ok(());
        }
        let body = history.request(number);
        loop {
            let answer = client.post(PATH, &body, false)?;
            match answer.status {
                429 | 503 => thread::sleep(COME_BACK),
                200 if answer.body.is_empty() => break,
                _ => return Err(answer.refused(PATH)),
            }
        }
    }
}

/// Waits until everything is part of a stored trace and of the rollups.
pub(crate) fn wait_until_stored(server: &Server) -> Result<(), Error> {
    wait(
        server,
        "select count(*) from (select from ingest_log limit 1) as any_of_it",
    )?;
    wait(
        server,
        "select count(*) from (select from rollup_delta limit 1) as any_of_it",
    )
}

/// Waits until autovacuum has done what there was to do, as it has in a database that fills slowly.
pub(crate) fn wait_until_tidy(server: &Server) -> Result<(), Error> {
    thread::sleep(NAP);
    wait(server, TO_TIDY)
}

/// Workers of autovacuum, and tables that it will analyze.
const TO_TIDY: &str = "select (
        select count(*) from pg_stat_activity where backend_type = 'autovacuum worker'
    ) + (
        select count(*)
        from pg_stat_user_tables
        join pg_class on pg_class.oid = relid
        where n_mod_since_analyze
            > current_setting('autovacuum_analyze_threshold')::float
                + current_setting('autovacuum_analyze_scale_factor')::float
                    * greatest(reltuples, 0)
    )";

/// Until a number is 0.
fn wait(server: &Server, sql: &str) -> Result<(), Error> {
    let started = Instant::now();
    while server.database.number(sql)? > 0 {
        if started.elapsed() > REST {
            return Err(Error::TooLong(REST.as_secs()));
        }
        thread::sleep(LOOK);
    }
    Ok(())
}
