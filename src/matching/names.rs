//! Whether two names may belong to the same person.

use ror_match::plain_words;

/// A name in two parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonName {
    /// The words of the family name.
    pub family: Vec<String>,
    pub given: Vec<String>,
}

/// Titles and degrees, which are no part of a name.
const TITLES: &[&str] = &[
    "prof",
    "professor",
    "dr",
    "drs",
    "doctor",
    "mr",
    "mrs",
    "ms",
    "miss",
    "sir",
    "dame",
    "phd",
    "md",
    "msc",
    "bsc",
    "mba",
    "mphil",
    "dphil",
    "habil",
    "ing",
    "dipl",
    "rer",
    "nat",
    "univ",
    "priv",
    "doz",
    "pd",
    "hc",
    "assoc",
    "asst",
    "emer",
];
/// Titles in front of a name at most: `Univ.-Prof. Dr. med. habil.`.
const MAX_TITLES: usize = 6;
/// Letters of a word of a family name that two names may have in common.
const MIN_SHARED_LETTERS: usize = 3;

/// How similar two names are, the least similar first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NameSimilarity {
    /// They share a word of the family name, as after a marriage or with two family names, or their
    /// parts are swapped, or one letter differs. Only other evidence makes it count.
    Variant,
    /// The first initials are equal, and one of the names has only initials.
    Initial,
    /// The first given names are equal.
    First,
    /// All given names are equal.
    Whole,
}

impl PersonName {
    pub fn of(given: &str, family: &str) -> Self {
        Self { family: words(family), given: words(given) }
    }

    /// The ways to read a name that stands in one text: `Family, Given`, or the
    /// last word, or the last two, as the family name.
    pub fn readings(text: &str) -> Vec<Self> {
        let text = without_degrees(text);
        if let Some((family, given)) = text.split_once(',') {
            return vec![Self::of(given, family)];
        }
        let words = words(text);
        let cut = |length: usize| {
            let (given, family) = words.split_at(words.len().saturating_sub(length));
            Self { family: family.to_vec(), given: given.to_vec() }
        };
        (1..=2).filter(|length| *length < words.len()).map(cut).collect()
    }

    /// The part that names must share to be compared.
    pub fn key(&self) -> Option<String> {
        (!self.family.is_empty()).then(|| self.family.concat())
    }

    /// True if the names may be forms of one name: see [`NameSimilarity::Variant`].
    pub fn is_variant(&self, other: &Self) -> bool {
        let long = |word: &&String| word.chars().count() >= MIN_SHARED_LETTERS;
        let shares =
            |one: &[String], other: &[String]| one.iter().filter(long).any(|word| other.contains(word));
        let swapped = shares(&self.family, &other.given) && shares(&self.given, &other.family);
        let typo = match (self.key(), other.key()) {
            (Some(one), Some(other)) => differ_by_one(&one, &other),
            _ => false,
        };
        let initials = || {
            let first = |name: &Self| name.given.first().and_then(|word| word.chars().next());
            first(self) == first(other) || first(self).is_none() || first(other).is_none()
        };
        shares(&self.family, &other.family) || swapped || typo && initials()
    }

    /// How similar two names are; `None` if they cannot belong to one person.
    pub fn similarity(&self, other: &Self) -> Option<NameSimilarity> {
        if self.key() != other.key() || self.key().is_none() {
            return None;
        }
        let (one, other) = (self.given.first()?, other.given.first().map(|first| (first, &other.given))?);
        let (first, given) = other;
        if &self.given == given {
            Some(NameSimilarity::Whole)
        } else if one == first && one.chars().count() > 1 {
            Some(NameSimilarity::First)
        } else {
            let short = one.chars().count() == 1 || first.chars().count() == 1;
            (short && one.chars().next() == first.chars().next()).then_some(NameSimilarity::Initial)
        }
    }
}

/// The words of a name without titles; initials with full stops are a word each.
fn words(text: &str) -> Vec<String> {
    let mut words = plain_words(&text.replace('.', " "));
    let is_title = |word: &String| TITLES.contains(&word.as_str());
    let titles = words.iter().take(MAX_TITLES).take_while(|word| is_title(word)).count();
    // Somebody may be named Ma or Ing.
    if titles < words.len() {
        words.drain(..titles);
    }
    while words.len() > 2 && words.last().is_some_and(is_title) {
        words.pop();
    }
    words
}

/// A name without the degrees behind its last comma: `Anna Müller, PhD`.
fn without_degrees(text: &str) -> &str {
    match text.rsplit_once(',') {
        Some((name, last)) => {
            let last = plain_words(&last.replace('.', ""));
            let only = !last.is_empty() && last.iter().all(|word| TITLES.contains(&word.as_str()));
            if only { name } else { text }
        }
        None => text,
    }
}

/// True if one letter more, less or other makes one text of the other.
fn differ_by_one(one: &str, other: &str) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let (short, long) = if one.len() < other.len() { (&one, &other) } else { (&other, &one) };
    let same = short.iter().zip(long).take_while(|(one, other)| one == other).count();
    match long.len() - short.len() {
        0 => same == long.len() || short[same + 1..] == long[same + 1..],
        1 => short[same..] == long[same + 1..],
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_by_what_both_have() {
        let name = |given, family| PersonName::of(given, family);
        for (one, other, expected) in [
            (name("José", "García Pérez"), name("Jose", "Garcia-Perez"), Some(NameSimilarity::Whole)),
            (name("Anna Maria", "Müller"), name("Anna", "Mueller"), Some(NameSimilarity::First)),
            (name("A.", "Müller"), name("Anna", "Müller"), Some(NameSimilarity::Initial)),
            (name("Anna", "Müller"), name("Andrea", "Müller"), None),
            (name("Anna", "Müller"), name("Anna", "Meier"), None),
            (name("", "Müller"), name("Anna", "Müller"), None),
        ] {
            assert_eq!(one.similarity(&other), expected, "{one:?} {other:?}");
        }
    }

    #[test]
    fn titles_are_no_names_and_initials_are_one_each() {
        let name = |given, family| PersonName::of(given, family);
        for (one, other, expected) in [
            (name("Prof. Dr. Anna", "Müller"), name("Anna", "Müller"), Some(NameSimilarity::Whole)),
            (name("J. R.", "Smith"), name("John Robert", "Smith"), Some(NameSimilarity::Initial)),
            (name("J.R.", "Smith"), name("J", "Smith"), Some(NameSimilarity::Initial)),
            (name("Ing", "Lee"), name("Ing", "Lee"), Some(NameSimilarity::Whole)),
        ] {
            assert_eq!(one.similarity(&other), expected, "{one:?} {other:?}");
        }
        for text in ["Univ.-Prof. Dr. Anna Müller, Ph.D.", "Dr. Anna Müller PhD", "Müller, Anna, MSc"] {
            assert_eq!(PersonName::readings(text)[0], name("Anna", "Müller"), "{text}");
        }
    }

    #[test]
    fn forms_of_one_name_are_variants() {
        let name = |given, family| PersonName::of(given, family);
        for (one, other, expected) in [
            (name("Ana", "García Pérez"), name("Ana", "García"), true),
            (name("Wei", "Zhang"), name("Zhang", "Wei"), true),
            (name("Anna", "Meyer-Schmidt"), name("Anna", "Schmidt"), true),
            (name("Anna", "Johansson"), name("Anna", "Johanson"), true),
            (name("Bill", "Gates"), name("William", "Gates"), true),
            (name("Anna", "Müller"), name("Peter", "Schulz"), false),
            (name("Anna", "Müller"), name("Anna", "Schulz"), false),
            (name("Anna", "Meier"), name("Peter", "Meyer"), false),
        ] {
            assert_eq!(one.is_variant(&other), expected, "{one:?} {other:?}");
        }
    }

    #[test]
    fn one_text_is_read_in_several_ways() {
        let keys = |text| PersonName::readings(text).iter().filter_map(PersonName::key).collect::<Vec<_>>();

        assert_eq!(keys("van Dyck, Anton"), ["vandyck"]);
        assert_eq!(keys("Ana García Pérez"), ["perez", "garciaperez"]);
        assert_eq!(keys("Plato"), Vec::<String>::new());
    }
}
