//! A row of a dataset as it is compared: its iD, its put code, and some texts.

use std::io::{self, Read, Write};

use orcid_xml::Orcid;

/// Which of the two datasets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    Old,
    New,
}

/// By what two items are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    PutCode,
    Content,
}

/// A row with the columns of its section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub orcid: Orcid,
    pub side: Side,
    /// The place of its section.
    pub section: usize,
    pub put_code: Option<i64>,
    pub texts: Vec<Option<Box<str>>>,
}

/// What stands for a text that is not there.
const ABSENT: u32 = u32::MAX;

impl Row {
    /// The text of a column by its place.
    pub fn text(&self, place: usize) -> Option<&str> {
        self.texts.get(place)?.as_deref()
    }

    /// Writes the row to a scratch file.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(self.orcid.as_str().as_bytes())?;
        out.write_all(&[self.side as u8, self.section as u8, self.texts.len() as u8])?;
        out.write_all(&[u8::from(self.put_code.is_some())])?;
        out.write_all(&self.put_code.unwrap_or_default().to_le_bytes())?;
        for text in &self.texts {
            let length = text.as_ref().map_or(ABSENT, |text| text.len() as u32);
            out.write_all(&length.to_le_bytes())?;
            out.write_all(text.as_deref().unwrap_or_default().as_bytes())?;
        }
        Ok(())
    }

    /// Reads the next row; `None` at the end of the file.
    pub fn read(input: &mut dyn Read) -> io::Result<Option<Self>> {
        let mut head = [0; Orcid::LENGTH];
        match input.read_exact(&mut head) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            result => result?,
        }
        let damaged = || io::Error::new(io::ErrorKind::InvalidData, "a scratch file was changed");
        let orcid = std::str::from_utf8(&head).ok().and_then(Orcid::new).ok_or_else(damaged)?;
        let (mut kinds, mut eight, mut four) = ([0; 4], [0; 8], [0; 4]);
        input.read_exact(&mut kinds)?;
        input.read_exact(&mut eight)?;
        let [side, section, texts, has_code] = kinds;
        let side = if side == 0 { Side::Old } else { Side::New };
        let put_code = (has_code == 1).then(|| i64::from_le_bytes(eight));
        let mut row = Self { orcid, side, section: section.into(), put_code, texts: Vec::new() };
        for _ in 0..texts {
            input.read_exact(&mut four)?;
            let length = u32::from_le_bytes(four);
            let mut text = None;
            if length != ABSENT {
                let mut bytes = vec![0; length as usize];
                input.read_exact(&mut bytes)?;
                text = Some(String::from_utf8(bytes).map_err(|_| damaged())?.into_boxed_str());
            }
            row.texts.push(text);
        }
        Ok(Some(row))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_read_as_it_was_written() {
        let row = Row {
            orcid: Orcid::new("0000-0002-1694-233X").unwrap(),
            side: Side::New,
            section: 3,
            put_code: Some(-5),
            texts: vec![Some("Universität".into()), None, Some("".into())],
        };
        let other = Row { put_code: None, side: Side::Old, texts: Vec::new(), ..row.clone() };
        let mut file = Vec::new();
        row.write(&mut file).unwrap();
        other.write(&mut file).unwrap();

        let mut input = file.as_slice();
        assert_eq!(Row::read(&mut input).unwrap(), Some(row));
        assert_eq!(Row::read(&mut input).unwrap(), Some(other));
        assert_eq!(Row::read(&mut input).unwrap(), None);
        assert!(Row::read(&mut &file[..30]).is_err());
    }
}
