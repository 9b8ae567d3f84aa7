//! What is looked at on the time line of one clock, found again on that of the other.
//!
//! A correction moves spans and never makes them longer. So a part of the time line moves as the
//! span does that fills it best, and stays as long as it is:
//!
//! ```text
//! corrected   ├────── device ──────┤         as sent   ├────── device ──────┤
//!                ├─ gateway ─┤                                                  ├─ gateway ─┤
//!               [   looked at  ]                                               [   looked at  ]
//! ```

use super::state::{State, Window};
use super::{Bone, Skeleton};
use crate::trace::Trace;

impl State {
    /// The same, with the zoom as a part of the time line of its own clock.
    #[must_use]
    pub fn settled(self, trace: &Trace) -> Self {
        let zoom = match (self.zoom, self.zoom_clock) {
            (Some(zoom), Some(other)) if other != self.clock => {
                let (from, to) = (Skeleton::of(trace, other), Skeleton::of(trace, self.clock));
                zoom.carried_over(&from, &to)
            }
            (zoom, _) => zoom,
        };
        Self {
            zoom,
            zoom_clock: None,
            ..self
        }
    }
}

impl Window {
    /// From one time line of a trace to another one of it. None where no span is seen in it, or all
    /// of the other time line would be.
    fn carried_over(self, from: &Skeleton, to: &Skeleton) -> Option<Self> {
        let looked_at = self.within(from.duration_nanos);
        let seen = from.bones.iter().zip(&to.bones).filter(|(bone, _)| {
            let stretch = looked_at.stretch(bone.offset_nanos, bone.duration_nanos);
            stretch.is_some()
        });
        let (before, after) = seen.min_by_key(|(bone, _)| looked_at.unlikeness(bone))?;
        let by = after.offset_nanos.saturating_sub(before.offset_nanos);
        let moved = Self {
            from_nanos: looked_at.from_nanos.saturating_add(by),
            to_nanos: looked_at.to_nanos.saturating_add(by),
        };
        let duration_nanos = to.duration_nanos;
        moved.within(duration_nanos).unless_whole(duration_nanos)
    }

    /// How far both ends of a bar are from its own, together.
    fn unlikeness(self, bone: &Bone) -> u64 {
        let end_nanos = bone.offset_nanos.saturating_add(bone.duration_nanos.max(0));
        let begins = self.from_nanos.abs_diff(bone.offset_nanos);
        begins.saturating_add(self.to_nanos.abs_diff(end_nanos))
    }
}

#[cfg(test)]
mod tests {
    use super::super::Clock;
    use super::*;
    use crate::span::{Kind, Span};
    use crate::trace::tests::{build, span};

    /// A call of 100 ns by a device whose clock is 5 µs behind; the server works for 60 ns.
    fn trace() -> Trace {
        let call = Span {
            kind: Kind::Client,
            end_nanos: 100,
            ..span(1, 0, 0)
        };
        let server = Span {
            kind: Kind::Server,
            resource: 1,
            end_nanos: 5_060,
            ..span(2, 1, 5_000)
        };
        build(vec![call, server])
    }

    fn state(clock: Clock, zoom: (i64, i64), zoom_clock: Clock) -> State {
        let (from_nanos, to_nanos) = zoom;
        State {
            clock,
            zoom: Some(Window {
                from_nanos,
                to_nanos,
            }),
            zoom_clock: Some(zoom_clock),
            ..State::default()
        }
    }

    fn settled(clock: Clock, zoom: (i64, i64), zoom_clock: Clock) -> Option<(i64, i64)> {
        let settled = state(clock, zoom, zoom_clock).settled(&trace());
        assert_eq!(settled.zoom_clock, None);
        settled.zoom.map(|zoom| (zoom.from_nanos, zoom.to_nanos))
    }

    #[test]
    fn what_is_looked_at_moves_with_the_span_that_fills_it() {
        // Corrected, the server's span stands in the middle of the call, from 20 to 80.
        let server = (15, 85);
        let as_sent = settled(Clock::Raw, server, Clock::Corrected);
        assert_eq!(as_sent, Some((4_990, 5_060)), "within the time line");
        let back = settled(Clock::Corrected, (4_995, 5_060), Clock::Raw);
        assert_eq!(back, Some((15, 80)));
        // The begin of the call.
        let begin = settled(Clock::Raw, (0, 15), Clock::Corrected);
        assert_eq!(begin, Some((0, 15)));
    }

    #[test]
    fn where_no_span_is_all_is_looked_at() {
        assert_eq!(settled(Clock::Corrected, (1_000, 2_000), Clock::Raw), None);
        assert_eq!(
            settled(Clock::Corrected, (0, 5_000), Clock::Raw),
            None,
            "longer than all of it"
        );
    }

    #[test]
    fn on_its_own_clock_it_stays() {
        let own = settled(Clock::Raw, (15, 85), Clock::Raw);
        assert_eq!(own, Some((15, 85)));
    }
}
