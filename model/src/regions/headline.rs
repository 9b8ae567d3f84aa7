//! What has to be said first.

use serde::{Deserialize, Serialize};

use super::{Compared, Figures, Standing, float};
use crate::decomposition::{Decomposition, Segment};
use crate::geo::places;
use crate::rollup::OTHER;

/// One region, and how the others are.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Headline {
    pub region: String,
    pub place: Option<String>,
    pub p95_nanos: i64,
    /// Its 95th percentile before, in nanoseconds, where it is longer now by more than chance.
    pub worse_than_nanos: Option<i64>,
    /// Where most of its time goes, or most of what it is slower by.
    pub segment: Option<Segment>,
    /// Of all regions together.
    pub all_p95_nanos: i64,
    /// Whether there is anything to compare with.
    pub is_compared: bool,
    /// Other regions that are slower than before.
    pub worse: usize,
    /// Other regions that have enough requests to tell that they are not.
    pub usual: usize,
    pub thin: usize,
}

/// The region whose slowing down costs users most, which is how much longer times how many wait;
/// or else the slowest. None when no region has a name and requests enough.
pub(super) fn headline(
    groups: &[Compared],
    all_p95_nanos: i64,
    is_compared: bool,
) -> Option<Headline> {
    let named = groups.iter().filter_map(|group| {
        let region = group.key.first()?;
        let is_named = !region.is_empty() && region != OTHER;
        let figures = group.figures();
        let standing = figures.standing(all_p95_nanos);
        is_named.then_some((group, region, figures, standing))
    });
    let named: Vec<(&Compared, &String, Figures, Standing)> = named.collect();
    let count = |wanted: &[Standing]| {
        let found = named.iter().filter(|found| wanted.contains(&found.3));
        found.count()
    };
    let worst = named
        .iter()
        .filter(|found| found.3 == Standing::Worse)
        .max_by(|left, right| cost(&left.2).total_cmp(&cost(&right.2)));
    let slowest = named
        .iter()
        .filter(|found| found.3 != Standing::Thin)
        .max_by_key(|found| found.2.p95_nanos());
    let (group, region, figures, _) = worst.or(slowest)?;
    let before = group.before.as_ref().filter(|_| worst.is_some());
    let segment = match before {
        Some(before) => largest(&grown(&figures.means, &Decomposition::mean(before))),
        None => largest(&figures.means),
    };
    Some(Headline {
        region: (*region).clone(),
        place: places::find(region).map(|place| place.name),
        p95_nanos: figures.p95_nanos(),
        worse_than_nanos: figures
            .change
            .filter(|_| worst.is_some())
            .map(|change| change.nanos().0),
        segment,
        all_p95_nanos,
        is_compared,
        worse: count(&[Standing::Worse]).saturating_sub(usize::from(worst.is_some())),
        usual: count(&[Standing::Usual, Standing::Slow])
            .saturating_sub(usize::from(worst.is_none())),
        thin: count(&[Standing::Thin]),
    })
}

fn cost(figures: &Figures) -> f64 {
    let longer = figures
        .change
        .map_or(0.0, |change| change.now - change.before);
    longer * figures.weight
}

fn grown(now: &Decomposition, before: &Decomposition) -> Decomposition {
    let mut grown = *now;
    for (grown, before) in grown.0.iter_mut().zip(&before.0) {
        *grown -= before;
    }
    grown
}

/// The segment that has at least half of the sum; none otherwise.
fn largest(means: &Decomposition) -> Option<Segment> {
    let sum: i64 = means.0.iter().filter(|nanos| **nanos > 0).sum();
    Segment::ALL
        .into_iter()
        .find(|segment| means[*segment] > 0 && float(means[*segment]) >= float(sum) / 2.0)
}

#[cfg(test)]
mod tests {
    use super::super::tests::counted;
    use super::super::{Counted, Observed, Regions};
    use super::*;

    fn of(now: &[Counted], before: Option<&[Counted]>) -> Option<Headline> {
        Regions::of(Observed { now, before }, false).headline
    }

    #[test]
    fn the_change_that_costs_most_comes_first() {
        let before = [
            counted("sa-east-1", "", 1_000, 200),
            counted("eu-west-1", "", 4_000, 100),
            counted("us-east-1", "", 1_000, 100),
        ];
        let now = [
            counted("sa-east-1", "", 1_000, 300),
            counted("eu-west-1", "", 4_000, 140),
            counted("us-east-1", "", 1_000, 100),
            counted("af-south-1", "", 10, 900),
            counted("", "", 1_000, 900),
        ];
        let found = of(&now, Some(&before)).expect("a headline");
        assert_eq!(found.region, "eu-west-1");
        let before = found.worse_than_nanos.expect("it is worse");
        assert!((before - 200_000_000).abs() < 2_000_000, "{before}");
        assert_eq!(found.segment, Some(Segment::Services));
        assert_eq!((found.worse, found.usual, found.thin), (1, 1, 1));
    }

    #[test]
    fn without_a_change_the_slowest_comes_first() {
        let now = [
            counted("sa-east-1", "", 1_000, 300),
            counted("eu-west-1", "", 4_000, 100),
            counted("af-south-1", "", 10, 900),
        ];
        for before in [None, Some(&now[..])] {
            let found = of(&now, before).expect("a headline");
            assert_eq!(found.region, "sa-east-1");
            assert_eq!(found.place.as_deref(), Some("São Paulo"));
            assert_eq!(
                (found.worse_than_nanos, found.is_compared),
                (None, before.is_some())
            );
            assert_eq!((found.worse, found.usual, found.thin), (0, 1, 1));
        }
        assert_eq!(of(&[counted("", "", 1_000, 100)], None), None);
        assert_eq!(of(&[counted("eu", "", 10, 100)], None), None);
    }
}
