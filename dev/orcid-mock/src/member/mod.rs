//! The Member API of version 3.0: members read what is not public and write items.

mod forms;
mod groups;
mod ids;
mod item;
mod json;
mod lists;
mod media;
mod node;
mod record;
mod refusal;
mod rules;
mod schema;
mod section;
mod switches;
mod views;
mod words;

pub use item::{Item, Source, Visibility};
pub use node::Node;
pub use section::{Section, Table};
pub use switches::{MemberSwitches, Organizations};
