//! What the server sends, and how it gets into the list.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, EventSource, MessageEvent};

use super::{Connection, Counts, MAX_ROWS, Switches, row_id_of};
use crate::islands::times;

/// After how long the feed ends when nobody looks.
const HIDDEN: Duration = Duration::from_mins(5);

/// How often the reader is told the counts, which are read out where that is wanted.
const TELL: Duration = Duration::from_secs(2);

/// Beside those of every source.
const EVENTS: [&str; 7] = [
    "open", "error", "trace", "skipped", "unseen", "away", "back",
];

/// Lives as long as the page.
#[derive(Clone)]
pub(super) struct Feed(Rc<RefCell<Inner>>);

struct Inner {
    rows: String,
    switches: Switches,
    source: Option<EventSource>,
    listen: Option<Closure<dyn Fn(MessageEvent)>>,
    /// Rows that are not in the list yet, by the ids of their traces: the newest last.
    waiting: VecDeque<(String, String)>,
    counts: Counts,
    /// They are put there before the next picture.
    is_scheduled: bool,
    falling_asleep: Option<TimeoutHandle>,
}

impl Feed {
    pub(super) fn open(rows: String, switches: Switches) -> Self {
        let feed = Self(Rc::new(RefCell::new(Inner {
            rows,
            switches,
            source: None,
            listen: None,
            waiting: VecDeque::new(),
            counts: Counts::default(),
            is_scheduled: false,
            falling_asleep: None,
        })));
        let own = feed.clone();
        let listen = Closure::new(move |event: MessageEvent| own.hear(&event));
        feed.0.borrow_mut().listen = Some(listen);
        feed.connect();
        let own = feed.clone();
        set_interval(move || own.tell(), TELL);
        let own = feed.clone();
        let look = Closure::<dyn Fn()>::new(move || own.watch_reader());
        let look = look.into_js_value();
        document()
            .add_event_listener_with_callback("visibilitychange", look.unchecked_ref())
            .ok();
        feed
    }

    fn connect(&self) {
        let mut inner = self.0.borrow_mut();
        let source = EventSource::new(&inner.rows).ok();
        for event in EVENTS {
            if let (Some(source), Some(listen)) = (&source, &inner.listen) {
                let listen = listen.as_ref().unchecked_ref();
                source.add_event_listener_with_callback(event, listen).ok();
            }
        }
        inner.source = source;
        inner.switches.connection.set(Connection::Opening);
    }

    /// Something may have changed: nobody is in the list any more, say. Connects anew where the
    /// feed has ended.
    pub(super) fn go_on(&self, is_ended: bool) {
        if is_ended {
            self.connect();
        }
        self.tell();
        self.schedule();
    }

    fn hear(&self, event: &MessageEvent) {
        let connection = self.0.borrow().switches.connection;
        match event.type_().as_str() {
            "open" | "back" => connection.set(Connection::Open),
            "away" => connection.set(Connection::Away),
            "error" => {
                let is_closed = self.0.borrow().is_closed();
                connection.set(if is_closed {
                    Connection::Refused
                } else {
                    Connection::Lost
                });
            }
            "trace" => {
                if let Some(row) = event.data().as_string() {
                    self.take(event.last_event_id(), row);
                }
            }
            counted => {
                let count = event.data().as_string();
                let count = count.and_then(|count| count.parse().ok()).unwrap_or(0);
                let counts = &mut self.0.borrow_mut().counts;
                let total = match counted {
                    "skipped" => &mut counts.skipped,
                    _ => &mut counts.unseen,
                };
                *total = total.saturating_add(count);
            }
        }
    }

    fn take(&self, trace: String, row: String) {
        let mut inner = self.0.borrow_mut();
        inner.waiting.retain(|(waiting, _)| *waiting != trace);
        inner.waiting.push_back((trace, row));
        if inner.waiting.len() > MAX_ROWS {
            inner.waiting.pop_front();
            // It would be in the list no more.
            inner.counts.skipped += 1;
        }
        inner.counts.waiting = inner.waiting.len();
        drop(inner);
        self.schedule();
    }

    /// Once for all that arrive before the next picture; there are none while nobody looks.
    fn schedule(&self) {
        let mut inner = self.0.borrow_mut();
        if inner.switches.is_held() || inner.is_scheduled || inner.waiting.is_empty() {
            return;
        }
        inner.is_scheduled = true;
        let own = self.clone();
        request_animation_frame(move || own.show());
    }

    fn show(&self) {
        let mut inner = self.0.borrow_mut();
        inner.is_scheduled = false;
        let is_held = inner.switches.is_held();
        let list = document().query_selector(".live-rows tbody").ok().flatten();
        let Some(list) = list.filter(|_| !is_held) else {
            return;
        };
        let waiting = std::mem::take(&mut inner.waiting);
        // Nothing is borrowed while the document changes: it may tell us so at once.
        drop(inner);
        let new = waiting.into_iter();
        let new = new.filter(|(trace, row)| put(&list, trace, row)).count();
        while list.child_element_count() as usize > MAX_ROWS {
            if let Some(last) = list.last_element_child() {
                last.remove();
            }
        }
        times::write_all();
        let counts = &mut self.0.borrow_mut().counts;
        counts.new += new;
        counts.waiting = 0;
    }

    /// Tells the reader the counts, where they have changed.
    fn tell(&self) {
        let inner = self.0.borrow();
        if inner.switches.counts.get_untracked() != inner.counts {
            inner.switches.counts.set(inner.counts);
        }
    }

    /// Falls asleep when nobody looks for long.
    fn watch_reader(&self) {
        let mut inner = self.0.borrow_mut();
        if let Some(falling_asleep) = inner.falling_asleep.take() {
            falling_asleep.clear();
        }
        if document().hidden() {
            let own = self.clone();
            let timer = set_timeout_with_handle(move || own.sleep(), HIDDEN);
            inner.falling_asleep = timer.ok();
        } else {
            drop(inner);
            self.schedule();
        }
    }

    fn sleep(&self) {
        let inner = self.0.borrow();
        if let Some(source) = &inner.source {
            source.close();
        }
        inner.switches.connection.set(Connection::Asleep);
    }
}

impl Inner {
    /// Whether the browser does not try again by itself.
    fn is_closed(&self) -> bool {
        let state = self.source.as_ref().map(EventSource::ready_state);
        state.is_none_or(|state| state == EventSource::CLOSED)
    }
}

/// Puts a row on top, or in the place of what the list has of that trace; whether it is new. The
/// server has drawn it, with no text of others as markup.
fn put(list: &Element, trace: &str, row: &str) -> bool {
    if let Some(known) = document().get_element_by_id(&row_id_of(trace)) {
        known.set_outer_html(row);
        return false;
    }
    // It fails only where it may not stand there.
    list.insert_adjacent_html("afterbegin", row).ok();
    if let Some(row) = list.first_element_child() {
        row.set_class_name("arrived");
    }
    true
}
