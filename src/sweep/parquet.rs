//! `runs.parquet`: the table of all runs in columns, with the cargo feature `parquet`.

use super::collected::Collected;
use super::plan::Plan;
use super::row::Row;
use parquet::basic::{LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;
use serde_json::Value;
use std::io::{self, Write};
use std::sync::Arc;

/// A column: its name, and what each row has in it; `None` where it has nothing.
struct Column {
    name: String,
    values: Values,
}

/// Values of one type.
enum Values {
    Whole(Vec<Option<i64>>),
    Real(Vec<Option<f64>>),
    Text(Vec<Option<String>>),
}

/// Writes the table. Figures are real numbers of 64 bits; a varied key is whole, real or a text, as
/// its values are.
///
/// # Errors
/// If it cannot be written.
pub fn write(plan: &Plan, collected: &Collected, out: &mut (impl Write + Send)) -> io::Result<()> {
    let columns = columns(plan, &collected.rows, &collected.names);
    encode(&columns, out).map_err(io::Error::other)
}

fn columns(plan: &Plan, rows: &[Row], names: &[String]) -> Vec<Column> {
    let whole = |name: &str, value: &dyn Fn(&Row) -> u64| Column {
        name: name.to_owned(),
        values: Values::Whole(rows.iter().map(|row| i64::try_from(value(row)).ok()).collect()),
    };
    let text = |name: &str, value: &dyn Fn(&Row) -> Option<String>| Column {
        name: name.to_owned(),
        values: Values::Text(rows.iter().map(value).collect()),
    };
    let mut columns = vec![whole("point", &|row| row.point as u64)];
    for (key, varied) in plan.grid.keys.iter().enumerate() {
        let value = |row: &Row| varied.json(plan.grid.places(row.point)[key]);
        let values: Vec<Value> = rows.iter().map(value).collect();
        columns.push(Column { name: varied.key.clone(), values: of_key(&values) });
    }
    columns.push(whole("repeat", &|row| row.repeat as u64));
    columns.push(whole("seed", &|row| row.seed));
    columns.push(text("status", &|row| Some(row.status.name().to_owned())));
    columns.push(text("digest", &|row| row.digest.clone()));
    for name in names {
        let number = |row: &Row| row.figures.get(name).and_then(serde_json::Number::as_f64);
        let values = Values::Real(rows.iter().map(number).collect());
        columns.push(Column { name: name.clone(), values });
    }
    columns
}

fn of_key(values: &[Value]) -> Values {
    if values.iter().all(Value::is_i64) {
        return Values::Whole(values.iter().map(Value::as_i64).collect());
    }
    if values.iter().all(Value::is_number) {
        return Values::Real(values.iter().map(Value::as_f64).collect());
    }
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    };
    Values::Text(values.iter().map(text).collect())
}

fn encode(columns: &[Column], out: &mut (impl Write + Send)) -> Result<(), ParquetError> {
    let fields = columns.iter().map(|column| {
        let (physical, logical) = match column.values {
            Values::Whole(_) => (Physical::INT64, None),
            Values::Real(_) => (Physical::DOUBLE, None),
            Values::Text(_) => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        };
        Type::primitive_type_builder(&column.name, physical)
            .with_logical_type(logical)
            .with_repetition(Repetition::OPTIONAL)
            .build()
            .map(Arc::new)
    });
    let fields = fields.collect::<Result<_, _>>()?;
    let schema = Type::group_type_builder("runs").with_fields(fields).build()?;
    let properties = Arc::new(WriterProperties::builder().build());
    let mut file = SerializedFileWriter::new(out, Arc::new(schema), properties)?;
    let mut group = file.next_row_group()?;
    for column in columns {
        let mut writer = group.next_column()?.expect("the schema has a column for each");
        match &column.values {
            Values::Whole(values) => {
                let (present, known) = split(values);
                writer.typed::<Int64Type>().write_batch(&known, Some(&present), None)?;
            }
            Values::Real(values) => {
                let (present, known) = split(values);
                writer.typed::<DoubleType>().write_batch(&known, Some(&present), None)?;
            }
            Values::Text(values) => {
                let (present, known) = split(values);
                let known: Vec<ByteArray> =
                    known.iter().map(|text| ByteArray::from(text.as_str())).collect();
                writer.typed::<ByteArrayType>().write_batch(&known, Some(&present), None)?;
            }
        }
        writer.close()?;
    }
    group.close()?;
    file.close().map(drop)
}

/// Which rows have a value, as definition levels, and the values.
fn split<T: Clone>(values: &[Option<T>]) -> (Vec<i16>, Vec<T>) {
    let present = values.iter().map(|value| i16::from(value.is_some())).collect();
    (present, values.iter().flatten().cloned().collect())
}
