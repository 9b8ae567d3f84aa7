//! How far a count looks before it says "at least".

/// Steps that a reader takes one by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Look {
    #[default]
    Near,
    Further,
    Furthest,
}

impl Look {
    pub const ALL: [Self; 3] = [Self::Near, Self::Further, Self::Furthest];

    /// As addresses have it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Near => "near",
            Self::Further => "further",
            Self::Furthest => "furthest",
        }
    }

    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|look| look.name() == name)
    }

    /// The next step; none after the last.
    #[must_use]
    pub fn further(self) -> Option<Self> {
        match self {
            Self::Near => Some(Self::Further),
            Self::Further => Some(Self::Furthest),
            Self::Furthest => None,
        }
    }

    /// Most traces that are counted where summaries tell which are meant.
    #[must_use]
    pub fn summaries(self) -> usize {
        match self {
            Self::Near => 100_000,
            Self::Further => 1_000_000,
            Self::Furthest => 3_000_000,
        }
    }

    /// Most traces whose spans are looked at where only those tell.
    #[must_use]
    pub fn documents(self) -> usize {
        match self {
            Self::Near => 1_000,
            Self::Further => 10_000,
            Self::Furthest => 50_000,
        }
    }
}
