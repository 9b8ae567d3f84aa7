//! Tail sampling: which whole traces to keep. Off unless a policy says otherwise.

use std::collections::HashMap;
use std::str::FromStr;

use crate::format::parse_duration;
use crate::histogram::Histogram;
use crate::id::TraceId;
use crate::summary::Summary;

/// What to keep besides every trace with an error.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Policy {
    /// Every trace that takes longer.
    pub slower_than_nanos: Option<i64>,
    /// Every trace that takes longer than 99 % of those of its root operation.
    pub slower_than_p99: bool,
    /// The share of the rest, from 0 to 1.
    pub share: f64,
    /// How many spans a second of the rest may be kept; above that, the share shrinks.
    pub spans_per_second: Option<f64>,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "\"{0}\" is no part of a sampling policy; write for example: share 10%, slower 1s, p99, \
     rate 5000"
)]
pub struct PolicyError(pub String);

/// Reads parts with commas between them: `share 10%`, `slower 1s`, `p99`, `rate 5000`.
impl FromStr for Policy {
    type Err = PolicyError;

    fn from_str(text: &str) -> Result<Self, PolicyError> {
        let mut policy = Self {
            share: 1.0,
            ..Self::default()
        };
        for part in text.split(',').map(str::trim) {
            let wrong = || PolicyError(part.to_owned());
            let (word, value) = part.split_once(' ').unwrap_or((part, ""));
            match word {
                "share" => policy.share = share(value.trim()).ok_or_else(wrong)?,
                "slower" => {
                    let nanos = parse_duration(value.trim()).ok_or_else(wrong)?;
                    policy.slower_than_nanos = Some(nanos);
                }
                "p99" if value.is_empty() => policy.slower_than_p99 = true,
                "rate" => {
                    let rate: f64 = value.trim().parse().map_err(|_no_number| wrong())?;
                    if !rate.is_finite() || rate <= 0.0 {
                        return Err(wrong());
                    }
                    policy.spans_per_second = Some(rate);
                }
                _ => return Err(wrong()),
            }
        }
        Ok(policy)
    }
}

fn share(text: &str) -> Option<f64> {
    let percent: f64 = text.strip_suffix('%')?.trim().parse().ok()?;
    (0.0..=100.0).contains(&percent).then_some(percent / 100.0)
}

/// Most root operations whose durations are remembered.
const MAX_OPERATIONS: usize = 10_000;

/// Traces of an operation that must have been seen before its 99th percentile says anything.
const LEAST_SEEN: f64 = 200.0;

/// How long durations are remembered, and how often the rate is looked at, in nanoseconds.
const PERIOD_NANOS: i64 = 600 * 1_000_000_000;
const WINDOW_NANOS: i64 = 5 * 1_000_000_000;

/// Decides trace by trace, and remembers what it needs for that.
#[derive(Debug)]
pub struct Sampler {
    policy: Policy,
    /// Durations by root service and operation: of this period, and of the one before.
    durations: HashMap<(String, String), [Histogram; 2]>,
    period_start_nanos: i64,
    /// Spans of the rest that came in this window, kept or not.
    window_spans: f64,
    window_start_nanos: i64,
    /// The share that keeps the rest within its rate.
    adapted_share: f64,
}

impl Sampler {
    #[must_use]
    pub fn new(policy: Policy) -> Self {
        Self {
            policy,
            durations: HashMap::new(),
            period_start_nanos: 0,
            window_spans: 0.0,
            window_start_nanos: 0,
            adapted_share: policy.share,
        }
    }

    /// How many traces a kept one stands for; none when the trace is not kept.
    ///
    /// A share is taken by the trace's id alone, so that parts of a trace, and servers among
    /// themselves, decide alike; but by a hash of it, since the id itself has decided what clients
    /// have sampled away already.
    pub fn weigh(&mut self, summary: &Summary, now_nanos: i64) -> Option<f64> {
        self.turn(now_nanos);
        let is_slow = self.is_slow(summary);
        if summary.error_count > 0 || is_slow {
            return Some(1.0);
        }
        self.window_spans += f64::from(u32::try_from(summary.span_count).unwrap_or(u32::MAX));
        let share = self.adapted_share;
        (share > 0.0 && place(summary.trace_id) < share).then(|| 1.0 / share)
    }

    fn is_slow(&mut self, summary: &Summary) -> bool {
        let nanos = summary.duration_nanos;
        // First, so that every duration is remembered.
        let is_over_p99 = self.policy.slower_than_p99 && self.is_over_p99(summary);
        let most = self.policy.slower_than_nanos;
        is_over_p99 || most.is_some_and(|most| nanos > most)
    }

    /// Remembers the duration too.
    fn is_over_p99(&mut self, summary: &Summary) -> bool {
        let key = (summary.root_service.clone(), summary.root_operation.clone());
        if self.durations.len() >= MAX_OPERATIONS && !self.durations.contains_key(&key) {
            return false;
        }
        let [current, previous] = self.durations.entry(key).or_default();
        let mut seen = previous.clone();
        seen.add(current);
        current.record(summary.duration_nanos, 1, 1.0);
        seen.weight() >= LEAST_SEEN
            && seen
                .quantile(0.99)
                .is_some_and(|p99| summary.duration_nanos > p99)
    }

    /// Begins a new window and a new period when their time has come.
    fn turn(&mut self, now_nanos: i64) {
        let since = now_nanos.saturating_sub(self.window_start_nanos);
        if since >= WINDOW_NANOS {
            if let Some(most) = self.policy.spans_per_second {
                self.adapt(most, since);
            }
            self.window_spans = 0.0;
            self.window_start_nanos = now_nanos;
        }
        if now_nanos.saturating_sub(self.period_start_nanos) >= PERIOD_NANOS {
            self.durations.retain(|_, [current, previous]| {
                *previous = std::mem::take(current);
                !previous.is_empty()
            });
            self.period_start_nanos = now_nanos;
        }
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "the length of a window is no large number"
    )]
    fn adapt(&mut self, most: f64, window_nanos: i64) {
        let rate = self.window_spans / (window_nanos as f64 / 1e9);
        let fitting = if rate > 0.0 { most / rate } else { 1.0 };
        self.adapted_share = self.policy.share.min(fitting);
    }
}

/// Where a trace stands among all, from 0 to 1: its id by FNV-1a, mixed as by `MurmurHash3`'s
/// finalizer.
#[expect(
    clippy::cast_precision_loss,
    reason = "which trace is kept does not hang on the last bit"
)]
fn place(id: TraceId) -> f64 {
    let mut hash = id
        .as_bytes()
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        });
    for factor in [0xff51_afd7_ed55_8ccd, 0xc4ce_b9fe_1a85_ec53] {
        hash = (hash ^ (hash >> 33)).wrapping_mul(factor);
    }
    (hash ^ (hash >> 33)) as f64 / u64::MAX as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dimensions::Dimensions;

    const SECOND: i64 = 1_000_000_000;

    fn summary(number: u64, duration_nanos: i64) -> Summary {
        // Spread evenly over the last bytes.
        let spread = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let id = [[1; 8], spread.to_be_bytes()].concat();
        Summary {
            trace_id: TraceId::from_slice(&id).expect("an id"),
            root_service: "shop".into(),
            root_operation: "GET /".into(),
            outcome: Some(crate::summary::Outcome::Ok),
            start_nanos: 0,
            duration_nanos,
            span_count: 10,
            error_count: 0,
            defect_count: 0,
            weight: 1.0,
            services: vec![],
            dimensions: Dimensions::default(),
            flags: vec![],
        }
    }

    fn sampler(policy: &str) -> Sampler {
        Sampler::new(policy.parse().expect("a policy"))
    }

    #[test]
    fn a_policy_is_read_or_refused() {
        let policy: Policy = "share 10%, slower 1s, p99, rate 5000"
            .parse()
            .expect("good");
        let expected = Policy {
            slower_than_nanos: Some(SECOND),
            slower_than_p99: true,
            share: 0.1,
            spans_per_second: Some(5_000.0),
        };
        assert_eq!(policy, expected);
        for wrong in [
            "",
            "share",
            "share 101%",
            "share 0.1",
            "slower 1",
            "rate 0",
            "p98",
        ] {
            assert_eq!(wrong.parse::<Policy>(), Err(PolicyError(wrong.into())));
        }
    }

    #[test]
    fn errors_and_what_is_slow_are_kept_and_of_the_rest_a_share() {
        let mut sampler = sampler("share 10%, slower 1s");
        let error = Summary {
            error_count: 1,
            ..summary(1, 5)
        };
        assert_eq!(sampler.weigh(&error, 0), Some(1.0));
        assert_eq!(sampler.weigh(&summary(1, 2 * SECOND), 0), Some(1.0));
        let kept = (0..10_000).filter_map(|number| sampler.weigh(&summary(number, 5), 0));
        let weights: Vec<f64> = kept.collect();
        assert!((900..1_100).contains(&weights.len()), "{}", weights.len());
        let total: f64 = weights.iter().sum();
        assert!((total - 10_000.0).abs() < 1_000.0, "{total}");
    }

    /// What a client keeps by the last bits of the id is no matter here.
    #[test]
    fn a_share_of_what_was_sampled_before_is_that_share() {
        for sampled in [0_u64, 0xff] {
            let mut sampler = sampler("share 10%");
            let of_client = |number: u64| {
                let bytes = [&[1; 7][..], &number.to_be_bytes(), &[0]].concat();
                let mut id = bytes;
                id[9] = u8::try_from(sampled).expect("a byte");
                let trace_id = TraceId::from_slice(&id).expect("an id");
                Summary {
                    trace_id,
                    ..summary(1, 5)
                }
            };
            let kept = (0..10_000).filter(|number| sampler.weigh(&of_client(*number), 0).is_some());
            let count = kept.count();
            assert!((900..1_100).contains(&count), "{count}");
        }
    }

    #[test]
    fn durations_over_the_limit_are_remembered_too() {
        let mut sampler = sampler("share 0%, slower 1s, p99");
        for number in 0..1_000 {
            let nanos = if number % 10 == 0 { 2 * SECOND } else { 1_000 };
            sampler.weigh(&summary(1, nanos), 0);
        }
        assert_eq!(sampler.weigh(&summary(1, SECOND / 2), 0), None);
    }

    #[test]
    fn the_slowest_percent_of_an_operation_is_kept() {
        let mut sampler = sampler("share 0%, p99");
        let kept = |sampler: &mut Sampler, nanos| sampler.weigh(&summary(1, nanos), 0).is_some();
        for nanos in 0..1_000 {
            kept(&mut sampler, 1_000 + nanos % 100);
        }
        assert!(kept(&mut sampler, 5_000));
        assert!(!kept(&mut sampler, 1_050));
    }

    #[test]
    fn the_share_adapts_to_the_rate() {
        let mut sampler = sampler("share 100%, rate 100");
        let mut kept = 0;
        // A thousand spans a second for a minute.
        for number in 0..6_000 {
            let now = i64::try_from(number).expect("small") * SECOND / 100;
            let is_kept = sampler.weigh(&summary(number, 5), now).is_some();
            kept += i32::from(is_kept && now >= 10 * SECOND);
        }
        // Ten traces a second would be right.
        assert!((400..600).contains(&kept), "{kept}");
    }
}
