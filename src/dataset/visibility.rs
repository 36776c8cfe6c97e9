//! Who may see a dataset.

use serde::{Deserialize, Serialize};

/// Who may see the rows of a dataset.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Visibility {
    /// Everybody: it has only what is public.
    #[default]
    Public,
    /// Those whom people have permitted to see what they show to trusted parties.
    Limited,
}

impl Visibility {
    /// True if everybody may see them.
    pub fn is_public(&self) -> bool {
        *self == Self::Public
    }
}
