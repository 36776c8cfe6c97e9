//! All tests of the library and the program, in one test program, so that they are linked once.
//! One file tests one thing; `cargo nextest run convert::` runs those of a file.

mod support;

mod auth;
mod beside;
mod client;
mod convert;
mod damage;
mod damage_matched;
mod docs;
mod endings;
mod faults;
mod folders;
mod format_1;
mod get;
mod index;
mod layering;
mod lists;
mod locks;
mod matching;
mod messages;
mod odd_archives;
mod odd_names;
mod oddities;
mod outputs;
mod parts;
mod readers;
mod refresh;
mod refresh_again;
mod refresh_answers;
mod refresh_begin;
mod refresh_dates;
mod refresh_doubt;
mod refresh_inputs;
mod refresh_items;
mod refresh_network;
mod refresh_options;
mod refresh_plan;
mod refresh_refused;
mod refresh_scope;
mod refresh_search;
mod rematch;
mod renamed;
mod store;
mod streams;
mod update;
