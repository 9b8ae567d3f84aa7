//! What an objective would have meant in the past: which alerts would have fired, and how its budget
//! would have gone.

use serde::{Deserialize, Serialize};

use super::alert::{AlertState, Transition};
use super::alerting::verdict_of;
use super::burn::Severity;
use super::{Alerting, History, Target, Window};

/// The time for which an alert fired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Episode {
    pub severity: Severity,
    pub from_nanos: i64,
    /// None while it goes on.
    pub to_nanos: Option<i64>,
}

/// The alerts that would have fired, by when they began, had they been looked at whenever a column
/// ended after `from_nanos`. Windows that are shorter than a column are taken to be as long.
#[must_use]
pub fn episodes(
    history: &History,
    alerting: &Alerting,
    target: Target,
    from_nanos: i64,
) -> Vec<Episode> {
    let mut found: Vec<Episode> = Vec::new();
    let mut states = Severity::ALL.map(|severity| (severity, AlertState::default(), None));
    let begins = history.columns().map(|(begin, _)| begin);
    for (begin_nanos, now_nanos) in begins.zip(history.ends()) {
        if now_nanos <= from_nanos {
            continue;
        }
        let width_nanos = now_nanos.saturating_sub(begin_nanos);
        let judged = alerting.judge(history, target, now_nanos, width_nanos);
        for (severity, state, open) in &mut states {
            let verdict = verdict_of(&judged, *severity);
            match state.step(verdict, now_nanos, alerting.pending_nanos) {
                Some(Transition::Fired) => {
                    *open = Some(found.len());
                    found.push(Episode {
                        severity: *severity,
                        from_nanos: now_nanos,
                        to_nanos: None,
                    });
                }
                Some(Transition::Resolved) => {
                    let episode = open.take().and_then(|place: usize| found.get_mut(place));
                    if let Some(episode) = episode {
                        episode.to_nanos = Some(now_nanos);
                    }
                }
                _ => {}
            }
        }
    }
    found
}

/// Share of the budget that was left whenever a column ended after `from_nanos`; none where nothing
/// was counted. Of windows that move along, the history must reach a window further back.
#[must_use]
pub fn budget_line(
    history: &History,
    window: Window,
    target: Target,
    from_nanos: i64,
) -> Vec<(i64, Option<f64>)> {
    let ends = history.ends().filter(|end| *end > from_nanos);
    ends.map(|end| {
        // A column that ends at midnight belongs to the period before it.
        let begin = window.begin_nanos(end - 1);
        let tally = history.between(begin, end);
        (end, tally.budget_left(target))
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::super::Tally;
    use super::super::burn::{BurnRule, WORKBOOK};
    use super::*;
    use crate::time::{DAY_NANOS, HOUR_NANOS, MINUTE_NANOS};
    use proptest::prelude::*;

    fn target() -> Target {
        Target::from_percent(99.9).expect("a share")
    }

    fn minutes(tallies: Vec<Tally>) -> History {
        let bounds = (0_i64..).map(|minute| minute * MINUTE_NANOS);
        History::new(bounds.take(tallies.len() + 1).collect(), tallies)
    }

    fn steady(minutes: usize, total: f64, error_rate: f64) -> Vec<Tally> {
        let tally = Tally {
            good: total * (1.0 - error_rate),
            total,
        };
        vec![tally; minutes]
    }

    fn plain(rules: &[BurnRule]) -> Alerting {
        Alerting {
            rules: rules.to_vec(),
            least_bad: 0,
            pending_nanos: 0,
        }
    }

    /// Detection times by the workbook, chapter 5: a rule fires after error budget rate × its long
    /// window; for a full outage and 99.9 % that is 14.4 × 0.001 × 1 h = 52 s, so with the first
    /// minute that is counted.
    #[test]
    fn an_outage_is_told_as_soon_as_the_workbook_says() {
        let mut counted = steady(3 * 24 * 60, 100.0, 0.0);
        let outage = counted.len();
        counted.extend(steady(60, 100.0, 0.05));
        counted.extend(steady(8 * 60, 100.0, 0.0));
        let history = minutes(counted);
        let found = episodes(&history, &plain(&WORKBOOK[..1]), target(), 0);
        // 5 % errors are a burn rate of 50: 14.4 / 50 of an hour is 17.28 minutes.
        let at = |minute: usize| i64::try_from(outage + minute).expect("few") * MINUTE_NANOS;
        let expected = Episode {
            severity: Severity::Page,
            from_nanos: at(18),
            // Five minutes later less than 14.4 of 50 of the short window are left: four minutes.
            to_nanos: Some(at(64)),
        };
        assert_eq!(found, [expected]);
    }

    #[test]
    fn a_slow_leak_makes_a_ticket_and_no_page() {
        let mut counted = steady(4 * 24 * 60, 100.0, 0.0);
        counted.extend(steady(24 * 60, 100.0, 0.004));
        let found = episodes(&minutes(counted), &plain(&WORKBOOK), target(), 0);
        let severities: Vec<Severity> = found.iter().map(|one| one.severity).collect();
        assert_eq!(severities, [Severity::Ticket]);
        assert_eq!(found[0].to_nanos, None);
    }

    #[test]
    fn silence_ends_no_alert() {
        let mut counted = steady(24 * 60, 100.0, 0.0);
        counted.extend(steady(60, 100.0, 1.0));
        counted.extend(steady(60, 0.0, 0.0));
        let found = episodes(
            &minutes(counted.clone()),
            &plain(&WORKBOOK[..1]),
            target(),
            0,
        );
        assert_eq!((found.len(), found[0].to_nanos), (1, None));
        counted.extend(steady(5, 100.0, 0.0));
        let found = episodes(&minutes(counted), &plain(&WORKBOOK[..1]), target(), 0);
        assert!(found[0].to_nanos.is_some(), "{found:?}");
    }

    #[test]
    fn a_budget_goes_down_and_begins_anew_with_its_calendar() {
        let hour = |good: f64| Tally {
            good,
            total: 1_000.0,
        };
        // From a Monday on.
        let monday = 4 * DAY_NANOS;
        let bounds = (0..=8).map(|day| monday + day * DAY_NANOS).collect();
        let mut days = vec![hour(999.5); 8];
        days[7] = hour(1_000.0);
        let history = History::new(bounds, days);
        let left = |window: &str| -> Vec<f64> {
            let window = window.parse().expect("a window");
            let line = budget_line(&history, window, target(), monday);
            let left = line.into_iter().map(|(_, left)| left.expect("counted"));
            left.map(|left| (left * 100.0).round() / 100.0).collect()
        };
        assert_eq!(left("week"), [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 1.0]);
        assert_eq!(left("2d"), [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.75]);
    }

    /// The table of the workbook, written down once more without anything of the above: minute by
    /// minute, with loops.
    fn reference(
        counted: &[(u32, u32)],
        least_bad: u32,
    ) -> Vec<(&'static str, usize, Option<usize>)> {
        let rules = [
            ("page", 14.4, 60, 5),
            ("page", 6.0, 360, 30),
            ("ticket", 3.0, 1_440, 120),
            ("ticket", 1.0, 4_320, 360),
        ];
        let mut found: Vec<(&'static str, usize, Option<usize>)> = vec![];
        for now in 1..=counted.len() {
            for name in ["page", "ticket"] {
                let (mut is_broken, mut is_unknown) = (false, false);
                for (_, factor, long, short) in rules.iter().filter(|rule| rule.0 == name) {
                    let count = |minutes: usize| {
                        let window = &counted[now.saturating_sub(minutes)..now];
                        let bad: u32 = window.iter().map(|minute| minute.0).sum();
                        let total: u32 = window.iter().map(|minute| minute.1).sum();
                        (f64::from(bad), f64::from(total))
                    };
                    let ((bad, total), (short_bad, short_total)) = (count(*long), count(*short));
                    if short_total == 0.0 {
                        is_unknown = true;
                    } else if bad / total / 0.001 >= *factor
                        && short_bad / short_total / 0.001 >= *factor
                        && bad >= f64::from(least_bad)
                    {
                        is_broken = true;
                    }
                }
                let open = found
                    .iter()
                    .rposition(|one| one.0 == name && one.2.is_none());
                match open {
                    None if is_broken => found.push((name, now, None)),
                    Some(place) if !is_broken && !is_unknown => found[place].2 = Some(now),
                    _ => {}
                }
            }
        }
        found
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn alerts_fire_when_the_table_of_the_workbook_says(
            stretches in prop::collection::vec(
                (1_usize..400, 0_u32..3, prop::sample::select(vec![0_u32, 0, 1, 3, 20, 300])),
                1..14,
            ),
            least_bad in 0_u32..50,
        ) {
            // Of a thousand a minute, or two thousand, or none, so many are bad.
            let counted: Vec<(u32, u32)> = stretches
                .into_iter()
                .flat_map(|(minutes, thousands, bad)| {
                    let total = thousands * 1_000;
                    vec![(bad.min(total), total); minutes]
                })
                .collect();
            let expected = reference(&counted, least_bad);
            let tallies = counted.iter().map(|(bad, total)| Tally {
                good: f64::from(total - bad),
                total: f64::from(*total),
            });
            let alerting = Alerting { least_bad, ..plain(&WORKBOOK) };
            let found = episodes(&minutes(tallies.collect()), &alerting, target(), 0);
            let found: Vec<_> = found
                .into_iter()
                .map(|one| {
                    let minute = |nanos: i64| usize::try_from(nanos / MINUTE_NANOS).expect("few");
                    (one.severity.name(), minute(one.from_nanos), one.to_nanos.map(minute))
                })
                .collect();
            prop_assert_eq!(found, expected);
        }

        #[test]
        fn budgets_are_those_of_a_naive_recount(
            counted in prop::collection::vec((0_u32..5, 5_u32..50), 60..200),
        ) {
            let bounds = (0_i64..).map(|hour| hour * HOUR_NANOS);
            let bounds: Vec<i64> = bounds.take(counted.len() + 1).collect();
            let tallies = counted.iter().map(|(bad, total)| Tally {
                good: f64::from(total - bad),
                total: f64::from(*total),
            });
            let history = History::new(bounds, tallies.collect());
            let window = Window::Rolling { days: 2 };
            for (hour, (at, left)) in budget_line(&history, window, target(), 0).into_iter().enumerate() {
                prop_assert_eq!(at, i64::try_from(hour + 1).expect("few") * HOUR_NANOS);
                let within = &counted[(hour + 1).saturating_sub(48)..=hour];
                let bad: u32 = within.iter().map(|one| one.0).sum();
                let total: u32 = within.iter().map(|one| one.1).sum();
                let expected = 1.0 - f64::from(bad) / (f64::from(total) * 0.001);
                prop_assert!((left.expect("counted") - expected).abs() < 1e-6);
            }
        }
    }
}
