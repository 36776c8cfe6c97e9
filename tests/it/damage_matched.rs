//! Damaged files of a dataset that has been matched: `match`, `people` and `coverage` give what
//! is right or an error, and `match` leaves no damage under a file that looks sound.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::process::Output;

use crate::support::damage::{copy, flip, places, rounds, run, step, table_files, verify};
use crate::support::tables::{all_rows, assert_same};
use crate::support::{ONE, OTHER, Random, convert, dump, folder, record, tar};
use orcidlake::dataset::Dataset;
use orcidlake::matching::coverage;
use parquet::file::reader::{FileReader, SerializedFileReader};

/// A matched dataset, and what is asked of copies of it.
struct World {
    _folder: tempfile::TempDir,
    whole: PathBuf,
    /// A copy, to damage.
    copy: PathBuf,
    ror: PathBuf,
    /// The organisation with the most affiliations.
    most: String,
}

impl World {
    fn new(archive: impl FnOnce(&Path) -> PathBuf) -> Self {
        let folder = folder();
        let (whole, copy) = (folder.path().join("whole"), folder.path().join("damaged"));
        let archive = archive(folder.path());
        let (status, messages) = convert(&[&archive], &whole, &[]);
        assert_eq!(status, 0, "{messages}");
        let ror = orcid_synth::write_ror(50, folder.path()).unwrap();
        let mut world = Self { _folder: folder, whole, copy, ror, most: String::new() };
        let output = world.rematch(&world.whole);
        assert!(output.status.success(), "{}", messages_of(&output));
        let most = coverage(&Dataset::open(&world.whole).unwrap(), None, 1).unwrap();
        world.most.clone_from(&most.rows[0].ror_id);
        world
    }

    fn small() -> Self {
        Self::new(|folder| {
            let archives = dump(folder, 25, false);
            archives.into_iter().find(|path| path.to_string_lossy().contains("summaries")).unwrap()
        })
    }

    fn rematch(&self, dataset: &Path) -> Output {
        run(&["match", dataset.to_str().unwrap(), "--ror-release", self.ror.to_str().unwrap()])
    }

    fn list(&self, command: &str, dataset: &Path) -> Output {
        run(&[command, "--ror", &self.most, dataset.to_str().unwrap()])
    }
}

fn messages_of(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// True where a command refused a file; else it must have ended well.
fn refused(output: &Output, file: &Path) -> bool {
    let messages = messages_of(output);
    match output.status.code() {
        Some(0) => false,
        Some(2) => {
            assert!(messages.contains(file.to_str().unwrap()), "{}: {messages}", file.display());
            true
        }
        other => panic!("{other:?} {}: {messages}", file.display()),
    }
}

#[test]
fn what_is_matched_and_listed_is_right_or_refused() {
    let world = World::small();
    let commands = ["people", "coverage"];
    let right = commands.map(|command| world.list(command, &world.whole).stdout);
    let right_rows = all_rows(&world.whole);
    let (mut refusals, mut tried) = (0, 0);
    for file in table_files(&world.whole).into_iter().step_by(step()) {
        for place in places(&file) {
            copy(&world.whole, &world.copy);
            let name = file.strip_prefix(&world.whole).unwrap();
            let damaged = world.copy.join(name);
            flip(&damaged, place);
            let before = std::fs::read(&damaged).unwrap();

            for (command, right) in commands.iter().zip(&right) {
                let output = world.list(command, &world.copy);
                let is_right = output.stdout == *right;
                assert!(refused(&output, &damaged) || is_right, "{command} {} {place}", name.display());
            }
            let was_refused = refused(&world.rematch(&world.copy), &damaged);

            tried += 1;
            refusals += usize::from(was_refused);
            // What comes out of matching is made anew of sound files; all else stays as it is.
            if was_refused || !name.starts_with("organizations") {
                assert!(std::fs::read(&damaged).unwrap() == before, "{} {place}", name.display());
                let problems = String::from_utf8_lossy(&verify(&world.copy).stdout).into_owned();
                assert!(problems.contains(name.to_str().unwrap()), "{}: {problems}", name.display());
            } else {
                assert_same(&all_rows(&world.copy), &right_rows);
                assert_eq!(verify(&world.copy).status.code(), Some(0), "{} {place}", name.display());
            }
        }
    }
    println!("{tried} flips, {refusals} refused by match");
    assert!(refusals > 0 && refusals < tried);
}

#[test]
fn a_file_in_the_place_of_one_that_is_matched_is_named() {
    let world = World::small();
    let all = table_files(&world.whole);
    let part = |table: &str| all.iter().find(|path| path.to_string_lossy().contains(table)).unwrap();
    for (place, other) in [
        ("summaries/affiliations/", "summaries/works/"),
        ("summaries/affiliations/", "summaries/fundings/"),
        ("organizations/organizations/", "organizations/ror/"),
        ("organizations/organizations/", "organizations/unmatched/"),
    ] {
        copy(&world.whole, &world.copy);
        let target = world.copy.join(part(place).strip_prefix(&world.whole).unwrap());
        std::fs::copy(part(other), &target).unwrap();

        let outputs = [
            world.list("people", &world.copy),
            world.list("coverage", &world.copy),
            world.rematch(&world.copy),
        ];

        for output in outputs {
            assert!(refused(&output, &target), "{place} {other}");
            assert!(!messages_of(&output).contains("panicked"), "{}", messages_of(&output));
        }
        assert_eq!(std::fs::read(&target).unwrap(), std::fs::read(part(other)).unwrap());
    }
}

/// Employments at one organisation, with long departments that no compressor makes short.
fn employments(put_codes: std::ops::Range<u32>) -> String {
    let mut random = Random(u64::from(put_codes.start));
    let mut letter = || char::from(b'0' + random.below(10) as u8 + 7 * random.below(7) as u8);
    let groups = put_codes.map(|put_code| {
        let department: String = (0..250_000).map(|_| letter()).map(|letter| match letter {
            '<' | '&' | '>' => 'x',
            letter => letter,
        }).collect();
        format!(
            r#"<activities:affiliation-group xmlns:employment="http://www.orcid.org/ns/employment"><employment:employment-summary put-code="{put_code}" visibility="public"><common:department-name>{department}</common:department-name><common:organization><common:name>Example University</common:name><common:address><common:city>Exampleton</common:city><common:country>CH</common:country></common:address><common:disambiguated-organization><common:disambiguated-organization-identifier>{{ror}}</common:disambiguated-organization-identifier><common:disambiguation-source>ROR</common:disambiguation-source></common:disambiguated-organization></common:organization></employment:employment-summary></activities:affiliation-group>"#
        )
    });
    let groups: String = groups.collect();
    format!(
        "<activities:activities-summary><activities:employments>{groups}</activities:employments></activities:activities-summary>"
    )
}

/// The first bytes of each column chunk, where a page header stands, and bytes of the footer.
fn headers_and_footer(path: &Path) -> Vec<u64> {
    let reader = SerializedFileReader::new(File::open(path).unwrap()).unwrap();
    let groups = reader.metadata().row_groups().iter();
    let starts = groups.flat_map(|group| group.columns()).map(|column| column.byte_range().0);
    let starts: Vec<u64> = starts.collect();
    let size_bytes = path.metadata().unwrap().len();
    let mut length = [0; 4];
    File::open(path).unwrap().read_exact_at(&mut length, size_bytes - 8).unwrap();
    let footer = u64::from(u32::from_le_bytes(length)) + 8;
    let count = rounds(3) as u64;
    let in_headers =
        (0..count).map(|number| starts[number as usize * starts.len() / count as usize] + 3 * number % 24);
    in_headers.chain((0..count).map(|number| size_bytes - 1 - number * footer / count)).collect()
}

#[test]
fn headers_and_footers_of_large_files_are_checked_by_every_command() {
    let world = World::new(|folder| {
        let ror = orcid_synth::write_ror(50, folder).unwrap();
        let mut zip = zip::ZipArchive::new(File::open(ror).unwrap()).unwrap();
        let json: serde_json::Value = serde_json::from_reader(zip.by_index(0).unwrap()).unwrap();
        let id = json[0]["id"].as_str().unwrap();
        let archive = folder.join("ORCID_2025_10_summaries.tar");
        let [one, other] = [(ONE, 1..25), (OTHER, 25..50)]
            .map(|(orcid, put_codes)| record(orcid, "Ada", &employments(put_codes).replace("{ror}", id)));
        let members = [(ONE, &one), (OTHER, &other)].map(|(orcid, xml)| {
            (format!("ORCID_2025_10_summaries/{}/{orcid}.xml", &orcid[16..]), xml.as_bytes())
        });
        let members = members.each_ref().map(|(name, xml)| (name.as_str(), *xml));
        std::fs::write(&archive, tar(&members)).unwrap();
        archive
    });
    let name = Path::new("summaries/affiliations/part-00000.parquet");
    let file = world.whole.join(name);
    assert!(file.metadata().unwrap().len() > 8 << 20, "{}", file.metadata().unwrap().len());
    let ask = |dataset: &Path| {
        [
            run(&["get", ONE, dataset.to_str().unwrap()]),
            world.list("people", dataset),
            world.list("coverage", dataset),
        ]
    };
    let right = ask(&world.whole).map(|output| output.stdout);
    assert!(right.iter().all(|text| text.len() > 20));
    copy(&world.whole, &world.copy);
    let damaged = world.copy.join(name);
    let handle = File::options().read(true).write(true).open(&damaged).unwrap();
    let mut refusals = 0;
    for place in headers_and_footer(&file) {
        let mut byte = [0];
        handle.read_exact_at(&mut byte, place).unwrap();
        handle.write_all_at(&[byte[0] ^ 1 << (place % 8)], place).unwrap();
        for (output, right) in ask(&world.copy).iter().zip(&right) {
            assert!(refused(output, &damaged) || output.stdout == *right, "{place}");
        }

        let was_refused = refused(&world.rematch(&world.copy), &damaged);

        refusals += usize::from(was_refused);
        let problems = String::from_utf8_lossy(&verify(&world.copy).stdout).into_owned();
        assert!(problems.contains(name.to_str().unwrap()), "{place}: {problems}");
        handle.write_all_at(&byte, place).unwrap();
    }
    assert!(refusals >= rounds(3), "each flip of the footer is refused: {refusals}");
}
