//! Which alerts receivers are told of in a round.

use super::{Notice, Status};
use crate::objective::burn::Severity;

/// What receivers know of an alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Told {
    Nothing,
    /// That it fires.
    Firing,
    /// All that there is to know.
    Settled,
}

/// An alert that fires, or of which receivers do not know yet that it is resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    pub notice: Notice,
    pub told: Told,
}

/// What is told in a round.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Decision {
    /// What receivers do not know yet.
    pub changes: Vec<Notice>,
    /// What they were told before, and fires still.
    pub still_firing: Vec<Notice>,
    /// By episode, what they know then, where that is new.
    pub told: Vec<(i64, Told)>,
}

/// What fires is told unless it is held back, and then as soon as it is not any more. That it is
/// resolved is told to all who were told that it fires, whatever holds: nobody shall look after
/// what is well again.
///
/// Besides what `is_silenced`, a ticket is held back while a page of the same objective fires that
/// is not: whoever is paged knows.
#[must_use]
pub fn decide(open: &[Open], is_silenced: impl Fn(&Notice) -> bool) -> Decision {
    let fires = |notice: &Notice| notice.status() == Status::Firing && !is_silenced(notice);
    let paged: Vec<i64> = open
        .iter()
        .filter(|open| open.notice.severity == Severity::Page && fires(&open.notice))
        .map(|open| open.notice.objective)
        .collect();
    let is_covered =
        |notice: &Notice| notice.severity == Severity::Ticket && paged.contains(&notice.objective);
    let mut decision = Decision::default();
    for Open { notice, told } in open {
        match (told, notice.status()) {
            (Told::Nothing, Status::Firing) if fires(notice) && !is_covered(notice) => {
                decision.changes.push(notice.clone());
                decision.told.push((notice.episode, Told::Firing));
            }
            (Told::Firing, Status::Firing) => decision.still_firing.push(notice.clone()),
            (Told::Firing, Status::Resolved) => {
                decision.changes.push(notice.clone());
                decision.told.push((notice.episode, Told::Settled));
            }
            // It came and went without anybody.
            (Told::Nothing, Status::Resolved) => {
                decision.told.push((notice.episode, Told::Settled));
            }
            (Told::Nothing, Status::Firing) | (Told::Settled, _) => {}
        }
    }
    decision
}

#[cfg(test)]
mod tests {
    use super::super::example;
    use super::*;

    fn open(episode: i64, severity: Severity, resolved: bool, told: Told) -> Open {
        Open {
            notice: Notice {
                objective: 1,
                severity,
                ..example::notice(episode, resolved.then_some(9))
            },
            told,
        }
    }

    fn episodes(notices: &[Notice]) -> Vec<i64> {
        notices.iter().map(|notice| notice.episode).collect()
    }

    #[test]
    fn every_change_is_told_once() {
        use Severity::Page;
        let alerts = [
            open(1, Page, false, Told::Nothing),
            open(2, Page, false, Told::Firing),
            open(3, Page, true, Told::Firing),
            open(4, Page, true, Told::Nothing),
            open(5, Page, true, Told::Settled),
        ];
        let decision = decide(&alerts, |_| false);
        assert_eq!(episodes(&decision.changes), [1, 3]);
        assert_eq!(episodes(&decision.still_firing), [2]);
        assert_eq!(
            decision.told,
            [(1, Told::Firing), (3, Told::Settled), (4, Told::Settled)]
        );
    }

    #[test]
    fn a_page_stands_for_the_ticket() {
        let page = |resolved| open(1, Severity::Page, resolved, Told::Firing);
        let ticket = open(2, Severity::Ticket, false, Told::Nothing);
        let while_it_fires = decide(&[page(false), ticket.clone()], |_| false);
        assert!(while_it_fires.changes.is_empty());
        let afterwards = decide(&[page(true), ticket.clone()], |_| false);
        assert_eq!(episodes(&afterwards.changes), [1, 2]);
        let mut other = ticket;
        other.notice.objective = 2;
        let decision = decide(&[page(false), other], |_| false);
        assert_eq!(episodes(&decision.changes), [2]);
    }

    #[test]
    fn what_is_silenced_is_told_later() {
        let page = open(1, Severity::Page, false, Told::Nothing);
        let ticket = open(2, Severity::Ticket, false, Told::Nothing);
        let all = [page.clone(), ticket];
        assert_eq!(decide(&all, |_| true), Decision::default());
        let pages = |notice: &Notice| notice.severity == Severity::Page;
        assert_eq!(episodes(&decide(&all, pages).changes), [2]);
        assert_eq!(episodes(&decide(&[page], |_| false).changes), [1]);
        let resolved = open(3, Severity::Page, true, Told::Firing);
        assert_eq!(episodes(&decide(&[resolved], |_| true).changes), [3]);
    }
}
