//! People who are new to the registry: each is like somebody who is there
//! already, under another iD and with put codes of their own.

use std::collections::BTreeMap;

use orcid_xml::{Orcid, Timestamp};

use super::instants::iso;
use super::world::{World, touched};
use super::xml;

/// Put codes of what is new begin above those of dumps.
pub const FIRST_NEW_PUT_CODE: i64 = 400_000_000;

/// iDs of newcomers begin here, within the range that ORCID gives out since 2022
/// and beyond those of synthetic dumps of moderate size.
const FIRST_NEW_ID: u64 = 900_090_000_000;

impl World {
    /// Somebody comes who is like `model`; nobody if that record is not shown now.
    pub(super) fn settle(&mut self, model: Orcid, moment: Timestamp) -> Option<Orcid> {
        let person = self.get(model).filter(|person| !person.xml.is_empty())?.clone();
        let orcid = self.free_id();
        let text = String::from_utf8(person.xml.to_vec()).expect("records are UTF-8");
        let mut codes = Renumbering { next: self.new_put_code(), given: BTreeMap::new() };
        let record = codes.rewrite(&text.replace(model.as_str(), orcid.as_str()));
        let record = xml::with_content(&record, "history:submission-date", &iso(moment));
        self.put(orcid.as_str(), touched(&record, moment));
        for ((kind, put_code), activity) in person.activities.iter().filter(|(_, one)| one.public) {
            let full = String::from_utf8(activity.xml.to_vec()).expect("activities are UTF-8");
            let full = codes.rewrite(&full.replace(model.as_str(), orcid.as_str()));
            let put_code = codes.of(&put_code.to_string());
            self.put_activity(orcid.as_str(), kind, put_code, full);
        }
        Some(orcid)
    }

    pub(super) fn free_id(&self) -> Orcid {
        (FIRST_NEW_ID..).map(with_check_digit).find(|orcid| self.get(*orcid).is_none()).expect("iDs are many")
    }
}

/// The iD of fifteen digits.
pub(super) fn with_check_digit(number: u64) -> Orcid {
    let digits = format!("{number:015}");
    let total = digits.bytes().fold(0, |total, digit| (total + u32::from(digit - b'0')) * 2);
    let check = match (12 - total % 11) % 11 {
        10 => "X".to_owned(),
        digit => digit.to_string(),
    };
    let text = format!("{}-{}-{}-{}{check}", &digits[..4], &digits[4..8], &digits[8..12], &digits[12..]);
    Orcid::new(&text).expect("this is the form of an iD")
}

/// Old put codes to new ones.
struct Renumbering {
    next: i64,
    given: BTreeMap<String, i64>,
}

impl Renumbering {
    fn of(&mut self, old: &str) -> i64 {
        let next = &mut self.next;
        *self.given.entry(old.to_owned()).or_insert_with(|| {
            *next += 1;
            *next
        })
    }

    /// Puts new codes into the attributes `put-code` and `path`.
    fn rewrite(&mut self, text: &str) -> String {
        let mut out = String::with_capacity(text.len() + 64);
        let mut before = "";
        for (place, piece) in text.split('"').enumerate() {
            if place > 0 {
                out.push('"');
            }
            let is_code = |code: &str| !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_digit());
            match piece.rsplit_once('/') {
                _ if before.ends_with("put-code=") && is_code(piece) => {
                    out.push_str(&self.of(piece).to_string())
                }
                Some((path, code)) if before.ends_with(" path=") && is_code(code) => {
                    out.push_str(&format!("{path}/{}", self.of(code)));
                }
                _ => out.push_str(piece),
            }
            before = piece;
        }
        out
    }
}
