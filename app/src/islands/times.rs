//! Times in the reader's zone. The server does not know it and writes UTC; scripts, once they
//! run, write the same times anew, unless the reader wants UTC.
//!
//! Every time on a page says of itself what it is ([`Mark`]), so that one island writes them all,
//! whichever part of the page they are in.

use leptos::prelude::*;
use model::format;

use super::cookie;

const COOKIE: &str = "zone";

/// How a moment is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// To the millisecond; the day only when it is not today's.
    Clock { now_nanos: i64 },
    /// To the minute; the day only when it is not today's.
    Minute { now_nanos: i64 },
    /// Below a chart whose named times are so far apart.
    Axis { step_nanos: i64 },
}

/// A moment on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) nanos: i64,
    pub(crate) style: Style,
}

impl Mark {
    /// As clocks show it so many minutes east of Greenwich.
    fn text(self, east_minutes: i32) -> String {
        match self.style {
            Style::Clock { now_nanos } => format::clock(self.nanos, now_nanos, east_minutes),
            Style::Minute { now_nanos } => format::minute(self.nanos, now_nanos, east_minutes),
            Style::Axis { step_nanos } => format::axis_time(self.nanos, step_nanos, east_minutes),
        }
    }

    pub(crate) fn utc(self) -> String {
        self.text(0)
    }

    /// The value of `data-time`, by which the element is found and understood.
    pub(crate) fn attribute(self) -> String {
        let (name, reference) = match self.style {
            Style::Clock { now_nanos } => ("clock", now_nanos),
            Style::Minute { now_nanos } => ("minute", now_nanos),
            Style::Axis { step_nanos } => ("axis", step_nanos),
        };
        format!("{name} {} {reference}", self.nanos)
    }

    #[cfg(any(feature = "hydrate", test))]
    fn read(attribute: &str) -> Option<Self> {
        let mut parts = attribute.split(' ');
        let (name, nanos, reference) = (parts.next()?, parts.next()?, parts.next()?);
        let reference = reference.parse().ok()?;
        let style = match name {
            "clock" => Style::Clock {
                now_nanos: reference,
            },
            "minute" => Style::Minute {
                now_nanos: reference,
            },
            "axis" => Style::Axis {
                step_nanos: reference,
            },
            _ => return None,
        };
        Some(Self {
            nanos: nanos.parse().ok()?,
            style,
        })
    }
}

/// A button for those with scripts: times here, or in UTC.
#[island]
pub(crate) fn ZoneSwitch() -> impl IntoView {
    let is_utc = RwSignal::new(wants_utc());
    #[cfg(feature = "hydrate")]
    write_all();
    let switch = move |_| {
        is_utc.update(|is_utc| *is_utc = !*is_utc);
        #[cfg(feature = "hydrate")]
        {
            let zone = if is_utc.get_untracked() {
                "utc"
            } else {
                "local"
            };
            cookie::keep(COOKIE, zone);
            write_all();
        }
    };
    view! {
        <button type="button" class="quiet scripted" on:click=switch>
            "Times: "
            {move || if is_utc.get() { "UTC" } else { "local" }}
        </button>
    }
}

fn wants_utc() -> bool {
    cookie::read(COOKIE).as_deref() == Some("utc")
}

/// As clocks show it where the reader wants it, to the minute.
pub(super) fn minute(nanos: i64, now_nanos: i64) -> String {
    let mark = Mark {
        nanos,
        style: Style::Minute { now_nanos },
    };
    mark.text(zone_east_minutes(nanos, wants_utc()))
}

/// Writes all times of the document anew.
#[cfg(feature = "hydrate")]
pub(super) fn write_all() {
    use wasm_bindgen::JsCast;

    let Ok(elements) = document().query_selector_all("[data-time]") else {
        return;
    };
    let is_utc = wants_utc();
    for position in 0..elements.length() {
        let element = elements.item(position);
        let element: Option<web_sys::Element> = element.and_then(|node| node.dyn_into().ok());
        let Some(element) = element else { continue };
        let mark = element.get_attribute("data-time");
        if let Some(mark) = mark.and_then(|mark| Mark::read(&mark)) {
            let east_minutes = zone_east_minutes(mark.nanos, is_utc);
            element.set_text_content(Some(&mark.text(east_minutes)));
        }
    }
}

/// Minutes east of UTC that the reader's zone has at that moment.
#[cfg(feature = "hydrate")]
#[expect(clippy::cast_possible_truncation, reason = "an offset is within a day")]
#[expect(
    clippy::cast_precision_loss,
    reason = "milliseconds of this era are exact"
)]
fn zone_east_minutes(nanos: i64, is_utc: bool) -> i32 {
    if is_utc {
        return 0;
    }
    let date = js_sys::Date::new(&(nanos as f64 / 1e6).into());
    let west = date.get_timezone_offset();
    if west.is_finite() { -west as i32 } else { 0 }
}

/// The server does not know it.
#[cfg(not(feature = "hydrate"))]
fn zone_east_minutes(_nanos: i64, _is_utc: bool) -> i32 {
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_reads_back() {
        let styles = [
            Style::Clock { now_nanos: 5 },
            Style::Minute { now_nanos: -6 },
            Style::Axis { step_nanos: 7 },
        ];
        for style in styles {
            let mark = Mark { nanos: -1, style };
            assert_eq!(Mark::read(&mark.attribute()), Some(mark));
        }
        for damaged in ["", "clock", "clock 1", "clock x 1", "day 1 1"] {
            assert_eq!(Mark::read(damaged), None, "{damaged}");
        }
    }
}
