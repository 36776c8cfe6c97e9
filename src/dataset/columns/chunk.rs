//! What the metadata of a column chunk of texts says: encodings, bounds of pages, rows.

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

/// The least and the greatest text.
type Bounds = (Vec<u8>, Vec<u8>);

/// Gathers the metadata, page by page.
pub(super) struct ChunkNotes {
    descr: ColumnDescPtr,
    has_bounds: bool,
    pub has_dictionary: bool,
    rows: usize,
    nulls: usize,
    text_bytes: usize,
    /// Data pages of numbers, and of plain texts.
    numbered_pages: i32,
    plain_pages: i32,
    offsets: OffsetIndexBuilder,
    index: ColumnIndexBuilder,
    bounds: Option<Bounds>,
    /// The bounds of the last page that has texts, and in which order all are.
    last: Option<Bounds>,
    is_ascending: bool,
    is_descending: bool,
}

impl ChunkNotes {
    pub fn new(descr: ColumnDescPtr, has_bounds: bool) -> Self {
        Self {
            descr,
            has_bounds,
            has_dictionary: false,
            rows: 0,
            nulls: 0,
            text_bytes: 0,
            numbered_pages: 0,
            plain_pages: 0,
            offsets: OffsetIndexBuilder::new(),
            index: ColumnIndexBuilder::new(Type::BYTE_ARRAY),
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
        text_bytes: usize,
        bounds: Option<Bounds>,
    ) {
        self.rows += rows;
        self.nulls += nulls;
        self.text_bytes += text_bytes;
        *(if is_plain { &mut self.plain_pages } else { &mut self.numbered_pages }) += 1;
        self.offsets.append_row_count(rows as i64);
        self.offsets.append_offset_and_size(0, 0);
        self.offsets.append_unencoded_byte_array_data_bytes(Some(text_bytes as i64));
        if !self.has_bounds {
            return;
        }
        let (least, greatest) = bounds.clone().unwrap_or_default();
        self.index.append(bounds.is_none(), least, greatest, nulls as i64, None);
        if let Some((least, greatest)) = bounds {
            self.widen(&least, &greatest);
            if let Some((last_least, last_greatest)) = &self.last {
                self.is_ascending &= *last_least <= least && *last_greatest <= greatest;
                self.is_descending &= *last_least >= least && *last_greatest >= greatest;
            }
            self.last = Some((least, greatest));
        }
    }

    fn widen(&mut self, least: &[u8], greatest: &[u8]) {
        match &mut self.bounds {
            None => self.bounds = Some((least.to_vec(), greatest.to_vec())),
            Some((all_least, all_greatest)) => {
                if least < all_least.as_slice() {
                    least.clone_into(all_least);
                }
                if greatest > all_greatest.as_slice() {
                    greatest.clone_into(all_greatest);
                }
            }
        }
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
            let (least, greatest) = self.bounds.take().unzip();
            let nulls = Some(self.nulls as u64);
            metadata = metadata
                .set_statistics(Statistics::byte_array(
                    least.map(ByteArray::from),
                    greatest.map(ByteArray::from),
                    None,
                    nulls,
                    false,
                ))
                .set_unencoded_byte_array_data_bytes(Some(self.text_bytes as i64));
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
