//! Sections of activities: items that ORCID has grouped by shared identifiers.

use super::unmapped::NO_ITEM;
use super::xml::{Cursor, Tag};
use super::{ExternalId, ParseError, Timestamp};

/// A group of items that share an identifier, `activities:group` or
/// `activities:affiliation-group`: one paper, say, that two sources have added.
#[derive(Debug, PartialEq)]
pub struct Group<'a, T> {
    /// `common:last-modified-date`: the last change of an item of the group; `None` if absent.
    pub last_modified_date: Option<Timestamp>,
    /// `common:external-ids/common:external-id`: the identifiers that the items share; empty for
    /// an item without identifiers.
    pub external_ids: Vec<ExternalId<'a>>,
    /// The items, in the order of the document. The person's preferred one has the highest
    /// [`display_index`](crate::Element::display_index).
    pub items: Vec<T>,
}

/// A section of a record's activities, such as `activities:works` or `activities:employments`:
/// its items in groups.
#[derive(Debug, PartialEq)]
pub struct Section<'a, T> {
    /// `common:last-modified-date`: the last change of an item of the section; `None` if absent.
    pub last_modified_date: Option<Timestamp>,
    /// The groups, in the order of the document.
    pub groups: Vec<Group<'a, T>>,
    /// Items outside groups: the affiliations of schema 2.0. Empty in schema 3.0.
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

    /// All items, each with its group and the group's place in [`groups`](Self::groups), counted
    /// from 0; `None` for items without a group, which come first.
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
        let mut date = None;
        cursor.container(tag)?;
        while let Some(tag) = cursor.child()? {
            match tag.name {
                "last-modified-date" => {
                    cursor.written_timestamp_into(tag, &mut group.last_modified_date, &mut date)?;
                }
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
        if let Some((date_tag, date)) = date.filter(|_| group.items.is_empty()) {
            cursor.note_part([tag, date_tag], &date, Some(NO_ITEM))?;
        }
        Ok(group)
    }
}
