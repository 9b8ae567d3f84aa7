//! A journey as people type it into a form, and what is wrong with it.

use serde::{Deserialize, Serialize};

use super::{Budget, Definition, Pattern, Requests, Root};
use crate::form::{self, Mistakes};
use crate::format;

/// Longest texts, in characters.
pub const MAX_NAME_CHARS: usize = 80;
pub const MAX_DESCRIPTION_CHARS: usize = 2_000;

/// Longest pattern, in bytes: as long as a label.
const MAX_PATTERN_BYTES: usize = crate::rollup::MAX_LABEL_BYTES;

/// Most lines of roots, and of steps.
pub const MAX_ROOTS: usize = 20;
pub const MAX_STEPS: usize = 30;

/// Between an operation and the service that it is limited to.
const AT_SERVICE: &str = " @ ";

/// Every field as text, as a form sends it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Draft {
    pub name: String,
    pub owner: String,
    pub description: String,
    /// Value of the journey's attribute.
    pub label: String,
    /// One a line.
    pub roots: String,
    /// One a line.
    pub steps: String,
    pub total: String,
    pub device: String,
    pub network: String,
    pub backend: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Field {
    Name,
    Owner,
    Description,
    Label,
    Roots,
    Steps,
    Total,
    Device,
    Network,
    Backend,
}

pub type FieldError = form::FieldError<Field>;

impl Field {
    /// Its name in forms.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Owner => "owner",
            Self::Description => "description",
            Self::Label => "label",
            Self::Roots => "roots",
            Self::Steps => "steps",
            Self::Total => "total",
            Self::Device => "device",
            Self::Network => "network",
            Self::Backend => "backend",
        }
    }
}

impl From<&Definition> for Draft {
    fn from(definition: &Definition) -> Self {
        let (label, roots) = match &definition.requests {
            Requests::Labelled(label) => (label.clone(), String::new()),
            Requests::Roots(roots) => {
                let lines: Vec<String> = roots.iter().map(root_line).collect();
                (String::new(), lines.join("\n"))
            }
        };
        let steps: Vec<&str> = definition
            .steps
            .iter()
            .map(|step| step.0.as_str())
            .collect();
        let typed = |nanos: Option<i64>| nanos.map(format::typed_duration).unwrap_or_default();
        Self {
            name: definition.name.clone(),
            owner: definition.owner.clone(),
            description: definition.description.clone(),
            label,
            roots,
            steps: steps.join("\n"),
            total: typed(definition.budget.total_nanos),
            device: typed(definition.budget.device_nanos),
            network: typed(definition.budget.network_nanos),
            backend: typed(definition.budget.backend_nanos),
        }
    }
}

impl Draft {
    /// What was typed as a definition.
    ///
    /// # Errors
    /// Everything that is wrong, in the order of the form.
    pub fn check(&self) -> Result<Definition, Vec<FieldError>> {
        let mut mistakes = Mistakes::default();
        let definition = Definition {
            name: mistakes.name(&self.name),
            owner: mistakes.short(Field::Owner, &self.owner, MAX_NAME_CHARS),
            description: mistakes.short(
                Field::Description,
                &self.description,
                MAX_DESCRIPTION_CHARS,
            ),
            requests: mistakes.requests(&self.label, &self.roots),
            steps: mistakes.steps(&self.steps),
            budget: mistakes.budget(self),
        };
        mistakes.none_or(definition)
    }
}

impl Mistakes<Field> {
    fn name(&mut self, text: &str) -> String {
        if text.trim().is_empty() {
            self.add(Field::Name, "Give it a name, such as Checkout");
        }
        self.short(Field::Name, text, MAX_NAME_CHARS)
    }

    fn requests(&mut self, label: &str, roots: &str) -> Requests {
        let label = label.trim();
        let lines = lines(roots);
        match (label.is_empty(), lines.is_empty()) {
            (true, true) => self.add(
                Field::Label,
                "Say which requests belong to it: by the journey attribute, or by root operations",
            ),
            (false, false) => self.add(
                Field::Roots,
                "Either the journey attribute or root operations, not both: leave one of them empty",
            ),
            _ => {}
        }
        if label.len() > MAX_PATTERN_BYTES {
            self.add(
                Field::Label,
                format!("Labels are cut after {MAX_PATTERN_BYTES} bytes; shorten it"),
            );
        }
        if lines.is_empty() {
            return Requests::Labelled(label.to_owned());
        }
        self.lines(Field::Roots, &lines, MAX_ROOTS);
        let roots = lines.iter().map(|line| {
            let (operation, service) = match line.rsplit_once(AT_SERVICE) {
                Some((operation, service)) => (operation, Some(service.trim().to_owned())),
                None => (*line, None),
            };
            Root {
                service: service.filter(|service| !service.is_empty()),
                operation: Pattern(operation.trim().to_owned()),
            }
        });
        Requests::Roots(roots.collect())
    }

    fn steps(&mut self, text: &str) -> Vec<Pattern> {
        let lines = lines(text);
        self.lines(Field::Steps, &lines, MAX_STEPS);
        let patterns = lines.iter().map(|line| Pattern((*line).to_owned()));
        patterns.collect()
    }

    fn lines(&mut self, field: Field, lines: &[&str], most: usize) {
        if lines.len() > most {
            self.add(
                field,
                format!(
                    "These are {}; there may be {most}",
                    format::counted(lines.len(), "line")
                ),
            );
        }
        let long = lines.iter().position(|line| line.len() > MAX_PATTERN_BYTES);
        if let Some(place) = long {
            self.add(
                field,
                format!(
                    "Line {} is longer than the {MAX_PATTERN_BYTES} bytes that are kept of a name",
                    place + 1
                ),
            );
        }
    }

    fn budget(&mut self, draft: &Draft) -> Budget {
        let before = self.0.len();
        let budget = Budget {
            total_nanos: self.duration(Field::Total, &draft.total),
            device_nanos: self.duration(Field::Device, &draft.device),
            network_nanos: self.duration(Field::Network, &draft.network),
            backend_nanos: self.duration(Field::Backend, &draft.backend),
        };
        let parts = [
            budget.device_nanos,
            budget.network_nanos,
            budget.backend_nanos,
        ];
        let together = parts.into_iter().flatten().fold(0, i64::saturating_add);
        if let Some(total) = budget.total_nanos
            && self.0.len() == before
            && together > total
        {
            self.add(
                Field::Total,
                format!(
                    "Device, network and backend together have {}, which is more than this",
                    format::duration(together)
                ),
            );
        }
        budget
    }

    fn duration(&mut self, field: Field, text: &str) -> Option<i64> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let nanos = format::parse_duration(text).filter(|nanos| *nanos > 0);
        if nanos.is_none() {
            self.add(field, "Write a duration such as 800ms or 1.5s");
        }
        nanos
    }
}

fn root_line(root: &Root) -> String {
    match &root.service {
        Some(service) => format!("{}{AT_SERVICE}{service}", root.operation.0),
        None => root.operation.0.clone(),
    }
}

/// Those that have something in them.
fn lines(text: &str) -> Vec<&str> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::tests::roots;
    use super::*;

    fn draft() -> Draft {
        Draft {
            name: " Checkout ".into(),
            owner: "Payments".into(),
            roots: "*POST /pay @ shop-ios\n\n GET /cart* \n".into(),
            steps: "POST /charge\nSELECT *".into(),
            total: "1.5s".into(),
            backend: "800 ms".into(),
            ..Draft::default()
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
        assert_eq!(definition.name, "Checkout");
        let expected = roots(&[("shop-ios", "*POST /pay"), ("", "GET /cart*")]);
        assert_eq!(definition.requests, expected);
        assert_eq!(definition.steps.len(), 2);
        assert_eq!(definition.budget.total_nanos, Some(1_500_000_000));
        assert_eq!(definition.budget.device_nanos, None);
        let again = Draft::from(&definition);
        assert_eq!(
            (again.total.as_str(), again.backend.as_str()),
            ("1500ms", "800ms")
        );
        assert_eq!(again.check(), Ok(definition));
        let labelled = Draft {
            roots: String::new(),
            label: "checkout".into(),
            ..draft()
        };
        let definition = labelled.check().expect("all is well");
        assert_eq!(definition.requests, Requests::Labelled("checkout".into()));
        assert_eq!(Draft::from(&definition).label, "checkout");
    }

    #[test]
    fn every_mistake_is_told_at_its_field() {
        let empty = mistakes(&Draft::default());
        let fields: Vec<&str> = empty.iter().map(|(field, _)| *field).collect();
        assert_eq!(fields, ["name", "label"]);
        let wrong = Draft {
            owner: "x".repeat(81),
            label: "checkout".into(),
            steps: "x".repeat(257),
            total: "soon".into(),
            device: "0s".into(),
            ..draft()
        };
        let wrong = mistakes(&wrong);
        let fields: Vec<&str> = wrong.iter().map(|(field, _)| *field).collect();
        assert_eq!(fields, ["owner", "roots", "steps", "total", "device"]);
        let message = &wrong[3].1;
        assert_eq!(message, "Write a duration such as 800ms or 1.5s");
    }

    #[test]
    fn parts_of_a_budget_fit_into_the_whole() {
        let tight = Draft {
            device: "400ms".into(),
            network: "400ms".into(),
            ..draft()
        };
        let found = mistakes(&tight);
        let expected =
            "Device, network and backend together have 1.6 s, which is more than this".to_owned();
        assert_eq!(found, [("total", expected)]);
        let lines = Draft {
            steps: "a\n".repeat(MAX_STEPS + 1),
            ..draft()
        };
        let expected = "These are 31 lines; there may be 30".to_owned();
        assert_eq!(mistakes(&lines), [("steps", expected)]);
    }
}
