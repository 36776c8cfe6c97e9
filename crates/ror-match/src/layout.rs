//! The layout of a full affiliation: which words are places, and where one address ends and the
//! next begins.

use super::countries::Country;
use super::hash::row_hash;
use super::index::Index;
use super::normal::Break;
use super::query::QueryPlace;
use super::reading::{Reading, Token};

/// Words of a country, a state or a city at most.
const MAX_PLACE_WORDS: usize = 5;
/// Letters of the code of a region.
const CODE_LETTERS: std::ops::RangeInclusive<usize> = 2..=3;
/// Words of streets and boxes: with a number they are a line of an address.
const STREETS: &[&str] = &[
    "street",
    "road",
    "rd",
    "avenue",
    "ave",
    "avenida",
    "boulevard",
    "blvd",
    "rue",
    "via",
    "calle",
    "strasse",
    "str",
    "platz",
    "plaza",
    "place",
    "drive",
    "lane",
    "square",
    "box",
    "bp",
    "cedex",
    "postal",
    "apartado",
    "allee",
    "weg",
    "piazza",
    "viale",
    "corso",
    "rua",
    "carrera",
    "highway",
    "straat",
    "laan",
    "quai",
    "chemin",
    "ulica",
    "ul",
    "cp",
    "floor",
];
/// Words that neither name nor deny a place.
const NEUTRAL: &[&str] = &["cedex", "city", "province", "state", "prefecture", "district", "county", "sar"];

/// A full affiliation, as it is laid out.
#[derive(Default)]
pub struct Layout {
    /// Text between commas or other signs.
    pub parts: Vec<Part>,
    /// Addresses, each with its place.
    pub blocks: Vec<Block>,
}

/// A part of the text, as a range of its words.
#[derive(Clone, Debug)]
pub struct Part {
    pub start: usize,
    pub end: usize,
    /// Where the places at its end begin; `end` if there are none.
    pub places: usize,
    pub kind: PartKind,
    spots: Vec<Spot>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartKind {
    /// It has words that may name an organisation.
    Name,
    /// It names places only.
    Place,
    /// It is a street, a box or a number.
    Street,
}

/// An address: a range of parts with one place.
pub struct Block {
    pub first: usize,
    pub last: usize,
    pub place: QueryPlace,
}

/// Words that name a place, with the countries that have it.
#[derive(Clone, Debug, Default)]
struct Spot {
    start: usize,
    end: usize,
    countries: Vec<Country>,
    regions: Vec<Country>,
    cities: Vec<Country>,
    is_code: bool,
}

impl Layout {
    /// True if a word is one of a place that stands for itself.
    pub fn is_place(&self, word: usize) -> bool {
        let part = self.parts.partition_point(|part| part.end <= word);
        self.parts.get(part).is_some_and(|part| part.kind == PartKind::Place || part.is_place(word))
    }

    /// The layout of a name whose place is known: its parts, all of one address.
    pub fn of_name(tokens: &[Token], place: &QueryPlace) -> Self {
        let mut parts = Vec::new();
        let mut start = 0;
        for end in 1..=tokens.len() {
            if end == tokens.len() || tokens[end].after_break {
                parts.push(Part { start, end, places: end, kind: PartKind::Name, spots: Vec::new() });
                start = end;
            }
        }
        let place = QueryPlace { country: place.country, city: place.city.clone() };
        let last = parts.len().saturating_sub(1);
        Self { parts, blocks: vec![Block { first: 0, last, place }] }
    }

    /// Reads the words of `text`.
    pub fn read(&mut self, reading: &Reading, text: &str, index: &Index) {
        self.parts.clear();
        self.blocks.clear();
        let reader = Reader { reading, text, index };
        let tokens = &reading.tokens;
        let mut start = 0;
        for end in 1..=tokens.len() {
            if end == tokens.len() || tokens[end].gap > Break::None {
                self.parts.push(reader.part(start, end));
                start = end;
            }
        }
        self.divide(tokens);
        for number in 0..self.blocks.len() {
            self.blocks[number].place = self.place(number, &reader);
        }
        self.inherit();
    }

    /// Divides the parts into addresses: at semicolons, and behind a country if another follows.
    fn divide(&mut self, tokens: &[Token]) {
        let mut first = 0;
        for next in 1..=self.parts.len() {
            let ends = match self.parts.get(next) {
                None => true,
                Some(part) => {
                    tokens[part.start].gap == Break::Hard
                        || part.kind == PartKind::Name
                            && self.parts[next - 1].names_country()
                            && self.parts[first..next].iter().any(|part| part.kind == PartKind::Name)
                            && self.is_followed(next, tokens)
                }
            };
            if ends {
                self.blocks.push(Block { first, last: next - 1, place: QueryPlace::default() });
                first = next;
            }
        }
    }

    /// True if another country is named before the next semicolon.
    fn is_followed(&self, next: usize, tokens: &[Token]) -> bool {
        let rest = self.parts[next..].iter().enumerate();
        rest.take_while(|(place, part)| *place == 0 || tokens[part.start].gap != Break::Hard)
            .any(|(_, part)| part.names_country())
    }

    /// The place of an address.
    fn place(&self, number: usize, reader: &Reader<'_>) -> QueryPlace {
        let block = &self.blocks[number];
        let parts = &self.parts[block.first..=block.last];
        let spots: Vec<&Spot> = parts.iter().flat_map(|part| &part.spots).collect();
        let mut place = QueryPlace { country: country_of(&spots), city: Vec::new() };
        for spot in spots.iter().filter(|spot| !spot.cities.is_empty() || !spot.regions.is_empty()) {
            let words = &reader.reading.tokens[spot.start..spot.end];
            place
                .city
                .extend(words.iter().filter(|word| !word.meaning.stop).map(|word| word.meaning.canonical));
        }
        place
    }

    /// An address without a country is in that of the next one, or of the one before.
    fn inherit(&mut self) {
        let next = |blocks: &[Block], number: usize| {
            let later = blocks[number..].iter().map(|block| block.place.country);
            let earlier = blocks[..number].iter().rev().map(|block| block.place.country);
            later.chain(earlier).find(|country| country.is_known())
        };
        for number in 0..self.blocks.len() {
            let lacks =
                !self.blocks[number].place.country.is_known() && self.blocks[number].place.city.is_empty();
            if let Some(country) = next(&self.blocks, number).filter(|_| lacks) {
                self.blocks[number].place.country = country;
            }
        }
    }
}

impl Part {
    /// True if a word is one of a place that stands for itself.
    pub fn is_place(&self, word: usize) -> bool {
        self.spots.iter().any(|spot| (spot.start..spot.end).contains(&word))
    }

    /// True if its places include a country that is no state.
    fn names_country(&self) -> bool {
        self.spots.iter().any(|spot| !spot.countries.is_empty() && spot.regions.is_empty())
    }
}

/// The country of an address: the last one named, else that of a state, else that of a city if no
/// other country has such a city. `Georgia` is a country if nothing speaks for the state.
fn country_of(spots: &[&Spot]) -> Country {
    let clear = spots.iter().rev().find(|spot| !spot.countries.is_empty() && spot.regions.is_empty());
    if let Some(spot) = clear {
        return spot.countries[0];
    }
    let cities = || spots.iter().filter(|spot| spot.countries.is_empty()).flat_map(|spot| &spot.cities);
    if let Some(spot) = spots.iter().rev().find(|spot| !spot.countries.is_empty()) {
        if cities().any(|country| spot.countries.contains(country)) {
            return spot.countries[0];
        }
        return *cities().find(|country| spot.regions.contains(country)).unwrap_or(&Country::UNKNOWN);
    }
    for spot in spots.iter().rev().filter(|spot| !spot.regions.is_empty()) {
        if let [only] = spot.regions.as_slice()
            && (!spot.is_code || cities().any(|country| country == only))
        {
            return *only;
        }
        if let Some(country) = cities().find(|country| spot.regions.contains(country)) {
            return *country;
        }
    }
    let only = spots.iter().rev().find_map(|spot| match spot.cities.as_slice() {
        [only] => Some(*only),
        _ => None,
    });
    only.unwrap_or(Country::UNKNOWN)
}

/// Reads parts.
struct Reader<'a> {
    reading: &'a Reading,
    text: &'a str,
    index: &'a Index,
}

impl Reader<'_> {
    fn part(&self, start: usize, end: usize) -> Part {
        let mut spots = Vec::new();
        let mut at = start;
        let mut names = 0;
        // Where the places that reach the end begin.
        let mut places = end;
        while at < end {
            if let Some(spot) = self.spot(at, end) {
                places = places.min(at);
                at = spot.end;
                spots.push(spot);
            } else {
                let neutral = self.is_neutral(at);
                names += usize::from(!neutral);
                if !neutral {
                    places = end;
                }
                at += 1;
            }
        }
        let kind = match names {
            0 if spots.is_empty() => PartKind::Street,
            0 => PartKind::Place,
            _ if self.is_street(start, end) => PartKind::Street,
            _ => PartKind::Name,
        };
        if kind == PartKind::Name {
            // Places count at the end of a name only, and not behind "of".
            let tokens = &self.reading.tokens;
            while places < end && places > start && tokens[places - 1].meaning.stop {
                places = spots.iter().map(|spot| spot.start).find(|start| *start > places).unwrap_or(end);
            }
            spots.retain(|spot| spot.start >= places);
        } else if kind == PartKind::Street {
            spots.clear();
            places = end;
        }
        Part { start, end, places, kind, spots }
    }

    /// The longest place that begins at a word.
    fn spot(&self, at: usize, end: usize) -> Option<Spot> {
        let tokens = &self.reading.tokens;
        let places = &self.index.places;
        for length in (1..=MAX_PLACE_WORDS.min(end - at)).rev() {
            let words = &tokens[at..at + length];
            if words.iter().any(|word| word.number) {
                continue;
            }
            let row = row_hash(words.iter().map(|word| word.raw));
            let telling = words.iter().filter(|word| !word.meaning.stop).map(|word| word.meaning.canonical);
            let sum = telling.fold(0, u64::wrapping_add);
            let whole = !words[0].meaning.stop && !words[length - 1].meaning.stop;
            // "Administration" is not the city of Commerce, which means the same.
            let common = words.iter().all(|word| word.meaning.shared || word.meaning.stop);
            let cities = if whole && !common { places.city_countries(sum) } else { &[] };
            // Iceland is seldom named in its own language, and islands are many.
            let is_island = length == 1 && self.reading.words.get(at) == "island";
            let countries = if is_island { &[] } else { self.index.lexicon.countries_named(row) };
            let mut regions = places.region_countries(row);
            let mut is_code = false;
            if length == 1 && regions.is_empty() && at > 0 {
                regions = self.code(at);
                is_code = !regions.is_empty();
            }
            if !(cities.is_empty() && countries.is_empty() && regions.is_empty()) {
                return Some(Spot {
                    start: at,
                    end: at + length,
                    countries: if is_code { Vec::new() } else { countries.to_vec() },
                    regions: regions.to_vec(),
                    cities: if is_code { Vec::new() } else { cities.to_vec() },
                    is_code,
                });
            }
        }
        None
    }

    /// The countries with a region of this code in capitals.
    fn code(&self, at: usize) -> &[Country] {
        let written = self.text.get(self.reading.words.span(at, self.text)).unwrap_or_default();
        // As in `N.S.W.`.
        let letters: String = written.chars().filter(|sign| !matches!(sign, '.' | ' ')).collect();
        if CODE_LETTERS.contains(&letters.len()) && letters.bytes().all(|byte| byte.is_ascii_uppercase()) {
            self.index.places.code_countries(&letters)
        } else {
            &[]
        }
    }

    fn is_neutral(&self, at: usize) -> bool {
        let token = &self.reading.tokens[at];
        let word = self.reading.words.get(at);
        // `V5A`, `F-75005`, `CH`: letters of a postal code.
        let near_number =
            |other: Option<&Token>| other.is_some_and(|token| token.number && token.gap == Break::None);
        let letters = token.length <= 2
            && (near_number(self.reading.tokens.get(at + 1)) || at > 0 && self.reading.tokens[at - 1].number);
        token.number || token.meaning.stop || letters || NEUTRAL.contains(&word)
    }

    fn is_street(&self, start: usize, end: usize) -> bool {
        let words = || (start..end).map(|at| self.reading.words.get(at));
        let kinds = self.reading.tokens[start..end].iter().any(|token| token.meaning.kinds != 0);
        let numbers = self.reading.tokens[start..end].iter().any(|token| token.number);
        numbers && !kinds && words().any(|word| STREETS.contains(&word) || word.ends_with("strasse"))
    }
}
