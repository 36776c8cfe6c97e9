//! Tells letters and digits from all other characters, in all scripts.

use unicode_normalization::char::is_combining_mark;

/// What a character can be part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Letter,
    Digit,
    Other,
}

impl Kind {
    /// The kind of a character of folded text, which has no ASCII capitals.
    pub fn of(character: char) -> Self {
        match character {
            'a'..='z' => Self::Letter,
            '0'..='9' => Self::Digit,
            '\0'..='@' => Self::Other,
            // The letters of the most frequent scripts, which take longer to find in the tables of Unicode:
            // Greek, Cyrillic, Armenian, Hebrew, Arabic, Devanagari, Bengali, Thai, Georgian, Korean, Japanese,
            // Chinese.
            'α'..='ω' | 'а'..='ҁ' | 'ա'..='և' | 'א'..='ת' | '\u{620}'..='\u{64A}' => Self::Letter,
            '\u{671}'..='\u{6D3}' | '\u{900}'..='\u{950}' | 'ক'..='ন' | 'প'..='র' => Self::Letter,
            'শ'..='হ' | '\u{9BE}'..='\u{9C4}' | '\u{E01}'..='\u{E3A}' | 'ა'..='ჺ' => Self::Letter,
            '\u{1100}'..='\u{11FF}' | 'ぁ'..='ゖ' | '\u{3099}' | '\u{309A}' | 'ァ'..='ヺ' | 'ー' => {
                Self::Letter
            }
            '\u{4E00}'..='\u{9FFF}' => Self::Letter,
            // Dashes and quotation marks.
            '\u{2010}'..='\u{2027}' => Self::Other,
            _ if character.is_alphabetic() || is_combining_mark(character) => Self::Letter,
            _ if character.is_numeric() => Self::Digit,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frequent_characters_are_of_the_kind_that_unicode_says() {
        for character in ('\0'..='\u{FFFF}').filter(|character| !character.is_ascii_uppercase()) {
            let kind = Kind::of(character);

            let is_letter = character.is_alphabetic() || is_combining_mark(character);
            assert_eq!(kind == Kind::Letter, is_letter, "{character}");
            assert_eq!(kind == Kind::Digit, !is_letter && character.is_numeric(), "{character}");
        }
    }
}
