//! An objective as people type it into a form, and what is wrong with it.

use serde::{Deserialize, Serialize};

use super::burn::BurnRule;
use super::validity::{NO_LEAST_BAD, NO_PENDING, NO_THRESHOLD, change_mistakes};
use super::{Alerting, Definition, Indicator, Over, Target, Window};
use crate::form::{self, Mistakes};
use crate::format;

/// Every field as text, as a form sends it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Draft {
    pub name: String,
    pub owner: String,
    pub description: String,
    pub runbook: String,
    /// [`Over::name`].
    pub over: String,
    /// The key of a journey.
    pub journey: String,
    pub filter: String,
    /// `latency` or `availability`.
    pub indicator: String,
    pub threshold: String,
    /// In percent.
    pub target: String,
    pub window: String,
    /// One a line.
    pub rules: String,
    pub least_bad: String,
    pub pending: String,
    /// Who makes the change, as they say.
    pub author: String,
    /// Why.
    pub reason: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Field {
    Name,
    Owner,
    Description,
    Runbook,
    Over,
    Journey,
    Filter,
    Indicator,
    Threshold,
    Target,
    Window,
    Rules,
    LeastBad,
    Pending,
    Author,
    Reason,
}

pub type FieldError = form::FieldError<Field>;

impl Field {
    pub const ALL: [Self; 16] = [
        Self::Name,
        Self::Owner,
        Self::Description,
        Self::Runbook,
        Self::Over,
        Self::Journey,
        Self::Filter,
        Self::Indicator,
        Self::Threshold,
        Self::Target,
        Self::Window,
        Self::Rules,
        Self::LeastBad,
        Self::Pending,
        Self::Author,
        Self::Reason,
    ];

    /// Its name in forms.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Owner => "owner",
            Self::Description => "description",
            Self::Runbook => "runbook",
            Self::Over => "over",
            Self::Journey => "journey",
            Self::Filter => "filter",
            Self::Indicator => "indicator",
            Self::Threshold => "threshold",
            Self::Target => "target",
            Self::Window => "window",
            Self::Rules => "rules",
            Self::LeastBad => "least_bad",
            Self::Pending => "pending",
            Self::Author => "author",
            Self::Reason => "reason",
        }
    }
}

impl Draft {
    /// The text of a field.
    pub fn field_mut(&mut self, field: Field) -> &mut String {
        match field {
            Field::Name => &mut self.name,
            Field::Owner => &mut self.owner,
            Field::Description => &mut self.description,
            Field::Runbook => &mut self.runbook,
            Field::Over => &mut self.over,
            Field::Journey => &mut self.journey,
            Field::Filter => &mut self.filter,
            Field::Indicator => &mut self.indicator,
            Field::Threshold => &mut self.threshold,
            Field::Target => &mut self.target,
            Field::Window => &mut self.window,
            Field::Rules => &mut self.rules,
            Field::LeastBad => &mut self.least_bad,
            Field::Pending => &mut self.pending,
            Field::Author => &mut self.author,
            Field::Reason => &mut self.reason,
        }
    }

    /// What stands in the form of a new objective.
    #[must_use]
    pub fn usual() -> Self {
        let alerting = Alerting::default();
        Self {
            over: Over::Requests.name().to_owned(),
            indicator: "availability".to_owned(),
            target: "99.9".to_owned(),
            window: Window::Rolling { days: 28 }.to_string(),
            rules: rule_lines(&alerting),
            least_bad: alerting.least_bad.to_string(),
            ..Self::default()
        }
    }

    /// What was typed as a definition.
    ///
    /// # Errors
    /// Everything that is wrong, in the order of the form.
    pub fn check(&self) -> Result<Definition, Vec<FieldError>> {
        let mut mistakes = Mistakes::default();
        let (over, indicator) = (mistakes.over(self), mistakes.indicator(self));
        let target = Self::number(&self.target).and_then(Target::from_percent);
        if target.is_none() {
            mistakes.add(
                Field::Target,
                "Write a share in percent, more than 0 and less than 100, such as 99.9",
            );
        }
        let window = self.window.parse::<Window>();
        if let Err(error) = &window {
            mistakes.add(Field::Window, error.to_string());
        }
        let alerting = mistakes.alerting(self);
        mistakes
            .0
            .extend(change_mistakes(&self.author, &self.reason));
        let (Some(over), Some(indicator), Some(target), Ok(window), Some(alerting)) =
            (over, indicator, target, window, alerting)
        else {
            mistakes.texts(self);
            return Err(in_order(mistakes.0));
        };
        let definition = Definition {
            name: self.name.trim().to_owned(),
            owner: self.owner.trim().to_owned(),
            description: self.description.trim().to_owned(),
            runbook: self.runbook.trim().to_owned(),
            over,
            filter: self.filter.trim().to_owned(),
            indicator,
            target,
            window,
            alerting,
        };
        match definition.mistakes() {
            found if found.is_empty() && mistakes.0.is_empty() => Ok(definition),
            found => {
                mistakes.0.extend(found);
                Err(in_order(mistakes.0))
            }
        }
    }

    fn number(text: &str) -> Option<f64> {
        let text = text.trim().trim_end_matches('%').trim_end();
        text.parse().ok()
    }
}

fn in_order(mut mistakes: Vec<FieldError>) -> Vec<FieldError> {
    mistakes.sort_by_key(|mistake| mistake.field as u8);
    mistakes.dedup();
    mistakes
}

impl From<&Definition> for Draft {
    fn from(definition: &Definition) -> Self {
        let journey = match &definition.over {
            Over::Journey { journey } => journey.to_string(),
            Over::Requests | Over::Operations => String::new(),
        };
        let (indicator, threshold) = match definition.indicator {
            Indicator::Availability => ("availability", String::new()),
            Indicator::Latency { threshold_nanos } => {
                ("latency", format::typed_duration(threshold_nanos))
            }
        };
        let alerting = &definition.alerting;
        let pending = match alerting.pending_nanos {
            0 => String::new(),
            nanos => format::typed_duration(nanos),
        };
        Self {
            name: definition.name.clone(),
            owner: definition.owner.clone(),
            description: definition.description.clone(),
            runbook: definition.runbook.clone(),
            over: definition.over.name().to_owned(),
            journey,
            filter: definition.filter.clone(),
            indicator: indicator.to_owned(),
            threshold,
            target: definition.target.percent(),
            window: definition.window.to_string(),
            rules: rule_lines(alerting),
            least_bad: alerting.least_bad.to_string(),
            pending,
            ..Self::default()
        }
    }
}

fn rule_lines(alerting: &Alerting) -> String {
    let lines: Vec<String> = alerting.rules.iter().map(BurnRule::to_string).collect();
    lines.join("\n")
}

impl Mistakes<Field> {
    fn over(&mut self, draft: &Draft) -> Option<Over> {
        match draft.over.trim() {
            "requests" => Some(Over::Requests),
            "operations" => Some(Over::Operations),
            "journey" => match draft.journey.trim().parse() {
                Ok(journey) => Some(Over::Journey { journey }),
                Err(_no_key) => {
                    self.add(Field::Journey, "Choose the journey");
                    None
                }
            },
            _ => {
                self.add(Field::Over, "Choose requests, operations or a journey");
                None
            }
        }
    }

    fn indicator(&mut self, draft: &Draft) -> Option<Indicator> {
        match draft.indicator.trim() {
            "availability" => Some(Indicator::Availability),
            "latency" => {
                let threshold = format::parse_duration(draft.threshold.trim());
                let threshold = threshold.filter(|nanos| *nanos > 0);
                if threshold.is_none() {
                    self.add(Field::Threshold, NO_THRESHOLD);
                }
                threshold.map(|threshold_nanos| Indicator::Latency { threshold_nanos })
            }
            _ => {
                self.add(Field::Indicator, "Choose latency or availability");
                None
            }
        }
    }

    fn alerting(&mut self, draft: &Draft) -> Option<Alerting> {
        let before = self.0.len();
        let lines = draft.rules.lines().enumerate();
        let lines = lines.filter(|(_, line)| !line.trim().is_empty());
        let mut rules = Vec::new();
        for (place, line) in lines {
            match line.parse::<BurnRule>() {
                Ok(rule) => rules.push(rule),
                Err(error) => self.add(Field::Rules, format!("Line {}: {error}", place + 1)),
            }
        }
        let least_bad = match draft.least_bad.trim() {
            "" => Some(0),
            text => text.parse().ok(),
        };
        if least_bad.is_none() {
            self.add(Field::LeastBad, NO_LEAST_BAD);
        }
        let pending_nanos = match draft.pending.trim() {
            "" | "0" => Some(0),
            text => format::parse_duration(text),
        };
        if pending_nanos.is_none() {
            self.add(Field::Pending, NO_PENDING);
        }
        (self.0.len() == before).then_some(Alerting {
            rules,
            least_bad: least_bad?,
            pending_nanos: pending_nanos?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journey::Key;
    use crate::time::MINUTE_NANOS;

    fn draft() -> Draft {
        Draft {
            name: " Checkout under 1.5 s ".into(),
            owner: "Payments".into(),
            runbook: "https://wiki.example/checkout".into(),
            over: "journey".into(),
            journey: "7".into(),
            filter: "region:eu-west-1".into(),
            indicator: "latency".into(),
            threshold: "1.5s".into(),
            target: "99.5 %".into(),
            pending: "2m".into(),
            ..Draft::usual()
        }
    }

    fn mistakes(draft: &Draft) -> Vec<(&'static str, String)> {
        let errors = draft.check().expect_err("something is wrong");
        let errors = errors.into_iter();
        errors
            .map(|error| (error.field.key(), error.message))
            .collect()
    }

    #[test]
    fn what_is_typed_becomes_a_definition_and_back() {
        let definition = draft().check().expect("all is well");
        assert_eq!(definition.name, "Checkout under 1.5 s");
        let journey = Key::Defined(7);
        assert_eq!(definition.over, Over::Journey { journey });
        let threshold_nanos = 1_500_000_000;
        assert_eq!(definition.indicator, Indicator::Latency { threshold_nanos });
        assert_eq!(definition.target.percent(), "99.5");
        assert_eq!(definition.alerting.rules.len(), 4);
        assert_eq!(definition.alerting.pending_nanos, 2 * MINUTE_NANOS);
        assert_eq!(Draft::from(&definition).check(), Ok(definition.clone()));
        let json = serde_json::to_value(&definition).expect("JSON");
        assert_eq!(json["over"], "journey");
        assert_eq!(json["indicator"]["kind"], "latency");
        assert_eq!(
            (&json["target"], &json["window"]),
            (&0.995.into(), &"28d".into())
        );
        assert_eq!(
            serde_json::from_value::<Definition>(json).expect("itself"),
            definition
        );
    }

    #[test]
    fn every_mistake_is_told_at_its_field() {
        let wrong = Draft {
            name: String::new(),
            runbook: "javascript:alert(1)".into(),
            threshold: "soon".into(),
            target: "100".into(),
            window: "1y".into(),
            rules: "page 14.4 1h 5m\npage fast".into(),
            least_bad: "-1".into(),
            ..draft()
        };
        let found = mistakes(&wrong);
        let fields: Vec<&str> = found.iter().map(|(field, _)| *field).collect();
        let expected = [
            "name",
            "runbook",
            "threshold",
            "target",
            "window",
            "rules",
            "least_bad",
        ];
        assert_eq!(fields, expected);
        assert!(
            found[5]
                .1
                .starts_with("Line 2: \"page fast\" is not a rule"),
            "{found:?}"
        );
        let filter = |over: &str, filter: &str| {
            let wrong = Draft {
                over: over.into(),
                filter: filter.into(),
                ..draft()
            };
            mistakes(&wrong).remove(0)
        };
        let (field, message) = filter("operations", "region:eu-west-1");
        assert_eq!(field, "filter");
        assert!(message.contains("service, operation, kind"), "{message}");
        assert_eq!(filter("requests", "duration>").0, "filter");
        assert_eq!(
            mistakes(&Draft {
                journey: String::new(),
                ..draft()
            })[0]
                .0,
            "journey"
        );
    }
}
