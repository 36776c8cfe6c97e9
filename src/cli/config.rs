//! Defaults from a TOML file, below flags and environment.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Arg, ArgAction, Command};
use toml::{Table, Value};

use super::failure::Failure;

/// The environment variable that names the file.
const VARIABLE: &str = "ORCIDLAKE_CONFIG";
/// The flag that names the file.
const FLAG: &str = "--config";

/// Gives the options of `command` the defaults of the file that the arguments
/// or the environment name, if they name one.
pub fn apply(command: Command, arguments: &[OsString]) -> Result<Command, Failure> {
    let Some(path) = file_of(arguments) else { return Ok(command) };
    let fault =
        |what: String| Failure::new(format!("{}: {what}", path.display()), "see docs/cli.md for the options");
    let text = std::fs::read_to_string(&path).map_err(|error| fault(error.to_string()))?;
    let table: Table = text.parse().map_err(|error: toml::de::Error| fault(error.message().to_owned()))?;
    with_defaults(command, &table).map_err(fault)
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
fn with_defaults(mut command: Command, table: &Table) -> Result<Command, String> {
    let names: Vec<String> = command.get_subcommands().map(|sub| sub.get_name().to_owned()).collect();
    let (own, general): (Vec<_>, Vec<_>) = table.iter().partition(|(_, value)| value.is_table());
    for (name, value) in general {
        command = with_default(command, &names, name, value)?;
    }
    for (name, options) in own {
        if !names.contains(name) {
            return Err(format!("there is no command {name}"));
        }
        for (option, value) in options.as_table().into_iter().flatten() {
            command = with_default(command, std::slice::from_ref(name), option, value)?;
        }
    }
    Ok(command)
}

fn with_default(
    command: Command,
    commands: &[String],
    option: &str,
    value: &Value,
) -> Result<Command, String> {
    let id = option.replace('-', "_");
    let has = |command: &Command| command.get_arguments().any(|argument| is_option(argument, &id));
    if has(&command) {
        let values = values_of(option, value)?;
        return Ok(command.mut_arg(id, |argument| argument.default_values(values)));
    }
    let owners: Vec<&String> =
        commands.iter().filter(|name| command.find_subcommand(name).is_some_and(has)).collect();
    if owners.is_empty() {
        return Err(format!("there is no option {option}"));
    }
    let values = values_of(option, value)?;
    Ok(owners.into_iter().fold(command, |command, owner| {
        command.mut_subcommand(owner, |sub| {
            sub.mut_arg(&id, |argument| argument.required(false).default_values(values.clone()))
        })
    }))
}

fn is_option(argument: &Arg, id: &str) -> bool {
    let settable = matches!(argument.get_action(), ArgAction::Set | ArgAction::Append | ArgAction::SetTrue);
    argument.get_id() == id && argument.get_long().is_some() && settable
}

fn values_of(option: &str, value: &Value) -> Result<Vec<String>, String> {
    match value {
        Value::String(text) => Ok(vec![text.clone()]),
        Value::Integer(number) => Ok(vec![number.to_string()]),
        Value::Boolean(truth) => Ok(vec![truth.to_string()]),
        Value::Array(values) => values.iter().try_fold(Vec::new(), |mut all, value| {
            all.extend(values_of(option, value)?);
            Ok(all)
        }),
        _ => Err(format!("{option} is no text, number, truth value or list of them")),
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
    fn an_unknown_option_is_told() {
        assert_eq!(threads("treads = 3", &["orcidlake"]), Err("there is no option treads".to_owned()));
        assert_eq!(
            threads("[convrt]\nthreads = 3", &["orcidlake"]),
            Err("there is no command convrt".to_owned())
        );
    }
}
