//! The footers of a table's files, and the one schema that fits them all, whatever their order.

use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef};
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions};

use super::discover::Found;
use super::{Source, SourceFile};
use crate::error::{Error, Errors, Result};
use crate::files;

/// Reads the footer of each file and joins their schemas.
pub(super) fn open(location: &Path, found: Found) -> Result<Source, Errors> {
    let mut faults = Vec::new();
    let mut files = Vec::new();
    let mut schema: Option<(SchemaRef, String)> = None;
    let mut hive: Option<Vec<String>> = None;
    for path in &found.files {
        let name = files::relative(path, location);
        let (file, own) = match footer(path, &name) {
            Ok(read) => read,
            Err(error) => {
                faults.push(error);
                continue;
            }
        };
        files.push(file);
        let columns = hive_columns(path, &found.path);
        match &hive {
            Some(first) if *first != columns => faults.push(
                Error::data(format!("`{name}` lies in folders unlike those of the table's other files"))
                    .note(format!("others have the columns `{}`", first.join("`, `"))),
            ),
            Some(_) => {}
            None => hive = Some(columns),
        }
        schema = match schema {
            None => Some((own, name)),
            Some((joined, first)) => match join(&joined, &own) {
                Ok(joined) => Some((joined, first)),
                Err((column, a, b)) => {
                    faults.push(Error::data(format!(
                        "column `{column}` of `{}` is {a} in `{first}` and {b} in `{name}`",
                        found.name
                    )));
                    Some((joined, first))
                }
            },
        };
    }
    if let Some((schema, _)) = &schema {
        faults.extend(twice(&found, schema));
    }
    Errors::none_in(faults)?;
    let (schema, _) = schema.ok_or_else(|| Error::internal("a table was found without files"))?;
    let hive_columns = hive.unwrap_or_default();
    if !hive_columns.is_empty() {
        no_hidden_files(location, &found.path)?;
    }
    // A writer may repeat the folder's column in the file: the folder's counts.
    let own = schema.fields().iter().filter(|field| !hive_columns.contains(field.name())).cloned();
    let schema = Arc::new(Schema::new(own.collect::<Vec<_>>()));
    Ok(Source { name: found.name, path: found.path, files, schema, hive_columns })
}

/// A folder with hive columns is read as a whole, so that a file which a load has hidden while it writes would count.
fn no_hidden_files(location: &Path, table: &Path) -> Result<(), Errors> {
    let mut faults = Vec::new();
    let mut waiting = vec![(table.to_path_buf(), false)];
    while let Some((folder, in_hidden)) = waiting.pop() {
        for path in files::entries(&folder)? {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let hidden = in_hidden || name.starts_with('.') || name.starts_with('_');
            if path.is_dir() {
                waiting.push((path, hidden));
            } else if hidden && path.extension().is_some_and(|extension| extension == "parquet") {
                faults.push(
                    Error::data(format!(
                        "`{}` is hidden among the files of a table",
                        files::relative(&path, location)
                    ))
                    .help("a load that has not ended leaves such a file: wait for it, or remove the file"),
                );
            }
        }
    }
    Errors::none_in(faults)
}

/// Size and time of last writing.
pub(super) fn stamp(path: &Path) -> Result<(u64, Option<SystemTime>)> {
    let metadata = path.metadata().map_err(|source| files::fault("read", path, source))?;
    Ok((metadata.len(), metadata.modified().ok()))
}

fn footer(path: &Path, name: &str) -> Result<(SourceFile, SchemaRef)> {
    let (bytes, written_at) = stamp(path)?;
    let file = files::open(path)?;
    let metadata = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new()).map_err(|source| {
        Error::data(format!("`{name}` is not a whole Parquet file"))
            .help("write it again; a load that was cut off leaves such a file")
            .note(source.to_string().lines().next().unwrap_or_default().to_owned())
            .caused_by(source)
    })?;
    let rows = u64::try_from(metadata.metadata().file_metadata().num_rows()).unwrap_or(0);
    // Metadata of a field (its id, say) differs between writers and says nothing to a query.
    let fields: Vec<FieldRef> = metadata
        .schema()
        .fields()
        .iter()
        .map(|field| Arc::new(Field::new(field.name(), field.data_type().clone(), true)))
        .collect();
    Ok((
        SourceFile { path: path.to_path_buf(), name: name.to_owned(), bytes, rows, written_at },
        Arc::new(Schema::new(fields)),
    ))
}

/// The columns that the folders between table and file name: `month=2026-01` gives `month`.
fn hive_columns(file: &Path, table: &Path) -> Vec<String> {
    let between = file.parent().and_then(|folder| folder.strip_prefix(table).ok());
    between
        .into_iter()
        .flat_map(Path::components)
        .filter_map(|part| part.as_os_str().to_str()?.split_once('=').map(|(column, _)| column.to_owned()))
        .collect()
}

/// Both schemas' columns, by name; types grow where nothing is lost. The error names a column and both its types.
fn join(one: &SchemaRef, other: &SchemaRef) -> std::result::Result<SchemaRef, (String, DataType, DataType)> {
    let mut fields: Vec<Field> = one.fields().iter().map(|field| field.as_ref().clone()).collect();
    for field in other.fields() {
        match fields.iter_mut().find(|known| known.name() == field.name()) {
            None => fields.push(field.as_ref().clone()),
            Some(known) => {
                let wide = wider(known.data_type(), field.data_type()).ok_or_else(|| {
                    (field.name().clone(), known.data_type().clone(), field.data_type().clone())
                })?;
                known.set_data_type(wide);
            }
        }
    }
    Ok(Arc::new(Schema::new(fields)))
}

fn wider(a: &DataType, b: &DataType) -> Option<DataType> {
    use DataType::{Decimal128, Float32, Float64, Int8, Int16, Int32, Int64, LargeUtf8, Null, Utf8};
    let rank = |kind: &DataType| [Int8, Int16, Int32, Int64].iter().position(|known| known == kind);
    match (a, b) {
        (a, b) if a == b => Some(a.clone()),
        (Null, kind) | (kind, Null) => Some(kind.clone()),
        (Utf8, LargeUtf8) | (LargeUtf8, Utf8) => Some(LargeUtf8),
        (Float32, Float64) | (Float64, Float32) => Some(Float64),
        (Decimal128(p1, s1), Decimal128(p2, s2)) => {
            let scale = *s1.max(s2);
            let whole = (i16::from(*p1) - i16::from(*s1)).max(i16::from(*p2) - i16::from(*s2));
            let precision = u8::try_from(whole + i16::from(scale)).ok()?;
            (precision <= 38).then_some(Decimal128(precision, scale))
        }
        (a, b) => Some(if rank(a)? > rank(b)? { a.clone() } else { b.clone() }),
    }
}

/// Columns whose names differ only in their capitals.
fn twice(found: &Found, schema: &SchemaRef) -> Vec<Error> {
    let fields = schema.fields();
    let mut faults = Vec::new();
    for (index, field) in fields.iter().enumerate() {
        let lower = field.name().to_lowercase();
        if fields.iter().take(index).any(|earlier| earlier.name().to_lowercase() == lower) {
            faults.push(
                Error::data(format!("table `{}` has the column `{lower}` twice", found.name))
                    .help("names of columns are read in small letters: rename one of the two"),
            );
        }
    }
    faults
}
