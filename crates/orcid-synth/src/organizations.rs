//! The institutions and funders that the records name.
//!
//! A fixed table, the same for every seed, so that a small ROR file can be made
//! to fit. The first ones are met most often. An institution in a record is a
//! use of one from the table, with the liberties that people take.

use std::ops::Index;
use std::sync::{Arc, OnceLock};

use super::identifiers::{CAPITALS, DIGITS, lei, ror};
use super::model::{Identifier, Organization};
use super::random::{Random, Stream};
use super::syllables::Script;
use super::words::{Lexicon, Lexicons, capitalised};

/// So many institutions there are.
pub const ORGANIZATIONS: u64 = 20_000;
/// Of each institution, how many before it have the same name, as a digit. Written by the test
/// below, because to count them takes longer than to make a small dump.
const NAMESAKES: &[u8] = include_bytes!("namesakes.txt");
/// Every so-manyth one is also a funder.
const FUNDER_EVERY: u64 = 8;

/// What stands in the registries about one institution.
pub struct KnownOrganization {
    /// Its name; no other institution has the same.
    pub name: String,
    /// The first letters of the words of its name.
    pub acronym: String,
    /// The city where it is.
    pub city: String,
    /// The state or province; some have none.
    pub region: Option<String>,
    /// The country in two capital letters (ISO 3166).
    pub country: &'static str,
    /// Its ROR id, as a URL.
    pub ror: String,
    /// Its id of GRID, such as `grid.400000.5`.
    pub grid: String,
    /// Its number at Ringgold.
    pub ringgold: String,
    /// Its id in Crossref's Funder Registry, as a URL; only funders have one.
    pub fundref: Option<String>,
    /// Its Legal Entity Identifier (ISO 17442).
    pub lei: String,
}

/// The random numbers of an institution, and the words of its script.
fn begun(number: u64, lexicons: &Lexicons) -> (Random, &Lexicon) {
    let mut random = Random::new(0, Stream::Organizations, number);
    let script = random.weighted(&[(Script::Latin, 80), (Script::Accented, 20)]);
    (random, lexicons.of(script))
}

/// A name in its words.
#[cfg_attr(test, derive(PartialEq, Eq, Hash))]
enum Name<'l> {
    UniversityOf(&'l str),
    University(&'l str),
    Institute(&'l str, &'l str),
    Universidad(&'l str, &'l str),
    Foundation(&'l str, &'l str),
}

impl<'l> Name<'l> {
    /// The name and the city of an institution, whose random numbers have begun.
    fn and_city(random: &mut Random, lexicon: &'l Lexicon) -> (Name<'l>, &'l str) {
        let (city, subject) = (lexicon.place(random), lexicon.place(random));
        let name = match random.below(6) {
            0 | 1 => Name::UniversityOf(city),
            2 => Name::University(subject),
            3 => Name::Institute(subject, city),
            4 => Name::Universidad(subject, city),
            _ => Name::Foundation(subject, lexicon.word(random)),
        };
        (name, city)
    }

    /// As it stands in the registries; a number tells it from those before it of the same name.
    fn text(&self, namesakes: u8) -> String {
        let name = match *self {
            Name::UniversityOf(city) => format!("University of {}", capitalised(city)),
            Name::University(subject) => format!("{} University", capitalised(subject)),
            Name::Institute(subject, city) => {
                format!("{} Institute of {}", capitalised(subject), capitalised(city))
            }
            Name::Universidad(subject, city) => {
                format!("Universidad {} de {}", capitalised(subject), capitalised(city))
            }
            Name::Foundation(subject, word) => {
                format!("{} {} Foundation", capitalised(subject), capitalised(word))
            }
        };
        if namesakes == 0 { name } else { format!("{name} {}", namesakes + 1) }
    }
}

impl KnownOrganization {
    fn numbered(number: u64, lexicons: &Lexicons) -> KnownOrganization {
        let (mut random, lexicon) = begun(number, lexicons);
        let (name, city) = Name::and_city(&mut random, lexicon);
        let name = name.text(NAMESAKES[number as usize] - b'0');
        KnownOrganization {
            acronym: name.split_whitespace().filter_map(|word| word.chars().next()).collect(),
            name,
            city: capitalised(city),
            region: random.chance(0.75).then(|| capitalised(lexicon.word(&mut random))),
            country: random.weighted(COUNTRIES),
            ror: ror(number * 53_639 + 1_000_003),
            grid: format!("grid.{}.{}", 400_000 + number, random.code(b"0123456789abcdef", 1)),
            ringgold: (1_000 + number * 29).to_string(),
            fundref: number
                .is_multiple_of(FUNDER_EVERY)
                .then(|| format!("http://dx.doi.org/10.13039/{}", 501_100_000_000 + number)),
            lei: lei(&mut random),
        }
    }

    /// The institution as somebody writes it into a record, with an identifier
    /// of the kind asked for.
    pub(super) fn used(&self, random: &mut Random, registry: Option<&'static str>) -> Organization {
        let identifier = registry.map(|source| Identifier {
            value: match source {
                "ROR" if random.chance(0.02) => format!("{}\n", self.ror),
                "ROR" => self.ror.clone(),
                "GRID" => self.grid.clone(),
                "LEI" => self.lei.clone(),
                "FUNDREF" => self.fundref_as_written(random),
                _ => self.ringgold.clone(),
            },
            source,
        });
        Organization {
            name: self.spelling(random, identifier.is_some()),
            // Since 2025 the address may lack its city, and even its country.
            city: (!random.chance(0.02)).then(|| self.city.clone()),
            region: self.region.clone().filter(|_| !random.chance(0.1)),
            country: (!random.chance(0.002)).then_some(self.country),
            identifier,
        }
    }

    fn fundref_as_written(&self, random: &mut Random) -> String {
        let url = self.fundref.clone().unwrap_or_else(|| self.ringgold.clone());
        if random.chance(0.05) {
            return url.rsplit('/').next().unwrap_or_default().to_owned();
        }
        url
    }

    /// With an identifier the name mostly is the registered one.
    fn spelling(&self, random: &mut Random, identified: bool) -> String {
        if random.chance(if identified { 0.93 } else { 0.5 }) {
            return self.name.clone();
        }
        match random.below(8) {
            0 => self.name.to_uppercase(),
            1 => self.name.to_lowercase(),
            2 => format!("{}, {}", self.name, self.city),
            3 => self.name.replace("University", "Univ."),
            4 => format!("{} ({})", self.name, self.acronym),
            5 => format!("School of {} & Co., {}", capitalised(&self.city), self.name),
            6 => self.name.replacen(' ', "  ", 1),
            _ => self.acronym.clone(),
        }
    }
}

/// Institutions by their numbers; no two share a name or an identifier. Each is made when it is first
/// asked for: most records name few.
pub struct Organizations {
    lexicons: Arc<Lexicons>,
    made: Vec<OnceLock<Box<KnownOrganization>>>,
}

/// All institutions.
pub fn known() -> Organizations {
    Organizations::first(ORGANIZATIONS, Arc::default())
}

impl Organizations {
    /// The first ones, of all at most.
    pub(super) fn first(count: u64, lexicons: Arc<Lexicons>) -> Organizations {
        let count = count.min(ORGANIZATIONS);
        Organizations { lexicons, made: (0..count).map(|_| OnceLock::new()).collect() }
    }

    pub(super) fn len(&self) -> usize {
        self.made.len()
    }

    /// Them in the order of their numbers.
    pub fn iter(&self) -> impl Iterator<Item = &KnownOrganization> {
        (0..self.len()).map(|number| &self[number])
    }
}

impl Index<usize> for Organizations {
    type Output = KnownOrganization;

    fn index(&self, number: usize) -> &KnownOrganization {
        self.made[number].get_or_init(|| Box::new(KnownOrganization::numbered(number as u64, &self.lexicons)))
    }
}

/// Any institution; the first ones more often.
pub(super) fn any<'a>(table: &'a Organizations, random: &mut Random) -> &'a KnownOrganization {
    &table[random.early(table.len())]
}

/// Any institution that gives money.
pub(super) fn funder<'a>(table: &'a Organizations, random: &mut Random) -> &'a KnownOrganization {
    let every = FUNDER_EVERY as usize;
    &table[random.early(table.len() / every) * every]
}

/// The number of a grant, as funders write them.
pub(super) fn grant_number(random: &mut Random) -> String {
    match random.below(4) {
        0 => random.code(DIGITS, 6),
        1 => format!("{}/{}-{}", random.code(DIGITS, 4), random.code(DIGITS, 5), random.below(9)),
        2 => format!("{}-{}", random.code(CAPITALS, 3), random.code(DIGITS, 7)),
        _ => random.code(CAPITALS, 9),
    }
}

/// Countries by their weight.
pub(super) const COUNTRIES: &[(&str, u32)] = &[
    ("US", 180),
    ("CN", 110),
    ("BR", 80),
    ("IN", 70),
    ("GB", 60),
    ("ES", 50),
    ("IT", 48),
    ("DE", 40),
    ("AU", 30),
    ("ID", 30),
    ("TR", 30),
    ("JP", 25),
    ("KR", 25),
    ("PT", 22),
    ("FR", 22),
    ("RU", 22),
    ("PL", 20),
    ("IR", 20),
    ("CO", 20),
    ("MX", 18),
    ("CA", 18),
    ("NL", 14),
    ("SE", 12),
    ("PK", 12),
    ("EG", 12),
    ("ZA", 11),
    ("TW", 10),
    ("CZ", 10),
    ("MY", 10),
    ("NG", 9),
    ("UA", 9),
    ("PE", 9),
    ("EC", 9),
    ("CL", 8),
    ("GR", 8),
    ("TH", 8),
    ("SA", 7),
    ("DK", 7),
    ("BE", 7),
    ("CH", 7),
    ("AT", 6),
    ("FI", 6),
    ("NO", 6),
    ("VN", 6),
    ("IQ", 6),
    ("XK", 1),
    ("AQ", 1),
    ("VA", 1),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{HashMap, HashSet};
    use std::path::Path;

    #[test]
    fn those_of_the_same_name_are_counted() {
        let lexicons = Lexicons::default();
        let mut names = HashMap::new();
        let mut namesakes = |number| {
            let (mut random, lexicon) = begun(number, &lexicons);
            let before = names.entry(Name::and_city(&mut random, lexicon).0).or_insert(0);
            *before += 1;
            b'0' + *before - 1
        };

        let expected: Vec<u8> = (0..ORGANIZATIONS).map(&mut namesakes).collect();

        assert!(expected.iter().all(u8::is_ascii_digit));
        if std::env::var_os("UPDATE").is_some() {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/namesakes.txt");
            std::fs::write(path, &expected).unwrap();
        } else {
            assert!(NAMESAKES == expected, "UPDATE=1 cargo test writes src/namesakes.txt");
        }
    }

    #[test]
    fn no_two_institutions_share_a_name_or_an_identifier() {
        let table = known();

        let names: HashSet<&str> = table.iter().map(|known| known.name.as_str()).collect();
        let rors: HashSet<&str> = table.iter().map(|known| known.ror.as_str()).collect();
        let grids: HashSet<&str> = table.iter().map(|known| known.grid.as_str()).collect();
        assert_eq!(names.len() as u64, ORGANIZATIONS);
        assert_eq!(rors.len() as u64, ORGANIZATIONS);
        assert_eq!(grids.len() as u64, ORGANIZATIONS);
    }
}
