//! When a delivery that failed is tried again.

use crate::time::DAY_NANOS;

/// How long it is tried for, in nanoseconds, from when it was written.
pub const GIVE_UP_NANOS: i64 = DAY_NANOS;

const SECOND_NANOS: i64 = 1_000_000_000;

/// The wait after the first attempt, and the longest, in nanoseconds.
const FIRST_NANOS: i64 = 5 * SECOND_NANOS;
const LONGEST_NANOS: i64 = 600 * SECOND_NANOS;

/// The wait after so many attempts, in nanoseconds: each is twice the one before, up to ten
/// minutes.
#[must_use]
pub fn wait_nanos(attempts: u32) -> i64 {
    let doubled = 1_i64.checked_shl(attempts.saturating_sub(1).min(32));
    FIRST_NANOS
        .saturating_mul(doubled.unwrap_or(i64::MAX))
        .min(LONGEST_NANOS)
}

/// When to try again what was written at `created_nanos` and has failed so often, the last time at
/// `now_nanos`; none when that would be too late.
#[must_use]
pub fn next_nanos(created_nanos: i64, attempts: u32, now_nanos: i64) -> Option<i64> {
    let next_nanos = now_nanos.saturating_add(wait_nanos(attempts));
    (next_nanos.saturating_sub(created_nanos) <= GIVE_UP_NANOS).then_some(next_nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_bound() {
        let seconds = [1, 2, 3, 7, 8, 9, 1_000, u32::MAX].map(|n| wait_nanos(n) / SECOND_NANOS);
        assert_eq!(seconds, [5, 10, 20, 320, 600, 600, 600, 600]);
    }

    #[test]
    fn it_is_given_up_after_a_day() {
        let (mut now_nanos, mut attempts) = (0, 1);
        while let Some(next_nanos) = next_nanos(0, attempts, now_nanos) {
            assert!(next_nanos > now_nanos);
            (now_nanos, attempts) = (next_nanos, attempts + 1);
        }
        assert!(now_nanos <= GIVE_UP_NANOS && now_nanos > GIVE_UP_NANOS - LONGEST_NANOS);
        assert_eq!(attempts, 150);
    }
}
