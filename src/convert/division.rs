//! Divides a number of parts among archives.

/// An archive to be divided.
#[derive(Debug, Clone, Copy)]
pub struct Divisible {
    /// Its share of the work.
    pub size_bytes: u64,
    /// The largest number of parts that makes sense.
    pub most_parts: u64,
}

/// The number of parts of each archive: `parts` together, as far as that makes sense, at least one
/// each, and more for larger archives.
///
/// Parts are given one by one to the archive whose parts are the largest.
pub fn divide(archives: &[Divisible], parts: u64) -> Vec<u64> {
    let mut counts = vec![1_u64; archives.len()];
    let spare = parts.saturating_sub(archives.len() as u64);
    for _ in 0..spare {
        let open = (0..archives.len()).filter(|&place| counts[place] < archives[place].most_parts);
        // The first of several equal ones.
        let largest = open.rev().max_by_key(|&place| archives[place].size_bytes / counts[place]);
        let Some(place) = largest else { break };
        counts[place] += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_go_by_size_and_each_archive_has_one() {
        let unlimited = u64::MAX;
        for (archives, parts, expected) in [
            (vec![(100, unlimited)], 16, vec![16]),
            (vec![(300, unlimited), (100, unlimited)], 8, vec![6, 2]),
            (vec![(300, unlimited), (0, unlimited)], 4, vec![3, 1]),
            (vec![(5, unlimited), (5, unlimited), (5, unlimited)], 2, vec![1, 1, 1]),
            (vec![(300, 2), (100, unlimited)], 8, vec![2, 6]),
            (vec![(300, 1), (100, 3)], 100, vec![1, 3]),
            (vec![], 5, vec![]),
            (vec![(7, unlimited)], 0, vec![1]),
        ] {
            let archives: Vec<_> = archives
                .into_iter()
                .map(|(size_bytes, most_parts)| Divisible { size_bytes, most_parts })
                .collect();
            assert_eq!(divide(&archives, parts), expected, "{archives:?} {parts}");
        }
    }
}
