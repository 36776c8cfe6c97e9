//! Splits an address that is one text, such as "Dept. of Physics, Univ. Coimbra, Portugal", into
//! name, city and country.

use super::hash::{row_hash, word_hash};
use super::index::Index;
use super::normal::Words;
use super::query::Query;

/// Signs that part an address.
const SIGNS: [char; 4] = [',', ';', '\n', '|'];
/// Parts that are looked at from the end on.
const MAX_PLACES: usize = 4;

/// The parts of an address that was one text.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Address<'a> {
    /// What is left: the name, with departments and the like.
    pub name: &'a str,
    /// The city as it was written; `None` if none was recognised.
    pub city: Option<&'a str>,
    /// The two letters of the country; `None` if none was recognised.
    pub country: Option<&'static str>,
}

impl<'a> Address<'a> {
    /// Splits `text`: takes country, city and region off its end, as far as the index knows them.
    pub fn of(text: &'a str, index: &Index) -> Self {
        let mut address = Self { name: text.trim(), city: None, country: None };
        for _ in 0..MAX_PLACES {
            let Some(cut) = address.name.rfind(SIGNS) else { break };
            let last = address.name[cut + 1..].trim();
            let words = Words::of(last);
            let row = row_hash(words.iter().map(word_hash));
            match index.lexicon.countries_named(row).first() {
                Some(country) if address.country.is_none() => address.country = country.static_code(),
                None if address.city.is_none() && index.places.is_city(last, &index.lexicon) => {
                    address.city = Some(last);
                }
                None if words.is_empty() || is_region(last) => {}
                _ => break,
            }
            address.name = address.name[..cut].trim();
        }
        address
    }

    /// The query with the parts of the address.
    pub fn query(&self) -> Query<'a> {
        Query { name: self.name, city: self.city, country: self.country }
    }
}

/// True for the code of a state or province: MA, NSW.
fn is_region(text: &str) -> bool {
    (2..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_uppercase())
}
