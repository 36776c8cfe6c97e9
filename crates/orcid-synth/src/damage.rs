//! Damages members of a dump in the ways that readers must survive, and gives others what
//! no schema has.

/// Which members to damage, spread evenly over the dump.
#[derive(Clone, Copy)]
pub struct Damage {
    pub members: u64,
    /// Members that get an element of no schema.
    pub novelties: u64,
    pub records: u64,
}

impl Damage {
    /// Damages the file if the record with this number is one to damage; says
    /// whether it did.
    pub fn strike(&self, number: u64, xml: &mut Vec<u8>) -> bool {
        let turn = self.turn(self.members, number);
        match turn.map(|turn| turn % 3) {
            Some(0) => cut_off(xml),
            Some(1) => mismatch_a_tag(xml),
            Some(_) => insert_a_control_byte(xml),
            None => {}
        }
        turn.is_some()
    }

    /// Puts an element of no schema into the file if the record with this number is one to
    /// get it.
    pub fn add_novelty(&self, number: u64, xml: &mut Vec<u8>) {
        if let Some(turn) = self.turn(self.novelties, number) {
            insert_a_novelty(turn, xml);
        }
    }

    /// The place among `members` of the record with this number, if it is one of them.
    fn turn(&self, members: u64, number: u64) -> Option<u64> {
        let members = members.min(self.records);
        let before = number * members / self.records;
        ((number + 1) * members / self.records > before).then_some(before)
    }
}

/// As if ORCID had invented something: an attribute, a text with an entity, an element in it.
fn insert_a_novelty(turn: u64, xml: &mut Vec<u8>) {
    let novelty = format!(
        r#"    <novel:signal xmlns:novel="http://www.orcid.org/ns/novel" level="{turn}">new &amp; unknown<novel:part>{turn} parts</novel:part></novel:signal>
"#
    );
    if let Some(end) = xml.windows(2).rposition(|pair| pair == b"</") {
        xml.splice(end..end, novelty.into_bytes());
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
        let damage = Damage { members: 7, novelties: 0, records: 100 };

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
