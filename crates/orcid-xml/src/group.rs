//! Sections of activities: items that ORCID has grouped by shared identifiers.

use super::unmapped::NO_ITEM;
use super::values::written;
use super::xml::{Cursor, Tag};
use super::{ExternalId, ParseError, Timestamp};

/// Items that share an identifier, such as one paper told by two sources.
#[derive(Debug, PartialEq)]
pub struct Group<'a, T> {
    pub last_modified_date: Option<Timestamp>,
    pub external_ids: Vec<ExternalId<'a>>,
    pub items: Vec<T>,
}

/// A section of a summary: groups of items; in v2.0 affiliations stand alone.
#[derive(Debug, PartialEq)]
pub struct Section<'a, T> {
    pub last_modified_date: Option<Timestamp>,
    pub groups: Vec<Group<'a, T>>,
    pub ungrouped: Vec<T>,
}

/// How one item is read.
pub(super) type ParseItem<'a, T> = fn(&mut Cursor<'a>, Tag<'a>) -> Result<T, ParseError>;

impl<T> Default for Section<'_, T> {
    fn default() -> Self {
        Self { last_modified_date: None, groups: Vec::new(), ungrouped: Vec::new() }
    }
}

impl<T> Default for Group<'_, T> {
    fn default() -> Self {
        Self { last_modified_date: None, external_ids: Vec::new(), items: Vec::new() }
    }
}

impl<'a, T> Section<'a, T> {
    /// Reads a section whose items are called `item`.
    pub(super) fn parse(
        &mut self,
        cursor: &mut Cursor<'a>,
        tag: Tag<'a>,
        item: &str,
        parse_item: ParseItem<'a, T>,
    ) -> Result<(), ParseError> {
        cursor.container(tag)?;
        while let Some(tag) = cursor.child()? {
            match tag.name {
                "last-modified-date" => cursor.timestamp_into(tag, &mut self.last_modified_date)?,
                "group" | "affiliation-group" => {
                    cursor.take_room_for::<Group<'a, T>>()?;
                    self.groups.push(Group::parse(cursor, tag, item, parse_item)?)
                }
                name if name == item => {
                    cursor.take_room_for::<T>()?;
                    self.ungrouped.push(parse_item(cursor, tag)?);
                }
                _ => cursor.unmapped(tag)?,
            }
        }
        Ok(())
    }

    /// Every item with its group's place and group, in document order.
    pub fn items(&self) -> impl Iterator<Item = (Option<(usize, &Group<'a, T>)>, &T)> {
        let grouped = self.groups.iter().enumerate();
        let grouped = grouped.flat_map(|place| place.1.items.iter().map(move |item| (Some(place), item)));
        self.ungrouped.iter().map(|item| (None, item)).chain(grouped)
    }
}

impl<'a, T> Group<'a, T> {
    pub(super) fn parse(
        cursor: &mut Cursor<'a>,
        tag: Tag<'a>,
        item: &str,
        parse_item: ParseItem<'a, T>,
    ) -> Result<Self, ParseError> {
        let mut group = Self::default();
        cursor.container(tag)?;
        while let Some(tag) = cursor.child()? {
            match tag.name {
                "last-modified-date" => cursor.timestamp_into(tag, &mut group.last_modified_date)?,
                "external-ids" => ExternalId::parse_list(cursor, tag, &mut group.external_ids)?,
                name if name == item => {
                    cursor.take_room_for::<T>()?;
                    // Most groups hold one item, and an item is large.
                    group.items.reserve_exact(usize::from(group.items.is_empty()));
                    group.items.push(parse_item(cursor, tag)?);
                }
                _ => cursor.unmapped(tag)?,
            }
        }
        if group.items.is_empty() && group.last_modified_date.is_some() {
            let date = group.last_modified_date.map(written).unwrap_or_default();
            cursor.note("last-modified-date", &date, Some(NO_ITEM))?;
        }
        Ok(group)
    }
}
