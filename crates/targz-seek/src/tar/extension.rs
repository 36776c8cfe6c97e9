//! What entries say of the entry after them: GNU long names and pax records.

use super::sparse::PaxSparse;
use super::values::{decimal, text};

/// What one or more describing entries said of the next.
#[derive(Default)]
pub struct Extension {
    /// Of a GNU `L` entry.
    long_name: Option<String>,
    /// Of pax records, which count more.
    path: Option<String>,
    /// Bytes of data, which a header cannot say beyond 8 GiB in octal digits.
    pub size: Option<u64>,
    pub sparse: PaxSparse,
    /// It is the rest of a file of another volume.
    pub is_continuation: bool,
}

impl Extension {
    /// The whole name of the entry, if it was told.
    pub fn name(&self) -> Option<&str> {
        let names = [&self.sparse.name, &self.path, &self.long_name];
        names.into_iter().find_map(|name| name.as_deref())
    }

    /// Takes in the data of a GNU `L` entry.
    pub fn add_long_name(&mut self, data: &[u8]) {
        let name = data.split(|&byte| byte == 0).next().unwrap_or(data);
        self.long_name = Some(String::from_utf8_lossy(name).into_owned());
    }

    /// Takes in pax records.
    ///
    /// # Errors
    /// What is wrong with them.
    pub fn add_pax(&mut self, data: &[u8]) -> Result<(), &'static str> {
        for record in PaxRecords(data) {
            let (key, value) = record?;
            match key {
                b"path" => self.path = text(value),
                b"size" => self.size = decimal_or_none(value)?,
                _ if key.starts_with(b"GNU.sparse.") => {
                    self.sparse.add(&key[b"GNU.sparse.".len()..], value)?
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// True where global pax records say what can be true of one entry only.
pub fn misplaced_in_global(data: &[u8]) -> bool {
    let of_one = |key: &[u8]| matches!(key, b"path" | b"size") || key.starts_with(b"GNU.sparse.");
    PaxRecords(data).flatten().any(|(key, value)| of_one(key) && !value.is_empty())
}

/// True where global pax records say that the next file began in another volume.
pub fn continues_a_file(data: &[u8]) -> bool {
    PaxRecords(data).flatten().any(|(key, value)| key == b"GNU.volume.offset" && decimal(value) != Some(0))
}

/// Records such as `21 path=summaries/x\n`, where the number counts all of the record.
struct PaxRecords<'d>(&'d [u8]);

impl<'d> Iterator for PaxRecords<'d> {
    type Item = Result<(&'d [u8], &'d [u8]), &'static str>;

    fn next(&mut self) -> Option<Self::Item> {
        let data = self.0.trim_ascii_start();
        // Some programs pad with NULs.
        if data.first().is_none_or(|&byte| byte == 0) {
            return None;
        }
        let split = || -> Option<_> {
            let space = data.iter().position(|&byte| byte == b' ')?;
            let length = usize::try_from(decimal(&data[..space])?).ok()?;
            let record = data.get(space + 1..length)?.strip_suffix(b"\n")?;
            let equals = record.iter().position(|&byte| byte == b'=')?;
            Some(((&record[..equals], &record[equals + 1..]), &data[length..]))
        };
        let Some((record, rest)) = split() else {
            self.0 = &[];
            return Some(Err("pax records of another form"));
        };
        self.0 = rest;
        Some(Ok(record))
    }
}

/// The number of a record; an empty value takes back what was said before.
fn decimal_or_none(value: &[u8]) -> Result<Option<u64>, &'static str> {
    if value.is_empty() {
        Ok(None)
    } else {
        decimal(value).map(Some).ok_or("a pax record with a wrong number")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pax_records_are_read_by_their_lengths() {
        let mut extension = Extension::default();
        extension.add_long_name(b"long\0rest");

        extension.add_pax(b"16 comment=a\nb=\n11 path=pa\n9 size=3\n\0\0\0").unwrap();

        assert_eq!((extension.name(), extension.size), (Some("pa"), Some(3)));
        extension.add_pax(b"8 path=\n8 size=\n").unwrap();
        assert_eq!((extension.name(), extension.size), (Some("long"), None));
    }

    #[test]
    fn malformed_pax_records_are_told() {
        for data in [
            &b"path=a\n"[..],
            b"99 path=a\n",
            b"8 path=a\n",
            b"10 path=a",
            b"0 path=a\n",
            b"3 \n",
            b"9 size=x\n",
            b"10 size=-1\n",
            b"99999999999999999999999 size=1\n",
            b"29 size=99999999999999999999\n",
        ] {
            assert!(Extension::default().add_pax(data).is_err(), "{}", data.escape_ascii());
        }
    }

    #[test]
    fn global_records_that_are_of_one_entry_are_noticed() {
        assert!(misplaced_in_global(b"9 size=3\n") && !misplaced_in_global(b"13 comment=a\n"));
        assert!(
            continues_a_file(b"23 GNU.volume.offset=5\n") && !continues_a_file(b"23 GNU.volume.offset=0\n")
        );
    }
}
