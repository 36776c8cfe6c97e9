//! Options with a new name, whose old names work for one more release.
//!
//! All of it is made of one table: the old flag, the old environment variable and the
//! old keys of the TOML file set the option under its new name. Help, completions and
//! documents do not show them. The release after that removes this file.

use std::collections::BTreeSet;
use std::ffi::OsString;

use clap::Command;
use toml::Table;

use super::failure::Failure;

/// An option with an old name.
struct Renamed {
    command: &'static str,
    /// The flags, without the dashes; both are keys of the command's table in the TOML file.
    old: &'static str,
    new: &'static str,
    /// The key that sets the option for all commands that have it, at the top of the file.
    old_general_key: &'static str,
    old_variable: &'static str,
    new_variable: &'static str,
}

const RENAMED: [Renamed; 4] = [
    Renamed {
        command: "refresh",
        old: "anew",
        new: "restart",
        old_general_key: "anew",
        old_variable: "ORCIDLAKE_ANEW",
        new_variable: "ORCIDLAKE_RESTART",
    },
    Renamed {
        command: "refresh",
        old: "by",
        new: "strategy",
        old_general_key: "by",
        old_variable: "ORCIDLAKE_BY",
        new_variable: "ORCIDLAKE_STRATEGY",
    },
    Renamed {
        command: "refresh",
        old: "patience",
        new: "outage-timeout",
        old_general_key: "patience",
        old_variable: "ORCIDLAKE_PATIENCE",
        new_variable: "ORCIDLAKE_OUTAGE_TIMEOUT",
    },
    Renamed {
        command: "match",
        old: "ror",
        new: "ror-release",
        old_general_key: "path",
        old_variable: "ORCIDLAKE_ROR_FILE",
        new_variable: "ORCIDLAKE_ROR_RELEASE",
    },
];

impl Renamed {
    fn id(&self) -> String {
        self.new.replace('-', "_")
    }

    fn is_general_key(&self, key: &str) -> bool {
        [self.old_general_key, self.new, &self.id()].contains(&key)
    }

    fn is_old_key(&self, key: &str) -> bool {
        [self.old, self.old_general_key].contains(&key)
    }
}

/// True where `key` is an old key of the option `id` in the TOML file: in the command's own
/// table, or at the top.
pub fn is_old_key(command: &str, id: &str, key: &str, in_own_table: bool) -> bool {
    RENAMED.iter().any(|renamed| {
        let is_key = if in_own_table { renamed.is_old_key(key) } else { key == renamed.old_general_key };
        renamed.command == command && renamed.id() == id && is_key
    })
}

/// The old names that were used.
#[derive(Default)]
pub struct OldNames {
    /// Each with its command and the note about it.
    notes: BTreeSet<(&'static str, String)>,
}

impl OldNames {
    /// Gives the options of `command` their old flags, and the environment variables that are set
    /// under their old names.
    ///
    /// # Errors
    /// [`Failure`] where an option has both of its names.
    pub fn accept(&mut self, mut command: Command, arguments: &[OsString]) -> Result<Command, Failure> {
        let named = arguments.iter().skip(1).find(|argument| command.find_subcommand(argument).is_some());
        for renamed in &RENAMED {
            let is_asked = named.is_some_and(|name| name == renamed.command);
            let (old, new) = (format!("--{}", renamed.old), format!("--{}", renamed.new));
            if is_asked && has(arguments, &old) {
                if has(arguments, &new) {
                    return Err(both(&old, &new));
                }
                self.note(renamed, &old, &new);
            }
            let (old, new) = (renamed.old_variable, renamed.new_variable);
            let by_variable = std::env::var_os(old).is_some();
            if by_variable && is_asked {
                if std::env::var_os(new).is_some() {
                    return Err(both(old, new));
                }
                self.note(renamed, old, new);
            }
            command = command.mut_subcommand(renamed.command, |own| {
                own.mut_arg(renamed.id(), |argument| {
                    let argument = argument.alias(renamed.old);
                    if by_variable { argument.env(old) } else { argument }
                })
            });
        }
        Ok(command)
    }

    /// Looks for old keys in the TOML file.
    ///
    /// # Errors
    /// Says which option has both of its names in one table.
    pub fn look_in_file(&mut self, file: &Table) -> Result<(), String> {
        for renamed in &RENAMED {
            let own: Vec<&String> = match file.get(renamed.command).and_then(|own| own.as_table()) {
                Some(own) => {
                    own.keys().filter(|key| renamed.is_old_key(key) || renamed.is_general_key(key)).collect()
                }
                None => Vec::new(),
            };
            let general = file.iter().filter(|(_, value)| !value.is_table()).map(|(key, _)| key);
            let general: Vec<&String> = general.filter(|key| renamed.is_general_key(key)).collect();
            for keys in [own, general] {
                let Some(old) = keys.iter().find(|key| renamed.is_old_key(key)) else { continue };
                if let Some(new) = keys.iter().find(|key| !renamed.is_old_key(key)) {
                    return Err(both_text(old, new));
                }
                self.note(renamed, old, renamed.new);
            }
        }
        Ok(())
    }

    /// Says on standard error which old names the command was called with.
    pub fn tell(&self, command: Option<&str>) {
        for (_, note) in self.notes.iter().filter(|(own, _)| Some(*own) == command) {
            tell!("{note}");
        }
    }

    fn note(&mut self, renamed: &Renamed, old: &str, new: &str) {
        let note =
            format!("note: {old} is now called {new}; the old name will be removed in the next release");
        self.notes.insert((renamed.command, note));
    }
}

/// True where the flag stands among the arguments, alone or with its value.
fn has(arguments: &[OsString], flag: &str) -> bool {
    arguments.iter().take_while(|argument| *argument != "--").any(|argument| {
        let argument = argument.to_string_lossy();
        argument.strip_prefix(flag).is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
    })
}

fn both_text(old: &str, new: &str) -> String {
    format!("{old} and {new} are two names of one option")
}

fn both(old: &str, new: &str) -> Failure {
    Failure::new(both_text(old, new), &format!("give {new} alone"))
}
