//! What becomes of an attempt to write something that several people may change, as the API tells
//! it.

use model::form::FieldError;
use store::Written;

use super::error::ApiError;

/// Of the body of a request that writes something.
pub(super) const MAX_BODY_BYTES: usize = 64 << 10;

/// What is written, in words for whoever reads the answer.
pub(super) struct Kind {
    pub(super) noun: &'static str,
    /// Where all that there are can be read.
    pub(super) list: &'static str,
    /// How many there can be.
    pub(super) most: i64,
}

impl Kind {
    /// What was written, or why nothing was.
    pub(super) fn done<T>(
        &self,
        written: Written<T>,
        version: impl Fn(&T) -> i32,
    ) -> Result<T, ApiError> {
        let Self { noun, most, .. } = self;
        let (message, hint) = match written {
            Written::Done(value) => return Ok(value),
            Written::Gone => return Err(self.missing()),
            Written::NameTaken => (
                format!("Another {noun} has this name."),
                format!("Choose another name, or change that {noun}."),
            ),
            Written::Full => (
                format!("There are {most} {noun}s, which is the most there can be."),
                "Delete one first.".to_owned(),
            ),
            Written::Outdated(current) => (
                format!(
                    "Somebody else has changed this {noun}: it has version {}.",
                    version(&current)
                ),
                "Nothing was overwritten. Read it again, and send its version with your change."
                    .into(),
            ),
        };
        Err(ApiError::Conflict { message, hint })
    }

    pub(super) fn missing(&self) -> ApiError {
        let Self { noun, list, .. } = self;
        ApiError::NotFound {
            message: format!("There is no such {noun}."),
            hint: format!("GET {list} has those that there are."),
        }
    }

    pub(super) fn number(&self, id: &str) -> Result<i64, ApiError> {
        id.parse().map_err(|_not_a_number| self.missing())
    }
}

/// Everything that is wrong with what somebody wants to write.
pub(super) fn mistaken<F: Copy>(
    mistakes: &[FieldError<F>],
    key: impl Fn(F) -> &'static str,
) -> ApiError {
    let words = |mistake: &FieldError<F>| format!("{}: {}.", key(mistake.field), mistake.message);
    let words: Vec<String> = mistakes.iter().map(words).collect();
    ApiError::BadRequest {
        message: "Nothing was saved.".into(),
        hint: words.join(" "),
    }
}
