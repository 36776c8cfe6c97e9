//! What can be wrong with a stream, in zlib's words: people look them up.

pub(super) const BLOCK_TYPE: &str = "invalid block type";
pub(super) const STORED_LENGTHS: &str = "invalid stored block lengths";
pub(super) const TOO_MANY_SYMBOLS: &str = "too many length or distance symbols";
pub(super) const CODE_LENGTHS: &str = "invalid code lengths set";
pub(super) const REPEAT: &str = "invalid bit length repeat";
pub(super) const NO_END_OF_BLOCK: &str = "invalid code -- missing end-of-block";
pub(super) const LITERALS: &str = "invalid literal/lengths set";
pub(super) const DISTANCES: &str = "invalid distances set";
pub(super) const LITERAL: &str = "invalid literal/length code";
pub(super) const DISTANCE: &str = "invalid distance code";
pub(super) const FAR_BACK: &str = "invalid distance too far back";
