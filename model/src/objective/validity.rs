//! What is wrong with an objective that its types do not rule out.

use super::burn::MAX_RULES;
use super::draft::{Draft, Field, FieldError};
use super::{Alerting, Definition, Indicator, MAX_PENDING_NANOS};
use crate::filter::{self, Filter};
use crate::form::Mistakes;
use crate::format;
use crate::rollup::{Family, LabelFilter, MAX_LABEL_BYTES};
use crate::time::DAY_NANOS;

/// Longest texts, in characters.
pub const MAX_NAME_CHARS: usize = 80;
pub const MAX_DESCRIPTION_CHARS: usize = 2_000;

/// Longest address of a runbook, in bytes.
pub const MAX_RUNBOOK_BYTES: usize = 2_000;

/// Fewest that must have been bad, at most.
const MOST_LEAST_BAD: u32 = 1_000_000;

/// Longest threshold, in nanoseconds: nobody waits a day.
const MAX_THRESHOLD_NANOS: i64 = DAY_NANOS;

/// What is wrong with what somebody says of a change.
#[must_use]
pub fn change_mistakes(author: &str, reason: &str) -> Vec<FieldError> {
    let mut mistakes = Mistakes::default();
    mistakes.text(Field::Author, author, MAX_NAME_CHARS);
    mistakes.text(Field::Reason, reason, MAX_DESCRIPTION_CHARS);
    mistakes.0
}

pub(super) const NO_THRESHOLD: &str = "Write a duration such as 800ms or 1.5s, a day at most";
pub(super) const NO_LEAST_BAD: &str = "Write a whole number, 1000000 at most";
pub(super) const NO_PENDING: &str = "Write a duration such as 2m, a day at most, or leave it empty";

impl Definition {
    /// Without the space around its texts.
    #[must_use]
    pub fn trimmed(mut self) -> Self {
        for text in [
            &mut self.name,
            &mut self.owner,
            &mut self.description,
            &mut self.runbook,
            &mut self.filter,
        ] {
            *text = text.trim().to_owned();
        }
        self
    }

    /// What is wrong with it that its types do not rule out.
    #[must_use]
    pub fn mistakes(&self) -> Vec<FieldError> {
        let mut mistakes = Mistakes::default();
        mistakes.texts(&Draft::from(self));
        mistakes.filter(&self.filter, self.over.family());
        if let Indicator::Latency { threshold_nanos } = self.indicator
            && !(1..=MAX_THRESHOLD_NANOS).contains(&threshold_nanos)
        {
            mistakes.add(Field::Threshold, NO_THRESHOLD);
        }
        let Alerting {
            rules,
            least_bad,
            pending_nanos,
        } = &self.alerting;
        if rules.len() > MAX_RULES {
            mistakes.add(
                Field::Rules,
                format!(
                    "These are {}; there may be {MAX_RULES}",
                    format::counted(rules.len(), "rule")
                ),
            );
        }
        if let Some(error) = rules.iter().find_map(|rule| rule.check().err()) {
            mistakes.add(Field::Rules, capital(&error.to_string()));
        }
        if *least_bad > MOST_LEAST_BAD {
            mistakes.add(Field::LeastBad, NO_LEAST_BAD);
        }
        if !(0..=MAX_PENDING_NANOS).contains(pending_nanos) {
            mistakes.add(Field::Pending, NO_PENDING);
        }
        mistakes.0
    }

    /// The filter as rollups are asked; none where it is damaged.
    #[must_use]
    pub fn label_filter(&self) -> Option<LabelFilter> {
        let filter: Filter = self.filter.parse().ok()?;
        LabelFilter::of(&filter, self.over.family()).ok()
    }
}

impl Mistakes<Field> {
    pub(super) fn texts(&mut self, draft: &Draft) {
        if draft.name.trim().is_empty() {
            self.add(Field::Name, "Give it a name, such as Checkout under 1.5 s");
        }
        self.text(Field::Name, &draft.name, MAX_NAME_CHARS);
        self.text(Field::Owner, &draft.owner, MAX_NAME_CHARS);
        self.text(
            Field::Description,
            &draft.description,
            MAX_DESCRIPTION_CHARS,
        );
        self.text(Field::Runbook, &draft.runbook, MAX_RUNBOOK_BYTES);
        self.text(Field::Journey, &draft.journey, MAX_LABEL_BYTES);
        self.text(Field::Filter, &draft.filter, filter::MAX_LENGTH);
        let runbook = draft.runbook.trim();
        let is_address = runbook.starts_with("https://") || runbook.starts_with("http://");
        if !runbook.is_empty() && (!is_address || runbook.len() > MAX_RUNBOOK_BYTES) {
            self.add(
                Field::Runbook,
                format!(
                    "Write an address that begins with https:// and has at most \
                     {MAX_RUNBOOK_BYTES} bytes"
                ),
            );
        }
    }

    /// Of so many characters at most, all of which can be kept.
    fn text(&mut self, field: Field, text: &str, most: usize) {
        self.short(field, text, most);
        if text.contains('\0') {
            self.add(
                field,
                "Leave out the character U+0000, which cannot be kept",
            );
        }
    }

    fn filter(&mut self, text: &str, family: Family) {
        let filter = match text.parse::<Filter>() {
            Ok(filter) => filter,
            Err(filter::FilterError { message, hint, .. }) => {
                self.add(Field::Filter, format!("{}. {hint}", capital(&message)));
                return;
            }
        };
        if let Err(term) = LabelFilter::of(&filter, family) {
            let labels = family.labels().join(", ");
            self.add(
                Field::Filter,
                format!(
                    "{} are not counted by {term}; they are by {labels}",
                    capital(family.name())
                ),
            );
        }
    }
}

fn capital(text: &str) -> String {
    let mut signs = text.chars();
    let first = signs.next().map(|first| first.to_uppercase().to_string());
    first.unwrap_or_default() + signs.as_str()
}
