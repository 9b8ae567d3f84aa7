//! The form of a silence.

use leptos::prelude::*;
use model::silence::{Draft, Field, FieldError, Silence, WEEKDAYS};
use store::silences::MAX_SILENCES;

use super::query::{DeleteSilence, Material, NOUN, SaveSilence};
use crate::address::{SILENCES_PATH, edit_silence_href};
use crate::components::select_field::SelectField;
use crate::components::text_field::{TextField, mistake};
use crate::pages::forms::{Newer, Problem, Returned};

/// Where a form was refused, it comes back with what was typed, and otherwise it has `draft`.
#[component]
pub(super) fn SilenceForm(draft: Draft, material: Material) -> impl IntoView {
    let Material {
        silence,
        names,
        now_nanos,
    } = material;
    let action = ServerAction::<SaveSilence>::new();
    let refusal = action.value().get_untracked().and_then(Result::err);
    let check = |draft: &Draft| draft.check(now_nanos).err().unwrap_or_default();
    let returned = Returned::of(refusal, draft, NOUN, Field::Objective, check);
    let button = match (silence.is_some(), returned.is_outdated()) {
        (true, true) => "Save mine over it",
        (true, false) => "Save silence",
        (false, _) => "Set silence",
    };
    let identity = silence.as_ref().map(|silence| {
        let version = returned.version(silence.version);
        view! {
            <input type="hidden" name="id" value=silence.id.to_string() />
            <input type="hidden" name="version" value=version.to_string() />
        }
    });
    let newer = silence.as_ref().map(newer);
    let Returned {
        reason,
        draft,
        mistakes,
        ..
    } = returned;
    let problem = view! {
        <Problem noun=NOUN most=MAX_SILENCES reason mistakes=mistakes.len() newer />
    };
    view! {
        <ActionForm action=action attr:class="journey-form" attr:novalidate="">
            {problem}
            {identity}
            <SubjectFields draft=draft.clone() names mistakes=mistakes.clone() />
            <OnceFields draft=draft.clone() mistakes=mistakes.clone() />
            <WeeklyFields draft=draft.clone() mistakes=mistakes.clone() />
            <TextField
                name=Field::Author.key()
                label="Set by"
                value=draft.author
                mistake=mistake(&mistakes, &Field::Author)
            />
            <TextField
                name=Field::Reason.key()
                label="Why"
                value=draft.reason
                mistake=mistake(&mistakes, &Field::Reason)
            />
            <p class="form-end">
                <button class="button primary">{button}</button>
                <a class="button" href=SILENCES_PATH>"Cancel"</a>
            </p>
        </ActionForm>
    }
}

fn options<const N: usize>(options: [(&str, &str); N]) -> Vec<(String, String)> {
    let own = |(value, words): (&str, &str)| (value.to_owned(), words.to_owned());
    options.map(own).to_vec()
}

/// Which alerts it is about, and whether it comes again.
#[component]
fn SubjectFields(
    draft: Draft,
    names: Vec<(i64, String)>,
    mistakes: Vec<FieldError>,
) -> impl IntoView {
    let mut objectives = options([("", "all objectives")]);
    let names = names.into_iter().map(|(id, name)| (id.to_string(), name));
    objectives.extend(names);
    // One that is gone.
    if objectives.iter().all(|(id, _)| *id != draft.objective) {
        objectives.push((draft.objective.clone(), "a deleted objective".to_owned()));
    }
    let severities = [
        ("", "pages and tickets"),
        ("page", "pages only"),
        ("ticket", "tickets only"),
    ];
    let repeats = [("once", "once"), ("weekly", "every week")];
    view! {
        <SelectField
            name=Field::Objective.key()
            label="Alerts of"
            options=objectives
            value=draft.objective
            mistake=mistake(&mistakes, &Field::Objective)
        />
        <SelectField
            name=Field::Severity.key()
            label="Which"
            options=options(severities)
            value=draft.severity
            mistake=mistake(&mistakes, &Field::Severity)
        />
        <SelectField
            name=Field::Repeat.key()
            label="It holds"
            options=options(repeats)
            value=draft.repeat
            mistake=mistake(&mistakes, &Field::Repeat)
        />
    }
}

#[component]
fn OnceFields(draft: Draft, mistakes: Vec<FieldError>) -> impl IntoView {
    view! {
        <fieldset>
            <legend>"Once"</legend>
            <TextField
                name=Field::From.key()
                label="From"
                hint="UTC, such as 2026-01-31 12:00. Empty for now."
                value=draft.from
                mistake=mistake(&mistakes, &Field::From)
            />
            <TextField
                name=Field::Until.key()
                label="For, or until"
                hint="How long, such as 2h, or a time (UTC)."
                value=draft.until
                mistake=mistake(&mistakes, &Field::Until)
            />
        </fieldset>
    }
}

#[component]
fn WeeklyFields(draft: Draft, mistakes: Vec<FieldError>) -> impl IntoView {
    let weekdays = WEEKDAYS.map(|day| (day, day));
    view! {
        <fieldset>
            <legend>"Every week"</legend>
            <SelectField
                name=Field::Weekday.key()
                label="Day"
                options=options(weekdays)
                value=draft.weekday
                mistake=mistake(&mistakes, &Field::Weekday)
            />
            <TextField
                name=Field::Start.key()
                label="At"
                hint="UTC, such as 02:00."
                value=draft.start
                mistake=mistake(&mistakes, &Field::Start)
            />
            <TextField
                name=Field::Duration.key()
                label="For"
                hint="Such as 2h."
                value=draft.duration
                mistake=mistake(&mistakes, &Field::Duration)
            />
        </fieldset>
    }
}

/// What somebody else has written in the meantime.
fn newer(current: &Silence) -> AnyView {
    let definition = &current.definition;
    let theirs = vec![
        ("It holds", definition.schedule.words()),
        ("Set by", definition.author.clone()),
        ("Why", definition.reason.clone()),
    ];
    let again = edit_silence_href(current.id);
    view! { <Newer noun=NOUN theirs again /> }.into_any()
}

/// Ending it, behind a question that says what follows.
#[component]
pub(super) fn DeleteForm(silence: Silence) -> impl IntoView {
    let action = ServerAction::<DeleteSilence>::new();
    let refusal = action.value().get_untracked().and_then(Result::err);
    let is_refused = refusal.is_some();
    let reason = refusal.map(|refusal| refusal.reason);
    let newer = Some(newer(&silence));
    view! {
        <details class="delete" open=is_refused>
            <summary class="button">"End it…"</summary>
            <ActionForm action=action>
                <Problem noun=NOUN most=MAX_SILENCES reason mistakes=0 newer />
                <p>"What it held back and still fires is told within half a minute."</p>
                <input type="hidden" name="id" value=silence.id.to_string() />
                <input type="hidden" name="version" value=silence.version.to_string() />
                <button class="button danger">"End this silence"</button>
            </ActionForm>
        </details>
    }
}
