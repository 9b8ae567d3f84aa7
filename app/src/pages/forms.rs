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

/// Why something was not written. Nothing was changed; what was typed, a `D`, comes back to the
/// form, which is another page now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Refusal<D, T, F> {
    pub(super) reason: Reason<T, F>,
    pub(super) draft: Box<D>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Reason<T, F> {
    Mistakes(Vec<FieldError<F>>),
    /// There is no room for more than so many.
    Full(i64),
    /// Somebody else wrote this in the meantime.
    Outdated(Box<T>),
    /// Somebody has deleted it.
    Gone,
    Failed(AppError),
}

impl<D, T, F> FromServerFnError for Refusal<D, T, F>
where
    D: fmt::Debug + Default + Serialize + DeserializeOwned + Send + 'static,
    T: fmt::Debug + Serialize + DeserializeOwned + Send + 'static,
    F: fmt::Debug + Serialize + DeserializeOwned + Send + 'static,
{
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        Self {
            reason: Reason::Failed(AppError::from_server_fn_error(error)),
            draft: Box::default(),
        }
    }
}

impl<D, T, F> fmt::Display for Refusal<D, T, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("nothing was written")
    }
}

impl<D: fmt::Debug, T: fmt::Debug, F: fmt::Debug> std::error::Error for Refusal<D, T, F> {}

impl<T, F> From<store::Error> for Reason<T, F> {
    fn from(error: store::Error) -> Self {
        Self::Failed(error.into())
    }
}

impl<T, F> Reason<T, F> {
    /// Why an attempt came to this, which is not what was wanted. `name` is the field of the name,
    /// and `most` how many there can be of the `noun`.
    pub(super) fn of(written: Written<T>, noun: &str, name: F, most: i64) -> Self {
        match written {
            Written::Outdated(current) | Written::Done(current) => {
                Self::Outdated(Box::new(current))
            }
            Written::Gone => Self::Gone,
            Written::Full => Self::Full(most),
            Written::NameTaken => Self::Mistakes(vec![FieldError {
                field: name,
                message: format!("Another {noun} has this name; choose another"),
            }]),
        }
    }
}

/// Leads to what was written, or back to the form with what was typed. Not to the page that the
/// browser says it comes from: browsers say less where an address is long.
pub(super) fn answer<S: ServerFn, D, T, F>(
    written: Result<String, Reason<T, F>>,
    form: &str,
    draft: D,
) -> Result<(), Refusal<D, T, F>>
where
    Refusal<D, T, F>: FromServerFnError + Clone,
{
    let refusal = match written {
        Ok(path) => {
            leptos_axum::redirect(&path);
            return Ok(());
        }
        Err(reason) => Refusal {
            reason,
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

/// What went wrong as a whole, above the fields. `newer` draws what somebody else has written in
/// the meantime.
#[component]
pub(super) fn Problem<T: 'static, F: 'static>(
    noun: &'static str,
    reason: Option<Reason<T, F>>,
    newer: fn(T) -> AnyView,
) -> impl IntoView {
    let problem = reason.map(|reason| {
        let words = match reason {
            Reason::Mistakes(mistakes) => {
                let count = format::counted(mistakes.len(), "mistake");
                format!("Nothing was saved: mend {count} below.")
            }
            Reason::Full(most) => format!(
                "Nothing was saved: there are {most} {noun}s, which is the most there can be. \
                 Delete one first."
            ),
            Reason::Gone => {
                format!("Nothing was saved: somebody has deleted this {noun} in the meantime.")
            }
            Reason::Failed(error) => format!("{error}. {}", error.hint()),
            Reason::Outdated(current) => return newer(*current),
        };
        view! { <p>{words}</p> }.into_any()
    });
    view! { <div class="form-problem" role="alert">{problem}</div> }
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
