//! Many items in their order, found by the bucket that they are in.

/// The items are divided into parts by this many of the highest bits of their bucket's number, and each part
/// is sorted by itself: a part fits into the processor's cache.
const PART_BITS: u32 = 11;

/// Items in ascending order, each once.
pub struct Buckets<T> {
    items: Vec<T>,
    /// Where each bucket begins among the items, and where the last one ends.
    starts: Vec<u32>,
}

impl<T> Default for Buckets<T> {
    fn default() -> Self {
        Self { items: Vec::new(), starts: Vec::new() }
    }
}

impl<T: Copy + Ord> Buckets<T> {
    /// Sorts the items of several lists into `1 << bits` buckets; of two items, the lesser is in no
    /// later bucket.
    pub fn of(lists: &[Vec<T>], bits: u32, bucket: impl Fn(&T) -> usize) -> Self {
        let Some(first) = lists.iter().find_map(|list| list.first()) else { return Self::default() };
        let part = |item: &T| bucket(item) >> bits.saturating_sub(PART_BITS);
        let parts = starts(lists.iter().flatten(), 1 << bits.min(PART_BITS), part);
        let mut next = parts.clone();
        let mut items = vec![*first; lists.iter().map(Vec::len).sum()];
        for item in lists.iter().flatten() {
            let place = &mut next[part(item)];
            items[*place as usize] = *item;
            *place += 1;
        }
        for part in parts.windows(2) {
            items[part[0] as usize..part[1] as usize].sort_unstable();
        }
        items.dedup();
        items.shrink_to_fit();
        Self { starts: starts(items.iter(), 1 << bits, bucket), items }
    }

    /// The items of a bucket.
    pub fn get(&self, bucket: usize) -> &[T] {
        if self.items.is_empty() {
            return &[];
        }
        &self.items[self.starts[bucket] as usize..self.starts[bucket + 1] as usize]
    }
}

/// Where each of so many buckets begins, and where the last one ends.
fn starts<'i, T: 'i>(
    items: impl Iterator<Item = &'i T>,
    buckets: usize,
    bucket: impl Fn(&T) -> usize,
) -> Vec<u32> {
    let mut starts = vec![0; buckets + 1];
    items.for_each(|item| starts[bucket(item) + 1] += 1);
    for place in 1..starts.len() {
        starts[place] += starts[place - 1];
    }
    starts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_items_are_in_their_buckets_each_once() {
        let lists = [vec![70_000_u32, 3, 9], vec![3, 200_000, 9, 131_071]];

        let buckets = Buckets::of(&lists, 18, |item| *item as usize);
        let few = Buckets::of(&lists, 2, |item| (*item >> 16) as usize);

        assert_eq!(
            (buckets.get(3), buckets.get(4), buckets.get(200_000)),
            (&[3][..], &[][..], &[200_000][..])
        );
        assert_eq!((few.get(0), few.get(1), few.get(2)), (&[3, 9][..], &[70_000, 131_071][..], &[][..]));
        assert!(Buckets::<u32>::of(&[], 18, |item| *item as usize).get(5).is_empty());
    }
}
