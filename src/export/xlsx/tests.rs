//! What of tables does not fit in a sheet or a cell, and what Excel would change.

use std::io::{Cursor, Read};
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};

use super::super::tables::Changed;
use super::book::Book;
use super::limits::{MAX_SHEETS, MAX_TEXT, MAX_WHOLE};
use super::table::Table;

/// The sheets of a workbook with their names, as XML.
fn sheets(book: Book) -> (Vec<(String, String)>, Changed) {
    let mut bytes = Vec::new();
    let changed = book.save(&mut bytes).unwrap();
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
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
    (
        sheets.map(|(name, number)| (name, text(&format!("xl/worksheets/sheet{number}.xml")))).collect(),
        changed,
    )
}

fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, cells)| (name, cells, true)))
        .unwrap()
}

fn book() -> (tempfile::TempDir, Book) {
    let folder = tempfile::tempdir().unwrap();
    let book = Book::begin(folder.path()).unwrap();
    (folder, book)
}

#[test]
fn rows_that_do_not_fit_go_to_further_sheets() {
    let (_folder, mut book) = book();
    book.max_rows = 3;
    let rows = batch(vec![("number", Arc::new(Int64Array::from_iter_values(0..5)))]);

    let mut table = Table::begin(&mut book, "works", "", &rows.schema()).unwrap();
    table.add(&rows).unwrap();
    assert_eq!(table.end(), 5);
    let (sheets, changed) = sheets(book);

    assert_eq!(changed, Changed { further_sheets: 2, ..Changed::default() });
    let rows: Vec<usize> = sheets.iter().map(|(_, sheet)| sheet.matches("<row ").count()).collect();
    let names: Vec<&str> = sheets.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["tables", "works", "works (2)", "works (3)"]);
    // The heads are repeated.
    assert_eq!(rows, [4, 3, 3, 2]);
    assert!(sheets[3].1.contains("<v>4</v>"), "{}", sheets[3].1);
}

#[test]
fn a_text_longer_than_a_cell_goes_on_in_its_own_sheet() {
    let (_folder, mut book) = book();
    let long = "a".repeat(MAX_TEXT) + "the rest";
    let rows = batch(vec![("title", Arc::new(StringArray::from(vec![Some("short"), Some(&long), None])))]);

    let mut table = Table::begin(&mut book, "works", "", &rows.schema()).unwrap();
    table.add(&rows).unwrap();
    table.end();
    let (sheets, changed) = sheets(book);

    assert_eq!(changed, Changed { long_texts: 1, ..Changed::default() });
    let (name, sheet) = &sheets[1];
    assert_eq!((sheets.len(), name.as_str()), (2, "long texts"));
    for cell in ["<t>works</t>", "<v>3</v>", "<t>title</t>", "<v>2</v>", "<t>the rest</t>"] {
        assert!(sheet.contains(cell), "{cell}: {sheet}");
    }
}

#[test]
fn what_excel_would_change_is_text() {
    let (_folder, mut book) = book();
    let whole = MAX_WHOLE.cast_signed();
    let rows = batch(vec![
        ("number", Arc::new(Int64Array::from(vec![whole, whole + 1, -whole, -whole - 1]))),
        ("put_code", Arc::new(Int64Array::from(vec![1, 2, 3, i64::MIN]))),
        ("score", Arc::new(Float64Array::from(vec![0.1, f64::NAN, -1.5e-7, f64::INFINITY]))),
        (
            "at",
            Arc::new(
                TimestampMicrosecondArray::from(vec![
                    1_561_982_400_123_000,
                    1_561_982_400_123_456,
                    -2_208_988_800_000_000,
                    253_402_300_800_000_000,
                ])
                .with_timezone("UTC"),
            ),
        ),
        ("name", Arc::new(StringArray::from(vec!["=1+1", "https://orcid.org", "_x0041_", " a\r\n"]))),
    ]);

    let mut table = Table::begin(&mut book, "t", "", &rows.schema()).unwrap();
    table.add(&rows).unwrap();
    table.end();
    let (sheets, changed) = sheets(book);

    let sheet = &sheets[0].1;
    assert_eq!(changed, Changed { as_texts: 7, ..Changed::default() });
    for cell in [
        "<v>9007199254740992</v>",
        "<t>9007199254740993</t>",
        "<v>-9007199254740992</v>",
        "<t>-9007199254740993</t>",
        "<t>1</t>",
        "<t>-9223372036854775808</t>",
        "<v>0.1</v>",
        "<t>NaN</t>",
        "<v>-0.00000015</v>",
        "<v>43647.500001423614</v>",
        "<t>2019-07-01T12:00:00.123456Z</t>",
        "<t>1900-01-01T00:00:00Z</t>",
        "<t>=1+1</t>",
        "<t>https://orcid.org</t>",
        "<t>_x005F_x0041_</t>",
        " a_x000D_\n</t>",
    ] {
        assert!(sheet.contains(cell), "{cell}: {sheet}");
    }
    assert!(!sheet.contains("<f>") && !sheet.contains("hyperlink"), "{sheet}");
}

#[test]
fn a_workbook_with_too_many_sheets_is_refused() {
    let (_folder, mut book) = book();
    book.names.extend((0..MAX_SHEETS).map(|number| number.to_string()));
    let rows = batch(vec![("number", Arc::new(Int64Array::from(vec![1])))]);

    let refused = Table::begin(&mut book, "works", "", &rows.schema()).err().unwrap();

    assert_eq!(refused.to_string(), "it would have more than 500 sheets");
}
