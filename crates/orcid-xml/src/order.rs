//! Which tag has followed which in the documents so far.
//!
//! One program writes all of ORCID's documents, so after most tags come the same white space and
//! the same tag as before. The scanner compares its next bytes with those that have stood there,
//! as a whole; only where none of them are equal does it look at the bytes one by one. Equal bytes
//! mean the same, so this changes nothing but the time.

use std::collections::HashMap;

/// Tags that are remembered, with the white space before them; ORCID writes some hundred.
const MAX_TAGS: usize = 4096;
/// Tags that are remembered to follow one tag.
const MAX_FOLLOWERS: usize = 8;
/// Bytes of white space and a tag that are remembered; a root with its name spaces has 1,700.
const MAX_BYTES: usize = 8 << 10;

/// The place of a tag in the list of those that are known.
pub(super) type Number = u16;

/// Stands for a tag that has not been learned.
pub(super) const UNKNOWN: Number = 0;
/// What stands before the first tag of a document.
pub(super) const START: Number = 1;

/// Where a tag is expected.
#[derive(Clone, Copy)]
pub(super) enum After {
    /// Directly after the tag before.
    Tag,
    /// After the text of the tag before and its end tag.
    Text,
}

pub(super) struct Order<'a> {
    tags: Vec<KnownTag<'a>>,
    /// By white space and tag.
    numbers: HashMap<&'a [u8], Number>,
    /// One text for each name, so that names of known tags are compared by their place.
    names: HashMap<&'a str, &'a str>,
}

/// A tag that has been read, in one of its places.
pub(super) struct KnownTag<'a> {
    /// With its prefix; the same text in all tags of this name.
    pub name: &'a str,
    pub local_name: &'a str,
    /// Those that are the same in all tags of this kind.
    pub attributes: &'a str,
    pub form: Form,
    /// Bytes from `<` to where reading goes on.
    pub length: usize,
    followers: [Vec<Follower<'a>>; 2],
}

/// What a known tag is, and how much of it is known.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// A start tag as a whole.
    Whole,
    /// A start tag as a whole, `<a/>`.
    SelfClosed,
    /// A start tag up to attributes that differ.
    Begun,
    End,
}

/// A tag that has followed another, with all bytes between them.
#[derive(Clone, Copy)]
struct Follower<'a> {
    bytes: &'a [u8],
    /// How many of the bytes are passed; the last of a tag that is only begun ends its name.
    passed: usize,
    tag: Number,
}

/// What has been read and is to be remembered.
pub(super) struct Lesson<'a> {
    /// An end tag if it came after a text, white space, and the tag.
    pub bytes: &'a [u8],
    /// Where in `bytes` the white space begins.
    pub space: usize,
    pub name: &'a str,
    pub local_name: &'a str,
    pub attributes: &'a str,
    pub form: Form,
    /// Bytes of the tag.
    pub length: usize,
}

impl<'a> Order<'a> {
    pub fn new() -> Self {
        let nothing = || KnownTag {
            name: "",
            local_name: "",
            attributes: "",
            form: Form::Begun,
            length: 0,
            followers: Default::default(),
        };
        // In the order of their numbers: UNKNOWN and START.
        Self { tags: vec![nothing(), nothing()], numbers: HashMap::new(), names: HashMap::new() }
    }

    /// The tag that follows `last` in `rest`, if it is one that has followed it before, and the
    /// bytes to pass.
    #[inline]
    pub fn follower(&mut self, last: Number, after: After, rest: &[u8]) -> Option<(Number, usize)> {
        let followers = &mut self.tags[usize::from(last)].followers[after as usize];
        let place = followers.iter().position(|follower| rest.starts_with(follower.bytes))?;
        let Follower { tag, passed, .. } = followers[place];
        if place > 0 {
            // The frequent ones come to the front.
            followers.swap(place - 1, place);
        }
        Some((tag, passed))
    }

    #[inline]
    pub fn tag(&self, number: Number) -> &KnownTag<'a> {
        &self.tags[usize::from(number)]
    }

    /// Remembers that a tag has followed `last`; returns its number.
    #[cold]
    pub fn learn(&mut self, last: Number, after: After, lesson: Lesson<'a>) -> Number {
        let Lesson { bytes, space, name, local_name, attributes, form, length } = lesson;
        if bytes.len() > MAX_BYTES {
            return UNKNOWN;
        }
        let next = self.tags.len();
        let number = match self.numbers.get(&bytes[space..]) {
            Some(number) => *number,
            None if next == MAX_TAGS => return UNKNOWN,
            None => {
                let number = next as Number;
                let name = *self.names.entry(name).or_insert(name);
                let followers = Default::default();
                self.tags.push(KnownTag { name, local_name, attributes, form, length, followers });
                self.numbers.insert(&bytes[space..], number);
                number
            }
        };
        let followers = &mut self.tags[usize::from(last)].followers[after as usize];
        if last != UNKNOWN && followers.len() < MAX_FOLLOWERS {
            let passed = bytes.len() - usize::from(matches!(form, Form::Begun));
            followers.push(Follower { bytes, passed, tag: number });
        }
        number
    }
}
