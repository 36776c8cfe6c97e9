//! Research resources: a proposal with its hosts, and in full its items.

use super::element::Form;
use super::xml::{Cursor, Tag};
use super::{Element, ExternalId, FuzzyDate, Item, Organization, ParseError, Text, Title};

/// The use of a resource that was granted.
#[derive(Debug, Default, PartialEq)]
pub struct ResearchResource<'a> {
    pub element: Element<'a>,
    pub title: Title<'a>,
    pub hosts: Vec<Organization<'a>>,
    pub external_ids: Vec<ExternalId<'a>>,
    pub start_date: FuzzyDate,
    pub end_date: FuzzyDate,
    pub url: Text<'a>,
    /// What was granted; in the full form only.
    pub items: Vec<ResourceItem<'a>>,
}

/// One granted resource.
#[derive(Debug, Default, PartialEq)]
pub struct ResourceItem<'a> {
    pub name: Text<'a>,
    pub resource_type: Text<'a>,
    pub hosts: Vec<Organization<'a>>,
    pub external_ids: Vec<ExternalId<'a>>,
    pub url: Text<'a>,
}

impl<'a> ResearchResource<'a> {
    /// Reads a granted use in full.
    pub(super) fn parse(cursor: &mut Cursor<'a>, tag: Tag<'a>) -> Result<Self, ParseError> {
        Self::read(cursor, tag, Form::Full)
    }

    /// Reads a granted use of a summary.
    pub(super) fn parse_summary(cursor: &mut Cursor<'a>, tag: Tag<'a>) -> Result<Self, ParseError> {
        Self::read(cursor, tag, Form::Summary)
    }

    fn read(cursor: &mut Cursor<'a>, tag: Tag<'a>, form: Form) -> Result<Self, ParseError> {
        let element = Element::open(cursor, tag)?;
        let mut resource = Self { element, ..Self::default() };
        while let Some(tag) = cursor.child()? {
            match tag.name {
                "proposal" => resource.parse_proposal(cursor, tag)?,
                "resource-items" if form == Form::Full => resource.parse_items(cursor, tag)?,
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
