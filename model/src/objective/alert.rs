//! How an alert goes from one state to the next.

use serde::{Deserialize, Serialize};

/// What a rule says of a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Breach,
    Clear,
    /// Nothing was counted, so nobody knows.
    NoData,
}

impl Verdict {
    /// What several rules of one alert say together: one that is broken is enough, and all must
    /// know that they are not.
    #[must_use]
    pub fn of_any(verdicts: impl IntoIterator<Item = Self>) -> Self {
        let mut together = Self::Clear;
        for verdict in verdicts {
            together = match (together, verdict) {
                (Self::Breach, _) | (_, Self::Breach) => Self::Breach,
                (Self::NoData, _) | (_, Self::NoData) => Self::NoData,
                (Self::Clear, Self::Clear) => Self::Clear,
            };
        }
        together
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    #[default]
    Inactive,
    /// Broken, but not for long enough.
    Pending,
    Firing,
}

/// What has just happened to an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transition {
    Pending,
    Fired,
    Resolved,
    /// It was pending, and is well again before it fired.
    Withdrawn,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AlertState {
    pub phase: Phase,
    /// When the phase began, in nanoseconds; 0 of an alert that was never anything else.
    pub since_nanos: i64,
}

impl AlertState {
    /// Goes on by what is known now. An alert fires when it has been broken for `pending_nanos`
    /// without a break. While nothing is known everything stays as it is: that data is missing is
    /// no recovery.
    pub fn step(
        &mut self,
        verdict: Verdict,
        now_nanos: i64,
        pending_nanos: i64,
    ) -> Option<Transition> {
        let waited = now_nanos.saturating_sub(self.since_nanos) >= pending_nanos;
        let (phase, transition) = match (self.phase, verdict) {
            (Phase::Inactive, Verdict::Breach) if pending_nanos > 0 => {
                (Phase::Pending, Transition::Pending)
            }
            (Phase::Inactive, Verdict::Breach) => (Phase::Firing, Transition::Fired),
            (Phase::Pending, Verdict::Breach) if waited => (Phase::Firing, Transition::Fired),
            (Phase::Pending, Verdict::Clear) => (Phase::Inactive, Transition::Withdrawn),
            (Phase::Firing, Verdict::Clear) => (Phase::Inactive, Transition::Resolved),
            _ => return None,
        };
        *self = Self {
            phase,
            since_nanos: now_nanos,
        };
        Some(transition)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_alert_waits_fires_and_resolves() {
        let mut state = AlertState::default();
        let mut step = |verdict, now| state.step(verdict, now, 10);
        assert_eq!(step(Verdict::Clear, 100), None);
        assert_eq!(step(Verdict::Breach, 110), Some(Transition::Pending));
        assert_eq!(step(Verdict::Clear, 115), Some(Transition::Withdrawn));
        assert_eq!(step(Verdict::Breach, 120), Some(Transition::Pending));
        assert_eq!(step(Verdict::Breach, 129), None);
        assert_eq!(step(Verdict::NoData, 130), None);
        assert_eq!(step(Verdict::Breach, 131), Some(Transition::Fired));
        assert_eq!(step(Verdict::NoData, 500), None);
        assert_eq!(step(Verdict::Clear, 510), Some(Transition::Resolved));
        assert_eq!(step(Verdict::NoData, 520), None);
        assert_eq!(
            state,
            AlertState {
                phase: Phase::Inactive,
                since_nanos: 510
            }
        );
    }

    #[test]
    fn an_alert_that_does_not_wait_fires_at_once() {
        let mut state = AlertState::default();
        assert_eq!(state.step(Verdict::Breach, 7, 0), Some(Transition::Fired));
        assert_eq!(state.phase, Phase::Firing);
    }

    #[test]
    fn one_broken_rule_is_enough_and_none_may_be_unknown() {
        use Verdict::{Breach, Clear, NoData};
        assert_eq!(Verdict::of_any([Clear, NoData, Breach]), Breach);
        assert_eq!(Verdict::of_any([Clear, NoData]), NoData);
        assert_eq!(Verdict::of_any([Clear, Clear]), Clear);
        assert_eq!(Verdict::of_any([]), Clear);
    }
}
