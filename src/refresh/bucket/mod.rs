//! All records as files in a bucket, in the place of ORCID's API: ORCID's S3 for premium members, or
//! any place with the same layout.
//!
//! A [`Bucket`] is a [`Client`](orcid_api::Client): a request for a record or an item is answered with the bytes of its
//! file, so that answers are judged, kept and applied as those of the API. It has two differences. A
//! bucket cannot be searched: its list of last changes tells who changed. And a file that is not
//! there tells nothing about a person, because copies lag behind: a record without a file is a fault,
//! and an item without a file counts as missing, which its record decides.

mod answers;
mod client;
mod estimate;
mod files;
mod layout;

pub use client::{Bucket, LIMITS, NO_FILE};
pub use estimate::Reads;
