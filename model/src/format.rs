//! Numbers and times as people read them.

mod budget;
mod change;

use chrono::{DateTime, FixedOffset, Offset, SecondsFormat, Utc};

pub use budget::{attainment, budget_left, burn_rate};
pub use change::{apdex, axis_time, change, exact, minute, rate, share, short_count};

const MICRO: i64 = 1_000;
const MILLI: i64 = 1_000_000;
const SECOND: i64 = 1_000_000_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// As a sentence or a title begins: `Third party`.
#[must_use]
pub fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    let first = characters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(characters).collect()
}

/// Three significant digits and a unit that fits: `12 ms`, `1.84 s`, `3 min 20 s`.
#[must_use]
pub fn duration(nanos: i64) -> String {
    if nanos < 0 {
        return format!("−{}", duration(nanos.saturating_neg()));
    }
    // What would round up to 1000 of a unit is 1 of the next.
    match nanos {
        0 => "0 ms".to_owned(),
        1..MICRO => format!("{nanos} ns"),
        MICRO..999_500 => three_digits(nanos, MICRO, "µs"),
        999_500..999_500_000 => three_digits(nanos, MILLI, "ms"),
        999_500_000..59_950_000_000 => three_digits(nanos, SECOND, "s"),
        _ => two_units(nanos),
    }
}

/// A difference of durations with its sign: `+12 ms`, `−1.84 s`, `0 ms`.
#[must_use]
pub fn signed_duration(nanos: i64) -> String {
    let sign = if nanos > 0 { "+" } else { "" };
    format!("{sign}{}", duration(nanos))
}

#[expect(clippy::cast_precision_loss, reason = "only three digits are shown")]
fn three_digits(nanos: i64, unit: i64, name: &str) -> String {
    let value = nanos as f64 / unit as f64;
    format!("{} {name}", three_significant(value))
}

/// Without zeros at the end of a fraction.
fn three_significant(value: f64) -> String {
    let decimals = match value {
        ..9.995 => 2,
        ..99.95 => 1,
        _ => 0,
    };
    let text = format!("{value:.decimals$}");
    if decimals > 0 {
        let text = text.trim_end_matches('0').trim_end_matches('.');
        text.to_owned()
    } else {
        text
    }
}

fn two_units(nanos: i64) -> String {
    let seconds = nanos.saturating_add(SECOND / 2) / SECOND;
    let (unit, name, part, part_name) = match seconds {
        0..3_600 => (60, "min", 1, "s"),
        3_600..86_400 => (3_600, "h", 60, "min"),
        _ => (86_400, "d", 3_600, "h"),
    };
    let rest = seconds % unit / part;
    if rest == 0 {
        format!("{} {name}", seconds / unit)
    } else {
        format!("{} {name} {rest} {part_name}", seconds / unit)
    }
}

/// A whole number with separators: `184,210`.
#[must_use]
pub fn count(value: usize) -> String {
    let digits = value.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// The count with its noun: `1 span`, `12 spans`.
#[must_use]
pub fn counted(value: usize, noun: &str) -> String {
    let ending = if value == 1 { "" } else { "s" };
    format!("{} {noun}{ending}", count(value))
}

/// A moment in RFC 3339, UTC, with milliseconds.
#[must_use]
pub fn rfc3339(nanos: i64) -> String {
    DateTime::from_timestamp_nanos(nanos).to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// A moment on the clock of someone east of UTC by so many minutes: the time of day, with the
/// date in front unless `now` is the same day there.
#[must_use]
pub fn clock(nanos: i64, now_nanos: i64, east_minutes: i32) -> String {
    let zone = FixedOffset::east_opt(east_minutes.saturating_mul(60)).unwrap_or(Utc.fix());
    let time = DateTime::from_timestamp_nanos(nanos).with_timezone(&zone);
    let now = DateTime::from_timestamp_nanos(now_nanos).with_timezone(&zone);
    let pattern = if time.date_naive() == now.date_naive() {
        "%H:%M:%S%.3f"
    } else {
        "%Y-%m-%d %H:%M:%S%.3f"
    };
    time.format(pattern).to_string()
}

/// The day of a moment in UTC, as 2026-11-21.
#[must_use]
pub fn date(nanos: i64) -> String {
    DateTime::from_timestamp_nanos(nanos)
        .format("%Y-%m-%d")
        .to_string()
}

/// Reads an amount of memory or disk as people type it: a whole number and `kB`, `MB`, `GB`, `TB`,
/// or `KiB`, `MiB`, `GiB`, `TiB`. None when it is not one.
#[must_use]
pub fn parse_bytes(text: &str) -> Option<u64> {
    let digits = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let unit = match text[digits..].trim_start() {
        "kB" => 1_000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "TB" => 1_000_000_000_000,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        "TiB" => 1 << 40,
        _ => return None,
    };
    text[..digits].parse::<u64>().ok()?.checked_mul(unit)
}

/// Reads a duration as people type it: a number and `ns`, `us`, `µs`, `ms`, `s`, `m` or `min`,
/// `h` or `d`. None when it is not one, or is beyond 292 years.
#[must_use]
#[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
#[expect(
    clippy::cast_precision_loss,
    reason = "a typed duration has few digits"
)]
pub fn parse_duration(text: &str) -> Option<i64> {
    let digits = text
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(text.len());
    let unit = match text[digits..].trim_start() {
        "ns" => 1,
        "us" | "µs" => MICRO,
        "ms" => MILLI,
        "s" => SECOND,
        "m" | "min" => MINUTE,
        "h" => HOUR,
        "d" => DAY,
        _ => return None,
    };
    let number: f64 = text[..digits].parse().ok()?;
    let nanos = (number * unit as f64).round();
    (0.0..i64::MAX as f64)
        .contains(&nanos)
        .then_some(nanos as i64)
}

/// The shortest text that [`parse_duration`] reads back as the same duration.
#[must_use]
pub fn typed_duration(nanos: i64) -> String {
    let units = [
        (DAY, "d"),
        (HOUR, "h"),
        (MINUTE, "m"),
        (SECOND, "s"),
        (MILLI, "ms"),
        (MICRO, "us"),
    ];
    let fitting = units
        .into_iter()
        .find(|(unit, _)| nanos != 0 && nanos % unit == 0);
    let (unit, name) = fitting.unwrap_or((1, "ns"));
    format!("{}{name}", nanos / unit)
}

/// To the nanosecond, in a unit that fits, as [`parse_duration`] reads it: `1.493172224s`.
#[must_use]
pub fn exact_duration(nanos: i64) -> String {
    let (unit, digits, name) = match nanos {
        SECOND.. => (SECOND, 9, "s"),
        MILLI.. => (MILLI, 6, "ms"),
        _ => return typed_duration(nanos),
    };
    let text = format!("{}.{:0digits$}", nanos / unit, nanos % unit);
    let text = text.trim_end_matches('0').trim_end_matches('.');
    format!("{text}{name}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn exact_durations_are_read_back() {
        let expected = [
            (1_493_172_224, "1.493172224s"),
            (872_415_232, "872.415232ms"),
            (2 * SECOND, "2s"),
            (1_007, "1007ns"),
        ];
        for (nanos, text) in expected {
            assert_eq!(exact_duration(nanos), text);
            assert_eq!(parse_duration(text), Some(nanos));
        }
    }

    #[test]
    fn differences_have_a_sign() {
        assert_eq!(signed_duration(12 * MILLI), "+12 ms");
        assert_eq!(signed_duration(-1_840 * MILLI), "−1.84 s");
        assert_eq!(signed_duration(0), "0 ms");
    }

    #[test]
    fn durations_have_three_digits_and_a_fitting_unit() {
        let expected = [
            (0, "0 ms"),
            (999, "999 ns"),
            (1_500, "1.5 µs"),
            (999_499, "999 µs"),
            (999_500, "1 ms"),
            (12_000_000, "12 ms"),
            (1_840_000_000, "1.84 s"),
            (59_940_000_000, "59.9 s"),
            (59_960_000_000, "1 min"),
            (200_000_000_000, "3 min 20 s"),
            (3_600_000_000_000, "1 h"),
            (90_000_000_000_000, "1 d 1 h"),
            (-1_500_000, "−1.5 ms"),
        ];
        for (nanos, text) in expected {
            assert_eq!(duration(nanos), text, "{nanos}");
        }
        assert!(duration(i64::MIN).starts_with('−'));
        assert!(duration(i64::MAX).ends_with(" h"));
    }

    #[test]
    fn counts_have_separators_and_the_right_noun() {
        assert_eq!(
            [0, 999, 1_000, 184_210].map(count),
            ["0", "999", "1,000", "184,210"]
        );
        assert_eq!(
            [counted(1, "span"), counted(1_200, "span")],
            ["1 span", "1,200 spans"]
        );
    }

    #[test]
    fn the_date_stands_in_front_when_it_is_not_today() {
        let noon = 12 * HOUR;
        assert_eq!(clock(noon, noon + 1, 0), "12:00:00.000");
        assert_eq!(clock(noon, noon + DAY, 0), "1970-01-01 12:00:00.000");
        assert_eq!(clock(noon, noon, -13 * 60), "23:00:00.000");
        assert_eq!(rfc3339(noon), "1970-01-01T12:00:00.000Z");
    }

    #[test]
    fn what_is_not_a_duration_is_refused() {
        for text in [
            "",
            "5",
            "ms",
            "1.2.3s",
            "-5ms",
            "5 parsecs",
            "1e3s",
            "999999999d",
            "5é",
        ] {
            assert_eq!(parse_duration(text), None, "{text}");
        }
        assert_eq!(parse_duration("1.5 s"), Some(1_500_000_000));
    }

    proptest! {
        #[test]
        fn a_typed_duration_reads_back(millis in 0_i64..=10_i64.pow(9)) {
            prop_assert_eq!(parse_duration(&typed_duration(millis * MILLI)), Some(millis * MILLI));
        }

        #[test]
        fn any_moment_can_be_shown(nanos: i64, now: i64, east: i32) {
            prop_assert!(!clock(nanos, now, east).is_empty());
            prop_assert!(!duration(nanos).is_empty());
        }
    }
}
