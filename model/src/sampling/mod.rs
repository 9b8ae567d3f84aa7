//! Sampling: how many spans a sampled one stands for, and which traces to keep.

pub mod tail;

/// Digits of a rejection threshold: 56 bits.
const DIGITS: usize = 14;

/// Most that one span may stand for: what is rarer is more likely a mistake, and would drown all
/// others.
const MAX_WEIGHT: f64 = 1_000_000.0;

/// The adjusted count of a span by the threshold in its `tracestate` (OpenTelemetry specification,
/// "Probability Sampling", `ot=th:`); 1 where none is or it makes no sense.
#[must_use]
pub fn weight(trace_state: &str) -> f64 {
    let member = |member: &str| {
        let (key, value) = member.trim().split_once('=')?;
        (key == "ot").then(|| value.to_owned())
    };
    let Some(own) = trace_state.split(',').find_map(member) else {
        return 1.0;
    };
    let threshold = own.split(';').find_map(|part| part.strip_prefix("th:"));
    threshold.and_then(adjusted_count).unwrap_or(1.0)
}

fn adjusted_count(threshold: &str) -> Option<f64> {
    let is_threshold = (1..=DIGITS).contains(&threshold.len())
        && threshold.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_threshold {
        return None;
    }
    let digits = threshold.bytes().rev().map(|byte| {
        let digit = char::from(byte).to_digit(16).unwrap_or_default();
        f64::from(digit)
    });
    // The share that was not kept: the digits stand behind the point.
    let rejected = digits.fold(0.0, |below, digit| (below + digit) / 16.0);
    Some((1.0 / (1.0 - rejected)).min(MAX_WEIGHT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_threshold_tells_the_weight() {
        let weights = [
            ("", 1.0),
            ("ot=th:0", 1.0),
            ("ot=th:8", 2.0),
            ("rum=v1&web, ot=rv:abc;th:c", 4.0),
            ("ot=th:ffffffffffffff", MAX_WEIGHT),
            ("other=th:8", 1.0),
            ("ot=th:", 1.0),
            ("ot=th:xyz", 1.0),
            ("ot=th:123456789abcdef", 1.0),
        ];
        for (trace_state, expected) in weights {
            let off = weight(trace_state) - expected;
            assert!(off.abs() < 1e-9, "{trace_state}");
        }
    }
}
