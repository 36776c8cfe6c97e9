//! Asks ORCID's API within its limits, and says what each answer means.
#![doc = include_str!("../README.md")]
#![deny(missing_docs)]
#![cfg_attr(not(test), warn(clippy::unwrap_used))]

mod agent;
mod answer;
mod client;
mod content;
mod credentials;
mod error;
mod host;
mod http;
pub mod member;
pub mod oauth;
mod owner;
mod pace;
mod proxy;
mod retry;
mod solr;
mod stub;
pub mod time;
mod token;
mod token_file;
mod token_folder;
mod treatment;
mod visibility;

pub use agent::{agent, logged};
pub use answer::{TOO_MANY_REQUESTS, treat};
pub use client::{Client, Fault, Reply, UNANSWERED, UNTRUSTED};
pub use content::{without_works, work_of};
pub use credentials::{Credentials, Secret, bare_word};
pub use error::ApiError;
pub use host::{Choice, Host};
pub use http::{ClientOptions, HttpClient};
pub use pace::{Clock, Limits, Pace, SystemClock};
pub use retry::{Breaker, Jitter, Permission, RetryPolicy, parse_retry_after, wait};
pub use solr::{encoded, quoted};
pub use stub::parse_stub;
pub use token::Token;
pub use token_file::TokenFile;
pub use token_folder::FolderAccess;
pub use treatment::{Asked, BulkWork, ListedItem, Payload, Treatment};
pub use visibility::{LIMITED as LIMITED_VISIBILITY, Sight, without_hidden};
