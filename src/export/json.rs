//! JSON: an array of objects, a row a line. Exact numbers are strings.

use std::io::Write;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Float64Type, SchemaRef};
use serde_json::{Map, Value};

use super::{RowWriter, broken};
use crate::error::Result;
use crate::models::text_columns;

pub(super) struct JsonWriter<'a> {
    to: Box<dyn Write + Send + 'a>,
    names: Vec<String>,
    is_first: bool,
}

impl<'a> JsonWriter<'a> {
    pub(super) fn new(schema: &SchemaRef, to: Box<dyn Write + Send + 'a>) -> Self {
        let names = schema.fields().iter().map(|field| field.name().clone()).collect();
        Self { to, names, is_first: true }
    }
}

impl RowWriter for JsonWriter<'_> {
    fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        let text = text_columns(batch)?;
        for row in 0..batch.num_rows() {
            let mut object = Map::new();
            for ((name, column), array) in self.names.iter().zip(&text).zip(batch.columns()) {
                object.insert(name.clone(), value(array, row, column[row].as_deref()));
            }
            let head = if self.is_first { "[\n " } else { ",\n " };
            self.is_first = false;
            let line = serde_json::to_string(&Value::Object(object)).map_err(broken)?;
            write!(self.to, "{head}{line}").map_err(broken)?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        let tail: &[u8] = if self.is_first { b"[]\n" } else { b"\n]\n" };
        self.to.write_all(tail).and_then(|()| self.to.flush()).map_err(broken)
    }
}

fn value(array: &dyn Array, row: usize, text: Option<&str>) -> Value {
    let Some(text) = text else { return Value::Null };
    match array.data_type() {
        DataType::Boolean => Value::Bool(array.as_boolean().value(row)),
        DataType::Float64 => serde_json::Number::from_f64(array.as_primitive::<Float64Type>().value(row))
            .map_or(Value::Null, Value::Number),
        kind if kind.is_integer() => {
            text.parse::<serde_json::Number>().map_or_else(|_| Value::String(text.to_owned()), Value::Number)
        }
        _ => Value::String(text.to_owned()),
    }
}
