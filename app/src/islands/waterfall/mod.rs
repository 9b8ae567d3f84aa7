//! The waterfall: one row a span, as an ARIA treegrid.
//!
//! The first rows come with the page. Here stand the tools above them, which are links and a form;
//! once the skeleton of the trace is there, [`stage`] draws whatever is scrolled to, and what the
//! tools say happens at once.

mod control;
mod stage;
mod tools;

use leptos::ev;
use leptos::prelude::*;
use model::id::SpanId;
use model::layout::waterfall::{State, Stretch};

#[cfg(feature = "ssr")]
pub(crate) use self::control::Found;
use self::control::{Control, find_in};
pub(crate) use self::control::{Facts, Here};
use self::stage::Stage;
use self::tools::Tools;

/// Most ticks on the time axis, besides the first.
pub(crate) const TICKS: i64 = 5;

/// On which side of its tick a label stands, so that it stays on the axis.
pub(crate) fn tick_anchor(percent: f64) -> &'static str {
    match percent {
        ..6.0 => "start",
        ..92.0 => "middle",
        _ => "end",
    }
}

/// `children` are the first rows, with the map above them.
#[island]
pub(crate) fn WaterfallView(
    facts: Facts,
    state: State,
    selected: SpanId,
    children: Children,
) -> impl IntoView {
    view! {
        <Waterfall facts state selected here=None>
            {children()}
        </Waterfall>
    }
}

/// The same within another island.
#[component]
pub(crate) fn Waterfall<C: IntoView + 'static>(
    facts: Facts,
    state: State,
    selected: SpanId,
    /// The trace, where only the browser has it.
    here: Option<Here>,
    children: TypedChildren<C>,
) -> impl IntoView {
    let children = children.into_inner();
    let control = Control::new(facts, state, selected, here);
    let board = Stage::new(control);
    Effect::new(move |_| board.start());
    Effect::new(move |_| {
        if control.is_alive.get() {
            board.apply(&control.state.get());
        }
    });
    Effect::new(move |_| {
        if control.is_alive.get() {
            board.mark(&control.hits.get());
        }
    });
    Effect::new(move |_| control.show_address());
    let find = Memo::new(move |_| control.state.with(|state| state.find.clone()));
    Effect::new(move |_| find_in(control, find.get()));
    let anywhere = window_event_listener(ev::keydown, move |event| {
        if !super::keys::is_typing(&event) && board.press_anywhere(&event) {
            event.prevent_default();
        }
    });
    on_cleanup(move || anywhere.remove());
    view! {
        <section class="card waterfall" aria-label="Waterfall">
            <Tools control stage=board />
            <div
                class="stage"
                on:click=move |event| board.click(&event)
                on:keydown=move |event| {
                    if board.press(&event) {
                        event.prevent_default();
                    }
                }
                on:wheel=move |event| board.wheel(&event)
                on:pointerdown=move |event| board.pointer_down(&event)
                on:pointermove=move |event| board.pointer_moved(&event)
                on:pointerup=move |event| board.pointer_up(&event)
                on:pointercancel=move |event| board.pointer_up(&event)
            >
                {children()}
            </div>
        </section>
    }
}

pub(crate) fn row_id(span: SpanId) -> String {
    format!("span-{span}")
}

/// Of a picture that is 100 wide: the parts of a bar that are on the critical path.
pub(crate) fn strokes(parts: &[Stretch]) -> String {
    let stroke = |part: &Stretch| format!("M{:.2} 16h{:.2}", part.left, part.width);
    parts.iter().map(stroke).collect::<Vec<_>>().concat()
}

/// Of a picture that is 100 wide: dots, as strokes of no length with round ends.
pub(crate) fn dots(percents: &[f64]) -> String {
    let dot = |percent: &f64| format!("M{percent:.2} 8h0");
    percents.iter().map(dot).collect::<Vec<_>>().concat()
}
