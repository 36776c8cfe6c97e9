//! Which files of a release are wanted.

use super::error::DownloadError;
use super::release::{Release, ReleaseFile};

/// What an archive of ORCID's holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileSide {
    /// All summaries.
    Summaries,
    /// Activities: of the iDs that end with the character, in capitals; or of all.
    Activities(Option<char>),
    /// Anything else, such as the JSON of early years.
    Other,
}

/// Which archives of activities.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActivityArchives {
    All,
    /// Those of the iDs that end with one of these characters, in capitals.
    Of(Vec<char>),
}

/// Which files; all if nothing is chosen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileSelection {
    pub summaries: bool,
    pub activities: Option<ActivityArchives>,
}

impl ReleaseFile {
    /// What the file holds, by its name. The names of 2019 have `activites`, and those of 2018 no
    /// `summaries`.
    pub fn side(&self) -> FileSide {
        let name = self.name.to_ascii_lowercase();
        if let Some((_, rest)) = name.split_once("activit") {
            let rest = rest.trim_start_matches(|sign: char| sign.is_ascii_alphabetic());
            let mut signs = rest.strip_prefix('_').unwrap_or(rest).chars();
            let (ending, next) = (signs.next(), signs.next());
            let is_ending = ending.is_some_and(|sign| sign.is_ascii_digit() || sign == 'x')
                && next.is_none_or(|sign| !sign.is_ascii_alphanumeric());
            return FileSide::Activities(ending.filter(|_| is_ending).map(|sign| sign.to_ascii_uppercase()));
        }
        let is_tar = [".tar.gz", ".tgz", ".tar"].iter().any(|ending| name.ends_with(ending));
        match name.contains("summaries") || (is_tar && name.contains("api-2.0_xml_")) {
            true => FileSide::Summaries,
            false => FileSide::Other,
        }
    }
}

impl FileSelection {
    /// The chosen files of a release, in their order.
    ///
    /// # Errors
    /// [`DownloadError::NoFile`] for a choice that no file meets.
    pub fn of<'a>(&self, release: &'a Release) -> Result<Vec<&'a ReleaseFile>, DownloadError> {
        let missing = |wanted: String| DownloadError::NoFile {
            release: release.name.clone(),
            wanted,
            files: release.files.iter().map(|file| file.name.clone()).collect(),
        };
        let has = |wanted: &dyn Fn(FileSide) -> bool| release.files.iter().any(|file| wanted(file.side()));
        if !self.summaries && self.activities.is_none() {
            return match release.files.is_empty() {
                true => Err(missing("files".to_owned())),
                false => Ok(release.files.iter().collect()),
            };
        }
        if self.summaries && !has(&|side| side == FileSide::Summaries) {
            return Err(missing("summaries".to_owned()));
        }
        match &self.activities {
            Some(ActivityArchives::All) if !has(&|side| matches!(side, FileSide::Activities(_))) => {
                return Err(missing("activities".to_owned()));
            }
            Some(ActivityArchives::Of(endings)) => {
                for ending in endings {
                    if !has(&|side| is_of(side, *ending)) {
                        return Err(missing(format!("activities of iDs that end with {ending}")));
                    }
                }
            }
            _ => {}
        }
        let is_chosen = |file: &&ReleaseFile| match (file.side(), &self.activities) {
            (FileSide::Summaries, _) => self.summaries,
            (FileSide::Activities(_), Some(ActivityArchives::All)) => true,
            (side, Some(ActivityArchives::Of(endings))) => endings.iter().any(|ending| is_of(side, *ending)),
            _ => false,
        };
        Ok(release.files.iter().filter(is_chosen).collect())
    }
}

/// True for the archive with the activities of iDs that end so.
fn is_of(side: FileSide, ending: char) -> bool {
    match side {
        FileSide::Activities(Some(own)) => own == ending,
        FileSide::Activities(None) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str) -> ReleaseFile {
        ReleaseFile { name: name.to_owned(), size_bytes: 1, md5: None, urls: Vec::new() }
    }

    #[test]
    fn the_name_of_an_archive_says_what_it_holds() {
        for (name, expected) in [
            ("ORCID_2025_10_summaries.tar.gz", FileSide::Summaries),
            ("ORCID_2025_10_activities_0.tar.gz", FileSide::Activities(Some('0'))),
            ("ORCID_2025_10_activities_X.tar.gz", FileSide::Activities(Some('X'))),
            ("ORCID_2019_activites_9.tar.gz", FileSide::Activities(Some('9'))),
            ("ORCID-API-2.0_xml_10_2018.tar.gz", FileSide::Summaries),
            ("ORCID-API-2.0_activities_xml_10_2018.tar.gz", FileSide::Activities(None)),
            ("public_profiles_API-2.0_2017_10_json.tar.gz", FileSide::Other),
            ("README.md", FileSide::Other),
        ] {
            assert_eq!(file(name).side(), expected, "{name}");
        }
    }

    #[test]
    fn a_choice_that_no_file_meets_is_an_error() {
        let names = ["ORCID_2025_10_summaries.tar.gz", "ORCID_2025_10_activities_0.tar.gz"];
        let release = Release {
            name: "2025".to_owned(),
            title: String::new(),
            doi: None,
            published: String::new(),
            id: 1,
            files: names.iter().map(|name| file(name)).collect(),
        };
        let chosen = |summaries: bool, activities: Option<ActivityArchives>| {
            let files = FileSelection { summaries, activities }.of(&release);
            files.map(|files| files.len()).map_err(|error| error.to_string())
        };

        assert_eq!(chosen(false, None), Ok(2));
        assert_eq!(chosen(true, None), Ok(1));
        assert_eq!(chosen(true, Some(ActivityArchives::All)), Ok(2));
        assert_eq!(chosen(false, Some(ActivityArchives::Of(vec!['0']))), Ok(1));
        let told = chosen(true, Some(ActivityArchives::Of(vec!['0', 'X']))).unwrap_err();
        assert!(told.contains("end with X") && told.contains(names[1]), "{told}");
    }
}
