//! A JSON object in each line, with the cells that are not empty.

use std::io::{self, Write};

use arrow::array::RecordBatch;
use serde_json::{Map, Value as Json};

use super::cells::{Value, value};
use super::error::ExportError;

/// Objects on their way to a file.
pub struct Lines<'w> {
    out: &'w mut dyn Write,
}

impl<'w> Lines<'w> {
    pub fn begin(out: &'w mut dyn Write) -> Self {
        Self { out }
    }

    /// Adds rows.
    pub fn add(&mut self, batch: &RecordBatch) -> Result<(), ExportError> {
        self.write(batch).map_err(ExportError::io("the table".as_ref()))
    }

    fn write(&mut self, batch: &RecordBatch) -> io::Result<()> {
        let schema = batch.schema();
        for row in 0..batch.num_rows() {
            let mut object = Map::new();
            for (field, column) in schema.fields().iter().zip(batch.columns()) {
                let cell = match value(column, row) {
                    Value::Absent => continue,
                    Value::Text(text) => Json::from(text),
                    Value::Number(number) => Json::from(number),
                    Value::Float(number) => Json::from(number),
                    Value::Truth(truth) => Json::from(truth),
                    Value::Time(time) => Json::from(time),
                };
                object.insert(field.name().clone(), cell);
            }
            serde_json::to_writer(&mut *self.out, &object)?;
            self.out.write_all(b"\n")?;
        }
        Ok(())
    }

    /// Completes the file.
    pub fn end(self) -> Result<(), ExportError> {
        self.out.flush().map_err(ExportError::io("the table".as_ref()))
    }
}
