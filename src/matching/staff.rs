//! A list of staff, and which iDs its people may have.
//!
//! A candidate is found by iD, e-mail or name. It is accepted by iD or e-mail
//! with a name that fits, never by the name alone.

use rustc_hash::FxHashMap;

use super::names::{NameSimilarity, PersonName};
use orcid_xml::{IdFault, Orcid};

/// Somebody on the list.
#[derive(Debug, Clone, Default)]
pub struct Staff {
    /// The line of the table.
    pub line: u64,
    pub name: String,
    /// Present and former names.
    pub names: Vec<PersonName>,
    pub email: Option<String>,
    /// As it was written.
    pub orcid: Option<String>,
    pub department: Option<String>,
}

/// The evidence for a candidate.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Evidence {
    pub by_orcid: bool,
    pub by_email: bool,
    pub name: Option<NameSimilarity>,
    /// The name that was compared is another name of the record.
    pub other_name: bool,
    /// An affiliation with the institution: current or past.
    pub affiliation: Option<Affiliated>,
    pub department: bool,
}

/// An affiliation with the institution.
#[derive(Debug, Clone, PartialEq)]
pub struct Affiliated {
    pub current: bool,
    pub text: String,
    pub departments: Vec<String>,
}

/// The verdict about a candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// There is evidence against it.
    Conflict,
    /// Only the name fits.
    Possible,
    /// Name and institution fit, and no other candidate has both.
    Probable,
    /// The iD or the e-mail address fits, and the name too.
    Accepted,
}

impl Evidence {
    /// The score, from 0 to 1; each piece of evidence adds its share of the rest to 1.
    pub fn score(&self) -> f64 {
        let name = match self.name {
            Some(NameSimilarity::Whole) => 0.4,
            Some(NameSimilarity::First) => 0.35,
            Some(NameSimilarity::Initial) => 0.2,
            Some(NameSimilarity::Variant) => 0.1,
            None => 0.0,
        };
        let affiliation = match &self.affiliation {
            Some(Affiliated { current: true, .. }) => 0.6,
            Some(_) => 0.4,
            None => 0.0,
        };
        let of = |holds: bool, weight: f64| if holds { weight } else { 0.0 };
        let open = [
            of(self.by_orcid, 0.9),
            of(self.by_email, 0.9),
            name * if self.other_name { 0.9 } else { 1.0 },
            affiliation,
            of(self.department, 0.3),
        ];
        1.0 - open.into_iter().fold(1.0, |left, weight| left * (1.0 - weight))
    }

    /// The verdict; `alone` says that no other candidate has both the name and the institution.
    pub fn verdict(&self, alone: bool) -> Verdict {
        match self.name {
            None => Verdict::Conflict,
            Some(_) if self.by_orcid || self.by_email => Verdict::Accepted,
            Some(similarity)
                if self.affiliation.is_some() && alone && similarity > NameSimilarity::Initial =>
            {
                Verdict::Probable
            }
            Some(_) => Verdict::Possible,
        }
    }

    /// The evidence in words.
    pub fn words(&self) -> String {
        let mut words = Vec::new();
        let name = if self.other_name { "another name" } else { "name" };
        match self.name {
            Some(NameSimilarity::Whole) => words.push(format!("{name} the same")),
            Some(NameSimilarity::First) => words.push(format!("{name} the same but for further given names")),
            Some(NameSimilarity::Initial) => words.push(format!("{name} the same by its initial")),
            Some(NameSimilarity::Variant) => words.push(format!("{name} is a variant")),
            None => words.push("name differs".to_owned()),
        }
        if self.by_orcid {
            words.push("iD given".to_owned());
        }
        if self.by_email {
            words.push("public e-mail the same".to_owned());
        }
        if let Some(affiliated) = &self.affiliation {
            words.push(affiliated.text.clone());
        }
        if self.department {
            words.push("department the same".to_owned());
        }
        words.join("; ")
    }
}

impl Verdict {
    pub fn name(self) -> &'static str {
        match self {
            Self::Conflict => "conflict",
            Self::Possible => "possible",
            Self::Probable => "probable",
            Self::Accepted => "accepted",
        }
    }
}

/// The list, indexed by the values that records are compared with.
pub struct StaffList {
    pub staff: Vec<Staff>,
    by_name: FxHashMap<String, Vec<usize>>,
    by_email: FxHashMap<String, Vec<usize>>,
    by_orcid: FxHashMap<String, Vec<usize>>,
}

impl StaffList {
    pub fn new(staff: Vec<Staff>) -> Self {
        let mut list = Self {
            staff,
            by_name: FxHashMap::default(),
            by_email: FxHashMap::default(),
            by_orcid: FxHashMap::default(),
        };
        for (number, one) in list.staff.iter().enumerate() {
            for key in one.names.iter().filter_map(PersonName::key) {
                let numbers = list.by_name.entry(key).or_default();
                if numbers.last() != Some(&number) {
                    numbers.push(number);
                }
            }
            if let Some(email) = &one.email {
                list.by_email.entry(email.trim().to_lowercase()).or_default().push(number);
            }
            if let Some(orcid) = one.orcid() {
                list.by_orcid.entry(orcid.to_string()).or_default().push(number);
            }
        }
        list
    }

    /// The people with a name similar to one of these, and how similar.
    pub fn named(&self, names: &[PersonName]) -> Vec<(usize, NameSimilarity)> {
        let mut found: Vec<(usize, NameSimilarity)> = Vec::new();
        for name in names {
            let Some(numbers) = name.key().and_then(|key| self.by_name.get(&key)) else { continue };
            for number in numbers {
                let alike = self.staff[*number].names.iter().filter_map(|own| own.similarity(name)).max();
                let Some(alike) = alike else { continue };
                match found.iter_mut().find(|(known, _)| known == number) {
                    Some((_, known)) => *known = alike.max(*known),
                    None => found.push((*number, alike)),
                }
            }
        }
        found
    }

    /// True if one of these names may be a form of a name of this person.
    pub fn has_variant(&self, number: usize, names: &[PersonName]) -> bool {
        self.staff[number].names.iter().any(|own| names.iter().any(|name| own.is_variant(name)))
    }

    /// The people with this e-mail address.
    pub fn with_email(&self, email: &str) -> &[usize] {
        self.by_email.get(&email.trim().to_lowercase()).map_or(&[], Vec::as_slice)
    }

    /// The people with this iD on the list.
    pub fn with_orcid(&self, orcid: &str) -> &[usize] {
        self.by_orcid.get(orcid).map_or(&[], Vec::as_slice)
    }

    /// The iDs on the list.
    pub fn orcids(&self) -> impl Iterator<Item = (&String, &Vec<usize>)> {
        self.by_orcid.iter()
    }
}

impl Staff {
    /// The iD, if it is valid.
    pub fn orcid(&self) -> Option<Orcid> {
        Orcid::read(self.orcid.as_deref()?).ok()
    }

    /// The text in the iD's column that is not an iD, and why.
    pub fn unread_orcid(&self) -> Option<(&str, IdFault)> {
        let given = self.orcid.as_deref().filter(|given| !given.trim().is_empty())?;
        Some((given, Orcid::read(given).err()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_alone_is_never_accepted() {
        for name in [NameSimilarity::Whole, NameSimilarity::First, NameSimilarity::Initial] {
            let evidence = Evidence { name: Some(name), ..Evidence::default() };

            assert_eq!(evidence.verdict(true), Verdict::Possible);
        }
    }

    #[test]
    fn an_id_with_a_variant_of_the_name_is_accepted() {
        let name = Some(NameSimilarity::Variant);
        let evidence = Evidence { by_orcid: true, name, ..Evidence::default() };

        assert_eq!(evidence.verdict(true), Verdict::Accepted);
    }

    #[test]
    fn an_id_with_another_name_is_a_conflict() {
        let evidence = Evidence { by_orcid: true, ..Evidence::default() };

        assert_eq!(evidence.verdict(true), Verdict::Conflict);
    }
}
