//! Finds place and name in an address that is one text, such as
//! "Dept. of Physics, Univ. Coimbra, Portugal".

use super::hash::{row_hash, word_hash};
use super::index::Index;
use super::normal::Words;
use super::query::Query;

/// Signs that part an address.
const SIGNS: [char; 4] = [',', ';', '\n', '|'];
/// Parts that are looked at from the end on.
const MAX_PLACES: usize = 4;

/// The parts of an address.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Address<'a> {
    pub name: &'a str,
    pub city: Option<&'a str>,
    pub country: Option<&'static str>,
}

impl<'a> Address<'a> {
    /// Takes country and city off the end of `text`, as far as they are known.
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

    /// The question that the address asks.
    pub fn query(&self) -> Query<'a> {
        Query { name: self.name, city: self.city, country: self.country }
    }
}

/// True for the code of a state or province: MA, NSW.
fn is_region(text: &str) -> bool {
    (2..=3).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_uppercase())
}
