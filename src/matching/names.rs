//! Whether two names may belong to the same person.

use ror_match::plain_words;

/// A name in two parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonName {
    /// The words of the family name.
    pub family: Vec<String>,
    pub given: Vec<String>,
}

/// How similar two names with the same family name are, the least similar first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NameSimilarity {
    /// The first initials are equal, and one of the names has only initials.
    Initial,
    /// The first given names are equal.
    First,
    /// All given names are equal.
    Whole,
}

impl PersonName {
    pub fn of(given: &str, family: &str) -> Self {
        Self { family: plain_words(family), given: plain_words(given) }
    }

    /// The ways to read a name that stands in one text: `Family, Given`, or the
    /// last word, or the last two, as the family name.
    pub fn readings(text: &str) -> Vec<Self> {
        if let Some((family, given)) = text.split_once(',') {
            return vec![Self::of(given, family)];
        }
        let words = plain_words(text);
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
    fn one_text_is_read_in_several_ways() {
        let keys = |text| PersonName::readings(text).iter().filter_map(PersonName::key).collect::<Vec<_>>();

        assert_eq!(keys("van Dyck, Anton"), ["vandyck"]);
        assert_eq!(keys("Ana García Pérez"), ["perez", "garciaperez"]);
        assert_eq!(keys("Plato"), Vec::<String>::new());
    }
}
