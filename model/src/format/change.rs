//! Shares, changes, scores and large counts.

use chrono::{DateTime, FixedOffset, Offset, Utc};

use super::{DAY, three_significant};

/// A change by its ratio, with its sign: `+24 %`, `−6 %`, `0 %`; from ten times on `× 12`.
#[must_use]
pub fn change(ratio: f64) -> String {
    if ratio >= 10.0 {
        return format!("× {}", three_significant(ratio));
    }
    let percent = ((ratio - 1.0) * 100.0).round();
    if percent > 0.0 {
        format!("+{percent} %")
    } else if percent < 0.0 {
        format!("−{} %", -percent)
    } else {
        "0 %".to_owned()
    }
}

/// A share from 0 to 1 in percent, with as many digits as say something: `0.4 %`, `12 %`.
#[must_use]
pub fn share(share: f64) -> String {
    let percent = share.clamp(0.0, 1.0) * 100.0;
    let text = match percent {
        0.0 => "0".to_owned(),
        ..0.01 => "< 0.01".to_owned(),
        ..0.995 => trimmed(&format!("{percent:.2}")),
        ..9.95 => trimmed(&format!("{percent:.1}")),
        99.5..100.0 => trimmed(&format!("{:.1}", percent.min(99.9))),
        _ => format!("{percent:.0}"),
    };
    format!("{text} %")
}

/// An Apdex score: `0.97`.
#[must_use]
pub fn apdex(score: f64) -> String {
    format!("{score:.2}")
}

/// A count where space is short: `999`, `12.4 k`, `3.1 M`.
#[must_use]
pub fn short_count(count: f64) -> String {
    let count = count.max(0.0);
    match count {
        ..999.5 => format!("{count:.0}"),
        ..999_500.0 => format!("{} k", three_significant(count / 1e3)),
        ..999_500_000.0 => format!("{} M", three_significant(count / 1e6)),
        _ => format!("{} G", three_significant(count / 1e9)),
    }
}

/// How often something happens: `12.4 k/s`, `3.2/s`, `8/min`, `2/h`.
#[must_use]
pub fn rate(per_second: f64) -> String {
    let (count, unit) = match per_second.max(0.0) {
        rate if rate >= 0.995 => (rate, "s"),
        rate if rate * 60.0 >= 0.995 => (rate * 60.0, "min"),
        rate => (rate * 3_600.0, "h"),
    };
    match count {
        0.0 => format!("0/{unit}"),
        ..0.05 => format!("below 0.1/{unit}"),
        ..9.95 => format!("{}/{unit}", format!("{count:.1}").trim_end_matches(".0")),
        _ => format!("{}/{unit}", short_count(count)),
    }
}

/// A count that may be a fraction, to the whole number, with separators.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast saturates, and a count is not negative"
)]
pub fn exact(count: f64) -> String {
    super::count(count.max(0.0).round() as usize)
}

/// A moment below a chart whose named times are so far apart, for someone east of UTC by so many
/// minutes: `14:10`, or the day where a day begins.
#[must_use]
pub fn axis_time(nanos: i64, step_nanos: i64, east_minutes: i32) -> String {
    let zone = FixedOffset::east_opt(east_minutes.saturating_mul(60)).unwrap_or(Utc.fix());
    let time = DateTime::from_timestamp_nanos(nanos).with_timezone(&zone);
    let text = time.format("%H:%M").to_string();
    if step_nanos >= DAY || text == "00:00" {
        time.format("%-d %b").to_string()
    } else {
        text
    }
}

/// A moment to the minute, for someone east of UTC by so many minutes: with the date in front unless
/// `now` is the same day there.
#[must_use]
pub fn minute(nanos: i64, now_nanos: i64, east_minutes: i32) -> String {
    let text = super::clock(nanos, now_nanos, east_minutes);
    // Without seconds and their fraction.
    text.get(..text.len().saturating_sub(7))
        .unwrap_or_default()
        .to_owned()
}

fn trimmed(text: &str) -> String {
    let text = text.trim_end_matches('0').trim_end_matches('.');
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::HOUR;
    use super::*;

    #[test]
    fn changes_have_a_sign() {
        let expected = [
            (1.24, "+24 %"),
            (0.94, "−6 %"),
            (1.001, "0 %"),
            (0.999, "0 %"),
            (0.0, "−100 %"),
            (12.34, "× 12.3"),
        ];
        for (ratio, text) in expected {
            assert_eq!(change(ratio), text, "{ratio}");
        }
    }

    #[test]
    fn shares_have_as_many_digits_as_say_something() {
        let expected = [
            (0.0, "0 %"),
            (0.000_01, "< 0.01 %"),
            (0.000_4, "0.04 %"),
            (0.004, "0.4 %"),
            (0.019_4, "1.9 %"),
            (0.124, "12 %"),
            (0.999_9, "99.9 %"),
            (1.0, "100 %"),
        ];
        for (value, text) in expected {
            assert_eq!(share(value), text, "{value}");
        }
    }

    #[test]
    fn large_counts_are_short() {
        let found = [0.0, 999.4, 12_440.0, 999_499.0, 3_100_000.0].map(short_count);
        assert_eq!(found, ["0", "999", "12.4 k", "999 k", "3.1 M"]);
        assert_eq!(apdex(0.966), "0.97");
        assert_eq!(exact(12_439.6), "12,440");
    }

    #[test]
    fn rates_are_in_a_unit_that_fits() {
        for (per_second, text) in [
            (12_400.0, "12.4 k/s"),
            (3.21, "3.2/s"),
            (3.0, "3/s"),
            (12.4, "12/s"),
            (0.1, "6/min"),
            (2.0 / 3_600.0, "2/h"),
            (1e-6, "below 0.1/h"),
            (0.0, "0/h"),
        ] {
            assert_eq!(rate(per_second), text, "{per_second}");
        }
    }

    #[test]
    fn times_below_a_chart_are_short() {
        assert_eq!(axis_time(14 * HOUR, HOUR, 10), "14:10");
        assert_eq!(axis_time(24 * HOUR, HOUR, 0), "2 Jan");
        assert_eq!(axis_time(14 * HOUR, DAY, 0), "1 Jan");
        assert_eq!(minute(14 * HOUR, 15 * HOUR, 0), "14:00");
        assert_eq!(minute(14 * HOUR, 15 * HOUR + DAY, 0), "1970-01-01 14:00");
    }
}
