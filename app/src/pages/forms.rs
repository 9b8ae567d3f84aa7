//! Forms that write something several people may change. They need no scripts: a refusal comes
//! back in the address of the form, with what was typed.

use std::fmt;

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::server_fn::codec::JsonEncoding;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr, ServerFnUrlError};
use model::form::FieldError;
use model::format;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use store::Written;

use crate::error::AppError;

/// Why something was not written. Nothing was changed; it comes back to the form, which is another
/// page now, in its address. Anybody can write an address, so it has no words in it but what was
/// typed: what the form says of that is made there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Refusal<D> {
    pub(super) reason: Reason,
    /// The version that was seen; none where it is something new.
    pub(super) version: Option<i32>,
    pub(super) draft: Box<D>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Reason {
    /// The draft itself tells which.
    Mistakes,
    /// Another one has this name.
    NameTaken,
    /// There is no room for more.
    Full,
    /// Somebody else wrote this in the meantime.
    Outdated,
    /// Somebody has deleted it.
    Gone,
    /// The database does not answer.
    Unavailable,
    /// The database has what cannot be read.
    Damaged,
    /// What was sent is no form of ours.
    Unreadable,
}

impl<D> FromServerFnError for Refusal<D>
where
    D: fmt::Debug + Default + Serialize + DeserializeOwned + Send + 'static,
{
    type Encoder = JsonEncoding;

    /// Its words may be those of whoever made the address.
    fn from_server_fn_error(_: ServerFnErrorErr) -> Self {
        Self {
            reason: Reason::Unreadable,
            version: None,
            draft: Box::default(),
        }
    }
}

impl<D> fmt::Display for Refusal<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("nothing was written")
    }
}

impl<D: fmt::Debug> std::error::Error for Refusal<D> {}

impl From<store::Error> for Reason {
    fn from(error: store::Error) -> Self {
        match AppError::from(error) {
            AppError::Unavailable => Self::Unavailable,
            _ => Self::Damaged,
        }
    }
}

impl<T> From<Written<T>> for Reason {
    /// Why an attempt came to this, which is not what was wanted.
    fn from(written: Written<T>) -> Self {
        match written {
            Written::Outdated(_) | Written::Done(_) => Self::Outdated,
            Written::Gone => Self::Gone,
            Written::Full => Self::Full,
            Written::NameTaken => Self::NameTaken,
        }
    }
}

/// Leads to what was written, or back to the form with what was typed. Not to the page that the
/// browser says it comes from: browsers say less where an address is long.
pub(super) fn answer<S: ServerFn, D>(
    written: Result<String, Reason>,
    form: &str,
    version: Option<i32>,
    draft: D,
) -> Result<(), Refusal<D>>
where
    Refusal<D>: FromServerFnError + Clone,
{
    let refusal = match written {
        Ok(path) => {
            leptos_axum::redirect(&path);
            return Ok(());
        }
        Err(reason) => Refusal {
            reason,
            version,
            draft: Box::new(draft),
        },
    };
    // Any host: only path and query are used.
    let error = ServerFnUrlError::new(S::PATH, refusal.clone());
    let Ok(back) = error.to_url(&format!("http://localhost{form}")) else {
        return Err(refusal);
    };
    let query = back.query().unwrap_or_default();
    leptos_axum::redirect(&format!("{}?{query}", back.path()));
    Ok(())
}

/// A form as it comes back, or as it is opened first.
pub(super) struct Returned<D, F> {
    pub(super) reason: Option<Reason>,
    pub(super) draft: D,
    /// What is wrong with which field.
    pub(super) mistakes: Vec<FieldError<F>>,
    seen: Option<i32>,
}

impl<D, F> Returned<D, F> {
    /// `draft` is what stands in a form that nobody has sent yet; `name` the field of the name;
    /// `check` finds the mistakes of a draft.
    pub(super) fn of(
        refusal: Option<Refusal<D>>,
        draft: D,
        noun: &str,
        name: F,
        check: impl Fn(&D) -> Vec<FieldError<F>>,
    ) -> Self {
        let (reason, seen, draft) = match refusal {
            Some(refusal) => (Some(refusal.reason), refusal.version, *refusal.draft),
            None => (None, None, draft),
        };
        let mistakes = match reason {
            Some(Reason::Mistakes) => check(&draft),
            Some(Reason::NameTaken) => vec![FieldError {
                field: name,
                message: format!("Another {noun} has this name; choose another"),
            }],
            _ => vec![],
        };
        Self {
            reason,
            draft,
            mistakes,
            seen,
        }
    }

    pub(super) fn is_outdated(&self) -> bool {
        self.reason == Some(Reason::Outdated)
    }

    /// The version that is seen by whoever sends the form again. Who has been told of a newer one
    /// means to put theirs in its place; who mends a mistake has seen no other than before.
    pub(super) fn version(&self, current: i32) -> i32 {
        self.seen.filter(|_| !self.is_outdated()).unwrap_or(current)
    }
}

/// What went wrong as a whole, above the fields. `most` is how many there can be of the `noun`, and
/// `newer` draws what somebody else has written in the meantime.
#[component]
pub(super) fn Problem(
    noun: &'static str,
    most: i64,
    reason: Option<Reason>,
    mistakes: usize,
    newer: Option<AnyView>,
) -> impl IntoView {
    let words = match reason {
        None | Some(Reason::Outdated) => None,
        // An address that somebody else has written.
        Some(Reason::Mistakes | Reason::NameTaken) if mistakes == 0 => None,
        Some(reason) => Some(words(reason, noun, most, mistakes)),
    };
    let newer = newer.filter(|_| reason == Some(Reason::Outdated));
    view! {
        <div class="form-problem" role="alert">
            {words.map(|words| view! { <p>{words}</p> })} {newer}
        </div>
    }
}

fn words(reason: Reason, noun: &str, most: i64, mistakes: usize) -> String {
    let failure = |error: &AppError| format!("Nothing was saved. {error}. {}", error.hint());
    match reason {
        Reason::Mistakes | Reason::NameTaken => {
            let count = format::counted(mistakes, "mistake");
            format!("Nothing was saved: mend {count} below.")
        }
        Reason::Full => format!(
            "Nothing was saved: there are {most} {noun}s, which is the most there can be. Delete \
             one first."
        ),
        Reason::Gone | Reason::Outdated => {
            format!("Nothing was saved: somebody has deleted this {noun} in the meantime.")
        }
        Reason::Unavailable => failure(&AppError::Unavailable),
        Reason::Damaged => failure(&AppError::Damaged),
        Reason::Unreadable => "Nothing was saved: what was sent could not be read. Fill in the \
                               form and send it again."
            .into(),
    }
}

/// What somebody else has saved, by the names of the fields, and the way to begin again with it.
#[component]
pub(super) fn Newer(
    noun: &'static str,
    theirs: Vec<(&'static str, String)>,
    again: String,
) -> impl IntoView {
    let rows = theirs.into_iter().filter(|(_, value)| !value.is_empty());
    let rows = rows.map(|(name, value)| view! { <dt>{name}</dt><dd>{value}</dd> });
    view! {
        <p>
            <strong>
                {format!("Somebody else has changed this {noun} since you opened it.")}
            </strong>
            " Nothing was overwritten. This is what they saved:"
        </p>
        <dl class="theirs">{rows.collect_view()}</dl>
        <p>
            "Save again to put yours in its place, or "
            <a href=again>"begin again with theirs"</a> "."
        </p>
    }
}
