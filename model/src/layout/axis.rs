//! Ticks of a time axis.

/// Round times from 0 to `duration_nanos`, at most `most` + 1 of them: multiples of 1, 2 or 5
/// times a power of ten.
#[must_use]
pub fn ticks(duration_nanos: i64, most: i64) -> Vec<i64> {
    let least_step = duration_nanos.max(1) / most.max(1);
    let mut step = 1_i64;
    let mut factors = [2, 5, 10].into_iter().cycle();
    let mut decade = 1_i64;
    while step < least_step {
        let factor = factors.next().unwrap_or(10);
        step = decade.saturating_mul(factor);
        if factor == 10 {
            decade = step;
        }
    }
    (0..=most)
        .map(|n| n.saturating_mul(step))
        .take_while(|&tick| tick <= duration_nanos.max(0))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_few() {
        assert_eq!(ticks(4_900, 5), [0, 1_000, 2_000, 3_000, 4_000]);
        assert_eq!(ticks(100, 5), [0, 20, 40, 60, 80, 100]);
        assert_eq!(ticks(0, 5), [0]);
        assert_eq!(ticks(i64::MAX, 5).first(), Some(&0));
        assert!(ticks(i64::MAX, 5).len() > 1);
    }
}
