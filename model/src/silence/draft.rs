//! A silence as people type it into a form.

use serde::{Deserialize, Serialize};

use super::schedule::{USUAL_NANOS, clock, is_length, parse_clock};
use super::{
    Definition, MAX_AUTHOR_CHARS, MAX_ONCE_NANOS, MAX_REASON_CHARS, MAX_WEEKLY_NANOS, Schedule,
    WEEKDAYS,
};
use crate::form::{self, Mistakes};
use crate::format;
use crate::objective::burn::Severity;
use crate::time::Moment;

/// Every field as text, as a form or the API sends it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Draft {
    /// Its number; empty for all.
    pub objective: String,
    /// Empty for all.
    pub severity: String,
    /// `once` or `weekly`.
    pub repeat: String,
    /// A moment, UTC; empty for now.
    pub from: String,
    /// A moment, or how long it lasts.
    pub until: String,
    pub weekday: String,
    /// Time of day, UTC.
    pub start: String,
    pub duration: String,
    pub author: String,
    pub reason: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Field {
    Objective,
    Severity,
    Repeat,
    From,
    Until,
    Weekday,
    Start,
    Duration,
    Author,
    Reason,
}

pub type FieldError = form::FieldError<Field>;

impl Field {
    /// Its name in forms.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Objective => "objective",
            Self::Severity => "severity",
            Self::Repeat => "repeat",
            Self::From => "from",
            Self::Until => "until",
            Self::Weekday => "weekday",
            Self::Start => "start",
            Self::Duration => "duration",
            Self::Author => "author",
            Self::Reason => "reason",
        }
    }
}

const SECOND_NANOS: i64 = 1_000_000_000;

pub(super) const ONCE: &str = "once";
pub(super) const WEEKLY: &str = "weekly";

impl From<&Definition> for Draft {
    fn from(definition: &Definition) -> Self {
        let own = Self {
            objective: definition
                .objective
                .map_or(String::new(), |id| id.to_string()),
            severity: definition.severity.map_or("", Severity::name).to_owned(),
            author: definition.author.clone(),
            reason: definition.reason.clone(),
            ..Self::usual()
        };
        match definition.schedule {
            Schedule::Once {
                from_nanos,
                until_nanos,
            } => Self {
                from: Moment::At(from_nanos).to_string(),
                until: Moment::At(until_nanos).to_string(),
                ..own
            },
            Schedule::Weekly {
                weekday,
                start_minute,
                duration_nanos,
            } => Self {
                repeat: WEEKLY.to_owned(),
                weekday: WEEKDAYS
                    .get(usize::from(weekday))
                    .map_or(String::new(), |day| (*day).to_owned()),
                start: clock(start_minute),
                duration: format::typed_duration(duration_nanos),
                ..own
            },
        }
    }
}

impl Draft {
    /// What stands in the form of a new silence.
    #[must_use]
    pub fn usual() -> Self {
        Self {
            repeat: ONCE.to_owned(),
            until: format::typed_duration(USUAL_NANOS),
            weekday: WEEKDAYS[0].to_owned(),
            start: "02:00".to_owned(),
            duration: format::typed_duration(USUAL_NANOS),
            ..Self::default()
        }
    }

    /// What was typed as a definition. What is relative counts from `now_nanos`.
    ///
    /// # Errors
    /// Everything that is wrong, in the order of the form.
    pub fn check(&self, now_nanos: i64) -> Result<Definition, Vec<FieldError>> {
        let mut mistakes = Mistakes::default();
        let objective = mistakes.objective(&self.objective);
        let severity = mistakes.severity(&self.severity);
        let schedule = match self.repeat.trim() {
            ONCE | "" => mistakes.once(self, now_nanos),
            WEEKLY => mistakes.weekly(self),
            _ => {
                mistakes.add(Field::Repeat, "Choose once or weekly");
                None
            }
        };
        if self.author.trim().is_empty() {
            mistakes.add(Field::Author, "Write who sets it");
        }
        let author = mistakes.line(Field::Author, &self.author, MAX_AUTHOR_CHARS);
        if self.reason.trim().is_empty() {
            mistakes.add(Field::Reason, "Write why, for those who wonder");
        }
        let reason = mistakes.line(Field::Reason, &self.reason, MAX_REASON_CHARS);
        let Some(schedule) = schedule else {
            return Err(mistakes.0);
        };
        mistakes.none_or(Definition {
            objective,
            severity,
            schedule,
            author,
            reason,
        })
    }
}

impl Mistakes<Field> {
    fn objective(&mut self, text: &str) -> Option<i64> {
        let text = text.trim();
        let number = text.parse().ok();
        if number.is_none() && !text.is_empty() {
            self.add(Field::Objective, "Choose an objective, or all");
        }
        number
    }

    fn severity(&mut self, text: &str) -> Option<Severity> {
        let text = text.trim();
        let found = Severity::ALL.into_iter().find(|own| own.name() == text);
        if found.is_none() && !text.is_empty() {
            self.add(Field::Severity, "Choose page, ticket, or both");
        }
        found
    }

    fn once(&mut self, draft: &Draft, now_nanos: i64) -> Option<Schedule> {
        let from = match draft.from.trim() {
            "" => Ok(Moment::At(now_nanos)),
            text => text.parse::<Moment>(),
        };
        let from_nanos = from.ok().map(|moment| moment.nanos(now_nanos));
        // Whole seconds: now has more digits than anybody wants to read.
        let from_nanos = from_nanos.map(|nanos| nanos - nanos.rem_euclid(SECOND_NANOS));
        if from_nanos.is_none() {
            self.add(
                Field::From,
                "Write a time (UTC) such as 2026-01-31 12:00, or leave it empty for now",
            );
        }
        let until = draft.until.trim();
        let until_nanos = match format::parse_duration(until) {
            Some(length) => from_nanos.and_then(|from| from.checked_add(length)),
            None => until
                .parse::<Moment>()
                .ok()
                .map(|moment| moment.nanos(now_nanos)),
        };
        let from_nanos = from_nanos?;
        let until_nanos = until_nanos.filter(|until_nanos| {
            let length = until_nanos.checked_sub(from_nanos);
            length.is_some_and(|length| is_length(length, MAX_ONCE_NANOS))
        });
        if until_nanos.is_none() {
            self.add(
                Field::Until,
                "Write how long, such as 2h, or a later time (UTC) such as 2026-01-31 14:00; a \
                 year at most",
            );
        }
        Some(Schedule::Once {
            from_nanos,
            until_nanos: until_nanos?,
        })
    }

    fn weekly(&mut self, draft: &Draft) -> Option<Schedule> {
        let typed = draft.weekday.trim();
        let weekday = WEEKDAYS
            .iter()
            .position(|day| day.eq_ignore_ascii_case(typed));
        if weekday.is_none() {
            self.add(Field::Weekday, "Choose a day of the week");
        }
        let start_minute = parse_clock(&draft.start);
        if start_minute.is_none() {
            self.add(Field::Start, "Write a time of day (UTC) such as 02:00");
        }
        let duration_nanos = format::parse_duration(draft.duration.trim());
        let duration_nanos = duration_nanos.filter(|nanos| is_length(*nanos, MAX_WEEKLY_NANOS));
        if duration_nanos.is_none() {
            self.add(
                Field::Duration,
                "Write how long, such as 2h; a minute at least and six days at most",
            );
        }
        Some(Schedule::Weekly {
            weekday: u8::try_from(weekday?).ok()?,
            start_minute: start_minute?,
            duration_nanos: duration_nanos?,
        })
    }

    /// In one line that can be kept.
    fn line(&mut self, field: Field, text: &str, most: usize) -> String {
        if text.contains('\0') {
            self.add(
                field,
                "Leave out the character U+0000, which cannot be kept",
            );
        }
        self.short(field, text, most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::{DAY_NANOS, HOUR_NANOS};

    const NOW: i64 = 1_772_452_800_000_000_000; // 2026-03-02T12:00:00Z

    fn draft(repeat: &str) -> Draft {
        Draft {
            repeat: repeat.into(),
            author: " Ada ".into(),
            reason: "Upgrade".into(),
            ..Draft::usual()
        }
    }

    fn wrong(draft: &Draft) -> Vec<Field> {
        let mistakes = draft.check(NOW).expect_err("something is wrong");
        mistakes.into_iter().map(|mistake| mistake.field).collect()
    }

    #[test]
    fn what_is_typed_comes_back_the_same() {
        let usual = draft(ONCE).check(NOW).expect("a silence");
        assert_eq!(
            usual.schedule,
            Schedule::Once {
                from_nanos: NOW,
                until_nanos: NOW + 2 * HOUR_NANOS
            }
        );
        assert_eq!((usual.objective, &*usual.author), (None, "Ada"));
        let named = Draft {
            objective: "7".into(),
            severity: "page".into(),
            from: "2026-03-03 10:00".into(),
            until: "2026-03-04".into(),
            ..draft(ONCE)
        };
        let named = named.check(NOW).expect("a silence");
        assert_eq!(named.schedule.ends_nanos(), Some(NOW + 36 * HOUR_NANOS));
        let weekly = draft(WEEKLY).check(NOW).expect("a window");
        for definition in [usual, named, weekly] {
            assert_eq!(Draft::from(&definition).check(0), Ok(definition));
        }
    }

    #[test]
    fn every_mistake_is_told_at_its_field() {
        let with = |change: &dyn Fn(&mut Draft)| {
            let mut draft = draft(ONCE);
            change(&mut draft);
            wrong(&draft)
        };
        assert_eq!(with(&|draft| draft.until = "1s".into()), [Field::Until]);
        assert_eq!(with(&|draft| draft.until = "now".into()), [Field::Until]);
        assert_eq!(with(&|draft| draft.until = "400d".into()), [Field::Until]);
        assert_eq!(with(&|draft| draft.from = "soon".into()), [Field::From]);
        assert_eq!(
            with(&|draft| draft.objective = "x".into()),
            [Field::Objective]
        );
        assert_eq!(
            with(&|draft| draft.severity = "x".into()),
            [Field::Severity]
        );
        assert_eq!(with(&|draft| draft.repeat = "x".into()), [Field::Repeat]);
        let nobody = Draft {
            author: " ".into(),
            reason: "x".repeat(MAX_REASON_CHARS + 1),
            weekday: "Someday".into(),
            start: "25:00".into(),
            duration: format::typed_duration(7 * DAY_NANOS),
            ..draft(WEEKLY)
        };
        assert_eq!(
            wrong(&nobody),
            [
                Field::Weekday,
                Field::Start,
                Field::Duration,
                Field::Author,
                Field::Reason
            ]
        );
    }
}
