//! Tests of the local ORCID itself: that it serves as ORCID does, and fails as it is told.

mod authorize;
mod client;
mod faults;
mod identity;
mod member;
mod portal;
mod serving;
mod token_faults;
mod token_life;
mod tokens;
