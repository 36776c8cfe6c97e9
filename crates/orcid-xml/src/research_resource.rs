//! Research resources: the short form of a record and the full form of the activities.

use super::element::Detail;
use super::xml::{Cursor, Tag};
use super::{Element, ExternalId, FuzzyDate, Item, Organization, ParseError, Text, Title};

/// A research resource, that is, a grant to use a laboratory, a ship, a collection or the like:
/// `research-resource:research-resource-summary` in a record,
/// `research-resource:research-resource` as a document of its own. Most values stand in its
/// child `research-resource:proposal`.
#[derive(Debug, Default, PartialEq)]
pub struct ResearchResource<'a> {
    /// Put code, visibility, dates and source.
    pub element: Element<'a>,
    /// `research-resource:proposal/research-resource:title`: title and translation.
    pub title: Title<'a>,
    /// `research-resource:proposal/research-resource:hosts/common:organization`: the organizations that granted the
    /// use; empty if absent.
    pub hosts: Vec<Organization<'a>>,
    /// `research-resource:proposal/common:external-ids/common:external-id`: identifiers of the proposal; empty
    /// if absent.
    pub external_ids: Vec<ExternalId<'a>>,
    /// `research-resource:proposal/common:start-date`; all parts `None` if absent.
    pub start_date: FuzzyDate,
    /// `research-resource:proposal/common:end-date`; all parts `None` if absent.
    pub end_date: FuzzyDate,
    /// `research-resource:proposal/common:url`: a page about the proposal; `None` if absent.
    pub url: Text<'a>,
    /// `research-resource:resource-items/research-resource:resource-item`: the resources that were
    /// granted; empty in a record, which has the proposal only.
    pub items: Vec<ResourceItem<'a>>,
}

/// A resource that was granted, `research-resource:resource-item`.
#[derive(Debug, Default, PartialEq)]
pub struct ResourceItem<'a> {
    /// `research-resource:resource-name`; `None` if absent.
    pub name: Text<'a>,
    /// `research-resource:resource-type`: `infrastructures`, `collections`, `equipment` or
    /// `services`; `None` if absent.
    pub resource_type: Text<'a>,
    /// `research-resource:hosts/common:organization`: the organizations that have the resource;
    /// empty if absent.
    pub hosts: Vec<Organization<'a>>,
    /// `common:external-ids/common:external-id`: identifiers of the resource; empty if absent.
    pub external_ids: Vec<ExternalId<'a>>,
    /// `common:url`: a page about the resource; `None` if absent.
    pub url: Text<'a>,
}

impl<'a> ResearchResource<'a> {
    /// Reads a granted use in full.
    pub(super) fn parse(cursor: &mut Cursor<'a>, tag: Tag<'a>) -> Result<Self, ParseError> {
        Self::read(cursor, tag, Detail::Full)
    }

    /// Reads a granted use of a summary.
    pub(super) fn parse_summary(cursor: &mut Cursor<'a>, tag: Tag<'a>) -> Result<Self, ParseError> {
        Self::read(cursor, tag, Detail::Summary)
    }

    fn read(cursor: &mut Cursor<'a>, tag: Tag<'a>, detail: Detail) -> Result<Self, ParseError> {
        let element = Element::open(cursor, tag)?;
        let mut resource = Self { element, ..Self::default() };
        while let Some(tag) = cursor.child()? {
            match tag.name {
                "proposal" => resource.parse_proposal(cursor, tag)?,
                "resource-items" if detail == Detail::Full => resource.parse_items(cursor, tag)?,
                _ => resource.element.child(cursor, tag)?,
            }
        }
        Ok(resource)
    }

    fn parse_proposal(&mut self, cursor: &mut Cursor<'a>, tag: Tag<'a>) -> Result<(), ParseError> {
        cursor.container(tag)?;
        while let Some(tag) = cursor.child()? {
            match tag.name {
                "title" => self.title.parse(cursor, tag)?,
                "hosts" => parse_hosts(cursor, tag, &mut self.hosts)?,
                "external-ids" => ExternalId::parse_list(cursor, tag, &mut self.external_ids)?,
                "start-date" => self.start_date.parse(cursor, tag)?,
                "end-date" => self.end_date.parse(cursor, tag)?,
                "url" => cursor.text_into(tag, &mut self.url)?,
                _ => cursor.unmapped(tag)?,
            }
        }
        Ok(())
    }

    fn parse_items(&mut self, cursor: &mut Cursor<'a>, tag: Tag<'a>) -> Result<(), ParseError> {
        cursor.container(tag)?;
        while let Some(tag) = cursor.child()? {
            match tag.name {
                "resource-item" => {
                    cursor.take_room_for::<ResourceItem<'a>>()?;
                    self.items.push(ResourceItem::parse(cursor, tag)?);
                }
                _ => cursor.unmapped(tag)?,
            }
        }
        Ok(())
    }
}

impl<'a> ResourceItem<'a> {
    fn parse(cursor: &mut Cursor<'a>, tag: Tag<'a>) -> Result<Self, ParseError> {
        let mut item = Self::default();
        cursor.container(tag)?;
        while let Some(tag) = cursor.child()? {
            match tag.name {
                "resource-name" => cursor.text_into(tag, &mut item.name)?,
                "resource-type" => cursor.text_into(tag, &mut item.resource_type)?,
                "hosts" => parse_hosts(cursor, tag, &mut item.hosts)?,
                "external-ids" => ExternalId::parse_list(cursor, tag, &mut item.external_ids)?,
                "url" => cursor.text_into(tag, &mut item.url)?,
                _ => cursor.unmapped(tag)?,
            }
        }
        Ok(item)
    }
}

fn parse_hosts<'a>(
    cursor: &mut Cursor<'a>,
    tag: Tag<'a>,
    hosts: &mut Vec<Organization<'a>>,
) -> Result<(), ParseError> {
    cursor.container(tag)?;
    while let Some(tag) = cursor.child()? {
        match tag.name {
            "organization" => {
                cursor.take_room_for::<Organization<'a>>()?;
                hosts.push(Organization::parse(cursor, tag)?);
            }
            _ => cursor.unmapped(tag)?,
        }
    }
    Ok(())
}

impl<'a> Item<'a> for ResearchResource<'a> {
    fn element(&self) -> Option<&Element<'a>> {
        Some(&self.element)
    }
}
