//! `throughline simulate`: the traffic of a made-up mobile shop, sent as real clients send it.
//!
//! Everything is decided by a seeded generator, so that the same seed, start and duration send the
//! same spans.

mod attributes;
mod backend;
mod batch;
mod dice;
mod failures;
mod request;
mod sender;
mod shop;
mod visitor;

use std::collections::BTreeMap;
use std::time::Duration;

use model::format::{counted, parse_duration};
use model::time::Moment;
use tokio::signal::ctrl_c;
use tokio::time::sleep;

use self::batch::Batch;
use self::dice::Dice;
use self::sender::{SendError, Sender};
use self::visitor::Visitor;
use crate::clock;

const SECOND: i64 = 1_000_000_000;

/// How often the simulated clients look for something to send.
const TICK: Duration = Duration::from_millis(200);

/// The same for the past, which is sent as fast as it is accepted.
const BACKFILL_TICK_NANOS: i64 = 5 * SECOND;

#[derive(Debug, Clone, clap::Args)]
pub(crate) struct SimulateOptions {
    /// Where OTLP over HTTP is received.
    #[arg(long, default_value = "http://127.0.0.1:4318")]
    endpoint: String,
    /// Requests of users a second, on average.
    #[arg(long, default_value_t = 3.0, value_parser = rate)]
    rate: f64,
    /// How much traffic to send, counted from where it starts; without it, until Ctrl-C.
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    duration: Option<i64>,
    /// Begin so long ago and send the past as fast as it is accepted.
    #[arg(long, value_name = "DURATION", value_parser = duration, conflicts_with = "start")]
    backfill: Option<i64>,
    /// Begin at this moment instead, in RFC 3339 or Unix seconds.
    #[arg(long, value_name = "TIME", value_parser = str::parse::<Moment>)]
    start: Option<Moment>,
    /// The same seed, start and duration send the same spans.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Print nothing but errors.
    #[arg(long)]
    quiet: bool,
}

fn duration(text: &str) -> Result<i64, String> {
    parse_duration(text).ok_or_else(|| "write a number and a unit, as in 30s, 10m or 24h".into())
}

fn rate(text: &str) -> Result<f64, String> {
    let rate = text
        .parse::<f64>()
        .ok()
        .filter(|rate| (0.01..=100_000.0).contains(rate));
    rate.ok_or_else(|| "write a number from 0.01 to 100000".into())
}

pub(crate) async fn simulate(options: SimulateOptions) -> Result<(), SendError> {
    let mut sender = Sender::new(&options.endpoint)?;
    let outcome = tokio::select! {
        outcome = send_all(&options, &mut sender) => outcome,
        // Stopped by hand: what is under way is left.
        _ = ctrl_c() => Ok(()),
    };
    if !options.quiet {
        eprintln!(
            "{} of {} acknowledged, {} in all with those that clients sent twice",
            counted(sender.distinct_spans, "span"),
            counted(sender.traces, "trace"),
            counted(sender.sent_spans, "span"),
        );
    }
    outcome
}

async fn send_all(options: &SimulateOptions, sender: &mut Sender) -> Result<(), SendError> {
    let now = clock::now_nanos();
    let start = match (options.start, options.backfill) {
        (Some(start), _) => start.nanos(now),
        (None, backfill) => now - backfill.unwrap_or(0),
    };
    let end = options
        .duration
        .map(|duration| start.saturating_add(duration));
    let mut traffic = Traffic::new(options.seed, start, options.rate);
    let mut at = start;
    while end.is_none_or(|end| at < end) {
        let now = clock::now_nanos();
        let is_past = at + BACKFILL_TICK_NANOS < now;
        at = if is_past {
            at + BACKFILL_TICK_NANOS
        } else {
            now.max(at)
        };
        traffic.advance(end.map_or(at, |end| end.min(at)));
        sender.send(traffic.due(at)).await?;
        if !is_past {
            sleep(TICK).await;
        }
    }
    sender.send(traffic.due(i64::MAX)).await
}

/// What users do, and the batches that their devices and the backend have yet to send.
struct Traffic {
    dice: Dice,
    rate: f64,
    next_visit_nanos: i64,
    /// By when they are sent, then in the order of their making.
    waiting: BTreeMap<(i64, usize), Batch>,
    made: usize,
}

impl Traffic {
    fn new(seed: u64, start_nanos: i64, rate: f64) -> Self {
        let dice = Dice::new(seed, start_nanos);
        Self {
            dice,
            rate,
            next_visit_nanos: start_nanos,
            waiting: BTreeMap::new(),
            made: 0,
        }
    }

    /// Lets the visits happen that begin before that moment.
    fn advance(&mut self, until_nanos: i64) {
        while self.next_visit_nanos < until_nanos {
            let visitor = Visitor::new(&mut self.dice);
            let requests = visitor.visit(&mut self.dice, self.next_visit_nanos);
            // So many visits that the requests come at the rate that was asked for.
            let pause = self.dice.exponential(Visitor::MEAN_REQUESTS / self.rate);
            self.next_visit_nanos += pause.max(1);
            for request in requests {
                for (send_nanos, batch) in batch::batches(&mut self.dice, &visitor, &request) {
                    self.waiting.insert((send_nanos, self.made), batch);
                    self.made += 1;
                }
            }
        }
    }

    /// The batches that are sent by that moment.
    fn due(&mut self, at_nanos: i64) -> Vec<Batch> {
        let later = self.waiting.split_off(&(at_nanos, usize::MAX));
        std::mem::replace(&mut self.waiting, later)
            .into_values()
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spans(seed: u64) -> Vec<Batch> {
        let mut traffic = Traffic::new(seed, 0, 5.0);
        traffic.advance(60 * SECOND);
        traffic.due(i64::MAX)
    }

    #[test]
    fn the_same_seed_sends_the_same_spans() {
        assert_eq!(spans(7), spans(7));
        assert_ne!(spans(7), spans(8));
    }

    #[test]
    fn requests_come_at_about_the_rate() {
        let mut traffic = Traffic::new(1, 0, 5.0);
        traffic.advance(1_000 * SECOND);
        let batches = traffic.due(i64::MAX);
        let requests = batches
            .iter()
            .filter(|batch| batch.is_device && !batch.is_repeated)
            .count();
        assert!(
            (4_000..6_000).contains(&requests),
            "{requests} requests in 1000 s at 5 a second"
        );
    }
}
