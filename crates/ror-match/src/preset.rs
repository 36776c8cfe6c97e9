//! How much is risked to find more.

/// A choice between missing matches and making wrong ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Preset {
    /// Takes only names that are the same except for their spelling.
    Strict,
    /// Takes similar names too, if one is clearly the most similar.
    Balanced,
    /// Takes any name that is more likely right than wrong.
    Recall,
}

/// The limits within which a similar name is taken.
#[derive(Clone, Copy, Debug)]
pub struct Similarity {
    /// The least score, from 0 to 1, if one name has all words of the other and the city does not
    /// differ.
    pub score: f32,
    /// The least score of all other similar names.
    pub contrary_score: f32,
    /// The least distance in score to the next-best organisation.
    pub margin: f32,
}

impl Preset {
    /// All presets, the most careful first.
    pub const ALL: [Self; 3] = [Self::Strict, Self::Balanced, Self::Recall];

    /// A stable name: `strict`, `balanced` or `recall`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Strict => "strict",
            Self::Balanced => "balanced",
            Self::Recall => "recall",
        }
    }

    /// The limits within which similar names are taken; `None` if none are.
    pub fn similarity(self) -> Option<Similarity> {
        match self {
            Self::Strict => None,
            Self::Balanced => Some(Similarity { score: 0.5, contrary_score: 0.7, margin: 0.07 }),
            Self::Recall => Some(Similarity { score: 0.4, contrary_score: 0.6, margin: 0.05 }),
        }
    }

    /// True if the tiers from [`Tier::Country`](crate::Tier::Country) on are tried: parts of the
    /// text, acronyms, parents, names from other countries.
    pub fn allows_fuzzy(self) -> bool {
        self != Self::Strict
    }
}
