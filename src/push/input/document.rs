//! Rows from documents: ORCID's XML, ORCID's JSON, and JSON lines.

use std::path::Path;

use serde_json::{Map, Value};

use orcid_api::member::{Section, Tree};
use orcid_xml::Orcid;

use crate::push::fault::At;
use crate::push::node::Item;
use crate::push::row::{Row, Whose, Wish};
use crate::push::{from_json, from_xml, values};

/// What is known of a document from elsewhere: a table, or the names of files and folders.
#[derive(Debug, Clone)]
pub struct Known {
    pub orcid: Option<Orcid>,
    pub section: Option<Section>,
}

impl Known {
    /// What a path says: the iD in the name of the file or else of a folder, and the section.
    pub fn of_path(path: &Path) -> Self {
        let names: Vec<String> = path.iter().rev().map(|name| name.to_string_lossy().into_owned()).collect();
        let orcid = names.iter().find_map(|name| Orcid::find(name));
        let words = |name: &String| {
            let stem = name.split('.').next().unwrap_or_default().to_lowercase();
            stem.split('_').find_map(Section::named)
        };
        Self { orcid, section: names.iter().take(2).find_map(words) }
    }
}

/// The rows of an XML document: one item, a bulk of works, or a list of a person's items.
pub fn of_xml(file: &Path, text: &str, known: &Known) -> Vec<Row> {
    let row = |at: At| Row::new(file.to_owned(), at, whose(known));
    let tree = match Tree::parse(text) {
        Ok(tree) => tree,
        Err(error) => {
            let at = At::new(error.line, format!("column {}", error.column));
            let mut row = row(at.clone());
            row.fault(&at, format!("it is not XML: {}", error.what));
            return vec![row];
        }
    };
    let is_container = tree.name == "bulk" || tree.name == "addresses" || tree.name.ends_with('s');
    let items: Vec<&Tree> = match Section::named(&tree.name).filter(|section| section.element() == tree.name)
    {
        Some(_) => vec![&tree],
        None if is_container => {
            tree.children.iter().filter(|child| child.name != "last-modified-date").collect()
        }
        None => vec![&tree],
    };
    if items.is_empty() {
        let at = At::new(tree.line, tree.name.clone());
        let mut row = row(at.clone());
        row.fault(&at, "it holds no items");
        return vec![row];
    }
    items.into_iter().map(|tree| of_element(row(At::new(tree.line, "")), tree)).collect()
}

fn of_element(mut row: Row, tree: &Tree) -> Row {
    let at = At::new(tree.line, tree.name.clone());
    let section = Section::named(&tree.name).filter(|section| section.element() == tree.name);
    let Some(section) = section else {
        let hint = match tree.name.ends_with("-summary") {
            true => "a summary lacks parts of the item: give the whole item",
            false => "the element is none of an item that can be written, such as employment:employment",
        };
        row.fault(&at, hint);
        return row;
    };
    row.section = Some(section);
    if let Some(path) = tree.attribute("path") {
        take_person(&mut row, path, &at);
    }
    if let Some(put_code) = tree.attribute("put-code") {
        take_put_code(&mut row, put_code, &at);
    }
    let (item, faults) = from_xml::item_of(section, tree, from_xml::Strictness::Strict);
    row.item = Some(item);
    row.faults.extend(faults);
    need_person(&mut row, &at);
    row
}

fn whose(known: &Known) -> Whose {
    known.orcid.map_or(Whose::Row, Whose::Orcid)
}

/// The person that an item's path names, if nothing else does.
fn take_person(row: &mut Row, path: &str, at: &At) {
    match (Orcid::find(path), &row.whose) {
        (Some(orcid), Whose::Row) => row.whose = Whose::Orcid(orcid),
        (Some(orcid), Whose::Orcid(known)) if orcid != *known => {
            let what =
                format!("the item is one of {orcid}, but the row is about {known}: correct one of them");
            row.fault(at, what);
        }
        _ => {}
    }
}

fn take_put_code(row: &mut Row, text: &str, at: &At) {
    match text.parse::<i64>() {
        // What ORCID's samples write for none.
        Ok(0) => {}
        Ok(put_code) => row.put_code = Some(put_code),
        Err(_) => row.fault(at, format!("\"{text}\" is not a put code: it is a number")),
    }
}

fn need_person(row: &mut Row, at: &At) {
    if row.whose == Whose::Row && row.faults.is_empty() {
        row.fault(at, "nothing says whose item it is: put the iD into the file's name, or name the file in a table with the columns orcid and file");
    }
}

/// The rows of a JSON document: one item, a list of items, or a bulk of works.
pub fn of_json(file: &Path, text: &str, known: &Known) -> Vec<Row> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match serde_json::from_str(text) {
        Ok(Value::Array(values)) => values.iter().map(|value| of_value(file, value, 1, known)).collect(),
        Ok(Value::Object(object)) => match object.get("bulk") {
            Some(Value::Array(values)) => {
                values.iter().map(|value| of_value(file, value, 1, known)).collect()
            }
            _ => vec![of_object(file, &object, 1, known)],
        },
        Ok(_) => vec![broken(file, At::new(1, ""), "an object or a list is expected")],
        Err(error) => {
            let at = At::new(error.line() as u64, format!("column {}", error.column()));
            vec![broken(file, at, &format!("it is not JSON: {}", place_free(&error)))]
        }
    }
}

/// The row of one line of JSON lines.
pub fn of_line(file: &Path, text: &str, line: u64, known: &Known) -> Row {
    match serde_json::from_str::<Value>(text) {
        Ok(value) => of_value(file, &value, line, known),
        Err(error) => {
            let at = At::new(line, format!("column {}", error.column()));
            broken(file, at, &format!("it is not JSON: {}", place_free(&error)))
        }
    }
}

/// What a JSON error says, without its place.
fn place_free(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or_default().to_owned()
}

fn broken(file: &Path, at: At, what: &str) -> Row {
    let mut row = Row::new(file.to_owned(), at.clone(), Whose::Row);
    row.fault(&at, what);
    row
}

fn of_value(file: &Path, value: &Value, line: u64, known: &Known) -> Row {
    match value {
        Value::Object(object) => of_object(file, object, line, known),
        _ => broken(file, At::new(line, ""), "an object is expected"),
    }
}

/// A row from an object: the item itself; or `orcid`, `section`, `id`, `put-code`, `delete` and
/// `item`; or an item under the name of its section.
fn of_object(file: &Path, object: &Map<String, Value>, line: u64, known: &Known) -> Row {
    let at = At::new(line, "");
    let mut row = Row::new(file.to_owned(), at.clone(), whose(known));
    let text = |key: &str| {
        object.get(key).and_then(|value| {
            value.as_str().map(str::to_owned).or_else(|| value.as_i64().map(|number| number.to_string()))
        })
    };
    if let Some(orcid) = text("orcid") {
        match values::orcid(&orcid) {
            Ok(orcid) => row.whose = Whose::Orcid(orcid),
            Err(what) => row.fault(&At::new(line, "/orcid"), what),
        }
    } else if let (Some(email), Whose::Row) = (text("email"), &row.whose) {
        row.whose = Whose::Email(email.trim().to_lowercase());
    }
    row.id = text("id");
    if object.get("delete").and_then(Value::as_bool) == Some(true) {
        row.wish = Wish::Delete;
    }
    let named = object.iter().find_map(|(key, value)| {
        let section = Section::named(key).filter(|section| section.element() == key)?;
        Some((section, value.as_object()?))
    });
    let is_wrapped = object.contains_key("item") || object.contains_key("section");
    let (section, item) = match (named, object.get("item").and_then(Value::as_object)) {
        (_, Some(item)) => (None, Some(item)),
        (Some((section, item)), None) => (Some(section), Some(item)),
        _ if is_wrapped => (None, None),
        _ => (None, Some(object)),
    };
    let path = item.and_then(|item| item.get("path")).and_then(Value::as_str);
    let of_path = || path.and_then(|path| path.split('/').find_map(Section::named));
    let told = text("section");
    row.section =
        section.or_else(|| told.as_deref().and_then(Section::named)).or_else(of_path).or(known.section);
    if let Some(path) = path {
        take_person(&mut row, path, &at);
    }
    let put_code = item.and_then(|item| item.get("put-code")).or_else(|| object.get("put-code"));
    if let Some(put_code) = put_code.filter(|put_code| !put_code.is_null()) {
        take_put_code(&mut row, &put_code.to_string().replace('"', ""), &at);
    }
    match (row.section, item) {
        (Some(section), Some(item)) => {
            let (item, faults): (Item, _) = from_json::item_of(section, item, line);
            row.item = Some(item);
            row.faults.extend(faults);
        }
        (None, _) => row.fault(
            &at,
            "nothing says which section it is: add the key section, such as \"section\": \"work\"",
        ),
        (Some(_), None) if row.wish == Wish::Delete => {}
        (Some(_), None) => row.fault(&at, "the item is missing: add the key item"),
    }
    need_person(&mut row, &at);
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    const ORCID: &str = "0000-0002-1825-0097";

    fn json(name: &str, text: &str) -> Vec<Row> {
        let path = Path::new(name);
        of_json(path, text, &Known::of_path(path))
    }

    #[test]
    fn whose_an_item_is_and_which_section_come_from_keys_paths_and_names() {
        for (name, text) in [
            (
                "a.json",
                format!(r#"{{"orcid": "{ORCID}", "section": "keyword", "item": {{"content": "x"}}}}"#),
            ),
            ("a.json", format!(r#"{{"orcid": "{ORCID}", "keyword": {{"content": "x"}}}}"#)),
            ("a.json", format!(r#"{{"content": "x", "path": "/{ORCID}/keywords/5"}}"#)),
            ("0000-0002-1825-0097_keywords_5.json", r#"{"content": "x"}"#.to_owned()),
            ("keyword/0000-0002-1825-0097.json", r#"[{"content": "x"}]"#.to_owned()),
        ] {
            let rows = json(name, &text);

            assert_eq!(rows[0].whose, Whose::Orcid(Orcid::new(ORCID).unwrap()), "{text}");
            assert_eq!(rows[0].section, Some(Section::Keyword), "{text}");
            assert!(rows[0].faults.is_empty(), "{:?}", rows[0].faults);
        }
    }

    #[test]
    fn what_a_document_lacks_is_said() {
        for (text, expected) in [
            (r#"{"content": "x"}"#.to_owned(), "which section"),
            (r#"{"section": "keyword", "item": {"content": "x"}}"#.to_owned(), "whose item"),
            (format!(r#"{{"orcid": "{ORCID}", "section": "keyword"}}"#), "the item is missing"),
            ("{\n\"a\": }".to_owned(), "line 2, column 6: it is not JSON"),
            ("5".to_owned(), "an object or a list"),
        ] {
            let rows = json("a.json", &text);

            assert!(
                rows[0].faults.iter().any(|fault| fault.to_string().contains(expected)),
                "{text}: {:?}",
                rows[0].faults
            );
        }
    }

    #[test]
    fn xml_gives_one_item_a_bulk_or_a_list() {
        let known = Known::of_path(Path::new("0000-0002-1825-0097.xml"));
        for (text, count, faults) in [
            (
                "<keyword:keyword xmlns:keyword='k' put-code='0'><keyword:content>x</keyword:content></keyword:keyword>",
                1,
                0,
            ),
            (
                "<k:keywords xmlns:k='k'><k:keyword put-code='5'><k:content>x</k:content></k:keyword><k:keyword/></k:keywords>",
                2,
                0,
            ),
            ("<b:bulk xmlns:b='b'><w:work xmlns:w='w'/></b:bulk>", 1, 0),
            ("<w:work-summary xmlns:w='w'/>", 1, 1),
            ("<p:person xmlns:p='p'/>", 1, 1),
            ("<k:keywords xmlns:k='k'/>", 1, 1),
            (
                "<k:keyword xmlns:k='k' path='/0000-0001-5109-3700/keywords/1'><k:content>x</k:content></k:keyword>",
                1,
                1,
            ),
            ("no", 1, 1),
        ] {
            let rows = of_xml(Path::new("a.xml"), text, &known);

            assert_eq!((rows.len(), rows[0].faults.len()), (count, faults), "{text}: {:?}", rows[0].faults);
        }
    }
}
