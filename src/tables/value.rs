//! What the values of a column are, and how they come from rows.
//!
//! Each function takes the getter of a column. The loop over the rows is compiled for each getter, so that no cell costs a
//! call.

use std::borrow::Cow;
use std::ops::Deref;

use super::cells::{Cells, fill, fill_same};
use super::org_key::OrgKeyText;
use super::types::{EncodingHint, Type};
use orcid_xml::{FuzzyDate, Timestamp};

/// What one row of a table is made from.
pub trait Family: 'static {
    type Row<'a>: Copy;
}

/// A row as getters see it; it dereferences to the value that it wraps.
pub struct Row<'a, F: Family>(pub F::Row<'a>);

impl<'a, F: Family> Deref for Row<'a, F> {
    type Target = F::Row<'a>;

    fn deref(&self) -> &F::Row<'a> {
        &self.0
    }
}

/// A column's type and use, with what appends its values.
pub struct Value<F: Family> {
    pub(super) kind: Type,
    pub(super) nullable: bool,
    pub(super) encoding_hint: EncodingHint,
    append: Box<Append<F>>,
}

/// Appends a column's values of some rows to its cells.
type Append<F> = dyn for<'a> Fn(&[Row<'a, F>], &mut Cells) + Send + Sync;

impl<F: Family> Value<F> {
    fn new(
        kind: Type,
        encoding_hint: EncodingHint,
        append: impl for<'a> Fn(&[Row<'a, F>], &mut Cells) + Send + Sync + 'static,
    ) -> Self {
        Self { kind, nullable: true, encoding_hint, append: Box::new(append) }
    }

    /// Appends the values of `rows` to cells of the column's type.
    pub(super) fn append(&self, rows: &[Row<'_, F>], cells: &mut Cells) {
        (self.append)(rows, cells);
    }
}

/// Text that is never absent.
pub fn key<F: Family>(get: impl for<'a> Fn(&Row<'a, F>) -> &'a str + Send + Sync + 'static) -> Value<F> {
    Value { nullable: false, encoding_hint: EncodingHint::Repeating, ..label(move |row| Some(get(row))) }
}

/// Text with few distinct values, such as a type or a country.
pub fn label<F: Family>(
    get: impl for<'a> Fn(&Row<'a, F>) -> Option<&'a str> + Send + Sync + 'static,
) -> Value<F> {
    Value::new(Type::Text, EncodingHint::Labels, move |rows, cells| {
        fill_same(cells.texts(), rows.iter().map(&get));
    })
}

/// Identifiers and addresses: mostly distinct, and not made of words.
pub fn code<F: Family>(
    get: impl for<'a> Fn(&Row<'a, F>) -> Option<&'a str> + Send + Sync + 'static,
) -> Value<F> {
    Value { encoding_hint: EncodingHint::Codes, ..text(get) }
}

/// Free text.
pub fn text<F: Family>(
    get: impl for<'a> Fn(&Row<'a, F>) -> Option<&'a str> + Send + Sync + 'static,
) -> Value<F> {
    Value::new(Type::Text, EncodingHint::Words, move |rows, cells| {
        fill(cells.texts(), rows.iter().map(&get));
    })
}

/// An identifier or an address that is made from other values.
pub fn made<F: Family>(
    get: impl for<'a> Fn(&Row<'a, F>) -> Option<Cow<'a, str>> + Send + Sync + 'static,
) -> Value<F> {
    Value::new(Type::Text, EncodingHint::Codes, move |rows, cells| {
        fill(cells.texts(), rows.iter().map(&get));
    })
}

/// A key of organizations, as text.
pub fn org_key<F: Family>(
    get: impl for<'a> Fn(&Row<'a, F>) -> Option<u64> + Send + Sync + 'static,
) -> Value<F> {
    Value::new(Type::Text, EncodingHint::Numbers, move |rows, cells| {
        fill(cells.texts(), rows.iter().map(|row| get(row).map(OrgKeyText::of)));
    })
}

/// A whole number of 64 bits that hardly repeats, such as a put code.
pub fn int64<F: Family>(
    get: impl for<'a> Fn(&Row<'a, F>) -> Option<i64> + Send + Sync + 'static,
) -> Value<F> {
    Value::new(Type::Int64, EncodingHint::Numbers, move |rows, cells| {
        fill(cells.int64s(), rows.iter().map(&get));
    })
}

/// A number that counts within a record, so small values repeat.
pub fn ordinal<F: Family>(
    get: impl for<'a> Fn(&Row<'a, F>) -> Option<i64> + Send + Sync + 'static,
) -> Value<F> {
    Value { encoding_hint: EncodingHint::Repeating, ..int64(get) }
}

/// A whole number of 32 bits, with few distinct values.
pub fn int32<F: Family>(
    get: impl for<'a> Fn(&Row<'a, F>) -> Option<i32> + Send + Sync + 'static,
) -> Value<F> {
    Value::new(Type::Int32, EncodingHint::Repeating, move |rows, cells| {
        fill(cells.int32s(), rows.iter().map(&get));
    })
}

/// The place in a long list, such as that of contributors: it counts up, and begins again with the next list. Compression
/// finds such runs where the numbers are written as they are. Numbers of a dictionary are packed into bits, which hides them.
pub fn place<F: Family>(get: impl for<'a> Fn(&Row<'a, F>) -> usize + Send + Sync + 'static) -> Value<F> {
    Value { encoding_hint: EncodingHint::Numbers, ..int32(move |row| Some(get(row) as i32)) }
}

/// A number of 64 bits with a fraction.
pub fn float64<F: Family>(
    get: impl for<'a> Fn(&Row<'a, F>) -> Option<f64> + Send + Sync + 'static,
) -> Value<F> {
    Value::new(Type::Float64, EncodingHint::Numbers, move |rows, cells| {
        fill(cells.float64s(), rows.iter().map(&get));
    })
}

/// True or false.
pub fn boolean<F: Family>(
    get: impl for<'a> Fn(&Row<'a, F>) -> Option<bool> + Send + Sync + 'static,
) -> Value<F> {
    Value::new(Type::Boolean, EncodingHint::Repeating, move |rows, cells| {
        fill(cells.booleans(), rows.iter().map(&get));
    })
}

/// A point in time, in microseconds since 1970, UTC.
pub fn timestamp<F: Family>(
    get: impl for<'a> Fn(&Row<'a, F>) -> Option<Timestamp> + Send + Sync + 'static,
) -> Value<F> {
    Value::new(Type::Timestamp, EncodingHint::Numbers, move |rows, cells| {
        fill(cells.timestamps(), rows.iter().map(&get));
    })
}

/// The year of a date.
pub fn year<F: Family>(get: impl for<'a> Fn(&Row<'a, F>) -> FuzzyDate + Send + Sync + 'static) -> Value<F> {
    part_of_date(move |row| get(row).year)
}

/// The month of a date.
pub fn month<F: Family>(get: impl for<'a> Fn(&Row<'a, F>) -> FuzzyDate + Send + Sync + 'static) -> Value<F> {
    part_of_date(move |row| get(row).month)
}

/// The day of a date.
pub fn day<F: Family>(get: impl for<'a> Fn(&Row<'a, F>) -> FuzzyDate + Send + Sync + 'static) -> Value<F> {
    part_of_date(move |row| get(row).day)
}

fn part_of_date<F: Family>(
    get: impl for<'a> Fn(&Row<'a, F>) -> Option<i16> + Send + Sync + 'static,
) -> Value<F> {
    Value::new(Type::Int16, EncodingHint::Repeating, move |rows, cells| {
        fill(cells.int16s(), rows.iter().map(&get));
    })
}
