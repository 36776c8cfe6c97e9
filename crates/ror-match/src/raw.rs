//! An organisation as a ROR release writes it, in schema 1 or 2.
//!
//! The schema is told by content: `names` is there in the second only. Fields
//! that matching has no use for are passed over.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::countries::Country;
use super::id::RorId;
use super::json_text::Text;
use super::organization::{ExternalId, Name, NameKind, Organization, Place, Registry, Status};

/// Everything that either schema may have.
#[derive(Deserialize)]
pub struct RawOrganization<'t> {
    #[serde(borrow)]
    pub id: Text<'t>,
    #[serde(borrow, default)]
    status: Option<Text<'t>>,
    #[serde(default)]
    established: Option<i32>,
    #[serde(default)]
    types: Vec<String>,
    #[serde(default)]
    domains: Vec<String>,
    #[serde(borrow, default)]
    relationships: Vec<RawRelationship<'t>>,
    #[serde(default)]
    external_ids: RawExternalIds,
    // Schema 2.
    names: Option<Vec<RawName>>,
    #[serde(default)]
    locations: Vec<RawLocation>,
    // Schema 1.
    name: Option<String>,
    #[serde(default)]
    aliases: Vec<String>,
    #[serde(default)]
    acronyms: Vec<String>,
    #[serde(default)]
    labels: Vec<RawLabel>,
    #[serde(default)]
    addresses: Vec<RawAddress>,
    country: Option<RawCountry>,
}

#[derive(Deserialize)]
struct RawRelationship<'t> {
    #[serde(borrow, rename = "type")]
    kind: Text<'t>,
    #[serde(borrow)]
    id: Text<'t>,
}

#[derive(Deserialize)]
struct RawName {
    value: String,
    #[serde(default)]
    types: RawNameKinds,
    lang: Option<String>,
}

/// The surest of the types of a name that are known.
#[derive(Default)]
struct RawNameKinds(Option<NameKind>);

#[derive(Deserialize)]
struct RawLocation {
    geonames_id: Option<i64>,
    geonames_details: RawDetails,
}

#[derive(Deserialize)]
struct RawDetails {
    name: Option<String>,
    country_code: Option<String>,
    country_subdivision_name: Option<String>,
    lat: Option<f64>,
    lng: Option<f64>,
}

#[derive(Deserialize)]
struct RawLabel {
    label: String,
    iso639: Option<String>,
}

#[derive(Deserialize)]
struct RawAddress {
    lat: Option<f64>,
    lng: Option<f64>,
    state: Option<String>,
    city: Option<String>,
    geonames_city: Option<RawCity>,
}

#[derive(Deserialize)]
struct RawCity {
    id: Option<i64>,
}

#[derive(Deserialize)]
struct RawCountry {
    country_code: Option<String>,
}

/// A list of objects in schema 2, an object in schema 1.
#[derive(Default)]
struct RawExternalIds(Vec<ExternalId>);

#[derive(Deserialize)]
struct RawExternalId<'t> {
    #[serde(borrow, rename = "type", default)]
    kind: Option<Text<'t>>,
    #[serde(borrow)]
    preferred: Option<Text<'t>>,
    #[serde(default)]
    all: OneOrMany,
}

/// GRID ids stand alone in schema 1, all others in lists.
#[derive(Default)]
struct OneOrMany(Vec<String>);

impl RawOrganization<'_> {
    /// The organisation, under an id that has been checked.
    pub fn finish(self, id: RorId) -> Organization {
        let related = |kind: &str| -> Vec<RorId> {
            let of_kind =
                self.relationships.iter().filter(|related| related.kind.as_str().eq_ignore_ascii_case(kind));
            let mut ids: Vec<RorId> =
                of_kind.filter_map(|related| RorId::parse(related.id.as_str()).ok()).collect();
            ids.sort_unstable();
            ids.dedup();
            ids
        };
        let (parents, successors) = (related("parent"), related("successor"));
        let status = match self.status.as_ref().map(Text::as_str) {
            Some("inactive") => Status::Inactive,
            Some("withdrawn") => Status::Withdrawn,
            _ => Status::Active,
        };
        let country = self.country.and_then(|country| country.country_code);
        let places = if self.names.is_some() {
            self.locations.into_iter().map(RawLocation::finish).collect()
        } else {
            let country = Country::of(country.as_deref().unwrap_or_default());
            self.addresses.into_iter().map(|address| address.finish(country)).collect()
        };
        let names = match self.names {
            Some(names) => names.into_iter().map(RawName::finish).collect(),
            None => first_names(self.name, self.labels, self.aliases, self.acronyms),
        };
        let mut types = self.types;
        types.iter_mut().for_each(|kind| kind.make_ascii_lowercase());
        Organization {
            id,
            status,
            names: full(in_order(names)),
            types: full(types),
            places: full(places),
            external_ids: full(self.external_ids.0),
            parents,
            successors,
            domains: full(self.domains),
            established: self.established,
        }
    }
}

/// The names of schema 1.
fn first_names(
    name: Option<String>,
    labels: Vec<RawLabel>,
    aliases: Vec<String>,
    acronyms: Vec<String>,
) -> Vec<Name> {
    let plain = |kind| move |value| Name { value, kind, language: None };
    let labels = labels.into_iter().map(|label| Name {
        value: label.label,
        kind: NameKind::Label,
        language: label.iso639,
    });
    name.into_iter()
        .map(plain(NameKind::Display))
        .chain(labels)
        .chain(aliases.into_iter().map(plain(NameKind::Alias)))
        .chain(acronyms.into_iter().map(plain(NameKind::Acronym)))
        .collect()
}

/// The surest names first, each once.
fn in_order(mut names: Vec<Name>) -> Vec<Name> {
    names.retain(|name| !name.value.trim().is_empty());
    names.sort_by_key(|name| name.kind);
    let mut kept = 0;
    for place in 0..names.len() {
        if !names[..kept].iter().any(|known| known.value == names[place].value) {
            names.swap(kept, place);
            kept += 1;
        }
    }
    names.truncate(kept);
    names
}

/// A list that is kept, without room for more.
fn full<T>(mut list: Vec<T>) -> Vec<T> {
    list.shrink_to_fit();
    list
}

impl RawName {
    /// The name as its surest kind.
    fn finish(self) -> Name {
        Name { value: self.value, kind: self.types.0.unwrap_or(NameKind::Alias), language: self.lang }
    }
}

impl RawLocation {
    fn finish(self) -> Place {
        let details = self.geonames_details;
        Place {
            geonames_id: self.geonames_id,
            city: details.name,
            region: details.country_subdivision_name,
            country: Country::of(details.country_code.as_deref().unwrap_or_default()),
            latitude: details.lat,
            longitude: details.lng,
        }
    }
}

impl RawAddress {
    fn finish(self, country: Country) -> Place {
        Place {
            geonames_id: self.geonames_city.and_then(|city| city.id),
            city: self.city,
            region: self.state,
            country,
            latitude: self.lat,
            longitude: self.lng,
        }
    }
}

impl RawExternalIds {
    fn add(&mut self, registry: &str, ids: RawExternalId<'_>) {
        let Some(registry) = Registry::named(registry) else { return };
        let OneOrMany(mut all) = ids.all;
        let preferred = ids.preferred.as_ref().map(Text::as_str);
        if let Some(preferred) = preferred.filter(|preferred| !all.iter().any(|id| id == preferred)) {
            all.insert(0, preferred.to_owned());
        }
        self.0.extend(all.into_iter().map(|value| ExternalId {
            registry,
            preferred: preferred == Some(&value),
            value,
        }));
    }
}

impl<'de> Deserialize<'de> for RawExternalIds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ExternalIdsVisitor)
    }
}

struct ExternalIdsVisitor;

impl<'de> Visitor<'de> for ExternalIdsVisitor {
    type Value = RawExternalIds;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of external ids or an object of them")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(RawExternalIds::default())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut ids = RawExternalIds::default();
        while let Some(mut one) = list.next_element::<RawExternalId>()? {
            let registry = one.kind.take();
            ids.add(registry.as_ref().map_or("", Text::as_str), one);
        }
        Ok(ids)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut ids = RawExternalIds::default();
        while let Some(registry) = map.next_key::<Text<'_>>()? {
            if Registry::named(registry.as_str()).is_some() {
                ids.add(registry.as_str(), map.next_value()?);
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(ids)
    }
}

impl<'de> Deserialize<'de> for OneOrMany {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOrManyVisitor)
    }
}

struct OneOrManyVisitor;

impl<'de> Visitor<'de> for OneOrManyVisitor {
    type Value = OneOrMany;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an id or a list of ids")
    }

    fn visit_unit<E>(self) -> Result<OneOrMany, E> {
        Ok(OneOrMany::default())
    }

    fn visit_str<E>(self, one: &str) -> Result<OneOrMany, E> {
        Ok(OneOrMany(vec![one.to_owned()]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<OneOrMany, A::Error> {
        let mut ids = Vec::new();
        while let Some(id) = list.next_element()? {
            ids.push(id);
        }
        Ok(OneOrMany(ids))
    }
}

impl<'de> Deserialize<'de> for RawNameKinds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(NameKindsVisitor)
    }
}

struct NameKindsVisitor;

impl<'de> Visitor<'de> for NameKindsVisitor {
    type Value = RawNameKinds;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of types of names")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<RawNameKinds, A::Error> {
        let mut surest: Option<NameKind> = None;
        while let Some(kind) = list.next_element::<Text<'_>>()? {
            let kind = match kind.as_str() {
                "ror_display" => NameKind::Display,
                "label" => NameKind::Label,
                "alias" => NameKind::Alias,
                "acronym" => NameKind::Acronym,
                _ => continue,
            };
            surest = Some(surest.map_or(kind, |other| other.min(kind)));
        }
        Ok(RawNameKinds(surest))
    }
}
