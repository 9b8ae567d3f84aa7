//! The share of requests that must be good.

use serde::{Deserialize, Serialize};

/// Parts per million, so that 99.9 % is what it says.
const WHOLE: u32 = 1_000_000;

/// More than nothing, and less than all: what leaves no budget cannot be burnt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "f64", try_from = "f64")]
pub struct Target(u32);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a target is more than 0 and less than 1, such as 0.999, with at most six digits")]
pub struct TargetError;

impl Target {
    /// From a share between 0 and 1.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the range is checked"
    )]
    pub fn from_share(share: f64) -> Option<Self> {
        let parts = (share * f64::from(WHOLE)).round();
        let is_share = (1.0..f64::from(WHOLE)).contains(&parts);
        is_share.then_some(Self(parts as u32))
    }

    /// From a number between 0 and 100.
    #[must_use]
    pub fn from_percent(percent: f64) -> Option<Self> {
        Self::from_share(percent / 100.0)
    }

    #[must_use]
    pub fn share(self) -> f64 {
        f64::from(self.0) / f64::from(WHOLE)
    }

    /// The share that may be bad.
    #[must_use]
    pub fn allowance(self) -> f64 {
        f64::from(WHOLE - self.0) / f64::from(WHOLE)
    }

    /// The number alone, without more digits than it needs: `99.9`.
    #[must_use]
    pub fn percent(self) -> String {
        let digits = format!("{}.{:04}", self.0 / 10_000, self.0 % 10_000);
        digits
            .trim_end_matches('0')
            .trim_end_matches('.')
            .to_owned()
    }
}

impl From<Target> for f64 {
    fn from(target: Target) -> Self {
        target.share()
    }
}

impl TryFrom<f64> for Target {
    type Error = TargetError;

    fn try_from(share: f64) -> Result<Self, TargetError> {
        Self::from_share(share).ok_or(TargetError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_what_it_says() {
        for (percent, text) in [
            (99.9, "99.9"),
            (95.0, "95"),
            (99.9999, "99.9999"),
            (0.0001, "0.0001"),
        ] {
            let target = Target::from_percent(percent).expect("a share");
            assert_eq!(target.percent(), text);
            assert!((target.share() + target.allowance() - 1.0).abs() < 1e-12);
        }
        for percent in [0.0, 100.0, -1.0, 99.999_99, f64::NAN, f64::INFINITY] {
            assert_eq!(Target::from_percent(percent), None, "{percent}");
        }
    }
}
