//! Chance, from a seed.

use model::id::hex_from_bytes;
use rand::distr::Distribution;
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Exp, LogNormal};

const SECOND: f64 = 1e9;

/// How widely latencies spread: the standard deviation of their logarithm.
pub(super) const SIGMA: f64 = 0.45;

pub(super) struct Dice {
    generator: ChaCha8Rng,
}

impl Dice {
    /// The start is part of the seed, so that a second run makes other traces and does not repeat
    /// the ids of the first.
    pub(super) fn new(seed: u64, start_nanos: i64) -> Self {
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        bytes[8..16].copy_from_slice(&start_nanos.to_le_bytes());
        Self {
            generator: ChaCha8Rng::from_seed(bytes),
        }
    }

    pub(super) fn chance(&mut self, probability: f64) -> bool {
        self.generator.random_bool(probability)
    }

    pub(super) fn between(&mut self, least: i64, greatest: i64) -> i64 {
        self.generator.random_range(least..=greatest)
    }

    /// One of several, by their weights.
    pub(super) fn pick<'a, T>(&mut self, choices: &'a [T], weight: impl Fn(&T) -> u32) -> &'a T {
        let total: u32 = choices.iter().map(&weight).sum();
        let mut rest = self.generator.random_range(0..total.max(1));
        for choice in choices {
            if rest < weight(choice) {
                return choice;
            }
            rest -= weight(choice);
        }
        &choices[0]
    }

    /// A log-normal duration in nanoseconds, with a long tail now and then.
    pub(super) fn latency(&mut self, median_micros: u32, sigma: f64) -> i64 {
        let tail = if self.chance(0.01) { 6.0 } else { 1.0 };
        let factor =
            LogNormal::new(0.0, sigma).map_or(1.0, |normal| normal.sample(&mut self.generator));
        nanos(f64::from(median_micros) * 1e3 * factor * tail)
    }

    /// A pause between independent events, in nanoseconds.
    pub(super) fn exponential(&mut self, mean_seconds: f64) -> i64 {
        let seconds = Exp::new(1.0 / mean_seconds)
            .map_or(mean_seconds, |pause| pause.sample(&mut self.generator));
        nanos(seconds * SECOND)
    }

    pub(super) fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.generator.fill_bytes(&mut bytes);
        bytes
    }

    pub(super) fn hex(&mut self) -> String {
        hex_from_bytes(&self.bytes::<8>())
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "simulated times are far below the limit"
)]
fn nanos(value: f64) -> i64 {
    value as i64
}
