//! Names of tables in options: any text is taken, and shells complete the names that there are.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, StringValueParser, TypedValueParser};
use clap::{Arg, Command};

use crate::tables::{self, DumpKind};

/// Takes a table's name, such as `works` or `summaries/works`. The commands say which names are
/// unknown, as datasets differ in their tables.
#[derive(Debug, Clone, Copy)]
pub struct TableNameParser {
    /// True if only tables that come from archives are meant.
    of_archives: bool,
}

impl TableNameParser {
    /// Takes any table.
    pub const ALL: Self = Self { of_archives: false };
    /// Takes a table that a conversion writes.
    pub const OF_ARCHIVES: Self = Self { of_archives: true };
}

impl TypedValueParser for TableNameParser {
    type Value = String;

    fn parse_ref(
        &self,
        command: &Command,
        argument: Option<&Arg>,
        value: &OsStr,
    ) -> Result<String, clap::Error> {
        StringValueParser::new().parse_ref(command, argument, value)
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue>>> {
        let is_of_archives = |folder: &str| DumpKind::ALL.iter().any(|kind| kind.folder() == folder);
        let mut names: Vec<String> = tables::all()
            .filter(|(folder, _)| !self.of_archives || is_of_archives(folder))
            .flat_map(|(folder, table)| [table.name().to_owned(), format!("{folder}/{}", table.name())])
            .collect();
        names.sort();
        names.dedup();
        Some(Box::new(names.into_iter().map(PossibleValue::new)))
    }
}

#[cfg(test)]
mod tests {
    use crate::cli::command;

    #[test]
    fn shells_complete_tables_and_other_names_are_taken() {
        for (name, option) in
            [("convert", "tables"), ("plan", "tables"), ("export", "export_tables"), ("schema", "table")]
        {
            let command = command();
            let sub = command.find_subcommand(name).unwrap();
            let option = sub.get_arguments().find(|argument| argument.get_id() == option).unwrap();
            let names: Vec<String> =
                option.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();

            let count = |table: &str| names.iter().filter(|name| *name == table).count();
            for table in ["works", "summaries/works", "activities/works"] {
                assert_eq!(count(table), 1, "{name}: {names:?}");
            }
            let has_all = matches!(name, "export" | "schema");
            assert_eq!(count("organizations/ror"), usize::from(has_all), "{name}: {names:?}");
            assert!(option.is_hide_possible_values_set(), "{name}: the help would list them all");
        }
        let taken = command().try_get_matches_from(["orcidlake", "schema", "no_such_table"]);
        assert!(taken.is_ok());
    }
}
