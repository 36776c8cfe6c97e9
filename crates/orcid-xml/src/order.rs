//! Which tag has followed which in the documents so far.
//!
//! One program writes all of ORCID's documents, so after most tags come the same white space and
//! the same tag as before. The scanner compares its next bytes with those that have stood there,
//! as a whole; only where none of them are equal does it look at the bytes one by one. Equal bytes
//! mean the same, so this changes nothing but the time.
//!
//! Where tags follow each other without a text between them, as the ends of several elements and the
//! beginnings of others, they are compared together: a run. A run begins as one tag, and each time
//! that another run comes directly after it, the two become one.

use rustc_hash::FxHashMap;

/// Tags that are remembered, with the white space before them; ORCID writes some hundred.
const MAX_TAGS: usize = 4096;
/// Runs that are remembered to follow one tag.
const MAX_FOLLOWERS: usize = 8;
/// Bytes of white space and a tag that are remembered; a root with its name spaces has 1,700.
const MAX_BYTES: usize = 8 << 10;

/// The place of a tag in the list of those that are known.
pub(super) type Number = u16;

/// Tags of a run; ORCID seldom writes more between two texts. All of them take 32 bytes.
const MAX_STEPS: usize = 7;

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
    numbers: FxHashMap<&'a [u8], Number>,
    /// One text for each name, so that names of known tags are compared by their place.
    names: FxHashMap<&'a str, &'a str>,
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

/// A tag of a run.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Step {
    pub tag: Number,
    /// Bytes to pass, up to where reading goes on after the tag.
    pub passed: u16,
}

/// The tags of a run, and after them `UNKNOWN`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Steps([Step; MAX_STEPS + 1]);

/// A run that has followed a tag.
#[derive(Clone, Copy)]
pub(super) struct Follower<'a> {
    /// All bytes from the tag before to the end of the run, and one more where the last tag is only
    /// begun: it ends its name.
    bytes: &'a [u8],
    steps: Steps,
    /// How often it was found.
    found: u32,
}

impl Steps {
    pub const NONE: Self = Self([Step { tag: UNKNOWN, passed: 0 }; MAX_STEPS + 1]);

    fn one(step: Step) -> Self {
        let mut steps = Self::NONE;
        steps.0[0] = step;
        steps
    }

    /// The tag at a place; `UNKNOWN` after the last.
    #[inline(always)]
    pub fn at(&self, place: usize) -> Step {
        self.0[place]
    }

    /// Bytes of all tags.
    pub fn passed(&self) -> usize {
        self.0.iter().map(|step| step.passed as usize).sum()
    }

    fn len(&self) -> usize {
        self.0.iter().position(|step| step.tag == UNKNOWN).unwrap_or(MAX_STEPS)
    }

    /// These steps and then the others, if they are not too many.
    fn and(mut self, others: &Self) -> Option<Self> {
        let (length, more) = (self.len(), others.len());
        self.0[..MAX_STEPS].get_mut(length..length + more)?.copy_from_slice(&others.0[..more]);
        Some(self)
    }
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
        Self { tags: vec![nothing(), nothing()], numbers: FxHashMap::default(), names: FxHashMap::default() }
    }

    /// The run that follows `last` in `rest`, if it is one that has followed it before.
    #[inline(always)]
    pub fn follower(&mut self, last: Number, after: After, rest: &[u8]) -> Option<&Steps> {
        let followers = &mut self.tags[usize::from(last)].followers[after as usize];
        let Some(mut place) = followers.iter().position(|follower| rest.starts_with(follower.bytes)) else {
            return beginning(followers, rest);
        };
        followers[place].found = followers[place].found.wrapping_add(1);
        if place > 0 && followers[place].found > followers[place - 1].found {
            place = bring_forward(followers, place);
        }
        Some(&followers[place].steps)
    }

    /// Makes one run of one that has followed `last` and of what came directly after it; `bytes` are
    /// those of both. Returns the steps of the longer run.
    #[cold]
    pub fn join(&mut self, last: Number, after: After, bytes: &'a [u8], parts: [&Steps; 2]) -> Option<Steps> {
        let [first, second] = parts;
        let end = self.tag(first.0[first.len().checked_sub(1)?].tag).form;
        let steps = first.and(second).filter(|_| matches!(end, Form::Whole | Form::End))?;
        let begun = matches!(self.tag(steps.0[steps.len() - 1].tag).form, Form::Begun);
        let bytes =
            bytes.get(..steps.passed() + usize::from(begun)).filter(|bytes| bytes.len() <= MAX_BYTES)?;
        let followers = &mut self.tags[usize::from(last)].followers[after as usize];
        let follower = followers.iter_mut().find(|follower| follower.steps == *first)?;
        (follower.bytes, follower.steps) = (bytes, steps);
        Some(steps)
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
        let passed = (bytes.len() - usize::from(matches!(form, Form::Begun))) as u16;
        if last != UNKNOWN {
            let follower = Follower { bytes, steps: Steps::one(Step { tag: number, passed }), found: 0 };
            add(&mut self.tags[usize::from(last)].followers[after as usize], follower);
        }
        number
    }
}

impl Follower<'_> {
    /// True for a run whose first tag is that of a longer one.
    fn begins(&self, other: &Self) -> bool {
        self.steps.0[0] == other.steps.0[0] && self.bytes.len() < other.bytes.len()
    }
}

/// Brings a run before one that is found less often, but never a run before a longer one that begins
/// with the same tag: it would hide that one. Returns the place of the run.
#[cold]
fn bring_forward(followers: &mut [Follower<'_>], place: usize) -> usize {
    if followers[place].begins(&followers[place - 1]) {
        return place;
    }
    followers.swap(place - 1, place);
    place - 1
}

/// Where `rest` begins with the first tag of a run, but not with the whole run: that tag. It is remembered
/// as a run of its own.
#[cold]
fn beginning<'f, 'a>(followers: &'f mut Vec<Follower<'a>>, rest: &[u8]) -> Option<&'f Steps> {
    let first = |follower: &Follower<'a>| {
        let [step, next, ..] = follower.steps.0;
        follower.bytes.get(..step.passed as usize).filter(|_| next.tag != UNKNOWN)
    };
    let is_in = |follower: &Follower<'a>| first(follower).is_some_and(|bytes| rest.starts_with(bytes));
    let place = followers.iter().rposition(is_in)?;
    let bytes = first(&followers[place])?;
    let follower = Follower { bytes, steps: Steps::one(followers[place].steps.0[0]), found: 0 };
    if followers.len() == MAX_FOLLOWERS {
        followers[place] = follower;
        return Some(&followers[place].steps);
    }
    followers.push(follower);
    followers.last().map(|follower| &follower.steps)
}

/// Remembers a run, instead of the last one where there are many.
fn add<'a>(followers: &mut Vec<Follower<'a>>, follower: Follower<'a>) {
    followers.truncate(MAX_FOLLOWERS - 1);
    followers.push(follower);
}

#[cfg(test)]
mod tests {
    use crate::{Parser, parse_by_reference};

    /// Elements of a work that tags follow without a text between them, in many orders.
    const PARTS: [&str; 9] = [
        "<c:external-ids>\n  <c:external-id>\n    <c:external-id-type>doi</c:external-id-type>\n  </c:external-id>\n</c:external-ids>",
        "<c:external-ids>\n  <c:external-id>\n    <c:external-id-type/>\n  </c:external-id>\n</c:external-ids>",
        "<c:external-ids>\n  <c:external-id>\n    <c:external-id-type></c:external-id-type>\n  </c:external-id>\n</c:external-ids>",
        "<c:external-ids>\n  <c:external-id>\n    <c:external-id-value>1</c:external-id-value>\n  </c:external-id>\n  <c:external-id>\n    <c:external-id-type>isbn</c:external-id-type>\n  </c:external-id>\n</c:external-ids>",
        "<c:publication-date>\n  <c:year>2001</c:year>\n</c:publication-date>",
        "<c:publication-date>\n  <c:month>7</c:month>\n</c:publication-date>",
        "<c:publication-date>\n</c:publication-date>",
        "<c:publication-date/>",
        "<c:source>\n  <c:source-name>A</c:source-name>\n</c:source>",
    ];

    #[test]
    fn runs_in_any_order_are_read_as_the_reference_reads_them() {
        let places = || 0..PARTS.len();
        let orders = places()
            .flat_map(|one| places().flat_map(move |two| places().map(move |three| [one, two, three])));
        // Each run is seen after others, and again when it is known.
        let documents: Vec<String> = orders
            .chain([[0, 4, 8], [2, 6, 7]])
            .map(|order| {
                let parts = order.map(|place| PARTS[place]).join("\n");
                format!("<w:work put-code=\"5\">\n{parts}\n<w:type>book</w:type>\n</w:work>")
            })
            .collect();
        let (mut parser, mut read) = (Parser::new(), 0);
        for document in documents.iter().chain(&documents) {
            let alone = Parser::new().parse_by_scanner(document.as_bytes());
            let scanned = parser.parse_by_scanner(document.as_bytes());
            assert_eq!(scanned.is_some(), alone.is_some(), "{document}");
            // Repeated elements with texts are left to the reference.
            let Some(scanned) = scanned else { continue };
            read += 1;
            let reference = parse_by_reference(document.as_bytes()).unwrap();

            assert_eq!(scanned.document, reference.document, "{document}");
            assert_eq!(scanned.unmapped, reference.unmapped, "{document}");
        }
        assert!(read > documents.len(), "{read}");
    }

    #[test]
    fn a_run_that_ends_otherwise_is_no_run() {
        let start = "<w:work>\n  <c:publication-date>\n    <c:year>2001</c:year>\n  </c:publication-date>\n";
        let sound = format!("{start}</w:work>");
        let mut parser = Parser::new();
        for _ in 0..3 {
            assert!(parser.parse_by_scanner(sound.as_bytes()).is_some());
        }
        for end in ["", "</w:wor>", "</w:work", "</c:publication-date>", "</w:work></w:work>", "</w:work>x"] {
            let document: &'static str = format!("{start}{end}").leak();
            let scanned = Parser::new().parse_by_scanner(document.as_bytes()).map(|parsed| parsed.document);
            let with_runs = parser.parse_by_scanner(document.as_bytes());

            assert_eq!(with_runs.map(|parsed| parsed.document), scanned);
        }
    }
}
