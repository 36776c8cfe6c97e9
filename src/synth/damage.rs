//! Damages members of a dump in the ways that readers must survive.

/// Which members to damage, spread evenly over the dump.
#[derive(Clone, Copy)]
pub struct Damage {
    pub members: u64,
    pub records: u64,
}

impl Damage {
    /// Damages the file if the record with this number is one to damage; says
    /// whether it did.
    pub fn strike(&self, number: u64, xml: &mut Vec<u8>) -> bool {
        let members = self.members.min(self.records);
        let before = number * members / self.records;
        let struck = (number + 1) * members / self.records > before;
        if struck {
            match before % 3 {
                0 => cut_off(xml),
                1 => mismatch_a_tag(xml),
                _ => insert_a_control_byte(xml),
            }
        }
        struck
    }
}

/// As if the disk had been full.
fn cut_off(xml: &mut Vec<u8>) {
    xml.truncate(xml.len() * 3 / 5);
}

fn mismatch_a_tag(xml: &mut [u8]) {
    let last = xml.windows(2).rposition(|pair| pair == b"</");
    if let Some(letter) = last.and_then(|start| xml.get_mut(start + 2)) {
        *letter = b'x';
    }
}

/// A backspace within a text: not allowed in XML, yet found in real texts.
fn insert_a_control_byte(xml: &mut Vec<u8>) {
    let end_of_text =
        xml.windows(3).rposition(|bytes| bytes[0].is_ascii_alphanumeric() && &bytes[1..] == b"</");
    if let Some(position) = end_of_text {
        xml.insert(position + 1, 0x08);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_members_as_asked_for_are_damaged() {
        let damage = Damage { members: 7, records: 100 };

        let struck: Vec<Vec<u8>> = (0..100)
            .map(|number| {
                let mut xml = b"<a>\n<b>text</b>\n</a>\n".to_vec();
                damage.strike(number, &mut xml);
                xml
            })
            .filter(|xml| xml != b"<a>\n<b>text</b>\n</a>\n")
            .collect();

        assert_eq!(struck.len(), 7);
        assert_eq!(struck[1], b"<a>\n<b>text</b>\n</x>\n");
        assert_eq!(struck[2], b"<a>\n<b>text\x08</b>\n</a>\n");
    }
}
