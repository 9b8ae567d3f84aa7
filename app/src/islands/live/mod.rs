//! The list of traces as they arrive. The server draws the rows; this puts them on top, as many as
//! people can read, and holds them back while somebody reads.

#[cfg(feature = "hydrate")]
mod feed;

use leptos::ev;
use leptos::prelude::*;
use model::format;
#[cfg(feature = "ssr")]
use model::id::TraceId;

use super::keys::is_typing;

/// Most rows that the list keeps, and most that are held back.
#[cfg(feature = "hydrate")]
const MAX_ROWS: usize = 200;

/// The id of the row of a trace, by which it is found again when more of the trace arrives.
#[cfg(feature = "ssr")]
pub(crate) fn row_id(trace: TraceId) -> String {
    row_id_of(&trace.to_string())
}

fn row_id_of(trace: &str) -> String {
    format!("trace-{trace}")
}

/// How it stands with what the server sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(
    not(any(feature = "hydrate", test)),
    expect(dead_code, reason = "the server draws the page before there is any")
)]
enum Connection {
    #[default]
    Opening,
    Open,
    /// The browser tries again by itself.
    Lost,
    /// The server has the connection, but its database does not answer.
    Away,
    /// The browser does not try again.
    Refused,
    /// Nobody has looked for long.
    Asleep,
}

/// What has arrived since the page was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Counts {
    /// Traces that were not in the list before.
    new: usize,
    /// Traces that would have been, but were too many at once.
    skipped: usize,
    /// Traces of which nobody has looked whether they belong here.
    unseen: usize,
    /// Traces that are held back.
    waiting: usize,
}

/// What the page and the feed tell each other.
#[derive(Debug, Clone, Copy)]
struct Switches {
    connection: RwSignal<Connection>,
    counts: RwSignal<Counts>,
    is_paused: RwSignal<bool>,
    /// The pointer is in the list.
    is_pointed_at: RwSignal<bool>,
    /// The keyboard is.
    has_focus: RwSignal<bool>,
}

impl Switches {
    /// Whether nothing may move, untracked.
    #[cfg(feature = "hydrate")]
    fn is_held(self) -> bool {
        let holding = [self.is_paused, self.is_pointed_at, self.has_focus];
        holding.iter().any(GetUntracked::get_untracked)
    }
}

/// `rows` is where they come from; `children` are the list with those that are there already.
#[island]
pub(crate) fn LiveList(rows: String, children: Children) -> impl IntoView {
    let switches = Switches {
        connection: RwSignal::default(),
        counts: RwSignal::default(),
        is_paused: RwSignal::new(false),
        is_pointed_at: RwSignal::new(false),
        has_focus: RwSignal::new(false),
    };
    let Switches {
        connection,
        counts,
        is_paused,
        is_pointed_at,
        has_focus,
    } = switches;
    let ended = move || matches!(connection.get(), Connection::Refused | Connection::Asleep);
    #[cfg(feature = "hydrate")]
    let feed = feed::Feed::open(rows, switches);
    #[cfg(not(feature = "hydrate"))]
    let _: String = rows;
    #[cfg(feature = "hydrate")]
    let feed = StoredValue::new_local(feed);
    let press = move || {
        let is_ended = matches!(
            connection.get_untracked(),
            Connection::Refused | Connection::Asleep
        );
        is_paused.update(|is_paused| *is_paused = !*is_paused && !is_ended);
        #[cfg(feature = "hydrate")]
        feed.with_value(|feed| feed.go_on(is_ended));
    };
    let hold = move |by: RwSignal<bool>, is_held: bool| {
        by.set(is_held);
        #[cfg(feature = "hydrate")]
        feed.with_value(|feed| feed.go_on(false));
    };
    let listener = window_event_listener(ev::keydown, move |event| {
        let is_plain = !(event.alt_key() || event.ctrl_key() || event.meta_key());
        if is_plain && event.key() == "p" && !is_typing(&event) {
            press();
        }
    });
    on_cleanup(move || listener.remove());
    let words = move || {
        words(
            connection.get(),
            is_paused.get(),
            is_pointed_at.get() || has_focus.get(),
            counts.get(),
        )
    };
    let is_off = move || is_paused.get() || ended();
    view! {
        <div class="live-bar" class:off=is_off>
            <button
                type="button"
                class="button scripted"
                aria-keyshortcuts="p"
                on:click=move |_| press()
            >
                {move || if is_off() { "Resume" } else { "Pause" }}
            </button>
            <p role="status" class="scripted">{words}</p>
        </div>
        <div
            class="live-rows"
            on:pointerenter=move |_| hold(is_pointed_at, true)
            on:pointerleave=move |_| hold(is_pointed_at, false)
            on:focusin=move |_| hold(has_focus, true)
            on:focusout=move |_| hold(has_focus, false)
        >
            {children()}
        </div>
    }
}

/// What the reader is told.
fn words(connection: Connection, is_paused: bool, is_read: bool, counts: Counts) -> String {
    let state = match connection {
        Connection::Refused => {
            "Stopped: the server is away, or has as many live lists as it can. Resume tries again"
        }
        Connection::Asleep => "Stopped, since nobody has looked for long. Resume goes on",
        _ if is_paused => "Paused",
        Connection::Opening => "Connecting…",
        Connection::Lost => "The connection is lost; trying again",
        Connection::Away => {
            "The database does not answer. Nothing is lost; this goes on when it does"
        }
        Connection::Open if is_read => "Held while you are in the list",
        Connection::Open => "Live",
    };
    let counted = [
        (counts.waiting, "waiting"),
        (counts.new, "new"),
        (counts.skipped, "skipped"),
        (counts.unseen, "not looked at"),
    ];
    let counted = counted
        .into_iter()
        .filter(|(count, what)| *count > 0 || *what == "new")
        .map(|(count, what)| format!("{} {what}", format::count(count)));
    let told: Vec<String> = counted.collect();
    if connection == Connection::Opening && counts == Counts::default() {
        return state.to_owned();
    }
    format!("{state}: {}", told.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reader_is_told_what_happens() {
        let some = Counts {
            new: 1_200,
            skipped: 3,
            ..Counts::default()
        };
        let told = |connection, is_paused, is_read| words(connection, is_paused, is_read, some);
        assert_eq!(
            told(Connection::Open, false, false),
            "Live: 1,200 new, 3 skipped"
        );
        assert!(told(Connection::Open, true, true).starts_with("Paused: "));
        assert!(told(Connection::Open, false, true).starts_with("Held while"));
        assert!(told(Connection::Asleep, true, true).starts_with("Stopped"));
        for (connection, beginning) in [
            (Connection::Lost, "The connection is lost"),
            (Connection::Away, "The database does not answer"),
            (Connection::Refused, "Stopped: the server is away"),
        ] {
            assert!(told(connection, false, true).starts_with(beginning));
        }
        let nothing = words(Connection::Opening, false, false, Counts::default());
        assert_eq!(nothing, "Connecting…");
        let held = Counts {
            waiting: 2,
            unseen: 4,
            ..Counts::default()
        };
        let held = words(Connection::Open, true, false, held);
        assert_eq!(held, "Paused: 2 waiting, 0 new, 4 not looked at");
    }
}
