//! Attainment, budgets and burn rates.

/// A share from 0 to 1 in percent, with three digits and never more than it is: what is short of a
/// target does not look as if it met it.
#[must_use]
pub fn attainment(share: f64) -> String {
    // What is off by less than a thousandth of the last digit is a matter of binary fractions.
    let thousandths = (share.clamp(0.0, 1.0) * 100_000.0 + 1e-3).floor();
    let text = format!("{:.3}", thousandths / 1_000.0);
    format!("{} %", text.trim_end_matches('0').trim_end_matches('.'))
}

/// What is left of a budget: `12 % left`, `overspent by 40 %`, `all left`.
#[must_use]
pub fn budget_left(share: f64) -> String {
    let percent = (share * 100.0).floor();
    match percent {
        100.0.. => "all left".to_owned(),
        ..0.0 => format!("overspent by {:.0} %", (-share * 100.0).ceil()),
        0.0 if share > 0.0 => "below 1 % left".to_owned(),
        0.0 => "nothing left".to_owned(),
        _ => format!("{percent:.0} % left"),
    }
}

/// How many times faster than it may a budget is spent: `0.3×`, `14.4×`, `250×`.
#[must_use]
pub fn burn_rate(rate: f64) -> String {
    match rate.max(0.0) {
        0.0 => "0×".to_owned(),
        ..0.05 => "below 0.1×".to_owned(),
        rate @ ..99.95 => format!("{}×", format!("{rate:.1}").trim_end_matches(".0")),
        rate => format!("{rate:.0}×"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_short_of_a_target_does_not_look_as_if_it_met_it() {
        let expected = [
            (1.0, "100 %"),
            (0.999_999, "99.999 %"),
            (0.999, "99.9 %"),
            (0.998_999_9, "99.899 %"),
            (0.95, "95 %"),
            (0.0, "0 %"),
        ];
        for (share, text) in expected {
            assert_eq!(attainment(share), text);
        }
    }

    #[test]
    fn budgets_and_burn_rates_are_words() {
        let expected = [
            (1.0, "all left"),
            (0.125, "12 % left"),
            (0.004, "below 1 % left"),
            (0.0, "nothing left"),
            (-0.004, "overspent by 1 %"),
            (-3.2, "overspent by 320 %"),
        ];
        for (share, text) in expected {
            assert_eq!(budget_left(share), text);
        }
        let rates = [0.0, 0.01, 0.349, 1.0, 14.4, 250.4].map(burn_rate);
        assert_eq!(rates, ["0×", "below 0.1×", "0.3×", "1×", "14.4×", "250×"]);
    }
}
