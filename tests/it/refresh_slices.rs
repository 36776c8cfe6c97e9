//! Refreshing datasets of some people: those who join the selection come, those who leave it go and
//! are marked, and the rows are those of a fresh conversion with the same options.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use orcid_mock::Standing;
use orcid_xml::Orcid;
use orcidlake::dataset::Manifest;
use orcidlake::synth;

use crate::support::refresh::{Here, text};
use crate::support::slices::{cells, usual_institution, with_rows};
use crate::support::tables::{all_rows, assert_same};
use crate::support::{convert, run};

/// All people's activities: a refresh fetches those of whoever joins.
const ALL: [char; 11] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'X'];
/// An organization that no selection of these tests means.
const NOWHERE: &str = "<common:organization><common:name>Nowhere at All</common:name><common:address>\
    <common:city>Nowhere</common:city><common:country>AQ</common:country></common:address></common:organization>";
const BEGIN: &str = "<common:organization>";
const END: &str = "</common:organization>";

/// A world with a slice of it.
struct World {
    here: Here,
    /// A dataset of everybody, before anything has changed.
    whole: PathBuf,
    options: Vec<String>,
    place: tempfile::TempDir,
}

/// The places of the organizations of affiliations in a record.
fn organizations(xml: &str) -> Vec<std::ops::Range<usize>> {
    let mut found = Vec::new();
    for (start, _) in xml.match_indices(BEGIN) {
        let end = start + xml[start..].find(END).unwrap() + END.len();
        let tag = xml[..start].rfind("-summary ").map(|at| &xml[..at]).unwrap_or_default();
        let name = tag.rsplit('<').next().unwrap_or_default();
        if !name.starts_with("funding") && !name.starts_with("peer-review") && !name.starts_with("work") {
            found.push(start..end);
        }
    }
    found
}

/// The record with another first organization, of an affiliation without an end.
fn joined(xml: &str, block: &str) -> String {
    let place = organizations(xml)[0].clone();
    let mut text = format!("{}{block}{}", &xml[..place.start], &xml[place.end..]);
    let (begin, end) = ("<common:end-date>", "</common:end-date>");
    while let Some(start) = text.find(begin) {
        let after = start + text[start..].find(end).unwrap() + end.len();
        text.replace_range(start..after, "");
    }
    text
}

/// The record without any of its organizations, and with no address in `codes`.
fn left(xml: &str, codes: &[&str]) -> String {
    let mut text = xml.to_owned();
    for place in organizations(xml).into_iter().rev() {
        text.replace_range(place, NOWHERE);
    }
    codes.iter().fold(text, |text, code| text.replace(&format!(":country>{code}<"), ":country>AQ<"))
}

impl World {
    /// `options` may be made of the whole dataset.
    fn new(endings: &[char], options: impl Fn(&Path, &Path) -> Vec<String>) -> Self {
        let mut here = Here::new(120, 7, endings);
        let place = tempfile::tempdir().unwrap();
        let options = options(&here.dataset, place.path());
        let own = Self::converted(&here, place.path(), "slice", endings, &options);
        let whole = std::mem::replace(&mut here.dataset, own);
        Self { here, whole, options, place }
    }

    fn converted(here: &Here, place: &Path, name: &str, endings: &[char], options: &[String]) -> PathBuf {
        let folder = place.join(format!("dump-{name}"));
        std::fs::create_dir_all(&folder).unwrap();
        let archives = here.server.world().write_dump(&folder, endings);
        let archives: Vec<&Path> = archives.iter().map(PathBuf::as_path).collect();
        let out = place.join(name);
        let options: Vec<&str> = options.iter().map(String::as_str).collect();
        let (status, told) = convert(&archives, &out, &options);
        assert!(status < 2, "{options:?}: {told}");
        out
    }

    fn refresh(&self, more: &[&str]) -> String {
        let usual = ["--rate", "500", "--max-removals", "100%"];
        let output = self.here.refresh(&[&usual[..], more].concat());
        assert_eq!(output.status.code(), Some(0), "{more:?}: {}", text(&output));
        self.here.assert_sound();
        text(&output)
    }

    /// The slice has the rows of a slice of the world as it is now.
    fn assert_fresh(&self, name: &str, endings: &[char]) {
        let fresh = Self::converted(&self.here, self.place.path(), name, endings, &self.options);
        assert_same(&with_rows(all_rows(&self.here.dataset)), &with_rows(all_rows(&fresh)));
    }

    fn people(&self) -> BTreeSet<String> {
        let rows = cells(&self.here.dataset, "summaries/records", &["orcid"]);
        rows.into_iter().map(|row| row["orcid"].clone()).collect()
    }

    /// People who are shown, with an affiliation, in the slice or not.
    fn shown(&self, selected: bool) -> Vec<String> {
        let (people, world) = (self.people(), self.here.server.world());
        let active = world.active().into_iter().map(|orcid| orcid.to_string());
        let active = active.filter(|orcid| !organizations(&world.text(orcid)).is_empty());
        active.filter(|orcid| people.contains(orcid) == selected).collect()
    }

    fn edit(&self, orcid: &str, edit: impl FnOnce(&str) -> String) {
        self.here.server.change(|world| {
            let clock = world.clock() + 1_000_000;
            world.edit(orcid, clock, edit);
        });
    }

    fn text(&self, orcid: &str) -> String {
        self.here.server.world().text(orcid)
    }

    fn left(&self) -> Vec<(String, String)> {
        let left = Manifest::read(&self.here.dataset).unwrap().unwrap().left;
        left.into_iter().map(|(orcid, leaver)| (orcid, leaver.reason)).collect()
    }

    /// Somebody joins, somebody leaves, others change or are closed; then the first two return to
    /// where they were, and one who was locked is shown again.
    fn lives_on(&self, endings: &[char], block: &str, codes: &[&str], more: &[&str]) -> String {
        let before = self.people();
        self.here.server.change(|world| world.evolve(3, 0.3));
        let (inside, outside) = (self.shown(true), self.shown(false));
        let (leaver, stays, newcomer) = (&inside[0], &inside[1], &outside[0]);
        let (own, other) = (self.text(leaver), self.text(newcomer));
        self.edit(leaver, |xml| left(xml, codes));
        self.edit(newcomer, |xml| joined(xml, block));
        self.here.server.change(|world| world.lock(stays));

        let told = self.refresh(more);

        let people = self.people();
        assert!(before.contains(leaver) && !people.contains(leaver), "{leaver}: {told}");
        assert!(!before.contains(newcomer) && people.contains(newcomer), "{newcomer}: {told}");
        assert!(self.left().contains(&(leaver.clone(), "not-selected".to_owned())), "{:?}", self.left());
        assert!(self.left().contains(&(stays.clone(), "locked".to_owned())), "{:?}", self.left());
        let gone = before.iter().filter(|orcid| !people.contains(*orcid));
        assert!(gone.eq(self.left().iter().map(|(orcid, _)| orcid)), "all who have left are marked");
        self.assert_fresh("fresh", endings);

        // What has changed before the last refresh is known.
        let clock = orcid_mock::instants::now();
        self.here.server.change(|world| {
            world.edit(leaver, clock, |_| own);
            world.edit(newcomer, clock, |_| other);
        });
        self.here.server.change(|world| world.unlock(stays));
        self.refresh(more);
        assert!(self.people().contains(leaver) && self.people().contains(stays));
        let marked: Vec<String> = self.left().into_iter().map(|(orcid, _)| orcid).collect();
        assert!(marked.contains(newcomer) && !marked.contains(leaver) && !marked.contains(stays));
        self.assert_fresh("fresher", endings);
        told
    }
}

fn list(values: &[&str]) -> Vec<String> {
    values.iter().map(|value| (*value).to_owned()).collect()
}

fn organization(name: &str, country: &str, source: &str, id: &str) -> String {
    format!(
        "{BEGIN}<common:name>{name}</common:name><common:address><common:city>Somewhere</common:city>\
         <common:country>{country}</common:country></common:address><common:disambiguated-organization>\
         <common:disambiguated-organization-identifier>{id}</common:disambiguated-organization-identifier>\
         <common:disambiguation-source>{source}</common:disambiguation-source>\
         </common:disambiguated-organization>{END}"
    )
}

/// The ids of a registry that most affiliations of a dataset have.
fn usual_ids(whole: &Path, registry: &str) -> Vec<String> {
    let id = "disambiguated_organization_identifier";
    let mut counts = std::collections::BTreeMap::<String, usize>::new();
    for row in cells(whole, "summaries/affiliations", &["disambiguation_source", id]) {
        if row.get("disambiguation_source").is_some_and(|own| own == registry) {
            *counts.entry(row[id].clone()).or_default() += 1;
        }
    }
    let mut ids: Vec<(String, usize)> = counts.into_iter().collect();
    ids.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    ids.into_iter().take(12).map(|(id, _)| id).collect()
}

#[test]
fn people_of_an_organization_join_and_leave_its_slice() {
    let (batches, usual) = (&["--strategy", "batches"][..], &[][..]);
    for (registry, strategies) in [
        ("GRID", &[batches, usual][..]),
        ("RINGGOLD", &[batches]),
        ("ROR", &[usual]),
        ("FUNDREF", &[batches]),
    ] {
        let wanted = |whole: &Path| {
            let ids = usual_ids(whole, registry).into_iter();
            ids.map(|id| format!("{registry}:{id}")).collect::<Vec<_>>().join(",")
        };
        for strategy in strategies {
            let endings = if registry == "GRID" { &ALL[..] } else { &[] };
            let world = World::new(endings, |whole, _| vec!["--organization-id".to_owned(), wanted(whole)]);
            let id = usual_ids(&world.whole, registry).remove(0);

            world.lives_on(endings, &organization("A", "AQ", registry, &id), &[], strategy);
        }
    }
}

#[test]
fn people_of_countries_join_and_leave_if_everybody_who_has_changed_is_read() {
    let world = World::new(&ALL, |_, _| list(&["--country", "US,DE"]));
    let block = organization("A", "DE", "GRID", "grid.0.0");

    world.lives_on(&ALL, &block, &["US", "DE"], &["--strategy", "windows"]);
}

#[test]
fn current_people_of_a_country_join_and_leave() {
    let world = World::new(&[], |_, _| list(&["--country", "US", "--current"]));
    let block = organization("A", "US", "GRID", "grid.0.0");

    world.lives_on(&[], &block, &["US"], &["--strategy", "windows"]);
}

#[test]
fn people_of_an_institution_join_under_its_ids_and_its_names() {
    let options = |whole: &Path, place: &Path| {
        let release = synth::write_ror(2_000, place).unwrap();
        let release = release.to_str().unwrap();
        assert!(run(&["match", whole.to_str().unwrap(), "--ror-release", release]).status.success());
        list(&["--ror", &usual_institution(whole), "--ror-release", release])
    };
    for (by_name, strategy) in [(false, None), (true, None), (true, Some("windows"))] {
        let world = World::new(&[], options);
        let (ror, release) = (&world.options[1], &world.options[3]);
        let block = match by_name {
            false => organization("Quite another name", "AQ", "ROR", ror),
            true => by_its_name(&world.whole, ror),
        };
        let mut more = vec!["--ror-release", release.as_str()];
        more.extend(strategy.iter().flat_map(|strategy| ["--strategy", *strategy]));

        let told = world.lives_on(&[], &block, &[], &more);

        assert_eq!(told.contains("known names"), strategy.is_none(), "{told}");
    }
}

/// An organization with the name and the place that a matched dataset has for an id, without an id.
fn by_its_name(matched: &Path, ror: &str) -> String {
    let rows = cells(matched, "organizations/ror", &["ror_id", "name", "city", "country"]);
    let own = rows.iter().find(|row| row["ror_id"] == ror).unwrap();
    let (name, city, country) = (&own["name"], &own["city"], &own["country"]);
    format!(
        "{BEGIN}<common:name>{name}</common:name><common:address><common:city>{city}</common:city>\
         <common:country>{country}</common:country></common:address>{END}"
    )
}

#[test]
fn a_file_of_changes_tells_who_may_join() {
    let world = World::new(&[], |_, _| list(&["--country", "US"]));
    let changes = world.here.server.change(|world| world.evolve(3, 0.3));
    let newcomer = world.shown(false).remove(0);
    world.edit(&newcomer, |xml| joined(xml, &organization("A", "US", "GRID", "grid.0.0")));
    let changed = changes.iter().map(|change| change.orcid().to_string()).chain([newcomer.clone()]);
    let lines: String = changed.map(|orcid| format!("{orcid},2026-01-01 00:00:00.000001\n")).collect();
    let file = world.here.write("last_modified.csv", &format!("orcid,last_modified\n{lines}"));

    world.refresh(&["--changes", &file]);

    assert!(world.people().contains(&newcomer));
    world.assert_fresh("fresh", &[]);
    let told = run(&["inspect", world.here.dataset.to_str().unwrap()]).stdout;
    let told = String::from_utf8_lossy(&told);
    assert!(told.contains("only people by countries US") && told.contains(" left them: "), "{told}");
}

#[test]
fn a_list_of_ids_is_the_scope_of_its_slice() {
    let world = World::new(&[], |whole, place| {
        let rows = cells(whole, "summaries/records", &["orcid"]);
        let ids: String = rows.iter().step_by(3).map(|row| format!("{}\n", row["orcid"])).collect();
        let path = place.join("ids.txt");
        // One who is not in the registry yet.
        std::fs::write(&path, ids + "0000-0002-1825-0097\n").unwrap();
        list(&["--ids", path.to_str().unwrap()])
    });
    let ids = world.options[1].clone();
    world.here.server.change(|world| world.evolve(3, 0.3));
    world.here.server.change(|world| {
        let orcid = world.active()[0].to_string();
        let text = world.text(&orcid).replace(&orcid, "0000-0002-1825-0097");
        world.put("0000-0002-1825-0097", text);
        let clock = world.clock() + 1_000_000;
        world.edit("0000-0002-1825-0097", clock, str::to_owned);
    });

    let told = world.refresh(&[]);

    assert!(told.contains("only if --ids gives the list"), "{told}");
    assert!(!world.people().contains("0000-0002-1825-0097"));
    world.refresh(&["--ids", &ids]);
    assert!(world.people().contains("0000-0002-1825-0097"));
    assert!(world.left().is_empty());
    // Who is not found any more has a tombstone, and no member in a dump.
    let mut own = with_rows(all_rows(&world.here.dataset));
    let tombstones = own.get_mut("summaries/tombstones");
    tombstones.into_iter().for_each(|rows| rows.retain(|row| !row.contains("not-found")));
    let fresh = World::converted(&world.here, world.place.path(), "fresh", &[], &world.options);
    assert_same(&with_rows(own), &with_rows(all_rows(&fresh)));
}

#[test]
fn a_scope_of_the_users_own_adds_only_selected_people() {
    let world = World::new(&[], |_, _| list(&["--country", "US"]));
    let before = world.people();
    let outside = world.shown(false);
    let list_path = world.here.write("ids.txt", &format!("{}\n{}\n", outside[0], outside[1]));
    world.edit(&outside[0], |xml| joined(xml, &organization("A", "US", "GRID", "grid.0.0")));

    world.refresh(&["--ids", &list_path]);

    let mut expected = before;
    expected.insert(outside[0].clone());
    assert_eq!(world.people(), expected);
}

#[test]
fn nobody_joins_what_the_search_cannot_be_asked_for_and_a_note_says_so() {
    let world = World::new(&[], |_, _| list(&["--country", "US"]));
    let (inside, outside) = (world.shown(true), world.shown(false));
    world.edit(&outside[0], |xml| joined(xml, &organization("A", "US", "GRID", "grid.0.0")));
    world.edit(&inside[0], |xml| left(xml, &["US"]));

    let told = world.refresh(&[]);

    assert!(told.contains("cannot be asked for these people"), "{told}");
    assert!(!world.people().contains(&outside[0]) && !world.people().contains(&inside[0]));
    // A later refresh finds the newcomer nevertheless: the first one has not counted as complete.
    world.refresh(&["--strategy", "windows"]);
    assert!(world.people().contains(&outside[0]));
    world.assert_fresh("fresh", &[]);
}

#[test]
fn a_run_that_would_empty_a_slice_changes_nothing() {
    let world = World::new(&[], |_, _| list(&["--country", "US"]));
    let before = world.people();
    for orcid in world.shown(true) {
        world.edit(&orcid, |xml| left(xml, &["US"]));
    }

    let output = world.here.refresh(&["--rate", "500"]);

    assert_eq!(output.status.code(), Some(2), "{}", text(&output));
    assert!(text(&output).contains("not-selected"), "{}", text(&output));
    assert_eq!(world.people(), before);
}

#[test]
fn people_leave_a_current_slice_when_their_affiliations_have_ended() {
    let world = World::new(&[], |_, _| list(&["--country", "US", "--current"]));
    // As if the slice had been made long ago, when a past affiliation had not ended.
    let path = world.here.dataset.join("orcidlake.json");
    let today = Manifest::read(&world.here.dataset).unwrap().unwrap().selection.unwrap().current_on.unwrap();
    let wider = World::converted(&world.here, world.place.path(), "wider", &[], &list(&["--country", "US"]));
    let text = std::fs::read_to_string(wider.join("orcidlake.json")).unwrap();
    let mut manifest: serde_json::Value = serde_json::from_str(&text).unwrap();
    manifest["selection"]["current"] = true.into();
    manifest["selection"]["current_on"] = "1950-01-01".into();
    std::fs::remove_dir_all(&world.here.dataset).unwrap();
    std::fs::rename(&wider, &world.here.dataset).unwrap();
    std::fs::write(&path, manifest.to_string()).unwrap();
    let before = world.people();

    world.refresh(&[]);

    let selection = Manifest::read(&world.here.dataset).unwrap().unwrap().selection.unwrap();
    assert_eq!(selection.current_on, Some(today));
    assert!(world.people().len() < before.len());
    assert_eq!(world.left().len(), before.len() - world.people().len());
    world.assert_fresh("fresh", &[]);
}

#[test]
fn a_slice_is_refreshed_only_by_the_files_that_it_was_made_of() {
    let options = |whole: &Path, place: &Path| {
        let release = synth::write_ror(2_000, place).unwrap();
        let release = release.to_str().unwrap();
        assert!(run(&["match", whole.to_str().unwrap(), "--ror-release", release]).status.success());
        list(&["--ror", &usual_institution(whole), "--ror-release", release])
    };
    let world = World::new(&[], options);

    let without = world.here.refresh(&["--rate", "500"]);
    let release = serde_json::json!([{
        "id": world.options[1], "status": "active", "types": ["education"], "locations": [],
        "names": [{ "value": "Another", "types": ["ror_display"], "lang": null }],
        "external_ids": [], "relationships": [], "domains": [], "links": [], "established": null
    }]);
    let other = world.here.write("v9.9-2099-01-01-ror-data.json", &release.to_string());
    let other = world.here.refresh(&["--rate", "500", "--ror-release", &other]);

    assert_eq!((without.status.code(), other.status.code()), (Some(2), Some(2)));
    assert!(text(&without).contains("--ror-release"), "{}", text(&without));
    assert!(text(&other).contains("the release of ROR"), "{}", text(&other));
    assert!(world.here.server.log().for_api().count() == 0);
    let standing = world.here.server.world().get(Orcid::new(&world.shown(true)[0]).unwrap()).cloned();
    assert_eq!(standing.unwrap().standing, Standing::Active);
}
