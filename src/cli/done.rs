//! How a command ends that does not fail.

/// How a command that did not fail has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Done {
    All,
    /// Members were left out, or problems found.
    WithProblems,
}
