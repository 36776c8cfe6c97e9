//! The Member API, the webhooks and the buckets of the local ORCID.

mod buckets;
mod client;
mod failing;
mod hooks;
mod reading;
mod rules;
mod writing;
