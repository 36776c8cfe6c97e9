//! What Excel cannot hold, and how that is divided.

/// Rows of a sheet, its head included.
pub const MAX_ROWS: u32 = 1_048_576;
/// Length of a cell's text, in the units of UTF-16, as Excel counts.
pub const MAX_TEXT: usize = 32_767;
/// Length of a sheet's name, counted likewise.
pub const MAX_NAME: usize = 31;
/// The largest whole number that Excel holds without rounding: its numbers are floating-point.
pub const MAX_WHOLE: u64 = 1 << 53;
/// Sheets of a workbook. Each keeps a temporary file open until the workbook is saved, and
/// processes mostly may have 1,024 files open. A workbook that is larger opens nowhere anyway.
pub const MAX_SHEETS: usize = 500;

/// A text in pieces that each fit in a cell; a text that fits is one piece.
pub fn pieces(text: &str) -> Vec<&str> {
    // No text has more units than bytes.
    if text.len() <= MAX_TEXT {
        return vec![text];
    }
    let (mut pieces, mut begin, mut units) = (Vec::new(), 0, 0);
    for (place, sign) in text.char_indices() {
        if units + sign.len_utf16() > MAX_TEXT {
            pieces.push(&text[begin..place]);
            (begin, units) = (place, 0);
        }
        units += sign.len_utf16();
    }
    pieces.push(&text[begin..]);
    pieces
}

/// The name of the sheet with a number, from 1 on, of a table; `is_taken` by another sheet.
pub fn sheet_name(table: &str, number: usize, is_taken: impl Fn(&str) -> bool) -> String {
    let ending = if number > 1 { format!(" ({number})") } else { String::new() };
    let with = |ending: &str| table.chars().take(MAX_NAME - ending.len()).collect::<String>() + ending;
    let mut name = with(&ending);
    let mut other = 2;
    while is_taken(&name) {
        name = with(&format!("~{other}{ending}"));
        other += 1;
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_between_signs_and_nothing_is_lost() {
        for (text, expected) in [
            (String::new(), vec![0]),
            ("a".repeat(MAX_TEXT), vec![MAX_TEXT]),
            ("ä".repeat(MAX_TEXT), vec![MAX_TEXT]),
            ("a".repeat(2 * MAX_TEXT + 1), vec![MAX_TEXT, MAX_TEXT, 1]),
            // These signs have two units each, which stay together.
            ("🙂".repeat(16_384), vec![MAX_TEXT - 1, 2]),
        ] {
            let pieces = pieces(&text);

            let units: Vec<usize> = pieces.iter().map(|piece| piece.encode_utf16().count()).collect();
            assert_eq!(units, expected);
            assert_eq!(pieces.concat(), text);
        }
    }

    #[test]
    fn names_of_sheets_fit_and_differ() {
        let long = "activities_research_resource_items";
        for (table, number, taken, expected) in [
            ("summaries_works", 1, "", "summaries_works"),
            ("summaries_works", 12, "", "summaries_works (12)"),
            (long, 1, "", "activities_research_resource_it"),
            (long, 2, "", "activities_research_resourc (2)"),
            (long, 1, "activities_research_resource_it", "activities_research_resource_~2"),
        ] {
            let name = sheet_name(table, number, |name| name == taken);

            assert_eq!(name, expected);
            assert!(name.len() <= MAX_NAME);
        }
    }
}
