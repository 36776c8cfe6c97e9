//! What was learned of the documents so far, to read the next ones faster.

use super::Text;
use super::order::Order;
use super::repeats::Repeats;
use super::source::Source;

pub(super) struct Learned<'a> {
    pub order: Order<'a>,
    pub sources: Repeats<'a, Source<'a>>,
    /// Sequence and role of contributors.
    pub roles: Repeats<'a, [Text<'a>; 2]>,
}

impl Learned<'_> {
    pub fn new() -> Self {
        Self { order: Order::new(), sources: Repeats::default(), roles: Repeats::default() }
    }
}
