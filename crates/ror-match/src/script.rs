//! One form for a name in Cyrillic or Greek letters and for all the ways in which
//! it is written in Latin ones: `Харківський`, `Kharkivskyi`, `Har'kivs'kij`.
//!
//! Vowels are where the ways differ most, so that only consonants are left, those
//! that ways of writing confuse as one; spaces go too, as apostrophes part words.

use super::countries::Country;
use super::hash::word_hash;
use super::normal::Words;

/// Consonants of a name that tell it from others.
const MIN_CONSONANTS: usize = 8;
/// "Named for", which many leave out or shorten.
const NAMED_FOR: [&str; 6] = ["im", "imeni", "imena", "им", "имени", "імені"];

/// A word of Cyrillic or Greek letters in Latin ones, as cities and people are
/// mostly written.
pub fn in_latin(word: &str) -> Option<String> {
    let other = |letter: char| matches!(letter, '\u{370}'..='\u{3FF}' | '\u{400}'..='\u{52F}');
    word.chars().all(other).then(|| {
        let sounds = word.replace('η', "ι").replace("ευ", "ev").replace("αυ", "av");
        deunicode::deunicode(&sounds).to_lowercase()
    })
}

/// True where names are written in several ways in a country.
pub fn is_transliterated(country: Country) -> bool {
    matches!(
        country.code(),
        "AM" | "BA"
            | "BG"
            | "BY"
            | "CY"
            | "GR"
            | "KG"
            | "KZ"
            | "ME"
            | "MK"
            | "MN"
            | "RS"
            | "RU"
            | "TJ"
            | "UA"
            | "UZ"
    )
}

/// Replaces `consonants` by those of a name; gives their key, 0 for too few.
pub fn skeleton(words: &Words, consonants: &mut String) -> u64 {
    consonants.clear();
    for word in words.iter().filter(|word| !NAMED_FOR.contains(word)) {
        let mut before = ' ';
        let mut letters = word.chars().peekable();
        while let Some(letter) = letters.next() {
            // Greek ευ and αυ are read ev and av, or ef and af before some consonants; many write eu.
            let is_diphthong = match letter {
                'υ' => matches!(before, 'ε' | 'α'),
                'u' | 'у' => matches!(before, 'e' | 'е'),
                'f' => {
                    matches!(before, 'e' | 'a')
                        && letters.peek().is_none_or(|next| sound(*next).is_some() || *next == 'x')
                }
                _ => false,
            };
            push_letter(consonants, before, if is_diphthong { 'v' } else { letter });
            before = letter;
        }
    }
    if consonants.len() < MIN_CONSONANTS { 0 } else { word_hash(consonants) }
}

/// Appends what stands for a letter that follows another of its word.
fn push_letter(consonants: &mut String, before: char, letter: char) {
    match letter {
        // The second letter of one sound: zh, sh, ch, th; kh and gh are as h.
        'h' => match before {
            'c' | 's' | 't' | 'z' => {}
            'p' => replace_last(consonants, 'f'),
            'k' | 'g' => replace_last(consonants, 'g'),
            _ => push(consonants, 'g'),
        },
        'щ' => {
            push(consonants, 's');
            push(consonants, 'c');
        }
        'x' | 'ξ' => {
            push(consonants, 'k');
            push(consonants, 's');
        }
        'ψ' => {
            push(consonants, 'p');
            push(consonants, 's');
        }
        'џ' | 'ѕ' => {
            push(consonants, 'd');
            push(consonants, 'z');
        }
        _ => {
            if let Some(sound) = sound(letter) {
                push(consonants, sound);
            }
        }
    }
}

/// The consonant that stands for a letter and those like it; none for vowels.
fn sound(letter: char) -> Option<char> {
    let sound = match letter {
        'b' | 'б' => 'b',
        'v' | 'w' | 'в' | 'β' => 'v',
        'g' | 'г' | 'ґ' | 'ѓ' | 'х' | 'γ' => 'g',
        'd' | 'д' | 'ђ' | 'δ' => 'd',
        'z' | 'з' | 'ж' | 'ζ' => 'z',
        'k' | 'q' | 'к' | 'ќ' | 'κ' => 'k',
        'l' | 'л' | 'љ' | 'λ' => 'l',
        'm' | 'м' | 'μ' => 'm',
        'n' | 'н' | 'њ' | 'ν' => 'n',
        'p' | 'п' | 'π' => 'p',
        'r' | 'р' | 'ρ' => 'r',
        's' | 'с' | 'ш' | 'σ' | 'ς' => 's',
        't' | 'т' | 'τ' | 'θ' => 't',
        'f' | 'ф' | 'φ' => 'f',
        'c' | 'ц' | 'ч' | 'ћ' | 'χ' => 'c',
        _ if letter.is_ascii_digit() => letter,
        _ => return None,
    };
    Some(sound)
}

/// Appends a consonant, if it is not the last one again; `ts` is one.
fn push(consonants: &mut String, sound: char) {
    match (consonants.as_bytes().last(), sound) {
        (Some(b't' | b'c'), 's') => replace_last(consonants, 'c'),
        (Some(last), _) if char::from(*last) == sound && !sound.is_ascii_digit() => {}
        _ => consonants.push(sound),
    }
}

fn replace_last(consonants: &mut String, sound: char) {
    consonants.pop();
    push(consonants, sound);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_ways_of_writing_a_name_are_one() {
        let consonants = |name: &str| {
            let mut consonants = String::new();
            skeleton(&Words::of(name), &mut consonants);
            consonants
        };
        for (own, others) in [
            (
                "Харківський національний університет імені В. Н. Каразіна",
                [
                    "Harkivs'kij nacional'nij universitet V N Karazina",
                    "Kharkivskyi natsionalnyi universytet imeni V.N. Karazina",
                ],
            ),
            ("Нижегородский университет", ["Nižegorodskij universitet", "Nizhegorodskii universitet"]),
            ("Универзитет у Новом Саду", ["Univerzitet u Novom Sadu", "UNIVERZITET U NOVOM SADU"]),
            (
                "Εθνικό Μετσόβιο Πολυτεχνείο",
                ["Ethniko Metsovio Polytechneio", "Ethniko Metsovio Politechnio"],
            ),
            ("Ευγενίδειο Ίδρυμα Αθηνών", ["Evgenidio Idryma Athinon", "Eugenideio Idrima Athinon"]),
            ("Πανεπιστήμιο Λευκωσίας", ["Panepistimio Lefkosias", "Panepistimio Leukosias"]),
        ] {
            for other in others {
                assert_eq!(consonants(own), consonants(other), "{other}");
            }
        }
        assert_ne!(consonants("Технический университет"), consonants("Медицинский университет"));
    }
}
