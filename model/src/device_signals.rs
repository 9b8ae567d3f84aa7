//! What the device tells of a request beside its spans: the screen, how the app started, how long
//! drawing took, frames that came late, and the figures of a page.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::attribute::{Attribute, Value, find};
use crate::decomposition::is_on_device;
use crate::format;
use crate::trace::Trace;

/// Most screens and vitals that are named.
const MAX_NAMED: usize = 8;

/// From this threshold on, in seconds, a late frame is a frozen one (OpenTelemetry Android, slow
/// rendering).
const FROZEN_SECONDS: f64 = 0.7;

/// Attributes that name the screen, the current name first.
const SCREEN: [&str; 2] = ["app.screen.name", "screen.name"];

#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct DeviceSignals {
    /// In the order in which they come.
    pub screens: Vec<String>,
    /// How the app started, such as cold, and how long it took in nanoseconds.
    pub app_start: Option<(String, i64)>,
    /// Of all spans that draw, one after the other.
    pub render_nanos: Option<i64>,
    /// Frames that took longer than the screen waits, and those that took so long that the app
    /// seemed to hang.
    pub slow_frames: f64,
    pub frozen_frames: f64,
    /// Web vitals by name: milliseconds, but for `cls`, which has no unit.
    pub vitals: BTreeMap<String, f64>,
}

impl DeviceSignals {
    /// Those of spans that were made on a device, and of their events.
    #[must_use]
    pub fn of(trace: &Trace) -> Self {
        let mut signals = Self::default();
        for span in &trace.spans {
            if !is_on_device(trace, span) {
                continue;
            }
            let mut screens = SCREEN
                .iter()
                .filter_map(|key| find(&span.attributes, key)?.as_str());
            if let Some(screen) = screens.find(|name| !name.is_empty()) {
                signals.add_screen(screen);
            }
            let nanos = span.duration_nanos().max(0);
            if span.name == "AppStart" {
                let kind = find(&span.attributes, "start.type").and_then(Value::as_str);
                signals.app_start = Some((kind.unwrap_or_default().to_owned(), nanos));
            }
            if begins_with_render(&span.name) {
                let sum = signals.render_nanos.unwrap_or(0);
                signals.render_nanos = Some(sum.saturating_add(nanos));
            }
            // Android's agent sends spans of no length for what others send as events.
            signals.add_event(&span.name, &span.attributes);
            for event in &span.events {
                signals.add_event(&event.name, &event.attributes);
            }
        }
        signals
    }

    fn add_screen(&mut self, screen: &str) {
        let is_new = !self.screens.iter().any(|known| known == screen);
        if is_new && self.screens.len() < MAX_NAMED {
            self.screens.push(screen.to_owned());
        }
    }

    /// Semantic conventions, "App events" and "Browser events"; OpenTelemetry Android.
    fn add_event(&mut self, name: &str, attributes: &[Attribute]) {
        let of = |key| find(attributes, key).and_then(number);
        match name {
            "slowRenders" => self.slow_frames += of("count").unwrap_or(0.0).max(0.0),
            "frozenRenders" => self.frozen_frames += of("count").unwrap_or(0.0).max(0.0),
            "app.jank" => {
                let frames = of("app.jank.frame_count").unwrap_or(0.0).max(0.0);
                let is_frozen =
                    of("app.jank.threshold").is_some_and(|least| least >= FROZEN_SECONDS);
                if is_frozen {
                    self.frozen_frames += frames;
                } else {
                    self.slow_frames += frames;
                }
            }
            "browser.web_vital" => {
                let name = find(attributes, "name").and_then(Value::as_str);
                let has_room = self.vitals.len() < MAX_NAMED;
                if let (Some(name), Some(value), true) = (name, of("value"), has_room) {
                    self.vitals.insert(name.to_ascii_lowercase(), value);
                }
            }
            _ => {}
        }
    }

    /// Names and figures for people, in a fixed order; empty where the device told nothing.
    #[must_use]
    pub fn words(&self) -> Vec<(String, String)> {
        let mut words = Vec::new();
        let mut add = |name: &str, value: String| words.push((name.to_owned(), value));
        if !self.screens.is_empty() {
            add("screen", self.screens.join(", "));
        }
        if let Some((kind, nanos)) = &self.app_start {
            add(
                "app start",
                format!("{} {kind}", format::duration(*nanos))
                    .trim_end()
                    .to_owned(),
            );
        }
        if let Some(nanos) = self.render_nanos {
            add("render", format::duration(nanos));
        }
        for (name, frames) in [
            ("slow frames", self.slow_frames),
            ("frozen frames", self.frozen_frames),
        ] {
            if frames > 0.0 {
                add(name, format::short_count(frames));
            }
        }
        for (name, value) in &self.vitals {
            let printed = match name.as_str() {
                "cls" => format!("{value:.3}"),
                _ => format::duration(nanos_of_millis(*value)),
            };
            add(&name.to_ascii_uppercase(), printed);
        }
        words
    }
}

fn begins_with_render(name: &str) -> bool {
    let begin = name.get(..6);
    begin.is_some_and(|begin| begin.eq_ignore_ascii_case("render"))
}

/// Finite ones only; clients send numbers as texts, too.
fn number(value: &Value) -> Option<f64> {
    #[expect(
        clippy::cast_precision_loss,
        reason = "counts and milliseconds are small"
    )]
    let number = match value {
        Value::Int(value) => *value as f64,
        Value::Double(value) => *value,
        Value::String(text) => text.parse().ok()?,
        _ => return None,
    };
    number.is_finite().then_some(number)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "what is beyond an i64 becomes its bound"
)]
fn nanos_of_millis(millis: f64) -> i64 {
    (millis * 1e6).round() as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::span::{Event, Scope, Span};
    use crate::trace::tests::{resource, span, text, trace_id};

    fn on_device(spans: Vec<Span>) -> Trace {
        let mut phone = resource("app");
        phone.attributes.push(text("os.name", "Android"));
        Trace::build(
            trace_id(),
            vec![phone, resource("shop")],
            vec![Scope::default()],
            spans,
        )
    }

    fn event(name: &str, attributes: Vec<Attribute>) -> Event {
        Event {
            name: name.into(),
            time_nanos: 0,
            attributes,
        }
    }

    fn int(key: &str, value: i64) -> Attribute {
        Attribute {
            key: key.into(),
            value: Value::Int(value),
        }
    }

    #[test]
    fn what_devices_tell_is_gathered() {
        let mut root = span(1, 0, 0);
        root.attributes = vec![text("app.screen.name", "Cart")];
        root.events = vec![
            event(
                "app.jank",
                vec![
                    int("app.jank.frame_count", 3),
                    text("app.jank.threshold", "0.016"),
                ],
            ),
            event(
                "app.jank",
                vec![int("app.jank.frame_count", 1), int("app.jank.threshold", 1)],
            ),
            event(
                "browser.web_vital",
                vec![text("name", "LCP"), int("value", 1_200)],
            ),
            event(
                "browser.web_vital",
                vec![text("name", "cls"), text("value", "0.25")],
            ),
        ];
        let mut drawn = span(2, 1, 1);
        drawn.name = "Render: confirmation".into();
        drawn.end_nanos = 50_000_001;
        drawn.attributes = vec![text("screen.name", "Done"), text("app.screen.name", "")];
        let mut start = span(3, 1, 2);
        (start.name, start.end_nanos) = ("AppStart".into(), 900_000_002);
        start.attributes = vec![text("start.type", "cold")];
        let mut slow = span(4, 1, 3);
        (slow.name, slow.attributes) = ("slowRenders".into(), vec![int("count", 9)]);
        let signals = DeviceSignals::of(&on_device(vec![root, drawn, start, slow]));
        let words = signals.words();
        let words: Vec<String> = words
            .iter()
            .map(|(name, value)| format!("{name} {value}"))
            .collect();
        assert_eq!(
            words,
            [
                "screen Cart, Done",
                "app start 900 ms cold",
                "render 50 ms",
                "slow frames 12",
                "frozen frames 1",
                "CLS 0.250",
                "LCP 1.2 s",
            ]
        );
    }

    #[test]
    fn services_tell_nothing_of_a_device() {
        let mut served = span(1, 0, 0);
        served.resource = 1;
        served.attributes = vec![text("screen.name", "x")];
        served.events = vec![event("app.jank", vec![int("app.jank.frame_count", 3)])];
        let signals = DeviceSignals::of(&on_device(vec![served]));
        assert_eq!(
            (signals.words(), signals),
            (vec![], DeviceSignals::default())
        );
    }

    #[test]
    fn nonsense_is_passed_over() {
        let mut root = span(1, 0, 0);
        root.events = vec![
            event("app.jank", vec![int("app.jank.frame_count", -3)]),
            event(
                "browser.web_vital",
                vec![text("name", "lcp"), text("value", "NaN")],
            ),
            event("browser.web_vital", vec![text("value", "1")]),
            event("slowRenders", vec![text("count", "many")]),
        ];
        let signals = DeviceSignals::of(&on_device(vec![root]));
        assert_eq!(signals.words(), vec![]);
    }
}
