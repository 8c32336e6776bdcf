//! The project that an edition was made from: the texts of its files as one file of the edition, and back.

use std::collections::BTreeMap;
use std::path::{Component, Path};
use std::sync::Arc;

use arrow::array::{AsArray, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::Page;
use crate::error::{Error, Result};
use crate::export;
use crate::files;

/// The file's name in an edition: columns `path` and `text`, a row for each file of the project, by path.
pub const FILE_NAME: &str = "project.parquet";

/// The texts of a project, by path, as a file of an edition.
///
/// # Errors
/// Kind `Internal` when the rows cannot be built or written.
pub fn page(texts: &BTreeMap<String, Arc<str>>) -> Result<Page> {
    let fields = ["path", "text"].map(|name| Field::new(name, DataType::Utf8, false));
    let schema = Arc::new(Schema::new(fields.to_vec()));
    let paths = StringArray::from_iter_values(texts.keys());
    let contents = StringArray::from_iter_values(texts.values());
    let rows = RecordBatch::try_new(Arc::clone(&schema), vec![Arc::new(paths), Arc::new(contents)])
        .map_err(|source| Error::internal("the texts of the project are no rows").caused_by(source))?;
    let mut bytes = Vec::new();
    let mut writer = export::writer(export::Format::Parquet, &schema, Box::new(&mut bytes))?;
    writer.write(&rows)?;
    writer.finish()?;
    Ok(Page { path: FILE_NAME.to_owned(), bytes })
}

/// Writes the project that an edition was made from into a folder.
///
/// # Errors
/// Kind `Project` when the edition does not hold it; kind `Environment` when it cannot be read or written.
pub fn unpack(edition: &Path, to: &Path) -> Result<()> {
    let path = edition.join(FILE_NAME);
    if !path.is_file() {
        let name = edition.file_name().unwrap_or(edition.as_os_str()).to_string_lossy();
        return Err(Error::project(format!("edition `{name}` does not hold the project it was made from"))
            .help("an earlier tierbook published it; name a later edition, or a project folder"));
    }
    let damaged = |source: Box<dyn std::error::Error + Send + Sync>| {
        Error::environment(format!("`{}` is damaged", path.display())).caused_by(source)
    };
    let reader = ParquetRecordBatchReaderBuilder::try_new(files::open(&path)?)
        .and_then(ParquetRecordBatchReaderBuilder::build)
        .map_err(|source| damaged(source.into()))?;
    for batch in reader {
        let batch = batch.map_err(|source| damaged(source.into()))?;
        let column = |name: &str| batch.column_by_name(name).and_then(|column| column.as_string_opt::<i32>());
        let (Some(paths), Some(texts)) = (column("path"), column("text")) else {
            return Err(damaged("it lacks the columns `path` and `text`".into()));
        };
        for (relative, text) in paths.iter().flatten().zip(texts.iter().flatten()) {
            // Nobody's edition writes beside the folder.
            if !Path::new(relative).components().all(|part| matches!(part, Component::Normal(_))) {
                return Err(damaged(format!("it names the file `{relative}`").into()));
            }
            files::write_synced(&to.join(relative), text.as_bytes())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_project_comes_back_as_it_was_and_always_as_the_same_bytes() {
        let texts: BTreeMap<String, Arc<str>> = [
            ("queries/a/b.sql".to_owned(), "-- 客户\nSELECT 1\n".into()),
            ("tierbook.toml".to_owned(), "".into()),
        ]
        .into();
        let first = page(&texts).expect("a page");
        assert_eq!(first.bytes, page(&texts).expect("a page").bytes);
        let folder = tempfile::tempdir().expect("a folder");
        files::write_synced(&folder.path().join(FILE_NAME), &first.bytes).expect("a file");
        let to = folder.path().join("to");
        unpack(folder.path(), &to).expect("an edition");
        for (path, text) in &texts {
            assert_eq!(files::read_text(&to.join(path)).expect("a file"), **text);
        }
    }

    #[test]
    fn a_path_out_of_the_folder_is_refused() {
        let texts = [("../out.sql".to_owned(), "SELECT 1".into())].into();
        let folder = tempfile::tempdir().expect("a folder");
        let bytes = page(&texts).expect("a page").bytes;
        files::write_synced(&folder.path().join(FILE_NAME), &bytes).expect("a file");
        assert!(unpack(folder.path(), &folder.path().join("to")).is_err());
        assert!(!folder.path().join("out.sql").exists());
    }
}
