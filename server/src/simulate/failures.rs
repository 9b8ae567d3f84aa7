//! What goes wrong in the shop: little, but payments in bursts.

use super::dice::Dice;
use super::shop::{Call, Kind};

const MINUTE_NANOS: i64 = 60_000_000_000;

/// A burst of errors lasts as long as one of these windows.
const BURST_WINDOW_NANOS: i64 = 7 * MINUTE_NANOS;

/// One window in so many is a burst.
const BURST_EVERY: i64 = 5;

/// What goes wrong with a call, if anything.
pub(super) fn failure(dice: &mut Dice, call: &Call, at_nanos: i64) -> Option<&'static str> {
    let (rate, message) = match call.kind {
        Kind::ThirdParty => (
            payment_failure_rate(at_nanos),
            "the payment provider answered 503",
        ),
        Kind::Database => (0.0015, "the server closed the connection"),
        Kind::Service | Kind::Cache | Kind::Queue => return None,
    };
    dice.chance(rate).then_some(message)
}

/// Few payments fail, but in bursts every third.
fn payment_failure_rate(at_nanos: i64) -> f64 {
    let window = at_nanos / BURST_WINDOW_NANOS;
    if window.rem_euclid(BURST_EVERY) == 0 {
        0.3
    } else {
        0.01
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payments_fail_in_bursts() {
        assert!(payment_failure_rate(0) > 0.2);
        assert!(payment_failure_rate(BURST_WINDOW_NANOS) < 0.02);
    }
}
