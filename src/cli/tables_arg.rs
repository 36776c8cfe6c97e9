//! The option for the tables that a conversion writes.

use super::table_name::TableNameParser;

/// Which tables are written.
#[derive(Debug, Clone, clap::Args)]
pub struct TablesArg {
    /// Tables to write, such as works or summaries/affiliations; all if not given.
    #[arg(
        long,
        value_delimiter = ',',
        value_name = "TABLE",
        value_parser = TableNameParser::OF_ARCHIVES,
        hide_possible_values = true,
        env = "ORCIDLAKE_TABLES"
    )]
    pub tables: Vec<String>,
}
