//! Countries: their codes, their names, and groups that addresses confuse.

use std::fmt;
use std::sync::OnceLock;

use rustc_hash::FxHashMap;

use super::country_names::MORE_NAMES;
use super::hash::{row_hash, word_hash};
use super::normal::Words;

/// A country by its two letters of ISO 3166, or [`Country::UNKNOWN`].
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Country([u8; 2]);

impl Country {
    /// No country, or an unknown one.
    pub const UNKNOWN: Self = Self([0; 2]);

    /// The country with a code of two or three letters or a name, in any case. `UK` is `GB` and `EL`
    /// is `GR`; any other two letters are kept unchanged. [`Country::UNKNOWN`] for any other text.
    pub fn of(text: &str) -> Self {
        let text = text.trim();
        match *text.as_bytes() {
            [first, second] if text.bytes().all(|byte| byte.is_ascii_alphabetic()) => {
                match [first.to_ascii_uppercase(), second.to_ascii_uppercase()] {
                    [b'U', b'K'] => Self(*b"GB"),
                    [b'E', b'L'] => Self(*b"GR"),
                    code => Self(code),
                }
            }
            [] => Self::UNKNOWN,
            [_, _, _] => super::codes::of_three_letters(text).map_or_else(|| Self::named(text), Self),
            _ => Self::named(text),
        }
    }

    /// The country with a name in English, in its own language or in another that addresses are
    /// written in, without regard to case, accents and punctuation; [`Country::UNKNOWN`] for any other
    /// text.
    pub fn named(name: &str) -> Self {
        static NAMED: OnceLock<FxHashMap<u64, Country>> = OnceLock::new();
        let row = |name: &str| row_hash(Words::of(name).iter().map(word_hash));
        let named = NAMED.get_or_init(|| {
            let mut named = FxHashMap::default();
            for (country, name) in Self::names().chain(Self::more_names()) {
                named.entry(row(name)).or_insert(country);
            }
            named
        });
        named.get(&row(name)).copied().unwrap_or(Self::UNKNOWN)
    }

    /// The code in capitals, such as `DE`; empty for the unknown country.
    pub fn code(&self) -> &str {
        if self.is_known() { std::str::from_utf8(&self.0).unwrap_or_default() } else { "" }
    }

    /// The code as a constant; `None` for the unknown country, and for letters that are no country's
    /// code.
    pub fn static_code(self) -> Option<&'static str> {
        super::codes::listed(self.code())
    }

    /// True for the countries of ISO 3166 and Kosovo; false for other letters and for
    /// [`Country::UNKNOWN`].
    pub fn is_listed(self) -> bool {
        super::codes::is_code(self.code())
    }

    /// True for all but [`Country::UNKNOWN`].
    pub fn is_known(self) -> bool {
        self != Self::UNKNOWN
    }

    /// The country that stands for a group that addresses confuse, such as `CN` for Hong Kong,
    /// Macao and Taiwan, or `US` for Puerto Rico; all other countries stand for themselves.
    pub fn group(self) -> Self {
        match &self.0 {
            b"HK" | b"MO" | b"TW" => Self(*b"CN"),
            b"PR" | b"GU" | b"VI" | b"AS" | b"MP" | b"UM" => Self(*b"US"),
            b"GP" | b"MQ" | b"GF" | b"RE" | b"YT" | b"NC" | b"PF" | b"PM" | b"BL" | b"MF" | b"WF" | b"TF" => {
                Self(*b"FR")
            }
            b"IM" | b"JE" | b"GG" | b"GI" => Self(*b"GB"),
            b"FO" | b"GL" => Self(*b"DK"),
            b"AX" => Self(*b"FI"),
            b"SJ" => Self(*b"NO"),
            b"CW" | b"SX" | b"AW" | b"BQ" => Self(*b"NL"),
            b"XK" => Self(*b"RS"),
            _ => self,
        }
    }

    /// Further names, in other languages and in forms that addresses have, each with its country.
    pub fn more_names() -> impl Iterator<Item = (Self, &'static str)> {
        MORE_NAMES.lines().filter_map(|line| line.split_once(':')).flat_map(|(code, names)| {
            let country = Self::of(code);
            names.split('|').map(move |name| (country, name))
        })
    }

    /// The names that this crate knows best, each with its country. A country may have several.
    pub fn names() -> impl Iterator<Item = (Self, &'static str)> {
        NAMES.iter().flat_map(|(code, names)| names.split('|').map(|name| (Self(**code), name)))
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(if self.is_known() { self.code() } else { "unknown" })
    }
}

/// Names by code, in English, in the country's own languages, and in others
/// that its organisations are often named in.
const NAMES: &[(&[u8; 2], &str)] = &[
    (b"AD", "Andorra"),
    (b"AE", "United Arab Emirates|UAE|U.A.E."),
    (b"AF", "Afghanistan"),
    (b"AG", "Antigua and Barbuda"),
    (b"AL", "Albania|Shqipëria|Shqipërisë"),
    (b"AM", "Armenia"),
    (b"AO", "Angola"),
    (b"AQ", "Antarctica"),
    (b"AR", "Argentina|República Argentina"),
    (b"AT", "Austria|Österreich|Oesterreich"),
    (b"AU", "Australia"),
    (b"AW", "Aruba"),
    (b"AZ", "Azerbaijan|Azərbaycan"),
    (b"BA", "Bosnia and Herzegovina|Bosna i Hercegovina|Bosnia"),
    (b"BB", "Barbados"),
    (b"BD", "Bangladesh"),
    (b"BE", "Belgium|België|Belgique|Belgien"),
    (b"BF", "Burkina Faso"),
    (b"BG", "Bulgaria|България"),
    (b"BH", "Bahrain"),
    (b"BI", "Burundi"),
    (b"BJ", "Benin|Bénin"),
    (b"BM", "Bermuda"),
    (b"BN", "Brunei|Brunei Darussalam"),
    (b"BO", "Bolivia"),
    (b"BR", "Brazil|Brasil"),
    (b"BS", "Bahamas|The Bahamas"),
    (b"BT", "Bhutan"),
    (b"BW", "Botswana"),
    (b"BY", "Belarus|Беларусь"),
    (b"BZ", "Belize"),
    (b"CA", "Canada"),
    (b"CD", "Democratic Republic of the Congo|DR Congo|Congo Kinshasa"),
    (b"CF", "Central African Republic"),
    (b"CG", "Republic of the Congo|Congo Republic|Congo Brazzaville"),
    (b"CH", "Switzerland|Schweiz|Suisse|Svizzera"),
    (b"CI", "Ivory Coast|Côte d'Ivoire"),
    (b"CL", "Chile"),
    (b"CM", "Cameroon|Cameroun"),
    (b"CN", "China|PR China|P.R. China|P. R. China|People's Republic of China|中国"),
    (b"CO", "Colombia"),
    (b"CR", "Costa Rica"),
    (b"CU", "Cuba"),
    (b"CV", "Cape Verde|Cabo Verde"),
    (b"CW", "Curaçao"),
    (b"CY", "Cyprus|Κύπρος|Kıbrıs"),
    (b"CZ", "Czech Republic|Czechia|Česká republika|Česko"),
    (b"DE", "Germany|Deutschland|Allemagne|Alemania"),
    (b"DJ", "Djibouti"),
    (b"DK", "Denmark|Danmark"),
    (b"DM", "Dominica"),
    (b"DO", "Dominican Republic|República Dominicana"),
    (b"DZ", "Algeria|Algérie"),
    (b"EC", "Ecuador"),
    (b"EE", "Estonia|Eesti"),
    (b"EG", "Egypt|مصر"),
    (b"ER", "Eritrea"),
    (b"ES", "Spain|España|Espanya|Espana"),
    (b"ET", "Ethiopia"),
    (b"FI", "Finland|Suomi"),
    (b"FJ", "Fiji"),
    (b"FK", "Falkland Islands"),
    (b"FO", "Faroe Islands|Føroyar"),
    (b"FR", "France|Francia|Frankreich"),
    (b"GA", "Gabon"),
    (b"GB", "United Kingdom|UK|U.K.|Great Britain|England|Scotland|Wales|Northern Ireland"),
    (b"GD", "Grenada"),
    (b"GE", "Georgia"),
    (b"GF", "French Guiana|Guyane"),
    (b"GG", "Guernsey"),
    (b"GH", "Ghana"),
    (b"GI", "Gibraltar"),
    (b"GL", "Greenland"),
    (b"GM", "Gambia|The Gambia"),
    (b"GN", "Guinea|Guinée"),
    (b"GP", "Guadeloupe"),
    (b"GQ", "Equatorial Guinea"),
    (b"GR", "Greece|Hellas|Ελλάδα|Ellada|Hellenic Republic"),
    (b"GT", "Guatemala"),
    (b"GU", "Guam"),
    (b"GW", "Guinea-Bissau"),
    (b"GY", "Guyana"),
    (b"HK", "Hong Kong"),
    (b"HN", "Honduras"),
    (b"HR", "Croatia|Hrvatska"),
    (b"HT", "Haiti|Haïti"),
    (b"HU", "Hungary|Magyarország"),
    (b"ID", "Indonesia"),
    (b"IE", "Ireland|Éire|Republic of Ireland"),
    (b"IL", "Israel|ישראל"),
    (b"IM", "Isle of Man"),
    (b"IN", "India"),
    (b"IQ", "Iraq|العراق"),
    (b"IR", "Iran|I.R. Iran|Islamic Republic of Iran|ایران"),
    (b"IS", "Iceland|Ísland"),
    (b"IT", "Italy|Italia"),
    (b"JE", "Jersey"),
    (b"JM", "Jamaica"),
    (b"JO", "Jordan"),
    (b"JP", "Japan|日本"),
    (b"KE", "Kenya"),
    (b"KG", "Kyrgyzstan"),
    (b"KH", "Cambodia"),
    (b"KM", "Comoros"),
    (b"KP", "North Korea"),
    (b"KR", "South Korea|Korea|Republic of Korea|대한민국"),
    (b"KW", "Kuwait"),
    (b"KY", "Cayman Islands"),
    (b"KZ", "Kazakhstan|Қазақстан"),
    (b"LA", "Laos|Lao PDR"),
    (b"LB", "Lebanon|Liban"),
    (b"LC", "Saint Lucia"),
    (b"LI", "Liechtenstein"),
    (b"LK", "Sri Lanka"),
    (b"LR", "Liberia"),
    (b"LS", "Lesotho"),
    (b"LT", "Lithuania|Lietuva|Lietuvos"),
    (b"LU", "Luxembourg|Luxemburg"),
    (b"LV", "Latvia|Latvija|Latvijas"),
    (b"LY", "Libya"),
    (b"MA", "Morocco|Maroc"),
    (b"MC", "Monaco"),
    (b"MD", "Moldova"),
    (b"ME", "Montenegro|Crna Gora"),
    (b"MG", "Madagascar"),
    (b"MK", "North Macedonia|Macedonia|Македонија"),
    (b"ML", "Mali"),
    (b"MM", "Myanmar|Burma"),
    (b"MN", "Mongolia"),
    (b"MO", "Macao|Macau"),
    (b"MQ", "Martinique"),
    (b"MR", "Mauritania"),
    (b"MT", "Malta"),
    (b"MU", "Mauritius"),
    (b"MV", "Maldives"),
    (b"MW", "Malawi"),
    (b"MX", "Mexico|México|Méjico"),
    (b"MY", "Malaysia"),
    (b"MZ", "Mozambique|Moçambique"),
    (b"NA", "Namibia"),
    (b"NC", "New Caledonia|Nouvelle-Calédonie"),
    (b"NE", "Niger"),
    (b"NG", "Nigeria"),
    (b"NI", "Nicaragua"),
    (b"NL", "Netherlands|The Netherlands|Nederland|Holland"),
    (b"NO", "Norway|Norge|Noreg"),
    (b"NP", "Nepal"),
    (b"NZ", "New Zealand|Aotearoa"),
    (b"OM", "Oman"),
    (b"PA", "Panama|Panamá"),
    (b"PE", "Peru|Perú"),
    (b"PF", "French Polynesia"),
    (b"PG", "Papua New Guinea"),
    (b"PH", "Philippines|The Philippines"),
    (b"PK", "Pakistan"),
    (b"PL", "Poland|Polska"),
    (b"PR", "Puerto Rico"),
    (b"PS", "Palestine|Palestinian Territory|State of Palestine"),
    (b"PT", "Portugal"),
    (b"PW", "Palau"),
    (b"PY", "Paraguay"),
    (b"QA", "Qatar"),
    (b"RE", "Réunion|La Réunion"),
    (b"RO", "Romania|România"),
    (b"RS", "Serbia|Srbija"),
    (b"RU", "Russia|Russian Federation|Россия"),
    (b"RW", "Rwanda"),
    (b"SA", "Saudi Arabia|KSA|Kingdom of Saudi Arabia"),
    (b"SB", "Solomon Islands"),
    (b"SC", "Seychelles"),
    (b"SD", "Sudan"),
    (b"SE", "Sweden|Sverige"),
    (b"SG", "Singapore"),
    (b"SI", "Slovenia|Slovenija"),
    (b"SK", "Slovakia|Slovensko|Slovak Republic"),
    (b"SL", "Sierra Leone"),
    (b"SM", "San Marino"),
    (b"SN", "Senegal|Sénégal"),
    (b"SO", "Somalia"),
    (b"SR", "Suriname"),
    (b"SS", "South Sudan"),
    (b"SV", "El Salvador"),
    (b"SY", "Syria"),
    (b"SZ", "Eswatini|Swaziland"),
    (b"TD", "Chad|Tchad"),
    (b"TG", "Togo"),
    (b"TH", "Thailand"),
    (b"TJ", "Tajikistan"),
    (b"TL", "Timor-Leste|East Timor"),
    (b"TM", "Turkmenistan"),
    (b"TN", "Tunisia|Tunisie"),
    (b"TO", "Tonga"),
    (b"TR", "Turkey|Türkiye|Turkiye"),
    (b"TT", "Trinidad and Tobago"),
    (b"TW", "Taiwan|Taiwan R.O.C.|臺灣"),
    (b"TZ", "Tanzania"),
    (b"UA", "Ukraine|Україна|Ukraina"),
    (b"UG", "Uganda"),
    (b"US", "United States|USA|U.S.A.|United States of America|US|U.S.|America"),
    (b"UY", "Uruguay"),
    (b"UZ", "Uzbekistan"),
    (b"VA", "Vatican City|Vatican"),
    (b"VE", "Venezuela"),
    (b"VN", "Vietnam|Viet Nam|Việt Nam"),
    (b"VU", "Vanuatu"),
    (b"WS", "Samoa"),
    (b"XK", "Kosovo"),
    (b"YE", "Yemen"),
    (b"ZA", "South Africa"),
    (b"ZM", "Zambia"),
    (b"ZW", "Zimbabwe"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_country_is_known_by_code_alias_and_name() {
        for (text, code) in [
            ("DE", "DE"),
            ("gb", "GB"),
            ("UK", "GB"),
            ("EL", "GR"),
            ("Deutschland", "DE"),
            ("united kingdom", "GB"),
            ("", ""),
            ("Atlantis", ""),
            ("é", ""),
            ("PRT", "PT"),
            ("deu", "DE"),
            ("UAE", "AE"),
            ("KSA", "SA"),
            ("XYZ", ""),
            ("ÖSTERREICH", "AT"),
            ("Les États-Unis", ""),
            ("États-Unis", "US"),
            ("Vereinigtes Königreich", "GB"),
            ("Korea, Republic of", "KR"),
            ("Российская Федерация", "RU"),
            ("the Netherlands", "NL"),
            ("Island", "IS"),
            // The names of ISO 3166, official ones, and those of the World Bank.
            ("Saint Kitts and Nevis", "KN"),
            ("Bolivia, Plurinational State of", "BO"),
            ("Korea, Democratic People's Republic of", "KP"),
            ("Holy See", "VA"),
            ("Republic of Angola", "AO"),
            ("Kingdom of Spain", "ES"),
            ("Congo, Dem. Rep.", "CD"),
            ("Bahamas, The", "BS"),
        ] {
            assert_eq!(Country::of(text).code(), code, "{text}");
        }
    }

    #[test]
    fn all_countries_with_names_are_listed_and_made_up_ones_are_not() {
        assert!(Country::names().all(|(country, _)| country.is_listed()));
        assert!(["XX", "ZZ", "Atlantis", ""].iter().all(|text| !Country::of(text).is_listed()));
    }

    #[test]
    fn places_that_addresses_confuse_are_one_group() {
        assert_eq!(Country::of("HK").group(), Country::of("CN").group());
        assert_eq!(Country::of("PR").group(), Country::of("US").group());
        assert_ne!(Country::of("AT").group(), Country::of("DE").group());
    }
}
