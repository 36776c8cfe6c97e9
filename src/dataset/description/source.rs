//! Where the data of a dataset comes from: its title, licence, and what to cite.

use super::super::manifest::Manifest;
use crate::slice::Day;

/// ORCID's public data files are in the public domain; so are releases of ROR.
pub const LICENCE: &str = "CC0-1.0";
pub const LICENCE_URL: &str = "https://creativecommons.org/publicdomain/zero/1.0/";
pub const LICENCE_TITLE: &str = "CC0 1.0 Universal Public Domain Dedication";
/// Who publishes the data.
pub const AUTHOR: &str = "ORCID";
pub const AUTHOR_URL: &str = "https://orcid.org";
/// Where the files of all years are.
const HOME: &str = "https://orcid.figshare.com/collections/ORCID_Annual_Public_Data_Files/7931102";

/// The DOI of each year's public data file, of its last version where there are several.
const DOIS: [(u16, &str); 10] = [
    (2013, "10.14454/07243.2013.001"),
    (2014, "10.14454/07243.2014.001"),
    (2018, "10.23640/07243.7234028"),
    (2019, "10.23640/07243.9988322.v2"),
    (2020, "10.23640/07243.13066970"),
    (2021, "10.23640/07243.16750535.v1"),
    (2022, "10.23640/07243.21220892.v4"),
    (2023, "10.23640/07243.24204912"),
    (2024, "10.23640/07243.27151305.v1"),
    (2025, "10.23640/07243.30375589.v1"),
];
/// The DOI of all releases of ROR.
const ROR_DOI: &str = "10.5281/zenodo.6347574";

/// Something to cite.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Citation {
    /// Its name in a bibliography, such as `orcid2025`.
    pub key: String,
    pub author: String,
    pub title: String,
    pub year: Option<String>,
    pub version: Option<String>,
    pub doi: Option<String>,
    pub note: Option<String>,
}

/// What the data is called.
pub fn title(manifest: &Manifest) -> String {
    release_title(manifest.release)
}

fn release_title(release: Option<u16>) -> String {
    match release {
        Some(year) => format!("ORCID Public Data File {year}"),
        None => "ORCID Public Data File".to_owned(),
    }
}

/// Where the data can be had.
pub fn url(release: Option<u16>) -> String {
    doi_of(release).map_or_else(|| HOME.to_owned(), |doi| format!("https://doi.org/{doi}"))
}

/// What is in the dataset, in sentences.
pub fn about(manifest: &Manifest) -> String {
    let mut about = "Records of the ORCID registry as Parquet tables, made by orcidlake".to_owned();
    about += match manifest.release {
        Some(_) => " from the public data file of the year.",
        None => ".",
    };
    if manifest.selection.is_some() {
        about += " It has the records of some people only.";
    }
    if let Some(day) = updated_until(manifest) {
        about += &format!(" Records were updated through ORCID's API until {day}.");
    }
    if let Some(matched) = &manifest.organizations {
        about += &format!(" Organizations are matched to the ROR release {}.", matched.ror_release);
    }
    if !manifest.visibility.is_public() {
        about += " It has data that people permitted trusted parties to see: it must not be published.";
    }
    about
}

/// All that a user of a dataset should cite: the public data file, the release of ROR, the program.
pub fn citations(manifest: &Manifest) -> Vec<Citation> {
    let note = updated_until(manifest);
    let note = note.map(|day| format!("Records updated through ORCID's API until {day}"));
    let mut found = vec![release(manifest.release, note)];
    found.extend(manifest.organizations.as_ref().map(|matched| ror(&matched.ror_release)));
    found.push(program(&manifest.tool_version));
    found
}

impl Citation {
    /// What to cite of an archive of a year: the public data file and the program.
    pub fn of_archive(year: Option<u16>) -> Vec<Self> {
        vec![release(year, None), program(env!("CARGO_PKG_VERSION"))]
    }
}

/// Entries of BibTeX.
pub fn to_bibtex(citations: &[Citation]) -> String {
    citations.iter().map(entry).collect::<Vec<_>>().join("\n")
}

fn release(year: Option<u16>, note: Option<String>) -> Citation {
    Citation {
        key: format!("orcid{}", year.map(|year| year.to_string()).unwrap_or_default()),
        author: AUTHOR.to_owned(),
        title: release_title(year),
        year: year.map(|year| year.to_string()),
        version: doi_of(year).and_then(|doi| doi.rsplit_once(".v")).map(|(_, version)| version.to_owned()),
        doi: doi_of(year).map(str::to_owned),
        note,
    }
}

/// A release of ROR by its name, such as `v1.59-2025-01-23-ror-data`.
fn ror(name: &str) -> Citation {
    let mut parts = name.trim_start_matches('v').split('-');
    let version = parts.next().filter(|version| version.starts_with(|sign: char| sign.is_ascii_digit()));
    let year = parts.next().filter(|year| year.len() == 4 && year.bytes().all(|sign| sign.is_ascii_digit()));
    Citation {
        key: format!("ror{}", year.unwrap_or_default()),
        author: "Research Organization Registry".to_owned(),
        title: "ROR Data".to_owned(),
        year: year.map(str::to_owned),
        version: version.map(|version| format!("v{version}")),
        doi: Some(ROR_DOI.to_owned()),
        note: Some(format!("Release {name}; the DOI is that of all releases")),
    }
}

fn program(version: &str) -> Citation {
    Citation {
        key: "orcidlake".to_owned(),
        author: "The orcidlake authors".to_owned(),
        title: "orcidlake".to_owned(),
        year: None,
        version: Some(version.to_owned()),
        doi: None,
        note: Some("Computer software".to_owned()),
    }
}

fn doi_of(year: Option<u16>) -> Option<&'static str> {
    DOIS.iter().find(|(own, _)| Some(*own) == year).map(|(_, doi)| *doi)
}

/// The day up to which a refreshed dataset has all changes.
fn updated_until(manifest: &Manifest) -> Option<String> {
    let watermark = manifest.watermark.filter(|_| manifest.has_refreshes())?;
    Some(Day::of_time(watermark).to_string())
}

fn entry(citation: &Citation) -> String {
    let Citation { key, author, title, year, version, doi, note } = citation;
    let url = doi.as_ref().map(|doi| format!("https://doi.org/{doi}"));
    let mut fields = vec![
        // The second braces keep a name that is no person's in one piece.
        ("author", Some(format!("{{{}}}", escaped(author)))),
        ("title", Some(format!("{{{}}}", escaped(title)))),
        ("year", year.clone()),
        ("version", version.as_deref().map(escaped)),
        ("doi", doi.clone()),
        ("url", url),
        ("note", note.as_deref().map(escaped)),
    ];
    fields.retain(|(_, value)| value.is_some());
    let line = |(name, value): &(&str, Option<String>)| {
        format!("  {name:7} = {{{}}},\n", value.as_deref().unwrap_or_default())
    };
    format!("@misc{{{key},\n{}}}\n", fields.iter().map(line).collect::<String>())
}

/// A text in which BibTeX and LaTeX see no signs of their own.
fn escaped(text: &str) -> String {
    let sign = |sign: char| match sign {
        '_' | '&' | '%' | '#' | '$' => format!("\\{sign}"),
        '{' | '}' | '\\' => String::new(),
        sign => sign.to_string(),
    };
    text.chars().map(sign).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_release_the_matching_and_the_program_are_cited() {
        let bibtex =
            to_bibtex(&[release(Some(2022), None), ror("v1.59-2025-01-23-ror-data"), program("1.2")]);

        assert_eq!(
            bibtex,
            "@misc{orcid2022,\n  author  = {{ORCID}},\n  title   = {{ORCID Public Data File 2022}},\n  \
             year    = {2022},\n  version = {4},\n  doi     = {10.23640/07243.21220892.v4},\n  \
             url     = {https://doi.org/10.23640/07243.21220892.v4},\n}\n\n\
             @misc{ror2025,\n  author  = {{Research Organization Registry}},\n  title   = {{ROR Data}},\n  \
             year    = {2025},\n  version = {v1.59},\n  doi     = {10.5281/zenodo.6347574},\n  \
             url     = {https://doi.org/10.5281/zenodo.6347574},\n  \
             note    = {Release v1.59-2025-01-23-ror-data; the DOI is that of all releases},\n}\n\n\
             @misc{orcidlake,\n  author  = {{The orcidlake authors}},\n  title   = {{orcidlake}},\n  \
             version = {1.2},\n  note    = {Computer software},\n}\n"
        );
    }

    #[test]
    fn what_is_not_known_is_left_out() {
        let bibtex = to_bibtex(&[release(None, None), ror("own_{list}\\")]);

        assert_eq!(
            bibtex,
            "@misc{orcid,\n  author  = {{ORCID}},\n  title   = {{ORCID Public Data File}},\n}\n\n\
             @misc{ror,\n  author  = {{Research Organization Registry}},\n  title   = {{ROR Data}},\n  \
             doi     = {10.5281/zenodo.6347574},\n  url     = {https://doi.org/10.5281/zenodo.6347574},\n  \
             note    = {Release own\\_list; the DOI is that of all releases},\n}\n"
        );
        assert!(release(Some(2016), None).doi.is_none());
    }
}
