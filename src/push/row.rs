//! A row of the input: one item of one person, ready to be sent, or the faults that forbid it.

use std::path::PathBuf;

use orcid_api::member::Section;
use orcid_xml::Orcid;

use super::fault::{At, RowFault};
use super::node::Item;

/// What a row asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// The item shall be at ORCID as the row has it.
    Keep,
    /// The item shall be deleted.
    Delete,
    /// Nothing: the row is marked as not active.
    Nothing,
}

/// Whose record a row is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whose {
    Orcid(Orcid),
    /// By a mail address, which the permissions lead to an iD.
    Email(String),
    /// By the id of the row alone, which the state folder leads to an iD.
    Row,
}

/// A row as it was read.
#[derive(Debug, Clone)]
pub struct Row {
    pub file: PathBuf,
    pub at: At,
    pub wish: Wish,
    pub whose: Whose,
    /// `None` for a row that has nothing but its id.
    pub section: Option<Section>,
    /// The row's own id, from the input.
    pub id: Option<String>,
    /// The put code that the input names.
    pub put_code: Option<i64>,
    /// The item; `None` for a row that has nothing but its id.
    pub item: Option<Item>,
    pub faults: Vec<RowFault>,
    /// What was added to the row, such as the ROR of its organization.
    pub notes: Vec<String>,
}

impl Row {
    pub fn new(file: PathBuf, at: At, whose: Whose) -> Self {
        Self {
            file,
            at,
            wish: Wish::Keep,
            whose,
            section: None,
            id: None,
            put_code: None,
            item: None,
            faults: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Adds a fault.
    pub fn fault(&mut self, at: &At, what: impl Into<String>) {
        self.faults.push(RowFault::new(at, what));
    }
}
