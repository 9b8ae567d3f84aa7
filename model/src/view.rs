//! Saved views: pages with their query, kept under a name.
//!
//! What is saved is an address, so a relative time stays relative. It is that of one of our own
//! pages and nothing else: who opens a view is led nowhere that its name does not tell.

use std::fmt::Write;

use serde::{Deserialize, Serialize};

use crate::form::{self, Mistakes};
use crate::journey::Key;

/// Longest texts, in characters.
pub const MAX_NAME_CHARS: usize = 80;
pub const MAX_DESCRIPTION_CHARS: usize = 500;

/// Longest path with its query, in bytes: longer addresses do not pass every proxy.
pub const MAX_PATH_BYTES: usize = 4_000;

/// The pages that can be saved: those with a filter bar.
pub const PAGES: [&str; 7] = [
    "/",
    "/compare",
    "/explore",
    "/journeys",
    "/regions",
    "/traces",
    "/traces/live",
];

/// What stands before the key of a journey in the address of its page, which can be saved too.
const OF_JOURNEY: &str = "/journeys/";

/// A view that somebody has saved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct View {
    pub id: i64,
    pub definition: Definition,
    /// Counts the changes: who changes it says which version they have seen.
    pub version: i32,
    pub updated_nanos: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definition {
    pub name: String,
    /// May be empty.
    pub description: String,
    /// As [`own_page`] writes it.
    pub path: String,
}

/// Every field as text, as a form sends it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Draft {
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub path: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Field {
    Name,
    Description,
    Path,
}

pub type FieldError = form::FieldError<Field>;

impl Field {
    /// Its name in forms.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Description => "description",
            Self::Path => "path",
        }
    }
}

impl From<&Definition> for Draft {
    fn from(definition: &Definition) -> Self {
        Self {
            name: definition.name.clone(),
            description: definition.description.clone(),
            path: definition.path.clone(),
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
        if self.name.trim().is_empty() {
            mistakes.add(
                Field::Name,
                "Give it a name, such as Slow payments in Europe",
            );
        }
        let name = mistakes.short(Field::Name, &self.name, MAX_NAME_CHARS);
        let description =
            mistakes.short(Field::Description, &self.description, MAX_DESCRIPTION_CHARS);
        let path = own_page(&self.path).unwrap_or_default();
        if path.is_empty() {
            mistakes.add(
                Field::Path,
                "This is not the address of a page that can be saved; write one such as \
                 /traces?q=status:error",
            );
        } else if path.len() > MAX_PATH_BYTES {
            mistakes.add(
                Field::Path,
                format!(
                    "This has {} bytes; {MAX_PATH_BYTES} are kept. Shorten the filter",
                    path.len()
                ),
            );
        }
        mistakes.none_or(Definition {
            name,
            description,
            path,
        })
    }
}

/// The address of one of our own pages that can be saved, with its query, fit for a header; none
/// when it is anything else. Without scheme and host, and with a path that is known, it can lead
/// nowhere else, nor to a view again.
#[must_use]
pub fn own_page(address: &str) -> Option<String> {
    let address = address.trim();
    let path = address.split('?').next().unwrap_or_default();
    let key = path.strip_prefix(OF_JOURNEY);
    let is_journey = key.is_some_and(|key| !key.contains('/') && key.parse::<Key>().is_ok());
    (is_journey || PAGES.contains(&path)).then(|| encoded(address))
}

/// Percent-encodes what may not stand in an address (RFC 3986, section 2), and the sign that would
/// begin a fragment. What is encoded already stays so.
fn encoded(address: &str) -> String {
    let mut text = String::with_capacity(address.len());
    for byte in address.bytes() {
        let stays = byte.is_ascii_graphic() && !b"\"#<>\\^`{|}".contains(&byte);
        if stays {
            text.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            write!(text, "%{byte:02X}").ok();
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(path: &str) -> Draft {
        Draft {
            name: " Errors ".into(),
            description: String::new(),
            path: path.into(),
        }
    }

    fn mistakes(draft: &Draft) -> Vec<Field> {
        let errors = draft.check().expect_err("something is wrong");
        errors.into_iter().map(|error| error.field).collect()
    }

    #[test]
    fn pages_of_ours_can_be_saved() {
        for path in [
            "/",
            "/?q=os:iOS",
            "/traces?q=status:error%20duration%3E500ms&from=now-1h",
            "/explore",
            "/compare?b_q=release:2",
            "/regions?order=name",
            "/journeys",
            "/journeys/7?vs=week",
            "/journeys/label:a%2Fb",
            "/traces/live?q=a",
        ] {
            let definition = draft(path).check().expect(path);
            assert_eq!(definition.path, path);
            assert_eq!(definition.name, "Errors");
        }
        let typed = own_page(" /traces?q=a b:\"é\"#x ");
        assert_eq!(typed.as_deref(), Some("/traces?q=a%20b:%22%C3%A9%22%23x"));
    }

    #[test]
    fn nothing_else_can() {
        for path in [
            "",
            "traces",
            "//evil.example",
            "//evil.example/traces",
            "/\\evil.example",
            "\\\\evil.example",
            "https://evil.example/traces",
            "javascript:alert(1)",
            "/views/1",
            "/views",
            "/traces/../views/1",
            "/traces/4bf92f3577b34da6a3ce929d0e0e4736",
            "/traces#x",
            "/traces/live/rows",
            "/%2Fevil.example",
            "/\t/evil.example",
            "/api/v1/traces",
            "/fn/delete_view",
            "/journeys/new",
            "/journeys/1/edit",
            "/journeys/label:x/../../views/1",
        ] {
            assert_eq!(own_page(path), None, "{path}");
            assert_eq!(mistakes(&draft(path)), [Field::Path], "{path}");
        }
        // Whatever it is, it is one line of a header.
        let odd = own_page("/journeys/label:\r\nSet-Cookie: a").expect("an address");
        assert_eq!(odd, "/journeys/label:%0D%0ASet-Cookie:%20a");
    }

    #[test]
    fn every_mistake_is_told_at_its_field() {
        let long = Draft {
            name: String::new(),
            description: "x".repeat(MAX_DESCRIPTION_CHARS + 1),
            path: format!("/traces?q={}", "x".repeat(MAX_PATH_BYTES)),
        };
        let fields = [Field::Name, Field::Description, Field::Path];
        assert_eq!(mistakes(&long), fields);
        let name = "é".repeat(MAX_NAME_CHARS + 1);
        let long = Draft {
            name,
            ..draft("/traces")
        };
        assert_eq!(mistakes(&long), [Field::Name]);
    }
}
