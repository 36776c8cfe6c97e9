//! Tests of the local ORCID itself: that it serves as ORCID does, and fails as it is told.

mod client;
mod faults;
mod member;
mod serving;
