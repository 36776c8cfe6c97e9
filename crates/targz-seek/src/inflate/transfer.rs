//! What a call gives the decoder, and how far it has come.

pub(super) struct Transfer<'p, 'o> {
    /// The input that has not been used.
    pub packed: &'p [u8],
    pub out: &'o mut [u8],
    /// Bytes of `out` that have been made.
    pub made: usize,
    /// Where in `out` the step ends; a match may go beyond it.
    pub end: usize,
    /// The call ends where a block ends.
    pub to_block: bool,
}
