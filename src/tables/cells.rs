//! The cells of a column as they come together.

use std::sync::Arc;

use arrow::array::{
    ArrayBuilder, ArrayRef, ArrowPrimitiveType, BooleanBuilder, PrimitiveBuilder, StringBuilder,
};
use arrow::array::{Float64Builder, Int16Builder, Int32Builder, Int64Builder, TimestampMicrosecondBuilder};

use super::types::{TIME_ZONE, Type};

/// The cells of a column, by their type.
pub(super) enum Cells {
    Text(StringBuilder),
    Int64(Int64Builder),
    Int32(Int32Builder),
    Int16(Int16Builder),
    Float64(Float64Builder),
    Boolean(BooleanBuilder),
    Timestamp(TimestampMicrosecondBuilder),
}

impl Cells {
    pub fn new(kind: Type) -> Self {
        match kind {
            Type::Text => Self::Text(StringBuilder::new()),
            Type::Int64 => Self::Int64(Int64Builder::new()),
            Type::Int32 => Self::Int32(Int32Builder::new()),
            Type::Int16 => Self::Int16(Int16Builder::new()),
            Type::Float64 => Self::Float64(Float64Builder::new()),
            Type::Boolean => Self::Boolean(BooleanBuilder::new()),
            Type::Timestamp => Self::Timestamp(timestamps(0)),
        }
    }

    /// Gives the cells as an array, and makes room for somewhat more.
    pub fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Text(cells) => {
                let next = StringBuilder::with_capacity(room(cells.len()), room(cells.values_slice().len()));
                Arc::new(std::mem::replace(cells, next).finish())
            }
            Self::Int64(cells) => {
                let next = Int64Builder::with_capacity(room(cells.len()));
                Arc::new(std::mem::replace(cells, next).finish())
            }
            Self::Int32(cells) => {
                let next = Int32Builder::with_capacity(room(cells.len()));
                Arc::new(std::mem::replace(cells, next).finish())
            }
            Self::Int16(cells) => {
                let next = Int16Builder::with_capacity(room(cells.len()));
                Arc::new(std::mem::replace(cells, next).finish())
            }
            Self::Float64(cells) => Arc::new(cells.finish()),
            Self::Boolean(cells) => Arc::new(cells.finish()),
            Self::Timestamp(cells) => {
                let next = timestamps(room(cells.len()));
                Arc::new(std::mem::replace(cells, next).finish())
            }
        }
    }
}

/// Gives the builder of a type, for a column of that type.
macro_rules! builders {
    ($($name:ident: $kind:ident, $builder:ty;)*) => {
        impl Cells {
            $(pub fn $name(&mut self) -> &mut $builder {
                match self {
                    Self::$kind(cells) => cells,
                    _ => unreachable!("cells are made for the column's own type"),
                }
            })*
        }
    };
}

builders! {
    texts: Text, StringBuilder;
    int64s: Int64, Int64Builder;
    int32s: Int32, Int32Builder;
    int16s: Int16, Int16Builder;
    float64s: Float64, Float64Builder;
    booleans: Boolean, BooleanBuilder;
    timestamps: Timestamp, TimestampMicrosecondBuilder;
}

/// Room for the next batch after one of this size. Batches differ, and one that is a little larger
/// than its room is copied to twice the room.
fn room(size: usize) -> usize {
    size + size / 8
}

fn timestamps(capacity: usize) -> TimestampMicrosecondBuilder {
    TimestampMicrosecondBuilder::with_capacity(capacity).with_timezone(TIME_ZONE)
}

/// A builder of optional values.
pub(super) trait Fill<V> {
    fn value(&mut self, value: V);
    fn nulls(&mut self, count: usize);
}

/// Appends values one by one and runs of nulls at once: many columns are all
/// but empty.
pub(super) fn fill<V, B: Fill<V>>(cells: &mut B, values: impl Iterator<Item = Option<V>>) {
    let mut nulls = 0;
    for value in values {
        match value {
            None => nulls += 1,
            Some(value) => {
                if nulls > 0 {
                    cells.nulls(std::mem::take(&mut nulls));
                }
                cells.value(value);
            }
        }
    }
    if nulls > 0 {
        cells.nulls(nulls);
    }
}

/// Appends texts. Rows often share one text in memory, such as a record's iD: a run of rows with the same
/// text, or of nulls, is appended at once.
pub(super) fn fill_same<'a>(cells: &mut StringBuilder, mut texts: impl Iterator<Item = Option<&'a str>>) {
    let is_same = |text: Option<&str>, last: Option<&str>| match (text, last) {
        (Some(text), Some(last)) => std::ptr::eq(text, last),
        (text, last) => text.is_none() && last.is_none(),
    };
    let append = |cells: &mut StringBuilder, text, count| match (text, count) {
        (None, count) => cells.append_nulls(count),
        (Some(text), 1) => cells.append_value(text),
        (Some(text), count) => cells.append_value_n(text, count),
    };
    let Some(mut last) = texts.next() else { return };
    let mut count = 1;
    for text in texts {
        if is_same(text, last) {
            count += 1;
        } else {
            append(cells, last, count);
            (last, count) = (text, 1);
        }
    }
    append(cells, last, count);
}

impl<V: AsRef<str>> Fill<V> for StringBuilder {
    fn value(&mut self, value: V) {
        self.append_value(value);
    }

    fn nulls(&mut self, count: usize) {
        self.append_nulls(count);
    }
}

impl<P: ArrowPrimitiveType> Fill<P::Native> for PrimitiveBuilder<P> {
    fn value(&mut self, value: P::Native) {
        self.append_value(value);
    }

    fn nulls(&mut self, count: usize) {
        self.append_nulls(count);
    }
}

impl Fill<bool> for BooleanBuilder {
    fn value(&mut self, value: bool) {
        self.append_value(value);
    }

    fn nulls(&mut self, count: usize) {
        self.append_nulls(count);
    }
}
