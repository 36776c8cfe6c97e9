//! Defaults from a TOML file, below flags and environment.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command};
use toml::{Table, Value};

use super::failure::Failure;
use super::renamed::{OldNames, is_old_key};

/// The environment variable that names the file.
const VARIABLE: &str = "ORCIDLAKE_CONFIG";
/// The flag that names the file.
const FLAG: &str = "--config";

/// Gives the options of `command` the defaults of the file that the arguments
/// or the environment name, if they name one.
pub fn apply(command: Command, arguments: &[OsString], old_names: &mut OldNames) -> Result<Command, Failure> {
    let Some(path) = file_of(arguments) else { return Ok(command) };
    let fault =
        |what: String| Failure::new(format!("{}: {what}", path.display()), "see docs/cli.md for the options");
    let text = std::fs::read_to_string(&path).map_err(|error| fault(error.to_string()))?;
    let table = text.parse::<Table>().map_err(|error| fault(place_of(&error, &text)))?;
    old_names.look_in_file(&table).map_err(&fault)?;
    with_defaults(command, &table).map_err(fault)
}

/// What is wrong with the text of the file, and in which line.
fn place_of(error: &toml::de::Error, text: &str) -> String {
    let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
    format!("line {}: {}", before.matches('\n').count() + 1, error.message())
}

/// Refuses what the file sets beside an option that it does not go with; clap itself
/// looks at flags and the environment only, and takes the file's values for defaults.
pub fn check(command: &Command, matches: &ArgMatches) -> Result<(), Failure> {
    let Some((name, given)) = matches.subcommand() else { return Ok(()) };
    let Some(command) = command.find_subcommand(name) else { return Ok(()) };
    check(command, given)?;
    let own = command.get_arguments().filter(|argument| is_set(argument, given));
    for argument in own {
        let others = command.get_arg_conflicts_with(argument);
        if let Some(other) = others.into_iter().find(|other| is_set(other, given)) {
            let what = format!("{} and {} do not go together", shown(argument), shown(other));
            return Err(Failure::new(what, "one of them comes from the file of --config"));
        }
    }
    Ok(())
}

/// True where an option has a value that is not its own default.
fn is_set(argument: &Arg, given: &ArgMatches) -> bool {
    let id = argument.get_id().as_str();
    match given.value_source(id) {
        None => false,
        Some(ValueSource::DefaultValue) => {
            let values: Vec<_> = given.get_raw(id).into_iter().flatten().collect();
            let switch = matches!(argument.get_action(), ArgAction::SetTrue);
            let is_off = switch && values.iter().all(|value| *value == "false");
            let own = argument.get_default_values().iter().map(|value| value.as_os_str());
            !(is_off || values.iter().copied().eq(own))
        }
        Some(_) => !matches!(argument.get_action(), ArgAction::SetTrue) || given.get_flag(id),
    }
}

fn shown(argument: &Arg) -> String {
    argument.get_long().map_or_else(|| argument.get_id().to_string(), |long| format!("--{long}"))
}

fn file_of(arguments: &[OsString]) -> Option<PathBuf> {
    let mut arguments = arguments.iter().map(|argument| argument.to_string_lossy());
    while let Some(argument) = arguments.next() {
        if argument == FLAG {
            return arguments.next().map(|path| PathBuf::from(path.into_owned()));
        }
        if let Some(path) = argument.strip_prefix(FLAG).and_then(|rest| rest.strip_prefix('=')) {
            return Some(path.into());
        }
    }
    std::env::var_os(VARIABLE).map(PathBuf::from)
}

/// Options at the top are for every command that has them; a table named for a
/// command is for that one.
pub fn with_defaults(mut command: Command, table: &Table) -> Result<Command, String> {
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    let (own, general): (Vec<_>, Vec<_>) = table.iter().partition(|(_, value)| value.is_table());
    for (name, value) in general {
        command = with_default(command, &names, name, value, is_general)?;
    }
    for (name, options) in own {
        let Some(sub) = command.find_subcommand(name).cloned() else {
            return Err(format!("there is no command {name}"));
        };
        let options: Table = options.as_table().cloned().unwrap_or_default();
        if sub.has_subcommands() {
            // Its options are for those of its commands that have them.
            let sub = with_defaults(sub, &options)?;
            command = command.mut_subcommand(name, |_| sub);
            continue;
        }
        for (option, value) in &options {
            let is_own = |command: &Command, argument: &Arg, option: &str| {
                let id = argument.get_id().as_str();
                is_flag(argument, option)
                    || is_named(argument, option)
                    || is_old_key(command.get_name(), id, option, true)
            };
            command = with_default(command, std::slice::from_ref(name), option, value, is_own)?;
        }
    }
    Ok(command)
}

fn with_default(
    command: Command,
    commands: &[String],
    option: &str,
    value: &Value,
    is_it: impl Fn(&Command, &Arg, &str) -> bool,
) -> Result<Command, String> {
    let id_in = |command: &Command| {
        let found = |argument: &&Arg| is_settable(argument) && is_it(command, argument, option);
        command.get_arguments().find(found).map(|found| found.get_id().clone())
    };
    if let Some(id) = id_in(&command) {
        let values = values_of(option, value)?;
        return Ok(command.mut_arg(id, |argument| argument.default_values(values)));
    }
    // A command of a group, such as `connect serve`, is found by both names.
    let mut owners = Vec::new();
    for sub in commands.iter().filter_map(|name| command.find_subcommand(name)) {
        owners.extend(id_in(sub).map(|id| (sub.get_name().to_owned(), None, id)));
        let grouped = sub.get_subcommands().filter_map(|inner| Some((inner.get_name(), id_in(inner)?)));
        owners.extend(grouped.map(|(inner, id)| (sub.get_name().to_owned(), Some(inner.to_owned()), id)));
    }
    if owners.is_empty() {
        return Err(format!("there is no option {option}"));
    }
    let values = values_of(option, value)?;
    let set = |sub: Command, id| {
        sub.mut_arg(id, |argument| argument.required(false).default_values(values.clone()))
    };
    Ok(owners.into_iter().fold(command, |command, (owner, inner, id)| {
        command.mut_subcommand(owner, |sub| match inner {
            Some(inner) => sub.mut_subcommand(inner, |inner| set(inner, id)),
            None => set(sub, id),
        })
    }))
}

fn is_settable(argument: &Arg) -> bool {
    let settable = matches!(argument.get_action(), ArgAction::Set | ArgAction::Append | ArgAction::SetTrue);
    settable && argument.get_long().is_some()
}

/// True for the option of this flag, which commands may use for different things.
fn is_flag(argument: &Arg, name: &str) -> bool {
    argument.get_long() == Some(name)
}

/// True for the option by the name that is one in all commands, and in the environment.
fn is_named(argument: &Arg, name: &str) -> bool {
    argument.get_id() == name.replace('-', "_").as_str()
        || argument.get_id().as_str().replace('_', "-") == name
}

/// True for the option that a key at the top of the file sets.
fn is_general(command: &Command, argument: &Arg, name: &str) -> bool {
    is_named(argument, name) || is_old_key(command.get_name(), argument.get_id().as_str(), name, false)
}

fn values_of(option: &str, value: &Value) -> Result<Vec<String>, String> {
    match value {
        Value::String(text) => Ok(vec![text.clone()]),
        Value::Integer(number) => Ok(vec![number.to_string()]),
        Value::Float(number) => Ok(vec![number.to_string()]),
        Value::Boolean(truth) => Ok(vec![truth.to_string()]),
        Value::Array(values) => values.iter().try_fold(Vec::new(), |mut all, value| {
            all.extend(values_of(option, value)?);
            Ok(all)
        }),
        _ => Err(format!("{option} must be a text in quotes, a number, true or false, or a list of these")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn threads(file: &str, arguments: &[&str]) -> Result<Option<u16>, String> {
        let table: Table = file.parse().unwrap();
        let command = with_defaults(crate::cli::command(), &table)?;
        let matches = command.try_get_matches_from(arguments).map_err(|error| error.to_string())?;
        Ok(matches.subcommand().unwrap().1.get_one::<u16>("threads").copied())
    }

    #[test]
    fn a_flag_wins_over_the_file() {
        let convert = ["orcidlake", "convert", "a.tar", "--out", "o"];

        assert_eq!(threads("threads = 3", &convert), Ok(Some(3)));
        assert_eq!(threads("threads = 3\n[convert]\nthreads = 4", &convert), Ok(Some(4)));
        assert_eq!(threads("threads = 3", &[&convert[..], &["--threads", "5"]].concat()), Ok(Some(5)));
        assert_eq!(threads("[convert]\nout = 'o'", &convert[..3]), Ok(None));
    }

    #[test]
    fn names_are_those_of_the_flags() {
        for file in [
            "[index]\nout = 'x'",
            "[match]\nror-release = 'x'",
            "[match]\nror_release = 'x'",
            "[match]\nror = 'x'",
            "path = 'x'",
            "by = 'each'",
            "[synth]\nror = 3",
            "rate = 2.5",
            "[connect]\nstate = 'x'\npublic-url = 'http://127.0.0.1'",
            "[connect.serve]\nlisten = '127.0.0.1:1'",
            "public-url = 'http://127.0.0.1'",
            "[index]\nindex-out = 'x'",
        ] {
            let table: Table = file.parse().unwrap();
            assert!(with_defaults(crate::cli::command(), &table).is_ok(), "{file}");
        }
    }

    #[test]
    fn what_does_not_go_together_is_refused_wherever_it_stands() {
        let told = |file: &str, more: &[&str]| {
            let table: Table = file.parse().unwrap();
            let command = with_defaults(crate::cli::command(), &table).unwrap();
            let arguments = [&["orcidlake", "convert", "a.tar", "--out", "o"], more].concat();
            check(&crate::cli::command(), &command.try_get_matches_from(arguments).unwrap())
                .map_err(|failure| failure.to_string())
        };

        assert!(told("salvage = true", &["--index"]).unwrap_err().contains("--index and --salvage"));
        assert!(told("salvage = true\nshard = '1/2'", &[]).is_err());
        assert_eq!(told("salvage = false", &["--index"]), Ok(()));
        assert_eq!(told("threads = 3", &["--index"]), Ok(()));
        assert_eq!(told("", &["--salvage"]), Ok(()));
    }

    #[test]
    fn the_line_of_a_mistake_is_told() {
        for text in ["[convert", "threads = 3\n\n[convert\n", "[convert]\nthreads = 3\nmemory = \"1\n"] {
            let error = text.parse::<Table>().unwrap_err();
            let told = place_of(&error, text);
            let lines = text.trim_end().lines().count();
            assert!(told.starts_with(&format!("line {lines}: ")), "{told}");
        }
    }

    #[test]
    fn an_unknown_option_is_told() {
        assert_eq!(threads("treads = 3", &["orcidlake"]), Err("there is no option treads".to_owned()));
        assert_eq!(
            threads("[convrt]\nthreads = 3", &["orcidlake"]),
            Err("there is no command convrt".to_owned())
        );
    }
}
