//! The person: names, biography, and the short lists about them.

use super::xml::{Cursor, Tag};
use super::{Element, ExternalId, ParseError, Text, Timestamp, values};

/// `person:person`.
#[derive(Debug, Default, PartialEq)]
pub struct Person<'a> {
    pub last_modified_date: Option<Timestamp>,
    pub name: Option<Name<'a>>,
    pub biography: Option<Biography<'a>>,
    pub other_names: Items<OtherName<'a>>,
    pub researcher_urls: Items<ResearcherUrl<'a>>,
    pub emails: Items<Email<'a>>,
    pub addresses: Items<Address<'a>>,
    pub keywords: Items<Keyword<'a>>,
    pub external_identifiers: Items<PersonId<'a>>,
}

/// `person:name`; any part may be absent, or the whole where it is not public.
#[derive(Debug, Default, PartialEq)]
pub struct Name<'a> {
    pub element: Element<'a>,
    pub given_names: Text<'a>,
    pub family_name: Text<'a>,
    pub credit_name: Text<'a>,
}

/// `person:biography`.
#[derive(Debug, Default, PartialEq)]
pub struct Biography<'a> {
    pub element: Element<'a>,
    pub content: Text<'a>,
}

/// A list with the date of its last change.
#[derive(Debug, PartialEq)]
pub struct Items<T> {
    pub last_modified_date: Option<Timestamp>,
    pub items: Vec<T>,
}

/// Another name under which the person is known.
#[derive(Debug, Default, PartialEq)]
pub struct OtherName<'a> {
    pub element: Element<'a>,
    pub content: Text<'a>,
}

/// A web page of the person.
#[derive(Debug, Default, PartialEq)]
pub struct ResearcherUrl<'a> {
    pub element: Element<'a>,
    pub url_name: Text<'a>,
    pub url: Text<'a>,
}

/// A public e-mail address.
#[derive(Debug, Default, PartialEq)]
pub struct Email<'a> {
    pub element: Element<'a>,
    pub email: Text<'a>,
    pub verification_date: Option<Timestamp>,
    pub verified: Option<bool>,
    pub primary: Option<bool>,
}

/// A country in which the person works.
#[derive(Debug, Default, PartialEq)]
pub struct Address<'a> {
    pub element: Element<'a>,
    pub country: Text<'a>,
}

/// A keyword.
#[derive(Debug, Default, PartialEq)]
pub struct Keyword<'a> {
    pub element: Element<'a>,
    pub content: Text<'a>,
}

/// An identifier of the person in another system.
#[derive(Debug, Default, PartialEq)]
pub struct PersonId<'a> {
    pub id: ExternalId<'a>,
}

/// One item of a person's list.
pub trait Item<'a>: Default {
    /// Put code, source and dates; `None` where none was written.
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
        let mut item = Self::parse(cursor, tag)?;
        let element = item.element_mut();
        let source = &element.source;
        for (part, value) in [
            ("@put-code", element.put_code.map(|code| code.to_string())),
            ("@display-index", element.display_index.map(|index| index.to_string())),
            ("source/source-orcid", source.orcid.as_deref().map(str::to_owned)),
            ("source/source-client-id", source.client_id.as_deref().map(str::to_owned)),
            ("source/source-name", source.name.as_deref().map(str::to_owned)),
            ("source/assertion-origin-orcid", source.assertion_origin_orcid.as_deref().map(str::to_owned)),
            (
                "source/assertion-origin-client-id",
                source.assertion_origin_client_id.as_deref().map(str::to_owned),
            ),
            ("source/assertion-origin-name", source.assertion_origin_name.as_deref().map(str::to_owned)),
        ] {
            if let Some(value) = value {
                cursor.note(&format!("{}/{part}", tag.name), &value, None)?;
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
                "name" => cursor.once(tag, &mut self.name, Name::parse_bare)?,
                "biography" => cursor.once(tag, &mut self.biography, Biography::parse_bare)?,
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
        cursor.attributes(tag, |name, value| {
            let flag = || values::boolean(&value).ok_or("true or false").map(Some);
            match name {
                "verified" if email.verified.is_none() => email.verified = flag()?,
                "primary" if email.primary.is_none() => email.primary = flag()?,
                _ => return email.element.attribute(name, value),
            }
            Ok(true)
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
