//! Entity diagrams of the tables, as docs/tables.md has them.
//!
//! Made from the tables' columns: entities, their keys, and the links that
//! follow from a column of the same name. Only the links between an item and
//! what belongs to it are listed here, as no column says which table it means.

use std::fmt::Write as _;

use crate::tables::{self, AnyTable, Type};

/// Columns that identify a row or lead to another table.
const KEYS: [&str; 16] = [
    "orcid",
    "put_code",
    "kind",
    "level",
    "group_index",
    "peer_review_group_index",
    "resource_item_index",
    "host_index",
    "contributor_index",
    "external_id_index",
    "contributor_orcid",
    "primary_orcid",
    "org_key",
    "ror_id",
    "ancestor_id",
    "identifier",
];

/// An item's table, the table of what belongs to an item, and the columns that both have.
type Link = (&'static str, &'static str, &'static [&'static str]);

const LINKS: [Link; 14] = [
    ("affiliations", "external_ids", &["orcid", "kind", "put_code"]),
    ("fundings", "external_ids", &["orcid", "put_code"]),
    ("peer_reviews", "external_ids", &["orcid", "put_code"]),
    ("research_resources", "external_ids", &["orcid", "put_code"]),
    ("works", "external_ids", &["orcid", "put_code"]),
    ("external_ids", "external_id_elements", &["orcid", "kind", "level", "put_code", "external_id_index"]),
    ("research_resources", "research_resource_items", &["orcid", "put_code"]),
    ("research_resources", "research_resource_hosts", &["orcid", "put_code"]),
    ("research_resource_items", "research_resource_hosts", &["orcid", "put_code", "resource_item_index"]),
    ("fundings", "funding_contributors", &["orcid", "put_code"]),
    ("works", "work_contributors", &["orcid", "put_code"]),
    ("organizations", "unmatched", &["org_key"]),
    ("organizations", "disagreements", &["org_key"]),
    ("ror", "ror_ancestors", &["ror_id"]),
];

/// The diagram of one folder of a dataset, in the language of Mermaid.
pub fn diagram(folder: &str) -> String {
    let tables: Vec<&dyn AnyTable> =
        tables::all().filter(|(of, _)| *of == folder).map(|(_, table)| table).collect();
    let mut text = "erDiagram\n".to_owned();
    for table in &tables {
        let _ = writeln!(text, "    {} {{", table.name());
        for column in table.columns().iter().filter(|column| KEYS.contains(&column.name.as_str())) {
            let _ = writeln!(text, "        {} {}", type_name(column.kind), column.name);
        }
        text.push_str("    }\n");
    }
    for (one, many, by) in links(folder, &tables) {
        let _ = writeln!(text, "    {one} ||--o{{ {many} : \"{by}\"");
    }
    text
}

/// The links of a folder's tables: one row, many rows, and the columns that join them.
fn links(folder: &str, tables: &[&dyn AnyTable]) -> Vec<(String, String, String)> {
    let find = |name: &str| tables.iter().copied().find(|table| table.name() == name);
    let mut links = Vec::new();
    let mut link =
        |one: &str, many: &str, by: &str| links.push((one.to_owned(), many.to_owned(), by.to_owned()));
    if find("records").is_some() {
        // Tombstones and rejects stand in a record's place; what hangs from an item has its link there.
        let of_items = |name: &str| LINKS.iter().any(|(_, many, _)| *many == name);
        let aside = |name: &str| matches!(name, "records" | "tombstones" | "rejects") || of_items(name);
        for table in tables.iter().filter(|table| has(**table, "orcid") && !aside(table.name())) {
            link("records", table.name(), "orcid");
        }
        link("records", "tombstones", "orcid = primary_orcid");
    }
    for (one, many, by) in LINKS {
        if let (Some(one), Some(many)) = (find(one), find(many)) {
            // Identifiers of all kinds of items stand in one table.
            let rule = if many.name() == "external_ids" && !by.contains(&"kind") { ", by kind" } else { "" };
            link(one.name(), many.name(), &(by.join(", ") + rule));
        }
    }
    if find("organizations").is_some() {
        let mut named: Vec<&str> = tables::all()
            .filter(|(of, table)| *of != folder && has(*table, "org_key"))
            .map(|(_, table)| table.name())
            .collect();
        named.sort_unstable();
        named.dedup();
        named.iter().for_each(|name| link("organizations", name, "org_key"));
        link("ror", "organizations", "ror_id");
        link("ror", "learned_crosswalk", "ror_id");
    }
    links
}

fn has(table: &dyn AnyTable, column: &str) -> bool {
    table.columns().iter().any(|own| own.name == column)
}

/// A type's name without the signs that Mermaid does not take.
fn type_name(kind: Type) -> &'static str {
    kind.name().split('[').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_tables_of_a_link_have_its_columns() {
        for (one, many, by) in LINKS {
            for (folder, _) in tables::all() {
                let find =
                    |name: &str| tables::all().find(|(of, table)| *of == folder && table.name() == name);
                let (Some((_, one)), Some((_, many))) = (find(one), find(many)) else { continue };

                for column in by {
                    assert!(has(one, column), "{folder}/{} has no {column}", one.name());
                    assert!(has(many, column), "{folder}/{} has no {column}", many.name());
                }
            }
        }
    }

    #[test]
    fn every_link_is_of_tables_that_exist() {
        for (one, many, _) in LINKS {
            let together = tables::all().any(|(folder, table)| {
                table.name() == one && diagram(folder).contains(&format!("|--o{{ {many} "))
            });
            assert!(together, "{one} and {many} are not tables of one folder");
        }
    }
}
