//! Which record stands where: from the record's number to its directory and iD.
//!
//! A dump holds its records by the last three characters of the iD, in no order
//! of directories that means anything. Everything here is arithmetic: no list of
//! iDs is ever kept, each number has one iD, and no two numbers have the same.

use super::identifiers::{check_digit, grouped};

/// 100 pairs of digits times the eleven check digits.
const DIRECTORIES: u64 = 1100;
/// iDs a directory can get from the range 0000-0001-5000… to 0000-0003-5000….
const OLD_RANGE: u64 = 10_000;
/// … and from the range 0009-0000… to 0009-0010…, in use since 2022.
const NEW_RANGE: u64 = 500_000;

/// The places of a dump of a given size.
#[derive(Clone, Copy)]
pub struct Places {
    pub records: u64,
}

impl Places {
    /// So many records have different iDs.
    pub const MOST_RECORDS: u64 = DIRECTORIES * (OLD_RANGE + NEW_RANGE);

    /// The iD of the record with this number, counted as they stand in the dump.
    pub fn id(&self, number: u64) -> String {
        let turn = ((number + 1) * DIRECTORIES - 1) / self.records;
        let first = turn * self.records / DIRECTORIES;
        id_in_directory(directory(turn), number - first)
    }
}

/// The directories come in an order that is fixed but not sorted.
fn directory(turn: u64) -> u64 {
    (turn * 653 + 271) % DIRECTORIES
}

/// Finds the iD: the three last characters are given, so the thirteenth digit
/// is the one which makes the check digit come out right.
fn id_in_directory(directory: u64, position: u64) -> String {
    let (pair, check) = (directory / 11, directory % 11);
    let check = if check == 10 { 'X' } else { char::from(b'0' + check as u8) };
    let leading = leading_digits(position);
    // One leading number in eleven has no such digit; its neighbour then has.
    for leading in [leading, leading + 1] {
        for digit in 0..10 {
            let base = format!("{leading:012}{digit}{pair:02}");
            if check_digit(&base) == check {
                return grouped(&base);
            }
        }
    }
    unreachable!("two neighbouring numbers cannot both lack a digit")
}

/// The first twelve digits, of which every second number is left for the case
/// that the first has no fitting digit. The multipliers share no factor with the
/// ranges, so they only shuffle.
fn leading_digits(position: u64) -> u64 {
    let pair = position / 2;
    let old = position.is_multiple_of(2) && pair < OLD_RANGE;
    if old {
        15_000 + 2 * (pair * 7_919 % OLD_RANGE)
    } else {
        let number = if pair < OLD_RANGE { pair } else { position - OLD_RANGE };
        900_000_000 + 2 * (number * 377_771 % NEW_RANGE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn each_record_has_an_id_of_its_own() {
        let places = Places { records: 70_000 };

        let ids: HashSet<String> = (0..70_000).map(|number| places.id(number)).collect();

        assert_eq!(ids.len(), 70_000);
        for id in ids {
            let base: String = id[..18].chars().filter(|letter| *letter != '-').collect();
            assert_eq!(grouped(&base), id);
        }
    }

    #[test]
    fn a_full_directory_has_no_id_twice() {
        let positions = (0..OLD_RANGE + NEW_RANGE).map(leading_digits);

        let different: HashSet<u64> = positions.collect();

        assert_eq!(different.len() as u64, OLD_RANGE + NEW_RANGE);
    }

    #[test]
    fn the_records_of_a_directory_stand_together() {
        let places = Places { records: 5_000 };

        let mut suffixes: Vec<String> = (0..5_000).map(|number| places.id(number)[16..].to_owned()).collect();
        suffixes.dedup();

        assert_eq!(suffixes.len(), 1100);
    }
}
