//! Rows of one height of which only those that are seen are drawn.
//!
//! An element is no higher than browsers allow. Where the rows together would be, a step of the
//! scroll bar passes over more than its own height of them.

use std::ops::Range;

/// Height of a row, in CSS pixels; the style sheet says the same (`--row`).
pub const ROW_PIXELS: u32 = 26;

/// Highest element. Firefox draws nothing below some 17.8 million pixels, Chromium below 33.5.
const MAX_PIXELS: f64 = 8_000_000.0;

/// Rows that are drawn above those that are seen, and below.
const OVERSCAN: usize = 8;

/// Most rows that are drawn at once, however high the window is.
pub const MAX_DRAWN: usize = 400;

/// Heights and places are in CSS pixels. A place is the distance between the top of what is seen
/// and that of the element with the rows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scroller {
    pub rows: usize,
    /// Height of what is seen.
    pub seen: f64,
}

impl Scroller {
    /// Height of the element.
    #[must_use]
    pub fn height(self) -> f64 {
        self.full().min(MAX_PIXELS)
    }

    /// How high all rows are together.
    fn full(self) -> f64 {
        float(self.rows) * f64::from(ROW_PIXELS)
    }

    /// How many pixels of rows are above what is seen at a place.
    fn above(self, place: f64) -> f64 {
        let most = (self.height() - self.seen).max(0.0);
        let place = place.clamp(0.0, most);
        if self.full() <= MAX_PIXELS || most <= 0.0 {
            return place;
        }
        place / most * (self.full() - self.seen)
    }

    /// The rows to draw at a place.
    #[must_use]
    pub fn drawn(self, place: f64) -> Range<usize> {
        let first = whole(self.above(place) / f64::from(ROW_PIXELS));
        let seen = whole(self.seen.max(0.0) / f64::from(ROW_PIXELS)) + 2;
        let end = (first + seen + OVERSCAN).min(self.rows);
        let begin = first.saturating_sub(OVERSCAN).min(end);
        begin..end.min(begin + MAX_DRAWN)
    }

    /// Where in the element a row is drawn, at a place.
    #[must_use]
    pub fn top(self, row: usize, place: f64) -> f64 {
        place.max(0.0) + float(row) * f64::from(ROW_PIXELS) - self.above(place)
    }

    /// Where to scroll so that a row is seen; none where it is.
    #[must_use]
    pub fn reveal(self, row: usize, place: f64) -> Option<f64> {
        let (row_pixels, above) = (f64::from(ROW_PIXELS), self.above(place));
        let top = float(row) * row_pixels;
        if top >= above && top + row_pixels <= above + self.seen {
            return None;
        }
        // Some way from the edge, so that its neighbours are seen too.
        let margin = ((self.seen - row_pixels) / 4.0).max(0.0);
        let wanted = if top < above {
            top - margin
        } else {
            top + row_pixels - self.seen + margin
        };
        let least = (top + row_pixels - self.seen).max(0.0);
        let wanted = wanted.clamp(least.min(top), top);
        Some(self.place(wanted))
    }

    /// The place at which so many pixels of rows are above.
    fn place(self, above: f64) -> f64 {
        let most = (self.height() - self.seen).max(0.0);
        let place = if self.full() <= MAX_PIXELS {
            above
        } else {
            above / (self.full() - self.seen) * most
        };
        place.clamp(0.0, most)
    }

    /// How many rows a page key moves.
    #[must_use]
    pub fn page(self) -> usize {
        whole(self.seen / f64::from(ROW_PIXELS))
            .saturating_sub(1)
            .max(1)
    }
}

#[expect(clippy::cast_precision_loss, reason = "a million rows are few")]
fn float(rows: usize) -> f64 {
    rows as f64
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the cast saturates"
)]
fn whole(pixels: f64) -> usize {
    pixels as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn few_rows_are_all_drawn() {
        let scroller = Scroller {
            rows: 5,
            seen: 600.0,
        };
        assert_eq!(scroller.drawn(0.0), 0..5);
        assert!((scroller.height() - 130.0).abs() < 0.1);
        assert_eq!(scroller.reveal(4, 0.0), None);
        assert_eq!(Scroller { rows: 0, seen: 0.0 }.drawn(9.0), 0..0);
    }

    #[test]
    fn a_million_rows_fit_into_an_element() {
        let scroller = Scroller {
            rows: 1_000_000,
            seen: 520.0,
        };
        assert!(scroller.height() <= MAX_PIXELS);
        let bottom = scroller.height() - scroller.seen;
        assert_eq!(scroller.drawn(bottom).end, 1_000_000);
        let last = scroller.top(999_999, bottom) + f64::from(ROW_PIXELS);
        assert!((last - scroller.height()).abs() < 0.5, "{last}");
        assert_eq!(scroller.page(), 19);
    }

    proptest! {
        #[test]
        fn what_is_revealed_is_seen(
            rows in 1_usize..3_000_000, at: prop::sample::Index, share in 0.0..1.0_f64, seen in 26.0..3_000.0_f64,
        ) {
            let (scroller, row) = (Scroller { rows, seen }, at.index(rows));
            let place = share * (scroller.height() - seen).max(0.0);
            let place = scroller.reveal(row, place).unwrap_or(place);
            let top = scroller.top(row, place) - place;
            prop_assert!(top >= -0.5 && top + f64::from(ROW_PIXELS) <= seen + 0.5, "{}", top);
            prop_assert!(scroller.drawn(place).contains(&row));
            prop_assert!(place <= scroller.height());
            prop_assert!(scroller.reveal(row, place).is_none_or(|again| (again - place).abs() < 1.0));
        }
    }
}
