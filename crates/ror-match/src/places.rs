//! Compares the place of an address with the places of an organisation.

use rustc_hash::{FxHashMap, FxHashSet};

use super::countries::Country;
use super::hash::{row_hash, word_hash};
use super::lexicon::Lexicon;
use super::normal::Words;
use super::organization::Organization;
use super::reading::Reading;
use super::regions;

/// The result of comparing a place of a query with those of an organisation, from worst to best.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PlaceVerdict {
    /// The places differ.
    Differ,
    /// One of the two places is not known.
    Unknown,
    /// The countries differ but are often confused in addresses, such as Hong Kong and China. Not
    /// used for cities.
    Near,
    /// The places are the same.
    Agree,
}

impl PlaceVerdict {
    /// The verdict with this [`name`](Self::name); `None` for any other text.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Differ, Self::Unknown, Self::Near, Self::Agree]
            .into_iter()
            .find(|verdict| verdict.name() == name)
    }

    /// A stable name: `differ`, `unknown`, `near` or `agree`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Differ => "differ",
            Self::Unknown => "unknown",
            Self::Near => "near",
            Self::Agree => "agree",
        }
    }
}

/// The places of all organisations, prepared for comparison.
#[derive(Default)]
pub struct Places {
    countries: Lists<Country>,
    /// The words of cities, with a 0 after each city.
    cities: Lists<u64>,
    /// The countries of all cities, by the sum of the words of the city.
    known: FxHashMap<u64, Vec<Country>>,
    /// The countries of states and provinces, by the row of their words.
    regions: FxHashMap<u64, Vec<Country>>,
    /// Regions of the release that have been read.
    seen: FxHashSet<(u64, Country)>,
    /// The countries of the codes of regions, such as `MA`.
    codes: FxHashMap<&'static str, Vec<Country>>,
}

/// Adds a country to those of a name.
fn add<K: Eq + std::hash::Hash>(names: &mut FxHashMap<K, Vec<Country>>, name: K, country: Country) {
    let countries = names.entry(name).or_default();
    if !countries.contains(&country) {
        countries.push(country);
    }
}

/// A list for each organisation, all in one allocation.
struct Lists<T> {
    ends: Vec<u32>,
    items: Vec<T>,
}

impl<T> Default for Lists<T> {
    fn default() -> Self {
        Self { ends: Vec::new(), items: Vec::new() }
    }
}

impl<T> Lists<T> {
    fn push(&mut self, items: impl IntoIterator<Item = T>) {
        self.items.extend(items);
        self.ends.push(self.items.len() as u32);
    }

    /// Adds the lists of the next organisations.
    fn append(&mut self, mut next: Self) {
        let before = self.items.len() as u32;
        self.items.append(&mut next.items);
        self.ends.extend(next.ends.iter().map(|end| before + end));
    }

    fn get(&self, number: u32) -> &[T] {
        let start = number.checked_sub(1).map_or(0, |before| self.ends[before as usize]);
        &self.items[start as usize..self.ends[number as usize] as usize]
    }
}

impl Places {
    /// Places without organisations, but with the regions that addresses name.
    pub fn new() -> Self {
        let mut places = Self::default();
        for (country, name) in regions::names() {
            places.add_region(name, country);
        }
        for (country, code) in regions::codes() {
            add(&mut places.codes, code, country);
        }
        places
    }

    fn add_region(&mut self, name: &str, country: Country) {
        let words = Words::of(name);
        if !words.is_empty() && country.is_known() {
            add(&mut self.regions, row_hash(words.iter().map(word_hash)), country);
        }
    }

    /// Adds the list of the next organisation.
    pub fn push(&mut self, organization: &Organization, lexicon: &Lexicon, reading: &mut Reading) {
        let mut countries: Vec<Country> = organization.places.iter().map(|place| place.country).collect();
        countries.retain(|country| country.is_known());
        countries.dedup();
        self.countries.push(countries);
        let mut words = Vec::new();
        for place in &organization.places {
            let Some(city) = place.city.as_deref() else { continue };
            read_city(city, lexicon, reading, &mut words);
            let sum = words.iter().rev().take_while(|word| **word != 0).copied().fold(0, u64::wrapping_add);
            words.push(0);
            if sum != 0 {
                add(&mut self.known, sum, place.country);
            }
        }
        for place in &organization.places {
            let Some(region) = place.region.as_deref() else { continue };
            if self.seen.insert((word_hash(region), place.country)) {
                self.add_region(region, place.country);
            }
        }
        self.cities.push(words);
    }

    /// Adds the places of the next organisations, which began with [`Places::default`].
    pub fn append(&mut self, next: Self) {
        self.countries.append(next.countries);
        self.cities.append(next.cities);
        for (names, more) in [(&mut self.known, next.known), (&mut self.regions, next.regions)] {
            for (name, countries) in more {
                countries.into_iter().for_each(|country| add(names, name, country));
            }
        }
    }

    /// The countries that have a city with an organisation, by the sum of the city's words.
    pub fn city_countries(&self, sum: u64) -> &[Country] {
        self.known.get(&sum).map_or(&[], Vec::as_slice)
    }

    /// The countries that have a region with a name, by the row of its words.
    pub fn region_countries(&self, row: u64) -> &[Country] {
        self.regions.get(&row).map_or(&[], Vec::as_slice)
    }

    /// The countries that have a region with a code in capitals.
    pub fn code_countries(&self, code: &str) -> &[Country] {
        self.codes.get(code).map_or(&[], Vec::as_slice)
    }

    /// True if the text is the name of a city with an organisation.
    pub fn is_city(&self, text: &str, lexicon: &Lexicon) -> bool {
        let mut words = Vec::new();
        read_city(text, lexicon, &mut Reading::default(), &mut words);
        !words.is_empty() && self.known.contains_key(&words.into_iter().fold(0, u64::wrapping_add))
    }

    /// The countries of an organisation.
    pub fn countries(&self, organization: u32) -> &[Country] {
        self.countries.get(organization)
    }

    /// The words of the organisation's cities.
    pub fn city_words(&self, organization: u32) -> &[u64] {
        self.cities.get(organization)
    }

    /// Whether the organisation is in `country`.
    pub fn country(&self, organization: u32, country: Country) -> PlaceVerdict {
        let known = self.countries.get(organization);
        if !country.is_known() || known.is_empty() {
            PlaceVerdict::Unknown
        } else if known.contains(&country) {
            PlaceVerdict::Agree
        } else if known.iter().any(|known| known.group() == country.group()) {
            PlaceVerdict::Near
        } else {
            PlaceVerdict::Differ
        }
    }

    /// Whether the organisation is in the city of these words. One of the two names may have more
    /// words than the other.
    pub fn city(&self, organization: u32, city: &[u64]) -> PlaceVerdict {
        let known = self.cities.get(organization);
        if city.is_empty() || known.is_empty() {
            return PlaceVerdict::Unknown;
        }
        let same = known.split(|word| *word == 0).filter(|known| !known.is_empty()).any(|known| {
            known.iter().all(|word| city.contains(word)) || city.iter().all(|word| known.contains(word))
        });
        if same { PlaceVerdict::Agree } else { PlaceVerdict::Differ }
    }
}

/// Appends the words that distinguish a city, without numbers and parts of postal addresses.
pub fn read_city(city: &str, lexicon: &Lexicon, reading: &mut Reading, words: &mut Vec<u64>) {
    reading.read(city, lexicon);
    let cedex = super::hash::word_hash("cedex");
    let tells =
        reading.tokens.iter().filter(|token| !token.meaning.stop && !token.number && token.raw != cedex);
    words.extend(tells.map(|token| token.meaning.canonical));
}
