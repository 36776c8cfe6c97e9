//! Parquet's hybrid of run lengths and packed bits, for small numbers that often repeat.

/// Equal numbers that become a run; also the numbers of a group of packed ones.
const GROUP: usize = 8;
/// Groups of packed numbers behind one header: as many as a header of one byte can count.
const MOST_GROUPS: usize = 63;
/// Equal groups of bits that become a run; a run takes two bytes, and a header behind it a third.
const RUN_GROUPS: usize = 4;

/// Appends bits, the lowest of each byte first, and 0 behind the last.
pub(crate) fn push_bits(out: &mut Vec<u8>, bits: &[u8], count: usize) {
    let mut at = 0;
    while at < bits.len() {
        let run = equal_groups(&bits[at..]);
        if run >= RUN_GROUPS {
            push_number(out, (run * GROUP).min(count - at * GROUP) << 1);
            out.push(bits[at] & 1);
            at += run;
            continue;
        }
        let mut groups = run.max(1);
        while at + groups < bits.len() && groups < MOST_GROUPS {
            if equal_groups(&bits[at + groups..][..RUN_GROUPS.min(bits.len() - at - groups)]) == RUN_GROUPS {
                break;
            }
            groups += 1;
        }
        push_number(out, groups << 1 | 1);
        out.extend_from_slice(&bits[at..at + groups]);
        at += groups;
    }
}

/// Appends a run of one bit.
pub(crate) fn push_equal_bits(out: &mut Vec<u8>, bit: bool, count: usize) {
    push_number(out, count << 1);
    out.push(u8::from(bit));
}

/// How many bytes at the start are all of the same bit.
fn equal_groups(bits: &[u8]) -> usize {
    let first = bits[0];
    if first != 0 && first != u8::MAX { 0 } else { bits.iter().take_while(|&&byte| byte == first).count() }
}

/// Bits of the numbers below `count`.
pub(crate) fn width_below(count: usize) -> u32 {
    usize::BITS - count.saturating_sub(1).leading_zeros()
}

/// Appends numbers of `width` bits.
pub(crate) fn push_numbers(out: &mut Vec<u8>, numbers: &[u32], width: u32) {
    let mut rest = numbers;
    while let Some(&first) = rest.first() {
        let run = rest.iter().take_while(|&&number| number == first).count();
        if run >= GROUP || run == rest.len() {
            push_number(out, run << 1);
            out.extend_from_slice(&first.to_le_bytes()[..width.div_ceil(8) as usize]);
            rest = &rest[run..];
            continue;
        }
        let groups = packed_groups(rest);
        push_number(out, groups << 1 | 1);
        let (packed, after) = rest.split_at(rest.len().min(groups * GROUP));
        pack(out, packed, groups * GROUP, width);
        rest = after;
    }
}

/// How many groups at the start are better packed, because a run begins only behind them.
fn packed_groups(numbers: &[u32]) -> usize {
    let is_run = |group: &[u32]| group.len() == GROUP && group.iter().all(|number| *number == group[0]);
    let groups = numbers.chunks(GROUP).take(MOST_GROUPS);
    groups.take_while(|group| !is_run(group)).count()
}

/// Appends numbers side by side, and zeros until there are `count`.
fn pack(out: &mut Vec<u8>, numbers: &[u32], count: usize, width: u32) {
    let end = out.len() + count * width as usize / 8;
    out.reserve(end - out.len() + 8);
    let (mut open, mut bits) = (0u64, 0);
    for &number in numbers {
        open |= u64::from(number) << bits;
        bits += width;
        if bits >= 32 {
            out.extend_from_slice(&(open as u32).to_le_bytes());
            open >>= 32;
            bits -= 32;
        }
    }
    out.extend_from_slice(&open.to_le_bytes());
    out.resize(end, 0);
}

/// Appends a number in groups of seven bits, the lowest first.
fn push_number(out: &mut Vec<u8>, mut number: usize) {
    while number > 0x7f {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads what has been appended, as the format says.
    fn numbers(mut bytes: &[u8], width: u32, count: usize) -> Vec<u32> {
        let mut read = Vec::new();
        while !bytes.is_empty() {
            let (mut header, mut shift) = (0usize, 0);
            loop {
                header |= usize::from(bytes[0] & 0x7f) << shift;
                shift += 7;
                let more = bytes[0] & 0x80 > 0;
                bytes = &bytes[1..];
                if !more {
                    break;
                }
            }
            let (length, packed) = match header & 1 {
                0 => (width.div_ceil(8) as usize, false),
                _ => ((header >> 1) * width as usize, true),
            };
            let (data, after) = bytes.split_at(length);
            bytes = after;
            let bit = |place: usize| u32::from(data[place / 8] >> (place % 8) & 1);
            let number =
                |from: usize| (0..width as usize).map(|place| bit(from + place) << place).sum::<u32>();
            match packed {
                true => read.extend((0..(header >> 1) * 8).map(|index| number(index * width as usize))),
                false => read.extend(std::iter::repeat_n(number(0), header >> 1)),
            }
        }
        assert!(read.len() >= count && read.len() < count + 8, "{} of {count}", read.len());
        read.truncate(count);
        read
    }

    /// Runs of many lengths, of numbers below a limit.
    fn runs(limit: u32) -> Vec<u32> {
        let lengths = [1, 1, 3, 40, 1, 9, 7, 8, 2, 700, 5, 16, 1, 1, 1, 1, 1, 1, 1, 1, 1, 33];
        let runs = lengths.iter().cycle().take(200).enumerate();
        runs.flat_map(|(index, length)| std::iter::repeat_n(index as u32 * 7919 % limit, *length)).collect()
    }

    #[test]
    fn numbers_are_read_as_they_were() {
        for width in 1..=20 {
            for limit in [1, 1 << width] {
                let all = runs(limit);
                for length in (0..40).chain([all.len() / 2, all.len()]) {
                    let mut out = Vec::new();
                    push_numbers(&mut out, &all[..length], width);
                    assert_eq!(numbers(&out, width, length), all[..length], "{width} {length}");
                }
            }
        }
    }

    #[test]
    fn a_single_number_of_no_bits_is_a_run() {
        let mut out = Vec::new();

        push_numbers(&mut out, &[0; 5], 0);

        assert_eq!(out, [10]);
    }

    #[test]
    fn bits_are_read_as_they_were() {
        let all = runs(2);
        for length in (0..80).chain([all.len() / 3, all.len()]) {
            let mut bytes = vec![0; length.div_ceil(8)];
            for (place, bit) in all[..length].iter().enumerate() {
                bytes[place / 8] |= (*bit as u8) << (place % 8);
            }
            let mut out = Vec::new();
            push_bits(&mut out, &bytes, length);
            assert_eq!(numbers(&out, 1, length), all[..length], "{length}");
        }
        let mut out = Vec::new();
        push_equal_bits(&mut out, true, 300);
        assert_eq!(numbers(&out, 1, 300), [1; 300]);
    }
}
