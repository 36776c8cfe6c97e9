//! Reads the workbooks that orcidlake writes, without its code.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use zip::ZipArchive;

/// The sheets of a workbook with their rows; a cell is empty where it is not there.
pub fn sheets(path: &Path) -> Vec<(String, Vec<Vec<String>>)> {
    let mut archive = ZipArchive::new(File::open(path).unwrap()).unwrap();
    let mut text = |name: &str| {
        let mut text = String::new();
        archive.by_name(name).unwrap().read_to_string(&mut text).unwrap();
        text
    };
    let names: Vec<String> = text("xl/workbook.xml")
        .split("<sheet name=\"")
        .skip(1)
        .map(|rest| rest.split('"').next().unwrap().to_owned())
        .collect();
    let sheets = names.into_iter().zip(1..);
    sheets.map(|(name, number)| (name, rows(&text(&format!("xl/worksheets/sheet{number}.xml"))))).collect()
}

/// The rows of the sheet with a name.
pub fn sheet(path: &Path, name: &str) -> Vec<Vec<String>> {
    let found = sheets(path).into_iter().find(|(own, _)| own == name);
    found.unwrap_or_else(|| panic!("{} has no sheet {name}", path.display())).1
}

fn rows(xml: &str) -> Vec<Vec<String>> {
    assert!(!xml.contains("<f>"), "a formula: {xml}");
    let rows = xml.split("<row ").skip(1);
    let mut rows: Vec<Vec<String>> = rows.map(|row| row.split("<c ").skip(1).fold(Vec::new(), add)).collect();
    let width = rows.first().map_or(0, Vec::len);
    rows.iter_mut().for_each(|row| row.resize(width, String::new()));
    rows
}

/// Adds a cell in its column.
fn add(mut row: Vec<String>, cell: &str) -> Vec<String> {
    let name = cell.split('"').nth(1).unwrap();
    let letters = name.bytes().take_while(u8::is_ascii_uppercase);
    let column = letters.fold(0, |number, letter| number * 26 + usize::from(letter - b'A' + 1));
    row.resize(column - 1, String::new());
    let content = cell.split_once("<v>").or_else(|| cell.split_once("<t>")).map(|(_, rest)| rest);
    let content = content.or_else(|| cell.split_once("<t xml:space=\"preserve\">").map(|(_, rest)| rest));
    let content = content.and_then(|rest| rest.split_once("</")).map_or("", |(content, _)| content);
    row.push(
        content
            .replace("_x000D_", "\r")
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&amp;", "&"),
    );
    row
}
