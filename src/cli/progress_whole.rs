//! How far all archives of a run are together.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use indicatif::ProgressBar;

use super::numbers::duration;
use crate::storage::file_name;

/// Endings of archives that say nothing about which one it is.
const ENDINGS: [&str; 3] = [".tar.gz", ".tgz", ".tar"];

/// All archives of a run.
pub struct Whole {
    /// Sizes of archives; `None` where it is not known.
    sizes: HashMap<PathBuf, Option<u64>>,
    /// What the names of all archives begin with.
    common: usize,
    begun: Instant,
    pub told: Instant,
    pub bar: Option<ProgressBar>,
    archives: usize,
    ended: usize,
    /// Bytes of archives that this run has read to their end.
    read_bytes: u64,
    /// Bytes of archives that it passed over.
    passed_bytes: u64,
}

impl Whole {
    /// The archives that will be read.
    pub fn of(archives: &[PathBuf]) -> Self {
        let size = |path: &PathBuf| path.metadata().ok().filter(|file| file.is_file()).map(|file| file.len());
        let names: Vec<String> = archives.iter().map(|path| file_name(path).into_owned()).collect();
        let now = Instant::now();
        Self {
            sizes: archives.iter().map(|path| (path.clone(), size(path))).collect(),
            common: common(&names),
            begun: now,
            told: now,
            bar: None,
            archives: archives.len(),
            ended: 0,
            read_bytes: 0,
            passed_bytes: 0,
        }
    }

    /// True if there is more to tell than of one archive.
    pub fn is_several(&self) -> bool {
        self.archives > 1
    }

    /// What tells an archive from the others, such as `activities_3`.
    pub fn short_name(&self, archive: &Path) -> String {
        let name = file_name(archive);
        if !self.sizes.contains_key(archive) || self.common == 0 {
            return name.into_owned();
        }
        let name = ENDINGS.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(&name);
        name.get(self.common..).filter(|rest| !rest.is_empty()).unwrap_or(name).to_owned()
    }

    /// Notes that an archive has come to its end, or was passed over.
    pub fn ended(&mut self, archive: &Path, is_read: bool) {
        self.ended += 1;
        let size = self.sizes.get(archive).copied().flatten().unwrap_or(0);
        *(if is_read { &mut self.read_bytes } else { &mut self.passed_bytes }) += size;
    }

    /// `43 %, 1 h 04 min left, 5 of 12 archives done`; `reading_bytes` were read of those that are
    /// being read.
    pub fn text(&self, reading_bytes: u64) -> String {
        let sizes: Option<u64> = self.sizes.values().copied().sum();
        let left = match sizes {
            Some(size) => {
                let size = size.saturating_sub(self.passed_bytes);
                left(self.read_bytes + reading_bytes, size, self.begun.elapsed())
            }
            None => String::new(),
        };
        format!("{left}{} of {} archives done", self.ended, self.archives)
    }
}

/// `43 %, 2 min 04 s left, ` after some bytes of all have been read.
pub fn left(read_bytes: u64, size_bytes: u64, time: Duration) -> String {
    if read_bytes == 0 || size_bytes == 0 {
        return String::new();
    }
    let share = (read_bytes as f64 / size_bytes as f64).min(1.0);
    format!("{:.0} %, {} left, ", share * 100.0, duration(time.mul_f64(1.0 / share - 1.0)))
}

/// The length of what all names begin with, up to the last sign between words.
fn common(names: &[String]) -> usize {
    let [first, others @ ..] = names else { return 0 };
    if others.is_empty() {
        return 0;
    }
    let is_in_all = |end: &usize| others.iter().all(|name| name.get(..*end) == first.get(..*end));
    let ends = first.char_indices().filter(|(_, sign)| matches!(sign, '_' | '-' | '.' | ' '));
    ends.map(|(place, _)| place + 1).take_while(is_in_all).last().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(names: &[&str]) -> Vec<PathBuf> {
        names.iter().map(PathBuf::from).collect()
    }

    #[test]
    fn archives_are_named_by_what_differs() {
        for (names, expected) in [
            (
                &["a/ORCID_2025_10_summaries.tar.gz", "ORCID_2025_10_activities_X.tar.gz"][..],
                &["summaries", "activities_X"][..],
            ),
            (&["ORCID_2025_10_activities_1.tar.gz", "ORCID_2025_10_activities_2.tar.gz"], &["1", "2"]),
            (&["summaries.tar.gz", "activities.tar.gz"], &["summaries.tar.gz", "activities.tar.gz"]),
            (&["ORCID_2025_10_summaries.tar.gz"], &["ORCID_2025_10_summaries.tar.gz"]),
        ] {
            let paths = paths(names);
            let whole = Whole::of(&paths);

            let short: Vec<String> = paths.iter().map(|path| whole.short_name(path)).collect();

            assert_eq!(short, expected);
        }
    }

    #[test]
    fn the_time_left_is_that_of_all_archives_that_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let archives: Vec<PathBuf> = (0..4).map(|number| folder.path().join(format!("a_{number}"))).collect();
        for path in &archives {
            std::fs::write(path, [0; 100]).unwrap();
        }
        let mut whole = Whole::of(&archives);
        whole.begun = Instant::now().checked_sub(Duration::from_secs(60)).unwrap();
        whole.ended(&archives[0], false);
        whole.ended(&archives[1], true);

        let text = whole.text(50);

        // 150 of 300 bytes have been read, as one was passed over.
        assert!(text.starts_with("50 %, 1 min 0") && text.ends_with(" left, 2 of 4 archives done"), "{text}");
        let unknown = Whole::of(&[archives[0].clone(), PathBuf::from("-")]);
        assert_eq!(unknown.text(50), "0 of 2 archives done");
    }
}
