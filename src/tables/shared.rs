//! Columns that several tables have: the owner, the element, its group, its
//! source, dates and organizations.

use super::column::{Column, column};
use super::value::{
    Family, Row, boolean, day, int32, int64, key, label, month, ordinal, org_key, text, timestamp, year,
};
use orcid_xml::{Element, FuzzyDate, Group, Item, Organization, Section, Source, Timestamp, Title};

/// A row made from one item of a record.
pub struct ItemRow<'a, T> {
    pub orcid: &'a str,
    pub kind: &'static str,
    pub group: Option<GroupPlace>,
    pub item: &'a T,
}

/// Where an item's group stands, and what it says.
#[derive(Clone, Copy)]
pub struct GroupPlace {
    pub index: usize,
    pub last_modified_date: Option<Timestamp>,
    /// The item is the one that ORCID shows for the group.
    pub is_preferred: bool,
}

impl<T> Clone for ItemRow<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for ItemRow<'_, T> {}

/// A row that belongs to somebody.
pub trait HasOrcid<'a> {
    fn orcid(&self) -> &'a str;
}

/// A row with put code, visibility, dates and source.
pub trait HasElement<'a> {
    fn element(&self) -> Option<&'a Element<'a>>;
}

/// A row of which somebody said where it comes from.
pub trait HasSource<'a> {
    fn source(&self) -> Option<&'a Source<'a>>;
}

/// A row that stands in a group.
pub trait HasGroup {
    fn group(&self) -> Option<GroupPlace>;
}

/// A row with an organization.
pub trait HasOrganization<'a> {
    fn organization(&self) -> Option<&'a Organization<'a>>;
}

/// A row with a title.
pub trait HasTitle<'a> {
    fn title(&self) -> Option<&'a Title<'a>>;
}

impl<'a, T> HasOrcid<'a> for ItemRow<'a, T> {
    fn orcid(&self) -> &'a str {
        self.orcid
    }
}

impl<'a, T: Item<'a>> HasElement<'a> for ItemRow<'a, T> {
    fn element(&self) -> Option<&'a Element<'a>> {
        self.item.element()
    }
}

impl<'a, T: Item<'a>> HasSource<'a> for ItemRow<'a, T> {
    fn source(&self) -> Option<&'a Source<'a>> {
        self.item.element().map(|element| &element.source)
    }
}

impl<T> HasGroup for ItemRow<'_, T> {
    fn group(&self) -> Option<GroupPlace> {
        self.group
    }
}

/// Every item of a section with its group's place, in document order.
pub fn places<'a, T: Item<'a>>(
    section: &'a Section<'a, T>,
) -> impl Iterator<Item = (Option<GroupPlace>, &'a T)> {
    section
        .items()
        .map(|(group, item)| (group.map(|(index, group)| GroupPlace::of(index, group, item)), item))
}

impl GroupPlace {
    /// The place of `item` in the group at `index`.
    pub fn of<'a, T: Item<'a>>(index: usize, group: &Group<'a, T>, item: &T) -> Self {
        let is_preferred = preferred(&group.items).is_some_and(|preferred| std::ptr::eq(preferred, item));
        Self { index, last_modified_date: group.last_modified_date, is_preferred }
    }
}

/// The item with the highest display index, the first of equals.
fn preferred<'a, T: Item<'a>>(items: &[T]) -> Option<&T> {
    let index = |item: &T| item.element().and_then(|element| element.display_index).unwrap_or(i64::MIN);
    items.iter().reduce(|best, item| if index(item) > index(best) { item } else { best })
}

/// The owner's iD, the first column of every table.
pub fn orcid_column<F>() -> Column<F>
where
    F: Family,
    for<'a> F::Row<'a>: HasOrcid<'a>,
{
    column(
        "orcid",
        "",
        "The ORCID iD of the record's owner, 19 characters, from the file's name or else the record's \
         `common:orcid-identifier`.",
        key::<F>(|row| row.orcid()),
    )
}

/// Owner, put code and the other parts of `element-summary`.
pub fn element_columns<F>() -> Vec<Column<F>>
where
    F: Family,
    for<'a> F::Row<'a>: HasOrcid<'a> + HasElement<'a> + HasSource<'a>,
{
    let mut columns = vec![orcid_column()];
    columns.extend(bare_element_columns(""));
    columns
}

/// The parts of `element-summary`, named with a prefix.
pub fn bare_element_columns<F>(prefix: &str) -> Vec<Column<F>>
where
    F: Family,
    for<'a> F::Row<'a>: HasElement<'a> + HasSource<'a>,
{
    let named = |name: &str| format!("{prefix}{name}");
    let mut columns = vec![
        column(
            named("put_code"),
            "@put-code",
            "Its number, unique within its section over all records.",
            int64::<F>(|row| row.element()?.put_code),
        ),
        column(
            named("visibility"),
            "@visibility",
            "Who may see the item; in the public files always `public`.",
            label::<F>(|row| row.element()?.visibility.as_deref()),
        ),
        column(
            named("display_index"),
            "@display-index",
            "The owner's order of display, highest first.",
            ordinal::<F>(|row| row.element()?.display_index),
        ),
        column(
            named("created_date"),
            "common:created-date",
            "When the item was added.",
            timestamp::<F>(|row| row.element()?.created_date),
        ),
        column(
            named("last_modified_date"),
            "common:last-modified-date",
            "When the item was last changed.",
            timestamp::<F>(|row| row.element()?.last_modified_date),
        ),
    ];
    columns.extend(source_columns(prefix, "common:source"));
    columns
}

/// Who says so: the six values of a `common:source` at `xpath`.
pub fn source_columns<F>(prefix: &str, xpath: &str) -> Vec<Column<F>>
where
    F: Family,
    for<'a> F::Row<'a>: HasSource<'a>,
{
    let part = |name: &str, path: &str, doc: &'static str, value| {
        column(format!("{prefix}{name}"), format!("{xpath}/common:{path}"), doc, value)
    };
    vec![
        part(
            "source_orcid",
            "source-orcid/common:path",
            "The iD of the person who added it; it is self-asserted where this is the owner.",
            label::<F>(|row| row.source()?.orcid.as_deref()),
        ),
        part(
            "source_client_id",
            "source-client-id/common:path",
            "The client (member or service) that added it: `APP-` and 16 characters, or a legacy number that looks like an iD.",
            label::<F>(|row| row.source()?.client_id.as_deref()),
        ),
        part(
            "source_name",
            "source-name",
            "The name of the person or client that added it.",
            label::<F>(|row| row.source()?.name.as_deref()),
        ),
        part(
            "assertion_origin_orcid",
            "assertion-origin-orcid/common:path",
            "The iD of the person on whose behalf the client added it.",
            label::<F>(|row| row.source()?.assertion_origin_orcid.as_deref()),
        ),
        part(
            "assertion_origin_client_id",
            "assertion-origin-client-id/common:path",
            "The client on whose behalf another client added it.",
            label::<F>(|row| row.source()?.assertion_origin_client_id.as_deref()),
        ),
        part(
            "assertion_origin_name",
            "assertion-origin-name",
            "The name of the person or client on whose behalf it was added.",
            label::<F>(|row| row.source()?.assertion_origin_name.as_deref()),
        ),
    ]
}

/// Where an item's group stands and when it changed.
pub fn group_columns<F>() -> Vec<Column<F>>
where
    F: Family,
    for<'a> F::Row<'a>: HasGroup,
{
    vec![
        column(
            "group_index",
            "",
            "The place of the item's group in its section, from 0; items of one group share an identifier. Empty in v2.0 affiliations, which have no groups.",
            int32::<F>(|row| row.group().map(|group| group.index as i32)),
        ),
        column(
            "is_preferred",
            "",
            "True for the one item of its group with the highest display index, the first of equals; one row for each distinct item where it is true.",
            boolean::<F>(|row| Some(row.group().is_none_or(|group| group.is_preferred))),
        ),
        column(
            "group_last_modified_date",
            "parent::*[local-name() = 'affiliation-group' or local-name() = 'group']/common:last-modified-date",
            "When the item's group was last changed.",
            timestamp::<F>(|row| row.group()?.last_modified_date),
        ),
    ]
}

/// The three parts of a fuzzy date at `xpath`.
pub fn date_columns<F: Family>(
    prefix: &str,
    xpath: &str,
    what: &str,
    date: for<'a> fn(&Row<'a, F>) -> FuzzyDate,
) -> [Column<F>; 3] {
    let part = |part: &str, value| {
        let doc = format!("The {part} {what}; empty where the record gives none.");
        column(format!("{prefix}_{part}"), format!("{xpath}/common:{part}"), doc, value)
    };
    [part("year", year(date)), part("month", month(date)), part("day", day(date))]
}

/// An organization at `xpath`, and the key that joins it to `organizations/`.
pub fn organization_columns<F>(xpath: &str) -> Vec<Column<F>>
where
    F: Family,
    for<'a> F::Row<'a>: HasOrganization<'a>,
{
    let part = |name: &'static str, path: &str, doc: &'static str, value| {
        let path = if xpath.is_empty() { path.to_owned() } else { format!("{xpath}/{path}") };
        column(name, path, doc, value)
    };
    let disambiguated = |leaf: &str| format!("common:disambiguated-organization/common:{leaf}");
    vec![
        part(
            "organization_name",
            "common:name",
            "The organization's name as it was written.",
            label::<F>(|row| row.organization()?.name.as_deref()),
        ),
        part(
            "city",
            "common:address/common:city",
            "The organization's city.",
            label::<F>(|row| row.organization()?.city.as_deref()),
        ),
        part(
            "region",
            "common:address/common:region",
            "The organization's region or state.",
            label::<F>(|row| row.organization()?.region.as_deref()),
        ),
        part(
            "country",
            "common:address/common:country",
            "The organization's country, ISO 3166 in two letters.",
            label::<F>(|row| row.organization()?.country.as_deref()),
        ),
        part(
            "disambiguated_organization_identifier",
            &disambiguated("disambiguated-organization-identifier"),
            "The organization's identifier in `disambiguation_source`, as it was written: a RINGGOLD number, `grid.…`, a FUNDREF DOI, a ROR URL, a LEI code.",
            label::<F>(|row| row.organization()?.identifier.as_deref()),
        ),
        part(
            "disambiguation_source",
            &disambiguated("disambiguation-source"),
            "Whose identifier it is: RINGGOLD, GRID, FUNDREF, ROR, LEI.",
            label::<F>(|row| row.organization()?.identifier_source.as_deref()),
        ),
        part_key(),
    ]
}

fn part_key<F>() -> Column<F>
where
    F: Family,
    for<'a> F::Row<'a>: HasOrganization<'a>,
{
    column(
        "org_key",
        "",
        "Key of the organization as written, the join to `organizations/`: the letter `o` and the XXH3 64-bit hash (seed 0, 16 hexadecimal digits) of organization_name, city, region, country, disambiguation_source and disambiguated_organization_identifier, joined by U+001F, an absent one empty. Empty where there is no organization.",
        org_key::<F>(|row| row.organization().map(Organization::key)),
    )
}

/// Title and translation at `xpath`; `what` is named in the documentation.
pub fn title_columns<F>(prefix: &str, xpath: &str) -> Vec<Column<F>>
where
    F: Family,
    for<'a> F::Row<'a>: HasTitle<'a>,
{
    vec![
        column(
            if prefix.is_empty() { "title".to_owned() } else { prefix.to_owned() },
            format!("{xpath}/common:title"),
            "The title.",
            text::<F>(|row| row.title()?.title.as_deref()),
        ),
        column(
            joined(prefix, "subtitle"),
            format!("{xpath}/common:subtitle"),
            "The subtitle.",
            text::<F>(|row| row.title()?.subtitle.as_deref()),
        ),
        column(
            joined(prefix, "translated_title"),
            format!("{xpath}/common:translated-title"),
            "The title in another language.",
            text::<F>(|row| row.title()?.translated_title.as_deref()),
        ),
        column(
            joined(prefix, "translated_title_language_code"),
            format!("{xpath}/common:translated-title/@language-code"),
            "The language of the translated title, in Java's codes (`zh_CN`, `iw`).",
            label::<F>(|row| row.title()?.language_code.as_deref()),
        ),
    ]
}

fn joined(prefix: &str, name: &str) -> String {
    if prefix.is_empty() { name.to_owned() } else { format!("{prefix}_{name}") }
}
