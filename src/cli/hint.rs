//! The interface of errors that advise the user; `hints.rs` has the advice.

use std::borrow::Cow;

/// An error that advises the user of the program.
pub trait Hint {
    /// What to do about it.
    fn hint(&self) -> Cow<'static, str>;
}
