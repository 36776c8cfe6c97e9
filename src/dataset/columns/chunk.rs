//! What the metadata of a column chunk says: encodings, bounds of pages, rows.

use parquet::basic::{BoundaryOrder, Encoding, EncodingMask, PageType, Type};
use parquet::bloom_filter::Sbbf;
use parquet::column::writer::ColumnCloseResult;
use parquet::data_type::ByteArray;
use parquet::errors::Result;
use parquet::file::metadata::{
    ColumnChunkMetaData, ColumnIndexBuilder, OffsetIndexBuilder, PageEncodingStats,
};
use parquet::file::statistics::Statistics;
use parquet::schema::types::ColumnDescPtr;

/// The least or the greatest value of a page or a chunk.
pub trait Bound: Ord + Clone {
    /// The type of the column.
    const TYPE: Type;
    /// The value as statistics have it.
    fn bytes(&self) -> Vec<u8>;
    /// The statistics of a chunk.
    fn statistics(bounds: Option<(Self, Self)>, nulls: u64) -> Statistics;
}

impl Bound for Vec<u8> {
    const TYPE: Type = Type::BYTE_ARRAY;

    fn bytes(&self) -> Vec<u8> {
        self.clone()
    }

    fn statistics(bounds: Option<(Self, Self)>, nulls: u64) -> Statistics {
        let (least, greatest) = bounds.unzip();
        let text = |text: Option<Vec<u8>>| text.map(ByteArray::from);
        Statistics::byte_array(text(least), text(greatest), None, Some(nulls), false)
    }
}

impl Bound for i32 {
    const TYPE: Type = Type::INT32;

    fn bytes(&self) -> Vec<u8> {
        self.to_le_bytes().to_vec()
    }

    fn statistics(bounds: Option<(Self, Self)>, nulls: u64) -> Statistics {
        let (least, greatest) = bounds.unzip();
        Statistics::int32(least, greatest, None, Some(nulls), false)
    }
}

impl Bound for i64 {
    const TYPE: Type = Type::INT64;

    fn bytes(&self) -> Vec<u8> {
        self.to_le_bytes().to_vec()
    }

    fn statistics(bounds: Option<(Self, Self)>, nulls: u64) -> Statistics {
        let (least, greatest) = bounds.unzip();
        Statistics::int64(least, greatest, None, Some(nulls), false)
    }
}

/// Gathers the metadata, page by page.
pub(super) struct ChunkNotes<B> {
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
        self.index.append(false, least.bytes(), greatest.bytes(), nulls as i64, None);
        if let Some((last_least, last_greatest)) = &self.last {
            self.is_ascending &= *last_least <= least && *last_greatest <= greatest;
            self.is_descending &= *last_least >= least && *last_greatest >= greatest;
        }
        let page = (least.clone(), greatest.clone());
        self.bounds = Some(match self.bounds.take() {
            None => page.clone(),
            Some((all_least, all_greatest)) => (all_least.min(least), all_greatest.max(greatest)),
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
                .set_statistics(B::statistics(self.bounds, self.nulls as u64))
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
