//! `orcidlake download`.

use std::fmt::Write as _;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::builder::BoolishValueParser;
use serde_json::{Value, json};

use super::convert::stop_on_signals;
use super::download_progress::DownloadProgress;
use super::failure::Failure;
use super::numbers::bytes;
use super::output::{print, print_json};
use super::{Common, Done};
use crate::download::{
    ActivityArchives, FileSelection, Options, Release, ReleaseFile, Source, fetch, release, releases,
};

/// The word for ROR in the place of a year.
const ROR: &str = "ror";

/// Download a release of ORCID's public data files, or of ROR.
///
/// The files of ORCID come from figshare, those of ROR from Zenodo. A file gets its name when its
/// size and its digest are right; until then it has a name that ends with .part. The same command
/// continues what was interrupted, and downloads nothing again that is there. The names of the files
/// go to standard output.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The year of ORCID's public data files, latest, or ror for ROR.
    #[arg(value_name = "YEAR|latest|ror", default_value = "latest")]
    what: String,
    /// For ror: the version, such as 2.0, or latest.
    #[arg(value_name = "VERSION")]
    version: Option<String>,
    /// The folder for the files.
    #[arg(long, value_name = "DIR", env = "ORCIDLAKE_DOWNLOAD_TO", required_unless_present_any = ["list", "urls"])]
    to: Option<PathBuf>,
    /// Only the summaries, with --activities these too. Without both, all files.
    #[arg(long, env = "ORCIDLAKE_SUMMARIES", value_parser = BoolishValueParser::new())]
    summaries: bool,
    /// Only the activities of iDs that end with these characters, such as 0,3,X; or all.
    #[arg(long, value_name = "ENDINGS", env = "ORCIDLAKE_ACTIVITY_ARCHIVES", value_parser = parse_endings)]
    activities: Option<ActivityArchives>,
    /// List the releases, or with YEAR or VERSION the files of one, and download nothing.
    #[arg(long, env = "ORCIDLAKE_LIST", value_parser = BoolishValueParser::new(), conflicts_with = "urls")]
    list: bool,
    /// Print the URLs of the files, for convert or another program, and download nothing.
    #[arg(long, env = "ORCIDLAKE_URLS", value_parser = BoolishValueParser::new())]
    urls: bool,
    /// The root of the API, for a mirror; https://api.figshare.com/v2 or https://zenodo.org/api if
    /// not given.
    #[arg(long, value_name = "URL", env = "ORCIDLAKE_DOWNLOAD_URL")]
    url: Option<String>,
    /// Connections for one file.
    #[arg(long, value_name = "N", env = "ORCIDLAKE_CONNECTIONS", default_value = "4")]
    connections: NonZeroUsize,
}

fn parse_endings(text: &str) -> Result<ActivityArchives, String> {
    if text.trim().eq_ignore_ascii_case("all") {
        return Ok(ActivityArchives::All);
    }
    let endings = text.split(',').map(|ending| {
        let ending = ending.trim();
        match ending.chars().next().map(|sign| sign.to_ascii_uppercase()) {
            Some(sign @ ('0'..='9' | 'X')) if ending.len() == 1 => Ok(sign),
            _ => Err(format!("\"{ending}\" is not a character that iDs end with, which are 0 to 9 and X")),
        }
    });
    endings.collect::<Result<Vec<char>, String>>().map(ActivityArchives::Of)
}

pub fn run(args: Args, common: &Common) -> Result<Done, Failure> {
    let (source, wanted) = args.wanted()?;
    let options = Options {
        api_url: args.url.clone(),
        connections: args.connections,
        storage: common.storage(),
        ..Options::default()
    };
    let stop = stop_on_signals()?;
    if args.list && wanted.is_none() {
        let all = releases(source, &options, &stop)?;
        print_releases(&all, common)?;
        return Ok(Done::All);
    }
    let release = release(source, wanted.as_deref().unwrap_or("latest"), &options, &stop)?;
    let selection = args.selection();
    let files = selection.of(&release)?;
    if args.list {
        print_files(&release, &files, common)?;
        return Ok(Done::All);
    }
    if args.urls {
        print_urls(&release, &files, common)?;
        return Ok(Done::All);
    }
    let folder = args.to.clone().unwrap_or_default();
    let progress = DownloadProgress::new(&files, common.quiet);
    let mut paths = Vec::new();
    for file in files {
        let fetched = fetch(file, &folder, &options, &progress, &stop);
        if fetched.is_err() {
            progress.end();
        }
        fetched?;
        let path = folder.join(&file.name);
        if !common.json {
            progress.aside(|| print(&format!("{}\n", path.display())))?;
        }
        paths.push(path.to_string_lossy().into_owned());
    }
    progress.end();
    if common.json {
        print_json(&json!({ "release": with_files(&release, &[]), "files": paths }))?;
    }
    Ok(Done::All)
}

impl Args {
    /// Whose release, and which, if one is named.
    fn wanted(&self) -> Result<(Source, Option<String>), Failure> {
        let is_ror = self.what.eq_ignore_ascii_case(ROR);
        if is_ror {
            if self.summaries || self.activities.is_some() {
                let message = "--summaries and --activities choose files of ORCID's, not of ROR";
                return Err(Failure::new(message, "give one of them without ror, or ror without them"));
            }
            return Ok((Source::Ror, self.version.clone()));
        }
        if let Some(version) = &self.version {
            let message = format!("{version} follows {}, but only ror has versions", self.what);
            return Err(Failure::new(message, "give one year, or ror and a version"));
        }
        let is_year = self.what.len() == 4 && self.what.bytes().all(|digit| digit.is_ascii_digit());
        match self.what.as_str() {
            // The default; a list is that of all releases then.
            "latest" => Ok((Source::Orcid, None)),
            year if is_year => Ok((Source::Orcid, Some(year.to_owned()))),
            other => {
                let message = format!("{other} is neither a year nor latest nor ror");
                Err(Failure::new(message, "`orcidlake download --list` lists the years"))
            }
        }
    }

    fn selection(&self) -> FileSelection {
        FileSelection { summaries: self.summaries, activities: self.activities.clone() }
    }
}

fn print_releases(all: &[Release], common: &Common) -> Result<(), Failure> {
    if common.json {
        let all: Vec<Value> = all.iter().map(|release| json!(release)).collect();
        return print_json(&json!({ "releases": all }));
    }
    let width = all.iter().map(|release| release.name.len()).max().unwrap_or_default();
    let mut text = String::new();
    for Release { name, published, doi, title, .. } in all {
        let doi = doi.as_deref().unwrap_or("no DOI");
        let _ = writeln!(text, "{name:width$}  {published}  {doi}  {title}");
    }
    print(&text)
}

fn print_files(release: &Release, files: &[&ReleaseFile], common: &Common) -> Result<(), Failure> {
    if common.json {
        return print_json(&with_files(release, files));
    }
    let doi = release.doi.as_deref().unwrap_or("no DOI");
    let mut text = format!("{}: {}, {doi}\n", release.title, release.published);
    for file in files {
        let md5 = file.md5.as_deref().unwrap_or("unknown");
        let _ = writeln!(text, "  {} ({}, md5 {md5})", file.name, bytes(file.size_bytes));
    }
    print(&text)
}

fn print_urls(release: &Release, files: &[&ReleaseFile], common: &Common) -> Result<(), Failure> {
    if common.json {
        return print_json(&with_files(release, files));
    }
    let urls = files.iter().filter_map(|file| file.urls.first());
    print(&urls.fold(String::new(), |text, url| text + url + "\n"))
}

fn with_files(release: &Release, files: &[&ReleaseFile]) -> Value {
    let mut value = json!(release);
    if !files.is_empty() {
        value["files"] = json!(files);
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_are_those_of_ids() {
        assert_eq!(parse_endings("all"), Ok(ActivityArchives::All));
        assert_eq!(parse_endings("0, 3,x"), Ok(ActivityArchives::Of(vec!['0', '3', 'X'])));
        for wrong in ["", "A", "10", "0,,1", "é"] {
            assert!(parse_endings(wrong).is_err(), "{wrong}");
        }
    }
}
