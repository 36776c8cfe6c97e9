//! The names of files in a bucket with all records: as in ORCID's own buckets, or as in the folder
//! that ORCID's program for members writes.

use orcid_xml::{ActivitySection, AffiliationKind, Orcid};

/// The list of last changes; it is a tar archive with gzip, though its name does not say so.
const LIST_NAME: &str = "last_modified.csv.tar";
/// ORCID's bucket of the list.
const LIST_BUCKET: &str = "orcid-lambda-file";
/// ORCID's bucket of summaries.
const SUMMARIES_BUCKET: &str = "v3.0-summaries";
/// ORCID's buckets of activities, by the last character of the iD: up to `3`, up to `7`, the others.
const ACTIVITIES_BUCKETS: [&str; 3] = ["v3.0-activities-a", "v3.0-activities-b", "v3.0-activities-c"];
/// Where an iD's last three characters begin; they name its folder.
const SUFFIX: usize = 16;

/// How files are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// Names begin with the names of ORCID's buckets.
    Buckets,
    /// `last_modified.csv.tar`, `summaries/…` and `activities/…`.
    Folders,
}

impl Layout {
    /// The layouts in the order in which they are looked for.
    pub const ALL: [Self; 2] = [Self::Buckets, Self::Folders];

    /// ORCID's buckets.
    pub fn buckets() -> impl Iterator<Item = &'static str> {
        [LIST_BUCKET, SUMMARIES_BUCKET].into_iter().chain(ACTIVITIES_BUCKETS)
    }

    /// The list of last changes.
    pub fn list(self) -> String {
        match self {
            Self::Buckets => format!("{LIST_BUCKET}/{LIST_NAME}"),
            Self::Folders => LIST_NAME.to_owned(),
        }
    }

    /// The file of a record.
    pub fn summary(self, orcid: Orcid) -> String {
        let folder = match self {
            Self::Buckets => SUMMARIES_BUCKET,
            Self::Folders => "summaries",
        };
        format!("{folder}/{}/{orcid}.xml", &orcid.as_str()[SUFFIX..])
    }

    /// The file of an activity in full.
    pub fn activity(self, orcid: Orcid, section: ActivitySection, put_code: i64) -> String {
        let folder = match (self, orcid.as_str().as_bytes().last()) {
            (Self::Folders, _) => "activities",
            (Self::Buckets, Some(b'0'..=b'3')) => ACTIVITIES_BUCKETS[0],
            (Self::Buckets, Some(b'4'..=b'7')) => ACTIVITIES_BUCKETS[1],
            (Self::Buckets, _) => ACTIVITIES_BUCKETS[2],
        };
        let section = section_folder(section);
        format!("{folder}/{}/{orcid}/{section}/{orcid}_{section}_{put_code}.xml", &orcid.as_str()[SUFFIX..])
    }
}

/// The folder of a section; ORCID writes one of them in the singular.
fn section_folder(section: ActivitySection) -> String {
    match section {
        ActivitySection::Affiliations(AffiliationKind::Membership) => section.kind().to_owned(),
        section => format!("{}s", section.kind()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_have_the_names_that_orcid_gives_them() {
        let name = |orcid: &str, section: &str| {
            let (orcid, section) = (Orcid::new(orcid).unwrap(), ActivitySection::new(section).unwrap());
            Layout::ALL.map(|layout| layout.activity(orcid, section, 5))
        };
        for (orcid, section, buckets, folders) in [
            (
                "0000-0002-1694-233X",
                "work",
                "v3.0-activities-c/33X/0000-0002-1694-233X/works/0000-0002-1694-233X_works_5.xml",
                "activities/33X/0000-0002-1694-233X/works/0000-0002-1694-233X_works_5.xml",
            ),
            (
                "0000-0002-1825-0097",
                "membership",
                "v3.0-activities-b/097/0000-0002-1825-0097/membership/0000-0002-1825-0097_membership_5.xml",
                "activities/097/0000-0002-1825-0097/membership/0000-0002-1825-0097_membership_5.xml",
            ),
            (
                "0000-0001-5109-3700",
                "peer-review",
                "v3.0-activities-a/700/0000-0001-5109-3700/peer-reviews/0000-0001-5109-3700_peer-reviews_5.xml",
                "activities/700/0000-0001-5109-3700/peer-reviews/0000-0001-5109-3700_peer-reviews_5.xml",
            ),
        ] {
            assert_eq!(name(orcid, section), [buckets, folders]);
        }
        let orcid = Orcid::new("0000-0002-1825-0097").unwrap();
        let summaries = Layout::ALL.map(|layout| layout.summary(orcid));
        let expected =
            ["v3.0-summaries/097/0000-0002-1825-0097.xml", "summaries/097/0000-0002-1825-0097.xml"];
        assert_eq!(summaries, expected);
        assert_eq!(
            Layout::ALL.map(Layout::list),
            ["orcid-lambda-file/last_modified.csv.tar", "last_modified.csv.tar"]
        );
    }
}
