//! The waterfall: one row a span, with its bar on the time line of the trace.
//!
//! A [`Skeleton`] has of a trace what rows show. A [`State`] says how it is looked at: a [`View`] is
//! which spans have a row then, a [`Window`] the part of the time line that is seen, a [`RowView`]
//! what one row shows, and a [`Scroller`] says which rows are on the screen. All of that is the same
//! on the server, which draws the first rows, and in browsers, which draw what is scrolled to.

mod change_of_clock;
mod codec;
mod mark;
pub mod minimap;
mod row;
mod scroller;
mod skeleton;
mod state;
mod varint;
mod view;
mod window;

use serde::{Deserialize, Serialize};

pub use codec::SkeletonError;
pub use mark::{Mark, Marks};
pub use row::Row as RowView;
pub use scroller::{MAX_DRAWN, ROW_PIXELS, Scroller};
pub use skeleton::{Bone, MAX_SPANS, OnPath, Skeleton, fingerprint};
pub use state::{Fold, MAX_FIND, MAX_FOLDED, Sort, State, Window};
pub use view::View;
pub use window::Stretch;

/// Places of a time line that can be told apart.
const PLACES: i64 = 1_000;

/// Which clock the bars follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Clock {
    /// All spans on one time line, as [`crate::clock_skew`] estimates it.
    #[default]
    Corrected,
    /// Each span where its own process said it was.
    Raw,
}

impl Clock {
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Corrected => Self::Raw,
            Self::Raw => Self::Corrected,
        }
    }

    /// Its name in addresses.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::Corrected => "corrected",
            Self::Raw => "raw",
        }
    }

    fn of_key(key: &str) -> Option<Self> {
        let all = [Self::Corrected, Self::Raw];
        all.into_iter().find(|clock| clock.key() == key)
    }
}
