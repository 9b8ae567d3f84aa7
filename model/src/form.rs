//! What people type into forms, and what is wrong with it.

use serde::{Deserialize, Serialize};

use crate::format;

/// What is wrong with a field, in words for the person who filled it in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError<F> {
    pub field: F,
    pub message: String,
}

/// Everything that is wrong with a form, in the order of its fields.
#[derive(Debug)]
pub(crate) struct Mistakes<F>(pub(crate) Vec<FieldError<F>>);

impl<F> Default for Mistakes<F> {
    fn default() -> Self {
        Self(vec![])
    }
}

impl<F> Mistakes<F> {
    pub(crate) fn add(&mut self, field: F, message: impl Into<String>) {
        let message = message.into();
        self.0.push(FieldError { field, message });
    }

    /// What was typed without the space around it; of so many characters at most.
    pub(crate) fn short(&mut self, field: F, text: &str, most: usize) -> String {
        let count = text.trim().chars().count();
        if count > most {
            self.add(
                field,
                format!(
                    "This has {}; shorten it to {most}",
                    format::counted(count, "character")
                ),
            );
        }
        text.trim().to_owned()
    }

    /// What was made of the form, if nothing is wrong.
    pub(crate) fn none_or<T>(self, made: T) -> Result<T, Vec<FieldError<F>>> {
        if self.0.is_empty() {
            Ok(made)
        } else {
            Err(self.0)
        }
    }
}
