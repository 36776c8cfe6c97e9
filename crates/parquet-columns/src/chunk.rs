//! What the metadata of a column chunk says: encodings, bounds of pages, rows.

use parquet::basic::{BoundaryOrder, Encoding, EncodingMask, PageType, Type};
use parquet::bloom_filter::Sbbf;
use parquet::column::writer::ColumnCloseResult;
use parquet::data_type::ByteArray;
use parquet::errors::Result;
use parquet::file::metadata::{
    ColumnChunkMetaData, ColumnIndexBuilder, OffsetIndexBuilder, PageEncodingStats,
};
use parquet::file::statistics::{Statistics, ValueStatistics};
use parquet::schema::types::ColumnDescPtr;

/// Bytes of the longest text that metadata have as a bound; the library has the same limit.
const MOST_BOUND_BYTES: usize = 64;

/// The least or the greatest value of a page or a chunk.
pub(crate) trait Bound: PartialOrd + Clone {
    /// The type of the column.
    const TYPE: Type;
    /// The value as statistics have it.
    fn bytes(&self) -> Vec<u8>;
    /// Bounds that take little room and still hold all values between `least` and `greatest`.
    fn shortened(least: Self, greatest: Self) -> (Self, Self) {
        (least, greatest)
    }
    /// The statistics of a chunk, whose bounds are values of it if they are exact.
    fn statistics(bounds: Option<(Self, Self)>, are_exact: bool, nulls: u64) -> Statistics;
}

impl Bound for Vec<u8> {
    const TYPE: Type = Type::BYTE_ARRAY;

    fn bytes(&self) -> Vec<u8> {
        self.clone()
    }

    fn shortened(least: Self, greatest: Self) -> (Self, Self) {
        let least = beginning(&least).as_bytes().to_vec();
        let greatest = if greatest.len() > MOST_BOUND_BYTES { next_text(&greatest) } else { greatest };
        (least, greatest)
    }

    fn statistics(bounds: Option<(Self, Self)>, are_exact: bool, nulls: u64) -> Statistics {
        let (least, greatest) = bounds.unzip();
        let text = |text: Option<Vec<u8>>| text.map(ByteArray::from);
        let statistics = ValueStatistics::new(text(least), text(greatest), None, Some(nulls), false);
        Statistics::ByteArray(statistics.with_min_is_exact(are_exact).with_max_is_exact(are_exact))
    }
}

impl Bound for i32 {
    const TYPE: Type = Type::INT32;

    fn bytes(&self) -> Vec<u8> {
        self.to_le_bytes().to_vec()
    }

    fn statistics(bounds: Option<(Self, Self)>, _: bool, nulls: u64) -> Statistics {
        let (least, greatest) = bounds.unzip();
        Statistics::int32(least, greatest, None, Some(nulls), false)
    }
}

impl Bound for i64 {
    const TYPE: Type = Type::INT64;

    fn bytes(&self) -> Vec<u8> {
        self.to_le_bytes().to_vec()
    }

    fn statistics(bounds: Option<(Self, Self)>, _: bool, nulls: u64) -> Statistics {
        let (least, greatest) = bounds.unzip();
        Statistics::int64(least, greatest, None, Some(nulls), false)
    }
}

impl Bound for f64 {
    const TYPE: Type = Type::DOUBLE;

    fn bytes(&self) -> Vec<u8> {
        self.to_le_bytes().to_vec()
    }

    /// A zero as a bound is the one that holds both zeros, as the format wants it.
    fn shortened(least: Self, greatest: Self) -> (Self, Self) {
        (if least == 0.0 { -0.0 } else { least }, if greatest == 0.0 { 0.0 } else { greatest })
    }

    fn statistics(bounds: Option<(Self, Self)>, _: bool, nulls: u64) -> Statistics {
        let (least, greatest) = bounds.unzip();
        Statistics::double(least, greatest, None, Some(nulls), false)
    }
}

impl Bound for bool {
    const TYPE: Type = Type::BOOLEAN;

    fn bytes(&self) -> Vec<u8> {
        vec![u8::from(*self)]
    }

    fn statistics(bounds: Option<(Self, Self)>, _: bool, nulls: u64) -> Statistics {
        let (least, greatest) = bounds.unzip();
        Statistics::boolean(least, greatest, None, Some(nulls), false)
    }
}

/// Gathers the metadata, page by page.
pub(crate) struct ChunkNotes<B> {
    descr: ColumnDescPtr,
    has_bounds: bool,
    pub has_dictionary: bool,
    rows: usize,
    nulls: usize,
    text_bytes: Option<i64>,
    /// Data pages of a dictionary's numbers, and of plain values.
    numbered_pages: i32,
    plain_pages: i32,
    offsets: OffsetIndexBuilder,
    index: ColumnIndexBuilder,
    bounds: Option<(B, B)>,
    are_exact: bool,
    /// The bounds of the last page that has values, and in which order all are.
    last: Option<(B, B)>,
    is_ascending: bool,
    is_descending: bool,
}

impl<B: Bound> ChunkNotes<B> {
    pub fn new(descr: ColumnDescPtr, has_bounds: bool) -> Self {
        Self {
            descr,
            has_bounds,
            has_dictionary: false,
            rows: 0,
            nulls: 0,
            text_bytes: None,
            numbered_pages: 0,
            plain_pages: 0,
            offsets: OffsetIndexBuilder::new(),
            index: ColumnIndexBuilder::new(B::TYPE),
            bounds: None,
            are_exact: true,
            last: None,
            is_ascending: true,
            is_descending: true,
        }
    }

    /// Counts a page. Its place is not known yet.
    pub fn end_page(
        &mut self,
        is_plain: bool,
        rows: usize,
        nulls: usize,
        text_bytes: Option<usize>,
        bounds: Option<(B, B)>,
    ) {
        self.rows += rows;
        self.nulls += nulls;
        *(if is_plain { &mut self.plain_pages } else { &mut self.numbered_pages }) += 1;
        self.offsets.append_row_count(rows as i64);
        self.offsets.append_offset_and_size(0, 0);
        self.offsets.append_unencoded_byte_array_data_bytes(text_bytes.map(|bytes| bytes as i64));
        if let Some(bytes) = text_bytes {
            *self.text_bytes.get_or_insert(0) += bytes as i64;
        }
        if self.has_bounds {
            self.note_bounds(bounds, nulls);
        }
    }

    fn note_bounds(&mut self, bounds: Option<(B, B)>, nulls: usize) {
        let Some((least, greatest)) = bounds else {
            return self.index.append(true, Vec::new(), Vec::new(), nulls as i64, None);
        };
        let whole = (least.clone(), greatest.clone());
        let (least, greatest) = B::shortened(least, greatest);
        self.are_exact &= whole == (least.clone(), greatest.clone());
        self.index.append(false, least.bytes(), greatest.bytes(), nulls as i64, None);
        if let Some((last_least, last_greatest)) = &self.last {
            self.is_ascending &= *last_least <= least && *last_greatest <= greatest;
            self.is_descending &= *last_least >= least && *last_greatest >= greatest;
        }
        let page = (least.clone(), greatest.clone());
        self.bounds = Some(match self.bounds.take() {
            None => page.clone(),
            Some((all_least, all_greatest)) => (
                if least < all_least { least } else { all_least },
                if greatest > all_greatest { greatest } else { all_greatest },
            ),
        });
        self.last = Some(page);
    }

    /// The metadata of the chunk. Sizes and places are still those of no page.
    ///
    /// # Errors
    /// None in practice: the parts agree.
    pub fn close(mut self, bloom_filter: Option<Sbbf>) -> Result<ColumnCloseResult> {
        let pages = [
            (PageType::DICTIONARY_PAGE, Encoding::PLAIN, i32::from(self.has_dictionary)),
            (PageType::DATA_PAGE, Encoding::RLE_DICTIONARY, self.numbered_pages),
            (PageType::DATA_PAGE, Encoding::PLAIN, self.plain_pages),
        ];
        let pages = pages.into_iter().filter(|(.., count)| *count > 0);
        let stats: Vec<_> = pages
            .map(|(page_type, encoding, count)| PageEncodingStats { page_type, encoding, count })
            .collect();
        let encodings = stats.iter().map(|stats| &stats.encoding).chain([&Encoding::RLE]);
        let mut metadata = ColumnChunkMetaData::builder(self.descr.clone())
            .set_encodings_mask(EncodingMask::new_from_encodings(encodings))
            .set_num_values(self.rows as i64)
            .set_page_encoding_stats(stats.clone());
        if self.has_bounds {
            metadata = metadata
                .set_statistics(B::statistics(self.bounds, self.are_exact, self.nulls as u64))
                .set_unencoded_byte_array_data_bytes(self.text_bytes);
        }
        self.index.set_boundary_order(match (self.is_ascending, self.is_descending) {
            (true, _) => BoundaryOrder::ASCENDING,
            (false, true) => BoundaryOrder::DESCENDING,
            (false, false) => BoundaryOrder::UNORDERED,
        });
        Ok(ColumnCloseResult {
            bytes_written: 0,
            rows_written: self.rows as u64,
            metadata: metadata.build()?,
            bloom_filter,
            column_index: self.has_bounds.then(|| self.index.build()).transpose()?,
            offset_index: Some(self.offsets.build()),
        })
    }
}

/// The beginning of a text, of whole characters.
fn beginning(text: &[u8]) -> &str {
    let text = std::str::from_utf8(text).expect("a column of texts has UTF-8");
    &text[..text.floor_char_boundary(MOST_BOUND_BYTES)]
}

/// A short text that comes after all texts with the same beginning, or the text itself if there is none.
fn next_text(text: &[u8]) -> Vec<u8> {
    let mut beginning = beginning(text).to_owned();
    while let Some(last) = beginning.pop() {
        // A range of characters leaves out the halves of surrogate pairs.
        if let Some(next) = (last..=char::MAX).nth(1) {
            beginning.push(next);
            return beginning.into_bytes();
        }
    }
    text.to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_of_long_texts_are_short_and_hold_them() {
        let long = |first: &str, times: usize| first.repeat(times);
        for text in [
            long("a", 64),
            long("a", 65),
            long("é", 40),
            long("\u{10ffff}", 30),
            format!("{}\u{d7ff}x", long("a", 61)),
            format!("{}\u{7f}x", long("b", 63)),
            format!("x{}", long("\u{10ffff}", 30)),
        ] {
            let whole = text.clone().into_bytes();

            let (least, greatest) = Bound::shortened(whole.clone(), whole.clone());

            assert!(least <= whole && whole <= greatest, "{text}");
            assert!(std::str::from_utf8(&least).is_ok() && std::str::from_utf8(&greatest).is_ok(), "{text}");
            assert!(least.len() <= MOST_BOUND_BYTES, "{text}");
            let has_next = text.chars().any(|character| character < char::MAX);
            assert!(greatest.len() <= MOST_BOUND_BYTES + 3 || !has_next, "{text}");
            assert!(whole.len() > MOST_BOUND_BYTES || (least == whole && greatest == whole), "{text}");
        }
    }
}
