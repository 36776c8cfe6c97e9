//! Paths that commands are given: which of them may be URLs.
//!
//! All paths of all commands pass through here, so that a URL that cannot be used is refused, and
//! never becomes a folder on this machine.

use std::ffi::OsStr;
use std::path::PathBuf;

use clap::builder::{PathBufValueParser, TypedValueParser, ValueParser};
use clap::error::ErrorKind;
use clap::{Arg, Command};

use super::hints::Hint;
use crate::storage::Place;

/// Options that may name a place on a web server or in an object store, with their commands; all
/// other paths are on this machine.
const REMOTE: &[(&str, &str)] = &[
    ("commit", "dataset"),
    ("convert", "archives"),
    ("convert", "only_crosswalk"),
    ("convert", "only_ids_of"),
    ("convert", "out"),
    ("convert", "overrides"),
    ("convert", "ror_release"),
    ("coverage", "dataset"),
    ("diff", "new"),
    ("diff", "old"),
    ("extract", "dataset"),
    ("extract", "only_crosswalk"),
    ("extract", "only_ids_of"),
    ("extract", "overrides"),
    ("extract", "ror_release"),
    ("extract", "to"),
    ("export", "dataset"),
    ("export", "only_crosswalk"),
    ("export", "only_ids_of"),
    ("export", "overrides"),
    ("export", "ror_release"),
    // `connect export`.
    ("export", "to"),
    ("get", "from"),
    ("index", "archive"),
    ("index", "index_out"),
    ("inspect", "what"),
    ("match", "crosswalk"),
    ("match", "dataset"),
    ("match", "overrides"),
    ("match", "ror_release"),
    ("part", "out"),
    ("people", "dataset"),
    ("plan", "archives"),
    ("plan", "out"),
    ("reconcile", "dataset"),
    // It says itself why not.
    ("refresh", "dataset"),
    ("schema", "dataset"),
    ("verify", "dataset"),
];

/// What is said of all options that take no URL.
const ONLY_LOCAL: &str =
    "read or written on this machine only; give a local path, and copy the file from or to the URL yourself";

/// Reads a path, and refuses URLs that cannot be used.
#[derive(Clone)]
struct PlaceParser {
    may_be_remote: bool,
}

/// The command with its paths checked, and those of its commands.
pub fn with_checks(mut command: Command) -> Command {
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    for name in names {
        command = command.mut_subcommand(name, with_checks);
    }
    let name = command.get_name().to_owned();
    command.mut_args(|argument| {
        if argument.get_value_parser().type_id() != ValueParser::path_buf().type_id() {
            return argument;
        }
        let may_be_remote = REMOTE.contains(&(name.as_str(), argument.get_id().as_str()));
        argument.value_parser(PlaceParser { may_be_remote })
    })
}

impl TypedValueParser for PlaceParser {
    type Value = PathBuf;

    fn parse_ref(
        &self,
        command: &Command,
        argument: Option<&Arg>,
        value: &OsStr,
    ) -> Result<PathBuf, clap::Error> {
        let path = PathBufValueParser::new().parse_ref(command, argument, value)?;
        let refuse = |text: String| {
            let text = format!("{}: {text}\n", shown(argument));
            Err(clap::Error::raw(ErrorKind::ValueValidation, text).with_cmd(command))
        };
        match Place::of(&path) {
            Ok(Place::Local(path)) => Ok(path),
            Ok(Place::Remote(_)) if self.may_be_remote => Ok(path),
            Ok(Place::Remote(remote)) => refuse(format!("{remote} is a URL, but this is {ONLY_LOCAL}")),
            Err(error) => refuse(format!("{error}; {}", error.hint())),
        }
    }
}

/// The option as it is written on the command line.
fn shown(argument: Option<&Arg>) -> String {
    let Some(argument) = argument else { return "a path".to_owned() };
    match argument.get_long() {
        Some(long) => format!("--{long}"),
        None => argument.get_value_names().map_or_else(
            || argument.get_id().to_string(),
            |names| names.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::command;

    /// Every option of every command that takes a path.
    fn path_options() -> Vec<(String, String)> {
        let mut found = Vec::new();
        let command = command();
        let groups = command.get_subcommands().flat_map(|sub| sub.get_subcommands());
        for sub in command.get_subcommands().chain(groups) {
            let paths = sub.get_arguments().filter(|argument| {
                argument.get_value_parser().type_id() == ValueParser::path_buf().type_id()
            });
            found.extend(paths.map(|path| (sub.get_name().to_owned(), path.get_id().to_string())));
        }
        found
    }

    fn parse(command_name: &str, id: &str, value: &str) -> Result<PathBuf, clap::Error> {
        let command = command();
        // `export` is a command, and one of `connect`.
        let groups = command.get_subcommands().flat_map(|sub| sub.get_subcommands());
        let mut own = command.get_subcommands().chain(groups).filter(|sub| sub.get_name() == command_name);
        let found = own.find_map(|sub| {
            let argument = sub.get_arguments().find(|argument| argument.get_id() == id)?;
            Some((sub, argument))
        });
        let (sub, argument) = found.unwrap();
        let parser = PlaceParser { may_be_remote: REMOTE.contains(&(command_name, id)) };
        parser.parse_ref(sub, Some(argument), OsStr::new(value))
    }

    #[test]
    fn no_option_of_any_command_takes_a_url_that_cannot_be_used() {
        let options = path_options();
        assert!(options.len() > 20, "{options:?}");
        for (command_name, id) in &options {
            for url in ["ftp://me:hush@host/a", "hdfs://host/a?hush", "s3:/bucket/hush", "://a"] {
                let refused = parse(command_name, id, url).unwrap_err();

                let told = refused.render().to_string();
                assert_eq!(refused.kind(), ErrorKind::ValueValidation, "{command_name} {id}: {told}");
                assert!(!told.contains("me:hush"), "{told}");
            }
            let remote = parse(command_name, id, "https://host/a?X-Signature=hush");
            match REMOTE.contains(&(command_name.as_str(), id.as_str())) {
                true => assert_eq!(remote.unwrap(), PathBuf::from("https://host/a?X-Signature=hush")),
                false => {
                    let told = remote.unwrap_err().render().to_string();
                    assert!(told.contains("https://host/a is a URL") && told.contains(ONLY_LOCAL), "{told}");
                    assert!(!told.contains("hush"), "{told}");
                }
            }
            assert_eq!(parse(command_name, id, "file:///tmp/a%20b").unwrap(), PathBuf::from("/tmp/a b"));
            assert_eq!(parse(command_name, id, "a:b").unwrap(), PathBuf::from("a:b"));
        }
        for &(command_name, id) in REMOTE {
            assert!(options.contains(&(command_name.to_owned(), id.to_owned())), "{command_name} {id}");
        }
    }

    #[test]
    fn lists_and_tables_of_people_and_names_are_read_from_local_files_only() {
        for arguments in [
            &["refresh", "orcid", "--ids", "https://host/ids.txt"][..],
            &["refresh", "orcid", "--changes", "s3://bucket/last_modified.csv"],
            &["reconcile", "orcid", "https://host/staff.csv", "--ror", "https://ror.org/001522z32"],
            &["match", "--csv", "gs://bucket/names.csv", "--ror-release", "ror.zip"],
            &["part", "--task-file", "https://host/tasks.jsonl", "--number", "0", "--out", "orcid"],
            &["commit", "orcid", "https://host/results.jsonl"],
        ] {
            let refused = command().try_get_matches_from([&["orcidlake"], arguments].concat()).unwrap_err();

            let told = refused.render().to_string();
            assert!(told.contains(ONLY_LOCAL) && told.contains("://"), "{arguments:?}: {told}");
        }
    }

    #[test]
    fn the_program_refuses_it_wherever_it_stands() {
        for arguments in [
            &["orcidlake", "convert", "ftp://host/a.tar.gz", "--out", "o"][..],
            &["orcidlake", "convert", "a.tar.gz", "--out", "gopher://o"],
            &["orcidlake", "--config", "ftp://host/c", "verify", "o"],
            &["orcidlake", "synth", "--out", "https://host/o"],
        ] {
            let refused = command().try_get_matches_from(arguments).unwrap_err();

            assert_eq!(refused.kind(), ErrorKind::ValueValidation, "{arguments:?}: {refused}");
        }
    }
}
