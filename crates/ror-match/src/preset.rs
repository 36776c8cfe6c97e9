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

/// When a similar name is taken.
#[derive(Clone, Copy, Debug)]
pub struct Similarity {
    /// The least score, where one name says all that the other does, and the
    /// city does not differ.
    pub score: f32,
    /// The least score of others.
    pub contrary_score: f32,
    /// The least distance to the next best organisation.
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

    /// When a similar name is taken; never if there is none.
    pub fn similarity(self) -> Option<Similarity> {
        match self {
            Self::Strict => None,
            Self::Balanced => Some(Similarity { score: 0.5, contrary_score: 0.7, margin: 0.07 }),
            Self::Recall => Some(Similarity { score: 0.4, contrary_score: 0.6, margin: 0.05 }),
        }
    }

    /// Whether the parts of a text, parents, acronyms and names from elsewhere
    /// are taken.
    pub fn ventures(self) -> bool {
        self != Self::Strict
    }
}
