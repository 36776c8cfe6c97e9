//! The year of a dump.

use std::path::Path;

use super::ConvertError;
use orcid_xml::Orcid;

/// The year of a dump, taken from the name of its archive or root folder, such as
/// `ORCID_2023_10_activities_1`; digits of an iD in the name are not a year.
pub fn release_of(name: &str) -> Option<u16> {
    let (mut others, mut end) = (String::new(), 0);
    for (start, _) in Orcid::find_all(name) {
        if start >= end {
            others += &name[end..start];
            others.push('/');
            end = start + Orcid::LENGTH;
        }
    }
    others += &name[end..];
    let runs = others.split(|character: char| !character.is_ascii_digit());
    runs.filter(|run| run.len() == 4)
        .find_map(|run| run.parse().ok().filter(|year| (2013..2100).contains(year)))
}

/// The year of a dataset after an archive of the year `found` is added.
pub fn agree(path: &Path, dataset: Option<u16>, found: Option<u16>) -> Result<Option<u16>, ConvertError> {
    match (dataset, found) {
        (Some(dataset), Some(found)) if dataset != found => {
            Err(ConvertError::OtherRelease { path: path.to_owned(), found, dataset })
        }
        (dataset, found) => Ok(dataset.or(found)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_year_comes_from_the_name() {
        for (name, year) in [
            ("ORCID_2025_10_summaries.tar.gz", Some(2025)),
            ("ORCID-API-2.0_activities_xml_10_2018.tar.gz", Some(2018)),
            ("ORCID_2019_activites_X.tar.gz", Some(2019)),
            ("summaries", None),
            ("0000-0002-1825-0097.xml", None),
            ("0000-0001-2024-0018.xml", None),
            ("2025/0000-0001-2024-0018-0000-0002-2019-001x", Some(2025)),
            ("dump-20251010.tar.gz", None),
        ] {
            assert_eq!(release_of(name), year, "{name}");
        }
    }
}
