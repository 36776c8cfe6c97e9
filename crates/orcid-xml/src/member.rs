//! Names of files in ORCID's archives.
//!
//! Folders and their depth differ from year to year; the base name does not: `<iD>.xml`, or
//! `<iD>_<section>_<put code>.xml`.

use super::{ActivitySection, Orcid};

/// What the name of a file in ORCID's archives says about its content.
///
/// The enum is exhaustive on purpose, as [`Document`](crate::Document).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MemberName {
    /// `<iD>.xml`: a record, or the `error:error` in its place.
    Summary(Orcid),
    /// `<iD>_<section>_<put code>.xml`: one activity in full.
    Activity {
        /// The iD of the record that the activity belongs to.
        orcid: Orcid,
        /// The section of the record.
        section: ActivitySection,
        /// The put code of the activity.
        put_code: i64,
    },
    /// Another file that ends in `.xml`; its content may still be a record.
    OtherXml,
    /// Any other file, also the `._…` files that macOS writes.
    Other,
}

impl MemberName {
    /// Reads the base name of `path`, whatever its folders.
    pub fn new(path: &str) -> Self {
        let base = memchr::memrchr2(b'/', b'\\', path.as_bytes()).map_or(path, |place| &path[place + 1..]);
        let Some((stem, extension)) = base.rsplit_once('.') else { return Self::Other };
        // macOS keeps what its file system knows of a file in another that begins so.
        if !extension.eq_ignore_ascii_case("xml") || stem.starts_with("._") {
            return Self::Other;
        }
        Self::of_stem(stem).unwrap_or(Self::OtherXml)
    }

    /// The iD in the name; `None` if it has none.
    pub fn orcid(&self) -> Option<Orcid> {
        match self {
            Self::Summary(orcid) | Self::Activity { orcid, .. } => Some(*orcid),
            Self::OtherXml | Self::Other => None,
        }
    }

    fn of_stem(stem: &str) -> Option<Self> {
        let orcid = Orcid::new(stem.get(..Orcid::LENGTH)?)?;
        let rest = &stem[Orcid::LENGTH..];
        if rest.is_empty() {
            return Some(Self::Summary(orcid));
        }
        let (section, put_code) = rest.strip_prefix('_')?.rsplit_once('_')?;
        let section = ActivitySection::new(section)?;
        Some(Self::Activity { orcid, section, put_code: put_code.parse().ok()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::AffiliationKind;

    #[test]
    fn the_base_name_tells_what_a_member_is() {
        let orcid = Orcid::new("0000-0002-1694-233X").unwrap();
        let membership = ActivitySection::Affiliations(AffiliationKind::Membership);
        let of = |section, put_code| MemberName::Activity { orcid, section, put_code };
        for (path, expected) in [
            ("ORCID_2025_10_summaries/33X/0000-0002-1694-233X.xml", MemberName::Summary(orcid)),
            ("./0000-0002-1694-233X.xml", MemberName::Summary(orcid)),
            (
                "X/33X/0000-0002-1694-233X/works/0000-0002-1694-233X_works_168011329.xml",
                of(ActivitySection::Works, 168_011_329),
            ),
            ("0000-0002-1694-233X_membership_5.xml", of(membership, 5)),
            ("0000-0002-1694-233X_memberships_5.xml", of(membership, 5)),
            ("0000-0002-1694-233X_peer-reviews_5.xml", of(ActivitySection::PeerReviews, 5)),
            ("a\\0000-0002-1694-233X_research-resources_7.xml", of(ActivitySection::ResearchResources, 7)),
            ("0000-0002-1694-233X_hobbies_7.xml", MemberName::OtherXml),
            ("0000-0002-1694-233X_works_x.xml", MemberName::OtherXml),
            ("0000-0002-1694-233x.XML", MemberName::Summary(orcid)),
            ("0000-0002-1694-233X_works_99999999999999999999.xml", MemberName::OtherXml),
            ("notes.xml", MemberName::OtherXml),
            ("33X/._0000-0002-1694-233X.xml", MemberName::Other),
            ("äöüäöüäöüäöüäöüäöü.xml", MemberName::OtherXml),
            ("README.txt", MemberName::Other),
            ("", MemberName::Other),
        ] {
            assert_eq!(MemberName::new(path), expected, "{path}");
        }
    }
}
