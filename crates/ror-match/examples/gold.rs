//! Measures how often matching is right on gold sets: `cargo run -p ror-match --release --example
//! gold -- RELEASE FILE…`.
//!
//! A gold set is a CSV table with the columns `text` (a full affiliation), or `name` (or `ORG`), `city`
//! and `country`, and with the right ids in `gold`, `ror_id`, or in braces in `label`; several ids
//! are separated by blanks, semicolons or strokes. An organisation that became another counts as that
//! one. `part=held` takes the quarter of the rows that a hash of their ids sets aside, and `part=open`
//! the others: rules and thresholds are chosen on the open part only. `list=wrong` and `list=missed`
//! print the rows, `list=tiers` how the answers were found.
//!
//! One answer: precision is the share of answers that are among the row's ids, recall the share of
//! rows with ids that have such an answer. All answers: the same of pairs of row and id.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use ror_match::{Match, Matcher, Mention, Preset, Query, Release, RorId, Scratch, Table};

/// One part in so many is held back.
const PARTS: u32 = 4;

/// A row of a gold set.
struct Row {
    id: String,
    text: String,
    city: String,
    country: String,
    meant: Vec<u32>,
    is_text: bool,
}

/// What is to be measured.
struct Options {
    release: PathBuf,
    sets: Vec<PathBuf>,
    part: String,
    list: String,
    preset: Preset,
    repeat: u32,
}

#[derive(Default)]
struct Tally {
    /// Rows with ids, rows with an answer, rows with a right one.
    rows: [u32; 3],
    /// Ids that are meant, ids that were found, ids that were found and are meant.
    ids: [u32; 3],
}

impl Tally {
    fn add(&mut self, meant: &[u32], one: Option<u32>, all: &[u32]) {
        let right = one.is_some_and(|one| meant.contains(&one));
        let counted = [!meant.is_empty(), one.is_some(), right];
        self.rows.iter_mut().zip(counted).for_each(|(count, is)| *count += u32::from(is));
        let found = all.iter().filter(|id| meant.contains(id)).count();
        let counted = [meant.len(), all.len(), found];
        self.ids.iter_mut().zip(counted).for_each(|(count, more)| *count += more as u32);
    }

    fn text(&self) -> String {
        let share = |[whole, found, right]: [u32; 3]| {
            let of = |whole: u32| f64::from(right) / f64::from(whole.max(1));
            format!("precision {:.4} recall {:.4}", of(found), of(whole))
        };
        let [meant, found, right] = self.rows;
        format!(
            "one answer: {} ({right} right of {found}, {meant} meant); all answers: {}",
            share(self.rows),
            share(self.ids)
        )
    }
}

fn main() -> ExitCode {
    match options().and_then(|options| run(&options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("{fault}");
            ExitCode::FAILURE
        }
    }
}

fn options() -> Result<Options, String> {
    let mut options = Options {
        release: PathBuf::new(),
        sets: Vec::new(),
        part: "all".to_owned(),
        list: String::new(),
        preset: Preset::Balanced,
        repeat: 1,
    };
    for argument in std::env::args().skip(1) {
        match argument.split_once('=') {
            Some(("part", part)) => options.part = part.to_owned(),
            Some(("list", list)) => options.list = list.to_owned(),
            Some(("repeat", times)) => {
                options.repeat = times.parse().map_err(|_| "repeat needs a number")?;
            }
            Some(("preset", name)) => {
                let found = Preset::ALL.into_iter().find(|preset| preset.name() == name);
                options.preset = found.ok_or_else(|| format!("there is no preset {name}"))?;
            }
            _ if options.release.as_os_str().is_empty() => options.release = argument.into(),
            _ => options.sets.push(argument.into()),
        }
    }
    if options.sets.is_empty() {
        let usage = "usage: gold RELEASE FILE… [part=held|open|all] [list=wrong|missed|lacks|tiers|all] \
            [preset=NAME] [repeat=N]";
        return Err(usage.to_owned());
    }
    Ok(options)
}

fn run(options: &Options) -> Result<(), String> {
    let release = Release::read(&options.release).map_err(|error| error.to_string())?;
    let matcher = Matcher::new(release, options.preset);
    for set in &options.sets {
        let rows = rows(set, &matcher.index.release)?;
        let name = set.file_stem().unwrap_or_default().to_string_lossy();
        let of_part = |row: &&Row| {
            let held = checksum(&format!("{name}{}", row.id)).is_multiple_of(PARTS);
            options.part == "all" || held == (options.part == "held")
        };
        let mut tally = Tally::default();
        let mut tiers = BTreeMap::new();
        let mut scratch = Scratch::default();
        for row in rows.iter().filter(of_part) {
            let (one, all, tier) = answer(&matcher, row, &mut scratch);
            if let Some(one) = one {
                let counts: &mut [u32; 2] = tiers.entry(tier.clone()).or_default();
                counts[0] += 1;
                counts[1] += u32::from(row.meant.contains(&one));
            }
            for _ in 1..options.repeat {
                answer(&matcher, row, &mut scratch);
            }
            tally.add(&row.meant, one, &all);
            list(&matcher, row, (one, &tier), &all, &options.list);
        }
        println!("{name:28} {}", tally.text());
        if options.list == "tiers" {
            for (tier, [found, right]) in tiers {
                println!("  {tier:26} {right} right of {found}");
            }
        }
    }
    Ok(())
}

/// The one organisation that leads, and all.
fn answer(matcher: &Matcher, row: &Row, scratch: &mut Scratch) -> (Option<u32>, Vec<u32>, String) {
    let became = |number: u32| matcher.index.release.successor(number);
    if row.is_text {
        let mentions = matcher.find_in_text(&row.text, scratch);
        let number = |mention: &Mention| became(mention.found.found.organization);
        let mut all: Vec<u32> = mentions.all.iter().map(number).collect();
        let one = mentions.leading.map(|leading| all[leading]);
        all.sort_unstable();
        all.dedup();
        let tier = mentions.leading.map_or_else(String::new, |leading| way(&mentions.all[leading].found));
        return (one, all, tier);
    }
    let query = Query { name: &row.text, city: Some(&row.city), country: Some(&row.country) };
    let found = matcher.find(&query, scratch).found;
    let one = found.map(|found| became(found.found.organization));
    (one, one.into_iter().collect(), found.as_ref().map_or_else(String::new, way))
}

/// How an organisation was found.
fn way(found: &Match) -> String {
    format!("{}, city {}", found.tier.name(), found.found.city.name())
}

fn list(matcher: &Matcher, row: &Row, (one, tier): (Option<u32>, &str), all: &[u32], what: &str) {
    let is_wrong = one.is_some_and(|one| !row.meant.contains(&one));
    let is_missed = one.is_none() && !row.meant.is_empty();
    let lacks = row.meant.iter().any(|meant| !all.contains(meant));
    if !match what {
        "wrong" => is_wrong,
        "missed" => is_missed,
        "lacks" => lacks,
        "all" => true,
        _ => false,
    } {
        return;
    }
    let release = &matcher.index.release;
    let shown = |number: &u32| {
        let organization = release.organization(*number);
        let names: Vec<&str> = organization.names.iter().map(|name| name.value.as_str()).collect();
        format!("{} [{}]", &organization.id.to_string()[16..], names[..names.len().min(3)].join("; "))
    };
    let many = |numbers: &[u32]| numbers.iter().map(shown).collect::<Vec<_>>().join(" + ");
    println!(
        "{}\t{} | {} {}\n\t-> [{tier}] {} ({})\n\tgold {}",
        row.id,
        row.text,
        row.city,
        row.country,
        one.as_ref().map_or_else(String::new, shown),
        many(all),
        many(&row.meant)
    );
}

fn rows(path: &Path, release: &Release) -> Result<Vec<Row>, String> {
    let mut table = Table::open(path).map_err(|error| error.to_string())?;
    let column = |names: &[&str]| names.iter().find_map(|name| table.column(name).ok().flatten());
    let (text, name) = (column(&["text"]), column(&["name", "org"]));
    let gold = column(&["gold", "ror_id", "ror", "label"]).ok_or("there is no column of gold ids")?;
    let (id, city, country) = (column(&["id"]), column(&["city"]), column(&["country"]));
    let what = text.or(name).ok_or("there is no column text or name")?;
    let mut rows = Vec::new();
    while let Some(row) = table.row().map_err(|error| error.to_string())? {
        let cell = |place: Option<usize>| place.and_then(|at| row.cells.get(at)).cloned().unwrap_or_default();
        let parts = cell(Some(gold));
        let ids = parts.split([' ', ';', '|', '{', '}']).filter(|part| part.contains("ror.org"));
        let mut meant: Vec<u32> = ids
            .filter_map(|id| RorId::parse(id).ok().and_then(|id| release.number(id)))
            .map(|number| release.successor(number))
            .collect();
        meant.dedup();
        rows.push(Row {
            id: if id.is_some() { cell(id) } else { row.line.to_string() },
            text: cell(Some(what)),
            city: cell(city),
            country: cell(country),
            meant,
            is_text: text.is_some(),
        });
    }
    Ok(rows)
}

/// The FNV-1a hash of a text. It decides to which part a row belongs, so it must be the same on all
/// machines and with all versions of Rust.
fn checksum(text: &str) -> u32 {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    (hash.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) as u32
}
