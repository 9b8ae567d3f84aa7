//! What stands above the waterfall: each changes how it is looked at, and is a link or a form, so
//! that it works without scripts.

use leptos::html;
use leptos::prelude::*;
use model::format;
use model::layout::waterfall::{Clock, Fold, Sort, State, Window};

use super::control::Control;
use super::stage::{Jump, Stage};

/// How much shorter the part of the time line is that is looked at after a step.
const ZOOM: f64 = 0.5;

/// The id of the input that spans are looked for with.
pub(super) const FIND_ID: &str = "find-span";

#[component]
pub(super) fn Tools(control: Control, stage: Stage) -> impl IntoView {
    let facts = control.facts.get_value();
    let errors = facts.errors;
    let duration = facts.duration_nanos;
    let zoomed = move |state: &State, factor: f64| {
        let window = state.zoom.unwrap_or(Window::whole(duration));
        let window = window.zoomed(factor, 0.5, duration);
        State {
            zoom: window.unless_whole(duration),
            ..state.clone()
        }
    };
    view! {
        <div class="waterfall-tools">
            <Find control stage />
            {(errors > 0)
                .then(|| {
                    let errors = format::counted(errors, "error");
                    view! {
                        <span class="group">
                            <span class="bad">{errors}</span>
                            <JumpButtons stage jump=Jump::Error what="error" />
                        </span>
                    }
                })}
            <Change
                control
                label=|state: &State| match state.sort {
                    Sort::Start => "Order: start".into(),
                    Sort::Duration => "Order: longest first".into(),
                }
                change=|state: &State| State { sort: state.sort.other(), ..state.clone() }
            />
            <FoldMenu control services=facts.services />
            <Change
                control
                label=|state: &State| {
                    let is_on = if state.hides_path { "off" } else { "on" };
                    format!("Critical path: {is_on}")
                }
                change=|state: &State| State { hides_path: !state.hides_path, ..state.clone() }
            />
            <span class="group" role="group" aria-label="Time line">
                <Change control name="Look closer" label=|_: &State| "+".into() change=move |state: &State| zoomed(state, ZOOM) />
                <Change control name="Look at more" label=|_: &State| "−".into() change=move |state: &State| zoomed(state, 1.0 / ZOOM) />
                <Change control label=|_: &State| "Whole time".into() change=|state: &State| State { zoom: None, ..state.clone() } />
            </span>
            <FocusLink control />
            <ClockSwitch control largest_shift_nanos=facts.largest_shift_nanos />
        </div>
        {move || control.problem.get().map(|problem| view! { <p class="note bad" role="alert">{problem}</p> })}
    }
}

/// A link to the same trace in another state.
#[component]
fn Change<L, C>(
    control: Control,
    label: L,
    change: C,
    /// What it does, where the label is only a sign.
    #[prop(optional)]
    name: Option<&'static str>,
) -> impl IntoView
where
    L: Fn(&State) -> String + Send + Sync + 'static,
    C: Fn(&State) -> State + Copy + Send + Sync + 'static,
{
    let href = move || control.href(&control.state.with(change));
    view! {
        <a
            class="button small"
            href=href
            aria-label=name
            on:click=move |event| control.follow(&event, change)
        >
            {move || control.state.with(&label)}
        </a>
    }
}

#[component]
fn JumpButtons(stage: Stage, jump: Jump, what: &'static str) -> impl IntoView {
    view! {
        <button
            type="button"
            class="button small scripted"
            aria-label=format!("Previous {what}")
            on:click=move |_| stage.jump(jump, true)
        >
            "‹"
        </button>
        <button
            type="button"
            class="button small scripted"
            aria-label=format!("Next {what}")
            on:click=move |_| stage.jump(jump, false)
        >
            "›"
        </button>
    }
}

/// Looks for spans. What else the address says is kept.
#[component]
fn Find(control: Control, stage: Stage) -> impl IntoView {
    let action = control.path();
    let input = NodeRef::<html::Input>::new();
    let kept = move || {
        let state = State {
            find: String::new(),
            first_row: None,
            ..control.state.get()
        };
        let fields = state.fields().into_iter();
        let fields =
            fields.map(|(name, value)| view! { <input type="hidden" name=name value=value /> });
        fields.collect_view()
    };
    let submit = move |event: leptos::ev::SubmitEvent| {
        if !control.is_alive.get_untracked() {
            return;
        }
        event.prevent_default();
        let text = input
            .get_untracked()
            .map(|input| input.value())
            .unwrap_or_default();
        let text = text.trim().to_owned();
        if control.state.with_untracked(|state| state.find == text) {
            stage.jump(Jump::Result, false);
        } else {
            control.state.update(|state| state.find = text);
        }
    };
    Effect::new(move |_| {
        let find = control.state.with(|state| state.find.clone());
        if let Some(input) = input.get_untracked()
            && input.value() != find
        {
            input.set_value(&find);
        }
    });
    let words = move || {
        let hits = control.hits.get();
        let is_finding = control.state.with(|state| !state.find.is_empty());
        let count = format::count(hits.count);
        match (hits.problem, control.hit_number.get()) {
            _ if !is_finding => String::new(),
            (Some(problem), _) => problem,
            (None, Some(number)) => format!("{} of {count} found", format::count(number)),
            (None, None) => format!("{count} found"),
        }
    };
    let find = control.state.with_untracked(|state| state.find.clone());
    view! {
        <form method="get" action=action class="find-span" role="search" aria-label="In this trace" on:submit=submit>
            {kept}
            <input
                type="search"
                id=FIND_ID
                name="find"
                node_ref=input
                value=find
                aria-label="Find spans by a filter"
                placeholder="Find spans: status:error duration>5ms"
                autocomplete="off"
                spellcheck="false"
            />
            <button class="button small">"Find"</button>
            <span role="status" class="muted">{words}</span>
            <span class="group" hidden=move || control.hits.with(|hits| hits.count == 0)>
                <JumpButtons stage jump=Jump::Result what="result" />
            </span>
        </form>
    }
}

/// Hides what is below spans: all, by levels, or by service.
#[component]
fn FoldMenu(control: Control, services: Vec<String>) -> impl IntoView {
    let with = |state: &State, fold: Fold| State {
        fold,
        first_row: None,
        ..state.clone()
    };
    let depth = move |state: &State, by: isize| {
        let depth = state.fold.depth.unwrap_or(0).saturating_add_signed(by);
        let fold = Fold {
            depth: Some(depth),
            ..Fold::default()
        };
        with(state, fold)
    };
    let services = services.into_iter().map(move |service| {
        let name = service.clone();
        let label = move |state: &State| {
            let is_folded = state.fold.services.contains(&name);
            format!("{} {name}", if is_folded { "Unfold" } else { "Fold" })
        };
        let service = StoredValue::new(service);
        let change = move |state: &State| {
            let mut state = state.clone();
            let service = service.get_value();
            if !state.fold.services.remove(&service) {
                state.fold.services.insert(service);
            }
            state
        };
        view! { <li><Change control label change /></li> }
    });
    view! {
        <details class="menu">
            <summary class="button small">"Fold"</summary>
            <div class="menu-body">
                <ul class="folds">
                    <li><Change control label=|_: &State| "Fold all".into() change=move |state: &State| depth(state, isize::MIN) /></li>
                    <li><Change control label=|_: &State| "One level more".into() change=move |state: &State| depth(state, 1) /></li>
                    <li><Change control label=|_: &State| "One level less".into() change=move |state: &State| depth(state, -1) /></li>
                    <li><Change control label=|_: &State| "Unfold all".into() change=move |state: &State| with(state, Fold::default()) /></li>
                    {services.collect_view()}
                </ul>
            </div>
        </details>
    }
}

/// Shows the span that is selected and what is below it alone, or all spans again.
#[component]
fn FocusLink(control: Control) -> impl IntoView {
    let change = move |state: &State| {
        let focus = match state.focus {
            Some(_) => None,
            None => Some(control.selected.get_untracked()),
        };
        State {
            focus,
            first_row: None,
            ..state.clone()
        }
    };
    let label = |state: &State| match state.focus {
        Some(_) => "Show all spans".to_owned(),
        None => "Show only this span".to_owned(),
    };
    view! { <Change control label change /> }
}

/// Says by how much clocks were corrected, and shows the times without that: another skeleton, so
/// the page is loaded anew.
#[component]
fn ClockSwitch(control: Control, largest_shift_nanos: i64) -> impl IntoView {
    const WHY: &str = "A server's part of a request lies within the client's. Where their clocks \
        say otherwise, the device's spans are moved so that it does.";
    (largest_shift_nanos != 0).then(|| {
        let amount = format::signed_duration(largest_shift_nanos);
        let text = control.state.with_untracked(|state| match state.clock {
            Clock::Corrected => format!("Clock corrected: {amount}"),
            Clock::Raw => format!("Clock as sent; off by {amount}"),
        });
        // What is looked at is found again on the other time line.
        let other = move |state: &State| State {
            clock: state.clock.other(),
            zoom_clock: state.zoom.map(|_| state.clock),
            ..state.clone()
        };
        let href = move || control.href(&control.state.with(other));
        let turn = move |event: leptos::ev::MouseEvent| {
            control.begin_anew(&event, control.state.with_untracked(other));
        };
        view! {
            <a href=href class="button small" title=WHY on:click=turn>
                {text}
            </a>
        }
    })
}
