//! The section of a record about the person: names, biography, and short lists.

use super::attributes::fill;
use super::xml::{Cursor, Tag};
use super::{Element, ExternalId, ParseError, Text, Timestamp, values};

/// The person of a record, `person:person`.
#[derive(Debug, Default, PartialEq)]
pub struct Person<'a> {
    /// `common:last-modified-date`: the last change of this section; `None` if absent.
    pub last_modified_date: Option<Timestamp>,
    /// `person:name`; `None` if absent, as where it is not public.
    pub name: Option<Name<'a>>,
    /// `person:biography`; `None` if absent.
    pub biography: Option<Biography<'a>>,
    /// `other-name:other-names`.
    pub other_names: Items<OtherName<'a>>,
    /// `researcher-url:researcher-urls`.
    pub researcher_urls: Items<ResearcherUrl<'a>>,
    /// `email:emails`.
    pub emails: Items<Email<'a>>,
    /// `address:addresses`.
    pub addresses: Items<Address<'a>>,
    /// `keyword:keywords`.
    pub keywords: Items<Keyword<'a>>,
    /// `external-identifier:external-identifiers`.
    pub external_identifiers: Items<PersonId<'a>>,
}

/// The name of the person, `person:name`. Only `given-names` is common to nearly all.
#[derive(Debug, Default, PartialEq)]
pub struct Name<'a> {
    /// Visibility and dates; a name has no put code and no source.
    pub element: Element<'a>,
    /// `personal-details:given-names`; `None` if absent.
    pub given_names: Text<'a>,
    /// `personal-details:family-name`; `None` if absent.
    pub family_name: Text<'a>,
    /// `personal-details:credit-name`: the name as the person wants it published; `None` if absent.
    pub credit_name: Text<'a>,
}

/// The biography of the person, `person:biography`.
#[derive(Debug, Default, PartialEq)]
pub struct Biography<'a> {
    /// Visibility and dates; a biography has no put code and no source.
    pub element: Element<'a>,
    /// `personal-details:content`: the text; `None` if absent.
    pub content: Text<'a>,
}

/// A list about a person, such as `keyword:keywords`, with the time of its last change.
#[derive(Debug, PartialEq)]
pub struct Items<T> {
    /// `common:last-modified-date`: the last change of an item; `None` if absent.
    pub last_modified_date: Option<Timestamp>,
    /// The items, in the order of the document; empty if the list is absent.
    pub items: Vec<T>,
}

/// Another name under which the person is known, `other-name:other-name`.
#[derive(Debug, Default, PartialEq)]
pub struct OtherName<'a> {
    /// Put code, visibility, dates and source.
    pub element: Element<'a>,
    /// `other-name:content`: the name; `None` if absent.
    pub content: Text<'a>,
}

/// A web page of the person, `researcher-url:researcher-url`.
#[derive(Debug, Default, PartialEq)]
pub struct ResearcherUrl<'a> {
    /// Put code, visibility, dates and source.
    pub element: Element<'a>,
    /// `researcher-url:url-name`: the name of the page; `None` if absent.
    pub url_name: Text<'a>,
    /// `researcher-url:url`: its address; `None` if absent.
    pub url: Text<'a>,
}

/// A public e-mail address, `email:email`.
#[derive(Debug, Default, PartialEq)]
pub struct Email<'a> {
    /// Put code, visibility, dates and source.
    pub element: Element<'a>,
    /// `email:email`: the address; `None` if absent.
    pub email: Text<'a>,
    /// `common:verification-date`: when the address was verified; `None` if absent. No schema has
    /// it; ORCID wrote it in late 2024.
    pub verification_date: Option<Timestamp>,
    /// `@verified`: whether the person has shown that the address is theirs; `None` if absent.
    pub verified: Option<bool>,
    /// `@primary`: whether it is the person's main address; `None` if absent.
    pub primary: Option<bool>,
}

/// A country in which the person works, `address:address`.
#[derive(Debug, Default, PartialEq)]
pub struct Address<'a> {
    /// Put code, visibility, dates and source.
    pub element: Element<'a>,
    /// `address:country`: two letters of ISO 3166; `None` if absent.
    pub country: Text<'a>,
}

/// A keyword about the person's work, `keyword:keyword`.
#[derive(Debug, Default, PartialEq)]
pub struct Keyword<'a> {
    /// Put code, visibility, dates and source.
    pub element: Element<'a>,
    /// `keyword:content`: the keyword, or several in one text; `None` if absent.
    pub content: Text<'a>,
}

/// An identifier of the person in another system,
/// `external-identifier:external-identifier`, such as a Scopus Author ID.
#[derive(Debug, Default, PartialEq)]
pub struct PersonId<'a> {
    /// The identifier, with its put code, visibility, dates and source in
    /// [`ExternalId::element`].
    pub id: ExternalId<'a>,
}

/// An item of a record, of any section: it has an [`Element`].
pub trait Item<'a>: Default {
    /// Put code, visibility, dates and source; `None` for a [`PersonId`] that has none of
    /// them.
    fn element(&self) -> Option<&Element<'a>>;
}

/// An item whose children are read one by one.
trait ParseItem<'a>: Item<'a> {
    fn element_mut(&mut self) -> &mut Element<'a>;

    /// Reads a child of its own, or hands it to the element.
    fn child(&mut self, cursor: &mut Cursor<'a>, tag: Tag<'a>) -> Result<(), ParseError>;

    fn parse(cursor: &mut Cursor<'a>, tag: Tag<'a>) -> Result<Self, ParseError> {
        let mut item = Self::default();
        *item.element_mut() = Element::open(cursor, tag)?;
        item.children(cursor)?;
        Ok(item)
    }

    /// Reads an item that the schema gives visibility and dates only; what else stands
    /// there is noted.
    fn parse_bare(cursor: &mut Cursor<'a>, tag: Tag<'a>) -> Result<Self, ParseError> {
        let mut item = Self::default();
        cursor.attribute_into(tag, "visibility", &mut item.element_mut().visibility)?;
        while let Some(tag) = cursor.child()? {
            match tag.name {
                "source" => cursor.unmapped(tag)?,
                _ => item.child(cursor, tag)?,
            }
        }
        Ok(item)
    }

    fn children(&mut self, cursor: &mut Cursor<'a>) -> Result<(), ParseError> {
        while let Some(tag) = cursor.child()? {
            self.child(cursor, tag)?;
        }
        Ok(())
    }
}

impl<T> Default for Items<T> {
    fn default() -> Self {
        Self { last_modified_date: None, items: Vec::new() }
    }
}

impl<'a> Person<'a> {
    pub(super) fn parse(&mut self, cursor: &mut Cursor<'a>, tag: Tag<'a>) -> Result<(), ParseError> {
        cursor.container(tag)?;
        while let Some(tag) = cursor.child()? {
            match tag.name {
                "last-modified-date" => cursor.timestamp_into(tag, &mut self.last_modified_date)?,
                "name" => cursor.single_valued(tag, &mut self.name, Name::parse_bare)?,
                "biography" => cursor.single_valued(tag, &mut self.biography, Biography::parse_bare)?,
                "other-names" => self.other_names.parse(cursor, tag, "other-name", OtherName::parse)?,
                "researcher-urls" => {
                    self.researcher_urls.parse(cursor, tag, "researcher-url", ResearcherUrl::parse)?;
                }
                "emails" => self.emails.parse(cursor, tag, "email", Email::parse_item)?,
                "addresses" => self.addresses.parse(cursor, tag, "address", Address::parse)?,
                "keywords" => self.keywords.parse(cursor, tag, "keyword", Keyword::parse)?,
                "external-identifiers" => {
                    self.external_identifiers.parse(cursor, tag, "external-identifier", PersonId::parse)?;
                }
                _ => cursor.unmapped(tag)?,
            }
        }
        Ok(())
    }
}

impl<T> Items<T> {
    fn parse<'a>(
        &mut self,
        cursor: &mut Cursor<'a>,
        tag: Tag<'a>,
        item: &str,
        parse_item: fn(&mut Cursor<'a>, Tag<'a>) -> Result<T, ParseError>,
    ) -> Result<(), ParseError> {
        cursor.container(tag)?;
        while let Some(tag) = cursor.child()? {
            match tag.name {
                "last-modified-date" => cursor.timestamp_into(tag, &mut self.last_modified_date)?,
                name if name == item => {
                    cursor.take_room_for::<T>()?;
                    self.items.push(parse_item(cursor, tag)?);
                }
                _ => cursor.unmapped(tag)?,
            }
        }
        Ok(())
    }
}

impl<'a> Email<'a> {
    fn parse_item(cursor: &mut Cursor<'a>, tag: Tag<'a>) -> Result<Self, ParseError> {
        let mut email = Self::default();
        cursor.attributes(tag, |name, value| match name {
            "verified" => fill(&mut email.verified, values::boolean(&value)),
            "primary" => fill(&mut email.primary, values::boolean(&value)),
            _ => email.element.attribute(name, value),
        })?;
        email.children(cursor)?;
        Ok(email)
    }
}

impl<'a> PersonId<'a> {
    fn parse(cursor: &mut Cursor<'a>, tag: Tag<'a>) -> Result<Self, ParseError> {
        ExternalId::parse(cursor, tag).map(|id| Self { id })
    }
}

impl<'a> Item<'a> for PersonId<'a> {
    fn element(&self) -> Option<&Element<'a>> {
        self.id.element.as_deref()
    }
}

impl<'a> Item<'a> for Email<'a> {
    fn element(&self) -> Option<&Element<'a>> {
        Some(&self.element)
    }
}

impl<'a> ParseItem<'a> for Email<'a> {
    fn element_mut(&mut self) -> &mut Element<'a> {
        &mut self.element
    }

    fn child(&mut self, cursor: &mut Cursor<'a>, tag: Tag<'a>) -> Result<(), ParseError> {
        match tag.name {
            "email" => cursor.text_into(tag, &mut self.email),
            // In no schema; ORCID wrote it in late 2024.
            "verification-date" => cursor.timestamp_into(tag, &mut self.verification_date),
            _ => self.element.child(cursor, tag),
        }
    }
}

/// Gives an item type its element, and its own children with their slots.
macro_rules! items {
    ($($item:ident { $($name:literal => $slot:ident),+ })+) => { $(
        impl<'a> Item<'a> for $item<'a> {
            fn element(&self) -> Option<&Element<'a>> {
                Some(&self.element)
            }
        }

        impl<'a> ParseItem<'a> for $item<'a> {
            fn element_mut(&mut self) -> &mut Element<'a> {
                &mut self.element
            }

            fn child(&mut self, cursor: &mut Cursor<'a>, tag: Tag<'a>) -> Result<(), ParseError> {
                match tag.name {
                    $($name => cursor.text_into(tag, &mut self.$slot),)+
                    _ => self.element.child(cursor, tag),
                }
            }
        }
    )+ };
}

items! {
    Name { "given-names" => given_names, "family-name" => family_name, "credit-name" => credit_name }
    Biography { "content" => content }
    OtherName { "content" => content }
    ResearcherUrl { "url-name" => url_name, "url" => url }
    Address { "country" => country }
    Keyword { "content" => content }
}
