//! The scanner and the reader of reference must agree on every document: on its
//! record, on what is unmapped, on errors.

use std::path::Path;

use crate::support::{Random, dump, folder, record, work};
use orcid_xml::{Parser, cleaned, parse, parse_by_reference, parse_by_scanner};
use orcidlake::convert::ARCHIVE_OPTIONS;
use targz_seek::{Archive, Kind, Meter};

/// Changes of each document that are tried.
const MUTATIONS: usize = 200;

fn documents(archive: &Path) -> Vec<Vec<u8>> {
    let mut archive = Archive::open(archive, ARCHIVE_OPTIONS, Meter::default()).unwrap();
    let mut documents = Vec::new();
    while let Some(chunk) = archive.next_chunk().unwrap() {
        let files = chunk.members().filter(|(_, _, member)| member.kind == Kind::File);
        documents.extend(files.map(|(_, data, _)| data.to_vec()));
    }
    documents
}

fn agree(document: &[u8]) {
    let by_reference = parse_by_reference(document);
    if let Some(scanned) = parse_by_scanner(document) {
        let reference = by_reference.as_ref().unwrap_or_else(|error| {
            panic!("the scanner reads what is {error}: {}", String::from_utf8_lossy(document))
        });
        assert_eq!(scanned.document, reference.document);
        assert_eq!(scanned.unmapped, reference.unmapped);
        // What the scanner has read needs no second look for forbidden characters.
        assert_eq!(cleaned(document), document, "{}", String::from_utf8_lossy(document));
    }
    match (parse(document), by_reference) {
        (Ok(both), Ok(reference)) => assert_eq!(both.document, reference.document),
        (Err(both), Err(reference)) => assert_eq!(both, reference),
        (both, reference) => panic!("{both:?} is not {reference:?}"),
    }
}

/// What a parser has learned of the documents before changes nothing.
fn agree_in_turn(documents: &[Vec<u8>]) {
    let mut parser = Parser::new();
    for document in documents {
        let (learned, alone) = (parser.parse_by_scanner(document), parse_by_scanner(document));
        assert_eq!(learned.is_some(), alone.is_some(), "{}", String::from_utf8_lossy(document));
        let Some(learned) = learned else { continue };
        let reference = parse_by_reference(document).unwrap();
        assert_eq!(learned.document, reference.document);
        assert_eq!(learned.unmapped, reference.unmapped);
        assert_eq!(learned.path, reference.path);
    }
}

#[test]
fn both_readers_agree_on_a_synthetic_dump() {
    let folder = folder();

    let archives = dump(folder.path(), 301, true);

    let documents: Vec<Vec<u8>> = archives.iter().flat_map(|archive| documents(archive)).collect();
    documents.iter().for_each(|document| agree(document));
    agree_in_turn(&documents);
    let scanned = documents.iter().filter(|document| parse_by_scanner(document).is_some()).count();
    assert_eq!(scanned, documents.len(), "the scanner must know all that ORCID writes");
}

#[test]
fn both_readers_agree_on_real_samples() {
    let real = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/real");
    let Ok(entries) = std::fs::read_dir(&real) else {
        eprintln!("skipped: the real samples are not here");
        return;
    };
    let archives = entries.map(|entry| entry.unwrap().path());
    for archive in archives.filter(|path| path.to_string_lossy().ends_with(".tar.gz")) {
        let documents = documents(&archive);
        documents.iter().for_each(|document| agree(document));
        agree_in_turn(&documents);
    }
}

#[test]
fn both_readers_agree_on_odd_documents() {
    for odd in [
        "<work:work\tput-code=\"5\"/>",
        "<work:work\nput-code = \"5\" ></work:work >",
        "<work:work put-code='5'/>",
        "<work:work put-code=\"5\" visibility=\"a>b\"/>",
        "<work:work put-code=\"5\"visibility=\"x\"/>",
        "<work:work put-code=\"5\"><![CDATA[ ]]></work:work>",
        "<work:work><!-- no --><work:type>a<!-- b -->c</work:type></work:work>",
        "<work:work><work:type>a<b>c</b>d</work:type></work:work>",
        "<work:work><work:type>a&#13;&#10;b&#x1F600;</work:type>&#32;</work:work>",
        "<work:work><work:type>a\r\nb</work:type></work:work>",
        "<work:work><work:type></work:type><work:type/><common:url> </common:url></work:work>",
        "<work:work></work:work><work:work/>",
        "<work:work></work:work> tail",
        "<!DOCTYPE x><work:work/>",
        "<work:work><work:type>]]></work:type></work:work>",
        "<work:work>&amp;</work:work>",
        "<work:work ></work:work>",
        "<a:work xmlns:a=\"http://www.orcid.org/ns/work\"><a:type>x</a:type></a:work>",
        "\u{feff}<?xml version=\"1.0\"?>\n<work:work/>",
        "\u{feff}\u{feff}<work:work put-code=\"5\"/>",
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><work:work/>",
        "<?xml version=\"1.0\" encoding=\"US-ASCII\"?><work:work/>",
        "<?xml version='1.0' encoding='UTF-16'?><work:work/>",
        "<work:work put-code=\"5\" put-code=\"6\" z:put-code=\"7\" xs:schemaLocation=\"u v\"/>",
        "<work:work><work:country visibility=\"a\"/><work:country visibility=\"b\">DE</work:country><work:country/></work:work>",
        "<work:work><work:citation/><work:citation><work:citation-type>x</work:citation-type></work:citation><work:citation><work:citation-value>y</work:citation-value></work:citation></work:work>",
        "",
        " ",
        "<",
        "<work:work",
        "<work:work\x01/>",
        "<work:work put-code=\"5\x02\"/>",
        "<work:work path=\"a\x03b\" put-code=\"5\"/>",
        "<work:work path=\"&#4;\" put-code=\"5\"/>",
        "<work:work path=\"&amp;\" put-code=\"5\"/>",
        "<work:work>\x05<work:type>x</work:type></work:work>",
        "<work:work><work:type>x\x06\n</work:type></work:work>",
        "<work:work><work:type>x&#7;&#x8;</work:type></work:work>",
        "<work:work><work:type>x\ny\tz</work:type></work:work>",
        "<work:work><work:type>x</work:type\x0b></work:work>",
        "<?xml version=\"1.0\"\x0c?><work:work/>",
        "<?xml version=\"1.0\" standalone=&#2;\"yes\"?><work:work/>",
    ] {
        agree(odd.as_bytes());
    }
}

#[test]
fn both_readers_agree_on_damaged_documents() {
    let mut random = Random(11);
    let inside = "<activities:activities-summary><activities:works><activities:group><common:external-ids><common:external-id><common:external-id-type>doi</common:external-id-type></common:external-id></common:external-ids><work:work-summary put-code=\"12\" visibility=\"public\" display-index=\"0\"><work:title><common:title>R&amp;D &lt;1&gt;</common:title></work:title></work:work-summary></activities:group></activities:works></activities:activities-summary>";
    let whole = [record(crate::support::ONE, "Zoë &#252;", inside), work(5, "a &quot;b&quot;")];
    let pieces: [&[u8]; 18] = [
        b"<",
        b">",
        b"/",
        b"\"",
        b"'",
        b"&",
        b"&amp;",
        b"<!--",
        b"]]>",
        b"<![CDATA[",
        b" ",
        b"\t",
        b"<a/>",
        b"=",
        b"\n",
        b"\x01",
        b"&#2;",
        b"&#x41;",
    ];

    let mut documents = Vec::new();
    for _ in 0..MUTATIONS * 20 {
        // Sound ones between them, from which damaged ones are told.
        documents.push(whole[random.below(whole.len())].clone().into_bytes());
        let mut document = whole[random.below(whole.len())].clone().into_bytes();
        for _ in 0..=random.below(3) {
            let place = random.below(document.len());
            match random.below(4) {
                0 => document.truncate(place.max(1)),
                1 => document[place] = (random.below(256)) as u8,
                2 => drop(document.remove(place)),
                _ => drop(document.splice(place..place, pieces[random.below(pieces.len())].iter().copied())),
            }
            if document.is_empty() {
                break;
            }
        }
        agree(&document);
        documents.push(document);
    }
    agree_in_turn(&documents);
}
