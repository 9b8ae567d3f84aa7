//! How long a span took beside others of its operation.

use serde::{Deserialize, Serialize};

use crate::format;
use crate::histogram::{Histogram, bucket_middle, bucket_of};

/// With fewer there is nothing to say.
const LEAST: i64 = 20;

/// Bars of the picture.
const BARS: usize = 40;

/// The shares of all spans between which the bars lie, unless the span is beyond them.
const SHOWN: [f64; 2] = [0.001, 0.999];

/// The spans of an operation, and where one of them stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Peers {
    pub own_nanos: i64,
    /// How many were counted, this one among them.
    pub count: i64,
    pub median_nanos: i64,
    /// The shares, by weight, of those that were faster and of those that were slower than it, by
    /// more than the 1 % that durations are off.
    pub faster: f64,
    pub slower: f64,
    /// How high bars of the same width on a scale by powers are, beside the highest.
    pub bars: Vec<f64>,
    /// Where the durations of the first bar begin and those of the last one end.
    pub ends_nanos: [i64; 2],
    /// Where the span stands between them, as a share.
    pub place: f64,
}

impl Peers {
    /// None where there are too few to compare with.
    #[must_use]
    pub fn of(durations: &Histogram, own_nanos: i64) -> Option<Self> {
        let count = durations.buckets().iter().map(|bucket| bucket.count).sum();
        if count < LEAST {
            return None;
        }
        let (all, own) = (durations.weight(), bucket_of(own_nanos));
        let up_to = durations.weight_up_to(own_nanos);
        let alike = durations
            .buckets()
            .iter()
            .find(|bucket| bucket.index == own);
        let alike = alike.map_or(0.0, |bucket| bucket.weight);
        let [least, most] = SHOWN.map(|share| durations.quantile(share).unwrap_or(own_nanos));
        let ends_nanos = [least.min(own_nanos).max(1), most.max(own_nanos).max(2)];
        Some(Self {
            own_nanos,
            count,
            median_nanos: durations.quantile(0.5)?,
            faster: (up_to - alike).max(0.0) / all,
            slower: (all - up_to).max(0.0) / all,
            bars: bars(durations, ends_nanos),
            ends_nanos,
            place: place(own_nanos, ends_nanos),
        })
    }

    /// In words, without a full stop.
    #[must_use]
    pub fn sentence(&self) -> String {
        let median = format::duration(self.median_nanos);
        let times = self.times_the_median();
        if self.faster >= 0.5 {
            let share = format::share(self.faster);
            format!("Slower than {share} of its peers, {times} their median of {median}")
        } else if self.slower >= 0.5 {
            let share = format::share(self.slower);
            format!("Faster than {share} of its peers, whose median is {median}")
        } else {
            format!("As long as its peers mostly take, whose median is {median}")
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "two digits of it are shown")]
    fn times_the_median(&self) -> String {
        let times = self.own_nanos as f64 / self.median_nanos.max(1) as f64;
        if times >= 10.0 {
            format!("{times:.0} times")
        } else {
            format!("{times:.1} times")
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a picture needs four digits, f64 has fifteen"
)]
fn place(nanos: i64, [least, most]: [i64; 2]) -> f64 {
    let log = |nanos: i64| (nanos.max(1) as f64).ln();
    let span = (log(most) - log(least)).max(f64::EPSILON);
    ((log(nanos) - log(least)) / span).clamp(0.0, 1.0)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a place is within 0 and 1"
)]
fn bars(durations: &Histogram, ends: [i64; 2]) -> Vec<f64> {
    let mut bars = vec![0.0; BARS];
    for bucket in durations.buckets() {
        let nanos = bucket_middle(bucket.index);
        // The few beyond the ends are no part of the picture.
        if nanos >= ends[0] / 2 && nanos / 2 <= ends[1] {
            let bar = (place(nanos, ends) * BARS as f64) as usize;
            bars[bar.min(BARS - 1)] += bucket.weight;
        }
    }
    let highest = bars.iter().copied().fold(0.0, f64::max);
    if highest > 0.0 {
        for bar in &mut bars {
            *bar /= highest;
        }
    }
    bars
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many spans of each millisecond up to a hundred.
    fn peers(each: i64, own_nanos: i64) -> Option<Peers> {
        let mut durations = Histogram::default();
        for milliseconds in 1..=100 {
            durations.record(milliseconds * 1_000_000, each, 1.0);
        }
        Peers::of(&durations, own_nanos)
    }

    #[test]
    fn a_slow_span_is_slower_than_most() {
        let peers = peers(10, 95_000_000).expect("enough");
        assert_eq!(peers.count, 1_000);
        assert!((peers.faster - 0.94).abs() < 0.015, "{}", peers.faster);
        assert!((peers.slower - 0.05).abs() < 0.015, "{}", peers.slower);
        let sentence = peers.sentence();
        assert!(sentence.starts_with("Slower than 9"), "{sentence}");
        assert!(
            sentence.contains("1.9 times their median of 50"),
            "{sentence}"
        );
        assert!(peers.place > 0.9 && peers.place < 1.0);
    }

    #[test]
    fn a_fast_span_is_faster_than_most() {
        let sentence = peers(10, 3_000_000).expect("enough").sentence();
        assert!(sentence.starts_with("Faster than 97"), "{sentence}");
        let sentence = peers(10, 50_000_000).expect("enough").sentence();
        assert!(sentence.contains("50"), "{sentence}");
    }

    #[test]
    fn all_alike_is_said_so() {
        let mut durations = Histogram::default();
        durations.record(5_000_000, 30, 1.0);
        let peers = Peers::of(&durations, 5_000_000).expect("enough");
        assert_eq!((peers.faster, peers.slower), (0.0, 0.0));
        assert!(peers.sentence().starts_with("As long as"));
        assert!(peers.bars.iter().all(|bar| bar.is_finite()));
    }

    #[test]
    fn far_beyond_its_peers_it_is_still_in_the_picture() {
        let peers = peers(1, 60_000_000_000).expect("enough");
        assert!((peers.place - 1.0).abs() < 1e-9);
        assert_eq!(peers.ends_nanos[1], 60_000_000_000);
        assert!(peers.sentence().contains("times their median"));
        let mut none = Histogram::default();
        none.record(0, 50, 1.0);
        let peers = Peers::of(&none, 0);
        assert!(peers.is_some_and(|peers| peers.place.is_finite()));
    }

    #[test]
    fn few_tell_nothing() {
        let mut durations = Histogram::default();
        durations.record(1, 19, 1.0);
        assert_eq!(Peers::of(&durations, 1), None);
    }
}
