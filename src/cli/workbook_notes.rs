//! What is said of workbooks that cannot hold everything as it is.

use super::numbers::counted;
use crate::export::Changed;

/// Says what Excel could not hold as it is.
pub fn tell_changed(changed: &Changed) {
    let Changed { long_texts, as_texts, further_sheets, .. } = *changed;
    if further_sheets > 0 {
        let sheets = counted(further_sheets, "sheet");
        tell!("note: {sheets} more than tables, since a sheet of Excel has at most 1,048,576 rows");
    }
    if long_texts > 0 {
        let texts = counted(long_texts, "text");
        tell!(
            "note: {texts} longer than the 32,767 characters of a cell; what follows them is in the sheet \"long texts\""
        );
    }
    if as_texts > 0 {
        tell!("note: {} as text, since Excel would round or not know them", counted(as_texts, "value"));
    }
}
